"""Imports run one way, and each third party has one door."""

import ast
import re
import sys
from pathlib import Path

import pytest

import xlreport

PACKAGE = Path(xlreport.__file__).parent

# From the foundation up: a module may import from its own line and the lines above it.
LAYERS = (
    ("errors", "assets", "collector", "machine"),
    ("files", "buttons", "thresholds"),
    ("model",),
    ("wording",),
    ("checks",),
    ("report", "datafile", "carry_forward"),
    ("template", "narrative", "papers", "facts"),
    ("typesetting", "word_tables", "word", "word_text", "word_marks", "gongwen", "mail", "sheets", "forms"),
    ("department", "review"),
    ("verify", "from_report"),
    ("addin", "diagnosis", "doctor", "doctor_excel", "doctor_policy", "doctor_writing", "libreoffice"),
    ("build",),
    (
        *("cli", "cli_findings", "cli_output", "cli_papers", "cli_review", "cli_setup", "cli_usage"),
        "cli_verify",
    ),
)

# Inside the packages, likewise.
MODEL = (
    *("fields", "self_evaluation", "inputs", "numbers", "values", "figures"),
    *("rate", "rates", "scoring", "scorecard"),
)
SHEETS = (
    *("layout", "oddity", "package", "plain", "cells", "guard", "reader", "pen", "validation"),
    *("form_sheet", "table_sheet", "score_columns", "live", "check_sheet", "difference_sheet"),
    *("home", "manual", "master", "figures_sheet", "paper_sheet", "filing"),
    "forms",
)
FORMS = (
    *(
        "spans",
        "sheet_xml",
        "parts",
        "grid",
        "labels",
        "yearless",
        "segments",
        "wanted",
        "places",
        "indicators",
        "names",
    ),
    *("filling", "record"),
)

XLWINGS_ENGINE = ("app", "engine", "formats", "formulas", "names", "ranges", "sheets", "values")

DOORS = {
    "click": {
        "cli",
        "cli_findings",
        "cli_output",
        "cli_papers",
        "cli_review",
        "cli_setup",
        "cli_usage",
        "cli_verify",
        "build",
    },  # build prints the help of the commands into README
    "rich": {"cli_output"},
    "python_calamine": {"sheets.reader"},
    "xlsxwriter": {"sheets.pen"},
    "docx": {"word", "word_tables", "gongwen"},
    "lxml": {"word", "word_text", "word_marks", "gongwen"},  # what python-docx is made of
    "jinja2": {"template", "narrative"},
    "openpyxl": {"sheets.forms"},
    "pyopenvba": {"addin.project"},  # at build time only
    "xlwings": {
        *("addin.ribbon", "addin.marks", "addin.differences", "addin.published"),
        *(f"libreoffice.{name}" for name in XLWINGS_ENGINE),
    },
    "win32com": {"addin.outbox"},
    "pywintypes": {"addin.outbox"},
    "uno": {"libreoffice.bridge", "libreoffice.component", "libreoffice.office"},
    "unohelper": {"libreoffice.bridge", "libreoffice.component"},
    "com": {"libreoffice.bridge", "libreoffice.component"},
}


def modules() -> dict[str, Path]:
    """Every module of the package, by its name inside it."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
        found[name] = path
    return found


def imports_of(source: str) -> set[str]:
    """The modules that a source text imports, wherever it does (only for types excepted)."""
    found: set[str] = set()
    skipped: set[ast.AST] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            skipped.update(inner for child in node.body for inner in ast.walk(child))
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where they lead"
            found.add(node.module or "")
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def inside(imported: str, known: dict[str, Path]) -> str | None:
    """The module of ours that an import names; None for others and for names inside a module."""
    name = imported.removeprefix("xlreport.")
    return name if imported.startswith("xlreport.") and name in known else None


def layer(module: str) -> int:
    top = module.partition(".")[0]
    return next(at for at, names in enumerate(LAYERS) if top in names)


def upward(module: str, source: str, known: dict[str, Path]) -> list[str]:
    """The imports of a module that run against the order."""
    wrong = []
    for imported in imports_of(source):
        target = inside(imported, known)
        if (
            target is None
            or target == module
            or target.partition(".")[0] == target == module.partition(".")[0]
        ):
            continue
        if layer(target) > layer(module):
            wrong.append(target)
        for order, folder in ((MODEL, "model."), (SHEETS, "sheets."), (FORMS, "forms.")):
            if module.startswith(folder) and target.startswith(folder):
                here, there = module.removeprefix(folder), target.removeprefix(folder)
                if order.index(there) >= order.index(here):
                    wrong.append(target)
    return wrong


@pytest.mark.parametrize("module", [name for name in modules() if name not in ("__init__", "")])
def test_imports_run_one_way(module: str) -> None:
    known = modules()
    assert upward(module, known[module].read_text("utf-8"), known) == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("model.rates", "from xlreport.checks.rule import Level"),
        ("checks.assets", "from xlreport.report import evaluate"),
        ("sheets.reader", "from xlreport.sheets.master import build_master"),
        ("model.fields", "from xlreport.model.inputs import Inputs"),
        ("narrative", "def f():\n    from xlreport.word import write_report"),
    ],
)
def test_a_planted_import_against_the_order_is_found(module: str, line: str) -> None:
    assert upward(module, line, modules())


@pytest.mark.parametrize("module", [name for name in modules() if name not in ("__init__", "")])
def test_third_parties_have_one_door(module: str) -> None:
    tops = {name.partition(".")[0] for name in imports_of(modules()[module].read_text("utf-8"))}
    assert [party for party, doors in DOORS.items() if party in tops and module not in doors] == []


def test_nothing_else_is_imported() -> None:
    known = set(DOORS) | {"xlreport"} | sys.stdlib_module_names
    for module, path in modules().items():
        tops = {name.partition(".")[0] for name in imports_of(path.read_text("utf-8"))}
        assert tops - known - {""} == set(), module


def test_the_model_touches_no_file() -> None:
    for module, path in modules().items():
        if module.startswith(("model", "checks")) or module == "report":
            assert not imports_of(path.read_text("utf-8")) & {"pathlib", "io", "os", "open"}, module
            assert not re.search(r"(?<![\w.])open\(", path.read_text("utf-8")), module


def test_modules_stay_small() -> None:
    assert {m: n for m, p in modules().items() if (n := len(p.read_text("utf-8").splitlines())) > 400} == {}
