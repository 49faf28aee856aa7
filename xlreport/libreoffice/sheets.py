"""Sheets of a Calc document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from xlwings import NoSuchObjectError, base_classes

from xlreport.libreoffice.formats import Area
from xlreport.libreoffice.names import Names, Tables
from xlreport.libreoffice.office import uno_error
from xlreport.libreoffice.ranges import CONTENTS, Protected, Range

if TYPE_CHECKING:
    from xlreport.libreoffice.engine import Book


class Sheets(base_classes.Sheets):
    """The sheets of a document."""

    def __init__(self, book: Book) -> None:
        self.book = book

    @property
    def api(self) -> Any:
        return self.book.document.Sheets

    @property
    def active(self) -> Sheet:
        return Sheet(self.book, self.book.controller.getActiveSheet())

    def __iter__(self) -> Iterator[Sheet]:
        sheets = self.api
        for at in range(sheets.getCount()):
            yield Sheet(self.book, sheets.getByIndex(at))

    def __len__(self) -> int:
        return int(self.api.getCount())

    def __contains__(self, key: str) -> bool:
        return bool(self.api.hasByName(key))

    def __call__(self, key: str | int) -> Sheet:
        sheets = self.api
        if isinstance(key, str):
            if not sheets.hasByName(key):
                raise NoSuchObjectError(f"Sheet {key} doesn't exist.")
            return Sheet(self.book, sheets.getByName(key))
        if not 1 <= key <= sheets.getCount():
            raise IndexError(f"There is no sheet {key} of {sheets.getCount()}.")
        return Sheet(self.book, sheets.getByIndex(key - 1))

    def add(self, before: Sheet | None = None, after: Sheet | None = None, name: str | None = None) -> Sheet:
        at = before.at if before else after.at + 1 if after else self.active.at
        free = (f"Sheet{number}" for number in range(1, len(self) + 2))
        made = name or next(one for one in free if one not in self)
        self.api.insertNewByName(made, at)
        return self(made)


class SheetApi:
    """A sheet with the members of Excel's that the actions use; all else is the UNO object's."""

    def __init__(self, xl: Any) -> None:
        self.xl = xl

    @property
    def ProtectContents(self) -> bool:
        return bool(self.xl.isProtected())

    def Protect(self, Password: str = "", **options: Any) -> None:
        """Protect the sheet; what may still be done stays as it was, the options are Excel's."""
        self.xl.protect(Password)

    def Unprotect(self, Password: str = "") -> None:
        with suppress(uno_error("com.sun.star.lang.IllegalArgumentException")):
            self.xl.unprotect(Password)
        if self.xl.isProtected():
            raise Protected(f"{self.xl.getName()}：工作表有密码保护，未能解除。")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.xl, name)


class Sheet(base_classes.Sheet):
    """A sheet of a document."""

    def __init__(self, book: Book, xl: Any) -> None:
        self._book = book
        self.xl = xl

    @property
    def book(self) -> Book:
        return self._book

    @property
    def api(self) -> SheetApi:
        return SheetApi(self.xl)

    @property
    def at(self) -> int:
        """Its place, counted from 0."""
        return int(self.xl.getRangeAddress().Sheet)

    @property
    def index(self) -> int:
        return self.at + 1

    @property
    def name(self) -> str:
        return str(self.xl.getName())

    @name.setter
    def name(self, value: str) -> None:
        self.xl.setName(value)

    @property
    def visible(self) -> bool:
        return bool(self.xl.IsVisible)

    @visible.setter
    def visible(self, value: bool) -> None:
        self.xl.IsVisible = bool(value)

    @property
    def names(self) -> Names:
        return Names(self.book, self)

    @property
    def tables(self) -> Tables:
        return Tables(self)

    @property
    def size(self) -> tuple[int, int]:
        """How many rows and columns there are at all."""
        address = self.xl.getRangeAddress()
        return address.EndRow + 1, address.EndColumn + 1

    @property
    def cells(self) -> Range:
        return Range(self, 1, 1, *self.size)

    @property
    def used_range(self) -> Range:
        cursor = self.xl.createCursor()
        cursor.gotoStartOfUsedArea(False)
        cursor.gotoEndOfUsedArea(True)
        return Range.at(self, Area.of(cursor.getRangeAddress()))

    def range(self, first: Any, second: Any = None) -> Range:
        """Cells by an address, a name, a place (row, column), or as all from one range to another."""
        corner = self._corner(first)
        if second is None:
            return corner
        other = self._corner(second)
        areas = (corner.area, other.area)
        top, left = min(a.top for a in areas), min(a.left for a in areas)
        bottom, right = max(a.bottom for a in areas), max(a.right for a in areas)
        return Range.at(self, Area(top, left, bottom, right))

    def _corner(self, place: Any) -> Range:
        if isinstance(place, Range):
            return place
        if isinstance(place, tuple):  # xlwings slices with the size as well
            return Range(self, *place)
        for names in (self.names, self.book.names):
            if names.contains(place):
                return names(place).refers_to_range
        try:
            address = self.xl.getCellRangeByName(place).getRangeAddress()
        except uno_error() as error:
            raise NoSuchObjectError(f"The address/named range '{place}' doesn't exist.") from error
        return Range.at(
            Sheet(self.book, self.book.document.Sheets.getByIndex(address.Sheet)), Area.of(address)
        )

    def steps(self, down: int, right: int, row: int, column: int) -> int | None:
        """How far Ctrl and an arrow lead from a cell; None: to the edge of the sheet."""
        used = self.used_range.area
        if right == 0:
            last = max(used.bottom + 1, row) if down > 0 else 1
            first, until = sorted((row, last))
            cells = self.xl.getCellRangeByPosition(column - 1, first - 1, column - 1, until - 1)
            line = [one[0] for one in cells.getFormulaArray()]
        else:
            last = max(used.right + 1, column) if right > 0 else 1
            first, until = sorted((column, last))
            cells = self.xl.getCellRangeByPosition(first - 1, row - 1, until - 1, row - 1)
            line = list(cells.getFormulaArray()[0])
        found = [one != "" for one in line]
        return _steps(found if down + right > 0 else found[::-1])

    def activate(self) -> None:
        self.book.controller.setActiveSheet(self.xl)

    select = activate

    def clear_contents(self) -> None:
        self.used_range.refuse_protected()
        self.xl.clearContents(CONTENTS)

    def delete(self) -> None:
        self.book.document.Sheets.removeByName(self.name)


def _steps(filled: Sequence[bool]) -> int | None:
    """Cells from one on, whether they are filled → steps to the end of the block or to the next; None: to the edge.

    >>> _steps([True, True, False]), _steps([True, False, True]), _steps([False, False])
    (1, 2, None)
    """
    if filled[:2] == [True, True]:
        return next((at for at, one in enumerate(filled) if not one), len(filled)) - 1
    return next((at for at, one in enumerate(filled) if one and at), None)
