"""What no validator sees in a workbook with macros: each lint takes a package and tells what is wrong in it."""

import re
import warnings
from collections import Counter
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree
from zipfile import ZipFile

from pyopenvba import ExcelFile

from xlreport.addin.function import CATEGORY
from xlreport.addin.udfs import FUNCTIONS

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # oletools 0.60 with a pyparsing newer than itself
    from oletools.olevba import VBA_Parser

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
X14 = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
# Which kind of ribbon part each relationship leads to; Excel reads none by the other's.
RIBBONS = {
    "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility": (
        "{http://schemas.microsoft.com/office/2006/01/customui}"
    ),
    "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility": (
        "{http://schemas.microsoft.com/office/2009/07/customui}"
    ),
}
# The attributes of our ribbon that name a Sub, and how many arguments Excel calls it with.
CALLBACKS = {"onLoad": 1, "onAction": 1, "getVisible": 2}
FORMULAS = {"f", "formula", "formula1", "formula2", "calculatedColumnFormula", "definedName"}

_PROCEDURE = re.compile(r"^(Public |Private |)(Sub|Function) (\w+)\((.*)\)", re.MULTILINE)
_SHEET = re.compile(r"(?:'((?:[^']|'')+)'|([^\s'\"!(),;:=+*/&<>^-]+))!")
_GROUP = re.compile(r'\.VB_Invoke_Func = " \\n(\d+)"')
_DOCUMENT = 'Attribute VB_Base = "0{000208'  # of a class that Excel has for workbooks and sheets
_TEXT = re.compile(r'"(?:[^"]|"")*"')


class Argument(NamedTuple):
    """One argument of a procedure."""

    name: str
    optional: bool
    rest: bool


class Procedure(NamedTuple):
    """A procedure as its first line declares it."""

    kind: str
    arguments: list[Argument]


def vba_texts(path: Path) -> dict[str, str]:
    """The text of each VBA module with Python's line ends, as oletools reads it."""
    parser = VBA_Parser(path.name, data=path.read_bytes())
    texts = {
        name.rpartition(".")[0]: text.replace("\r\n", "\n") for _, _, name, text in parser.extract_macros()
    }
    parser.close()
    return texts


def procedures(text: str) -> dict[str, Procedure]:
    """The public procedures of a module."""
    found = {}
    for scope, kind, name, listed in _PROCEDURE.findall(re.sub(r" _\n\s*", " ", text)):
        if scope != "Private ":
            found[name] = Procedure(kind, [_argument(each) for each in listed.split(",") if each.strip()])
    return found


def _argument(text: str) -> Argument:
    words = [word for word in text.split("=")[0].split() if word not in ("ByVal", "ByRef")]
    optional, rest = words[0] == "Optional", words[0] == "ParamArray"
    return Argument(words[optional or rest].removesuffix("()"), optional, rest)


def _public(path: Path) -> dict[str, Procedure]:
    """The public procedures of the standard modules."""
    texts = [text for text in vba_texts(path).values() if _DOCUMENT not in text]
    return {name: each for text in texts for name, each in procedures(text).items()}


def _ribbons(path: Path) -> list[tuple[str, str]]:
    """The relationship type and the part of each ribbon."""
    with ZipFile(path) as package:
        relations = ElementTree.fromstring(package.read("_rels/.rels"))
    return [
        (each.attrib["Type"], each.attrib["Target"]) for each in relations if each.attrib["Type"] in RIBBONS
    ]


def ribbon_parts(path: Path) -> list[str]:
    """A ribbon is there, once, in the namespace that belongs to its relationship."""
    ribbons = _ribbons(path)
    wrong = [] if ribbons else ["there is no ribbon"]
    wrong += [
        f"{count} ribbons of one kind" for count in Counter(kind for kind, _ in ribbons).values() if count > 1
    ]
    with ZipFile(path) as package:
        for kind, target in ribbons:
            name = target.lstrip("/")
            if name not in package.namelist():
                wrong.append(f"{name} is not there")
            elif not ElementTree.fromstring(package.read(name)).tag.startswith(RIBBONS[kind]):
                wrong.append(f"{name} has the namespace of another relationship")
    return wrong


def ribbon_callbacks(path: Path) -> list[str]:
    """Each callback of the ribbon is a public Sub with as many arguments as Excel gives it."""
    public = _public(path)
    wrong = []
    with ZipFile(path) as package:
        for _, target in _ribbons(path):
            for element in ElementTree.fromstring(package.read(target.lstrip("/"))).iter():
                for attribute, name in element.attrib.items():
                    if attribute not in CALLBACKS:
                        if attribute.startswith(("on", "get")):
                            wrong.append(f"{attribute}: how it is called is not known here")
                        continue
                    found = public.get(name)
                    if not found or found.kind != "Sub":
                        wrong.append(f"{attribute} {name}: there is no such Sub")
                    elif len(found.arguments) != CALLBACKS[attribute]:
                        wrong.append(f"{attribute} {name}: has {len(found.arguments)} arguments")
    return wrong


def argument_descriptions(path: Path) -> list[str]:
    """What the function wizard says of each argument is what is declared, and VBA has the same arguments."""
    public = _public(path)
    with ZipFile(path) as package:
        workbook = ElementTree.fromstring(package.read("xl/workbook.xml"))
    said = {
        name.attrib["name"]: [
            (each.attrib["index"], each.text) for each in name.iter(f"{X14}argumentDescription")
        ]
        for name in workbook.iter(f"{X14}definedName")
    }
    wrong = [f"{name} is described but not declared" for name in said if name not in FUNCTIONS]
    for name, function in FUNCTIONS.items():
        declared = [(str(at), argument.help) for at, argument in enumerate(function.arguments)]
        if said.get(name, []) != declared:
            wrong.append(f"{name}: its arguments are described otherwise than declared")
        arguments = [Argument(each.name, each.optional, each.rest) for each in function.arguments]
        found = public.get(name)
        if not found or found != Procedure("Function", arguments):
            wrong.append(f"{name}: the arguments in VBA are not those declared")
    return wrong


def formula_functions(path: Path) -> list[str]:
    """Each of our functions that a formula uses is there."""
    there = {name for name, each in _public(path).items() if each.kind == "Function"} & set(FUNCTIONS)
    wrong = []
    with ZipFile(path) as package:
        for part in package.namelist():
            if not re.match(r"xl/(worksheets/|tables/|workbook\.xml)[^/]*$", part):
                continue
            for element in ElementTree.fromstring(package.read(part)).iter():
                if element.tag.rpartition("}")[2] in FORMULAS:
                    used = set(re.findall(r"\bXR_\w+", _TEXT.sub("", element.text or ""), re.IGNORECASE))
                    wrong += [f"{part}: there is no {name}" for name in sorted(used - there)]
    return wrong


def defined_names(path: Path) -> list[str]:
    """Each sheet that a defined name mentions, or belongs to, is there."""
    with ZipFile(path) as package:
        workbook = ElementTree.fromstring(package.read("xl/workbook.xml"))
    sheets = [sheet.attrib["name"] for sheet in workbook.iter(f"{MAIN}sheet")]
    wrong = []
    for name in workbook.iter(f"{MAIN}definedName"):
        for quoted, plain in _SHEET.findall(_TEXT.sub("", name.text or "")):
            if (sheet := quoted.replace("''", "'") or plain) not in sheets:
                wrong.append(f"{name.attrib['name']}: there is no sheet {sheet}")
        if int(name.attrib.get("localSheetId", 0)) >= len(sheets):
            wrong.append(f"{name.attrib['name']}: belongs to no sheet")
    return wrong


def duplicate_cells(path: Path) -> list[str]:
    """No address stands twice in a sheet, nor a row."""
    wrong = []
    with ZipFile(path) as package:
        for part in package.namelist():
            if not part.startswith("xl/worksheets/sheet"):
                continue
            sheet = ElementTree.fromstring(package.read(part))
            for tag in ("row", "c"):
                places = Counter(each.attrib["r"] for each in sheet.iter(MAIN + tag))
                wrong += [
                    f"{part}: {place} stands {count} times" for place, count in places.items() if count > 1
                ]
    return wrong


def code_names(path: Path) -> list[str]:
    """The workbook's and the sheets' names in VBA differ, and every document module belongs to one of them."""
    with ZipFile(path) as package:
        roots = [
            ElementTree.fromstring(package.read(part))
            for part in package.namelist()
            if re.match(r"xl/(workbook|worksheets/sheet\d+)\.xml$", part)
        ]
    names = Counter(
        each.attrib["codeName"]
        for root in roots
        for tag in ("workbookPr", "sheetPr")
        for each in root.iter(MAIN + tag)
        if "codeName" in each.attrib
    )
    wrong = [f"{name}: {count} sheets have this name in VBA" for name, count in names.items() if count > 1]
    wrong += [] if names.total() == len(roots) else ["a sheet has no name in VBA"]
    documents = [name for name, text in vba_texts(path).items() if _DOCUMENT in text]
    return wrong + [f"{name}: there is no such sheet" for name in documents if name not in names]


def function_groups(path: Path) -> list[str]:
    """Our category of the function wizard is declared, and VBA puts no function into one that is not."""
    with ZipFile(path) as package:
        workbook = ElementTree.fromstring(package.read("xl/workbook.xml"))
    groups = [each.attrib["name"] for each in workbook.iter(f"{MAIN}functionGroup")]
    built_in = sum(int(each.get("builtInGroupCount", 16)) for each in workbook.iter(f"{MAIN}functionGroups"))
    used = [int(each) for text in vba_texts(path).values() for each in _GROUP.findall(text)]
    wrong = [] if groups == [CATEGORY] else [f"the categories are {groups}"]
    return wrong + [f"there is no category {each}" for each in used if each > built_in + len(groups)]


def vba_is_ascii(path: Path) -> list[str]:
    """VBA text is stored in a code page: only ASCII is the same in all of them."""
    return [f"{name} is not ASCII" for name, text in vba_texts(path).items() if not text.isascii()]


LINTS = (
    ribbon_parts,
    ribbon_callbacks,
    argument_descriptions,
    formula_functions,
    defined_names,
    duplicate_cells,
    code_names,
    function_groups,
    vba_is_ascii,
)


def plant(source: Path, target: Path, part: str, old: str, new: str) -> None:
    """A copy with a fault in one part, or in one VBA module."""
    if "." not in part:
        with ExcelFile(source) as book:
            text = book.get_module(part)
            assert old in text
            book.set_module(part, text.replace(old, new))
            book.save(target)
        return
    with ZipFile(source) as before, ZipFile(target, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == part:
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode(), 1)
            after.writestr(name, content)
