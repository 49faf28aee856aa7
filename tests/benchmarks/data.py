"""The sample year with many projects, each filled in as a department would."""

from dataclasses import replace
from decimal import Decimal

from xlreport.datafile import DEFAULT_STANDARD, read_outline, read_sample, with_standard
from xlreport.model.fields import blank
from xlreport.model.inputs import Inputs, Project
from xlreport.model.self_evaluation import FUND_SOURCES, Indicator, ProjectFund

CATEGORIES = ("业务工作经费", "运行维护经费", "省级专项资金", "上级转移支付")
# Of each project: 一级指标, 二级指标, points.
INDICATORS = (
    *(("产出指标", kind, 10) for kind in ("数量指标", "数量指标", "质量指标", "时效指标", "成本指标")),
    *(
        ("效益指标", kind, 6)
        for kind in ("经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标", "社会效益指标")
    ),
    ("满意度指标", "服务对象满意度指标", 10),
)


def with_projects(count: int) -> Inputs:
    """The sample year with `count` projects; most are as they should be, every fiftieth lacks a reason."""
    sample = replace(read_sample(), template=read_outline("A"))
    return replace(sample, projects=tuple(_project(number) for number in range(count)))


def with_papers(count: int) -> Inputs:
    """The same with all that the four papers need: a scoring standard, sources and indicators of each project."""
    inputs = with_standard(with_projects(count), DEFAULT_STANDARD)
    return replace(
        inputs,
        funds=tuple(fund for project in inputs.projects for fund in _funds(project)),
        indicators=tuple(
            _indicator(project.name, number)
            for project in inputs.projects
            for number in range(len(INDICATORS))
        ),
    )


def with_texts(count: int) -> Inputs:
    """The same, the results in the words that rules look at: amounts, years, numerals, quotes; some with a slip."""
    inputs = with_papers(count)
    return replace(
        inputs,
        projects=tuple(
            project._replace(results=_results(project, number))
            for number, project in enumerate(inputs.projects)
        ),
    )


def _results(project: Project, number: int) -> str:
    unit = "元" if number % 50 == 7 else "万元"
    return (
        f"一是完成{number % 37 + 1}个项目，2023年支出{project.executed}{unit}，2022年支出{number % 89 + 1}.55万元，"
        f"同比增长{number % 20}.4%；二是落实“以奖代补”，每户补助{number % 900 + 100}元，共{number % 70 + 3}.62万元。"
    )


def _funds(project: Project) -> tuple[ProjectFund, ProjectFund]:
    """Its money from two sources, in every column."""
    amounts = [(amount or Decimal()) for amount in (project.initial, project.full_year, project.executed)]
    carried = [(amount / 4).quantize(Decimal("0.01")) for amount in amounts]
    rest = [amount - part for amount, part in zip(amounts, carried, strict=True)]
    return ProjectFund(project.name, FUND_SOURCES[0], *rest), ProjectFund(
        project.name, FUND_SOURCES[1], *carried
    )


def _indicator(project: str | None, number: int) -> Indicator:
    """A quantity that was reached or, every third, one that is judged."""
    level_1, level_2, points = INDICATORS[number]
    row: Indicator = blank(Indicator)._replace(
        project=project, level_1=level_1, level_2=level_2, name=f"第{number + 1}项", points=Decimal(points)
    )
    if number % 3 == 2:
        return row._replace(
            direction="定性", target="按期完成", actual="已完成", band="达成", score=Decimal(points)
        )
    return row._replace(direction="≥", target=f"{100 + number * 7}", unit="个", actual=f"{105 + number * 7}")


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
