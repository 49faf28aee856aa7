"""One function per rate; each carries the native Excel formula that must give the same figure."""

from decimal import Decimal

from xlreport.model.inputs import Project
from xlreport.model.rate import RATES, ROW_RATES, Rate, RateValue, change, rate, rate_values, ratio, row_rate

__all__ = [
    "KEY_RATES",
    "RATES",
    "ROW_RATES",
    "Rate",
    "RateValue",
    "change",
    "rate_values",
    "ratio",
    "row_rate",
]

# What the home sheet and the mail show of them.
KEY_RATES = (
    "execution_rate",
    "initial_completion_rate",
    "three_public_control_rate",
    "procurement_rate",
    "staffing_control_rate",
    "asset_use_rate",
)


@rate("预算执行率", "{final_expenditure}/{full_year_expenditure}")
def execution_rate(final_expenditure: Decimal, full_year_expenditure: Decimal) -> Decimal | None:
    """全年执行数 ÷ 全年预算数, whatever is printed as 执行率 in a 自评表; at most 100%.

    Source: 财预〔2020〕10号.
    """
    return ratio(final_expenditure, full_year_expenditure)


@rate("完成年初预算", "{final_expenditure}/{initial_expenditure}")
def initial_completion_rate(final_expenditure: Decimal, initial_expenditure: Decimal) -> Decimal | None:
    """决算支出 ÷ 年初预算, which may pass 100% and is no 执行率.

    Source: 部门决算公开说明.
    """
    return ratio(final_expenditure, initial_expenditure)


@rate(
    "预算完成率",
    "({adjustment_carried_over}+{initial_expenditure}+{adjustment_additions}-{balance_closing})"
    "/({adjustment_carried_over}+{initial_expenditure}+{adjustment_additions})",
)
def budget_completion_rate(
    initial_expenditure: Decimal,
    balance_closing: Decimal,
    adjustment_carried_over: Decimal | None,
    adjustment_additions: Decimal | None,
) -> Decimal | None:
    """(上年结转 + 年初预算 + 本年追加 − 年末结余) ÷ (上年结转 + 年初预算 + 本年追加).

    Source: 湖南省部门整体支出绩效评价指标评分表.
    """
    budget = initial_expenditure + (adjustment_carried_over or 0) + (adjustment_additions or 0)
    return ratio(budget - balance_closing, budget)


@rate("预算控制率", "{adjustment_additions}/{initial_expenditure}")
def budget_control_rate(adjustment_additions: Decimal, initial_expenditure: Decimal) -> Decimal | None:
    """本年追加 ÷ 年初预算.

    Source: 湖南省部门整体支出绩效评价指标评分表.
    """
    return ratio(adjustment_additions, initial_expenditure)


@rate(
    "预算调整率",
    "({adjustment_additions}+{adjustment_reductions}+{adjustment_structural})/{initial_expenditure}",
)
def adjustment_rate(
    initial_expenditure: Decimal,
    adjustment_additions: Decimal,
    adjustment_reductions: Decimal | None,
    adjustment_structural: Decimal | None,
) -> Decimal | None:
    """(追加 + 追减 + 结构调整) ÷ 年初预算: every adjustment counts, whatever its sign.

    Source: 财预〔2013〕53号 附件2.
    """
    adjusted = adjustment_additions + (adjustment_reductions or 0) + (adjustment_structural or 0)
    return ratio(adjusted, initial_expenditure)


@rate(
    "全年预算较年初预算增减率",
    "({full_year_expenditure}-{initial_expenditure}-{adjustment_carried_over})/{initial_expenditure}",
)
def budget_change_rate(
    full_year_expenditure: Decimal, initial_expenditure: Decimal, adjustment_carried_over: Decimal | None
) -> Decimal | None:
    """(全年预算 − 年初预算 − 上年结转) ÷ 年初预算: the net adjustment, also where no bridge is filled in.

    Source: 勾稽规则 B06.
    """
    return ratio(
        full_year_expenditure - initial_expenditure - (adjustment_carried_over or 0), initial_expenditure
    )


@rate("总支出较年初预算增减率", "({final_expenditure}-{initial_expenditure})/{initial_expenditure}")
def final_change_rate(final_expenditure: Decimal, initial_expenditure: Decimal) -> Decimal | None:
    """(决算支出 − 年初预算支出) ÷ 年初预算支出.

    Source: 部门决算公开说明.
    """
    return change(final_expenditure, initial_expenditure)


@rate("总支出较上年增减率", "({final_expenditure}-{prior_expenditure})/{prior_expenditure}")
def yearly_change_rate(final_expenditure: Decimal, prior_expenditure: Decimal) -> Decimal | None:
    """(决算支出 − 上年决算支出) ÷ 上年决算支出.

    Source: 部门决算公开说明.
    """
    return change(final_expenditure, prior_expenditure)


@rate("结转结余率", "{balance_closing}/{full_year_expenditure}")
def carry_over_rate(balance_closing: Decimal, full_year_expenditure: Decimal) -> Decimal | None:
    """结转结余总额 ÷ 支出预算数, the former from the final accounts.

    Source: 财预〔2013〕53号 附件2.
    """
    return ratio(balance_closing, full_year_expenditure)


@rate("结转结余变动率", "({balance_closing}-{balance_opening})/{balance_opening}")
def carry_over_change_rate(balance_closing: Decimal, balance_opening: Decimal) -> Decimal | None:
    """(本年累计结转结余 − 上年累计) ÷ 上年累计; the year's opening figure is last year's closing one.

    Source: 财预〔2013〕53号 附件2.
    """
    return change(balance_closing, balance_opening)


@rate("基本支出占比", "{final_basic}/{final_expenditure}")
def basic_share(final_basic: Decimal, final_expenditure: Decimal) -> Decimal | None:
    """基本支出 ÷ 总支出.

    Source: 部门决算公开说明.
    """
    return ratio(final_basic, final_expenditure)


@rate("项目支出占比", "{final_project}/{final_expenditure}")
def project_share(final_project: Decimal, final_expenditure: Decimal) -> Decimal | None:
    """项目支出 ÷ 总支出.

    Source: 部门决算公开说明.
    """
    return ratio(final_project, final_expenditure)


@rate(
    "财政拨款收入占比",
    "({final_general_public}+{final_government_fund}+{final_state_capital})/{final_income}",
)
def appropriation_share(
    final_general_public: Decimal,
    final_income: Decimal,
    final_government_fund: Decimal | None,
    final_state_capital: Decimal | None,
) -> Decimal | None:
    """(一般公共预算 + 政府性基金 + 国有资本经营预算拨款) ÷ 本年收入.

    Source: 部门决算公开说明.
    """
    return ratio(
        final_general_public + (final_government_fund or 0) + (final_state_capital or 0), final_income
    )


@rate("公用经费控制率", "{final_public}/{initial_public}")
def public_control_rate(final_public: Decimal, initial_public: Decimal) -> Decimal | None:
    """实际支出公用经费 ÷ 预算安排公用经费, the latter as approved at the start of the year.

    Source: 财预〔2013〕53号 附件2.
    """
    return ratio(final_public, initial_public)


@rate("三公经费控制率", "{three_public_final_total}/{three_public_budget_total}")
def three_public_control_rate(
    three_public_final_total: Decimal, three_public_budget_total: Decimal
) -> Decimal | None:
    """三公经费实际支出 ÷ 预算安排.

    Source: 财预〔2013〕53号 附件2.
    """
    return ratio(three_public_final_total, three_public_budget_total)


@rate(
    "三公经费变动率",
    "({three_public_budget_total}-{three_public_prior_budget_total})/{three_public_prior_budget_total}",
)
def three_public_change_rate(
    three_public_budget_total: Decimal, three_public_prior_budget_total: Decimal
) -> Decimal | None:
    """(本年预算 − 上年预算) ÷ 上年预算: on budgets in both years.

    Source: 财预〔2013〕53号 附件2.
    """
    return change(three_public_budget_total, three_public_prior_budget_total)


@rate(
    "三公经费决算较上年增减率",
    "({three_public_final_total}-{three_public_prior_total})/{three_public_prior_total}",
)
def three_public_final_change_rate(
    three_public_final_total: Decimal, three_public_prior_total: Decimal
) -> Decimal | None:
    """(本年决算 − 上年决算) ÷ 上年决算, as the published final accounts compare them.

    Source: 部门决算公开说明.
    """
    return change(three_public_final_total, three_public_prior_total)


@rate("政府采购执行率", "{procurement_final_total}/{procurement_budget_total}")
def procurement_rate(procurement_final_total: Decimal, procurement_budget_total: Decimal) -> Decimal | None:
    """实际政府采购金额 ÷ 政府采购预算数, by contracts signed.

    Source: 财预〔2013〕53号 附件2.
    """
    return ratio(procurement_final_total, procurement_budget_total)


@rate("中小企业合同占比", "{awards_sme}/{procurement_final_total}")
def sme_share(awards_sme: Decimal, procurement_final_total: Decimal) -> Decimal | None:
    """授予中小企业合同金额 ÷ 政府采购总额.

    Source: 部门决算公开说明.
    """
    return ratio(awards_sme, procurement_final_total)


@rate("在职人员控制率", "{in_post_total}/{establishment_total}")
def staffing_control_rate(in_post_total: int, establishment_total: int) -> Decimal | None:
    """在职人员数 ÷ 编制数, neither with retired, dependants or temporary staff.

    Source: 财预〔2013〕53号 附件2.
    """
    return ratio(in_post_total, establishment_total)


@rate("固定资产利用率", "{assets_in_use}/{assets_fixed}")
def asset_use_rate(assets_in_use: Decimal, assets_fixed: Decimal) -> Decimal | None:
    """实际在用固定资产 ÷ 所有固定资产, both at original value.

    Source: 财预〔2013〕53号 附件2.
    """
    return ratio(assets_in_use, assets_fixed)


@rate("新建楼堂馆所面积控制率", "{buildings_actual_area}/{buildings_approved_area}")
def building_area_rate(buildings_actual_area: Decimal, buildings_approved_area: Decimal) -> Decimal | None:
    """实际建筑面积 ÷ 批准建筑面积, of what was completed in the year.

    Source: 湖南省部门整体支出绩效评价指标评分表.
    """
    return ratio(buildings_actual_area, buildings_approved_area)


@rate("新建楼堂馆所投资概算控制率", "{buildings_actual_investment}/{buildings_approved_investment}")
def building_investment_rate(
    buildings_actual_investment: Decimal, buildings_approved_investment: Decimal
) -> Decimal | None:
    """实际投资 ÷ 批准的投资概算, of what was completed in the year.

    Source: 湖南省部门整体支出绩效评价指标评分表.
    """
    return ratio(buildings_actual_investment, buildings_approved_investment)


@rate("执行率", "{executed}/{full_year}", each=Project)
def project_execution_rate(executed: Decimal, full_year: Decimal) -> Decimal | None:
    """项目全年执行数 ÷ 全年预算数.

    Source: 财预〔2020〕10号.
    """
    return ratio(executed, full_year)


@rate("到位率", "{arrived}/{full_year}", each=Project)
def project_arrival_rate(arrived: Decimal, full_year: Decimal) -> Decimal | None:
    """项目资金到位数 ÷ 全年预算数.

    Source: 财预〔2013〕53号 附件1.
    """
    return ratio(arrived, full_year)
