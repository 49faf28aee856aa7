"""The scores of a record: a card for the department, one for each project, and the scoring standard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from xlreport.model.fields import places_of
from xlreport.model.figures import Derived, derived
from xlreport.model.inputs import YES, Inputs
from xlreport.model.rates import RATES, RateValue
from xlreport.model.scoring import FULL, band_score, grade, indicator_score, score, step_score
from xlreport.model.self_evaluation import (
    BY_BANDS,
    BY_EXECUTION,
    BY_INDICATORS,
    BY_STEPS,
    BY_UNIT,
    Criterion,
    Indicator,
)

ALL_INDICATORS = "绩效指标"  # a line of the standard that gives its points to all of them together


class Line(NamedTuple):
    """An indicator with its row in the table, what its figures give, and what the paper prints."""

    row: int
    indicator: Indicator
    computed: Decimal | None

    @property
    def score(self) -> Decimal | None:
        """The unit's own score; where it gives none, the computed one."""
        return self.computed if self.indicator.score is None else self.indicator.score


@dataclass(frozen=True)
class Card:
    """What one self-evaluation table scores: the execution of the budget, and its indicators."""

    execution_points: Decimal | None
    execution: Decimal | None  # None where a figure is blank or the budget zero
    lines: tuple[Line, ...]

    @cached_property
    def points(self) -> Decimal:
        """The points of all lines, 100 in a correct table; a blank one counts as nothing."""
        given = (line.indicator.points for line in self.lines)
        return sum((points for points in (self.execution_points, *given) if points), Decimal())

    @cached_property
    def total(self) -> Decimal | None:
        """The sum of all scores; None where there are no indicators, or one has no score."""
        scores = [line.score for line in self.lines]
        if self.execution_points is not None:
            scores.append(self.execution)
        known = [each for each in scores if each is not None]
        return sum(known, Decimal()) if self.lines and len(known) == len(scores) else None

    @property
    def grade(self) -> str | None:
        """What the total is called; None where there is none or it is out of range."""
        if self.total is None or not 0 <= self.total <= FULL:
            return None
        return grade(self.total)

    def level(self, level_1: str) -> tuple[Line, ...]:
        """The indicators under a 一级指标, or all of them for 绩效指标."""
        if level_1 == ALL_INDICATORS:
            return self.lines
        return tuple(line for line in self.lines if line.indicator.level_1 == level_1)

    def paths(self, key: str) -> tuple[str, ...]:
        """The cells of one column of its indicators."""
        return tuple(f"indicators[{line.row}].{key}" for line in self.lines)


@dataclass(frozen=True)
class Cards:
    """The card of the department, those of its projects in their order, and the indicators of none."""

    overall: Card
    projects: tuple[Card, ...]
    strays: tuple[int, ...]  # rows of indicators whose project is not on 项目支出


def cards_of(inputs: Inputs) -> Cards:
    """The cards of a record. Of projects with the same name the first one has the indicators."""
    groups: dict[str | None, list[Line]] = {}
    for row, indicator in enumerate(inputs.indicators):
        groups.setdefault(indicator.project, []).append(Line(row, indicator, indicator_score(indicator)))
    overall = _card(
        next((c.points for c in inputs.criteria if c.method == BY_EXECUTION), None),
        inputs.final.expenditure,
        inputs.full_year.expenditure,
        groups.pop(None, ()),
    )
    points = places_of(Inputs)["settings_execution_points"].field.given(inputs.settings.execution_points)
    assert isinstance(points, Decimal)
    projects = tuple(
        _card(points, project.executed, project.full_year, groups.pop(project.name, ()) if groups else ())
        for project in inputs.projects
    )
    strays = sorted(line.row for lines in groups.values() for line in lines)
    return Cards(overall, projects, tuple(strays))


def _card(
    points: Decimal | None, executed: Decimal | None, full_year: Decimal | None, lines: Sequence[Line]
) -> Card:
    known = points is not None and executed is not None and full_year is not None
    execution = score(executed, full_year, points) if known else None  # type: ignore[arg-type]
    return Card(points, execution, tuple(lines))


@derived("card", "strays")
def _for_rules(inputs: Inputs) -> Mapping[str, Derived]:
    """For functions of figures: the card of the department and those beside the rows of 项目支出."""
    cards = cards_of(inputs)
    return {"card": Derived(cards.overall, cards.projects), "strays": Derived(cards.strays, ())}


class CriterionScore(NamedTuple):
    """A line of the scoring standard with what it scores; None where a figure is missing."""

    criterion: Criterion
    score: Decimal | None


@dataclass(frozen=True)
class Scores:
    """All scores of a record."""

    cards: Cards
    criteria: tuple[CriterionScore, ...]

    @cached_property
    def standard_total(self) -> Decimal | None:
        """The sum over the scoring standard; None where a line has no score."""
        known = [each.score for each in self.criteria if each.score is not None]
        return sum(known, Decimal()) if known and len(known) == len(self.criteria) else None


def scores_of(inputs: Inputs, rates: Mapping[str, RateValue]) -> Scores:
    """The scores of a record whose rates are known."""
    cards = cards_of(inputs)
    by_label = {rate.label: rates[key].value for key, rate in RATES.items()}
    lines = tuple(
        CriterionScore(line, _criterion_score(line, inputs, cards.overall, by_label))
        for line in inputs.criteria
    )
    return Scores(cards, lines)


def _criterion_score(
    line: Criterion, inputs: Inputs, card: Card, rates: Mapping[str, Decimal | None]
) -> Decimal | None:
    if line.method == BY_EXECUTION:
        return card.execution
    if line.method == BY_UNIT:
        return line.score
    if line.method == BY_INDICATORS:
        scores = [each.score for each in card.level(line.name or "")]
        known = [each for each in scores if each is not None]
        return sum(known, Decimal()) if known and len(known) == len(scores) else None
    rate = rates.get(line.rate or "")
    if rate is None:
        return line.points if line.full_without == YES else None  # there was nothing of the kind
    if line.method == BY_STEPS:
        return step_score(rate, line)
    if line.method == BY_BANDS:
        return band_score(rate, (band for band in inputs.bands if band.item == line.name))
    return None
