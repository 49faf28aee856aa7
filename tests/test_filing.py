"""The generated workbook: no macros, no links, right without calculation, and every figure with its source."""

import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from xlsxwriter.worksheet import Worksheet

from tests.conftest import Demo
from xlreport.department import papers_of
from xlreport.model.fields import blank
from xlreport.model.inputs import Inputs, Project, with_values
from xlreport.model.rates import RATES
from xlreport.narrative import narrate
from xlreport.report import Report, evaluate
from xlreport.sheets.filing import write_filing
from xlreport.sheets.master import build_master


def filed(inputs: Inputs, tmp_path: Path) -> Path:
    report = evaluate(inputs)
    sources = build_master(report, tmp_path / "m.xlsx")
    path = tmp_path / "f.xlsx"
    write_filing(report, narrate(report), papers_of(report), path, sources=sources, source_name="m.xlsx")
    return path


def test_its_sheets(demo: Demo) -> None:
    names = openpyxl.load_workbook(demo.generated).sheetnames
    papers = ["附件2", "附件3", *(f"附件4-{number}" for number in range(1, 5))]
    assert names == ["封面", "自评报告", *papers, "主要数据", "项目情况", "检查结果", "数据来源"]


def test_no_macros_no_links_to_other_files(demo: Demo) -> None:
    with zipfile.ZipFile(demo.generated) as package:
        names = package.namelist()
        relations = "".join(package.read(n).decode() for n in names if n.endswith(".rels"))
    assert not [
        name for name in names if "vba" in name.lower() or "externalLink" in name or "customUI" in name
    ]
    assert 'TargetMode="External"' not in relations


def test_the_narrative_is_all_there(demo: Demo, sample: Report) -> None:
    sheet = openpyxl.load_workbook(demo.generated)["自评报告"]
    texts = [row[0] for row in sheet.iter_rows(values_only=True)]
    assert texts == [paragraph.text for paragraph in narrate(sample).paragraphs]


def test_rates_are_formulas_on_the_figures_with_stored_values(demo: Demo, sample: Report) -> None:
    formulas = openpyxl.load_workbook(demo.generated)["主要数据"]
    values = openpyxl.load_workbook(demo.generated, data_only=True)["主要数据"]
    rows = {formulas.cell(at, 1).value: at for at in range(1, formulas.max_row + 1)}
    for key, rate in RATES.items():
        at = rows[rate.label]
        expected = sample.rates[key].cell
        if isinstance(expected, Decimal):
            assert str(formulas.cell(at, 3).value).startswith("=IF(COUNT('主要数据'!")
            assert values.cell(at, 3).value == pytest.approx(float(expected))


def test_every_figure_names_the_input_cell_that_holds_it(demo: Demo) -> None:
    """Follow each row of 数据来源 back into the master workbook: the same number stands there."""
    sources = openpyxl.load_workbook(demo.generated, data_only=True)["数据来源"]
    master = openpyxl.load_workbook(demo.master, data_only=True)
    rows = list(sources.iter_rows(min_row=5, values_only=True))
    assert len(rows) > 40
    for label, value, sheet, cell in rows:
        assert master[str(sheet)][str(cell)].value == pytest.approx(value), label
    labels = {str(row[0]) for row in rows}
    assert {
        "决算总支出",
        "年初预算总支出",
        "项目【城区核酸检测物资采购经费】全年执行数",
        "固定资产账面原值",
    } <= labels


def test_findings_and_explanations_travel_along(sample: Report, tmp_path: Path) -> None:
    from xlreport.model.inputs import Explanation

    explained = replace(
        sample.inputs, explanations=(Explanation(rule="P02", text="疫情防控物资由县里统一采购"),)
    )
    sheet = openpyxl.load_workbook(filed(explained, tmp_path))["检查结果"]
    rows = {row[0]: row for row in sheet.iter_rows(min_row=4, values_only=True)}
    assert rows["P02"][3] == "已说明"
    assert rows["P02"][6] == "疫情防控物资由县里统一采购"
    assert rows["B04"][3] == "硬性"
    assert "4689.44" in str(rows["B04"][4])
    assert rows["B01"][3] == "通过"


@pytest.mark.parametrize(
    "text", ["=1+1", "=cmd|'/c calc'!A1", "+86 0734", "-5", "@SUM(A1)", "\t=1", "'quoted"]
)
def test_text_that_looks_like_a_formula_stays_text(sample: Report, tmp_path: Path, text: str) -> None:
    inputs = with_values(
        sample.inputs, unit={"preparer": text}, texts={"other": text}, projects=(blank(Project)._replace(
            name=text, category=text, full_year=Decimal(60), executed=Decimal(60),
            results=text, reason=text,
        ),),
    )  # fmt: skip
    for path in (filed(inputs, tmp_path), tmp_path / "m.xlsx"):
        book = openpyxl.load_workbook(path)
        found = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == text]
        assert len(found) >= 4
        assert {cell.data_type for cell in found} == {"s"}
        if text[0] in "=+-@":
            assert all(cell.quotePrefix for cell in found)


def test_every_formula_has_a_stored_value(demo: Demo) -> None:
    for path in (demo.generated, demo.master):
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                if name.startswith("xl/worksheets/sheet"):
                    text = package.read(name).decode()
                    for cell in re.findall(r"<c [^>]*>(?:(?!</c>).)*</c>", text):
                        if "<f>" in cell:
                            assert "<v>" in cell, (name, cell)
                            assert "<v></v>" not in cell or 't="str"' in cell, (name, cell)


def test_no_formula_has_a_function_that_is_stored_with_a_prefix(demo: Demo) -> None:
    """The pen stores formulas as they are; XlsxWriter knows what is newer than Excel 2007."""
    prefixed = partial(Worksheet()._prepare_formula, expand_future_functions=True)
    assert prefixed("IFNA(XLOOKUP(1,A:A,B:B),0)") == "_xlfn.IFNA(_xlfn.XLOOKUP(1,A:A,B:B),0)"
    for path in (demo.generated, demo.master):
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                if name.startswith(("xl/worksheets/sheet", "xl/tables/")):
                    text = package.read(name).decode()
                    for formula in re.findall(r"<(?:f|calculatedColumnFormula)\b[^/>]*>([^<]+)<", text):
                        assert prefixed(formula) == formula, name
