"""Does the Word report that people edited still say what its workbook says?"""
