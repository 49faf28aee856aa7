"""J: projects."""

from decimal import Decimal

from xlreport.checks.rule import Breach, Level, Verdict, at_most, exceeds, rule, stated, worded
from xlreport.model.inputs import Project
from xlreport.model.numbers import CENT, percent_text, plain

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
    "",
    "请核对项目表和决算的项目支出",
)
def projects_within_project_spending(
    final_project: Decimal, projects_executed: tuple[Decimal | None, ...]
) -> Verdict:
    if not any(amount is not None for amount in projects_executed):
        return False
    spent = _sum(projects_executed)
    breach = exceeds(spent, final_project, CENT)
    return breach and Breach(
        breach.difference, f"各项目执行数之和{plain(spent)}万元大于决算项目支出{plain(final_project)}万元"
    )


@rule("J03", Level.HINT, "项目支出都已分项", "", "如有应列项目请补列，其余零星项目可不列")
def project_spending_is_itemised(
    final_project: Decimal, projects_executed: tuple[Decimal | None, ...]
) -> Verdict:
    spent = _sum(projects_executed)
    if not any(projects_executed):
        return False
    if final_project - spent <= CENT:
        return None
    rest = plain(final_project - spent)
    words = f"决算项目支出{plain(final_project)}万元，各项目执行数之和{plain(spent)}万元"
    return Breach(words=f"{words}，尚有{rest}万元未列项目")


def _sum(amounts: tuple[Decimal | None, ...]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), Decimal())


@rule(
    "J04",
    Level.HARD,
    "达到分项说明金额的项目都有说明",
    "",
    "请补填预算数和执行数，并把“分项说明”改为是或留空",
    each=Project,
)
def large_project_is_described(
    full_year: Decimal | None,
    executed: Decimal | None,
    described: str | None,
    settings_described_from: Decimal,
) -> Verdict:
    if full_year is not None and executed is not None and described is None:
        return None  # nearly every project: it will be described if large
    amount = max(full_year or Decimal(), executed or Decimal())
    if amount < settings_described_from:
        return None
    if described == "否":
        words = f"金额{plain(amount)}万元达到{plain(settings_described_from)}万元，却选择不分项说明"
        return Breach(words=words, at=("described", "full_year", "executed"))
    if full_year is None or executed is None:
        lacking, at = ("全年预算数", "full_year") if full_year is None else ("全年执行数", "executed")
        return Breach(words=f"金额{plain(amount)}万元须分项说明，但缺{lacking}", at=(at,))
    return None


@rule("J05", Level.EXPLAIN, "执行率偏低的项目须有原因", "", "请在“偏差原因”栏说明", each=Project)
def low_execution_has_a_reason(
    executed: Decimal, full_year: Decimal, reason: str | None, settings_low_rate: Decimal
) -> Verdict:
    return _unexplained("executed", executed, full_year, reason, settings_low_rate)


def _unexplained(key: str, part: Decimal, full_year: Decimal, reason: str | None, limit: Decimal) -> Verdict:
    """Broken where a part of the year's budget is below its limit and nobody said why."""
    if reason or part >= full_year * limit:
        return None
    figures = f"{worded(key, part, Project)}，{worded('full_year', full_year, Project)}"
    words = f"{figures}，只有{percent_text(part / full_year)}，低于{percent_text(limit)}，没有说明原因"
    return Breach(words=words, at=("reason", key, "full_year"))


@rule(
    "J06",
    Level.HINT,
    "各项目的预算口径一致",
    "",
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
        return False
    if len(kinds) < 2:
        return None
    both = (
        len(projects_initial) - projects_initial.count(None),
        len(projects_full_year) - projects_full_year.count(None),
    )
    words = f"{len(projects_initial)}个项目中，填年初预算数的{both[0]}个，填全年预算数的{both[1]}个，口径不一"
    return Breach(words=words)


@rule("J07", Level.EXPLAIN, "项目资金到位率偏低须有原因", "", "请在“偏差原因”栏说明", each=Project)
def funds_arrived(
    arrived: Decimal, full_year: Decimal, reason: str | None, settings_arrival_rate: Decimal
) -> Verdict:
    return _unexplained("arrived", arrived, full_year, reason, settings_arrival_rate)
