"""The sample year (衡东县科技和工业信息化局 2023): its rates, and exactly the findings that it deserves."""

import re
from decimal import Decimal

import pytest

from xlreport.checks.rule import Level
from xlreport.datafile import read_sample
from xlreport.model.numbers import percent_text
from xlreport.report import Outcome, evaluate

REPORT = evaluate(read_sample())
OUTCOMES = REPORT.outcomes

RATES = {
    "execution_rate": "100%",  # the report prints 741.17%
    "initial_completion_rate": "741.18%",
    "budget_change_rate": "641.18%",
    "final_change_rate": "641.18%",
    "basic_share": "9.4%",
    "project_share": "90.6%",
    "three_public_control_rate": "19.7%",
    "staffing_control_rate": "83.33%",
    "asset_use_rate": "100%",
}

# Rule, level, what the message says, the fields it points at, the first of them where to look.
FINDINGS = (
    (
        "B04",
        Level.HARD,
        ("5420.82万元", "731.38万元", "相差4689.44万元"),
        ("full_year.expenditure", "initial.expenditure"),
    ),
    (
        "B06",
        Level.EXPLAIN,
        ("5420.82万元", "731.38万元", "641.18%", "30%", "4689.44万元"),
        ("full_year.expenditure", "initial.expenditure", "adjustment.carried_over"),
    ),
    ("B07", Level.HINT, ("1项", "5420.82万元"), ("full_year.expenditure", "final.expenditure")),
    ("S05", Level.EXPLAIN, ("1.97万元", "批次", "人次"), ("three_public_final.reception",)),
    (
        "P02",
        Level.EXPLAIN,
        ("城区核酸检测物资采购经费", "137.8万元", "采购决算合计0万元"),
        ("projects[2].name", "projects[2].executed", "procurement_final.total"),
    ),
    (
        "J03",
        Level.HINT,
        ("4911.19万元", "4290.99万元", "620.2万元"),
        ("final.project", "projects.executed"),
    ),
    ("J06", Level.HINT, ("4个", "1个"), ("projects.initial", "projects.full_year")),
    (
        "T01",
        Level.HARD,
        ("741.17%", "100%", "相差641.17个百分点"),
        ("stated.execution_rate", "final.expenditure", "full_year.expenditure"),
    ),
)

# What the report gets right: 551.38+180=731.38, 509.63+4911.19=5420.82, 5420.82−731.38=4689.44, 9.4 and 90.6,
# 5+5=10, 292.64−124.47=168.17, 13+17=30, 9 offices, 3 units, 21.09 and 98.86.
HOLDING = (
    *("E02", "E03", "E07"),
    *("B01", "B02", "B03", "B05"),
    *("F02", "F06", "F07", "F08", "F09", "F10", "F11"),
    *("S01", "S02", "S03"),
    "P01",
    *("A01", "A02", "A03", "A04", "A06"),
    *("J01", "J02", "J04", "J05"),
    *("M01", "M02"),
    *("D04", "D05"),
    *(f"X{number:02}" for number in range(1, 13)),
)
# What it does not say, so that nothing can be compared.
BLANK = (
    *("E01", "E04", "E05", "E06", "E08"),
    *("F01", "F03", "F04", "F05"),
    *("S04", "S06", "S07"),
    *("P03", "P04", "P05"),
    "A05",
    "J07",
    "M03",
    *(f"T{number:02}" for number in range(2, 12)),
    *("D01", "D02", "D03", "D06"),
)


@pytest.mark.parametrize(("key", "printed"), RATES.items())
def test_a_rate_of_the_sample(key: str, printed: str) -> None:
    value = REPORT.rates[key].value
    assert value is not None
    assert percent_text(value) == printed


def test_the_execution_rate_is_that_of_its_own_definition() -> None:
    assert REPORT.rates["execution_rate"].value == 1
    assert REPORT.rates["initial_completion_rate"].cell == Decimal("7.4118")


def test_what_the_report_does_not_say_gives_no_rate() -> None:
    blank = {key for key, rate in REPORT.rates.items() if rate.blank}
    assert {"carry_over_rate", "procurement_rate", "three_public_change_rate", "public_control_rate"} <= blank
    assert blank.isdisjoint(RATES)
    assert {key for key, rate in REPORT.rates.items() if rate.value is None} == blank


def test_exactly_these_rules_speak() -> None:
    assert [(finding.rule, finding.level) for finding in REPORT.findings] == [
        (rule, level) for rule, level, _, _ in FINDINGS
    ]


@pytest.mark.parametrize(("rule", "level", "says", "fields"), FINDINGS, ids=lambda item: str(item)[:4])
def test_a_finding_of_the_sample(
    rule: str, level: Level, says: tuple[str, ...], fields: tuple[str, ...]
) -> None:
    (finding,) = (finding for finding in REPORT.findings if finding.rule == rule)
    for figure in says:
        assert re.search(rf"(?<![\d.]){re.escape(figure)}", finding.message), finding.message
    assert set(fields) <= set(finding.fields)
    assert finding.explanation is None
    assert finding.is_open == (level is not Level.HINT)
    assert OUTCOMES[rule] == level


@pytest.mark.parametrize("rule", HOLDING)
def test_a_rule_that_the_sample_keeps(rule: str) -> None:
    assert OUTCOMES[rule] == Outcome.PASSED


@pytest.mark.parametrize("rule", BLANK)
def test_a_rule_for_which_the_report_has_no_figures(rule: str) -> None:
    assert OUTCOMES[rule] == Outcome.NOT_APPLICABLE


def test_no_other_rule_is_left() -> None:
    assert set(OUTCOMES) - set(HOLDING) - set(BLANK) == {rule for rule, *_ in FINDINGS}


def test_the_counts_by_level() -> None:
    assert [REPORT.count(level) for level in Level] == [2, 3, 3]
    assert len(REPORT.open_findings) == 5
