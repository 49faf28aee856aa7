"""The committed files that are generated: for maintainers, in a checkout."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from xlreport.addin.addin_file import build_addin
from xlreport.addin.install import ADDIN
from xlreport.addin.project import master_project
from xlreport.addin.udfs import FUNCTIONS
from xlreport.addin.workbook import PROJECT, build_live_master
from xlreport.addin.wrappers import MODULE, wrappers
from xlreport.assets import FOLDER, MACROS, asset
from xlreport.datafile import DEFAULT_STANDARD, read_outline, with_standard
from xlreport.files import write_one
from xlreport.gongwen import build_style_document
from xlreport.model.inputs import empty
from xlreport.report import evaluate
from xlreport.sheets.master import build_master

_BLOCK = re.compile(r"(<!-- commands: [^>]*-->).*?(<!-- end of commands -->)", re.DOTALL)
CREATED = datetime(2024, 1, 1)  # the same bytes for the same sources, whenever they are built


def build_all(commands: click.Group, top: Path = FOLDER.parent) -> Iterator[Path]:
    """Write all of them into the checkout at `top`, giving each path; each is made of those before it."""
    folder, macros = top / FOLDER.name, top / MACROS.name
    for each in (folder, macros):
        each.mkdir(exist_ok=True)
    report = folder / asset("report.docx").name
    write_one(report, build_style_document, force=True)
    yield report
    wrapped = macros / f"{MODULE}.bas"
    write_one(wrapped, lambda path: _write_text(path, wrappers(FUNCTIONS.values())), force=True)
    yield wrapped
    project = folder / PROJECT
    write_one(project, lambda path: path.write_bytes(master_project()), force=True)
    yield project
    record = evaluate(with_standard(replace(empty(), template=read_outline("A")), DEFAULT_STANDARD))
    live = partial(build_live_master, project=project)
    for name, build in (("绩效自评.xlsx", build_master), ("绩效自评.xlsm", live)):
        master = folder / name
        write_one(master, partial(build, record, created=CREATED), force=True)
        yield master
    addin = folder / ADDIN
    functions = FUNCTIONS.values()
    write_one(addin, lambda path: build_addin(path, created=CREATED, functions=functions), force=True)
    yield addin
    readme = top / "README.md"
    if readme.is_file():
        text = with_commands(readme.read_text("utf-8"), commands)
        write_one(readme, lambda path: _write_text(path, text), force=True)
        yield readme


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", newline="\n")


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
