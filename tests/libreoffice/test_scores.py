"""Scores in cells, calculated by LibreOffice: the native formulas give what the model computes, and both follow edits."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from openpyxl.utils.cell import coordinate_to_tuple

from tests.libreoffice.live import Live, opened, same, stored
from xlreport.addin.workbook import build_live_master
from xlreport.assets import names_in
from xlreport.datafile import read_data, read_outline, with_standard
from xlreport.libreoffice.office import Office
from xlreport.model.fields import blank
from xlreport.model.inputs import Inputs, with_values
from xlreport.model.rates import RATES
from xlreport.model.scoring import indicator_score
from xlreport.model.self_evaluation import (
    BY_BANDS,
    BY_EXECUTION,
    BY_STEPS,
    BY_UNIT,
    DIRECTIONS,
    LEVELS_1,
    METHODS,
    Criterion,
    Indicator,
    ScoreBand,
)
from xlreport.report import evaluate
from xlreport.sheets.layout import cell_name
from xlreport.sheets.master import build_master

D = Decimal
ERROR = 4  # com.sun.star.sheet.FormulaResult
BASE = replace(read_data(Path(__file__).parents[1] / "cases" / "base.toml"), template=read_outline("A")[:2])
SHEETS = ("绩效指标", "评分标准", "首页", "指标计算")
TEXTS = (
    *(
        "95",
        "95%",
        "1,200",
        "12,345,678.9",
        " 95 ",
        "95 %",
        "　62.5　",
        "-5",
        "-5%",
        "0",
        "0%",
        "+7",
        "3824.26",
    ),
    *("90～95", "12月底前", "2023-12-20", "12/20", "1:30", "1E5", "(5)", "￥5", ".5", "5.", "1,2", "1,2345"),
    *(
        "９５",
        "95％",
        "无",
        "12月20日",
        "%5",
        "5%%",
        "5-",
        "--5",
        "3 000",
        ",200",
        "1,200,",
        "1.5,000",
        "TRUE",
    ),
)


def differences(office: Office, path: Path, sheets: tuple[str, ...] = SHEETS) -> tuple[dict[Any, Any], int]:
    """The cells that do not show what was stored when LibreOffice calculates them; how many hold a number."""
    document = office.open(path)
    try:
        document.calculateAll()
        found, numbers, shown = {}, 0, {}
        for name in sheets:
            cells = document.Sheets.getByName(name).getCellRangeByName("A1:Z700")
            assert cells.queryFormulaCells(ERROR).getRangeAddresses() == (), name
            shown[name] = cells.getDataArray()
        for (sheet, name), value in stored(path, sheets).items():
            row, column = coordinate_to_tuple(name)
            numbers += isinstance(value, int | float)
            if not same(calculated := shown[sheet][row - 1][column - 1], value):
                found[sheet, name] = calculated, value
    finally:
        office.close(document)
    return found, numbers


@pytest.mark.parametrize("standard", [None, *names_in("scoring")])
def test_every_standard_scores_as_the_model_does(
    office: Office, tmp_path: Path, standard: str | None
) -> None:
    inputs = with_standard(BASE, standard) if standard else BASE
    report = evaluate(inputs)
    build_master(report, tmp_path / "自评.xlsx")
    found, numbers = differences(office, tmp_path / "自评.xlsx")
    assert found == {}
    scored = [each.score for each in report.scores.criteria if each.score is not None]
    assert numbers > 80 + len(scored)
    assert standard == "四川" or len(scored) > 1


def amount(random: Random, top: int, decimals: int = 2) -> Decimal | None:
    return None if random.random() < 0.1 else D(random.randint(0, top * 10**decimals)).scaleb(-decimals)


def text(random: Random) -> str | None:
    if random.random() < 0.5:
        return random.choice((*TEXTS, None))
    return f"{random.randint(0, 2000) / 10:g}{random.choice(('', '%'))}"


def indicator(random: Random) -> Indicator:
    nothing: Indicator = blank(Indicator)
    return nothing._replace(
        project=random.choice((None, None, "造林补助", "没有的项目")),
        level_1=random.choice((*LEVELS_1, None)),
        name=random.choice(("甲", None)),
        direction=random.choice((*DIRECTIONS, "≥", "≤", "=", None)),
        target=text(random),
        actual=text(random),
        points=amount(random, 30, random.choice((0, 1, 2))),
        score=amount(random, 30) if random.random() < 0.4 else None,
    )


def criterion(random: Random) -> Criterion:
    nothing: Criterion = blank(Criterion)
    return nothing._replace(
        name=random.choice((*LEVELS_1, "绩效指标", "预算控制率", "甲", None)),
        points=amount(random, 20, 1),
        method=random.choice((*METHODS, BY_STEPS, BY_BANDS, None)),
        rate=random.choice((*(rate.label for rate in RATES.values()), "没有的指标", None)),
        at_most=random.choice((None, D(1), D(0), D("0.95"))),
        at_least=random.choice((None, D(1), D("0.9"))),
        step=random.choice((D("0.01"), D("0.05"), D("0.001"), D("0.03"), None, D(0))),
        deduction=random.choice((D(1), D("0.5"), D("0.3"), None)),
        full_without=random.choice(("是", "否", None)),
        score=amount(random, 20) if random.random() < 0.6 else None,
    )


def band(random: Random) -> ScoreBand:
    nothing: ScoreBand = blank(ScoreBand)
    return nothing._replace(
        item=random.choice(("预算控制率", "甲", "产出指标", None)),
        limit=random.choice((None, D(0), D("0.1"), D("0.2"), D("0.3"), D(1), D("1.2"))),
        points=amount(random, 10, 0),
    )


def record(seed: int) -> Inputs:
    """Scores of every kind, with blanks and zeros; every second one has all scores of its indicators."""
    random = Random(seed)
    indicators = [indicator(random) for _ in range(random.randint(0, 40))]
    if seed % 2:
        own = [each.score or amount(random, 9) or D(1) for each in indicators]
        indicators = [each._replace(score=score) for each, score in zip(indicators, own, strict=True)]
    criteria = [criterion(random) for _ in range(random.randint(0, 30))]
    if seed % 3 == 0:
        criteria = [each for each in criteria if each.method != BY_EXECUTION]
    if seed % 4 == 1:
        criteria = [each._replace(method=BY_UNIT, score=each.score or D(3)) for each in criteria]

    def money() -> Decimal | None:
        return random.choice((None, D(0), *(D(random.randint(1, 10**6)).scaleb(-2) for _ in range(8))))

    return with_values(
        BASE,
        indicators=tuple(each for each in indicators if each != blank(Indicator)),
        criteria=tuple(each for each in criteria if each != blank(Criterion)),
        bands=tuple(each for each in (band(random) for _ in range(12)) if each != blank(ScoreBand)),
        initial={"expenditure": money(), "public": money()},
        full_year={"expenditure": money()},
        final={"expenditure": money(), "public": money()},
        adjustment={"additions": money()},
        buildings=dict.fromkeys(BASE.buildings._fields, money()),
        procurement_budget={"total": money()},
    )


def test_random_records_score_as_the_model_does(office: Office, tmp_path: Path) -> None:
    total, methods, totals = 0, set(), 0
    for seed in range(8):
        report = evaluate(record(seed))
        path = tmp_path / f"{seed}.xlsx"
        build_master(report, path)
        found, numbers = differences(office, path)
        assert found == {}, seed
        total += numbers
        methods |= {each.criterion.method for each in report.scores.criteria if each.score is not None}
        totals += report.scores.cards.overall.total is not None
    assert total > 1000
    assert methods == set(METHODS)
    assert 0 < totals < 8


def test_a_text_is_a_number_where_the_model_says_so(office: Office, tmp_path: Path) -> None:
    """VALUE takes dates, times and powers of ten for numbers."""
    nothing: Indicator = blank(Indicator)
    random = Random(7)
    odd = ["".join(random.choices("0123456789.,%+- ", k=random.randint(1, 9))) for _ in range(400)]
    texts = [*TEXTS, *(each for each in odd if each.strip())]
    rows = tuple(nothing._replace(direction="≥", target=each, actual="50", points=D(10)) for each in texts)
    scores = [indicator_score(each) for each in rows]
    assert 100 < sum(score is not None for score in scores) < 300
    build_master(evaluate(with_values(BASE, indicators=rows)), tmp_path / "自评.xlsx")
    assert differences(office, tmp_path / "自评.xlsx", ("绩效指标",))[0] == {}


class Sheet:
    """The scores that an open workbook shows."""

    def __init__(self, document: Any) -> None:
        self.document = document

    def columns(self, tab: str) -> dict[str, str]:
        """The letters of the columns by their heads; of two 得分 on 评分标准 that of the lines, the last."""
        (heads,) = self.document.Sheets.getByName(tab).getCellRangeByName("A5:Z5").getDataArray()
        return {head: cell_name(0, at)[:-1] for at, head in enumerate(heads) if head}

    def down(self, tab: str, head: str, rows: int) -> list[Any]:
        column = self.columns(tab)[head]
        cells = self.document.Sheets.getByName(tab).getCellRangeByName(f"{column}6:{column}{5 + rows}")
        return [row[0] for row in cells.getDataArray()]

    def home(self) -> dict[str, Any]:
        """自评得分: the heads on 首页 with what stands below them."""
        rows = self.document.Sheets.getByName("首页").getCellRangeByName("B1:H20").getDataArray()
        at = next(at for at, row in enumerate(rows) if row[0] == "自评得分")
        return dict(zip(rows[at][1:], rows[at + 1][1:], strict=True))


# What is typed into which cells, and what the record then is.
EDITS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a value": ({"indicators[5].score": None, "indicators[5].actual": "120"}, {"actual": "120", "score": None}),
    "a range as target": ({"indicators[5].score": None, "indicators[5].target": "90～95"}, {"target": "90～95", "score": None}),
    "an own score": ({"indicators[5].score": 7.5}, {"score": D("7.5")}),
    "more points": ({"indicators[5].score": None, "indicators[5].points": 12}, {"points": D(12), "score": None}),
    "less is better": ({"indicators[5].score": None, "indicators[5].direction": "≤"}, {"direction": "≤", "score": None}),
    "for a project": ({"indicators[5].project": "造林补助"}, {"project": "造林补助"}),
}  # fmt: skip


def shown_scores(live: Live, inputs: Inputs) -> None:
    """What the open workbook shows is what the model computes."""
    report, sheet = evaluate(inputs), Sheet(live.document)
    scores = report.scores
    rows = inputs.indicators
    adopted = [indicator_score(each) if each.score is None else each.score for each in rows]
    for head, expected in (
        ("计算得分", [indicator_score(each) for each in rows]),
        ("采用得分", adopted),
    ):
        shown = sheet.down("绩效指标", head, len(rows))
        assert all(same(a, "" if b is None else b) for a, b in zip(shown, expected, strict=True)), head
    shown = sheet.down("评分标准", "得分", len(scores.criteria))
    assert all(
        same(a, "" if b.score is None else b.score) for a, b in zip(shown, scores.criteria, strict=True)
    )
    card, home = scores.cards.overall, sheet.home()
    for head, value in (
        ("自评总分", card.total),
        ("等级", card.grade),
        ("分值合计", card.points),
        ("预算执行率得分", card.execution),
        ("评分标准合计", scores.standard_total),
    ):
        assert same(home[head], "" if value is None else value), head


@pytest.fixture
def scored(office: Office, tmp_path: Path) -> Iterator[Live]:
    path = tmp_path / "自评.xlsm"
    build_live_master(evaluate(BASE), path)
    with opened(office, path) as live:
        yield live


@pytest.mark.parametrize("case", EDITS)
def test_the_scores_follow_what_one_types(scored: Live, case: str) -> None:
    shown_scores(scored, BASE)
    typed, changed = EDITS[case]
    calls = scored.bridge.calls
    for path, content in typed.items():
        calls.clear()
        scored.type(path, content)
        scored.document.calculate()
        assert calls["XR_SCORE"] <= 1
        assert calls.total() <= 6
    rows = list(BASE.indicators)
    rows[5] = rows[5]._replace(**changed)
    inputs = with_values(BASE, indicators=tuple(rows))
    shown_scores(scored, inputs)
    assert {k: v[0] for k, v in scored.checks().items()} == {
        k: str(v) for k, v in evaluate(inputs).outcomes.items()
    }


def test_the_execution_of_the_budget_scores_at_once(scored: Live) -> None:
    scored.bridge.calls.clear()
    scored.type("final.expenditure", 925.18)
    scored.document.calculate()
    assert scored.bridge.calls.total() <= 6
    inputs = with_values(BASE, final={"expenditure": D("925.18")})
    shown_scores(scored, inputs)
    assert Sheet(scored.document).home()["预算执行率得分"] == 8.05  # 80.4504% of 10, not 8.04 or 10
    scored.type("full_year.expenditure", 0)
    shown_scores(scored, with_values(inputs, full_year={"expenditure": D(0)}))
    assert Sheet(scored.document).home()["等级"] == ""


def test_the_standard_and_the_funds_are_followed_too(scored: Live) -> None:
    scored.bridge.calls.clear()
    scored.type("criteria[1].points", 40)
    scored.document.calculate()
    assert 3 <= scored.bridge.calls.total() <= 6
    first, second, *others = BASE.criteria
    inputs = with_values(BASE, criteria=(first, second._replace(points=D(40)), *others))
    assert scored.checks()["T04"][0] == evaluate(inputs).outcomes["T04"] != evaluate(BASE).outcomes["T04"]
    scored.type("criteria[1].points", 50)
    scored.bridge.calls.clear()
    scored.type("funds[0].executed", 200)
    scored.document.calculate()
    assert 3 <= scored.bridge.calls.total() <= 6
    one, *more = BASE.funds
    inputs = with_values(BASE, funds=(one._replace(executed=D(200)), *more))
    assert scored.checks()["T03"][0] == evaluate(inputs).outcomes["T03"] != evaluate(BASE).outcomes["T03"]


def test_an_indicator_typed_below_the_table_is_scored_and_checked(scored: Live) -> None:
    """LibreOffice lets no table grow; Excel does, and the array stands ready beside both."""
    row = scored.addresses.rows["indicators"][-1] + 200
    for key, content in (
        ("name", "新指标"),
        ("direction", "≥"),
        ("target", "100"),
        ("actual", "80"),
        ("points", 10),
    ):
        sheet, column = scored.addresses.columns[f"indicators.{key}"]
        cell = scored.cell(sheet, cell_name(row, column))
        cell.setString(content) if isinstance(content, str) else cell.setValue(content)
    letter = Sheet(scored.document).columns("绩效指标")["计算得分"]
    assert scored.cells("绩效指标", f"{letter}{row + 1}")[0][0] == 8
    assert scored.checks()["T07"][0] == "需说明"


def test_without_python_the_other_flavour_follows_as_well(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "自评.xlsx"
    build_master(evaluate(BASE), path)
    document = office.open(path)
    try:
        sheet = Sheet(document)
        columns, tab = sheet.columns("绩效指标"), document.Sheets.getByName("绩效指标")
        before = sheet.home()["自评总分"]
        tab.getCellRangeByName(f"{columns['得分']}11").clearContents(1 | 2 | 4 | 16)
        tab.getCellRangeByName(f"{columns['实际完成值']}11").setString("100")
        document.calculate()
        assert sheet.down("绩效指标", "采用得分", 6)[5] == 5
        assert sheet.home()["自评总分"] == pytest.approx(before - 3)
        assert sheet.home()["等级"] == "优"
        tab.getCellRangeByName(f"{columns['实际完成值']}11").setString("无")
        document.calculate()
        home = sheet.home()
        assert (home["自评总分"], home["等级"], home["评分标准合计"]) == ("", "", "")
    finally:
        office.close(document)
