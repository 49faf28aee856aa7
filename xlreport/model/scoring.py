"""Points and grades: what an indicator or a line of the scoring standard is worth, and what a total is called.

Weights, steps and bands are no code: they stand on 评分标准, filled from workbook/scoring.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from xlreport.model.numbers import rounded
from xlreport.model.self_evaluation import (
    AT_LEAST,
    AT_MOST,
    EQUAL,
    GRADE_NAMES,
    QUALITATIVE,
    REVERSE,
    Criterion,
    Indicator,
    ScoreBand,
)
from xlreport.thresholds import threshold

FULL = Decimal(100)
ZERO = Decimal()
# The lower bounds belong to their grade.
_BOUNDS = (threshold("grade_excellent"), threshold("grade_good"), threshold("grade_fair"), ZERO)
GRADES = tuple(zip(_BOUNDS, GRADE_NAMES, strict=True))

_NUMBER = re.compile(r"([-+]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?)\s*(%?)", re.ASCII)
_LONGEST = 20  # characters: no figure has more, and Decimal and Excel compute with no more digits


def score(value: Decimal, target: Decimal, points: Decimal) -> Decimal | None:
    """`points` × min(1, value ÷ target), half-up at two decimals; None where the target is zero.

    Source: 财预〔2020〕10号, 预算执行率 10 分 × 执行率.

    >>> score(Decimal("3824.26"), Decimal("4753.66"), Decimal(10))
    Decimal('8.04')
    """
    if not target:
        return None
    share = max(Decimal(0), min(Decimal(1), value / target))
    # Divided last: 6 × (0.4975 ÷ 3) is a little less than 0.995, and would be rounded down.
    return rounded(points * value / target if 0 < share < 1 else points * share)


def total_of_known(scores: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of scores; None where there are none, or one is not known."""
    total = None
    for each in scores:
        if each is None:
            return None
        total = each + (total or ZERO)
    return total


def grade(total: Decimal, full: Decimal = FULL) -> str:
    """优, 良, 中 or 差 for a total out of `full` points. Raises ValueError for one that is out of range.

    >>> [grade(Decimal(total)) for total in (90, 80, 60)]
    ['优', '良', '中']
    """
    if not 0 <= total <= full or not full:
        raise ValueError(f"{total} is no score out of {full}")
    share = total * FULL / full
    return next(name for bound, name in GRADES if share >= bound)


@lru_cache(maxsize=4096)  # six rules ask for each target, and the same few stand in many rows
def number_of(text: str | None) -> Decimal | None:
    """The number that a target or an actual value is, as Excel's VALUE takes it; None for any other text.

    >>> number_of("95%"), number_of("1,200"), number_of("90～95"), number_of("12月底前")
    (Decimal('0.95'), Decimal('1200'), None, None)
    """
    found = _NUMBER.fullmatch(text.strip()) if text else None
    if not found or len(found[1]) + len(found[2]) > _LONGEST:
        return None
    number = Decimal(found[1].replace(",", ""))
    return number / 100 if found[2] else number


def directed_score(actual: Decimal, target: Decimal, points: Decimal, direction: str) -> Decimal:
    """The points of a quantitative indicator: met → all of them, missed → pro rata, never negative.

    For ≥ that is points × actual ÷ target, for ≤ and 反向 points × target ÷ actual, for = the smaller of the
    two; nothing is pro rata to 0 or to a negative number. Source: 财预〔2020〕10号; 反向 as in Hubei's form of
    2020. Raises ValueError for a direction that is none of a quantity.

    >>> directed_score(Decimal(80), Decimal(100), Decimal(10), "≥")
    Decimal('8.00')
    >>> directed_score(Decimal(125), Decimal(100), Decimal(10), "≤")
    Decimal('8.00')
    """
    if direction not in (AT_LEAST, AT_MOST, EQUAL, REVERSE):
        raise ValueError(f"{direction} is no direction of a quantity")
    below, above = actual < target, actual > target
    if (below and direction in (AT_LEAST, EQUAL)) or (above and direction in (AT_MOST, REVERSE, EQUAL)):
        part, whole = (actual, target) if below else (target, actual)
        return score(part, whole, points) or ZERO if part > 0 else ZERO
    return points


# The same as an Excel formula. Rounded twice, because the product of doubles may lie a hair below its half.
DIRECTED_FORMULA = (
    'IF(OR({actual}={target},AND({direction}="≥",{actual}>{target}),'
    'AND(OR({direction}="≤",{direction}="反向"),{actual}<{target})),{points},'
    "IF(OR({actual}<=0,{target}<=0),0,"
    "ROUND(ROUND({points}*IF({actual}<{target},{actual}/{target},{target}/{actual}),9),2)))"
)


def comparable(target: str | None, actual: str | None) -> tuple[Decimal, Decimal] | None:
    """Target and actual value where one can be held against the other.

    95% and 96 cannot, nor anything against a negative target.

    >>> comparable("95%", "96"), comparable("-5", "3"), comparable("300", "298")
    (None, None, (Decimal('300'), Decimal('298')))
    """
    due, done = number_of(target), number_of(actual)
    if due is None or done is None or due < 0 or ("%" in str(target)) != ("%" in str(actual)):
        return None
    return due, done


def indicator_score(indicator: Indicator) -> Decimal | None:
    """The points that an indicator gets by its figures; None for a qualitative or incomplete one."""
    return quantity_score(indicator.target, indicator.actual, indicator.direction, indicator.points)


def quantity_score(
    target: str | None, actual: str | None, direction: str | None, points: Decimal | None
) -> Decimal | None:
    """`indicator_score` of its figures, as they stand in the cells; rule T06 says where they give none."""
    figures = comparable(target, actual)
    if not figures or points is None or direction is None or direction == QUALITATIVE:
        return None
    due, done = figures
    return directed_score(done, due, points, direction)


def step_score(rate: Decimal, criterion: Criterion) -> Decimal | None:
    """Full points up to a limit, down to one, or between two, then a deduction for each whole step beyond it, down to 0.

    The rate counts as it is printed, at two decimals of a percent. Whole steps: 92.8% with 2 points off for
    each 5% below 100% is 3 of 5. Source: 湖南省部门整体支出绩效评价指标评分表. None for an incomplete line.
    """
    at_most, at_least = criterion.at_most, criterion.at_least
    printed = rounded(rate, 4)
    beyond = [] if at_most is None else [printed - at_most]
    beyond += [] if at_least is None else [at_least - printed]
    if not beyond or criterion.points is None or not criterion.step or criterion.deduction is None:
        return None
    steps = max(ZERO, *beyond) // criterion.step
    return max(ZERO, criterion.points - steps * criterion.deduction)


def band_score(rate: Decimal, bands: Iterable[ScoreBand]) -> Decimal | None:
    """The points of the first band whose limit the printed rate does not pass; 0 above the last one.

    Source: 湖南省部门整体支出绩效评价指标评分表, 预算控制率. None where there are no bands.
    """
    known = sorted((b.limit, b.points) for b in bands if b.limit is not None and b.points is not None)
    printed = rounded(rate, 4)
    return next((points for limit, points in known if printed <= limit), ZERO) if known else None
