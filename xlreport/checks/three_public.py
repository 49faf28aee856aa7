"""S: 三公经费."""

from decimal import Decimal

from xlreport.checks.rule import KEPT, NOT_APPLICABLE, Breach, Level, Verdict, at_most, exceeds, rule, total
from xlreport.checks.words import amount, worded
from xlreport.model.inputs import ThreePublic

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
    """Register the rule that what was spent on a part has its numbers beside it.

    A group has a traveller at least, and a reception a guest: the first number is not above the last.
    """
    figure = f"three_public_final_{part}"
    names = tuple(f"three_public_counts_{count}" for count in counts)

    @rule(
        "S05",
        Level.EXPLAIN,
        "有支出的三公经费须填数量",
        f"有{{{figure}}}，未填{lacking}",
        "请补填或核对“三公经费”表下方的数量",
        figures=(figure, *names),
    )
    def spending_is_counted(spent: Decimal | None, *numbers: int | None) -> Verdict:
        if spent is None:
            return NOT_APPLICABLE
        if not spent:
            return KEPT
        if blank := tuple(name for name, number in zip(names, numbers, strict=True) if not number):
            return Breach(at=(*blank, figure))
        few, many = numbers[0] or 0, numbers[-1] or 0
        if few <= many:
            return KEPT
        return Breach(words=f"{worded(names[0], few)}，多于{worded(names[-1], many)}", at=names)


_counted("abroad", ("missions", "travellers"), "团组数或人次")
_counted("vehicle_purchase", ("vehicles_bought",), "购置数")
_counted("reception", ("receptions", "guests"), "接待批次或人次")


@rule(
    "S06",
    Level.EXPLAIN,
    "公车运行维护费与保有量相称",
    "{three_public_final_vehicle_upkeep}，{three_public_counts_vehicles_kept}，按每辆{each}应不超过{allowed}",
    "请核对保有量和运行维护费，并说明原因",
)
def upkeep_fits_the_vehicles(
    three_public_final_vehicle_upkeep: Decimal,
    three_public_counts_vehicles_kept: int,
    settings_upkeep_per_vehicle: Decimal,
) -> Verdict:
    allowed = settings_upkeep_per_vehicle * three_public_counts_vehicles_kept
    above = three_public_final_vehicle_upkeep - allowed
    more = {"each": amount(settings_upkeep_per_vehicle), "allowed": amount(allowed)}
    return Breach(above, more=more) if above > 0 else KEPT


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
