"""The input sheets of a live workbook as its cells hand them to a function: plain values from A1 on."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.datetime import to_excel

from xlreport.addin.workbook import build_live_master
from xlreport.report import Report
from xlreport.sheets.layout import SHEET_MARK, Addresses, input_sheets
from xlreport.sheets.live import inputs_reference

Block = tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class LiveCells:
    """The blocks by the key of their sheet, in the order in which the formulas name them."""

    blocks: dict[str, Block]
    addresses: Addresses

    @property
    def inputs(self) -> tuple[Block, ...]:
        return tuple(self.blocks.values())

    def with_cell(self, path: str, value: Any) -> tuple[Block, ...]:
        """The blocks with one cell typed over."""
        place = self.addresses.at(path)
        assert place
        tab, row, column = place
        key = next(sheet.key for sheet in input_sheets() if sheet.name == tab)
        block = [list(cells) for cells in self.blocks[key]]
        block[row][column] = value
        return tuple((self.blocks | {key: tuple(map(tuple, block))}).values())


def live_cells(report: Report, path: Path) -> LiveCells:
    """Build the live workbook of a record and take the ranges that its own formulas name."""
    addresses = build_live_master(report, path)
    book = openpyxl.load_workbook(path, data_only=True)
    blocks = {}
    for reference in inputs_reference(addresses).split(","):
        tab, _, area = reference.rpartition("!")
        rows = book[tab.strip("'")][area.replace("$", "")]
        block = tuple(tuple(_handed_over(cell.value) for cell in row) for row in rows)
        blocks[block[0][0].removeprefix(SHEET_MARK)] = block
    return LiveCells(blocks, addresses)


def _handed_over(value: Any) -> Any:
    """As Value2 gives it: a date is its serial number, and every number a double."""
    if isinstance(value, datetime):
        return float(to_excel(value))
    return float(value) if type(value) is int else value
