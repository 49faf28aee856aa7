"""The generated workbook with all papers, beside the same cells written bare."""

import gc
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import xlsxwriter

from tests.benchmarks.board import Board, ratio
from tests.benchmarks.data import with_papers
from xlreport.department import papers_of
from xlreport.narrative import narrate
from xlreport.report import evaluate
from xlreport.sheets.filing import write_filing
from xlreport.sheets.layout import Addresses

COLUMNS = 8


def measure_papers(board: Board, folder: Path) -> None:
    """50 papers on projects against bare XlsxWriter, and 500 against 50."""
    path = folder / "generated.xlsx"
    write = generated(50, path)
    # A workbook that is done with is garbage in circles: neither side shall pay for the other's.
    ours, theirs, share = ratio(write, bare(path), 15, before=gc.collect)
    shown = f"{ours:.3f} / {theirs:.3f} s = {share:.2f}"
    board.line("generated workbook, 50 × 附件4 / the same cells bare", shown, share, 2)
    many, _, growth = ratio(generated(500, path), write, 3, before=gc.collect)
    board.line("generated workbook, 500 × 附件4 / 50 × 附件4", f"{many:.2f} s = {growth:.1f}", growth, 12)


def generated(count: int, path: Path) -> Callable[[], object]:
    """Writes the generated workbook with so many projects, its papers included."""
    report = evaluate(with_papers(count))
    story = narrate(report)

    def write() -> None:
        write_filing(report, story, papers_of(report), path, sources=Addresses(), source_name="m.xlsx")

    write()
    return write


def bare(path: Path) -> Callable[[], object]:
    """Writes as many styled cells on as many sheets as a workbook has, as many of them formulas."""
    cells = formulas = 0
    with zipfile.ZipFile(path) as package:
        sheets = [package.read(name) for name in package.namelist() if name.startswith("xl/worksheets/sheet")]
    for sheet in sheets:
        cells += sheet.count(b"<c r=")
        formulas += sheet.count(b"<f>")

    def write() -> None:
        book = xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True})
        left, right, centre = (
            book.add_format({"border": 1, "align": align}) for align in ("left", "right", "center")
        )
        number = written = 0
        for _ in sheets:
            page = book.add_worksheet()
            for at in range(-(-cells // len(sheets))):
                row, column = divmod(at, COLUMNS)
                if written * cells < formulas * number:
                    page.write_formula(row, column, f"='主要数据'!$C${row + 3}", right, 1.5)
                    written += 1
                elif number % 3:
                    page.write_string(row, column, f"文字{number % 500}", left)
                else:
                    page.write_number(row, column, number * 1.5, centre)
                number += 1
        book.close()

    return write
