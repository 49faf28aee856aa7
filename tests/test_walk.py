"""One figure changed in an input cell, and every output looked through for it: nothing is typed twice.

The workbook is filled, saved, edited in one cell, read, and all that is made of it is read back. One figure, the
year, stands in all four papers. No amount does: by their grids 附件3 is about the department and 附件4 about one
project. So two amounts are followed as well, which together reach every paper, with the rates and scores that
follow from them; and the name, which stands in all.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.test_papers import FILLED
from xlreport.datafile import read_outline
from xlreport.department import Output, department_of, generated_workbook, paper_files, word_report
from xlreport.model.inputs import Inputs, with_values
from xlreport.report import evaluate
from xlreport.sheets.master import build_master
from xlreport.sheets.reader import read_workbook
from xlreport.word import read_paragraphs

# Version B of 附件2 has a row for all spending; figures that occur once in the record.
RECORD = with_values(
    FILLED,
    settings={"base_table": "B"},
    assets={"as_of": None},  # a date of its own, which also holds the year
    final={"expenditure": Decimal("1103.37"), "project": Decimal("463.37")},
    projects=(FILLED.projects[0]._replace(executed=Decimal("283.37")), *FILLED.projects[1:]),
)
REPORT, BASE, OVERALL, PROJECTS, GENERATED = "附件1", "附件2", "附件3", "附件4", "报送"


def outputs(path: Path) -> dict[str, list[Output]]:
    """All that is made of a workbook, by the paper that it is."""
    department = department_of(read_workbook(path), path.name)
    made: dict[str, list[Output]] = {GENERATED: [generated_workbook(department)]}
    for output in paper_files(department):
        made.setdefault(output.name[:3], []).append(output)
    made[REPORT].append(word_report(department, with_tables=True))
    return made


def figures(path: Path) -> set[str]:
    """Every number that a file shows, without the thousands separators of tables."""
    texts = _of_cells(path) if path.suffix == ".xlsx" else (each.text for each in read_paragraphs(path))
    return {number for text in texts for number in re.findall(r"\d+(?:\.\d+)?", text.replace(",", ""))}


def _of_cells(path: Path) -> Iterator[str]:
    for sheet in openpyxl.load_workbook(path, data_only=True):
        if sheet.title == "检查结果":  # quotes sums that ought to be
            continue
        for row in sheet.iter_rows(values_only=True):
            yield from (f"{value:.2f}" if isinstance(value, float) else str(value) for value in row)


def walk(path: Path, folder: Path) -> dict[str, list[set[str]]]:
    """The numbers of each output, by the paper that it is."""
    found: dict[str, list[set[str]]] = {}
    for paper, made in outputs(path).items():
        for at, output in enumerate(made):
            target = folder / f"{at} {output.name}"
            output.write(target)
            found.setdefault(paper, []).append(figures(target))
    return found


def master(inputs: Inputs, path: Path) -> dict[str, str]:
    """A filled workbook; gives the cell of each of the fields that are changed."""
    addresses = build_master(evaluate(replace(inputs, template=read_outline("A"))), path)
    fields = ("final.expenditure", "projects[0].executed", "unit.year")
    return {key: str(addresses.cell(key)) for key in fields}


@pytest.mark.parametrize(
    ("field", "old", "new", "papers"),
    [
        ("final.expenditure", "1103.37", 1104.49, (REPORT, BASE, OVERALL, GENERATED)),
        ("projects[0].executed", "283.37", 284.49, (REPORT, BASE, PROJECTS, GENERATED)),
        ("unit.year", "2023", 2031, (REPORT, BASE, OVERALL, PROJECTS, GENERATED)),
    ],
)
def test_a_figure_changed_in_its_cell_changes_everywhere(
    field: str, old: str, new: float, papers: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "m.xlsx"
    sheet, _, cell = master(RECORD, path)[field].partition("!")
    before = walk(path, tmp_path)
    book = openpyxl.load_workbook(path)
    assert book[sheet][cell].value == float(old)
    book[sheet][cell] = new
    book.save(path)
    after = walk(path, tmp_path)
    assert set(papers) | {REPORT, BASE, OVERALL, PROJECTS} == set(before)
    for paper, found in after.items():
        for was, now in zip(before[paper], found, strict=True):
            assert (old in was) == (paper in papers), f"{paper}: {field}"
            assert (str(new) in now) == (paper in papers), f"{paper}: {field}"
            assert old not in now, f"{paper}: a copy of {field} stayed behind"


@pytest.mark.parametrize(
    ("field", "new", "follow"),
    [
        ("final.expenditure", 1104.49, {REPORT: ("95.95", "96.04"), OVERALL: ("9.59", "9.6")}),
        ("projects[0].executed", 284.49, {REPORT: ("94.46", "94.83"), PROJECTS: ("9.45", "9.48")}),
    ],
)
def test_rates_and_scores_follow(
    field: str, new: float, follow: dict[str, tuple[str, str]], tmp_path: Path
) -> None:
    path = tmp_path / "m.xlsx"
    sheet, _, cell = master(RECORD, path)[field].partition("!")
    before = walk(path, tmp_path)
    book = openpyxl.load_workbook(path)
    book[sheet][cell] = new
    book.save(path)
    after = walk(path, tmp_path)
    for paper, (was, now) in follow.items():
        assert all(was in found for found in map(_short, before[paper])), paper
        assert all(now in found for found in map(_short, after[paper])), paper


def _short(found: set[str]) -> set[str]:
    """Figures without the zeros that tables print behind them."""
    return {number.rstrip("0").rstrip(".") if "." in number else number for number in found}


def test_the_name_stands_in_every_paper(tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    master(with_values(RECORD, unit={"name": "甲县乙局"}), path)
    for paper, made in outputs(path).items():
        for at, output in enumerate(made):
            target = tmp_path / f"{at} {output.name}"
            output.write(target)
            texts = list(_of_cells(target)) if target.suffix == ".xlsx" else texts_of(target)
            assert any("甲县乙局" in text for text in texts), paper
            assert not any("示例县林业局" in text for text in texts), paper


def texts_of(path: Path) -> list[str]:
    return [paragraph.text for paragraph in read_paragraphs(path)]
