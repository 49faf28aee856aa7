"""F: the final accounts, and what a written report says about them."""

from decimal import Decimal

from xlreport.checks.budget import SOURCES, USES
from xlreport.checks.rule import (
    KEPT,
    NOT_APPLICABLE,
    Breach,
    Level,
    Verdict,
    breached,
    differs,
    off,
    rule,
    stated,
    total,
)
from xlreport.checks.words import amount, worded
from xlreport.model.fields import Value
from xlreport.model.inputs import Accounts, Project
from xlreport.model.numbers import CENT, decimals_of, percent_text

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


@rule(
    "F03",
    Level.HARD,
    "收入一方等于支出一方",
    "{final_income}加使用非财政拨款结余、年初结转为{income}，{final_expenditure}加结余分配、年末结转为{spending}",
    "请核对“收支平衡”各项",
)
def sides_are_equal(
    final_income: Decimal,
    final_expenditure: Decimal,
    balance_nonfiscal_used: Decimal | None,
    balance_opening: Decimal | None,
    balance_distribution: Decimal | None,
    balance_closing: Decimal | None,
    balance_total: Decimal | None,
) -> Verdict:
    # With the total filled in, each side is compared with that.
    if balance_total is not None or (balance_opening is None and balance_closing is None):
        return NOT_APPLICABLE
    income = final_income + (balance_nonfiscal_used or 0) + (balance_opening or 0)
    spending = final_expenditure + (balance_distribution or 0) + (balance_closing or 0)
    return off(income - spending, 5, more={"income": amount(income), "spending": amount(spending)})


total("F04", "基本支出等于人员经费与公用经费之和", "basic", ("personnel", "public"), each=Accounts)


@rule(
    "F05",
    Level.HARD,
    "决算支出等于各功能分类之和",
    "{final_expenditure}，各功能分类之和{sum}",
    "请核对“功能分类”表",
)
def functions_add_up(final_expenditure: Decimal, functions_amount: tuple[Decimal | None, ...]) -> Verdict:
    amounts = [each for each in functions_amount if each is not None]
    if not amounts:
        return NOT_APPLICABLE
    whole = sum(amounts, Decimal())
    return off(final_expenditure - whole, sum(map(bool, amounts)), more={"sum": amount(whole)})


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
    return off(stated_increase - (final_income - initial_income), 2)


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
    if final_business_cost or final_remitted or final_affiliated_grant:
        return NOT_APPLICABLE  # spending of a third nature takes its own share
    # Each of two rounded shares may miss by half of its last decimal, and by 0.01 at least.
    shares = (stated_basic_share * 100, stated_project_share * 100)
    last = max(Decimal(1).scaleb(-decimals_of(share)) for share in shares)
    return differs(sum(shares, Decimal()), 100, max(2 * CENT, last if last < 1 else CENT))


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
        return KEPT
    return Breach(final_income - initial_income)


@rule(
    "F10",
    Level.EXPLAIN,
    "决算与预算差异较大须有原因",
    "{final_expenditure}比{initial_expenditure}{change}，没有说明原因",
    "请在“文字材料”填写决算与预算差异原因",
)
def large_change_has_a_reason(
    final_expenditure: Decimal,
    initial_expenditure: Decimal,
    final_change_rate: Decimal,
    settings_change_rate: Decimal,
    texts_difference_reason: str | None,
) -> Verdict:
    if texts_difference_reason or abs(final_change_rate) < settings_change_rate:
        return KEPT
    change = f"{'增加' if final_change_rate > 0 else '减少'}{percent_text(abs(final_change_rate))}"
    at = ("texts_difference_reason", "final_expenditure", "initial_expenditure")
    return Breach(final_expenditure - initial_expenditure, more={"change": change}, at=at)


# A printed rate, and the base that must not be zero.
_BASES = {
    "stated_control_rate": "establishment_total",
    "stated_execution_rate": "full_year_expenditure",
    "stated_basic_share": "final_expenditure",
    "stated_project_share": "final_expenditure",
    "stated_procurement_rate": "procurement_budget_total",
    "stated_use_rate": "assets_fixed",
}


_NO_RATE = "基数为0时不写百分比"
_NO_RATE_REMEDY = "请删去该百分比，改写金额"


@rule(
    "F11",
    Level.HARD,
    _NO_RATE,
    "",
    _NO_RATE_REMEDY,
    figures=tuple(name for pair in _BASES.items() for name in pair),
)
def no_percentage_of_nothing(*values: Value) -> Verdict:
    pairs = [
        (names, printed, base)
        for names, printed, base in zip(_BASES.items(), values[::2], values[1::2], strict=True)
        if printed is not None and base is not None
    ]
    wrong = [names for names, _, base in pairs if base == 0]
    if not wrong:
        return KEPT if pairs else NOT_APPLICABLE
    words = "，".join(
        f"公布了{worded(names[0], printed)}，但其基数{worded(names[1], base)}"
        for names, printed, base in pairs
        if base == 0
    )
    return Breach(words=f"{words}，没有比率可言", at=tuple(name for names in wrong for name in names))


@rule(
    "F11",
    Level.HARD,
    _NO_RATE,
    "{stated_rate}，但其基数{full_year}，没有比率可言",
    _NO_RATE_REMEDY,
    each=Project,
)
def no_project_percentage_of_nothing(stated_rate: Decimal, full_year: Decimal) -> Verdict:
    return breached(not full_year)
