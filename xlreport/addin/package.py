"""Completes a workbook with a VBA project: the ribbon, and what the function wizard says of functions in cells."""

from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from xlreport.addin.function import CATEGORY, Function

TYPES, RELATIONS, WORKBOOK = "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"
RIBBON = "customUI/customUI14.xml"
# Of customUI14 alone: the part for Excel 2007 has another, and Excel reads no part by the other's.
RIBBON_RELATION = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
BOOK_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
ADDIN_TYPE = "application/vnd.ms-excel.addin.macroEnabled.main+xml"
EXTENSION = "{8193D73E-4604-4355-AFF4-8A2333D13BE4}"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
# Excel counts its own groups from 1; the first of ours follows them, in VB_Invoke_Func too.
BUILT_IN_GROUPS = 19
OUR_GROUP = BUILT_IN_GROUPS + 1

_EPOCH = (1980, 1, 1, 0, 0, 0)


def complete(path: Path, *, ribbon: str, functions: Iterable[Function], addin: bool) -> None:
    """Complete the package at `path`, which XlsxWriter wrote, in place. The same input gives the same bytes.

    Raises ValueError for a package that is not as XlsxWriter writes one with a VBA project.
    """
    edits: dict[str, Callable[[str], str]] = {
        RELATIONS: _with_ribbon,
        WORKBOOK: lambda text: _with_functions(text, list(functions)),
    }
    if addin:
        edits[TYPES] = lambda text: _replaced(text, BOOK_TYPE, ADDIN_TYPE)
    packed = BytesIO()
    with ZipFile(path) as source, ZipFile(packed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if edit := edits.pop(name, None):
                content = edit(content.decode("utf-8")).encode("utf-8")
            target.writestr(_entry(name), content)
        target.writestr(_entry(RIBBON), ribbon.encode("utf-8"))
    if edits:
        raise ValueError(f"{path.name} lacks {', '.join(edits)}")
    path.write_bytes(packed.getvalue())


def _entry(name: str) -> ZipInfo:
    """An entry that says nothing of when and where it was packed."""
    entry = ZipInfo(name, _EPOCH)
    entry.compress_type = ZIP_DEFLATED
    entry.create_system = 0
    return entry


def _with_ribbon(text: str) -> str:
    relation = f'<Relationship Id="rIdRibbon" Type="{RIBBON_RELATION}" Target="{RIBBON}"/>'
    return _replaced(text, "</Relationships>", f"{relation}</Relationships>")


def _with_functions(text: str, functions: list[Function]) -> str:
    """The two places where Excel keeps what it was told by MacroOptions, the function's own description excepted.

    That one it keeps in the VBA text, which cannot hold Chinese: module Descriptions tells it when the file opens.
    """
    group = f'<functionGroup name="{escape(CATEGORY)}"/>'
    groups = f'<functionGroups builtInGroupCount="{BUILT_IN_GROUPS}">{group}</functionGroups>'
    text = _replaced(text, "</sheets>", f"</sheets>{groups}")
    # In the order that Excel writes them in; a function without arguments it leaves out.
    declared = sorted((each for each in functions if each.arguments), key=lambda each: each.name.casefold())
    names = "".join(map(_described, declared))
    extension = (
        f'<ext uri="{EXTENSION}" xmlns:x14="{X14}"><x14:definedNames>{names}</x14:definedNames></ext>'
        if names
        else ""
    )
    if "<extLst>" in text:
        return _replaced(text, "<extLst>", f"<extLst>{extension}")
    return _replaced(text, "</workbook>", f"<extLst>{extension}</extLst></workbook>") if extension else text


def _described(function: Function) -> str:
    helps = "".join(
        f'<x14:argumentDescription index="{index}">{escape(argument.help)}</x14:argumentDescription>'
        for index, argument in enumerate(function.arguments)
    )
    count = len(function.arguments)
    return (
        f'<x14:definedName name="{function.name}"><x14:argumentDescriptions count="{count}">{helps}'
        "</x14:argumentDescriptions></x14:definedName>"
    )


def _replaced(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise ValueError(f"{old} stands {text.count(old)} times where it should once")
    return text.replace(old, new)
