"""How a draft reaches the user: classic Outlook, else the program for .eml files, else the folder."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import which

from xlreport.department import Department
from xlreport.mail import body, subject


def open_draft(department: Department, attached: Sequence[Path], write_draft: Callable[[], Path]) -> str:
    """Open the draft in the first way that works and say which; the attachments are on disk already."""
    names = [path.name for path in attached]
    if in_outlook(subject(department.title), body(department.report, names), attached):
        return f"已在 Outlook 中打开草稿，附有 {'、'.join(names)}；请核对收件人后发送。"
    draft = write_draft()
    if open_with_default(draft):
        return f"已打开邮件草稿 {draft.name}，附有 {'、'.join(names)}；请核对收件人后发送。"
    if open_with_default(draft.parent):
        return f"没有可打开邮件草稿的程序，已打开文件所在的文件夹；请新建邮件并附上 {'、'.join(names)}。"
    return f"没有可打开邮件草稿的程序；请新建邮件并附上 {draft.parent} 中的 {'、'.join(names)}。"


def in_outlook(title: str, text: str, attached: Sequence[Path]) -> bool:
    """Show a draft in classic Outlook; whether that worked. The new Outlook and others have no such door."""
    if sys.platform != "win32":
        return False
    import pywintypes
    from win32com.client import Dispatch

    try:
        message = Dispatch("Outlook.Application").CreateItem(0)
        message.Subject, message.Body = title, text
        for path in attached:
            message.Attachments.Add(str(path))
        message.Display()
    except pywintypes.com_error:
        return False
    return True


def open_with_default(path: Path) -> bool:
    """Open a file or folder with the program that the desktop has for it; whether there is one."""
    if sys.platform == "win32":
        try:
            os.startfile(path)
        except OSError:
            return False
        return True
    opener = which("open" if sys.platform == "darwin" else "xdg-open")
    if not opener:
        return False
    try:
        return (
            subprocess.run([opener, str(path)], capture_output=True, check=False, timeout=20).returncode == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
