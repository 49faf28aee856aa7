"""Build the master workbook from the declarations."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from xlreport.assets import version
from xlreport.checks.rule import Finding, rule_lines
from xlreport.model.fields import Kind
from xlreport.model.figures import Parameter
from xlreport.model.inputs import Explanation, Inputs, Project
from xlreport.model.rates import RATES, ROW_RATES, Rate, row_rate
from xlreport.narrative import Narrative, narrate
from xlreport.report import Report, outcomes
from xlreport.sheets.entry import Column, write_form_sheet, write_table_sheet
from xlreport.sheets.home import write_home
from xlreport.sheets.layout import (
    KEY_COLUMN,
    META,
    META_SHEET,
    Addresses,
    InputSheet,
    absolute,
    input_sheets,
    sheet_reference,
)
from xlreport.sheets.manual import write_manual
from xlreport.sheets.pen import CALCULATED_FILL, HEAD_FILL, LEVEL_COLOURS, Pen

LONGEST_PREVIEW = 30_000  # characters; a cell holds 32,767

HOME, RATE_SHEET, MANUAL = "首页", "指标计算", "使用说明"
CHECKS, TEMPLATE = "explanations", "template"

NOTES = {
    "duties": "三张表并列，各自向下填写；写满后在最后一行下方继续填写，表格会自动扩展。",
    "functions": "按决算报表的支出功能分类填写，金额单位为万元；可留空。",
    "projects": "一个项目一行，金额单位为万元；灰色列自动计算。在最后一行下方继续填写，表格会自动扩展。",
    "explanations": "结果为生成本工作簿或上次检查时的结果；“需说明”的问题请在最右一列填写原因，“硬性”的问题必须更正。",
    "template": "一行一段，可改写文字、增删行；{{决算.总支出}} 这样的名称会换成数字，全部名称见“使用说明”。标题编号自动生成。",
}


@dataclass(frozen=True)
class Flavour:
    """What differs between a workbook that calculates by itself and one with Python functions in its cells."""

    suffix: str
    rate_formula: Callable[[Rate, Callable[[Parameter], str]], str]


NATIVE = Flavour(".xlsx", lambda rate, reference: rate.excel(reference))


def build_master(
    report: Report, path: Path, flavour: Flavour = NATIVE, *, created: datetime | None = None
) -> Addresses:
    """Write the master workbook of a record; gives where each field stands in it."""
    inputs = report.inputs
    title = f"{inputs.unit.name or ''}部门整体支出绩效自评"
    pen = Pen(path, title=title, author=inputs.unit.name or "xlreport", created=created)
    story = narrate(report)
    addresses = Addresses()
    declared = {sheet.name: sheet for sheet in input_sheets()}
    last = [s.name for s in input_sheets() if s.key in (CHECKS, TEMPLATE)]
    order = [HOME, *(name for name in declared if name not in last), RATE_SHEET, *last, MANUAL, META_SHEET]
    sheets = {name: pen.sheet(name) for name in order}
    shown = replace(inputs, explanations=_explanation_rows(inputs))
    for name, sheet in declared.items():
        if sheet.key == CHECKS:
            continue  # it points at the others
        if sheet.tables:
            extra = {"projects": _project_rates(inputs, flavour), "template": _previews(story)}
            write_table_sheet(pen, sheets[name], sheet, shown, addresses, extra=extra, note=NOTES[sheet.key])
        else:
            write_form_sheet(pen, sheets[name], sheet, inputs, addresses)
    checks = next(sheet for sheet in declared.values() if sheet.key == CHECKS)
    results = _write_checks(pen, sheets[checks.name], checks, report, shown, addresses)
    rates = _write_rates(pen, sheets[RATE_SHEET], report, addresses, flavour)
    write_home(pen, sheets[HOME], report, addresses, rates, results)
    write_manual(pen, sheets[MANUAL], report)
    _write_meta(pen, sheets[META_SHEET])
    for name, colour in ((HOME, "#1F4E79"), (RATE_SHEET, "#7F7F7F"), (MANUAL, "#7F7F7F")):
        sheets[name].set_tab_color(colour)
    for name, sheet in declared.items():
        sheets[name].set_tab_color("#548235" if sheet.key in (CHECKS, TEMPLATE) else "#FFC000")
    sheets[HOME].activate()
    pen.close()
    return addresses


def _project_rates(inputs: Inputs, flavour: Flavour) -> list[Column]:
    """The calculated columns of the project table."""

    def reference(parameter: Parameter) -> str:
        return f"projects[[#This Row],[{parameter.own.label if parameter.own else parameter.name}]]"

    def value(key: str) -> Callable[[int], Any]:
        return lambda at: row_rate(key, inputs.projects[at]).cell

    return [
        Column(
            rate.label,
            key,
            11,
            Kind.PERCENT,
            value(key),
            flavour.rate_formula(rate, reference),
            "stated_rate",
        )
        for key, rate in ROW_RATES.items()
        if rate.each is Project
    ]


def _previews(story: Narrative) -> list[Column]:
    faults = {fault.line: fault.message for fault in story.faults}

    def preview(at: int) -> str:
        if at in faults:
            return f"〔{faults[at]}〕"
        text = "\n".join(paragraph.text for paragraph in story.lines[at])
        return text if len(text) <= LONGEST_PREVIEW else f"{text[:LONGEST_PREVIEW]}……（预览到此为止）"

    return [Column("预览", "preview", 64, Kind.LONG_TEXT, preview)]


def _explanation_rows(inputs: Inputs) -> tuple[Explanation, ...]:
    """One row per rule, with the explanation that was given."""
    given = {item.rule: item.text for item in inputs.explanations}
    return tuple(Explanation(rule=line.id, text=given.get(line.id)) for line in rule_lines())


def _write_checks(
    pen: Pen, sheet: Any, declared: InputSheet, report: Report, shown: Inputs, addresses: Addresses
) -> str:
    """One row per rule; gives the reference of the column of results."""
    lines = rule_lines()
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        found.setdefault(finding.rule, []).append(finding)
    outcome = outcomes(report)

    def findings(at: int) -> list[Finding]:
        return found.get(lines[at].id, [])

    def message(at: int) -> str:
        sentences = [finding.message for finding in findings(at)]
        rest = len(sentences) - 5
        return "\n".join(sentences[:5] + ([f"……另有 {rest} 处"] if rest > 0 else []))

    columns = [
        Column("级别", "level", 10, Kind.CHOICE, lambda at: lines[at].level.value, before="text"),
        Column("规则", "title", 46, Kind.TEXT, lambda at: lines[at].title, before="text"),
        Column("结果", "outcome", 10, Kind.CHOICE, lambda at: str(outcome[lines[at].id]), before="text"),
        Column("问题", "message", 64, Kind.LONG_TEXT, message, before="text"),
        Column("位置", "cells", 18, Kind.TEXT, lambda at: "", before="text"),
    ]
    extra = {declared.key: columns}
    note = NOTES[declared.key]
    write_table_sheet(pen, sheet, declared, shown, addresses, extra=extra, note=note, growing=False)
    first, last = 5, 4 + len(lines)
    place = 6  # the column 位置
    link = pen.boxed(font_color="#0563C1", underline=1, bg_color=CALCULATED_FILL, text_wrap=True)
    for at in range(len(lines)):
        target = next((cell for f in findings(at) for p in f.fields if (cell := addresses.at(p))), None)
        if target:
            text = addresses.cell(next(p for f in findings(at) for p in f.fields if addresses.at(p))) or ""
            sheet.write_url(first + at, place, f"internal:{absolute(target).replace('$', '')}", link, text)
    for words, colour in LEVEL_COLOURS.items():
        sheet.conditional_format(
            first,
            4,
            last,
            4,
            {
                "type": "cell",
                "criteria": "==",
                "value": f'"{words}"',
                "format": pen.format(bg_color=colour, bold=True),
            },
        )
    sheet.conditional_format(
        first,
        4,
        last,
        4,
        {"type": "cell", "criteria": "==", "value": '"通过"', "format": pen.format(font_color="#548235")},
    )
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.freeze_panes(first, 2)
    return f"{sheet_reference(declared.name)}!$E${first + 1}:$E${last + 1}"


def _write_rates(
    pen: Pen, sheet: Any, report: Report, addresses: Addresses, flavour: Flavour
) -> dict[str, tuple[str, int, int]]:
    """指标计算: every rate by its formula, with how it is computed and where that is laid down."""
    sheet.set_column(KEY_COLUMN, KEY_COLUMN, None, None, {"hidden": True})
    pen.title(sheet, RATE_SHEET)
    pen.note(sheet, 1, 1, "自动计算，无需填写；缺数时空白，分母为 0 时显示“—”。")
    for column, (label, wide) in enumerate((("指标", 28), ("数值", 12), ("算法", 78), ("依据", 40)), 1):
        pen.text(sheet, 3, column, label, pen.boxed(bold=True, bg_color=HEAD_FILL, align="center"))
        sheet.set_column(column, column, wide)
    places = {}
    for row, (key, rate) in enumerate(RATES.items(), 4):
        pen.text(sheet, row, KEY_COLUMN, key)
        pen.text(sheet, row, 1, rate.label, pen.boxed())
        formula = flavour.rate_formula(rate, lambda parameter: _reference(parameter, addresses))
        style = pen.for_value(Kind.PERCENT, bg_color=CALCULATED_FILL)
        pen.formula(sheet, row, 2, formula, style, report.rates[key].cell)
        pen.text(sheet, row, 3, rate.words, pen.boxed(text_wrap=True, font_color="#595959"))
        pen.text(sheet, row, 4, rate.source, pen.boxed(text_wrap=True, font_color="#595959"))
        if len(rate.words) > 38:
            sheet.set_row(row, 32)
        places[key] = (RATE_SHEET, row, 2)
    sheet.freeze_panes(4, 2)
    sheet.set_landscape()
    sheet.print_area(0, 1, 3 + len(RATES), 4)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    return places


def _reference(parameter: Parameter, addresses: Addresses) -> str:
    """The cell of a figure, as a formula on another sheet names it."""
    assert parameter.place
    place = addresses.at(parameter.place.path)
    assert place
    return absolute(place)


def _write_meta(pen: Pen, sheet: Any) -> None:
    for row, (key, value) in enumerate((META | {"version": version()}).items()):
        pen.text(sheet, row, 0, key)
        if isinstance(value, str):
            pen.text(sheet, row, 1, value)
        else:
            sheet.write_number(row, 1, value)
    sheet.hide()
