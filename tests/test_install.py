"""What `xlreport setup` puts on a machine and takes away again, with real files in place of a Windows user's."""

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from tests.test_cli import listing, one_sentence, unprivileged
from xlreport.addin.install import (
    LONGEST_INTERPRETER,
    addin_file,
    broken_line,
    install,
    remove,
    settings_file,
    settings_of,
)
from xlreport.assets import asset
from xlreport.cli import main
from xlreport.errors import Unusable

CODE = b"the add-in"
FOREIGN = ('"LICENSE_KEY","机密"'.encode("gbk"), b"PYTHONPATH , C:\\tools")


@dataclass(frozen=True)
class User:
    """The folders of a Windows user, and an interpreter with our release."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "xlreport" / "Scripts" / "python.exe"

    @property
    def quiet(self) -> Path:
        return self.python.with_name("pythonw.exe")

    @property
    def profile(self) -> Path:
        return self.folder / "profile"

    @property
    def roaming(self) -> Path:
        return self.profile / "AppData" / "Roaming"

    @property
    def source(self) -> Path:
        return self.folder / "release.xlam"

    @property
    def settings(self) -> Path:
        return settings_file(self.profile)

    @property
    def addin(self) -> Path:
        return addin_file(self.roaming)

    def install(self, shortened: str | None = None) -> list[str]:
        return install(self.python, self.profile, self.roaming, self.source, lambda path: shortened or path)

    def remove(self) -> list[str]:
        return remove(self.profile, self.roaming)

    def write_settings(self, *lines: bytes) -> None:
        self.settings.parent.mkdir()
        self.settings.write_bytes(b"\r\n".join(lines) + b"\r\n")


def user_in(folder: Path) -> User:
    user = User(folder)
    user.python.parent.mkdir(parents=True)
    user.addin.parent.mkdir(parents=True)
    for path in (user.python, user.quiet):
        path.touch()
    user.source.write_bytes(CODE)
    return user


@pytest.fixture
def user(tmp_path: Path) -> User:
    return user_in(tmp_path)


def refused(user: User, words: str) -> None:
    before = listing(user.folder)
    with pytest.raises(Unusable) as caught:
        user.install()
    one_sentence(f"{caught.value}\n", words)
    assert listing(user.folder) == before


def test_setup_writes_both_files_and_remove_takes_both_out(user: User) -> None:
    before = listing(user.folder)
    said = user.install()
    assert [str(path) in sentence for path, sentence in zip((user.settings, user.addin), said, strict=True)]
    assert user.addin.read_bytes() == CODE
    assert user.settings.read_bytes().decode("ascii").split("\r\n") == [
        f'"INTERPRETER_WIN","{user.quiet}"',
        '"ADD_WORKBOOK_TO_PYTHONPATH","False"',
        '"SHOW CONSOLE","False"',
        "",
    ]
    said = user.remove()
    assert [user.addin.name in said[0], user.settings.name in said[1], len(said)] == [True, True, 2]
    assert listing(user.folder) == before


def test_setup_makes_the_folders_that_a_new_user_lacks(user: User) -> None:
    for folder in (user.addin.parent, *user.addin.parent.parents[:4]):
        folder.rmdir()
    user.install()
    assert user.addin.read_bytes() == CODE


def test_setup_again_replaces_what_it_wrote_before(user: User) -> None:
    user.install()
    first = user.settings.read_bytes()
    user.source.write_bytes(b"a newer one")
    user.install()
    assert (user.settings.read_bytes(), user.addin.read_bytes()) == (first, b"a newer one")


def test_settings_of_others_survive_setup_and_remove(user: User) -> None:
    user.write_settings(FOREIGN[0], b'"show console","True"', b"", FOREIGN[1])
    user.install()
    assert user.settings.read_bytes().splitlines()[3:] == list(FOREIGN)
    found = settings_of(user.settings.read_bytes())
    assert (found["show console"], found["pythonpath"]) == ("False", "C:\\tools")
    assert "其余各项保留" in user.remove()[1]
    assert user.settings.read_bytes().splitlines() == list(FOREIGN)


def test_remove_leaves_lines_that_are_no_settings(user: User) -> None:
    user.write_settings(b'"SHOW CONSOLE","True"', b"# mine")
    user.remove()
    assert user.settings.read_bytes() == b"# mine\r\n"


def test_remove_says_when_there_is_nothing_of_ours(user: User) -> None:
    user.write_settings(*FOREIGN)
    before = listing(user.folder)
    assert user.remove() == ["没有找到已安装的加载项和用户配置，无需移除。"]
    assert listing(user.folder) == before


def test_a_chinese_path_is_written_in_its_short_form(tmp_path: Path) -> None:
    user = user_in(tmp_path / "中文")
    user.install("C:\\5F00~1\\PYTHONW.EXE")
    assert settings_of(user.settings.read_bytes())["interpreter_win"] == "C:\\5F00~1\\PYTHONW.EXE"
    assert user.settings.read_bytes().isascii()


def test_a_chinese_path_without_short_form_is_refused(tmp_path: Path) -> None:
    refused(
        user_in(tmp_path / "中文"),
        "pythonw.exe：路径中有汉字等非英文字符.*请把 Python 和 xlreport 装到英文路径下",
    )


@pytest.mark.skipif(sys.platform == "win32", reason="a disk there may keep short names")
def test_only_windows_has_short_names(tmp_path: Path) -> None:
    user = user_in(tmp_path / "中文")
    with pytest.raises(Unusable, match="汉字"):
        install(user.python, user.profile, user.roaming, user.source)


def test_a_long_path_is_refused(tmp_path: Path) -> None:
    room = LONGEST_INTERPRETER - len(str(User(tmp_path / "x").quiet))
    assert user_in(tmp_path / ("x" * (room + 1))).install()
    refused(user_in(tmp_path / ("y" * (room + 2))), "路径有 241 个字符，超过 240 个，请")


def test_an_interpreter_without_its_quiet_twin_is_refused(user: User) -> None:
    user.quiet.unlink()
    refused(user, "pythonw.exe：文件不存在，请")


def test_a_release_without_add_in_is_refused(user: User) -> None:
    user.source.unlink()
    refused(user, "release.xlam：程序中没有加载项文件，请重新安装")


@pytest.mark.parametrize(
    ("line", "number"),
    [
        (b'"PYTHONPATH","C:\\a', 2),
        (b'"PYTHONPATH"', 2),
        (b'"A","1","B"', 2),
        (b'say "A","1"', 2),
        (b'"A","1"', None),
        (b"A,1", None),
        (b'"A",', None),
        (b"   ", None),
    ],
)
def test_a_line_that_makes_excel_lose_count_is_found(line: bytes, number: int | None, user: User) -> None:
    user.write_settings(FOREIGN[0], line)
    assert broken_line(user.settings.read_bytes()) == number
    if number:
        refused(user, f"xlreport.conf：第 {number} 行不是 .*请改正或删除这一行后重新运行 xlreport setup")
    else:
        assert user.install()


def test_a_byte_order_mark_hides_the_first_key_from_excel() -> None:
    assert broken_line(b'\xef\xbb\xbf"INTERPRETER_WIN","C:\\pythonw.exe"\r\n') == 1


def test_a_folder_in_place_of_the_settings_is_refused(user: User) -> None:
    user.settings.mkdir(parents=True)
    refused(user, "xlreport.conf：是一个文件夹，请")


@pytest.fixture
def public() -> Iterator[User]:
    """A user whom anybody may look at; not in tmp_path, which is private."""
    with tempfile.TemporaryDirectory(prefix="xlreport-test-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        user = user_in(Path(folder))
        user.profile.chmod(0o777)
        yield user
        user.addin.parent.chmod(0o755)


def test_an_add_in_that_may_not_be_replaced_leaves_all_as_it_was(public: User) -> None:
    public.addin.write_bytes(b"an older one")
    public.addin.parent.chmod(0o555)
    with unprivileged():
        refused(public, "xlreport.xlam：无法改动，可能正在 Excel 中打开，请关闭所有 Excel 窗口后重试")
        with pytest.raises(Unusable, match=r"正在 Excel 中打开，请关闭所有 Excel 窗口后重试。$"):
            public.remove()
    assert public.addin.read_bytes() == b"an older one"


def test_settings_that_may_not_be_written_are_not_blamed_on_excel(public: User) -> None:
    public.write_settings(*FOREIGN)
    public.settings.parent.chmod(0o555)
    public.addin.parent.chmod(0o777)
    with unprivileged():
        refused(public, "xlreport.conf：无法写入")


def test_a_folder_that_cannot_be_made_is_refused(user: User) -> None:
    user.addin.parent.rmdir()
    user.addin.parent.touch()
    before = listing(user.folder)
    with pytest.raises(Unusable, match=r"XLSTART：无法建立这个文件夹，请检查权限后重试。$"):
        user.install()
    assert listing(user.folder) == before


# ------------------------------------------------------------------------------ the command


def as_windows(user: User, monkeypatch: pytest.MonkeyPatch, **environment: str) -> None:
    machine = SimpleNamespace(platform="win32", python=str(user.python), environment=environment)
    monkeypatch.setattr("xlreport.machine.ThisMachine", lambda: machine)


def test_the_command_installs_the_add_in_that_comes_with_the_program(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_windows(user, monkeypatch, USERPROFILE=str(user.profile), APPDATA=str(user.roaming))
    result = CliRunner().invoke(main, ["setup"])
    assert (result.exit_code, result.stdout.count("。\n")) == (0, 2), result.output
    assert user.addin.read_bytes() == asset("xlreport.xlam").read_bytes()
    result = CliRunner().invoke(main, ["setup", "--remove"])
    assert (result.exit_code, result.stdout.count("已移除")) == (0, 2), result.output
    assert not user.addin.exists()


def test_the_command_wants_to_know_the_folders(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    as_windows(user, monkeypatch, USERPROFILE=str(user.profile))
    result = CliRunner().invoke(main, ["setup"])
    assert (result.exit_code, result.stdout) == (2, "")
    one_sentence(result.stderr, "APPDATA 没有设置")


@pytest.mark.parametrize("arguments", [["setup"], ["setup", "--remove"]], ids=" ".join)
def test_the_command_names_the_other_way_where_there_is_no_excel(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlreport.machine.ThisMachine", lambda: SimpleNamespace(platform="linux"))
    result = CliRunner().invoke(main, arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    one_sentence(result.stderr, "只能在 Windows 上安装.*xlreport setup --libreoffice")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["setup", "--libreoffice"], "装好了。\n"), (["setup", "--libreoffice", "--remove"], "移除了。\n")],
    ids=["install", "remove"],
)
def test_libreoffice_has_its_own_way(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = SimpleNamespace(install=lambda: ["装好了。"], remove=lambda: ["移除了。"])
    monkeypatch.setattr("xlreport.libreoffice.install", other, raising=False)
    result = CliRunner().invoke(main, arguments)
    assert (result.exit_code, result.stdout) == (0, said), result.output
