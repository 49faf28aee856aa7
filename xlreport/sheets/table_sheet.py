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
from xlreport.sheets.pen import CALCULATED_FILL, INPUT_FILL, ROW_HEIGHT, TEXTS, VALUE_WIDTHS, Pen, height
from xlreport.sheets.validation import validation

LEAST_ROWS, SPARE_ROWS = 10, 3  # a table offers that many rows, and empty ones below what it holds
NARROW = {Kind.LONG_TEXT: 34, Kind.TEXT: 24, Kind.CHOICE: 10}  # in a table of many columns
MANY_COLUMNS = 4
NARROW_AMOUNT, PREFILLED_WIDTH, GAP = 12, 8, 3


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
        self.pen.text(self.sheet, KEY_ROW, KEY_COLUMN, TABLE_MARK)
        self.sheet.set_row(KEY_ROW, None, None, {"hidden": True})
        heights = [ROW_HEIGHT] * self.rows
        column = LABEL_COLUMN
        for section in self.declared.tables:
            column = self._write_table(section, column, heights)
            self.sheet.set_column(column, column, GAP)
            column += 1
        for row, high in enumerate(heights, FIRST_ROW):
            if high > ROW_HEIGHT:
                self.sheet.set_row(row, high)
        self.sheet.freeze_panes(FIRST_ROW, LABEL_COLUMN + 1)
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
            self.sheet.set_column(at, at, wide)
            for row, text in enumerate(texts):
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
        self._write_key(f"{section.key}.{item.key}", at)
        looks = {"bg_color": CALCULATED_FILL} if item.prefilled else {"bg_color": INPUT_FILL, "locked": False}
        style = self.pen.for_value(item.kind, **looks)
        for row in range(self.rows):
            value = getattr(records[row], item.key) if row < len(records) else None
            self.pen.value(self.sheet, FIRST_ROW + row, at, value, style)
        self.sheet.data_validation(FIRST_ROW, at, self.last_row, at, validation(item))
        widths, other = (NARROW, NARROW_AMOUNT) if narrow else (VALUE_WIDTHS, AMOUNT_WIDTH)
        wide = PREFILLED_WIDTH if item.prefilled else widths.get(item.kind, other)
        return wide, [getattr(r, item.key) or "" for r in records] if item.kind in TEXTS else []

    def _write_shown(self, section: Section, item: Column, at: int, count: int) -> tuple[int, Sequence[str]]:
        """A column that is computed; gives its width and the texts that its rows must show."""
        self._write_key(f"{section.key}.{COMPUTED_MARK}{item.key}", at)
        style = self.pen.for_value(item.kind, bg_color=CALCULATED_FILL)
        for row in range(self.rows):
            value = item.value(row) if row < count else ""
            if item.formula and (row < count or item.same):
                self.pen.formula(self.sheet, FIRST_ROW + row, at, item.formula(row), style, value)
            else:
                self.pen.value(self.sheet, FIRST_ROW + row, at, value or None, style)
        return item.width, [str(item.value(row)) for row in range(count)] if item.kind in TEXTS else []

    def _write_key(self, key: str, at: int) -> None:
        name = key.partition(".")[2]
        self.pen.text(self.sheet, KEY_ROW, at, name if name.startswith(COMPUTED_MARK) else key)
        self.addresses.columns[key] = (self.declared.name, at)
