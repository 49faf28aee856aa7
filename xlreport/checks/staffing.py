"""E: staff, offices and subordinate units."""

from collections import Counter

from xlreport.checks.rule import (
    KEPT,
    NOT_APPLICABLE,
    Breach,
    Level,
    Verdict,
    at_most,
    breached,
    differs,
    exceeds,
    rule,
    stated,
    total,
)
from xlreport.checks.words import worded
from xlreport.model.fields import fields_of
from xlreport.model.inputs import Headcount

# Kinds of people who are neither 编制 nor 在职.
_OUTSIDE = ("退休", "离休", "遗属", "临聘", "临时")
_KINDS = tuple(field.key for field in fields_of(Headcount) if field.part)

total("E01", "编制合计等于各类编制之和", "total", _KINDS, each=Headcount, of=("establishment",))
total("E02", "在职合计等于各类在职人员之和", "total", _KINDS, each=Headcount, of=("in_post",))


@rule(
    "E03",
    Level.EXPLAIN,
    "在职人数不超过编制数",
    "{in_post_total}大于{establishment_total}，超编{difference}",
    "请核对人数，确有超编请说明原因",
)
def staff_within_establishment(in_post_total: int, establishment_total: int) -> Verdict:
    return exceeds(in_post_total, establishment_total)


stated("E04", "公布的在职人员控制率等于在职人数除以编制数", "stated_control_rate", "staffing_control_rate")


@rule(
    "E05",
    Level.HARD,
    "离退休、遗属、临聘人员不计入编制或在职",
    "{people_other_kind}计入了编制或在职的“其他”，这类人员不属于编制或在职",
    "请移到退休、离休、遗属、临聘各栏，并相应减少编制、在职的合计",
)
def outsiders_not_counted(
    people_other_kind: str, establishment_other: int | None, in_post_other: int | None
) -> Verdict:
    outside = any(word in people_other_kind for word in _OUTSIDE)
    return breached(outside and bool(establishment_other or in_post_other))


for kind in _KINDS:
    at_most(
        "E06",
        Level.EXPLAIN,
        "各类在职人数不超过该类编制数",
        f"in_post_{kind}",
        f"establishment_{kind}",
        "请核对人数，确有超编请说明原因",
    )


def _counted(figure: str, count: int, names: tuple[str | None, ...]) -> Verdict:
    listed = Counter(name.strip() for name in names if name)
    if not listed:
        return NOT_APPLICABLE
    repeated = "、".join(f"“{name}”" for name, times in listed.items() if times > 1)
    if count == listed.total() and not repeated:
        return KEPT
    words = f"{worded(figure, count)}，所列名称{listed.total()}个" + (
        f"，其中{repeated}重复" if repeated else ""
    )
    return Breach(None, words)


_COUNT_TITLE = "机构数等于所列名称数，名称不重复"
_COUNT_REMEDY = "请核对机构数和“机构职责”表中的名称"


@rule("E07", Level.HARD, _COUNT_TITLE, "", _COUNT_REMEDY)
def offices_are_listed(people_offices: int, offices_name: tuple[str | None, ...]) -> Verdict:
    return _counted("people_offices", people_offices, offices_name)


@rule("E07", Level.HARD, _COUNT_TITLE, "", _COUNT_REMEDY)
def subunits_are_listed(people_subunits: int, subunits_name: tuple[str | None, ...]) -> Verdict:
    return _counted("people_subunits", people_subunits, subunits_name)


@rule(
    "E08",
    Level.HARD,
    "预算单位数等于本级加二级预算单位",
    "{people_budget_units}，本级1个加{people_lower_budget_units}，相差{difference}",
    "请核对预算单位数",
)
def budget_units_add_up(people_budget_units: int, people_lower_budget_units: int) -> Verdict:
    return differs(people_budget_units, 1 + people_lower_budget_units)
