"""What each button does to the open workbook, an `xlwings.Book`, whichever program hosts it.

A button does one thing, saves nothing that nobody asked for, and ends in one sentence.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import xlwings

from xlreport.addin import marks, outbox
from xlreport.addin.bureau_forms import FILLED, filled_forms, sentence
from xlreport.addin.differences import difference_sheet, show_differences
from xlreport.addin.log import last_lines, note
from xlreport.addin.self_test import DIAGNOSIS, FIRST
from xlreport.addin.self_test import SHEET as SELF_TEST
from xlreport.addin.workbook import LIVE, PLAIN, build_flavour
from xlreport.checks.rule import Level
from xlreport.datafile import with_defaults
from xlreport.department import (
    Department,
    Output,
    begin_next_year,
    department_of,
    generated_workbook,
    mail_draft,
    master_name,
    paper_files,
    word_report,
)
from xlreport.diagnosis import State
from xlreport.doctor import diagnose
from xlreport.errors import Unusable
from xlreport.files import write_all
from xlreport.forms.filling import Outcome
from xlreport.report import Report, evaluate
from xlreport.sheets.layout import MANUAL, META_SHEET, SHOWN_SHEETS
from xlreport.sheets.reader import Reading, read_sheets, typed_errors
from xlreport.verify.choice import MARKED, compare_newest
from xlreport.verify.listing import write_list
from xlreport.verify.marking import write_marked

TITLE = "绩效自评"
LOGGED = 10  # lines of the log that 诊断 shows
_HEADS = ("状态", "项目", "情况", "处理办法")

Action = Callable[[xlwings.Book], str]
ACTIONS: dict[str, Action] = {}


def action(doing: str) -> Callable[[Action], Action]:
    """Register a button's function; `doing` is what the status bar says meanwhile."""

    def register(body: Action) -> Action:
        def done(book: xlwings.Book) -> str:
            with _busy(book, doing):
                return body(book)

        ACTIONS[body.__name__] = done
        return body

    return register


def run(name: str, book: xlwings.Book) -> str:
    """Do what a button says and tell the user how it ended, in one sentence."""
    try:
        said = ACTIONS[name](book)
        book.app.alert(said, TITLE)
    except Unusable as error:
        said = str(error)
        book.app.alert(said, TITLE, mode="critical")
    except Exception as error:  # whatever it is: the user gets a sentence, the log the reason
        note(name, error)
        said = f"没有完成（{type(error).__name__}），请点“诊断”查看原因，更正后重试。"
        book.app.alert(said, TITLE, mode="critical")
    return said


@contextmanager
def _busy(book: xlwings.Book, doing: str) -> Iterator[None]:
    """Say in the status bar what is going on, and keep the screen still."""
    app = book.app
    app.status_bar = doing
    app.screen_updating = False
    try:
        yield
    finally:
        app.screen_updating = True
        app.status_bar = False


@action("正在检查……")
def run_checks(book: xlwings.Book) -> str:
    """Write the check sheet, mark the cells that are wrong, go to the first of them, and say how many."""
    reading = read_book(book)
    report = evaluate(reading.inputs, reading.wrong)
    marks.write_outcomes(book, reading, report)
    first = marks.mark_cells(book, reading, report)
    counts = "，".join(f"{level} {report.count(level)} 条" for level in Level)
    said = f"检查完成：填写有误 {len(reading.problems)} 处，{counts}。"
    if not first:
        return said
    sheet, cell = first
    book.sheets[sheet].activate()
    book.sheets[sheet].range(cell).select()
    return (
        f"{said}已转到 {sheet}!{cell}；有问题的单元格（最多 {marks.MOST_MARKS} 个）已着色，再次检查时会更新。"
    )


@action("正在导出报告……")
def export_report(book: xlwings.Book) -> str:
    """Write the Word report beside the workbook."""
    folder = folder_of(book)
    department = department_of(read_book(book), book.name)
    return _written(department, _write(folder, word_report(department)))


@action("正在导出附件……")
def export_papers(book: xlwings.Book) -> str:
    """Write 附件1 to 附件4, each as a file of its own, beside the workbook."""
    folder = folder_of(book)
    department = department_of(read_book(book), book.name)
    return _written(department, _write(folder, *paper_files(department)), with_papers=True)


@action("正在填表……")
def fill_forms(book: xlwings.Book) -> str:
    """Fill the blank forms of the bureau that lie beside the workbook, into copies."""
    folder = folder_of(book)
    department = department_of(read_book(book), book.name)
    written, said = [], []
    for form, filled in filled_forms(department, folder, book.name):
        if isinstance(filled, Unusable):
            said.append(str(filled).rstrip("。"))
            continue
        for each in filled.books if any(paper.count(Outcome.FILLED) for paper in filled.papers) else ():
            name = f"{form.stem}{FILLED}{each.suffix}{form.suffix}"
            written += _write(folder, Output(name, each.write))
        said.append(sentence(form, filled))
    if not said:
        return "没有找到要填的表：请把财政局下发的空白表（.xlsx）放到本工作簿所在的文件夹，再点这个按钮。"
    told = f"{'；'.join(said)}。"
    return told + _written(department, written) if written else told


@action("正在生成工作簿……")
def generate_workbook(book: xlwings.Book) -> str:
    """Write the workbook that is handed in beside the master."""
    folder = folder_of(book)
    department = department_of(read_book(book), book.name)
    return _written(department, _write(folder, generated_workbook(department)), with_papers=True)


@action("正在准备邮件……")
def send_mail(book: xlwings.Book) -> str:
    """Write report and generated workbook, and open a draft that has both attached."""
    folder = folder_of(book)
    department = department_of(read_book(book), book.name)
    attached = _write(folder, generated_workbook(department), word_report(department))
    draft = mail_draft(department)
    return outbox.open_draft(department, attached, lambda: _write(folder, draft)[0])


@action("正在核对报告……")
def verify_report(book: xlwings.Book) -> str:
    """Compare the newest Word report beside the workbook with it: a list here, and a copy with comments."""
    folder = folder_of(book)
    reading = read_book(book)
    verification, remarks = compare_newest(department_of(reading, book.name), folder)
    report = verification.path
    outputs = []
    if verification.findings:
        copy = f"{report.stem}{MARKED}{report.suffix}"
        outputs.append(Output(copy, partial(write_marked, verification)))
    sheet = difference_sheet(book)
    if sheet:
        show_differences(sheet, reading, verification)
        sheet.visible = True
        sheet.activate()
    elif verification.findings:  # a workbook of before there was this sheet
        outputs.append(
            Output(f"{report.stem}{MARKED}{PLAIN}", partial(write_list, verification, Path(book.fullname)))
        )
    said = [f"已核对 {report.name}：{verification.summary}"]
    if outputs:
        names = [path.name for path in _write(folder, *outputs)]
        said.append(f"各处已批注在 {names[0]}")
        said.append("清单在这张工作表" if sheet else f"清单在 {names[1]}（本工作簿没有“核对报告”这张工作表）")
        said.append("请改原报告或工作簿，保存后再核对")
    said += remarks
    return f"{'；'.join(said)}。"


@action("正在新建下年度工作簿……")
def next_year(book: xlwings.Book) -> str:
    """Make next year's master workbook beside this one, of the same flavour."""
    folder = folder_of(book)
    reading = read_book(book)
    begun = with_defaults(begin_next_year(reading, book.name))
    if begun.unit.year is None:
        raise Unusable(f"{book.name}：没有填评价年度，请先在“单位信息”中填写，再点这个按钮。")
    flavour = LIVE if book.name.lower().endswith(LIVE) else PLAIN
    master = Output(master_name(begun, flavour), partial(build_flavour, evaluate(begun)))
    (path,) = _write(folder, master)
    said = (
        f"已新建：{path.name}（与工作簿在同一文件夹），本年决算已转为上年数，机构、项目、指标和模板已带入；"
        f"请打开它填写{begun.unit.year}年度的数据。"
    )
    left = _left(evaluate(reading.inputs))
    return f"{said}注意：本工作簿未处理的问题：{left}；更正后请重新新建。" if left else said


@action("正在打开使用说明……")
def show_help(book: xlwings.Book) -> str:
    """Go to the manual, which comes with the workbook."""
    _sheet(book, MANUAL).activate()
    last = last_lines(1)
    why = f"最近一次出错的原因：{last[0]}。" if last else ""
    return f"填写方法和各按钮的作用见这张工作表。{why}"


@action("正在诊断……")
def show_diagnosis(book: xlwings.Book) -> str:
    """Show the self-test, calculated anew, and beside it what the doctor and the log have to say."""
    found = diagnose(_path_of(book))
    wrong = [item for item in found if item.state is State.WRONG]
    said = f"诊断完成：{len(found)} 项中有问题 {len(wrong)} 项"
    if SELF_TEST not in [sheet.name for sheet in book.sheets]:  # a workbook without functions, or not ours
        return "；".join([said, *(f"{item.title}：{item.message}，{item.remedy}" for item in wrong)]) + "。"
    lines = [(str(item.state), item.title, item.message, item.remedy) for item in found]
    lines += [("日志", "", line, "") for line in last_lines(LOGGED)]
    sheet = book.sheets[SELF_TEST]
    sheet.visible = True
    book.app.api.CalculateFull()
    last = max(sheet.used_range.last_cell.row, FIRST)
    sheet.range((FIRST, DIAGNOSIS + 1), (last, DIAGNOSIS + 4)).clear_contents()
    sheet.range((FIRST, DIAGNOSIS + 1)).resize(len(lines) + 1, 4).value = [_HEADS, *lines]
    sheet.activate()
    return f"{said}；左边是函数自检，右边是诊断结果和日志。"


def read_book(book: xlwings.Book) -> Reading:
    """The open workbook as the reader takes it. Raises Unusable when it is no master workbook."""
    if META_SHEET not in [sheet.name for sheet in book.sheets]:
        raise Unusable(f"{book.name}：不是 xlreport 的主工作簿，请先打开主工作簿，再点这个按钮。")
    rows = {sheet.name: _rows(sheet) for sheet in book.sheets if sheet.name not in (*SHOWN_SHEETS, SELF_TEST)}
    return read_sheets(rows, typed_errors(rows), book.name)


def _rows(sheet: xlwings.Sheet) -> list[list[Any]]:
    """All of a sheet from A1 on, in one read."""
    last = sheet.used_range.last_cell
    values = sheet.range((1, 1), (last.row, last.column)).options(ndim=2, err_to_str=True).value
    return list(values)


def folder_of(book: xlwings.Book) -> Path:
    """The folder of the workbook. Raises Unusable when it has none on this machine."""
    path = _path_of(book)
    if path is None:
        raise Unusable(
            f"{book.name}：还没有保存在本机的文件夹里，请先保存到本机（不是网络位置），再点这个按钮。"
        )
    return path.parent


def _path_of(book: xlwings.Book) -> Path | None:
    # For OneDrive and SharePoint Excel says a URL, and xlwings an error where it finds no folder for it.
    with suppress(xlwings.XlwingsError, OSError):
        path = Path(book.fullname)
        if path.is_absolute() and path.is_file():
            return path
    return None


def _sheet(book: xlwings.Book, name: str) -> xlwings.Sheet:
    if name not in [sheet.name for sheet in book.sheets]:
        raise Unusable(f"{book.name}：没有“{name}”这张工作表（也许改了名），请恢复原来的名称。")
    return book.sheets[name]


def _write(folder: Path, *outputs: Output) -> list[Path]:
    """Write files under names that are free: somebody may have edited the earlier ones."""
    targets = {_free(folder / output.name): output.write for output in outputs}
    write_all(targets)
    return list(targets)


def _free(path: Path) -> Path:
    number = 2
    free = path
    while free.exists():
        free = path.with_stem(f"{path.stem}（{number}）")
        number += 1
    return free


def _written(department: Department, paths: list[Path], *, with_papers: bool = False) -> str:
    """What was written, and what is still open."""
    said = f"已生成：{'、'.join(path.name for path in paths)}（与工作簿在同一文件夹）。"
    left = _left(department.report)
    notes = [f"未处理的问题：{left}"] if left else []
    if gaps := department.story.gaps:
        notes.append(f"未填的内容 {len(gaps)} 处，已标为〔未填：…〕")
    lacking = sum(len(paper.gaps) for paper in department.papers) if with_papers else 0
    if lacking:
        notes.append(f"附件中缺漏 {lacking} 处")
    return f"{said}注意：{'；'.join(notes)}。" if notes else said


def _left(report: Report) -> str:
    """How many findings are still open by level; empty for none."""
    counts = (
        (level, sum(finding.level is level for finding in report.open_findings))
        for level in (Level.HARD, Level.EXPLAIN)
    )
    return "，".join(f"{level} {count} 条" for level, count in counts if count)
