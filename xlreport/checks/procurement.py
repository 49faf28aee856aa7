"""P: government procurement."""

import re
from decimal import Decimal

from xlreport.checks.rule import KEPT, Level, Verdict, at_most, breached, exceeds, off, rule, stated, total
from xlreport.model.inputs import Procurement, Project

# Words in a project's name or text that usually mean that something was procured.
PROCUREMENT_WORDS = re.compile("采购|物资|设备|工程|维修|信息化|服务外包")

total("P01", "政府采购等于货物、工程、服务之和", "total", ("goods", "works", "services"), each=Procurement)


@rule(
    "P02",
    Level.EXPLAIN,
    "政府采购为0时没有像采购的项目",
    "名称或内容像是采购，{executed}，而{procurement_final_total}",
    "请核对是否漏填政府采购，不属于政府采购的请说明",
    each=Project,
)
def nothing_procured_unseen(
    name: str,
    executed: Decimal,
    results: str | None,
    procurement_final_total: Decimal,
    settings_procurement_from: Decimal,
) -> Verdict:
    if procurement_final_total or executed < settings_procurement_from:
        return KEPT
    looks = PROCUREMENT_WORDS.search(name) or (results and PROCUREMENT_WORDS.search(results))
    return breached(bool(looks))


stated("P03", "公布的政府采购执行率等于实际采购除以采购预算", "stated_procurement_rate", "procurement_rate")


@rule(
    "P04",
    Level.EXPLAIN,
    "政府采购不大于公用经费与项目支出之和",
    "{procurement_final_total}大于{final_public}与{final_project}之和，超出{difference}",
    "如为跨年度合同请说明，否则请核对",
)
def procurement_within_its_sources(
    procurement_final_total: Decimal, final_project: Decimal, final_public: Decimal
) -> Verdict:
    return exceeds(procurement_final_total, final_public + final_project)


_AWARDS = "授予企业的合同金额与采购合计相符"
_REMEDY = "中小企业与其他企业互不重复，小微企业包含在中小企业内，请核对"
at_most("P05", Level.HARD, _AWARDS, "awards_sme", "procurement_final_total", _REMEDY)
at_most("P05", Level.HARD, _AWARDS, "awards_small_micro", "awards_sme", _REMEDY)


@rule(
    "P05",
    Level.HARD,
    _AWARDS,
    "{procurement_final_total}，而{awards_sme}＋{awards_large}与之相差{difference}",
    _REMEDY,
)
def awards_add_up(procurement_final_total: Decimal, awards_sme: Decimal, awards_large: Decimal) -> Verdict:
    return off(procurement_final_total - awards_sme - awards_large, 2)
