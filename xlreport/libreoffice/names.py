"""Defined names and tables of a Calc document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xlwings import NoSuchObjectError, XlwingsError, base_classes

from xlreport.libreoffice.formats import Area
from xlreport.libreoffice.office import struct
from xlreport.libreoffice.ranges import Range

if TYPE_CHECKING:
    from xlreport.libreoffice.engine import Book
    from xlreport.libreoffice.sheets import Sheet

_TOP = (0, 0, 0)  # where a name with relative references would count from


class Names(base_classes.Names):
    """The names of a book with those of its sheets, or of one sheet only."""

    def __init__(self, book: Book, sheet: Sheet | None = None) -> None:
        self.book = book
        self.sheet = sheet

    @property
    def api(self) -> Any:
        return (self.sheet.xl if self.sheet else self.book.document).NamedRanges

    def __iter__(self) -> Iterator[Name]:
        scopes = [self.sheet] if self.sheet else [None, *self.book.sheets]
        for scope in scopes:
            names = (scope.xl if scope else self.book.document).NamedRanges
            for name in names.getElementNames():
                yield Name(self.book, names.getByName(name), scope)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __call__(self, key: str | int) -> Name:
        if isinstance(key, int):
            return list(self)[key - 1]
        found = self._find(key)
        if found is None:
            raise NoSuchObjectError(f"The name '{key}' doesn't exist.")
        return found

    def contains(self, key: str | int) -> bool:
        return 1 <= key <= len(self) if isinstance(key, int) else self._find(key) is not None

    def snapshot(self) -> list[tuple[str, Name]]:
        return [(name.name, name) for name in self]

    def _find(self, key: str) -> Name | None:
        wanted = key.casefold()
        for name in self:
            # On its own sheet a name need not be told with it.
            known = {name.name.casefold(), name.own.casefold()} if self.sheet else {name.name.casefold()}
            if wanted in known:
                return name
        return None

    def add(self, name: str, refers_to: str) -> Name:
        own = name.rpartition("!")[2]
        scope = self.sheet
        if "!" in name:
            scope = self.book.sheets(name.rpartition("!")[0].strip("'"))
        names = (scope.xl if scope else self.book.document).NamedRanges
        if names.hasByName(own):  # as in Excel, where adding one anew changes it
            made = Name(self.book, names.getByName(own), scope)
        else:
            start = struct("com.sun.star.table.CellAddress", 0, 0, 0)
            names.addNewByName(own, "0", start, 0)
            if not names.hasByName(own):
                raise XlwingsError(f"'{own}' cannot be the name of a range")
            made = Name(self.book, names.getByName(own), scope)
        made.refers_to = refers_to
        return made

    def of(self, cells: Range) -> Name | None:
        """The first name that stands for exactly these cells."""
        for name in self:
            found = name.cells()
            if found and (found.sheet.at, found.area) == (cells.sheet.at, cells.area):
                return name
        return None


class Name(base_classes.Name):
    """A name of a document, or of a sheet where one is given."""

    def __init__(self, book: Book, xl: Any, scope: Sheet | None) -> None:
        self.book = book
        self.xl = xl
        self.scope = scope

    @property
    def api(self) -> Any:
        return self.xl

    @property
    def own(self) -> str:
        """The name without its sheet."""
        return str(self.xl.getName())

    @property
    def name(self) -> str:
        """The name as Excel gives it, with the sheet where it holds on one only."""
        if not self.scope:
            return self.own
        sheet = self.scope.name
        quoted = sheet if sheet.isidentifier() else "'" + sheet.replace("'", "''") + "'"
        return f"{quoted}!{self.own}"

    @name.setter
    def name(self, value: str) -> None:
        self.xl.setName(value.rpartition("!")[2])

    @property
    def refers_to(self) -> str:
        return self.book.formulas.text(self.xl.getContent(), _TOP)

    @refers_to.setter
    def refers_to(self, value: str) -> None:
        self.xl.setContent(self.book.formulas.native(value, _TOP)[0].removeprefix("="))

    @property
    def refers_to_range(self) -> Range:
        found = self.cells()
        if found is None:
            raise XlwingsError(f"'{self.name}' does not stand for cells: {self.refers_to}")
        return found

    def cells(self) -> Range | None:
        """The cells that the name stands for; None for a constant, a formula or a lost reference."""
        cells = self.xl.getReferredCells()
        if cells is None:
            return None
        address = cells.getRangeAddress()
        return Range.at(self.book.sheets(address.Sheet + 1), Area.of(address))

    def delete(self) -> None:
        names = (self.scope.xl if self.scope else self.book.document).NamedRanges
        names.removeByName(self.own)


class Tables(base_classes.Tables):
    """The tables of a sheet: to Calc, database ranges, whose header says that they were tables."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    @property
    def api(self) -> Any:
        return self.sheet.book.document.DatabaseRanges

    def __iter__(self) -> Iterator[Table]:
        ranges = self.api
        for name in ranges.getElementNames():
            table = Table(self.sheet, ranges.getByName(name))
            if table.xl.getDataArea().Sheet == self.sheet.at:
                yield table

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, key: str) -> bool:
        return any(table.name.casefold() == key.casefold() for table in self)

    def __call__(self, key: str | int) -> Table:
        for at, table in enumerate(self, 1):
            if key == at or (isinstance(key, str) and table.name.casefold() == key.casefold()):
                return table
        raise NoSuchObjectError(f"The table '{key}' doesn't exist on '{self.sheet.name}'.")


class Table(base_classes.Table):
    """A table on a sheet."""

    def __init__(self, sheet: Sheet, xl: Any) -> None:
        self._parent = sheet
        self.xl = xl

    @property
    def parent(self) -> Sheet:
        return self._parent

    @property
    def api(self) -> Any:
        return self.xl

    @property
    def name(self) -> str:
        return str(self.xl.getName())

    @name.setter
    def name(self, value: str) -> None:
        self.xl.setName(value)

    display_name = name

    @property
    def area(self) -> Area:
        return Area.of(self.xl.getDataArea())

    @property
    def range(self) -> Range:
        return Range.at(self.parent, self.area)

    @property
    def show_headers(self) -> bool:
        return bool(self.xl.ContainsHeader)

    @show_headers.setter
    def show_headers(self, value: bool) -> None:
        self.xl.ContainsHeader = value

    @property
    def show_totals(self) -> bool:
        return bool(self.xl.TotalsRow)

    @show_totals.setter
    def show_totals(self, value: bool) -> None:
        self.xl.TotalsRow = value

    @property
    def show_autofilter(self) -> bool:
        return bool(self.xl.AutoFilter)

    @show_autofilter.setter
    def show_autofilter(self, value: bool) -> None:
        self.xl.AutoFilter = value

    @property
    def header_row_range(self) -> Range | None:
        area = self.area
        return Range.at(self.parent, area._replace(bottom=area.top)) if self.show_headers else None

    @property
    def totals_row_range(self) -> Range | None:
        area = self.area
        return Range.at(self.parent, area._replace(top=area.bottom)) if self.show_totals else None

    @property
    def data_body_range(self) -> Range | None:
        area = self.area
        body = area._replace(top=area.top + self.show_headers, bottom=area.bottom - self.show_totals)
        return Range.at(self.parent, body) if body.top <= body.bottom else None

    def resize(self, range: Range) -> None:
        """Let the table cover other cells; what is in the cells stays as it is."""
        self.xl.setDataArea(range.api.getRangeAddress())
