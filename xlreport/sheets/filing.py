"""Report → the generated workbook that is mailed: no macros, no links to other files, right without calculation."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from xlreport.checks.rule import rule_lines
from xlreport.collector import uncollected
from xlreport.model.fields import NUMBERS, Kind, Place, Value, fields_of, values_of
from xlreport.model.inputs import Style, Unit
from xlreport.model.numbers import date_text
from xlreport.narrative import Narrative
from xlreport.papers.grid import Paper
from xlreport.report import Report, outcome_of
from xlreport.sheets.figures_sheet import (
    FIGURES,
    FUNDS,
    INDICATORS,
    PROJECTS,
    write_figures,
    write_funds,
    write_indicators,
    write_projects,
)
from xlreport.sheets.layout import Addresses, absolute
from xlreport.sheets.paper_sheet import tab_names, write_paper
from xlreport.sheets.pen import ACCENT, OUTCOME_COLOURS, TALLEST, Pen, height

COVER, NARRATIVE, CHECKS, SOURCES = "封面", "自评报告", "检查结果", "数据来源"
ABOUT = {
    NARRATIVE: "部门整体支出绩效自评报告全文",
    FIGURES: "预算、决算、三公经费、政府采购、资产等数据和按公式计算的指标",
    PROJECTS: "项目预算、执行数和执行率",
    FUNDS: "各项目资金的来源",
    INDICATORS: "部门整体和各项目的绩效指标及得分",
    CHECKS: "勾稽关系检查的结果和说明",
    SOURCES: "每个数据取自填报工作簿的哪个单元格",
}
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


@uncollected
def write_filing(
    report: Report,
    story: Narrative,
    papers: Sequence[Paper],
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
    tabs = tab_names(papers)
    tables = {
        name: write
        for name, rows, write in (
            (PROJECTS, True, write_projects),
            (FUNDS, report.inputs.funds, write_funds),
            (INDICATORS, report.inputs.indicators, write_indicators),
        )
        if rows
    }
    order = (COVER, NARRATIVE, *tabs, FIGURES, *tables, CHECKS, SOURCES)
    sheets = {name: pen.sheet(name) for name in order}
    places = write_figures(pen, sheets[FIGURES], report)
    for name, write in tables.items():
        write(pen, sheets[name], report, places)
    for name, paper in zip(tabs, papers, strict=True):
        write_paper(pen, sheets[name], paper, places)
    _write_cover(pen, sheets[COVER], report, title, _contents(order, tabs, papers))
    _write_narrative(pen, sheets[NARRATIVE], story)
    _write_checks(pen, sheets[CHECKS], report, sources)
    _write_sources(pen, sheets[SOURCES], report, places, sources, source_name)
    sheets[COVER].activate()
    pen.close()


def _contents(order: Sequence[str], tabs: Sequence[str], papers: Sequence[Paper]) -> list[tuple[str, str]]:
    """The sheets with what they hold; of the papers on each project only the first."""
    about = dict(ABOUT)
    count = Counter(paper.number for paper in papers)
    for name, paper in reversed(list(zip(tabs, papers, strict=True))):
        several = f"（共{count[paper.number]}张）" if count[paper.number] > 1 else ""
        about = {name: f"{paper.title}{several}"} | {
            known: says for known, says in about.items() if not says.startswith(paper.title)
        }
    return [(name, about[name]) for name in order if name in about]


def _write_cover(
    pen: Pen, sheet: Any, report: Report, title: str, contents: Sequence[tuple[str, str]]
) -> None:
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
    for at, (name, about) in enumerate(contents, row + 1):
        link = pen.link()
        sheet.write_url(at, 1, f"internal:'{name}'!A1", link, name)
        pen.text(sheet, at, 2, about, pen.boxed(text_wrap=True))
    sheet.print_area(0, 0, row + len(contents), 2)


def _write_narrative(pen: Pen, sheet: Any, story: Narrative) -> None:
    sheet.set_column(0, 0, LINE)
    for row, paragraph in enumerate(story.paragraphs):
        looks = {"font_size": 11, "text_wrap": True} | PARAGRAPH_FORMATS[paragraph.style]
        pen.text(sheet, row, 0, paragraph.text, pen.format(**looks))
        tall = 40.0 if paragraph.style is Style.TITLE else height(paragraph.text, LINE - 6) + 2
        sheet.set_row(row, min(tall, TALLEST))
    sheet.print_area(0, 0, max(len(story.paragraphs) - 1, 0), 0)


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
        found = report.found(line.id)
        for finding in (*found, *(() if found else (None,))):
            row += 1
            result = outcome_of([finding]) if finding else str(outcome[line.id])
            colour = {"bg_color": OUTCOME_COLOURS[result]} if result in OUTCOME_COLOURS else {}
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
    styles = {kind: pen.for_value(kind) for kind in NUMBERS}
    wrapped, plain, centred = pen.boxed(text_wrap=True), pen.boxed(), pen.boxed(align="center")
    for place, value in _filed_values(report):
        path = place.path
        target, origin = places.at(path), sources.cell(path)
        if target is None:
            continue
        row += 1
        label = _source_label(report, place)
        pen.text(sheet, row, 0, label, wrapped)
        stored: Any = float(value) if isinstance(value, Decimal | int) else value
        style = styles[place.field.kind]
        pen.formula(sheet, row, 1, f"={absolute(target)}", style, stored)
        tab, _, cell = (origin or "").rpartition("!")
        sheet.set_row(row, height(label, heads[0][1]))
        pen.text(sheet, row, 2, tab, plain)
        pen.text(sheet, row, 3, cell, centred)
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
