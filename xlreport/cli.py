"""The command: one function per subcommand, each an adapter to the engine.

What a subcommand alone needs is imported inside it: `check` answers at once because it loads no writer.
"""

import errno
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlreport.cli_findings import as_json as findings_as_json
from xlreport.cli_findings import print_findings
from xlreport.cli_output import (
    FILE,
    force_option,
    made,
    output_option,
    progress,
    refuse_input,
    say_written,
    target_of,
)
from xlreport.cli_papers import fill, papers
from xlreport.cli_review import review, rules
from xlreport.cli_setup import doctor, setup
from xlreport.cli_usage import told_in_chinese
from xlreport.cli_verify import verify
from xlreport.errors import Unusable
from xlreport.files import refuse_unwritable, write_all, write_one
from xlreport.report import evaluate

if TYPE_CHECKING:
    from xlreport.model.inputs import Inputs
    from xlreport.sheets.layout import Addresses

FINDINGS, UNUSABLE = 1, 2  # exit statuses


class _Commands(click.Group):
    """Ends what cannot be used in one sentence and status 2, whatever the subcommand."""

    def make_context(self, *arguments: Any, **more: Any) -> click.Context:
        with told_in_chinese():
            return super().make_context(*arguments, **more)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with told_in_chinese():
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
@click.argument("folder", type=FILE, default=Path("xlreport-demo"))
@force_option
def demo(folder: Path, force: bool) -> None:
    """Do the sample year end to end: master, check, Word report, generated workbook, mail draft.

    Example: xlreport demo out
    """
    from tempfile import TemporaryDirectory

    from xlreport.datafile import read_sample, with_defaults
    from xlreport.department import (
        Output,
        generated_workbook,
        mail_draft,
        master_name,
        open_department,
        word_report,
    )
    from xlreport.sheets.master import build_master

    inputs = with_defaults(read_sample())
    master = Output(master_name(inputs, ".xlsx"), partial(build_master, evaluate(inputs)))
    with progress("正在生成示例……"), TemporaryDirectory() as scratch:
        path = Path(scratch) / master.name
        master.write(path)
        department = open_department(path)
        outputs = (
            master,
            word_report(department),
            generated_workbook(department),
            mail_draft(department),
        )
        with made(folder):
            write_all({folder / output.name: output.write for output in outputs}, force=force)
    print_findings(department.report, department.reading)
    say_written(department, (folder / output.name for output in outputs))


@main.command()
@click.argument("file", type=FILE)
@click.option("--unit", help="Name of the department.")
@click.option("--year", type=int, help="The evaluated year.")
@click.option("--data", type=FILE, help="A TOML file with the figures, one table per section.")
@click.option("--sample", is_flag=True, help="Fill in the sample year.")
@click.option("--from", "last", type=FILE, help="Last year's workbook: begin the next year with it.")
@click.option(
    "--from-report", "written", type=FILE, help="A report (.docx, .txt): fill in what it surely says."
)
@click.option("--outline", help="Outline of the report; by default A, or what --data or --from holds.")
@click.option("--scoring", help="Scoring standard; by default likewise, or that of 财预〔2020〕10号.")
@force_option
def new(
    file: Path,
    unit: str | None,
    year: int | None,
    data: Path | None,
    sample: bool,
    last: Path | None,
    written: Path | None,
    outline: str | None,
    scoring: str | None,
    force: bool,
) -> None:
    """Make a master workbook: empty, filled from data or from a report, or begun with last year's.

    As in: xlreport new 绩效自评.xlsx --from-report 自评报告.docx

    What that report does not surely say stays blank and is listed with its sentence and the cell to fill.

    Example: xlreport new 绩效自评.xlsx --unit 某某局 --year 2024
    """
    from xlreport.addin.workbook import MASTERS, build_flavour
    from xlreport.datafile import read_data, read_sample, with_defaults, with_unit
    from xlreport.model.inputs import empty

    if data and sample:
        raise Unusable("--data 和 --sample 只能写一个。")
    if last and (data or sample):
        raise Unusable("写了 --from 就不能再写 --data 或 --sample。")
    if written and (data or sample or last):
        raise Unusable("写了 --from-report 就不能再写 --data、--sample 或 --from。")
    if file.suffix.lower() not in MASTERS:
        endings = "、".join(MASTERS)
        raise Unusable(f"{file}：只能生成 {endings} 工作簿，请把文件名改为以 {endings} 结尾。")
    refuse_unwritable(file, force=force)
    refuse_input(file, data, last, written)
    draft = None
    if written:
        from xlreport.from_report import lines_of, read_draft

        draft = read_draft(written)
        inputs = draft.inputs
    else:
        inputs = (
            read_data(data) if data else read_sample() if sample else _begun(last, year) if last else empty()
        )
    inputs = with_defaults(inputs, outline, scoring)
    given = {key: value for key, value in (("name", unit), ("year", year)) if value is not None}
    inputs = with_unit(inputs, given)
    with progress("正在生成工作簿……"):
        built: list[Addresses] = []
        write_one(file, lambda path: built.append(build_flavour(evaluate(inputs), path)), force=force)
    click.echo(f"已生成：{file}")
    for line in lines_of(draft, built[-1]) if draft else ():
        click.echo(line)


@main.command()
@click.argument("file", type=FILE)
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
@click.argument("file", type=FILE)
@output_option
@click.option("--pdf", is_flag=True, help="Write a PDF beside the .docx (needs LibreOffice).")
@click.option("--styles", type=FILE, help="A .docx with your own styles instead of report.docx.")
@click.option("--outline", help="Outline of the report; by default the one chosen on 首页.")
@click.option("--with-tables", is_flag=True, help="Add the other papers as attachments.")
@force_option
def report(
    file: Path,
    output: Path | None,
    pdf: bool,
    styles: Path | None,
    outline: str | None,
    with_tables: bool,
    force: bool,
) -> None:
    """Write the narrative report as a Word document.

    Example: xlreport report 绩效自评.xlsx -o 自评报告.docx
    """
    from xlreport.department import open_department, pdf_report, word_report

    with progress("正在导出报告……"):
        department = open_department(file, outline)
        word = word_report(department, styles, with_tables=with_tables)
        target = target_of(output, word.name, file, styles)
        writers = {target: word.write}
        if pdf:
            writers[target.with_suffix(".pdf")] = pdf_report(word).write
        write_all(writers, force=force)
    say_written(department, writers, with_papers=with_tables)


@main.command()
@click.argument("file", type=FILE)
@output_option
@force_option
def filing(file: Path, output: Path | None, force: bool) -> None:
    """Generate the clean workbook that is handed in: no macros, figures with formulas and sources.

    Example: xlreport filing 绩效自评.xlsx
    """
    from xlreport.department import generated_workbook, open_department

    with progress("正在生成工作簿……"):
        department = open_department(file)
        generated = generated_workbook(department)
        target = target_of(output, generated.name, file)
        write_one(target, generated.write, force=force)
    say_written(department, [target], with_papers=True)


@main.command()
@click.argument("file", type=FILE)
@click.option("--to", multiple=True, help="A recipient; may be given several times.")
@output_option
@force_option
def mail(file: Path, to: tuple[str, ...], output: Path | None, force: bool) -> None:
    """Write a mail draft (.eml) with the report and the generated workbook attached.

    Example: xlreport mail 绩效自评.xlsx --to finance@example.com -o 报送.eml
    """
    from xlreport.department import mail_draft, open_department

    with progress("正在生成邮件……"):
        department = open_department(file)
        draft = mail_draft(department, to)
        target = target_of(output, draft.name, file)
        write_one(target, draft.write, force=force)
    say_written(department, [target])


main.add_command(papers)
main.add_command(fill)
main.add_command(review)
main.add_command(rules)
main.add_command(verify)
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


def _begun(last: Path, year: int | None) -> "Inputs":
    """The record that a year begins with.

    Raises Unusable where last year's workbook has a wrong cell or is not of the year before.
    """
    from xlreport.department import begin_next_year
    from xlreport.sheets.reader import read_workbook

    reading = read_workbook(last)
    begun = begin_next_year(reading, last.name)
    before = reading.inputs.unit.year
    if before is not None and year is not None and year != before + 1:
        raise Unusable(
            f"{last.name}：是{before}年度的工作簿，只能用来新建{before + 1}年度的；请改用{year - 1}年度的，或不写 --year。"
        )
    return begun
