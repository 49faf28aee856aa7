"""Which field a figure in running text is, by the words before it and what was spoken of last."""

import re
from dataclasses import dataclass

from xlreport.facts import Fact, FactKind
from xlreport.model.fields import places_of
from xlreport.model.inputs import Inputs

_OF_RECORD = frozenset(place.path for place in places_of(Inputs).values())

# What the words before a figure say of the column that it belongs to, first match first.
_COLUMNS = (
    ("prior", "上年|去年|上一年|同期"),
    ("full_year", "全年预算|调整后?(?:的)?预算|调整预算"),
    ("final", "决算|全年执行|执行数|实际"),
    ("initial", "(?<!公共)(?<!基金)(?<!经营)预算"),  # those are names of money, whatever the column
)
_COLUMN_OF = {
    "accounts": {"prior": "", "full_year": "full_year", "final": "final", "initial": "initial"},
    "three_public": {
        "prior": "three_public_prior",
        "full_year": "three_public_budget",
        "final": "three_public_final",
        "initial": "three_public_budget",
    },
    "procurement": {
        "prior": "",
        "full_year": "procurement_budget",
        "final": "procurement_final",
        "initial": "procurement_budget",
    },
}
_FAMILIES = (
    ("three_public", "三公"),
    ("procurement", "政府采购"),
    ("assets", "资产|负债"),
    ("people", "编制|在职|退休|离休|遗属|临聘"),
    ("accounts", "总收入|总支出|预算安排|年初预算|全年预算|全年执行|收入|基本支出|项目支出"),
)
_OF_PART = {
    "THREE_PUBLIC": "three_public",
    "PROCUREMENT": "procurement",
    "ASSETS": "assets",
    "STAFF": "people",
    "ACCOUNTS": "accounts",
    "OVERALL": "accounts",
}
# The words right before a figure, without what only leads to it, and without what names its column.
_LEADING = re.compile(r"(?:[数额]|金额|总额|合计|共计|共|为|是|达到?|约|计|了|列支|\s)+$")
_COLUMN = re.compile(
    r"(?:(?:年初|全年|年度|调整后?的?)?(?:预算|决算|执行|实际)(?:支出|采购|安排|执行)?|(?<=.)实际支出)$"
)
# A difference is no figure of its own.
_DIFFERENCE = re.compile(r"同比|[比较](?:上年|去年|上一年|20\d\d年|同期)|(?:增加|减少|下降|增长|节约|超出)$")

_FIELDS = {
    "accounts": (
        ("general_public", "一般公共(?:预算|财政)?(?:财政)?(?:拨款)?(?:收入)?"),
        ("government_fund", "政府性基金.*"),
        ("state_capital", "国有资本.*"),
        ("superior_grant", "上级补助收入"),
        ("institutional_income", "事业收入"),
        ("business_income", "经营收入"),
        ("other_income", "其他收入"),
        ("basic", "基本支出"),
        ("personnel", "人员(?:经费|支出)"),
        ("public", "公用(?:经费|支出)"),
        ("project", "项目支出"),
        ("income", "总收入|收入(?:总计)?"),
        ("expenditure", "总支出|支出(?:总计)?"),
    ),
    "three_public": (
        ("abroad", "(?:因公)?出国.*"),
        ("vehicles", "公务用?车?购置(?:及|和|费及).*|公务用车(?:经费|费用?)?"),
        ("vehicle_purchase", "(?:公务用车|车辆)?购置费?"),
        ("vehicle_upkeep", "(?:公务用车|车辆)?运行(?:维护)?费?"),
        ("reception", "(?:公务)?接待费?(?:支出)?"),
        ("total", '三公[”"]?(?:经费)?(?:支出)?'),
    ),
    "procurement": (
        ("goods", "货物(?:类|支出|采购)?"),
        ("works", "工程(?:类|支出|采购)?"),
        ("services", "服务(?:类|支出|采购)?"),
        ("total", "政府采购(?:支出)?"),
    ),
    "assets": (
        ("in_use", "在用(?:固定)?资产|(?:固定)?资产在用"),
        ("fixed", "固定资产(?:账面)?(?:原值|价值)?"),
        ("net", "净资产"),
        ("liabilities", "负债"),
        ("total", "资产|总资产"),
    ),
}
_ENDINGS = {
    family: tuple((key, re.compile(rf"(?:{pattern})$")) for key, pattern in fields)
    for family, fields in _FIELDS.items()
}
_KINDS = (
    ("administrative", "行政"),
    ("managed", "参公|参照公务员"),
    ("institutional", "事业"),
    ("management", "管理"),
    ("technical", "专业技术|专技"),
    ("worker", "工勤"),
)
_PEOPLE = (
    ("people.retired", "退休"),
    ("people.veterans", "离休"),
    ("people.survivors", "遗属"),
    ("people.temporary", "临聘|临时|聘用"),
)
_RATES = (
    ("stated.use_rate", "(?:资产)?(?:使用|利用)率"),
    ("stated.control_rate", "(?:在职人员|人员|编制)控制率"),
    ("rates.three_public_control_rate", "三公.*控制率"),
    ("stated.procurement_rate", "采购.*执行率"),
    ("rates.initial_completion_rate", "完成(?:了)?(?:年初)?预算"),
)
_ADJUSTMENTS = (
    ("adjustment.additions", re.compile("追加(?:预算|资金|指标)?$")),
    ("adjustment.reductions", re.compile("(?:追减|调减)(?:预算|资金|指标)?$")),
    ("adjustment.carried_over", re.compile("(?:上年|年初)结转(?:结余|和结余)?(?:资金)?$")),
)
_BARE = re.compile(r"(?:20\d\d年度?|本年度?|年初|全年|财政|其中|实际)*")
_DOWN = "减少|下降|少"
_COMPARED = re.compile(rf"[较比](?:年初)?预算(?:数|总额)?(?:增加|增长|多|{_DOWN})")


# What a bare 预算数 or 决算数 is of, where nothing else was named.
_WHOLE = {"accounts": "expenditure", "three_public": "total", "procurement": "total"}
_TOPICS = {"基本支出": "basic", "项目支出": "project"}
_WITH_TOTALS = ("ACCOUNTS", "OVERALL")  # parts in which a bare 预算数 is the department's


# Funds that are told of by themselves: the field of their income, where there is one; their spending has none.
_FUNDS = (
    ("政府性基金", "government_fund"),
    ("国有资本经营", "state_capital"),
    ("社会保险基金", ""),
)
_SCORES = (
    ("stated.execution_score", re.compile("执行率?(?:自评)?得分?$")),
    ("stated.total_score", re.compile("(?<!满)总分$|(?:总|自评|综合|评价|最终|最后)得分$")),
)
_MISSIONS = "three_public_counts.missions"
_GROUPS = re.compile("(?:团组数?|出国(?:[（(]境[）)])?)$")
_FULL_MARKS = 100  # 总分100分 says out of how many


@dataclass
class Context:
    """What a paragraph spoke of last, and the heading that it stands under."""

    part: str
    under: str = ""
    family: str = ""
    column: str = ""
    topic: str = ""
    last: str = ""  # the field of the last amount or count
    fund: str | None = None  # the field of the fund that all is about

    def __post_init__(self) -> None:
        self.family = _OF_PART.get(self.part, "")
        self.end_sentence()

    def end_sentence(self) -> None:
        """The next sentence begins with what the heading is about."""
        self.topic = next((topic for words, topic in _TOPICS.items() if words in self.under), "")

    @property
    def usual_column(self) -> str:
        """The column that a figure without one belongs to, by the heading."""
        return "initial" if "预算" in self.under and "决算" not in self.under else "final"

    def hear(self, label: str, *, rate: bool) -> None:
        """Take in the words before a figure; those before a rate name its base, not what is spoken of."""
        for family, words in _FAMILIES:
            if re.search(words, label):
                if not (family == "accounts" and self.family in ("three_public", "procurement")):
                    self.topic = "" if family != self.family else self.topic
                    self.family = family
                break
        for column, words in _COLUMNS if not rate else ():
            if re.search(words, label):
                self.column = column
                break
        # What was spent on these is no budget.
        if not self.column and self.family in ("three_public", "procurement") and "支出" in label:
            self.column = "final"


def field_of(label: str, fact: Fact, context: Context) -> tuple[str, bool] | None:
    """The path of the field that a figure is, and whether that is sure; the context takes the words in."""
    if context.fund is not None:
        return _of_fund(label, fact, context)
    if fact.kind is FactKind.AMOUNT:
        if _COMPARED.search(label):
            return ("stated.increase", True) if context.last == "final.income" else None
        if path := _adjustment(label):
            return path, True
        if _DIFFERENCE.search(label):
            return None
    context.hear(label, rate=fact.kind is FactKind.PERCENT)
    if fact.kind is FactKind.AMOUNT:
        found = _amount(label, context)
        if found and found[0] not in _OF_RECORD:  # 基本支出 under a heading of 三公: no such field
            found = None
        context.last = found[0] if found else ""
        return found
    path = _rate(label, context) if fact.kind is FactKind.PERCENT else _count(label, fact, context)
    return (path, True) if path else None


def fund_of(under: str, text: str) -> str | None:
    """The field of the fund that a paragraph is about by its heading or its first words; "" has none."""
    for words, key in _FUNDS:
        if re.match(rf"\s*(?:20\d\d年度?|本年度?|本单位)*有{words}", text):
            return key
        if words in under and not re.search("一般公共|部门|整体", under):
            return key
    return None


def _of_fund(label: str, fact: Fact, context: Context) -> tuple[str, bool] | None:
    context.hear(label, rate=fact.kind is FactKind.PERCENT)
    if fact.kind is not FactKind.AMOUNT or not context.fund or not context.column:
        return None
    if _DIFFERENCE.search(label) or not re.search("收入$", _LEADING.sub("", label)):
        return None
    section = _COLUMN_OF["accounts"][context.column]
    return (f"{section}.{context.fund}", True) if section else None


def _adjustment(label: str) -> str | None:
    words = _LEADING.sub("", label)
    return next((path for path, ending in _ADJUSTMENTS if ending.search(words)), None)


def is_decrease(label: str) -> bool:
    """Whether a difference is one to less."""
    return re.search(_DOWN, label) is not None


def _amount(label: str, context: Context) -> tuple[str, bool] | None:
    words = _LEADING.sub("", label)
    words = _LEADING.sub("", _COLUMN.sub("", words))
    endings = _ENDINGS.get(context.family, ())
    key = next((key for key, ending in endings if ending.search(words)), None)
    if context.family == "assets":
        return (f"assets.{key}", True) if key else None
    if key is None:
        if not _BARE.fullmatch(words) or context.family not in _WHOLE:
            return None
        if label.endswith("支出") and context.topic not in _TOPICS.values():
            context.topic = ""  # 年初预算支出 after a source of income
        if not context.topic and context.family == "accounts" and context.part not in _WITH_TOTALS:
            return None
        key = context.topic or _WHOLE[context.family]
    context.topic = key
    sure = bool(context.column)
    section = _COLUMN_OF.get(context.family, {}).get(context.column or context.usual_column, "")
    return (f"{section}.{key}", sure) if section else None


def _rate(label: str, context: Context) -> str | None:
    words = _LEADING.sub("", label).removesuffix("的")
    if re.search(r"占(?:总支出|支出|比|本年支出|决算总?支出)", label):
        return {"final.basic": "stated.basic_share", "final.project": "stated.project_share"}.get(
            context.last
        )
    for path, pattern in _RATES:
        if re.search(rf"(?:{pattern})$", words):
            return path
    if re.search(r"(?:预算)?执行率$", words):
        if context.family == "procurement":
            return "stated.procurement_rate"
        return "stated.execution_rate" if context.family == "accounts" and context.column == "final" else None
    return None


def _count(label: str, fact: Fact, context: Context) -> str | None:
    if fact.unit == "分":
        return _score(label, fact, context)
    if context.family == "three_public":
        path = _of_three_public(label, fact.unit, context.last)
        context.last = path or context.last
        return path
    if fact.unit != "人" or context.family != "people":
        return None
    for path, words in _PEOPLE:
        if re.search(words, label):
            return path
    kind = next((key for key, words in _KINDS if re.search(words, label)), None)
    column = "establishment" if "编制" in label else "in_post" if re.search("在职|实有", label) else ""
    if kind or not column:
        column = context.last or column  # 在职48人，其中行政编制20人
    if kind is None and not re.search("编制|在职|实有", label):
        return None
    if column not in ("establishment", "in_post"):
        return None
    context.last = column
    return f"{column}.{kind or 'total'}"


def _score(label: str, fact: Fact, context: Context) -> str | None:
    if context.part == "PROJECTS":
        return None  # a project's
    words = _LEADING.sub("", label)
    path = next((path for path, ending in _SCORES if ending.search(words)), None)
    return None if words.endswith("总分") and fact.value == _FULL_MARKS else path


def _of_three_public(label: str, unit: str, last: str) -> str | None:
    if unit in ("批次", "批"):
        return "three_public_counts.receptions"
    if unit in ("人次", "人"):
        abroad = "出国" in label or last == _MISSIONS  # 团组1个，累计2人次
        return "three_public_counts.travellers" if abroad else "three_public_counts.guests"
    if unit == "团组" or (unit == "个" and _GROUPS.search(label)):
        return _MISSIONS
    if unit == "辆":
        bought = "购置" in label and "保有" not in label
        return f"three_public_counts.{'vehicles_bought' if bought else 'vehicles_kept'}"
    return None
