"""检查结果: one row per rule, with its outcome, what is wrong, where, and the explanation that one types."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from xlreport.checks.rule import Level, rule_lines
from xlreport.model.fields import Kind
from xlreport.model.inputs import Explanation, Inputs, with_values
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
from xlreport.sheets.pen import GOOD, LEVEL_COLOURS, Pen
from xlreport.sheets.table_sheet import Column, TableSheet

_EXPLAIN = "“需说明”的问题请在最右一列填写原因，“硬性”的问题必须更正。"
NOTE = f"结果为最近一次检查时的结果，改动后请点“运行检查”或用 xlreport check 重新检查；{_EXPLAIN}"
LIVE_NOTE = f"结果随填随判；{_EXPLAIN}"
OUTCOME, PROBLEM, PLACE = COMPUTED
LINK = "link"


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
        self.lines = rule_lines()

    def write(self) -> None:
        pen, sheet = self.pen, self.sheet
        inputs, extra = self._rows(), {self.declared.key: self._columns()}
        live, note = self.live, LIVE_NOTE if self.live else NOTE
        TableSheet(
            pen, sheet, self.declared, inputs, self.addresses, note, extra, growing=False, real=not live
        ).write()
        if not live:
            pen.stale_mark(sheet, KEY_ROW - 1, LABEL_COLUMN, digest(self.report.inputs, self.addresses))
        at = self._column(OUTCOME)
        formats = {level: pen.format(bg_color=LEVEL_COLOURS[level], bold=True) for level in Level}
        for words, looks in (*formats.items(), (Outcome.PASSED, pen.format(font_color=GOOD))):
            rule = {"type": "cell", "criteria": "==", "value": f'"{words}"', "format": looks}
            sheet.conditional_format(FIRST_ROW, at, self._last_row, at, rule)
        pen.protect(sheet)

    @property
    def outcomes(self) -> str:
        """The reference of the column of outcomes."""
        at = self._column(OUTCOME)
        return block(self.declared.name, (FIRST_ROW, at), (self._last_row, at))

    @property
    def _last_row(self) -> int:
        return FIRST_ROW + len(self.lines) - 1

    def _column(self, key: str) -> int:
        return self.addresses.columns[f"{self.declared.key}.{COMPUTED_MARK}{key}"][1]

    def _rows(self) -> Inputs:
        """The record with one row per rule, holding the explanation that was given."""
        given = {item.rule: item.text for item in self.report.inputs.explanations}
        rows = tuple(Explanation(rule=line.id, text=given.get(line.id)) for line in self.lines)
        return with_values(self.report.inputs, explanations=rows)

    def _columns(self) -> list[Column]:
        lines, values = self.lines, self.values

        def column(header: str, key: str, width: int, kind: Kind, value: Callable[[int], Any]) -> Column:
            return Column(header, key, width, kind, value, before="text")

        columns = [
            column("级别", "level", 10, Kind.CHOICE, lambda at: str(lines[at].level)),
            column("规则", "title", 46, Kind.TEXT, lambda at: lines[at].title),
            column("结果", OUTCOME, 10, Kind.CHOICE, lambda at: values[at][0]),
            column("问题", PROBLEM, 64, Kind.LONG_TEXT, lambda at: values[at][1]),
            column("位置", PLACE, 18, Kind.TEXT, lambda at: values[at][2]),
        ]
        link = column("跳转", LINK, 8, Kind.CHOICE, lambda at: "查看" if values[at][2] else "")
        return [*columns, replace(link, formula=self._link)]

    @cached_property
    def values(self) -> list[tuple[str, str, str]]:
        """Outcome, problem and place of each rule, as the function in the cells gives them."""
        return [rule_row(self.report, self.addresses, line.id) for line in self.lines]

    def _link(self, at: int) -> str:
        return link_formula((FIRST_ROW + at, self._column(PLACE)))
