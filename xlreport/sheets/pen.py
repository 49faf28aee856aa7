"""Writing cells: formats by kind of value, text that stays text, numbers that stay exact."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import xlsxwriter

from xlreport.errors import Unusable
from xlreport.model.fields import Field, Kind, Value
from xlreport.model.values import LONGEST_TEXT

FONT = "微软雅黑"
INPUT_FILL = "#FFF8DC"
HEAD_FILL = "#DCE6F1"
CALCULATED_FILL = "#F2F2F2"
LINE = "#BFBFBF"
ACCENT = "#1F4E79"
ROW_HEIGHT = 20.0  # points; Excel's own 15 is cramped for Chinese
LEVEL_COLOURS = {"硬性": "#F8CBAD", "需说明": "#FFE699", "提示": "#DDEBF7"}

NUMBER_FORMATS = {
    Kind.MONEY: "#,##0.00",
    Kind.COUNT: "0",
    Kind.PERCENT: "0.00%",
    Kind.YEAR: "0",
    Kind.DATE: 'yyyy"年"m"月"d"日"',
    Kind.TEXT: "@",
    # A cell of format "@" shows ##### for texts of more than 255 characters.
    Kind.LONG_TEXT: "General",
    Kind.CHOICE: "@",
}
NUMBERS = {Kind.MONEY, Kind.COUNT, Kind.PERCENT, Kind.YEAR, Kind.DATE}

Place = tuple[str, int, int]


class Pen:
    """A workbook being written. Every cell goes through here, so that no text becomes a formula or a link."""

    def __init__(self, path: Path, *, title: str, author: str, created: datetime | None = None) -> None:
        options = {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "in_memory": True,
        }
        # In memory: a zip file that cannot be written prints a traceback when it is collected.
        self._path, self._stream = path, BytesIO()
        self.book = xlsxwriter.Workbook(self._stream, options)
        properties: dict[str, Any] = {"title": title, "author": author}
        if created:
            properties["created"] = created
        self.book.set_properties(properties)
        # Viewers show the stored values; Excel calculates anew when it opens the file.
        self.book.set_calc_mode("auto")
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._properties: dict[Any, dict[str, Any]] = {}

    def sheet(self, name: str) -> Any:
        """A new worksheet, A4, one page wide, with page numbers."""
        sheet = self.book.add_worksheet(name)
        sheet.set_paper(9)
        sheet.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L{name}&C第 &P 页，共 &N 页")
        sheet.hide_gridlines(2)
        sheet.set_default_row(ROW_HEIGHT)
        sheet.center_horizontally()
        return sheet

    def format(self, **properties: Any) -> Any:
        """A cell format; equal ones are one."""
        properties = {"font_name": FONT, "font_size": 10.5, "valign": "vcenter"} | properties
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(properties)
            self._properties[self._formats[key]] = properties
        return self._formats[key]

    def _quoted(self, style: Any) -> Any:
        return self.format(**self._properties.get(style, {}), quote_prefix=True)

    def boxed(self, **properties: Any) -> Any:
        """A cell format with a thin border, and a little room between that and the text."""
        room = {"indent": 1} if properties.get("align", "left") == "left" else {}
        return self.format(**(room | {"border": 1, "border_color": LINE} | properties))

    def for_value(self, kind: Kind, **properties: Any) -> Any:
        """The boxed format of a value of some kind."""
        wrap = {"text_wrap": True} if kind in (Kind.LONG_TEXT, Kind.TEXT) else {}
        align = {"align": "right"} if kind in NUMBERS else {"align": "left"}
        return self.boxed(num_format=NUMBER_FORMATS[kind], **wrap, **(align | properties))

    def text(self, sheet: Any, row: int, column: int, text: str, style: Any = None) -> None:
        """Text as text, whatever it begins with. Raises Unusable for more than a cell holds."""
        if len(text) > LONGEST_TEXT:
            raise Unusable(
                f"{sheet.get_name()}：有一段文字长 {len(text)} 字，超过单元格上限 {LONGEST_TEXT} 字，请缩短。"
            )
        if text:
            # Shown as text in any case; with the prefix it stays text when somebody edits the cell.
            looks_like_formula = text[0] in "=+-@\t\r"
            sheet.write_string(row, column, text, self._quoted(style) if looks_like_formula else style)
        else:
            sheet.write_blank(row, column, None, style)

    def value(self, sheet: Any, row: int, column: int, value: Value, style: Any) -> None:
        """A value of the record in the type that Excel has for it; a blank stays a blank."""
        if value is None:
            sheet.write_blank(row, column, None, style)
        elif isinstance(value, str):
            self.text(sheet, row, column, value, style)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), style)
        else:
            sheet.write_number(row, column, float(value), style)

    def formula(self, sheet: Any, row: int, column: int, formula: str, style: Any, value: Any) -> None:
        """A formula with the value it has now, for viewers that do not calculate."""
        stored = float(value) if isinstance(value, Decimal) else value
        if isinstance(stored, str) and not stored:
            stored = _EMPTY_TEXT
        sheet.write_formula(row, column, formula, style, stored)

    def title(self, sheet: Any, text: str, column: int = 1, row: int = 0) -> None:
        """The heading of a sheet."""
        sheet.set_row(row, 30)
        self.text(sheet, row, column, text, self.format(bold=True, font_size=16, font_color=ACCENT))

    def note(self, sheet: Any, row: int, column: int, text: str) -> None:
        """A line of help in grey."""
        self.text(sheet, row, column, text, self.format(font_color="#595959", italic=False))

    def close(self) -> None:
        """Write the file."""
        self.book.close()
        self._path.write_bytes(self._stream.getvalue())


class _EmptyText(str):
    """The result of a formula that gives "". XlsxWriter takes an equal of "" for a result not known."""

    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return False


_EMPTY_TEXT = _EmptyText()


def width(text: str) -> int:
    """How many half-width characters a text takes; a line of several counts as its longest."""
    lines = text.splitlines() or [""]
    return max(sum(2 if east_asian_width(c) in "WF" else 1 for c in line) for line in lines)


def validation(field: Field) -> dict[str, Any]:
    """The data validation of an input cell: what it takes, the help bubble, and the sentence when refused."""
    rule: dict[str, Any] = dict(_VALIDATIONS[field.kind](field))
    hint = field.help or _HINTS.get(field.kind, "")
    if hint:
        rule |= {"input_title": field.label[:32], "input_message": f"{hint}"[:255]}
    if rule["validate"] != "any":
        rule |= {"error_title": "内容不符合要求", "error_message": f"{field.label}{rule.pop('says')}"[:255]}
    return rule


def _amount(field: Field) -> dict[str, Any]:
    if field.signed:
        return {
            "validate": "decimal",
            "criteria": "between",
            "minimum": -1e8,
            "maximum": 1e8,
            "says": "应填数字，单位万元，不要带单位文字。",
        }
    return {
        "validate": "decimal",
        "criteria": "between",
        "minimum": 0,
        "maximum": 1e8,
        "says": "应填不小于 0 的数字，单位万元，不要带单位文字。",
    }


_VALIDATIONS: dict[Kind, Callable[[Field], dict[str, Any]]] = {
    Kind.MONEY: _amount,
    Kind.COUNT: lambda field: {
        "validate": "integer",
        "criteria": "between",
        "minimum": 0,
        "maximum": 10**9,
        "says": f"应填整数，单位{field.shown_unit}。",
    },
    Kind.PERCENT: lambda field: {
        "validate": "decimal",
        "criteria": "between",
        "minimum": 0,
        "maximum": 10000,
        "says": "应填百分比，如 95.5%。",
    },
    Kind.YEAR: lambda field: {
        "validate": "integer",
        "criteria": "between",
        "minimum": 2000,
        "maximum": 2100,
        "says": "应填四位数字的年份，如 2023。",
    },
    Kind.DATE: lambda field: {
        "validate": "date",
        "criteria": "between",
        "minimum": date(2000, 1, 1),
        "maximum": date(2100, 12, 31),
        "says": "应填日期，如 2024-4-2。",
    },
    Kind.TEXT: lambda field: {"validate": "any"},
    Kind.LONG_TEXT: lambda field: {"validate": "any"},
    Kind.CHOICE: lambda field: {
        "validate": "list",
        "source": list(field.choices),
        "says": "请从下拉列表选择。",
    },
}
_HINTS = {
    Kind.MONEY: "填数字，单位万元",
    Kind.PERCENT: "填百分比，如 95.5%",
    Kind.DATE: "填日期，如 2024-4-2",
    Kind.LONG_TEXT: "可换行（Alt+Enter），会原样写入报告",
    Kind.CHOICE: "从下拉列表选择",
}
