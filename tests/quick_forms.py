"""The forms of form_maker as XlsxWriter makes them, at once: for what does not depend on the program that made a form."""

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import xlsxwriter

from tests.form_maker import Form, Line


def quick(*forms: Form, more: Callable[[Any, Any], None] | None = None) -> bytes:
    """A workbook of these sheets; `more` may add to the first of them."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        for at, form in enumerate(forms):
            sheet = book.add_worksheet(form.name)
            _write(book, sheet, form)
            if form.hidden:
                sheet.hide()
            if more and not at:
                more(book, sheet)
    return stream.getvalue()


def _write(book: Any, sheet: Any, form: Form) -> None:
    framed = book.add_format({"border": 1, "text_wrap": True})
    free = book.add_format({"border": 1, "locked": False})
    formats = {
        (row, column): book.add_format({"border": 1, "num_format": code})
        for area, code in form.formats.items()
        for row, column in _cells(area)
    }
    inside = set(_cells(form.framed)) if form.framed else set()
    unlocked = {cell for area in form.unlocked for cell in _cells(area)}
    for area in form.merged:
        sheet.merge_range(area, "", framed if next(iter(_cells(area))) in inside else None)
    for row, column in inside:
        style = free if (row, column) in unlocked else formats.get((row, column), framed)
        if not any((row, column) in list(_cells(area))[1:] for area in form.merged):
            sheet.write_blank(row, column, None, style)
    for row, line in enumerate(form.rows):
        for column, content in enumerate(line):
            if content is not None:
                style = formats.get((row, column), framed) if (row, column) in inside else None
                sheet.write(row, column, content, style)
    if form.unlocked:
        sheet.protect()


def _cells(area: str) -> list[tuple[int, int]]:
    from xlsxwriter.utility import xl_cell_to_rowcol

    first, _, last = area.partition(":")
    top, left = xl_cell_to_rowcol(first)
    bottom, right = xl_cell_to_rowcol(last or first)
    return [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]


def changed(form: Form, **cells: str | float | None) -> Form:
    """A form with other content in some of its cells: changed(form, B7=5)."""
    from xlsxwriter.utility import xl_cell_to_rowcol

    rows: list[list[str | float | None]] = [list(line) for line in form.rows]
    for address, content in cells.items():
        row, column = xl_cell_to_rowcol(address)
        rows[row] += [None] * (column + 1 - len(rows[row]))
        rows[row][column] = content
    return replace(form, rows=[*rows])


def base(
    rows: Sequence[Line], *, title: str = "部门整体支出绩效评价基础数据表", merged: Sequence[str] = ()
) -> Form:
    """A short 附件2 with these rows, framed from the second one on."""
    width = max(map(len, rows))
    last = f"{'ABCDEFGHIJ'[width - 1]}{len(rows) + 1}"
    return Form("表", [(title,), *rows], framed=f"A2:{last}", merged=tuple(merged))


HEADS: Line = ("经费控制情况（万元）", "2022年决算数", "2023年预算数", "2023年决算数")
