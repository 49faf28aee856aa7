"""The papers beside the report: 附件2 to 附件4 as grids, made of a record and the definitions in workbook/papers."""
