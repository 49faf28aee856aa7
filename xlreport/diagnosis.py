"""How a check of the machine is declared, what it gets to see, and what it says."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import Any, NamedTuple

from xlreport.addin.install import addin_file, settings_file, settings_of
from xlreport.machine import Machine, Values

MICROSOFT = r"HKLM\SOFTWARE\Microsoft"
EXCEL_PATHS = tuple(
    rf"{hive}\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe" for hive in ("HKLM", "HKCU")
)
_BITS = {"x64": 64, "x86": 32}


class State(StrEnum):
    """How a check ended; the value is what people read."""

    FINE = "正常"
    WRONG = "有问题"
    BEWARE = "请留意"
    UNSEEN = "无法检查"


@dataclass(frozen=True)
class Diagnosis:
    """What one check found; `remedy` is empty where there is nothing to do."""

    key: str
    title: str
    state: State
    message: str
    remedy: str

    def __str__(self) -> str:
        said = "；".join(filter(None, (self.message, self.remedy)))
        return f"{self.state}　{self.title}：{said}。"


class Verdict(NamedTuple):
    """A diagnosis before it has a title: neither text ends in a full stop."""

    state: State
    message: str
    remedy: str = ""


def fine(message: str) -> Verdict:
    return Verdict(State.FINE, message)


def wrong(message: str, remedy: str) -> Verdict:
    return Verdict(State.WRONG, message, remedy)


def beware(message: str, remedy: str) -> Verdict:
    return Verdict(State.BEWARE, message, remedy)


def unseen(message: str, remedy: str = "") -> Verdict:
    return Verdict(State.UNSEEN, message, remedy)


class Excel(NamedTuple):
    """The Excel that is installed."""

    path: str
    bits: int


@dataclass(frozen=True, eq=False)
class Patient:
    """What the checks look at: a machine, perhaps a workbook on it, and what this release brings along."""

    machine: Machine
    workbook: str | None = None
    xlwings: str | None = None  # the version whose DLL the VBA names
    shipped: bytes | None = None  # the add-in

    def path(self, *parts: str) -> PurePath:
        return (PureWindowsPath if self.machine.platform == "win32" else PurePosixPath)(*parts)

    def values(self, key: str) -> Values:
        """The values of a registry key by their names in small letters: Windows tells none apart."""
        return {name.lower(): value for name, value in self.machine.values(key).items()}

    def value(self, key: str, name: str) -> Any:
        return self.values(key).get(name.lower())

    def expand(self, text: str) -> str:
        """A text with the environment variables that it names filled in."""
        known = self.machine.environment
        return re.sub("%([^%]+)%", lambda found: known.get(found[1].upper(), found[0]), text)

    @cached_property
    def excel(self) -> Excel | None:
        for key in EXCEL_PATHS:
            path = str(self.value(key, "") or "").strip('"')
            if path and self.machine.exists(path):
                return Excel(path, self._bits_of(path))
        return None

    def _bits_of(self, path: str) -> int:
        said = (
            self.value(rf"{MICROSOFT}\Office\ClickToRun\Configuration", "Platform"),
            self.value(
                rf"{MICROSOFT}\Office\16.0\Outlook", "Bitness"
            ),  # of all of Office, in spite of its place
        )
        for platform in said:
            if platform in _BITS:
                return _BITS[platform]
        only_32 = "PROGRAMFILES(X86)" not in self.machine.environment
        return 32 if only_32 or "(x86)" in path.lower() else 64

    @cached_property
    def settings_file(self) -> PurePath:
        return settings_file(self.path(self.machine.environment.get("USERPROFILE", "")))

    @cached_property
    def settings(self) -> dict[str, str]:
        return settings_of(self.machine.read(str(self.settings_file)) or b"")

    @cached_property
    def interpreter(self) -> str:
        """The Python that Excel starts, or would after setup."""
        return self.settings.get("interpreter_win") or self.machine.python

    @cached_property
    def addin(self) -> PurePath:
        return addin_file(self.path(self.machine.environment.get("APPDATA", "")))

    @cached_property
    def host(self) -> PurePath:
        """The file whose VBA runs: the workbook, or the add-in for one without macros."""
        own = self.workbook and self.path(self.workbook)
        return own if own and own.suffix.lower() == ".xlsm" else self.addin


Look = Callable[[Patient], Verdict]


@dataclass(frozen=True)
class Check:
    """One check: `look` is only called where it can see something."""

    key: str
    title: str
    look: Look
    windows: bool = False  # about Excel, or something else that there is on Windows only
    workbook: bool = False  # about the workbook that was given

    def diagnose(self, patient: Patient) -> Diagnosis:
        return Diagnosis(self.key, self.title, *(self._blind(patient) or self.look(patient)))

    def _blind(self, patient: Patient) -> Verdict | None:
        if self.windows and patient.machine.platform != "win32":
            return unseen("只与 Windows 上的 Excel 有关，而本机不是 Windows")
        if self.workbook and not patient.workbook:
            return unseen("没有给出工作簿", "请在命令后面写上工作簿的文件名")
        return None


def check(
    into: list[Check], title: str, *, windows: bool = False, workbook: bool = False
) -> Callable[[Look], Look]:
    """Register the function below as a check, under its own name, at the end of a list."""

    def register(look: Look) -> Look:
        into.append(Check(look.__name__, title, look, windows, workbook))
        return look

    return register
