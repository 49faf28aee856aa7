"""Every button, from its VBA Sub on, in LibreOffice; and the same actions on the workbook without macros."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import docx
import pytest

from tests.libreoffice.live import Live, opened
from xlreport.addin import log, ribbon
from xlreport.addin.marks import clear_marks
from xlreport.addin.self_test import SHEET as SELF_TEST
from xlreport.addin.workbook import build_live_master
from xlreport.buttons import buttons
from xlreport.carry_forward import carry_forward
from xlreport.datafile import with_defaults
from xlreport.libreoffice.office import Office, find_uno
from xlreport.report import Report, evaluate
from xlreport.sheets.layout import cell_name
from xlreport.sheets.master import build_master
from xlreport.sheets.pen import LEVEL_COLOURS
from xlreport.sheets.reader import read_workbook

HARD = LEVEL_COLOURS["硬性"]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder, a log and a PATH without a program that would open a file."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.setattr(log, "_last", "")
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    return programs


@pytest.fixture
def year(office: Office, sample: Report, tmp_path: Path) -> Iterator[Live]:
    """The sample year with buttons of its own, in a folder of its own."""
    folder = tmp_path / "单位"
    folder.mkdir()
    path = folder / "自评.xlsm"
    build_live_master(sample, path)
    with opened(office, path) as live:
        yield live


@pytest.fixture
def plain(office: Office, sample: Report, tmp_path: Path) -> Iterator[Any]:
    """The sample year without macros, as the add-in gets it."""
    from xlreport.libreoffice.engine import book_of

    path = tmp_path / "自评.xlsx"
    build_master(sample, path)
    document = office.open(path)
    try:
        yield book_of(document, office.context)
    finally:
        office.close(document)


def book(live: Live) -> Any:
    from xlreport.libreoffice.engine import book_of

    return book_of(live.document, live.office.context)


def files(live: Live) -> list[str]:
    """What stands beside the workbook, without what LibreOffice keeps there while it is open."""
    return sorted(
        p.name for p in live.path.parent.iterdir() if p != live.path and not p.name.startswith(".~")
    )


def test_every_button_of_the_ribbon_has_its_action() -> None:
    assert {button.action for button in buttons()} == set(ribbon.ACTIONS)


def test_run_checks(year: Live, sample: Report) -> None:
    said = year.click("XrRunChecks")
    assert said.startswith("检查完成：填写有误 0 处，硬性 2 条，需说明 3 条，提示 3 条。")
    open_book = book(year)
    first = year.addresses.place([f for f in sample.findings if f.level == "硬性"])
    assert first in said
    sheet, _, cell = first.partition("!")
    assert open_book.sheets.active.name == sheet
    assert "#{:02X}{:02X}{:02X}".format(*open_book.sheets[sheet].range(cell).color) == HARD
    assert year.checks()["B04"][0] == "硬性"
    assert year.document.CurrentController.getSelection().AbsoluteName.endswith(cell_reference(cell))


def cell_reference(cell: str) -> str:
    return "$" + re.sub(r"(\d+)", r"$\1", cell)


def test_the_next_check_takes_the_marks_away(year: Live) -> None:
    colours = fills(year)
    year.click("XrRunChecks")
    assert fills(year) != colours
    year.type("adjustment.additions", 4689.44)
    year.type("final.basic", "五百")
    said = year.click("XrRunChecks")
    assert said.startswith("检查完成：填写有误 1 处")
    place = year.addresses.cell("final.basic")
    assert place
    assert place in said
    year.type("final.basic", 509.63)
    for path in ("full_year.expenditure", "initial.expenditure", "adjustment.additions"):
        year.type(path, None)
    year.click("XrRunChecks")
    book(year).app.calculate()
    clear_marks(book(year), year.addresses)
    assert fills(year) == colours


def fills(live: Live) -> dict[str, Any]:
    """The fill of each field's cell."""
    open_book = book(live)
    return {
        path: open_book.sheets[sheet].range((row + 1, column + 1)).color
        for path, (sheet, row, column) in live.addresses.cells.items()
    }


def test_a_column_that_is_wrong_as_a_whole_is_marked(year: Live) -> None:
    tab, column = year.addresses.columns["functions.amount"]
    name = year.addresses.columns["functions.name"][1]
    for row, amount in ((5, 5000), (6, 500)):
        year.cell(tab, cell_name(row, name)).setString(f"第{row}类")
        year.cell(tab, cell_name(row, column)).setValue(amount)
    year.click("XrRunChecks")
    assert year.checks()["F05"][0] == "硬性"
    colours = [book(year).sheets[tab].range((row + 1, column + 1)).color for row in (5, 6)]
    assert ["#{:02X}{:02X}{:02X}".format(*colour) for colour in colours] == [HARD, HARD]


def test_a_colour_that_somebody_gave_since_stays(year: Live) -> None:
    year.click("XrRunChecks")
    sheet, row, column = year.addresses.cells["full_year.expenditure"]
    cell = book(year).sheets[sheet].range((row + 1, column + 1))
    cell.color = (1, 2, 3)
    clear_marks(book(year), year.addresses)
    assert cell.color == (1, 2, 3)


def test_marks_that_moved_with_a_row_or_a_tab_go_too(year: Live) -> None:
    table = year.document.Sheets.getByName("项目支出")
    year.cell("项目支出", "E8").setString("五万")
    year.document.Sheets.getByName("收支情况").setName("收支")
    year.click("XrRunChecks")
    marked = book(year).sheets["项目支出"].range("E8").color
    row = table.getCellRangeByName("B7:K7").getRangeAddress()
    table.insertCells(row, find_uno().Enum("com.sun.star.sheet.CellInsertMode", "DOWN"))
    year.document.Sheets.getByName("收支").setName("收支情况")
    year.cell("项目支出", "E9").setValue(5)
    clear_marks(book(year), year.addresses)
    assert book(year).sheets["项目支出"].range("E9").color != marked
    assert fills(year)["full_year.expenditure"] == fills(year)["full_year.income"]


def test_a_sheet_with_a_password_is_said_and_can_be_cleared(year: Live) -> None:
    colours = fills(year)
    year.document.Sheets.getByName("三公经费").unprotect("")
    year.document.Sheets.getByName("三公经费").protect("geheim")
    assert year.click("XrRunChecks") == "三公经费：工作表有密码保护，请先撤消保护，再点这个按钮。"
    year.document.Sheets.getByName("三公经费").unprotect("geheim")
    clear_marks(book(year), year.addresses)
    assert fills(year) == colours


def test_cells_come_back_when_python_does(year: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    heads = [row[0] for row in year.cells("首页", "B1:B20")]
    counts = heads.index("必填项完成") + 2  # the row below, counted from 1
    with monkeypatch.context() as away:
        away.setattr(year.bridge, "FUNCTIONS", {})
        year.document.calculateAll()
        assert year.cells("首页", f"C{counts}:G{counts}")[0] == ["未计算"] * 5
    year.click("XrRunChecks")
    assert year.checks()["B04"][0] == "硬性"
    assert year.cells("首页", f"C{counts}")[0][0] == 2


@pytest.mark.parametrize("tab", ["检查结果", "报告模板"])
def test_a_missing_sheet_is_said(year: Live, tab: str) -> None:
    year.document.Sheets.removeByName(tab)
    said = year.click("XrRunChecks")
    assert said.startswith(f"{tab}：缺少这张工作表")


def test_a_preview_never_becomes_a_formula(plain: Any) -> None:
    """Excel would take =… for typed; the unit's name comes from whoever filled in the workbook."""
    plain.sheets["报告模板"].range("C7").value = "=HYPERLINK(1)"
    plain.sheets["报告模板"].range("C8").value = "-{{评价年度}}"
    ribbon.run("run_checks", plain)
    shown = [cell.value for cell in plain.sheets["报告模板"].range("D7:D8")]
    assert shown == ["\u3000=HYPERLINK(1)", shown[1]]
    assert not str(shown[1]).startswith("-")


def test_a_strange_workbook_is_diagnosed_without_a_trace(office: Office, year: Live) -> None:
    from xlreport.libreoffice.engine import book_of

    other = office.new()
    try:
        before = other.Sheets.getElementNames()
        assert ribbon.run("show_diagnosis", book_of(other, office.context)).startswith("诊断完成：")
        assert other.Sheets.getElementNames() == before
    finally:
        office.close(other)


def test_export_report(year: Live) -> None:
    said = year.click("XrExportReport")
    (name,) = files(year)
    assert said.startswith(f"已生成：{name}（与工作簿在同一文件夹）。")
    texts = [paragraph.text for paragraph in docx.Document(str(year.path.parent / name)).paragraphs]
    assert any("5420.82万元" in text for text in texts)
    # A report that was edited since is not written over.
    assert "（2）.docx" in year.click("XrExportReport")
    assert len(files(year)) == 2


def test_what_is_typed_and_not_saved_is_exported(year: Live) -> None:
    before = year.path.read_bytes()
    year.type("unit.name", "某某县某某局")
    assert "某某县某某局2023年度" in year.click("XrExportReport")
    assert year.path.read_bytes() == before


def test_generate_workbook(year: Live) -> None:
    import openpyxl

    year.click("XrGenerateWorkbook")
    (name,) = files(year)
    generated = openpyxl.load_workbook(year.path.parent / name)
    assert name.endswith("（报送）.xlsx")
    assert generated.vba_archive is None
    assert "XR_" not in str([c.value for s in generated for r in s.iter_rows() for c in r])


def test_export_papers(year: Live) -> None:
    said = year.click("XrExportPapers")
    names = files(year)
    assert [name[:3] for name in names] == ["附件1", *["附件2"] * 2, *["附件3"] * 2, *["附件4"] * 2]
    assert all(name in said for name in names)


def test_fill_forms_fills_what_lies_beside_the_workbook(year: Live) -> None:
    import openpyxl

    assert year.click("XrFillForms").startswith("没有找到要填的表")
    form = openpyxl.Workbook()
    sheet = form.worksheets[0]
    sheet.append(["部门整体支出绩效评价基础数据表"])
    sheet.append(["经费控制情况（万元）", "2022年决算数", "2023年预算数", "2023年决算数"])
    for label in ("三公经费", "2、出国经费", "3、公务接待", "项目支出："):
        sheet.append([label])
    path = year.path.parent / "财政局空表.xlsx"
    form.save(path)
    before = path.read_bytes()
    said = year.click("XrFillForms")
    assert said.startswith("财政局空表.xlsx：填写 ")
    filled = openpyxl.load_workbook(path.with_stem("财政局空表（已填）")).worksheets[0]
    assert [filled[f"D{row}"].value for row in range(3, 7)] == [1.97, 0, 1.97, 4911.19]
    assert path.read_bytes() == before


def edited_report(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """The one report in a folder as somebody saved it under another name, with some words changed."""
    (report,) = folder.glob("*报告.docx")
    document = docx.Document(str(report))
    for old, new in changes:
        paragraph = next(each for each in document.paragraphs if old in each.text)
        paragraph.text = paragraph.text.replace(old, new, 1)
    path = folder / name
    document.save(str(path))
    later = report.stat().st_mtime + 60
    os.utime(path, (later, later))
    return path


WRONG_INCOME = ("决算总收入5420.82万元", "决算总收入5420.28万元")
WRONG_ASSETS = ("292.64万元", "50.00%")


def listed(open_book: Any) -> list[list[Any]]:
    """The rows of 核对报告 that are filled."""
    rows = open_book.sheets["核对报告"].range("A5:H60").options(ndim=2).value
    return [row for row in rows if any(row)]


def test_verify_report_lists_the_differences_with_links(year: Live) -> None:
    folder = year.path.parent
    year.click("XrExportReport")
    exported = files(year)
    said = year.click("XrVerifyReport")
    assert said.startswith(f"已核对 {exported[0]}：报告与工作簿一致，共核对 ")
    assert (files(year), listed(book(year))) == (exported, [])
    assert book(year).sheets.active.name == "核对报告"
    final = edited_report(folder, "送审稿.docx", WRONG_INCOME, WRONG_ASSETS)
    before = final.read_bytes()
    said = year.click("XrVerifyReport")
    assert said.startswith("已核对 送审稿.docx：不一致 ")
    assert f"更早的{exported[0]}没有核对" in said
    assert "送审稿（核对）.docx" in files(year)
    assert final.read_bytes() == before
    rows = listed(book(year))
    income = next(row for row in rows if row[5] == "5420.28万元")
    assert income[1] == "不一致"
    assert "【5420.28万元】" in income[3]
    assert income[4] == "5420.82万元"
    assert income[6] == "收支情况!G6"
    at = 4 + rows.index(income)
    assert year.cell("核对报告", f"G{at + 1}").getFormula() == '=HYPERLINK("#\'收支情况\'!G6";"收支情况!G6")'
    # A percentage of the report is no number of Excel's.
    assert "50.00%" in [row[5] for row in rows]
    comments = docx.Document(str(folder / "送审稿（核对）.docx")).comments
    assert len(list(comments)) == len(rows)
    assert year.document.Sheets.getByName("核对报告").isProtected()
    # A mended report: the list is empty, and the older copy stays.
    edited_report(folder, "送审稿.docx")
    assert "一致，共核对" in year.click("XrVerifyReport")
    assert listed(book(year)) == []
    assert "送审稿（核对）.docx" in files(year)


def test_a_changed_number_marks_the_list_as_old(year: Live) -> None:
    year.click("XrExportReport")
    year.click("XrVerifyReport")
    assert year.cells("核对报告", "A3") == [[""]]
    year.type("final.basic", 600)
    assert "数字已改动" in year.cells("核对报告", "A3")[0][0]


def test_verify_report_in_a_workbook_without_macros(plain: Any) -> None:
    folder = Path(plain.fullname).parent
    ribbon.run("export_report", plain)
    edited_report(folder, "送审稿.docx", WRONG_INCOME)
    said = ribbon.run("verify_report", plain)
    assert "清单在这张工作表" in said
    assert [row[6] for row in listed(plain)] == ["收支情况!G6"]
    # As high as its text.
    rows = plain.api.Sheets.getByName("核对报告").Rows
    assert rows.getByIndex(4).Height > rows.getByIndex(5).Height


def test_a_list_of_its_own_where_the_workbook_has_no_such_sheet(plain: Any) -> None:
    import openpyxl

    folder = Path(plain.fullname).parent
    ribbon.run("export_report", plain)
    edited_report(folder, "送审稿.docx", WRONG_INCOME)
    sheet = plain.sheets["核对报告"]
    sheet.api.Unprotect("")
    sheet.range("A4").value = "我的笔记"  # not a sheet of ours
    said = ribbon.run("verify_report", plain)
    assert "清单在 送审稿（核对）.xlsx" in said
    cell = openpyxl.load_workbook(folder / "送审稿（核对）.xlsx").active["G5"]
    assert cell.hyperlink.location == "'收支情况'!G6"
    assert listed(plain) == []


def test_verify_report_without_a_report(year: Live) -> None:
    said = year.click("XrVerifyReport")
    assert said.startswith("没有找到衡东县科技和工业信息化局2023年度部门整体支出绩效自评报告")
    year.click("XrExportReport")
    (name,) = files(year)
    (year.path.parent / name).write_bytes(b"PK")
    assert year.click("XrVerifyReport").startswith(f"{name}：不是 Word 文档")
    assert files(year) == [name]


def test_a_list_behind_a_password_is_said_and_leaves_no_file(year: Live) -> None:
    year.click("XrExportReport")
    edited_report(year.path.parent, "送审稿.docx", WRONG_INCOME)
    before = files(year)
    year.document.Sheets.getByName("核对报告").unprotect("")
    year.document.Sheets.getByName("核对报告").protect("geheim")
    assert year.click("XrVerifyReport") == "核对报告：工作表有密码保护，请先撤消保护，再点这个按钮。"
    assert files(year) == before


def test_next_year_begins_beside_this_one(year: Live, sample: Report) -> None:
    said = year.click("XrNextYear")
    (name,) = files(year)
    assert name == "衡东县科技和工业信息化局2024年度绩效自评.xlsm"
    assert said.startswith(f"已新建：{name}（与工作簿在同一文件夹）")
    assert "未处理的问题：硬性 2 条，需说明 3 条" in said
    inputs = read_workbook(year.path.parent / name).inputs
    begun = with_defaults(carry_forward(sample.inputs))
    assert replace(inputs, explanations=()) == replace(begun, explanations=())
    assert inputs.prior.expenditure == sample.inputs.final.expenditure
    # It has the buttons too, and never takes the place of an older file.
    with opened(year.office, year.path.parent / name) as next_one:
        assert next_one.click("XrRunChecks").startswith("检查完成：填写有误 0 处")
    assert "（2）.xlsm" in year.click("XrNextYear")


def test_next_year_without_macros(plain: Any) -> None:
    said = ribbon.run("next_year", plain)
    path = Path(plain.fullname).parent / "衡东县科技和工业信息化局2024年度绩效自评.xlsx"
    assert path.name in said
    assert read_workbook(path).inputs.unit.year == 2024


def test_next_year_needs_to_know_the_year(year: Live) -> None:
    year.type("unit.year", None)
    assert "没有填评价年度" in year.click("XrNextYear")
    assert files(year) == []


def test_send_mail_opens_the_draft(year: Live, own_home: Path) -> None:
    opener = own_home / "xdg-open"
    opener.write_text(f'#!/bin/sh\nprintf %s "$1" > "{own_home}/opened"\n', "utf-8")
    opener.chmod(0o755)
    said = year.click("XrSendMail")
    assert said.startswith("已打开邮件草稿")
    draft = Path((own_home / "opened").read_text("utf-8"))
    message = message_from_bytes(draft.read_bytes(), policy=default)
    attached = {part.get_filename() for part in message.iter_attachments()}
    assert attached == {name for name in files(year) if not name.endswith(".eml")}
    assert message["X-Unsent"] == "1"
    assert not any(str(name).endswith(".xlsm") for name in attached)


def test_send_mail_without_a_mail_program_opens_the_folder(year: Live, own_home: Path) -> None:
    opener = own_home / "xdg-open"
    opener.write_text(f'#!/bin/sh\n[ -d "$1" ] && printf %s "$1" > "{own_home}/opened"\n', "utf-8")
    opener.chmod(0o755)
    assert "已打开文件所在的文件夹" in year.click("XrSendMail")
    assert Path((own_home / "opened").read_text("utf-8")) == year.path.parent


def test_send_mail_where_nothing_opens_says_where_the_files_are(year: Live) -> None:
    said = year.click("XrSendMail")
    assert str(year.path.parent) in said
    assert len(files(year)) == 3


def test_show_help(year: Live) -> None:
    assert year.click("XrShowHelp").startswith("填写方法")
    assert book(year).sheets.active.name == "使用说明"
    wrong = year.cell(SELF_TEST, "AB60")
    wrong.setFormula('=XR_SHARE("五万";2)')
    assert wrong.getError()
    assert "最近一次出错的原因：" in year.click("XrShowHelp")


def test_show_diagnosis(year: Live) -> None:
    assert not book(year).sheets[SELF_TEST].visible
    said = year.click("XrShowDiagnosis")
    assert said.startswith("诊断完成：")
    sheet = book(year).sheets[SELF_TEST]
    assert sheet.visible
    assert book(year).sheets.active.name == SELF_TEST
    cells = [str(cell) for row in year.cells(SELF_TEST, "R6:U60") for cell in row]
    assert "处理办法" in cells
    assert any("Excel" in cell for cell in cells)
    assert year.cells(SELF_TEST, "C4")[0][0] == "全部通过"


@pytest.mark.parametrize(
    "button",
    [
        *("XrExportReport", "XrExportPapers", "XrFillForms", "XrGenerateWorkbook", "XrSendMail"),
        *("XrVerifyReport", "XrNextYear"),
    ],
)
def test_a_wrong_cell_ends_in_one_sentence_and_no_file(year: Live, button: str) -> None:
    year.type("final.basic", "5万元")
    said = year.click(button)
    assert "带有单位文字" in said
    assert said.count("\n") == 0
    assert files(year) == []


def test_a_faulty_template_ends_in_one_sentence_and_no_file(year: Live) -> None:
    year.cell("报告模板", "C7").setString("{{决算.没有}}")
    assert "报告模板!C7" in year.click("XrExportReport")
    assert files(year) == []


def test_a_renamed_input_sheet_does_no_harm(year: Live) -> None:
    year.document.Sheets.getByName("收支情况").setName("收支")
    assert "硬性 2 条" in year.click("XrRunChecks")
    assert book(year).sheets.active.name == "收支"


def test_a_renamed_manual_is_said(year: Live) -> None:
    year.document.Sheets.getByName("使用说明").setName("说明")
    assert "没有“使用说明”这张工作表" in year.click("XrShowHelp")


def test_another_workbook_is_refused(office: Office, year: Live) -> None:
    from xlreport.libreoffice.engine import book_of

    other = office.new()
    try:
        said = ribbon.run("run_checks", book_of(other, office.context))
        assert "不是 xlreport 的主工作簿" in said
        said = ribbon.run("export_report", book_of(other, office.context))
        assert "请先保存到本机" in said
    finally:
        office.close(other)


def test_what_nobody_foresaw_is_one_sentence_too(year: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: object) -> str:
        raise KeyError("planted")

    monkeypatch.setitem(ribbon.ACTIONS, "run_checks", fails)
    assert "没有完成（KeyError）" in year.click("XrRunChecks")
    assert "planted" in (Path.home() / ".xlreport" / "xlreport.log").read_text("utf-8")


def test_a_folder_that_cannot_be_written_to_is_said(year: Live) -> None:
    if os.geteuid() == 0:
        shutil.rmtree(year.path.parent)  # root may write anywhere that there is
        assert "还没有保存在本机" in year.click("XrExportReport")
        return
    year.path.parent.chmod(0o500)
    try:
        assert "无法写入" in year.click("XrExportReport")
    finally:
        year.path.parent.chmod(0o700)


def test_the_workbook_without_macros_gets_its_outcomes_written(plain: Any, sample: Report) -> None:
    """The add-in does to the .xlsx what the .xlsm does by itself."""
    sheet = plain.sheets["检查结果"]
    cell = plain.sheets["收支情况"].range("G18")
    assert cell.value == 509.63
    cell.value = 600
    said = ribbon.run("run_checks", plain)
    assert "硬性" in said
    rows = sheet.range("B6:H200").options(ndim=2).value
    shown = {row[0]: (row[4] or "", row[5] or "", row[6] or "") for row in rows if row[0] and not row[1]}
    changed = evaluate(replace(sample.inputs, final=sample.inputs.final._replace(basic=Decimal(600))))
    assert {rule: row[0] for rule, row in shown.items()} == {k: str(v) for k, v in changed.outcomes.items()}
    assert shown["F02"][1] == changed.problem("F02")
    assert shown["F02"][2].startswith("收支情况!G")
    assert sheet.api.ProtectContents
    # What was computed just now is not called stale; what one types then is.
    assert [plain.sheets[name].range("B3").value or "" for name in ("检查结果", "报告模板")] == ["", ""]
    cell.value = 500
    plain.app.calculate()
    assert "数字已改动" in sheet.range("B3").value
    previews = [row[0] for row in plain.sheets["报告模板"].range("D6:D60").options(ndim=2).value]
    assert any("基本支出600万元" in str(text) for text in previews)


def test_a_row_grows_with_what_is_wrong(year: Live) -> None:
    """A row of 检查结果 is as high as its text was when the workbook was made."""
    rows = year.document.Sheets.getByName("检查结果").Rows
    at = 5 + next(n for n, line in enumerate(year.cells("检查结果", "B6:B100")) if line[0] == "M01")
    before = rows.getByIndex(at).Height
    for path in ("unit.name", "unit.year", "unit.report_date", "final.income", "final.expenditure"):
        year.type(path, None)
    year.click("XrRunChecks")
    assert rows.getByIndex(at).Height > before


def test_the_status_bar_does_not_go_on(plain: Any) -> None:
    ribbon.run("run_checks", plain)
    assert "正在" not in str(plain.app.status_bar)
    assert plain.app.screen_updating


def test_the_sentence_reaches_the_user(plain: Any) -> None:
    ribbon.run("show_help", plain)
    assert plain.app.impl.alerts[-1][0].startswith("填写方法")
