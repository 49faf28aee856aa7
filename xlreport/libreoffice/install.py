"""What `xlreport setup --libreoffice` does: the extension, made for this machine, put into LibreOffice."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import xlreport
from xlreport.errors import Unusable
from xlreport.libreoffice.extension import IDENTIFIER, build_extension
from xlreport.libreoffice.office import find_uno
from xlreport.machine import ThisMachine, find_libreoffice

PATIENCE = 120  # seconds that unopkg gets; its first run makes a profile


def install(options: Sequence[str] = ()) -> list[str]:
    """Put the extension in, in place of an earlier one; `options` go to unopkg.

    Raises Unusable without LibreOffice, without its Python interface for this Python, or where it is running.
    """
    find_uno()  # made for this version of Python, or the extension could not import what it needs
    with TemporaryDirectory() as folder:
        path = Path(folder) / "xlreport.oxt"
        build_extension(path, _folders())
        _unopkg("list", options)  # the first run only makes the profile, and may fail to add anything
        said = _unopkg("add", [*options, "--force", str(path)])
    if not is_registered(options):
        raise Unusable(f"LibreOffice 没有接受扩展，请关闭所有 LibreOffice 窗口后重试：{_last_line(said)}。")
    return ["已装入 LibreOffice；重新启动它，打开 绩效自评.xlsm 并允许宏，菜单栏就有“绩效自评”。"]


def remove(options: Sequence[str] = ()) -> list[str]:
    """Take the extension out."""
    if not is_registered(options):
        return ["LibreOffice 中没有 xlreport 扩展，无需移除。"]
    said = _unopkg("remove", [*options, IDENTIFIER])
    if is_registered(options):
        raise Unusable(f"没有移除成功，请关闭所有 LibreOffice 窗口后重试：{_last_line(said)}。")
    return ["已从 LibreOffice 移除 xlreport 扩展。"]


def is_registered(options: Sequence[str] = ()) -> bool:
    """Whether LibreOffice has the extension."""
    return IDENTIFIER in _unopkg("list", options)


def _folders() -> list[str]:
    """Where this Python finds xlreport and its packages."""
    folders = [
        str(Path(xlreport.__file__).parents[1]),
        sysconfig.get_path("purelib"),
        sysconfig.get_path("platlib"),
    ]
    return list(dict.fromkeys(folders))


def _unopkg(verb: str, options: Sequence[str]) -> str:
    """What unopkg says. As root it serves all users of the machine: for one alone it then refuses."""
    program = find_libreoffice(ThisMachine(), "unopkg")
    if not program:
        raise Unusable(
            "没有找到 LibreOffice（unopkg），请先安装 LibreOffice 再运行 xlreport setup --libreoffice。"
        )
    shared = ["--shared"] if sys.platform != "win32" and os.geteuid() == 0 else []
    command = [program, verb, *shared, *options]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    except subprocess.TimeoutExpired as error:
        raise Unusable("LibreOffice 的扩展管理没有应答，请关闭所有 LibreOffice 窗口后重试。") from error
    return answer.stdout + answer.stderr


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "没有说明原因"
