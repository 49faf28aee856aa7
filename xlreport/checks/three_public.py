"""S: 三公经费."""

from decimal import Decimal

from xlreport.checks.rule import Breach, Level, Verdict, at_most, exceeds, rule, total
from xlreport.model.inputs import ThreePublic
from xlreport.model.numbers import plain

_PARTS = ("abroad", "vehicles", "reception")

total("S01", "三公经费等于出国、公车、接待之和", "total", _PARTS, each=ThreePublic)
total(
    "S02",
    "公务用车经费等于购置费与运行维护费之和",
    "vehicles",
    ("vehicle_purchase", "vehicle_upkeep"),
    each=ThreePublic,
)

for part in ("total", *_PARTS, "vehicle_purchase", "vehicle_upkeep"):
    at_most(
        "S03",
        Level.EXPLAIN,
        "三公经费各项决算不超过预算",
        f"three_public_final_{part}",
        f"three_public_budget_{part}",
        "请核对，确有超支请说明原因",
    )

at_most(
    "S04",
    Level.EXPLAIN,
    "三公经费决算不超过上年",
    "three_public_final_total",
    "three_public_prior_total",
    "三公经费应只减不增，请说明原因",
)


def _counted(part: str, counts: tuple[str, ...], lacking: str) -> None:
    """Register the rule that what was spent on a part has its numbers beside it."""
    amount = f"three_public_final_{part}"
    names = tuple(f"three_public_counts_{count}" for count in counts)

    @rule(
        "S05",
        Level.EXPLAIN,
        "有支出的三公经费须填数量",
        f"有{{{amount}}}，未填{lacking}",
        "请在“三公经费”表下方补填数量",
        figures=(amount, *names),
    )
    def spending_is_counted(spent: Decimal | None, *numbers: int | None) -> Verdict:
        if spent is None:
            return False
        blank = tuple(name for name, number in zip(names, numbers, strict=True) if not number)
        return Breach(at=(*blank, amount)) if spent > 0 and blank else None


_counted("abroad", ("missions", "travellers"), "团组数或人次")
_counted("vehicle_purchase", ("vehicles_bought",), "购置数")
_counted("reception", ("receptions", "guests"), "接待批次或人次")


@rule("S06", Level.EXPLAIN, "公车运行维护费与保有量相称", "", "请核对保有量和运行维护费，并说明原因")
def upkeep_fits_the_vehicles(
    three_public_final_vehicle_upkeep: Decimal,
    three_public_counts_vehicles_kept: int,
    settings_upkeep_per_vehicle: Decimal,
) -> Verdict:
    upkeep, vehicles = three_public_final_vehicle_upkeep, three_public_counts_vehicles_kept
    allowed = settings_upkeep_per_vehicle * vehicles
    if upkeep <= allowed:
        return None
    words = f"公务用车运行维护费{plain(upkeep)}万元，公务用车保有量{vehicles}辆"
    return Breach(
        upkeep - allowed,
        f"{words}，按每辆{plain(settings_upkeep_per_vehicle)}万元应不超过{plain(allowed)}万元",
    )


@rule(
    "S07",
    Level.HARD,
    "三公经费不大于公用经费与项目支出之和",
    "{three_public_final_total}大于{final_public}与{final_project}之和，超出{difference}",
    "三公经费列支在公用经费和项目支出中，请核对",
)
def three_public_within_its_sources(
    three_public_final_total: Decimal, final_project: Decimal, final_public: Decimal
) -> Verdict:
    return exceeds(three_public_final_total, final_public + final_project)
