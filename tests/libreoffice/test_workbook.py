"""The committed workbook and the sample year, run in LibreOffice: its VBA, our functions, its buttons."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.libreoffice.live import Live, opened, same, stored
from xlreport.addin import self_test
from xlreport.addin.function import FUNCTIONS
from xlreport.addin.workbook import build_live_master
from xlreport.assets import FOLDER
from xlreport.libreoffice.office import Office, find_uno
from xlreport.model.inputs import Explanation, Inputs, empty, with_values
from xlreport.narrative import narrate
from xlreport.report import Report, evaluate
from xlreport.sheets.layout import Addresses, cell_name

COMMITTED = FOLDER / "绩效自评.xlsm"


@pytest.fixture(autouse=True)
def quiet_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong on purpose is not for the user's own log."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path)


@pytest.fixture
def year(office: Office, sample: Report, tmp_path: Path) -> Any:
    """The sample year, open."""
    path = tmp_path / "自评.xlsm"
    build_live_master(sample, path)
    with opened(office, path) as live:
        yield live


def differences(live: Live) -> dict[tuple[str, str], tuple[Any, Any]]:
    """The cells that do not show what was stored in the file."""
    found = {}
    for (sheet, name), value in stored(live.path).items():
        shown = live.cells(sheet, name)[0][0]
        if live.cell(sheet, name).getError() or not same(shown, value):
            found[sheet, name] = shown, value
    return found


def expected(report: Report, addresses: Addresses) -> dict[str, tuple[str, str, str]]:
    """What 检查结果 must show."""
    return {
        rule: (str(outcome), report.problem(rule), addresses.place(report.found(rule)))
        for rule, outcome in report.outcomes.items()
    }


def test_the_committed_workbook_calculates_what_it_stores(office: Office) -> None:
    with opened(office, COMMITTED) as live:
        assert len(stored(COMMITTED)) > 400
        assert differences(live) == {}


def test_every_test_of_the_self_test_sheet_is_true(office: Office) -> None:
    names = openpyxl.load_workbook(COMMITTED).defined_names
    tests = [name for name in names if name.startswith("test_")]
    assert len(tests) == len(self_test.cases())
    with opened(office, COMMITTED) as live:
        for name in tests:
            sheet, _, cell = names[name].attr_text.replace("'", "").replace("$", "").partition("!")
            assert live.cells(sheet, cell)[0][0] == 1, name
        assert live.cells(self_test.SHEET, "C4")[0][0] == "全部通过"


def test_the_self_test_covers_every_function() -> None:
    formulas = " ".join(test.formula for test in self_test.cases())
    assert [name for name in FUNCTIONS if f"{name}(" not in formulas] == []


def test_the_sample_year_calculates_what_python_computes(year: Live, sample: Report) -> None:
    assert differences(year) == {}
    assert year.rates() == pytest.approx(
        {key: float(v) if isinstance(v := rate.cell, Decimal) else v for key, rate in sample.rates.items()}
    )
    assert year.checks() == expected(sample, year.addresses)
    previews = narrate(sample).previews
    shown = [row[0] for row in year.cells("报告模板", f"D6:D{5 + len(previews)}")]
    assert shown == [*previews]
    assert max(map(len, shown)) > 255
    assert {call for call in year.bridge.calls} >= set(FUNCTIONS)


EDITS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "another amount": ({"final.basic": 600}, {"final": {"basic": Decimal(600)}}),
    "a rate's base becomes zero": (
        {"full_year.expenditure": 0},
        {"full_year": {"expenditure": Decimal(0)}},
    ),
    "a required field is cleared": ({"final.income": None}, {"final": {"income": None}}),
    "an amount to the last 分": (
        {"final.project": 4911.190001},
        {"final": {"project": Decimal("4911.190001")}},
    ),
    "a text field": ({"unit.name": "某某县某某局"}, {"unit": {"name": "某某县某某局"}}),
}


@pytest.mark.parametrize("case", EDITS)
def test_rates_and_checks_follow_what_one_types(year: Live, sample: Report, case: str) -> None:
    typed, changed = EDITS[case]
    for path, content in typed.items():
        year.type(path, content)
    report = evaluate(with_values(sample.inputs, **changed))
    assert year.checks() == expected(report, year.addresses)
    assert year.checks() != expected(sample, year.addresses) or case == "a text field"
    assert year.rates() == pytest.approx(
        {key: float(v) if isinstance(v := rate.cell, Decimal) else v for key, rate in report.rates.items()}
    )
    previews = narrate(report).previews
    assert [row[0] for row in year.cells("报告模板", f"D6:D{5 + len(previews)}")] == [*previews]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("5万元", "带有单位文字"),
        ("=1/0", "是错误值 #DIV/0!"),
        ("=NA()", "是错误值 #N/A"),
        ("　", "只有空格"),
        (-5, "是负数"),
    ],
)
def test_a_wrong_cell_is_named_and_no_rule_takes_it_for_blank(year: Live, content: Any, says: str) -> None:
    year.type("final.basic", content)
    place = year.addresses.cell("final.basic")
    said = year.cells("检查结果", "B3")[0][0]
    assert said.startswith(f"填写有误 1 处：{place}：")
    assert says in said
    report_says = year.checks()["F02"]
    assert "基本支出（空）" not in report_says[1]
    year.type("final.basic", 509.63)
    assert year.cells("检查结果", "B3")[0][0] == ""


def test_an_explanation_typed_on_the_sheet_counts_at_once(year: Live, sample: Report) -> None:
    assert year.checks()["B06"][0] == "需说明"
    row = next(at for at, line in enumerate(year.cells("检查结果", "B6:B100")) if line[0] == "B06")
    year.cell("检查结果", f"J{6 + row}").setString("上级专项资金年中下达")
    assert year.checks()["B06"][0] == "已说明"


def test_a_project_typed_below_the_table_is_computed(year: Live, sample: Report) -> None:
    """The arrays stand ready beside rows that the table does not have yet."""
    columns = year.addresses.columns
    row = year.addresses.rows["projects"][-1] + 8
    for key, content in (("name", "新项目"), ("full_year", 200), ("executed", 50)):
        sheet, column = columns[f"projects.{key}"]
        cell = year.cell(sheet, cell_name(row, column))
        cell.setString(content) if isinstance(content, str) else cell.setValue(content)
    heads = year.cells("项目支出", "A5:Z5")[0]
    assert year.cells("项目支出", cell_name(row, heads.index("执行率")))[0][0] == 0.25
    assert "新项目" in year.checks()["J05"][1]


def test_a_deleted_row_of_a_table_leaves_no_error_below(year: Live) -> None:
    """It shortens what the function gets; the array that it fills stays as long as it was."""
    up = find_uno().Enum("com.sun.star.sheet.CellDeleteMode", "UP")
    for sheet, cells in (("项目支出", "B7:K8"), ("报告模板", "B8:C9")):
        tab = year.document.Sheets.getByName(sheet)
        tab.removeRange(tab.getCellRangeByName(cells).getRangeAddress(), up)
    year.document.calculate()
    for sheet, column in (("项目支出", "L"), ("项目支出", "M"), ("报告模板", "D")):
        last = year.document.Sheets.getByName(sheet).createCursor()
        last.gotoEndOfUsedArea(False)
        row = last.getRangeAddress().EndRow + 1
        wrong = [at for at in range(6, row + 1) if year.cell(sheet, f"{column}{at}").getError()]
        assert wrong == [], (sheet, column)
    assert year.cells("报告模板", "D6")[0][0] == "附件1"


def test_an_edit_costs_few_calls(year: Live, sample: Report) -> None:
    """A call costs 4 to 20 ms in Excel: at most 6 for a cell, at most 150 for the whole workbook."""
    calls = year.bridge.calls
    year.document.calculate()
    most = 0
    for path in ("final.expenditure", "initial.expenditure", "unit.name", "assets.fixed"):
        calls.clear()
        year.type(path, "改名" if path == "unit.name" else 123.45)
        year.document.calculate()
        most = max(most, calls.total())
        assert calls.total() >= 3, path
    sheet, column = year.addresses.columns["projects.full_year"]
    calls.clear()
    year.cell(sheet, cell_name(year.addresses.rows["projects"][0], column)).setValue(77)
    year.document.calculate()
    assert max(most, calls.total()) <= 6
    calls.clear()
    year.document.calculateAll()
    assert 0 < calls.total() <= 150


BAD = {
    '=XR_SHARE("5万元";2)': "#VALUE!",
    "=XR_SHARE(1/0;2)": "#",
    "=XR_SHARE(NA();2)": "#",
    "=XR_SHARE(1)": "#VALUE!",
    "=XR_SHARE(A1:B2;2)": "#VALUE!",
    "=XR_SHARE(1E300;3)": "#VALUE!",
    "=XR_RATES(A1:A3;B1:B2)": "#VALUE!",
    "=XR_GRADE(101)": "#VALUE!",
    '=XR_CHECK("NOPE";"";A1)': "#VALUE!",
    '=XR_RATE("没有的指标";A1)': "#VALUE!",
    '=XR_TEXTS("一列";A1)': "#VALUE!",
    "=SUM(1;XR_SHARE(A1:B2;2))": "#VALUE!",
    "=XR_GRADE(95)": "优",
    "=XR_SHARE(Z99;2)": "",
    "=XR_BALANCE(10;1;2;Z90:Z99)": "7",
    "=SUM(XR_RATES(Z100:Z5099;Y100:Y5099))": "0",
}


@pytest.mark.parametrize("formula", BAD)
def test_a_formula_that_somebody_writes_has_a_defined_result(year: Live, formula: str) -> None:
    cell = year.cell("自检", "AB60")
    cell.setFormula(formula)
    assert cell.getString().startswith(BAD[formula])
    assert BAD[formula] or not cell.getString()
    cell.setFormula("=XR_SHARE(1;4)")  # the server is still there
    assert cell.getValue() == 0.25


def test_long_texts_and_long_columns_pass_through(year: Live) -> None:
    year.cell("自检", "AB60").setString("长" * 32_767)
    cell = year.cell("自检", "AC60")
    cell.setFormula("=XR_SHARE(AB60;2)")
    assert cell.getError()
    numbers = year.document.Sheets.getByName("自检").getCellRangeByName("AE1:AF5000")
    numbers.setDataArray(tuple((float(row % 7), 4.0) for row in range(5000)))
    rates = year.document.Sheets.getByName("自检").getCellRangeByName("AG1:AG5000")
    rates.setArrayFormula("=XR_RATES(AE1:AE5000;AF1:AF5000)")
    assert [row[0] for row in rates.getDataArray()] == [row % 7 / 4 for row in range(5000)]


def test_an_empty_record_calculates_to_blanks(office: Office, sample: Report, tmp_path: Path) -> None:
    path = tmp_path / "空.xlsm"
    report = evaluate(replace(empty(), template=sample.inputs.template))
    build_live_master(report, path)
    with opened(office, path) as live:
        assert differences(live) == {}
        assert live.checks() == expected(report, live.addresses)


def test_a_table_longer_than_prepared_is_said(office: Office, sample: Report, tmp_path: Path) -> None:
    path = tmp_path / "长.xlsm"
    build_live_master(sample, path)
    with opened(office, path) as live:
        table = live.document.DatabaseRanges.getByName("projects")
        area = table.getDataArea()
        area.EndRow += 300
        table.setDataArea(area)
        live.document.calculateAll()
        assert "超过了随填随判的行数" in live.cells("检查结果", "B3")[0][0]


def explained(inputs: Inputs, rule: str, text: str) -> Inputs:
    return replace(inputs, explanations=(Explanation(rule=rule, text=text),))


def test_stored_explanations_survive_in_the_live_workbook(
    office: Office, sample: Report, tmp_path: Path
) -> None:
    path = tmp_path / "说明.xlsm"
    report = evaluate(explained(sample.inputs, "B06", "年中下达"))
    build_live_master(report, path)
    with opened(office, path) as live:
        assert live.checks() == expected(report, live.addresses)
        assert live.checks()["B06"][0] == "已说明"
