"""Rounding and tolerance: what passes, what is a hint, what is hard; and records that agree find nothing."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlreport.checks.budget import SOURCES
from xlreport.checks.rule import Level, tolerance
from xlreport.datafile import read_data
from xlreport.model.inputs import FunctionalClass, Inputs, Project, empty, with_values
from xlreport.model.numbers import FEN, cut, decimals_of, percent_text, rounded
from xlreport.model.self_evaluation import Carried
from xlreport.report import evaluate

BASE = read_data(Path(__file__).parent / "cases" / "base.toml")
HARD, EXPLAIN, HINT = Level.HARD, Level.EXPLAIN, Level.HINT
D = Decimal

# The fields of a report already written, and the rule that recomputes each.
RECOMPUTED = {
    "control_rate": "E04",
    "basic_share": "F07",
    "project_share": "F07",
    "procurement_rate": "P03",
    "use_rate": "A03",
    "execution_rate": "T01",
}


def levels(inputs: Inputs, *rules: str) -> set[Level]:
    """The levels at which these rules speak."""
    return {finding.level for finding in evaluate(inputs).findings if finding.rule in rules}


def moved(path: str, by: Decimal | int) -> Inputs:
    """The base with one figure moved."""
    section, key = path.split(".")
    return with_values(BASE, **{section: {key: getattr(getattr(BASE, section), key) + by}})


@pytest.mark.parametrize(
    ("parts", "allowed"),
    [(1, "0.01"), (2, "0.015"), (3, "0.02"), (4, "0.025"), (7, "0.04"), (10, "0.055")],
)
def test_n_parts_may_differ_by_half_a_cent_each_and_one_for_the_total(parts: int, allowed: str) -> None:
    assert tolerance(parts) == D(allowed)
    amounts = dict.fromkeys(SOURCES[:parts], D(10))
    for difference, level in (
        (D(0), set()),
        (FEN, {HINT}),
        (D(allowed) - FEN, {HINT}),
        (D(allowed), {HINT}),
        (D(allowed) + FEN, {HARD}),
    ):
        for income in (10 * parts + difference, 10 * parts - difference):
            inputs = with_values(empty(), final={"income": D(income), **amounts})
            assert levels(inputs, "F01") == level, (income, allowed)


SUMS = (  # rule, its total (or a part that no other rule takes), parts filled in
    ("B02", "initial.expenditure", 2),
    ("B03", "initial.income", 3),
    ("B04", "full_year.expenditure", 4),
    ("B04", "adjustment.carried_over", 4),
    ("F01", "prior.income", 3),
    ("F01", "final.income", 3),
    ("F02", "prior.expenditure", 2),
    ("F02", "final.expenditure", 2),
    ("F03", "balance.total", 3),
    ("F03", "balance.opening", 3),
    ("F03", "balance.closing", 3),
    ("F04", "initial.basic", 2),
    ("F04", "final.public", 2),
    ("F05", "final.expenditure", 4),
    ("F06", "stated.increase", 2),
    ("S01", "three_public_prior_budget.total", 3),
    ("S01", "three_public_final.total", 3),
    ("S02", "three_public_budget.vehicles", 2),
    ("S02", "three_public_final.vehicle_upkeep", 2),
    ("P01", "procurement_prior.total", 3),
    ("P01", "procurement_final.goods", 3),
    ("P05", "awards.large", 2),
    ("A01", "assets.net", 2),
)


@pytest.mark.parametrize(("rule", "path", "parts"), SUMS)
def test_a_sum_passes_exactly_and_within_rounding_with_a_hint(rule: str, path: str, parts: int) -> None:
    allowed = D("0.005") * (parts + 1)
    for difference, level in ((D(0), set()), (FEN, {HINT}), (allowed, {HINT}), (allowed + FEN, {HARD})):
        assert levels(moved(path, difference), rule) == level, difference
        assert levels(moved(path, -difference), rule) == level, -difference


@pytest.mark.parametrize("path", ["prior.project", "initial.project", "final.project"])
def test_sorted_projects_give_project_spending_within_rounding(path: str) -> None:
    for difference, level in ((D(0), set()), (FEN, {HINT}), (D("0.02"), {HINT}), (D("0.02") + FEN, {HARD})):
        assert levels(moved(path, difference), "D03") == level, difference
        assert levels(moved(path, -difference), "D03") == level, -difference
    unsorted = tuple(project._replace(category=None) for project in BASE.projects)
    assert levels(with_values(moved(path, 1), projects=unsorted), "D03") == set()


def test_one_sorted_project_is_enough_and_those_without_category_are_named() -> None:
    for count, named in ((1, "“病虫害防治”、“林业科普宣传”"), (2, "“林业科普宣传”")):
        projects = [each._replace(category=None) for each in BASE.projects[count:]]
        partly = with_values(BASE, projects=(*BASE.projects[:count], *projects))
        said = [finding.message for finding in evaluate(partly).findings if finding.rule == "D03"]
        assert len(said) == 3
        assert all(f"，其中不含未填类别的项目{named}" in message for message in said)


def test_projects_of_nothing_widen_no_tolerance() -> None:
    nothing = BASE.projects[0]._replace(name="已完成的项目", prior=D(0))
    more = with_values(moved("prior.project", D("0.02") + FEN), projects=(*BASE.projects, nothing))
    assert levels(more, "D03") == {HARD}


@pytest.mark.parametrize("key", ["initial", "full_year", "executed"])
def test_the_money_of_a_project_may_be_a_cent_off(key: str) -> None:
    own = BASE.projects[0]
    for difference, level in ((D("0.01"), set()), (D("0.010001"), {HARD})):
        for amount in (getattr(own, key) + difference, getattr(own, key) - difference):
            assert levels(with_project(**{key: amount}), "T03") == level, (key, amount)


def test_what_is_part_of_the_public_funds_passes_them_by_no_more_than_rounding() -> None:
    for above, level in ((D(0), set()), (FEN, {HINT}), (D("0.02"), {HINT}), (D("0.02") + FEN, {HARD})):
        assert levels(moved("final.office", 12 + above), "D02") == level, above


def test_the_hint_names_the_rounding() -> None:
    (finding,) = (f for f in evaluate(moved("assets.net", D("0.01"))).findings if f.rule == "A01")
    assert "尾差" in finding.message
    assert "相差0.01万元" in finding.message


def test_a_blank_part_counts_as_nothing_and_no_part_at_all_asks_nothing() -> None:
    def left(**parts: str) -> Inputs:
        amounts = {key: D(amount) for key, amount in parts.items()}
        return with_values(empty(), three_public_final=amounts)

    assert levels(left(total="5", reception="5"), "S01") == set()
    assert levels(left(total="5", reception="4"), "S01") == {HARD}
    assert levels(left(total="5"), "S01") == set()
    assert levels(left(reception="5"), "S01") == set()
    assert levels(left(total="0", reception="0", abroad="0", vehicles="0"), "S01") == set()


# Copies of one figure, counts and limits: what is allowed, and from where on the rule speaks.
EXACT: tuple[tuple[str, str, Decimal | int, Decimal | int], ...] = (
    ("E01", "establishment.total", 0, 1),
    ("E01", "establishment.total", 0, -1),
    ("E02", "in_post.total", 0, -1),
    ("E08", "people.budget_units", 0, 1),
    ("E08", "people.lower_budget_units", 0, 1),
    ("B01", "initial.income", D("0.01"), D("0.010001")),
    ("B01", "initial.income", D("-0.01"), D("-0.010001")),
    ("B05", "final.expenditure", D("50.01"), D("50.010001")),
    ("B05", "final.basic", D("10.01"), D("10.010001")),
    ("B05", "final.project", D("40.01"), D("40.010001")),
    ("S07", "three_public_final.total", D("546.5"), D("546.500001")),
    ("A02", "assets.in_use", D(20), D("20.000001")),
    ("T02", "stated.execution_score", D("0.01"), D("0.010001")),
    ("T02", "stated.execution_score", D("-0.01"), D("-0.010001")),
    ("T03", "funds_full_year.other", D("0.01"), D("0.010001")),
    ("T03", "funds_executed.general_public", D("-0.01"), D("-0.010001")),
    ("T08", "stated.total_score", D("0.01"), D("0.010001")),
    ("T08", "stated.total_score", D("-0.01"), D("-0.010001")),
    ("D01", "printed_overall.full_year", 0, FEN),
    ("D01", "printed_base.public", 0, -FEN),
    ("D01", "printed_base.in_post", 0, 1),
    ("D06", "prior.expenditure", 0, FEN),
    ("D06", "prior.expenditure", 0, -FEN),
)


@pytest.mark.parametrize(("rule", "path", "allowed", "above"), EXACT)
def test_other_hard_rules_allow_what_the_table_says_and_no_more(
    rule: str, path: str, allowed: Decimal | int, above: Decimal | int
) -> None:
    assert levels(moved(path, allowed), rule) == set()
    assert levels(moved(path, above), rule) == {HARD}


def with_project(**values: Any) -> Inputs:
    """The base with another first project, and none of them sorted for 附件2 (where D03 wants all of them)."""
    unsorted = [project._replace(category=None) for project in BASE.projects]
    return with_values(BASE, projects=(unsorted[0]._replace(**values), *unsorted[1:]))


@pytest.mark.parametrize(
    ("rule", "silent", "speaks", "level"),
    [
        ("J02", {"executed": D("300.01")}, {"executed": D("300.010001")}, HARD),
        ("J03", {"executed": D("280.01")}, {"executed": D("280.010001")}, HARD),
        ("J03", {"executed": D("279.99")}, {"executed": D("279.989999")}, HINT),
        ("J04", {"described": "否", "full_year": D("49.999999"), "executed": D(49)}, {}, HARD),
        ("J04", {}, {"described": "否", "full_year": D(50), "executed": D(50)}, HARD),
        ("J05", {"executed": D(240)}, {"executed": D("239.999999")}, EXPLAIN),
        ("J07", {"arrived": D(180)}, {"arrived": D("179.999999")}, EXPLAIN),
    ],
)
def test_project_rules_speak_from_their_limit_on(
    rule: str, silent: dict[str, object], speaks: dict[str, object], level: Level
) -> None:
    assert levels(with_project(**silent), rule) == set()
    assert levels(with_project(**(speaks or {"described": "否"})), rule) == {level}


def with_indicator(**values: Any) -> Inputs:
    """The base with another first indicator: ≥ 5000 done 5200, 20 points, no score of its own."""
    return with_values(BASE, indicators=(BASE.indicators[0]._replace(**values), *BASE.indicators[1:]))


def qualitative(band: str, score: str) -> dict[str, object]:
    """For `with_indicator`: one that is judged, with a reason where it lost points."""
    return {"direction": "定性", "band": band, "score": D(score), "reason": "按期整改"}


MISSED = {"actual": "4900", "reason": "雨季推迟"}  # 19.6 of 20 points


@pytest.mark.parametrize(
    ("rule", "silent", "speaks", "level"),
    [
        ("T04", {"points": D(20)}, {"points": D("20.000001")}, HARD),
        ("T05", {"score": D(20)}, {"score": D("20.000001")}, HARD),
        ("T06", MISSED | {"score": D("19.61")}, MISSED | {"score": D("19.610001")}, EXPLAIN),
        ("T06", MISSED | {"score": D("19.59")}, MISSED | {"score": D("19.589999")}, EXPLAIN),
        ("T07", {"score": D(20)}, {"score": D("19.999999")}, EXPLAIN),
        ("T07", {"actual": "5000"}, {"actual": "4997"}, EXPLAIN),
        ("T09", {"actual": "6500"}, {"actual": "6500.01"}, EXPLAIN),
        ("T11", qualitative("达成", "16"), qualitative("达成", "15.999999"), HARD),
        ("T11", qualitative("部分达成", "15.999999"), qualitative("部分达成", "16"), HARD),
        ("T11", qualitative("部分达成", "12"), qualitative("部分达成", "11.999999"), HARD),
        ("T11", qualitative("未达成", "11.999999"), qualitative("未达成", "12"), HARD),
        ("T11", qualitative("未达成", "0"), qualitative("未达成", "20"), HARD),
    ],
)
def test_indicator_rules_speak_from_their_limit_on(
    rule: str, silent: dict[str, object], speaks: dict[str, object], level: Level
) -> None:
    assert levels(with_indicator(**silent), rule) == set()
    assert levels(with_indicator(**speaks), rule) == {level}


def with_works(executed: str) -> Inputs:
    works = BASE.projects[0]._replace(name="办公楼维修", executed=D(executed))
    return with_values(BASE, projects=(works,), buildings=empty().buildings)


LAST_YEAR = "three_public_prior.total"
UPKEEP = "three_public_final.vehicle_upkeep"
NOT_DESCRIBED = with_values(BASE, projects=(BASE.projects[2]._replace(described="否"),))


def nothing_procured(executed: str) -> Inputs:
    project = BASE.projects[0]._replace(name="设备购置", executed=D(executed))
    return with_values(BASE, projects=(project,), procurement_final={"total": D(0)})


@pytest.mark.parametrize(
    ("rule", "silent", "speaks"),
    [
        ("B06", moved("full_year.expenditure", 200), moved("full_year.expenditure", D("200.000001"))),
        ("B06", moved("full_year.expenditure", -400), moved("full_year.expenditure", D("-400.000001"))),
        ("F10", moved("final.expenditure", D("99.999999")), moved("final.expenditure", 100)),
        ("F10", moved("final.expenditure", D("-299.999999")), moved("final.expenditure", -300)),
        ("S04", moved(LAST_YEAR, D("-1.4")), moved(LAST_YEAR, D("-1.400001"))),
        ("S06", moved(UPKEEP, D("2.2")), moved(UPKEEP, D("2.200001"))),
        ("S06", BASE, moved("three_public_counts.vehicles_kept", -2)),
        ("P02", nothing_procured("19.999999"), nothing_procured("20")),
        ("P04", moved("procurement_final.total", 490), moved("procurement_final.total", D("490.000001"))),
        ("E03", moved("in_post.total", 3), moved("in_post.total", 4)),
        ("D05", with_works("19.999999"), with_works("20")),
    ],
)  # fmt: skip
def test_a_plausibility_rule_speaks_from_its_threshold_on(rule: str, silent: Inputs, speaks: Inputs) -> None:
    assert levels(silent, rule) == set()
    assert levels(speaks, rule) == {EXPLAIN}


@pytest.mark.parametrize(
    ("setting", "value", "rule", "inputs"),
    [
        ("adjustment_rate", "0.099999", "B06", BASE),
        ("change_rate", "0.1", "F10", BASE),
        ("low_rate", "0.9334", "J05", BASE),
        ("arrival_rate", "1.000001", "J07", BASE),
        ("upkeep_per_vehicle", "3.899999", "S06", BASE),
        ("described_from", "36", "J04", NOT_DESCRIBED),
        ("procurement_from", "19.999999", "P02", nothing_procured("19.999999")),
        ("procurement_from", "19.999999", "D05", with_works("19.999999")),
        ("far_above", "1.039999", "T09", BASE),
        ("achieved_from", "0.800001", "T11", with_indicator(**qualitative("达成", "16"))),
        ("partly_from", "0.6", "T11", with_values(
            with_indicator(**qualitative("部分达成", "10")), settings={"partly_from": D("0.5")})),
        ("execution_points", "20", "T04", with_values(BASE, projects=BASE.projects[:1])),
    ],
)  # fmt: skip
def test_a_threshold_is_a_setting(setting: str, value: str, rule: str, inputs: Inputs) -> None:
    assert levels(inputs, rule) == set()
    assert len(levels(with_values(inputs, settings={setting: D(value)}), rule)) == 1


RATES_STATED = (  # executed, budget, printed, level; the source where the figures are published
    ("5420.82", "731.38", "741.18", None),  # 衡东县科技和工业信息化局 2023, 741.1770… half-up
    ("5420.82", "731.38", "741.17", HINT),  # as that report prints it: cut
    ("5420.82", "731.38", "741.19", HARD),
    ("5420.82", "731.38", "741.2", None),
    ("5420.82", "731.38", "741.1", HINT),
    ("5420.82", "731.38", "741", None),
    ("5420.82", "731.38", "742", HARD),
    ("5420.82", "731.38", "741.177", None),
    ("5420.82", "5420.82", "741.17", HARD),  # its own definitions give 100%
    ("5420.82", "5420.82", "100", None),
    ("3824.26", "4753.66", "80.45", None),
    ("3824.26", "4753.66", "80.44", HINT),
    ("3824.26", "4753.66", "80.46", HARD),
    ("3824.26", "4753.66", "100", HARD),  # 零陵区林业局 2021
    ("9746.50", "10210.34", "95.46", None),
    ("9746.50", "10210.34", "95.45", HINT),  # 上海市普陀区规划和自然资源局 2024
    ("0.39", "2.85", "13.68", None),  # the same
    ("11.39", "54", "21.09", None),  # 衡东县科技和工业信息化局 2023
    ("433.8", "438.8", "98.86", None),  # the same
    ("5.00", "5.00", "100", None),  # 南充市林业局 2023
    ("1", "16", "6.3", None),  # ties go up: 6.25
    ("1", "16", "6.2", HINT),
    ("9", "800", "1.13", None),  # 1.125
    ("9", "800", "1.12", HINT),
    ("7", "800", "0.88", None),  # 0.875
    ("7", "800", "0.87", HINT),
    ("1", "8", "13", None),  # 12.5
    ("1", "8", "12", HINT),
    ("0", "16", "0", None),
    ("0", "16", "0.01", HARD),
    ("9999", "10000", "99.99", None),
    ("99999", "100000", "100", None),  # 99.999
    ("99999", "100000", "99.99", HINT),
)


@pytest.mark.parametrize(("executed", "budget", "printed", "level"), RATES_STATED)
def test_a_printed_rate_is_the_recomputed_one_at_its_decimals(
    executed: str, budget: str, printed: str, level: Level | None
) -> None:
    fraction = D(printed) / 100
    whole = with_values(
        empty(),
        final={"expenditure": D(executed)},
        full_year={"expenditure": D(budget)},
        stated={"execution_rate": fraction},
    )
    project = BASE.projects[0]._replace(executed=D(executed), full_year=D(budget), stated_rate=fraction)
    one = with_values(empty(), projects=(project,))
    assert levels(whole, "T01") == ({level} if level else set())
    assert levels(one, "J01") == ({level} if level else set())


def test_the_hint_names_the_cut() -> None:
    figures = {"final": {"expenditure": D("5420.82")}, "full_year": {"expenditure": D("731.38")}}
    inputs = with_values(empty(), **figures, stated={"execution_rate": D("7.4117")})
    (finding,) = (f for f in evaluate(inputs).findings if f.rule == "T01")
    for part in ("741.17%", "741.18%", "截位"):
        assert part in finding.message


@pytest.mark.parametrize(
    ("printed", "difference"), [("9.404", "0.003"), ("9.5", "0.1"), ("10", "0.6"), ("9.41", "0.01")]
)
def test_the_difference_of_rates_is_that_of_the_figures_said(printed: str, difference: str) -> None:
    """50963 of 542082 are 9.40134…%."""
    inputs = with_values(
        empty(),
        final={"basic": D("509.63"), "expenditure": D("5420.82")},
        stated={"basic_share": D(printed) / 100},
    )
    (finding,) = (f for f in evaluate(inputs).findings if f.rule == "F07")
    assert f"相差{difference}个百分点" in finding.message
    assert f"{printed}%" in finding.message


BASES = (  # printed rate, and the base that must not be zero
    ("control_rate", "establishment.total"),
    ("execution_rate", "full_year.expenditure"),
    ("basic_share", "final.expenditure"),
    ("project_share", "final.expenditure"),
    ("procurement_rate", "procurement_budget.total"),
    ("use_rate", "assets.fixed"),
)


@pytest.mark.parametrize(("printed", "base"), BASES)
@pytest.mark.parametrize("rate", ["0", "0.5", "1"])
def test_over_a_zero_base_only_f11_speaks(printed: str, base: str, rate: str) -> None:
    section, key = base.split(".")
    alone = with_values(BASE, stated=empty().stated)
    zero = getattr(getattr(BASE, section), key) * 0
    inputs = with_values(alone, stated={printed: D(rate)}, **{section: {key: zero}})
    assert levels(inputs, *RECOMPUTED.values()) == set()
    assert levels(inputs, "F11") == {HARD}
    assert levels(with_values(inputs, stated={printed: None}), "F11") == set()
    assert levels(with_values(inputs, **{section: {key: None}}), "F11") == set()


@pytest.mark.parametrize("executed", [D(0), D(5)])
def test_over_a_projects_zero_budget_only_f11_speaks(executed: Decimal) -> None:
    project = BASE.projects[0]._replace(full_year=D(0), executed=executed, stated_rate=D(0))
    inputs = with_values(empty(), projects=(project,))
    assert levels(inputs, "J01", "J05", "J07") == set()
    assert levels(inputs, "F11") == {HARD}
    blank = with_values(empty(), projects=(project._replace(stated_rate=None),))
    assert levels(blank, "F11") == set()


def test_a_zero_initial_budget_leaves_the_rules_on_growth_silent() -> None:
    inputs = with_values(
        empty(),
        initial={"expenditure": D(0), "income": D(0)},
        full_year={"expenditure": D(10)},
        final={"expenditure": D(10), "income": D(10)},
        adjustment={"additions": D(10)},
    )
    assert levels(inputs, "B06", "F10", "F11") == set()


@pytest.mark.parametrize("key", sorted(RECOMPUTED))
def test_a_printed_rate_left_blank_asks_nothing(key: str) -> None:
    wrong = getattr(BASE.stated, key) + D("0.001")
    assert HARD in levels(with_values(BASE, stated={key: wrong}), RECOMPUTED[key])
    assert levels(with_values(BASE, stated={key: None}), RECOMPUTED[key]) == set()


@pytest.mark.parametrize(
    ("basic", "project", "level"),
    [
        ("0.5818", "0.4182", None),
        ("0.5818", "0.4184", None),  # two shares may miss 100.00% by 0.01 each
        ("0.5818", "0.418401", HARD),
        ("0.5818", "0.4180", None),
        ("0.5818", "0.417999", HARD),
        ("0.094", "0.906", None),  # 衡东县科技和工业信息化局 2023
        ("0.551", "0.449", None),  # 上海市普陀区规划和自然资源局 2024
    ],
)
def test_two_shares_may_miss_the_whole_by_their_rounding(
    basic: str, project: str, level: Level | None
) -> None:
    inputs = with_values(empty(), stated={"basic_share": D(basic), "project_share": D(project)})
    assert levels(inputs, "F08") == ({level} if level else set())
    if level:
        (finding,) = (f for f in evaluate(inputs).findings if f.rule == "F08")
        assert percent_text(D(basic)) in finding.message
        assert f"{D(project) * 100:f}".rstrip("0") in finding.message


# Records that agree, in 分 so that every sum holds.

LAST = {"expenditure": "总支出", "basic": "基本支出", "project": "项目支出"}

AMOUNT = st.integers(0, 10**9)


def split(draw: Callable[[Any], Any], total: int, parts: int) -> list[int]:
    """The total as so many parts."""
    cuts = sorted(draw(st.lists(st.integers(0, total), min_size=parts - 1, max_size=parts - 1)))
    return [high - low for low, high in zip([0, *cuts], [*cuts, total], strict=True)]


@st.composite
def agreeing(draw: Callable[[Any], Any]) -> Inputs:
    """A department whose figures all agree."""
    one = D(draw(st.sampled_from(["0.000001", "0.01"])))  # amounts in 元 and 分, or rounded to 万元

    def money(amounts: dict[str, int]) -> dict[str, object]:
        return {key: one * amount for key, amount in amounts.items()}

    def total(whole: str, keys: Sequence[str], amount: int) -> dict[str, int]:
        return {whole: amount, **dict(zip(keys, split(draw, amount, len(keys)), strict=True))}

    def spending(least: dict[str, int]) -> dict[str, int]:
        keys = ("personnel", "public", "project", "remitted")
        parts = {key: least.get(key, 0) + draw(AMOUNT) for key in keys}
        basic = parts["personnel"] + parts["public"]
        return {**parts, "basic": basic, "expenditure": basic + parts["project"] + parts["remitted"]}

    def income(amount: int) -> dict[str, int]:
        return total("income", SOURCES[: draw(st.integers(1, len(SOURCES)))], amount)

    final = spending({})
    earned = draw(AMOUNT)
    full_year = spending(final)
    initial = spending({})
    carried, both = draw(AMOUNT), draw(AMOUNT)
    net = full_year["expenditure"] - initial["expenditure"] - carried
    grand = max(earned, final["expenditure"]) + draw(AMOUNT)
    used, opening = split(draw, grand - earned, 2)
    distribution, closing = split(draw, grand - final["expenditure"], 2)
    classes = split(draw, final["expenditure"], draw(st.integers(1, 6)))

    def three_public(amount: int) -> dict[str, int]:
        parts = total("total", ("abroad", "vehicles", "reception"), amount)
        return {**parts, **total("vehicles", ("vehicle_purchase", "vehicle_upkeep"), parts["vehicles"])}

    spent = draw(st.integers(0, final["public"] + final["project"]))
    procured = total("total", ("goods", "works", "services"), draw(AMOUNT))
    sme, large = split(draw, procured["total"], 2)
    fixed, owned, owed = draw(AMOUNT), draw(AMOUNT), draw(AMOUNT)
    in_use = draw(st.integers(0, fixed))

    itemised = split(draw, final["project"], draw(st.integers(2, 6)))
    extra = [draw(AMOUNT) for _ in itemised]
    category = draw(st.sampled_from([None, "业务工作经费"]))  # sorted for 附件2, the projects give all of it
    projects = tuple(
        blank_project()._replace(
            name=f"项目{at}",
            category=category,
            full_year=one * (executed + more),
            executed=one * executed,
            stated_rate=rate(executed, executed + more),
            stated_score=tenth(executed, executed + more),
        )
        for at, (executed, more) in enumerate(zip(itemised, extra, strict=True))
        if at or category
    )
    sources = ("general_public", "government_fund", "special_account", "other")
    last = spending({})
    printed = {"executed": final["expenditure"], "public": final["public"], "three_public": spent}
    posts = [draw(st.integers(0, 500)) for _ in range(3)]
    staff = [draw(st.integers(0, 500)) for _ in range(3)]
    kinds = ("administrative", "institutional", "worker")
    growth = earned - initial["expenditure"]
    return with_values(
        empty(),
        unit={"name": "示例县林业局", "year": 2023, "report_date": date(2024, 3, 15)},
        establishment={"total": sum(posts), **dict(zip(kinds, posts, strict=True))},
        in_post={"total": sum(staff), **dict(zip(kinds, staff, strict=True))},
        final=money({**final, **income(earned)}),
        full_year=money(full_year),
        initial=money({**initial, **income(initial["expenditure"])}),
        adjustment=money(
            {"additions": max(net, 0) + both, "reductions": max(-net, 0) + both, "carried_over": carried}
        ),
        balance=money(
            {
                "nonfiscal_used": used,
                "opening": opening,
                "distribution": distribution,
                "closing": closing,
                "total": grand,
            }
        ),
        functions=tuple(FunctionalClass(name=None, amount=one * amount) for amount in classes),
        three_public_prior=money(three_public(draw(AMOUNT))),
        three_public_budget=money(three_public(draw(AMOUNT))),
        three_public_final=money(three_public(spent)),
        procurement_budget=money(total("total", ("goods", "works", "services"), draw(AMOUNT))),
        procurement_final=money(procured),
        awards=money({"sme": sme, "small_micro": draw(st.integers(0, sme)), "large": large}),
        assets={
            "as_of": date(2023, 12, 31),
            **money(
                {
                    "total": owned,
                    "liabilities": owed,
                    "net": owned - owed,
                    "fixed": fixed,
                    "in_use": in_use,
                }
            ),
        },
        projects=projects,
        criteria=BASE.criteria,
        prior=money(last),
        carried=tuple(Carried(f"上年决算{label}", one * last[key]) for key, label in LAST.items()),
        funds_full_year=money(dict(zip(sources, split(draw, full_year["expenditure"], 4), strict=True))),
        funds_executed=money(dict(zip(sources, split(draw, final["expenditure"], 4), strict=True))),
        printed_report=money(printed),
        printed_base={"in_post": sum(staff), **money(printed)},
        stated={
            "execution_score": tenth(final["expenditure"], full_year["expenditure"]),
            "control_rate": rate(sum(staff), sum(posts)),
            "execution_rate": rate(final["expenditure"], full_year["expenditure"]),
            "basic_share": rate(final["basic"], final["expenditure"]),
            "project_share": rate(final["project"], final["expenditure"]),
            "use_rate": rate(in_use, fixed),
            "increase": one * growth,
            "direction": "增加" if growth > 0 else "减少" if growth < 0 else "持平",
        },
    )


def blank_project() -> Project:
    return BASE.projects[0]._replace(category=None, prior=None, initial=None, arrived=None, stated_score=None)


def tenth(executed: int, full_year: int) -> Decimal | None:
    """What 10 points for the execution rate come to."""
    return rounded(D(10 * executed) / full_year, 2) if full_year else None


def rate(part: int, base: int) -> Decimal | None:
    """As a report prints it: two decimals of a percentage, nothing over a zero base."""
    return rounded(D(part) / base, 4) if base else None


@given(agreeing())
def test_a_record_that_agrees_has_no_hard_finding(inputs: Inputs) -> None:
    assert [f.message for f in evaluate(inputs).findings if f.level is HARD] == []


@given(agreeing(), st.sampled_from([path for _, path, _ in SUMS if "prior_budget" not in path]))
def test_a_record_that_agrees_but_for_one_figure_has_one(inputs: Inputs, path: str) -> None:
    section, key = path.split(".")
    value = getattr(getattr(inputs, section), key)
    wrong = with_values(inputs, **{section: {key: (value or D(0)) + D(1)}})
    rules = {rule for rule, other, _ in SUMS if other == path}
    if value is not None:
        assert levels(wrong, *rules) == {HARD}


@given(st.lists(AMOUNT, min_size=1, max_size=len(SOURCES)), AMOUNT)
def test_rounding_parts_and_total_to_two_decimals_is_never_hard(parts: list[int], rest: int) -> None:
    """That is where the tolerance comes from: from the parts that are printed, so not from those of 0.00."""
    amounts = [FEN * part if part >= 5000 else D(0) for part in [*parts[:-1], parts[-1] + rest]]
    printed = {key: rounded(amount) for key, amount in zip(SOURCES, amounts, strict=False)}
    inputs = with_values(empty(), final={"income": rounded(sum(amounts, D(0))), **printed})
    assert levels(inputs, "F01") <= {HINT}


@given(AMOUNT, st.integers(1, 10**9), st.integers(0, 4))
def test_a_rate_printed_at_any_decimals_passes_and_cut_is_at_most_a_hint(
    executed: int, budget: int, decimals: int
) -> None:
    def said(fraction: Decimal) -> set[Level]:
        inputs = with_values(
            empty(),
            final={"expenditure": FEN * executed},
            full_year={"expenditure": FEN * budget},
            stated={"execution_rate": fraction},
        )
        return levels(inputs, "T01")

    percent = D(executed) / D(budget) * 100
    assert said(rounded(percent, decimals) / 100) == set()
    assert said(cut(percent, decimals) / 100) <= {HINT}
    off = rounded(percent, decimals) + D(2).scaleb(-decimals)
    if decimals_of(off) == decimals:
        assert said(off / 100) == {HARD}


@pytest.mark.parametrize(
    ("column", "whole"), [("prior", "prior"), ("initial", "initial"), ("executed", "final")]
)
def test_projects_without_a_total_are_told_where_they_have_spent(column: str, whole: str) -> None:
    blank_total = with_values(BASE, **{whole: {"project": None}})
    (finding,) = (each for each in evaluate(blank_total).findings if each.rule == "D04")
    assert finding.fields == (f"{whole}.project",)
    nothing: dict[str, Any] = {column: D(0)}
    none = tuple(each._replace(**nothing) for each in BASE.projects)
    assert levels(with_values(blank_total, projects=none), "D04") == set()


def test_of_cars_and_public_funds_the_parts_may_be_blank() -> None:
    car = {"vehicle_purchase": None, "vehicle_upkeep": None}
    public = {"office": None, "utilities_travel": None, "meetings_training": None}
    assert levels(with_values(BASE, three_public_budget=car, prior=public), "D04") == set()
    left = {"vehicles": None, "vehicle_purchase": D(18), "vehicle_upkeep": None}
    assert levels(with_values(BASE, three_public_budget=left), "D04") == {HARD}


@pytest.mark.parametrize("key", ["initial", "full_year", "executed"])
def test_a_project_paper_prints_the_very_figure(key: str) -> None:
    one, *more = BASE.projects
    for moved_by in (D(0), FEN, -FEN):
        printed: dict[str, Any] = {f"stated_{key}": getattr(one, key) + moved_by}
        told = levels(with_values(BASE, projects=(one._replace(**printed), *more)), "D01")
        assert told == ({HARD} if moved_by else set())
    blank: dict[str, Any] = {f"stated_{key}": D(1), key: None}
    assert levels(with_values(BASE, projects=(one._replace(**blank), *more)), "D01") == {HARD}
