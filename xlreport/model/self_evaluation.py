"""The records behind the self-evaluation tables: funds, indicators, the scoring standard, printed figures."""

from typing import Annotated, NamedTuple

from xlreport.model.fields import Choice, Count, Field, LongText, Money, Number, Percent, Text

YES_NO = ("是", "否")
# How an indicator is measured: 定量 by the sign of its target (反向 is ≤ in Hubei's words), or 定性.
AT_LEAST, AT_MOST, EQUAL, REVERSE, QUALITATIVE = DIRECTIONS = ("≥", "≤", "=", "反向", "定性")
ACHIEVED, PARTLY, MISSED = BANDS = ("达成", "部分达成", "未达成")
LEVELS_1 = ("产出指标", "效益指标", "满意度指标", "成本指标")
FUND_SOURCES = ("当年财政拨款", "上年结转资金", "其他资金")
GRADE_NAMES = ("优", "良", "中", "差")
# How a line of the scoring standard gets its points.
BY_EXECUTION, BY_INDICATORS, BY_STEPS, BY_BANDS, BY_UNIT = METHODS = (
    "按执行率",
    "按指标",
    "逐步扣分",
    "分档",
    "自评",
)


class FundSources(NamedTuple):
    general_public: Annotated[Money, Field("一般公共预算")]
    government_fund: Annotated[Money, Field("政府性基金拨款")]
    special_account: Annotated[Money, Field("纳入专户管理的非税收入拨款")]
    other: Annotated[Money, Field("其他资金")]


class Buildings(NamedTuple):
    approved_area: Annotated[Number, Field("批复规模", unit="平方米", help="只填评价年度完工的项目")]
    actual_area: Annotated[Number, Field("实际规模", unit="平方米")]
    approved_investment: Annotated[Money, Field("预算投资", help="批准的投资概算")]
    actual_investment: Annotated[Money, Field("实际投资")]


class ProjectFund(NamedTuple):
    project: Annotated[Text, Field("所属项目", help="与“项目支出”表的项目名称一致")]
    source: Annotated[Choice, Field("资金来源", choices=FUND_SOURCES)]
    initial: Annotated[Money, Field("年初预算数")]
    full_year: Annotated[Money, Field("全年预算数")]
    executed: Annotated[Money, Field("全年执行数")]


class Indicator(NamedTuple):
    project: Annotated[
        Text, Field("所属项目", help="留空为部门整体指标（附件3）；否则与“项目支出”表的项目名称一致（附件4）")
    ]
    level_1: Annotated[Choice, Field("一级指标", choices=LEVELS_1)]
    level_2: Annotated[Text, Field("二级指标", help="如 数量指标、质量指标、时效指标、成本指标")]
    name: Annotated[Text, Field("三级指标")]
    direction: Annotated[
        Choice,
        Field("指标性质", choices=DIRECTIONS, help="定量指标选 ≥、≤、= 或反向（越小越好），其余选定性"),
    ]
    target: Annotated[Text, Field("年度指标值", help="定量指标填一个数，如 95 或 95%；定性指标填文字")]
    unit: Annotated[Text, Field("度量单位")]
    actual: Annotated[Text, Field("实际完成值", help="定量指标填一个数，写法与指标值相同")]
    band: Annotated[Choice, Field("完成程度", choices=BANDS, help="定性指标必选")]
    points: Annotated[Number, Field("分值", unit="分")]
    score: Annotated[Number, Field("得分", unit="分", help="定量指标留空则按完成比例计算；定性指标必填")]
    reason: Annotated[LongText, Field("偏差原因分析及改进措施", help="没有得满分的指标必填")]


class Criterion(NamedTuple):
    name: Annotated[Text, Field("评分项目", help="“按指标”时与一级指标同名；绩效指标 表示全部指标")]
    points: Annotated[Number, Field("分值", unit="分")]
    method: Annotated[Choice, Field("计分方法", choices=METHODS)]
    rate: Annotated[Text, Field("所用指标", help="“指标计算”表中的名称，逐步扣分和分档时必填")]
    at_most: Annotated[Percent, Field("不超过", help="逐步扣分：不超过此数得满分")]
    at_least: Annotated[Percent, Field("不低于", help="逐步扣分：不低于此数得满分")]
    step: Annotated[Percent, Field("每差", help="逐步扣分：每差这么多扣一次，不足一步不扣")]
    deduction: Annotated[Number, Field("扣分", unit="分")]
    full_without: Annotated[Choice, Field("没有时得满分", choices=YES_NO, help="如没有新建楼堂馆所")]
    score: Annotated[Number, Field("自评得分", unit="分", help="计分方法为“自评”时填写")]
    standard: Annotated[LongText, Field("评价标准")]


class ScoreBand(NamedTuple):
    item: Annotated[Text, Field("分档项目", help="与旁边表中的评分项目同名")]
    limit: Annotated[Percent, Field("上限", help="含本数：不超过此数得这一档的分")]
    points: Annotated[Number, Field("得分", unit="分", help="超过最后一档的上限得 0 分")]


class Carried(NamedTuple):
    item: Annotated[Text, Field("数据")]
    value: Annotated[Money, Field("上年决算数")]


class Printed(NamedTuple):
    in_post: Annotated[Count, Field("在职人员数", unit="人")]
    initial: Annotated[Money, Field("年初预算数")]
    full_year: Annotated[Money, Field("全年预算数")]
    executed: Annotated[Money, Field("全年执行数（决算数）")]
    basic: Annotated[Money, Field("基本支出决算数")]
    project: Annotated[Money, Field("项目支出决算数")]
    public: Annotated[Money, Field("公用经费决算数")]
    three_public: Annotated[Money, Field("三公经费决算数")]
    procurement: Annotated[Money, Field("政府采购决算数")]
