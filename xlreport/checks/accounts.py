"""F: the final accounts, and what a written report says about them."""

from decimal import Decimal

from xlreport.checks.budget import SOURCES, USES
from xlreport.checks.rule import Breach, Level, Verdict, breached, differs, rule, stated, tolerance, total
from xlreport.model.fields import Value
from xlreport.model.inputs import Accounts
from xlreport.model.numbers import CENT, percent_text, plain

FINALS = ("prior", "final")

total("F01", "决算收入等于各来源之和", "income", SOURCES, each=Accounts, of=FINALS)
total("F02", "决算支出等于基本支出与项目支出等之和", "expenditure", USES, each=Accounts, of=FINALS)
total(
    "F03",
    "本年收入加使用结余加年初结转等于收支总计",
    "balance_total",
    ("final_income", "balance_nonfiscal_used", "balance_opening"),
)
total(
    "F03",
    "本年支出加结余分配加年末结转等于收支总计",
    "balance_total",
    ("final_expenditure", "balance_distribution", "balance_closing"),
)
total("F04", "基本支出等于人员经费与公用经费之和", "basic", ("personnel", "public"), each=Accounts)


@rule(
    "F05",
    Level.HARD,
    "决算支出等于各功能分类之和",
    "",
    "请核对“功能分类”表",
)
def functions_add_up(final_expenditure: Decimal, functions_amount: tuple[Decimal | None, ...]) -> Verdict:
    amounts = [amount for amount in functions_amount if amount is not None]
    difference = final_expenditure - sum(amounts)
    if not amounts or not difference:
        return None
    level = Level.HINT if abs(difference) <= tolerance(len(amounts)) else None
    words = f"决算总支出{plain(final_expenditure)}万元，各功能分类之和{plain(sum(amounts, Decimal()))}万元"
    return Breach(difference, words, level)


@rule(
    "F06",
    Level.HARD,
    "公布的较预算增加额等于决算减预算",
    "{stated_increase}，而{final_income}减{initial_income}与之相差{difference}",
    "请更正报告中的增加额",
)
def increase_is_recomputed(
    stated_increase: Decimal, final_income: Decimal, initial_income: Decimal
) -> Verdict:
    return differs(stated_increase, final_income - initial_income, tolerance(2))


stated("F07", "公布的占比等于部分除以总额", "stated_basic_share", "basic_share")
stated("F07", "公布的占比等于部分除以总额", "stated_project_share", "project_share")


@rule(
    "F08",
    Level.HARD,
    "公布的基本支出占比与项目支出占比之和为100%",
    "{stated_basic_share}与{stated_project_share}之和不是100%",
    "请按决算数重新计算占比",
)
def shares_make_a_whole(
    stated_basic_share: Decimal,
    stated_project_share: Decimal,
    final_business_cost: Decimal | None,
    final_remitted: Decimal | None,
    final_affiliated_grant: Decimal | None,
) -> Verdict:
    # Two rounded shares may miss 100.00% by 0.01 each; spending of a third nature takes its own share.
    missing = abs(1 - stated_basic_share - stated_project_share) * 100
    others = final_business_cost or final_remitted or final_affiliated_grant
    return breached(not others and missing > 2 * CENT)


@rule(
    "F09",
    Level.HARD,
    "增加、减少、持平的用语与数字相符",
    "{stated_direction}，而{final_income}，{initial_income}",
    "请更正增减用语",
)
def direction_matches_the_sign(
    stated_direction: str, final_income: Decimal, initial_income: Decimal
) -> Verdict:
    sign = (final_income > initial_income) - (final_income < initial_income)
    if stated_direction == {1: "增加", -1: "减少", 0: "持平"}[sign]:
        return None
    return Breach(final_income - initial_income)


@rule("F10", Level.EXPLAIN, "决算与预算差异较大须有原因", "", "请在“文字材料”填写决算与预算差异原因")
def large_change_has_a_reason(
    final_expenditure: Decimal,
    initial_expenditure: Decimal,
    final_change_rate: Decimal,
    settings_change_rate: Decimal,
    texts_difference_reason: str | None,
) -> Verdict:
    if texts_difference_reason or abs(final_change_rate) < settings_change_rate:
        return None
    words = (
        f"决算总支出{plain(final_expenditure)}万元比年初预算总支出{plain(initial_expenditure)}万元"
        f"{'增加' if final_change_rate > 0 else '减少'}{percent_text(abs(final_change_rate))}，没有说明原因"
    )
    return Breach(final_expenditure - initial_expenditure, words)


# A printed rate, and the base that must not be zero.
_BASES = {
    "stated_control_rate": "establishment_total",
    "stated_execution_rate": "full_year_expenditure",
    "stated_basic_share": "final_expenditure",
    "stated_project_share": "final_expenditure",
    "stated_three_public_rate": "three_public_budget_total",
    "stated_procurement_rate": "procurement_budget_total",
    "stated_use_rate": "assets_fixed",
}


@rule(
    "F11",
    Level.HARD,
    "基数为0时不写百分比",
    "公布了百分比，但其基数为0，没有比率可言",
    "请删去该百分比，改写金额",
    figures=tuple(name for pair in _BASES.items() for name in pair),
)
def no_percentage_of_nothing(*values: Value) -> Verdict:
    pairs = zip(_BASES.items(), values[::2], values[1::2], strict=True)
    wrong = [names for names, printed, base in pairs if printed is not None and base == 0]
    return Breach(at=tuple(name for names in wrong for name in names)) if wrong else None
