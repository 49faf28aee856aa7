"""What a check leaves in the open workbook: outcomes on 检查结果, and a fill on the cells it is about."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import xlwings

from xlreport.checks.rule import Level, rule_lines
from xlreport.report import Report
from xlreport.sheets.check_sheet import COMPUTED
from xlreport.sheets.layout import COMPUTED_MARK, FIRST_ROW, KEY_ROW, META_SHEET, cell_name
from xlreport.sheets.pen import LEVEL_COLOURS
from xlreport.sheets.reader import Reading

WRONG_FILL = "#FF9999"  # of a cell that is not what its field wants
MEMORY_COLUMN = 4  # of the hidden sheet of the workbook: what was marked, and its fill before
_MOST_MARKS = 2000


def write_outcomes(book: xlwings.Book, reading: Reading, report: Report) -> None:
    """Write outcome, problem and place of every rule; where Python functions do that, have them calculate."""
    tab, _ = reading.addresses.columns["explanations.rule"]
    sheet = book.sheets[tab]
    rows, keys = _lines(sheet)
    columns = [keys[f"{COMPUTED_MARK}{key}"] for key in COMPUTED if f"{COMPUTED_MARK}{key}" in keys]
    first = sheet.range((FIRST_ROW + 1, columns[0] + 1))
    live = str(first.formula).startswith(("=", "{="))
    if live:
        book.app.calculate()
    with unprotected(sheet):
        if not live:
            _write(sheet, rows, columns, reading, report)
        # A row was as high as its text when the workbook was made.
        sheet.range((FIRST_ROW + 1, 1), (FIRST_ROW + len(rows), 1)).rows.autofit()


def _write(
    sheet: xlwings.Sheet, rows: list[str], columns: list[int], reading: Reading, report: Report
) -> None:
    known = {line.id for line in rule_lines()}
    outcomes = report.outcomes
    values = [
        (str(outcomes[id]), report.problem(id), reading.addresses.place(report.found.get(id, ())))
        if id in known
        else ("", "", "")
        for id in rows
    ]
    for at, column in enumerate(columns):
        cells = sheet.range((FIRST_ROW + 1, column + 1)).resize(len(values), 1)
        cells.value = [[row[at]] for row in values]


def _lines(sheet: xlwings.Sheet) -> tuple[list[str], dict[str, int]]:
    """The rule ids down the sheet, and the columns by their hidden keys."""
    last = sheet.used_range.last_cell
    cells = sheet.range((1, 1), (last.row, last.column)).options(ndim=2, err_to_str=True).value
    keys = {str(key): at for at, key in enumerate(cells[KEY_ROW]) if key}
    at = keys["explanations.rule"]
    return [str(row[at] or "") for row in cells[FIRST_ROW:]], keys


def mark_cells(book: xlwings.Book, reading: Reading, report: Report) -> tuple[str, str] | None:
    """Take the marks of the last check away and set those of this one; gives the first cell, gravest first.

    What was marked and how it looked before is kept in the workbook, so that nothing of the user's is lost.
    """
    clear_marks(book)
    marked: dict[tuple[str, str], str] = {}
    order: list[tuple[str, str]] = []
    for problem in reading.problems:
        tab, _, cell = problem.cell.partition("!")
        if cell:
            marked.setdefault((tab, cell), WRONG_FILL)
            order.append((tab, cell))
    for level in Level:
        for finding in report.findings:
            if finding.level is not level or finding.explanation or level is Level.HINT:
                continue
            for path in finding.fields:
                if place := reading.addresses.at(path):
                    at = place[0], cell_name(place[1], place[2])
                    marked.setdefault(at, LEVEL_COLOURS[level])
                    order.append(at)
    _paint(book, dict(list(marked.items())[:_MOST_MARKS]))
    return order[0] if order else None


def _paint(book: xlwings.Book, marked: dict[tuple[str, str], str]) -> None:
    before = []
    for tab, cells in _by_sheet(marked).items():
        sheet = book.sheets[tab]
        with unprotected(sheet):
            for cell in cells:
                target = sheet.range(cell)
                colour = target.color
                before.append([f"{tab}!{cell}", _text(colour), marked[tab, cell]])
                target.color = marked[tab, cell]
    _remember(book, before)


def clear_marks(book: xlwings.Book) -> None:
    """Give marked cells the fill back that they had; one that somebody coloured since keeps its new colour."""
    known = {sheet.name for sheet in book.sheets}
    remembered = {}
    for place, colour, mark in _memory(book):
        tab, _, cell = place.rpartition("!")
        if tab in known:
            remembered[tab, cell] = (colour, mark)
    for tab, cells in _by_sheet(remembered).items():
        sheet = book.sheets[tab]
        with unprotected(sheet):
            for cell in cells:
                target = sheet.range(cell)
                colour, mark = remembered[tab, cell]
                if _text(target.color) == mark.upper():
                    target.color = colour or None
    _remember(book, [])


def _by_sheet(places: Any) -> dict[str, list[str]]:
    by_sheet: dict[str, list[str]] = {}
    for tab, cell in places:
        by_sheet.setdefault(tab, []).append(cell)
    return by_sheet


def _text(colour: tuple[int, int, int] | None) -> str:
    return "" if colour is None else f"#{bytes(colour).hex().upper()}"


def _memory(book: xlwings.Book) -> list[list[str]]:
    sheet = book.sheets[META_SHEET]
    last = max(1, sheet.used_range.last_cell.row)
    cells = sheet.range((1, MEMORY_COLUMN), (last, MEMORY_COLUMN + 2)).options(ndim=2).value
    return [[str(cell or "") for cell in row] for row in cells if row[0]]


def _remember(book: xlwings.Book, lines: list[list[str]]) -> None:
    sheet = book.sheets[META_SHEET]
    last = max(1, sheet.used_range.last_cell.row)
    sheet.range((1, MEMORY_COLUMN), (last, MEMORY_COLUMN + 2)).clear_contents()
    if lines:
        sheet.range((1, MEMORY_COLUMN)).resize(len(lines), 3).value = lines


@contextmanager
def unprotected(sheet: xlwings.Sheet) -> Iterator[None]:
    """Lift the protection of a sheet of ours, which has no password, and put it back as the builder set it."""
    protected = bool(sheet.api.ProtectContents)
    if protected:
        sheet.api.Unprotect()
    try:
        yield
    finally:
        if protected:
            sheet.api.Protect(AllowFormattingColumns=True, AllowFormattingRows=True)
