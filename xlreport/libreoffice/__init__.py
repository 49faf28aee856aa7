"""LibreOffice as a host: the office process, and an engine with which xlwings drives a Calc document."""
