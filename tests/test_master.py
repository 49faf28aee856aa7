"""The master workbook as another program sees it: everything from the declarations."""

import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.conftest import Demo
from xlreport.addin.workbook import build_live_master
from xlreport.assets import version
from xlreport.checks.rule import rule_lines
from xlreport.datafile import DEFAULT_STANDARD, read_data, with_standard
from xlreport.model.fields import Kind, fields_of, sections_of
from xlreport.model.inputs import Inputs, Settings
from xlreport.model.rates import RATES
from xlreport.model.scoring import indicator_score
from xlreport.report import Report, evaluate
from xlreport.sheets.layout import CHECKS, COMPUTED_MARK, DIFFERENCES, LAYOUT, TEMPLATE, input_sheets
from xlreport.sheets.live import rated_sheets
from xlreport.sheets.master import build_master
from xlreport.sheets.pen import ROW_HEIGHT, whole_height
from xlreport.sheets.validation import help_of
from xlreport.thresholds import thresholds

VISIBLE = [
    "首页", "单位信息", "机构职责", "收支情况", "功能分类", "三公经费", "政府采购", "资产情况", "项目支出",
    "项目资金", "绩效指标", "评分标准", "文字材料", "已公布数据", "上年数据", "参数设置",
    "指标计算", "检查结果", "报告模板", "核对报告", "使用说明",
]  # fmt: skip
TABLES = {"机构职责", "功能分类", "项目支出", "项目资金", "绩效指标", "评分标准", "上年数据", "报告模板"}
PROTECTED = set(VISIBLE) - TABLES


@pytest.fixture(scope="module")
def book(demo: Demo) -> openpyxl.Workbook:
    return openpyxl.load_workbook(demo.master)


def test_the_sheets_in_their_order(book: openpyxl.Workbook) -> None:
    assert [sheet.title for sheet in book if sheet.sheet_state == "visible"] == VISIBLE
    assert book.active is not None
    assert book.active.title == "首页"


def test_the_workbook_names_product_layout_and_version(book: openpyxl.Workbook) -> None:
    rows = {row[0]: row[1] for row in book["_xlreport"].iter_rows(values_only=True)}
    assert rows == {"product": "xlreport", "layout": LAYOUT, "version": version()}
    assert book["_xlreport"].sheet_state == "hidden"


def test_sheets_with_tables_stay_unprotected_and_the_others_have_unlocked_inputs(
    book: openpyxl.Workbook,
) -> None:
    assert {sheet.title for sheet in book if sheet.protection.sheet} == PROTECTED
    for declared in input_sheets():
        sheet = book[declared.name]
        for at, row in enumerate(sheet.iter_rows(min_row=2), 2):
            key = row[0].value
            if isinstance(key, str) and key in declared.fields:
                assert not sheet.cell(at, 4).protection.locked, (declared.name, key)
                assert sheet.cell(at, 2).protection.locked
        assert not sheet.protection.password


def test_keys_stand_in_the_hidden_column_a(book: openpyxl.Workbook) -> None:
    for declared in input_sheets():
        assert book[declared.name].column_dimensions["A"].hidden


def test_labels_units_and_validation_come_from_the_declarations(book: openpyxl.Workbook) -> None:
    for declared in input_sheets():
        sheet = book[declared.name]
        validated = {str(item.sqref): item for item in sheet.data_validations.dataValidation}
        for row in sheet.iter_rows(min_row=2):
            field = declared.fields.get(str(row[0].value))
            if field is None:
                continue
            assert row[1].value == field.label
            assert (row[2].value or "") == field.shown_unit
            rule = validated.get(row[3].coordinate)
            if field.kind not in (Kind.TEXT, Kind.LONG_TEXT):
                assert rule is not None, field.key
                assert re.search("[一-鿿]", rule.error or ""), field.key
                assert rule.showErrorMessage


def test_tables_are_real_and_hold_what_is_declared(book: openpyxl.Workbook, sample: Report) -> None:
    for section in sections_of(Inputs):
        if not section.table:
            continue
        table = book[section.sheet].tables[section.key]
        heads = [column.name for column in table.tableColumns]
        assert [head for head in heads if head in {f.label for f in section.fields}] == [
            field.label for field in section.fields
        ]
        first, last = (int(re.sub(r"\D", "", cell)) for cell in table.ref.split(":"))
        assert last - first >= len(getattr(sample.inputs, section.key))


BASE = read_data(Path(__file__).parent / "cases" / "base.toml")


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with indicators, funds, a standard and last year's figures."""
    path = tmp_path_factory.mktemp("scored") / "自评.xlsx"
    build_master(evaluate(BASE), path)
    return path


def column_of(sheet: Any, head: str) -> str:
    """The letter of the last column with this head."""
    found = [cell for cell in sheet[5] if cell.value == head]
    return str(found[-1].column_letter)


def validation_of(sheet: Any, head: str) -> Any:
    cell = f"{column_of(sheet, head)}6"
    return next(rule for rule in sheet.data_validations.dataValidation if cell in rule.sqref)


def test_scores_are_calculated_columns_with_what_the_model_computes(scored: Path) -> None:
    formulas, values = openpyxl.load_workbook(scored), openpyxl.load_workbook(scored, data_only=True)
    scores = evaluate(BASE).scores
    computed = [indicator_score(each) for each in BASE.indicators]
    adopted = [
        score if each.score is None else each.score
        for each, score in zip(BASE.indicators, computed, strict=True)
    ]
    assert None in computed
    assert None not in adopted
    for tab, table, head, expected in (
        ("绩效指标", "indicators", "计算得分", computed),
        ("绩效指标", "indicators", "采用得分", adopted),
        ("评分标准", "criteria", "得分", [each.score for each in scores.criteria]),
    ):
        column = next(c for c in formulas[tab].tables[table].tableColumns if c.name == head)
        letter = column_of(formulas[tab], head)
        text = str(formulas[tab][f"{letter}6"].value)
        assert column.calculatedColumnFormula.attr_text == text.removeprefix("=")  # for the rows to come
        shown = [values[tab][f"{letter}{row}"].value for row in range(6, 6 + len(expected))]
        assert shown == [None if score is None else pytest.approx(float(score)) for score in expected]
    home = {cell.value: cell for row in values["首页"]["B1:H20"] for cell in row}
    assert values["首页"].cell(home["自评总分"].row + 1, home["自评总分"].column).value == 96.57
    assert values["首页"].cell(home["等级"].row + 1, home["等级"].column).value == "优"
    assert values["首页"].cell(home["评分标准合计"].row + 1, home["评分标准合计"].column).value == 96.57


def test_columns_of_tables_have_names_that_every_program_takes_in_a_formula() -> None:
    labels = [field.label for section in sections_of(Inputs) if section.table for field in section.fields]
    assert [label for label in labels if not re.fullmatch(r"\w+", label)] == []


def test_no_formula_is_longer_than_excel_takes(scored: Path) -> None:
    cells = [cell for sheet in openpyxl.load_workbook(scored) for row in sheet.iter_rows() for cell in row]
    assert max(len(str(cell.value)) for cell in cells if cell.data_type == "f") < 8192


def test_a_project_that_is_not_listed_is_warned_of_and_never_refused(scored: Path) -> None:
    book = openpyxl.load_workbook(scored)
    for tab in ("项目资金", "绩效指标"):
        rule = validation_of(book[tab], "所属项目")
        assert (rule.type, rule.errorStyle, rule.showErrorMessage) == ("list", "warning", True)
        assert rule.formula1.startswith("OFFSET('项目支出'!$B$6,0,0,")
        assert "没有这个项目" in rule.error
    assert validation_of(book["评分标准"], "所用指标").errorStyle == "warning"
    assert validation_of(book["绩效指标"], "一级指标").errorStyle in (None, "stop")
    suggested = validation_of(book["评分标准"], "评分项目")
    assert "绩效指标" in suggested.formula1
    assert not suggested.showErrorMessage  # any other name is as good


def test_what_was_carried_over_is_marked_as_not_to_be_touched(scored: Path) -> None:
    sheet = openpyxl.load_workbook(scored)["上年数据"]
    assert str(sheet["B2"].value).startswith("请勿改动")
    assert sheet["B2"].font.b
    for cell in (sheet["B6"], sheet["C6"], sheet["C9"]):
        assert cell.fill.fgColor.rgb.endswith("F2F2F2")  # not the colour of what one fills in
    rule = validation_of(sheet, "上年决算数")
    assert (rule.type, rule.formula1, rule.errorStyle) == ("custom", "FALSE", "warning")


def test_what_only_formulas_need_is_hidden(scored: Path) -> None:
    sheet = openpyxl.load_workbook(scored)["绩效指标"]
    widths = [each for each in sheet.column_dimensions.values() if each.hidden]
    hidden = {at for each in widths for at in range(each.min, each.max + 1)}
    heads = {cell.value for cell in sheet[5] if cell.column in hidden}
    assert heads == {None, "整体指标", "指标值数", "完成值数"}  # None: the keys, in column A


def test_functions_are_given_nothing_that_they_compute(sample: Report, tmp_path: Path) -> None:
    """Else an edit would call them twice, or in a circle."""
    addresses = build_live_master(sample, tmp_path / "自评.xlsm")
    computed = {
        key: place
        for key, place in addresses.columns.items()
        if COMPUTED_MARK in key and not key.startswith((CHECKS, TEMPLATE))
    }
    assert {key.partition(".")[0] for key in computed} == {"projects", "indicators", "criteria"}
    for key, (tab, column) in computed.items():
        assert column > addresses.corners[tab][1], key
    assert {sheet.name for sheet in input_sheets()} > rated_sheets() > {"收支情况", "三公经费"}


def test_the_arrays_reach_further_than_fifty_indicators(sample: Report, tmp_path: Path) -> None:
    addresses = build_live_master(sample, tmp_path / "自评.xlsm")
    assert addresses.corners["绩效指标"][0] > 300
    assert addresses.corners["项目资金"][0] > 150
    assert addresses.corners["项目支出"][0] > 100


def test_every_rate_is_a_native_formula_with_its_value(demo: Demo, sample: Report) -> None:
    formulas = openpyxl.load_workbook(demo.master)["指标计算"]
    values = openpyxl.load_workbook(demo.master, data_only=True)["指标计算"]
    rows = {formulas.cell(at, 1).value: at for at in range(5, formulas.max_row + 1)}
    assert set(rows) == set(RATES)
    for key, at in rows.items():
        assert str(formulas.cell(at, 3).value).startswith("=IF(COUNT(")
        assert "XR_" not in str(formulas.cell(at, 3).value)
        stored, expected = values.cell(at, 3).value, sample.rates[key].cell
        assert (stored or "") == (expected if isinstance(expected, str) else pytest.approx(float(expected)))
        assert formulas.cell(at, 4).value == RATES[key].words
        assert formulas.cell(at, 5).value == RATES[key].source


def test_the_check_sheet_has_one_row_per_rule_with_its_outcome(
    book: openpyxl.Workbook, sample: Report
) -> None:
    sheet = book["检查结果"]
    rows = {row[1].value: row for row in sheet.iter_rows(min_row=6) if row[1].value and not row[2].value}
    assert list(rows) == [line.id for line in rule_lines()]
    expected = evaluate(with_standard(sample.inputs, DEFAULT_STANDARD)).outcomes  # as `demo` makes it
    for rule, row in rows.items():
        assert row[5].value == expected[str(rule)]
        assert not row[9].protection.locked  # the explanation
    for finding in sample.findings:
        assert finding.message in str(rows[finding.rule][6].value)
    assert rows["B04"][7].value == "收支情况!F17"
    assert re.fullmatch(r'=IF\((H\d+)="","",HYPERLINK\("#"&\1,"查看"\)\)', rows["B04"][8].value)


def test_the_template_sheet_shows_each_line_with_its_preview(book: openpyxl.Workbook, sample: Report) -> None:
    sheet = book["报告模板"]
    lines = list(sheet.iter_rows(min_row=6, max_row=5 + len(sample.inputs.template), values_only=True))
    assert [line[1] for line in lines] == [line.style for line in sample.inputs.template]
    texts = [str(line[3] or "") for line in lines]
    assert "2023年度部门整体支出绩效自评报告" in texts
    assert any("执行率100%，完成年初预算的741.18%" in text for text in texts)


def test_print_setup_is_a4_one_page_wide(book: openpyxl.Workbook) -> None:
    for sheet in book:
        if sheet.sheet_state == "visible":
            assert str(sheet.page_setup.paperSize) == "9", sheet.title
            assert sheet.page_setup.fitToHeight == 0, sheet.title
            assert sheet.print_area or sheet.title == DIFFERENCES, sheet.title
            assert sheet.freeze_panes or sheet.title == "首页", sheet.title


def test_the_home_sheet_has_three_native_charts(demo: Demo) -> None:
    with zipfile.ZipFile(demo.master) as package:
        charts = [name for name in package.namelist() if name.startswith("xl/charts/chart")]
        assert len(charts) == 3
        text = "".join(package.read(name).decode() for name in charts)
    assert "'首页'" in text or "首页!" in text
    # The rates in the project table itself, whatever their column.
    columns = re.findall(r"项目支出'?!\$([A-Z]+)\$6:", text)
    sheet = openpyxl.load_workbook(demo.master)["项目支出"]
    assert [sheet[f"{column}5"].value for column in columns] == ["项目名称", "执行率"]


def test_columns_are_wide_enough_for_chinese_labels(book: openpyxl.Workbook) -> None:
    from xlreport.sheets.pen import width

    for declared in input_sheets():
        sheet = book[declared.name]
        for form in declared.forms:
            longest = max(width(field.label) + 4 * field.part for field in fields_of(form.sections[0].record))
            assert longest <= sheet.column_dimensions["B"].width + 1, (declared.name, longest)


def test_the_committed_files_are_what_the_declarations_give(tmp_path: Path) -> None:
    from xlreport.assets import FOLDER
    from xlreport.build import build_all
    from xlreport.cli import main

    for path in build_all(main, tmp_path):
        committed = FOLDER.parent / path.relative_to(tmp_path)
        assert path.read_bytes() == committed.read_bytes(), f"run xlreport build: {path.name}"


def test_the_help_of_a_field_is_shown_whole_beside_it_and_in_its_bubble(book: openpyxl.Workbook) -> None:
    for declared in input_sheets():
        sheet = book[declared.name]
        bubbles = {str(item.sqref): item for item in sheet.data_validations.dataValidation}
        for row in sheet.iter_rows(min_row=2):
            field = declared.fields.get(str(row[0].value))
            if field is None or not help_of(field):
                continue
            beside = row[-1]
            assert str(beside.value).removeprefix("必填。") == help_of(field)
            assert bubbles[row[3].coordinate].prompt == help_of(field)
            wide = int(sheet.column_dimensions[beside.column_letter].width)
            high = sheet.row_dimensions[beside.row].height or ROW_HEIGHT
            assert high > whole_height(str(beside.value), wide) - 1, (
                declared.name,
                field.label,
            )  # whole pixels


def test_the_settings_say_where_their_defaults_are_from(book: openpyxl.Workbook) -> None:
    words = " ".join(str(cell.value) for row in book["参数设置"].iter_rows() for cell in row if cell.value)
    sources = {each.source for name, each in thresholds().named.items() if name in Settings._fields}
    assert [source for source in sources if source not in words] == []
