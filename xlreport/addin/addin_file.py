"""The add-in file, which gives the buttons to the workbook without macros, and the sheet of function texts."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from xlreport.addin.function import CATEGORY, Function
from xlreport.addin.package import complete
from xlreport.addin.project import addin_project, addin_ribbon
from xlreport.assets import MACROS
from xlreport.sheets.pen import Pen

FUNCTION_SHEET = "_functions"

_WORDS = (
    "本文件是“部门整体支出绩效自评”的 Excel 加载宏，由 xlreport setup 安装，不需要手工打开。",
    "安装以后，打开不含宏的“绩效自评.xlsx”，功能区就会出现“绩效自评”选项卡：检查、导出、帮助。",
    "含宏的“绩效自评.xlsm”自带同样的按钮；打开它时，加载宏的选项卡自动隐藏。",
    "本文件不保存任何填报数据，请勿在此填写。",
)


def build_addin(
    path: Path, *, created: datetime, functions: Iterable[Function], macros: Path = MACROS
) -> None:
    """Write the add-in. The same input gives the same bytes."""
    pen = Pen(path, title="xlreport", author="xlreport", created=created)
    sheet = pen.sheet("说明")
    sheet.set_column(0, 0, 2)
    sheet.set_column(1, 1, 100)
    pen.title(sheet, "部门整体支出绩效自评：Excel 加载宏")
    for row, line in enumerate(_WORDS, 2):
        pen.text(sheet, row, 1, line, pen.format(text_wrap=True))
    pen.project(addin_project(macros))
    pen.close()
    complete(path, ribbon=addin_ribbon(macros), functions=functions, addin=True)


def write_function_sheet(pen: Pen, sheet: Any, functions: Iterable[Function]) -> None:
    """The hidden sheet that module Descriptions reads when the workbook opens."""
    for column, head in enumerate(("name", "description", "category", "arguments")):
        pen.text(sheet, 0, column, head)
    for row, function in enumerate(functions, 1):
        helps = [argument.help for argument in function.arguments]
        for column, text in enumerate((function.name, function.help, CATEGORY, *helps)):
            pen.text(sheet, row, column, text)
    sheet.hide()
