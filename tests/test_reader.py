"""The reader: keys not addresses, and one sentence with place and remedy for all that is not wanted."""

import io
import shutil
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from tests.conftest import Demo
from tests.records import records
from xlreport.datafile import DEFAULT_STANDARD, with_standard
from xlreport.errors import Unusable
from xlreport.model.inputs import Inputs
from xlreport.report import Report, evaluate
from xlreport.sheets.layout import LAYOUT, Addresses, input_sheets
from xlreport.sheets.master import build_master
from xlreport.sheets.reader import Problem, Reading, read_sheets, read_workbook


@pytest.fixture(scope="module")
def filled(sample: Report) -> Inputs:
    """The record that the master of the sample year was made of."""
    return with_standard(sample.inputs, DEFAULT_STANDARD)


@pytest.fixture(scope="module")
def places(demo: Demo) -> Addresses:
    """Where its fields stand."""
    return read_workbook(demo.master).addresses


def cell_in(book: openpyxl.Workbook, places: Addresses, path: str) -> Cell:
    """The cell of a field, as openpyxl has it."""
    place = places.at(path)
    assert place
    sheet, row, column = place
    return cast(Cell, book[sheet].cell(row + 1, column + 1))


@cache
def calculated(path: Path) -> dict[tuple[str, int, int], Any]:
    """The formulas in the input cells of forms, with what they have given."""
    formulas, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    return {
        (sheet, row, column): values[sheet].cell(row + 1, column + 1).value
        for sheet, row, column in read_workbook(path).addresses.cells.values()
        if formulas[sheet].cell(row + 1, column + 1).data_type == "f"
    }


def edited(demo: Demo, tmp_path: Path, edit: Callable[[openpyxl.Workbook], None]) -> Path:
    """A copy of the sample workbook after an edit by another program, one that calculates nothing.

    It would lose what a formula in an input cell has given, so it puts the value there instead.
    """
    path = tmp_path / "绩效自评.xlsx"
    book = openpyxl.load_workbook(demo.master)
    for (sheet, row, column), value in calculated(demo.master).items():
        book[sheet].cell(row + 1, column + 1).value = value
    edit(book)
    book.save(path)
    return path


def problems(path: Path) -> list[str]:
    return [str(problem) for problem in read_workbook(path).problems]


def test_the_sample_reads_back(demo: Demo, filled: Inputs) -> None:
    reading = read_workbook(demo.master)
    assert reading.problems == ()
    assert reading.inputs == filled


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(inputs=records())
def test_what_was_built_reads_back_equal(inputs: Inputs, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("built") / "m.xlsx"
    build_master(evaluate(inputs), path)
    reading = read_workbook(path)
    assert reading.problems == ()
    assert reading.inputs == inputs


SPENT, EXECUTED = "final.expenditure", "projects[1].executed"

# The field, what is typed into its cell, and the sentence after the name of the cell.
WRONG: list[tuple[str, Any, str]] = [
    (SPENT, "5万元", "总支出“5万元”带有单位文字，请只填数字（单位为万元），如 5。"),
    (SPENT, "１２３．４５", "总支出“１２３．４５”是全角数字，请改为半角 123.45。"),
    (SPENT, "12,345.67", "总支出“12,345.67”是带逗号的文本，请改填数字 12345.67。"),
    (SPENT, "123.45", "总支出“123.45”是文本格式的数字，请把单元格格式改为数值后重新填写 123.45。"),
    (SPENT, "9.4%", "总支出“9.4%”是百分数，此处应填金额，请改填数字。"),
    (SPENT, "见附表", "总支出“见附表”是文字，不是金额，请填数字，没有则填 0 或留空。"),
    (SPENT, "  ", "总支出只有空格，请清空这个单元格。"),
    (SPENT, True, "总支出是逻辑值 TRUE，不是金额，请填数字。"),
    (SPENT, -3, "总支出-3是负数，此处金额不能为负，请核对。"),
    (SPENT, 54208200000, "总支出54208200000过大，单位是万元，请核对是否按元填写。"),
    (SPENT, "#REF!", "总支出是错误值 #REF!，请更正公式或直接填写。"),
    (SPENT, "=F17+1", "总支出是没有计算结果的公式，请用 Excel 打开并保存一次，或直接填写。"),
    (
        "unit.report_date",
        "2024年4月2日",
        "报告日期“2024年4月2日”是文本格式的日期，请重新填写为 2024-4-2。",
    ),
    ("unit.year", "2023年", "评价年度“2023年”是文字，请填四位数字，如 2023。"),
    ("unit.year", 23, "评价年度23不是 2000 至 2100 之间的年份，请填四位数字。"),
    ("unit.sealed", "盖", "加盖印章“盖”不在可选项内，请从下拉列表选择：是、否。"),
    ("establishment.total", 36.5, "合计36.5不是整数，请填整数（单位为人）。"),
    (EXECUTED, "3708万", "全年执行数“3708万”带有单位文字，请只填数字（单位为万元），如 3708。"),
    (EXECUTED, "#N/A", "全年执行数是错误值 #N/A，请更正公式或直接填写。"),
    (EXECUTED, "=1/0", "全年执行数是没有计算结果的公式，请用 Excel 打开并保存一次，或直接填写。"),
    (
        "projects[1].stated_rate",
        "98%",
        "已公布执行率“98%”是文本格式的百分数，请把单元格格式改为百分比后重新填写 98%。",
    ),
    (
        "projects[1].stated_score",
        "9.5分",
        "已公布执行率得分“9.5分”是文字，不是数字，请填数字，没有则填 0 或留空。",
    ),
    ("buildings.actual_area", "480㎡", "实际规模“480㎡”是文字，不是数字，请填数字，没有则填 0 或留空。"),
    ("criteria[1].points", "50分", "分值“50分”是文字，不是数字，请填数字，没有则填 0 或留空。"),
    ("criteria[1].points", -50, "分值-50是负数，此处不能为负，请核对。"),
    (
        "criteria[1].method",
        "按指标算",
        "计分方法“按指标算”不在可选项内，请从下拉列表选择：按执行率、按指标、逐步扣分、分档、自评。",
    ),
]


@pytest.mark.parametrize(("path", "content", "sentence"), WRONG)
def test_a_wrong_cell_gets_one_sentence(
    demo: Demo, tmp_path: Path, places: Addresses, path: str, content: Any, sentence: str
) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        cell = cell_in(book, places, path)
        cell.value = content
        if isinstance(content, str) and content.startswith("#"):
            cell.data_type = "e"

    assert problems(edited(demo, tmp_path, edit)) == [f"{places.cell(path)}：{sentence}"]


def test_a_cell_is_named_as_people_see_it(demo: Demo, tmp_path: Path, places: Addresses) -> None:
    """What the tests around take from the reader is right."""
    assert places.cell(SPENT) == "收支情况!G17"
    book = openpyxl.load_workbook(demo.master)
    assert (book["收支情况"]["B17"].value, book["收支情况"]["G17"].value) == ("总支出", 5420.82)


def test_a_date_where_an_amount_belongs(demo: Demo, tmp_path: Path) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        book["收支情况"]["G17"].value = date(2023, 5, 4)

    (problem,) = problems(edited(demo, tmp_path, edit))
    assert (
        problem == "收支情况!G17：总支出是日期或时间 2023-05-04，不是金额，请把单元格格式改为数值后重新填写。"
    )


def test_a_serial_number_where_a_date_belongs(demo: Demo, tmp_path: Path) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        book["单位信息"]["D8"].value = 45384
        book["单位信息"]["D8"].number_format = "0"

    (problem,) = problems(edited(demo, tmp_path, edit))
    assert problem == "单位信息!D8：报告日期45384是数字，不是日期，请把单元格格式改为日期，如 2024-4-2。"


def test_a_date_with_a_time(demo: Demo, tmp_path: Path) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        book["单位信息"]["D8"].value = datetime(2024, 4, 2, 9, 30)

    (problem,) = problems(edited(demo, tmp_path, edit))
    assert "带有时刻，请只填日期" in problem


def test_a_percentage_where_an_amount_belongs(demo: Demo, tmp_path: Path, places: Addresses) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        for path in (SPENT, EXECUTED):
            cell = cell_in(book, places, path)
            cell.value = 0.094
            cell.number_format = "0.0%"

    first, second = problems(edited(demo, tmp_path, edit))
    assert first.startswith("收支情况!G17：总支出是百分比格式的数，此处单位为万元")
    assert second.startswith(f"{places.cell(EXECUTED)}：全年执行数是百分比格式的数，此处单位为万元")


def test_nothing_wrong_is_taken_for_a_value(demo: Demo, tmp_path: Path, places: Addresses) -> None:
    """A wrong cell is blank in the record, and what else its row holds is kept."""

    def edit(book: openpyxl.Workbook) -> None:
        cell_in(book, places, EXECUTED).value = "3708万"

    inputs = read_workbook(edited(demo, tmp_path, edit)).inputs
    assert inputs.projects[1].executed is None
    assert inputs.projects[1].name == "企业发展专项资金（和富铜业）"
    assert len(inputs.projects) == 4


def test_an_error_alone_in_a_row_below_the_table_is_seen(
    demo: Demo, tmp_path: Path, places: Addresses
) -> None:
    column = cell_in(openpyxl.load_workbook(demo.master), places, EXECUTED).column_letter

    def edit(book: openpyxl.Workbook) -> None:
        book["项目支出"][f"{column}14"].value = "#REF!"
        book["项目支出"][f"{column}14"].data_type = "e"

    reading = read_workbook(edited(demo, tmp_path, edit))
    assert [str(p) for p in reading.problems] == [
        f"项目支出!{column}14：全年执行数是错误值 #REF!，请更正公式或直接填写。"
    ]


def test_inserted_rows_and_renamed_labels_do_no_harm(
    demo: Demo, tmp_path: Path, filled: Inputs, places: Addresses
) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        book["收支情况"].insert_rows(10, 3)
        book["资产情况"].insert_rows(4)
        book["资产情况"]["B8"].value = "净资产（万元）"
        book["项目支出"].insert_rows(8)
        book["收支情况"].title = "我的收支"

    reading = read_workbook(edited(demo, tmp_path, edit))
    assert reading.problems == ()
    assert reading.inputs == filled
    assert reading.addresses.cell("final.expenditure") == "我的收支!G20"
    before, after = (each.at("projects[3].executed") for each in (places, reading.addresses))
    assert before
    assert after == (before[0], before[1] + 1, before[2])


def test_a_moved_column_does_no_harm(demo: Demo, tmp_path: Path, filled: Inputs, places: Addresses) -> None:
    last = places.at("final.affiliated_grant")
    assert last

    def edit(book: openpyxl.Workbook) -> None:
        sheet = book["收支情况"]
        for row in range(1, last[1] + 2):
            left, right = sheet.cell(row, 5), sheet.cell(row, 7)
            left.value, right.value = right.value, left.value

    reading = read_workbook(edited(demo, tmp_path, edit))
    assert reading.problems == ()
    assert reading.inputs == filled


def rows_of(demo: Demo) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(demo.master, data_only=True)
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def find(rows: list[list[Any]], key: str) -> int:
    return next(at for at, row in enumerate(rows) if row[0] == key)


def read(sheets: dict[str, list[list[Any]]]) -> Reading:
    return read_sheets(sheets)


def test_rows_of_an_open_book_read_the_same(demo: Demo, filled: Inputs) -> None:
    """The same parser takes rows from anywhere; blanks are None there, and rows may end early."""
    sheets = rows_of(demo)
    for rows in sheets.values():
        for row in rows:
            while len(row) > 1 and row[-1] is None:
                row.pop()
    assert read(sheets).inputs == filled
    assert read(sheets).problems == ()


def test_a_missing_key(demo: Demo) -> None:
    sheets = rows_of(demo)
    del sheets["收支情况"][find(sheets["收支情况"], "accounts.basic")]
    message = "缺少“基本支出”一行（标识 accounts.basic），请从原工作簿恢复这一行。"
    assert read(sheets).problems == (Problem("收支情况", message),)


def test_a_double_key(demo: Demo) -> None:
    sheets = rows_of(demo)
    at = find(sheets["收支情况"], "accounts.basic")
    sheets["收支情况"].insert(at, list(sheets["收支情况"][at]))
    (problem,) = read(sheets).problems
    assert problem.cell == f"收支情况!A{at + 2}"
    assert "accounts.basic 重复" in problem.message


def test_an_unknown_key_names_what_it_may_be(demo: Demo) -> None:
    sheets = rows_of(demo)
    at = find(sheets["收支情况"], "accounts.basic")
    sheets["收支情况"][at][0] = "accounts.basics"
    unknown, missing = read(sheets).problems
    assert unknown == Problem(
        f"收支情况!A{at + 1}", "“accounts.basics”不是已知的标识，请恢复原来的内容（可能是 accounts.basic）。"
    )
    assert "缺少“基本支出”一行" in missing.message


def test_a_missing_and_a_double_column(demo: Demo) -> None:
    sheets = rows_of(demo)
    at = find(sheets["收支情况"], "form:accounts")
    sheets["收支情况"][at][4] = "final"
    double, missing = read(sheets).problems
    assert double.cell == f"收支情况!G{at + 1}"
    assert missing == Problem("收支情况", "缺少“年初预算”一列（标识 initial），请从原工作簿恢复这一列。")


def test_a_table_without_one_of_its_columns(demo: Demo) -> None:
    sheets = rows_of(demo)
    row = sheets["项目支出"][find(sheets["项目支出"], "table")]
    row[row.index("projects.executed")] = "projects.executd"
    unknown, missing = read(sheets).problems
    assert "可能是 projects.executed" in unknown.message
    assert missing.message == "缺少“全年执行数”一列（标识 projects.executed），请从原工作簿恢复这一列。"


def test_a_table_without_its_key_row(demo: Demo) -> None:
    sheets = rows_of(demo)
    sheets["项目支出"][find(sheets["项目支出"], "table")][0] = None
    (problem,) = read(sheets).problems
    assert problem == Problem("项目支出", "缺少表格的标识行，请从原工作簿恢复这张工作表。")


def test_a_table_without_its_header_row(demo: Demo) -> None:
    """Deleting the header would make the first record the header, and lose it."""
    sheets = rows_of(demo)
    del sheets["机构职责"][find(sheets["机构职责"], "table") + 1]
    (problem,) = read(sheets).problems
    assert problem == Problem("机构职责!B5", "标识行下面应是表头，表头一行已被删除或移动，请恢复。")


def test_a_missing_sheet(demo: Demo) -> None:
    sheets = rows_of(demo)
    del sheets["资产情况"]
    message = "缺少这张工作表，请从原工作簿恢复，或新建工作簿后重新填写。"
    assert read(sheets).problems == (Problem("资产情况", message),)


def test_a_copied_sheet(demo: Demo) -> None:
    sheets = rows_of(demo)
    sheets["资产情况 (2)"] = sheets["资产情况"]
    (problem,) = read(sheets).problems
    assert problem == Problem("资产情况 (2)!A1", "这张工作表与“资产情况”重复，未读取，请删除其中一张。")


def test_a_copied_sheet_in_a_saved_file(demo: Demo, tmp_path: Path) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        book.copy_worksheet(book["资产情况"])

    (problem,) = read_workbook(edited(demo, tmp_path, edit)).problems
    assert problem.cell == "资产情况 Copy!A1"
    assert "与“资产情况”重复，未读取" in problem.message


def meta(sheets: dict[str, list[list[Any]]], key: str, value: Any) -> dict[str, list[list[Any]]]:
    for row in sheets["_xlreport"]:
        if row[0] == key:
            row[1] = value
    return sheets


def test_a_workbook_of_another_product(demo: Demo) -> None:
    for sheets in ({"Sheet1": [["a", 1]]}, meta(rows_of(demo), "product", "other"), {}):
        with pytest.raises(Unusable, match="不是 xlreport 的主工作簿"):
            read(sheets)


def test_a_newer_layout_is_refused_and_an_older_one_named(demo: Demo) -> None:
    with pytest.raises(Unusable, match="由更新版本的 xlreport 生成"):
        read(meta(rows_of(demo), "layout", LAYOUT + 1))
    with pytest.raises(Unusable, match="由更新版本的 xlreport 生成"):
        read(meta(rows_of(demo), "layout", "新"))
    (problem,) = read(meta(rows_of(demo), "layout", LAYOUT - 1)).problems
    assert problem.cell == "_xlreport!B2"
    assert "由旧版本生成" in problem.message


# Without shrinking: a failing workbook is large, and making it smaller takes minutes.
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)


@settings(max_examples=60, deadline=None, phases=QUICK)
@given(data=st.data())
def test_whatever_stands_in_the_cells_the_reader_answers(demo: Demo, data: st.DataObject) -> None:
    """Any content in any cell gives a record and problems, or one sentence; never another exception."""
    sheets = rows_of(demo)
    content = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30), st.dates(), st.datetimes(),
        st.times(), st.timedeltas(),
    )  # fmt: skip
    for _ in range(data.draw(st.integers(1, 30))):
        rows = sheets[data.draw(st.sampled_from(sorted(sheets)))]
        row = rows[data.draw(st.integers(0, len(rows) - 1))]
        row[data.draw(st.integers(0, len(row) - 1))] = data.draw(content)
    refused = ""
    reading = None
    try:
        reading = read(sheets)
    except Unusable as error:
        refused = str(error)
    assert reading is not None or refused.endswith("。")
    if reading:
        assert all(problem.message.endswith("。") for problem in reading.problems)
        evaluate(reading.inputs)


def test_every_input_sheet_of_the_layout_is_built(demo: Demo) -> None:
    book = openpyxl.load_workbook(demo.master)
    for sheet in input_sheets():
        assert book[sheet.name]["A1"].value == f"sheet:{sheet.key}"


def test_reading_opens_no_network(demo: Demo) -> None:
    """A workbook is read without any module that could follow a link."""
    import subprocess
    import sys

    code = (
        "import sys; from pathlib import Path; from xlreport.sheets.reader import read_workbook;"
        "read_workbook(Path(sys.argv[1]));"
        "sys.exit(bool({'socket', 'urllib.request', 'http.client', 'ssl'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code, str(demo.master)], check=False).returncode == 0


def test_the_input_file_is_never_touched(demo: Demo, tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    shutil.copy(demo.master, path)
    before = path.read_bytes()
    read_workbook(path)
    assert path.read_bytes() == before


def sheet_of(path: Path, name: str) -> Worksheet:
    sheet = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def test_a_wrong_cell_causes_no_findings_about_itself(demo: Demo, tmp_path: Path, places: Addresses) -> None:
    """项目支出 is not blank but unreadable: that 基本支出 alone is not the total follows from nothing."""

    def edit(book: openpyxl.Workbook) -> None:
        cell_in(book, places, "final.project").value = "4911.19万元"
        cell_in(book, places, EXECUTED).value = "3708万"

    reading = read_workbook(edited(demo, tmp_path, edit))
    wrong = reading.addresses.paths_at({problem.cell for problem in reading.problems})
    assert wrong == {"final.project", "projects[1].executed", "projects.executed"}
    assert {"F02", "J04"} <= {finding.rule for finding in evaluate(reading.inputs).findings}
    told = {finding.rule for finding in evaluate(reading.inputs, wrong).findings}
    assert told == {"B04", "B06", "S05", "P02", "J06", "T01"}
