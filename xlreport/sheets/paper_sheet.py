"""A paper as a sheet that is ready to print on A4: merged heads, borders, signature footer.

In the generated workbook each figure is a formula to the sheets that hold the figures; alone, it is a value.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import accumulate, groupby
from math import ceil
from pathlib import Path
from typing import Any

from xlreport.model.fields import Kind
from xlreport.model.self_evaluation import GRADE_NAMES
from xlreport.papers.grid import Cell, Paper, Selection, Terms
from xlreport.sheets.layout import Addresses, absolute, block
from xlreport.sheets.pen import HEAD_FILL, NUMBER_FORMATS, ROW_HEIGHT, TALLEST, Pen, height, whole_height

LONGEST_TAB = 31
FIRST_ROW = 3  # of the grid: above it number, title, and whose paper it is
_NOT_IN_TABS = re.compile(r"[\[\]:*?/\\']")
_FONT_SIZE = 10
_CENTRED = ("–", *GRADE_NAMES)
_MOST_ARGUMENTS = 250  # Excel takes 255
_LONGEST_TEXT = 250  # in a formula, where Excel takes 255 characters
_WILDCARDS = re.compile(r"[*?~]")


def tab_names(papers: Iterable[Paper]) -> list[str]:
    """A tab for each paper: its name without what Excel refuses, different from all others."""
    names: list[str] = []
    taken: set[str] = set()
    for paper in papers:
        wanted = _NOT_IN_TABS.sub("-", paper.name).strip() or "附件"
        name, number = wanted[:LONGEST_TAB], 2
        while name.casefold() in taken:
            ending = f"（{number}）"
            name, number = wanted[: LONGEST_TAB - len(ending)] + ending, number + 1
        taken.add(name.casefold())
        names.append(name)
    return names


def write_papers(papers: Sequence[Paper], path: Path, *, title: str, author: str) -> None:
    """Write papers as a workbook of their own, a sheet for each, with values instead of formulas."""
    pen = Pen(path, title=title, author=author)
    for name, paper in zip(tab_names(papers), papers, strict=True):
        write_paper(pen, pen.sheet(name), paper)
    pen.close()


def write_paper(pen: Pen, sheet: Any, paper: Paper, places: Addresses | None = None) -> None:
    """Write a paper on its sheet; `places` says where each figure stands in the same workbook."""
    last = len(paper.columns) - 1
    for column, wide in enumerate(paper.columns):
        sheet.set_column(column, column, wide)
    pen.text(sheet, 0, 0, paper.number, pen.format(bold=True, font_size=12))
    sheet.set_row(1, 34)
    _wide(pen, sheet, 1, (0, last), paper.title, bold=True, font_size=16, align="center")
    middle = last // 2
    for (first, end), text, align in zip(
        ((0, middle), (middle + 1, last)), paper.above, ("left", "right"), strict=True
    ):
        _wide(pen, sheet, 2, (first, end), text, align=align)
    tops = _write_grid(pen, sheet, paper, places)
    row = _write_below(pen, sheet, paper, tops[-1])
    if paper.repeated is not None:
        sheet.repeat_rows(tops[paper.repeated])
    sheet.print_area(0, 0, row - 1, last)


def _write_grid(pen: Pen, sheet: Any, paper: Paper, places: Addresses | None) -> list[int]:
    """Write the rows; gives the sheet row of each, and of what comes below.

    A row that Excel does not make as high as its text needs is several, merged.
    """
    tall = _heights(paper)
    parts = [ceil(high / TALLEST) for high in tall]
    tops = list(accumulate(parts, initial=FIRST_ROW))
    styles: dict[tuple[Any, ...], Any] = {}
    for at, cells in enumerate(paper.rows):
        row = tops[at]
        for cell in cells:
            style = _style(pen, cell, styles)
            bottom, right = tops[at + cell.down] - 1, cell.column + cell.across - 1
            if (bottom, right) != (row, cell.column):
                sheet.merge_range(row, cell.column, bottom, right, "", style)
            _write_cell(pen, sheet, row, cell, style, places)
        if tall[at] > ROW_HEIGHT:
            for part in range(row, tops[at + 1]):
                sheet.set_row(part, tall[at] / parts[at])
    return tops


def _heights(paper: Paper) -> list[float]:
    """What each row needs for its texts, in points; what a merged cell lacks is added to its last row."""
    tall = [ROW_HEIGHT] * len(paper.rows)
    for at, cells in enumerate(paper.rows):
        for cell in cells:
            if cell.text:
                room = sum(paper.columns[cell.column : cell.column + cell.across])
                lacking = whole_height(cell.text, room) - sum(tall[at : at + cell.down])
                tall[at + cell.down - 1] += max(lacking, 0)
    return tall


def _write_cell(pen: Pen, sheet: Any, row: int, cell: Cell, style: Any, places: Addresses | None) -> None:
    value = cell.text if cell.value is None else cell.value
    # A gap is no figure yet; — over a zero base is one.
    known = cell.value is not None or (cell.text == "—" and cell.is_figure)
    source = formula(cell.terms, places) if places and cell.terms and known else None
    if source:
        pen.formula(sheet, row, cell.column, f"={source}", style, value)
    elif cell.value is None:
        pen.text(sheet, row, cell.column, cell.text, style)
    else:
        pen.value(sheet, row, cell.column, cell.value, style)


def _style(pen: Pen, cell: Cell, styles: dict[tuple[Any, ...], Any]) -> Any:
    """The format of a cell; `styles` keeps those that are known, as most cells of a paper look alike."""
    filled = cell.value is not None
    centred = cell.down > 1 or cell.text in _CENTRED
    number_format = _number_format(cell) if cell.is_figure else ""
    key = cell.head, cell.is_figure, cell.kind, number_format, filled, centred
    if key not in styles:
        looks: dict[str, Any] = {"border": 1, "font_size": _FONT_SIZE, "text_wrap": True}
        if cell.head:
            looks |= {"bold": True, "align": "center", "bg_color": HEAD_FILL}
        elif cell.is_figure:
            amount = filled and cell.kind is not Kind.NUMBER
            # A number never wraps, and LibreOffice forgets the indent of one that may.
            looks |= {"align": "right", "indent": 1, "text_wrap": False} if amount else {"align": "center"}
            looks["num_format"] = number_format
        elif centred:
            looks["align"] = "center"
        else:
            looks |= {"align": "left", "indent": 1}
        styles[key] = pen.format(**looks)
    return styles[key]


def _number_format(cell: Cell) -> str:
    if cell.kind is Kind.NUMBER and isinstance(cell.value, Decimal | int) and cell.value == int(cell.value):
        return "0"
    return NUMBER_FORMATS.get(cell.kind, "General")


def _write_below(pen: Pen, sheet: Any, paper: Paper, row: int) -> int:
    """Notes and the footer that is signed; gives the row below."""
    last = len(paper.columns) - 1
    for note in paper.notes:
        _wide(pen, sheet, row, (0, last), note, text_wrap=True, font_size=9, valign="top")
        sheet.set_row(row, height(note, sum(paper.columns)))
        row += 1
    half = (len(paper.columns) + 1) // 2
    for at in range(0, len(paper.footer), 2):
        sheet.set_row(row, 26)
        for text, area in zip(paper.footer[at : at + 2], ((0, half - 1), (half, last)), strict=False):
            _wide(pen, sheet, row, area, text)
        row += 1
    return row


def _wide(pen: Pen, sheet: Any, row: int, area: tuple[int, int], text: str, **looks: Any) -> None:
    """A text without border, over some columns."""
    style = pen.format(**({"font_size": _FONT_SIZE} | looks))
    if area[0] < area[1]:
        sheet.merge_range(row, area[0], row, area[1], "", style)
    pen.text(sheet, row, area[0], text, style)


def formula(terms: Terms, places: Addresses) -> str | None:
    """The formula that gives a figure from the cells where its parts stand; None where none has a cell."""
    above = _sum(terms, places)
    if above is None or terms.divisor is None:
        return f"ROUND(ROUND({above},6),2)" if above and terms.rounded else above
    below = _sum(terms.divisor, places)
    return None if below is None else f'IF(({below})=0,"—",ROUND(({above})/({below}),4))'


def _sum(terms: Terms, places: Addresses) -> str | None:
    signs = {sign for sign, _ in terms.added}
    paths = [path for _, path in terms.added]
    if signs == {1} and len(paths) > 1 and not any(isinstance(path, Selection) for path in paths):
        ranges = list(_ranges([place for path in paths if (place := places.at(str(path)))]))
        chunks = [ranges[at : at + _MOST_ARGUMENTS] for at in range(0, len(ranges), _MOST_ARGUMENTS)]
        return "+".join(f"SUM({','.join(chunk)})" for chunk in chunks) or None
    pieces = []
    for sign, path in terms.added:
        piece = _selected(path, places) if isinstance(path, Selection) else _reference(path, places)
        if piece is not None:
            pieces.append(f"{'+' if sign > 0 else '-'}{piece}")
    return "".join(pieces).removeprefix("+") or None


def _reference(path: str, places: Addresses) -> str | None:
    place = places.at(path)
    return absolute(place) if place else None


def _ranges(cells: Sequence[tuple[str, int, int]]) -> Iterator[str]:
    """The cells as references, those below each other in one."""
    for _, group in groupby(enumerate(cells), lambda item: (item[1][0], item[1][2], item[1][1] - item[0])):
        run = [cell for _, cell in group]
        (sheet, first, column), (_, last, _) = run[0], run[-1]
        yield absolute(run[0]) if first == last else block(sheet, (first, column), (last, column))


def _selected(chosen: Selection, places: Addresses) -> str | None:
    """The sum over the rows of some categories: SUMIF on the column that names them."""
    section = chosen.column.partition(".")[0]
    amounts, categories = (_down(places, column) for column in (chosen.column, f"{section}.category"))
    if amounts is None or categories is None:
        return None
    wanted = [_criterion(category) for category in chosen.categories]
    if not wanted or max(map(len, wanted)) > _LONGEST_TEXT:
        return None
    return f"({'+'.join(f'SUMIF({categories},{each},{amounts})' for each in wanted)})"


def _criterion(category: str) -> str:
    """What SUMIF takes for exactly this text: people name categories, so a sign of its own may be in one."""
    plain = _WILDCARDS.sub(r"~\g<0>", category).replace('"', '""')
    return f'"={plain}"' if plain[:1] in "<>=" else f'"{plain}"'


def _down(places: Addresses, column: str) -> str | None:
    place, rows = places.columns.get(column), places.rows.get(column.partition(".")[0])
    return block(place[0], (rows[0], place[1]), (rows[-1], place[1])) if place and rows else None
