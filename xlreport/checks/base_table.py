"""D: the base data table (附件2), and the ties between the four papers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from xlreport.checks.budget import SOURCES
from xlreport.checks.passages import MOST
from xlreport.checks.rule import KEPT, NOT_APPLICABLE, Breach, Level, Verdict, off, rule, tolerance
from xlreport.checks.words import amount, shown, worded
from xlreport.model.fields import places_of
from xlreport.model.inputs import Accounts, Inputs, Procurement, Project, ThreePublic
from xlreport.model.self_evaluation import Printed

# What the papers print of the record: the field of 已公布数据, and where the figure itself stands.
PRINTED = {
    "in_post": "in_post_total",
    "initial": "initial_expenditure",
    "full_year": "full_year_expenditure",
    "executed": "final_expenditure",
    "basic": "final_basic",
    "project": "final_project",
    "public": "final_public",
    "three_public": "three_public_final_total",
    "procurement": "procurement_final_total",
}


def _misprinted(fields: Mapping[str, str], values: Sequence[Any]) -> list[tuple[tuple[str, str], Any, Any]]:
    """Of figures that come in pairs, printed and own, those that are printed otherwise; with both names."""
    pairs = zip(fields.items(), values[::2], values[1::2], strict=True)
    return [(names, printed, own) for names, printed, own in pairs if printed not in (None, own)]


@rule(
    "D01",
    Level.HARD,
    "报告、附件2、附件3和决算的同一数字一致",
    "",
    "各附件的同一数字必须完全相同，请重新生成或更正",
    each=Printed,
    figures=tuple(name for pair in PRINTED.items() for name in pair),
)
def papers_print_the_same_figure(*values: Any) -> Verdict:
    wrong = _misprinted(PRINTED, values)
    if not wrong:
        return KEPT if any(printed is not None for printed in values[::2]) else NOT_APPLICABLE
    said = []
    for (_, name), printed, own in wrong:
        place = places_of(Inputs)[name]
        difference = "" if own is None else f"，相差{shown(place.field, abs(printed - own))}"
        said.append(
            f"{place.label}印的是{shown(place.field, printed)}，填报数{shown(place.field, own)}{difference}"
        )
    return Breach(words="；".join(said), at=tuple(name for names, _, _ in wrong for name in names))


PRINTED_OF_PROJECT = {
    "stated_initial": "initial",
    "stated_full_year": "full_year",
    "stated_executed": "executed",
}


@rule(
    "D01",
    Level.HARD,
    "附件4的金额与填报数一致",
    "",
    "各附件的同一数字必须完全相同，请重新生成或更正",
    each=Project,
    figures=tuple(name for pair in PRINTED_OF_PROJECT.items() for name in pair),
)
def project_paper_prints_the_same_figure(*values: Decimal | None) -> Verdict:
    wrong = _misprinted(PRINTED_OF_PROJECT, values)
    if not wrong:
        return KEPT if any(printed is not None for printed in values[::2]) else NOT_APPLICABLE
    said = [
        f"{worded(name, printed, Project)}，填报数{worded(of, own, Project)}"
        + ("" if own is None else f"，相差{amount(abs(printed - own))}")
        for (name, of), printed, own in wrong
    ]
    return Breach(words="；".join(said), at=tuple(name for names, _, _ in wrong for name in names))


@rule(
    "D02",
    Level.HARD,
    "办公、水电差旅、会议培训不超过公用经费",
    "{public}，其中办公、水电差旅、会议培训合计{sum}，超出{difference}",
    "请核对公用经费和其中各项",
    each=Accounts,
)
def public_covers_its_parts(
    public: Decimal,
    office: Decimal | None,
    utilities_travel: Decimal | None,
    meetings_training: Decimal | None,
) -> Verdict:
    filled = [part for part in (office, utilities_travel, meetings_training) if part is not None]
    if not filled:
        return NOT_APPLICABLE
    parts = sum(filled, Decimal())
    above = parts - public
    if above <= 0:
        return KEPT
    return Breach(above, more={"sum": amount(parts)}, rounding=above <= tolerance(len(filled)))


def _by_category(column: str, whole: str) -> None:
    """Register the rule that the rows of the projects in 附件2 give all of 项目支出."""
    place, amounts_of = places_of(Inputs)[whole], f"projects_{column}"
    label = places_of(Inputs)[amounts_of].field.label

    @rule(
        "D03",
        Level.HARD,
        "业务工作、运行维护和各专项之和等于项目支出",
        "",
        "附件2要填基本支出以外的全部项目支出，请核对项目表和收支情况",
        figures=(whole, "projects_name", "projects_category", amounts_of),
    )
    def projects_give_project_spending(
        total: Decimal | None,
        names: tuple[str | None, ...],
        categories: tuple[str | None, ...],
        amounts: tuple[Decimal | None, ...],
    ) -> Verdict:
        if total is None or not any(categories) or all(each is None for each in amounts):
            return NOT_APPLICABLE  # not yet sorted for 附件2
        listed = [each for each, category in zip(amounts, categories, strict=True) if category and each]
        parts = sum(listed, Decimal())
        words = f"{place.label}{amount(total)}，各项目{label}合计{amount(parts)}"
        unsorted = [
            f"“{name or '未填名称'}”"
            for name, category in zip(names, categories, strict=True)
            if not category
        ]
        if unsorted:
            more = f"等{len(unsorted)}个" if len(unsorted) > MOST else ""
            words += f"，其中不含未填类别的项目{'、'.join(unsorted[:MOST])}{more}"
        verdict = off(total - parts, len(listed), words)
        return replace(verdict, at=(whole, amounts_of)) if verdict else verdict


_by_category("prior", "prior_project")
_by_category("initial", "initial_project")
_by_category("executed", "final_project")


def _total_and_parts(
    each: type[Any],
    whole: str,
    parts: tuple[str, ...],
    what: str,
    *,
    needs_parts: bool = False,
    of: tuple[str, ...] = (),
) -> None:
    """Register the rule that a total is not blank over filled parts, and, where it needs them, the reverse."""

    @rule(
        "D04",
        Level.HARD,
        "合计和分项同时填写",
        "",
        "请补填，没有的填 0",
        each=each,
        of=of,
        figures=(whole, *parts),
    )
    def total_and_parts_are_filled(total: Decimal | None, *filled: Decimal | None) -> Verdict:
        given = [part for part in filled if part is not None]
        if total is None and given:
            words = f"{what}空白，而各分项之和{amount(sum(given, Decimal()))}"
            return Breach(words=words, at=(whole, *parts))
        if total is None:
            return NOT_APPLICABLE
        if given or not total or not needs_parts:
            return KEPT
        return Breach(words=f"{what}{amount(total)}，各分项空白", at=parts)


_total_and_parts(ThreePublic, "total", ("abroad", "vehicles", "reception"), "三公经费合计", needs_parts=True)
_total_and_parts(Procurement, "total", ("goods", "works", "services"), "政府采购合计", needs_parts=True)
# These are often given without their parts.
_total_and_parts(ThreePublic, "vehicles", ("vehicle_purchase", "vehicle_upkeep"), "公务用车购置及运行维护费")
_total_and_parts(Accounts, "income", SOURCES, "总收入", of=("prior", "full_year"))  # required in the others
_total_and_parts(Accounts, "public", ("office", "utilities_travel", "meetings_training"), "公用经费")


_PROJECT_TOTALS = {"prior": "prior_project", "initial": "initial_project", "executed": "final_project"}


@rule(
    "D04",
    Level.HARD,
    "合计和分项同时填写",
    "",
    "请补填",
    figures=(*_PROJECT_TOTALS.values(), *(f"projects_{column}" for column in _PROJECT_TOTALS)),
)
def projects_have_a_total(*values: Any) -> Verdict:
    """项目支出 is not blank where projects have figures of its column."""
    pairs = list(zip(_PROJECT_TOTALS.items(), values[:3], values[3:], strict=True))
    sums = [(names, total, sum(filter(None, amounts), Decimal())) for names, total, amounts in pairs]
    if not any(parts for _, _, parts in sums):
        return NOT_APPLICABLE
    lacking = [(names, parts) for names, total, parts in sums if total is None and parts]
    if not lacking:
        return KEPT
    places = places_of(Inputs)
    words = "；".join(
        f"{places[whole].label}空白，而各项目{places[f'projects_{column}'].field.label}合计{amount(parts)}"
        for (column, whole), parts in lacking
    )
    return Breach(words=words, paths=tuple(places[whole].path for (_, whole), _ in lacking))


_WORKS = re.compile("维修|修缮|改造|新建|扩建|装修|楼堂馆所")


@rule(
    "D05",
    Level.EXPLAIN,
    "有维修、改造、新建项目的，填报楼堂馆所",
    "",
    "属于楼堂馆所的请在“资产情况”表填报，不属于的请说明",
)
def works_are_reported(
    buildings_approved_area: Decimal | None,
    buildings_actual_area: Decimal | None,
    buildings_approved_investment: Decimal | None,
    buildings_actual_investment: Decimal | None,
    projects_name: tuple[str | None, ...],
    projects_executed: tuple[Decimal | None, ...],
    settings_procurement_from: Decimal,
) -> Verdict:
    reported = (
        buildings_approved_area,
        buildings_actual_area,
        buildings_approved_investment,
        buildings_actual_investment,
    )
    works = [
        (row, name, executed)
        for row, (name, executed) in enumerate(zip(projects_name, projects_executed, strict=True))
        if name and executed is not None and executed >= settings_procurement_from and _WORKS.search(name)
    ]
    if any(reported) or not works:
        return KEPT if any(projects_name) else NOT_APPLICABLE
    named = "、".join(f"【{name}】{amount(executed)}" for _, name, executed in works[:3])
    named += f"等{len(works)}个项目" if len(works) > 3 else ""
    return Breach(
        words=f"楼堂馆所没有填报，却有{named}",
        paths=("buildings.actual_area", *(f"projects[{row}].name" for row, _, _ in works)),
    )


# What was 决算 last year: the columns in which this year's workbook holds it.
CARRIED = {
    name: place
    for name, place in places_of(Inputs).items()
    if place.section.key in ("prior", "three_public_prior", "procurement_prior")
}


@rule(
    "D06",
    Level.HARD,
    "上年决算数与上年工作簿一致",
    "",
    "上年数应从上年工作簿提取，请恢复原数",
    figures=("carried_item", "carried_value", *CARRIED),
)
def prior_year_is_last_years_file(
    items: tuple[str | None, ...], amounts: tuple[Decimal | None, ...], *values: Decimal | None
) -> Verdict:
    rows = enumerate(zip(items, amounts, strict=True))
    extracted = {item: (row, value) for row, (item, value) in rows if value is not None}
    if not extracted:
        return NOT_APPLICABLE
    wrong = [
        (place, value, *extracted[place.label])
        for place, value in zip(CARRIED.values(), values, strict=True)
        if place.label in extracted and value != extracted[place.label][1]
    ]
    if not wrong:
        return KEPT
    said = [
        f"{place.label}{shown(place.field, value)}，上年工作簿为{amount(last)}"
        + ("" if value is None else f"，相差{amount(abs(value - last))}")
        for place, value, _, last in wrong[:3]
    ]
    more = f"，另有{len(wrong) - 3}处" if len(wrong) > 3 else ""
    paths = (*(place.path for place, *_ in wrong), *(f"carried[{row}].value" for *_, row, _ in wrong))
    return Breach(words="；".join(said) + more, paths=paths)
