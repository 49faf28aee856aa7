"""The scores of a record: its cards, its scoring standard, and the standards that come with the program."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.records import records
from xlreport.assets import names_in
from xlreport.datafile import DEFAULT_STANDARD, read_asset, read_data, with_standard
from xlreport.department import papers_of
from xlreport.errors import Unusable
from xlreport.model.inputs import Inputs, empty, with_values
from xlreport.model.numbers import percent_text, rounded
from xlreport.model.rates import RATES
from xlreport.model.scorecard import Card, Scores
from xlreport.model.scoring import FULL
from xlreport.model.self_evaluation import (
    BY_BANDS,
    BY_INDICATORS,
    BY_STEPS,
    BY_UNIT,
    LEVELS_1,
    Criterion,
    Indicator,
    ScoreBand,
)
from xlreport.report import evaluate

D = Decimal
BASE = read_data(Path(__file__).parent / "cases" / "base.toml")
STANDARDS = names_in("scoring")


def indicator(points: str, score: str | None = None, level_1: str = "产出指标", **values: Any) -> Indicator:
    """One that is judged, with these points and its score."""
    row: dict[str, Any] = {"level_1": level_1, "name": "指标", "direction": "定性", "band": "达成"}
    scored = {"points": D(points), "score": None if score is None else D(score)}
    return Indicator(**{**dict.fromkeys(Indicator._fields), **row, **scored, **values})


def criterion(**values: Any) -> Criterion:
    return Criterion(**{**dict.fromkeys(Criterion._fields), **values})


def spent(executed: str, full_year: str, *indicators: Indicator) -> Inputs:
    """A department that has spent so much of its full year's budget, by the standard of 财预〔2020〕10号."""
    return with_values(
        with_standard(empty(), DEFAULT_STANDARD),
        final={"expenditure": D(executed)},
        full_year={"expenditure": D(full_year)},
        indicators=indicators,
    )


def overall(inputs: Inputs) -> Card:
    return evaluate(inputs).scores.cards.overall


def scores(inputs: Inputs) -> Scores:
    return evaluate(inputs).scores


# Executed, full year's budget, the rate as printed, its score of 10 points.
EXECUTION = [
    ("3824.26", "4753.66", "80.45%", "8.04"),  # 零陵区林业局 2021, who print 10
    ("79.27", "100", "79.27%", "7.93"),  # 重庆市梁平区
    ("2030.12", "2030.12", "100%", "10"),  # the published table of which domain.md 2.3 shows the head
    ("5420.82", "5420.82", "100%", "10"),  # 衡东县科技和工业信息化局 2023, who print a rate of 741.17%
    ("11.39", "54", "21.09%", "2.11"),  # a project of theirs
    ("433.8", "438.8", "98.86%", "9.89"),  # another
    ("110", "100", "110%", "10"),  # no more than all of them
    ("0", "100", "0%", "0"),
]


@pytest.mark.parametrize(("executed", "full_year", "rate", "scored"), EXECUTION)
def test_execution_scores_by_its_unrounded_rate(
    executed: str, full_year: str, rate: str, scored: str
) -> None:
    inputs = spent(executed, full_year)
    project = BASE.projects[0]._replace(executed=D(executed), full_year=D(full_year))
    report = evaluate(replace(inputs, projects=(project,)))
    value = report.rates["execution_rate"].value
    assert value is not None
    assert percent_text(value) == rate
    assert report.scores.cards.overall.execution == D(scored)
    assert report.scores.cards.projects[0].execution == D(scored)


def test_a_score_is_not_that_of_the_printed_rate() -> None:
    """10 × 80.45% would be 8.05 (8.045 half-up); it is from 80.4488…%."""
    assert overall(spent("3824.26", "4753.66")).execution == D("8.04")
    assert overall(spent("80.45", "100")).execution == D("8.05")


def test_execution_has_no_score_where_a_figure_is_missing() -> None:
    inputs = spent("0", "0")
    assert overall(inputs).execution is None
    assert overall(with_values(inputs, full_year={"expenditure": None})).execution is None
    assert overall(with_values(spent("1", "2"), final={"expenditure": None})).execution is None


def test_third_level_weights_may_be_unequal() -> None:
    """10+7+7+7+7+6+6 = 50 in a published table."""
    output = [indicator(points, points) for points in ("10", "7", "7", "7", "7", "6", "6")]
    rest = (indicator("30", "28.5", "效益指标"), indicator("10", "9", "满意度指标"))
    inputs = spent("79.27", "100", *output, *rest)
    card = overall(inputs)
    assert (card.given("产出指标"), card.points, card.total, card.grade) == (D(50), D(100), D("95.43"), "优")
    assert not {finding.rule for finding in evaluate(inputs).findings} & {"T04", "T05", "T11"}


# Lower bounds belong to their grade: 财预〔2020〕10号; one province's system let exactly 90 fall through.
GRADED = [
    ("100", "优"),
    ("90", "优"),
    ("89.99", "良"),
    ("80", "良"),
    ("79.99", "中"),
    ("60", "中"),
    ("59.99", "差"),
    ("10", "差"),
]


@pytest.mark.parametrize(("total", "called"), GRADED)
def test_a_total_is_graded_at_its_exact_boundary(total: str, called: str) -> None:
    inputs = spent("100", "100", indicator("90", str(D(total) - 10)))
    card = overall(inputs)
    assert (card.total, card.grade) == (D(total), called)
    stated = with_values(inputs, stated={"total_score": D(total), "grade": called})
    assert "T08" not in {finding.rule for finding in evaluate(stated).findings}
    for other in {"优", "良", "中", "差"} - {called}:
        wrong = with_values(stated, stated={"grade": other})
        assert "T08" in {finding.rule for finding in evaluate(wrong).findings}


def test_a_total_lacks_no_score() -> None:
    assert overall(spent("100", "100")).total is None  # no indicators
    assert overall(spent("100", "100", indicator("45", "40"), indicator("45"))).total is None
    assert overall(spent("0", "0", indicator("90", "80"))).total is None
    assert overall(replace(spent("0", "0", indicator("90", "80")), criteria=())).total is None
    beyond = overall(spent("100", "100", indicator("90", "91")))
    assert (beyond.total, beyond.grade) == (D(101), None)


# 89.995 is printed 90.00, and so it is called.
@pytest.mark.parametrize(
    ("scored", "total", "called"), [("79.995", "90", "优"), ("79.994", "89.99", "良"), ("69.995", "80", "良")]
)
def test_a_total_is_graded_as_it_is_printed(scored: str, total: str, called: str) -> None:
    card = overall(spent("100", "100", indicator("90", scored)))
    assert (str(card.total), card.grade) == (f"{D(total):.2f}", called)
    line = criterion(name="自评", points=FULL, method="自评", score=D(scored) + 10)
    assert scores(replace(empty(), criteria=(line,))).standard_total == D(total)


def test_the_paper_prints_the_rounded_total() -> None:
    lines = (indicator("80", "70.995"), indicator("10", "9"))
    report = evaluate(replace(spent("100", "100", *lines), unit=BASE.unit))
    (paper,) = (each for each in papers_of(report) if each.name == "附件3")
    _, total, called = paper.rows[-1][-3:]
    assert (str(total.value), called.text) == ("90.00", "优")
    assert total.terms
    assert total.terms.rounded


@pytest.mark.parametrize(
    "others", [{}, {"business_cost": D(30)}, {"remitted": D(20), "affiliated_grant": D(5)}]
)
def test_spending_by_nature_is_all_spending(others: dict[str, Decimal]) -> None:
    """Rule T03 adds up just what 附件3 prints there."""
    spending = {**others, "expenditure": D(1150) + sum(others.values())}
    inputs = with_values(BASE, full_year=spending)
    short = with_values(inputs, full_year={"basic": D(1)})
    for record, found in ((inputs, False), (short, True)):
        said = [finding.message for finding in evaluate(record).findings if finding.rule == "T03"]
        assert any("按支出性质分合计" in message for message in said) is found
    (paper,) = (each for each in papers_of(evaluate(inputs)) if each.name == "附件3")
    (row,) = (row for row in paper.rows if any(cell.text == "按支出性质分：" for cell in row))
    assert row[-1].value == spending["expenditure"]


def test_the_units_own_score_goes_before_the_computed_one() -> None:
    measured = {"direction": "≥", "target": "10", "actual": "8"}
    lines = overall(spent("1", "1", indicator("5", None, **measured), indicator("5", "3", **measured))).lines
    assert [(line.row, line.computed, line.score) for line in lines] == [(0, D(4), D(4)), (1, D(4), D(3))]


# 定性 at the closed lower bounds: 100–80% (含80), 80–60% (含60), 60–0%: 财预〔2020〕10号; 80–50 in 湖北省 2020.
@pytest.mark.parametrize(
    ("standard", "band", "score", "kept"),
    [
        ("2020", "达成", "100", True),
        ("2020", "达成", "80", True),
        ("2020", "达成", "79.99", False),
        ("2020", "部分达成", "80", False),
        ("2020", "部分达成", "79.99", True),
        ("2020", "部分达成", "60", True),
        ("2020", "部分达成", "59.99", False),
        ("2020", "未达成", "60", False),
        ("2020", "未达成", "59.99", True),
        ("2020", "未达成", "0", True),
        ("湖北", "达成", "80", True),
        ("湖北", "部分达成", "50", True),
        ("湖北", "部分达成", "49.99", False),
        ("湖北", "未达成", "50", False),
        ("湖北", "未达成", "49.99", True),
    ],
)
def test_a_judged_score_lies_in_its_band(standard: str, band: str, score: str, kept: bool) -> None:
    inputs = with_standard(empty(), standard)
    inputs = replace(inputs, indicators=(indicator("100", score, band=band, reason="按期整改"),))
    assert ("T11" not in {finding.rule for finding in evaluate(inputs).findings}) is kept


def test_a_project_has_its_own_indicators_and_no_stray_ones() -> None:
    cards = scores(BASE).cards
    assert [[line.row for line in card.lines] for card in (cards.overall, *cards.projects)] == [
        [0, 1, 2, 3, 4, 5, 6], [7, 8, 9], [10, 11, 12], [13, 14, 15],
    ]  # fmt: skip
    assert [card.total for card in cards.projects] == [D("99.33"), D("99.38"), D("98.33")]
    stray = BASE.indicators[7]._replace(project="没有的项目")
    with_stray = scores(replace(BASE, indicators=(*BASE.indicators, stray))).cards
    assert with_stray == cards


def test_of_two_projects_of_a_name_the_first_has_the_indicators() -> None:
    twice = (BASE.projects[0], BASE.projects[0])
    assert [len(card.lines) for card in scores(replace(BASE, projects=twice)).cards.projects] == [3, 0]


def test_a_project_without_a_name_has_not_those_of_the_department() -> None:
    nameless = BASE.projects[0]._replace(name=None)
    cards = scores(replace(BASE, projects=(nameless,))).cards
    assert (len(cards.overall.lines), len(cards.projects[0].lines)) == (7, 0)


def test_the_points_of_a_projects_execution_are_a_setting() -> None:
    assert {card.execution_points for card in scores(BASE).cards.projects} == {10}
    assert {card.execution_points for card in scores(with_standard(BASE, "湖北")).cards.projects} == {20}


@pytest.mark.parametrize(
    ("standard", "scored", "all_points"),
    [("2020", "9.57", 100), ("湖北", "19.13", 110), ("湖南", "9.57", 100), ("四川", "9.57", 100)],
)
def test_every_standard_leaves_the_execution_its_points(standard: str, scored: str, all_points: int) -> None:
    """The scoring table of 湖南 and 四川 has no line for it; 附件3, another paper, has."""
    inputs = with_standard(BASE, standard)
    card = overall(inputs)
    assert (card.execution, card.points) == (D(scored), D(all_points))

    def told(execution_score: str) -> set[str]:
        found = evaluate(with_values(inputs, stated={"execution_score": D(execution_score)})).findings
        overall_ones = ("stated.execution_score", "indicators[0].points")
        return {f.rule for f in found if f.rule in ("T02", "T04") and f.fields[0] in overall_ones}

    assert told(scored) == ({"T04"} if standard == "湖北" else set())
    assert "T02" in told("8")


def test_without_a_line_that_scores_the_execution_the_setting_counts() -> None:
    inputs = replace(spent("1", "2"), criteria=())
    assert (overall(inputs).execution_points, overall(inputs).execution) == (D(10), D(5))
    more = overall(with_values(inputs, settings={"execution_points": D(20)}))
    assert (more.execution_points, more.execution) == (D(20), D(10))
    blank_line = replace(inputs, criteria=(criterion(name="预算执行率", method="按执行率"),))
    assert overall(blank_line).execution_points is None  # rule M01 asks for it


# The scoring standards that come with the program.


def points_of(lines: Sequence[Criterion]) -> list[Decimal | None]:
    return [line.points for line in lines]


@pytest.mark.parametrize("name", STANDARDS)
def test_a_standard_sums_to_a_hundred_and_can_be_computed(name: str) -> None:
    assert read_asset("scoring", name, "评分标准")["title"]
    inputs = with_standard(empty(), name)
    assert sum(filter(None, points_of(inputs.criteria))) == FULL
    assert all(line.standard for line in inputs.criteria)
    labels = {rate.label for rate in RATES.values()}
    assert {line.rate for line in inputs.criteria if line.method in (BY_STEPS, BY_BANDS)} <= labels
    names = [line.name for line in inputs.criteria]
    assert len(names) == len(set(names))
    assert {line.name for line in inputs.criteria if line.method == BY_BANDS} == {
        b.item for b in inputs.bands
    }
    findings = evaluate(replace(inputs, unit=BASE.unit)).findings
    assert {finding.rule for finding in findings} == {"M01"}  # the required figures, which are blank
    assert not {path for finding in findings for path in finding.fields if path.startswith("criteria")}


@pytest.mark.parametrize("name", STANDARDS)
def test_a_standard_computes_every_line_that_the_unit_does_not(name: str) -> None:
    inputs = with_standard(BASE, name)
    lines = scores(inputs).criteria
    assert [line.criterion.method for line in lines if line.score is None] == [
        line.method for line in inputs.criteria if line.method == BY_UNIT
    ]
    for line in lines:  # that indicators have more points than their line says rule T04
        if line.criterion.method != BY_INDICATORS:
            assert line.score is None or 0 <= line.score <= (line.criterion.points or 0)
    assert (scores(inputs).standard_total is None) is any(line.score is None for line in lines)


def test_the_standards_are_those_of_their_sources() -> None:
    assert set(STANDARDS) == {"2020", "湖北", "湖南", "四川"}

    def lines(name: str) -> list[tuple[str | None, Decimal | None]]:
        return [(line.name, line.points) for line in with_standard(empty(), name).criteria]

    output, effect, content = LEVELS_1[:3]
    assert lines("2020") == [
        ("预算执行率", D(10)),
        (output, D(50)),
        (effect, D(30)),
        (content, D(10)),
    ]
    assert lines("湖北") == [("预算执行率", D(20)), ("绩效指标", D(80))]
    assert [points for _, points in lines("四川")] == [25, 30, 45]
    assert dict(lines("湖南")) == {
        **dict.fromkeys(("在职人员控制率", "三公经费变动率", "预算完成率", "预算控制率"), 5),
        **{"新建楼堂馆所面积控制率": 5, "新建楼堂馆所投资概算控制率": 5, "公用经费控制率": 8},
        **{"三公经费控制率": 7, "政府采购执行率": 6, "管理制度健全性": 8, "资金使用合规性": 6},
        **{"预决算信息公开性": 5, "职责履行": 8, "履职效益": 22},
    }


def test_the_standard_of_2020_adds_up_to_the_card() -> None:
    report = evaluate(with_standard(BASE, "2020"))
    assert [line.score for line in report.scores.criteria] == [D("9.57"), D(50), D(28), D(9)]
    assert report.scores.standard_total == report.scores.cards.overall.total == D("96.57")


def test_in_hubei_all_indicators_share_one_line() -> None:
    report = evaluate(with_standard(BASE, "湖北"))
    assert [line.score for line in report.scores.criteria] == [D("19.13"), D(87)]
    assert {
        f.message for f in report.findings if f.rule == "T04" and f.fields[0] == "indicators[0].points"
    } == {"部门整体预算执行率20分和各指标的分值合计110分，应为100分，相差10分；请核对绩效指标的分值。"}


# One department by the whole table of Hunan: its figures, and each line by hand.
HUNAN: dict[str, dict[str, Any]] = {
    "establishment": {"total": 143},
    "in_post": {"total": 136},
    "three_public_prior_budget": {"total": D(32)},
    "three_public_budget": {"total": D("63.46")},
    "three_public_final": {"total": D(60)},
    "initial": {"expenditure": D("2710.42"), "public": D(100)},
    "adjustment": {"additions": D(0)},
    "balance": {"closing": D("19.8")},
    "buildings": {"approved_investment": D(120), "actual_investment": D(133)},
    "final": {"public": D("103.5")},
    "procurement_budget": {"total": D(100)},
    "procurement_final": {"total": D(88)},
}
SELF_SCORED = {
    "管理制度健全性": D("7.5"),
    "资金使用合规性": D(6),
    "预决算信息公开性": D(5),
    "职责履行": D(8),
    "履职效益": D(20),
}
BY_HAND = {
    "在职人员控制率": "5",  # 136 ÷ 143 = 95.10%
    "三公经费变动率": "0",  # (63.46 − 32) ÷ 32 = 98.31%: 98 points × 0.5
    "预算完成率": "5",  # (2710.42 − 19.8) ÷ 2710.42 = 99.27%: not yet 5% below
    "预算控制率": "5",  # 0 ÷ 2710.42
    "新建楼堂馆所面积控制率": "5",  # no area: full
    "新建楼堂馆所投资概算控制率": "1",  # 133 ÷ 120 = 110.83%: twice 5%, 2 off each
    "公用经费控制率": "5",  # 103.5 ÷ 100: 3 points, 1 off each of 8
    "三公经费控制率": "7",  # 60 ÷ 63.46 = 94.55%
    "政府采购执行率": "2",  # 88%: twice 5%, 2 off each of 6
    "管理制度健全性": "7.5",
    "资金使用合规性": "6",
    "预决算信息公开性": "5",
    "职责履行": "8",
    "履职效益": "20",
}  # fmt: skip


def hunan(**sections: dict[str, Any]) -> Inputs:
    inputs = with_values(with_values(with_standard(empty(), "湖南"), **HUNAN), **sections)
    scored = (line._replace(score=SELF_SCORED.get(line.name or "")) for line in inputs.criteria)
    return replace(inputs, criteria=tuple(scored))


def hunan_scores(**sections: dict[str, Any]) -> dict[str | None, Decimal | None]:
    return {line.criterion.name: line.score for line in scores(hunan(**sections)).criteria}


def test_the_whole_table_of_hunan() -> None:
    assert hunan_scores() == {name: D(points) for name, points in BY_HAND.items()}
    assert scores(hunan()).standard_total == D("81.5")


@pytest.mark.parametrize(
    ("line", "sections", "scored"),
    [
        ("预算完成率", {"balance": {"closing": D("195.15")}}, "3"),  # 92.80%, its worked example
        ("预算控制率", {"adjustment": {"additions": D("271.042")}}, "4"),  # exactly 10%
        ("预算控制率", {"adjustment": {"additions": D("271.4")}}, "3"),  # 10.01%
        ("预算控制率", {"adjustment": {"additions": D("542.084")}}, "3"),
        ("预算控制率", {"adjustment": {"additions": D("542.4")}}, "2"),
        ("预算控制率", {"adjustment": {"additions": D("813.126")}}, "2"),
        ("预算控制率", {"adjustment": {"additions": D("813.4")}}, "0"),
        ("新建楼堂馆所面积控制率", {"buildings": {"approved_area": D(0), "actual_area": D(0)}}, "5"),
        ("新建楼堂馆所面积控制率", {"buildings": {"approved_area": D(500), "actual_area": D(500)}}, "5"),
        ("新建楼堂馆所面积控制率", {"buildings": {"approved_area": D(500), "actual_area": D(525)}}, "3"),
        # Something was built: without an approved area there is no rate, and no points for having none.
        ("新建楼堂馆所面积控制率", {"buildings": {"actual_area": D(500)}}, None),
        ("新建楼堂馆所面积控制率", {"buildings": {"approved_area": D(0), "actual_area": D(500)}}, None),
        ("新建楼堂馆所面积控制率", {"buildings": {"approved_area": D(500)}}, None),
        ("政府采购执行率", {"procurement_budget": {"total": None}}, None),
        ("政府采购执行率", {"procurement_final": {"total": D(104)}}, "6"),
        ("政府采购执行率", {"procurement_final": {"total": D(112)}}, "2"),
    ],
)
def test_a_line_of_hunan_at_its_boundary(
    line: str, sections: dict[str, dict[str, Any]], scored: str | None
) -> None:
    assert hunan_scores(**sections)[line] == (None if scored is None else D(scored))


@pytest.mark.parametrize(
    "line",
    [
        criterion(name="没有方法", points=FULL),
        criterion(name="没有这个指标", points=FULL, method="逐步扣分", rate="三公变动率", full_without="是"),
        criterion(name="没有分档", points=FULL, method="分档", rate="预算执行率"),
        criterion(name="产出指标", points=FULL, method="按指标"),
        criterion(name="没有自评", points=FULL, method="自评"),
    ],
    ids=lambda line: str(line.name),
)
def test_a_line_that_cannot_be_computed_has_no_score(line: Criterion) -> None:
    inputs = replace(spent("100", "100"), criteria=(line,))
    assert scores(inputs).criteria[0].score is None
    assert scores(inputs).standard_total is None


def test_bands_are_those_of_their_own_line() -> None:
    line = criterion(name="执行", points=D(10), method="分档", rate="预算执行率")
    inputs = replace(spent("100", "100"), criteria=(line,), bands=(ScoreBand("别的", D(2), D(9)),))
    assert scores(inputs).criteria[0].score is None
    own = replace(inputs, bands=(*inputs.bands, ScoreBand("执行", D(2), D(7))))
    assert scores(own).criteria[0].score == 7


def test_without_a_standard_there_is_no_total() -> None:
    assert scores(empty()).standard_total is None


@pytest.mark.parametrize("name", ["2021", "", "../sample"])
def test_an_unknown_standard_names_those_that_there_are(name: str) -> None:
    with pytest.raises(Unusable, match=r"^没有“.*”这个评分标准；可用的有：2020、.*。$"):
        with_standard(empty(), name)


def test_a_standard_leaves_everything_else_as_it_was() -> None:
    changed = with_standard(with_values(BASE, settings={"low_rate": D("0.7")}), "湖北")
    assert changed.settings == BASE.settings._replace(
        low_rate=D("0.7"), execution_points=D(20), achieved_from=D("0.8"), partly_from=D("0.5")
    )
    assert replace(changed, settings=BASE.settings, criteria=BASE.criteria, bands=BASE.bands) == BASE


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(records())
def test_whatever_a_workbook_holds_is_scored_within_its_points(inputs: Inputs) -> None:
    def within(score: Decimal | None, points: Decimal | None) -> bool:
        """Points may have more decimals than a score, which is rounded half-up."""
        return score is None or 0 <= score <= max(points or D(0), rounded(points or D(0)))

    report = evaluate(inputs)
    for card in (report.scores.cards.overall, *report.scores.cards.projects):
        assert within(card.execution, card.execution_points)
        assert all(within(line.computed, line.indicator.points) for line in card.lines)
        assert card.grade in (None, "优", "良", "中", "差")
    for each in report.scores.criteria:
        assert each.score is None or each.score >= 0
    assert report.outcomes
