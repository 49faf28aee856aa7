"""The commands for the papers beside the report: `papers` writes them, `fill` fills the bureau's own forms."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlreport.cli_output import FILE, force_option, made, progress, refuse_input, say_written, target_of
from xlreport.errors import Unusable
from xlreport.files import file_name, read_bytes, refuse_unwritable, write_all

if TYPE_CHECKING:
    from xlreport.forms.filling import Entry, Filled, Outcome
    from xlreport.sheets.forms import FilledForm

_FORMS = (".xlsx", ".xlsm")
_UNSETTLED = 1  # exit status
_MOST_LINES = 200  # of one kind of outcome


@click.command()
@click.argument("file", type=FILE)
@click.option("-o", "--output", type=FILE, help="The folder to write into; by default that of FILE.")
@force_option
def papers(file: Path, output: Path | None, force: bool) -> None:
    """Write 附件1 to 附件4, each as a file of its own: the report in Word, the tables also as workbooks.

    Example: xlreport papers 绩效自评.xlsx -o 附件
    """
    from xlreport.department import open_department, paper_files

    folder = output or file.parent
    with progress("正在生成附件……"):
        department = open_department(file)
        writers = {folder / output.name: output.write for output in paper_files(department)}
        with made(folder):
            write_all(writers, force=force)
    say_written(department, writers, with_papers=True)


@click.command()
@click.argument("form", type=FILE)
@click.option("--from", "source", type=FILE, required=True, help="The filled workbook with the figures.")
@click.option("-o", "--output", type=FILE, help="Where to write; by default 「…（已填）」 beside FORM.")
@click.option("--project", help="Fill 附件4 for this project only.")
@click.option("--overwrite", is_flag=True, help="Also replace what is filled in already and differs.")
@force_option
def fill(
    form: Path, source: Path, output: Path | None, project: str | None, overwrite: bool, force: bool
) -> None:
    """Fill a blank workbook of 附件2, 3 or 4 as the bureau hands it out; status 1 when something found no place.

    Example: xlreport fill 财政局空表.xlsx --from 绩效自评.xlsx
    """
    from xlreport.department import open_department
    from xlreport.sheets.forms import fill_form

    suffix = form.suffix.lower()
    if suffix not in _FORMS:
        raise Unusable(f"{form}：只能填写 .xlsx 或 .xlsm 表格，请用 Excel 或 WPS 打开后另存为 .xlsx 再试。")
    with progress("正在填表……"):
        data = read_bytes(form)
        target = target_of(output, file_name(f"{form.stem}（已填）", suffix), form)
        refuse_input(target, source)
        refuse_unwritable(target, force=force)
        report = open_department(source).report
        filled = fill_form(data, form.name, report, project=project, overwrite=overwrite)
        books = {target.with_stem(f"{target.stem}{book.suffix}"): book for book in filled.books}
        for each in books:
            refuse_input(each, form, source)
        write_all({each: book.write for each, book in books.items()}, force=force)
    for each in books:
        click.echo(f"已生成：{each}")
    print_filled(filled)
    if not filled.settled:
        sys.exit(_UNSETTLED)


def print_filled(filled: "FilledForm") -> None:
    """Say what became of every figure: how many were filled, and each one that somebody has to look at."""
    from xlreport.forms.filling import Outcome

    for paper in filled.papers:
        where = f"（工作表“{paper.tab}”）" if paper.tab else ""
        if paper.refused:
            click.echo(f"{paper.paper}{where}：{paper.refused}。")
            continue
        counts = [f"{outcome.value} {paper.count(outcome)} 格" for outcome in Outcome if paper.count(outcome)]
        click.echo(f"{paper.paper}{where}：{'，'.join(counts) or '没有可填的数'}。")
        for note in paper.notes:
            click.echo(f"  注意：{note}")
        for outcome in (Outcome.NO_PLACE, Outcome.DIFFERS, Outcome.OVERWRITTEN, Outcome.FORMULA):
            _print_entries(paper, outcome)
        _print_notes([entry for entry in paper.entries if entry.outcome is Outcome.FILLED and entry.why])
    if filled.ignored:
        click.echo(f"没有认出的工作表（未改动）：{'、'.join(filled.ignored)}")


def _print_entries(paper: "Filled", outcome: "Outcome") -> None:
    entries = [entry for entry in paper.entries if entry.outcome is outcome]
    if not entries:
        return
    from xlreport.forms.filling import Outcome

    hint = "，加 --overwrite 可改" if outcome is Outcome.DIFFERS else ""
    click.echo(f"  {outcome.value}{hint}：")
    for entry in entries[:_MOST_LINES]:
        click.echo(f"    {entry}")
    if len(entries) > _MOST_LINES:
        click.echo(f"    ……另有 {len(entries) - _MOST_LINES} 格")


def _print_notes(entries: "list[Entry]") -> None:
    for entry in entries:
        click.echo(f"  注意：{entry}")
