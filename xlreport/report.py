"""Report = inputs + rates + findings; everything that follows from the record, computed once."""

from collections.abc import Mapping
from dataclasses import dataclass

import xlreport.checks  # registers the rules
from xlreport.checks.rule import Finding, Level, findings
from xlreport.model.inputs import Inputs
from xlreport.model.rates import RateValue, rate_values

assert xlreport.checks


@dataclass(frozen=True)
class Report:
    """An evaluated record."""

    inputs: Inputs
    rates: Mapping[str, RateValue]
    findings: tuple[Finding, ...]

    def count(self, level: Level, *, open_only: bool = True) -> int:
        """How many findings of a level there are (still open)."""
        return sum(f.level is level and (f.is_open or not open_only) for f in self.findings)

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """Those that somebody still has to correct or explain."""
        return tuple(finding for finding in self.findings if finding.is_open)


def evaluate(inputs: Inputs) -> Report:
    """All rates and findings of a record."""
    rates = rate_values(inputs)
    values = {key: rate.value for key, rate in rates.items()}
    return Report(inputs, rates, tuple(findings(inputs, values)))
