"""A figure gets the one place that is its own, or none and a reason; forms that cannot be filled are refused."""

import io
import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import form_maker, hostile
from tests.form_maker import Form, Line
from tests.quick_forms import HEADS, base, changed, quick
from tests.test_forms import BASE_A, book, entries, like, parts_of, record, values
from xlreport.datafile import read_asset, read_paper
from xlreport.errors import Unusable
from xlreport.forms.filling import Entry, Outcome
from xlreport.forms.labels import Synonyms
from xlreport.forms.parts import Book
from xlreport.forms.wanted import wants_of
from xlreport.model.inputs import with_values
from xlreport.papers.maker import make_papers
from xlreport.report import Report, evaluate
from xlreport.sheets.forms import FilledForm, fill_form


@pytest.fixture(scope="module")
def report() -> Report:
    return evaluate(record())


def filled(data: bytes, report: Report, **how: Any) -> tuple[FilledForm, Any]:
    """What came of a form, and its first sheet."""
    done = fill_form(data, "空表.xlsx", report, **how)
    return done, book(done.books[0].content).worksheets[0]


def unplaced(done: FilledForm) -> dict[str, str]:
    """The reason for each figure without a place."""
    return {entry.label: entry.why for entry in entries(done) if entry.outcome is Outcome.NO_PLACE}


def of(done: FilledForm, outcome: Outcome) -> list[Entry]:
    return [entry for entry in entries(done) if entry.outcome is outcome]


# ------------------------------------------------------------------------------ synonyms


def test_every_synonym_stands_for_a_label_of_our_papers(report: Report) -> None:
    data = read_asset("papers", "synonyms", "附件")
    synonyms = Synonyms.of(data)
    names = ("base-A", "base-B", "base-岳阳楼", "overall", "project")
    definitions = {name: read_paper(name) for name in names}
    rows: set[str] = set()
    heads: set[str] = set()
    for paper in make_papers(report, definitions):
        rows |= wants_of(paper, synonyms, 2023).contexts.keys()
        heads |= {synonyms.head(cell.text, 2023) for row in paper.rows for cell in row if cell.head}
    assert data["rows"].keys() - rows == set()
    assert data["heads"].keys() - heads == {"指标性质", "度量单位"}  # of 云南
    assert {part for parts in data["parts"].values() for part in parts} - rows == set()


def test_one_synonym_for_two_labels_is_refused() -> None:
    lists = {"rows": {"甲": ["丙"], "乙": ["丙："]}, "heads": {}, "names": {}, "titles": {}, "parts": {}}
    with pytest.raises(ValueError, match="would mean both 甲 and 乙"):
        Synonyms.of(lists)


# ------------------------------------------------------------------------------ rows and columns


ROWS: dict[str, tuple[float, float, float]] = {
    "三公经费": (34.9, 36, 33.5),
    "1、公务用车购置和维护经费": (26, 27, 25.3),
    "　其中：公车购置": (17, 18, 17.5),
    "2、出国经费": (2.5, 3, 2.8),
    "项目支出：": (370, 380, 460),
    "1、业务工作经费": (140, 100, 150),
    "2、运行维护经费": (30, 30, 30),
    "公用经费": (120, 120, 120),
    "　其中：办公经费": (50, 52, 51),
    "政府采购金额": (80, 100, 90),
}
BLOCKS = [list(ROWS)[:4], list(ROWS)[4:7], list(ROWS)[7:9], list(ROWS)[9:]]


@st.composite
def arranged(draw: st.DrawFn) -> tuple[list[str], list[int], list[str], bool]:
    """The blocks of the base table in any order, blank rows and columns in any order, signs in any width."""
    blocks = draw(st.permutations(BLOCKS))
    labels = []
    for each in blocks:
        head, parts = each[0], [label for label in each[1:] if "公车购置" not in label]
        parts = draw(st.permutations(parts))
        if len(parts) < len(each) - 1:  # 其中 stays below what it is part of
            parts.insert(parts.index("1、公务用车购置和维护经费") + 1, "　其中：公车购置")
        labels += [head, *parts]
        labels += [""] * draw(st.integers(0, 1))
    wide = str.maketrans("：（）", ":()") if draw(st.booleans()) else {}
    spaced = draw(st.sampled_from(["", "　", " ", "\n"]))
    written = [
        label if label[:1] in ("　", "") else f"{label[:2]}{spaced}{label[2:]}".translate(wide)
        for label in labels
    ]
    return labels, draw(st.permutations([1, 2, 3])), written, draw(st.booleans())


@given(arranged())
@settings(deadline=None, max_examples=40)
def test_wherever_a_row_and_a_column_stand_their_figure_stands_at_the_crossing(
    arrangement: tuple[list[str], list[int], list[str], bool],
) -> None:
    labels, order, written, yuan = arrangement
    heads = ("经费控制情况（元）" if yuan else "经费控制情况（万元）", *(HEADS[at] for at in order))
    data = quick(base([heads, *((label,) for label in written)]))
    _, sheet = filled(data, evaluate(record()))
    for at, label in enumerate(labels):
        figures = ROWS.get(label)
        found = [sheet.cell(at + 3, column).value for column in (2, 3, 4)]
        factor = 10_000 if yuan else 1
        expected = [None] * 3 if figures is None else [figures[which - 1] * factor for which in order]
        assert found == expected if figures is None else found == pytest.approx(expected), label


def test_one_name_under_two_headings_goes_to_its_own(report: Report) -> None:
    rows: list[Line] = [
        HEADS,
        ("三公经费",),
        ("1、公务用车购置及运行维护费",),
        ("　其中：公务用车购置费",),
        ("其他支出",),
        ("1、公务用车购置费",),
        ("政府采购金额",),
    ]
    _, sheet = filled(quick(base(rows)), report)
    assert [sheet.cell(row, 4).value for row in (5, 7, 8)] == [17.5, None, 90]


def test_a_name_under_a_strange_heading_alone_gets_nothing(report: Report) -> None:
    rows: list[Line] = [HEADS, ("三公经费",), ("其他支出",), ("1、公务用车购置费",), ("政府采购金额",)]
    done, sheet = filled(quick(base(rows)), report)
    assert sheet["B5"].value is None
    assert unplaced(done)["其中：公车购置　2022年决算数"] == "表上这一行在别的栏目下"


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([HEADS, ("政府采购金额",), ("政府采购",), ("三公经费",)], "表上有不止一处，未填"),
        (
            [(*HEADS, "2023年决算数"), ("政府采购金额",), ("三公经费",)],
            "表上有不止一处，未填",
        ),
        ([HEADS, ("公用经费",), ("三公经费",)], "表上没有这一行"),
        ([HEADS[:3], ("政府采购金额",), ("三公经费",)], "表上没有这一栏"),
    ],
)
def test_what_is_there_twice_or_not_at_all_gets_nothing(rows: list[Line], why: str, report: Report) -> None:
    done, sheet = filled(quick(base(rows)), report)
    assert unplaced(done)["政府采购金额　2023年决算数"] == why
    assert 90 not in values(sheet).values()


def test_cells_merged_across_rows_or_columns_get_nothing(report: Report) -> None:
    rows: list[Line] = [HEADS, ("政府采购金额",), ("三公经费",), ("公用经费",), ("支出总额",)]
    done, sheet = filled(quick(base(rows, merged=["B3:C3", "D4:D5"])), report)
    why = "合并单元格与行列不对应"
    assert {label: reason for label, reason in unplaced(done).items() if reason == why} == {
        "政府采购金额　2022年决算数": why,
        "政府采购金额　2023年预算数": why,
        "三公经费　2023年决算数": why,
        "其中：公用经费　2023年决算数": why,
    }
    assert [cell.value for cell in sheet[3]] == ["政府采购金额", None, None, 90]
    assert [cell.value for cell in sheet[6]] == ["支出总额", 970, 1000, 1100]  # a row of version B


def test_headings_that_stand_on_the_left_over_several_rows(report: Report) -> None:
    rows: list[Line] = [
        ("项目", None, None, *HEADS[1:]),
        ("经费", "三公经费", "小计"),
        (None, None, "出国经费"),
        (None, None, "公务接待"),
        (None, "其他", "公务用车购置费"),
        (None, None, "会议费"),
        (None, "公用经费", None),
    ]
    merged = ["A2:C2", "A3:A8", "B3:B5", "B6:B7", "B8:C8"]
    done, sheet = filled(quick(base(rows, merged=merged)), report)
    assert [sheet.cell(row, 6).value for row in range(3, 9)] == [33.5, 2.8, 5.4, None, None, 120]
    assert unplaced(done)["其中：公车购置　2023年决算数"] == "表上这一行在别的栏目下"


def test_values_on_the_right_of_heads_that_stand_apart_or_one_below_the_other(report: Report) -> None:
    rows: list[Line] = [
        ("编制数", None, "2023年实际在职人数", None, "控制率", None),
        HEADS,
        ("三公经费",),
        ("公用经费",),
        ("批复规模（㎡）",),
        ("实际规模（㎡）",),
        ("规模控制率",),
    ]
    _, sheet = filled(
        quick(base([line if len(line) == 6 else (*line, *[None] * 2) for line in rows])), report
    )
    assert [sheet[cell].value for cell in ("B2", "D2", "F2", "B6", "B7", "B8")] == [
        30,
        27,
        0.9,
        500,
        480,
        0.96,
    ]
    assert sheet["F2"].number_format == "0.00%"  # as when one types 90% into a cell without format


def test_the_whole_adjustment_of_older_forms_is_a_figure_of_its_own(report: Report) -> None:
    older = changed(form_maker.base_a(), A24="部门整体支出预算调整", A18="1、业务工作专项")
    done, sheet = filled(quick(older), report)
    assert [sheet.cell(row, 4).value for row in (18, 20, 24)] == [150, 280, 150]  # 1150 − 1000
    assert unplaced(done) == {}
    both = form_maker.base_a()
    both.rows[23:23] = [("部门整体支出预算调整",)]
    _, sheet = filled(quick(replace(both, merged=(), formats={})), report)
    assert [sheet.cell(row, 4).value for row in (24, 25)] == [150, 30]
    done, sheet = filled(quick(form_maker.base_a()), report)
    assert (sheet["D24"].value, unplaced(done)) == (30, {})


def with_category(report: Report, category: str) -> Report:
    """The record with another project of some category."""
    other = report.inputs.projects[0]._replace(name="另一专项", category=category)
    return evaluate(with_values(report.inputs, projects=(*report.inputs.projects, other)))


def test_a_category_with_a_row_of_its_own_has_its_sum_there(report: Report) -> None:
    form = form_maker.base_a()
    form.rows[21] = ("4、上级转移支付",)
    done, sheet = filled(quick(form), with_category(report, "上级转移支付"))
    assert [[sheet.cell(row, column).value for column in (1, 4)] for row in (20, 21, 22)] == [
        ["3、省级专项资金（每个专项一行）", 280],
        ["　　造林补助", 280],
        ["4、上级转移支付", 280],
    ]
    assert unplaced(done) == dict.fromkeys(
        [f"另一专项　{head}" for head in ("2022年决算数", "2023年预算数", "2023年决算数")], "没有留给它的空行"
    )


def test_projects_without_category_are_named(report: Report) -> None:
    done, sheet = filled(quick(form_maker.base_a()), with_category(report, ""))
    assert unplaced(done) == {"项目【另一专项】未填类别，没有列入": ""}
    assert [sheet.cell(row, 1).value for row in (21, 22)] == ["　　造林补助", None]
    assert not done.settled


def test_a_row_of_one_level_gets_no_money_of_another(report: Report) -> None:
    form = changed(form_maker.base_a(), A20="3、区级专项资金（每个专项一行）")
    done, sheet = filled(quick(form), report)
    assert [sheet.cell(row, column).value for row in (20, 21) for column in (2, 3, 4)] == [None] * 6
    assert unplaced(done)["3、省级专项资金（每个专项一行）　2023年决算数"] == "表上没有这一行"


def test_a_category_that_our_version_adds_to_others_and_the_form_does_not_leaves_them_out(
    report: Report,
) -> None:
    form = form_maker.base_b()
    form.rows[11:12] = [(None,), ("　　　 3.上级转移支付",)]
    form = replace(form, merged=(), formats={})
    done, sheet = filled(quick(form), with_category(report, "上级转移支付"))
    assert [sheet.cell(row, column).value for row in (11, 12) for column in (2, 3, 4)] == [None] * 6
    assert unplaced(done)["2、专项资金（一个项目一行）　2023年决算数"] == (
        "表上另有“上级转移支付”，与工作簿的归类不同，未填"
    )


# ------------------------------------------------------------------------------ years and units


def test_a_form_of_another_year_is_not_filled(report: Report) -> None:
    form = form_maker.base_a()
    rows = [
        [
            text.replace("2022年", "2021年").replace("2023年", "2022年") if isinstance(text, str) else text
            for text in line
        ]
        for line in form.rows
    ]
    done, sheet = filled(quick(replace(form, rows=[*rows])), report)
    why = "年度不符：表上是 2022 年，工作簿是 2023 年"
    figures = {label: reason for label, reason in unplaced(done).items() if "厉行" not in label}
    assert set(figures.values()) - {"没有留给它的空行"} == {why}
    assert "三公经费　2023年决算数" in figures
    assert "编制数" in figures
    assert [
        cell.value for row in sheet["B5:D28"] for cell in row if isinstance(cell.value, int | float)
    ] == []


def test_a_title_of_another_year_leaves_the_whole_table_out(report: Report) -> None:
    form = changed(form_maker.overall(), A2="（2022年度）")
    done, sheet = filled(quick(form), report)
    assert not done.settled
    assert sheet["D5"].value is None
    assert sheet["D14"].value is None
    assert unplaced(done)["年度资金总额　年初预算数"].startswith("年度不符")
    assert unplaced(done)["指标“造林面积”"].startswith("年度不符")


@pytest.mark.parametrize(
    ("corner", "line", "figure"),
    [
        ("经费控制情况", "单位：万元", 33.5),
        ("经费控制情况（元）", "", 335_000),
        ("经费控制情况", "金额单位：人民币千元", 335),
        ("经费控制情况（万元）", "填报单位：元氏县财政局", 33.5),
        ("经费控制情况", "（单位：亿元）", 0.00335),
        ("经费控制情况（万元）", "单位：元", None),
    ],
)
def test_amounts_are_in_the_unit_that_the_form_states(
    corner: str, line: str, figure: float | None, report: Report
) -> None:
    rows: list[Line] = [(line, None, None, None), (corner, *HEADS[1:]), ("三公经费",), ("公用经费",)]
    done, sheet = filled(quick(base(rows)), report)
    assert sheet["D4"].value == figure
    if figure is None:
        assert unplaced(done)["三公经费　2023年决算数"] == "表上的金额单位前后矛盾，未填"


# ------------------------------------------------------------------------------ what is there already


def test_a_filled_cell_is_left_and_compared(report: Report) -> None:
    form = changed(form_maker.base_a(), B5=30, D5="90%", B7=119, B8="50.00", C23="—", B29="从严控制", B21=200)
    form = changed(form, A31="填表人：李四　填报日期：2024年3月15日")
    done, sheet = filled(quick(form), report)
    assert {entry.cell for entry in of(done, Outcome.SAME)} == {"B5", "D5", "B8", "B21", "A31"}
    differing = {entry.cell: (entry.old, entry.new) for entry in of(done, Outcome.DIFFERS)}
    assert differing == {
        "B7": ("119", "120"),
        "C23": ("—", "100"),
        "B29": ("从严控制", "严控三公经费。"),
        "A31": ("李四", "张三"),
    }
    assert [sheet[cell].value for cell in ("B7", "C23", "B29")] == [119, "—", "从严控制"]
    assert not done.settled


def test_a_filled_cell_is_replaced_when_asked_and_both_figures_are_said(report: Report) -> None:
    form = changed(form_maker.base_a(), B7=119, A31="填表人：李四　　　填报日期：")
    done, sheet = filled(quick(form), report, overwrite=True)
    assert [str(entry) for entry in of(done, Outcome.OVERWRITTEN)] == [
        "B7　公用经费　2022年决算数　原为 119，现为 120",
        "A31　填表人　原为 李四，现为 张三",
    ]
    assert sheet["B7"].value == 120
    assert sheet["B11"].value == "=B12+B15+B16"  # a formula stays even so
    assert done.settled


def test_a_formula_over_a_range_keeps_all_of_its_cells(report: Report) -> None:
    def more(book: Any, sheet: Any) -> None:
        sheet.write_array_formula("B7:D7", "{=B8:D8+B9:D9}", None, 0)
        sheet.write("C7", 0)  # what Excel stores beside the first cell
        sheet.write("D7", 0)

    done, sheet = filled(quick(form_maker.base_a(), more=more), report, overwrite=True)
    assert {"B7", "C7", "D7"} <= {entry.cell for entry in of(done, Outcome.FORMULA)}
    assert sheet["C7"].value == 0


def test_cells_that_are_locked_are_not_written_to(report: Report) -> None:
    form = replace(form_maker.base_a(), unlocked=("B7:D10",))
    done, sheet = filled(quick(form), report)
    assert [sheet[cell].value for cell in ("B7", "B12")] == [120, None]
    assert unplaced(done)["2、出国经费　2022年决算数"] == "单元格受保护"
    assert "B12" in BASE_A
    with pytest.raises(Unusable, match=r"空表\.xlsx：工作表受保护，要填的单元格都被锁定"):
        filled(quick(replace(form, unlocked=("A31",))), report)


# ------------------------------------------------------------------------------ projects and indicators


def test_sheets_that_name_their_project_get_that_one(report: Report) -> None:
    forms = [
        form_maker.project("甲", "病虫害防治"),
        form_maker.project("乙"),
        form_maker.project("丙", "修路"),
    ]
    done = fill_form(quick(*forms), "空表.xlsx", report)
    after = book(done.books[0].content)
    assert {sheet.title: sheet["B4"].value for sheet in after} == {
        "甲": "病虫害防治",
        "乙": "造林补助",
        "丙": "修路",
        "乙-2": "林业科普宣传",
    }
    assert [after[tab]["C7"].value for tab in ("甲", "乙", "丙", "乙-2")] == [100, 250, None, 30]
    refused = [paper for paper in done.papers if paper.refused]
    assert [(paper.tab, paper.refused.split("，")[0]) for paper in refused] == [
        ("丙", "表上的项目名称是“修路”")
    ]
    assert not done.settled


def test_a_copied_sheet_prints_and_looks_like_the_first_and_is_not_selected_with_it(report: Report) -> None:
    def more(book: Any, sheet: Any) -> None:
        sheet.repeat_rows(5, 6)
        sheet.print_area("A1:H24")
        sheet.data_validation("C7:E10", {"validate": "decimal", "criteria": ">=", "value": 0})
        sheet.conditional_format("C7:E10", {"type": "cell", "criteria": "<", "value": 0, "format": None})
        sheet.freeze_panes(3, 0)
        sheet.set_footer("&C第 &P 页")

    form = replace(form_maker.project(), name="附件 4")
    done = fill_form(quick(form, more=more), "空表.xlsx", report)
    after = book(done.books[0].content)
    assert after.sheetnames == ["附件 4", "附件 4-2", "附件 4-3"]
    first, second, _ = after.worksheets
    written = {cell.coordinate: cell.value for row in first.iter_rows() for cell in row}
    assert like(second, written) == like(first, written)
    assert second.print_title_rows == "$6:$7"
    assert [bool(sheet.sheet_view.tabSelected) for sheet in after] == [True, False, False]


def test_no_project_and_more_indicators_than_rows_are_said(report: Report) -> None:
    none = evaluate(with_values(report.inputs, projects=(), funds=()))
    done = fill_form(quick(form_maker.project()), "空表.xlsx", none)
    assert [paper.refused for paper in done.papers] == ["工作簿里没有项目，未填"]
    indicators = list(report.inputs.indicators)
    indicators[1:1] = [indicators[0]._replace(name=f"造林面积之{at}") for at in "二三"]
    crowded = evaluate(with_values(report.inputs, indicators=tuple(indicators)))
    done, sheet = filled(quick(form_maker.overall()), crowded)
    assert [sheet["D14"].value, sheet["D15"].value] == ["造林面积", "造林面积之二"]
    assert unplaced(done) == {"指标“造林面积之三”": "“数量指标”下没有空行"}


def test_an_indicator_goes_to_the_row_that_bears_its_name(report: Report) -> None:
    form = changed(form_maker.overall(), D15="造林面积", E15="≥5000亩", D16="病虫害防治率", D22="脱贫人数")
    done, sheet = filled(quick(form), report)
    assert [sheet[cell].value for cell in ("D14", "D15", "F15", "D16", "D17", "F16")] == [
        *(None, "造林面积", "5200亩", "病虫害防治率", "造林成活率", None)
    ]
    assert done.settled


def test_signs_and_units_of_targets_in_columns_of_their_own(report: Report) -> None:
    heads: Line = ("三级指标", "指标性质", "指标值", "度量单位", "实际完成值", "分值", "得分", "原因")
    rows: list[Line] = [("单位", *[None] * 7), heads, *[(None,) * 8] * 8, ("总分", *[None] * 7)]
    done, sheet = filled(quick(base(rows, title="部门整体支出绩效自评表")), report)
    assert [cell.value for cell in sheet[4]] == ["造林面积", "≥", "5000", "亩", "5200", 20, 20, None]
    assert [cell.value for cell in sheet[6]][:5] == ["任务完成及时", "定性", "12月底前", None, "12月20日完成"]
    assert [sheet["F12"].value, sheet["G12"].value] == [100, 96.57]
    assert "指标“造林面积”" not in str(unplaced(done))


def test_papers_one_below_the_other_on_one_sheet(report: Report) -> None:
    one, two = form_maker.base_a(), form_maker.sichuan()
    gap = len(one.rows) + 1
    rows = [*one.rows, (None,), *two.rows]
    stacked = Form("全部", rows, framed=f"A4:H{gap + 18}", merged=("A2:D2", f"A{gap + 1}:H{gap + 1}"))
    done, sheet = filled(quick(stacked), report)
    assert [(paper.paper, paper.count(Outcome.FILLED) > 50) for paper in done.papers] == [
        ("附件2", True),
        ("附件3", True),
    ]
    assert [sheet["B7"].value, sheet[f"D{gap + 4}"].value] == [120, 11_500_000]


# ------------------------------------------------------------------------------ what openpyxl would lose


def test_everything_that_openpyxl_does_not_know_stays_in_the_file(report: Report, tmp_path: Path) -> None:
    picture = tmp_path / "章.png"
    picture.write_bytes(_PNG)

    def more(book: Any, sheet: Any) -> None:
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=基础数据表!$B$7:$D$7"})
        sheet.insert_chart("F2", chart)
        sheet.insert_textbox("F20", "填表前请阅读说明")
        sheet.insert_image("F30", str(picture))
        sheet.insert_checkbox("H1", False)
        sheet.insert_button("H2", {"caption": "提交"})
        sheet.set_header("&C&G", {"image_center": str(picture)})
        sheet.write_rich_string("A1", book.add_format({"bold": True}), "附件", "2")
        sheet.add_sparkline("H5", {"range": "基础数据表!B7:D7"})
        sheet.conditional_format("H7:H9", {"type": "data_bar", "data_bar_2010": True})
        sheet.write_comment("A6", "按批复填写")
        book.add_vba_project(str(Path(__file__).parents[1] / "workbook" / "vbaProject.bin"))
        book.define_name("合计", "=基础数据表!$B$11")

    blank = quick(form_maker.base_a(), more=more)
    done, sheet = filled(blank, report)
    old, new = parts_of(blank), parts_of(done.books[0].content)
    assert old.keys() == new.keys()
    assert {path for path in old if old[path] != new[path]} == {"xl/worksheets/sheet1.xml"}
    tail = old["xl/worksheets/sheet1.xml"].partition(b"</sheetData>")[2]
    assert tail.count(b"<") > 40
    assert new["xl/worksheets/sheet1.xml"].partition(b"</sheetData>")[2] == tail
    assert sheet["B7"].value == 120
    assert {"xl/vbaProject.bin", "xl/charts/chart1.xml", "xl/media/image1.png"} <= old.keys()


_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301"
    "0100c9fe92ef0000000049454e44ae426082"
)


@pytest.mark.parametrize("change", ["prefixed", "without places", "no rows"])
def test_sheets_written_in_other_ways(change: str, report: Report) -> None:
    parts = parts_of(quick(form_maker.base_a()))
    path = "xl/worksheets/sheet1.xml"
    text = parts[path].decode()
    if change == "prefixed":
        text = re.sub(r"<(/?)(?!\?)", r"<\1x:", text).replace("xmlns=", "xmlns:x=")
    elif change == "without places":
        # Rows and cells may leave out where they are; these are complete up to the last column.
        text = re.sub(r"<row r=\"\d+\"[^>]*>", "<row>", text)
    else:
        parts[path.replace("1", "2")] = b""
        text = re.sub(r"<row r=\"(2[2-9]|3\d)\".*?(</row>|/>(?=<row|</sheetData))", "", text)
    data = hostile.zipped(
        parts | {path: text.encode()}
        if change != "no rows"
        else {key: content for key, content in (parts | {path: text.encode()}).items() if content}
    )
    done, _ = filled(data, report)
    after = openpyxl.load_workbook(io.BytesIO(done.books[0].content)).active
    assert [cell.value for cell in after[7]][1:4] == [120, 120, 120]
    assert [cell.value for cell in after[5]][1:4] == [30, 27, 0.9]


# ------------------------------------------------------------------------------ refused


@pytest.mark.parametrize("name", hostile.CASES)
def test_hostile_files_are_refused_in_one_sentence(name: str, report: Report) -> None:
    case = hostile.CASES[name]
    with pytest.raises(Unusable) as refused:
        fill_form(case.make(), "空表.xlsx", report)
    assert case.sentence in str(refused.value)
    assert str(refused.value).count("。") == 1


@pytest.mark.parametrize(
    "form",
    [
        Form("空", []),
        Form("别的", [("姓名", "年龄"), ("张三", 30)]),
        Form("像的", [("部门整体支出绩效评价基础数据表",), ("姓名", "编制数"), ("张三", 30)]),
        replace(form_maker.base_a(), hidden=True, name="隐藏"),
    ],
    ids=lambda form: form.name,
)
def test_a_workbook_without_any_of_the_papers_is_refused(form: Form, report: Report) -> None:
    with pytest.raises(Unusable, match="没有认出附件2、附件3或附件4的表格"):
        fill_form(quick(Form("说明", [("见附件",)]), form), "空表.xlsx", report)


def test_a_record_without_its_year_is_refused(report: Report) -> None:
    blank = evaluate(with_values(report.inputs, unit={"year": None}))
    with pytest.raises(Unusable, match="没有填写评价年度"):
        fill_form(quick(form_maker.base_a()), "空表.xlsx", blank)


def test_a_signed_form_is_refused(report: Report) -> None:
    parts = parts_of(quick(form_maker.base_a())) | {"_xmlsignatures/sig1.xml": b"<Signature/>"}
    with pytest.raises(Unusable, match="数字签名"):
        fill_form(hostile.zipped(parts), "空表.xlsx", report)


def test_cells_merged_over_the_whole_sheet_are_refused(report: Report) -> None:
    form = form_maker.base_a()
    parts = parts_of(quick(form))
    path = "xl/worksheets/sheet1.xml"
    parts[path] = parts[path].replace(b'"A2:D2"', b'"A2:XFD2000"')
    with pytest.raises(Unusable, match="合并区域 A2:XFD2000 过大"):
        fill_form(hostile.zipped(parts), "空表.xlsx", report)


@pytest.mark.parametrize("rows", ["one cell", "every row"])
def test_formatting_down_to_the_last_row_of_a_sheet_is_not_read(rows: str, report: Report) -> None:
    parts = parts_of(quick(form_maker.base_a()))
    path = "xl/worksheets/sheet1.xml"
    numbers = [1_048_576] if rows == "one cell" else range(40, 1_048_577)
    stray = "".join(f'<row r="{row}"><c r="A{row}" s="1"/></row>' for row in numbers)
    parts[path] = parts[path].replace(b"</sheetData>", stray.encode() + b"</sheetData>")
    data = hostile.zipped(parts)
    lean = Book.open(data, "空表.xlsx").lean()
    with zipfile.ZipFile(io.BytesIO(lean)) as package:
        assert len(package.read(path)) < 150_000
    done = fill_form(data, "空表.xlsx", report)
    after = parts_of(done.books[0].content)[path]
    assert after.partition(b'<row r="40"')[2] == parts[path].partition(b'<row r="40"')[2]
    assert b'<c r="B7" s="' in after
    assert done.papers[0].count(Outcome.FILLED) == 61


def test_a_row_grows_with_its_text_unless_somebody_set_its_height(report: Report) -> None:
    long = "坚持厉行节约，" * 30
    wordy = evaluate(with_values(report.inputs, texts={"thrift": long}))
    heights = {}
    for fixed in (None, 20):
        data = quick(form_maker.base_a(), more=lambda _, sheet, fixed=fixed: sheet.set_row(28, fixed))  # type: ignore[misc]
        _, sheet = filled(data, wordy)
        assert sheet["B29"].value == long
        heights[fixed] = sheet.row_dimensions[29].height
        assert sheet.row_dimensions[7].height is None  # a number needs no more room
    assert heights[20] == 20.25  # whole pixels
    assert heights[None] == pytest.approx(18 * 11 * 1.35 + 2)  # 210 characters, 12 in a line of three columns


def test_amounts_are_written_exactly(report: Report) -> None:
    form = form_maker.base_a()
    initial = with_values(report.inputs, three_public_final={"reception": Decimal("5.400001")})
    done, _ = filled(quick(form), evaluate(initial))
    part = parts_of(done.books[0].content)["xl/worksheets/sheet1.xml"]
    assert b"<v>5.400001</v>" in part
