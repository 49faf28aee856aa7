"""Report = inputs + rates + scores + findings; everything that follows from the record, computed once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from xlreport.checks.rule import Finding, Level, applicable, findings, rule_lines
from xlreport.collector import uncollected
from xlreport.model.inputs import Inputs
from xlreport.model.rates import RateValue, rate_values
from xlreport.model.scorecard import Scores, scores_of

MOST_SENTENCES = 5  # of one rule, spelt out in its cell


class Outcome(StrEnum):
    """What the check of one rule came to; a broken rule shows its level instead."""

    PASSED = "通过"
    EXPLAINED = "已说明"
    NOT_APPLICABLE = "不适用"


@dataclass(frozen=True)
class Report:
    """An evaluated record."""

    inputs: Inputs
    rates: Mapping[str, RateValue]
    findings: tuple[Finding, ...]

    def count(self, level: Level) -> int:
        """How many findings of a level there are, explained ones left out."""
        return sum(f.level is level and not f.explanation for f in self.findings)

    @cached_property
    def scores(self) -> Scores:
        """The scores of the department and of its projects, and those by the scoring standard."""
        return scores_of(self.inputs, self.rates)

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """Those that somebody still has to correct or explain."""
        return tuple(finding for finding in self.findings if finding.is_open)

    @cached_property
    def found(self) -> Mapping[str, Sequence[Finding]]:
        """The findings of each rule that is broken."""
        by_rule: dict[str, list[Finding]] = {}
        for finding in self.findings:
            by_rule.setdefault(finding.rule, []).append(finding)
        return by_rule

    def problem(self, rule: str) -> str:
        """What is wrong by one rule, as one cell says it; empty where nothing is."""
        sentences = [finding.message for finding in self.found.get(rule, ())]
        rest = len(sentences) - MOST_SENTENCES
        return "\n".join([*sentences[:MOST_SENTENCES], *([f"……另有 {rest} 处"] if rest > 0 else [])])

    @cached_property
    def outcomes(self) -> Mapping[str, str]:
        """For each rule id 通过, 不适用, 已说明 or the gravest level of its open findings."""
        values = {key: rate.value for key, rate in self.rates.items()}
        applied = applicable(self.inputs, values)
        found: dict[str, str] = {
            line.id: Outcome.PASSED if line.id in applied else Outcome.NOT_APPLICABLE for line in rule_lines()
        }
        graveness = [*Level, Outcome.EXPLAINED, Outcome.PASSED, Outcome.NOT_APPLICABLE]
        for finding in self.findings:
            explained = finding.level is Level.EXPLAIN and finding.explanation
            outcome = Outcome.EXPLAINED if explained else finding.level
            found[finding.rule] = min(found[finding.rule], outcome, key=graveness.index)
        return found


@uncollected
def evaluate(inputs: Inputs, unknown: Collection[str] = ()) -> Report:
    """All rates and findings of a record; no rule judges fields that are `unknown` because a cell is wrong."""
    rates = rate_values(inputs)
    values = {key: rate.value for key, rate in rates.items()}
    return Report(inputs, rates, tuple(findings(inputs, values, unknown)))
