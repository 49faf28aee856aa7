"""The findings of a comparison as a workbook, with a link from each to its input cell."""

from pathlib import Path

from xlreport.sheets.pen import Pen
from xlreport.verify.findings import Mismatch, Verification

_COLUMNS = (
    ("序号", 6),
    ("类别", 10),
    ("位置", 30),
    ("工作簿", 24),
    ("报告", 24),
    ("单元格", 22),
    ("说明", 80),
)
_LONGEST_LINK = 2000  # Excel takes 2079 characters


def write_list(verification: Verification, source: Path, path: Path) -> None:
    """Write the findings; links lead into the workbook `source`."""
    title = f"{verification.unit or ''}核对报告"
    pen = Pen(path, title=title, author=verification.unit or "")
    sheet = pen.sheet("核对结果")
    sheet.set_landscape()
    pen.title(sheet, f"核对结果：{verification.path.name}", column=0)
    count = f"共 {len(verification.findings)} 处" if verification.findings else "没有不一致"
    pen.note(sheet, 1, 0, f"对照工作簿 {verification.source}，{count}。")
    for column, (head, wide) in enumerate(_COLUMNS):
        sheet.set_column(column, column, wide)
        pen.text(sheet, 2, column, head, pen.head())
    sheet.freeze_panes(3, 0)
    sheet.repeat_rows(2)
    for at, finding in enumerate(verification.findings, 1):
        _row(pen, sheet, at, finding, source.resolve())
    pen.close()


def _row(pen: Pen, sheet: object, at: int, finding: Mismatch, source: Path) -> None:
    row, style = at + 2, pen.boxed(text_wrap=True)
    texts = (str(at), finding.kind, finding.place, finding.workbook, finding.report, "", finding.message)
    for column, text in enumerate(texts):
        pen.text(sheet, row, column, text, style)
    if finding.cells:
        name = finding.cells[0]
        tab, _, cell = name.rpartition("!")
        quoted = tab.replace("'", "''")
        link = f"external:{source}#'{quoted}'!{cell}"
        shown = "、".join(finding.cells)
        if len(link) > _LONGEST_LINK or "#" in str(source):
            pen.text(sheet, row, 5, shown, style)
        else:
            sheet.write_url(row, 5, link, pen.link(), shown, f"打开{name}")  # type: ignore[attr-defined]
