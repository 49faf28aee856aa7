"""What the names in a paper's definition stand for: figures of the record with where they are from, and texts.

`=full_year.basic - initial.basic` adds and subtracts fields (`a / b` divides); `rates.` and `score.` are
computed; `projects.prior` is the sum over the projects of the row's categories, `funds.initial[其他资金]` that
of the project at hand from one source; `row.` and `project.` mean the record at hand.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from typing import Any, NamedTuple

from xlreport.model.fields import NUMBERS, Field, Kind, Value, fields_of, places_of
from xlreport.model.inputs import Inputs, Project
from xlreport.model.numbers import date_text, plain
from xlreport.model.rates import ROW_RATES, RateValue, ratio, row_rate
from xlreport.model.scorecard import Card, Line
from xlreport.model.scoring import number_of
from xlreport.model.self_evaluation import BY_INDICATORS, QUALITATIVE, Indicator, ProjectFund
from xlreport.papers.grid import GAP, Selection, Terms
from xlreport.report import Report

ADOPTED = "adopted"  # the score of an indicator that counts: typed or computed
# Where scores stand that are no field of the record.
EXECUTION, EXECUTION_POINTS, PROJECT_POINTS = (
    "scores.execution",
    "scores.execution_points",
    "scores.project_execution_points",
)

_TOTAL = "score.total"  # a sum that is rounded before it is printed
_TERM = re.compile(r"([+-]?)\s*([\w.]+(?:\[[^\]]+\])?)\s*")
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


class Share(NamedTuple):
    """What a row of 附件2 has of the projects: those of some categories."""

    categories: tuple[str, ...]
    number: int = 0  # of a row that is printed once for each category: {number}、{category}

    @property
    def category(self) -> str:
        """The category of such a row."""
        return self.categories[0]


class At(NamedTuple):
    """The record of a row that is printed once for each: a project, its categories, an indicator with its score."""

    path: str  # projects[2]
    record: Any
    line: Line | None = None


class Figure(NamedTuple):
    """What a name stands for; `terms` say where it is from, and are None for a text."""

    value: Value
    kind: Kind
    terms: Terms | None


@dataclass(frozen=True)
class Names:
    """The names of one paper."""

    report: Report
    card: Card
    project: int | None = None
    funds: Sequence[tuple[int, ProjectFund]] = ()  # of the project, with their rows

    @property
    def inputs(self) -> Inputs:
        return self.report.inputs

    def text(self, text: str, at: At | None = None) -> str:
        """A text with its {names} filled in."""
        if "{" not in text:
            return text
        return _PLACEHOLDER.sub(lambda found: self._words(found[1], at), text)

    def figure(self, expression: str, at: At | None = None) -> Figure:
        """The value of what stands after =."""
        above, _, below = expression.partition(" / ")
        if below:
            part, whole = self.figure(above, at), self.figure(below, at)
            assert part.terms
            quotient = RateValue(None, blank=True)
            if isinstance(part.value, Decimal) and isinstance(whole.value, Decimal):
                quotient = RateValue(ratio(part.value, whole.value))
            return Figure(_printed(quotient), Kind.PERCENT, replace(part.terms, divisor=whole.terms))
        terms = [(sign, *self._term(name, at)) for sign, name in _signed_names(expression)]
        kind = terms[0][2]
        if kind not in NUMBERS or kind is Kind.DATE:
            return Figure(terms[0][1], kind, None)
        sources = tuple((sign, path) for sign, _, _, paths in terms for path in paths)
        values = [sign * value for sign, value, _, _ in terms if isinstance(value, Decimal | int)]
        if isinstance(terms[0][1], str):  # a rate over a zero base
            return Figure(terms[0][1], kind, Terms(sources))
        # A blank part of a sum counts as nothing, as on paper; a difference needs both.
        complete = len(values) == len(terms) or (values and all(sign > 0 for sign, *_ in terms))
        return Figure(
            sum(values, Decimal()) if complete else None, kind, Terms(sources, rounded=expression == _TOTAL)
        )

    def label(self, expression: str, at: At | None) -> str:
        """How people call what is missing: 指标“植树”的实际完成值."""
        section, _, key = expression.partition(".")
        if section == "score":
            return {"execution": "预算执行率得分", "total": "总分"}[key]
        if at:
            return f"指标“{at.record.name or GAP}”的{_field(at.record.__class__, key).label}"
        if section == "project":
            return _field(Project, key).label
        return places_of(Inputs)[f"{section}_{key}"].label

    def _words(self, names: str, at: At | None) -> str:
        """The first of some names that is filled in: {project.implementer|unit.name}."""
        year = self.inputs.unit.year
        for name in names.split("|"):
            if name in ("year", "last_year"):
                return "" if year is None else str(year - (name == "last_year"))
            if at and name in ("number", "category"):
                return str(getattr(at.record, name))
            if name == "score.grade":
                return self.card.grade or ""
            if name == "row.level" and at and at.line:
                return self._levels[at.line.row]
            value = self.figure(name, at).value
            if isinstance(value, date):
                return date_text(value)
            if value is not None:
                return plain(value) if isinstance(value, Decimal | int) else value
        return ""

    def standard_level(self, name: str) -> str:
        """A 一级指标 with the points that the standard gives it, for a grid without indicators."""
        due = (c.points for c in self.inputs.criteria if (c.method, c.name) == (BY_INDICATORS, name))
        return _with_points(name, next(due, None))

    @cached_property
    def _levels(self) -> dict[int, str]:
        """For each indicator its 一级指标, with the points of all of it: 产出指标（50分）."""
        lines: dict[str | None, list[Line]] = {}
        for line in self.card.lines:
            lines.setdefault(line.indicator.level_1, []).append(line)
        texts = {
            level: _with_points(level, _sum([line.indicator.points for line in rows])) if level else GAP
            for level, rows in lines.items()
        }
        return {line.row: texts[line.indicator.level_1] for line in self.card.lines}

    def _term(self, name: str, at: At | None) -> tuple[Value, Kind, Sequence[str | Selection]]:
        """One name: its value, kind, and the paths that it is from."""
        section, _, key = name.partition(".")
        if section == "rates":
            return _printed(self.report.rates[key]), Kind.PERCENT, [name]
        if section == "score":
            return self._score(key)
        if section == "row" and at:
            return _of_row(key, at)
        if section == "project" and self.project is not None:
            record, path = self.inputs.projects[self.project], f"projects[{self.project}].{key}"
            if key in ROW_RATES:
                return _printed(row_rate(key, record)), Kind.PERCENT, [path]
            return getattr(record, key), _field(Project, key).kind, [path]
        if section == "projects" and at:
            return self._of_categories(key, at.record.categories)
        if section == "funds":
            return self._of_source(*key.rstrip("]").split("["))
        place = places_of(Inputs)[f"{section}_{key}"]
        return getattr(getattr(self.inputs, section), key), place.field.kind, [place.path]

    def _score(self, key: str) -> tuple[Value, Kind, Sequence[str]]:
        card, overall = self.card, self.project is None
        points = EXECUTION_POINTS if overall else PROJECT_POINTS
        execution = EXECUTION if overall else f"projects[{self.project}].execution"
        if key == "execution_points":
            return card.execution_points, Kind.NUMBER, [points]
        if key == "execution":
            return card.execution, Kind.NUMBER, [execution]
        if key == "points":
            return card.points if card.lines else None, Kind.NUMBER, [points, *card.paths("points")]
        return card.total, Kind.NUMBER, [execution, *card.paths(ADOPTED)]

    def _of_source(self, column: str, source: str) -> tuple[Value, Kind, Sequence[str]]:
        rows = [(at, fund) for at, fund in self.funds if fund.source == source]
        paths = [f"funds[{at}].{column}" for at, _ in rows]
        return _sum([getattr(fund, column) for _, fund in rows]), Kind.MONEY, paths

    def _of_categories(
        self, column: str, categories: tuple[str, ...]
    ) -> tuple[Value, Kind, Sequence[Selection]]:
        rows = [project for project in self.inputs.projects if project.category in categories]
        amount = _sum([getattr(project, column) for project in rows])
        return amount, Kind.MONEY, [Selection(f"projects.{column}", categories)]


def _with_points(level: str, points: Decimal | None) -> str:
    return level if points is None else f"{level}（{plain(points)}分）"


@lru_cache(maxsize=1000)
def _signed_names(expression: str) -> list[tuple[int, str]]:
    """The names in an expression, each with +1 or −1: the same few expressions stand in every paper."""
    return [(-1 if sign == "-" else 1, name) for sign, name in _TERM.findall(expression)]


def _of_row(key: str, at: At) -> tuple[Value, Kind, Sequence[str]]:
    if at.line and key == "score":
        return at.line.score, Kind.NUMBER, [f"{at.path}.{ADOPTED}"]
    if at.line and key in ("target", "actual"):
        return _measured(at.record, key), Kind.TEXT, []
    return getattr(at.record, key), _field(at.record.__class__, key).kind, [f"{at.path}.{key}"]


def _measured(indicator: Indicator, key: str) -> str | None:
    """A target or actual value as the papers print it, with sign and unit: ≥5000亩."""
    text: str | None = getattr(indicator, key)
    if text is None or number_of(text) is None or indicator.direction in (None, QUALITATIVE):
        return text
    sign = indicator.direction if key == "target" and indicator.direction in "≥≤=" else ""
    unit = indicator.unit or ""
    return f"{sign}{text}{'' if text.endswith(unit or '%') else unit}"


@cache
def _field(record: Any, key: str) -> Field:
    return next(field for field in fields_of(record) if field.key == key)


def _printed(rate: RateValue) -> Decimal | str | None:
    """A rate as cells show it: — over a zero base, nothing where it is blank."""
    return None if rate.blank else rate.cell


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    filled = [amount for amount in amounts if amount is not None]
    return sum(filled, Decimal()) if filled else None
