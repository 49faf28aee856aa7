"""All rules on a record, and the edited report against its workbook."""

import gc
from dataclasses import replace
from pathlib import Path
from statistics import median
from timeit import repeat

from docx import Document

from tests.benchmarks.board import Board, ratio, seconds
from tests.benchmarks.data import with_projects, with_texts
from xlreport.datafile import read_outline, read_sample
from xlreport.department import open_department, word_report
from xlreport.report import evaluate
from xlreport.sheets.master import build_master
from xlreport.verify.comparison import compare

CALLS = 20
PROJECTS = 75  # whose report has 20 pages


def measure_rules(board: Board, folder: Path) -> None:
    sample = replace(read_sample(), template=read_outline("A"))
    took = min(repeat(lambda: evaluate(sample), number=CALLS, repeat=30)) / CALLS * 1000
    board.line("all rules on the sample, ms", f"{took:.2f}", took, 3)
    few, many = with_texts(500), with_texts(5000)
    long, short, growth = ratio(lambda: evaluate(many), lambda: evaluate(few), 5, before=gc.collect)
    shown = f"{long * 1000:.0f} / {short * 1000:.0f} ms = {growth:.1f}"
    board.line("all rules, 5,000 projects with texts / 500", shown, growth, 12)
    workbook, report = folder / "verified.xlsx", folder / "verified.docx"
    build_master(evaluate(with_projects(PROJECTS)), workbook)
    word_report(open_department(workbook)).write(report)
    edit(report)
    took = median(seconds(lambda: compare(open_department(workbook), report)) for _ in range(5))
    board.line("verify of an edited report of 20 pages, s", f"{took:.3f}", took, 0.5)


def edit(report: Path) -> None:
    """Word every project's paragraph otherwise, and change a figure in some."""
    document = Document(str(report))
    projects = [paragraph for paragraph in document.paragraphs if "带动就业" in paragraph.text]
    for number, paragraph in enumerate(projects):
        text = paragraph.text.replace("带动就业", "新增就业岗位").replace("支持企业", "共扶持企业")
        paragraph.text = text.replace("1", "7", 1) if number % 5 == 0 else text
    document.save(str(report))
