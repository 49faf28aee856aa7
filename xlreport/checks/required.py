"""M: what must not be blank."""

from collections import Counter
from decimal import Decimal
from typing import Any

from xlreport.checks.rule import NOT_APPLICABLE, Breach, Level, Verdict, rule
from xlreport.checks.words import some
from xlreport.model.fields import Value, fields_of, places_of
from xlreport.model.inputs import Inputs, Project
from xlreport.model.numbers import percent_text, plain
from xlreport.model.rates import RATES
from xlreport.model.self_evaluation import (
    BY_BANDS,
    BY_EXECUTION,
    BY_STEPS,
    Criterion,
    Indicator,
    ProjectFund,
    ScoreBand,
)

REQUIRED = {
    name: place
    for name, place in places_of(Inputs).items()
    if place.field.required and not place.section.table
}
_FILLED = "必填项均已填写"
_REMEDY = "请补填后再检查"


@rule("M01", Level.HARD, _FILLED, "", _REMEDY, figures=tuple(REQUIRED))
def required_fields_are_filled(*values: Value) -> Verdict:
    missing = tuple(name for name, value in zip(REQUIRED, values, strict=True) if value is None)
    labels = "、".join(REQUIRED[name].label for name in missing)
    return Breach(words=f"必填项未填写：{labels}", at=missing) if missing else None


@rule("M01", Level.HARD, _FILLED, "未填写项目名称", _REMEDY, each=Project)
def project_has_a_name(name: str | None) -> Verdict:
    return None if name else Breach(at=("name",))


def unfilled(record: Any, words: str, **values: Value) -> Verdict:
    """Broken where some of these fields of a record are blank; names them."""
    lacking = tuple(key for key, value in values.items() if value is None)
    if not lacking:
        return None
    labels = "、".join(f"“{field.label}”" for field in fields_of(record) if field.key in lacking)
    return Breach(words=f"{words}未填写{labels}", at=lacking)


@rule("M01", Level.HARD, _FILLED, "", _REMEDY, each=ProjectFund)
def fund_names_its_project(project: str | None, source: str | None) -> Verdict:
    return unfilled(ProjectFund, "", project=project, source=source)


@rule("M01", Level.HARD, _FILLED, "", _REMEDY, each=Indicator)
def indicator_is_complete(
    level_1: str | None, name: str | None, direction: str | None, points: Decimal | None
) -> Verdict:
    return unfilled(Indicator, "", level_1=level_1, name=name, direction=direction, points=points)


@rule("M01", Level.HARD, _FILLED, "", _REMEDY, each=Criterion)
def criterion_is_complete(
    name: str | None,
    points: Decimal | None,
    method: str | None,
    rate: str | None,
    at_most: Decimal | None,
    at_least: Decimal | None,
    step: Decimal | None,
    deduction: Decimal | None,
) -> Verdict:
    """What its method needs, so that no line silently scores nothing."""
    needed: dict[str, Value] = {"name": name, "points": points, "method": method}
    if method in (BY_STEPS, BY_BANDS):
        needed["rate"] = rate
    if method == BY_STEPS:
        limit = at_least if at_most is None else at_most
        needed |= {"at_most": limit, "step": step or None, "deduction": deduction}  # no steps of nothing
    return unfilled(Criterion, "", **needed)


@rule("M01", Level.HARD, _FILLED, "", _REMEDY, each=ScoreBand)
def band_is_complete(item: str | None, limit: Decimal | None, points: Decimal | None) -> Verdict:
    return unfilled(ScoreBand, "", item=item, limit=limit, points=points)


@rule("M02", Level.HARD, "项目名称不重复", "", "请改用不同的名称，绩效指标和项目资金才能对上项目")
def project_names_are_unique(projects_name: tuple[str | None, ...]) -> Verdict:
    names = Counter(name for name in projects_name if name)
    if not names:
        return NOT_APPLICABLE
    double = {name for name, count in names.items() if count > 1}
    if not double:
        return None
    paths = tuple(f"projects[{row}].name" for row, name in enumerate(projects_name) if name in double)
    return Breach(words=f"项目名称重复：{some(name for name in names if name in double)}", paths=paths)


@rule("M02", Level.HARD, "评分项目不重复，按执行率的只有一项", "", "请合并或改用不同的名称")
def standard_lines_are_unique(
    criteria_name: tuple[str | None, ...], criteria_method: tuple[str | None, ...]
) -> Verdict:
    """A second line of a name, or a second by the execution of the budget, would score the same twice."""
    if not any(criteria_name):
        return NOT_APPLICABLE
    words, paths = [], []
    names = Counter(name for name in criteria_name if name)
    if double := [name for name, count in names.items() if count > 1]:
        words.append(f"评分项目重复：{some(double)}")
        paths += [f"criteria[{row}].name" for row, name in enumerate(criteria_name) if name in double]
    by_execution = [row for row, method in enumerate(criteria_method) if method == BY_EXECUTION]
    if len(by_execution) > 1:
        words.append(f"有{len(by_execution)}项按执行率计分")
        paths += [f"criteria[{row}].method" for row in by_execution]
    return Breach(words="；".join(words), paths=tuple(paths)) if words else None


def _known_project(section: str, label: str) -> None:
    """Register the rule that a table names projects of 项目支出 only."""

    @rule(
        "M03",
        Level.HARD,
        "所属项目都在项目支出表中",
        "",
        "请与“项目支出”表的项目名称写成一样",
        figures=("projects_name", f"{section}_project"),
    )
    def project_is_known(names: tuple[str | None, ...], named: tuple[str | None, ...]) -> Verdict:
        if not any(named):
            return NOT_APPLICABLE
        known = set(names)
        strays = [(row, name) for row, name in enumerate(named) if name and name not in known]
        if not strays:
            return None
        words = f"{label}的所属项目在“项目支出”表中没有：{some(name for _, name in strays)}"
        return Breach(words=words, paths=tuple(f"{section}[{row}].project" for row, _ in strays))


_known_project("indicators", "绩效指标")
_known_project("funds", "项目资金")


@rule("M03", Level.HARD, "评分标准所用的指标和分档都有", "", "请从“指标计算”表选用名称，并在右表填写分档")
def standard_can_be_computed(
    criteria_name: tuple[str | None, ...],
    criteria_method: tuple[str | None, ...],
    criteria_rate: tuple[str | None, ...],
    bands_item: tuple[str | None, ...],
) -> Verdict:
    rates = {rate.label for rate in RATES.values()}
    words, paths = [], []
    for row, (name, method, rate) in enumerate(
        zip(criteria_name, criteria_method, criteria_rate, strict=True)
    ):
        if method in (BY_STEPS, BY_BANDS) and rate is not None and rate not in rates:
            words.append(f"【{name}】所用指标“{rate}”不是已知的指标")
            paths.append(f"criteria[{row}].rate")
        if method == BY_BANDS and name and name not in bands_item:
            words.append(f"【{name}】没有分档")
            paths.append(f"criteria[{row}].name")
    if not words:
        return None if criteria_name else NOT_APPLICABLE
    return Breach(words=f"评分标准{'；'.join(words)}", paths=tuple(paths))


@rule("M03", Level.HARD, "分档的上限不重复，得分不超过分值", "", "请核对分档")
def bands_fit_their_line(
    criteria_name: tuple[str | None, ...],
    criteria_method: tuple[str | None, ...],
    criteria_points: tuple[Decimal | None, ...],
    bands_item: tuple[str | None, ...],
    bands_limit: tuple[Decimal | None, ...],
    bands_points: tuple[Decimal | None, ...],
) -> Verdict:
    """Of two bands with one limit only one can count, and no band gives more than the line has."""
    lines = zip(criteria_name, criteria_method, criteria_points, strict=True)
    whole = {name: points for name, method, points in lines if name and method == BY_BANDS}
    words, paths, seen = [], [], set()
    for row, (item, limit, points) in enumerate(zip(bands_item, bands_limit, bands_points, strict=True)):
        if item and limit is not None and (item, limit) in seen:
            words.append(f"【{item}】的上限{percent_text(limit)}重复")
            paths.append(f"bands[{row}].limit")
        seen.add((item, limit))
        most = whole.get(item or "")
        if points is not None and most is not None and points > most:
            words.append(f"【{item}】的一档得{plain(points)}分，大于分值{plain(most)}分")
            paths.append(f"bands[{row}].points")
    if not words:
        return None if any(bands_item) else NOT_APPLICABLE
    return Breach(words=f"分档{'；'.join(words)}", paths=tuple(paths))
