"""The figures at which rules begin to speak, from workbook/thresholds.toml, each with where it is from."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from xlreport.assets import asset


@dataclass(frozen=True)
class Threshold:
    """A figure in its unit (a percentage as a fraction), and one line on its source."""

    value: Decimal
    unit: str
    source: str
    by_standard: bool = False  # a scoring standard may bring its own


@dataclass(frozen=True)
class Thresholds:
    """All of them by name, and the day on which somebody last held them against their sources."""

    checked: date
    named: Mapping[str, Threshold]


@cache
def thresholds() -> Thresholds:
    """The file, read once when first wanted."""
    data = tomllib.loads(asset("thresholds.toml").read_text("utf-8"), parse_float=Decimal)
    checked = data.pop("checked")
    named = {name: Threshold(**entry | {"value": _value(**entry)}) for name, entry in data.items()}
    return Thresholds(checked, named)


def threshold(name: str) -> Decimal:
    """The value of one: `threshold("grade_good") == 80`, `threshold("low_rate") == Decimal("0.8")`."""
    return thresholds().named[name].value


def _value(value: Decimal | int, unit: str, **_: object) -> Decimal:
    return Decimal(value) / 100 if unit == "%" else Decimal(value)
