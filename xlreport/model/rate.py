"""What a rate is: a function of figures, with the native Excel formula that must give the same."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from xlreport.model.figures import Arguments, Parameter, Subject, Tables, parameters_of
from xlreport.model.inputs import Inputs
from xlreport.model.numbers import rounded

RateFunction = Callable[..., Decimal | None]


@dataclass(frozen=True)
class Rate:
    """A rate: its label, its formula over the names of its parameters, and the function itself."""

    key: str
    label: str
    formula: str  # with {final_expenditure} for the figures
    source: str
    function: RateFunction
    parameters: tuple[Parameter, ...]
    each: type[Any] | None

    @cached_property
    def arguments(self) -> Arguments:
        """What fetches the figures of a rate of the whole department."""
        return Arguments(self.parameters, Subject())

    def excel(self, reference: Callable[[Parameter], str]) -> str:
        """The cell formula, given the reference of each parameter: blank → blank, zero base → —."""
        references = {item.name: reference(item) for item in self.parameters}
        needed = [references[item.name] for item in self.parameters if not item.optional]
        # Amounts are exact to 分, the difference of two doubles is not: =ROUND((203.17-200)/200,4) is 0.0158.
        formula = _BRACKETS.sub(r"ROUND(\1,6)", self.formula).format_map(references)
        base = formula.rpartition("/")[2]
        ratio = f'IF({base}=0,"—",ROUND({formula},4))'
        return f'=IF(COUNT({",".join(needed)})<{len(needed)},"",{ratio})'

    def of(self, figures: tuple[Any, ...]) -> "RateValue":
        """The rate of these figures, in the order of the parameters; blank where a needed one is."""
        for figure, parameter in zip(figures, self.parameters, strict=True):
            if figure is None and not parameter.optional:
                return RateValue(None, blank=True)
        return RateValue(self.function(*figures))

    @property
    def words(self) -> str:
        """The formula in Chinese, for people: 决算总支出 ÷ 全年预算总支出."""
        labels = {
            item.name: item.place.label if item.place else item.field.label if item.field else item.name
            for item in self.parameters
        }
        text = self.formula.format_map(labels)
        for sign, shown in (("/", " ÷ "), ("+", " + "), ("-", " − ")):
            text = text.replace(sign, shown)
        return text


class RateValue(NamedTuple):
    """A rate as a fraction, unrounded; without a value it is blank (an input is) or over a zero base."""

    value: Decimal | None
    blank: bool = False

    @property
    def cell(self) -> Decimal | str:
        """What the cell formula gives: four decimals, — over a zero base, an empty text where it is blank."""
        if self.value is not None:
            return rounded(self.value, 4)
        return "" if self.blank else "—"


RATES: dict[str, Rate] = {}
ROW_RATES: dict[str, Rate] = {}  # those of one project

_BRACKETS = re.compile(r"\(([^()]+)\)")
_SOURCE = re.compile(r"Source: (.+?)\.?\s*$", re.MULTILINE)


def rate(
    label: str, formula: str, *, each: type[Any] | None = None
) -> Callable[[RateFunction], RateFunction]:
    """Register a rate; its docstring ends in the line `Source: …`."""

    def register(function: RateFunction) -> RateFunction:
        source = _SOURCE.search(function.__doc__ or "")
        if not source:
            raise TypeError(f"{function.__name__}: the docstring names no Source")
        parameters = parameters_of(function, each)
        if any(parameter.field is None for parameter in parameters):
            raise TypeError(f"{function.__name__}: a parameter names no field")
        registry = ROW_RATES if each else RATES
        registry[function.__name__] = Rate(
            function.__name__, label, formula, source[1], function, parameters, each
        )
        return function

    return register


def rate_values(inputs: Inputs) -> Mapping[str, RateValue]:
    """Every rate of the department."""
    tables = Tables(inputs)
    return {key: item.of(item.arguments.figures(inputs, {}, tables)) for key, item in RATES.items()}


def row_rate(key: str, record: object) -> RateValue:
    """A rate of one project."""
    item = ROW_RATES[key]
    return item.of(tuple(getattr(record, p.name) for p in item.parameters))


def ratio(part: Decimal | int, base: Decimal | int) -> Decimal | None:
    """`part` ÷ `base`; None over a zero base, where no percentage exists.

    >>> ratio(1, 4), ratio(1, 0)
    (Decimal('0.25'), None)
    """
    return Decimal(part) / Decimal(base) if base else None


def change(now: Decimal, before: Decimal) -> Decimal | None:
    """Growth over `before`; None where that is zero."""
    return ratio(now - before, before)
