"""What the Word report and its PDF want: the fonts of the standard, and LibreOffice with our extension."""

import re
from collections.abc import Iterable

from xlreport.diagnosis import Check, Patient, Verdict, beware, check, fine, unseen
from xlreport.gongwen import FANG_SONG, HEI, INSTEAD, KAI, SONG, XIAO_BIAO_SONG
from xlreport.libreoffice.extension import IDENTIFIER
from xlreport.machine import find_libreoffice

WRITING_CHECKS: list[Check] = []

# As an English system calls them.
_ALSO = {
    FANG_SONG: "FangSong_GB2312",
    KAI: "KaiTi_GB2312",
    HEI: "SimHei",
    SONG: "SimSun",
    XIAO_BIAO_SONG: "FZXiaoBiaoSong-B05S",
}
_INSTALLED = tuple(rf"{hive}\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Fonts" for hive in ("HKLM", "HKCU"))


@check(WRITING_CHECKS, "公文字体")
def fonts(patient: Patient) -> Verdict:
    installed = _families(patient)
    if installed is None:
        return unseen("本机没有可以列出字体的程序（fc-list）")
    missing = [font for font, name in _ALSO.items() if not installed & {font.lower(), name.lower()}]
    if not missing:
        return fine("、".join(_ALSO) + " 都已安装")
    said = "、".join(font + _instead(INSTEAD[font].split(","), installed) for font in missing)
    return beware(f"没有安装 {said}，报告在本机显示和打印的字体会不同", "请安装这些字体")


@check(WRITING_CHECKS, "LibreOffice")
def libreoffice(patient: Patient) -> Verdict:
    office = find_libreoffice(patient.machine, "soffice")
    if office is None:
        return beware("没有安装 LibreOffice，不能导出 PDF", "如果需要请安装它，或用 Word、WPS 另存为 PDF")
    version = re.match(r"LibreOffice [\d.]+", patient.machine.run(office, "--version") or "")
    if not version:
        return beware(f"{office} 没有报出版本", "如果不能导出 PDF，请重新安装 LibreOffice")
    return fine(f"{version[0]}，{office}")


@check(WRITING_CHECKS, "LibreOffice 扩展")
def extension(patient: Patient) -> Verdict:
    manager = find_libreoffice(patient.machine, "unopkg")
    if manager is None:
        return unseen("没有安装 LibreOffice")
    answers = [patient.machine.run(manager, "list", *shared) for shared in ((), ("--shared",))]
    listed = "\n".join(filter(None, answers))
    entry = re.search(rf"Identifier: {re.escape(IDENTIFIER)}\s(?:(?!Identifier:).)*", listed, re.DOTALL)
    if entry and re.search(r"is registered: yes", entry[0]):
        return fine("已注册")
    if all(answer is None for answer in answers):
        return unseen("没有得到 LibreOffice 的扩展列表", "请关闭 LibreOffice 后重试")
    return beware(
        "扩展没有注册" if entry else "扩展没有安装",
        "如果要在 LibreOffice 中使用按钮和函数，请运行 xlreport setup --libreoffice",
    )


def _families(patient: Patient) -> set[str] | None:
    """The names of the fonts that are installed, in small letters."""
    if patient.machine.platform == "win32":
        # "SimSun & NSimSun (TrueType)"
        entries = [re.sub(r"\([^)]*\)$", "", name) for key in _INSTALLED for name in patient.values(key)]
        return {name.strip() for entry in entries for name in entry.split("&")}
    listed = patient.machine.run("fc-list", ":", "family")
    if listed is None:
        return None
    return {name.strip().lower() for line in listed.splitlines() for name in line.split(",")}


def _instead(names: Iterable[str], installed: set[str]) -> str:
    found = next((name for name in names if name.lower() in installed), None)
    return f"（用{found}代替）" if found else ""
