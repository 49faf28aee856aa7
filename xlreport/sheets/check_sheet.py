"""检查结果: one row per rule, with its outcome, what is wrong, where, and the explanation that one types.

Below the rules stand rows for the places of those that are broken at several, which 运行检查 fills in.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from xlreport.checks.rule import rule_lines
from xlreport.model.fields import Kind
from xlreport.model.inputs import Explanation, with_values
from xlreport.report import Outcome, Report
from xlreport.sheets.layout import (
    COMPUTED,
    COMPUTED_MARK,
    FIRST_ROW,
    KEY_ROW,
    LABEL_COLUMN,
    Addresses,
    InputSheet,
    block,
    digest,
    rule_row,
)
from xlreport.sheets.live import link_formula
from xlreport.sheets.pen import GOOD, OUTCOME_COLOURS, Pen
from xlreport.sheets.table_sheet import Column, TableSheet

_EXPLAIN = (
    "“需说明”的问题请在“说明”一列填写原因，“提示”可写不需处理的理由，“硬性”的问题必须更正。说明之后数字变了即“已过期”，"
    "请改写说明；原因仍成立的，清空它右边一格。"
)
NOTE = f"结果为最近一次检查时的结果，改动后请点“运行检查”或用 xlreport check 重新检查；{_EXPLAIN}"
LIVE_NOTE = f"结果随填随判；{_EXPLAIN}"
OUTCOME, PROBLEM, PLACE = COMPUTED
LINK = "link"
PLACES = 30  # rows below the rules, each for one place of a rule


@dataclass
class CheckSheet:
    """The sheet being written; it points at the others, so it comes after them."""

    pen: Pen
    sheet: Any
    declared: InputSheet
    report: Report
    addresses: Addresses
    live: bool  # computed in its cells, or the outcome of the time of building

    def __post_init__(self) -> None:
        self.lines = {line.id: line for line in rule_lines()}
        most = PLACES + sum(bool(row.place) for row in self.report.inputs.explanations)
        shown = self.report.explanations(most)
        spare = len(self.lines) + most - len(shown)
        self.rows = (*shown, *(Explanation(None) for _ in range(spare)))

    def write(self) -> None:
        pen, sheet = self.pen, self.sheet
        inputs = with_values(self.report.inputs, explanations=self.rows)
        extra = {self.declared.key: self._columns()}
        live, note = self.live, LIVE_NOTE if self.live else NOTE
        TableSheet(
            pen, sheet, self.declared, inputs, self.addresses, note, extra, growing=False, real=not live
        ).write()
        if not live:
            pen.stale_mark(sheet, KEY_ROW - 1, LABEL_COLUMN, digest(self.report.inputs, self.addresses))
        at = self._column(OUTCOME)
        formats = {words: pen.format(bg_color=colour, bold=True) for words, colour in OUTCOME_COLOURS.items()}
        for words, looks in (*formats.items(), (Outcome.PASSED, pen.format(font_color=GOOD))):
            rule = {"type": "cell", "criteria": "==", "value": f'"{words}"', "format": looks}
            sheet.conditional_format(FIRST_ROW, at, self._last_row, at, rule)
        sheet.print_area(0, LABEL_COLUMN, self._last_row, self._typed("text"))
        recorded = self._typed("recorded")
        sheet.set_column(recorded, recorded, None, None, {"hidden": True})
        pen.protect(sheet)

    @property
    def outcomes(self) -> str:
        """The reference of the outcomes of the rules."""
        at = self._column(OUTCOME)
        return block(self.declared.name, (FIRST_ROW, at), (FIRST_ROW + len(self.lines) - 1, at))

    @property
    def _last_row(self) -> int:
        return FIRST_ROW + len(self.rows) - 1

    def _typed(self, key: str) -> int:
        return self.addresses.columns[f"{self.declared.key}.{key}"][1]

    def _column(self, key: str) -> int:
        return self.addresses.columns[f"{self.declared.key}.{COMPUTED_MARK}{key}"][1]

    def _columns(self) -> list[Column]:
        lines, values = [self.lines.get(row.rule or "") for row in self.rows], self.values

        def column(header: str, key: str, width: int, kind: Kind, value: Callable[[int], Any]) -> Column:
            return Column(header, key, width, kind, value, before="text")

        columns = [
            column(
                "级别", "level", 10, Kind.CHOICE, lambda at: str(line.level) if (line := lines[at]) else ""
            ),
            column("规则", "title", 46, Kind.TEXT, lambda at: line.title if (line := lines[at]) else ""),
            column("结果", OUTCOME, 10, Kind.CHOICE, lambda at: values[at][0]),
            column("问题", PROBLEM, 64, Kind.LONG_TEXT, lambda at: values[at][1]),
            column("位置", PLACE, 18, Kind.TEXT, lambda at: values[at][2]),
        ]
        link = column("跳转", LINK, 8, Kind.CHOICE, lambda at: "查看" if values[at][2] else "")
        return [*columns, replace(link, formula=self._link)]

    @cached_property
    def values(self) -> list[tuple[str, str, str]]:
        """Outcome, problem and place of each row, as the function in the cells gives them."""
        return [rule_row(self.report, self.addresses, row.rule or "", row.place or "") for row in self.rows]

    def _link(self, at: int) -> str:
        return link_formula((FIRST_ROW + at, self._column(PLACE)))
