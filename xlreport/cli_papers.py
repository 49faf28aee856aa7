"""The commands for the papers beside the report: `papers` writes them."""

from pathlib import Path

import click

from xlreport.cli_output import FILE, force_option, made, progress, say_written
from xlreport.files import write_all


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
