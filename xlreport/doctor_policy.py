"""What may forbid it: where the workbook lies and came from, Excel's macro settings, Defender's rules."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePath

from xlreport.diagnosis import MICROSOFT, Check, Patient, Verdict, beware, check, fine, unseen, wrong

POLICY_CHECKS: list[Check] = []

_POLICIES = r"HKCU\SOFTWARE\Policies\Microsoft\Office\16.0"
_OFFICE = r"HKCU\SOFTWARE\Microsoft\Office\16.0"
_SECURITY = (rf"{_POLICIES}\Excel\Security", rf"{_OFFICE}\Excel\Security")  # the first prevails
_TRUSTED = tuple(rf"{key}\Trusted Locations" for key in (*_SECURITY, rf"{_POLICIES}\Common\Security"))
_TRUST_CENTER = "“文件－选项－信任中心－信任中心设置”"
_ADMINISTRATOR = "请联系信息管理员"

_SYNCED = r"HKCU\SOFTWARE\SyncEngines\Providers\OneDrive"
_SYNCED_BY_NAME = ("ONEDRIVE", "ONEDRIVECONSUMER", "ONEDRIVECOMMERCIAL")
_WITH_MACROS = {".xlsm", ".xlam", ".xlsb", ".xls"}
_INTERNET = 3  # and 4, the restricted sites

CHILD_PROCESSES = "d4f940ab-401b-4efc-aadc-ad5f3c50688a"
WIN32_CALLS = "92e97fa1-2edf-4476-bdd6-9dd0b4dddc7b"
_BLOCK, _WARN = 1, 6
_GUARD = r"Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
_RULES = (rf"HKLM\SOFTWARE\Policies\Microsoft\{_GUARD}", rf"{MICROSOFT}\{_GUARD}")
_MANAGED = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Policy Manager"  # by Intune, all in one value
_ASK = (
    "$ErrorActionPreference='Stop'; $p = Get-MpPreference; $i = 0; "
    "foreach ($id in $p.AttackSurfaceReductionRules_Ids) "
    "{ \"$id=$($p.AttackSurfaceReductionRules_Actions[$i])\"; $i++ }; 'end'"
)


@check(POLICY_CHECKS, "宏设置", windows=True)
def macros(patient: Patient) -> Verdict:
    if patient.value(rf"{_POLICIES}\Common", "VBAOff") == 1:
        return wrong("组织策略停用了 Office 的全部宏功能", f"{_ADMINISTRATOR}放开，或改用 .xlsx 工作簿")
    levels = [patient.value(key, "VBAWarnings") for key in _SECURITY]
    level = next((level for level in levels if level is not None), 2)
    if level not in (3, 4):
        return fine("允许运行所有宏" if level == 1 else "打开带宏的文件时会询问，选“启用内容”即可")
    said = "禁止所有宏" if level == 4 else "只允许有数字签名的宏，而本程序的宏没有签名"
    if is_trusted(patient, patient.host.parent):
        return fine(f"{said}，但 {patient.host.parent} 是受信任位置，不受此限")
    by_policy = levels[0] is not None
    return wrong(
        f"{'组织策略' if by_policy else 'Excel '}{said}",
        f"{_ADMINISTRATOR}放开或设置受信任位置"
        if by_policy
        else f"请在{_TRUST_CENTER}的“宏设置”中改为发出通知",
    )


@check(POLICY_CHECKS, "受信任位置", windows=True)
def trusted_locations(patient: Patient) -> Verdict:
    start = patient.addin.parent
    if _no_location_is_trusted(patient):
        return beware(
            "受信任位置已全部停用，加载项和工作簿一样受宏设置限制", f"{_ADMINISTRATOR}启用受信任位置"
        )
    known = any(patient.machine.subkeys(key) for key in _TRUSTED)
    if known and not is_trusted(patient, start):
        return beware(
            f"Excel 的启动文件夹 {start} 不是受信任位置",
            f"如果加载项不运行，请在{_TRUST_CENTER}的“受信任位置”中添加它",
        )
    return fine(f"{start} 受信任" if known else "为 Excel 的默认设置，启动文件夹受信任")


@check(POLICY_CHECKS, "网络文件标记", windows=True, workbook=True)
def mark_of_the_web(patient: Patient) -> Verdict:
    book = str(patient.workbook)
    mark = patient.machine.read(f"{book}:Zone.Identifier") or b""
    zone = re.search(rb"ZoneId\s*=\s*(\d)", mark)
    if not zone or int(zone[1]) < _INTERNET:
        return fine("工作簿没有“来自网络”的标记")
    path = patient.path(book)
    if is_trusted(patient, path.parent):
        return fine("工作簿有“来自网络”的标记，但在受信任位置中，不受限制")
    remedy = "请在资源管理器中右击它，选“属性”，勾选“解除锁定”后确定"
    if path.suffix.lower() in _WITH_MACROS:
        return wrong("工作簿来自网络或邮件，Excel 会禁止其中的宏", remedy)
    return beware("工作簿来自网络或邮件，Excel 会在受保护的视图中打开它", remedy)


@check(POLICY_CHECKS, "工作簿的位置", windows=True, workbook=True)
def cloud_folder(patient: Patient) -> Verdict:
    path = patient.path(str(patient.workbook))
    for folder in _synced_folders(patient):
        if folder in path.parents:
            return beware(
                f"工作簿在 OneDrive 或 SharePoint 的同步文件夹 {folder} 中，Excel 会把它当作网址",
                "如果按钮或函数出错，请移到不同步的文件夹中",
            )
    return fine("不在 OneDrive 或 SharePoint 的同步文件夹中")


@check(POLICY_CHECKS, "Defender：禁止 Office 启动程序", windows=True)
def defender_child_processes(patient: Patient) -> Verdict:
    return _rule(patient, CHILD_PROCESSES, "Excel 不能启动 Python")


@check(POLICY_CHECKS, "Defender：禁止宏调用系统接口", windows=True)
def defender_win32_calls(patient: Patient) -> Verdict:
    return _rule(patient, WIN32_CALLS, "Excel 的宏不能连接 Python")


def is_trusted(patient: Patient, folder: PurePath) -> bool:
    """Whether Excel runs the macros of all files in a folder, whatever its other settings."""
    if _no_location_is_trusted(patient):
        return False
    for key in _TRUSTED:
        for name in patient.machine.subkeys(key):
            location = patient.values(rf"{key}\{name}")
            path = patient.path(patient.expand(str(location.get("path", ""))))
            if path == folder or (location.get("allowsubfolders") == 1 and path in folder.parents):
                return True
    return False


def _no_location_is_trusted(patient: Patient) -> bool:
    return any(patient.value(key, "AllLocationsDisabled") == 1 for key in _TRUSTED)


def _synced_folders(patient: Patient) -> Iterator[PurePath]:
    for name in _SYNCED_BY_NAME:
        if folder := patient.machine.environment.get(name):
            yield patient.path(folder)
    for name in patient.machine.subkeys(_SYNCED):
        if folder := patient.value(rf"{_SYNCED}\{name}", "MountPoint"):
            yield patient.path(folder)


def _rule(patient: Patient, rule: str, effect: str) -> Verdict:
    actions = _actions(patient)
    if actions is None:
        return unseen("没有读到 Defender 的规则", "可请管理员在 PowerShell 中运行 Get-MpPreference 查看")
    remedy = f"{_ADMINISTRATOR}为 Excel 停用规则 {rule}，或改用 xlreport 命令，它不受影响"
    if actions.get(rule) == _BLOCK:
        return wrong(f"规则已启用，{effect}", remedy)
    if actions.get(rule) == _WARN:
        return beware(f"规则设为警告，{effect}，除非在弹出的提示中选“取消阻止”", remedy)
    return fine("规则没有启用")


@lru_cache(maxsize=1)
def _actions(patient: Patient) -> dict[str, int] | None:
    """What Defender does by each of its rules; None when neither it nor the registry says anything."""
    said = [(name, value) for key in _RULES for name, value in patient.values(key).items()]
    managed = str(patient.value(_MANAGED, "ASRRules") or "")
    answer = patient.machine.run("powershell", "-NoProfile", "-NonInteractive", "-Command", _ASK)
    said += re.findall(r"(?m)^\s*([\w-]+)=(\d+)\s*$", "\n".join([*managed.split("|"), answer or ""]))
    if not said and answer is None:
        return None
    actions: dict[str, int] = {}
    for rule, action in said:
        if str(action).isdigit():
            actions.setdefault(rule.lower().strip("{}"), int(action))
    return actions
