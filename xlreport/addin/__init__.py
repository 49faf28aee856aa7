"""What lives inside the open workbook: functions in cells, ribbon buttons, the VBA project."""
