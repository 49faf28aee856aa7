"""How the message of a rule says a figure: with its name and unit, every digit of it."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from xlreport.model.fields import Field, Kind
from xlreport.model.figures import Parameter, parameter
from xlreport.model.numbers import date_text, percent_text, plain
from xlreport.model.rates import RATES


def worded(name: str, value: Any, each: Any = None) -> str:
    """A figure with its name and unit, for rules that word their own message: 决算总支出5420.82万元."""
    return figure_words(parameter(name, each), value)


def figure_words(item: Parameter, value: Any) -> str:
    """The same of a parameter, a field or a rate."""
    label = item.place.label if item.place else item.field.label if item.field else RATES[item.name].label
    return f"{label}{shown(item.field, value)}"


def shown(field: Field | None, value: Any) -> str:
    """A figure as a message shows it, every digit of it; a rate has no field."""
    if value is None:
        return "（空）"
    if field is None:
        return percent_text(value)
    if field.kind is Kind.PERCENT:
        return f"{plain(value * 100)}%"
    if isinstance(value, date):
        return date_text(value)
    if isinstance(value, Decimal | int):
        return f"{plain(value)}{field.shown_unit}"
    return f"“{value}”"


def amount(value: Decimal | int) -> str:
    """An amount that is no field's, for `Breach.more`: 5420.82万元."""
    return f"{plain(value)}{Kind.MONEY.value}"


def some(names: Iterable[str], most: int = 3) -> str:
    """The first few of some names, each once: 【甲】、【乙】等5个."""
    every = list(dict.fromkeys(names))
    shown = "、".join(f"【{name}】" for name in every[:most])
    return f"{shown}等{len(every)}个" if len(every) > most else shown
