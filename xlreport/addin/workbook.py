"""The master workbook with functions in its cells and buttons in the ribbon: the .xlsm."""

from datetime import datetime
from pathlib import Path
from typing import Any

from xlreport.addin.addin_file import FUNCTION_SHEET, write_function_sheet
from xlreport.addin.function import Function
from xlreport.addin.package import complete
from xlreport.addin.self_test import SHEET, write_self_test
from xlreport.addin.udfs import FUNCTIONS
from xlreport.assets import MACROS, asset, pinned_xlwings
from xlreport.report import Report
from xlreport.sheets.layout import Addresses
from xlreport.sheets.master import Extras, build_master
from xlreport.sheets.pen import Pen

PROJECT = "vbaProject.bin"
LIVE, PLAIN = MASTERS = (".xlsm", ".xlsx")  # with functions and buttons inside, or without macros


def build_live_master(
    report: Report, path: Path, *, created: datetime | None = None, project: Path | None = None
) -> Addresses:
    """Write the master workbook of a record with all that makes it live; `path` should end in .xlsm.

    `project` is the file of its VBA project, if not the asset.
    """
    extras = Extras(
        project=(project or asset(PROJECT)).read_bytes(),
        xlwings=pinned_xlwings(),
        functions=[(written(function), function.help) for function in FUNCTIONS.values()],
        sheets={SHEET: write_self_test, FUNCTION_SHEET: _write_functions},
    )
    addresses = build_master(report, path, extras=extras, created=created)
    ribbon = (MACROS / "ribbon.xml").read_text("utf-8")
    complete(path, ribbon=ribbon, functions=FUNCTIONS.values(), addin=False)
    return addresses


def build_flavour(report: Report, path: Path) -> Addresses:
    """Write the master workbook of a record: live, or without macros, as the ending of the file says."""
    return build_live_master(report, path) if path.suffix.lower() == LIVE else build_master(report, path)


def written(function: Function) -> str:
    """How a function is written in a cell: XR_GRADE(total, [full])."""
    shown = (
        f"[{a.name}]" if a.optional else f"{a.name}, …" if a.rest else a.name for a in function.arguments
    )
    return f"{function.name}({', '.join(shown)})"


def _write_functions(pen: Pen, sheet: Any) -> None:
    write_function_sheet(pen, sheet, FUNCTIONS.values())
