"""Report = inputs + rates + scores + findings; everything that follows from the record, computed once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from xlreport.checks.explanation import rows
from xlreport.checks.rule import Finding, Level, check, rule_lines
from xlreport.collector import uncollected
from xlreport.model.inputs import Explanation, Inputs
from xlreport.model.rates import RateValue, rate_values
from xlreport.model.scorecard import Scores, scores_of

MOST_SENTENCES = 5  # of one rule, spelt out in its cell


class Outcome(StrEnum):
    """What the check of one rule came to; a broken rule shows its level instead."""

    PASSED = "通过"
    LAPSED = "已过期"  # explained, but for other figures
    EXPLAINED = "已说明"
    NOT_APPLICABLE = "不适用"


@dataclass(frozen=True)
class Report:
    """An evaluated record."""

    inputs: Inputs
    rates: Mapping[str, RateValue]
    findings: tuple[Finding, ...]
    applied: frozenset[str] = frozenset()  # the ids of the rules that had figures to compare

    def count(self, level: Level) -> int:
        """How many findings of a level there are, those left out that are explained."""
        return sum(f.level is level and not f.is_explained for f in self.findings)

    @cached_property
    def scores(self) -> Scores:
        """The scores of the department and of its projects, and those by the scoring standard."""
        return scores_of(self.inputs, self.rates)

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """Those that somebody still has to correct or explain."""
        return tuple(finding for finding in self.findings if finding.is_open)

    @cached_property
    def _found(self) -> Mapping[tuple[str, str], Sequence[Finding]]:
        """The findings of each rule that is broken, all of them and by place."""
        found: dict[tuple[str, str], list[Finding]] = {}
        for finding in self.findings:
            for place in {"", finding.place}:
                found.setdefault((finding.rule, place), []).append(finding)
        return found

    def found(self, rule: str, place: str = "") -> Sequence[Finding]:
        """The findings of a rule, at one place or all."""
        return self._found.get((rule, place), ())

    def problem(self, rule: str, place: str = "") -> str:
        """What is wrong by one rule, as one cell says it; empty where nothing is."""
        sentences = [finding.message for finding in self.found(rule, place)]
        rest = len(sentences) - MOST_SENTENCES
        return "\n".join([*sentences[:MOST_SENTENCES], *([f"……另有 {rest} 处"] if rest > 0 else [])])

    @cached_property
    def outcomes(self) -> Mapping[str, str]:
        """For each rule id 通过, 不适用, 已说明, 已过期 or the gravest level of its open findings."""
        return {
            line.id: outcome_of(self.found(line.id))
            or (Outcome.PASSED if line.id in self.applied else Outcome.NOT_APPLICABLE)
            for line in rule_lines()
        }

    def outcome(self, rule: str, place: str = "") -> str:
        """What the check of a rule came to, at one place or everywhere."""
        return (outcome_of(self.found(rule, place)) or Outcome.PASSED) if place else self.outcomes[rule]

    def explanations(self, most: int) -> tuple[Explanation, ...]:
        """The rows of 检查结果: one per rule, and at most so many for single places."""
        return rows(self.inputs.explanations, self.findings, [line.id for line in rule_lines()], most)


_GRAVENESS = (Level.HARD, Level.EXPLAIN, Outcome.LAPSED, Level.HINT, Outcome.EXPLAINED)


def outcome_of(found: Sequence[Finding]) -> str:
    """What some findings come to: the gravest level or state among them; empty where there are none."""
    return str(min(map(_state, found), key=_GRAVENESS.index, default=""))


def _state(finding: Finding) -> Level | Outcome:
    if not finding.explanation:
        return finding.level
    return Outcome.LAPSED if finding.lapsed else Outcome.EXPLAINED


@uncollected
def evaluate(inputs: Inputs, unknown: Collection[str] = ()) -> Report:
    """All rates and findings of a record; no rule judges fields that are `unknown` because a cell is wrong."""
    rates = rate_values(inputs)
    values = {key: rate.value for key, rate in rates.items()}
    return Report(inputs, rates, *check(inputs, values, unknown))
