"""The sample year with many projects, each filled in as a department would."""

from dataclasses import replace
from decimal import Decimal

from xlreport.datafile import read_outline, read_sample
from xlreport.model.fields import blank
from xlreport.model.inputs import Inputs, Project

CATEGORIES = ("业务工作经费", "运行维护经费", "省级专项资金", "上级转移支付")


def with_projects(count: int) -> Inputs:
    """The sample year with `count` projects; most are as they should be, every fiftieth lacks a reason."""
    sample = replace(read_sample(), template=read_outline("A"))
    return replace(sample, projects=tuple(_project(number) for number in range(count)))


def _project(number: int) -> Project:
    budget = Decimal(1000 + number * 7919 % 90_000) / 100
    low = number % 10 == 3
    executed = (budget * (Decimal("0.61") if low else Decimal("0.97"))).quantize(Decimal("0.01"))
    reason = None if low and number % 50 == 3 else f"第{number}号项目部分尾款按合同约定于次年支付"
    project: Project = blank(Project)
    return project._replace(
        name=f"{2019 + number % 5}年第{number}号产业发展专项",
        category=CATEGORIES[number % len(CATEGORIES)],
        initial=budget - Decimal("0.5"),
        full_year=budget,
        arrived=budget,
        executed=executed,
        results=f"完成年度目标{80 + number % 20}%，支持企业{number % 37 + 1}家，带动就业{number % 211 + 5}人",
        reason=reason,
    )
