"""T: the self-evaluation tables as a whole; what is said of one indicator stands in `indicators`."""

from collections.abc import Sequence
from decimal import Decimal

from xlreport.checks.budget import USES
from xlreport.checks.rule import KEPT, NOT_APPLICABLE, Breach, Level, Verdict, rule, stated
from xlreport.checks.words import amount, shown, some, worded
from xlreport.model.fields import fields_of, places_of
from xlreport.model.inputs import Inputs, Project
from xlreport.model.numbers import CENT, percent_text
from xlreport.model.scorecard import Card
from xlreport.model.scoring import FULL, grade, score
from xlreport.model.self_evaluation import BY_INDICATORS, FundSources

_POINTS = places_of(Inputs)["indicators_points"].field


def points(value: Decimal) -> str:
    """Points as a message shows them: 8.04分."""
    return shown(_POINTS, value)


stated("T01", "自评表执行率等于全年执行数除以全年预算数", "stated_execution_rate", "execution_rate")

_PRO_RATA = "执行率得分等于分值乘以执行率"
_PRO_RATA_REMEDY = "请按计算结果更正自评表"


@rule("T02", Level.HARD, _PRO_RATA, "", _PRO_RATA_REMEDY)
def execution_score_is_pro_rata(
    card: Card, stated_execution_score: Decimal, final_expenditure: Decimal, full_year_expenditure: Decimal
) -> Verdict:
    return _execution_score(
        card.execution_points, stated_execution_score, final_expenditure, full_year_expenditure
    )


@rule("T02", Level.HARD, _PRO_RATA, "", _PRO_RATA_REMEDY, each=Project)
def project_execution_score_is_pro_rata(
    card: Card, stated_score: Decimal, executed: Decimal, full_year: Decimal
) -> Verdict:
    return _execution_score(card.execution_points, stated_score, executed, full_year)


def _execution_score(
    full: Decimal | None, printed: Decimal, executed: Decimal, full_year: Decimal
) -> Verdict:
    """Source: 财预〔2020〕10号; from the unrounded rate."""
    due = None if full is None else score(executed, full_year, full)
    if full is None or due is None:
        return NOT_APPLICABLE
    if abs(printed - due) <= CENT:
        return KEPT
    rate = percent_text(executed / full_year)
    words = f"公布的执行率得分{points(printed)}，执行率{rate}，分值{points(full)}，应得{points(due)}"
    return Breach(words=f"{words}，相差{points(abs(printed - due))}")


_SPLIT = "按收入性质、按支出性质分的合计都等于年度资金总额"


def _split(label: str, whole: str, parts: Sequence[str], remedy: str) -> None:
    """Register the rule that one way of splitting a column gives its total.

    年初预算 and 决算 by nature have rules of their own, B02 and F02.
    """

    @rule("T03", Level.HARD, _SPLIT, "", remedy, figures=(whole, *parts))
    def parts_give_the_total(total: Decimal | None, *parts: Decimal | None) -> Verdict:
        filled = [part for part in parts if part is not None]
        if total is None or not filled:
            return NOT_APPLICABLE
        split = sum(filled, Decimal())
        if abs(split - total) <= CENT:
            return KEPT
        words = f"{label}合计{amount(split)}，{worded(whole, total)}"
        return Breach(words=f"{words}，相差{amount(abs(split - total))}")


def _by_source(section: str, whole: str) -> None:
    """Register the rule that the sources of a column give its total."""
    sources = [places_of(Inputs)[f"{section}_{field.key}"] for field in fields_of(FundSources)]
    keys = [f"{section}_{source.field.key}" for source in sources]
    _split(sources[0].section.label, whole, keys, "请核对资金来源各栏和总支出")


_by_source("funds_full_year", "full_year_expenditure")
_by_source("funds_executed", "final_expenditure")
_split(
    "全年预算按支出性质分",
    "full_year_expenditure",
    [f"full_year_{use}" for use in USES],
    "请核对全年预算的基本支出、项目支出等各栏和总支出",
)

_AMOUNTS = ("initial", "full_year", "executed")
_Amounts = tuple[Decimal | None, ...]


@rule(
    "T03",
    Level.HARD,
    _SPLIT,
    "",
    "请核对“项目资金”表和“项目支出”表",
    figures=tuple(
        f"{table}_{key}"
        for table, name in (("projects", "name"), ("funds", "project"))
        for key in (name, *_AMOUNTS)
    ),
)
def project_funds_give_the_total(
    names: tuple[str | None, ...],
    initial: _Amounts,
    full_year: _Amounts,
    executed: _Amounts,
    funded: tuple[str | None, ...],
    *amounts: _Amounts,
) -> Verdict:
    """The sources of each project that has any, column by column."""
    if not any(funded):
        return NOT_APPLICABLE
    rows: dict[str, int] = {}  # of two projects of a name the first has the money
    for row, name in enumerate(names):
        if name:
            rows.setdefault(name, row)
    sources: dict[str | None, list[int]] = {}
    for at, name in enumerate(funded):
        sources.setdefault(name, []).append(at)
    words, paths = [], []
    for key, totals, parts in zip(_AMOUNTS, (initial, full_year, executed), amounts, strict=True):
        for name, row in rows.items():
            filled = [part for at in sources.get(name, ()) if (part := parts[at]) is not None]
            total, split = totals[row], sum(filled, Decimal())
            if total is None or not filled or abs(split - total) <= CENT:
                continue
            figures = f"{worded(key, total, Project)}，各资金来源合计{amount(split)}"
            words.append(f"【{name}】{figures}，相差{amount(abs(split - total))}")
            paths += [f"projects[{row}].{key}", *(f"funds[{at}].{key}" for at in sources[name])]
    if not words:
        return KEPT
    more = f"，另有{len(words) - 3}处" if len(words) > 3 else ""
    return Breach(words="；".join(words[:3]) + more, paths=tuple(paths))


_HUNDRED = "分值合计为100分"


@rule("T04", Level.HARD, _HUNDRED, "", "请核对绩效指标的分值", each=Project)
@rule("T04", Level.HARD, _HUNDRED, "", "请核对绩效指标的分值")
def points_sum_to_a_hundred(card: Card) -> Verdict:
    if not card.lines:
        return NOT_APPLICABLE
    if card.points == FULL:
        return KEPT
    execution = f"预算执行率{points(card.execution_points)}和" if card.execution_points else ""
    words = f"{_whose(card)}{execution}各指标的分值合计{points(card.points)}，应为{points(FULL)}"
    paths = (*card.paths("points"), *([card.source] if card.source else []))
    return Breach(words=f"{words}，相差{points(abs(FULL - card.points))}", paths=paths)


def _whose(card: Card) -> str:
    """How a sentence about a card begins; that about a project already names it."""
    return "" if card.lines[0].indicator.project else "部门整体"


@rule("T04", Level.HARD, _HUNDRED, "", "请核对“评分标准”表的分值")
def standard_sums_to_a_hundred(criteria_points: tuple[Decimal | None, ...]) -> Verdict:
    if not criteria_points:
        return NOT_APPLICABLE
    given = sum(filter(None, criteria_points), Decimal())
    words = f"评分标准的分值合计{points(given)}，应为{points(FULL)}，相差{points(abs(FULL - given))}"
    return KEPT if given == FULL else Breach(words=words)


_WEIGHTS = "一级指标的分值与评分标准一致"
_WEIGHTS_REMEDY = "请按评分标准调整分值，确需调整请说明依据"


@rule("T04", Level.EXPLAIN, _WEIGHTS, "", _WEIGHTS_REMEDY, each=Project)
@rule("T04", Level.EXPLAIN, _WEIGHTS, "", _WEIGHTS_REMEDY)
def weights_are_the_standards(
    card: Card,
    criteria_name: tuple[str | None, ...],
    criteria_method: tuple[str | None, ...],
    criteria_points: tuple[Decimal | None, ...],
) -> Verdict:
    """Source: 财预〔2020〕10号: 10/50/30/10 in principle, adjustable in special cases."""
    due = {
        name: due
        for name, method, due in zip(criteria_name, criteria_method, criteria_points, strict=True)
        if method == BY_INDICATORS and name and due is not None
    }
    if not due or card.points != FULL or not card.lines:
        return NOT_APPLICABLE
    words = "；".join(
        f"{name}分值合计{points(given)}，评分标准为{points(of)}，相差{points(abs(given - of))}"
        for name, of in due.items()
        if (given := card.given(name)) != of
    )
    return Breach(words=_whose(card) + words, paths=card.paths("points")) if words else KEPT


@rule("T04", Level.EXPLAIN, "填了绩效指标的，各项目都有指标", "", "请在“绩效指标”表补填，不作自评的请说明")
def projects_have_indicators(
    projects_name: tuple[str | None, ...], indicators_project: tuple[str | None, ...]
) -> Verdict:
    if not indicators_project or not any(projects_name):
        return NOT_APPLICABLE
    having = set(indicators_project)
    lacking = {row: name for row, name in enumerate(projects_name) if name and name not in having}
    if not lacking:
        return KEPT
    words = f"没有绩效指标的项目：{some(lacking.values())}"
    return Breach(words=words, paths=tuple(f"projects[{row}].name" for row in lacking))


@rule("T08", Level.HARD, "总分等于各项得分之和", "", "请更正自评表的总分，或核对各指标的得分")
def total_is_the_sum(card: Card, stated_total_score: Decimal) -> Verdict:
    if card.total is None:
        return NOT_APPLICABLE
    difference = abs(stated_total_score - card.total)
    if difference <= CENT:
        return KEPT
    words = f"公布的总分{points(stated_total_score)}，各项得分之和{points(card.total)}"
    paths = ("stated.total_score", *card.paths("score"), *([card.source] if card.source else []))
    return Breach(words=f"{words}，相差{points(difference)}", paths=paths)


@rule("T08", Level.HARD, "评价等级与总分相符", "", "请更正等级或总分")
def grade_is_that_of_the_total(card: Card, stated_grade: str, stated_total_score: Decimal | None) -> Verdict:
    total = card.total if stated_total_score is None else stated_total_score
    if total is None or not 0 <= total <= FULL:
        return NOT_APPLICABLE
    due = grade(total)
    words = f"公布的等级为{stated_grade}，总分{points(total)}应为{due}"
    return KEPT if stated_grade == due else Breach(words=words)
