"""The grids of the papers, cell by cell as the field's guide shows them, with the figures of the base case."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from xlreport import datafile
from xlreport.datafile import read_data, read_paper, read_papers, read_sample, with_standard
from xlreport.department import papers_of
from xlreport.errors import Unusable
from xlreport.model.fields import Kind
from xlreport.model.inputs import Inputs, empty, with_values
from xlreport.model.self_evaluation import Indicator
from xlreport.papers.grid import GAP, Cell, Paper
from xlreport.papers.maker import make_papers
from xlreport.report import evaluate

BASE = read_data(Path(__file__).parent / "cases" / "base.toml")


def papers(inputs: Inputs) -> dict[str, Paper]:
    return {paper.name: paper for paper in papers_of(evaluate(inputs))}


def version(name: str, inputs: Inputs = BASE) -> Paper:
    return papers(with_values(inputs, settings={"base_table": name}))["附件2"]


def shown(cell: Cell) -> str:
    """A cell as it prints, with how far it is merged: 绩效指标↓8, 总分→6."""
    value = cell.value
    if cell.kind is Kind.PERCENT and isinstance(value, Decimal):
        text = f"{value * 100:.2f}%"
    elif cell.kind is Kind.MONEY and isinstance(value, Decimal):
        text = f"{value:.2f}"
    elif isinstance(value, Decimal | int):
        text = f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else str(value)
    else:
        text = cell.text.strip("　")
    across = f"→{cell.across}" if cell.across > 1 else ""
    down = f"↓{cell.down}" if cell.down > 1 else ""
    return f"{text}{across}{down}"


def grid(paper: Paper) -> list[str]:
    return [" | ".join(map(shown, row)).strip() for row in paper.rows]


def lines(text: str) -> list[str]:
    return [
        " | ".join(part.strip() for part in line.split("|")).strip() for line in text.strip().splitlines()
    ]


HEAD_A = """
财政供养人员情况（人）↓2 | 编制数 | 2023年实际在职人数 | 控制率
30 | 27 | 90.00%
经费控制情况（万元） | 2022年决算数 | 2023年预算数 | 2023年决算数
"""
THREE_PUBLIC = """
三公经费 | 34.90 | 36.00 | 33.50
1、公务用车购置和维护经费 | 26.00 | 27.00 | 25.30
其中：公车购置 | 17.00 | 18.00 | 17.50
公车运行维护 | 9.00 | 9.00 | 7.80
2、出国经费 | 2.50 | 3.00 | 2.80
3、公务接待 | 6.40 | 6.00 | 5.40
"""
REST = """
公用经费 | 120.00 | 120.00 | 120.00
其中：办公经费 | 50.00 | 52.00 | 51.00
水费、电费、差旅费 | 45.00 | 44.00 | 46.00
会议费、培训费 | 10.00 | 12.00 | 11.00
政府采购金额 | 80.00 | 100.00 | 90.00
部门基本支出预算调整 |  |  | 30.00
"""
BUILDINGS = """
楼堂馆所控制情况（2023年完工项目）↓4 | 批复规模（㎡） | 实际规模（㎡） | 规模控制率
500 | 480 | 96.00%
预算投资（万元） | 实际投资（万元） | 投资概算控制率
120.00 | 118.00 | 98.33%
厉行节约保障措施 | 压减会议→3
"""
BASE_TABLES = {
    "A": f"""{HEAD_A.rstrip()}{THREE_PUBLIC.rstrip()}
项目支出： | 370.00 | 380.00 | 460.00
1、业务工作经费 | 140.00 | 100.00 | 150.00
2、运行维护经费 | 30.00 | 30.00 | 30.00
3、省级专项资金（每个专项一行） | 200.00 | 250.00 | 280.00
造林补助 | 200.00 | 250.00 | 280.00{REST.rstrip()}{BUILDINGS}""",
    "岳阳楼": f"""{HEAD_A.rstrip()}{THREE_PUBLIC.rstrip()}
项目支出： | 370.00 | 380.00 | 460.00
1、业务工作经费 | 170.00 | 130.00 | 180.00
2、区级专项资金（一个专项一行） |  |  |
3、上级转移支付 | 200.00 | 250.00 | 280.00{REST.rstrip()}{BUILDINGS}""",
    "B": f"""{HEAD_A.rstrip()}
支出总额 | 970.00 | 1000.00 | 1100.00
基本支出 | 600.00 | 620.00 | 640.00
其中：公用经费 | 120.00 | 120.00 | 120.00
项目支出 | 370.00 | 380.00 | 460.00
其中：1、运行维护经费 | 170.00 | 130.00 | 180.00
2、专项资金（一个项目一行） | 200.00 | 250.00 | 280.00
造林补助 | 200.00 | 250.00 | 280.00{THREE_PUBLIC.rstrip()}
政府采购金额 | 80.00 | 100.00 | 90.00{BUILDINGS}""",
}
OVERALL = """
预算部门（单位）名称→2 | 示例县林业局→7
年度预算申请（万元）↓7 | →2 | 年初预算数 | 全年预算数 | 全年执行数 | 分值 | 执行率 | 得分
年度资金总额→2 | 1000.00 | 1150.00 | 1100.00 | 10 | 95.65% | 9.57
按收入性质分：→3 | 1150.00 | 按支出性质分：→3 | 1150.00
其中：一般公共预算→3 | 1050.00 | 其中：基本支出→3 | 650.00
政府性基金拨款→3 | 60.00 | 项目支出→3 | 500.00
纳入专户管理的非税收入拨款→3 |  | →3 |
其他资金→3 | 40.00 | →3 |
年度总体目标↓2 | 预期目标→4 | 实际完成情况→4
造林五千亩→4 | 已完成→4
绩效指标↓8 | 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分 | 偏差原因分析及改进措施
产出指标（50分）↓4 | 数量指标 | 造林面积 | ≥5000亩 | 5200亩 | 20 | 20 |
质量指标 | 造林成活率 | ≥90% | 91% | 15 | 15 |
时效指标 | 任务完成及时 | 12月底前 | 12月20日完成 | 10 | 10 |
成本指标 | 公用经费 | ≤120千元 | 118千元 | 5 | 5 |
效益指标（30分）↓2 | 生态效益指标 | 森林覆盖率 | =62.5% | 62.5% | 20 | 20 |
社会效益指标 | 带动就业 | ≥200人次 | 160人次 | 10 | 8 | 两个乡镇用工减少，明年提前组织
满意度指标（10分） | 服务对象满意度指标 | 群众满意度 | ≥90% | 81% | 10 | 9 | 部分群众反映补助发放慢，已改为按季发放
总分→6 | 100 | 96.57 | 优
"""
PROJECT = """
项目名称 | 造林补助→7
主管部门 | 示例县人民政府→3 | 实施单位 | 示例县林业局→3
项目资金（万元）↓5 |  | 年初预算数 | 全年预算数 | 全年执行数 | 分值 | 执行率 | 得分
年度资金总额 | 250.00 | 300.00 | 280.00 | 10 | 93.33% | 9.33
其中：当年财政拨款 | 250.00 | 270.00 | 255.00 | – | 94.44% | –
上年结转资金 | 0.00 | 30.00 | 25.00 | – | 83.33% | –
其他资金 |  |  |  | – |  | –
年度总体目标↓2 | 预期目标→3 | 实际完成情况→4
〔未填〕→3 | 〔未填〕→4
一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分 | 偏差原因分析及改进措施
产出指标（50分） | 数量指标 | 完成任务数 | ≥10项 | 10项 | 50 | 50 |
效益指标（30分） | 社会效益指标 | 受益人数 | ≥100人 | 110人 | 30 | 30 |
满意度指标（10分） | 服务对象满意度指标 | 群众满意度 | 5% | 4% | 10 | 10 |
总分→5 | 100 | 99.33 | 优
"""
FILLED = with_values(BASE, texts={"thrift": "压减会议", "goal": "造林五千亩", "completion": "已完成"})


@pytest.mark.parametrize("name", BASE_TABLES)
def test_the_base_data_table(name: str) -> None:
    assert grid(version(name, FILLED)) == lines(BASE_TABLES[name])


def sorted_into(*categories: str | None) -> Inputs:
    """The base with projects 甲, 乙, 丙, … of these categories, spending 1, 2, 4, …"""
    first = BASE.projects[0]
    return with_values(
        BASE,
        projects=tuple(
            first._replace(
                name="甲乙丙丁戊"[at], category=each, prior=None, initial=None, executed=Decimal(2**at)
            )
            for at, each in enumerate(categories)
        ),
    )


@pytest.mark.parametrize(
    ("name", "categories", "wanted"),
    [
        (
            "A",
            ("县级专项资金", "省级专项资金", "运行维护经费", "县级专项资金"),
            """2、运行维护经费 |  |  | 4.00
            3、省级专项资金（每个专项一行） |  |  | 2.00
            乙 |  |  | 2.00
            4、县级专项资金（每个专项一行） |  |  | 9.00
            甲 |  |  | 1.00
            丁 |  |  | 8.00""",
        ),
        (
            "A",
            ("业务工作经费", "县级专项资金"),
            "2、运行维护经费 |  |  |\n3、县级专项资金（每个专项一行） |  |  | 2.00\n乙 |  |  | 2.00",
        ),
        ("A", (None, None), "2、运行维护经费 |  |  |\n3、省级专项资金（每个专项一行） |  |  |"),
        (
            "B",
            ("县级专项资金", None, "运行维护经费", "其他专项"),
            """其中：1、运行维护经费 |  |  | 4.00
            2、专项资金（一个项目一行） |  |  | 9.00
            甲 |  |  | 1.00
            丁 |  |  | 8.00""",
        ),
        ("B", (None, ""), "其中：1、运行维护经费 |  |  |\n2、专项资金（一个项目一行） |  |  |"),
        (
            "岳阳楼",
            ("县级专项资金", "省级专项资金", "区级专项资金", "上级转移支付"),
            """1、业务工作经费 |  |  |
            2、区级专项资金（一个专项一行） |  |  | 5.00
            甲 |  |  | 1.00
            丙 |  |  | 4.00
            3、上级转移支付 |  |  | 10.00""",
        ),
    ],
)
def test_projects_stand_in_the_row_of_their_category(
    name: str, categories: tuple[str | None, ...], wanted: str
) -> None:
    made = grid(version(name, sorted_into(*categories)))
    first = made.index(lines(wanted)[0])
    assert made[first : first + len(lines(wanted))] == lines(wanted)
    assert made[first + len(lines(wanted))].startswith(("公用经费", "三公经费"))


@pytest.mark.parametrize("name", ["A", "B", "岳阳楼"])
def test_a_project_without_category_is_left_out_and_named(name: str) -> None:
    made = version(name, sorted_into("业务工作经费", None))
    assert made.gaps == ("附件2：项目【乙】未填类别，没有列入",)
    assert not any("乙" in cell.text for row in made.rows for cell in row)


def test_a_category_that_the_form_has_no_row_for_is_named() -> None:
    sorted_ = sorted_into("区级专项资金", "其他专项")
    assert version("岳阳楼", sorted_).gaps == (
        "附件2：项目【乙】的类别【其他专项】在表上没有对应的行，没有列入",
    )
    assert version("B", sorted_).gaps == version("A", sorted_).gaps == ()


def test_the_sample_without_categories_names_its_projects_and_breaks_no_rule() -> None:
    sample = with_standard(read_sample(), "2020")
    named = [gap for gap in papers(sample)["附件2"].gaps if "未填类别" in gap]
    assert len(named) == len(sample.projects)
    assert not [finding for finding in evaluate(sample).findings if finding.rule == "D03"]


def test_a_block_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {"base-A": {"rows": [{"block": "三公"}]}, "blocks": {"三公经费": [], "楼堂馆所": []}}
    monkeypatch.setattr(datafile, "read_asset", lambda folder, name, what: made[name])
    with pytest.raises(Unusable, match=r"没有“三公”这一段；.*里有：三公经费、楼堂馆所"):
        read_paper("base-A")


def test_the_overall_self_evaluation_table() -> None:
    assert grid(papers(FILLED)["附件3"]) == lines(OVERALL)


def test_the_project_self_evaluation_table() -> None:
    assert grid(papers(FILLED)["附件4-1"]) == lines(PROJECT)


def test_there_is_one_paper_for_each_project() -> None:
    made = papers(BASE)
    assert list(made) == ["附件2", "附件3", "附件4-1", "附件4-2", "附件4-3"]
    assert [made[name].subject for name in list(made)[2:]] == ["造林补助", "病虫害防治", "林业科普宣传"]


@pytest.mark.parametrize("inputs", [BASE, empty(), with_standard(read_sample(), "2020")])
def test_every_cell_of_the_grid_is_covered_once(inputs: Inputs) -> None:
    for paper in papers(with_values(inputs, settings={"base_table": "B"})).values():
        covered = [
            (row + down, cell.column + right)
            for row, cells in enumerate(paper.rows)
            for cell in cells
            for down in range(cell.down)
            for right in range(cell.across)
        ]
        every = [(row, column) for row in range(len(paper.rows)) for column in range(len(paper.columns))]
        assert sorted(covered) == every, paper.name


def test_what_is_missing_shows_as_a_gap_and_is_named() -> None:
    made = papers(BASE)["附件4-1"]
    assert made.gaps == ("附件4-1（造林补助）：年度总体目标", "附件4-1（造林补助）：实施情况及成效")
    assert sum(cell.text == GAP for row in made.rows for cell in row) == len(made.gaps)


def test_an_indicator_that_is_not_filled_in_shows_gaps() -> None:
    blank = Indicator(**dict.fromkeys(Indicator._fields))
    first = blank._replace(name="植树", points=Decimal(50))
    made = papers(replace(FILLED, indicators=(first,)))["附件3"]
    row = made.rows[11]
    assert [cell.text for cell in row] == [GAP, "", "植树", GAP, GAP, "", GAP, ""]
    assert row[5].value == 50
    assert "附件3：指标“植树”的年度指标值" in made.gaps
    assert made.rows[-1][2].text == GAP  # no total without all scores


def test_without_indicators_the_levels_of_the_form_are_there() -> None:
    made = papers(with_standard(read_sample(), "2020"))["附件3"]
    assert "附件3：绩效指标" in made.gaps
    assert [row[1].text if len(row) == 8 else row[0].text for row in made.rows[11:20]] == [
        *("数量指标", "质量指标", "时效指标", "成本指标"),
        *("经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标"),
        "服务对象满意度指标",
    ]
    assert [shown(row[0]) for row in made.rows[11:20] if len(row) == 8] == [
        *("产出指标（50分）↓4", "效益指标（30分）↓4", "满意度指标（10分）"),
    ]


def test_a_level_prints_the_points_of_the_rows_under_it() -> None:
    blank = Indicator(**dict.fromkeys(Indicator._fields))
    rows = [
        ("产出指标", 12),
        ("产出指标", 13),
        ("效益指标", 30),
        ("产出指标", 20),
        (None, 5),
        ("满意度指标", None),
    ]
    indicators = tuple(
        blank._replace(level_1=level, level_2="数量指标", points=None if points is None else Decimal(points))
        for level, points in rows
    )
    made = papers(replace(FILLED, indicators=indicators))["附件3"]
    assert [shown(row[0]) for row in made.rows[11:-1] if len(row) == 8] == [
        *("产出指标（45分）↓3", "效益指标（30分）", "满意度指标", GAP),
    ]


def test_numbers_of_papers_are_settings() -> None:
    made = papers(with_values(BASE, settings={"overall_number": "附件2", "base_number": "附表一"}))
    assert list(made)[:2] == ["附表一", "附件2"]


def test_a_rate_over_a_zero_base_is_a_dash() -> None:
    made = papers(with_values(BASE, buildings={"approved_area": Decimal()}))["附件2"]
    (cell,) = [cell for row in made.rows for cell in row if cell.text == "—"]
    assert cell.is_figure


def test_a_difference_needs_both_figures() -> None:
    made = papers(with_values(BASE, full_year={"basic": None}))["附件2"]
    (row,) = [row for row in made.rows if row[0].text == "部门基本支出预算调整"]
    assert row[3].value is None


def test_every_name_of_every_definition_is_known() -> None:
    """A typing error in a definition of ours would only show in the version that has it."""
    report = evaluate(FILLED)
    for name in ("A", "B", "岳阳楼"):
        for paper in make_papers(report, read_papers(name)):
            texts = [*paper.above, *paper.notes, *paper.footer, *(c.text for row in paper.rows for c in row)]
            assert [text for text in texts if re.search(r"[{}=]$|^=|\{", text) and "%" not in text] == []


def test_the_year_and_its_predecessor_head_the_columns() -> None:
    heads = [cell.text for row in version("A").rows for cell in row if cell.head]
    assert "2022年决算数" in heads
    assert "2023年实际在职人数" in heads
    blank = [cell.text for row in version("A", empty()).rows for cell in row if cell.head]
    assert "年决算数" in blank


def test_of_two_projects_of_a_name_the_first_has_the_funds() -> None:
    first, *others = BASE.projects
    made = papers(replace(BASE, projects=(first, first._replace(executed=Decimal(1)), *others)))
    (one,), (other,) = ([row for row in grid(made[f"附件4-{n}"]) if "当年财政拨款" in row] for n in (1, 2))
    assert "255.00" in one
    assert not re.search(r"\d", other)


def test_an_indicator_added_at_the_end_stands_with_its_level() -> None:
    added = BASE.indicators[0]._replace(name="补充指标", points=Decimal(5))
    made = papers(replace(FILLED, indicators=(*FILLED.indicators, added)))["附件3"]
    names = [cell.text for row in made.rows for cell in row]
    assert names.index("补充指标") < names.index("造林成活率")
    assert sum(name.startswith("产出指标") for name in names) == 1
