"""部门整体支出绩效自评: from a filled workbook to the checked report."""
