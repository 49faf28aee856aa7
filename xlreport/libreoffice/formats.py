"""Number formats of a document: what a cell shows itself as, and formats by their English code."""

from collections.abc import Iterator
from enum import Enum, auto
from typing import Any, NamedTuple

from xlreport.libreoffice.office import struct, uno_error

# Bits of com.sun.star.util.NumberFormat.
_DATE, _TIME, _NUMBER, _LOGICAL = 2, 4, 16, 1024


class Shown(Enum):
    """What Excel would say is in a cell, by its format."""

    GENERAL = auto()
    DATE = auto()
    LOGICAL = auto()
    OTHER = auto()  # a time of day as well: Excel gives the number for it


class Area(NamedTuple):
    """Cells, counted from 0."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def of(cls, address: Any) -> "Area":
        """From a com.sun.star.table.CellRangeAddress."""
        return cls(address.StartRow, address.StartColumn, address.EndRow, address.EndColumn)

    def cells(self) -> Iterator[tuple[int, int]]:
        """Every cell, row by row."""
        for row in range(self.top, self.bottom + 1):
            for column in range(self.left, self.right + 1):
                yield row, column

    def has(self, row: int, column: int) -> bool:
        return self.top <= row <= self.bottom and self.left <= column <= self.right


class Formats:
    """The number formats of one document."""

    def __init__(self, document: Any) -> None:
        self._formats = document.getNumberFormats()
        self._shown: dict[int, Shown] = {}  # a key never comes to mean another format

    def areas(self, cells: Any, wanted: Shown) -> list[Area]:
        """Where in a range the format is of one kind."""
        if cells.getPropertyState("NumberFormat").value != "AMBIGUOUS_VALUE":
            uniform = self.shown(cells.NumberFormat) is wanted
            return [Area.of(cells.getRangeAddress())] if uniform else []
        groups = cells.getUniqueCellFormatRanges()
        members = (groups.getByIndex(at) for at in range(groups.getCount()))
        return [
            Area.of(address)
            for group in members
            if self.shown(group.NumberFormat) is wanted
            for address in group.getRangeAddresses()
        ]

    def shown(self, key: int) -> Shown:
        """The kind of a format."""
        if key not in self._shown:
            format_ = self._formats.getByKey(key)
            self._shown[key] = _kind(format_.Type, format_.StandardFormat)
        return self._shown[key]

    def code(self, key: int) -> str:
        """The English code of a format, as in Excel."""
        format_ = self._formats.getByKey(key)
        if format_.Locale.Language not in {"en", ""}:
            key = self._formats.addNewConverted(format_.FormatString, format_.Locale, _english())
            format_ = self._formats.getByKey(key)
        return str(format_.FormatString)

    def key(self, code: str) -> int:
        """The format of an English code. Raises ValueError when LibreOffice does not understand it."""
        found = self._formats.queryKey(code, _english(), False)
        if found != -1:
            return int(found)
        try:
            return int(self._formats.addNew(code, _english()))
        except uno_error("com.sun.star.util.MalformedNumberFormatException") as error:
            raise ValueError(f"Not a number format: {code!r}") from error

    def standard(self, shown: Shown, *, with_time: bool = False) -> int:
        """The format that Excel gives a cell without one, when a date or a truth value is put in."""
        bits = _LOGICAL if shown is Shown.LOGICAL else _DATE | (_TIME if with_time else 0)
        return int(self._formats.getStandardFormat(bits, struct("com.sun.star.lang.Locale")))


def _kind(bits: int, standard: bool) -> Shown:
    if bits & _DATE:
        return Shown.DATE
    if bits & _LOGICAL:
        return Shown.LOGICAL
    return Shown.GENERAL if bits & _NUMBER and standard else Shown.OTHER


def _english() -> Any:
    return struct("com.sun.star.lang.Locale", "en", "US", "")


def runs(keys: dict[tuple[int, int], int]) -> Iterator[tuple[int, int, int, int]]:
    """Cells (column, row) with a format → column, first and last row of those that stand below each other.

    >>> list(runs({(0, 1): 7, (0, 2): 7, (0, 3): 8, (1, 4): 8}))
    [(0, 1, 2, 7), (0, 3, 3, 8), (1, 4, 4, 8)]
    """
    run: tuple[int, int, int, int] | None = None
    for (column, row), key in sorted(keys.items()):
        if run and (run[0], run[2] + 1, run[3]) == (column, row, key):
            run = (column, run[1], row, key)
            continue
        if run:
            yield run
        run = (column, row, row, key)
    if run:
        yield run
