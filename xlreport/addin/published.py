"""What the VBA calls in Excel on Windows: copies of our functions made for xlwings, and the buttons.

Only here are xlwings' decorators applied, for they need pywin32.
"""

from inspect import signature
from typing import Any

from xlwings import Book
from xlwings.conversion import Converter
from xlwings.conversion.standard import RawValueAccessor
from xlwings.udfs import xlarg, xlfunc

from xlreport.addin import ribbon
from xlreport.addin.function import Function
from xlreport.addin.plain import from_excel
from xlreport.addin.udfs import FUNCTIONS


class Plain(Converter):
    """An argument untouched but for Excel's error codes: xlwings' own reading would make blanks of them."""

    base = RawValueAccessor  # type: ignore[assignment]  # xlwings declares it as None

    @staticmethod
    def read_value(value: Any, options: Any) -> Any:
        return from_excel(value)


def published(function: Function) -> Any:
    """A function as xlwings calls it: with its arguments, but without type hints, which xlwings would take
    for converters."""

    def call(*arguments: Any) -> Any:
        return function(*arguments)

    call.__name__, call.__doc__, call.__annotations__ = function.name, function.help, {}
    call.__signature__ = signature(function.body)  # type: ignore[attr-defined]
    for argument in function.arguments:
        call = xlarg(argument.name, Plain)(call)
    return xlfunc(call)


globals().update({name: published(function) for name, function in FUNCTIONS.items()})


@xlfunc
def ready():  # type: ignore[no-untyped-def]  # no hints, or xlwings would take them for converters
    """Answer, for a button that asks first whether Python is still there."""
    return ""


@xlfunc
def run_action(action):  # type: ignore[no-untyped-def]  # no hints, for the same reason
    """Do to the calling workbook what a button says."""
    ribbon.run(action, Book.caller())
    return ""
