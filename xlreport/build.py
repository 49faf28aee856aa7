"""The committed files that are generated: for maintainers, in a checkout."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from xlreport.assets import FOLDER, asset
from xlreport.datafile import read_outline
from xlreport.files import write_one
from xlreport.gongwen import build_style_document
from xlreport.model.inputs import empty
from xlreport.report import evaluate
from xlreport.sheets.master import build_master

_BLOCK = re.compile(r"(<!-- commands: [^>]*-->).*?(<!-- end of commands -->)", re.DOTALL)
MASTER = "绩效自评.xlsx"
CREATED = datetime(2024, 1, 1)  # the same bytes for the same sources, whenever they are built


def build_all(commands: click.Group, folder: Path = FOLDER) -> Iterator[Path]:
    """Write the style document, the empty master workbook and README's commands, giving each path."""
    report = folder / asset("report.docx").name
    write_one(report, build_style_document, force=True)
    yield report
    master = folder / MASTER
    inputs = replace(empty(), template=read_outline("A"))
    write_one(master, lambda path: build_master(evaluate(inputs), path, created=CREATED), force=True)
    yield master
    readme = folder.parent / "README.md"
    if readme.is_file():
        text = with_commands(readme.read_text("utf-8"), commands)
        write_one(readme, lambda path: path.write_text(text, "utf-8", newline="\n"), force=True)
        yield readme


def with_commands(readme: str, commands: click.Group) -> str:
    """README with its list of commands as the command itself gives it."""
    lines: list[str] = []
    for name, command in commands.commands.items():
        context = click.Context(command, info_name=f"xlreport {name}", max_content_width=100)
        usage = " ".join(command.collect_usage_pieces(context))
        lines += [f"**`xlreport {name} {usage}`**", "", *_paragraphs(command), ""]
        options = [
            record
            for parameter in command.get_params(context)
            if isinstance(parameter, click.Option)
            and (record := parameter.get_help_record(context))
            and "--help" not in record[0]
        ]
        lines += [*(f"* `{flags}` {text}" for flags, text in options), ""] if options else []
    block = "\n".join(lines).rstrip()
    return _BLOCK.sub(lambda found: f"{found[1]}\n{block}\n{found[2]}", readme)


def _paragraphs(command: click.Command) -> list[str]:
    text, _, example = (command.help or "").partition("Example:")
    return [" ".join(text.split()), "", f"Example: `{example.strip()}`"]
