"""What the commands that write have in common: where to, over what not, and what is said of it."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlreport.errors import Unusable
from xlreport.report import Report

if TYPE_CHECKING:
    from xlreport.checks.rule import Level
    from xlreport.department import Department

FILE = click.Path(path_type=Path, readable=False)
force_option = click.option("--force", is_flag=True, help="Overwrite existing files.")
output_option = click.option("-o", "--output", type=FILE, help="Where to write; by default beside FILE.")


def target_of(output: Path | None, name: str, file: Path, styles: Path | None = None) -> Path:
    """Where to write: as asked, into the folder asked, or beside the workbook; never over what is read."""
    target = file.parent / name if output is None else output / name if output.is_dir() else output
    suffix = Path(name).suffix
    if target.suffix.lower() != suffix:
        raise Unusable(f"{target}：请把文件名改为以 {suffix} 结尾。")
    refuse_input(target, file, styles)
    return target


def refuse_input(target: Path, *sources: Path | None) -> None:
    for source in sources:
        if source and target.exists() and target.samefile(source):
            raise Unusable(f"{target}：就是输入的文件，不会覆盖，请改用别的文件名。")


@contextmanager
def made(folder: Path) -> Iterator[None]:
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


def say_written(department: "Department", paths: Iterable[Path], *, with_papers: bool = False) -> None:
    """Name the files, and what is still open in them."""
    from xlreport.checks.rule import Level

    for path in paths:
        click.echo(f"已生成：{path}")
    left = [f"{level} {count} 条" for level in Level if (count := _open(department.report, level))]
    if left:
        click.echo(f"注意：还有未处理的问题（{'，'.join(left)}），请用 xlreport check 查看。", err=True)
    if gaps := department.story.gaps:
        click.echo(f"注意：报告中有 {len(gaps)} 处未填，已标为〔未填：…〕：{some(gaps)}", err=True)
    if with_papers and (lacking := [gap for paper in department.papers for gap in paper.gaps]):
        click.echo(f"注意：附件中有 {len(lacking)} 处缺漏（空格标为〔未填〕）：{some(lacking)}", err=True)


def some(names: Sequence[str], most: int = 8) -> str:
    return "、".join(names[:most]) + (f"等 {len(names)} 项" if len(names) > most else "")


def _open(evaluated: Report, level: "Level") -> int:
    return sum(finding.level is level for finding in evaluated.open_findings)


@contextmanager
def progress(text: str) -> Iterator[None]:
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
