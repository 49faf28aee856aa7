"""A sheet of a form as a grid: what stands where, what is merged, what must not be written to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import ceil
from typing import NamedTuple
from unicodedata import east_asian_width

from xlreport.sheets.layout import cell_name

Content = str | int | float | bool | None

_WIDTH = 8.43  # of a column that does not state it, in digits of the standard font
_DIGIT = 5.25  # points
_LEADING = 1.35  # from line to line, in sizes of the font
_TIGHTEST = 1.2  # the same, where lines just do not touch


def _advance(sign: str) -> float:
    """The width of a character in sizes of the font."""
    return 1 if east_asian_width(sign) in "WFA" else 0.55


class Box(NamedTuple):
    """The cells that one cell covers, more than one where they are merged: from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def name(self) -> str:
        """Its first cell, as Excel calls it."""
        return cell_name(self.top, self.left)


@dataclass(frozen=True)
class FormCell:
    """One cell of a form, with all that is merged into it."""

    box: Box
    content: Content = None  # of a formula: None
    formula: bool = False
    number_format: str = "General"
    locked: bool = False
    bordered: bool = False
    indent: int = 0
    wraps: bool = False
    size: float = 11  # of its font, in points

    @property
    def text(self) -> str:
        """Its text; empty where it holds a number or nothing."""
        return self.content if isinstance(self.content, str) and not self.blank else ""

    @property
    def blank(self) -> bool:
        """Whether nothing is in it but spaces."""
        if isinstance(self.content, str):
            return not self.content.strip(" \t\r\n_　＿\u00a0")
        return self.content is None and not self.formula

    @property
    def percent(self) -> bool:
        """Whether a number shows as a percentage in it."""
        return "%" in self.number_format


@dataclass(frozen=True)
class Grid:
    """The cells of one sheet, or of those of its rows that hold one form."""

    tab: str
    cells: Mapping[tuple[int, int], FormCell]  # by their first cell
    covered: Mapping[tuple[int, int], tuple[int, int]]  # cells under merged ones → the first of them
    protected: bool = False  # so that only unlocked cells may be written to
    widths: Mapping[int, float] = field(default_factory=dict)  # of the columns that state theirs, in digits

    def at(self, row: int, column: int) -> FormCell:
        """The cell at a place, or the one that covers it; one that the file does not hold is blank."""
        first = self.covered.get((row, column), (row, column))
        return self.cells.get(first) or FormCell(Box(row, column, row, column), locked=self.protected)

    @cached_property
    def texts(self) -> tuple[FormCell, ...]:
        """The cells with a text, row by row."""
        return tuple(self.cells[place] for place in sorted(self.cells) if self.cells[place].text)

    @cached_property
    def last_row(self) -> int:
        """The last row with anything in it or around it."""
        return max(
            (cell.box.bottom for cell in self.cells.values() if cell.bordered or not cell.blank), default=-1
        )

    def rows(self, first: int, last: int) -> "Grid":
        """The part of the grid from one row to another."""
        cells = {place: cell for place, cell in self.cells.items() if first <= place[0] <= last}
        return replace(self, cells=cells)

    def height_for(self, cell: FormCell, text: str) -> float:
        """How high a row must be to show a text in a cell, in points; 0 where the text does not wrap there."""
        if not cell.wraps or cell.box.bottom > cell.box.top:
            return 0
        return round(self._lines(cell, text) * cell.size * _LEADING + 2, 2)

    def cuts_off(self, cell: FormCell, text: str, height: float) -> bool:
        """Whether some lines of a text that wraps in a cell are likely not seen when it is so many points high."""
        lines = self._lines(cell, text) if cell.wraps else 1
        return lines > 1 and lines * cell.size * _TIGHTEST > height

    def _lines(self, cell: FormCell, text: str) -> int:
        columns = range(cell.box.left, cell.box.right + 1)
        room = sum(self.widths.get(column, _WIDTH) * _DIGIT for column in columns)
        lines = (sum(_advance(sign) for sign in line) * cell.size / room for line in text.split("\n"))
        return sum(max(1, ceil(line)) for line in lines)

    def right_of(self, cell: FormCell) -> FormCell:
        """The cell on the right."""
        return self.at(cell.box.top, cell.box.right + 1)

    def below(self, cell: FormCell) -> FormCell:
        """The cell beneath."""
        return self.at(cell.box.bottom + 1, cell.box.left)

    def above(self, cell: FormCell) -> FormCell | None:
        """The cell over it, if it is not in the first row."""
        return self.at(cell.box.top - 1, cell.box.left) if cell.box.top else None

    def texts_in(self, row: int) -> tuple[FormCell, ...]:
        """The cells with a text that stand in a row, those merged into it from above included."""
        return tuple(self._by_row.get(row, ()))

    @cached_property
    def _by_row(self) -> dict[int, list[FormCell]]:
        found: dict[int, list[FormCell]] = {}
        for cell in self.texts:
            for row in range(cell.box.top, cell.box.bottom + 1):
                found.setdefault(row, []).append(cell)
        return found
