"""The VBA project and the packages around it, judged by readers and an interpreter that are not ours."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from pyopenvba import ExcelFile, check_file
from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.exceptions import VBACompileError

from tests import package_lints
from tests.package_lints import CALLBACKS, LINTS, plant, procedures, vba_texts
from tests.test_packages import errors
from tests.vba_interpreter import RIBBON_PLAYER, STAND_IN, compiled, undeclared
from xlreport.addin.addin_file import build_addin, write_function_sheet
from xlreport.addin.function import CATEGORY
from xlreport.addin.package import RIBBON as RIBBON_PART
from xlreport.addin.package import RIBBON_RELATION, complete
from xlreport.addin.project import (
    MODULES,
    master_project,
    read_macros,
    read_text,
    vba_project,
    xlwings_module,
)
from xlreport.addin.udfs import FUNCTIONS
from xlreport.addin.wrappers import wrappers
from xlreport.assets import FOLDER, MACROS
from xlreport.sheets.pen import Pen

CREATED = datetime(2024, 1, 1)
COMMITTED = [name for name in ("xlreport.xlam", "绩效自评.xlsm") if (FOLDER / name).is_file()]
PACKAGES = ["fresh.xlam", "fresh.xlsm", *COMMITTED]

ACTIONS = {
    "XrRunChecks": "run_checks",
    "XrVerifyReport": "verify_report",
    "XrExportReport": "export_report",
    "XrExportPapers": "export_papers",
    "XrFillForms": "fill_forms",
    "XrGenerateWorkbook": "generate_workbook",
    "XrSendMail": "send_mail",
    "XrNextYear": "next_year",
    "XrShowHelp": "show_help",
    "XrShowDiagnosis": "show_diagnosis",
}


@pytest.fixture(scope="module")
def macros(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """macros/ with the wrappers as they would be generated now."""
    folder = tmp_path_factory.mktemp("macros")
    shutil.copytree(MACROS, folder, dirs_exist_ok=True)
    (folder / "Functions.bas").write_text(wrappers(FUNCTIONS.values()), "ascii", newline="\n")
    return folder


@pytest.fixture(scope="module")
def fresh(macros: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Packages built now."""
    folder = tmp_path_factory.mktemp("packages")
    addin, book = folder / "fresh.xlam", folder / "fresh.xlsm"
    build_addin(addin, created=CREATED, functions=FUNCTIONS.values(), macros=macros)
    build_book(book, macros)
    return {path.name: path for path in (addin, book)}


def build_book(path: Path, macros: Path) -> None:
    """A workbook with macros, as small as one can be."""
    pen = Pen(path, title="t", author="a", created=CREATED)
    first = pen.sheet("首页")
    pen.formula(first, 0, 0, "=XR_SHARE(1,4)", None, 0.25)
    pen.text(first, 1, 0, "=XR_NONE(1)")
    pen.book.define_name("比例", "='首页'!$A$1")
    write_function_sheet(pen, pen.sheet("_functions"), FUNCTIONS.values())
    pen.project(master_project(macros))
    pen.close()
    complete(path, ribbon=read_text(macros / "ribbon.xml"), functions=FUNCTIONS.values(), addin=False)


@pytest.fixture(params=PACKAGES)
def package(request: pytest.FixtureRequest, fresh: dict[str, Path]) -> Path:
    """Each package that is built now, and each that is committed."""
    return fresh.get(request.param) or FOLDER / request.param


# What other programs read


def test_olevba_reads_the_very_texts(package: Path, macros: Path) -> None:
    addin = package.suffix == ".xlam"
    found = vba_texts(package)
    document = read_text(macros / ("ThisAddin.cls" if addin else "ThisWorkbook.cls"))
    assert (
        found.pop("ThisWorkbook").partition("Option Explicit")[2] == document.partition("Option Explicit")[2]
    )
    assert found.pop("Sheet1").strip().splitlines()[-1].startswith("Attribute ")
    found["Ribbon"] = found["Ribbon"].replace("Public Sub XrAddin", "Public Sub Xr")
    assert found == read_macros(macros) | {"xlwings": xlwings_module(addin)}


def test_pyopenvba_finds_nothing(package: Path) -> None:
    report = check_file(package)
    assert (report.issues, report.complete) == ((), True)
    with ExcelFile(package) as book:
        assert book.validate() == []


def test_the_open_xml_sdk_finds_nothing(package: Path, ooxml_validator: str) -> None:
    assert errors(ooxml_validator, package) == []


def test_the_open_xml_sdk_reads_the_ribbon_too(
    fresh: dict[str, Path], ooxml_validator: str, tmp_path: Path
) -> None:
    """The judge is awake: it knows the attributes of a button, and the order of the workbook's elements."""
    for number, (part, old, new) in enumerate(
        [
            (RIBBON_PART, "supertip=", "tip="),
            (BOOK, "<sheets>", "<calcPr/><sheets>"),
            (BOOK, "x14:arg", "x14:a"),
        ]
    ):
        path = tmp_path / f"{number}.xlsm"
        plant(fresh["fresh.xlsm"], path, part, old, new)
        assert errors(ooxml_validator, path), old


def test_the_main_part_is_of_the_type_of_its_ending(package: Path) -> None:
    with ZipFile(package) as parts:
        types = ElementTree.fromstring(parts.read("[Content_Types].xml"))
    main = {each.attrib["ContentType"] for each in types if each.get("PartName") == "/xl/workbook.xml"}
    kind = {".xlam": "addin", ".xlsm": "sheet"}[package.suffix]
    assert main == {f"application/vnd.ms-excel.{kind}.macroEnabled.main+xml"}


def test_the_same_input_gives_the_same_bytes(fresh: dict[str, Path], macros: Path, tmp_path: Path) -> None:
    build_addin(tmp_path / "fresh.xlam", created=CREATED, functions=FUNCTIONS.values(), macros=macros)
    build_book(tmp_path / "fresh.xlsm", macros)
    for name, path in fresh.items():
        assert path.read_bytes() == (tmp_path / name).read_bytes()


# What the texts must be


def test_text_that_vba_cannot_hold_is_refused() -> None:
    head = 'Attribute VB_Name = "A"\n'
    assert vba_project({"A": head}, "") == vba_project({"A": head.replace("\n", "\r\n")}, "")
    with pytest.raises(ValueError, match="ASCII"):
        vba_project({"A": head + "' 中文\n"}, "")
    with pytest.raises(ValueError, match="ASCII"):
        vba_project({}, "' é\n")
    for name, text in (("B", head), ("A", "Option Explicit\n")):
        with pytest.raises(ValueError, match="first line"):
            vba_project({name: text}, "")


@pytest.mark.parametrize("addin", [False, True])
def test_the_xlwings_module_is_the_pinned_one_with_our_name_and_its_licence(addin: bool) -> None:
    text = xlwings_module(addin)
    assert text.startswith('Attribute VB_Name = "xlwings"\n')
    assert '\nPublic Const PROJECT_NAME As String = "xlreport"\n' in text
    assert "\n'xlwings is distributed under a BSD 3-clause license.\n" in text
    assert ("ActiveWorkbook.FullName" in text) is addin


def test_another_xlwings_than_the_pinned_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlreport.addin.project.pinned_xlwings", lambda: "0.1.0")
    with pytest.raises(ValueError, match="pinned"):
        xlwings_module(addin=False)


@pytest.mark.parametrize("addin", [False, True])
def test_no_workbook_chooses_the_program_that_is_started(addin: bool) -> None:
    """Settings come from the user's own file, not from a sheet of the workbook or a file beside it."""
    text = xlwings_module(addin)
    before, found, after = text.partition('    If source = "" Then source = "user"\n')
    assert found
    assert before.rstrip().endswith("must not choose the program that is started.")
    assert 'If source = "" Or source = "sheet" Then' in after


def test_a_package_without_what_is_to_be_completed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsm"
    with ZipFile(path, "w") as parts:
        parts.writestr("xl/workbook.xml", "<workbook><sheets/></workbook>")
    with pytest.raises(ValueError, match="</sheets>"):
        complete(path, ribbon="", functions=[], addin=False)
    with ZipFile(path, "w") as parts:
        parts.writestr("xl/workbook.xml", "<workbook><sheets></sheets></workbook>")
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"lacks _rels/\.rels"):
        complete(path, ribbon="", functions=[], addin=False)
    assert path.read_bytes() == before


# What an interpreter makes of them


def test_every_module_compiles(package: Path) -> None:
    excel = compiled(package, vba_texts(package))
    assert undeclared(excel) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Set mRibbon = ribbon", "Set mRibon = ribbon"),
        ('XrRunAction "send_mail"', 'XrRunAktion "send_mail"'),
        ("returnedVal = True", "returnedVal = Treu"),
        ("Option Explicit\n", ""),
    ],
)
def test_the_search_for_undeclared_names_is_awake(fresh: dict[str, Path], old: str, new: str) -> None:
    path = fresh["fresh.xlsm"]
    texts = vba_texts(path)
    assert old in texts["Ribbon"]
    texts["Ribbon"] = texts["Ribbon"].replace(old, new)
    assert len(undeclared(compiled(path, texts))) == 1


@pytest.mark.parametrize("module", [*MODULES, "ThisWorkbook"])
def test_the_compiler_is_awake(fresh: dict[str, Path], module: str) -> None:
    texts = vba_texts(fresh["fresh.xlsm"])
    texts[module] = texts[module].replace("End Sub", "End If", 1).replace("End Function", "End If", 1)
    with pytest.raises(VBACompileError, match=module):
        compiled(fresh["fresh.xlsm"], texts)


def own_name(callback: str, package: Path) -> str:
    """What a callback is called in a package: never the same in the add-in and in a workbook open beside it."""
    return callback.replace("Xr", "XrAddin") if package.suffix == ".xlam" else callback


@pytest.fixture
def played(package: Path) -> ExcelApplication:
    """The modules of a package with the stand-in for Host."""
    texts = vba_texts(package)
    for name, old, new in (
        ("Ribbon", "ThisWorkbook.IsAddin", "PlayAddin"),
        ("Descriptions", "Application.MacroOptions", "PlayOptions"),
    ):
        assert old in texts[name]
        texts[name] = texts[name].replace(old, new)
    texts["Host"] = STAND_IN
    for callback in ("XrTabVisible", "XrRibbonLoaded"):
        texts["Host"] = texts["Host"].replace(callback, own_name(callback, package))
    excel = compiled(package, texts)
    excel.add_module(RIBBON_PLAYER, name="RibbonPlayer", kind="class")
    return excel


def test_every_button_runs_its_action(package: Path, played: ExcelApplication) -> None:
    with ZipFile(package) as parts:
        ribbon = ElementTree.fromstring(parts.read(RIBBON_PART))
    named = [each.attrib["onAction"] for each in ribbon.iter() if "onAction" in each.attrib]
    assert named == [own_name(name, package) for name in ACTIONS]
    for name in named:
        played.run(name, played.workbook)
    assert played.console == list(ACTIONS.values())


def test_every_button_says_what_it_is_for(macros: Path) -> None:
    buttons = [
        each for each in ElementTree.parse(macros / "ribbon.xml").iter() if each.tag.endswith("}button")
    ]
    for button in buttons:
        assert button.attrib["screentip"] == button.attrib["label"]
        assert len(button.attrib["supertip"]) > len(button.attrib["label"])
        assert button.attrib["imageMso"]
    assert len({button.attrib["imageMso"] for button in buttons}) == len(ACTIONS)


def test_the_addin_hides_its_tab_where_the_workbook_has_one(played: ExcelApplication) -> None:
    shown = {
        (addin, own): played.run("PlayVisible", addin, own)
        for addin in (False, True)
        for own in (False, True)
    }
    assert shown == {(False, False): True, (False, True): True, (True, False): True, (True, True): False}


def test_no_callback_of_the_addin_is_called_as_one_of_the_workbook(fresh: dict[str, Path]) -> None:
    names = []
    for path in fresh.values():
        with ZipFile(path) as parts:
            ribbon = ElementTree.fromstring(parts.read(RIBBON_PART))
        names.append({each.attrib[key] for each in ribbon.iter() for key in CALLBACKS if key in each.attrib})
    assert len(names[0]) == len(names[1]) == len(ACTIONS) + 2
    public = [
        {name for text in vba_texts(path).values() for name in procedures(text)} for path in fresh.values()
    ]
    assert names[0].isdisjoint(public[1])
    assert names[1].isdisjoint(public[0])


def test_the_ribbon_is_refreshed_once_it_is_there(played: ExcelApplication) -> None:
    played.run("PlayRibbon")
    assert played.console == ["xrTab"]


def test_another_workbook_refreshes_the_ribbon_of_the_addin(fresh: dict[str, Path]) -> None:
    texts = vba_texts(fresh["fresh.xlam"])
    texts["Ribbon"] = "Public Sub XrRefreshRibbon()\nDebug.Print 1\nEnd Sub\n"
    excel = compiled(fresh["fresh.xlam"], texts)
    excel.run("ThisWorkbook.Workbook_Open")
    assert excel.console == []
    excel.run("ThisWorkbook.session_WorkbookActivate", excel.workbook)
    excel.run("ThisWorkbook.session_WorkbookDeactivate", excel.workbook)
    assert len(excel.console) == 2


@pytest.mark.parametrize("package", [name for name in PACKAGES if name.endswith(".xlsm")], indirect=True)
def test_an_opened_workbook_describes_its_functions(package: Path, played: ExcelApplication) -> None:
    played.run("ThisWorkbook.Workbook_Open")
    expected = [
        "|".join(
            [
                f"'{package.name}'!{function.name}",
                function.help,
                CATEGORY,
                *(argument.help for argument in function.arguments),
            ]
        )
        for function in FUNCTIONS.values()
    ]
    assert played.console == expected


def test_functions_are_not_described_where_there_is_no_list(fresh: dict[str, Path]) -> None:
    texts = {"Descriptions": vba_texts(fresh["fresh.xlam"])["Descriptions"]}
    compiled(fresh["fresh.xlam"], texts).run("XrDescribeFunctions")


def test_each_function_hands_on_what_it_is_given(played: ExcelApplication) -> None:
    for name, function in FUNCTIONS.items():
        ordinary = sum(not argument.rest for argument in function.arguments)
        rest = [3] if ordinary < len(function.arguments) else []
        given = list(range(ordinary + sum(rest)))
        assert played.run(name, *given) == " ".join(map(str, [name, ordinary, *rest]))


# What no validator sees


@pytest.mark.parametrize("lint", LINTS, ids=lambda lint: lint.__name__)
def test_lint_finds_nothing(package: Path, lint: Callable[[Path], list[str]]) -> None:
    assert lint(package) == []


GROUPED = 'Attribute XR_SHARE.VB_ProcData.VB_Invoke_Func = " \\n21"\nEnd Function'
BOOK, SHEET = "xl/workbook.xml", "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("lint", "part", "old", "new"),
    [
        ("ribbon_parts", "_rels/.rels", "/2007/relationships/ui", "/2006/relationships/ui"),
        ("ribbon_parts", "_rels/.rels", "customUI14.xml", "customUI.xml"),
        ("ribbon_parts", "_rels/.rels", "ui/extensibility", "ui/other"),
        ("ribbon_parts", "_rels/.rels", "</Relat", "TWICE</Relat"),
        ("ribbon_callbacks", RIBBON_PART, "XrSendMail", "XrSendMails"),
        ("ribbon_callbacks", RIBBON_PART, '"XrTabVisible"', '"XrSendMail"'),
        ("ribbon_callbacks", RIBBON_PART, "XrTabVisible", "XrHasOwnButtons"),
        ("ribbon_callbacks", RIBBON_PART, "getVisible=", "getLabel="),
        ("argument_descriptions", BOOK, 'index="1"', 'index="2"'),
        ("argument_descriptions", BOOK, 'x14:definedName name="XR_RATE"', 'x14:definedName name="XR_OTHER"'),
        (
            "argument_descriptions",
            "Functions",
            "Public Function XR_SHARE(part, whole)",
            "Public Function XR_SHARE(whole, part)",
        ),
        ("argument_descriptions", "Functions", "Optional ", ""),
        ("argument_descriptions", "Functions", "ParamArray parts()", "parts"),
        ("formula_functions", SHEET, "XR_SHARE", "XR_SHARED"),
        ("formula_functions", BOOK, "'首页'!$A$1", "XR_SHARED(1)"),
        ("formula_functions", "Functions", "Function XR_SHARE(", "Function XR_SHARED("),
        ("defined_names", BOOK, "'首页'!$A$1", "'首 页'!$A$1"),
        ("defined_names", BOOK, "'首页'!$A$1", "首頁!$A$1"),
        ("defined_names", BOOK, "'首页'!$A$1", "#REF!"),
        ("defined_names", BOOK, '<definedName name="比例"', '<definedName name="比例" localSheetId="2"'),
        ("duplicate_cells", SHEET, '<c r="A2"', '<c r="A1"'),
        ("duplicate_cells", SHEET, '<row r="2"', '<row r="1"'),
        ("code_names", BOOK, 'codeName="ThisWorkbook"', 'codeName="ThisBook"'),
        ("code_names", SHEET, 'codeName="Sheet1"', 'codeName="Sheet2"'),
        ("code_names", SHEET, 'codeName="Sheet1"', 'codeName="Sheet3"'),
        ("function_groups", BOOK, "<functionGroup ", "<functionGroups "),
        ("function_groups", BOOK, f'name="{CATEGORY}"', 'name="其他"'),
        ("function_groups", "Functions", "End Function", GROUPED),
        ("vba_is_ascii", "Ribbon", "' What", "' é"),
    ],
)
def test_lint_is_awake(
    fresh: dict[str, Path], tmp_path: Path, lint: str, part: str, old: str, new: str
) -> None:
    path = tmp_path / "planted.xlsm"
    new = new.replace("TWICE", f'<Relationship Id="r" Type="{RIBBON_RELATION}" Target="{RIBBON_PART}"/>')
    plant(fresh["fresh.xlsm"], path, part, old, new)
    assert getattr(package_lints, lint)(path)
