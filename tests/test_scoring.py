"""Points and grades at their boundaries."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlreport.model.scoring import FULL, GRADES, grade, score

D = Decimal

# Value, target, points, what is scored. 10 points × the rate of execution: 财预〔2020〕10号.
SCORES = [
    ("3824.26", "4753.66", "10", "8.04"),  # 零陵区林业局 2021, 80.45%
    ("0.7927", "1", "10", "7.93"),  # 79.27%
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
