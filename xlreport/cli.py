"""The command: one function per subcommand, each an adapter to the engine.

What a subcommand alone needs is imported inside it: `check` answers at once because it loads no writer.
"""

import errno
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlreport.cli_findings import as_json as findings_as_json
from xlreport.cli_findings import print_findings
from xlreport.cli_setup import doctor, setup
from xlreport.errors import Unusable
from xlreport.files import file_name, refuse_unwritable, write_all, write_one
from xlreport.report import Report, evaluate

if TYPE_CHECKING:
    from xlreport.checks.rule import Level
    from xlreport.department import Department
    from xlreport.model.inputs import Inputs

FINDINGS, UNUSABLE = 1, 2  # exit statuses
MASTERS = (".xlsm", ".xlsx")  # with functions and buttons inside, or without macros

_FILE = click.Path(path_type=Path, readable=False)
_force = click.option("--force", is_flag=True, help="Overwrite existing files.")
_output = click.option("-o", "--output", type=_FILE, help="Where to write; by default beside FILE.")


class _Commands(click.Group):
    """Ends what cannot be used in one sentence and status 2, whatever the subcommand."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Unusable as error:
            click.echo(str(error), err=True)
            ctx.exit(UNUSABLE)
        except OSError as error:  # no room for temporary files, a folder that one may not even look into
            if error.errno == errno.EPIPE:
                raise  # click ends a command whose reader has gone
            place = error.filename or "临时文件夹"
            click.echo(f"{place}：读写失败，请检查磁盘空间和权限后重试。", err=True)
            ctx.exit(UNUSABLE)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="xlreport")
def main() -> None:
    """Self-evaluation reports of county departments: checked, written in Word, filed and mailed."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may lack a character of a unit's name
            stream.reconfigure(errors="replace")


@main.command()
@click.argument("folder", type=_FILE, default=Path("xlreport-demo"))
@_force
def demo(folder: Path, force: bool) -> None:
    """Do the sample year end to end: master, check, Word report, generated workbook, mail draft.

    Example: xlreport demo out
    """
    from tempfile import TemporaryDirectory

    from xlreport.datafile import DEFAULT_STANDARD, read_outline, read_sample, with_standard
    from xlreport.department import Output, generated_workbook, mail_draft, open_department, word_report

    inputs = with_standard(replace(read_sample(), template=read_outline("A")), DEFAULT_STANDARD)
    name = file_name(f"{inputs.unit.name}{inputs.unit.year}年度绩效自评", ".xlsx")
    with _progress("正在生成示例……"), TemporaryDirectory() as scratch:
        master = Path(scratch) / name
        _build_master(inputs, master)
        department = open_department(master)
        outputs = (
            Output(name, lambda path: _build_master(inputs, path)),
            word_report(department),
            generated_workbook(department),
            mail_draft(department),
        )
        with _made(folder):
            write_all({folder / output.name: output.write for output in outputs}, force=force)
    print_findings(department.report, department.reading)
    _say_written(department, (folder / output.name for output in outputs))


@main.command()
@click.argument("file", type=_FILE)
@click.option("--unit", help="Name of the department.")
@click.option("--year", type=int, help="The evaluated year.")
@click.option("--data", type=_FILE, help="A TOML file with the figures, one table per section.")
@click.option("--sample", is_flag=True, help="Fill in the sample year.")
@click.option("--outline", default="A", show_default=True, help="Outline of the report.")
@click.option("--scoring", help="Scoring standard; by default that of 财预〔2020〕10号.")
@_force
def new(
    file: Path,
    unit: str | None,
    year: int | None,
    data: Path | None,
    sample: bool,
    outline: str,
    scoring: str | None,
    force: bool,
) -> None:
    """Make a master workbook, empty or filled from data.

    Example: xlreport new 绩效自评.xlsx --unit 某某局 --year 2024
    """
    from xlreport.datafile import (
        DEFAULT_STANDARD,
        read_data,
        read_outline,
        read_sample,
        with_standard,
        with_unit,
    )
    from xlreport.model.inputs import empty

    if data and sample:
        raise click.UsageError("--data and --sample exclude each other.")
    if file.suffix.lower() not in MASTERS:
        endings = "、".join(MASTERS)
        raise Unusable(f"{file}：只能生成 {endings} 工作簿，请把文件名改为以 {endings} 结尾。")
    refuse_unwritable(file, force=force)
    _refuse_input(file, data)
    inputs = read_data(data) if data else read_sample() if sample else empty()
    if not inputs.template:
        inputs = replace(inputs, template=read_outline(outline))
    if scoring or not inputs.criteria:
        inputs = with_standard(inputs, scoring or DEFAULT_STANDARD)
    given = {key: value for key, value in (("name", unit), ("year", year)) if value is not None}
    inputs = with_unit(inputs, given)
    with _progress("正在生成工作簿……"):
        write_one(file, lambda path: _build_master(inputs, path), force=force)
    click.echo(f"已生成：{file}")


@main.command()
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check(file: Path, as_json: bool) -> None:
    """Check a filled workbook; status 1 when something is left to correct or explain.

    Example: xlreport check 绩效自评.xlsx --json
    """
    # Not through xlreport.department, which loads the template engine.
    from xlreport.sheets.reader import read_workbook

    reading = read_workbook(file)
    evaluated = evaluate(reading.inputs, reading.wrong)
    if as_json:
        import json

        click.echo(json.dumps(findings_as_json(evaluated, reading), ensure_ascii=False, indent=2))
    else:
        print_findings(evaluated, reading)
    if reading.problems or evaluated.open_findings:
        sys.exit(FINDINGS)


@main.command()
@click.argument("file", type=_FILE)
@_output
@click.option("--pdf", is_flag=True, help="Write a PDF beside the .docx (needs LibreOffice).")
@click.option("--styles", type=_FILE, help="A .docx with your own styles instead of report.docx.")
@_force
def report(file: Path, output: Path | None, pdf: bool, styles: Path | None, force: bool) -> None:
    """Write the narrative report as a Word document.

    Example: xlreport report 绩效自评.xlsx -o 自评报告.docx
    """
    from xlreport.department import open_department, pdf_report, word_report

    with _progress("正在导出报告……"):
        department = open_department(file)
        word = word_report(department, styles)
        target = _target(output, word.name, file, styles)
        writers = {target: word.write}
        if pdf:
            writers[target.with_suffix(".pdf")] = pdf_report(word).write
        write_all(writers, force=force)
    _say_written(department, writers)


@main.command()
@click.argument("file", type=_FILE)
@_output
@_force
def filing(file: Path, output: Path | None, force: bool) -> None:
    """Generate the clean workbook that is handed in: no macros, figures with formulas and sources.

    Example: xlreport filing 绩效自评.xlsx
    """
    from xlreport.department import generated_workbook, open_department

    with _progress("正在生成工作簿……"):
        department = open_department(file)
        generated = generated_workbook(department)
        target = _target(output, generated.name, file)
        write_one(target, generated.write, force=force)
    _say_written(department, [target])


@main.command()
@click.argument("file", type=_FILE)
@click.option("--to", multiple=True, help="A recipient; may be given several times.")
@_output
@_force
def mail(file: Path, to: tuple[str, ...], output: Path | None, force: bool) -> None:
    """Write a mail draft (.eml) with the report and the generated workbook attached.

    Example: xlreport mail 绩效自评.xlsx --to finance@example.com -o 报送.eml
    """
    from xlreport.department import mail_draft, open_department

    with _progress("正在生成邮件……"):
        department = open_department(file)
        draft = mail_draft(department, to)
        target = _target(output, draft.name, file)
        write_one(target, draft.write, force=force)
    _say_written(department, [target])


main.add_command(setup)
main.add_command(doctor)


@main.command()
def build() -> None:
    """Regenerate the generated files of workbook/, macros/ and README (for maintainers, in a checkout).

    Example: xlreport build
    """
    from xlreport.build import build_all

    for path in build_all(main):
        click.echo(f"已生成：{path}")


def _build_master(inputs: "Inputs", path: Path) -> None:
    """With functions and buttons inside, or without macros, as the ending of the file says."""
    if path.suffix.lower() == ".xlsm":
        from xlreport.addin.workbook import build_live_master

        build_live_master(evaluate(inputs), path)
    else:
        from xlreport.sheets.master import build_master

        build_master(evaluate(inputs), path)


def _target(output: Path | None, name: str, file: Path, styles: Path | None = None) -> Path:
    """Where to write: as asked, into the folder asked, or beside the workbook; never over what is read."""
    target = file.parent / name if output is None else output / name if output.is_dir() else output
    suffix = Path(name).suffix
    if target.suffix.lower() != suffix:
        raise Unusable(f"{target}：请把文件名改为以 {suffix} 结尾。")
    _refuse_input(target, file, styles)
    return target


def _refuse_input(target: Path, *sources: Path | None) -> None:
    for source in sources:
        if source and target.exists() and target.samefile(source):
            raise Unusable(f"{target}：就是输入的文件，不会覆盖，请改用别的文件名。")


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """Make the folder where there is none, and take it away again when what follows fails."""
    with ExitStack() as undo:
        try:
            for path in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
                path.mkdir(exist_ok=True)  # a/.. is there once a is
                undo.callback(_remove_empty, path)
            folder.mkdir(exist_ok=True)  # refuses a file of this name
        except OSError as error:
            raise Unusable(f"{folder}：无法建立这个文件夹，请改用别的位置。") from error
        yield
        undo.pop_all()


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _say_written(department: "Department", paths: Iterable[Path]) -> None:
    from xlreport.checks.rule import Level

    for path in paths:
        click.echo(f"已生成：{path}")
    left = [f"{level} {count} 条" for level in Level if (count := _open(department.report, level))]
    if left:
        click.echo(f"注意：还有未处理的问题（{'，'.join(left)}），请用 xlreport check 查看。", err=True)
    if gaps := department.story.gaps:
        click.echo(f"注意：报告中有 {len(gaps)} 处未填，已标为〔未填：…〕：{_some(gaps)}", err=True)


def _some(names: Sequence[str], most: int = 8) -> str:
    return "、".join(names[:most]) + (f"等 {len(names)} 项" if len(names) > most else "")


def _open(evaluated: Report, level: "Level") -> int:
    return sum(finding.level is level for finding in evaluated.open_findings)


@contextmanager
def _progress(text: str) -> Iterator[None]:
    """A line on a terminal while something takes longer than a second."""
    shown: list[Any] = []

    def show() -> None:
        from rich.console import Console

        status = Console(stderr=True).status(text)
        status.start()
        shown.append(status)

    if not sys.stderr.isatty():
        yield
        return
    from threading import Timer

    timer = Timer(1.0, show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()  # it may be starting the line just now
        for status in shown:
            status.stop()
