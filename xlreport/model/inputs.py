"""The input sheets as one typed record: each field is one line, said nowhere else.

Named tuples, because two dozen dataclasses take longer to make than a workbook to check.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from xlreport.model.fields import (
    Choice,
    Count,
    Date,
    Field,
    LongText,
    Money,
    Number,
    Percent,
    Section,
    Text,
    Year,
    blank,
    sections_of,
)
from xlreport.model.self_evaluation import (
    GRADE_NAMES,
    YES_NO,
    Buildings,
    Carried,
    Criterion,
    FundSources,
    Indicator,
    Printed,
    ProjectFund,
    ScoreBand,
)

YES, NO = YES_NO

OWN_OUTLINE = "报告模板"
OUTLINES = (OWN_OUTLINE, "A", "B", "C", "岳阳")
BASE_TABLES = ("A", "B", "岳阳楼")


class Style(StrEnum):
    """The paragraph styles of a 公文, by the names that finance staff see on 报告模板 and in Word."""

    ATTACHMENT = "附件标记"
    TITLE = "标题"
    LEVEL_1 = "一级标题"
    LEVEL_2 = "二级标题"
    LEVEL_3 = "三级标题"
    LEVEL_4 = "四级标题"
    BODY = "正文"
    COVER_TITLE = "封面标题"
    COVER = "封面"
    SIGNATURE = "落款"
    DATE = "日期"


class Unit(NamedTuple):
    name: Annotated[Text, Field("单位名称", required=True, help="与印章、落款一致的全称")]
    year: Annotated[Year, Field("评价年度", required=True, help="四位数字，如 2023")]
    report_date: Annotated[Date, Field("报告日期", required=True, help="落款日期，如 2024-4-2")]
    budget_code: Annotated[Text, Field("预算编码")]
    parent: Annotated[Text, Field("主管部门")]
    outline: Annotated[
        Choice, Field("报告提纲", choices=OUTLINES, at_home=True, help="留空按本工作簿的“报告模板”")
    ]
    attachment: Annotated[Text, Field("附件编号", help="各县编号不同，常见为 附件1；留空则不印")]
    sealed: Annotated[Choice, Field("加盖印章", choices=YES_NO, help="决定落款和日期的位置；留空按加盖印章")]
    preparer: Annotated[Text, Field("填表人")]
    phone: Annotated[Text, Field("联系电话")]
    head: Annotated[Text, Field("单位负责人")]


class Headcount(NamedTuple):
    total: Annotated[Count, Field("合计", unit="人", required=True, help="不含离退休、遗属和临聘人员")]
    administrative: Annotated[Count, Field("行政", unit="人", part=1)]
    managed: Annotated[Count, Field("参照公务员法管理", unit="人", part=1)]
    institutional: Annotated[Count, Field("事业", unit="人", part=1)]
    management: Annotated[
        Count, Field("管理", unit="人", part=1, help="事业人员已分管理、专技填报时不再填事业")
    ]
    technical: Annotated[Count, Field("专业技术", unit="人", part=1)]
    worker: Annotated[Count, Field("工勤", unit="人", part=1)]
    other: Annotated[Count, Field("其他", unit="人", part=1, help="名称填在下方“其他人员类别”")]


class People(NamedTuple):
    other_kind: Annotated[Text, Field("其他人员类别", help="上表“其他”是哪一类；离退休、遗属、临聘不得计入")]
    retired: Annotated[Count, Field("退休人员", unit="人")]
    veterans: Annotated[Count, Field("离休人员", unit="人")]
    survivors: Annotated[Count, Field("遗属", unit="人")]
    temporary: Annotated[Count, Field("临聘人员", unit="人")]
    offices: Annotated[Count, Field("内设机构数", unit="个", help="应等于“机构职责”表所列名称数")]
    subunits: Annotated[Count, Field("二级机构数", unit="个", help="应等于“机构职责”表所列名称数")]
    budget_units: Annotated[Count, Field("预算单位数", unit="个", help="本级加二级预算单位")]
    lower_budget_units: Annotated[Count, Field("二级预算单位数", unit="个")]


class Duty(NamedTuple):
    text: Annotated[LongText, Field("主要职责")]


class Office(NamedTuple):
    name: Annotated[Text, Field("内设机构名称")]


class Subunit(NamedTuple):
    name: Annotated[Text, Field("二级机构名称")]


class Accounts(NamedTuple):
    income: Annotated[Money, Field("总收入", help="本年收入合计")]
    general_public: Annotated[Money, Field("一般公共预算财政拨款", part=1)]
    government_fund: Annotated[Money, Field("政府性基金预算财政拨款", part=1)]
    state_capital: Annotated[Money, Field("国有资本经营预算财政拨款", part=1)]
    social_insurance: Annotated[Money, Field("社会保险基金预算", part=1)]
    special_account: Annotated[Money, Field("纳入专户管理的非税收入拨款", part=1)]
    superior_grant: Annotated[Money, Field("上级补助收入", part=1)]
    institutional_income: Annotated[Money, Field("事业收入", part=1)]
    business_income: Annotated[Money, Field("经营收入", part=1)]
    affiliated_income: Annotated[Money, Field("附属单位上缴收入", part=1)]
    other_income: Annotated[Money, Field("其他收入", part=1)]
    expenditure: Annotated[Money, Field("总支出", help="本年支出合计")]
    basic: Annotated[Money, Field("基本支出", part=1)]
    personnel: Annotated[Money, Field("人员经费", part=2)]
    public: Annotated[Money, Field("公用经费", part=2, help="基本支出中的一般商品和服务支出")]
    office: Annotated[Money, Field("办公经费", part=3)]
    utilities_travel: Annotated[Money, Field("水费、电费、差旅费", part=3)]
    meetings_training: Annotated[Money, Field("会议费、培训费", part=3)]
    project: Annotated[Money, Field("项目支出", part=1)]
    business_cost: Annotated[Money, Field("经营支出", part=1)]
    remitted: Annotated[Money, Field("上缴上级支出", part=1)]
    affiliated_grant: Annotated[Money, Field("对附属单位补助支出", part=1)]


class Adjustment(NamedTuple):
    additions: Annotated[Money, Field("本年追加", help="年中追加的预算，填正数")]
    reductions: Annotated[Money, Field("本年追减", help="年中追减的预算，填正数")]
    structural: Annotated[Money, Field("结构调整", help="总额不变的科目间调整，计入预算调整率")]
    carried_over: Annotated[Money, Field("上年结转", help="上年结转到本年使用的预算")]


class Balance(NamedTuple):
    nonfiscal_used: Annotated[Money, Field("使用非财政拨款结余")]
    opening: Annotated[Money, Field("年初结转和结余")]
    distribution: Annotated[Money, Field("结余分配")]
    closing: Annotated[Money, Field("年末结转和结余")]
    total: Annotated[Money, Field("收支总计", help="决算报表“收入支出决算总表”的总计")]


class FunctionalClass(NamedTuple):
    name: Annotated[Text, Field("功能分类科目", help="如 215 资源勘探工业信息等支出")]
    amount: Annotated[Money, Field("决算数")]


class ThreePublic(NamedTuple):
    total: Annotated[Money, Field("合计")]
    abroad: Annotated[Money, Field("因公出国（境）费", part=1)]
    vehicles: Annotated[Money, Field("公务用车购置及运行维护费", part=1)]
    vehicle_purchase: Annotated[Money, Field("公务用车购置费", part=2)]
    vehicle_upkeep: Annotated[Money, Field("公务用车运行维护费", part=2)]
    reception: Annotated[Money, Field("公务接待费", part=1)]


class ThreePublicCounts(NamedTuple):
    missions: Annotated[Count, Field("因公出国（境）团组数", unit="个")]
    travellers: Annotated[Count, Field("因公出国（境）人次", unit="人次")]
    vehicles_bought: Annotated[Count, Field("公务用车购置数", unit="辆")]
    vehicles_kept: Annotated[Count, Field("公务用车保有量", unit="辆", help="年末数")]
    receptions: Annotated[Count, Field("公务接待批次", unit="批次")]
    guests: Annotated[Count, Field("公务接待人次", unit="人次")]


class Procurement(NamedTuple):
    total: Annotated[Money, Field("合计", help="以合同签订为准")]
    goods: Annotated[Money, Field("货物", part=1)]
    works: Annotated[Money, Field("工程", part=1)]
    services: Annotated[Money, Field("服务", part=1)]


class Awards(NamedTuple):
    sme: Annotated[Money, Field("授予中小企业金额")]
    small_micro: Annotated[Money, Field("授予小微企业金额", part=1)]
    large: Annotated[Money, Field("授予其他企业金额", help="中小企业以外；与中小企业之和应等于采购合计")]


class Assets(NamedTuple):
    as_of: Annotated[Date, Field("资产截止日期", help="评价年度的 12 月 31 日")]
    total: Annotated[Money, Field("资产总额")]
    liabilities: Annotated[Money, Field("负债总额")]
    net: Annotated[Money, Field("净资产", signed=True)]
    fixed: Annotated[Money, Field("固定资产账面原值")]
    in_use: Annotated[Money, Field("在用资产", help="固定资产中实际在用部分的原值")]
    prior_use: Annotated[Percent, Field("上年固定资产利用率")]


class Project(NamedTuple):
    name: Annotated[Text, Field("项目名称", required=True)]
    category: Annotated[
        Text, Field("类别", help="如 业务工作经费、运行维护经费、省级专项资金；附件2按它归类")
    ]
    implementer: Annotated[Text, Field("实施单位", help="留空按本单位")]
    prior: Annotated[Money, Field("上年决算数")]
    initial: Annotated[Money, Field("年初预算数")]
    full_year: Annotated[Money, Field("全年预算数")]
    arrived: Annotated[Money, Field("到位数")]
    executed: Annotated[Money, Field("全年执行数")]
    stated_rate: Annotated[Percent, Field("已公布执行率", help="核对已写好的报告时填写报告上印的数")]
    stated_score: Annotated[Number, Field("已公布执行率得分", unit="分")]
    stated_initial: Annotated[Money, Field("已公布年初预算数", help="附件4上印的金额")]
    stated_full_year: Annotated[Money, Field("已公布全年预算数", help="附件4上印的金额")]
    stated_executed: Annotated[Money, Field("已公布全年执行数", help="附件4上印的金额")]
    described: Annotated[
        Choice, Field("分项说明", choices=YES_NO, help="留空则达到参数“分项说明金额”的写入报告")
    ]
    goal: Annotated[LongText, Field("年度总体目标", help="写入附件4的预期目标")]
    results: Annotated[LongText, Field("实施情况及成效", help="写入报告该项目一段，和附件4的实际完成情况")]
    reason: Annotated[LongText, Field("偏差原因", help="执行率偏低时必须说明")]


class Texts(NamedTuple):
    goal: Annotated[LongText, Field("年度总体目标")]
    completion: Annotated[LongText, Field("目标完成情况", help="整体绩效目标完成情况的概括")]
    difference_reason: Annotated[LongText, Field("决算与预算差异原因")]
    execution_reason: Annotated[LongText, Field("整体执行情况原因")]
    problems: Annotated[LongText, Field("存在的问题")]
    measures: Annotated[LongText, Field("改进措施")]
    thrift: Annotated[LongText, Field("厉行节约保障措施", help="写入附件2")]
    other: Annotated[LongText, Field("其他需要说明的情况")]


class Stated(NamedTuple):
    control_rate: Annotated[Percent, Field("在职人员控制率")]
    execution_rate: Annotated[Percent, Field("预算执行率")]
    increase: Annotated[Money, Field("较预算增加", signed=True, help="决算总收入比年初预算；减少填负数")]
    direction: Annotated[Choice, Field("增减用语", choices=("增加", "减少", "持平"))]
    basic_share: Annotated[Percent, Field("基本支出占比")]
    project_share: Annotated[Percent, Field("项目支出占比")]
    procurement_rate: Annotated[Percent, Field("政府采购执行率")]
    use_rate: Annotated[Percent, Field("资产使用率")]
    execution_score: Annotated[Number, Field("执行率得分", unit="分", help="附件3上印的得分")]
    total_score: Annotated[Number, Field("总分", unit="分", help="附件3上印的总分")]
    grade: Annotated[Choice, Field("评价等级", choices=GRADE_NAMES)]


class Settings(NamedTuple):
    described_from: Annotated[
        Money, Field("分项说明金额", is_threshold=True, help="全年预算或执行达到此数的项目逐项说明")
    ]
    low_rate: Annotated[Percent, Field("执行率偏低界限", is_threshold=True, help="低于此数须说明原因")]
    change_rate: Annotated[Percent, Field("增减幅度界限", is_threshold=True, help="达到此数须说明原因")]
    adjustment_rate: Annotated[Percent, Field("预算调整界限", is_threshold=True, help="超过此数须说明原因")]
    arrival_rate: Annotated[Percent, Field("资金到位率界限", is_threshold=True, help="低于此数须说明原因")]
    upkeep_per_vehicle: Annotated[Money, Field("单车运行费界限", is_threshold=True, help="每辆车全年")]
    procurement_from: Annotated[
        Money,
        Field("采购核对金额", is_threshold=True, help="采购为 0 时，名称像采购且达到此数的项目须说明"),
    ]
    deadline: Annotated[Date, Field("报送期限", help="通知要求的报送日期；留空则不核对")]

    achieved_from: Annotated[
        Percent,
        Field("达成计分下限", is_threshold=True, help="定性指标达成时，得分不低于分值的这个比例"),
    ]
    partly_from: Annotated[Percent, Field("部分达成计分下限", is_threshold=True, help="定性指标部分达成时")]
    execution_points: Annotated[
        Number,
        Field(
            "项目执行率分值",
            unit="分",
            is_threshold=True,
            help="附件4预算执行率的分值；评分标准没有“按执行率”一行时，附件3也用它",
        ),
    ]
    far_above: Annotated[
        Percent, Field("远超目标界限", is_threshold=True, help="完成值超过指标值的这个比例须说明原因")
    ]
    base_table: Annotated[
        Choice, Field("基础数据表版本", choices=BASE_TABLES, default="A", help="附件2的格式，各县不同")
    ]
    base_number: Annotated[Text, Field("基础数据表编号", default="附件2")]
    overall_number: Annotated[Text, Field("整体自评表编号", default="附件3")]
    project_number: Annotated[Text, Field("项目自评表编号", default="附件4")]


class TemplateLine(NamedTuple):
    style: Annotated[Choice, Field("样式", choices=tuple(Style))]
    text: Annotated[LongText, Field("内容", help="{{决算.总支出}} 这样的名称会换成数字")]


class Explanation(NamedTuple):
    rule: Annotated[Text, Field("编号", prefilled=True)]
    place: Annotated[Text, Field("对象", prefilled=True)] = None
    text: Annotated[LongText, Field("说明", help="“需说明”的问题写明原因，“提示”可写不需处理的理由")] = None
    problem: Annotated[
        LongText, Field("说明时的问题", help="点“运行检查”时记下；数字变了即“已过期”，原因仍成立的清空此格")
    ] = None
    recorded: Annotated[LongText, Field("已记下的说明")] = None


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Everything that a department fills in. A section is one column of a form, or a table."""

    unit: Annotated[Unit, Section("单位信息", "单位")]
    establishment: Annotated[Headcount, Section("单位信息", "编制")]
    in_post: Annotated[Headcount, Section("单位信息", "在职", help="年末实有在职人员")]
    people: Annotated[People, Section("单位信息", "人员机构")]
    duties: Annotated[tuple[Duty, ...], Section("机构职责", "职责")]
    offices: Annotated[tuple[Office, ...], Section("机构职责", "内设机构")]
    subunits: Annotated[tuple[Subunit, ...], Section("机构职责", "二级机构")]
    prior: Annotated[Accounts, Section("收支情况", "上年决算")]
    initial: Annotated[Accounts, Section("收支情况", "年初预算", required=("income", "expenditure"))]
    full_year: Annotated[
        Accounts,
        Section("收支情况", "全年预算", help="年初预算 + 追加 − 追减 + 上年结转", required=("expenditure",)),
    ]
    final: Annotated[
        Accounts, Section("收支情况", "决算", help="全年执行数", required=("income", "expenditure"))
    ]
    adjustment: Annotated[Adjustment, Section("收支情况", "预算调整")]
    funds_full_year: Annotated[
        FundSources, Section("收支情况", "全年预算来源", help="全年预算总支出按资金来源分")
    ]
    funds_executed: Annotated[FundSources, Section("收支情况", "决算来源", help="决算总支出按资金来源分")]
    balance: Annotated[Balance, Section("收支情况", "收支平衡")]
    functions: Annotated[tuple[FunctionalClass, ...], Section("功能分类", "功能分类")]
    three_public_prior_budget: Annotated[ThreePublic, Section("三公经费", "三公上年预算")]
    three_public_prior: Annotated[ThreePublic, Section("三公经费", "三公上年决算")]
    three_public_budget: Annotated[ThreePublic, Section("三公经费", "三公预算")]
    three_public_final: Annotated[ThreePublic, Section("三公经费", "三公决算")]
    three_public_counts: Annotated[ThreePublicCounts, Section("三公经费", "三公数量")]
    procurement_prior: Annotated[Procurement, Section("政府采购", "采购上年决算")]
    procurement_budget: Annotated[Procurement, Section("政府采购", "采购预算")]
    procurement_final: Annotated[Procurement, Section("政府采购", "采购决算")]
    awards: Annotated[Awards, Section("政府采购", "采购合同")]
    assets: Annotated[Assets, Section("资产情况", "资产")]
    buildings: Annotated[Buildings, Section("资产情况", "楼堂馆所")]
    projects: Annotated[tuple[Project, ...], Section("项目支出", "项目")]
    funds: Annotated[tuple[ProjectFund, ...], Section("项目资金", "项目资金")]
    indicators: Annotated[tuple[Indicator, ...], Section("绩效指标", "指标", named_by="name")]
    criteria: Annotated[tuple[Criterion, ...], Section("评分标准", "评分标准")]
    bands: Annotated[tuple[ScoreBand, ...], Section("评分标准", "分档")]
    texts: Annotated[Texts, Section("文字材料", "文字")]
    stated: Annotated[
        Stated, Section("已公布数据", "已公布", help="核对已写好的报告时填写报告上印的数，可全部留空")
    ]
    printed_report: Annotated[Printed, Section("已公布数据", "报告上印的")]
    printed_base: Annotated[Printed, Section("已公布数据", "附件2上印的")]
    printed_overall: Annotated[Printed, Section("已公布数据", "附件3上印的")]
    carried: Annotated[
        tuple[Carried, ...], Section("上年数据", "上年数据", help="从上年工作簿提取，请勿改动")
    ]
    settings: Annotated[Settings, Section("参数设置", "参数")]
    explanations: Annotated[tuple[Explanation, ...], Section("检查结果", "检查说明")]
    template: Annotated[tuple[TemplateLine, ...], Section("报告模板", "模板")]


def size_of(full_year: Decimal | None, executed: Decimal | None) -> Decimal:
    """How large a project is, 万元: its budget or what was spent on it, whichever is more."""
    return max(full_year or Decimal(), executed or Decimal())


def empty() -> Inputs:
    """A record with nothing filled in."""
    sections: dict[str, Any] = {s.key: () if s.table else blank(s.record) for s in sections_of(Inputs)}
    return Inputs(**sections)


def with_values(inputs: Inputs, /, **sections: object) -> Inputs:
    """A copy with some fields replaced: `with_values(inputs, final={"basic": Decimal(5)})`.

    A dict replaces single fields of a form; anything else replaces the whole section.
    """
    changed: dict[str, Any] = {
        key: getattr(inputs, key)._replace(**new) if isinstance(new, dict) else new
        for key, new in sections.items()
    }
    return replace(inputs, **changed)
