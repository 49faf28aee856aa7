"""T: the self-evaluation tables and the scores in them."""

from decimal import Decimal

from xlreport.checks.rule import (
    KEPT,
    NOT_APPLICABLE,
    Breach,
    Level,
    Verdict,
    rule,
    some,
    stated,
)
from xlreport.model.inputs import Project
from xlreport.model.numbers import CENT, percent_text, plain
from xlreport.model.scorecard import Card
from xlreport.model.scoring import FULL, grade, indicator_score, number_of, score
from xlreport.model.self_evaluation import (
    ACHIEVED,
    AT_LEAST,
    BY_INDICATORS,
    EQUAL,
    PARTLY,
    QUALITATIVE,
    Indicator,
)

stated("T01", "自评表执行率等于全年执行数除以全年预算数", "stated_execution_rate", "execution_rate")


@rule("T02", Level.HARD, "执行率得分等于分值乘以执行率", "", "请按计算结果更正自评表")
def execution_score_is_pro_rata(
    card: Card, stated_execution_score: Decimal, final_expenditure: Decimal, full_year_expenditure: Decimal
) -> Verdict:
    return _execution_score(
        card.execution_points, stated_execution_score, final_expenditure, full_year_expenditure
    )


@rule("T02", Level.HARD, "执行率得分等于分值乘以执行率", "", "请按计算结果更正自评表", each=Project)
def project_execution_score_is_pro_rata(
    card: Card, stated_score: Decimal, executed: Decimal, full_year: Decimal
) -> Verdict:
    return _execution_score(card.execution_points, stated_score, executed, full_year)


def _execution_score(
    points: Decimal | None, printed: Decimal, executed: Decimal, full_year: Decimal
) -> Verdict:
    """Source: 财预〔2020〕10号; from the unrounded rate."""
    due = None if points is None else score(executed, full_year, points)
    if points is None or due is None:
        return NOT_APPLICABLE
    if abs(printed - due) <= CENT:
        return KEPT
    rate = percent_text(executed / full_year)
    words = f"公布的执行率得分{plain(printed)}分，执行率{rate}，{plain(points)}分应得{plain(due)}分"
    return Breach(words=f"{words}，相差{plain(abs(printed - due))}分")


def _funds(column: str, label: str, sources: tuple[str, ...], whole: str) -> None:
    """Register the rule that a way of splitting 年度资金总额 gives all of it.

    年初预算 needs none of its own: there income and spending are split by B01 to B03.
    """

    @rule(
        "T03",
        Level.HARD,
        "按收入性质、按支出性质分的合计等于年度资金总额",
        "",
        "请核对“收支情况”表的来源和支出各栏",
        figures=(whole, *sources),
    )
    def parts_give_the_total(total: Decimal | None, *parts: Decimal | None) -> Verdict:
        filled = [part for part in parts if part is not None]
        if total is None or not filled:
            return NOT_APPLICABLE
        split = sum(filled, Decimal())
        if abs(split - total) <= CENT:
            return KEPT
        return Breach(
            words=f"{column}{label}合计{plain(split)}万元，年度资金总额{plain(total)}万元，"
            f"相差{plain(abs(split - total))}万元"
        )


_SOURCES = ("general_public", "government_fund", "special_account", "other")
_funds("全年预算", "按资金来源分", tuple(f"funds_full_year_{s}" for s in _SOURCES), "full_year_expenditure")
_funds("决算", "按资金来源分", tuple(f"funds_executed_{s}" for s in _SOURCES), "final_expenditure")
_funds("全年预算", "按支出性质分", ("full_year_basic", "full_year_project"), "full_year_expenditure")


@rule(
    "T03",
    Level.HARD,
    "按收入性质、按支出性质分的合计等于年度资金总额",
    "",
    "请核对“项目资金”表和“项目支出”表",
    figures=(
        *(f"projects_{key}" for key in ("name", "initial", "full_year", "executed")),
        *(f"funds_{key}" for key in ("project", "initial", "full_year", "executed")),
    ),
)
def project_funds_give_the_total(*columns: tuple[object, ...]) -> Verdict:
    """The sources of each project that has any, per column."""
    if not columns[4]:
        return NOT_APPLICABLE
    sums: dict[object, list[Decimal | None]] = {}
    for project, *amounts in zip(*columns[4:], strict=True):
        known = sums.setdefault(project, [None] * 3)
        for at, amount in enumerate(amounts):
            if isinstance(amount, Decimal):
                known[at] = (known[at] or Decimal()) + amount
    keys, labels = ("initial", "full_year", "executed"), ("年初预算数", "全年预算数", "全年执行数")
    wrong, paths = [], []
    for row, (name, *totals) in enumerate(zip(*columns[:4], strict=True)):
        for key, label, split, total in zip(keys, labels, sums.pop(name, ()), totals, strict=False):
            if split is not None and isinstance(total, Decimal) and abs(split - total) > CENT:
                difference = plain(abs(split - total))
                wrong.append(
                    f"【{name}】{label}{plain(total)}万元，各来源合计{plain(split)}万元，相差{difference}万元"
                )
                paths.append(f"projects[{row}].{key}")
    if not wrong:
        return KEPT
    more = f"，另有{len(wrong) - 3}处" if len(wrong) > 3 else ""
    return Breach(words="项目" + "；".join(wrong[:3]) + more, paths=tuple(paths))


@rule("T04", Level.HARD, "分值合计为100分", "", "请核对绩效指标的分值")
def points_sum_to_a_hundred(card: Card) -> Verdict:
    return _hundred(card, "部门整体")


@rule("T04", Level.HARD, "分值合计为100分", "", "请核对绩效指标的分值", each=Project)
def project_points_sum_to_a_hundred(card: Card) -> Verdict:
    return _hundred(card, "")


def _hundred(card: Card, whose: str) -> Verdict:
    if not card.lines:
        return NOT_APPLICABLE
    if card.points == FULL:
        return KEPT
    execution = plain(card.execution_points or Decimal())
    words = f"{whose}预算执行率{execution}分和各指标的分值合计{plain(card.points)}分，应为100分"
    return Breach(words=f"{words}，相差{plain(abs(FULL - card.points))}分", paths=card.paths("points"))


@rule("T04", Level.HARD, "分值合计为100分", "", "请核对“评分标准”表的分值")
def standard_sums_to_a_hundred(criteria_points: tuple[Decimal | None, ...]) -> Verdict:
    given = sum((points for points in criteria_points if points), Decimal())
    if not criteria_points:
        return NOT_APPLICABLE
    words = f"评分标准的分值合计{plain(given)}分，应为100分，相差{plain(abs(FULL - given))}分"
    return KEPT if given == FULL else Breach(words=words, at=("criteria_points",))


@rule(
    "T04",
    Level.EXPLAIN,
    "一级指标的分值与评分标准一致",
    "",
    "请按评分标准调整分值，确需调整请说明依据",
    figures=("card", "criteria_name", "criteria_method", "criteria_points"),
)
def weights_are_the_standards(
    card: Card,
    names: tuple[str | None, ...],
    methods: tuple[str | None, ...],
    points: tuple[Decimal | None, ...],
) -> Verdict:
    by_indicators = [
        (name, due)
        for name, method, due in zip(names, methods, points, strict=True)
        if method == BY_INDICATORS and name and due is not None
    ]
    if not card.lines or not by_indicators or card.points != FULL:
        return NOT_APPLICABLE
    wrong = []
    for name, due in by_indicators:
        given = sum((line.indicator.points or Decimal() for line in card.level(name)), Decimal())
        if given != due:
            wrong.append(f"{name}{plain(given)}分（评分标准{plain(due)}分）")
    return Breach(words="、".join(wrong), paths=card.paths("points")) if wrong else KEPT


@rule("T04", Level.EXPLAIN, "有绩效指标的部门，各项目都有指标", "", "请在“绩效指标”表补填，不作自评的请说明")
def projects_have_indicators(
    projects_name: tuple[str | None, ...], indicators_project: tuple[str | None, ...]
) -> Verdict:
    having = set(indicators_project) - {None}
    if not having:
        return NOT_APPLICABLE
    lacking = [(row, name) for row, name in enumerate(projects_name) if name and name not in having]
    if not lacking:
        return KEPT
    words = f"没有绩效指标的项目：{some(name for _, name in lacking)}"
    return Breach(words=words, paths=tuple(f"projects[{row}].name" for row, _ in lacking))


@rule(
    "T05",
    Level.HARD,
    "得分不大于分值",
    "{score}大于{points}，超出{difference}",
    "请核对得分和分值",
    each=Indicator,
)
def score_is_within_its_points(score: Decimal, points: Decimal) -> Verdict:
    return Breach(score - points) if score > points else KEPT


@rule(
    "T06",
    Level.EXPLAIN,
    "定量指标达成得满分，未达成按比例得分",
    "",
    "请按计算结果更正得分，另有规定的请说明",
    each=Indicator,
)
def score_is_pro_rata(target: str, actual: str, direction: str, points: Decimal, score: Decimal) -> Verdict:
    due = indicator_score(_indicator(target=target, actual=actual, direction=direction, points=points))
    if due is None:
        return NOT_APPLICABLE
    if abs(score - due) <= CENT:
        return KEPT
    words = f"指标值{direction}{target}，完成值{actual}，分值{plain(points)}分，得分{plain(score)}分，应为{plain(due)}分"
    return Breach(words=f"{words}，相差{plain(abs(score - due))}分", at=("score", "target", "actual"))


_NO_SCORE = "请填一个数，或把指标性质改为定性并填得分"


@rule("T06", Level.EXPLAIN, "定量指标的指标值和完成值是数", "", _NO_SCORE, each=Indicator)
def target_can_be_computed_with(target: str | None, actual: str | None, direction: str) -> Verdict:
    """Without a number there is nothing to be pro rata to: a blank, a text, a range, 0 as the least."""
    if direction == QUALITATIVE:
        return NOT_APPLICABLE
    for key, label, text in (("target", "指标值", target), ("actual", "完成值", actual)):
        if text is None:
            return Breach(words=f"没有填{label}，不能计分", at=(key,))
        if number_of(text) is None:
            return Breach(words=f"{label}“{text}”不是一个数（文字或区间），不能按比例计分", at=(key,))
    if number_of(target) == 0 and direction == AT_LEAST:
        return Breach(words="指标值为0，任何完成值都算达成", at=("target",))
    if number_of(target) == 0:
        words = "指标值为0，完成值也为0才得分，不能按比例计分"
        return Breach(words=words, level=Level.HINT, at=("target",))
    return KEPT


@rule(
    "T07",
    Level.EXPLAIN,
    "没有得满分的指标有偏差原因",
    "",
    "请在“偏差原因分析及改进措施”栏说明",
    each=Indicator,
)
def lost_points_have_a_reason(
    score: Decimal | None,
    points: Decimal,
    reason: str | None,
    target: str | None,
    actual: str | None,
    direction: str | None,
) -> Verdict:
    if score is None:
        score = indicator_score(_indicator(target=target, actual=actual, direction=direction, points=points))
    if score is None:
        return NOT_APPLICABLE
    if reason or score >= points:
        return KEPT
    words = f"分值{plain(points)}分，得分{plain(score)}分，没有说明偏差原因"
    return Breach(words=words, at=("reason", "score", "points"))


@rule("T08", Level.HARD, "总分等于各项得分之和", "", "请更正自评表的总分，或核对各指标的得分")
def total_is_the_sum(card: Card, stated_total_score: Decimal) -> Verdict:
    if card.total is None:
        return NOT_APPLICABLE
    if abs(stated_total_score - card.total) <= CENT:
        return KEPT
    difference = plain(abs(stated_total_score - card.total))
    words = f"公布的总分{plain(stated_total_score)}分，各项得分之和{plain(card.total)}分，相差{difference}分"
    return Breach(words=words, paths=("stated.total_score", *card.paths("score")))


@rule("T08", Level.HARD, "评价等级与总分相符", "", "请更正等级或总分")
def grade_is_that_of_the_total(card: Card, stated_grade: str, stated_total_score: Decimal | None) -> Verdict:
    """Source: 财预〔2020〕10号: 90(含) 优, 80(含) 良, 60(含) 中."""
    total = card.total if stated_total_score is None else stated_total_score
    if total is None or not 0 <= total <= FULL:
        return NOT_APPLICABLE
    due = grade(total)
    words = f"公布的等级为{stated_grade}，总分{plain(total)}分应为{due}"
    return KEPT if stated_grade == due else Breach(words=words, at=("stated_grade", "stated_total_score"))


@rule("T09", Level.EXPLAIN, "完成值没有远超指标值", "", "请在偏差原因栏说明指标值为何偏低", each=Indicator)
def target_is_not_far_too_low(
    target: str, actual: str, direction: str, reason: str | None, settings_far_above: Decimal
) -> Verdict:
    """Source: 财预〔2020〕10号: a result far above its target is marked down."""
    due, done = number_of(target), number_of(actual)
    if direction not in (AT_LEAST, EQUAL) or not due or done is None:
        return NOT_APPLICABLE
    if reason or done <= due * settings_far_above:
        return KEPT
    share, limit = percent_text(done / due), percent_text(settings_far_above)
    words = f"完成值{actual}是指标值{target}的{share}，超过{limit}，没有说明原因"
    return Breach(words=words, at=("reason", "target", "actual"))


@rule(
    "T10",
    Level.HINT,
    "数量指标不重复资金数",
    "",
    "数量指标应写做了多少事，资金使用情况由执行率反映，请考虑更换",
    each=Indicator,
)
def quantity_is_no_money(level_2: str, name: str, unit: str | None, target: str | None) -> Verdict:
    if level_2 != "数量指标":
        return NOT_APPLICABLE
    money = any(word in text for word in ("万元", "亿元") for text in (unit or "", target or "", name))
    if not money and unit != "元":
        return KEPT
    return Breach(words="数量指标用的是金额", at=("unit", "target", "name") if unit else ("name", "target"))


@rule(
    "T11",
    Level.HARD,
    "定性指标的得分在完成程度对应的区间内",
    "",
    "请按完成程度填得分",
    each=Indicator,
)
def qualitative_score_is_in_its_band(
    direction: str,
    points: Decimal,
    band: str | None,
    score: Decimal | None,
    settings_achieved_from: Decimal,
    settings_partly_from: Decimal,
) -> Verdict:
    """Source: 财预〔2020〕10号: 100–80% (含80), 80–60% (含60), 60–0%; the lower bound is that of its band."""
    if direction != QUALITATIVE or not points:
        return NOT_APPLICABLE
    if band is None or score is None:
        lacking = tuple(key for key, value in (("band", band), ("score", score)) if value is None)
        labels = "、".join({"band": "完成程度", "score": "得分"}[key] for key in lacking)
        return Breach(words=f"定性指标没有填{labels}", at=lacking)
    bounds = (settings_partly_from, settings_achieved_from)
    least, most = {
        ACHIEVED: (bounds[1], Decimal(1)),
        PARTLY: bounds,
    }.get(band, (Decimal(), bounds[0]))
    share = score / points
    # The upper bound belongs to the band above; full points have none.
    if least <= share < most or (share == most == 1) or share > 1:
        return KEPT
    low, high = (plain(points * bound) for bound in (least, most))
    words = f"完成程度为{band}，分值{plain(points)}分，得分{plain(score)}分，应在{low}分至{high}分之间"
    return Breach(words=words, at=("score", "band", "points"))


def _indicator(**values: object) -> Indicator:
    return Indicator(**(dict.fromkeys(Indicator._fields) | values))
