"""The committed files that are generated: for maintainers, in a checkout."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from xlreport.assets import FOLDER, asset
from xlreport.datafile import read_outline
from xlreport.files import write_one
from xlreport.gongwen import build_style_document
from xlreport.model.inputs import empty
from xlreport.report import evaluate
from xlreport.sheets.master import build_master

MASTER = "绩效自评.xlsx"
CREATED = datetime(2024, 1, 1)  # the same bytes for the same sources, whenever they are built


def build_all(folder: Path = FOLDER) -> Iterator[Path]:
    """Write the style document and the empty master workbook into `folder`, giving each path."""
    report = folder / asset("report.docx").name
    write_one(report, build_style_document, force=True)
    yield report
    master = folder / MASTER
    inputs = replace(empty(), template=read_outline("A"))
    write_one(master, lambda path: build_master(evaluate(inputs), path, created=CREATED), force=True)
    yield master
