"""Writing cells: formats by kind of value, text that stays text, numbers that stay exact."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from xlreport.errors import Unusable
from xlreport.model.fields import NUMBERS, Kind, Value
from xlreport.model.values import LONGEST_TEXT

FONT = "微软雅黑"
LINK_COLOUR = "#0563C1"
INPUT_FILL = "#FFF8DC"
HEAD_FILL = "#DCE6F1"
CALCULATED_FILL = "#F2F2F2"
LINE = "#BFBFBF"
GREY = "#595959"
GOOD, BAD = "#548235", "#C00000"
TALLEST = 409.0  # points; the most that Excel gives a row
ACCENT = "#1F4E79"
ROW_HEIGHT = 20.0  # points; Excel's own 15 is cramped for Chinese
LEVEL_COLOURS = {"硬性": "#F8CBAD", "需说明": "#FFE699", "提示": "#DDEBF7"}
OUTCOME_COLOURS = LEVEL_COLOURS | {"已过期": LEVEL_COLOURS["需说明"]}

NUMBER_FORMATS = {
    Kind.MONEY: "#,##0.00",
    Kind.COUNT: "0",
    Kind.NUMBER: "0.00",
    Kind.PERCENT: "0.00%",
    Kind.YEAR: "0",
    Kind.DATE: 'yyyy"年"m"月"d"日"',
    Kind.TEXT: "@",
    # A cell of format "@" shows ##### for texts of more than 255 characters.
    Kind.LONG_TEXT: "General",
    Kind.CHOICE: "@",
}
VALUE_WIDTHS = {Kind.LONG_TEXT: 64, Kind.TEXT: 36, Kind.CHOICE: 16, Kind.DATE: 18}
TEXTS = (Kind.LONG_TEXT, Kind.TEXT)


class _Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet that takes formulas as they are.

    XlsxWriter searches each for thirty functions that Excel 2016 does not have, to store them with a prefix:
    five times the work of all else about it, and none of ours has one.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("{").removeprefix("=").removesuffix("}")


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
        sheet = self.book.add_worksheet(name, _Sheet)
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
        wrap: dict[str, Any] = {"text_wrap": True} if kind in TEXTS else {}
        if kind is Kind.LONG_TEXT:
            wrap |= {"valign": "top"}  # what is too long for a row is then cut at its end only
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

    def array(
        self,
        sheet: Any,
        row: int,
        column: int,
        rows: Sequence[Sequence[Any]],
        formula: str,
        styles: Sequence[Any],
    ) -> None:
        """An array formula over a range, with the values it has now; a style for each column."""
        last = row + len(rows) - 1, column + len(styles) - 1
        first = rows[0][0]
        stored = float(first) if isinstance(first, Decimal) else first or _EMPTY_TEXT
        sheet.write_array_formula(row, column, *last, f"{{={formula}}}", styles[0], stored)
        for down, values in enumerate(rows, row):
            for at, (value, style) in enumerate(zip(values, styles, strict=True), column):
                if (down, at) == (row, column):
                    continue
                # Not through `text`: these are results, which begin with whatever they like.
                if isinstance(value, str):
                    sheet.write_string(down, at, value, style)
                else:
                    sheet.write_number(down, at, float(value), style)

    def project(self, content: bytes, document: str = "ThisWorkbook") -> None:
        """Put a VBA project into the workbook; the sheets get code names as Excel would give them."""
        self.book.add_vba_project(BytesIO(content), True)
        self.book.set_vba_name(document)

    def link(self, **properties: Any) -> Any:
        """The boxed format of a link to another sheet."""
        return self.boxed(font_color=LINK_COLOUR, underline=1, text_wrap=True, **properties)

    def aside(self, **properties: Any) -> Any:
        """The boxed format of what explains rather than says something."""
        return self.boxed(**({"font_color": GREY, "text_wrap": True} | properties))

    def head(self, **properties: Any) -> Any:
        """The boxed format above a column."""
        return self.boxed(**({"bold": True, "bg_color": HEAD_FILL, "align": "center"} | properties))

    def table_head(self) -> Any:
        """The format above a column of an Excel table."""
        return self.head(bg_color=ACCENT, font_color="#FFFFFF", text_wrap=True)

    def table(self, sheet: Any, name: str, area: tuple[int, int, int, int], columns: list[Any]) -> None:
        """A real Excel table, without filter buttons."""
        options = {"style": "Table Style Light 9", "banded_rows": False, "autofilter": False}
        sheet.add_table(*area, options | {"name": name, "columns": columns})

    def protect(self, sheet: Any) -> None:
        """Protect a sheet, without password, so that columns and rows can still be made wider and higher."""
        sheet.protect("", {"format_columns": True, "format_rows": True})

    def title(self, sheet: Any, text: str, column: int = 1, row: int = 0) -> None:
        """The heading of a sheet."""
        sheet.set_row(row, 30)
        self.text(sheet, row, column, text, self.format(bold=True, font_size=16, font_color=ACCENT))

    def note(self, sheet: Any, row: int, column: int, text: str) -> None:
        """A line of help in grey."""
        self.text(sheet, row, column, text, self.format(font_color=GREY))

    def stale_mark(self, sheet: Any, row: int, column: int, digest: tuple[str, float]) -> None:
        """A line that appears once a number has changed since what stands below was computed."""
        self.formula(sheet, row, column, stale_formula(digest), self.format(bold=True, font_color=BAD), "")

    def close(self) -> None:
        """Write the file."""
        self.book.close()
        self._path.write_bytes(self._stream.getvalue())


def stale_formula(digest: tuple[str, float]) -> str:
    """A sentence once the sum of all numbers is no longer what it was."""
    expression, now = digest
    words = "数字已改动，以下内容是改动前的，请重新检查、核对或导出"
    return f'=IF(ABS({expression}-{now!r})<0.00005,"","{words}")'


class _EmptyText(str):
    """The result of a formula that gives "". XlsxWriter takes an equal of "" for a result not known."""

    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return False


_EMPTY_TEXT = _EmptyText()


@lru_cache(maxsize=10_000)
def whole_height(text: str, columns: int) -> float:
    """The height in points that a wrapped text takes, however much that is."""
    room = columns - 3  # for the indent and the cell's own margin
    lines = sum(max(1, ceil(width(line) / room)) for line in text.splitlines() or [""])
    return 15.5 * lines + 4.5


def height(text: str, columns: int) -> float:
    """The height in points of a row that shows a text wrapped into that many half-width characters."""
    return min(whole_height(text, columns), TALLEST)


def width(text: str) -> int:
    """How many half-width characters a text takes; a line of several counts as its longest."""
    lines = text.splitlines() or [""]
    return max(sum(2 if east_asian_width(c) in "WF" else 1 for c in line) for line in lines)
