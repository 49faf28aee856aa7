"""xlwings' own way of calling functions in cells, on any machine: what pywin32 and the DLLs would do is absent.

Run as a program in a process of its own, because the stubs are for good: it takes pickled calls from its
input and gives what xlwings made of them, and of our functions.
"""

import asyncio  # noqa: F401  # imported before xlwings is told that this is Windows: it then stays what it is
import ctypes
import pickle
import sys
import types
from typing import Any

PUBLISHED = "xlreport.addin.published"
PYWIN32 = (
    *("pythoncom", "pywintypes", "win32api", "win32con", "win32event", "win32gui", "win32process"),
    *("win32timezone", "win32com", "win32com.client", "win32com.server", "win32com.server.dispatcher"),
    *("win32com.server.policy", "win32com.server.util"),
)
Call = tuple[str, tuple[Any, ...]]


class Absent(types.ModuleType):
    """A module of pywin32 without content: whatever one wants of it is a class."""

    __path__: list[str] = []  # noqa: RUF012  # it has submodules

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        setattr(self, name, type(name, (Exception,), {}))
        return getattr(self, name)


class Library:
    """A DLL that does nothing."""

    def __init__(self, name: str = "") -> None:
        self.name = name

    def __getattr__(self, name: str) -> "Library":
        return Library(name)

    def __call__(self, *arguments: Any) -> int:
        return 0


class Workbook:
    """As far as xlwings looks at the calling workbook: it has no sheets with Python in them."""

    Worksheets: tuple[Any, ...] = ()


def load_xlwings() -> Any:
    """Import xlwings as it is on Windows; gives its server."""
    for name in PYWIN32:
        module = sys.modules[name] = Absent(name)
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, module)
    pythoncom: Any = sys.modules["pythoncom"]
    pythoncom.__file__ = "pythoncom.dll"
    pythoncom.TypeIIDs = {pythoncom.IID_IDispatch: type("PyIDispatch", (), {})}
    client: Any = sys.modules["win32com.client"]
    client.Dispatch = lambda interface: interface
    machine, loader = sys.platform, ctypes.PyDLL
    windows: Any = ctypes
    windows.oledll = windows.windll = Library()
    windows.PyDLL = Library
    sys.platform = "win32"
    try:
        from xlwings import com_server
    finally:
        sys.platform, windows.PyDLL = machine, loader
    return com_server.XLPython()


def outcome(server: Any, name: str, arguments: tuple[Any, ...]) -> Any:
    """What the VBA would get: a result, or an exception in words."""
    try:
        return server.CallUDF(PUBLISHED, name, arguments, Workbook(), None)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def declarations() -> dict[str, Any]:
    """What xlwings knows of each published function."""
    module = sys.modules[PUBLISHED]
    known = {name: item.__xlfunc__ for name, item in vars(module).items() if hasattr(item, "__xlfunc__")}
    return {
        name: {
            "name": info["name"],
            "arguments": [(a["name"], a["vararg"], "optional" in a, a.get("optional")) for a in info["args"]],
            "converters": [a["options"].get("convert").__name__ for a in info["args"] if a["options"]],
            "options": info["ret"]["options"],
            "help": info["ret"]["doc"],
            "sub": info["sub"],
            "async": info["async_mode"],
            "volatile": info["volatile"],
        }
        for name, info in known.items()
    }


def main() -> None:
    calls: list[Call] = pickle.load(sys.stdin.buffer)
    server = load_xlwings()
    results = [outcome(server, name, arguments) for name, arguments in calls]
    pickle.dump((results, declarations()), sys.stdout.buffer)


if __name__ == "__main__":
    main()
