"""What a department fills in, and what follows from it: no file, no Excel, no Word."""
