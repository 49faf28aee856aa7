"""The VBA of the functions in cells, generated from their declarations: macros/Functions.bas."""

from collections.abc import Iterable

from xlreport.addin.function import Function
from xlreport.addin.package import OUR_GROUP

MODULE = "Functions"

_HEAD = f"""\
Attribute VB_Name = "{MODULE}"
Option Explicit

' Generated from xlreport/addin/udfs.py by `xlreport build`; do not edit.
' What each function does is said there, and in Excel's function wizard.
"""


def wrappers(functions: Iterable[Function]) -> str:
    """The text of the module, pure ASCII, lines ending as Python's do."""
    return "\n".join([_HEAD, *map(_wrapper, functions)])


def _wrapper(function: Function) -> str:
    ordinary = [argument for argument in function.arguments if not argument.rest]
    rest = next((argument for argument in function.arguments if argument.rest), None)
    signature = [f"Optional {a.name}" if a.optional else a.name for a in ordinary]
    following = "Empty"
    lines = []
    if rest:
        signature.append(f"ParamArray {rest.name}()")
        # A copy, because VBA hands a ParamArray on by reference only.
        following = "following"
        lines = ["    Dim following As Variant", f"    following = {rest.name}"]
    leading = f"Array({', '.join(a.name for a in ordinary)})"
    name = function.name
    return "\n".join(
        [
            f"Public Function {name}({', '.join(signature)}) As Variant",
            # Where Excel keeps a function's category: the first of our own in its list.
            f'Attribute {name}.VB_ProcData.VB_Invoke_Func = " \\n{OUR_GROUP}"',
            *lines,
            "    On Error GoTo Failed",
            f'    {name} = XrCall("{name}", {leading}, {following})',
            "    Exit Function",
            "Failed:",
            f"    {name} = XrFailed()",
            "End Function",
            "",
        ]
    )
