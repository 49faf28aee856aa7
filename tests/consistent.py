"""Random departments whose figures agree: all of them filled in, and no rule of any level has a word to say.

All is built so: totals are the sums of their parts, printed rates are recomputed, counts are those of the
lists, scores follow from the figures, and limits are kept.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from xlreport.checks.base_table import CARRIED, PRINTED
from xlreport.checks.budget import SOURCES, USES
from xlreport.model.fields import fields_of, places_of
from xlreport.model.inputs import (
    YES,
    Duty,
    FunctionalClass,
    Headcount,
    Inputs,
    Office,
    Project,
    Subunit,
    Texts,
    empty,
    with_values,
)
from xlreport.model.numbers import cut, rounded
from xlreport.model.rates import rate_values
from xlreport.model.scoring import FULL, grade, score
from xlreport.model.self_evaluation import (
    ACHIEVED,
    AT_LEAST,
    AT_MOST,
    BY_BANDS,
    BY_EXECUTION,
    BY_INDICATORS,
    BY_STEPS,
    BY_UNIT,
    EQUAL,
    FUND_SOURCES,
    LEVELS_1,
    MISSED,
    PARTLY,
    QUALITATIVE,
    REVERSE,
    Buildings,
    Carried,
    Criterion,
    FundSources,
    Indicator,
    ProjectFund,
    ScoreBand,
)

Figures = dict[str, Decimal]

# Texts that no rule about wording objects to.
_UNIT = "示例县林业局"
_OFFICES = ("办公室", "造林股", "资源股", "财务股", "防火股")
_SUBUNITS = ("林业技术推广站", "林木种苗站", "森林病虫害防治站")
_FUNCTIONS = ("208 社会保障和就业支出", "210 卫生健康支出", "213 农林水支出", "221 住房保障支出")
_PROJECTS = {
    "造林补助": "省级专项资金",
    "病虫害防治": "业务工作经费",
    "林区道路维修": "县级专项资金",
    "林业科普宣传": "运行维护经费",
}
_SENTENCE = "各项工作按计划完成"
_REASON = "部分工作推迟到冬季"

# 已公布数据, and the rate that each of these prints.
_STATED_RATES = {
    "control_rate": "staffing_control_rate",
    "execution_rate": "execution_rate",
    "basic_share": "basic_share",
    "project_share": "project_share",
    "procurement_rate": "procurement_rate",
    "use_rate": "asset_use_rate",
}

_KINDS = tuple(field.key for field in fields_of(Headcount) if field.part)
_THIRD = tuple(use for use in USES if use not in ("basic", "project"))  # spending of a third nature


class _Dice:
    """What chance decides, in the figures of a department."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.count = self.random.randint
        self.one_of = self.random.choice

    def amount(self, least: float, most: float) -> Decimal:
        """An amount of two decimals."""
        return Decimal(self.count(round(least * 100), round(most * 100))).scaleb(-2)

    def share(self, whole: Decimal, least: float, most: float) -> Decimal:
        """That part of an amount, at two decimals."""
        return cut(whole * Decimal(self.random.uniform(least, most)))

    def split(self, whole: Decimal, parts: int) -> list[Decimal]:
        """Parts that give the whole, none of them much smaller than the others."""
        weights = [self.count(3, 9) for _ in range(parts)]
        first = [cut(whole * weight / sum(weights)) for weight in weights[1:]]
        return [whole - sum(first), *first]

    def split_over(self, whole: Decimal, keys: Sequence[str]) -> Figures:
        """The same with a name for each part."""
        return dict(zip(keys, self.split(whole, len(keys)), strict=True))


def consistent(seed: int) -> Inputs:
    """The department of that number."""
    dice = _Dice(seed)
    year = dice.count(2001, 2098)
    report_date = date(year + 1, 1, 1) + timedelta(days=dice.count(0, 364))
    record = with_values(
        empty(),
        unit={"name": _UNIT, "year": year, "report_date": report_date, "parent": "示例县人民政府"},
        settings={"deadline": report_date + timedelta(days=dice.count(0, 60))},
        texts=dict.fromkeys((field.key for field in fields_of(Texts)), _SENTENCE),
        duties=(Duty("组织实施造林绿化"), Duty("保护森林资源")),
        assets={"as_of": date(year, 12, 31), **_assets(dice)},
        **_staff(dice),
        **_accounts(dice),
    )
    record = with_values(record, **_three_public(dice), **_procurement(dice, record))
    record = with_values(record, **_projects(dice, record))
    record = with_values(record, **_evaluation(dice, record))
    return with_values(record, **_printed(record))


def _staff(dice: _Dice) -> dict[str, Any]:
    established = {kind: dice.count(2, 40) for kind in _KINDS}
    in_post = {kind: dice.count(1, most) for kind, most in established.items()}
    offices = tuple(map(Office, _OFFICES[: dice.count(2, len(_OFFICES))]))
    subunits = tuple(map(Subunit, _SUBUNITS[: dice.count(2, len(_SUBUNITS))]))
    lower = dice.count(1, 30)
    return {
        "establishment": {"total": sum(established.values()), **established},
        "in_post": {"total": sum(in_post.values()), **in_post},
        "offices": offices,
        "subunits": subunits,
        "people": {
            "other_kind": "挂职干部",
            **{kind: dice.count(0, 50) for kind in ("retired", "veterans", "survivors", "temporary")},
            "offices": len(offices),
            "subunits": len(subunits),
            "budget_units": 1 + lower,
            "lower_budget_units": lower,
        },
    }


def _accounts(dice: _Dice) -> dict[str, Any]:
    third = dice.one_of((True, False))  # without it the two shares have to make 100%
    columns = {"prior": dice.amount(1500, 6000), "initial": dice.amount(1500, 6000)}
    adjustment = {
        "additions": dice.share(columns["initial"], 0.02, 0.25),
        "reductions": dice.share(columns["initial"], 0.01, 0.1),
        "structural": dice.amount(1, 90),
        "carried_over": dice.share(columns["initial"], 0.05, 0.3),
    }
    columns["full_year"] = (
        columns["initial"] + adjustment["additions"] - adjustment["reductions"] + adjustment["carried_over"]
    )
    spending = {}
    for column, whole in columns.items():
        uses = dice.split_over(whole, USES if third else USES[:2])
        spending[column] = {"expenditure": whole, **dict.fromkeys(_THIRD, Decimal()), **uses}
    used = {use: dice.share(spending["full_year"][use], 0.8, 0.99) for use in USES}
    spending["final"] = {"expenditure": sum(used.values(), Decimal()), **used}
    spent = spending["final"]["expenditure"]

    balance = {
        "nonfiscal_used": dice.share(spent, 0.01, 0.1),
        "opening": dice.share(spent, 0.02, 0.2),
        "distribution": dice.share(spent, 0.01, 0.1),
        "closing": dice.share(spent, 0.02, 0.2),
    }
    balance["total"] = spent + balance["distribution"] + balance["closing"]
    income = {
        "prior": dice.amount(1500, 6000),
        "initial": columns["initial"],
        "full_year": dice.amount(1500, 6000),
        "final": balance["total"] - balance["nonfiscal_used"] - balance["opening"],
    }
    functions = zip(_FUNCTIONS, dice.split(spent, len(_FUNCTIONS)), strict=True)
    return {
        "adjustment": adjustment,
        "balance": balance,
        "functions": tuple(FunctionalClass(name, amount) for name, amount in functions),
        "funds_full_year": dice.split_over(columns["full_year"], FundSources._fields),
        "funds_executed": dice.split_over(spent, FundSources._fields),
        **{column: _column(dice, income[column], uses) for column, uses in spending.items()},
    }


def _column(dice: _Dice, income: Decimal, uses: Figures) -> Figures:
    """A column of 收支情况 with the parts of its income and of its 基本支出."""
    basic = dice.split_over(uses["basic"], ("personnel", "public"))
    office, utilities_travel, meetings_training, _ = dice.split(basic["public"], 4)
    return {
        "income": income,
        **dice.split_over(income, SOURCES),
        **uses,
        **basic,
        "office": office,
        "utilities_travel": utilities_travel,
        "meetings_training": meetings_training,
    }


def _three_public(dice: _Dice) -> dict[str, Any]:
    kept = dice.count(2, 9)
    spent = {
        "abroad": dice.amount(1, 9),
        "vehicle_purchase": dice.amount(10, 40),
        "vehicle_upkeep": dice.amount(1, 4.5 * kept),
        "reception": dice.amount(1, 20),
    }
    columns = {"final": spent}
    for column in ("budget", "prior", "prior_budget"):
        columns[column] = {key: value + dice.amount(0.5, 5) for key, value in spent.items()}
    for parts in columns.values():
        parts["vehicles"] = parts["vehicle_purchase"] + parts["vehicle_upkeep"]
        parts["total"] = parts["abroad"] + parts["vehicles"] + parts["reception"]
    missions, bought, receptions = dice.count(1, 3), dice.count(1, kept), dice.count(5, 90)
    counts = {
        "missions": missions,
        "travellers": missions * dice.count(1, 6),
        "vehicles_bought": bought,
        "vehicles_kept": kept,
        "receptions": receptions,
        "guests": receptions * dice.count(2, 9),
    }
    return {f"three_public_{column}": parts for column, parts in columns.items()} | {
        "three_public_counts": counts
    }


def _procurement(dice: _Dice, record: Inputs) -> dict[str, Any]:
    columns = {column: dice.amount(100, 900) for column in ("prior", "budget")}
    columns["final"] = dice.share(_value(record, "final_project"), 0.2, 0.9)
    sme, large = dice.split(columns["final"], 2)
    return {
        **{
            f"procurement_{column}": {
                "total": whole,
                **dice.split_over(whole, ("goods", "works", "services")),
            }
            for column, whole in columns.items()
        },
        "awards": {"sme": sme, "small_micro": dice.share(sme, 0.2, 0.9), "large": large},
    }


def _assets(dice: _Dice) -> Figures:
    whole = dice.amount(500, 9000)
    liabilities = dice.share(whole, 0.1, 1.2)
    fixed = dice.share(whole, 0.3, 0.9)
    return {
        "total": whole,
        "liabilities": liabilities,
        "net": whole - liabilities,
        "fixed": fixed,
        "in_use": dice.share(fixed, 0.5, 0.99),
        "prior_use": dice.amount(50, 99).scaleb(-2),
    }


def _projects(dice: _Dice, record: Inputs) -> dict[str, Any]:
    names = tuple(_PROJECTS)[: dice.count(2, len(_PROJECTS))]
    execution = Decimal(dice.one_of((10, 20)))
    columns = [
        dice.split(_value(record, f"{column}_project"), len(names))
        for column in ("prior", "initial", "final")
    ]
    projects, funds = [], []
    for name, prior, initial, executed in zip(names, *columns, strict=True):
        full_year = executed + dice.share(executed, 0.01, 0.4)
        amounts = {"initial": initial, "full_year": full_year, "executed": executed}
        arrived = dice.share(full_year, 0.5, 1)
        is_low = executed < full_year * Decimal("0.8") or arrived < full_year * Decimal("0.6")
        projects.append(
            Project(
                name=name,
                category=_PROJECTS[name],
                implementer=_UNIT,
                prior=prior,
                arrived=arrived,
                stated_rate=rounded(executed / full_year, 4),
                stated_score=score(executed, full_year, execution),
                described=YES,
                goal=_SENTENCE,
                results=_SENTENCE,
                reason=_REASON if is_low else None,
                **amounts,
                **{f"stated_{key}": value for key, value in amounts.items()},
            )
        )
        parts = {key: dice.split(value, len(FUND_SOURCES)) for key, value in amounts.items()}
        funds += [
            ProjectFund(name, source, **dict(zip(parts, row, strict=True)))
            for source, row in zip(FUND_SOURCES, zip(*parts.values(), strict=True), strict=True)
        ]
    return {
        "projects": tuple(projects),
        "funds": tuple(funds),
        "settings": {"execution_points": execution},
        "buildings": {key: dice.amount(100, 900) for key in Buildings._fields},
    }


def _evaluation(dice: _Dice, record: Inputs) -> dict[str, Any]:
    """Indicators for the department and for each project, and the standard that gives them their points."""
    execution = _value(record, "settings_execution_points")
    levels = dice.split_over(FULL - execution, LEVELS_1[:3])
    indicators = [*_indicators(dice, None, levels)]
    spent, planned = (_value(record, f"{column}_expenditure") for column in ("final", "full_year"))
    executed = score(spent, planned, execution)
    total = sum(filter(None, (executed, *(row.score for row in indicators))), Decimal())
    for project in record.projects:
        indicators += _indicators(dice, project.name, levels)
    return {
        "indicators": tuple(indicators),
        **_standard(dice, execution, levels),
        "stated": {"execution_score": executed, "total_score": total, "grade": grade(total)},
    }


def _indicators(dice: _Dice, project: str | None, levels: Figures) -> Iterator[Indicator]:
    names = ("数量指标", "质量指标", "时效指标"), ("经济效益指标", "社会效益指标"), ("服务对象满意度指标",)
    directions = iter((AT_LEAST, QUALITATIVE, AT_MOST, EQUAL, REVERSE, AT_LEAST))
    for (level_1, whole), named in zip(levels.items(), names, strict=True):
        for level_2, points in dice.split_over(whole, named).items():
            yield _indicator(dice, next(directions), points)._replace(
                project=project, level_1=level_1, level_2=level_2, name=level_2.removesuffix("指标")
            )


def _indicator(dice: _Dice, direction: str, points: Decimal) -> Indicator:
    """One that got the points that its figures, or the degree to which it was achieved, give."""
    blank = Indicator(**dict.fromkeys(Indicator._fields))._replace(
        direction=direction, points=points, reason=_REASON
    )
    if direction == QUALITATIVE:
        bands = {ACHIEVED: (0.81, 1), PARTLY: (0.62, 0.79), MISSED: (0.1, 0.58)}
        band = dice.one_of(tuple(bands))
        return blank._replace(
            target="年底前", actual="基本完成", band=band, score=dice.share(points, *bands[band])
        )
    target, actual = dice.amount(20, 90), dice.amount(20, 90)
    missed = {AT_LEAST: actual < target, EQUAL: actual != target}.get(direction, actual > target)
    due = score(min(target, actual), max(target, actual), points) if missed else points
    return blank._replace(target=f"{target}%", actual=f"{actual}%", unit="%", score=due)


def _standard(dice: _Dice, execution: Decimal, levels: Figures) -> dict[str, Any]:
    """评分标准: the execution of the budget, indicators of two levels, and the rest by every other method."""
    blank = Criterion(**dict.fromkeys(Criterion._fields))
    *by_indicators, last = levels
    steps_down, steps_up, banded, own = dice.split(levels[last], 4)
    steps = blank._replace(
        method=BY_STEPS,
        step=dice.amount(1, 9).scaleb(-2),
        deduction=dice.amount(0.1, 2),
    )
    criteria = (
        blank._replace(name="预算执行率", points=execution, method=BY_EXECUTION),
        *(blank._replace(name=name, points=levels[name], method=BY_INDICATORS) for name in by_indicators),
        steps._replace(name="人员控制", points=steps_down, rate="在职人员控制率", at_most=Decimal(1)),
        steps._replace(name="预算完成", points=steps_up, rate="预算完成率", at_least=Decimal("0.95")),
        blank._replace(name="预算控制", points=banded, method=BY_BANDS, rate="预算控制率"),
        blank._replace(name="制度健全", points=own, method=BY_UNIT, score=dice.share(own, 0.5, 1)),
    )
    limits = (Decimal("0.05"), Decimal("0.1"), Decimal("0.2"))
    worth = (banded, dice.share(banded, 0.6, 0.9), dice.share(banded, 0.2, 0.5))
    bands = zip(limits, worth, strict=True)
    return {
        "criteria": criteria,
        "bands": tuple(ScoreBand("预算控制", limit, points) for limit, points in bands),
    }


def _printed(record: Inputs) -> dict[str, Any]:
    """What the papers print of the record, and what last year's workbook had."""
    increase = _value(record, "final_income") - _value(record, "initial_income")
    rates = rate_values(record)
    figures = {key: _value(record, name) for key, name in PRINTED.items()}
    return {
        "stated": {
            **{key: rates[rate].cell for key, rate in _STATED_RATES.items()},
            "increase": increase,
            "direction": "增加" if increase > 0 else "减少" if increase else "持平",
        },
        **dict.fromkeys(("printed_report", "printed_base", "printed_overall"), figures),
        "carried": tuple(Carried(place.label, _value(record, name)) for name, place in CARRIED.items()),
    }


def _value(record: Inputs, name: str) -> Any:
    """A figure that was given before, by the name that rules call it."""
    place = places_of(Inputs)[name]
    return getattr(getattr(record, place.section.key), place.field.key)
