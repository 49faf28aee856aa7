"""Last year's record → the record that the next year begins with.

What was 决算 becomes 上年决算 and is noted beside it, so that rule D06 finds a figure that somebody changes
afterwards; what a department is, does and is measured by stays; the year's own figures and texts are blank. Explanations
are asked for again: those of last year stand there as lapsed.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from xlreport.checks.base_table import CARRIED
from xlreport.checks.explanation import begun as to_be_renewed
from xlreport.model.fields import blank
from xlreport.model.inputs import Inputs, Project, empty, with_values
from xlreport.model.numbers import rounded
from xlreport.model.rates import asset_use_rate
from xlreport.model.self_evaluation import Carried, Indicator

# What stays from year to year.
KEPT = (
    *("establishment", "people", "duties", "offices", "subunits"),
    *("bands", "settings", "template"),
)
# Last year's column, and where this year's workbook has it.
MOVED = {
    "final": "prior",
    "three_public_final": "three_public_prior",
    "three_public_budget": "three_public_prior_budget",
    "procurement_final": "procurement_prior",
}


def carry_forward(last: Inputs) -> Inputs:
    """The record of the year after `last`."""
    year = last.unit.year
    begun = replace(
        empty(),
        unit=last.unit._replace(year=None if year is None else year + 1, report_date=None),
        **{key: getattr(last, key) for key in KEPT},
        **{prior: getattr(last, final) for final, prior in MOVED.items()},
        criteria=tuple(line._replace(score=None) for line in last.criteria),
        projects=tuple(map(_project, last.projects)),
        indicators=tuple(map(_indicator, last.indicators)),
        explanations=to_be_renewed(last.explanations),
    )
    moved: dict[str, Any] = {
        "balance": {"opening": last.balance.closing},
        "assets": {"prior_use": _use_rate(last)},
    }
    return replace(with_values(begun, **moved), carried=tuple(_noted(begun)))


def _project(project: Project) -> Project:
    begun: Project = blank(Project)
    return begun._replace(
        name=project.name,
        category=project.category,
        implementer=project.implementer,
        prior=project.executed,
    )


def _indicator(indicator: Indicator) -> Indicator:
    return indicator._replace(actual=None, score=None, band=None, reason=None)


def _use_rate(last: Inputs) -> Decimal | None:
    """上年固定资产利用率, as exactly as a cell holds it; none where more was in use than there was (A02)."""
    assets = last.assets
    if assets.in_use is None or assets.fixed is None or assets.in_use > assets.fixed:
        return None
    rate = asset_use_rate(assets.in_use, assets.fixed)
    return None if rate is None else rounded(rate, 6)


def _noted(begun: Inputs) -> list[Carried]:
    """What was taken over as 上年决算, by the names that its fields have now."""
    noted = []
    for place in CARRIED.values():
        value = getattr(getattr(begun, place.section.key), place.field.key)
        if value is not None:
            noted.append(Carried(place.label, value))
    return noted
