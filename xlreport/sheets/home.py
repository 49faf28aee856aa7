"""首页: unit and year, completeness, outcomes of the rules, key rates, and the three charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlreport.assets import names_in, version
from xlreport.checks.required import REQUIRED
from xlreport.checks.rule import Level
from xlreport.datafile import read_asset
from xlreport.model.fields import Kind, places_of
from xlreport.model.inputs import OWN_OUTLINE, Inputs
from xlreport.model.rates import KEY_RATES, RATES, ROW_RATES
from xlreport.model.scoring import FULL
from xlreport.report import Outcome, Report
from xlreport.sheets.layout import (
    COMPUTED_MARK,
    FIRST_ROW,
    FORM_MARK,
    KEY_COLUMN,
    LABEL_COLUMN,
    MANUAL,
    SHEET_MARK,
    TEMPLATE,
    Addresses,
    absolute,
    cell_name,
    home_sheet,
)
from xlreport.sheets.pen import ACCENT, BAD, INPUT_FILL, NUMBER_FORMATS, OUTCOME_COLOURS, Pen, height
from xlreport.sheets.score_columns import ScoreFormulas, grade_formula, indicator_total
from xlreport.sheets.validation import validation

# The figures beside each chart, and what they are called under its columns.
SPENDING = {"expenditure": "", "basic": "", "project": ""}
THREE_PUBLIC = {"total": "", "abroad": "因公出国", "vehicles": "公务用车", "reception": "公务接待"}
BUDGET_TO_FINAL = ("initial", "full_year", "final")
THREE_PUBLIC_COLUMNS = ("three_public_budget", "three_public_final")
PROJECT_RATE = "project_execution_rate"
FEWEST_PROJECTS, MOST_PROJECTS = 10, 15  # in the chart

FIRST, LAST = 1, 7  # columns
SERIES_COLOURS = ("#A5A5A5", "#ED7D31", "#4472C4")
LIGHT = "#D9D9D9"
CHART_ROWS, BARS_ROWS = 13, 15  # that a chart covers

Series = dict[str, tuple[int, int, int]]  # label → column, first and last row


@dataclass
class Home:
    """The sheet being written from top to bottom. All of it is formulas, so it follows what one types."""

    pen: Pen
    sheet: Any
    report: Report
    addresses: Addresses
    rates: dict[str, tuple[str, int, int]]  # where each rate stands
    outcomes: str  # the reference of the column of outcomes
    scores: ScoreFormulas
    row: int = 1  # the row that comes next

    def write(self) -> None:
        self.pen.text(self.sheet, 0, KEY_COLUMN, f"{SHEET_MARK}{home_sheet().key}")
        self.sheet.set_column(KEY_COLUMN, KEY_COLUMN, None, None, {"hidden": True})
        for column, wide in ((FIRST, 26), *((column, 15) for column in range(2, LAST + 1))):
            self.sheet.set_column(column, column, wide)
        self.pen.title(self.sheet, "部门整体支出绩效自评", FIRST)
        self._write_identity()
        self._write_progress()
        self._write_scores()
        self._write_key_rates()
        spending = self._write_figures("主要支出（万元）", SPENDING, BUDGET_TO_FINAL)
        three_public = self._write_figures("“三公”经费（万元）", THREE_PUBLIC, THREE_PUBLIC_COLUMNS)
        self._insert_columns("预算与决算（万元）", spending, FIRST)
        self._insert_columns("“三公”经费预算与决算（万元）", three_public, 4)
        self.row += CHART_ROWS
        self._insert_bars(f"项目执行率（前{MOST_PROJECTS}个项目）")
        self.row += BARS_ROWS
        hint = f"先填黄色标签的各表，再看“检查结果”；填写方法见“{MANUAL}”。"
        self.pen.note(self.sheet, self.row, FIRST, f"xlreport {version()}。{hint}")
        self.sheet.print_area(0, 0, self.row, LAST)
        self.pen.protect(self.sheet)

    def _write_identity(self) -> None:
        for name in ("unit_name", "unit_year"):
            place = places_of(Inputs)[name]
            value = getattr(self.report.inputs.unit, place.field.key)
            style = self.pen.boxed(bold=True, align="left")
            self.pen.text(self.sheet, self.row, FIRST, place.label, self.pen.head(align="left"))
            self.sheet.merge_range(self.row, FIRST + 1, self.row, LAST, "", style)
            stored = "" if value is None else value
            self.pen.formula(self.sheet, self.row, FIRST + 1, self._filled(place.path), style, stored)
            self.row += 1
        self._write_outline()
        self.row += 2

    def _write_outline(self) -> None:
        """The one input here: the outline that the report follows. 报告模板 says so where it is not its own."""
        pen, sheet = self.pen, self.sheet
        (form,) = home_sheet().forms
        (section,), (field,) = form.sections, form.fields
        pen.text(sheet, self.row, KEY_COLUMN, f"{FORM_MARK}{form.key}")
        pen.text(sheet, self.row, FIRST + 1, section.key)
        sheet.set_row(self.row, None, None, {"hidden": True})
        self.row += 1
        pen.text(sheet, self.row, KEY_COLUMN, f"{form.key}.{field.key}")
        place = (sheet.get_name(), self.row, FIRST + 1)
        self.addresses.cells[f"{section.key}.{field.key}"] = place
        chosen = self.report.inputs.unit.outline
        shipped = {name: read_asset("outlines", name, "提纲")["title"] for name in names_in("outlines")}
        listed = "；".join(f"{name} {title}" for name, title in shipped.items())
        about = f"留空按本工作簿的“{OWN_OUTLINE}”，可自行改写；其余为自带提纲：{listed}"
        pen.text(sheet, self.row, FIRST, field.label, pen.head(align="left"))
        style = pen.for_value(Kind.CHOICE, bg_color=INPUT_FILL, locked=False)
        pen.value(sheet, self.row, FIRST + 1, chosen, style)
        rule = validation(field) | {"input_message": about}
        sheet.data_validation(self.row, FIRST + 1, self.row, FIRST + 1, rule)
        sheet.merge_range(self.row, FIRST + 2, self.row, LAST, "", pen.aside())
        pen.text(sheet, self.row, FIRST + 2, about, pen.aside())
        sheet.set_row(self.row, height(about, 15 * (LAST - FIRST - 1)))
        template = pen.book.get_worksheet_by_name(self.addresses.columns[f"{TEMPLATE}.text"][0])
        cell, before, after = absolute(place), "首页选择了提纲“", "”，报告按它生成，本表不起作用"
        formula = f'=IFERROR(IF({_is_one_of([*shipped], cell)},"{before}"&{cell}&"{after}",""),"")'
        stored = f"{before}{chosen}{after}" if chosen in shipped else ""
        pen.formula(template, 0, LABEL_COLUMN + 1, formula, pen.format(bold=True, font_color=BAD), stored)

    def _filled(self, path: str) -> str:
        """A formula that shows a cell, and nothing (not 0) where that is blank."""
        place = self.addresses.at(path)
        assert place
        return f'=IF(ISBLANK({absolute(place)}),"",{absolute(place)})'

    def _write_progress(self) -> None:
        pen, sheet = self.pen, self.sheet
        pen.text(sheet, self.row, FIRST, "填报与检查", pen.format(bold=True, font_size=12, font_color=ACCENT))
        inputs = self.report.inputs
        values = [getattr(getattr(inputs, p.section.key), p.field.key) for p in REQUIRED.values()]
        filled, all_of_them = sum(value is not None for value in values), len(values)
        cells = ",".join(absolute(at) for p in REQUIRED.values() if (at := self.addresses.at(p.path)))
        pen.text(sheet, self.row + 1, FIRST, "必填项完成", pen.head())
        style = pen.boxed(align="center", font_size=14)
        formula = f'=COUNTA({cells})&" / {all_of_them}"'
        pen.formula(sheet, self.row + 2, FIRST, formula, style, f"{filled} / {all_of_them}")
        found = list(self.report.outcomes.values())
        for column, words in enumerate(
            (*Level, Outcome.LAPSED, Outcome.EXPLAINED, Outcome.PASSED), FIRST + 1
        ):
            pen.text(sheet, self.row + 1, column, words, pen.head())
            colour = {"bg_color": OUTCOME_COLOURS[words]} if words in OUTCOME_COLOURS else {}
            style = pen.boxed(align="center", font_size=14, num_format='0" 项规则"', **colour)
            # COUNTIF skips errors: where the checks could not be computed, 0 would look as if all were well.
            formula = (
                f'=IF(SUMPRODUCT(--ISERROR({self.outcomes}))>0,"未计算",COUNTIF({self.outcomes},"{words}"))'
            )
            pen.formula(sheet, self.row + 2, column, formula, style, found.count(words))
        self.row += 4

    def _write_scores(self) -> None:
        """The total of the department's self-evaluation table with its parts, its grade, and the standard's."""
        pen, sheet, formulas = self.pen, self.sheet, self.scores
        card, top, bottom = self.report.scores.cards.overall, self.row, self.row + 1
        execution, indicators, total = (cell_name(bottom, FIRST + at) for at in (1, 2, 3))
        graded = f"XR_GRADE({total})" if formulas.live else grade_formula(total)
        in_range = f"AND(ISNUMBER({total}),N({total})>=0,N({total})<={FULL})"
        shown = {
            "预算执行率得分": (formulas.execution, card.execution),
            "绩效指标得分": (formulas.indicator_total, indicator_total(card)),
            "自评总分": (formulas.total(execution, indicators), card.total),
            "等级": (f'IF({in_range},{graded},"")', card.grade),
            "分值合计": (formulas.points, card.points),
            "评分标准合计": (formulas.standard_total, self.report.scores.standard_total),
        }
        pen.text(sheet, top, FIRST, "自评得分", pen.head())
        pen.text(sheet, bottom, FIRST, "部门整体", pen.head())
        for column, (label, (formula, value)) in enumerate(shown.items(), FIRST + 1):
            pen.text(sheet, top, column, label, pen.head(text_wrap=True))
            bold = {"bold": True, "font_size": 14} if label in ("自评总分", "等级") else {"font_size": 12}
            style = pen.boxed(num_format=NUMBER_FORMATS[Kind.NUMBER], align="center", **bold)
            pen.formula(sheet, bottom, column, f"={formula}", style, "" if value is None else value)
        self.row += 3

    def _write_key_rates(self) -> None:
        pen, sheet = self.pen, self.sheet
        pen.text(sheet, self.row, FIRST, "主要指标", pen.head())
        pen.text(sheet, self.row + 1, FIRST, "数值", pen.head())
        style = pen.boxed(num_format=NUMBER_FORMATS[Kind.PERCENT], align="center", font_size=12)
        for column, key in enumerate(KEY_RATES, FIRST + 1):
            pen.text(sheet, self.row, column, RATES[key].label, pen.head(text_wrap=True))
            value = self.report.rates[key].cell
            pen.formula(sheet, self.row + 1, column, f"={absolute(self.rates[key])}", style, value)
        self.row += 3

    def _write_figures(self, title: str, fields: dict[str, str], sections: tuple[str, ...]) -> Series:
        """A small table of figures, the source of a chart; gives where each series stands."""
        pen, sheet = self.pen, self.sheet
        pen.text(sheet, self.row, FIRST, title, pen.head())
        series: Series = {}
        for column, key in enumerate(sections, FIRST + 1):
            for row, (field, short) in enumerate(fields.items(), self.row + 1):
                place = places_of(Inputs)[f"{key}_{field}"]
                value = getattr(getattr(self.report.inputs, key), field)
                pen.text(sheet, row, FIRST, short or place.field.label, pen.boxed())
                stored = "" if value is None else value
                pen.formula(sheet, row, column, self._filled(place.path), pen.for_value(Kind.MONEY), stored)
                label = place.section.label
            pen.text(sheet, self.row, column, label, pen.head())
            series[label] = (column, self.row + 1, self.row + len(fields))
        self.row += len(fields) + 2
        return series

    def _insert_columns(self, title: str, series: Series, column: int) -> None:
        chart = self.pen.book.add_chart({"type": "column"})
        name = self.sheet.get_name()
        for (label, (at, first, last)), colour in zip(series.items(), SERIES_COLOURS, strict=False):
            chart.add_series(
                {
                    "name": label,
                    "categories": [name, first, FIRST, last, FIRST],
                    "values": [name, first, at, last, at],
                    "fill": {"color": colour},
                    "data_labels": {"value": True, "font": {"size": 8}, "num_format": "General;;"},
                    "gap": 80,
                }
            )
        _finish(chart, title)
        chart.set_size({"width": 415, "height": 310})
        self.sheet.insert_chart(self.row, column, chart, {"description": title, "x_offset": 4})

    def _insert_bars(self, title: str) -> None:
        """The execution rates of the first projects, from the table itself."""
        tab, names = self.addresses.columns["projects.name"]
        _, rate = self.addresses.columns[f"projects.{COMPUTED_MARK}{PROJECT_RATE}"]
        count = min(max(len(self.report.inputs.projects), FEWEST_PROJECTS), MOST_PROJECTS)
        last = FIRST_ROW + count - 1
        chart = self.pen.book.add_chart({"type": "bar"})
        chart.add_series(
            {
                "name": ROW_RATES[PROJECT_RATE].label,
                "categories": [tab, FIRST_ROW, names, last, names],
                "values": [tab, FIRST_ROW, rate, last, rate],
                "fill": {"color": SERIES_COLOURS[-1]},
                "data_labels": {"value": True, "num_format": "0.00%;;"},
                "gap": 60,
            }
        )
        _finish(chart, title)
        chart.set_legend({"none": True})
        axis = {"reverse": True, "num_font": {"size": 9}, "crossing": "max"}
        chart.set_y_axis(axis | {"major_gridlines": {"visible": False}})
        grid = {"visible": True, "line": {"color": LIGHT}}
        chart.set_x_axis({"num_format": "0%", "min": 0, "major_gridlines": grid})
        chart.set_size({"width": 835, "height": 360})
        self.sheet.insert_chart(self.row, FIRST, chart, {"description": title, "x_offset": 4})


def _finish(chart: Any, title: str) -> None:
    chart.set_title({"name": title, "name_font": {"size": 12, "color": ACCENT}, "overlay": False})
    chart.set_legend({"position": "bottom"})
    chart.set_y_axis({"num_format": "0", "major_gridlines": {"visible": True, "line": {"color": LIGHT}}})
    chart.set_chartarea({"border": {"color": LIGHT}})


def _is_one_of(choices: Sequence[str], cell: str) -> str:
    """A formula's expression: whether a cell holds one of some texts, in the same letters."""
    quoted = ",".join(f'"{choice}"' for choice in choices)
    return f"SUMPRODUCT(--EXACT({cell},{{{quoted}}}))>0"
