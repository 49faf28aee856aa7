"""Blank forms made by LibreOffice are filled to exact figures, and nothing else in them changes."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from tests import form_maker
from tests.conftest import unavailable
from tests.office import convert
from xlreport.cli import main
from xlreport.datafile import read_data
from xlreport.errors import Unusable
from xlreport.forms.filling import Entry, Outcome
from xlreport.libreoffice.office import Office, find_uno
from xlreport.model.inputs import Inputs, with_values
from xlreport.report import Report, evaluate
from xlreport.sheets.forms import FilledForm, fill_form
from xlreport.sheets.master import build_master

CASE = Path(__file__).parent / "cases" / "base.toml"

Cells = dict[str, Any]


def record() -> Inputs:
    """The department of the test cases, with what only forms ask for."""
    return with_values(
        read_data(CASE),
        unit={"preparer": "张三", "phone": "0734-1234567", "head": "李四"},
        texts={"goal": "完成造林任务。", "completion": "全部完成。", "thrift": "严控三公经费。"},
    )


@pytest.fixture(scope="module")
def report() -> Report:
    return evaluate(record())


@pytest.fixture(scope="module")
def forms(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The blank forms by name."""
    try:
        find_uno()
    except Unusable as error:
        unavailable(str(error))
    with Office(soffice) as office:
        return form_maker.make_all(office, tmp_path_factory.mktemp("forms"))


def block(first: str, *lines: tuple[Any, ...]) -> Cells:
    """Values row by row from a first cell on; ... stands for a cell that is not written."""
    column, row = re.fullmatch(r"([A-Z])(\d+)", first).groups()  # type: ignore[union-attr]
    return {
        f"{chr(ord(column) + right)}{int(row) + down}": value
        for down, line in enumerate(lines)
        for right, value in enumerate(line)
        if value is not ...
    }


STAFF = (30, 27, 0.9)
THREE_PUBLIC = {
    "vehicles": (26, 27, 25.3),
    "purchase": (17, 18, 17.5),
    "upkeep": (9, 9, 7.8),
    "abroad": (2.5, 3, 2.8),
    "reception": (6.4, 6, 5.4),
}
SIGNED = ("填表人：张三", "填报日期：2024年3月15日", "联系电话：0734-1234567")

BASE_A = (
    {"A3": "填报单位：示例县林业局　　（盖章）"}
    | block("B5", STAFF)
    | block("B7", (120, 120, 120), (50, 52, 51), (45, 44, 46), (10, 12, 11))
    | block("B12", *THREE_PUBLIC.values())
    | block("B17", (370, 380, 460), (140, 100, 150), (30, 30, 30), (200, 250, 280))
    | block("A21", ("　　造林补助", 200, 250, 280))
    | block("B23", (80, 100, 90), (..., ..., 30))
    | block("B26", (500, 480, 0.96))
    | block("B28", (120, 118, 0.9833), ("严控三公经费。",))
    | {"A31": "填表人：张三　　　　填报日期：2024年3月15日　　联系电话：0734-1234567　　单位负责人签字："}
)


def in_yuan(*amounts: float) -> tuple[int, ...]:
    return tuple(int(Decimal(str(amount)) * 10_000) for amount in amounts)


BASE_B = (
    {"B2": "示例县林业局"}
    | block("B4", (30, 27, 90))  # 控制率（%）
    | block("B6", in_yuan(970, 1000, 1100), in_yuan(600, 620, 640), in_yuan(120, 120, 120))
    | block("B9", in_yuan(370, 380, 460), in_yuan(170, 130, 180), in_yuan(200, 250, 280))
    | block("A12", ("　　造林补助", *in_yuan(200, 250, 280)))
    | block("B13", in_yuan(34.9, 36, 33.5))
    | block("B14", *(in_yuan(*THREE_PUBLIC[key]) for key in ("abroad", "reception", "vehicles")))
    | block("B17", in_yuan(*THREE_PUBLIC["purchase"]), in_yuan(*THREE_PUBLIC["upkeep"]), in_yuan(80, 100, 90))
    | block("B21", (500, 480, 0.96))
    | block("B23", (120, 118, 0.9833), ("严控三公经费。",))  # 预算投资(万元)
    | block("A25", SIGNED)
)

BASE_YUEYANG = (
    {"A2": "填报单位：示例县林业局"}
    | block("B4", STAFF)
    | block("B7", (34.9, 36, 33.5), *THREE_PUBLIC.values())
    | block("B13", (370, 380, 460), (170, 130, 180))
    | block("B17", (200, 250, 280))  # 上级转移支付
    | block("B18", (120, 120, 120), (50, 52, 51), (45, 44, 46), (10, 12, 11), (80, 100, 90), (..., ..., 30))
    | block("B25", (500, 480, 0.96))
    | block("B27", (120, 118, 0.9833), ("严控三公经费。",))
    | block("A29", SIGNED)
)

FOREST = ("森林覆盖率", "=62.5%", "62.5%", 20, 20)
JOBS = ("带动就业", "≥200人次", "160人次", 10, 8, "两个乡镇用工减少，明年提前组织")
PLEASED = ("群众满意度", "≥90%", "81%", 10, 9, "部分群众反映补助发放慢，已改为按季发放")
PLANTED = ("造林面积", "≥5000亩", "5200亩", 20, 20)
ALIVE = ("造林成活率", "≥90%", "91%", 15, 15)
ON_TIME = ("任务完成及时", "12月底前", "12月20日完成", 10, 10)
COST = ("公用经费", "≤120千元", "118千元", 5, 5)

OVERALL = (
    {"D3": "示例县林业局", "A29": SIGNED[0], "C29": SIGNED[1], "F29": SIGNED[2]}
    | block("D5", (1000, 1150, 1100))
    | block("E6", (1150,), (1050,), (60,))
    | {"E10": 40, "I6": 1150, "I7": 650, "I8": 500}
    | {"B12": "完成造林任务。", "F12": "全部完成。"}
    | block("D14", PLANTED, (), ALIVE, (), ON_TIME, (), COST)
    | block("D23", JOBS, FOREST)
    | block("D26", PLEASED)
)

SICHUAN = (
    {"B2": "示例县林业局"}
    | block("C4", (*in_yuan(1000, 1150, 1100), 10, 0.9565, 9.57))
    | block("D5", in_yuan(1050), in_yuan(60), in_yuan(40))
    | block("A9", *(("产出指标（50分）", "数量指标", *PLANTED), ("产出指标（50分）", "质量指标", *ALIVE)))
    | block("A11", *(("产出指标（50分）", "时效指标", *ON_TIME), ("产出指标（50分）", "成本指标", *COST)))
    | block(
        "A13", *(("效益指标（30分）", "生态效益指标", *FOREST), ("效益指标（30分）", "社会效益指标", *JOBS))
    )
    | block("A15", ("满意度指标（10分）", "服务对象满意度指标", *PLEASED))
    | {"F18": 100, "G18": 96.57}
)


def project(name: str, **cells: Any) -> Cells:
    return (
        {"B4": name, "B5": "示例县人民政府", "F5": "示例县林业局"}
        | {"A24": SIGNED[0], "D24": SIGNED[2], "F24": SIGNED[1]}
        | block("C14", ("指标1：完成任务数", "≥10项", "10项", 50, 50))
        | block("C20", ("指标1：受益人数", "≥100人", "110人", 30, 30))
        | block("C22", ("指标1：群众满意度", "5%", "4%", 10, 10))
        | cells
    )


PLANTING = project("造林补助", G23=99.33) | block(
    "C7", (250, 300, 280, ..., 0.9333, 9.33), (250, 270, 255), (0, 30, 25)
)
PESTS = project("病虫害防治", G23=99.38) | block("C7", (100, 160, 150, ..., 0.9375, 9.38))
TEACHING = project("林业科普宣传", G23=98.33) | block("C7", (30, 36, 30, ..., 0.8333, 8.33))

PROJECT_TAB = "项目支出绩效自评表"
EXPECTED: dict[str, dict[str, Cells]] = {
    "base-A": {"基础数据表": BASE_A},
    "base-B": {"附件2": BASE_B},
    "base-岳阳楼": {"基础数据": BASE_YUEYANG},
    "overall": {"整体自评表": OVERALL},
    "sichuan": {"自评": SICHUAN},
    "project": {PROJECT_TAB: PLANTING, f"{PROJECT_TAB}-2": PESTS, f"{PROJECT_TAB}-3": TEACHING},
    "all": {
        "填报说明": {},
        "基础数据表": BASE_A,
        "整体自评表": OVERALL,
        **{PROJECT_TAB: PLANTING, f"{PROJECT_TAB}-2": PESTS, f"{PROJECT_TAB}-3": TEACHING},
    },
}
# What the form with the rows of 四川 does not ask for.
UNPLACED = {
    "sichuan": ("按收入性质分：", "按支出性质分：", "其中：基本支出", "项目支出", "预期目标", "实际完成情况")
}


def filled(path: Path, report: Report, **how: Any) -> FilledForm:
    return fill_form(path.read_bytes(), path.name, report, **how)


def book(data: bytes) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it does not keep
        return openpyxl.load_workbook(io.BytesIO(data), rich_text=True)


def values(sheet: Any) -> Cells:
    return {
        cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None
    }


@pytest.mark.parametrize("name", EXPECTED)
def test_a_form_is_filled_to_exact_figures_and_nothing_else_changes(
    name: str, forms: dict[str, Path], report: Report
) -> None:
    blank = forms[name].read_bytes()
    done = filled(forms[name], report)
    (result,) = done.books
    before, after = book(blank), book(result.content)
    assert after.sheetnames == list(EXPECTED[name])
    for tab, expected in EXPECTED[name].items():
        own = before[re.sub(r"-\d$", "", tab)]
        assert values(after[tab]) == values(own) | expected
        assert like(after[tab], expected) == like(own, expected)
        heights = [sheet.row_dimensions for sheet in (own, after[tab])]
        assert all((heights[1][row].height or 0) >= (heights[0][row].height or 0) for row in heights[0])
    unplaced = [e.label for p in done.papers for e in p.entries if e.outcome is Outcome.NO_PLACE]
    assert tuple(unplaced) == UNPLACED.get(name, ())
    assert done.settled is not bool(unplaced)
    assert_other_parts_are_the_same(blank, result.content)


def like(sheet: Any, written: Cells) -> dict[str, Any]:
    """How a sheet looks and prints: everything but the values, and the formats of cells that had none."""
    cells = {
        cell.coordinate: (
            *(repr(part) for part in (cell.font, cell.fill, cell.border, cell.alignment, cell.protection)),
            None
            if cell.coordinate in written and cell.number_format in ("General", "0.00%")
            else cell.number_format,
            cell.comment and cell.comment.text,
        )
        for row in sheet.iter_rows()
        for cell in row
    }
    # A row whose height nobody set may grow with a text that is written into it.
    texts = {int(re.sub(r"\D", "", place)) for place, value in written.items() if isinstance(value, str)}
    heights = {
        number: (row.height, row.hidden)
        for number, row in sheet.row_dimensions.items()
        if number not in texts
    }
    return {
        "cells": cells,
        "merged": sorted(map(str, sheet.merged_cells.ranges)),
        "widths": {key: (column.width, column.hidden) for key, column in sheet.column_dimensions.items()},
        "heights": heights,
        "page": [repr(part) for part in (sheet.page_setup, sheet.page_margins, sheet.print_options)],
        "edges": [
            part.text
            for line in (sheet.oddHeader, sheet.oddFooter, sheet.firstHeader, sheet.evenFooter)
            for part in (line.left, line.center, line.right)
        ],
        "printed": (
            sheet.print_title_rows,
            re.sub(r"'[^']*'!|[^',!]*!", "", str(sheet.print_area)),
            sheet.sheet_properties.pageSetUpPr and sheet.sheet_properties.pageSetUpPr.fitToPage,
        ),
        "rules": [
            [
                (str(rule.sqref), rule.type, rule.operator, rule.formula1)
                for rule in sheet.data_validations.dataValidation
            ],
            sorted(
                (str(area.sqref), repr(rules))
                for area, rules in sheet.conditional_formatting._cf_rules.items()
            ),
        ],
        "view": (sheet.freeze_panes, sheet.sheet_view.showGridLines, sheet.protection.sheet),
    }


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def assert_other_parts_are_the_same(before: bytes, after: bytes) -> None:
    """Byte for byte, but for the sheets, a style that shows percentages, and what names copied sheets."""
    old, new = parts_of(before), parts_of(after)
    index = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml", "xl/styles.xml")
    for path, content in old.items():
        if not path.startswith("xl/worksheets/sheet") and path not in index:
            assert new[path] == content, path
    added = new.keys() - old.keys()
    assert all(re.fullmatch(r"xl/worksheets/(_rels/)?sheet\d+\.xml(\.rels)?", path) for path in added)


# ------------------------------------------------------------------------------ formulas


@pytest.mark.parametrize(
    ("name", "results"),
    [
        ("base-A", {"基础数据表": {"B11": 34.9, "C11": 36, "D11": 33.5}}),
        ("overall", {"整体自评表": {"H5": 1100 / 1150, "I5": 9.57, "G28": 100, "H28": 96.57}}),
        ("project", {PROJECT_TAB: {"G8": 255 / 270, "G9": 25 / 30}, f"{PROJECT_TAB}-2": {"G8": None}}),
    ],
)
def test_libreoffice_opens_the_filled_form_and_its_formulas_agree(
    name: str,
    results: Mapping[str, Cells],
    forms: dict[str, Path],
    report: Report,
    soffice: str,
    tmp_path: Path,
) -> None:
    path = tmp_path / "已填.xlsx"
    filled(forms[name], report).books[0].write(path)
    again = openpyxl.load_workbook(convert(soffice, path, "xlsx", tmp_path), data_only=True)
    for tab, expected in results.items():
        for place, value in expected.items():
            found = again[tab][place].value
            assert found == (value if value is None else pytest.approx(value, abs=1e-9)), (tab, place)


def test_a_formula_is_left_and_forgets_the_result_of_the_blank_form(
    forms: dict[str, Path], report: Report
) -> None:
    done = filled(forms["overall"], report)
    kept = {e.cell: e.new for e in entries(done) if e.outcome is Outcome.FORMULA}
    assert kept == {"H5": "95.65%", "I5": "9.57", "G28": "100", "H28": "96.57"}
    stored = openpyxl.load_workbook(io.BytesIO(done.books[0].content), data_only=True).active
    assert [stored[place].value for place in kept] == [None] * 4
    assert b'fullCalcOnLoad="1"' in parts_of(done.books[0].content)["xl/workbook.xml"]


def entries(done: FilledForm) -> Iterator[Entry]:
    return (entry for paper in done.papers for entry in paper.entries)


# ------------------------------------------------------------------------------ the command


@pytest.fixture
def master(tmp_path: Path, report: Report) -> Path:
    path = tmp_path / "绩效自评.xlsx"
    build_master(report, path)
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["fill", *map(str, arguments)])


def test_the_command_writes_beside_the_form_and_says_what_it_did(
    forms: dict[str, Path], master: Path, tmp_path: Path
) -> None:
    form = tmp_path / "空表.xlsx"
    form.write_bytes(forms["all"].read_bytes())
    result = run(form, "--from", master)
    assert result.exit_code == 0, result.output
    assert values(book((tmp_path / "空表（已填）.xlsx").read_bytes())["基础数据表"])["B7"] == 120
    assert form.read_bytes() == forms["all"].read_bytes()
    assert "附件2（工作表“基础数据表”）：填写 61 格，保留公式 3 格。" in result.output
    assert "B11　三公经费　2022年决算数　34.9" in result.output
    assert "没有认出的工作表（未改动）：填报说明" in result.output
    again = run(form, "--from", master)
    assert (again.exit_code, "文件已存在" in again.output) == (2, True)
    assert run(form, "--from", master, "--force").exit_code == 0


def test_what_found_no_place_ends_in_status_1(forms: dict[str, Path], master: Path, tmp_path: Path) -> None:
    result = run(forms["sichuan"], "--from", master, "-o", tmp_path / "out.xlsx")
    assert result.exit_code == 1
    assert "按收入性质分：　1150（表上没有这一行）" in result.output


@pytest.mark.parametrize("given", ["form", "master"])
def test_what_is_read_is_never_written_over(
    given: str, forms: dict[str, Path], master: Path, tmp_path: Path
) -> None:
    form = tmp_path / "空表.xlsx"
    form.write_bytes(forms["base-A"].read_bytes())
    target = {"form": form, "master": master}[given]
    before = target.read_bytes()
    result = run(form, "--from", master, "-o", target, "--force")
    assert (result.exit_code, "就是输入的文件" in result.output) == (2, True)
    assert target.read_bytes() == before


def test_one_project_alone(forms: dict[str, Path], master: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    assert run(forms["project"], "--from", master, "-o", out, "--project", "病虫害防治").exit_code == 0
    after = book(out.read_bytes())
    assert after.sheetnames == [PROJECT_TAB]
    assert after[PROJECT_TAB]["B4"].value == "病虫害防治"
    wrong = run(forms["project"], "--from", master, "-o", tmp_path / "b.xlsx", "--project", "没有的")
    assert wrong.exit_code == 2
    assert wrong.output == "没有“没有的”这个项目；可用的有：造林补助、病虫害防治、林业科普宣传。\n"


def test_a_sheet_with_a_drawing_of_its_own_is_filled_in_a_file_for_each_project(
    soffice: str, report: Report, tmp_path: Path, master: Path
) -> None:
    form = form_maker.project()
    form.note = ("B4", "填全称")  # a comment comes with a drawing that two sheets cannot share
    with Office(soffice) as office:
        path = form_maker.save(office, [form_maker.base_a(), form], tmp_path / "带批注.xlsx")
    assert run(path, "--from", master).exit_code == 0
    made = {each.name: book(each.read_bytes()) for each in tmp_path.glob("带批注（已填）*.xlsx")}
    assert {name: each[PROJECT_TAB]["B4"].value for name, each in made.items()} == {
        "带批注（已填）.xlsx": "造林补助",
        "带批注（已填）（附件4-2）.xlsx": "病虫害防治",
        "带批注（已填）（附件4-3）.xlsx": "林业科普宣传",
    }
    for each in made.values():
        assert each["基础数据表"]["B7"].value == 120
        assert each[PROJECT_TAB]["B4"].comment.text == "填全称"


def test_libreoffice_prints_each_project_on_its_own_page(
    forms: dict[str, Path], report: Report, soffice: str, pdftotext: str, tmp_path: Path
) -> None:
    import subprocess

    path = tmp_path / "项目.xlsx"
    filled(forms["project"], report).books[0].write(path)
    pdf = convert(soffice, path, "pdf", tmp_path)
    text = subprocess.run([pdftotext, "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    pages = text.split("\f")[:-1]
    assert [
        name in page for name, page in zip(("造林补助", "病虫害防治", "林业科普宣传"), pages, strict=True)
    ] == [True] * 3
