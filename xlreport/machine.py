"""What may be asked of the computer, through one object: a test can describe a Windows machine with plain data."""

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

PATIENCE = 60  # seconds that a program may take to answer

Values = Mapping[str, Any]


class Machine(Protocol):
    """A computer. Nothing that is asked of it raises; what it does not have or say is None or empty."""

    @property
    def platform(self) -> str:
        """As sys.platform."""

    @property
    def python(self) -> str:
        """The interpreter that runs us."""

    @property
    def base(self) -> str:
        """The installation that the interpreter belongs to; not that of a virtual environment."""

    @property
    def bits(self) -> int:
        """32 or 64: the interpreter."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment variables, asked for in capitals."""

    def values(self, key: str) -> Values:
        r"""The values of a key of the Windows registry, such as HKCU\Software\Microsoft; "" is its default."""

    def subkeys(self, key: str) -> tuple[str, ...]:
        """The names of the keys below one of the registry."""

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder."""

    def read(self, path: str) -> bytes | None:
        """The content of a file."""

    def find(self, program: str, folder: str | None = None) -> str | None:
        """The path of a program, in a folder or on PATH."""

    def run(self, *command: str) -> str | None:
        """What a program prints; None when it is not there, fails or takes too long."""

    def imports(self, module: str) -> bool:
        """Whether Python can import a module."""

    def version(self, package: str) -> str | None:
        """The version of an installed package."""


class ThisMachine:
    """The one that we run on."""

    platform: str = sys.platform
    python = sys.executable
    base = sys.base_prefix
    bits = 64 if sys.maxsize > 2**32 else 32
    environment: Mapping[str, str] = os.environ

    def values(self, key: str) -> Values:
        return _registry(key)[0]

    def subkeys(self, key: str) -> tuple[str, ...]:
        return _registry(key)[1]

    def exists(self, path: str) -> bool:
        return os.path.exists(path)

    def read(self, path: str) -> bytes | None:
        try:
            return Path(path).read_bytes()
        except OSError:
            return None

    def find(self, program: str, folder: str | None = None) -> str | None:
        return shutil.which(program, path=folder)

    def run(self, *command: str) -> str | None:
        try:
            answer = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=PATIENCE,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return None if answer.returncode else answer.stdout

    def imports(self, module: str) -> bool:
        # Not merely looked for: a DLL that will not load is the usual trouble, and an ImportError too.
        try:
            importlib.import_module(module)
        except ImportError:
            return False
        return True

    def version(self, package: str) -> str | None:
        try:
            return metadata.version(package)
        except metadata.PackageNotFoundError:
            return None


def find_libreoffice(machine: Machine, program: str) -> str | None:
    """One of LibreOffice's programs (soffice, unopkg); its installers leave PATH alone on Windows and macOS."""
    if machine.platform == "win32":
        roots = [machine.environment.get(name) for name in ("PROGRAMFILES", "PROGRAMFILES(X86)")]
        folders = [rf"{root}\LibreOffice\program" for root in roots if root]
    else:
        folders = ["/Applications/LibreOffice.app/Contents/MacOS", "/usr/lib/libreoffice/program"]
    return next((found for place in (None, *folders) if (found := machine.find(program, place))), None)


def _registry(key: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The values and the subkeys of a key, as 64-bit programs see it or else as 32-bit ones do."""
    if sys.platform != "win32":
        return {}, ()
    import winreg

    hives = {
        "HKCU": winreg.HKEY_CURRENT_USER,
        "HKLM": winreg.HKEY_LOCAL_MACHINE,
    }
    hive, _, path = key.partition("\\")
    for view in (winreg.KEY_WOW64_64KEY, winreg.KEY_WOW64_32KEY):
        try:
            with winreg.OpenKey(hives[hive], path, access=winreg.KEY_READ | view) as opened:
                subkeys, values, _ = winreg.QueryInfoKey(opened)
                found = [winreg.EnumValue(opened, at)[:2] for at in range(values)]
                return dict(found), tuple(winreg.EnumKey(opened, at) for at in range(subkeys))
        except OSError:
            continue
    return {}, ()
