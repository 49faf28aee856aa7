"""The differences of an edited report, written onto 核对报告 of the open workbook."""

from datetime import datetime

import xlwings

from xlreport.addin.marks import unprotected
from xlreport.sheets.difference_sheet import (
    COLUMNS,
    FIRST_DIFFERENCE,
    HEAD_ROW,
    LINK_COLUMN,
    NOTE_ROW,
    STALE_ROW,
    jump_formula,
    shortened,
)
from xlreport.sheets.layout import DIFFERENCES, digest
from xlreport.sheets.pen import stale_formula
from xlreport.sheets.reader import Reading
from xlreport.verify.findings import Verification
from xlreport.verify.listing import rows_of


def difference_sheet(book: xlwings.Book) -> xlwings.Sheet | None:
    """The sheet, where the workbook has one with our heads; an older one has none, or somebody's own."""
    for sheet in book.sheets:
        if sheet.name == DIFFERENCES:
            heads = sheet.range((HEAD_ROW + 1, 1)).resize(1, len(COLUMNS)).value
            return sheet if heads == [*COLUMNS] else None
    return None


def show_differences(sheet: xlwings.Sheet, reading: Reading, verification: Verification) -> None:
    """Write the list in the place of the last one. Raises Unusable when the sheet has a password."""
    rows = [[*map(shortened, row[:-1]), row[-1]] for row in rows_of(verification)]
    for row in rows:
        row[LINK_COLUMN] = ""
    links = [[jump_formula(finding.cells)] for finding in verification.findings]
    first = FIRST_DIFFERENCE + 1
    with unprotected(sheet):
        last = max(sheet.used_range.last_cell.row, first)
        sheet.range((first, 1), (last, len(COLUMNS))).clear_contents()
        sheet.range((NOTE_ROW + 1, 1)).value = _note(verification)
        sheet.range((STALE_ROW + 1, 1)).formula = stale_formula(digest(reading.inputs, reading.addresses))
        if rows:
            sheet.range((first, 1)).resize(len(rows), len(COLUMNS)).value = rows
            sheet.range((first, LINK_COLUMN + 1)).resize(len(rows), 1).formula = links
        sheet.range((first, 1), (max(last, first + len(rows) - 1), 1)).rows.autofit()


def _note(verification: Verification) -> str:
    """What was compared, and how it came out."""
    path = verification.path
    saved = datetime.fromtimestamp(path.stat().st_mtime).strftime("%Y-%m-%d %H:%M")
    said = [f"对照的报告：{path.name}（{saved} 保存）", verification.summary, verification.remark]
    return f"{'；'.join(filter(None, said))}。"
