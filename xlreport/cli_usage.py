"""What is wrong with a command line, in one Chinese sentence: click's own are English."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import click
from click.exceptions import NoArgsIsHelpError


class Misused(click.UsageError):
    """Ends the command with status 2 and its message, without what click prints around one."""

    def show(self, file: object = None) -> None:
        click.echo(self.message, err=True)


@contextmanager
def told_in_chinese() -> Iterator[None]:
    """Raises Misused for what click finds wrong with the command line."""
    try:
        yield
    except (NoArgsIsHelpError, Misused):
        raise  # help, and what is told already
    except click.UsageError as error:
        raise Misused(_sentence(error)) from error


def _sentence(error: click.UsageError) -> str:
    context = error.ctx
    if context is None:
        return f"{_fault(error)}。"
    usage = " ".join((context.command_path, *context.command.collect_usage_pieces(context)))
    return f"{_fault(error)}；用法：{usage}，说明见 {context.command_path} --help。"


def _fault(error: click.UsageError) -> str:
    match error:
        case click.MissingParameter(param=click.Parameter() as parameter):
            return f"没有写{_named(parameter)}"
        case click.BadParameter(param=click.Parameter() as parameter):
            return f"{_named(parameter)} {'应为整数' if parameter.type is click.INT else '的内容不对'}"
        case click.NoSuchOption():
            meant = " 或 ".join(error.possibilities or ())
            return f"没有选项 {error.option_name}" + (f"，是不是 {meant}" if meant else "")
    for words, said in _SAID.items():
        if found := re.search(words, error.message):
            return said.format(found[1])
    return f"命令写得不对（{error.message}）"


# Of these click has no kind of its own, or none in every release.
_SAID = {
    r"Option '(.+)' requires": "选项 {} 后面没有写内容",
    r"Option '(.+)' does not take": "选项 {} 后面不带内容",
    r"No such command '(.*)'": "没有命令 {}",
    r"unexpected extra arguments? \((.+)\)": "多写了 {}",
}


def _named(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        return f"选项 {'/'.join(parameter.opts)}"
    return f"参数 {parameter.human_readable_name}"
