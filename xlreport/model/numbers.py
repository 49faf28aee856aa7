"""Rounding and printing of figures and dates, as a 公文 wants them."""

from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

FEN = Decimal("0.000001")  # one 分 in 万元
CENT = Decimal("0.01")


def rounded(value: Decimal, decimals: int = 2) -> Decimal:
    """Half-up, as on paper: 0.125 → 0.13."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def cut(value: Decimal, decimals: int = 2) -> Decimal:
    """Truncated, the commonest way to misprint a rate."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_DOWN)


def decimals_of(value: Decimal) -> int:
    """How many decimals are needed to print the value."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def plain(value: Decimal | int) -> str:
    """Every digit that counts, no trailing zeros, no exponent, no thousands separator.

    >>> plain(Decimal("180.00")), plain(Decimal("1E+2"))
    ('180', '100')
    """
    if not value:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount_text(value: Decimal | int) -> str:
    """An amount in running text: two decimals at the most, trailing zeros dropped.

    >>> amount_text(Decimal("5420.825"))
    '5420.83'
    """
    return plain(rounded(Decimal(value)))


def percent_text(rate: Decimal) -> str:
    """A rate in running text: two decimals at the most, trailing zeros dropped.

    >>> percent_text(Decimal("0.09401")), percent_text(Decimal("7.4117695"))
    ('9.4%', '741.18%')
    """
    return f"{plain(rounded(rate * 100))}%"


def date_text(day: date) -> str:
    """A date as a 公文 prints it: full year, no leading zeros.

    >>> date_text(date(2024, 4, 2))
    '2024年4月2日'
    """
    return f"{day.year}年{day.month}月{day.day}日"
