"""Excel as pyOpenVBA plays it: compiles our modules, finds what names stand for nothing, and runs Subs."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.interpreter import _ast as syntax
from pyopenvba.interpreter._intrinsics import INTRINSICS

DOCUMENTS = {"ThisWorkbook": "document", "Sheet1": "document"}

# In place of Host: it prints what it is asked, and plays the parts of Excel that the interpreter lacks.
STAND_IN = """\
Attribute VB_Name = "Host"
Option Explicit

Public PlayAddin As Boolean
Public PlayOwnButtons As Boolean

Public Function XrCall(ByVal name As String, ByVal leading As Variant, ByVal following As Variant) As Variant
    XrCall = name & " " & (UBound(leading) + 1)
    If IsArray(following) Then XrCall = XrCall & " " & (UBound(following) + 1)
End Function

Public Sub XrRunAction(ByVal action As String)
    Debug.Print action
End Sub

Public Function XrFailed() As Variant
    XrFailed = CVErr(2015)
End Function

Public Function XrHasOwnButtons() As Boolean
    XrHasOwnButtons = PlayOwnButtons
End Function

Public Function PlayVisible(ByVal addin As Boolean, ByVal own As Boolean) As Boolean
    Dim answer As Variant
    PlayAddin = addin
    PlayOwnButtons = own
    XrTabVisible Nothing, answer
    PlayVisible = answer
End Function

Public Sub PlayRibbon()
    XrRefreshRibbon
    XrRibbonLoaded New RibbonPlayer
    XrRefreshRibbon
End Sub

Public Sub PlayOptions(ByVal Macro As String, ByVal Description As String, ByVal Category As String, _
        Optional ByVal ArgumentDescriptions As Variant)
    Dim text As String
    text = Macro & "|" & Description & "|" & Category
    If Not IsMissing(ArgumentDescriptions) Then text = text & "|" & Join(ArgumentDescriptions, "|")
    Debug.Print text
End Sub
"""
RIBBON_PLAYER = "Option Explicit\nPublic Sub InvalidateControl(ByVal id As String)\nDebug.Print id\nEnd Sub\n"


def readable(text: str) -> str:
    """A module without what the interpreter does not know: comments behind directives, events of an object."""
    text = re.sub(r"^(\s*#.*?)\s*'.*$", r"\1", text, flags=re.MULTILINE)
    return re.sub(r"^Attribute \w+\.VB_ProcData.*\n", "", text, flags=re.MULTILINE).replace("WithEvents ", "")


def compiled(package: Path, texts: dict[str, str]) -> ExcelApplication:
    """Excel as pyOpenVBA plays it, with the workbook open and these modules in it."""
    excel = ExcelApplication.open(package, with_vba=False)
    for name, text in texts.items():
        excel.add_module(readable(text), name=name, kind=DOCUMENTS.get(name, "standard"))
    return excel


def undeclared(excel: ExcelApplication, trusted: str = "xlwings") -> list[str]:
    """The names that stand for nothing, in every module but the trusted one.

    The interpreter itself finds them only where it comes by.
    """
    modules = {name: each.parsed for name, each in excel.interpreter.modules.items()}
    public = {"err", "debug", "me", "thisworkbook", *(name.lower() for name in modules)}
    for module in modules.values():
        public |= {each.name.lower() for each in module.procedures if each.scope != "private"}
        public |= {each.name.lower() for each in module.declares}
    wrong = []
    for module_name, module in modules.items():
        if module_name.lower() == trusted:
            continue
        if module.procedures and not module.option_explicit:
            wrong.append(f"{module_name}: Option Explicit is missing")
        own = _declared(module.variables) | _declared(module.constants)
        own |= {each.name.lower() for each in module.procedures}
        for procedure in module.procedures:
            local = _declared(procedure.body) | {each.name.lower() for each in procedure.params}
            for node in _nodes(procedure.body):
                if isinstance(node, syntax.Name):
                    name = node.name.lower().rstrip("$%&!#@")
                    if name not in public | own | local and not _given(excel, name):
                        wrong.append(f"{module_name}.{procedure.name} line {node.line}: {node.name}")
    return wrong


def _given(excel: ExcelApplication, name: str) -> bool:
    host = excel.interpreter.host
    unknown = host.global_object("no such name")
    return (
        name in INTRINSICS
        or host.has_global_member(name)
        or host.constant(name) is not unknown
        or host.global_object(name) is not unknown
    )


def _nodes(part: Any) -> Iterator[Any]:
    """Every node of a syntax tree."""
    if isinstance(part, list | tuple):
        for each in part:
            yield from _nodes(each)
    elif is_dataclass(part):
        yield part
        for field in fields(part):
            yield from _nodes(getattr(part, field.name))


def _declared(parts: Any) -> set[str]:
    """The names that a syntax tree declares."""
    names = set()
    for node in _nodes(parts):
        if isinstance(node, syntax.Dim):
            names |= {each.name.lower() for each in node.decls}
        elif isinstance(node, syntax.ConstDecl):
            names |= {each[0].lower() for each in node.names}
    return names
