"""An input sheet of tables: real Excel tables, side by side, that grow as one types below them.

Such a sheet stays unprotected: Excel does not extend a table on a protected sheet.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xlreport.model.fields import Field, Kind, Section
from xlreport.model.inputs import Inputs
from xlreport.sheets.form_sheet import AMOUNT_WIDTH, write_head
from xlreport.sheets.layout import (
    COMPUTED_MARK,
    FIRST_ROW,
    HEADER_ROW,
    KEY_COLUMN,
    KEY_ROW,
    LABEL_COLUMN,
    TABLE_MARK,
    Addresses,
    InputSheet,
)
from xlreport.sheets.pen import BAD, CALCULATED_FILL, INPUT_FILL, ROW_HEIGHT, TEXTS, VALUE_WIDTHS, Pen, height
from xlreport.sheets.validation import UNTOUCHED, Source, validation

LEAST_ROWS, SPARE_ROWS = 10, 3  # a table offers that many rows, and empty ones below what it holds
WIDTHS = {  # where that of the kind does not suit
    "projects.name": 26,
    "projects.category": 18,
    "projects.implementer": 18,
    "projects.stated_rate": 11,
    "projects.stated_score": 11,
    "projects.stated_initial": 11,
    "projects.stated_full_year": 11,
    "projects.stated_executed": 11,
    "projects.goal": 28,
    "projects.results": 28,
    "projects.reason": 28,
    "funds.project": 36,
    "funds.source": 18,
    "indicators.project": 20,
    "indicators.level_1": 13,
    "indicators.level_2": 22,
    "indicators.direction": 10,
    "indicators.target": 15,
    "indicators.unit": 10,
    "indicators.actual": 15,
    "indicators.points": 9,
    "indicators.score": 9,
    "bands.item": 22,
    "bands.limit": 12,
    "bands.points": 9,
    "criteria.points": 8,
    "criteria.method": 12,
    "criteria.at_most": 10,
    "criteria.at_least": 10,
    "criteria.step": 9,
    "criteria.deduction": 8,
    "criteria.score": 10,
    "criteria.standard": 50,
    "carried.item": 58,
    "explanations.rule": 8,
    "explanations.place": 16,
}
NARROW = {Kind.LONG_TEXT: 34, Kind.TEXT: 24, Kind.CHOICE: 10}  # in a table of many columns
MANY_COLUMNS = 4
NARROW_AMOUNT, GAP = 12, 3


@dataclass(frozen=True)
class Column:
    """A column of a table that is computed or shown, not filled in."""

    header: str
    key: str
    width: int
    kind: Kind
    value: Callable[[int], Any]  # by the index of the record, as it is stored
    formula: Callable[[int], str] | None = None  # likewise; without one only the value is written
    before: str | None = None  # the field that it stands in front of; at the end if None
    same: bool = False  # the formula is the same in every row, so Excel may fill it into new ones
    beside: bool = False  # of an array formula, which no table takes: it stands to the right of the table
    hidden: bool = False  # for other formulas, not for people


@dataclass
class TableSheet:
    """One sheet of tables being written; notes where each column and record stands."""

    pen: Pen
    sheet: Any
    declared: InputSheet
    inputs: Inputs
    addresses: Addresses
    note: str
    extra: Mapping[str, Sequence[Column]] = field(default_factory=dict)
    growing: bool = True
    real: bool = True  # an Excel table; without it, cells that look like one
    room: int = 0  # rows prepared below each table
    source: Callable[[str], Source | None] = lambda _: None  # by field: what a cell offers to choose from
    shown: bool = False  # filled in by us; nobody should type there

    @property
    def rows(self) -> int:
        """The rows of each table of the sheet, empty ones included."""
        held = max(len(getattr(self.inputs, section.key)) for section in self.declared.tables)
        return max(held + SPARE_ROWS, LEAST_ROWS) if self.growing else held

    @property
    def last_row(self) -> int:
        return HEADER_ROW + self.rows

    def write(self) -> None:
        write_head(self.pen, self.sheet, self.declared, self.note)
        if self.shown:
            self.pen.text(self.sheet, 1, LABEL_COLUMN, self.note, self.pen.format(bold=True, font_color=BAD))
        self.pen.text(self.sheet, KEY_ROW, KEY_COLUMN, TABLE_MARK)
        self.sheet.set_row(KEY_ROW, None, None, {"hidden": True})
        heights = [ROW_HEIGHT] * (1 + self.rows)  # that of the heads and those of the rows
        # What is computed stands last: functions get the sheet up to what is filled in.
        tables = sorted(self.declared.tables, key=lambda section: section.key in self.extra)
        column = LABEL_COLUMN
        for section in tables:  # first of all, because formulas point at columns
            for item in self._columns(section):
                self._write_key(section, item, column)
                column += 1
            self.sheet.set_column(column, column, GAP)
            column += 1
        column = LABEL_COLUMN
        for section in tables:
            column = self._write_table(section, column, heights) + 1
        for row, high in enumerate(heights, HEADER_ROW):
            if high > ROW_HEIGHT:
                self.sheet.set_row(row, high)
        self.sheet.freeze_panes(FIRST_ROW, self._frozen)
        self.sheet.repeat_rows(HEADER_ROW)
        self.sheet.print_area(0, LABEL_COLUMN, self.last_row, column - 2)
        inputs = [
            at
            for key, (tab, at) in self.addresses.columns.items()
            if tab == self.declared.name and COMPUTED_MARK not in key
        ]
        self.addresses.corners[self.declared.name] = (self.last_row + self.room, max(inputs))
        if column > 2 * MANY_COLUMNS:
            self.sheet.set_landscape()

    @property
    def _frozen(self) -> int:
        """How many columns stay when one scrolls to the right: up to what names a row."""
        if len(self.declared.tables) > 1:
            return LABEL_COLUMN
        (section,) = self.declared.tables
        return self.addresses.columns[f"{section.key}.{section.names}"][1] + 1

    def _write_table(self, section: Section, first: int, heights: list[float]) -> int:
        """One table with its left edge in column `first`; gives the column after it."""
        records = getattr(self.inputs, section.key)
        columns = list(self._columns(section))
        heads = [
            {"header": c.header if isinstance(c, Column) else c.label, "header_format": self.pen.table_head()}
            | ({"formula": c.formula(0)} if isinstance(c, Column) and c.formula and c.same else {})
            for c in columns
        ]
        last = first + len(columns) - 1
        inside = [not isinstance(c, Column) or not c.beside for c in columns]
        if self.real:
            area = (HEADER_ROW, first, self.last_row, first + sum(inside) - 1)
            self.pen.table(self.sheet, section.key, area, heads[: sum(inside)])
        for at, head in enumerate(heads, first):
            if not self.real or not inside[at - first]:
                self.pen.text(self.sheet, HEADER_ROW, at, head["header"], self.pen.table_head())
        self.addresses.rows[section.key] = [FIRST_ROW + at for at in range(len(records))]
        narrow = len(columns) > MANY_COLUMNS
        for at, column in enumerate(columns, first):
            if isinstance(column, Column):
                wide, texts = self._write_shown(section, column, at, len(records))
            else:
                wide, texts = self._write_input(section, column, at, records, narrow)
            hidden = isinstance(column, Column) and column.hidden
            self.sheet.set_column(at, at, wide, None, {"hidden": hidden})
            for row, text in enumerate([heads[at - first]["header"], *texts]):
                heights[row] = max(heights[row], height(text, wide))
        return last + 1

    def _columns(self, section: Section) -> Sequence[Field | Column]:
        extra = self.extra.get(section.key, ())
        columns: list[Field | Column] = []
        for item in section.fields:
            columns += [column for column in extra if column.before == item.key]
            columns.append(item)
        return sorted(
            [*columns, *(column for column in extra if column.before is None)],
            key=lambda column: isinstance(column, Column) and column.beside,
        )

    def _write_input(
        self, section: Section, item: Field, at: int, records: Sequence[Any], narrow: bool
    ) -> tuple[int, Sequence[str]]:
        """A column that is filled in; gives its width and the texts that its rows must show."""
        shown = item.prefilled or self.shown
        looks = {"bg_color": CALCULATED_FILL} if shown else {"bg_color": INPUT_FILL, "locked": False}
        style = self.pen.for_value(item.kind, **looks)
        for row in range(self.rows):
            value = getattr(records[row], item.key) if row < len(records) else None
            self.pen.value(self.sheet, FIRST_ROW + row, at, value, style)
        path = f"{section.key}.{item.key}"
        rule = UNTOUCHED if self.shown else validation(item, self.source(path))
        self.sheet.data_validation(FIRST_ROW, at, self.last_row + self.room, at, rule)
        widths, other = (NARROW, NARROW_AMOUNT) if narrow else (VALUE_WIDTHS, AMOUNT_WIDTH)
        wide = WIDTHS.get(path, widths.get(item.kind, other))
        return wide, [getattr(r, item.key) or "" for r in records] if item.kind in TEXTS else []

    def _write_shown(self, section: Section, item: Column, at: int, count: int) -> tuple[int, Sequence[str]]:
        """A column that is computed; gives its width and the texts that its rows must show."""
        style = self.pen.for_value(item.kind, bg_color=CALCULATED_FILL)
        for row in range(self.rows):
            value = item.value(row) if row < count else ""
            if item.formula and (row < count or item.same):
                self.pen.formula(self.sheet, FIRST_ROW + row, at, item.formula(row), style, value)
            else:
                self.pen.value(self.sheet, FIRST_ROW + row, at, value or None, style)
        return item.width, [str(item.value(row)) for row in range(count)] if item.kind in TEXTS else []

    def _write_key(self, section: Section, column: Field | Column, at: int) -> None:
        shown = isinstance(column, Column)
        name = f"{COMPUTED_MARK if shown else ''}{column.key}"
        self.pen.text(self.sheet, KEY_ROW, at, name if shown else f"{section.key}.{name}")
        self.addresses.columns[f"{section.key}.{name}"] = (self.declared.name, at)
