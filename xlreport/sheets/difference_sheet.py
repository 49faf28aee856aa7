"""核对报告: the sheet for the places where an edited Word report differs from this workbook.

It comes empty; a button fills it. The same heads stand over the list that the command writes as a file.
"""

from typing import Any

from xlreport.model.fields import Kind
from xlreport.sheets.layout import sheet_reference
from xlreport.sheets.pen import BAD, LINE, LINK_COLOUR, NUMBER_FORMATS, Pen

COLUMNS = {
    "序号": 6,
    "差异": 9,
    "位置": 26,
    "原文": 36,
    "工作簿": 20,
    "报告": 20,
    "单元格": 20,
    "说明": 70,
}  # heads and widths
LINK_COLUMN = [*COLUMNS].index("单元格")
NOTE_ROW, STALE_ROW, HEAD_ROW, FIRST_DIFFERENCE = 1, 2, 3, 4
LONGEST_SHOWN = 255  # characters that Excel shows in a cell of text format, and takes for a text in a formula
_LINED = 2000  # rows that get lines once they are filled
_EMPTY = (
    "改过 Word 报告后点“核对报告”：程序把本文件夹中最新的一份报告与本工作簿逐项比较，"
    "不一致、缺少和多出的数字列在下面。"
)


def write_heads(pen: Pen, sheet: Any, title: str, note: str) -> None:
    """Title, a line that explains, and the heads; below them stands one difference a row."""
    sheet.set_landscape()
    pen.title(sheet, title, column=0)
    pen.note(sheet, NOTE_ROW, 0, note)
    for column, (head, wide) in enumerate(COLUMNS.items()):
        sheet.set_column(column, column, wide)
        pen.text(sheet, HEAD_ROW, column, head, pen.head())
    sheet.freeze_panes(FIRST_DIFFERENCE, 0)
    sheet.repeat_rows(HEAD_ROW)


def write_difference_sheet(pen: Pen, sheet: Any, title: str) -> None:
    """The sheet without differences. Its columns are formatted as what is written there later needs it.

    It has no print area: Excel prints as far as it is filled.
    """
    write_heads(pen, sheet, title, _EMPTY)
    pen.text(sheet, STALE_ROW, 0, "", pen.format(bold=True, font_color=BAD))
    looks: dict[str, dict[str, Any]] = {
        "序号": {"align": "center", "indent": 0},
        "单元格": {"font_color": LINK_COLOUR, "underline": 1},
        "说明": {},
    }
    as_text = {"num_format": NUMBER_FORMATS[Kind.TEXT]}  # or Excel would make numbers and dates of figures
    for column, (head, wide) in enumerate(COLUMNS.items()):
        style = pen.format(text_wrap=True, **({"align": "left", "indent": 1} | looks.get(head, as_text)))
        sheet.set_column(column, column, wide, style)
    lines = pen.format(border=1, border_color=LINE)
    rule = {"type": "formula", "criteria": f'=$A{FIRST_DIFFERENCE + 1}<>""', "format": lines}
    last = FIRST_DIFFERENCE + _LINED - 1
    sheet.conditional_format(FIRST_DIFFERENCE, 0, last, len(COLUMNS) - 1, rule)
    pen.protect(sheet)


def target_of(cell: str) -> str:
    """A cell as people read it, 收支情况!G6, as links name it."""
    tab, _, name = cell.rpartition("!")
    return f"{sheet_reference(tab)}!{name}"


def shortened(text: str) -> str:
    """A text cut down to what such a cell shows."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def jump_formula(cells: tuple[str, ...]) -> str:
    """A formula that names input cells of this workbook and jumps to the first of them; "" for none."""
    if not cells:
        return ""
    target, shown = (text.replace('"', '""') for text in (target_of(cells[0]), shortened("、".join(cells))))
    return f'=HYPERLINK("#{target}","{shown}")'
