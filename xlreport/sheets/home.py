"""首页: unit and year, completeness, open findings, key rates, and the three charts."""

from typing import Any

from xlreport.assets import version
from xlreport.checks.rule import Level
from xlreport.model.fields import Field, Kind, Place, fields_of, places_of, sections_of
from xlreport.model.inputs import Accounts, Inputs, ThreePublic
from xlreport.model.rates import KEY_RATES, RATES
from xlreport.report import Report, outcomes
from xlreport.sheets.layout import Addresses, absolute
from xlreport.sheets.pen import ACCENT, HEAD_FILL, LEVEL_COLOURS, Pen

CHARTED_PROJECTS = 15
SHORT = {
    "abroad": "因公出国",
    "vehicles": "公务用车",
    "reception": "公务接待",
}  # under the columns of a chart
_BLUE, _ORANGE, _GREY = "#4472C4", "#ED7D31", "#A5A5A5"


def write_home(
    pen: Pen,
    sheet: Any,
    report: Report,
    addresses: Addresses,
    rates: dict[str, tuple[str, int, int]],
    results: str,
) -> None:
    """Everything here is a formula on the other sheets, so it follows what one types."""
    sheet.set_column(0, 0, 2)
    sheet.set_column(1, 1, 26)
    sheet.set_column(2, 7, 15)
    pen.title(sheet, "部门整体支出绩效自评", 1)
    _write_identity(pen, sheet, report, addresses)
    _write_progress(pen, sheet, report, addresses, results)
    _write_key_rates(pen, sheet, report, rates)
    spending = _write_figures(
        pen,
        sheet,
        report,
        addresses,
        12,
        "主要支出（万元）",
        Accounts,
        ("expenditure", "basic", "project"),
        ("initial", "full_year", "final"),
    )
    three = _write_figures(
        pen,
        sheet,
        report,
        addresses,
        17,
        "“三公”经费（万元）",
        ThreePublic,
        ("total", "abroad", "vehicles", "reception"),
        ("three_public_budget", "three_public_final"),
    )
    _insert_chart(pen, sheet, "预算与决算（万元）", spending, 23, 1)
    _insert_chart(pen, sheet, "“三公”经费预算与决算（万元）", three, 23, 4)
    _insert_projects(pen, sheet, report, addresses, 36)
    pen.note(
        sheet, 51, 1, f"xlreport {version()}。先填黄色标签的各表，再看“检查结果”；填写方法见“使用说明”。"
    )
    sheet.print_area(0, 0, 51, 7)
    sheet.protect("", {"format_columns": True, "format_rows": True, "objects": True})


def _write_identity(pen: Pen, sheet: Any, report: Report, addresses: Addresses) -> None:
    label = pen.boxed(bold=True, bg_color=HEAD_FILL)
    unit = report.inputs.unit
    for row, (name, value, style) in enumerate(
        (
            ("unit_name", unit.name, pen.boxed(bold=True)),
            ("unit_year", unit.year, pen.boxed(bold=True, align="left")),
        ),
        2,
    ):
        place = places_of(Inputs)[name]
        pen.text(sheet, row, 1, place.label, label)
        sheet.merge_range(row, 2, row, 7, "", style)
        pen.formula(sheet, row, 2, _filled(addresses, place.path), style, "" if value is None else value)


def _filled(addresses: Addresses, path: str) -> str:
    """A formula that shows a cell, and nothing (not 0) where that is blank."""
    place = addresses.at(path)
    assert place
    return f'=IF(ISBLANK({absolute(place)}),"",{absolute(place)})'


def _write_progress(pen: Pen, sheet: Any, report: Report, addresses: Addresses, results: str) -> None:
    label = pen.boxed(bold=True, bg_color=HEAD_FILL, align="center")
    pen.text(sheet, 5, 1, "填报与检查", pen.format(bold=True, font_size=12, font_color=ACCENT))
    required = [
        Place(section, field)
        for section in sections_of(Inputs)
        if not section.table
        for field in section.fields
        if field.required
    ]
    filled = sum(getattr(getattr(report.inputs, p.section.key), p.field.key) is not None for p in required)
    cells = ",".join(absolute(place) for p in required if (place := addresses.at(p.path)))
    pen.text(sheet, 6, 1, "必填项完成", label)
    pen.formula(
        sheet,
        7,
        1,
        f'=COUNTA({cells})&" / {len(required)}"',
        pen.boxed(align="center", font_size=14),
        f"{filled} / {len(required)}",
    )
    outcome = list(outcomes(report).values())
    for column, words in enumerate((*Level, "已说明", "通过"), 2):
        pen.text(sheet, 6, column, words, label)
        colour = {"bg_color": LEVEL_COLOURS[words]} if words in LEVEL_COLOURS else {}
        style = pen.boxed(align="center", font_size=14, num_format='0" 条"', **colour)
        pen.formula(sheet, 7, column, f'=COUNTIF({results},"{words}")', style, outcome.count(words))


def _write_key_rates(pen: Pen, sheet: Any, report: Report, rates: dict[str, tuple[str, int, int]]) -> None:
    label = pen.boxed(bold=True, bg_color=HEAD_FILL, align="center", text_wrap=True)
    pen.text(sheet, 9, 1, "主要指标", label)
    pen.text(sheet, 10, 1, "数值", label)
    for column, key in enumerate(KEY_RATES, 2):
        pen.text(sheet, 9, column, RATES[key].label, label)
        style = pen.boxed(num_format="0.00%", align="center", font_size=12)
        pen.formula(sheet, 10, column, f"={absolute(rates[key])}", style, report.rates[key].cell)


def _write_figures(
    pen: Pen,
    sheet: Any,
    report: Report,
    addresses: Addresses,
    row: int,
    title: str,
    record: Any,
    fields: tuple[str, ...],
    sections: tuple[str, ...],
) -> dict[str, tuple[int, int, int]]:
    """A small table of figures, the source of a chart; gives the column and rows of each series."""
    label = pen.boxed(bold=True, bg_color=HEAD_FILL, align="center")
    pen.text(sheet, row, 1, title, label)
    declared: dict[str, Field] = {field.key: field for field in fields_of(record)}
    series = {}
    for at, key in enumerate(sections, 2):
        section = places_of(Inputs)[f"{key}_{fields[0]}"].section
        pen.text(sheet, row, at, section.label, label)
        for down, field in enumerate(fields, row + 1):
            value = getattr(getattr(report.inputs, key), field)
            pen.text(sheet, down, 1, SHORT.get(field, declared[field].label), pen.boxed())
            stored = "" if value is None else value
            style = pen.for_value(Kind.MONEY)
            pen.formula(sheet, down, at, _filled(addresses, f"{key}.{field}"), style, stored)
        series[section.label] = (at, row + 1, row + len(fields))
    return series


def _insert_chart(
    pen: Pen, sheet: Any, title: str, series: dict[str, tuple[int, int, int]], row: int, column: int
) -> None:
    chart = pen.book.add_chart({"type": "column"})
    for (name, (at, first, last)), colour in zip(series.items(), (_GREY, _ORANGE, _BLUE), strict=False):
        chart.add_series(
            {
                "name": name,
                "categories": [sheet.get_name(), first, 1, last, 1],
                "values": [sheet.get_name(), first, at, last, at],
                "fill": {"color": colour},
                "data_labels": {"value": True, "font": {"size": 8}, "num_format": "0.##;;"},
                "gap": 80,
            }
        )
    _finish(chart, title)
    chart.set_size({"width": 415, "height": 310})
    sheet.insert_chart(row, column, chart, {"description": title, "x_offset": 4})


def _insert_projects(pen: Pen, sheet: Any, report: Report, addresses: Addresses, row: int) -> None:
    """The execution rates of the first projects, from the table itself."""
    tab, names = addresses.columns["projects.name"]
    first = 5
    last = first + min(max(len(report.inputs.projects), 4), CHARTED_PROJECTS) - 1
    rate = names + 6  # the calculated column 执行率
    chart = pen.book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": "执行率",
            "categories": [tab, first, names, last, names],
            "values": [tab, first, rate, last, rate],
            "fill": {"color": _BLUE},
            "data_labels": {"value": True, "num_format": "0.00%"},
            "gap": 60,
        }
    )
    _finish(chart, "项目执行率")
    chart.set_legend({"none": True})
    chart.set_y_axis(
        {"reverse": True, "num_font": {"size": 9}, "major_gridlines": {"visible": False}, "crossing": "max"}
    )
    light = {"visible": True, "line": {"color": "#D9D9D9"}}
    chart.set_x_axis({"num_format": "0%", "min": 0, "max": 1, "major_unit": 0.2, "major_gridlines": light})
    chart.set_size({"width": 835, "height": 360})
    sheet.insert_chart(row, 1, chart, {"description": "项目执行率", "x_offset": 4})


def _finish(chart: Any, title: str) -> None:
    chart.set_title({"name": title, "name_font": {"size": 12, "color": ACCENT}, "overlay": False})
    chart.set_legend({"position": "bottom"})
    chart.set_y_axis({"num_format": "0", "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
    chart.set_chartarea({"border": {"color": "#D9D9D9"}})
