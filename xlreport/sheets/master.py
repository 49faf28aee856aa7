"""Build the master workbook from the declarations."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from xlreport.assets import version
from xlreport.model.fields import Kind
from xlreport.model.figures import Parameter
from xlreport.model.inputs import Inputs, Project
from xlreport.model.rates import RATES, ROW_RATES, row_rate
from xlreport.model.scorecard import ALL_INDICATORS, none_of_it
from xlreport.model.self_evaluation import LEVELS_1
from xlreport.model.values import fitting
from xlreport.narrative import narrate
from xlreport.report import Report
from xlreport.sheets.check_sheet import CheckSheet
from xlreport.sheets.difference_sheet import write_difference_sheet
from xlreport.sheets.form_sheet import FormSheet
from xlreport.sheets.home import Home
from xlreport.sheets.layout import (
    CHECKS,
    COMPUTED,
    DIFFERENCES,
    FIRST_ROW,
    HOME,
    KEY_COLUMN,
    KEY_ROW,
    LABEL_COLUMN,
    MANUAL,
    META,
    META_SHEET,
    RATE_SHEET,
    TEMPLATE,
    XLWINGS,
    Addresses,
    absolute,
    block,
    digest,
    in_row,
    input_sheets,
)
from xlreport.sheets.live import ROOM, ROOMS, LiveCells
from xlreport.sheets.manual import write_manual
from xlreport.sheets.pen import ACCENT, CALCULATED_FILL, GOOD, Pen, height
from xlreport.sheets.score_columns import (
    CRITERIA,
    FIRST_RATE,
    INDICATORS,
    RATE_NONE,
    RATE_VALUE,
    ScoreFormulas,
    rate_labels,
)
from xlreport.sheets.table_sheet import Column, TableSheet
from xlreport.sheets.validation import Source

CARRIED = "carried"
MOST_CHOICES = 1000  # the last row of a table from which names are offered
LEVELS_2 = (
    *("数量指标", "质量指标", "时效指标", "成本指标", "经济效益指标", "社会效益指标", "生态效益指标"),
    *("可持续影响指标", "服务对象满意度指标"),
)
TAB_OF_INPUTS, TAB_OF_LISTS = "#FFC000", "#7F7F7F"

NOTES = {
    "duties": "三张表并列，各自向下填写；写满后在最后一行下方继续填写，表格会自动扩展。",
    "functions": "按决算报表的支出功能分类填写，金额单位为万元；可留空。",
    "projects": "一个项目一行，金额单位为万元；灰色列自动计算。在最后一行下方继续填写，表格会自动扩展。",
    "funds": "按资金来源分列各项目的资金，一个项目一种来源一行，金额单位为万元；写入附件4。",
    "indicators": "一个指标一行；所属项目留空的为部门整体指标（附件3），其余为项目指标（附件4）。灰色列自动计算。",
    "criteria": "附件3和评分表的计分标准，可按本县通知修改；右表一个评分项目一行，左表为“分档”项目的各档。灰色列自动计算。",
    "carried": "请勿改动：新建下年度工作簿时从上年工作簿提取，供核对上年数。",
    "template": "一行一段，可改写文字、增删行；{{决算.总支出}} 这样的名称会换成数字，全部名称见“使用说明”。标题编号自动生成。",
}


@dataclass(frozen=True)
class Extras:
    """What the add-in puts into the live flavour besides: its VBA project, and sheets of its own."""

    project: bytes
    xlwings: str  # the version that the project wants
    functions: Sequence[tuple[str, str]]  # for the manual: how each is written, and what it gives
    sheets: Mapping[str, Callable[[Pen, Any], None]]  # by tab


LIVE_NOTES = {
    key: f"{NOTES[key]}增删行请用右键“插入”或“删除”中的“表行”，不要插入或删除整行。"
    for key in ("projects", INDICATORS, "template")
}


def build_master(
    report: Report, path: Path, *, extras: Extras | None = None, created: datetime | None = None
) -> Addresses:
    """Write the master workbook of a record; gives where each field stands in it.

    With `extras` it is of the live flavour, and `path` should end in .xlsm.
    """
    inputs = report.inputs
    live = extras is not None
    scores = ScoreFormulas(report, Addresses(), live)
    title = f"{inputs.unit.name or ''}部门整体支出绩效自评"
    pen = Pen(path, title=title, author=inputs.unit.name or "xlreport", created=created)
    addresses = scores.addresses
    declared = {sheet.key: sheet for sheet in input_sheets()}
    last = [declared[CHECKS].name, declared[TEMPLATE].name]
    filled_in = [sheet.name for sheet in declared.values() if sheet.name not in last]
    order = [HOME, *filled_in, RATE_SHEET, *last, DIFFERENCES, MANUAL, META_SHEET]
    order += extras.sheets if extras else ()
    sheets = {name: pen.sheet(name) for name in order}
    previews = [fitting(text) for text in narrate(report).previews]
    extra = {
        "projects": _project_rates(inputs, live),
        INDICATORS: scores.indicators(),
        CRITERIA: scores.criteria(),
        TEMPLATE: [Column("预览", "preview", 64, Kind.LONG_TEXT, lambda at: previews[at], beside=live)],
    }
    notes = NOTES | (LIVE_NOTES if live else {})
    for key, sheet in declared.items():
        if key == CHECKS:
            continue
        if sheet.tables:
            TableSheet(
                pen,
                sheets[sheet.name],
                sheet,
                inputs,
                addresses,
                notes[key],
                extra,
                room=ROOMS.get(key, ROOM) if live else 0,
                source=partial(_source, addresses),
                shown=key == CARRIED,
            ).write()
        else:
            FormSheet(pen, sheets[sheet.name], sheet, inputs, addresses).write()
    checks = declared[CHECKS]
    check_sheet = CheckSheet(pen, sheets[checks.name], checks, report, addresses, live)
    check_sheet.write()
    rates = _write_rates(pen, sheets[RATE_SHEET], report, addresses)
    if extras:
        cells = LiveCells(pen, sheets, addresses, report)
        cells.write_rates(rates)
        cells.write_project_rates()
        cells.write_scores()
        cells.write_previews(previews)
        cells.write_checks(COMPUTED, check_sheet.values)
        for name, write in extras.sheets.items():
            write(pen, sheets[name])
        pen.project(extras.project)
    else:
        mark = digest(inputs, addresses)
        pen.stale_mark(sheets[declared[TEMPLATE].name], KEY_ROW - 1, LABEL_COLUMN, mark)
    Home(pen, sheets[HOME], report, addresses, rates, check_sheet.outcomes, scores).write()
    write_difference_sheet(pen, sheets[DIFFERENCES], DIFFERENCES)
    write_manual(pen, sheets[MANUAL], report, extras.functions if extras else ())
    _write_meta(pen, sheets[META_SHEET], {XLWINGS: extras.xlwings} if extras else {})
    colours = {HOME: ACCENT, RATE_SHEET: TAB_OF_LISTS, MANUAL: TAB_OF_LISTS}
    colours |= dict.fromkeys(filled_in, TAB_OF_INPUTS) | dict.fromkeys([*last, DIFFERENCES], GOOD)
    colours[declared[CARRIED].name] = TAB_OF_LISTS
    for name, colour in colours.items():
        sheets[name].set_tab_color(colour)
    sheets[HOME].activate()
    pen.close()
    return addresses


def _source(addresses: Addresses, path: str) -> Source | None:
    """What the cells of a text field offer to choose from."""
    match path:
        case "funds.project" | "indicators.project":
            return Source(_filled(addresses, "projects.name"), "“项目支出”表中没有这个项目。")
        case "indicators.level_2":
            return Source(list(LEVELS_2))
        case "criteria.name":
            return Source(["预算执行率", *LEVELS_1, ALL_INDICATORS])
        case "criteria.rate":
            return Source(f"={rate_labels()}", "“指标计算”表中没有这个指标。")
        case "bands.item":
            return Source(_filled(addresses, "criteria.name"), "右表中没有这个评分项目。")
    return None


def _filled(addresses: Addresses, path: str) -> str:
    """A formula of the cells of a column down to the last one that is filled in, of a table without gaps."""
    tab, column = addresses.columns[path]
    cells = block(tab, (FIRST_ROW, column), (MOST_CHOICES, column))
    return f"=OFFSET({absolute((tab, FIRST_ROW, column))},0,0,MAX(1,COUNTA({cells})),1)"


def _project_rates(inputs: Inputs, live: bool) -> list[Column]:
    """The calculated columns of the project table."""

    def reference(parameter: Parameter) -> str:
        return in_row("projects", parameter.own.label if parameter.own else parameter.name)

    def column(key: str) -> Column:
        rate = ROW_RATES[key]
        formula = None if live else lambda at: rate.excel(reference)

        def value(at: int) -> Any:
            return row_rate(key, inputs.projects[at]).cell

        return Column(
            rate.label, key, 11, Kind.PERCENT, value, formula, before="stated_rate", same=True, beside=live
        )

    return [column(key) for key, rate in ROW_RATES.items() if rate.each is Project]


def _write_rates(
    pen: Pen, sheet: Any, report: Report, addresses: Addresses
) -> dict[str, tuple[str, int, int]]:
    """指标计算: every rate by its formula, with how it is computed and where that is laid down."""
    sheet.set_column(KEY_COLUMN, KEY_COLUMN, None, None, {"hidden": True})
    pen.title(sheet, RATE_SHEET)
    pen.note(sheet, 1, 1, "自动计算，无需填写；缺数时空白，分母为 0 时显示“—”。")
    for column, (label, wide) in enumerate((("指标", 28), ("数值", 12), ("算法", 78), ("依据", 40)), 1):
        pen.text(sheet, 3, column, label, pen.head())
        sheet.set_column(column, column, wide)
    places = {}
    for row, (key, rate) in enumerate(RATES.items(), FIRST_RATE):
        pen.text(sheet, row, KEY_COLUMN, key)
        pen.text(sheet, row, 1, rate.label, pen.boxed())
        formula = rate.excel(lambda parameter: _reference(parameter, addresses))
        style = pen.for_value(Kind.PERCENT, bg_color=CALCULATED_FILL)
        pen.formula(sheet, row, RATE_VALUE, formula, style, report.rates[key].cell)
        pen.text(sheet, row, 3, rate.words, pen.aside())
        pen.text(sheet, row, 4, rate.source, pen.aside())
        sheet.set_row(row, height(rate.words, 78))
        zeros = ",".join(f"{_reference(parameter, addresses)}=0" for parameter in rate.parameters)
        pen.formula(
            sheet, row, RATE_NONE, f"=IF(AND({zeros}),1,0)", pen.boxed(), int(none_of_it(rate, report.inputs))
        )
        places[key] = (RATE_SHEET, row, RATE_VALUE)
    sheet.set_column(RATE_NONE, RATE_NONE, None, None, {"hidden": True})
    sheet.freeze_panes(FIRST_RATE, 2)
    sheet.set_landscape()
    sheet.print_area(0, 1, 3 + len(RATES), 4)
    pen.protect(sheet)
    return places


def _reference(parameter: Parameter, addresses: Addresses) -> str:
    """The cell of a figure, as a formula on another sheet names it."""
    assert parameter.place
    place = addresses.at(parameter.place.path)
    assert place
    return absolute(place)


def _write_meta(pen: Pen, sheet: Any, more: Mapping[str, str]) -> None:
    for row, (key, value) in enumerate(({**META, "version": version(), **more}).items()):
        pen.text(sheet, row, 0, key)
        if isinstance(value, str):
            pen.text(sheet, row, 1, value)
        else:
            sheet.write_number(row, 1, value)
    sheet.hide()
