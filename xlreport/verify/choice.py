"""Which Word file of a folder is the report to compare: the newest that is one of this department and year."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from xlreport.department import Department
from xlreport.errors import Unusable
from xlreport.files import file_name, read_bytes
from xlreport.verify.comparison import compare
from xlreport.verify.findings import Verification
from xlreport.verify.identity import is_report
from xlreport.word_text import read_word

MARKED = "（核对）"  # what we add to the name of a report for what we make of it
_OLD_KINDS = (".doc", ".wps")  # of which only can be said that they have to be saved anew


class Compared(NamedTuple):
    """The report that was chosen, compared; and what has to be said of the choice, without full stops."""

    verification: Verification
    remarks: tuple[str, ...]


def compare_newest(department: Department, folder: Path) -> Compared:
    """Compare the newest report in a folder. It need not be called as it was when it was exported.

    Raises Unusable when there is none, or when the newest that is called like the report is not one.
    """
    title = file_name(department.title, "")
    unread: list[Unusable] = []
    files = list(_newest_first(folder, title))
    for at, path in enumerate(files):
        called_so = title in path.stem
        if not called_so:
            try:
                if not is_report([line.text for line in read_word(read_bytes(path), path.name).lines]):
                    continue
            except Unusable as error:
                unread.append(error)
                continue
        try:
            verification = compare(department, path)
        except Unusable as error:
            if called_so:
                raise
            unread.append(error)  # the report of another department or year
            continue
        remarks = [verification.remark] if verification.remark else []
        if _is_open(path):
            remarks.append("该文件正在打开，核对的是最近一次保存的内容")
        if unread:
            remarks.append(f"有更新的文件没有核对：{str(unread[0]).rstrip('。')}")
        if others := [other.name for other in files[at + 1 :] if title in other.stem]:
            more = f"等 {len(others)} 份" if len(others) > 1 else ""
            remarks.append(f"更早的{others[0]}{more}没有核对")
        return Compared(verification, tuple(remarks))
    if unread:
        raise unread[0]
    raise Unusable(
        f"没有找到{department.title}（.docx）：请把要核对的报告放到本工作簿所在的文件夹，再点这个按钮。"
    )


def _newest_first(folder: Path, title: str) -> Iterator[Path]:
    """The files that may be reports."""
    found = [path for path in folder.iterdir() if path.is_file() and _may_be_report(path, title)]
    yield from sorted(found, key=lambda path: (path.stat().st_mtime, path.name), reverse=True)


def _may_be_report(path: Path, title: str) -> bool:
    if path.name.startswith(("~$", ".")) or MARKED in path.stem:
        return False
    kind = path.suffix.lower()
    return kind == ".docx" or (kind in _OLD_KINDS and title in path.stem)


def _is_open(path: Path) -> bool:
    """Whether Word, WPS or LibreOffice has the file open: each leaves a file beside it while it has."""
    name = path.name
    # Word puts ~$ before a short name, and over the first one or two characters of a longer one.
    locks = (f"~${name}", f"~${name[1:]}", f"~${name[2:]}", f".~lock.{name}#", f".~{name}")
    return any(path.with_name(lock).exists() for lock in locks)
