"""The cells of the live flavour: array formulas of Python functions, with the values that they have now.

One call computes a whole column. The arrays stand beside the tables, which take none, over rows that are
prepared beyond a table's end, because an array does not grow with it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlreport.model.fields import Kind, fields_of
from xlreport.model.inputs import Explanation, Project
from xlreport.model.rates import RATES, ROW_RATES, row_rate
from xlreport.model.scoring import indicator_score
from xlreport.report import Report
from xlreport.sheets.layout import (
    CHECKS,
    COMPUTED_MARK,
    FIRST_ROW,
    KEY_COLUMN,
    KEY_ROW,
    LABEL_COLUMN,
    TEMPLATE,
    Addresses,
    block,
    cell_name,
    input_sheets,
)
from xlreport.sheets.pen import BAD, CALCULATED_FILL, Pen
from xlreport.sheets.score_columns import COMPUTED_SCORE, INDICATORS

ROOM = 100  # rows prepared below a table
ROOMS = {"funds": 150, "indicators": 300, "carried": 10}  # below those of other sheets
# Arguments reach further than the array that they fill: a deleted row of the table shortens them, not the array.
OVERHANG = 50
TOO_LONG = "有表格超过了随填随判的行数，请点功能区“绩效自评”的“运行检查”"

Values = Sequence[Sequence[Any]]


@dataclass
class LiveCells:
    """Writes the array formulas when all sheets are laid out."""

    pen: Pen
    sheets: Mapping[str, Any]
    addresses: Addresses
    report: Report

    def __post_init__(self) -> None:
        self.inputs = inputs_reference(self.addresses)

    def write_rates(self, places: Mapping[str, tuple[str, int, int]]) -> None:
        """指标计算: all rates of the department in one call."""
        (tab, first, at), *_, (_, last, _) = places.values()
        keys = block(tab, (first, KEY_COLUMN), (last, KEY_COLUMN))
        formula = f"XR_RATE({keys},{inputs_reference(self.addresses, rated_sheets())})"
        values = [[self.report.rates[key].cell] for key in RATES]
        self._array(tab, first, at, values, formula, self._style(Kind.PERCENT))

    def write_project_rates(self) -> None:
        """项目支出: each rate of the projects in one call."""
        projects = self.report.inputs.projects
        for key, rate in ROW_RATES.items():
            if rate.each is not Project:
                continue
            tab, at = self.addresses.columns[f"projects.{COMPUTED_MARK}{key}"]
            part, whole = (
                self._down("projects", self.addresses.columns[f"projects.{parameter.name}"][1])
                for parameter in rate.parameters
            )
            known = [[row_rate(key, project).cell] for project in projects]
            values = self._prepared("projects", known)
            self._array(tab, FIRST_ROW, at, values, f"XR_RATES({part},{whole})", self._style(Kind.PERCENT))

    def write_scores(self) -> None:
        """绩效指标: what each indicator scores by its figures, all in one call."""
        tab, at = self.addresses.columns[f"{INDICATORS}.{COMPUTED_MARK}{COMPUTED_SCORE}"]
        figures = (
            self._down(INDICATORS, self.addresses.columns[f"{INDICATORS}.{key}"][1])
            for key in ("actual", "target", "points", "direction")
        )
        known = [indicator_score(each) for each in self.report.inputs.indicators]
        values = self._prepared(INDICATORS, [["" if score is None else score] for score in known])
        self._array(tab, FIRST_ROW, at, values, f"XR_SCORE({','.join(figures)})", self._style(Kind.NUMBER))

    def write_previews(self, previews: Sequence[str]) -> None:
        """报告模板: what each line gives."""
        tab, at = self.addresses.columns[f"{TEMPLATE}.{COMPUTED_MARK}preview"]
        style, text = (self.addresses.columns[f"{TEMPLATE}.{key}"][1] for key in ("style", "text"))
        assert text == style + 1
        lines = block(tab, (FIRST_ROW, style), (self._last_row(TEMPLATE) + OVERHANG, text))
        values = self._prepared(TEMPLATE, [[preview] for preview in previews])
        self._array(
            tab, FIRST_ROW, at, values, f"XR_TEXTS({lines},{self.inputs})", self._style(Kind.LONG_TEXT)
        )

    def write_checks(self, keys: Sequence[str], values: Values) -> None:
        """检查结果: outcome, problem and place of every rule in one call; above them what is wrong in cells."""
        tab, first = self.addresses.columns[f"{CHECKS}.{COMPUTED_MARK}{keys[0]}"]
        last = FIRST_ROW + len(values) - 1
        at = {item.key: self.addresses.columns[f"{CHECKS}.{item.key}"][1] for item in fields_of(Explanation)}
        about = block(tab, (FIRST_ROW, at["rule"]), (last, at["place"]))
        explanations = block(tab, (FIRST_ROW, at["text"]), (last, at["recorded"]))
        styles = [
            self._style(Kind.CHOICE),
            self._style(Kind.LONG_TEXT),
            self._style(Kind.TEXT),
        ]
        self._array(tab, FIRST_ROW, first, values, f"XR_CHECK({about},{explanations},{self.inputs})", *styles)
        red = self.pen.format(bold=True, font_color=BAD)
        formula = f'=IF({self._outgrown()},"{TOO_LONG}",XR_PROBLEMS({self.inputs}))'
        self.pen.formula(self.sheets[tab], KEY_ROW - 1, LABEL_COLUMN, formula, red, "")

    def _outgrown(self) -> str:
        """Whether a table has more rows than were prepared for it."""
        tables = [section for sheet in input_sheets() for section in sheet.tables if sheet.key != CHECKS]
        rows = (f"ROWS({s.key})>{self._last_row(s.key) - FIRST_ROW + 1}" for s in tables)
        return f"OR({','.join(rows)})"

    def _style(self, kind: Kind) -> Any:
        return self.pen.for_value(kind, bg_color=CALCULATED_FILL)

    def _down(self, section: str, column: int) -> str:
        tab = self._tab(section)
        return block(tab, (FIRST_ROW, column), (self._last_row(section) + OVERHANG, column))

    def _last_row(self, section: str) -> int:
        return self.addresses.corners[self._tab(section)][0]

    def _tab(self, section: str) -> str:
        return next(tab for key, (tab, _) in self.addresses.columns.items() if key.startswith(f"{section}."))

    def _prepared(self, section: str, known: Values) -> Values:
        return [*known, *[[""]] * (self._last_row(section) - FIRST_ROW + 1 - len(known))]

    def _array(self, tab: str, row: int, column: int, values: Values, formula: str, *styles: Any) -> None:
        self.pen.array(self.sheets[tab], row, column, values, formula, styles)


def inputs_reference(addresses: Addresses, only: Collection[str] = ()) -> str:
    """The input sheets, or some of them, as the arguments of a function: 单位信息!$A$1:$E$45, …"""
    return ",".join(
        block(sheet.name, (0, 0), addresses.corners[sheet.name])
        for sheet in input_sheets()
        if (sheet.name in only if only else sheet.key not in (CHECKS, TEMPLATE))
    )


def rated_sheets() -> frozenset[str]:
    """The sheets with the figures of the rates. Every other cell leaves the rates alone."""
    return frozenset(p.place.section.sheet for rate in RATES.values() for p in rate.parameters if p.place)


def link_formula(place: tuple[int, int]) -> str:
    """A link to the cell whose name stands in another: 查看, or nothing."""
    cell = cell_name(*place)
    return f'=IF({cell}="","",HYPERLINK("#"&{cell},"查看"))'
