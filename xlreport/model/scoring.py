"""Points and grades: how a value scores against its target, and what a total is called."""

from decimal import Decimal

from xlreport.model.numbers import rounded

# The lower bounds belong to their grade. Source: 财预〔2020〕10号.
GRADES = ((Decimal(90), "优"), (Decimal(80), "良"), (Decimal(60), "中"), (Decimal(0), "差"))
FULL = Decimal(100)


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


def grade(total: Decimal, full: Decimal = FULL) -> str:
    """优, 良, 中 or 差 for a total out of `full` points. Raises ValueError for one that is out of range.

    >>> [grade(Decimal(total)) for total in (90, 80, 60)]
    ['优', '良', '中']
    """
    if not 0 <= total <= full or not full:
        raise ValueError(f"{total} is no score out of {full}")
    share = total * FULL / full
    return next(name for bound, name in GRADES if share >= bound)
