"""Every rule with a department that breaks it, and one that breaks none.

`cases/base.toml` is a department on which no rule finds anything. A case beside it, named by its rule, says
only what differs: its keys replace those of the base, `key = ""` blanks one, `[[projects]]` replaces the
whole table (`projects = []` empties it). The comments on top of a case tell what is wrong and what the
finding has to say:

    # says: figures and words of the message, in any order
    # at: fields that the finding points at
    # level: only where it is milder than the rule
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from xlreport.checks import rule
from xlreport.checks.rule import RULES, Finding, Level, Rule
from xlreport.datafile import read_data
from xlreport.model.fields import Place
from xlreport.model.figures import Parameter
from xlreport.model.inputs import Explanation, Inputs, empty, with_values
from xlreport.model.rates import RATES
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
}
# Ours beside it: what must not be blank, and of the group of the self-evaluation tables the first.
OURS: dict[str, tuple[tuple[Level, ...], str]] = {"M01": ((HARD,), ""), "T01": ((HARD,), "2 dp")}
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
    assert {item.level for item in RULES if item.id == "J03"} == {HARD, HINT}


def test_every_rule_of_the_table_is_registered() -> None:
    assert {item.id for item in RULES} == set(TABLE)


def test_every_rule_has_a_case_and_every_case_a_rule() -> None:
    assert {path.stem[:3] for path in PATHS} == {item.id for item in RULES}
    assert [path.stem for path in PATHS if not re.fullmatch(r"[A-Z]\d\d(-[a-z]+)?", path.stem)] == []


def named(item: Rule) -> str:
    return f"{item.id}-{item.function.__name__}-{item.parameters[0].name}"


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
        if parameter.optional or parameter.column:
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
    if case.level is EXPLAIN:
        assert (after.is_open, after.explanation) == (False, "已核实")
        assert report.outcomes[case.rule] == Outcome.EXPLAINED
    else:
        assert after == before
        assert report.outcomes[case.rule] == case.level


def test_large_amounts_are_said_without_exponent() -> None:
    inputs = with_values(BASE, initial={"expenditure": Decimal("1E+7")})
    (message,) = (finding.message for finding in evaluate(inputs).findings if finding.rule == "B01")
    assert says(message, "10000000万元")
