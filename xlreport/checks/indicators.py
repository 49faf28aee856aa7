"""T: one indicator of the self-evaluation tables, its target, its score, and why points were lost."""

import re
from decimal import Decimal

from xlreport.checks.required import unfilled
from xlreport.checks.rule import KEPT, NOT_APPLICABLE, Breach, Level, Verdict, rule
from xlreport.checks.self_evaluation import points as in_points
from xlreport.model.numbers import CENT, percent_text
from xlreport.model.scoring import comparable, number_of, quantity_score
from xlreport.model.self_evaluation import (
    ACHIEVED,
    AT_LEAST,
    PARTLY,
    QUALITATIVE,
    REVERSE,
    Criterion,
    Indicator,
)

_WITHIN = "{score}大于{points}，超出{difference}"


@rule("T05", Level.HARD, "得分不大于分值", _WITHIN, "请核对得分和分值", each=Criterion)
@rule("T05", Level.HARD, "得分不大于分值", _WITHIN, "请核对得分和分值", each=Indicator)
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
def score_is_pro_rata(
    target: str, actual: str, direction: str, points: Decimal, score: Decimal, settings_far_above: Decimal
) -> Verdict:
    due, figures = quantity_score(target, actual, direction, points), comparable(target, actual)
    if due is None or not figures:
        return NOT_APPLICABLE
    # One that is far above its target has to be marked down.
    marked_down = score < due and direction == AT_LEAST and _is_far_above(*figures, settings_far_above)
    if marked_down or abs(score - due) <= CENT:
        return KEPT
    wanted = f"反向指标值{target}" if direction == REVERSE else f"指标值{direction}{target}"
    words = f"{wanted}，完成值{actual}，分值{in_points(points)}，得分{in_points(score)}，应为{in_points(due)}"
    return Breach(words=f"{words}，相差{in_points(abs(score - due))}", at=("score", "target", "actual"))


@rule(
    "T06",
    Level.EXPLAIN,
    "定量指标的指标值和完成值是数",
    "",
    "请填一个数，或把指标性质改为定性并填得分",
    each=Indicator,
)
def quantity_is_a_number(target: str | None, actual: str | None, direction: str) -> Verdict:
    """Without numbers there is nothing to be pro rata to: a blank, a text, a range."""
    if direction == QUALITATIVE:
        return NOT_APPLICABLE
    if comparable(target, actual):
        return KEPT
    for key, label, text in (("target", "指标值", target), ("actual", "完成值", actual)):
        if text is None:
            return Breach(words=f"没有填{label}，不能计分", at=(key,))
        if number_of(text) is None:
            return Breach(words=f"{label}“{text}”不是一个数（文字或区间），不能按比例计分", at=(key,))
    if (number_of(target) or 0) < 0:
        return Breach(words=f"指标值“{target}”是负数，不能按比例计分", at=("target",))
    words = f"指标值“{target}”和完成值“{actual}”一个带%、一个不带，不能计分"
    return Breach(words=words, at=("actual", "target"))


_ZERO = "定量指标的指标值不为0"
_ZERO_REMEDY = "请核对指标值"


@rule("T06", Level.EXPLAIN, _ZERO, "指标值为0，任何完成值都算达成", _ZERO_REMEDY, each=Indicator)
def least_is_not_zero(target: str, direction: str) -> Verdict:
    if direction != AT_LEAST or number_of(target) is None:
        return NOT_APPLICABLE
    return KEPT if number_of(target) else Breach(at=("target",))


@rule(
    "T06",
    Level.HINT,
    _ZERO,
    "指标值为0，完成值也为0得满分，否则不得分，没有比例可言",
    _ZERO_REMEDY,
    each=Indicator,
)
def most_is_seldom_zero(target: str, direction: str) -> Verdict:
    if direction in (AT_LEAST, QUALITATIVE) or number_of(target) is None:
        return NOT_APPLICABLE
    return KEPT if number_of(target) else Breach(at=("target",))


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
    given = quantity_score(target, actual, direction, points) if score is None else score
    if given is None:
        return NOT_APPLICABLE
    if reason or given >= points:
        return KEPT
    words = f"分值{in_points(points)}，得分{in_points(given)}，没有说明偏差原因"
    return Breach(words=words, at=("reason", "score", "points"))


@rule("T09", Level.EXPLAIN, "完成值没有远超指标值", "", "请在偏差原因栏说明指标值为何偏低", each=Indicator)
def target_is_not_far_too_low(
    target: str,
    actual: str,
    direction: str,
    points: Decimal | None,
    score: Decimal | None,
    reason: str | None,
    settings_far_above: Decimal,
) -> Verdict:
    """Source: 财预〔2020〕10号: a result far above its target is marked down.

    Where it was, T07 already asks for the reason.
    """
    figures = comparable(target, actual) if direction == AT_LEAST else None
    if not figures or not figures[0]:
        return NOT_APPLICABLE
    marked_down = score is not None and points is not None and score < points
    if reason or marked_down or not _is_far_above(*figures, settings_far_above):
        return KEPT
    words = f"指标值{target}，完成值{actual}，超过指标值的{percent_text(settings_far_above)}，没有说明原因"
    return Breach(words=words, at=("reason", "target", "actual"))


def _is_far_above(target: Decimal, actual: Decimal, limit: Decimal) -> bool:
    return actual > target * limit


_MONEY = "[百千万亿]*元"
_MONEY_UNIT = re.compile(_MONEY)  # 单元 is none
_MONEY_TEXT = re.compile(rf"\d\s*{_MONEY}$|[（(]{_MONEY}[）)]$")  # nor is 50万元以上的项目数


@rule(
    "T10",
    Level.HINT,
    "数量指标不重复资金数",
    "",
    "数量指标应写做了多少事，花了多少钱由执行率反映，请考虑更换",
    each=Indicator,
)
def quantity_is_no_money(level_2: str, name: str, unit: str | None, target: str | None) -> Verdict:
    if "数量" not in level_2:
        return NOT_APPLICABLE
    said = [key for key, text in (("target", target), ("name", name)) if text and _MONEY_TEXT.search(text)]
    if unit and _MONEY_UNIT.fullmatch(unit):
        said = ["unit", *said]
    shown = (target or "").removesuffix(unit or "") + (unit or "")
    return Breach(words=f"数量指标的指标值{shown}是金额", at=tuple(said)) if said else KEPT


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
    """The lower bound is that of its band."""
    if direction != QUALITATIVE or not points:
        return NOT_APPLICABLE
    if band is None or score is None:
        return unfilled(Indicator, "定性指标", band=band, score=score)
    achieved, partly = points * settings_achieved_from, points * settings_partly_from
    least, below = {ACHIEVED: (achieved, None), PARTLY: (partly, achieved)}.get(band, (Decimal(), partly))
    if score >= least and (below is None or score < below):
        return KEPT  # that it is above its points says T05
    bounds = [f"不低于{in_points(least)}"] if least else []
    bounds += [f"低于{in_points(below)}"] if below is not None else []
    words = f"完成程度为{band}，分值{in_points(points)}，得分{in_points(score)}，应{'、'.join(bounds)}"
    return Breach(words=words, at=("score", "band", "points"))
