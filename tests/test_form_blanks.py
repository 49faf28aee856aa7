"""Blank forms as people make them: by openpyxl, without years or units, with hints where something is to be written."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from tests import form_maker
from tests.quick_forms import base, changed, quick
from tests.test_form_places import of, unplaced
from tests.test_forms import block, book, record, values
from xlreport.errors import Unusable
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


# ------------------------------------------------------------------------------ heads without a year

BY_ORDER = "列名没有写年度，按 2022 年决算、2023 年预算、2023 年决算的顺序填写，请核对"
FIGURES = (80, 100, 90)


def with_heads(*heads: str | None, corner: str = "经费控制情况（万元）", title: str = "") -> bytes:
    rows = [(corner, *heads), ("政府采购金额",), ("三公经费",), ("批复规模（㎡）", None), ("实际规模（㎡）",)]
    form = base([*rows, ("规模控制率",)])
    return quick(changed(form, A1=title) if title else form)


@pytest.mark.parametrize(
    "heads",
    [
        ("　　　　年决算数", "　　　　年预算数", "　　　　年决算数"),
        ("____年\n决算数", "____年\n预算数", "____年\n决算数"),
        ("20  年度决算数", "20  年度预算数", "20  年度决算数"),
        ("决算数", "预算数", "决算数"),
        ("决算", "预算金额", "决算"),
        ("上年决算数", "预算数", "决算数"),
        ("2022年决算数", "预算数", "决算数"),
        ("决算数", "本年预算数", "2023年决算数"),
    ],
)
def test_three_heads_in_their_order_need_no_year(heads: tuple[str, ...], report: Report) -> None:
    done, sheet = filled(with_heads(*heads), report)
    assert tuple(cell.value for cell in sheet[3][1:]) == FIGURES
    assert notes(done) == [(BY_ORDER,)]


@pytest.mark.parametrize(
    "heads",
    [
        ("预算数", "决算数", None),
        ("预算数", "决算数", "决算数"),
        ("　　年决算数", "　　年预算数", "　　年决算数", "　　年预算数"),
        ("本年决算数", "预算数", "决算数"),
        ("2021年决算数", "预算数", "2023年决算数"),
    ],
)
def test_heads_of_which_nobody_knows_the_year_get_nothing(
    heads: tuple[str | None, ...], report: Report
) -> None:
    done, sheet = filled(with_heads(*heads), report)
    assert {cell.value for cell in sheet[3][1:]} == {None}
    assert [sheet[f"B{row}"].value for row in (5, 6, 7)] == [500, 480, 0.96]
    assert {why for label, why in unplaced(done).items() if label.startswith("政府采购金额")} == {
        "列名没有年度"
    }
    assert notes(done) == [()]
    assert not done.settled


def test_the_year_of_another_form_stands_against_the_order(report: Report) -> None:
    other = "2022年度部门整体支出绩效评价基础数据表"
    for data in (
        with_heads("决算数", "预算数", "决算数", title=other),
        with_heads("2021年决算数", "预算数", "决算数"),
        with_heads("决算数", "预算数", "2022年决算数"),
        with_heads("决算数", "预算数", "决算数", corner="2022年经费控制情况（万元）"),
    ):
        done, sheet = filled(data, report)
        assert {cell.value for cell in sheet[3][1:]} == {None}
        assert unplaced(done)["政府采购金额　2023年决算数"] == "年度不符：表上是 2022 年，工作簿是 2023 年"
        assert notes(done) == [()]


@pytest.mark.parametrize(
    ("years", "kinds", "expected"),
    [
        (("　　年", "　　年", None), ("决算数", "预算数", "决算数"), FIGURES),
        (("2022年", "2023年", None), ("决算数", "预算数", "决算数"), FIGURES),
        (("2021年", "2022年", None), ("决算数", "预算数", "决算数"), (None,) * 3),
    ],
)
def test_years_left_blank_over_the_heads(
    years: tuple[str | None, ...], kinds: tuple[str, ...], expected: tuple[int | None, ...], report: Report
) -> None:
    rows = [("经费控制情况（万元）", *years), (None, *kinds), ("政府采购金额",), ("三公经费",)]
    _, sheet = filled(quick(base(rows, merged=["A2:A3", "C2:D2"])), report)
    assert tuple(cell.value for cell in sheet[4][1:]) == expected


def test_years_beneath_the_heads_are_not_passed_over(report: Report) -> None:
    rows = [
        ("经费控制情况（万元）", "决算数", "预算数", "决算数"),
        (None, "2021年", "2022年", "2022年"),
        ("政府采购金额",),
    ]
    with pytest.raises(Unusable, match="没有认出"):
        filled(quick(base([*rows, ("三公经费",)])), report)


def test_a_table_without_title_is_not_known_by_heads_without_years(report: Report) -> None:
    rows = [("项目", "决算数", "预算数", "决算数"), ("基本支出",), ("项目支出",), ("三公经费",)]
    with pytest.raises(Unusable, match="没有认出"):
        filled(quick(base(rows, title="公开表")), report)


def test_the_year_of_the_staff_may_be_left_blank(report: Report) -> None:
    form = form_maker.base_a()
    done, sheet = filled(quick(changed(form, C4="　　　年实际在职人数")), report)
    assert block("B5", (30, 27, 0.9)).items() <= values(sheet).items()
    assert unplaced(done) == {}


# ------------------------------------------------------------------------------ names


@pytest.mark.parametrize(
    "hint",
    [
        "（填写项目全称）",
        "(请填写项目全称)",
        "________",
        "请填写项目名称",
        "请按预算批复填写",
        "【项目全称】",
        "____（填写全称）",
        "此处填写项目名称：",
        "填写项目全称",
    ],
)
def test_a_hint_is_no_name(hint: str, report: Report) -> None:
    done, sheet = filled(quick(form_maker.project(first=hint)), report)
    assert sheet["B4"].value == "造林补助"
    assert done.settled
    [entry] = [entry for entry in done.papers[0].entries if entry.cell == "B4"]
    assert (entry.outcome, entry.old) == (Outcome.FILLED, "")


@pytest.mark.parametrize(
    "name", ["填报系统建设", "林业（二期）", "写作培训", "（一期）造林", "请进来走出去招商经费", "填海工程"]
)
def test_a_name_is_no_hint(name: str, report: Report) -> None:
    done, sheet = filled(quick(form_maker.project(first=name)), report)
    assert sheet["B4"].value == name
    assert done.papers[0].refused.endswith("工作簿里没有这个项目或未选它，整张表未填")


def test_a_named_project_takes_the_form_whatever_it_says(report: Report) -> None:
    data = quick(form_maker.project(first="某未知项目"))
    done, sheet = filled(data, report, project="造林补助")
    assert sheet["B4"].value == "某未知项目"
    [entry] = of(done, Outcome.DIFFERS)
    assert (entry.cell, entry.old, entry.new) == ("B4", "某未知项目", "造林补助")
    assert (sheet["C7"].value, done.settled) == (250, False)
    done, sheet = filled(data, report, project="造林补助", overwrite=True)
    assert (sheet["B4"].value, sheet["C7"].value, done.settled) == ("造林补助", 250, True)


def test_a_named_project_takes_no_form_of_another_one_beside_its_own(report: Report) -> None:
    names = ("病虫害防治", "某未知项目", "又一个项目")
    both = two_projects(report)

    def refused(*stated: str) -> list[bool]:
        forms = [form_maker.project(name=f"表{at}", first=name) for at, name in enumerate(stated)]
        done = fill_form(quick(*forms), "空表.xlsx", both, project="造林补助")
        return [bool(next(p.refused for p in done.papers if p.tab == form.name)) for form in forms]

    assert refused(*names[:2]) == [True, False]  # the one that is of no other project
    assert refused(names[1], "造林补助") == [True, False]
    assert refused(*names) == [True, True, True]  # nobody knows which
    assert refused("病虫害防治") == [False]
