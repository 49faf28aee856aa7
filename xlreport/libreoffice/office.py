"""A LibreOffice of our own: started with a throwaway profile, spoken to through a pipe, ended with all it began."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from xlreport.errors import Unusable
from xlreport.machine import ThisMachine, find_libreoffice

START_SECONDS = 90  # a cold start on a busy machine, with its profile yet to be made
STOP_SECONDS = 20
# Constants of com.sun.star.document.MacroExecMode.
NEVER_EXECUTE, ALWAYS_EXECUTE_NO_WARN = 0, 4

# The system's Python answers with where its uno stands, and with its version: uno is compiled for one.
_ASK = "import os, sys, uno; print(*sys.version_info[:2]); print(os.path.dirname(uno.__file__))"


@cache
def find_uno() -> Any:
    """The module `uno`, also in a venv of the Python that it was made for. Raises Unusable when there is none."""
    with suppress(ImportError):
        return import_module("uno")
    for folder in _folders_of_uno():
        # At the end: whatever else stands in that folder must not come before the venv's own packages.
        sys.path.append(folder)
        try:
            return import_module("uno")
        except ImportError:
            sys.path.remove(folder)
    version = ".".join(map(str, sys.version_info[:2]))
    raise Unusable(
        f"找不到 LibreOffice 的 Python 接口 uno；请安装 python3-uno，并用同一版本的 Python 运行（现为 {version}）。"
    )


def _folders_of_uno() -> Iterator[str]:
    # Where LibreOffice comes from its own installer, uno stands beside the program.
    if program := find_libreoffice(ThisMachine(), "soffice"):
        beside = Path(program).resolve().parent
        if (beside / "uno.py").exists():
            yield str(beside)
    # Distributions give it to the system's Python, which need not be the first on PATH.
    with suppress(OSError, subprocess.SubprocessError):
        answer = subprocess.run(
            ["/usr/bin/python3", "-c", _ASK], capture_output=True, text=True, check=True, timeout=30
        )
        version, folder = answer.stdout.splitlines()
        if version.split() == [str(part) for part in sys.version_info[:2]]:
            yield folder


def uno_error(name: str = "com.sun.star.uno.RuntimeException") -> type[Exception]:
    """A class of exceptions of UNO, to catch it."""
    return cast(type[Exception], find_uno().getClass(name))


def struct(name: str, *values: Any) -> Any:
    """A UNO struct, such as com.sun.star.table.CellAddress."""
    return find_uno().createUnoStruct(name, *values)


def properties(**values: Any) -> tuple[Any, ...]:
    """Named values as UNO takes them."""
    made = []
    for name, value in values.items():
        item = struct("com.sun.star.beans.PropertyValue")
        item.Name, item.Value = name, value
        made.append(item)
    return tuple(made)


class Office:
    """A running LibreOffice, for the time of a `with`; with a profile that is thrown away, if not a given one."""

    def __init__(
        self, program: str | None = None, *, headless: bool = True, profile: Path | None = None
    ) -> None:
        found = program or find_libreoffice(ThisMachine(), "soffice")
        if not found:
            raise Unusable("找不到 LibreOffice，请先安装它，再重试。")
        self._program = found
        self._headless = headless
        self._process: subprocess.Popen[bytes] | None = None
        self._given = profile
        self._profile = ""
        self.context: Any = None
        self.desktop: Any = None

    def __enter__(self) -> Self:
        find_uno()  # before anything is started: without it nothing can be said to the office
        try:
            self._start()
        except BaseException:  # also an interrupt: no process is left behind
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def open(self, path: Path, macros: bool = True) -> Any:
        """A document from a file, hidden when the office is. Raises Unusable when LibreOffice does not open it."""
        if not path.is_file():
            raise Unusable(f"{path}：文件不存在，请核对文件名和文件夹。")
        mode = ALWAYS_EXECUTE_NO_WARN if macros else NEVER_EXECUTE
        document = self._load(find_uno().systemPathToFileUrl(str(path.resolve())), MacroExecutionMode=mode)
        # Without a window to ask in, LibreOffice gives nothing at all: the file is locked, or no spreadsheet.
        if document is None:
            raise Unusable(f"{path}：LibreOffice 未能打开，文件可能已损坏或正在别处打开；请关闭后重试。")
        return document

    def new(self) -> Any:
        """A new, empty spreadsheet document."""
        return self._load("private:factory/scalc")

    def close(self, document: Any) -> None:
        """Close a document without saving it; one that is closed already stays so."""
        with suppress(uno_error("com.sun.star.lang.DisposedException")):
            document.close(True)

    def _load(self, url: str, **more: Any) -> Any:
        try:
            return self.desktop.loadComponentFromURL(
                url, "_blank", 0, properties(Hidden=self._headless, **more)
            )
        except uno_error("com.sun.star.uno.Exception") as error:
            raise Unusable(f"{url}：LibreOffice 未能打开（{error}），请核对文件后重试。") from error

    def _start(self) -> None:
        pipe = f"xlreport{uuid.uuid4().hex}"
        if self._given is None:
            self._profile = tempfile.mkdtemp(prefix="xlreport-office-")
        # A profile of its own: with the user's, LibreOffice would hand the order to a window that is open.
        command = [self._program, f"-env:UserInstallation={(self._given or Path(self._profile)).as_uri()}"]
        command += ["--headless"] if self._headless else []
        command += ["--nologo", "--norestore", "--nofirststartwizard", f"--accept=pipe,name={pipe};urp;"]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # the launcher launches others, and all have to go with it
        )
        self.context = self._connect(pipe)
        self.desktop = self.context.ServiceManager.createInstanceWithContext(
            "com.sun.star.frame.Desktop", self.context
        )

    def _connect(self, pipe: str) -> Any:
        local = find_uno().getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with suppress(uno_error("com.sun.star.connection.NoConnectException")):
                return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            assert self._process
            if self._process.poll() is not None:
                raise Unusable(
                    f"{self._program}：LibreOffice 启动后随即退出（{self._process.returncode}），请检查其安装。"
                )
            time.sleep(0.1)
        raise Unusable(f"{self._program}：LibreOffice 在 {START_SECONDS} 秒内没有应答，请检查其安装后重试。")

    def _stop(self) -> None:
        patience = 0
        if self.desktop is not None:
            patience = STOP_SECONDS
            # The answer to this may be that the connection is gone.
            with suppress(uno_error("com.sun.star.uno.Exception")):
                self._close_all()
                self.desktop.terminate()
        self.context = self.desktop = None
        if self._process:
            _end(self._process, patience)
            self._process = None
        if self._profile:
            shutil.rmtree(self._profile, ignore_errors=True)  # on Windows files may still be held
            self._profile = ""

    def _close_all(self) -> None:
        components = self.desktop.getComponents().createEnumeration()
        found = []
        while components.hasMoreElements():
            found.append(components.nextElement())
        for component in found:
            if component.supportsService("com.sun.star.document.OfficeDocument"):
                self.close(component)


def _end(process: subprocess.Popen[bytes], patience: float) -> None:
    """Wait for a process to end; after that, nothing of its group is left."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    if os.name == "posix":
        with suppress(ProcessLookupError):  # all have gone by themselves
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()
