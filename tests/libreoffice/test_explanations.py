"""Explanations from the cell in which they are typed to the button that keeps them, in LibreOffice."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.libreoffice.live import Live, opened
from tests.libreoffice.test_buttons import book
from xlreport.addin import ribbon
from xlreport.addin.workbook import build_live_master
from xlreport.department import generated_workbook, open_department
from xlreport.libreoffice.office import Office
from xlreport.model.fields import blank
from xlreport.model.inputs import Inputs, Project
from xlreport.report import Report, evaluate
from xlreport.sheets.layout import cell_name
from xlreport.sheets.master import build_master
from xlreport.sheets.reader import read_workbook

SHEET = "检查结果"
WHY = "上级专项资金年中下达"


def projects() -> tuple[Project, ...]:
    """Two that spent little, which a rule asks the reason of."""
    made: Project = blank(Project)
    return tuple(
        made._replace(name=name, full_year=Decimal(100), executed=Decimal(executed))
        for name, executed in (("水库加固", 10), ("渠道清淤", 20))
    )


@pytest.fixture
def inputs(sample: Report) -> Inputs:
    return replace(sample.inputs, projects=projects())


@pytest.fixture
def year(office: Office, inputs: Inputs, tmp_path: Path) -> Iterator[Live]:
    path = tmp_path / "自评.xlsm"
    build_live_master(evaluate(inputs), path)
    with opened(office, path) as live:
        yield live


@pytest.fixture
def plain(office: Office, inputs: Inputs, tmp_path: Path) -> Iterator[Any]:
    from xlreport.libreoffice.engine import book_of

    path = tmp_path / "自评.xlsx"
    build_master(evaluate(inputs), path)
    document = office.open(path)
    try:
        yield book_of(document, office.context)
    finally:
        office.close(document)


def row_of(sheet: Any, rule: str, place: str = "") -> int:
    """The row, counted from 1, of a rule or of one of its places."""
    rows = sheet.range("B6:C200").options(ndim=2).value
    return 6 + next(at for at, row in enumerate(rows) if (row[0], row[1] or "") == (rule, place))


def test_typed_checked_and_lapsed_when_the_figure_changes(year: Live) -> None:
    sheet = book(year).sheets[SHEET]
    row = row_of(sheet, "B06")
    assert year.checks()["B06"][0] == "需说明"
    year.cell(SHEET, f"J{row}").setString(WHY)
    assert year.checks()["B06"][0] == "已说明"
    said = year.click("XrRunChecks")
    assert "需说明 3 条" in said
    assert year.checks()["B06"][0] == "已说明"
    assert "731.38" in sheet.range(f"K{row}").value

    year.type("initial.expenditure", 732.38)
    assert year.checks()["B06"][0] == "已过期"
    assert "732.38" in year.checks()["B06"][1]
    assert "731.38" in sheet.range(f"K{row}").value  # the figures that it was written for
    assert "需说明 4 条" in year.click("XrRunChecks")
    assert year.checks()["B06"][0] == "已过期"

    year.cell(SHEET, f"J{row}").setString(f"{WHY}，已获批复")
    assert year.checks()["B06"][0] == "已说明"
    year.click("XrRunChecks")
    assert "732.38" in sheet.range(f"K{row}").value
    year.type("initial.expenditure", 731.38)
    assert year.checks()["B06"][0] == "已过期"
    year.cell(SHEET, f"K{row}").clearContents(1 | 2 | 4 | 16)  # the reason still holds
    assert year.checks()["B06"][0] == "已说明"


def test_each_place_has_a_row_of_its_own(year: Live) -> None:
    sheet = book(year).sheets[SHEET]
    row = row_of(sheet, "J05", "项目【渠道清淤】")
    sheet.range(f"J{row}").value = "按合同分两年支付"
    shown = year.places()
    assert shown["J05", "项目【渠道清淤】"][0] == "已说明"
    assert shown["J05", "项目【水库加固】"][0] == "需说明"
    assert shown["J05", ""][0] == "需说明"
    assert shown["J05", "项目【渠道清淤】"][2].startswith("项目支出!")
    year.click("XrRunChecks")
    year.type("projects[1].executed", 21)
    shown = year.places()
    assert shown["J05", "项目【渠道清淤】"][0] == "已过期"
    assert shown["J05", "项目【水库加固】"][0] == "需说明"


def test_a_check_adds_rows_for_new_places_and_keeps_what_was_typed(year: Live) -> None:
    sheet = book(year).sheets[SHEET]
    sheet.range(f"J{row_of(sheet, 'J05', '项目【渠道清淤】')}").value = "按合同分两年支付"
    below = year.addresses.rows["projects"][-1] + 1
    for key, content in (("name", "泵站改造"), ("full_year", 100), ("executed", 30)):
        tab, column = year.addresses.columns[f"projects.{key}"]
        cell = year.cell(tab, cell_name(below, column))
        cell.setString(content) if isinstance(content, str) else cell.setValue(content)
    year.click("XrRunChecks")
    assert year.places()["J05", "项目【泵站改造】"][0] == "需说明"
    assert sheet.range(f"J{row_of(sheet, 'J05', '项目【渠道清淤】')}").value == "按合同分两年支付"


def test_the_workbook_without_macros_keeps_them_too_and_so_does_what_is_made_of_it(
    plain: Any, tmp_path: Path
) -> None:
    sheet = plain.sheets[SHEET]
    row = row_of(sheet, "B06")
    sheet.range(f"J{row}").value = WHY
    ribbon.run("run_checks", plain)
    assert sheet.range(f"F{row}").value == "已说明"
    assert "731.38" in sheet.range(f"K{row}").value
    assert sheet.api.ProtectContents

    path = tmp_path / "存.xlsx"
    plain.save(path)
    before = open_department(path)
    assert before.report.outcomes["B06"] == "已说明"
    generated_workbook(before).write(tmp_path / "报送.xlsx")
    rows = openpyxl.load_workbook(tmp_path / "报送.xlsx")[SHEET].iter_rows(min_row=4, values_only=True)
    assert next((line[3], line[6]) for line in rows if line[0] == "B06") == ("已说明", WHY)

    plain.sheets["收支情况"].range("E17").value = 732.38
    ribbon.run("run_checks", plain)
    assert sheet.range(f"F{row}").value == "已过期"
    plain.save(path)
    reading = read_workbook(path)
    assert evaluate(reading.inputs).outcomes["B06"] == "已过期"
