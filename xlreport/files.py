"""Files handed to us are read or refused in one sentence; files that we write are complete or not there."""

import errno
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from xlreport.errors import Unusable

LARGEST_FILE = 100 * 2**20  # bytes; a master workbook with 5,000 projects has well under one MiB


def read_bytes(path: Path) -> bytes:
    """The content of a file. Raises Unusable when it is absent, no file, too large or unreadable."""
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise Unusable(f"{path}：是一个文件夹，请给出文件。")
        if not path.is_file():
            raise Unusable(f"{path}：不是普通文件，请给出文件。")
        if size > LARGEST_FILE:
            raise Unusable(
                f"{path}：文件有 {size >> 20} MB，超过 {LARGEST_FILE >> 20} MB 的上限，请核对是否选错文件。"
            )
        return path.read_bytes()
    except FileNotFoundError as error:
        raise Unusable(f"{path}：文件不存在，请核对文件名和文件夹。") from error
    except PermissionError as error:
        raise Unusable(f"{path}：没有读取权限，或被别的程序独占，请关闭占用它的程序或联系管理员。") from error
    except OSError as error:
        raise Unusable(f"{path}：无法读取，请核对文件后重试。") from error


def write_all(files: Mapping[Path, Callable[[Path], object]], *, force: bool = False) -> None:
    """Let each writer fill a temporary file beside its target, then move all of them into place.

    Nothing is moved before every writer has finished, and a move that fails takes back the earlier ones:
    after an error all targets are as they were. Raises Unusable when a target exists (without `force`),
    cannot be written or is open elsewhere.
    """
    drafts: dict[Path, Path] = {}
    target = Path()
    try:
        for target in files:
            refuse_unwritable(target, force=force)
        for target, write in files.items():
            drafts[target] = _draft_beside(target)
            write(drafts[target])
        _move_all(drafts)
    except OSError as error:
        raise Unusable(_why(error, target)) from error
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def _move_all(drafts: Mapping[Path, Path]) -> None:
    kept: dict[Path, Path] = {}  # where what stood at a target before was moved to
    moved: list[Path] = []
    spare: Path | None = None
    try:
        for target, draft in drafts.items():
            if target.exists():
                spare = _draft_beside(target)
                os.replace(target, spare)
                kept[target], spare = spare, None
            os.replace(draft, target)
            moved.append(target)
    except BaseException as error:
        if spare:
            spare.unlink(missing_ok=True)
        for done in moved:
            if done not in kept:
                done.unlink(missing_ok=True)
        lost = [f"{done} 的原文件现为 {old}" for done, old in kept.items() if not _moved_back(old, done)]
        if isinstance(error, OSError):
            raise Unusable("；".join([_why(error, target).rstrip("。"), *lost]) + "。") from error
        raise
    for old in kept.values():
        with suppress(OSError):  # all is written; on Windows a scanner may hold what is to go
            old.unlink(missing_ok=True)


def _moved_back(old: Path, target: Path) -> bool:
    try:
        os.replace(old, target)
    except OSError:
        return False
    return True


def write_one(target: Path, write: Callable[[Path], object], *, force: bool = False) -> None:
    """Write a single file; see `write_all`."""
    write_all({target: write}, force=force)


def refuse_unwritable(target: Path, *, force: bool) -> None:
    """Raise Unusable when `target` is no place to write a file to."""
    try:
        if target.is_dir():
            raise Unusable(f"{target}：是一个文件夹，请给出完整的文件名。")
        if not target.parent.is_dir():
            raise Unusable(f"{target}：文件夹 {target.parent} 不存在，请先建立或改用别的位置。")
        if target.exists() and not force:
            raise Unusable(f"{target}：文件已存在，未覆盖；确认要覆盖请加 --force，或换一个文件名。")
    except OSError as error:  # a folder that one may not enter, a name too long
        raise Unusable(_why(error, target)) from error


def _draft_beside(target: Path) -> Path:
    """An empty temporary file in the target's folder, with its ending (some writers look at it)."""
    import tempfile  # only those who write need it

    handle, name = tempfile.mkstemp(prefix="~xlreport-", suffix=target.suffix, dir=target.parent)
    os.close(handle)
    # mkstemp makes the file private; what we hand out has the permissions of any new file.
    mask = os.umask(0)
    os.umask(mask)
    os.chmod(name, 0o666 & ~mask)
    return Path(name)


def _why(error: OSError, target: Path) -> str:
    if isinstance(error, PermissionError):
        return f"{target}：无法写入，文件可能正在 Excel 或 Word 中打开，或没有权限；请关闭后重试，或换一个文件名。"
    reason = _REASONS.get(error.errno or 0, "系统拒绝写入，请检查磁盘空间和文件名后重试")
    return f"{target}：写入失败，原文件未改动；{reason}。"


_REASONS = {
    errno.ENOSPC: "磁盘已满，请腾出空间后重试",
    errno.EFBIG: "超过了允许的文件大小，请检查磁盘空间或配额后重试",
    errno.EDQUOT: "超过了磁盘配额，请腾出空间后重试",
    errno.ENAMETOOLONG: "文件名过长，请改短",
    errno.EROFS: "磁盘是只读的，请换一个位置",
}


# Windows gives these to no file, whatever the ending.
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(?=\.|$)")


def file_name(text: str, suffix: str) -> str:
    """A text as the name of a file on any system."""
    clean = re.sub(r'[\\/:*?"<>|]', "_", "".join(c if c.isprintable() else "_" for c in text)).strip(" .")
    clean = _RESERVED.sub(r"\1_", clean, count=1) if _RESERVED.match(clean) else clean
    # 255 bytes are the most that a file system takes; ours come to 70 ordinary characters.
    short = clean[:70].encode()[:210].decode(errors="ignore").rstrip(" .")
    return f"{short or 'xlreport'}{suffix}"
