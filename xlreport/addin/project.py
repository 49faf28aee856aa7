"""The VBA project of a workbook, made without Excel: module texts put into a project that Excel itself authored."""

import re
from collections.abc import Mapping
from importlib.metadata import distribution
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from xlreport.assets import MACROS, pinned_xlwings

# Not every file there: of the two Host modules, the other one is LibreOffice's.
MODULES = ("Descriptions", "Functions", "Host", "Ribbon")
PART = "xl/vbaProject.bin"
BOOK = "ThisWorkbook"  # the code name of the workbook, and the name of its module
PROJECT_NAME = "xlreport"  # names the sheet and the files that the xlwings module takes its settings from

_NAME = re.compile(r'Attribute VB_Name = "(\w+)"\n')
_PROJECT_NAME = re.compile(r'^(Public Const PROJECT_NAME As String = )"\w+"$', re.MULTILINE)
_SETTINGS = re.compile(r"(^Function GetConfig\((?:.*\n)*?    Dim configValue As String\n)", re.MULTILINE)
_USER_ONLY = (
    "    ' xlreport: a workbook, or a file beside it, must not choose the program that is started.\n"
    '    If source = "" Then source = "user"\n'
)
_CALLBACK = re.compile(r'\b(onLoad|getVisible|onAction)="Xr(\w+)"')


def vba_project(modules: Mapping[str, str], document: str) -> bytes:
    """The project that holds these standard modules, and `document` as the workbook's own module.

    The same texts give the same bytes. Raises ValueError for a text that VBA would not read back as it stands.
    """
    from pyopenvba import ExcelFile  # builds the committed files; no user needs it

    with TemporaryDirectory() as folder:
        path = Path(folder) / "new.xlsm"
        with ExcelFile.create_new(path) as book:
            project = book.vba_project()
            project.delete_module("Module1")
            for name, text in modules.items():
                if not (named := _NAME.match(lines(text))) or named[1] != name:
                    raise ValueError(f"module {name}: its first line is not its name")
                project.add_module(name, _stored(name, text))
            book.set_module(BOOK, _stored(BOOK, document))
            book.save()
        with ZipFile(path) as package:
            return package.read(PART)


def lines(text: str) -> str:
    """A module's text with the line ends of Python."""
    return text.replace("\r\n", "\n")


def _stored(name: str, text: str) -> str:
    """A module's text as the project stores it. Raises ValueError for what another code page shows otherwise."""
    if not text.isascii():
        raise ValueError(f"module {name}: VBA text is stored in a code page, so it has to be ASCII")
    return lines(text).replace("\n", "\r\n")


def xlwings_module(addin: bool) -> str:
    """The xlwings module as the pinned release ships it, with settings of our own, apart from the user's."""
    found = distribution("xlwings")
    if found.version != pinned_xlwings():
        raise ValueError(f"xlwings {found.version} is installed, {pinned_xlwings()} is pinned")
    name = "xlwings_custom_addin.bas" if addin else "xlwings.bas"
    path = Path(str(found.locate_file(f"xlwings/{name}")))
    text, count = _PROJECT_NAME.subn(rf'\1"{PROJECT_NAME}"', lines(path.read_text("ascii")))
    if count != 1:
        raise ValueError(f"{name}: PROJECT_NAME is declared {count} times")
    text, count = _SETTINGS.subn(rf"\1{_USER_ONLY}", text)
    if count != 1:
        raise ValueError(f"{name}: GetConfig begins {count} times as expected")
    return text


def read_macros(folder: Path = MACROS) -> dict[str, str]:
    """Our standard modules, by name."""
    return {name: read_text(folder / f"{name}.bas") for name in MODULES}


def read_text(path: Path) -> str:
    """The text of one file of macros/."""
    return lines(path.read_text("utf-8"))


def master_project(macros: Path = MACROS) -> bytes:
    """The project of the master workbook, which the asset vbaProject.bin holds."""
    modules = read_macros(macros) | {"xlwings": xlwings_module(addin=False)}
    return vba_project(modules, read_text(macros / "ThisWorkbook.cls"))


def addin_project(macros: Path = MACROS) -> bytes:
    """The project of the add-in.

    Its callbacks have names of their own: Excel looks for a callback in all that is open, so that the add-in's
    tab could otherwise ask the master workbook, and the other way round, whether to show itself.
    """
    modules = read_macros(macros) | {"xlwings": xlwings_module(addin=True)}
    for _, name in _CALLBACK.findall(read_text(macros / "ribbon.xml")):
        modules["Ribbon"] = modules["Ribbon"].replace(f"Public Sub Xr{name}(", f"Public Sub XrAddin{name}(")
    return vba_project(modules, read_text(macros / "ThisAddin.cls"))


def addin_ribbon(macros: Path = MACROS) -> str:
    """The ribbon of the add-in, with its names of the callbacks."""
    return _CALLBACK.sub(r'\1="XrAddin\2"', read_text(macros / "ribbon.xml"))
