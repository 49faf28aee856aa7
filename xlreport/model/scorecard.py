"""The scores of a record: a card for the department, one for each project, and the scoring standard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from xlreport.model.fields import places_of
from xlreport.model.figures import Derived, derived
from xlreport.model.inputs import YES, Inputs
from xlreport.model.numbers import rounded
from xlreport.model.rates import RATES, Rate, RateValue
from xlreport.model.scoring import FULL, band_score, grade, indicator_score, score, step_score, total_of_known
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
EXECUTION_POINTS = places_of(Inputs)["settings_execution_points"].field


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
    source: str | None = None  # the cell of its execution points, where that is one of the standard

    @cached_property
    def points(self) -> Decimal:
        """The points of all lines, 100 in a correct table; a blank one counts as nothing."""
        given = (line.indicator.points for line in self.lines)
        return sum((points for points in (self.execution_points, *given) if points), Decimal())

    @cached_property
    def total(self) -> Decimal | None:
        """The sum of all scores as it is printed and graded, half-up at two decimals.

        None where there are no indicators, or one has no score.
        """
        scores = [line.score for line in self.lines]
        if scores and self.execution_points is not None:
            scores.append(self.execution)
        total = total_of_known(scores)
        return None if total is None else rounded(total)

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

    def given(self, level_1: str) -> Decimal:
        """The points of the indicators under a 一级指标; a blank one counts as nothing."""
        return sum((line.indicator.points or Decimal() for line in self.level(level_1)), Decimal())


@dataclass(frozen=True)
class Cards:
    """The card of the department, and those of its projects in their order."""

    overall: Card
    projects: tuple[Card, ...]


def cards_of(inputs: Inputs) -> Cards:
    """The cards of a record. Of projects with the same name the first one has the indicators.

    A scoring table of a province and 附件3 are different papers: where no line of the standard scores the
    execution of the budget, 附件3 still does, by the points of the setting.

    Indicators of a project that is not on 项目支出 are on no card; rule M03 says so.
    """
    groups: dict[str | None, list[Line]] = {}
    for row, indicator in enumerate(inputs.indicators):
        groups.setdefault(indicator.project, []).append(Line(row, indicator, indicator_score(indicator)))
    by_execution = next((row for row, c in enumerate(inputs.criteria) if c.method == BY_EXECUTION), None)
    points = EXECUTION_POINTS.given(inputs.settings.execution_points)
    assert isinstance(points, Decimal)
    overall = _card(
        points if by_execution is None else inputs.criteria[by_execution].points,
        inputs.final.expenditure,
        inputs.full_year.expenditure,
        groups.pop(None, ()),
        None if by_execution is None else f"criteria[{by_execution}].points",
    )
    projects = tuple(
        _card(points, project.executed, project.full_year, groups.pop(project.name, ()) if groups else ())
        for project in inputs.projects
    )
    return Cards(overall, projects)


def _card(
    points: Decimal | None,
    executed: Decimal | None,
    full_year: Decimal | None,
    lines: Sequence[Line],
    source: str | None = None,
) -> Card:
    known = points is not None and executed is not None and full_year is not None
    execution = score(executed, full_year, points) if known else None  # type: ignore[arg-type]
    return Card(points, execution, tuple(lines), source)


@derived("card")
def _for_rules(inputs: Inputs) -> Mapping[str, Derived]:
    """For functions of figures: the card of the department and those beside the rows of 项目支出."""
    cards = cards_of(inputs)
    return {"card": Derived(cards.overall, cards.projects)}


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
        """The sum over the scoring standard, half-up at two decimals; None where a line has no score."""
        total = total_of_known(each.score for each in self.criteria)
        return None if total is None else rounded(total)


def scores_of(inputs: Inputs, rates: Mapping[str, RateValue]) -> Scores:
    """The scores of a record whose rates are known."""
    cards = cards_of(inputs)
    lines = tuple(
        CriterionScore(line, _criterion_score(line, inputs, cards.overall, rates)) for line in inputs.criteria
    )
    return Scores(cards, lines)


def _criterion_score(
    line: Criterion, inputs: Inputs, card: Card, rates: Mapping[str, RateValue]
) -> Decimal | None:
    if line.method == BY_EXECUTION:
        return card.execution
    if line.method == BY_UNIT:
        return line.score
    if line.method == BY_INDICATORS:
        return total_of_known(each.score for each in card.level(line.name or ""))
    rate = next((rate for rate in RATES.values() if rate.label == line.rate), None)
    if rate is None or line.method not in (BY_STEPS, BY_BANDS):
        return None
    value = rates[rate.key].value
    if value is None:
        return line.points if line.full_without == YES and none_of_it(rate, inputs) else None
    if line.method == BY_STEPS:
        return step_score(value, line)
    return band_score(value, (band for band in inputs.bands if band.item == line.name))


def none_of_it(rate: Rate, inputs: Inputs) -> bool:
    """Whether there was nothing of the kind: all figures of the rate are blank or 0."""
    places = (parameter.place for parameter in rate.parameters)
    return not any(getattr(getattr(inputs, p.section.key), p.field.key) for p in places if p)
