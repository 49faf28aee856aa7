"""Files written completely or not at all, and names that any system takes."""

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from xlreport import files
from xlreport.errors import Unusable
from xlreport.files import file_name, read_bytes, write_all, write_one

Writer = Callable[[Path], object]


def writer(content: bytes) -> Writer:
    return lambda path: path.write_bytes(content)


def failing(path: Path) -> None:
    path.write_bytes(b"half")
    raise OSError(28, "No space left on device")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@contextmanager
def failing_replace(monkeypatch: pytest.MonkeyPatch, target: str, error: OSError) -> Iterator[list[str]]:
    """Let the first move to or from a file of that name fail, as where another program holds it."""
    real, failed = os.replace, list[str]()

    def replace(source: Path, destination: Path) -> None:
        if not failed and target in (Path(source).name, Path(destination).name):
            failed.append(target)
            raise error
        real(source, destination)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        yield failed


# ------------------------------------------------------------------------------ writing


def test_all_files_are_written_and_nothing_else(tmp_path: Path) -> None:
    write_all({tmp_path / "甲.docx": writer(b"1"), tmp_path / "乙.xlsx": writer(b"2")})
    assert contents(tmp_path) == {"甲.docx": b"1", "乙.xlsx": b"2"}


def test_a_writer_gets_an_empty_file_beside_the_target_with_its_ending(tmp_path: Path) -> None:
    seen = []

    def write(path: Path) -> None:
        seen.append((path.parent, path.suffix, path.read_bytes(), path != tmp_path / "甲.docx"))
        path.write_bytes(b"1")

    write_one(tmp_path / "甲.docx", write)
    assert seen == [(tmp_path, ".docx", b"", True)]


@pytest.mark.parametrize("fault", [failing, writer(b"never written")], ids=["writer fails", "target exists"])
def test_nothing_is_moved_before_all_is_written(tmp_path: Path, fault: Writer) -> None:
    for name in ("甲", "乙"):
        (tmp_path / name).write_bytes(b"old")
    with pytest.raises(Unusable, match=r"^\S.*乙.*。$"):
        write_all(
            {tmp_path / "丙": writer(b"new"), tmp_path / "乙": fault, tmp_path / "丁": writer(b"new")},
            force=fault is failing,
        )
    assert contents(tmp_path) == {"甲": b"old", "乙": b"old"}


def test_any_failure_of_a_writer_leaves_nothing_behind(tmp_path: Path) -> None:
    def crash(path: Path) -> None:
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_all({tmp_path / "甲": writer(b"new"), tmp_path / "乙": crash})
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("locked", ["甲", "乙", "丙"])
@pytest.mark.parametrize("before", [{"甲", "乙", "丙"}, {"甲"}, {"乙"}, {"丙"}, {"甲", "丙"}, set()])
def test_a_locked_target_takes_back_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locked: str, before: set[str]
) -> None:
    for name in before:
        (tmp_path / name).write_bytes(f"old {name}".encode())
    old = contents(tmp_path)
    error = PermissionError(13, "Permission denied")
    with (
        failing_replace(monkeypatch, locked, error) as failed,
        pytest.raises(Unusable, match=rf"{locked}：无法写入，文件可能正在 Excel 或 Word 中打开.*。$"),
    ):
        write_all({tmp_path / name: writer(b"new") for name in ("甲", "乙", "丙")}, force=True)
    assert failed, "nothing was locked"
    assert contents(tmp_path) == old


def test_an_interrupted_move_takes_back_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("甲", "乙"):
        (tmp_path / name).write_bytes(b"old")
    real, moves = os.replace, list[Path]()

    def replace(source: Path, destination: Path) -> None:
        moves.append(destination)
        if destination == tmp_path / "乙" and moves.count(destination) == 1:
            raise KeyboardInterrupt
        real(source, destination)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        write_all({tmp_path / name: writer(b"new") for name in ("甲", "乙")}, force=True)
    assert contents(tmp_path) == {"甲": b"old", "乙": b"old"}


def test_force_replaces_and_keeps_no_copy(tmp_path: Path) -> None:
    (tmp_path / "甲").write_bytes(b"old")
    with pytest.raises(Unusable, match=r"已存在，未覆盖.*--force"):
        write_one(tmp_path / "甲", writer(b"new"))
    assert contents(tmp_path) == {"甲": b"old"}
    write_one(tmp_path / "甲", writer(b"new"), force=True)
    assert contents(tmp_path) == {"甲": b"new"}


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("folder", "是一个文件夹"),
        ("absent/甲.docx", "不存在"),
        ("甲/乙.docx", "不存在"),
        ("长" * 300 + ".docx", "无法写入|写入失败|过长"),
    ],
)
def test_a_place_where_no_file_can_be_is_refused(tmp_path: Path, target: str, sentence: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "甲").write_bytes(b"old")
    with pytest.raises(Unusable, match=sentence) as refusal:
        write_one(tmp_path / target, writer(b"new"), force=True)
    assert str(refusal.value).endswith("。")
    assert sorted(path.name for path in tmp_path.rglob("*")) == sorted(["folder", "甲"])


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
@pytest.mark.parametrize("mask", [0o022, 0o027, 0o077])
def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write_one(tmp_path / "甲", writer(b"1"))
        (tmp_path / "乙").write_bytes(b"2")
        assert os.umask(mask) == mask, "the mask of the process was changed"
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("甲", "乙")]
    assert modes == [0o666 & ~mask] * 2


# ------------------------------------------------------------------------------ reading


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "甲").write_bytes(b"1")
    assert read_bytes(tmp_path / "甲") == b"1"


def test_a_file_too_large_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_FILE", 3 << 20)
    for size in (3 << 20, (3 << 20) + 1):
        with (tmp_path / str(size)).open("wb") as file:
            file.truncate(size)
    assert len(read_bytes(tmp_path / str(3 << 20))) == 3 << 20
    with pytest.raises(Unusable, match=r"3 MB 的上限.*。$"):
        read_bytes(tmp_path / str((3 << 20) + 1))


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX devices")
def test_a_device_is_refused_unread() -> None:
    # /dev/zero would never end; this one shows the same without doing harm.
    with pytest.raises(Unusable, match=r"^/dev/null：.*。$"):
        read_bytes(Path("/dev/null"))


# ------------------------------------------------------------------------------ names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("某县水利局2024年度报告", "某县水利局2024年度报告.docx"),
        ("报告（报送）", "报告（报送）.docx"),
        ("a/b:c*?.", "a_b_c__.docx"),
        ('\\<>|"', "_____.docx"),
        ("..", "xlreport.docx"),
        ("", "xlreport.docx"),
        (" . ", "xlreport.docx"),
        ("../../etc/passwd", "_.._etc_passwd.docx"),
        ("甲\n乙\t丙\x00丁\x7f", "甲_乙_丙_丁_.docx"),
        ("甲\u202exslx.exe\u200f", "甲_xslx.exe_.docx"),
        ("甲\u3000乙", "甲_乙.docx"),
        ("😀", "😀.docx"),
    ],
)
def test_a_text_becomes_the_name_of_a_file(text: str, name: str) -> None:
    assert file_name(text, ".docx") == name


@pytest.mark.parametrize("text", ["CON", "con", "NUL", "COM1", "LPT9", "AUX.2024", "PRN "])
def test_names_that_windows_keeps_for_itself_are_avoided(text: str) -> None:
    first = file_name(text, ".docx").partition(".")[0]
    assert first.rstrip().upper() not in {"CON", "NUL", "COM1", "LPT9", "AUX", "PRN"}
    assert text.strip().partition(".")[0] in first


@pytest.mark.parametrize("character", ["长", "a", "𠮷", "😀", "/", "."])
@pytest.mark.parametrize("suffix", [".docx", ".xlsx", ".eml"])
def test_a_long_name_fits_every_file_system(tmp_path: Path, character: str, suffix: str) -> None:
    name = file_name(character * 1000, suffix)
    assert name.endswith(suffix)
    assert len(name.encode()) <= 255  # bytes of ext4; NTFS takes 255 UTF-16 units
    assert Path(name).name == name
    write_one(tmp_path / name, writer(b"1"))
    assert [path.name for path in tmp_path.iterdir()] == [name]
