"""What is wrong with a text as such: pure functions of a text that give its faults, each with its position.

A text is one paragraph, or several with line feeds between them. Form feeds part texts that have nothing to
do with each other; a text of a cell cannot hold one.
"""
