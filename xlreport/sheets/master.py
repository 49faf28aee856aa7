"""Build the master workbook from the declarations."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from xlreport.assets import version
from xlreport.model.fields import Kind
from xlreport.model.figures import Parameter
from xlreport.model.inputs import Inputs, Project
from xlreport.model.rates import RATES, ROW_RATES, row_rate
from xlreport.model.values import fitting
from xlreport.narrative import narrate
from xlreport.report import Report
from xlreport.sheets.check_sheet import CheckSheet
from xlreport.sheets.form_sheet import FormSheet
from xlreport.sheets.home import Home
from xlreport.sheets.layout import (
    CHECKS,
    COMPUTED,
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
    digest,
    in_row,
    input_sheets,
)
from xlreport.sheets.live import ROOM, LiveCells
from xlreport.sheets.manual import write_manual
from xlreport.sheets.pen import ACCENT, CALCULATED_FILL, GOOD, Pen, height
from xlreport.sheets.table_sheet import Column, TableSheet

TAB_OF_INPUTS, TAB_OF_LISTS = "#FFC000", "#7F7F7F"

NOTES = {
    "duties": "三张表并列，各自向下填写；写满后在最后一行下方继续填写，表格会自动扩展。",
    "functions": "按决算报表的支出功能分类填写，金额单位为万元；可留空。",
    "projects": "一个项目一行，金额单位为万元；灰色列自动计算。在最后一行下方继续填写，表格会自动扩展。",
    "funds": "按资金来源分列各项目的资金，一个项目一种来源一行，金额单位为万元；写入附件4。",
    "indicators": "一个指标一行；所属项目留空的为部门整体指标（附件3），其余为项目指标（附件4）。灰色列自动计算。",
    "criteria": "附件3和评分表的计分标准，可按本县通知修改；左表一个评分项目一行，右表为“分档”项目的各档。",
    "carried": "由 xlreport new --from 从上年工作簿提取的决算数，供核对上年数，请勿改动。",
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
    for key in ("projects", "template")
}


def build_master(
    report: Report, path: Path, *, extras: Extras | None = None, created: datetime | None = None
) -> Addresses:
    """Write the master workbook of a record; gives where each field stands in it.

    With `extras` it is of the live flavour, and `path` should end in .xlsm.
    """
    inputs = report.inputs
    live = extras is not None
    title = f"{inputs.unit.name or ''}部门整体支出绩效自评"
    pen = Pen(path, title=title, author=inputs.unit.name or "xlreport", created=created)
    addresses = Addresses()
    declared = {sheet.key: sheet for sheet in input_sheets()}
    last = [declared[CHECKS].name, declared[TEMPLATE].name]
    filled_in = [sheet.name for sheet in declared.values() if sheet.name not in last]
    order = [HOME, *filled_in, RATE_SHEET, *last, MANUAL, META_SHEET, *(extras.sheets if extras else ())]
    sheets = {name: pen.sheet(name) for name in order}
    previews = [fitting(text) for text in narrate(report).previews]
    extra = {
        "projects": _project_rates(inputs, live),
        TEMPLATE: [Column("预览", "preview", 64, Kind.LONG_TEXT, lambda at: previews[at], beside=live)],
    }
    room = ROOM if live else 0
    notes = NOTES | (LIVE_NOTES if live else {})
    for key, sheet in declared.items():
        if key == CHECKS:
            continue
        if sheet.tables:
            TableSheet(
                pen, sheets[sheet.name], sheet, inputs, addresses, notes[key], extra, room=room
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
        cells.write_previews(previews)
        cells.write_checks(COMPUTED, check_sheet.values)
        for name, write in extras.sheets.items():
            write(pen, sheets[name])
        pen.project(extras.project)
    else:
        mark = digest(inputs, addresses)
        pen.stale_mark(sheets[declared[TEMPLATE].name], KEY_ROW - 1, LABEL_COLUMN, mark)
    Home(pen, sheets[HOME], report, addresses, rates, check_sheet.outcomes).write()
    write_manual(pen, sheets[MANUAL], report, extras.functions if extras else ())
    _write_meta(pen, sheets[META_SHEET], {XLWINGS: extras.xlwings} if extras else {})
    colours = {HOME: ACCENT, RATE_SHEET: TAB_OF_LISTS, MANUAL: TAB_OF_LISTS}
    colours |= dict.fromkeys(filled_in, TAB_OF_INPUTS) | dict.fromkeys(last, GOOD)
    for name, colour in colours.items():
        sheets[name].set_tab_color(colour)
    sheets[HOME].activate()
    pen.close()
    return addresses


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
    for row, (key, rate) in enumerate(RATES.items(), 4):
        pen.text(sheet, row, KEY_COLUMN, key)
        pen.text(sheet, row, 1, rate.label, pen.boxed())
        formula = rate.excel(lambda parameter: _reference(parameter, addresses))
        style = pen.for_value(Kind.PERCENT, bg_color=CALCULATED_FILL)
        pen.formula(sheet, row, 2, formula, style, report.rates[key].cell)
        pen.text(sheet, row, 3, rate.words, pen.aside())
        pen.text(sheet, row, 4, rate.source, pen.aside())
        sheet.set_row(row, height(rate.words, 78))
        places[key] = (RATE_SHEET, row, 2)
    sheet.freeze_panes(4, 2)
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
