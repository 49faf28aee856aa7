"""What `xlreport setup` puts on a Windows machine: the add-in in Excel's start folder, the settings that its VBA reads.

The settings are in xlwings' format, in a file of our own. Excel reads it as ANSI and hands what it says to
functions of Windows that know nothing else, so it is ASCII.
"""

import re
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path, PurePath
from typing import TypeVar

from xlreport.errors import Unusable
from xlreport.files import read_bytes, write_all, write_one

ADDIN = "xlreport.xlam"
# LoadLibraryA takes 259 characters, and the name of the DLL beside the interpreter is the longer one.
LONGEST_INTERPRETER = 240
INTERPRETER = "INTERPRETER_WIN"
SWITCHES = {
    "ADD_WORKBOOK_TO_PYTHONPATH": "False",  # else a file beside the workbook could stand in for ours
    "SHOW CONSOLE": "False",
}
OURS = frozenset(key.lower() for key in (INTERPRETER, *SWITCHES))
_LINE = re.compile(rb'\s*("[^"]*"|[^",]*?)\s*,\s*("[^"]*"|[^",]*?)\s*')

AnyPath = TypeVar("AnyPath", bound=PurePath)
Shorten = Callable[[str], str]


def settings_file(profile: AnyPath) -> AnyPath:
    """Where the VBA looks for its settings, in a user's folder (%USERPROFILE%)."""
    return profile / ".xlreport" / "xlreport.conf"


def addin_file(roaming: AnyPath) -> AnyPath:
    """The add-in in the folder whose files Excel opens when it starts, in %APPDATA%."""
    return roaming / "Microsoft" / "Excel" / "XLSTART" / ADDIN


def settings_of(data: bytes) -> dict[str, str]:
    """The settings in a file by their keys in small letters; of two for one key the VBA takes the first."""
    found: dict[str, str] = {}
    for line in data.splitlines():
        if setting := _setting(line):
            found.setdefault(*setting)
    return found


def broken_line(data: bytes) -> int | None:
    """The number of the first line that is no setting; Excel then loses count of all that follow."""
    lines = enumerate(data.splitlines(), 1)
    return next((at for at, line in lines if line.strip() and not _LINE.fullmatch(line)), None)


def install(
    python: Path, profile: Path, roaming: Path, source: Path, shorten: Shorten | None = None
) -> list[str]:
    """Write the settings and copy the add-in from `source`: both, or neither. Gives sentences to show.

    `python` is an interpreter in the environment that has xlreport. Raises Unusable.
    """
    ours = {INTERPRETER: interpreter_beside(python, shorten or _short_path), **SWITCHES}
    settings, addin = settings_file(profile), addin_file(roaming)
    if not source.is_file():
        raise Unusable(f"{source}：程序中没有加载项文件，请重新安装 xlreport。")
    old = read_bytes(settings) if settings.exists() else b""
    if at := broken_line(old):
        raise Unusable(
            f'{settings}：第 {at} 行不是 "键","值" 的形式，请改正或删除这一行后重新运行 xlreport setup。'
        )
    lines = [f'"{key}","{value}"'.encode("ascii") for key, value in ours.items()]
    content = _joined([*lines, *_foreign(old)])
    code = read_bytes(source)
    writers: dict[Path, Callable[[Path], object]] = {
        addin: lambda path: path.write_bytes(code),
        settings: lambda path: path.write_bytes(content),
    }
    try:
        for folder in (addin.parent, settings.parent):
            _make(folder)
        write_all(writers, force=True)
    except Unusable as error:
        with suppress(OSError):
            settings.parent.rmdir()  # unless it has something in it
        if isinstance(error.__cause__, PermissionError) and str(error).startswith(str(addin)):
            raise Unusable(_in_use(addin)) from error
        raise
    return [f"已写入用户配置：{settings}。", f"已安装 Excel 加载项：{addin}，重新打开 Excel 后生效。"]


def remove(profile: Path, roaming: Path) -> list[str]:
    """Take out what `install` puts in, and leave the settings of others. Gives sentences to show."""
    settings, addin = settings_file(profile), addin_file(roaming)
    said = []
    if addin.exists():
        _delete(addin)
        said.append(f"已移除 Excel 加载项：{addin}。")
    if settings.exists():
        old = read_bytes(settings)
        left = _foreign(old)
        if not left:
            _delete(settings)
            with suppress(OSError):
                settings.parent.rmdir()  # unless it has something else in it
            said.append(f"已移除用户配置：{settings}。")
        elif len(left) < len(_lines(old)):
            write_one(settings, lambda path: path.write_bytes(_joined(left)), force=True)
            said.append(f"已从用户配置中移除 xlreport 的各项，其余各项保留：{settings}。")
    return said or ["没有找到已安装的加载项和用户配置，无需移除。"]


def interpreter_beside(python: Path, shorten: Shorten) -> str:
    """The path of the interpreter without a console window as Excel can use it. Raises Unusable."""
    quiet = python.with_name("pythonw.exe")
    if not quiet.is_file():
        raise Unusable(f"{quiet}：文件不存在，请从 python.org 安装完整的 Python 后重新安装 xlreport。")
    path = str(quiet)
    if not path.isascii():
        path = shorten(path)
    if not path.isascii():
        raise Unusable(
            f"{quiet}：路径中有汉字等非英文字符，Excel 无法启动它，请把 Python 和 xlreport 装到英文路径下，如 C:\\xlreport。"
        )
    if len(path) > LONGEST_INTERPRETER:
        raise Unusable(
            f"{quiet}：路径有 {len(path)} 个字符，超过 {LONGEST_INTERPRETER} 个，"
            "请把 Python 和 xlreport 装到较短的路径下，如 C:\\xlreport。"
        )
    return path


def _lines(data: bytes) -> list[bytes]:
    return [line for line in data.splitlines() if line.strip()]


def _foreign(data: bytes) -> list[bytes]:
    """The lines that are not ours, be they settings or not."""
    return [line for line in _lines(data) if (_setting(line) or ("",))[0] not in OURS]


def _setting(line: bytes) -> tuple[str, str] | None:
    """The key, in small letters, and the value. Whichever code page it is, Latin-1 loses no byte."""
    found = _LINE.fullmatch(line)
    if not found:
        return None
    key, value = (part.strip(b'"').decode("latin-1") for part in found.groups())
    return key.lower(), value


def _joined(lines: Iterable[bytes]) -> bytes:
    return b"".join(line + b"\r\n" for line in lines)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unusable(f"{folder}：无法建立这个文件夹，请检查权限后重试。") from error


def _delete(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        raise Unusable(_in_use(path)) from error


def _in_use(path: Path) -> str:
    return f"{path}：无法改动，可能正在 Excel 中打开，请关闭所有 Excel 窗口后重试。"


def _short_path(path: str) -> str:
    """The 8.3 form of the path of a file that exists; the path itself where its disk keeps none."""
    if sys.platform == "win32":
        import ctypes

        buffer = ctypes.create_unicode_buffer(1024)
        if 0 < ctypes.windll.kernel32.GetShortPathNameW(path, buffer, len(buffer)) < len(buffer):
            return buffer.value
    return path
