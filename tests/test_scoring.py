"""Points and grades at their boundaries."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import formualizer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlreport.model.scoring import (
    DIRECTED_FORMULA,
    FULL,
    GRADES,
    band_score,
    directed_score,
    grade,
    indicator_score,
    number_of,
    quantity_score,
    score,
    step_score,
    total_of_known,
)
from xlreport.model.self_evaluation import Criterion, Indicator, ScoreBand

D = Decimal

# Value, target, points, what is scored. 10 points × the rate of execution: 财预〔2020〕10号.
SCORES = [
    ("3824.26", "4753.66", "10", "8.04"),  # 零陵区林业局 2021, 80.45%
    ("0.7927", "1", "10", "7.93"),  # 重庆市梁平区, 79.27%
    ("5420.82", "5420.82", "10", "10"),
    ("5420.83", "5420.82", "10", "10"),  # no more than all of them
    ("0", "5420.82", "10", "0"),
    ("-1", "5420.82", "10", "0"),  # no less than none
    ("0.0804", "1", "10", "0.8"),
    ("0.80449", "1", "10", "8.04"),
    ("0.8045", "1", "10", "8.05"),  # half up
    ("0.4975", "3", "6", "1"),  # ties, which 6 × a quotient of 28 digits misses
    ("2.4875", "15", "6", "1"),
    ("1", "3", "100", "33.33"),
    ("2", "3", "100", "66.67"),
    ("90", "100", "0", "0"),
    ("3824.26", "4753.66", "20", "16.09"),  # 湖北省 2020: 20 points
]


@pytest.mark.parametrize(("value", "target", "points", "scored"), SCORES)
def test_a_value_scores_by_its_share_of_the_target(value: str, target: str, points: str, scored: str) -> None:
    assert score(D(value), D(target), D(points)) == D(scored)


def test_a_score_has_two_decimals() -> None:
    assert str(score(D(1), D(2), D(10))) == "5.00"


@pytest.mark.parametrize("value", ["0", "5", "-5"])
def test_there_is_no_score_against_nothing(value: str) -> None:
    assert score(D(value), D(0), D(10)) is None


AMOUNTS = st.decimals(min_value=0, max_value=10**8, places=6)


@given(AMOUNTS, AMOUNTS.filter(bool), st.integers(0, 100).map(D))
def test_a_score_is_within_half_a_hundredth_of_the_exact_one(value: D, target: D, points: D) -> None:
    scored = score(value, target, points)
    assert scored is not None
    exact = min(points * value, points * target)  # times the target, so that nothing is divided
    assert -target <= 200 * (scored * target - exact) <= target
    assert 0 <= scored <= points


@given(AMOUNTS, AMOUNTS.filter(bool), st.integers(0, 100).map(D))
def test_a_score_is_rounded_half_up(value: D, target: D, points: D) -> None:
    exact = min(Fraction(points), Fraction(points) * Fraction(value) / Fraction(target))
    assert score(value, target, points) == D(int(exact * 100 + Fraction(1, 2))) / 100


@given(AMOUNTS, AMOUNTS, AMOUNTS.filter(bool), st.integers(0, 100).map(D))
def test_more_of_it_never_scores_less(value: D, other: D, target: D, points: D) -> None:
    less, more = sorted((value, other))
    low, high = score(less, target, points), score(more, target, points)
    assert low is not None
    assert high is not None
    assert low <= high


NUMBERS = {
    "5000": "5000",
    " 5000 ": "5000",
    "90%": "0.9",
    "62.5 %": "0.625",
    "1,234.5": "1234.5",
    "1,234,567": "1234567",
    "+3": "3",
    "-2.5%": "-0.025",
    "0": "0",
    "0%": "0",
    "9" * 20: "9" * 20,
}
TEXTS = (
    *(
        "",
        " ",
        "12月底前",
        "90～95",
        "90-95",
        "≥90%",
        "90%以上",
        "百分之九十",
        "5000亩",
        "5 000",
        "1,23",
        "12,34",
    ),
    *(
        "95％",
        "９５",
        ".5",
        "5.",
        "1e3",
        "1/2",
        "--5",
        "5%%",
        "%",
        "2023-12-31",
        "9" * 21,
        "0." + "0" * 20 + "1",
    ),
)


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_is_read_as_it_is_typed(text: str) -> None:
    assert number_of(text) == D(NUMBERS[text])


@pytest.mark.parametrize("text", [*TEXTS, None])
def test_any_other_text_is_no_number(text: str | None) -> None:
    assert number_of(text) is None


# Direction, target, actual value, points, what is scored.
# 完成 → 满分, 未完成 → 完成值/指标值 × 分值: 财预〔2020〕10号. 反向 → 权重 × 目标值/完成值: 湖北省 2020.
DIRECTED = [
    ("≥", "5000", "5000", "20", "20"),  # met
    ("≥", "5000", "5200", "20", "20"),
    ("≥", "5000", "50000", "20", "20"),  # far above: no more than all of them
    ("≥", "300", "298", "6", "5.96"),  # written 5 in a published table
    ("≥", "200", "160", "10", "8"),
    ("≥", "90%", "81%", "10", "9"),
    ("≥", "3", "1", "10", "3.33"),
    ("≥", "3", "2", "10", "6.67"),
    ("≥", "800", "1", "10", "0.01"),
    ("≥", "8", "0", "10", "0"),
    ("≥", "5%", "-2%", "10", "0"),
    ("≤", "120", "120", "5", "5"),
    ("≤", "120", "118", "5", "5"),
    ("≤", "120", "0", "5", "5"),
    ("≤", "120", "150", "5", "4"),
    ("≤", "120", "12000", "5", "0.05"),
    ("反向", "5%", "4%", "10", "10"),
    ("反向", "5%", "5%", "10", "10"),
    ("反向", "4%", "5%", "10", "8"),
    ("=", "62.5%", "62.5%", "20", "20"),
    ("=", "100", "80", "20", "16"),
    ("=", "100", "125", "20", "16"),
    ("≥", "0", "0", "10", "10"),  # nothing is pro rata to nothing, nor to a negative number
    ("≥", "0", "5", "10", "10"),
    ("≥", "0", "-5", "10", "0"),
    ("≤", "0", "0", "10", "10"),
    ("≤", "0", "5", "10", "0"),
    ("=", "0", "0", "10", "10"),
    ("=", "0", "5", "10", "0"),
    ("=", "0", "-5", "10", "0"),
]


@pytest.mark.parametrize(("direction", "target", "actual", "points", "scored"), DIRECTED)
def test_an_indicator_scores_by_its_direction(
    direction: str, target: str, actual: str, points: str, scored: str
) -> None:
    assert quantity_score(target, actual, direction, D(points)) == D(scored)


@pytest.mark.parametrize("direction", ["≥", "≤", "=", "反向"])
@pytest.mark.parametrize(
    ("target", "actual"),
    [("95%", "96"), ("95", "96%"), ("0", "0%"), ("-5%", "-10%"), ("-5", "3"), ("-5", "-5")],
)
def test_figures_that_rule_t06_cannot_compare_have_no_score(target: str, actual: str, direction: str) -> None:
    assert quantity_score(target, actual, direction, D(10)) is None


def test_a_direction_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="定性 is no direction of a quantity"):
        directed_score(D(1), D(1), D(1), "定性")


def indicator(**values: Any) -> Indicator:
    eight_of_ten: dict[str, Any] = {"direction": "≥", "target": "10", "actual": "8", "points": D(5)}
    return Indicator(**{**dict.fromkeys(Indicator._fields), **eight_of_ten, **values})


@pytest.mark.parametrize(
    ("values", "scored"),
    [
        ({}, D(4)),
        ({"score": D(3)}, D(4)),  # what the figures give, whatever the unit wrote
        ({"target": None}, None),
        ({"target": "90～95"}, None),
        ({"actual": "基本完成"}, None),
        ({"actual": None}, None),
        ({"target": "95%", "actual": "96"}, None),
        ({"target": "-5"}, None),
        ({"points": None}, None),
        ({"direction": None}, None),
        ({"direction": "定性", "band": "达成"}, None),
    ],
)
def test_only_a_complete_quantity_has_a_computed_score(values: dict[str, Any], scored: D | None) -> None:
    assert indicator_score(indicator(**values)) == scored


QUANTITIES = st.decimals(min_value=-1000, max_value=10**6, places=2)
WAYS = st.sampled_from(["≥", "≤", "=", "反向"])
POINTS = st.decimals(0, 100, places=1)


@given(QUANTITIES, QUANTITIES, POINTS, WAYS)
def test_a_directed_score_is_within_its_points(actual: D, target: D, points: D, direction: str) -> None:
    scored = directed_score(actual, target, points, direction)
    assert 0 <= scored <= points
    met = {"≥": actual >= target, "=": actual == target}.get(direction, actual <= target)
    assert (scored == points) >= met


@given(QUANTITIES, QUANTITIES, QUANTITIES, POINTS, st.sampled_from(["≥", "≤", "反向"]))
def test_a_better_result_never_scores_less(first: D, second: D, target: D, points: D, direction: str) -> None:
    worse, better = sorted((first, second), reverse=direction != "≥")
    assert directed_score(worse, target, points, direction) <= directed_score(
        better, target, points, direction
    )


@given(QUANTITIES.filter(lambda n: n > 0), QUANTITIES.filter(lambda n: n > 0), POINTS)
def test_to_be_hit_is_to_be_at_least_and_at_most(actual: D, target: D, points: D) -> None:
    both = (directed_score(actual, target, points, direction) for direction in ("≥", "≤"))
    assert directed_score(actual, target, points, "=") == min(both)


def test_the_native_formula_scores_the_same() -> None:
    rows = [
        (direction, number_of(target), number_of(actual), D(points))
        for direction, target, actual, points, _ in DIRECTED
    ]
    grid = [D(n) / 8 for n in (-8, -1, 0, 1, 3, 8, 9, 40, 41, 199, 200, 201, 8000)]
    rows += [
        (way, t, a, D(p)) for way in ("≥", "≤", "=", "反向") for t in grid for a in grid for p in ("3", "7.5")
    ]
    book = formualizer.Workbook()
    book.add_sheet("得分")
    for row, (direction, target, actual, points) in enumerate(rows, 1):
        assert target is not None
        assert actual is not None
        book.set_value("得分", row, 1, direction)
        for column, value in enumerate((target, actual, points), 2):
            book.set_value("得分", row, column, float(value))
        cells = {"direction": f"A{row}", "target": f"B{row}", "actual": f"C{row}", "points": f"D{row}"}
        book.set_formula("得分", row, 5, "=" + DIRECTED_FORMULA.format(**cells))
    book.evaluate_all()
    wrong = [
        (at, got, expected)
        for row, at in enumerate(rows, 1)
        if (got := book.get_value("得分", row, 5))
        != (expected := float(directed_score(at[2], at[1], at[3], at[0])))  # type: ignore[arg-type]
    ]
    assert wrong == []


def criterion(**values: Any) -> Criterion:
    return Criterion(**dict.fromkeys(Criterion._fields))._replace(**values)


def steps(points: str, limit: str, step: str, deduction: str, *, least: bool = False) -> Criterion:
    return criterion(
        points=D(points),
        step=D(step),
        deduction=D(deduction),
        **{"at_least" if least else "at_most": D(limit)},
    )


STAFF = steps("5", "1", "0.01", "0.5")
THREE_PUBLIC = steps("5", "0", "0.01", "0.5")
COMPLETION = steps("5", "1", "0.05", "2", least=True)

# Rate and points by the lines of 湖南省部门整体支出绩效评价指标评分表.
STEPS = [
    (THREE_PUBLIC, "0.983125", "0"),  # (63.46 − 32) ÷ 32 = 98.31%, its worked example
    (THREE_PUBLIC, "0", "5"),
    (THREE_PUBLIC, "-0.4957", "5"),
    (THREE_PUBLIC, "0.0099", "5"),  # no whole point above
    (THREE_PUBLIC, "0.01", "4.5"),
    (THREE_PUBLIC, "0.0999", "0.5"),
    (THREE_PUBLIC, "0.1", "0"),
    (THREE_PUBLIC, "0.11", "0"),  # never negative
    (STAFF, "0.951048951", "5"),  # 136 ÷ 143 = 95.10%, its worked example
    (STAFF, "1", "5"),
    (STAFF, "1.00004", "5"),  # printed 100%
    (STAFF, "1.00995", "4.5"),  # printed 101%
    (STAFF, "1.086956", "1"),  # 50 on 46 posts: 108.70%
    (COMPLETION, "0.992694859", "5"),  # (2710.42 − 19.8) ÷ 2710.42 = 99.27%, its worked example
    (COMPLETION, "1", "5"),
    (COMPLETION, "1.2", "5"),
    (COMPLETION, "0.9501", "5"),
    (COMPLETION, "0.95", "3"),
    (COMPLETION, "0.928", "3"),  # 92.8% → 3 of 5, its worked example
    (COMPLETION, "0.9001", "3"),
    (COMPLETION, "0.9", "1"),
    (COMPLETION, "0.85", "0"),
    (COMPLETION, "0", "0"),
]


@pytest.mark.parametrize(("line", "rate", "scored"), STEPS)
def test_each_whole_step_beyond_the_limit_costs_points(line: Criterion, rate: str, scored: str) -> None:
    assert step_score(D(rate), line) == D(scored)


def test_a_line_that_does_not_say_its_steps_has_no_score() -> None:
    for key in ("at_most", "points", "step", "deduction"):
        assert step_score(D(1), STAFF._replace(**{key: None})) is None
    assert step_score(D(1), STAFF._replace(step=D(0))) is None


PROCUREMENT = steps("6", "1", "0.05", "2")._replace(at_least=D(1))
BETWEEN = steps("6", "1.1", "0.05", "2")._replace(at_least=D("0.9"))


@pytest.mark.parametrize(
    ("line", "rate", "scored"),
    [
        (PROCUREMENT, "1", "6"),
        (PROCUREMENT, "0.9501", "6"),
        (PROCUREMENT, "0.95", "4"),
        (PROCUREMENT, "0.88", "2"),
        (PROCUREMENT, "1.0499", "6"),
        (PROCUREMENT, "1.05", "4"),
        (PROCUREMENT, "1.1", "2"),
        (PROCUREMENT, "1.5", "0"),
        (BETWEEN, "0.9", "6"),
        (BETWEEN, "1.1", "6"),
        (BETWEEN, "0.85", "4"),
        (BETWEEN, "1.2", "2"),
    ],
)
def test_a_line_may_have_a_limit_on_either_side(line: Criterion, rate: str, scored: str) -> None:
    """湖南's 政府采购执行率: 2 points off for each 5% away from 100%."""
    assert step_score(D(rate), line) == D(scored)


@given(st.decimals(-2, 3, places=4), st.decimals(-2, 3, places=4), st.booleans())
def test_a_rate_further_beyond_never_scores_more(first: D, second: D, least: bool) -> None:
    line = steps("5", "1", "0.03", "0.7", least=least)
    worse, better = sorted((first, second), reverse=not least)
    low, high = step_score(worse, line), step_score(better, line)
    assert low is not None
    assert high is not None
    assert 0 <= low <= high <= 5


CONTROL = tuple(
    ScoreBand("预算控制率", D(limit), D(points))
    for limit, points in (("0.3", "2"), ("0", "5"), ("0.1", "4"), ("0.2", "3"))  # in any order
)

# 预算控制率 by the same table: 0 → 5; 0–10%(含) 4; 10–20%(含) 3; 20–30%(含) 2; >30% 0.
BANDS = [
    ("0", "5"),
    ("0.00004", "5"),  # printed 0%
    ("0.00005", "4"),  # printed 0.01%
    ("0.0001", "4"),
    ("0.1", "4"),
    ("0.10004", "4"),
    ("0.1001", "3"),
    ("0.2", "3"),
    ("0.2001", "2"),
    ("0.3", "2"),
    ("0.3001", "0"),
    ("6.4118", "0"),
]


@pytest.mark.parametrize(("rate", "scored"), BANDS)
def test_the_upper_bound_belongs_to_its_band(rate: str, scored: str) -> None:
    assert band_score(D(rate), CONTROL) == D(scored)


def test_without_bands_there_is_no_score() -> None:
    assert band_score(D(0), ()) is None
    assert (
        band_score(D(0), [ScoreBand("预算控制率", None, D(5)), ScoreBand("预算控制率", D(1), None)]) is None
    )


def test_a_sum_of_scores_lacks_none() -> None:
    assert total_of_known([D("1.005"), D(0)]) == D("1.005")
    assert total_of_known([D(0)]) == 0
    assert total_of_known([D(1), None]) is None
    assert total_of_known([]) is None


@pytest.mark.parametrize(
    ("total", "full", "called"),
    [
        ("100", "100", "优"),
        ("90", "100", "优"),
        ("89.999999", "100", "良"),
        ("80", "100", "良"),
        ("79.999999", "100", "中"),
        ("60", "100", "中"),
        ("59.999999", "100", "差"),
        ("0", "100", "差"),
        ("45", "50", "优"),
        ("44.999999", "50", "良"),
        ("108", "120", "优"),
        ("107.999999", "120", "良"),
        ("2.7", "3", "优"),
        ("1.8", "3", "中"),
        ("1.799999", "3", "差"),
    ],
)
def test_the_lower_bound_belongs_to_its_grade(total: str, full: str, called: str) -> None:
    assert grade(D(total), D(full)) == called
    if D(full) == FULL:
        assert grade(D(total)) == called


@pytest.mark.parametrize(
    ("total", "full"),
    [("-0.000001", "100"), ("100.000001", "100"), ("50.01", "50"), ("0", "0"), ("-1", "-1"), ("0", "-5")],
)
def test_a_total_out_of_range_has_no_grade(total: str, full: str) -> None:
    with pytest.raises(ValueError, match=f"{total} is no score out of {full}"):
        grade(D(total), D(full))


@given(AMOUNTS.filter(bool), st.decimals(0, 1, places=6))
def test_a_grade_is_that_of_its_share(full: D, share: D) -> None:
    assert (
        grade(full * share, full)
        == grade(share * FULL)
        == next(name for at, name in GRADES if share * 100 >= at)
    )
