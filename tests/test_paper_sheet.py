"""The papers as sheets: each figure a formula to where it stands, print-ready on A4."""

import re
import subprocess
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.office import convert
from tests.test_packages import compare, errors
from tests.test_papers import FILLED, sorted_into
from xlreport.datafile import read_outline, read_sample, with_standard
from xlreport.department import papers_of
from xlreport.model.inputs import Inputs, empty, with_values
from xlreport.model.self_evaluation import Indicator
from xlreport.narrative import narrate
from xlreport.papers.grid import Paper, Selection, Terms
from xlreport.report import evaluate
from xlreport.sheets.filing import write_filing
from xlreport.sheets.layout import Addresses
from xlreport.sheets.paper_sheet import FIRST_ROW, formula, tab_names, write_papers
from xlreport.sheets.pen import NUMBER_FORMATS, TALLEST, whole_height

SAMPLE = with_standard(read_sample(), "2020")
LONG = "保障重点工作开展，落实年度任务，" * 12


def many_indicators(count: int) -> Inputs:
    blank = Indicator(**dict.fromkeys(Indicator._fields))
    rows = tuple(
        blank._replace(
            level_1=("产出指标", "效益指标")[at >= count // 2], level_2="数量指标", name=f"第{at}项{LONG[:30]}",
            direction="≥", target="100", actual="90", unit="个", points=Decimal(1), reason=LONG[:40],
        )
        for at in range(count)
    )  # fmt: skip
    return with_values(FILLED, texts={"goal": LONG, "completion": LONG}, indicators=rows)


def filed(inputs: Inputs, path: Path) -> tuple[Paper, ...]:
    report = evaluate(replace(inputs, template=read_outline("A")))
    papers = papers_of(report)
    write_filing(report, narrate(report), papers, path, sources=Addresses(), source_name="m.xlsx")
    return papers


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Paper, ...]]:
    path = tmp_path_factory.mktemp("papers") / "f.xlsx"
    return path, filed(FILLED, path)


def test_every_figure_is_a_formula_to_the_sheets_of_figures(
    generated: tuple[Path, tuple[Paper, ...]],
) -> None:
    path, papers = generated
    book = openpyxl.load_workbook(path)
    count = 0
    for paper in papers:
        for at, row in enumerate(paper.rows):
            for cell in row:
                written = book[paper.name].cell(FIRST_ROW + at + 1, cell.column + 1)
                if cell.value is None:
                    assert written.data_type != "f" or cell.text == "—"
                    continue
                assert written.data_type == "f", (paper.name, written.coordinate)
                assert re.search(r"'(主要数据|项目情况|项目资金|绩效指标)'!", str(written.value))
                count += 1
    assert count > 130


def test_the_stored_values_are_the_figures(generated: tuple[Path, tuple[Paper, ...]]) -> None:
    path, papers = generated
    book = openpyxl.load_workbook(path, data_only=True)
    for paper in papers:
        for at, row in enumerate(paper.rows):
            for cell in row:
                stored = book[paper.name].cell(FIRST_ROW + at + 1, cell.column + 1).value
                if isinstance(cell.value, Decimal | int):
                    assert stored == pytest.approx(float(cell.value), abs=1e-12)
                else:
                    assert (stored or "") == cell.text


@pytest.mark.parametrize("version", ["A", "B", "岳阳楼"])
def test_libreoffice_calculates_the_same_figures(soffice: str, tmp_path: Path, version: str) -> None:
    path = tmp_path / "f.xlsx"
    filed(with_values(FILLED, settings={"base_table": version}), path)
    assert compare(path, soffice, tmp_path) > 300


def test_libreoffice_adds_up_categories_that_have_signs_of_its_own(soffice: str, tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    filed(sorted_into("专*项", "专甲项", ">0", '"专"~?', "专*项"), path)
    assert compare(path, soffice, tmp_path) > 200


@pytest.mark.parametrize("inputs", [FILLED, SAMPLE, empty(), many_indicators(60)])
def test_the_open_xml_sdk_finds_nothing(inputs: Inputs, ooxml_validator: str, tmp_path: Path) -> None:
    filed(inputs, tmp_path / "f.xlsx")
    assert errors(ooxml_validator, tmp_path / "f.xlsx") == []


def test_merged_cells_are_those_of_the_grid(generated: tuple[Path, tuple[Paper, ...]]) -> None:
    path, papers = generated
    book = openpyxl.load_workbook(path)
    for paper in papers:
        wanted = {
            (FIRST_ROW + at + 1, cell.column + 1, FIRST_ROW + at + cell.down, cell.column + cell.across)
            for at, row in enumerate(paper.rows)
            for cell in row
            if cell.down > 1 or cell.across > 1
        }
        last = FIRST_ROW + len(paper.rows)
        found = {
            (area.min_row, area.min_col, area.max_row, area.max_col)
            for area in book[paper.name].merged_cells.ranges
            if FIRST_ROW < area.min_row <= last
        }
        assert found == wanted, paper.name


def test_the_page_is_a4_one_page_wide_with_its_head_repeated(
    generated: tuple[Path, tuple[Paper, ...]],
) -> None:
    path, papers = generated
    book = openpyxl.load_workbook(path)
    for paper in papers:
        sheet: Any = book[paper.name]
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert paper.repeated is not None
        head = FIRST_ROW + paper.repeated + 1
        assert sheet.print_title_rows == f"${head}:${head}"
        assert sheet.print_area.startswith(f"'{paper.name}'!$A$1:")
        for row, cells in enumerate(paper.rows):
            for cell in cells:
                assert sheet.cell(FIRST_ROW + row + 1, cell.column + 1).border.left.style == "thin"


def test_amounts_rates_and_points_have_their_formats(generated: tuple[Path, tuple[Paper, ...]]) -> None:
    path, papers = generated
    book = openpyxl.load_workbook(path)
    formats = {
        book[paper.name].cell(FIRST_ROW + at + 1, cell.column + 1).number_format
        for paper in papers
        for at, row in enumerate(paper.rows)
        for cell in row
        if cell.value is not None
    }
    assert formats <= {*NUMBER_FORMATS.values(), "0"}


def pages(soffice: str, path: Path, folder: Path) -> list[str]:
    """The text of each page that LibreOffice prints."""
    pdf = convert(soffice, path, "pdf", folder)
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True).stdout
    return text.decode().removesuffix("\f").split("\f")


OTHER_VERSIONS = [with_values(FILLED, settings={"base_table": version}) for version in ("B", "岳阳楼")]


@pytest.mark.parametrize(
    "inputs", [FILLED, SAMPLE, *OTHER_VERSIONS], ids=["base", "sample", "base B", "base 岳阳楼"]
)
def test_each_paper_prints_on_one_page(inputs: Inputs, soffice: str, pdftotext: str, tmp_path: Path) -> None:
    assert pdftotext
    papers = papers_of(evaluate(inputs))
    write_papers(papers, tmp_path / "p.xlsx", title="附件", author="x")
    printed = pages(soffice, tmp_path / "p.xlsx", tmp_path)
    assert len(printed) == len(papers)
    for paper, page in zip(papers, printed, strict=True):
        assert paper.title in page
        assert page.lstrip().startswith(paper.number)
        assert "单位负责人签字" in page


def test_a_long_paper_repeats_its_head(soffice: str, pdftotext: str, tmp_path: Path) -> None:
    assert pdftotext
    papers = [paper for paper in papers_of(evaluate(many_indicators(80))) if paper.number == "附件3"]
    write_papers(papers, tmp_path / "p.xlsx", title="附件", author="x")
    printed = pages(soffice, tmp_path / "p.xlsx", tmp_path)
    assert len(printed) > 1
    assert [page for page in printed[:-1] if "三级指标" not in page] == []


def test_alone_a_paper_holds_values(tmp_path: Path) -> None:
    papers = papers_of(evaluate(FILLED))
    write_papers(papers, tmp_path / "p.xlsx", title="附件", author="x")
    book = openpyxl.load_workbook(tmp_path / "p.xlsx")
    assert [
        cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    ] == []
    assert book.sheetnames == [paper.name for paper in papers]


def test_tabs_are_such_as_excel_takes() -> None:
    (paper, *_) = papers_of(evaluate(FILLED))
    names = ["附件/2", "附件?2", "a" * 40, "A" * 40, ""]
    tabs = tab_names([replace(paper, name=name) for name in names])
    assert tabs == ["附件-2", "附件-2（2）", "a" * 31, "A" * 28 + "（2）", "附件"]


@pytest.fixture
def places() -> Addresses:
    return Addresses(
        cells={"a.x": ("数", 4, 2), "a.y": ("数", 5, 2)},
        columns={"projects.prior": ("项", 3), "projects.category": ("项", 1)},
        rows={"projects": [4, 5, 6, 8]},
    )


@pytest.mark.parametrize(
    ("terms", "wanted"),
    [
        (Terms(((1, "a.x"),)), "'数'!$C$5"),
        (Terms(((1, "a.x"), (1, "a.y"))), "SUM('数'!$C$5:$C$6)"),
        (Terms(((1, "a.x"), (-1, "a.y"))), "'数'!$C$5-'数'!$C$6"),
        (Terms(((1, "a.x"), (1, "a.z"))), "SUM('数'!$C$5)"),  # one that was not filled in has no cell
        (Terms(((1, "a.z"),)), None),
        (Terms(tuple((1, f"projects[{at}].prior") for at in range(4))), "SUM('项'!$D$5:$D$7,'项'!$D$9)"),
        (
            Terms(((1, Selection("projects.prior", ("甲", "乙"))),)),
            "(SUMIF('项'!$B$5:$B$9,\"甲\",'项'!$D$5:$D$9)+SUMIF('项'!$B$5:$B$9,\"乙\",'项'!$D$5:$D$9))",
        ),
        (
            Terms(((1, Selection("projects.prior", ('专"项*',))),)),
            "(SUMIF('项'!$B$5:$B$9,\"专\"\"项~*\",'项'!$D$5:$D$9))",
        ),
        (
            Terms(((1, Selection("projects.prior", (">0",))),)),
            "(SUMIF('项'!$B$5:$B$9,\"=>0\",'项'!$D$5:$D$9))",
        ),
        (Terms(((1, Selection("projects.prior", ("长" * 300,))),)), None),
        (Terms(((1, Selection("projects.prior", ())),)), None),
        (
            Terms(((1, "a.x"),), divisor=Terms(((1, "a.y"),))),
            "IF(('数'!$C$6)=0,\"—\",ROUND(('数'!$C$5)/('数'!$C$6),4))",
        ),
    ],
)
def test_the_formula_of_a_figure(terms: Terms, wanted: str | None, places: Addresses) -> None:
    assert formula(terms, places) == wanted


def test_a_text_longer_than_the_highest_row_takes_several(tmp_path: Path) -> None:
    long = "落实年度任务，" * 300
    papers = papers_of(evaluate(with_values(FILLED, texts={"goal": long})))
    write_papers(papers, tmp_path / "p.xlsx", title="附件", author="x")
    sheet = openpyxl.load_workbook(tmp_path / "p.xlsx")["附件3"]
    (cell,) = [cell for row in sheet.iter_rows() for cell in row if cell.value == long]
    (area,) = [area for area in sheet.merged_cells.ranges if cell.coordinate in area]
    heights = [sheet.row_dimensions[row].height for row in range(area.min_row, area.max_row + 1)]
    assert len(heights) > 1
    assert max(heights) <= TALLEST
    assert sum(heights) == pytest.approx(whole_height(long, sum(papers[1].columns[1:5])), abs=1)
    last = [area for area in sheet.merged_cells.ranges if area.max_row == sheet.max_row]
    assert last
