"""Report → the generated workbook that is mailed: no macros, no links to other files, right without calculation."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from xlreport.checks.rule import rule_lines
from xlreport.model.fields import NUMBERS, Field, Kind, Place, Section, Value, fields_of, values_of
from xlreport.model.figures import Parameter
from xlreport.model.inputs import Project, Style, Unit
from xlreport.model.numbers import date_text
from xlreport.model.rates import RATES, ROW_RATES, row_rate
from xlreport.narrative import Narrative
from xlreport.report import Report
from xlreport.sheets.layout import Addresses, Form, absolute, in_row, input_sheets
from xlreport.sheets.pen import (
    ACCENT,
    CALCULATED_FILL,
    LEVEL_COLOURS,
    TALLEST,
    Pen,
    height,
)

COVER, NARRATIVE, FIGURES, PROJECTS, CHECKS, SOURCES = (
    "封面",
    "自评报告",
    "主要数据",
    "项目情况",
    "检查结果",
    "数据来源",
)
# What is about filling in and checking, not about the department's year.
NOT_FILED = {"texts", "stated", "settings"}
LINE = 80  # half-width characters in a line of the narrative, as wide as an A4 page prints

PARAGRAPH_FORMATS: dict[Style, dict[str, Any]] = {
    Style.ATTACHMENT: {"bold": True},
    Style.TITLE: {"bold": True, "font_size": 18, "align": "center"},
    Style.LEVEL_1: {"bold": True, "font_size": 12},
    Style.LEVEL_2: {"bold": True, "indent": 1},
    Style.LEVEL_3: {"indent": 1},
    Style.LEVEL_4: {"indent": 1},
    Style.BODY: {"indent": 1},
    Style.SIGNATURE: {"align": "right"},
    Style.DATE: {"align": "right"},
    Style.COVER_TITLE: {"bold": True, "font_size": 18, "align": "center"},
    Style.COVER: {"indent": 8},
}


def write_filing(
    report: Report,
    story: Narrative,
    path: Path,
    *,
    sources: Addresses,
    source_name: str,
    created: datetime | None = None,
) -> None:
    """Write the generated workbook; `sources` says where each figure stands in the workbook `source_name`."""
    unit = report.inputs.unit
    title = f"{unit.year or ''}年度部门整体支出绩效自评"
    pen = Pen(path, title=title, author=unit.name or "xlreport", created=created)
    sheets = {name: pen.sheet(name) for name in (COVER, NARRATIVE, FIGURES, PROJECTS, CHECKS, SOURCES)}
    places = _write_figures(pen, sheets[FIGURES], report)
    _write_projects(pen, sheets[PROJECTS], report, places)
    _write_cover(pen, sheets[COVER], report, title)
    _write_narrative(pen, sheets[NARRATIVE], story)
    _write_checks(pen, sheets[CHECKS], report, sources)
    _write_sources(pen, sheets[SOURCES], report, places, sources, source_name)
    sheets[COVER].activate()
    pen.close()


def _write_cover(pen: Pen, sheet: Any, report: Report, title: str) -> None:
    unit = report.inputs.unit
    sheet.set_column(0, 0, 4)
    sheet.set_column(1, 1, 22)
    sheet.set_column(2, 2, 56)
    sheet.set_row(3, 60)
    sheet.merge_range(3, 1, 3, 2, "", pen.format())
    pen.text(sheet, 3, 1, title, pen.format(bold=True, font_size=22, align="center", font_color=ACCENT))
    labels = {field.key: field.label for field in fields_of(Unit)}
    lines = (
        (labels["name"], unit.name),
        (labels["parent"], unit.parent),
        (labels["budget_code"], unit.budget_code),
        (labels["year"], f"{unit.year}年度" if unit.year else None),
        ("填报日期", date_text(unit.report_date) if unit.report_date else None),
        (labels["preparer"], unit.preparer),
        (labels["phone"], unit.phone),
        (f"{labels['head']}签字", unit.head),
    )
    for row, (label, value) in enumerate(lines, 6):
        sheet.set_row(row, 32)
        pen.text(sheet, row, 1, label, pen.head(font_size=12))
        pen.text(sheet, row, 2, value or "", pen.boxed(font_size=12, indent=1, text_wrap=True))
    row = 16
    pen.text(sheet, row, 1, "内容", pen.format(bold=True, font_size=12))
    for at, (name, about) in enumerate(
        (
            (NARRATIVE, "部门整体支出绩效自评报告全文"),
            (FIGURES, "预算、决算、三公经费、政府采购、资产等数据和按公式计算的指标"),
            (PROJECTS, "项目预算、执行数和执行率"),
            (CHECKS, "勾稽关系检查的结果和说明"),
            (SOURCES, "每个数据取自填报工作簿的哪个单元格"),
        ),
        row + 1,
    ):
        link = pen.link()
        sheet.write_url(at, 1, f"internal:'{name}'!A1", link, name)
        pen.text(sheet, at, 2, about, pen.boxed(text_wrap=True))
    sheet.print_area(0, 0, row + 6, 2)


def _write_narrative(pen: Pen, sheet: Any, story: Narrative) -> None:
    sheet.set_column(0, 0, LINE)
    for row, paragraph in enumerate(story.paragraphs):
        looks = {"font_size": 11, "text_wrap": True} | PARAGRAPH_FORMATS[paragraph.style]
        pen.text(sheet, row, 0, paragraph.text, pen.format(**looks))
        tall = 40.0 if paragraph.style is Style.TITLE else height(paragraph.text, LINE - 6) + 2
        sheet.set_row(row, min(tall, TALLEST))
    sheet.print_area(0, 0, max(len(story.paragraphs) - 1, 0), 0)


def _write_figures(pen: Pen, sheet: Any, report: Report) -> Addresses:
    """Every figure that was filled in, block by block, then the rates as formulas on them."""
    places = Addresses()
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 1, 10)
    sheet.set_column(2, 5, 17)
    pen.title(sheet, FIGURES, 0)
    pen.note(sheet, 1, 0, "金额单位为万元。只列已填写的数据；指标由公式计算。")
    row = 3
    for declared in input_sheets():
        for form in declared.forms:
            if form.key not in NOT_FILED:
                row = _write_block(pen, sheet, declared.name, form, report, row, places)
    _write_rates(pen, sheet, report, row, places)
    sheet.freeze_panes(3, 1)
    sheet.print_area(0, 0, row + len(RATES), 5)
    return places


def _write_block(
    pen: Pen, sheet: Any, title: str, form: Form, report: Report, row: int, places: Addresses
) -> int:
    sections = [s for s in form.sections if any(_values(report, s))]
    columns = [getattr(report.inputs, section.key) for section in sections]
    filled = [f for f in form.sections[0].fields if any(getattr(c, f.key) is not None for c in columns)]
    if not filled:
        return row
    head = pen.head()
    several = len(form.sections) > 1
    pen.text(sheet, row, 0, title if several else form.sections[0].label, head)
    pen.text(sheet, row, 1, "计量单位", head)
    for at, section in enumerate(sections, 2):
        pen.text(sheet, row, at, section.label if several else "数据", head)
    for field in filled:
        row += 1
        pen.text(sheet, row, 0, field.label, pen.boxed(indent=1 + 2 * field.part))
        pen.text(sheet, row, 1, field.shown_unit, pen.boxed(align="center"))
        wide = field.kind not in NUMBERS and not several
        if wide:
            sheet.merge_range(row, 2, row, 5, "", pen.for_value(field.kind))
        for at, (section, record) in enumerate(zip(sections, columns, strict=True), 2):
            pen.value(sheet, row, at, getattr(record, field.key), pen.for_value(field.kind))
            places.cells[f"{section.key}.{field.key}"] = (FIGURES, row, at)
    return row + 2


def _values(report: Report, section: Section) -> list[bool]:
    record = getattr(report.inputs, section.key)
    return [getattr(record, field.key) is not None for field in section.fields]


def _write_rates(pen: Pen, sheet: Any, report: Report, row: int, places: Addresses) -> None:
    head = pen.head()
    sheet.merge_range(row, 3, row, 5, "", head)
    for column, text in enumerate(("指标", "计量单位", "数值", "算法")):
        pen.text(sheet, row, column, text, head)
    for key, rate in RATES.items():
        row += 1
        value = report.rates[key]
        pen.text(sheet, row, 0, rate.label, pen.boxed())
        pen.text(sheet, row, 1, "%", pen.boxed(align="center"))
        style = pen.for_value(Kind.PERCENT, bg_color=CALCULATED_FILL)
        if all(p.place and p.place.path in places.cells for p in rate.parameters if not p.optional):
            formula = rate.excel(lambda parameter: _reference(parameter, places))
            pen.formula(sheet, row, 2, formula, style, value.cell)
        else:  # a figure that it needs was not filled in, so it has no cell here
            pen.text(sheet, row, 2, "", style)
        words = pen.aside(font_size=9)
        sheet.merge_range(row, 3, row, 5, "", words)
        pen.text(sheet, row, 3, rate.words, words)
        sheet.set_row(row, height(rate.words, 54))
        places.cells[f"rates.{key}"] = (FIGURES, row, 2)


def _reference(parameter: Parameter, places: Addresses) -> str:
    """The cell of a figure; one that was not filled in counts as nothing."""
    place = places.at(parameter.place.path) if parameter.place else None
    return absolute(place) if place else "0"


def _write_projects(pen: Pen, sheet: Any, report: Report, places: Addresses) -> None:
    """The projects as a real Excel table, with their rates as formulas on its columns."""
    fields = [f for f in _project_fields() if f.key not in ("stated_rate", "described")]
    rates = {key: rate for key, rate in ROW_RATES.items() if rate.each is Project}
    projects = report.inputs.projects
    pen.title(sheet, PROJECTS, 0)
    pen.note(sheet, 1, 0, "金额单位为万元。")
    sheet.set_landscape()
    header = 3
    labels = [*(f.label for f in fields), *(rate.label for rate in rates.values())]
    heads = [{"header": text, "header_format": pen.table_head()} for text in labels]
    last_row, last = header + max(len(projects), 1), len(labels) - 1
    pen.table(sheet, "projects", (header, 0, last_row, last), heads)
    widths = {Kind.TEXT: 26, Kind.LONG_TEXT: 34}
    for column, field in enumerate(fields):
        sheet.set_column(column, column, widths.get(field.kind, 13))
        places.columns[f"projects.{field.key}"] = (PROJECTS, column)
    sheet.set_column(len(fields), last, 11)
    for row, project in enumerate(projects, header + 1):
        tall = 20.0
        for column, field in enumerate(fields):
            value = getattr(project, field.key)
            pen.value(sheet, row, column, value, pen.for_value(field.kind))
            if isinstance(value, str):
                tall = max(tall, height(value, widths.get(field.kind, 13)))
        for column, (key, rate) in enumerate(rates.items(), len(fields)):
            formula = rate.excel(_this_row)
            style = pen.for_value(Kind.PERCENT, bg_color=CALCULATED_FILL)
            pen.formula(sheet, row, column, formula, style, row_rate(key, project).cell)
        sheet.set_row(row, tall)
    places.rows["projects"] = [header + 1 + at for at in range(len(projects))]
    sheet.freeze_panes(header + 1, 1)
    sheet.repeat_rows(header)
    sheet.print_area(0, 0, last_row, last)


def _project_fields() -> tuple[Field, ...]:
    return next(s for sheet in input_sheets() for s in sheet.tables if s.key == "projects").fields


def _this_row(parameter: Parameter) -> str:
    return in_row("projects", parameter.own.label if parameter.own else parameter.name)


def _write_checks(pen: Pen, sheet: Any, report: Report, sources: Addresses) -> None:
    pen.title(sheet, CHECKS, 0)
    heads = (("编号", 8), ("级别", 10), ("规则", 46), ("结果", 10), ("问题", 60), ("位置", 26), ("说明", 36))
    head = pen.head()
    for column, (text, wide) in enumerate(heads):
        pen.text(sheet, 2, column, text, head)
        sheet.set_column(column, column, wide)
    outcome = report.outcomes
    row = 2
    plain = pen.boxed(text_wrap=True)
    for line in rule_lines():
        found = [finding for finding in report.findings if finding.rule == line.id]
        for finding in (*found, *(() if found else (None,))):
            row += 1
            result = str(outcome[line.id]) if finding is None or not finding.is_open else str(finding.level)
            colour = {"bg_color": LEVEL_COLOURS[result]} if result in LEVEL_COLOURS else {}
            message = finding.message if finding else ""
            cells = "\n".join(c for p in (finding.fields if finding else ()) if (c := sources.cell(p)))
            explanation = (finding.explanation if finding else None) or ""
            texts = (
                line.id,
                str(finding.level if finding else line.level),
                line.title,
                result,
                message,
                cells,
            )
            for column, text in enumerate((*texts, explanation)):
                pen.text(
                    sheet, row, column, text, pen.boxed(align="center", **colour) if column == 3 else plain
                )
            sheet.set_row(
                row, max(height(t, w) for t, (_, w) in zip((*texts, explanation), heads, strict=True))
            )
    sheet.set_landscape()
    sheet.freeze_panes(3, 0)
    sheet.repeat_rows(2)
    sheet.print_area(0, 0, row, len(heads) - 1)


def _write_sources(
    pen: Pen, sheet: Any, report: Report, places: Addresses, sources: Addresses, source_name: str
) -> None:
    """Which input cell each figure came from, with the figure itself by a formula."""
    pen.title(sheet, SOURCES, 0)
    pen.note(sheet, 1, 0, f"数据取自填报工作簿“{source_name}”，下列单元格即该工作簿中的位置。")
    heads = (("数据", 44), ("数值", 18), ("来源工作表", 16), ("来源单元格", 14))
    for column, (text, wide) in enumerate(heads):
        pen.text(sheet, 3, column, text, pen.head())
        sheet.set_column(column, column, wide)
    row = 3
    for place, value in _filed_values(report):
        target, origin = places.at(place.path), sources.cell(place.path)
        if target is None:
            continue
        row += 1
        pen.text(sheet, row, 0, _source_label(report, place), pen.boxed(text_wrap=True))
        stored: Any = float(value) if isinstance(value, Decimal | int) else value
        style = pen.for_value(place.field.kind)
        pen.formula(sheet, row, 1, f"={absolute(target)}", style, stored)
        tab, _, cell = (origin or "").rpartition("!")
        sheet.set_row(row, height(_source_label(report, place), heads[0][1]))
        pen.text(sheet, row, 2, tab, pen.boxed())
        pen.text(sheet, row, 3, cell, pen.boxed(align="center"))
    sheet.freeze_panes(4, 0)
    sheet.repeat_rows(3)
    sheet.print_area(0, 0, row, len(heads) - 1)


def _filed_values(report: Report) -> list[tuple[Place, Value]]:
    """The numbers that were filled in, in the order of the sheets."""
    return [
        (place, value)
        for place, value in values_of(report.inputs)
        if value is not None and place.field.kind in NUMBERS and place.field.kind is not Kind.DATE
    ]


def _source_label(report: Report, place: Place) -> str:
    if place.row is None:
        return place.label
    record = getattr(report.inputs, place.section.key)[place.row]
    name = getattr(record, place.section.names)
    return f"{place.section.label}【{name}】{place.field.label}" if name else place.label
