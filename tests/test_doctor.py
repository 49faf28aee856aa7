"""What the doctor says of machines described in plain data, and of the real one."""

import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest
import xlwings
from click.testing import CliRunner

from xlreport.addin.install import ADDIN
from xlreport.addin.workbook import build_live_master
from xlreport.assets import asset, pinned_xlwings
from xlreport.cli import main
from xlreport.diagnosis import Diagnosis, State
from xlreport.doctor import CHECKS, diagnose
from xlreport.doctor_excel import LONGEST_COMMAND, command_line
from xlreport.doctor_policy import CHILD_PROCESSES, WIN32_CALLS
from xlreport.errors import Unusable
from xlreport.machine import Machine, ThisMachine, Values, find_libreoffice
from xlreport.report import Report

PROFILE = r"C:\Profiles\wang"
BOOK = r"D:\绩效\2024 绩效自评.xlsm"
EXCEL = r"C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE"
STORE_PYTHON = r"C:\Program Files\WindowsApps\PythonSoftwareFoundation.Python.3.13"
SETTINGS = rf"{PROFILE}\.xlreport\xlreport.conf"
QUIET = r"C:\xlreport\Scripts\pythonw.exe"
DLL = rf"C:\xlreport\xlwings64-{pinned_xlwings()}.dll"
START = rf"{PROFILE}\AppData\Roaming\Microsoft\Excel\XLSTART"
PROGRAM = r"C:\Program Files\LibreOffice\program"
FANCY_FONTS = ("仿宋_GB2312", "楷体_GB2312", "方正小标宋简体")

APP_PATHS = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
CLICK_TO_RUN = r"HKLM\SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
OUTLOOK = r"HKLM\SOFTWARE\Microsoft\Office\16.0\Outlook"
PACKAGES = r"HKCU\SOFTWARE\Classes\Local Settings\Software\Microsoft\Windows\CurrentVersion\AppModel\Repository\Packages"
SECURITY = r"HKCU\SOFTWARE\Microsoft\Office\16.0\Excel\Security"
POLICY = r"HKCU\SOFTWARE\Policies\Microsoft\Office\16.0\Excel\Security"
FONTS = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Fonts"
RULES = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
MANAGED = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Policy Manager"
LISTED = (
    "Identifier: org.other\n  is registered: {0}\nIdentifier: org.xlreport.bridge\n  is registered: {1}\n"
)


@dataclass(frozen=True, eq=False)
class Described:
    """A machine in plain data. The names of files and of registry keys are in any case, as in Windows."""

    registry: Mapping[str, Values]
    files: Mapping[str, bytes]
    environment: Mapping[str, str]
    programs: Mapping[str, str]  # on PATH
    answers: Mapping[str, str]  # by the name of the program and its arguments, or its name alone
    packages: Mapping[str, str]
    modules: tuple[str, ...] = ("pywintypes", "win32api")
    platform: str = "win32"
    python: str = r"C:\xlreport\Scripts\python.exe"
    base: str = r"C:\Python313"
    bits: int = 64

    def values(self, key: str) -> Values:
        return next((found for name, found in self.registry.items() if name.lower() == key.lower()), {})

    def subkeys(self, key: str) -> tuple[str, ...]:
        below = [
            name[len(key) + 1 :] for name in self.registry if name.lower().startswith(f"{key.lower()}\\")
        ]
        return tuple(dict.fromkeys(name.partition("\\")[0] for name in below))

    def exists(self, path: str) -> bool:
        return self.read(path) is not None

    def read(self, path: str) -> bytes | None:
        return next((data for name, data in self.files.items() if name.lower() == path.lower()), None)

    def find(self, program: str, folder: str | None = None) -> str | None:
        beside = f"{folder}\\{program}.com"
        return (beside if self.exists(beside) else None) if folder else self.programs.get(program)

    def run(self, *command: str) -> str | None:
        name = PureWindowsPath(command[0]).stem
        return self.answers.get(" ".join([name, *command[1:]]), self.answers.get(name))

    def imports(self, module: str) -> bool:
        return module in self.modules

    def version(self, package: str) -> str | None:
        return self.packages.get(package)


def conf(path: str = QUIET, key: str = "INTERPRETER_WIN") -> bytes:
    return f'"{key}","{path}"\r\n'.encode("gbk")


HEALTHY = Described(
    registry={
        APP_PATHS: {"": EXCEL},
        CLICK_TO_RUN: {"Platform": "x64"},
        rf"{SECURITY}\Trusted Locations\Location1": {"Path": r"%APPDATA%\Microsoft\Excel\XLSTART" + "\\"},
        FONTS: {
            **{f"{name} (TrueType)": f"{name}.ttf" for name in FANCY_FONTS},
            "SimSun & NSimSun (TrueType)": "simsun.ttc",
            "SimHei (TrueType)": "simhei.ttf",
        },
    },
    files={
        EXCEL: b"",
        QUIET: b"",
        DLL: b"",
        BOOK: b"",
        SETTINGS: conf(),
        rf"{START}\{ADDIN}": b"add-in",
        str(asset(ADDIN)): b"add-in",
        rf"{PROGRAM}\soffice.com": b"",
        rf"{PROGRAM}\unopkg.com": b"",
    },
    environment={
        "USERPROFILE": PROFILE,
        "APPDATA": rf"{PROFILE}\AppData\Roaming",
        "PROGRAMFILES": r"C:\Program Files",
        "PROGRAMFILES(X86)": r"C:\Program Files (x86)",
    },
    programs={},
    answers={
        "powershell": "end\r\n",
        "soffice --version": "LibreOffice 24.8.4.2 bb3cfa12\n",
        "unopkg list": LISTED.format("no", "yes"),
    },
    packages={"xlwings": str(pinned_xlwings())},
)

Change = Callable[[Described], Described]


def registry(key: str, **values: Any) -> Change:
    """The machine with these values in a key; `default` stands for the one without a name."""
    named = {"" if name == "default" else name: value for name, value in values.items()}
    return lambda machine: replace(
        machine, registry={**machine.registry, key: {**machine.values(key), **named}}
    )


def without_key(key: str) -> Change:
    return lambda machine: replace(
        machine, registry={name: found for name, found in machine.registry.items() if name != key}
    )


def file(path: str, data: bytes = b"") -> Change:
    return lambda machine: replace(machine, files={**machine.files, path: data})


def without(*paths: str) -> Change:
    return lambda machine: replace(
        machine, files={path: data for path, data in machine.files.items() if path not in paths}
    )


def answers(**said: str) -> Change:
    """The machine with other programs' answers; _ stands for a blank."""
    named = {name.replace("_", " "): answer for name, answer in said.items()}
    return lambda machine: replace(machine, answers={**machine.answers, **named})


def without_answer(name: str) -> Change:
    return lambda machine: replace(
        machine, answers={key: said for key, said in machine.answers.items() if key != name}
    )


def environment(**variables: str) -> Change:
    return lambda machine: replace(machine, environment={**machine.environment, **variables})


def other(**values: Any) -> Change:
    return lambda machine: replace(machine, **values)


def both(*changes: Change) -> Change:
    def change(machine: Described) -> Described:
        for one in changes:
            machine = one(machine)
        return machine

    return change


FROM_THE_INTERNET = file(f"{BOOK}:Zone.Identifier", b"[ZoneTransfer]\r\nZoneId=3\r\n")
TRUSTED_BOOK = registry(rf"{SECURITY}\Trusted Locations\Location7", Path="d:\\", AllowSubfolders=1)
STORE_EXCEL = r"C:\Program Files\WindowsApps\Microsoft.Office.Desktop.Excel_16051\Office16\EXCEL.EXE"
OLD_EXCEL = r"C:\Program Files\Microsoft Office\Office14\EXCEL.EXE"
X86_EXCEL = r"C:\PROGRAM FILES (X86)\Microsoft Office\Office16\EXCEL.EXE"

LONG = "C:\\".ljust(240, "x")

F, W, B, U = State.FINE, State.WRONG, State.BEWARE, State.UNSEEN
CASES: list[tuple[str, Change, State, str]] = [
    ("excel", without(EXCEL), W, "没有找到 Excel；请安装"),
    ("excel", both(without(EXCEL), registry(r"HKCU\SOFTWARE\Kingsoft\Office\6.0")), W, "只有 WPS"),
    ("excel", both(registry(APP_PATHS, default=OLD_EXCEL), file(OLD_EXCEL)), W, "比 Excel 2016 旧"),
    ("excel", registry(APP_PATHS, default=f'"{EXCEL}"'), F, "64 位"),
    ("excel", registry(CLICK_TO_RUN, Platform="x86"), F, "32 位"),
    ("excel", both(without_key(CLICK_TO_RUN), registry(OUTLOOK, Bitness="x86")), F, "32 位"),
    ("excel", without_key(CLICK_TO_RUN), F, "64 位"),
    (
        "excel",
        both(without_key(CLICK_TO_RUN), registry(APP_PATHS, default=X86_EXCEL), file(X86_EXCEL)),
        F,
        "32 位",
    ),
    ("excel_source", both(registry(APP_PATHS, default=STORE_EXCEL), file(STORE_EXCEL)), W, "微软应用商店"),
    ("excel_source", registry(rf"{PACKAGES}\Microsoft.Office.Desktop.Excel_16051"), W, "微软应用商店"),
    ("excel_source", registry(rf"{PACKAGES}\Microsoft.WindowsTerminal_1"), F, "不是"),
    ("excel_source", without(EXCEL), U, "没有找到 Excel"),
    ("python_source", other(base=STORE_PYTHON), W, "请从 python.org 安装"),
    ("python_source", file(SETTINGS, conf(rf"{STORE_PYTHON}\pythonw.exe")), W, "微软应用商店"),
    ("bitness", other(bits=32), B, "Excel 是 64 位，Python 是 32 位"),
    ("bitness", without(EXCEL), U, "没有找到 Excel"),
    ("xlwings", other(packages={}), W, "没有安装 xlwings；请运行 pip install xlwings==0"),
    ("xlwings", other(packages={"xlwings": "0.30.1"}), W, "装的是 0.30.1"),
    ("dll", without(DLL), W, r"C:\\xlreport\\Scripts 和上一级文件夹中都没有 xlwings64-"),
    ("dll", registry(CLICK_TO_RUN, Platform="x86"), W, "没有 xlwings32-"),
    ("dll", both(without(DLL), file(DLL.replace("xlreport", r"xlreport\Scripts"))), F, "Scripts"),
    ("dll", file(SETTINGS, conf(r"C:\other\pythonw.exe")), W, r"C:\\other 和上一级"),
    ("pywin32", other(modules=("pywintypes",)), W, "不能载入 win32api"),
    ("settings", without(SETTINGS), W, "Excel 不知道用哪个 Python；请运行 xlreport setup"),
    ("settings", file(SETTINGS, b'"INTERPRETER_WIN\r\n'), W, "第 1 行不是"),
    ("settings", file(SETTINGS, conf(key="SHOW CONSOLE")), W, "没有写明用哪个 Python"),
    ("settings", file(SETTINGS, conf(r"C:\绩效\pythonw.exe")), W, "汉字"),
    ("settings", file(SETTINGS, conf(f"{LONG}x")), W, "路径有 241 个字符，超过 240 个"),
    ("settings", both(file(SETTINGS, conf(LONG)), file(LONG)), B, "另一个 Python"),
    ("settings", without(QUIET), W, "pythonw.exe 不存在；请运行 xlreport setup"),
    (
        "settings",
        both(file(r"C:\b\pythonw.exe"), file(SETTINGS, conf(r"C:\b\pythonw.exe"))),
        B,
        r"另一个 Python：C:\\b",
    ),
    ("settings", both(file(r"C:\b~1\p.exe"), file(SETTINGS, conf(r"C:\b~1\p.exe"))), F, "b~1"),
    ("settings", file(r"D:\绩效\xlreport.conf"), B, "会取代用户配置"),
    ("addin", without(rf"{START}\{ADDIN}"), W, r"没有 .*xlreport.xlam；请运行 xlreport setup"),
    ("addin", file(rf"{START}\{ADDIN}", b"older"), W, "不是这版 xlreport 的；请关闭 Excel"),
    ("addin", without(str(asset(ADDIN))), U, "没有可供比较的"),
    ("command_length", file(SETTINGS, conf() + conf("C:\\" + "x" * 2000, "PYTHONPATH")), W, "可能会崩溃"),
    ("macros", registry(r"HKCU\SOFTWARE\Policies\Microsoft\Office\16.0\Common", vbaoff=1), W, "全部宏功能"),
    ("macros", registry(SECURITY, VBAWarnings=4), W, "Excel 禁止所有宏；请在“文件"),
    ("macros", registry(SECURITY, VBAWarnings=3), W, "没有签名"),
    ("macros", registry(POLICY, vbawarnings=4), W, "组织策略禁止所有宏；请联系信息管理员"),
    ("macros", both(registry(POLICY, vbawarnings=2), registry(SECURITY, VBAWarnings=4)), F, "会询问"),
    ("macros", registry(SECURITY, VBAWarnings=1), F, "允许运行所有宏"),
    ("macros", both(registry(POLICY, vbawarnings=4), TRUSTED_BOOK), F, r"但 D:\\绩效 是受信任位置"),
    ("trusted_locations", registry(rf"{POLICY}\Trusted Locations", alllocationsdisabled=1), B, "全部停用"),
    (
        "trusted_locations",
        both(TRUSTED_BOOK, without_key(rf"{SECURITY}\Trusted Locations\Location1")),
        B,
        "不是受信任位置",
    ),
    ("trusted_locations", without_key(rf"{SECURITY}\Trusted Locations\Location1"), F, "默认设置"),
    ("mark_of_the_web", FROM_THE_INTERNET, W, "Excel 会禁止其中的宏；请.*解除锁定"),
    ("mark_of_the_web", file(f"{BOOK}:Zone.Identifier", b"ZoneId=1"), F, "没有"),
    ("mark_of_the_web", both(FROM_THE_INTERNET, TRUSTED_BOOK), F, "受信任位置"),
    (
        "mark_of_the_web",
        both(
            FROM_THE_INTERNET,
            TRUSTED_BOOK,
            registry(rf"{SECURITY}\Trusted Locations", AllLocationsDisabled=1),
        ),
        W,
        "禁止其中的宏",
    ),
    (
        "mark_of_the_web",
        both(FROM_THE_INTERNET, registry(rf"{SECURITY}\Trusted Locations\L", Path="D:\\")),
        W,
        "禁止其中的宏",
    ),
    ("cloud_folder", environment(ONEDRIVECOMMERCIAL="D:\\绩效"), B, "同步文件夹 D:"),
    (
        "cloud_folder",
        registry(r"HKCU\SOFTWARE\SyncEngines\Providers\OneDrive\a1", MountPoint="D:\\绩效"),
        B,
        "当作网址",
    ),
    ("cloud_folder", environment(ONEDRIVE="D:\\绩"), F, "不在"),
    ("defender_child_processes", registry(RULES, **{CHILD_PROCESSES: "1"}), W, "Excel 不能启动 Python；请"),
    ("defender_child_processes", registry(RULES, **{CHILD_PROCESSES.upper(): 1}), W, "不能启动"),
    ("defender_child_processes", registry(RULES, **{CHILD_PROCESSES: "6"}), B, "设为警告"),
    ("defender_child_processes", registry(RULES, **{CHILD_PROCESSES: "2"}), F, "没有启用"),
    ("defender_child_processes", registry(RULES, **{WIN32_CALLS: "1"}), F, "没有启用"),
    ("defender_child_processes", answers(powershell=f"{CHILD_PROCESSES.upper()}=1\r\nend\r\n"), W, "启用"),
    (
        "defender_child_processes",
        registry(MANAGED, ASRRules=f"{WIN32_CALLS}=0|{CHILD_PROCESSES}=1"),
        W,
        "启用",
    ),
    ("defender_child_processes", without_answer("powershell"), U, "没有读到"),
    ("defender_win32_calls", registry(RULES, **{WIN32_CALLS: "1"}), W, "不能连接 Python；请"),
    ("defender_win32_calls", registry(RULES, **{CHILD_PROCESSES: "1"}), F, "没有启用"),
    ("fonts", registry(FONTS.replace("HKLM", "HKCU"), **{"SimSun (TrueType)": ""}), F, "都已安装"),
    ("fonts", without_key(FONTS), B, "没有安装 仿宋_GB2312、楷体_GB2312"),
    (
        "fonts",
        registry(FONTS, **{"KaiTi (TrueType)": "k.ttf", "楷体_GB2312 (TrueType)": "k.ttf"}),
        F,
        "都已安装",
    ),
    ("fonts", both(without_key(FONTS), registry(FONTS, **{"FangSong (TrueType)": ""})), B, "用FangSong代替"),
    ("libreoffice", without(rf"{PROGRAM}\soffice.com"), B, "不能导出 PDF"),
    ("libreoffice", without_answer("soffice --version"), B, "没有报出版本"),
    (
        "libreoffice",
        both(without(rf"{PROGRAM}\soffice.com"), other(programs={"soffice": r"C:\soffice.exe"})),
        F,
        "24.8",
    ),
    ("extension", answers(unopkg_list=LISTED.format("yes", "no")), B, "没有注册；.*setup --libreoffice"),
    ("extension", answers(unopkg_list="Identifier: org.other\n is registered: yes"), B, "没有安装"),
    ("extension", without_answer("unopkg list"), U, "没有得到"),
    (
        "extension",
        both(
            without_answer("unopkg list"),
            answers(**{"unopkg list --shared": LISTED.format("no", "yes")}),
        ),
        F,
        "已注册",
    ),
    ("extension", without(rf"{PROGRAM}\unopkg.com"), U, "没有安装 LibreOffice"),
]


def by_key(machine: Machine, workbook: str | None = BOOK, baked: str | None = None) -> dict[str, Diagnosis]:
    return {diagnosis.key: diagnosis for diagnosis in diagnose(workbook, baked, machine)}


@pytest.mark.parametrize(
    ("key", "change", "state", "words"), CASES, ids=[f"{key}-{words}" for key, _, _, words in CASES]
)
def test_a_machine_is_diagnosed(key: str, change: Change, state: State, words: str) -> None:
    found = by_key(change(HEALTHY))[key]
    assert found.state is state, found
    line = str(found)
    assert re.search(words, line), line
    assert (line[-1], line.count("。"), line.count("\n")) == ("。", 1, 0)
    assert found.remedy or state not in (State.WRONG, State.BEWARE)


def test_nothing_is_wrong_with_a_healthy_machine() -> None:
    found = diagnose(BOOK, None, HEALTHY)
    assert [str(diagnosis) for diagnosis in found if diagnosis.state is not State.FINE] == []
    assert [diagnosis.remedy for diagnosis in found if diagnosis.remedy] == []


def test_every_check_has_a_machine_that_fails_it() -> None:
    failed = {key for key, _, state, _ in CASES if state in (State.WRONG, State.BEWARE)}
    assert failed == {check.key for check in CHECKS}
    assert len({check.key for check in CHECKS}) == len({check.title for check in CHECKS}) == len(CHECKS)


def test_the_version_in_the_workbook_counts() -> None:
    found = by_key(HEALTHY, baked="0.30.1")
    assert found["xlwings"].state is State.WRONG
    assert "宏要用 xlwings 0.30.1" in found["xlwings"].message
    assert "xlwings64-0.30.1.dll" in found["dll"].message


def test_without_a_workbook_its_checks_say_so() -> None:
    found = by_key(HEALTHY, workbook=None)
    unseen = {key: diagnosis for key, diagnosis in found.items() if diagnosis.state is not State.FINE}
    assert set(unseen) == {"mark_of_the_web", "cloud_folder"}
    assert {diagnosis.message for diagnosis in unseen.values()} == {"没有给出工作簿"}


def test_a_workbook_without_macros_is_opened_protected_and_runs_the_add_in() -> None:
    marked = both(FROM_THE_INTERNET, file(BOOK))(HEALTHY)
    assert by_key(marked, BOOK.upper())["mark_of_the_web"].state is State.WRONG
    plain = BOOK.replace(".xlsm", ".xlsx")
    machine = both(file(plain), file(f"{plain}:Zone.Identifier", b"ZoneId=3"))(HEALTHY)
    assert by_key(machine, plain)["mark_of_the_web"].state is State.BEWARE
    closed = registry(POLICY, vbawarnings=4)(machine)
    assert by_key(closed, plain)["macros"].state is State.FINE  # the add-in's folder is trusted
    assert by_key(closed, BOOK.upper())["macros"].state is State.WRONG


def test_a_workbook_that_is_not_there_is_refused() -> None:
    with pytest.raises(Unusable, match=r"绩效自评\.xlsm：文件不存在，请核对文件名和文件夹。$"):
        diagnose(BOOK, None, without(BOOK)(HEALTHY))


def test_the_path_of_the_workbook_is_in_the_command_twice_in_bytes() -> None:
    """`\\` is doubled, a Chinese character has two bytes, and room ends with the terminating zero."""
    short, deep = r"D:\a.xlsm", rf"D:\{'深' * 20}\{'深' * 20}\a.xlsm"
    lengths = [len(command_line(QUIET, book).encode("gbk")) for book in (short, deep)]
    assert lengths[1] - lengths[0] == 2 * (2 * 40 + 2 * 2)
    room = LONGEST_COMMAND - lengths[0]
    for more, state in ((room, State.FINE), (room + 1, State.WRONG)):
        # The odd byte cannot come from a path that is there twice.
        book = rf"D:\{'b' * (more // 2)}a.xlsm"
        odd = conf("c" * (more % 2), "PYTHONPATH")
        machine = both(file(book), file(SETTINGS, conf() + odd))(HEALTHY)
        assert by_key(machine, book)["command_length"].state is state


def test_the_command_is_the_one_that_xlwings_makes() -> None:
    """As XLPyCommand in xlwings.bas joins it; a change there must be looked at."""
    source = (Path(xlwings.__file__).parent / "xlwings.bas").read_text("utf-8")
    code = source[source.index("Function XLPyCommand") : source.index("Sub XLPyLoadDLL")]
    tail = next(line for line in code.splitlines() if line.lstrip().startswith("tail ="))
    pieces = [piece.replace('""', '"') for piece in re.findall(r'"((?:[^"]|"")*)"', tail)]
    made = command_line("p", "b")
    assert all(piece.replace("$(CLSID)')\"", "") in made for piece in pieces), pieces
    assert 'PYTHONPATH = AddExcelDir & ";" & ThisWorkbook.FullName & ";" & ThisWorkbook.FullName' in code


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_what_is_only_on_windows_is_not_looked_for_elsewhere(platform: str) -> None:
    machine = replace(
        HEALTHY,
        platform=platform,
        python="/opt/venv/bin/python",
        files={"/srv/b.xlsm": b""},
        programs={"soffice": "/opt/soffice", "unopkg": "/opt/unopkg"},
        answers={
            **HEALTHY.answers,
            "fc-list : family": "仿宋_GB2312\nKaiTi_GB2312,楷体_GB2312\n黑体,SimHei\n",
        },
    )
    found = by_key(machine, "/srv/b.xlsm")
    seen = {key: diagnosis for key, diagnosis in found.items() if diagnosis.state is not State.UNSEEN}
    assert set(seen) == {"fonts", "libreoffice", "extension"}
    assert "没有安装 宋体、方正小标宋简体，" in seen["fonts"].message
    reasons = {diagnosis.message for diagnosis in found.values() if diagnosis.state is State.UNSEEN}
    assert reasons == {"只与 Windows 上的 Excel 有关，而本机不是 Windows"}
    silent = by_key(replace(machine, answers={}), None)
    assert [silent[key].state for key in ("fonts", "extension")] == [State.UNSEEN] * 2


# ------------------------------------------------------------------------------ the real machine


def test_this_machine_is_diagnosed_without_error(tmp_path: Path) -> None:
    book = tmp_path / "自评.xlsm"
    book.touch()
    found = diagnose(book)
    assert [diagnosis.key for diagnosis in found] == [check.key for check in CHECKS]
    if sys.platform != "win32":
        unseen = {diagnosis.key for diagnosis in found if diagnosis.state is State.UNSEEN}
        assert {check.key for check in CHECKS if check.windows} <= unseen


def test_this_machine_answers_and_never_raises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine: Machine = ThisMachine()
    assert machine.run(machine.python, "-c", "print('好')") == "好\n"
    assert machine.run(machine.python, "-c", "raise SystemExit(1)") is None
    assert machine.run(str(tmp_path / "absent")) is None
    monkeypatch.setattr("xlreport.machine.PATIENCE", 0.2)
    assert machine.run(machine.python, "-c", "import time; time.sleep(60)") is None
    assert (machine.read(str(tmp_path)), machine.exists(str(tmp_path))) == (None, True)
    (tmp_path / "a").write_bytes(b"1")
    assert machine.read(str(tmp_path / "a")) == b"1"
    assert (machine.imports("json"), machine.imports("no_such_module")) == (True, False)
    assert (machine.version("pytest"), machine.version("no-such-package")) == (pytest.__version__, None)
    assert machine.bits in (32, 64)
    if sys.platform != "win32":
        assert (dict(machine.values(FONTS)), machine.subkeys(FONTS)) == ({}, ())


def test_the_real_libreoffice_is_found(soffice: str) -> None:
    machine = ThisMachine()
    assert find_libreoffice(machine, "soffice")
    assert by_key(machine, None)["libreoffice"].state is State.FINE


# ------------------------------------------------------------------------------ the command


@pytest.mark.parametrize(
    ("change", "status"),
    [(other(), 0), (without(rf"{PROGRAM}\soffice.com"), 0), (without(SETTINGS), 1)],
    ids=["fine", "beware", "wrong"],
)
def test_the_command_ends_with_1_when_something_is_wrong(
    change: Change, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlreport.doctor.ThisMachine", lambda: change(HEALTHY))
    lines = CliRunner().invoke(main, ["doctor"])
    assert lines.exit_code == status, lines.output
    assert lines.stdout.splitlines() == [str(found) for found in diagnose(None, None, change(HEALTHY))]
    answer = CliRunner().invoke(main, ["doctor", "--json"])
    assert answer.exit_code == status
    found = json.loads(answer.stdout)
    assert (set(found), found["platform"]) == ({"platform", "diagnoses"}, sys.platform)
    assert all(set(one) == {"key", "title", "state", "message", "remedy"} for one in found["diagnoses"])
    assert [one["key"] for one in found["diagnoses"]] == [check.key for check in CHECKS]
    assert {one["state"] for one in found["diagnoses"]} <= {"正常", "有问题", "请留意", "无法检查"}


def test_the_command_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["doctor", str(tmp_path / "无.xlsm")])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"{tmp_path / '无.xlsm'}：文件不存在，请核对文件名和文件夹。\n"


def test_the_version_that_a_workbook_wants_is_read_from_it(
    sample: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made by this release it fits; of another one, or with none to read, it is said or left unsaid."""
    path = tmp_path / "自评.xlsm"
    for made_for in (pinned_xlwings(), "0.30.1"):
        monkeypatch.setattr("xlreport.addin.workbook.pinned_xlwings", lambda version=made_for: version)
        build_live_master(sample, path)
        machine = both(file(str(path)))(HEALTHY)
        found = {d.key: d for d in diagnose(path, machine=machine)}["xlwings"]
        assert (found.state is State.WRONG) == (made_for != pinned_xlwings())
        assert made_for in found.message
    path.write_bytes(b"PK damaged")
    assert {d.key: d for d in diagnose(path, machine=machine)}["xlwings"].state is State.FINE
