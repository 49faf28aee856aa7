"""Every rule with a department that breaks it, and one that breaks none.

`cases/base.toml` is a department on which no rule finds anything. A case beside it, named by its rule, says
only what differs: its keys replace those of the base, `key = ""` blanks one, `[[projects]]` replaces the
whole table (`projects = []` empties it). The comments on top of a case tell what is wrong and what the
finding has to say:

    # says: figures and words of the message, in any order
    # at: fields that the finding points at
    # level: only where it is milder than the rule

The files of `cases/holding`, written like the cases, break nothing: they hold what a rule function judges that the
base has nothing for.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.conftest import Demo
from xlreport.assets import asset
from xlreport.checks import rule
from xlreport.checks.listing import OF_NARRATIVE, rule_list
from xlreport.checks.rule import RULES, Finding, Level, Rule, rule_lines
from xlreport.datafile import read_data
from xlreport.model.fields import Place
from xlreport.model.figures import Parameter
from xlreport.model.inputs import Explanation, Inputs, empty, with_values
from xlreport.model.rates import RATES
from xlreport.model.self_evaluation import Criterion, Indicator, ProjectFund, ScoreBand
from xlreport.report import Outcome, evaluate

FOLDER = Path(__file__).parent / "cases"
BASE = read_data(FOLDER / "base.toml")

HARD, EXPLAIN, HINT = Level.HARD, Level.EXPLAIN, Level.HINT

# The rule table of the field's guide: the levels and the tolerance of each rule.
GUIDE: dict[str, tuple[tuple[Level, ...], str]] = {
    "E01": ((HARD,), "0"),
    "E02": ((HARD,), "0"),
    "E03": ((EXPLAIN,), ""),
    "E04": ((HARD,), "2 dp"),
    "E05": ((HARD,), "0"),
    "E06": ((EXPLAIN,), ""),
    "E07": ((HARD,), "0"),
    "E08": ((HARD,), "0"),
    "B01": ((HARD,), "0.01"),
    "B02": ((HARD,), "sum"),
    "B03": ((HARD,), "sum"),
    "B04": ((HARD,), "sum"),
    "B05": ((HARD,), "0.01"),
    "B06": ((EXPLAIN,), ""),
    "B07": ((HINT,), ""),
    "F01": ((HARD,), "sum"),
    "F02": ((HARD,), "sum"),
    "F03": ((HARD,), "sum"),
    "F04": ((HARD,), "sum"),
    "F05": ((HARD,), "sum"),
    "F06": ((HARD,), "sum"),
    "F07": ((HARD,), "printed dp"),
    "F08": ((HARD,), "share"),
    "F09": ((HARD,), ""),
    "F10": ((EXPLAIN,), ""),
    "F11": ((HARD,), ""),
    "S01": ((HARD,), "sum"),
    "S02": ((HARD,), "sum"),
    "S03": ((EXPLAIN,), ""),
    "S04": ((EXPLAIN,), ""),
    "S05": ((EXPLAIN,), ""),
    "S06": ((EXPLAIN,), ""),
    "S07": ((HARD,), ""),
    "P01": ((HARD,), "sum"),
    "P02": ((EXPLAIN,), ""),
    "P03": ((HARD,), "2 dp"),
    "P04": ((EXPLAIN,), ""),
    "P05": ((HARD,), "sum"),
    "A01": ((HARD,), "sum"),
    "A02": ((HARD,), "0"),
    "A03": ((HARD,), "2 dp"),
    "A04": ((HINT,), ""),
    "A05": ((HINT,), ""),
    "A06": ((HARD,), ""),
    "J01": ((HARD,), "2 dp"),
    "J02": ((HARD,), "0.01"),
    "J03": ((HARD, HINT), "0.01"),
    "J04": ((HARD,), ""),
    "J05": ((EXPLAIN,), ""),
    "J06": ((HINT,), ""),
    "J07": ((EXPLAIN,), ""),
    "T01": ((HARD,), "2 dp"),
    "T02": ((HARD,), "0.01"),
    "T03": ((HARD,), "0.01"),
    "T04": ((HARD, EXPLAIN), "0"),
    "T05": ((HARD,), "0"),
    "T06": ((EXPLAIN, HINT), "0.01"),  # the hint, a target of 0, is ours
    "T07": ((EXPLAIN,), ""),
    "T08": ((HARD,), "0.01"),
    "T09": ((EXPLAIN,), ""),
    "T10": ((HINT,), ""),
    "T11": ((HARD,), "0"),
    "D01": ((HARD,), "0"),
    "D02": ((HARD,), "sum"),
    "D03": ((HARD,), "sum"),
    "D04": ((HARD,), ""),
    "D05": ((EXPLAIN,), ""),
    "D06": ((HARD,), "0"),
    "X01": ((HARD,), ""),
    "X02": ((HARD, EXPLAIN), ""),
    "X03": ((HARD, HINT), ""),
    "X04": ((HARD,), ""),
    "X05": ((HARD,), ""),
    "X06": ((HARD,), ""),
    "X07": ((HINT,), ""),
    "X08": ((HINT,), ""),
    "X09": ((HINT,), ""),
    "X10": ((HARD,), ""),
    "X11": ((HARD,), ""),
    "X12": ((EXPLAIN,), ""),
}
# Ours beside it: what must not be blank, and names by which tables refer to each other.
OURS: dict[str, tuple[tuple[Level, ...], str]] = dict.fromkeys(("M01", "M02", "M03"), ((HARD,), ""))
TABLE = GUIDE | OURS

# Where figures are rounded before they are written down, a small difference is a hint: 尾差, 截位.
ROUNDED = ("sum", "2 dp", "printed dp")


@dataclass(frozen=True)
class Case:
    """A broken department, and what its finding has to be."""

    name: str
    inputs: Inputs
    level: Level
    says: tuple[str, ...]
    at: tuple[str, ...]

    @property
    def rule(self) -> str:
        return self.name[:3]


def over_base(path: Path) -> Inputs:
    """The base with the keys of a case in place of its own."""
    changed: Inputs = read_data(path)
    sections: dict[str, Any] = {}
    for key, part in tomllib.loads(path.read_text(encoding="utf-8")).items():
        section = getattr(changed, key)
        sections[key] = section if isinstance(part, list) else {name: getattr(section, name) for name in part}
    return with_values(BASE, **sections)


def read_case(path: Path) -> Case:
    text = path.read_text(encoding="utf-8")
    head: dict[str, str] = dict(re.findall(r"^# (level|says|at): (.+)$", text, re.MULTILINE))
    level = Level(head["level"]) if "level" in head else TABLE[path.stem[:3]][0][0]
    return Case(path.stem, over_base(path), level, tuple(head["says"].split()), tuple(head["at"].split()))


HOLDING = {path.stem: over_base(path) for path in sorted((FOLDER / "holding").glob("*.toml"))}
PATHS = [path for path in sorted(FOLDER.glob("*.toml")) if path.stem != "base"]
CASES = [read_case(path) for path in PATHS if path.stem[:3] in TABLE]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def says(message: str, figure: str) -> bool:
    """Whether a message holds the figure, not as a part of a longer number."""
    return re.search(rf"(?<![\d.]){re.escape(figure)}(?![\d.])", message) is not None


def found_by(item: Rule, inputs: Inputs, monkeypatch: pytest.MonkeyPatch) -> tuple[Finding, ...]:
    """What one rule function alone finds; an id may have several."""
    monkeypatch.setattr(rule, "RULES", [item])
    return evaluate(inputs).findings


def test_every_rule_applies_to_the_base_and_holds() -> None:
    report = evaluate(BASE)
    assert report.findings == ()
    assert {key: outcome for key, outcome in report.outcomes.items() if outcome != Outcome.PASSED} == {}


def test_an_empty_record_lacks_the_required_fields_and_nothing_else() -> None:
    report = evaluate(empty())
    assert [finding.rule for finding in report.findings] == ["M01"]
    assert {key for key, outcome in report.outcomes.items() if outcome != Outcome.NOT_APPLICABLE} == {"M01"}


@each_case
def test_a_case_breaks_its_rule_alone(case: Case) -> None:
    assert [(finding.rule, finding.level) for finding in evaluate(case.inputs).findings] == [
        (case.rule, case.level)
    ]


@each_case
def test_the_finding_says_both_figures_and_the_difference(case: Case) -> None:
    (message,) = (finding.message for finding in evaluate(case.inputs).findings)
    assert [figure for figure in case.says if not says(message, figure)] == [], message
    assert re.search(r"；[^；]*请[^；]*。$", message), f"no remedy: {message}"


@each_case
def test_the_finding_points_at_the_wrong_fields(case: Case) -> None:
    (fields,) = (finding.fields for finding in evaluate(case.inputs).findings)
    assert [path for path in case.at if path not in fields] == [], fields


def test_a_case_has_the_level_of_the_rule_table() -> None:
    for case in CASES:
        levels, tolerance = TABLE[case.rule]
        assert case.level in levels or (case.level is HINT and tolerance in ROUNDED), case.name


def test_a_rule_has_the_level_of_the_rule_table() -> None:
    assert [item for item in RULES if item.level not in TABLE[item.id][0]] == []
    for id in ("J03", "T04", "T06", "X02", "X03"):
        assert {item.level for item in RULES if item.id == id} == set(TABLE[id][0])


def test_every_rule_of_the_table_is_registered() -> None:
    assert {item.id for item in RULES} == set(TABLE)


def test_every_rule_is_listed_with_its_source_and_nothing_else_is() -> None:
    listed = [entry.id for entry in rule_list()]
    assert listed == [line.id for line in rule_lines()] + [*OF_NARRATIVE]
    grouped = tomllib.loads(asset("sources.toml").read_text("utf-8"))
    given = [id for group in grouped["sources"] for id in group["rules"]]
    assert sorted(given) == sorted(listed)
    assert all(re.search("[一-鿿]{2}|GB/T", group["source"]) for group in grouped["sources"])
    assert grouped["checked"] <= date.today()


def test_readme_and_the_manual_list_every_rule_and_nothing_else(demo: Demo) -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| ([A-Z]\d\d) \| (\S+) \| (.+) \| (.+) \|$", readme, re.MULTILINE)
    assert rows == [(e.id, e.level, e.title, e.source) for e in rule_list()]
    manual = openpyxl.load_workbook(demo.master)["使用说明"]
    told = {str(row[1])[:3] for row in manual.iter_rows(values_only=True) if row[2] in list(Level)}
    assert told == {entry.id for entry in rule_list()}


def test_every_rule_has_a_case_and_every_case_a_rule() -> None:
    assert {path.stem[:3] for path in PATHS} == {item.id for item in RULES}
    assert [path.stem for path in PATHS if not re.fullmatch(r"[A-Z]\d\d(-[a-z]+)?", path.stem)] == []


def named(item: Rule) -> str:
    return f"{item.id}-{item.function.__name__}-{item.parameters[0].name}"


def holds_at(item: Rule, inputs: Inputs, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether one rule function alone has something to judge in a record, and nothing to say."""
    monkeypatch.setattr(rule, "RULES", [item])
    return evaluate(inputs).outcomes[item.id] == Outcome.PASSED


@pytest.mark.parametrize("item", RULES, ids=named)
def test_every_rule_function_applies_somewhere_and_holds(item: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    assert any(holds_at(item, inputs, monkeypatch) for inputs in (BASE, *HOLDING.values()))


@pytest.mark.parametrize("name", HOLDING)
def test_a_holding_case_breaks_nothing_and_holds_what_the_base_does_not(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert evaluate(HOLDING[name]).findings == ()
    for id in name.split("-"):
        only_here = [
            item
            for item in RULES
            if item.id == id
            and holds_at(item, HOLDING[name], monkeypatch)
            and not holds_at(item, BASE, monkeypatch)
        ]
        assert only_here, id
        monkeypatch.undo()


def is_limit(item: Rule) -> bool:
    """Whether it is one of those that say: this figure is not above that one."""
    return item.function.__name__ == "within_limit" and item.each is None


@pytest.mark.parametrize("item", [item for item in RULES if not is_limit(item)], ids=named)
def test_every_rule_function_has_a_case(item: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    """E07 counts offices and subordinate units: both have to be seen broken."""
    cases = [case for case in CASES if case.rule == item.id]
    assert any(found_by(item, case.inputs, monkeypatch) for case in cases)


@pytest.mark.parametrize("item", [item for item in RULES if is_limit(item)], ids=named)
def test_every_limit_is_kept_at_and_broken_above(item: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    value, limit = (parameter.place for parameter in item.parameters)
    assert value
    assert limit
    top = value_at(BASE, limit)
    assert found_by(item, changed(BASE, value, top), monkeypatch) == ()
    (finding,) = found_by(item, changed(BASE, value, top + 1), monkeypatch)
    assert finding.fields == (value.path, limit.path)
    assert says(finding.message, f"超出1{value.field.shown_unit}")
    assert value.label in finding.message
    assert limit.label in finding.message


def value_at(inputs: Inputs, place: Place) -> Any:
    return getattr(getattr(inputs, place.section.key), place.field.key)


def changed(inputs: Inputs, place: Place, value: object) -> Inputs:
    """The record with one field of a form replaced, or (None) a whole column of a table blanked."""
    if place.section.table:
        rows = tuple(row._replace(**{place.field.key: value}) for row in getattr(inputs, place.section.key))
        return with_values(inputs, **{place.section.key: rows})
    return with_values(inputs, **{place.section.key: {place.field.key: value}})


def needed(parameters: tuple[Parameter, ...], item: Rule) -> Iterator[Place]:
    """The places that a rule cannot do without; a rate's are those that it is computed from."""
    for parameter in parameters:
        if parameter.optional or parameter.column or parameter.derived:
            continue
        if parameter.own:
            for subject in item.subjects:
                assert subject.section
                yield Place(subject.section, parameter.own)
        elif parameter.place is None:
            yield from needed(RATES[parameter.name].parameters, item)
        elif parameter.place.section.key != "settings":  # a blank threshold has its default
            yield parameter.place


@pytest.mark.parametrize("item", [item for item in RULES if item.id != "M01"], ids=named)
def test_a_rule_does_not_apply_where_a_figure_is_blank(item: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    for case in CASES:
        found = found_by(item, case.inputs, monkeypatch)
        # Of several columns only the broken one has to do with it.
        sections = {re.split(r"[.\[]", path)[0] for finding in found for path in finding.fields}
        for place in needed(item.parameters, item):
            if place.section.key in sections:
                assert found_by(item, changed(case.inputs, place, None), monkeypatch) == (), place.path


@each_case
def test_an_explanation_closes_what_may_be_explained_and_nothing_else(case: Case) -> None:
    (before,) = evaluate(case.inputs).findings
    assert (before.is_open, before.explanation) == (case.level is not HINT, None)
    report = evaluate(with_values(case.inputs, explanations=(Explanation(rule=case.rule, text="已核实"),)))
    (after,) = report.findings
    if case.level is not HARD:
        assert (after.is_open, after.explanation) == (False, "已核实")
        assert report.outcomes[case.rule] == Outcome.EXPLAINED
    else:
        assert after == before
        assert report.outcomes[case.rule] == case.level


def test_large_amounts_are_said_without_exponent() -> None:
    inputs = with_values(BASE, initial={"expenditure": Decimal("1E+7")})
    (message,) = (finding.message for finding in evaluate(inputs).findings if finding.rule == "B01")
    assert says(message, "10000000万元")


# What a clerk may type on 绩效指标, 项目支出 and 评分标准, and the one sentence that it gets.

INDICATOR = Indicator(
    project=None,
    level_1="产出指标",
    level_2="质量指标",
    name="成活率",
    direction="≥",
    target="90%",
    unit=None,
    actual="91%",
    band=None,
    points=Decimal(100),
    score=None,
    reason=None,
)
QUALITY: dict[str, Any] = {
    "direction": "定性",
    "target": "按期",
    "actual": "按期",
    "band": "达成",
    "score": Decimal(90),
}
NO_NUMBER = "请填一个数，或把指标性质改为定性并填得分。"
ZERO_MOST = "指标【成活率】：指标值为0，完成值也为0得满分，否则不得分，没有比例可言；请核对指标值。"
NO_REASON = "没有说明偏差原因；请在“偏差原因分析及改进措施”栏说明。"


def with_indicators(*indicators: Indicator) -> Inputs:
    """The base with nothing to be scored but these indicators of the department."""
    unsaid = {"execution_score": None, "total_score": None, "grade": None}
    changed = with_values(BASE, projects=(), funds=(), criteria=(), indicators=indicators, stated=unsaid)
    return with_values(changed, settings={"execution_points": Decimal(0)})


# What is typed, and for each finding its rule, level, cell and sentence.
BAD_INDICATORS: dict[str, tuple[dict[str, Any], tuple[tuple[str, Level, str, str], ...]]] = {
    "no target": (
        {"target": None},
        (("T06", EXPLAIN, "target", f"指标【成活率】：没有填指标值，不能计分；{NO_NUMBER}"),),
    ),
    "no actual value": (
        {"actual": None},
        (("T06", EXPLAIN, "actual", f"指标【成活率】：没有填完成值，不能计分；{NO_NUMBER}"),),
    ),
    "a target that is text": (
        {"target": "12月底前"},
        (
            (
                "T06",
                EXPLAIN,
                "target",
                f"指标【成活率】：指标值“12月底前”不是一个数（文字或区间），不能按比例计分；{NO_NUMBER}",
            ),
        ),
    ),
    "a range": (
        {"target": "90～95"},
        (
            (
                "T06",
                EXPLAIN,
                "target",
                f"指标【成活率】：指标值“90～95”不是一个数（文字或区间），不能按比例计分；{NO_NUMBER}",
            ),
        ),
    ),
    "an actual value that is text": (
        {"actual": "基本完成"},
        (
            (
                "T06",
                EXPLAIN,
                "actual",
                f"指标【成活率】：完成值“基本完成”不是一个数（文字或区间），不能按比例计分；{NO_NUMBER}",
            ),
        ),
    ),
    "only one of them in percent": (
        {"actual": "96"},
        (
            (
                "T06",
                EXPLAIN,
                "actual",
                f"指标【成活率】：指标值“90%”和完成值“96”一个带%、一个不带，不能计分；{NO_NUMBER}",
            ),
        ),
    ),
    "a negative target": (
        {"target": "-5%", "actual": "3%"},
        (("T06", EXPLAIN, "target", f"指标【成活率】：指标值“-5%”是负数，不能按比例计分；{NO_NUMBER}"),),
    ),
    "≥ 0": (
        {"target": "0", "actual": "3"},
        (
            (
                "T06",
                EXPLAIN,
                "target",
                "指标【成活率】：指标值为0，任何完成值都算达成；请核对指标值。",
            ),
        ),
    ),
    "= 0, met": (
        {"direction": "=", "target": "0", "actual": "0"},
        (("T06", HINT, "target", ZERO_MOST),),
    ),
    "≤ 0, met": (
        {"direction": "≤", "target": "0", "actual": "0"},
        (("T06", HINT, "target", ZERO_MOST),),
    ),
    "≤ 0, missed": (
        {"direction": "≤", "target": "0", "actual": "2"},
        (
            ("T06", HINT, "target", ZERO_MOST),
            ("T07", EXPLAIN, "reason", f"指标【成活率】：分值100分，得分0分，{NO_REASON}"),
        ),
    ),
    "反向 0, missed with a reason": (
        {"direction": "反向", "target": "0", "actual": "2", "reason": "两起事故"},
        (("T06", HINT, "target", ZERO_MOST),),
    ),
    "points that do not sum": (
        {"points": Decimal("99.5")},
        (
            (
                "T04",
                HARD,
                "points",
                "部门整体各指标的分值合计99.5分，应为100分，相差0.5分；请核对绩效指标的分值。",
            ),
        ),
    ),
    "no points": (
        {"points": None},
        (
            ("M01", HARD, "points", "指标【成活率】：未填写“分值”；请补填后再检查。"),
            (
                "T04",
                HARD,
                "points",
                "部门整体各指标的分值合计0分，应为100分，相差100分；请核对绩效指标的分值。",
            ),
        ),
    ),
    "nothing but a target": (
        {"level_1": None, "name": None, "direction": None},
        (
            (
                "M01",
                HARD,
                "level_1",
                "指标第1行：未填写“一级指标”、“三级指标”、“指标性质”；请补填后再检查。",
            ),
        ),
    ),
    "a qualitative one without a score": (
        QUALITY | {"score": None},
        (("T11", HARD, "score", "指标【成活率】：定性指标未填写“得分”；请按完成程度填得分。"),),
    ),
    "a qualitative one without band and score": (
        QUALITY | {"band": None, "score": None},
        (
            (
                "T11",
                HARD,
                "band",
                "指标【成活率】：定性指标未填写“完成程度”、“得分”；请按完成程度填得分。",
            ),
        ),
    ),
    "达成 below its band": (
        QUALITY | {"score": Decimal("79.99"), "reason": "略有推迟"},
        (
            (
                "T11",
                HARD,
                "score",
                "指标【成活率】：完成程度为达成，分值100分，得分79.99分，应不低于80分；请按完成程度填得分。",
            ),
        ),
    ),
    "未达成 above its band": (
        QUALITY | {"band": "未达成", "score": Decimal(60), "reason": "未开工"},
        (
            (
                "T11",
                HARD,
                "score",
                "指标【成活率】：完成程度为未达成，分值100分，得分60分，应低于60分；请按完成程度填得分。",
            ),
        ),
    ),
    "a score by hand": (
        {"actual": "81%", "score": Decimal(95), "reason": "旱情"},
        (
            (
                "T06",
                EXPLAIN,
                "score",
                "指标【成活率】：指标值≥90%，完成值81%，分值100分，得分95分，应为90分，相差5分；"
                "请按计算结果更正得分，另有规定的请说明。",
            ),
        ),
    ),
    "a reverse one scored as if met": (
        {"direction": "反向", "target": "4%", "actual": "5%", "score": Decimal(100)},
        (
            (
                "T06",
                EXPLAIN,
                "score",
                "指标【成活率】：反向指标值4%，完成值5%，分值100分，得分100分，应为80分，相差20分；"
                "请按计算结果更正得分，另有规定的请说明。",
            ),
        ),
    ),
    "far above its target": (
        {"target": "50%"},
        (
            (
                "T09",
                EXPLAIN,
                "reason",
                "指标【成活率】：指标值50%，完成值91%，超过指标值的130%，没有说明原因；"
                "请在偏差原因栏说明指标值为何偏低。",
            ),
        ),
    ),
    "far above its target and marked down": (
        {"target": "50%", "score": Decimal(95)},
        (("T07", EXPLAIN, "reason", f"指标【成活率】：分值100分，得分95分，{NO_REASON}"),),
    ),
    "far above its target, marked down, with a reason": (
        {"target": "50%", "score": Decimal(95), "reason": "指标值偏低"},
        (),
    ),
    "far from a target that is to be hit": (
        {"direction": "=", "target": "50%", "actual": "100%"},
        (("T07", EXPLAIN, "reason", f"指标【成活率】：分值100分，得分50分，{NO_REASON}"),),
    ),
    "far from a target that is to be hit, and marked down further": (
        {"direction": "=", "target": "50%", "actual": "100%", "score": Decimal(40), "reason": "超出"},
        (
            (
                "T06",
                EXPLAIN,
                "score",
                "指标【成活率】：指标值=50%，完成值100%，分值100分，得分40分，应为50分，相差10分；"
                "请按计算结果更正得分，另有规定的请说明。",
            ),
        ),
    ),
    "far below a target that is the most": (
        {"direction": "≤", "target": "50%", "actual": "10%"},
        (),
    ),
    "numbers of more digits than there are figures": (
        {"target": "1", "actual": "9" * 20},
        (
            (
                "T09",
                EXPLAIN,
                "reason",
                "指标【成活率】：指标值1，完成值99999999999999999999，超过指标值的130%，没有说明原因；"
                "请在偏差原因栏说明指标值为何偏低。",
            ),
        ),
    ),
}


@pytest.mark.parametrize("what", BAD_INDICATORS)
def test_a_bad_indicator_gets_its_sentence_and_no_other(what: str) -> None:
    changes, expected = BAD_INDICATORS[what]
    report = evaluate(with_indicators(INDICATOR._replace(**changes)))
    assert [(f.rule, f.level, f.fields[0], f.message) for f in report.findings] == [
        (id, level, f"indicators[0].{key}", message) for id, level, key, message in expected
    ]


def test_a_good_indicator_gets_none() -> None:
    for good in (
        INDICATOR,
        INDICATOR._replace(**QUALITY, reason="略有推迟"),
        INDICATOR._replace(actual="90%"),
    ):
        assert evaluate(with_indicators(good)).findings == ()


@pytest.mark.parametrize(
    ("changes", "money", "at"),
    [
        ({"unit": "万元", "target": "120"}, "120万元", "unit"),
        ({"unit": "元", "target": "500"}, "500元", "unit"),
        ({"unit": "千元", "target": "500"}, "500千元", "unit"),
        ({"unit": "亿元", "target": "1.2亿元"}, "1.2亿元", "unit"),
        ({"target": "120万元"}, "120万元", "target"),
        ({"name": "投入资金（万元）", "target": "120"}, "120", "name"),
        ({"unit": "亩", "target": "5000"}, "", ""),
        ({"unit": "单元", "target": "5"}, "", ""),
        ({"name": "支持50万元以上项目数", "unit": "个", "target": "5"}, "", ""),
        ({"level_2": "成本指标", "unit": "万元", "target": "120"}, "", ""),
    ],
)
def test_a_quantity_of_work_is_no_amount(changes: dict[str, Any], money: str, at: str) -> None:
    row = INDICATOR._replace(level_2="数量指标", direction="定性", band="达成", score=Decimal(100))
    findings = evaluate(with_indicators(row._replace(**changes))).findings
    name = changes.get("name", "成活率")
    sentence = (
        f"指标【{name}】：数量指标的指标值{money}是金额；"
        "数量指标应写做了多少事，花了多少钱由执行率反映，请考虑更换。"
    )
    expected = [("T10", HINT, f"indicators[0].{at}", sentence)] if money else []
    assert [(f.rule, f.level, f.fields[0], f.message) for f in findings] == expected


def project_named(name: str | None) -> Any:
    return BASE.projects[0]._replace(name=name, category=None, stated_score=None, executed=Decimal(100))


def indicators_of(project: str | None) -> tuple[Indicator, ...]:
    weights = (("产出指标", 50), ("效益指标", 30), ("满意度指标", 10))
    return tuple(
        INDICATOR._replace(project=project, level_1=level, points=Decimal(points))
        for level, points in weights
    )


def fund_of(project: str | None, **amounts: int) -> ProjectFund:
    exact: dict[str, Any] = {key: Decimal(value) for key, value in amounts.items()}
    return ProjectFund(
        **{"initial": None, "full_year": None, "executed": None} | exact, project=project, source="其他资金"
    )


KNOWN = "请与“项目支出”表的项目名称写成一样。"

# Projects, indicators, funds, and the sentences of M, T03 and T04 with the cells that they are about.
BAD_PROJECTS: dict[str, tuple[tuple[Any, ...], tuple[Indicator, ...], tuple[ProjectFund, ...], Any]] = {
    "a project without indicators": (
        (project_named("造林"), project_named("护林")),
        indicators_of("造林"),
        (),
        [
            (
                "T04",
                EXPLAIN,
                ("projects[1].name",),
                "没有绩效指标的项目：【护林】；请在“绩效指标”表补填，不作自评的请说明。",
            )
        ],
    ),
    "a name twice": (
        (project_named("造林"), project_named("护林"), project_named("造林")),
        indicators_of("造林") + indicators_of("护林"),
        (),
        [
            (
                "M02",
                HARD,
                ("projects[0].name", "projects[2].name"),
                "项目名称重复：【造林】；请改用不同的名称，绩效指标和项目资金才能对上项目。",
            )
        ],
    ),
    "an indicator of an unknown project": (
        (project_named("造林"),),
        indicators_of("造林") + indicators_of("造 林")[:1],
        (),
        [
            (
                "M03",
                HARD,
                ("indicators[3].project",),
                f"绩效指标的所属项目在“项目支出”表中没有：【造 林】；{KNOWN}",
            )
        ],
    ),
    "money of an unknown project": (
        (project_named("造林"),),
        indicators_of("造林"),
        (fund_of("造 林", executed=100),),
        [
            (
                "M03",
                HARD,
                ("funds[0].project",),
                f"项目资金的所属项目在“项目支出”表中没有：【造 林】；{KNOWN}",
            )
        ],
    ),
    "money of no project": (
        (project_named("造林"),),
        indicators_of("造林"),
        (fund_of(None, executed=100),),
        [("M01", HARD, ("funds[0].project",), "项目资金第1行：未填写“所属项目”；请补填后再检查。")],
    ),
    "sources that miss each column": (
        (project_named("造林"), project_named("护林")),
        indicators_of("造林") + indicators_of("护林"),
        (
            fund_of("护林", initial=200, full_year=250, executed=90),
            fund_of("护林", full_year=49),
            fund_of("造林", executed=99),
        ),
        [
            (
                "T03",
                HARD,
                (
                    *("projects[1].initial", "funds[0].initial", "funds[1].initial"),
                    *("projects[1].full_year", "funds[0].full_year", "funds[1].full_year"),
                    *("projects[0].executed", "funds[2].executed"),
                    *("projects[1].executed", "funds[0].executed", "funds[1].executed"),
                ),
                "【护林】年初预算数250万元，各资金来源合计200万元，相差50万元；"
                "【护林】全年预算数300万元，各资金来源合计299万元，相差1万元；"
                "【造林】全年执行数100万元，各资金来源合计99万元，相差1万元，另有1处；"
                "请核对“项目资金”表和“项目支出”表。",
            )
        ],
    ),
    "points that do not sum": (
        (project_named("造林"),),
        indicators_of("造林")[:2],
        (),
        [
            (
                "T04",
                HARD,
                ("indicators[0].points", "indicators[1].points"),
                "项目【造林】：预算执行率10分和各指标的分值合计90分，应为100分，相差10分；请核对绩效指标的分值。",
            )
        ],
    ),
}


@pytest.mark.parametrize("what", BAD_PROJECTS)
def test_bad_references_between_tables_get_their_sentence(what: str) -> None:
    projects, indicators, funds, expected = BAD_PROJECTS[what]
    inputs = with_values(
        BASE,
        projects=projects,
        indicators=indicators,
        funds=funds,
        final={"project": None},
        stated={"total_score": None, "grade": None},
    )
    found = [(f.rule, f.level, f.fields, f.message) for f in evaluate(inputs).findings if f.rule[0] in "MT"]
    assert found == expected


def test_of_two_projects_of_a_name_the_first_has_the_money() -> None:
    twice = (project_named("造林"), project_named("造林"))
    inputs = with_values(BASE, projects=twice, funds=(fund_of("造林", executed=99),), indicators=())
    (finding,) = (f for f in evaluate(inputs).findings if f.rule == "T03")
    assert finding.fields == ("projects[0].executed", "funds[0].executed")


@pytest.mark.parametrize("section", ["three_public_prior", "procurement_prior"])
def test_a_total_of_nothing_needs_no_parts(section: str) -> None:
    record = getattr(empty(), section)
    nothing, something = (with_values(BASE, **{section: record._replace(total=Decimal(n))}) for n in (0, 1))
    found = [
        [f.rule for f in evaluate(inputs).findings if f.rule == "D04"] for inputs in (nothing, something)
    ]
    assert found == [[], ["D04"]]


def criterion(**values: Any) -> Criterion:
    row = Criterion(**dict.fromkeys(Criterion._fields))
    return row._replace(name="三公经费变动率", points=Decimal(100), **values)


STEPS = {"method": "逐步扣分", "rate": "三公经费变动率", "step": Decimal("0.01"), "deduction": Decimal("0.5")}

BAD_CRITERIA: dict[str, tuple[Criterion, tuple[tuple[str, tuple[str, ...], str], ...]]] = {
    "no method": (
        criterion(),
        (("M01", ("criteria[0].method",), "评分标准【三公经费变动率】：未填写“计分方法”；请补填后再检查。"),),
    ),
    "steps of nothing": (
        criterion(method="逐步扣分"),
        (
            (
                "M01",
                ("criteria[0].rate", "criteria[0].at_most", "criteria[0].step", "criteria[0].deduction"),
                "评分标准【三公经费变动率】：未填写“所用指标”、“不超过”、“每差”、“扣分”；请补填后再检查。",
            ),
        ),
    ),
    "a rate that there is not": (
        criterion(**STEPS | {"rate": "三公变动率", "at_most": Decimal(0)}),
        (
            (
                "M03",
                ("criteria[0].rate",),
                "评分标准【三公经费变动率】所用指标“三公变动率”不是已知的指标；"
                "请从“指标计算”表选用名称，并在右表填写分档。",
            ),
        ),
    ),
    "bands that are not there": (
        criterion(method="分档", rate="三公经费变动率"),
        (
            (
                "M03",
                ("criteria[0].name",),
                "评分标准【三公经费变动率】没有分档；请从“指标计算”表选用名称，并在右表填写分档。",
            ),
        ),
    ),
    "at least": (criterion(**STEPS, at_least=Decimal(1)), ()),
    "by the unit": (criterion(method="自评"), ()),
}


@pytest.mark.parametrize("what", BAD_CRITERIA)
def test_a_line_of_the_standard_that_cannot_be_computed_gets_its_sentence(what: str) -> None:
    line, expected = BAD_CRITERIA[what]
    findings = evaluate(with_values(with_indicators(), criteria=(line,))).findings
    assert [(f.rule, f.fields, f.message) for f in findings] == list(expected)
    assert {f.level for f in findings} <= {HARD}


# Limits and points of the bands of a line of 10 points; rule, cells and sentence of what is wrong with them.
BANDED = criterion(method="分档", rate="三公经费变动率")._replace(points=Decimal(10))
BAD_BANDS: dict[
    str, tuple[tuple[tuple[str | None, str | None], ...], tuple[str, tuple[str, ...], str] | None]
] = {
    "none wrong": ((("0", "10"), ("0.1", "8")), None),
    "no limit": (
        (("0", "10"), (None, "8")),
        ("M01", ("bands[1].limit",), "分档【三公经费变动率】：未填写“上限”；请补填后再检查。"),
    ),
    "no points": (
        (("0", None), ("0.1", "8")),
        ("M01", ("bands[0].points",), "分档【三公经费变动率】：未填写“得分”；请补填后再检查。"),
    ),
    "more points than the line": (
        (("0", "10.5"), ("0.1", "8")),
        ("M03", ("bands[0].points",), "分档【三公经费变动率】的一档得10.5分，大于分值10分；请核对分档。"),
    ),
    "a limit twice": (
        (("0", "10"), ("0.1", "8"), ("0.1", "6")),
        ("M03", ("bands[2].limit",), "分档【三公经费变动率】的上限10%重复；请核对分档。"),
    ),
}


@pytest.mark.parametrize("what", BAD_BANDS)
def test_bands_that_cannot_be_right_get_their_sentence(what: str) -> None:
    rows, expected = BAD_BANDS[what]
    numbers = [[None if each is None else Decimal(each) for each in row] for row in rows]
    bands = tuple(ScoreBand("三公经费变动率", limit, points) for limit, points in numbers)
    rest = criterion(method="自评")._replace(name="其余", points=Decimal(90))
    findings = evaluate(with_values(with_indicators(), criteria=(BANDED, rest), bands=bands)).findings
    assert [(f.rule, f.fields, f.message) for f in findings] == ([expected] if expected else [])


def test_a_band_names_its_line() -> None:
    nameless = ScoreBand(None, Decimal(0), Decimal(5))
    (finding,) = evaluate(with_values(BASE, bands=(nameless,))).findings
    assert (finding.rule, finding.fields) == ("M01", ("bands[0].item",))


def test_nothing_is_said_of_points_that_cannot_be_read() -> None:
    """The reader has said what is wrong with the cell; that points are missing follows from nothing."""
    inputs = with_indicators(INDICATOR._replace(points=None))
    assert {f.rule for f in evaluate(inputs).findings} == {"M01", "T04"}
    assert evaluate(inputs, {"indicators[0].points", "indicators.points"}).findings == ()
    standard = (BASE.criteria[0]._replace(points=None), *BASE.criteria[1:])
    inputs = with_values(BASE, criteria=standard)
    told = {f.rule for f in evaluate(inputs, {"criteria[0].points", "criteria.points"}).findings}
    assert told == set()
