"""What has to be there for Excel to start Python: both programs, what connects them, and our settings."""

import re

from xlreport.addin.install import LONGEST_INTERPRETER, broken_line
from xlreport.assets import pinned_xlwings
from xlreport.diagnosis import Check, Patient, Verdict, beware, check, fine, unseen, wrong

EXCEL_CHECKS: list[Check] = []

OLDEST = 16  # Excel 2016, and all that came since
LONGEST_COMMAND = 2047  # bytes: the DLL of xlwings has room for these and does not look
_SETUP = "请运行 xlreport setup"
_STORE = "windowsapps"  # the folder of whatever comes from Microsoft's Store
_PACKAGES = r"HKCU\SOFTWARE\Classes\Local Settings\Software\Microsoft\Windows\CurrentVersion\AppModel\Repository\Packages"
_GUID = "{00000000-0000-0000-0000-000000000000}"


@check(EXCEL_CHECKS, "Excel", windows=True)
def excel(patient: Patient) -> Verdict:
    found = patient.excel
    if found is None:
        with_wps = "，只有 WPS" if patient.machine.subkeys(r"HKCU\SOFTWARE\Kingsoft\Office") else ""
        return wrong(
            f"没有找到 Excel{with_wps}",
            "请安装 Excel 2016 或更新的版本，或改用 .xlsx 工作簿和 xlreport 命令，它们不需要 Excel",
        )
    age = re.search(r"(?i)office(\d\d)", found.path)
    if age and int(age[1]) < OLDEST:
        return wrong(f"{found.path} 比 Excel 2016 旧", "请安装 Excel 2016 或更新的版本")
    return fine(f"{found.path}，{found.bits} 位")


@check(EXCEL_CHECKS, "Excel 的来源", windows=True)
def excel_source(patient: Patient) -> Verdict:
    packages = patient.machine.subkeys(_PACKAGES)
    by_store = any(name.startswith("Microsoft.Office.Desktop.Excel") for name in packages)
    if by_store or (patient.excel and _STORE in patient.excel.path.lower()):
        return wrong("Excel 来自微软应用商店，不能启动 Python", "请卸载后用 Office 安装程序重新安装")
    if patient.excel is None:
        return unseen("没有找到 Excel")
    return fine("不是微软应用商店的版本")


@check(EXCEL_CHECKS, "Python 的来源", windows=True)
def python_source(patient: Patient) -> Verdict:
    machine = patient.machine
    if any(_STORE in path.lower() for path in (machine.python, machine.base, patient.interpreter)):
        return wrong(
            "Python 来自微软应用商店，Excel 不能启动它", "请从 python.org 安装 Python 后重新安装 xlreport"
        )
    return fine(f"{machine.base}，不是微软应用商店的版本")


@check(EXCEL_CHECKS, "位数", windows=True)
def bitness(patient: Patient) -> Verdict:
    if patient.excel is None:
        return unseen("没有找到 Excel")
    ours, its = patient.machine.bits, patient.excel.bits
    if ours != its:
        return beware(
            f"Excel 是 {its} 位，Python 是 {ours} 位，一般也能用",
            f"如果 Excel 启动不了 Python，请改装 {its} 位的 Python",
        )
    return fine(f"Excel 和 Python 都是 {ours} 位")


@check(EXCEL_CHECKS, "xlwings 的版本", windows=True)
def xlwings(patient: Patient) -> Verdict:
    installed, pinned = patient.machine.version("xlwings"), pinned_xlwings()
    wanted = patient.xlwings or pinned
    if installed is None:
        return wrong("没有安装 xlwings", f"请运行 pip install xlwings=={wanted}")
    if wanted != pinned:
        return wrong(
            f"工作簿里的宏要用 xlwings {wanted}，而这版 xlreport 用 {pinned}",
            "请用 xlreport new 重新生成工作簿，或安装与它相配的 xlreport",
        )
    if installed != wanted:
        return wrong(f"装的是 {installed}，而宏要用的是 {wanted}", f"请运行 pip install xlwings=={wanted}")
    return fine(f"{installed}，与宏相配")


@check(EXCEL_CHECKS, "连接 Excel 的 DLL", windows=True)
def dll(patient: Patient) -> Verdict:
    version = patient.xlwings or pinned_xlwings()
    bits = patient.excel.bits if patient.excel else patient.machine.bits  # it is loaded into Excel
    name = f"xlwings{bits}-{version}.dll"
    folder = patient.path(patient.interpreter).parent
    for place in (folder, folder.parent):  # where the VBA looks, in this order
        if patient.machine.exists(str(place / name)):
            return fine(f"{place / name}")
    return wrong(
        f"{folder} 和上一级文件夹中都没有 {name}",
        f"请运行 pip install --force-reinstall xlwings=={version}，再看是否被杀毒软件隔离",
    )


@check(EXCEL_CHECKS, "pywin32", windows=True)
def pywin32(patient: Patient) -> Verdict:
    if missing := [name for name in ("pywintypes", "win32api") if not patient.machine.imports(name)]:
        return wrong(f"Python 不能载入 {missing[0]}", "请运行 pip install --force-reinstall pywin32")
    return fine("可以载入")


@check(EXCEL_CHECKS, "用户配置", windows=True)
def settings(patient: Patient) -> Verdict:
    place, machine = patient.settings_file, patient.machine
    data = machine.read(str(place))
    if data is None:
        return wrong(f"没有 {place}，Excel 不知道用哪个 Python", _SETUP)
    if at := broken_line(data):
        return wrong(f'{place} 第 {at} 行不是 "键","值" 的形式', f"请改正或删除这一行，{_SETUP[1:]}")
    path = patient.settings.get("interpreter_win")
    if not path:
        return wrong(f"{place} 没有写明用哪个 Python", _SETUP)
    if not path.isascii():
        return wrong(
            f"{place} 中 Python 的路径有汉字等非英文字符",
            f"请把 Python 和 xlreport 装到英文路径下，{_SETUP[1:]}",
        )
    if len(path) > LONGEST_INTERPRETER:
        return wrong(
            f"Python 的路径有 {len(path)} 个字符，超过 {LONGEST_INTERPRETER} 个",
            f"请把 Python 和 xlreport 装到较短的路径下，{_SETUP[1:]}",
        )
    if not machine.exists(path):
        return wrong(f"配置中的 {path} 不存在", _SETUP)
    if "~" not in path and patient.path(path).parent != patient.path(machine.python).parent:
        return beware(f"Excel 用的是另一个 Python：{path}", f"要改用正在运行的这一个，{_SETUP}")
    nearer = patient.host.with_name(place.name)
    if machine.exists(str(nearer)):
        return beware(f"{nearer} 会取代用户配置", "如果不需要，请删除它")
    return fine(f"{place}，Python 为 {path}")


@check(EXCEL_CHECKS, "Excel 加载项", windows=True)
def addin(patient: Patient) -> Verdict:
    there = patient.machine.read(str(patient.addin))
    if there is None:
        return wrong(f"没有 {patient.addin}", _SETUP)
    if patient.shipped is None:
        return unseen("程序中没有可供比较的加载项文件", "请重新安装 xlreport")
    if there != patient.shipped:
        return wrong(f"{patient.addin} 不是这版 xlreport 的", f"请关闭 Excel，{_SETUP[1:]}")
    return fine(f"{patient.addin}，与程序相配")


@check(EXCEL_CHECKS, "启动命令的长度", windows=True)
def command_length(patient: Patient) -> Verdict:
    command = command_line(patient.interpreter, str(patient.host), patient.settings.get("pythonpath", ""))
    length = len(command.encode("gbk", "replace"))  # as in the code page of a Chinese Windows
    if length > LONGEST_COMMAND:
        return wrong(
            f"Excel 启动 Python 的命令有 {length} 字节，超过 {LONGEST_COMMAND} 字节，Excel 可能会崩溃",
            f"请把 {patient.host.name} 移到层次较少、名称较短的文件夹中",
        )
    return fine(f"{length} 字节，上限 {LONGEST_COMMAND} 字节")


def command_line(interpreter: str, book: str, more: str = "") -> str:
    """What xlwings' VBA (XLPyCommand) has the DLL start: the path of the file that it is in comes twice."""
    paths = f"False;{book};{book};;;;{more}".replace("\\", "\\\\").replace("'", "\\'").replace("&", "^&")
    code = (
        f'import sys, os;import xlwings.utils;xlwings.utils.prepare_sys_path(\\"{paths}\\");'
        f"import xlwings; xlwings.serve('{_GUID}')"
    )
    return f'cmd.exe  /K ""{interpreter}" -B -c "{code}""'
