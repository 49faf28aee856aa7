"""The sheets of the generated workbook that hold its figures: forms, rates, scores, and the tables.

All other sheets point at these.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlreport.model.fields import NUMBERS, Field, Kind, Section, fields_of, places_of, sections_of
from xlreport.model.figures import Parameter
from xlreport.model.inputs import Inputs, Project
from xlreport.model.rates import RATES, ROW_RATES, row_rate
from xlreport.papers.names import ADOPTED, EXECUTION, EXECUTION_POINTS, PROJECT_POINTS
from xlreport.report import Report
from xlreport.sheets.layout import Addresses, Form, absolute, in_row, input_sheets
from xlreport.sheets.pen import CALCULATED_FILL, Pen, height

FIGURES, PROJECTS, FUNDS, INDICATORS = "主要数据", "项目情况", "项目资金", "绩效指标"
# What is about filling in and checking, not about the department's year.
NOT_FILED = {"texts", "stated", "printed", "settings"}
NOT_FILED |= {f"projects.{field.key}" for field in fields_of(Project) if field.key.startswith("stated_")}
NOT_FILED |= {"projects.described"}
NOT_FILED |= {"indicators.score"}  # the one that counts stands beside it


def write_figures(pen: Pen, sheet: Any, report: Report) -> Addresses:
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
    row = _write_rates(pen, sheet, report, row, places)
    row = _write_scores(pen, sheet, report, row + 2, places)
    sheet.freeze_panes(3, 1)
    sheet.print_area(0, 0, row, 5)
    return places


def _write_block(
    pen: Pen, sheet: Any, title: str, form: Form, report: Report, row: int, places: Addresses
) -> int:
    sections = [s for s in form.sections if any(_values(report, s))]
    columns = [getattr(report.inputs, section.key) for section in sections]
    filled = [f for f in form.fields if any(getattr(c, f.key) is not None for c in columns)]
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


def _write_rates(pen: Pen, sheet: Any, report: Report, row: int, places: Addresses) -> int:
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
    return row


def _reference(parameter: Parameter, places: Addresses) -> str:
    """The cell of a figure; one that was not filled in counts as nothing."""
    place = places.at(parameter.place.path) if parameter.place else None
    return absolute(place) if place else "0"


def _write_scores(pen: Pen, sheet: Any, report: Report, row: int, places: Addresses) -> int:
    """The points of the execution of the budget; those of the indicators stand in their own table."""
    card = report.scores.cards.overall
    settings = report.inputs.settings
    project_points = places_of(Inputs)["settings_execution_points"].field.given(settings.execution_points)
    lines = (
        (EXECUTION_POINTS, "预算执行率分值", card.execution_points),
        (EXECUTION, "预算执行率得分", card.execution),
        (PROJECT_POINTS, "项目预算执行率分值", project_points),
    )
    for column, text in enumerate(("得分", "计量单位", "数值")):
        pen.text(sheet, row, column, text, pen.head())
    for path, label, value in lines:
        row += 1
        pen.text(sheet, row, 0, label, pen.boxed())
        pen.text(sheet, row, 1, "分", pen.boxed(align="center"))
        style = pen.for_value(Kind.NUMBER, bg_color=CALCULATED_FILL)
        names = (EXECUTION_POINTS, "final.expenditure", "full_year.expenditure")
        cells = [absolute(place) for name in names if (place := places.at(name))]
        if path == EXECUTION and value is not None and len(cells) == len(names):
            pen.formula(sheet, row, 2, f"={execution_formula(*cells)}", style, value)
        else:
            pen.value(sheet, row, 2, value, style)
        places.cells[path] = (FIGURES, row, 2)
    return row


def execution_formula(points: str, executed: str, full_year: str) -> str:
    """分值 × min(1, 执行数 ÷ 全年预算数), half-up at two decimals of the product, not of the rounded rate."""
    return f"ROUND(ROUND(MIN({points},{points}*{executed}/{full_year}),9),2)"


@dataclass(frozen=True)
class _Computed:
    """A column that is computed: by a formula in each row where there is one."""

    key: str
    header: str
    kind: Kind
    values: Sequence[Any]
    formula: str = ""
    after: str = ""  # the field that it follows; at the end if none


def write_projects(pen: Pen, sheet: Any, report: Report, places: Addresses) -> None:
    """项目情况: the projects as a real Excel table, with their rates and scores as formulas on its columns."""
    projects = report.inputs.projects
    computed = [
        _Computed(
            key,
            rate.label,
            Kind.PERCENT,
            [row_rate(key, each).cell for each in projects],
            rate.excel(_this_row),
        )
        for key, rate in ROW_RATES.items()
        if rate.each is Project
    ]
    labels = {field.key: in_row("projects", field.label) for field in _section("projects").fields}
    points = places.at(PROJECT_POINTS)
    assert points
    executed, full_year = labels["executed"], labels["full_year"]
    scored = execution_formula(absolute(points), executed, full_year)
    formula = f'=IF(COUNT({executed},{full_year})<2,"",IF({full_year}=0,"",{scored}))'
    scores = ["" if card.execution is None else card.execution for card in report.scores.cards.projects]
    computed.append(_Computed("execution", "执行率得分", Kind.NUMBER, scores, formula))
    _write_table(pen, sheet, PROJECTS, "projects", report, places, computed)


def write_funds(pen: Pen, sheet: Any, report: Report, places: Addresses) -> None:
    """项目资金: what each project had from which source."""
    _write_table(pen, sheet, FUNDS, "funds", report, places)


def write_indicators(pen: Pen, sheet: Any, report: Report, places: Addresses) -> None:
    """绩效指标: those of the department and of the projects, with the scores that count."""
    cards = report.scores.cards
    lines = {line.row: line.score for card in (cards.overall, *cards.projects) for line in card.lines}
    scores = [lines.get(row) for row in range(len(report.inputs.indicators))]
    column = _Computed(ADOPTED, "得分", Kind.NUMBER, scores, after="points")
    _write_table(pen, sheet, INDICATORS, "indicators", report, places, [column])


def _section(key: str) -> Section:
    return next(section for section in sections_of(Inputs) if section.key == key)


def _write_table(
    pen: Pen,
    sheet: Any,
    title: str,
    key: str,
    report: Report,
    places: Addresses,
    computed: Sequence[_Computed] = (),
) -> None:
    records = getattr(report.inputs, key)
    columns: list[Field | _Computed] = []
    for field in _section(key).fields:
        if f"{key}.{field.key}" not in NOT_FILED:
            columns.append(field)
        columns += [each for each in computed if each.after == field.key]
    columns += [each for each in computed if not each.after]
    pen.title(sheet, title, 0)
    pen.note(sheet, 1, 0, "金额单位为万元。")
    sheet.set_landscape()
    header = 3
    heads = [
        {"header": c.label if isinstance(c, Field) else c.header, "header_format": pen.table_head()}
        for c in columns
    ]
    last_row, last = header + max(len(records), 1), len(columns) - 1
    pen.table(sheet, key, (header, 0, last_row, last), heads)
    widths = {Kind.TEXT: 22, Kind.LONG_TEXT: 34, Kind.MONEY: 13}
    tall = [20.0] * len(records)
    for at, column in enumerate(columns):
        places.columns[f"{key}.{column.key}"] = (title, at)
        wide = widths.get(column.kind, 11)
        sheet.set_column(at, at, wide)
        calculated = {} if isinstance(column, Field) else {"bg_color": CALCULATED_FILL}
        style = pen.for_value(column.kind, **calculated)
        formula = "" if isinstance(column, Field) else column.formula
        for row, value in enumerate(_values_of(column, records)):
            if formula:
                pen.formula(sheet, header + 1 + row, at, formula, style, value)
            else:
                pen.value(sheet, header + 1 + row, at, value, style)
            if isinstance(value, str):
                tall[row] = max(tall[row], height(value, wide))
    for row, high in enumerate(tall, header + 1):
        sheet.set_row(row, high)
    places.rows[key] = [header + 1 + at for at in range(len(records))]
    sheet.freeze_panes(header + 1, 1)
    sheet.repeat_rows(header)
    sheet.print_area(0, 0, last_row, last)


def _values_of(column: Field | _Computed, records: Sequence[Any]) -> Sequence[Any]:
    if isinstance(column, Field):
        return [getattr(record, column.key) for record in records]
    return column.values


def _this_row(parameter: Parameter) -> str:
    return in_row("projects", parameter.own.label if parameter.own else parameter.name)
