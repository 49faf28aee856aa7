"""Where all figures of a department agree nothing is found; where one is miskeyed, something that points at it.

The second half is measured. A figure is a field that holds a number or a date and that some rule reads, as a
parameter or behind a rate; settings are none, because nothing can contradict a threshold. In random
departments without any finding each figure is miskeyed in every way of `miskeyings`, one at a time (of a table
in a row that chance picks). That is found if a finding points at its cell, or, where the rule is about all rows,
at its column. What the reader refuses is no slip, nor what rounding hides: a difference of no more than 0.01 or
a thousandth, of which a printed rate shows nothing, and the same figure with fewer decimals.

A figure is watched where every slip is found. The others are listed, with what the rules know of them: those of
which some slips are found, and those of which none is, of which there are few.

To be emptied is a matter of its own: a blank part counts as nothing, as on paper, and the finding is about the
total and the parts that are there. All that is asked is that there is a finding; figures that may be blank are
listed.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.consistent import consistent
from xlreport.checks.rule import RULES, Finding, Rule, check, paths_of
from xlreport.model.fields import NUMBERS, Field, Kind, Place, Value, places_of
from xlreport.model.inputs import Inputs, Project, Stated
from xlreport.model.numbers import CENT, decimals_of, plain, rounded
from xlreport.model.rates import rate_values
from xlreport.model.self_evaluation import Buildings, Printed
from xlreport.model.values import Wrong, parse
from xlreport.report import Outcome, evaluate

DEPARTMENTS = 6  # from which the lists are told
LEAST_SEEN = Decimal("0.95")  # of the figures are watched, or seen at least in part

# Kinds of 公用经费 of which 附件2 lists a few: they may not be more than all of it (D02), and that is all.
LISTED_IN_PART = {
    f"{column}.{kind}"
    for column in ("initial", "full_year", "final")
    for kind in ("office", "utilities_travel", "meetings_training")
}
# The others of which some slips are found.
SEEN_IN_PART = (
    LISTED_IN_PART
    | {
        "awards.small_micro",  # not more than 中小企业 (P05)
        "bands.limit",  # no limit twice (M03)
        "bands.points",  # not more than their line gives (M03)
        "criteria.score",  # not more than its points (T05)
        "indicators.score",  # of a qualitative one of a project: within its band (T11); the department's are added up
        "projects.arrived",  # too little wants a reason (J07)
        # No fewer travellers than groups, nor guests than receptions; something where there was spending (S05).
        *(f"three_public_counts.{key}" for key in ("missions", "travellers", "receptions", "guests")),
        "three_public_counts.vehicles_bought",
        "three_public_counts.vehicles_kept",  # not too few for what their upkeep costs (S06)
        "unit.report_date",  # in the year after, and in time (X02, X12)
    }
)
# Those of which none is.
UNSEEN = {
    "assets.prior_use",  # only whether all was in use in both years (A05)
    # Only whether there is any, where projects are like it (D05); more than was approved costs points, but may be.
    *(f"buildings.{key}" for key in Buildings._fields),
    # Only whether they are there (M01); the scoring standard is the bureau's, like the settings.
    *(f"criteria.{key}" for key in ("at_most", "at_least", "step", "deduction")),
}

# What a report already written prints; filled in only to have it checked.
OF_A_WRITTEN_REPORT = {
    *(
        f"{paper}.{key}"
        for paper in ("printed_report", "printed_base", "printed_overall")
        for key in Printed._fields
    ),
    *(f"projects.{key}" for key in Project._fields if key.startswith("stated_")),
    *(f"stated.{key}" for key in Stated._fields if key not in ("direction", "grade")),
}
# Without them there is nothing to compare, and nobody has to fill them in.
MAY_BE_BLANK = (
    OF_A_WRITTEN_REPORT
    | LISTED_IN_PART
    | {
        *(f"people.{key}" for key in ("offices", "subunits", "budget_units", "lower_budget_units")),
        "balance.total",  # its two sides are compared without it
        *(f"awards.{key}" for key in ("sme", "small_micro", "large")),
        *(f"assets.{key}" for key in ("as_of", "net", "fixed", "in_use", "prior_use")),
        *(f"buildings.{key}" for key in Buildings._fields),
        "carried.value",
        "three_public_counts.vehicles_kept",
        "projects.arrived",
        "indicators.score",  # of a quantitative one: computed
        "criteria.score",
    }
)

# What a card is made of: the parameter `card` does not name it.
ON_CARDS = {
    *("final.expenditure", "full_year.expenditure", "projects.executed", "projects.full_year"),
    *("indicators.points", "indicators.score", "criteria.points"),
}


def rules_reading() -> Mapping[str, list[Rule]]:
    """Every field that a rule reads, by section.key, with the rules that may speak of it."""
    read: dict[str, list[Rule]] = {}
    for item in RULES:
        of_cards = ON_CARDS if any(each.name == "card" for each in item.parameters) else ()
        own = (
            path
            for subject in item.subjects
            for each in item.parameters
            for path in paths_of(each, subject, None)
        )
        for path in dict.fromkeys((*own, *of_cards)):
            read.setdefault(path, []).append(item)
    return read


READING = rules_reading()
FIGURES = {
    place.path: place
    for place in places_of(Inputs).values()
    if place.path in READING and place.field.kind in NUMBERS
}

_UNITS = {Kind.MONEY: 10_000, Kind.PERCENT: 100}  # 元 for 万元, 58.18 for 58.18%


def miskeyings(typed: str, kind: Kind, chance: Random) -> Iterator[str]:
    """A digit is another, two neighbours are exchanged, the point is lost, the unit mistaken in either way."""
    for at, character in enumerate(typed):
        if character.isdigit():
            yield typed[:at] + chance.choice("0123456789".replace(character, "")) + typed[at + 1 :]
    for at, (one, other) in enumerate(pairwise(typed)):
        if one != other and one.isdigit() and other.isdigit():
            yield typed[:at] + other + one + typed[at + 2 :]
    if "." in typed:
        yield typed.replace(".", "")
    if unit := _UNITS.get(kind):
        yield plain(Decimal(typed) * unit)
        yield plain(Decimal(typed) / unit)


def slips(value: Any, of: Field, chance: Random) -> Iterator[Value]:
    """What stands in a cell after a miskeying, as far as the reader takes it and rounding does not hide it."""
    scale = 100 if of.kind is Kind.PERCENT else 1
    is_date = of.kind is Kind.DATE
    for typed in miskeyings(value.isoformat() if is_date else plain(value * scale), of.kind, chance):
        try:
            wrong = parse(date.fromisoformat(typed) if is_date else Decimal(typed) / scale, of)
        except ValueError:  # a 13th month
            continue
        if not isinstance(wrong, Wrong) and not _is_same(value, wrong, scale):
            yield wrong


def _is_same(value: Any, wrong: Value, scale: int) -> bool:
    if not isinstance(wrong, Decimal):
        return bool(value == wrong)
    right, wrong = value * scale, wrong * scale
    return abs(wrong - right) <= max(CENT, abs(right) / 1000) or wrong == rounded(right, decimals_of(wrong))


@dataclass
class Survey:
    """How often each figure was miskeyed, how often that was found, and which may be emptied unseen."""

    tried: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    blank_unseen: set[str] = field(default_factory=set)

    @property
    def missed(self) -> set[str]:
        return {path for path in self.tried if self.found[path] < self.tried[path]}

    @property
    def never_found(self) -> set[str]:
        return {path for path in self.tried if not self.found[path]}


@cache
def survey() -> Survey:
    done = Survey()
    for seed in range(DEPARTMENTS):
        inputs, chance = consistent(seed), Random(seed)
        for path, place in FIGURES.items():
            cell, value = _cell(inputs, place, chance)
            for wrong in slips(value, place.field, chance):
                done.tried[path] += 1
                done.found[path] += _is_pointed_at(inputs, cell, wrong)
            if value and not _found(inputs, cell, None):
                done.blank_unseen.add(path)
    return done


def _cell(inputs: Inputs, place: Place, chance: Random) -> tuple[Place, Any]:
    """Where a figure stands, of a table in some row that has it; and what it is."""
    part = getattr(inputs, place.section.key)
    if not place.section.table:
        return place, getattr(part, place.field.key)
    rows = [row for row, record in enumerate(part) if getattr(record, place.field.key) is not None]
    cell = place._replace(row=chance.choice(rows))
    return cell, getattr(part[cell.row], place.field.key)


def _is_pointed_at(inputs: Inputs, cell: Place, wrong: Value) -> bool:
    said = {path for finding in _found(inputs, cell, wrong) for path in finding.fields}
    return not said.isdisjoint((cell.path, cell._replace(row=None).path))


def _found(inputs: Inputs, cell: Place, wrong: Value) -> tuple[Finding, ...]:
    """What the rules that read a figure find where it is another."""
    part, changed = getattr(inputs, cell.section.key), {cell.field.key: wrong}
    if cell.row is None:
        part = part._replace(**changed)
    else:
        part = (*part[: cell.row], part[cell.row]._replace(**changed), *part[cell.row + 1 :])
    inputs = replace(inputs, **{cell.section.key: part})
    rates = {key: rate.value for key, rate in rate_values(inputs).items()}
    return check(inputs, rates, rules=READING[cell._replace(row=None).path]).findings


seeds = st.integers(0, 10**9)
WATCHED = sorted(FIGURES.keys() - SEEN_IN_PART - UNSEEN)


@settings(max_examples=100, deadline=None)
@given(seeds)
def test_where_all_figures_agree_nothing_is_found(seed: int) -> None:
    assert evaluate(consistent(seed)).findings == ()


def test_every_rule_applies_where_all_figures_agree() -> None:
    """In one department or another: that the shares of two natures give 100% cannot be asked if there is a third."""
    departments = [evaluate(consistent(seed)).outcomes for seed in range(DEPARTMENTS)]
    applied = {
        id for outcomes in departments for id, outcome in outcomes.items() if outcome == Outcome.PASSED
    }
    assert applied == {item.id for item in RULES}


@settings(max_examples=150, deadline=None)
@given(seeds, st.sampled_from(WATCHED))
def test_every_slip_of_a_watched_figure_is_found(seed: int, path: str) -> None:
    inputs, chance = consistent(seed), Random(seed)
    cell, value = _cell(inputs, FIGURES[path], chance)
    every = list(slips(value, cell.field, chance))
    assert [wrong for wrong in every if not _is_pointed_at(inputs, cell, wrong)] == []


def test_the_figures_that_are_not_watched_are_listed() -> None:
    assert survey().tried.keys() == FIGURES.keys()
    assert survey().missed == SEEN_IN_PART | UNSEEN
    assert survey().never_found == UNSEEN


def test_of_few_figures_no_slip_is_found() -> None:
    assert 1 - Decimal(len(UNSEEN)) / len(FIGURES) >= LEAST_SEEN


def test_an_emptied_figure_is_noticed_unless_it_may_be_blank() -> None:
    assert survey().blank_unseen == MAY_BE_BLANK
