"""What a workbook calculates with: native formulas, or Python functions in its cells."""

from collections.abc import Callable
from dataclasses import dataclass

from xlreport.model.figures import Parameter
from xlreport.model.rates import Rate
from xlreport.sheets.layout import Addresses


@dataclass(frozen=True)
class Flavour:
    """The formula of each live cell; where there is none, the cell holds what was computed at build time."""

    rate: Callable[[Rate, Callable[[Parameter], str]], str]
    outcome: Callable[[str, Addresses], str] | None = None  # of a rule, by its id
    problem: Callable[[str, Addresses], str] | None = None  # likewise
    preview: Callable[[int, Addresses], str] | None = None  # of a template line, by its index


NATIVE = Flavour(rate=lambda rate, reference: rate.excel(reference))

FLAVOURS = {".xlsx": NATIVE}  # by the ending of the file
