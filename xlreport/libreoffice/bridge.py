"""The service of LibreOffice that the VBA talks to: the same functions and buttons as in Excel."""

from collections import Counter, deque
from collections.abc import Callable
from struct import pack, unpack
from typing import Any

import uno  # noqa: F401  # python3-uno: makes the com.sun.star imports below possible
import unohelper
from com.sun.star.lang import XServiceInfo, XSingleComponentFactory
from com.sun.star.script import XInvocation

from xlreport.addin import ribbon
from xlreport.addin.udfs import FUNCTIONS
from xlreport.assets import MACROS
from xlreport.libreoffice.engine import book_of
from xlreport.libreoffice.values import error_text
from xlreport.sheets.layout import META_SHEET
from xlreport.sheets.oddity import Oddity

SERVICE = "org.xlreport.Bridge"
LIBRARY, HOST, FOREIGN = "VBAProject", "Host", "xlwings"
_ERRORS = 4  # com.sun.star.sheet.FormulaResult.ERROR

# How Calc itself writes #VALUE! (519) into a double: in the low half of what is not a number.
(VALUE_ERROR,) = unpack("<d", pack("<II", 519, 0x7FF80000))

calls: Counter[str] = Counter()  # how often each function was called, for whoever counts
answers: deque[str] = deque(maxlen=20)  # what the buttons said


def call(name: str, leading: Any, following: Any) -> Any:
    """Call a function with what Basic hands over: plain values, and ranges as objects.

    What it raises becomes an error of the cell here, for Basic's CVErr would be a text that a SUM skips.
    """
    calls[name] += 1
    arguments = map(plain, (*leading, *(following or ())))
    try:
        result = FUNCTIONS[name](*arguments)
    except Exception:  # whatever it was stands in the log, and must not come up in Basic as a dialog
        return VALUE_ERROR
    if type(result) is not tuple:
        return result
    return tuple(tuple(VALUE_ERROR if cell == Oddity.VALUE else cell for cell in row) for row in result)


def plain(argument: Any) -> Any:
    """A range as its values, error cells as their texts; anything else as it is."""
    if not hasattr(argument, "getCellRange"):
        return argument
    cells = argument.getCellRange()
    where = cells.getRangeAddress()
    wrong = cells.queryFormulaCells(_ERRORS).getRangeAddresses()
    rows = cells.getDataArray()
    if not wrong:
        return rows
    changed = [list(row) for row in rows]
    for area in wrong:
        for row in range(area.StartRow, area.EndRow + 1):
            for column in range(area.StartColumn, area.EndColumn + 1):
                at = row - where.StartRow, column - where.StartColumn
                changed[at[0]][at[1]] = str(error_text(cells.getCellByPosition(at[1], at[0]).getError()))
    return tuple(map(tuple, changed))


def _act(action: str, book: Any) -> None:
    answers.append(ribbon.run(action, book))


class Bridge(unohelper.Base, XInvocation, XServiceInfo):  # type: ignore[misc]
    """What CreateUnoService gives to Basic: CallUDF and RunAction."""

    def __init__(self, context: Any) -> None:
        self._methods: dict[str, Callable[..., Any]] = {
            "CallUDF": call,
            "ValueError": lambda: VALUE_ERROR,
            "RunAction": lambda action, document: _act(action, book_of(document, context)),
        }

    def invoke(self, name: str, arguments: Any, out_indexes: Any, out_arguments: Any) -> Any:
        return self._methods[name](*arguments), (), ()

    def hasMethod(self, name: str) -> bool:
        return name in self._methods

    def hasProperty(self, name: str) -> bool:
        return False

    def getIntrospection(self) -> None:
        return None

    def getValue(self, name: str) -> None:
        raise AttributeError(name)

    def setValue(self, name: str, value: Any) -> None:
        raise AttributeError(name)

    def supportsService(self, name: str) -> bool:
        return name == SERVICE

    def getImplementationName(self) -> str:
        return SERVICE

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        return (SERVICE,)


class Factory(unohelper.Base, XSingleComponentFactory, XServiceInfo):  # type: ignore[misc]
    """Makes the service in this process, for an office that runs in another."""

    def createInstanceWithContext(self, context: Any) -> Bridge:
        return Bridge(context)

    def createInstanceWithArgumentsAndContext(self, arguments: Any, context: Any) -> Bridge:
        return Bridge(context)

    def supportsService(self, name: str) -> bool:
        return name == SERVICE

    def getImplementationName(self) -> str:
        return f"{SERVICE}.Factory"

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        return (SERVICE,)


def is_ours(document: Any) -> bool:
    """Whether a document is a workbook whose VBA talks to us."""
    return (
        hasattr(document, "getSheets")
        and document.getSheets().hasByName(META_SHEET)
        and document.BasicLibraries.hasByName(LIBRARY)
        and document.BasicLibraries.getByName(LIBRARY).hasByName(HOST)
    )


def adopt(document: Any) -> None:
    """Make the VBA of an open workbook talk to us instead of Excel, and calculate it.

    xlwings' module does not compile here and would take the functions of the others down with it.
    """
    modules = document.BasicLibraries.getByName(LIBRARY)
    if modules.hasByName(FOREIGN):
        modules.removeByName(FOREIGN)
    modules.replaceByName(HOST, (MACROS / "HostLibreOffice.bas").read_text("utf-8"))
    document.calculateAll()
