"""检查结果: one row per rule, with its outcome, what is wrong, where, and the explanation that one types."""

from dataclasses import dataclass
from typing import Any

from xlreport.checks.rule import Finding, Level, rule_lines
from xlreport.model.fields import Kind
from xlreport.model.inputs import Explanation, Inputs, with_values
from xlreport.report import Outcome, Report
from xlreport.sheets.flavour import Flavour
from xlreport.sheets.layout import (
    COMPUTED_MARK,
    FIRST_ROW,
    KEY_ROW,
    LABEL_COLUMN,
    Addresses,
    InputSheet,
    absolute,
    digest,
    sheet_reference,
)
from xlreport.sheets.pen import CALCULATED_FILL, GOOD, LEVEL_COLOURS, Pen
from xlreport.sheets.table_sheet import Column, TableSheet

NOTE = (
    "结果为生成本工作簿时的结果，改动后请用 xlreport check 重新检查；"
    "“需说明”的问题请在最右一列填写原因，“硬性”的问题必须更正。"
)
MOST_FINDINGS = 5  # of one rule, spelt out in its row
OUTCOME, PROBLEM, PLACE = "outcome", "problem", "place"


@dataclass
class CheckSheet:
    """The sheet being written; it points at the others, so it comes after them."""

    pen: Pen
    sheet: Any
    declared: InputSheet
    report: Report
    addresses: Addresses
    flavour: Flavour

    def __post_init__(self) -> None:
        self.lines = rule_lines()
        self.found: dict[str, list[Finding]] = {}
        for finding in self.report.findings:
            self.found.setdefault(finding.rule, []).append(finding)

    def write(self) -> None:
        pen, sheet = self.pen, self.sheet
        inputs, extra = self._rows(), {self.declared.key: self._columns()}
        TableSheet(pen, sheet, self.declared, inputs, self.addresses, NOTE, extra, growing=False).write()
        pen.stale_mark(sheet, KEY_ROW - 1, LABEL_COLUMN, digest(self.report.inputs, self.addresses))
        self._write_links()
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
        first, last = (
            absolute((self.declared.name, row, at)).partition("!")[2] for row in (FIRST_ROW, self._last_row)
        )
        return f"{sheet_reference(self.declared.name)}!{first}:{last}"

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
        lines, outcomes, flavour = self.lines, self.report.outcomes, self.flavour
        outcome, problem = flavour.outcome, flavour.problem
        return [
            Column("级别", "level", 10, Kind.CHOICE, lambda at: str(lines[at].level), before="text"),
            Column("规则", "title", 46, Kind.TEXT, lambda at: lines[at].title, before="text"),
            Column(
                "结果",
                OUTCOME,
                10,
                Kind.CHOICE,
                lambda at: str(outcomes[lines[at].id]),
                outcome and (lambda at: outcome(lines[at].id, self.addresses)),
                before="text",
            ),
            Column(
                "问题",
                PROBLEM,
                64,
                Kind.LONG_TEXT,
                lambda at: self._problem(lines[at].id),
                problem and (lambda at: problem(lines[at].id, self.addresses)),
                before="text",
            ),
            Column("位置", PLACE, 18, Kind.TEXT, lambda at: "", before="text"),
        ]

    def _problem(self, rule: str) -> str:
        sentences = [finding.message for finding in self.found.get(rule, [])]
        rest = len(sentences) - MOST_FINDINGS
        return "\n".join([*sentences[:MOST_FINDINGS], *([f"……另有 {rest} 处"] if rest > 0 else [])])

    def _write_links(self) -> None:
        """A link to the cell that the first finding of a rule is about."""
        at = self._column(PLACE)
        link = self.pen.link(bg_color=CALCULATED_FILL)
        for row, line in enumerate(self.lines, FIRST_ROW):
            paths = (path for finding in self.found.get(line.id, []) for path in finding.fields)
            path = next((path for path in paths if self.addresses.at(path)), None)
            target = self.addresses.at(path) if path else None
            if path and target:
                goal = absolute(target).replace("$", "")
                self.sheet.write_url(row, at, f"internal:{goal}", link, self.addresses.cell(path))
