"""B: the budget of the year's start and of the full year."""

from decimal import Decimal

from xlreport.checks.rule import KEPT, NOT_APPLICABLE, Breach, Level, Verdict, at_most, differs, rule, total
from xlreport.checks.words import worded
from xlreport.model.fields import Value, fields_of
from xlreport.model.inputs import Accounts
from xlreport.model.numbers import CENT, percent_text

_KEYS = tuple(field.key for field in fields_of(Accounts))
SOURCES = _KEYS[_KEYS.index("income") + 1 : _KEYS.index("expenditure")]  # income by source
USES = ("basic", "project", "business_cost", "remitted", "affiliated_grant")  # spending by nature
BUDGETS = ("initial", "full_year")


@rule(
    "B01",
    Level.HARD,
    "年初预算收入等于年初预算支出",
    "{initial_income}与{initial_expenditure}不等，相差{difference}",
    "年初预算应收支平衡，请核对",
)
def initial_budget_is_balanced(initial_income: Decimal, initial_expenditure: Decimal) -> Verdict:
    return differs(initial_income, initial_expenditure, CENT)


total("B02", "年初预算支出等于基本支出与项目支出等之和", "expenditure", USES, each=Accounts, of=("initial",))
total("B03", "预算收入等于各来源之和", "income", SOURCES, each=Accounts, of=BUDGETS)
total(
    "B04",
    "全年预算等于年初预算加追加减追减加上年结转",
    "full_year_expenditure",
    ("initial_expenditure", "adjustment_additions", "adjustment_carried_over"),
    ("adjustment_reductions",),
    remedy="请补填或核对本年追加、追减和上年结转",
)

for use in ("expenditure", "basic", "project"):
    at_most(
        "B05",
        Level.HARD,
        "全年执行数不大于全年预算数",
        f"final_{use}",
        f"full_year_{use}",
        "执行率不应超过100%，请核对两数",
        allowed=CENT,
    )


@rule(
    "B06",
    Level.EXPLAIN,
    "全年预算较年初预算调整过大须说明",
    "{full_year_expenditure}{carried}与{initial_expenditure}相比调整{rate}，超过{limit}",
    "请说明预算调整的原因",
)
def adjustment_is_moderate(
    full_year_expenditure: Decimal,
    initial_expenditure: Decimal,
    adjustment_carried_over: Decimal | None,
    budget_change_rate: Decimal,
    settings_adjustment_rate: Decimal,
) -> Verdict:
    if abs(budget_change_rate) <= settings_adjustment_rate:
        return KEPT
    carried = adjustment_carried_over or Decimal()
    more = {
        "carried": f"（含{worded('adjustment_carried_over', carried)}）" if carried else "",
        "rate": percent_text(budget_change_rate),
        "limit": percent_text(settings_adjustment_rate),
    }
    return Breach(full_year_expenditure - initial_expenditure - carried, more=more)


_ROWS = ("expenditure", "basic", "personnel", "public", "project")
_COLUMNS = ("full_year", "final")


@rule(
    "B07",
    Level.HINT,
    "全年预算与执行不应处处相同",
    "已填的{count}项全年预算数与决算数完全相同（如{example}）",
    "如系按执行数倒填全年预算，请改填实际批复的预算",
    figures=tuple(f"{column}_{row}" for row in _ROWS for column in _COLUMNS),
)
def budget_is_not_backfilled(*values: Value) -> Verdict:
    pairs = [
        (name, budget, spent)
        for name, budget, spent in zip(_ROWS, values[::2], values[1::2], strict=True)
        if budget is not None and spent is not None
    ]
    if not pairs:
        return NOT_APPLICABLE
    if not any(spent for _, _, spent in pairs) or any(budget != spent for _, budget, spent in pairs):
        return KEPT
    at = tuple(f"{column}_{name}" for column in _COLUMNS for name, _, _ in pairs)
    name, _, spent = next(pair for pair in pairs if pair[2])
    return Breach(more={"count": str(len(pairs)), "example": worded(f"final_{name}", spent)}, at=at)
