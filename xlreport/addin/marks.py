"""What a check leaves in the open workbook: outcomes on 检查结果, and a fill on the cells it is about."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import xlwings

from xlreport.addin.plain import read_text
from xlreport.checks.explanation import recorded
from xlreport.checks.rule import Level, rule_lines
from xlreport.errors import Unusable
from xlreport.model.fields import fields_of
from xlreport.model.inputs import Explanation
from xlreport.model.values import fitting
from xlreport.narrative import narrate
from xlreport.report import Report
from xlreport.sheets.layout import (
    CHECKS,
    COMPUTED,
    COMPUTED_MARK,
    FIRST_ROW,
    KEY_ROW,
    LABEL_COLUMN,
    META_SHEET,
    TEMPLATE,
    Addresses,
    cell_name,
    digest,
    rule_row,
)
from xlreport.sheets.pen import INPUT_FILL, LEVEL_COLOURS, stale_formula
from xlreport.sheets.reader import Reading

WRONG_FILL = "#FF9999"  # of a cell that is not what its field wants
_MARKS = {WRONG_FILL, *(colour.upper() for colour in LEVEL_COLOURS.values())}
MEMORY_COLUMN = 4  # of the hidden sheet of the workbook: what was marked, and its fill before
MOST_MARKS = 2000  # each is a call into the host: some seconds for all of these


def write_outcomes(book: xlwings.Book, reading: Reading, report: Report) -> None:
    """Write what the check came to, and the previews; where Python functions do that, have them calculate."""
    if not {f"{CHECKS}.rule", f"{TEMPLATE}.text"} <= reading.addresses.columns.keys():
        raise Unusable(str(reading.problems[0]))  # a sheet or a column of ours is missing
    checks = _Computed(book.sheets[reading.addresses.columns[f"{CHECKS}.rule"][0]])
    # A text that is wrong, or beside no rule, is in none of these rows, and would be lost.
    if any(path.startswith(f"{CHECKS}[") for path in reading.wrong):
        rows = checks.standing
    else:
        rows = _explained(report, checks.last_row - FIRST_ROW)
        checks.write(_columns(rows))
    if checks.is_live(COMPUTED[0]):
        # All of it: cells that failed while Python was away do not count as changed.
        book.app.api.CalculateFull()
    else:
        lines = [rule_row(report, reading.addresses, row.rule or "", row.place or "") for row in rows]
        outcomes = dict(zip(COMPUTED, zip(*lines, strict=True), strict=True))
        template = _Computed(book.sheets[reading.addresses.columns[f"{TEMPLATE}.text"][0]])
        texts = dict(zip(reading.addresses.rows[TEMPLATE], narrate(report).previews, strict=True))
        previews = [fitting(texts.get(row, "")) for row in range(FIRST_ROW, template.last_row)]
        stale = stale_formula(digest(reading.inputs, reading.addresses))
        checks.write({f"{COMPUTED_MARK}{key}": cells for key, cells in outcomes.items()}, stale)
        template.write({f"{COMPUTED_MARK}preview": previews}, stale)
    with unprotected(checks.sheet):
        # A row was as high as its text when the workbook was made.
        checks.sheet.range((FIRST_ROW + 1, 1), (checks.last_row, 1)).rows.autofit()


def _explained(report: Report, room: int) -> list[Explanation]:
    """The rows of 检查结果, each explanation with the problem that it explains, filled up with empty ones."""
    rules = len(rule_lines())
    rows = recorded(report.explanations(max(0, room - rules)), report.findings)[:room]
    return [*rows, *[Explanation(None)] * (room - len(rows))]


def _columns(rows: Sequence[Explanation]) -> dict[str, list[str]]:
    """What is kept of each row, and what its rule is."""
    lines = {line.id: line for line in rule_lines()}
    kept = {
        f"{CHECKS}.{item.key}": [fitting(getattr(row, item.key) or "") for row in rows]
        for item in fields_of(Explanation)
    }
    found = [lines.get(row.rule or "") for row in rows]
    return kept | {
        f"{COMPUTED_MARK}level": [line.level if line else "" for line in found],
        f"{COMPUTED_MARK}title": [line.title if line else "" for line in found],
    }


class _Computed:
    """A sheet with columns of ours, found by their hidden keys."""

    def __init__(self, sheet: xlwings.Sheet) -> None:
        self.sheet = sheet
        last = sheet.used_range.last_cell
        self.last_row: int = last.row
        cells = sheet.range((1, 1), (last.row, last.column)).options(ndim=2, err_to_str=True).value
        self._columns = {str(key): at for at, key in enumerate(cells[KEY_ROW], 1) if key}
        self._cells = [[read_text(cell) or "" for cell in row] for row in cells[FIRST_ROW:]]

    @property
    def standing(self) -> list[Explanation]:
        """Rule and place of each row of 检查结果, as they stand there."""
        known = {line.id for line in rule_lines()}
        rule, place = (self._columns[f"{CHECKS}.{key}"] - 1 for key in ("rule", "place"))
        return [Explanation(row[rule] if row[rule] in known else None, row[place]) for row in self._cells]

    def is_live(self, key: str) -> bool:
        """Whether a function computes the column."""
        first = self.sheet.range((FIRST_ROW + 1, self._columns[f"{COMPUTED_MARK}{key}"]))
        return str(first.formula).startswith(("=", "{="))

    def write(self, columns: Mapping[str, Sequence[str]], stale: str = "") -> None:
        """Write those columns that are to change, and the formula that will say when they are of before a change."""
        with unprotected(self.sheet):
            for key, texts in columns.items():
                at = self._columns.get(key)
                if at and [row[at - 1] for row in self._cells] != texts:
                    cells = self.sheet.range((FIRST_ROW + 1, at)).resize(len(texts), 1)
                    cells.value = [[_as_text(text)] for text in texts]
            if stale:
                self.sheet.range((KEY_ROW, LABEL_COLUMN + 1)).formula = stale


def _as_text(text: str) -> str:
    """Text that Excel, which takes a written value for typed, makes no formula of, nor a number."""
    return f"\u3000{text}" if text.startswith(("=", "+", "-", "@")) else text


def mark_cells(book: xlwings.Book, reading: Reading, report: Report) -> tuple[str, str] | None:
    """Take the marks of the last check away and set those of this one; gives the first cell, gravest first.

    What was marked and how it looked before is kept in the workbook, so that nothing of the user's is lost.
    """
    clear_marks(book, reading.addresses)
    marked: dict[tuple[str, str], str] = {}
    order: list[tuple[str, str]] = []
    for problem in reading.problems:
        tab, _, cell = problem.cell.partition("!")
        if cell:
            marked.setdefault((tab, cell), WRONG_FILL)
            order.append((tab, cell))
    for level in Level:
        for finding in report.findings:
            if finding.level is not level or finding.is_explained or level is Level.HINT:
                continue
            for path in finding.fields:
                for tab, row, column in reading.addresses.all_at(path):
                    at = tab, cell_name(row, column)
                    marked.setdefault(at, LEVEL_COLOURS[level])
                    order.append(at)
    _paint(book, dict(list(marked.items())[:MOST_MARKS]))
    return order[0] if order else None


def _paint(book: xlwings.Book, marked: dict[tuple[str, str], str]) -> None:
    keys = _keys(book)
    before = []
    for tab, cell in marked:
        # A mark of earlier that was missed is no fill of the user's.
        colour = _text(book.sheets[tab].range(cell).color)
        colour = INPUT_FILL.upper() if colour in _MARKS else colour
        before.append([f"{keys[tab]}!{cell}", colour, marked[tab, cell]])
    _remember(book, before)  # first, so that whatever happens then can be undone
    for tab, cells in _by_sheet(marked).items():
        with unprotected(book.sheets[tab]):
            for cell in cells:
                book.sheets[tab].range(cell).color = marked[tab, cell]


def clear_marks(book: xlwings.Book, addresses: Addresses) -> None:
    """Give marked cells the fill back that they had; one that somebody coloured since keeps its new colour."""
    tabs = {key: tab for tab, key in _keys(book).items()}
    remembered = {}
    for place, colour, mark in _memory(book):
        key, _, cell = place.rpartition("!")
        if key in tabs:
            remembered[tabs[key], cell] = (colour, mark)
    for tab, cells in _by_sheet(remembered).items():
        with unprotected(book.sheets[tab]):
            for cell in cells:
                target = book.sheets[tab].range(cell)
                colour, mark = remembered[tab, cell]
                if _text(target.color) == mark.upper():
                    target.color = colour or None
    for tab in {tab for tab, _ in remembered}:
        _sweep(book.sheets[tab], [column for name, column in addresses.columns.values() if name == tab])
    _remember(book, [])


def _sweep(sheet: xlwings.Sheet, columns: Sequence[int]) -> None:
    """Take marks off the cells of tables that moved with a row since: halving, where a range is not of one fill."""
    last = sheet.used_range.last_cell.row
    pending = [(column, FIRST_ROW, last - 1) for column in columns if last > FIRST_ROW]
    while pending:
        column, top, bottom = pending.pop()
        cells = sheet.range((top + 1, column + 1), (bottom + 1, column + 1))
        colour = cells.color
        if colour is None and top < bottom:
            middle = (top + bottom) // 2
            pending += [(column, top, middle), (column, middle + 1, bottom)]
        elif _text(colour) in _MARKS:
            with unprotected(sheet):
                cells.color = INPUT_FILL


def _keys(book: xlwings.Book) -> dict[str, str]:
    """The mark in A1 of each sheet, by its tab: that stays when somebody renames the tab."""
    return {sheet.name: str(sheet.range("A1").value or sheet.name) for sheet in book.sheets}


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
        try:
            sheet.api.Unprotect("")  # without an argument, Excel would ask for the password
        except Exception as error:  # of the host's own kind: there is a password that is not ours
            raise Unusable(f"{sheet.name}：工作表有密码保护，请先撤消保护，再点这个按钮。") from error
        if sheet.api.ProtectContents:
            raise Unusable(f"{sheet.name}：工作表有密码保护，请先撤消保护，再点这个按钮。")
    try:
        yield
    finally:
        if protected:
            sheet.api.Protect(AllowFormattingColumns=True, AllowFormattingRows=True)
