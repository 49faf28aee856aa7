"""How the declarations lie on sheets: what builder and reader agree on.

Column A of every input sheet is hidden and holds keys; the reader goes by them and never by addresses.

* A1: `sheet:KEY` says which sheet this is, whatever its tab is called.
* `form:RECORD` in a hidden row: the keys of the sections stand above their columns.
* `RECORD.FIELD`: the row of a field, its values under the section keys.
* `table` in a hidden row: `SECTION.FIELD` stands above each column of a table; its rows go down from the
  row after the header to the end of the sheet. `=…` above a column marks one that is computed.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from xlreport.model.fields import NUMBERS, Field, Section, Value, sections_of, values_of
from xlreport.model.inputs import Inputs
from xlreport.model.values import fitting

if TYPE_CHECKING:  # the rules take a while to load, and where things lie is asked before anything is checked
    from xlreport.checks.rule import Finding
    from xlreport.report import Report

PRODUCT = "xlreport"
LAYOUT = 3  # counts up when a workbook of the older layout can no longer be read by its keys alone
META_SHEET = "_xlreport"
HOME = "首页"
RATE_SHEET, DIFFERENCES, MANUAL = SHOWN_SHEETS = (
    "指标计算",
    "核对报告",
    "使用说明",
)  # nothing is typed into these

CHECKS, TEMPLATE = "explanations", "template"  # sheets that hold what is computed from the others
COMPUTED = ("outcome", "problem", "place")  # on 检查结果 side by side, in one array where they are live

SHEET_MARK = "sheet:"
FORM_MARK = "form:"
TABLE_MARK = "table"
COMPUTED_MARK = "="

_DAY_ZERO = date(1899, 12, 30)  # of Excel's serial numbers
_LAST_SERIAL = 2_958_466  # the day after the last one, in the year 9999

KEY_ROW, HEADER_ROW, FIRST_ROW = 3, 4, 5  # of the tables: keys, heads, first record
KEY_COLUMN = 0
LABEL_COLUMN = 1
UNIT_COLUMN = 2
FIRST_VALUE_COLUMN = 3


@dataclass(frozen=True)
class Form:
    """One block of a sheet: the fields of a record, with a column for each section that holds one."""

    key: str
    sections: tuple[Section, ...]

    at_home: bool = False  # the fields that one chooses on 首页, or all others

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The fields of its rows."""
        return tuple(field for field in self.sections[0].fields if field.at_home == self.at_home)


@dataclass(frozen=True)
class InputSheet:
    """One input sheet: its forms from top to bottom, then its tables side by side."""

    name: str
    key: str
    forms: tuple[Form, ...]
    tables: tuple[Section, ...]

    @property
    def at_home(self) -> bool:
        """Whether it is 首页."""
        return self.name == HOME

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The fields of its forms by the key of their row: accounts.expenditure."""
        return {f"{form.key}.{f.key}": f for form in self.forms for f in form.fields}


@cache
def input_sheets() -> tuple[InputSheet, ...]:
    """The input sheets, in the order in which the record names them."""
    by_sheet: dict[str, list[Section]] = {}
    for section in sections_of(Inputs):
        by_sheet.setdefault(section.sheet, []).append(section)
    return tuple(
        InputSheet(name, sections[0].key, tuple(_forms(sections)), tuple(s for s in sections if s.table))
        for name, sections in by_sheet.items()
    )


@cache
def home_sheet() -> InputSheet:
    """首页 as far as one chooses something there, read like an input sheet."""
    chosen = (s for s in sections_of(Inputs) if not s.table and any(f.at_home for f in s.fields))
    forms = tuple(Form(_snake(s.record.__name__), (s,), at_home=True) for s in chosen)
    return InputSheet(HOME, "home", forms, ())


def _forms(sections: list[Section]) -> Iterator[Form]:
    by_record: dict[str, list[Section]] = {}
    for section in sections:
        if not section.table:
            by_record.setdefault(_snake(section.record.__name__), []).append(section)
    for key, columns in by_record.items():
        yield Form(key, tuple(columns))


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def column_letter(column: int) -> str:
    """A zero-based column in letters: 0 → A, 27 → AB."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """A zero-based row and column as Excel names the cell: D5."""
    return f"{column_letter(column)}{row + 1}"


@dataclass
class Addresses:
    """Where each place of a record stands in one workbook."""

    cells: dict[str, tuple[str, int, int]] = field(default_factory=dict)  # path → sheet, row, column
    columns: dict[str, tuple[str, int]] = field(default_factory=dict)  # projects.executed → sheet, column
    rows: dict[str, list[int]] = field(default_factory=dict)  # projects → the sheet row of each record
    corners: dict[str, tuple[int, int]] = field(default_factory=dict)  # sheet → its last row and column

    def at(self, path: str) -> tuple[str, int, int] | None:
        """Sheet, zero-based row and column of a path such as projects[2].executed; None if unknown."""
        section, bracket, rest = path.partition("[")
        if not bracket:
            return self.cells.get(path)
        index, _, key = rest.partition("].")
        place = self.columns.get(f"{section}.{key}")
        rows = self.rows.get(section, [])
        return (place[0], rows[int(index)], place[1]) if place and int(index) < len(rows) else None

    def all_at(self, path: str) -> list[tuple[str, int, int]]:
        """The cell of a path, or every one of a column such as projects.executed."""
        place, column = self.at(path), self.columns.get(path)
        if place:
            return [place]
        return [(column[0], row, column[1]) for row in self.rows[path.partition(".")[0]]] if column else []

    def cell(self, path: str) -> str | None:
        """The address as people read it: 收支情况!D5, or a range for a column such as projects.executed."""
        place = self.at(path)
        if place:
            return f"{place[0]}!{cell_name(place[1], place[2])}"
        column, rows = self.columns.get(path), self.rows.get(path.partition(".")[0])
        if not column or not rows:
            return None
        return f"{column[0]}!{cell_name(rows[0], column[1])}:{cell_name(rows[-1], column[1])}"

    def place(self, findings: "Iterable[Finding]") -> str:
        """The cell that the first of some findings is about, as people read it; empty if there is none."""
        cells = (self.cell(path) for finding in findings for path in finding.fields)
        return next((cell for cell in cells if cell), "")

    def paths_at(self, cells: Collection[str]) -> frozenset[str]:
        """The fields that stand in some cells; for one of a table also its column as a whole."""
        found = {path for path in self.cells if self.cell(path) in cells}
        for key in self.columns if cells else ():
            section, _, name = key.partition(".")
            for index in range(len(self.rows.get(section, ()))):
                path = f"{section}[{index}].{name}"
                if self.cell(path) in cells:
                    found |= {path, key}
        return frozenset(found)


def rule_row(report: "Report", addresses: Addresses, rule: str, place: str = "") -> tuple[str, str, str]:
    """A rule on 检查结果, as a whole or at one place: outcome, problem and the cell of the first.

    As the cells COMPUTED show them; blank for a row without a rule.
    """
    if not rule:
        return "", "", ""
    cell = addresses.place(report.found(rule, place))
    return str(report.outcome(rule, place)), fitting(report.problem(rule, place)), cell


def sheet_reference(name: str) -> str:
    """A sheet name as formulas quote it."""
    quoted = name.replace("'", "''")
    return f"'{quoted}'"


def absolute(place: tuple[str, int, int]) -> str:
    """The absolute reference of a cell, as formulas write it: '收支情况'!$D$5."""
    sheet, row, column = place
    return f"{sheet_reference(sheet)}!${column_letter(column)}${row + 1}"


def block(sheet: str, first: tuple[int, int], last: tuple[int, int]) -> str:
    """The absolute reference of a range of zero-based rows and columns: '收支情况'!$A$1:$I$40."""
    return f"{absolute((sheet, *first))}:{absolute((sheet, *last)).partition('!')[2]}"


def digest(inputs: Inputs, addresses: Addresses) -> tuple[str, float]:
    """The sum of all numbers of a workbook, as a formula's expression and as it is now: it tells a change."""
    forms: dict[str, list[tuple[int, int]]] = {}
    for sheet, row, column in addresses.cells.values():
        forms.setdefault(sheet, []).append((row, column))
    ranges = []
    for sheet, places in forms.items():
        rows, columns = zip(*places, strict=True)
        ranges.append(block(sheet, (min(rows), min(columns)), (max(rows), max(columns))))
    for section in sections_of(Inputs):
        if section.table:
            ranges += [in_column(section.key, f.label) for f in section.fields if f.kind in NUMBERS]
    total = sum(_as_number(value) for place, value in values_of(inputs) if place.field.kind in NUMBERS)
    return f"ROUND(SUM({','.join(ranges)}),4)", round(total, 4)


def _as_number(value: Value) -> float:
    """A value as Excel adds it up."""
    if isinstance(value, date):
        return float((value - _DAY_ZERO).days)
    return float(value) if isinstance(value, Decimal | int) else 0.0


def date_of(serial: Any) -> Any:
    """The day of one of Excel's serial numbers; anything else as it is."""
    if type(serial) is float and serial.is_integer() and 0 < serial < _LAST_SERIAL:
        return _DAY_ZERO + timedelta(days=int(serial))
    return serial


def in_column(section: str, label: str) -> str:
    """The reference of a table's column."""
    return f"{section}[{label}]"


def in_row(section: str, label: str) -> str:
    """The reference of a table's column in the same row."""
    return f"{section}[[#This Row],[{label}]]"


META = {"product": PRODUCT, "layout": LAYOUT}
XLWINGS = "xlwings"  # in the same place, of a workbook with functions: the version that its VBA wants
