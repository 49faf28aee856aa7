"""The .xlsm open in LibreOffice, with its VBA talking to the bridge in this process."""

import math
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from weakref import WeakSet

import openpyxl

from xlreport.libreoffice.office import Office
from xlreport.sheets.layout import Addresses, cell_name
from xlreport.sheets.reader import read_workbook

_BRIDGED: WeakSet[Office] = WeakSet()  # offices that know the bridge of this process


class Live:
    """An open workbook, as a user sees it."""

    def __init__(self, office: Office, path: Path) -> None:
        from xlreport.libreoffice import bridge

        self.bridge = bridge
        self.office = office
        self.path = path
        self.addresses: Addresses = read_workbook(path).addresses
        if office not in _BRIDGED:
            office.context.ServiceManager.insert(bridge.Factory())
            _BRIDGED.add(office)
        self.document = office.open(path)
        bridge.adopt(self.document)

    def cells(self, sheet: str, area: str) -> list[list[Any]]:
        """The values of an area."""
        return [
            [*row] for row in self.document.Sheets.getByName(sheet).getCellRangeByName(area).getDataArray()
        ]

    def cell(self, sheet: str, name: str) -> Any:
        """The UNO object of one cell."""
        return self.document.Sheets.getByName(sheet).getCellRangeByName(name)

    def type(self, path: str, content: Any) -> None:
        """Fill in a field as somebody would type it; None clears it, a text beginning with = is a formula."""
        place = self.addresses.at(path)
        assert place
        cell = self.cell(place[0], cell_name(place[1], place[2]))
        if content is None:
            cell.setString("")
            cell.clearContents(1 | 2 | 4 | 16)
        elif isinstance(content, str) and not content.startswith("="):
            cell.setString(content)
        elif isinstance(content, str):
            cell.setFormula(content)
        else:
            cell.setValue(float(content))

    def checks(self) -> dict[str, tuple[str, str, str]]:
        """Outcome, problem and cell of each rule, as 检查结果 shows them."""
        return {rule: shown for (rule, place), shown in self.places().items() if not place}

    def places(self) -> dict[tuple[str, str], tuple[str, str, str]]:
        """The same by rule and place; of a rule as a whole, the place is empty."""
        rows = self.cells("检查结果", "B6:H200")
        return {(row[0], row[1]): (row[4], row[5], row[6]) for row in rows if row[0]}

    def rates(self) -> dict[str, Any]:
        """The rates by key, as 指标计算 shows them."""
        return {row[0]: row[2] for row in self.cells("指标计算", "A5:C60") if row[0]}

    def click(self, button: str) -> str:
        """Run the Sub of a ribbon button; gives the sentence that it ended in."""
        self.bridge.answers.clear()
        script = f"vnd.sun.star.script:VBAProject.Ribbon.{button}?language=Basic&location=document"
        # The control that was clicked has to be an object; which one does not matter.
        self.document.getScriptProvider().getScript(script).invoke((self.document,), (), ())
        assert len(self.bridge.answers) == 1, "the Sub did not reach Python"
        return str(self.bridge.answers[0])


@contextmanager
def opened(office: Office, path: Path) -> Iterator[Live]:
    """Open a workbook and close it without saving."""
    live = Live(office, path)
    try:
        yield live
    finally:
        office.close(live.document)


def stored(path: Path, sheets: Collection[str] = ()) -> dict[tuple[str, str], Any]:
    """The stored value of every cell, of some sheets or all, that a formula computes, those of arrays included."""
    formulas, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    found: dict[tuple[str, str], Any] = {}
    for sheet in formulas:
        if sheets and sheet.title not in sheets:
            continue
        areas = sheet.array_formulae.values()
        cells = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"}
        for area in areas:
            cells.update(cell.coordinate for row in sheet[area] for cell in row)
        found |= {(sheet.title, name): values[sheet.title][name].value for name in cells}
    return found


def same(calculated: Any, value: Any) -> bool:
    """Whether a cell shows the value; LibreOffice gives a blank for an empty text."""
    if isinstance(value, bool):
        return bool(calculated) is value
    if isinstance(value, int | float | Decimal) and isinstance(calculated, float):
        return math.isclose(calculated, float(value), abs_tol=1e-9)
    return (calculated or "") == (value or "") and not (calculated == 0 and value in ("", None))
