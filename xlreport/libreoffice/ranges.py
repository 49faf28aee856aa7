"""The Range of the engine: cells of a Calc sheet, read and written in bulk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from xlwings import XlwingsError, base_classes

from xlreport.libreoffice.formats import Area, Shown, runs
from xlreport.libreoffice.formulas import Formulas, Place
from xlreport.libreoffice.office import uno_error
from xlreport.libreoffice.values import error_text, plain, to_datetime, typed_in

if TYPE_CHECKING:
    from xlreport.libreoffice.names import Name, Table
    from xlreport.libreoffice.sheets import Sheet

# Sums of com.sun.star.sheet.CellFlags: numbers, dates, texts and formulas; and all there is but drawings.
CONTENTS, EVERYTHING = 1 | 2 | 4 | 16, 1 | 2 | 4 | 8 | 16 | 32 | 64
_ANY_RESULT = 1 | 2 | 4  # a sum of com.sun.star.sheet.FormulaResult
_NO_FILL = -1

_DIRECTIONS = {"down": (1, 0), "up": (-1, 0), "right": (0, 1), "left": (0, -1)}

Grid = list[list[Any]]


class Protected(XlwingsError):
    """Something was to be changed that the protection of a sheet forbids."""


class Range(base_classes.Range):
    """Cells from a row and a column on, both counted from 1; one without rows or columns holds nothing."""

    row = 0
    column = 0
    shape = (0, 0)

    def __init__(self, sheet: Sheet, row: int, column: int, rows: int = 1, columns: int = 1) -> None:
        if row < 1 or column < 1:
            raise IndexError("Rows and columns are counted from 1")
        self.sheet = sheet
        self.row = row
        self.column = column
        self.shape = (rows, columns)
        self.options: dict[str, Any] = {}  # xlwings puts the options of a reading here
        self._cells: Any = None

    @classmethod
    def at(cls, sheet: Sheet, area: Area) -> Range:
        """The cells of an area, which counts from 0."""
        rows, columns = area.bottom - area.top + 1, area.right - area.left + 1
        return cls(sheet, area.top + 1, area.left + 1, rows, columns)

    @property
    def area(self) -> Area:
        rows, columns = self.shape
        return Area(self.row - 1, self.column - 1, self.row + rows - 2, self.column + columns - 2)

    @property
    def api(self) -> Any:
        """The UNO object; None for a range without cells."""
        if self._cells is None and all(self.shape):
            top, left, bottom, right = self.area
            self._cells = self.sheet.xl.getCellRangeByPosition(left, top, right, bottom)
        return self._cells

    @property
    def coords(self) -> tuple[str, int, int, int, int]:
        return self.sheet.name, self.row, self.column, *self.shape

    def __len__(self) -> int:
        return self.shape[0] * self.shape[1]

    def __call__(self, row: int, column: int | None = None) -> Range:
        if column is None:  # the nth cell, row by row
            over, across = divmod(row - 1, self.shape[1])
            row, column = over + 1, across + 1
        return Range(self.sheet, self.row + row - 1, self.column + column - 1)

    # Values

    @property
    def raw_value(self) -> Any:
        """What is in the cells, dates as such and errors as their text; blank is ""."""
        if not len(self):
            return None
        rows = self._read()
        return rows[0][0] if len(self) == 1 else rows

    @raw_value.setter
    def raw_value(self, value: Any) -> None:
        if not len(self):
            return
        rows = self._grid(value)
        self.refuse_protected()
        null_date = self.sheet.book.null_date
        self._write([[plain(one, null_date) for one in row] for row in rows])
        dated = [one for one in _places(rows) if isinstance(one[2], date | bool)]
        if dated:
            self._give_formats(dated)

    def _read(self) -> Grid:
        rows = [list(row) for row in self.api.getDataArray()]
        top, left, _, _ = self.area
        formats, null_date = self.sheet.book.formats, self.sheet.book.null_date
        for area in formats.areas(self.api, Shown.DATE):
            for row, column in area.cells():
                value = rows[row - top][column - left]
                if isinstance(value, float):
                    rows[row - top][column - left] = to_datetime(value, null_date)
        for area in formats.areas(self.api, Shown.LOGICAL):
            for row, column in area.cells():
                value = rows[row - top][column - left]
                if isinstance(value, float):
                    rows[row - top][column - left] = bool(value)
        for row, column, value in _places(rows):
            if value is None:  # an error, which one the cell has to be asked
                rows[row][column] = error_text(self.api.getCellByPosition(column, row).getError())
        return rows

    def _grid(self, value: Any) -> Grid:
        """A value to be written in the shape of this range; a single one goes into every cell."""
        height, width = self.shape
        if not isinstance(value, list | tuple):
            return [[value] * width for _ in range(height)]
        rows = [list(row) for row in value] if isinstance(value[0], list | tuple) else [list(value)]
        if len(rows) != height or any(len(row) != width for row in rows):
            raise ValueError(
                f"{len(rows)} rows do not fit into {self.address}, which has {height}×{width} cells"
            )
        return rows

    def _write(self, rows: Sequence[Sequence[Any]], method: str = "setDataArray") -> None:
        """Hand rows to UNO; None must not be among them, for it brings LibreOffice 7.4 down."""
        try:
            getattr(self.api, method)(tuple(tuple(row) for row in rows))
        except uno_error() as error:
            # A part of an array formula, say.
            raise XlwingsError(f"{self._place}: LibreOffice did not take the values") from error

    def _give_formats(self, dated: Sequence[tuple[int, int, Any]]) -> None:
        """Make dates and truth values in cells without a format show as such, as Excel does."""
        formats = self.sheet.book.formats
        general = formats.areas(self.api, Shown.GENERAL)
        top, left, _, _ = self.area
        keys: dict[tuple[int, int], int] = {}
        for row, column, value in dated:
            if any(area.has(top + row, left + column) for area in general):
                timed = isinstance(value, datetime) and (value.hour, value.minute, value.second) != (0, 0, 0)
                shown = Shown.LOGICAL if isinstance(value, bool) else Shown.DATE
                keys[column, row] = formats.standard(shown, with_time=timed)
        for column, first, last, key in runs(keys):
            self.api.getCellRangeByPosition(column, first, column, last).NumberFormat = key

    # Formulas

    @property
    def formula(self) -> Any:
        """The formulas in Excel's words, and what would be typed for other cells."""
        if not len(self):
            return None
        data, native = self.api.getDataArray(), self.api.getFormulaArray()
        # A text that begins with "=" looks like a formula there, and a number in quotes has got one more.
        rows = [
            [one if isinstance(one, str) else typed for one, typed in zip(*pair, strict=True)]
            for pair in zip(data, native, strict=True)
        ]
        top, left, _, _ = self.area
        for address in self.api.queryFormulaCells(_ANY_RESULT).getRangeAddresses():
            for row, column in Area.of(address).cells():
                at, across = row - top, column - left
                rows[at][across] = self._formulas.text(native[at][across], (self.sheet.at, row, column))
        return rows[0][0] if len(self) == 1 else tuple(map(tuple, rows))

    @formula.setter
    def formula(self, value: Any) -> None:
        if not len(self):
            return
        rows = self._grid(value)
        self.refuse_protected()
        if _is_formula(value):
            # A single formula is that of the first cell, and its references move along.
            sheet = self.sheet.at
            texts = iter(
                self._formulas.native(value, *((sheet, row, column) for row, column in self.area.cells()))
            )
            self._write([[next(texts) for _ in row] for row in rows], "setFormulaArray")
        else:
            typed = [
                [self._typed(one, row, column) for column, one in enumerate(ones)]
                for row, ones in enumerate(rows)
            ]
            self._write(typed, "setFormulaArray")

    def _typed(self, value: Any, row: int, column: int) -> str:
        """What would be typed into a cell of this range, in Calc's words."""
        if not _is_formula(value):
            return typed_in(value, self.sheet.book.null_date)
        top, left, _, _ = self.area
        return self._formulas.native(value, (self.sheet.at, top + row, left + column))[0]

    @property
    def _formulas(self) -> Formulas:
        return self.sheet.book.formulas

    formula2 = formula

    @property
    def has_array(self) -> bool:
        return bool(len(self)) and bool(self.api.getArrayFormula())

    @property
    def formula_array(self) -> str | None:
        if not self.has_array:
            return None
        return self._formulas.text(self.api.getArrayFormula().strip("{}"), self._first)

    @formula_array.setter
    def formula_array(self, value: str) -> None:
        self.refuse_protected()
        self.api.setArrayFormula(self._formulas.native(value, self._first)[0])

    @property
    def _first(self) -> Place:
        return self.sheet.at, self.row - 1, self.column - 1

    # Looks

    @property
    def color(self) -> tuple[int, int, int] | None:
        colour = self.api.CellBackColor if len(self) else _NO_FILL
        return None if colour == _NO_FILL else (colour >> 16 & 255, colour >> 8 & 255, colour & 255)

    @color.setter
    def color(self, value: tuple[int, int, int] | int | str | None) -> None:
        if not len(self):
            return
        self.refuse_protected()
        self.api.CellBackColor = _NO_FILL if value is None else _colour(value)

    def set_colors(self, colors: Sequence[Sequence[Any]]) -> None:
        for row, column, colour in _places(colors):
            if colour is not ...:
                self(row + 1, column + 1).color = colour

    @property
    def number_format(self) -> str | None:
        """The English code; None where the cells do not agree, as in Excel."""
        if not len(self) or self.api.getPropertyState("NumberFormat").value == "AMBIGUOUS_VALUE":
            return None
        return self.sheet.book.formats.code(self.api.NumberFormat)

    @number_format.setter
    def number_format(self, value: str) -> None:
        if len(self):
            self.refuse_protected()
            self.api.NumberFormat = self.sheet.book.formats.key(value)

    def autofit(self, axis: str | None = None) -> None:
        if axis in (None, "r", "rows"):
            self.api.getRows().OptimalHeight = True
        if axis in (None, "c", "columns"):
            self.api.getColumns().OptimalWidth = True

    # Clearing

    def clear_contents(self) -> None:
        self._clear(CONTENTS)

    def clear_formats(self) -> None:
        self._clear(EVERYTHING & ~CONTENTS)

    def clear(self) -> None:
        self._clear(EVERYTHING)

    def _clear(self, flags: int) -> None:
        if len(self):
            self.refuse_protected()
            self.api.clearContents(flags)

    def refuse_protected(self) -> None:
        """Raise Protected when a cell is locked on a protected sheet: LibreOffice would do nothing, and say so."""
        # LibreOffice gives "locked" for a range whose cells differ, which is what has to be refused.
        if self.sheet.xl.isProtected() and self.api.CellProtection.IsLocked:
            raise Protected(f"{self._place}：工作表受保护，单元格未解锁，没有写入。")

    # Place

    @property
    def _place(self) -> str:
        return f"{self.sheet.name}!{self.address.replace('$', '')}"

    @property
    def address(self) -> str:
        return self.get_address(True, True, False)

    def get_address(self, row_absolute: bool, col_absolute: bool, external: bool) -> str:
        top, left, bottom, right = self.area

        def name(row: int, column: int) -> str:
            return f"{'$' * col_absolute}{_column(column + 1)}{'$' * row_absolute}{row + 1}"

        text = name(top, left) if len(self) == 1 else f"{name(top, left)}:{name(bottom, right)}"
        book, sheet = self.sheet.book.name, self.sheet.name
        return f"'[{book}]{sheet}'!{text}" if external else text

    def select(self) -> None:
        self.sheet.book.controller.select(self.api)

    def end(self, direction: str) -> Range:
        """Where Ctrl and an arrow lead from the first cell."""
        down, right = _DIRECTIONS[direction]
        row, column = self.row, self.column
        last_row, last_column = self.sheet.size
        steps = self.sheet.steps(down, right, row, column)
        if steps is None:
            row = {1: last_row, -1: 1, 0: row}[down]
            column = {1: last_column, -1: 1, 0: column}[right]
            return Range(self.sheet, row, column)
        return Range(self.sheet, row + down * steps, column + right * steps)

    @property
    def current_region(self) -> Range:
        cursor = self.sheet.xl.createCursorByRange(self.api)
        cursor.collapseToCurrentRegion()
        return Range.at(self.sheet, Area.of(cursor.getRangeAddress()))

    @property
    def name(self) -> Name | None:
        return self.sheet.book.names.of(self)

    @name.setter
    def name(self, value: str) -> None:
        sheet = self.sheet.name.replace("'", "''")
        self.sheet.book.names.add(value, f"='{sheet}'!{self.address}")

    @property
    def table(self) -> Table | None:
        """The table that the first cell is in."""
        row, column = self.row - 1, self.column - 1
        return next((table for table in self.sheet.tables if table.area.has(row, column)), None)


def _column(number: int) -> str:
    """The letters of a column, counted from 1.

    >>> _column(1), _column(26), _column(28), _column(16384)
    ('A', 'Z', 'AB', 'XFD')
    """
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _colour(value: tuple[int, int, int] | int | str) -> int:
    """A colour as UNO takes it, 0xRRGGBB; a number is Excel's, the other way round.

    >>> hex(_colour((255, 0, 1))), hex(_colour("#ff0001")), hex(_colour(0x0100FF))
    ('0xff0001', '0xff0001', '0xff0001')
    """
    if isinstance(value, str):
        return int(value.removeprefix("#"), 16)
    if isinstance(value, int):
        return (value & 255) << 16 | value & 0xFF00 | value >> 16 & 255
    red, green, blue = value
    return red << 16 | green << 8 | blue


def _is_formula(value: Any) -> bool:
    return isinstance(value, str) and value[:1] == "="


def _places(rows: Sequence[Sequence[Any]]) -> Iterator[tuple[int, int, Any]]:
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            yield row, column, value
