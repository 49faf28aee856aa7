"""Blank forms as people make them: by openpyxl, without years or units, with hints where something is to be written."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from tests import form_maker
from tests.quick_forms import base, quick
from tests.test_form_places import of
from tests.test_forms import book, record
from xlreport.forms.filling import Outcome
from xlreport.model.inputs import with_values
from xlreport.report import Report, evaluate
from xlreport.sheets.forms import FilledForm, fill_form


@pytest.fixture(scope="module")
def report() -> Report:
    return evaluate(record())


def by_openpyxl(data: bytes, change: Callable[[Any], None] = lambda _: None) -> bytes:
    """A form as openpyxl saves it, its first sheet changed."""
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    change(workbook.worksheets[0])
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def filled(data: bytes, report: Report, **how: Any) -> tuple[FilledForm, Any]:
    """What came of a form, and its first sheet."""
    done = fill_form(data, "空表.xlsx", report, **how)
    return done, book(done.books[0].content).worksheets[0]


def two_projects(report: Report) -> Report:
    first = report.inputs.projects[0]
    return evaluate(with_values(report.inputs, projects=(first, first._replace(name="病虫害防治"))))


# ------------------------------------------------------------------------------ copies


def test_a_sheet_that_openpyxl_made_is_copied_for_the_next_project(report: Report) -> None:
    data = by_openpyxl(quick(form_maker.project()))
    done = fill_form(data, "空表.xlsx", two_projects(report))
    sheets = book(done.books[0].content).worksheets
    assert [(sheet.title, sheet["B4"].value) for sheet in sheets] == [
        ("项目支出绩效自评表", "造林补助"),
        ("项目支出绩效自评表-2", "病虫害防治"),
    ]
    assert len(done.books) == 1


# ------------------------------------------------------------------------------ heights


def test_text_that_does_not_fit_a_row_of_set_height_is_told(report: Report) -> None:
    long = evaluate(with_values(report.inputs, texts={"goal": "完成造林任务。" * 40, "completion": "短"}))

    def low(sheet: Any) -> None:
        sheet.row_dimensions[12].height = 30

    done, sheet = filled(by_openpyxl(quick(form_maker.overall()), low), long)
    assert [(entry.cell, entry.why) for entry in of(done, Outcome.FILLED) if entry.why] == [
        ("B12", "文字可能显示不全")
    ]
    assert sheet.row_dimensions[12].height == 30
    assert done.settled


def test_no_row_becomes_higher_than_excel_allows(report: Report) -> None:
    long = evaluate(with_values(report.inputs, texts={"goal": "完成造林任务。\n" * 80}))
    done, sheet = filled(quick(form_maker.overall()), long)
    assert sheet.row_dimensions[12].height == 409
    assert "文字可能显示不全" in {entry.why for entry in of(done, Outcome.FILLED)}


# ------------------------------------------------------------------------------ units

NO_UNIT = "表上没有写金额单位，按万元填写，请核对"
YEARS = ("2022年决算数", "2023年预算数", "2023年决算数")


def notes(done: FilledForm) -> list[tuple[str, ...]]:
    return [paper.notes for paper in done.papers]


@pytest.mark.parametrize(
    ("corner", "title", "expected"),
    [
        ("经费控制情况", "", (NO_UNIT,)),
        ("经费控制情况（万元）", "", ()),
        ("经费控制情况", "单位：万元", ()),
        ("经费控制情况", "联系单位：万元乡", (NO_UNIT,)),
    ],
)
def test_a_form_without_a_unit_is_filled_in_wan_and_says_so(
    corner: str, title: str, expected: tuple[str, ...], report: Report
) -> None:
    rows = [(title, None, None, None), (corner, *YEARS), ("政府采购金额",), ("三公经费",)]
    done, sheet = filled(quick(base(rows)), report)
    assert notes(done) == [expected]
    assert sheet["D4"].value == 90


def test_one_unit_beside_one_row_is_none_of_the_others(report: Report) -> None:
    done, sheet = filled(
        quick(base([("经费控制情况", *YEARS), ("政府采购金额（元）",), ("三公经费",)])), report
    )
    assert notes(done) == [("表上有的金额没有写单位，按万元填写，请核对",)]
    assert (sheet["D3"].value, sheet["D4"].value) == (900_000, 33.5)
