"""The findings of a comparison as the rows of a list; and that list as a workbook of its own."""

from pathlib import Path
from typing import Any

from xlreport.sheets.difference_sheet import FIRST_DIFFERENCE, LINK_COLUMN, target_of, write_heads
from xlreport.sheets.pen import Pen
from xlreport.verify.findings import Mismatch, Verification

_LONGEST_LINK = 2000  # Excel takes 2079 characters


def rows_of(verification: Verification) -> list[tuple[str, ...]]:
    """A row of texts for each finding, under the heads of the list."""
    return [
        (
            *(str(number), finding.kind.value, finding.place, finding.around),
            *(finding.workbook, finding.report, "、".join(finding.cells), finding.message),
        )
        for number, finding in enumerate(verification.findings, 1)
    ]


def write_list(verification: Verification, source: Path, path: Path) -> None:
    """Write the list as a workbook; links lead into the workbook `source`."""
    title = f"{verification.unit or ''}核对报告"
    pen = Pen(path, title=title, author=verification.unit or "")
    sheet = pen.sheet("核对结果")
    note = f"对照工作簿 {verification.source}：{verification.summary}。"
    write_heads(pen, sheet, f"核对结果：{verification.path.name}", note)
    style = pen.boxed(text_wrap=True)
    pairs = zip(verification.findings, rows_of(verification), strict=True)
    for row, (finding, texts) in enumerate(pairs, FIRST_DIFFERENCE):
        for column, text in enumerate(texts):
            pen.text(sheet, row, column, text, style)
        _link(pen, sheet, row, finding, source.resolve(), texts[LINK_COLUMN])
    pen.close()


def _link(pen: Pen, sheet: Any, row: int, finding: Mismatch, source: Path, shown: str) -> None:
    """Make a link of the cells of a finding, to the first of them, where Excel takes one."""
    if not finding.cells or "#" in str(source):
        return
    link = f"external:{source}#{target_of(finding.cells[0])}"
    if len(link) <= _LONGEST_LINK:
        sheet.write_url(row, LINK_COLUMN, link, pen.link(), shown, f"打开{finding.cells[0]}")
