"""A: assets."""

from datetime import date
from decimal import Decimal

from xlreport.checks.rule import Breach, Level, Verdict, at_most, breached, rule, stated, total

total("A01", "净资产等于资产总额减负债总额", "assets_net", ("assets_total",), ("assets_liabilities",))
at_most(
    "A02",
    Level.HARD,
    "在用资产不大于固定资产原值",
    "assets_in_use",
    "assets_fixed",
    "在用资产是固定资产的一部分，请核对",
)
stated("A03", "公布的资产使用率等于在用资产除以固定资产原值", "stated_use_rate", "asset_use_rate")


@rule(
    "A04",
    Level.HINT,
    "固定资产原值与资产总额口径不同",
    "{assets_fixed}大于{assets_total}，前者是账面原值，后者是扣除折旧的净额，两者不可比",
    "这本身不是错误，请只确认没有填反",
)
def original_value_is_no_net_value(assets_fixed: Decimal, assets_total: Decimal) -> Verdict:
    """Only says that the two are not comparable; that one is larger is no error and never tested as one."""
    return breached(assets_fixed > assets_total)


@rule(
    "A05",
    Level.HINT,
    "资产利用率不应年年恰为100%",
    "固定资产利用率本年和上年都恰为100%",
    "请确认闲置、待报废资产没有计入在用",
)
def use_is_measured(assets_in_use: Decimal, assets_fixed: Decimal, assets_prior_use: Decimal) -> Verdict:
    return breached(assets_in_use == assets_fixed > 0 and assets_prior_use == 1)


@rule(
    "A06",
    Level.HARD,
    "资产截止日期为评价年度12月31日",
    "{assets_as_of}，应为{unit_year}12月31日",
    "请更正截止日期或评价年度",
)
def assets_are_of_the_years_end(assets_as_of: date, unit_year: int) -> Verdict:
    return None if assets_as_of == date(unit_year, 12, 31) else Breach()
