"""J: projects."""

from decimal import Decimal

from xlreport.checks.rule import KEPT, NOT_APPLICABLE, Breach, Level, Verdict, at_most, rule, stated
from xlreport.checks.words import amount, worded
from xlreport.model.inputs import NO, Project, size_of
from xlreport.model.numbers import CENT, percent_text

stated("J01", "公布的项目执行率等于执行数除以预算数", "stated_rate", "project_execution_rate", each=Project)
at_most(
    "J02",
    Level.HARD,
    "项目执行数不大于全年预算数",
    "executed",
    "full_year",
    "请核对两数",
    allowed=CENT,
    each=Project,
)


@rule(
    "J03",
    Level.HARD,
    "各项目执行数之和不大于项目支出",
    "各项目执行数之和{sum}大于{final_project}，超出{difference}",
    "请核对项目表和决算的项目支出",
)
def projects_within_project_spending(
    final_project: Decimal, projects_executed: tuple[Decimal | None, ...]
) -> Verdict:
    spent = _sum(projects_executed)
    if spent is None:
        return NOT_APPLICABLE
    above = spent - final_project
    return Breach(above, more={"sum": amount(spent)}) if above > CENT else KEPT


@rule(
    "J03",
    Level.HINT,
    "项目支出都已分项",
    "{final_project}，各项目执行数之和{sum}，尚有{difference}未列项目",
    "如有应列项目请补列，其余零星项目可不列",
)
def project_spending_is_itemised(
    final_project: Decimal,
    projects_executed: tuple[Decimal | None, ...],
    projects_category: tuple[str | None, ...],
) -> Verdict:
    spent = _sum(projects_executed)
    if not spent or any(projects_category):
        return NOT_APPLICABLE  # sorted for 附件2, which wants all of it: D03
    rest = final_project - spent
    return Breach(rest, more={"sum": amount(spent)}) if rest > CENT else KEPT


def _sum(amounts: tuple[Decimal | None, ...]) -> Decimal | None:
    filled = [each for each in amounts if each is not None]
    return sum(filled, Decimal()) if filled else None


@rule(
    "J04",
    Level.HARD,
    "达到分项说明金额的项目都有说明",
    "{full_year}，{executed}，达到{limit}须分项说明，{lacking}",
    "请补填缺的数，达到这个金额的项目不得选择不说明",
    each=Project,
)
def large_project_is_described(
    full_year: Decimal | None,
    executed: Decimal | None,
    described: str | None,
    settings_described_from: Decimal,
) -> Verdict:
    if full_year is not None and executed is not None and described is None:
        return KEPT  # nearly every project: it will be described if large
    if size_of(full_year, executed) < settings_described_from:
        return KEPT
    limit = amount(settings_described_from)
    if described == NO:
        at = ("described", "full_year", "executed")
        return Breach(more={"limit": limit, "lacking": "却选择不说明"}, at=at)
    blank = tuple(key for key, value in (("full_year", full_year), ("executed", executed)) if value is None)
    return Breach(more={"limit": limit, "lacking": "缺一个数"}, at=blank) if blank else KEPT


@rule("J05", Level.EXPLAIN, "执行率偏低的项目须有原因", "", "请在“偏差原因”栏说明", each=Project)
def low_execution_has_a_reason(
    executed: Decimal, full_year: Decimal, reason: str | None, settings_low_rate: Decimal
) -> Verdict:
    if reason or executed >= full_year * settings_low_rate:
        return KEPT
    return _unexplained("executed", executed, full_year, settings_low_rate)


def _unexplained(key: str, part: Decimal, full_year: Decimal, limit: Decimal) -> Breach:
    """A part of the year's budget is below its limit and nobody said why."""
    figures = f"{worded(key, part, Project)}，{worded('full_year', full_year, Project)}"
    words = f"{figures}，只有{percent_text(part / full_year)}，低于{percent_text(limit)}，没有说明原因"
    return Breach(words=words, at=("reason", key, "full_year"))


@rule(
    "J06",
    Level.HINT,
    "各项目的预算口径一致",
    "{all}个项目中，填年初预算数的{initial}个，填全年预算数的{full}个，口径不一",
    "请各项目同样填写年初预算数和全年预算数",
)
def budgets_are_alike(
    projects_initial: tuple[Decimal | None, ...], projects_full_year: tuple[Decimal | None, ...]
) -> Verdict:
    kinds = {
        (initial is not None, full is not None)
        for initial, full in zip(projects_initial, projects_full_year, strict=True)
    }
    if not kinds:
        return NOT_APPLICABLE
    if len(kinds) < 2:
        return KEPT
    filled = [sum(value is not None for value in column) for column in (projects_initial, projects_full_year)]
    initial, full = map(str, filled)
    return Breach(more={"all": str(len(projects_initial)), "initial": initial, "full": full})


@rule("J07", Level.EXPLAIN, "项目资金到位率偏低须有原因", "", "请在“偏差原因”栏说明", each=Project)
def funds_arrived(
    arrived: Decimal, full_year: Decimal, reason: str | None, settings_arrival_rate: Decimal
) -> Verdict:
    if reason or arrived >= full_year * settings_arrival_rate:
        return KEPT
    return _unexplained("arrived", arrived, full_year, settings_arrival_rate)
