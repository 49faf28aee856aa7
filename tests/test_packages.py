"""What we write, judged by Microsoft's Open XML SDK, and opened and calculated by LibreOffice."""

import json
import subprocess
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.conftest import Demo
from tests.office import convert
from xlreport.assets import FOLDER
from xlreport.department import papers_of
from xlreport.model.inputs import Inputs, empty, with_values
from xlreport.narrative import narrate
from xlreport.report import Report, evaluate
from xlreport.sheets.filing import write_filing
from xlreport.sheets.master import build_master


@pytest.mark.parametrize("kind", ["master", "word", "generated", "report.docx", "绩效自评.xlsx"])
def test_the_open_xml_sdk_finds_nothing(demo: Demo, ooxml_validator: str, kind: str) -> None:
    path = getattr(demo, kind) if kind in Demo._fields else FOLDER / kind
    assert errors(ooxml_validator, path) == []


def test_the_open_xml_sdk_would_find_something(demo: Demo, ooxml_validator: str, tmp_path: Path) -> None:
    """The judge is awake: a package with one wrong attribute does not pass."""
    import zipfile

    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(demo.generated) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet3.xml":
                content = content.replace(b"<sheetData>", b'<sheetData wrong="1">', 1)
            target.writestr(name, content)
    assert errors(ooxml_validator, broken)


def errors(validator: str, path: Path) -> list[Any]:
    answer = subprocess.run([validator, str(path)], capture_output=True, check=False, timeout=120)
    found = json.loads(answer.stdout)
    assert isinstance(found["errors"], list)
    return found["errors"] if found["errors"] or found["ok"] else [found]


def formulas(path: Path) -> dict[tuple[str, str], Any]:
    """The stored value of every formula cell."""
    texts, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    return {
        (sheet.title, cell.coordinate): values[sheet.title][cell.coordinate].value
        for sheet in texts
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


def compare(path: Path, soffice: str, tmp_path: Path) -> int:
    """Every formula calculated by LibreOffice gives the value that we stored; how many there are."""
    stored = formulas(path)
    calculated = openpyxl.load_workbook(convert(soffice, path, "xlsx", tmp_path), data_only=True)
    for (sheet, cell), value in stored.items():
        other = calculated[sheet][cell].value
        if isinstance(value, int | float):
            assert other == pytest.approx(value, abs=1e-9), (sheet, cell)
        else:
            # A calculated 0 is not the blank that we show.
            assert ("" if other is None else other) == ("" if value is None else value), (sheet, cell)
    return len(stored)


@pytest.mark.parametrize("kind", ["master", "generated"])
def test_libreoffice_calculates_what_is_stored(demo: Demo, soffice: str, tmp_path: Path, kind: str) -> None:
    assert compare(getattr(demo, kind), soffice, tmp_path) > 60


@pytest.mark.parametrize("case", ["empty", "zero bases", "filled"])
def test_libreoffice_calculates_what_is_stored_for_other_records(
    sample: Report, soffice: str, tmp_path: Path, case: str
) -> None:
    """Blanks, zero bases, and figures that come out at exact halves."""
    inputs = {"empty": empty(), "zero bases": _zero(sample.inputs), "filled": _filled(sample.inputs)}[case]
    report = evaluate(replace(inputs, template=sample.inputs.template))
    master, generated = tmp_path / "m.xlsx", tmp_path / "f.xlsx"
    sources = build_master(report, master)
    write_filing(report, narrate(report), papers_of(report), generated, sources=sources, source_name="m.xlsx")
    assert compare(master, soffice, tmp_path) > 70
    compare(generated, soffice, tmp_path)


def _zero(inputs: Inputs) -> Inputs:
    nothing = Decimal()
    return with_values(
        inputs,
        full_year={"expenditure": nothing},
        initial={"expenditure": nothing, "public": nothing},
        final={"public": Decimal(3)},
        three_public_budget={"total": nothing},
        establishment={"total": 0},
        assets={"fixed": nothing, "in_use": nothing},
        projects=tuple(p._replace(full_year=nothing, arrived=nothing) for p in inputs.projects),
    )


def _filled(inputs: Inputs) -> Inputs:
    return with_values(
        inputs,
        final={"public": Decimal("0.00125"), "government_fund": Decimal("1.5")},
        initial={"public": Decimal(1)},
        adjustment={"additions": Decimal("4689.44"), "reductions": Decimal(1), "structural": Decimal("2.5")},
        balance={"opening": Decimal(8), "closing": Decimal("8.00005"), "total": Decimal(1)},
        three_public_prior_budget={"total": Decimal("10.0005")},
        procurement_budget={"total": Decimal("137.8")},
        awards={"sme": Decimal(0)},
        projects=tuple(p._replace(arrived=p.executed) for p in inputs.projects),
    )


@pytest.mark.parametrize("kind", ["master", "generated", "word"])
def test_libreoffice_opens_and_prints_it(demo: Demo, soffice: str, tmp_path: Path, kind: str) -> None:
    assert convert(soffice, getattr(demo, kind), "pdf", tmp_path).read_bytes().startswith(b"%PDF")


def test_a_changed_number_marks_what_was_computed_before(demo: Demo, soffice: str, tmp_path: Path) -> None:
    """检查结果 and the previews say so themselves, in a workbook that calculates."""
    book = openpyxl.load_workbook(demo.master)
    book["收支情况"]["G18"].value = 600
    changed = tmp_path / "changed.xlsx"
    book.save(changed)
    for path, said in (
        (demo.master, ""),
        (changed, "数字已改动，以下内容是改动前的，请重新检查、核对或导出"),
    ):
        calculated = openpyxl.load_workbook(convert(soffice, path, "xlsx", tmp_path), data_only=True)
        for sheet in ("检查结果", "报告模板"):
            assert (calculated[sheet]["B3"].value or "") == said
