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

_COUNTS_TITLE = "有支出的三公经费须填数量"
_COUNTS_REMEDY = "请在“三公经费”表下方补填数量"


@rule(
    "S05",
    Level.EXPLAIN,
    _COUNTS_TITLE,
    "有{three_public_final_reception}，未填接待批次或人次",
    _COUNTS_REMEDY,
)
def reception_is_counted(
    three_public_final_reception: Decimal,
    three_public_counts_receptions: int | None,
    three_public_counts_guests: int | None,
) -> Verdict:
    return _uncounted(
        three_public_final_reception, three_public_counts_receptions, three_public_counts_guests
    )


@rule("S05", Level.EXPLAIN, _COUNTS_TITLE, "有{three_public_final_abroad}，未填团组数或人次", _COUNTS_REMEDY)
def missions_are_counted(
    three_public_final_abroad: Decimal,
    three_public_counts_missions: int | None,
    three_public_counts_travellers: int | None,
) -> Verdict:
    return _uncounted(three_public_final_abroad, three_public_counts_missions, three_public_counts_travellers)


@rule(
    "S05", Level.EXPLAIN, _COUNTS_TITLE, "有{three_public_final_vehicle_purchase}，未填购置数", _COUNTS_REMEDY
)
def purchases_are_counted(
    three_public_final_vehicle_purchase: Decimal, three_public_counts_vehicles_bought: int | None
) -> Verdict:
    return _uncounted(three_public_final_vehicle_purchase, three_public_counts_vehicles_bought)


def _uncounted(amount: Decimal, *counts: int | None) -> Verdict:
    return Breach() if amount > 0 and not all(counts) else None


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
