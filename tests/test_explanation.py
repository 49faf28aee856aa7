"""What one says to a finding: by rule and place, kept with its figures, and lapsed when these change."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from xlreport.carry_forward import carry_forward
from xlreport.checks.explanation import LAST_YEAR, NOTHING, recorded
from xlreport.checks.rule import Finding, Level
from xlreport.model.fields import blank
from xlreport.model.inputs import Explanation, Inputs, Project, with_values
from xlreport.model.self_evaluation import Indicator
from xlreport.report import Report, evaluate
from xlreport.sheets.master import build_master
from xlreport.sheets.reader import read_workbook

D = Decimal
J05 = "J05"  # a low execution rate needs a reason: one finding for each project


def project(name: str, executed: str) -> Project:
    made: Project = blank(Project)
    return made._replace(name=name, full_year=D(100), executed=D(executed))


def of(rule: str, inputs: Inputs) -> dict[str, Finding]:
    """The findings of a rule by their place."""
    return {finding.place: finding for finding in evaluate(inputs).findings if finding.rule == rule}


@pytest.fixture
def slow(sample: Report) -> Inputs:
    """Three projects that spent little."""
    return replace(sample.inputs, projects=(project("甲", "10"), project("乙", "20"), project("丙", "30")))


def explained(inputs: Inputs, *given: Explanation) -> Inputs:
    return replace(inputs, explanations=given)


def checked(inputs: Inputs) -> Inputs:
    """With what 运行检查 keeps."""
    report = evaluate(inputs)
    rows = recorded(report.explanations(60), report.findings)
    return replace(inputs, explanations=tuple(row for row in rows if row.text))


def states(inputs: Inputs) -> dict[str, str]:
    """Of each place of J05: 需说明, 已说明 or 已过期."""
    report = evaluate(inputs)
    return {place: report.outcome(J05, place) for place in of(J05, inputs)}


def test_a_place_is_named_so_that_it_lasts(slow: Inputs) -> None:
    assert list(of(J05, slow)) == ["项目【甲】", "项目【乙】", "项目【丙】"]
    moved = replace(slow, projects=(slow.projects[2], *slow.projects[:2]))
    assert set(of(J05, moved)) == set(of(J05, slow))


def test_an_explanation_of_a_place_covers_that_place(slow: Inputs) -> None:
    said = explained(slow, Explanation(J05, "项目【乙】", "按合同分两年支付"))
    assert states(said) == {"项目【甲】": "需说明", "项目【乙】": "已说明", "项目【丙】": "需说明"}
    assert evaluate(said).outcomes[J05] == "需说明"


def test_an_explanation_of_the_rule_covers_the_places_without_their_own(slow: Inputs) -> None:
    said = explained(
        slow, Explanation(J05, text="都是年底下达"), Explanation(J05, "项目【乙】", "按合同分两年支付")
    )
    assert set(states(said).values()) == {"已说明"}
    assert of(J05, said)["项目【乙】"].explanation == "按合同分两年支付"
    assert of(J05, said)["项目【甲】"].explanation == "都是年底下达"


def test_it_is_kept_with_the_problem_that_it_explains(slow: Inputs) -> None:
    said = checked(explained(slow, Explanation(J05, "项目【乙】", "按合同分两年支付")))
    (kept,) = said.explanations
    assert kept.problem == of(J05, slow)["项目【乙】"].message
    assert "20" in kept.problem
    assert kept.recorded == kept.text


def with_executed(inputs: Inputs, at: int, amount: str) -> Inputs:
    projects = list(inputs.projects)
    projects[at] = projects[at]._replace(executed=D(amount))
    return replace(inputs, projects=tuple(projects))


def test_it_lapses_when_its_figure_changes_and_no_other(slow: Inputs) -> None:
    said = checked(explained(slow, Explanation(J05, text="都是年底下达")))
    assert set(states(said).values()) == {"已说明"}
    changed = with_executed(said, 1, "21")
    assert states(changed) == {"项目【甲】": "已说明", "项目【乙】": "已过期", "项目【丙】": "已说明"}
    report = evaluate(changed)
    assert report.outcomes[J05] == "已过期"
    lapsed = [finding for finding in report.open_findings if finding.rule == J05]
    assert [finding.place for finding in lapsed] == ["项目【乙】"]
    assert lapsed[0].explanation == "都是年底下达"
    # A check does not keep what has lapsed as if it had been said of the new figure.
    assert states(checked(changed)) == states(changed)
    assert states(with_executed(changed, 1, "20")) == states(said)


def test_a_new_place_is_not_explained_by_what_was_said_before(slow: Inputs) -> None:
    said = checked(explained(slow, Explanation(J05, text="都是年底下达")))
    more = replace(said, projects=(*said.projects, project("丁", "40")))
    assert states(more)["项目【丁】"] == "需说明"
    assert states(more)["项目【甲】"] == "已说明"
    assert states(checked(more)) == states(more)  # another check does not take it in


@pytest.mark.parametrize("renewed", [{"text": "改为按进度支付"}, {"problem": None}])
def test_it_is_renewed_by_new_words_or_by_clearing_its_problem(
    slow: Inputs, renewed: dict[str, str | None]
) -> None:
    said = checked(explained(slow, Explanation(J05, "项目【乙】", "按合同分两年支付")))
    changed = with_executed(said, 1, "21")
    again = explained(changed, changed.explanations[0]._replace(**renewed))
    assert states(again)["项目【乙】"] == "已说明"
    kept = checked(again).explanations[0]
    assert "21" in str(kept.problem)
    assert kept.recorded == kept.text


def test_a_text_taken_away_takes_what_was_kept_along(slow: Inputs) -> None:
    said = checked(explained(slow, Explanation(J05, "项目【乙】", "按合同分两年支付")))
    silent = explained(said, said.explanations[0]._replace(text=None))
    report = evaluate(silent)
    rows = recorded(report.explanations(60), report.findings)
    assert not any(row.problem or row.recorded for row in rows)


def test_a_hint_is_dismissed_with_a_reason_and_lapses_too(sample: Report) -> None:
    hint = next(finding for finding in sample.findings if finding.level is Level.HINT)
    assert sample.outcomes[hint.rule] == "提示"
    said = checked(explained(sample.inputs, Explanation(hint.rule, text="已核对，不需处理")))
    report = evaluate(said)
    assert report.outcomes[hint.rule] == "已说明"
    assert report.count(Level.HINT) == sample.count(Level.HINT) - len(sample.found(hint.rule))
    other = said.explanations[0]._replace(problem="别的问题1.5")
    assert evaluate(explained(said, other)).outcomes[hint.rule] == "已过期"


def test_what_must_be_corrected_is_never_explained(sample: Report) -> None:
    hard = next(finding for finding in sample.findings if finding.level is Level.HARD)
    for given in (Explanation(hard.rule, text="上级要求"), Explanation(hard.rule, hard.place, "上级要求")):
        report = evaluate(explained(sample.inputs, given))
        assert report.outcomes[hard.rule] == "硬性"
        assert [f.explanation for f in report.found(hard.rule)] == [None] * len(report.found(hard.rule))
        kept = recorded(report.explanations(60), report.findings)
        assert not any(hard.message in str(row.problem) for row in kept)


def test_the_rows_are_the_rules_and_the_places_of_those_broken_at_several(slow: Inputs) -> None:
    rows = evaluate(slow).explanations(60)
    assert [row.place for row in rows if row.rule == J05] == [None, "项目【甲】", "项目【乙】", "项目【丙】"]
    once = replace(slow, projects=slow.projects[:1])
    assert [row.place for row in evaluate(once).explanations(60) if row.rule == J05] == [None]


def test_a_place_with_a_text_keeps_its_row_and_comes_before_others_where_rows_are_few(slow: Inputs) -> None:
    gone = Explanation(J05, "项目【已完工】", "上年已说明")
    for most, places in ((60, 4), (2, 2), (1, 1)):
        rows = evaluate(explained(slow, gone)).explanations(most)
        of_places = [row for row in rows if row.place and row.rule == J05]
        assert gone in of_places
        assert len([row for row in rows if row.place]) <= most
        assert len(of_places) <= places


def test_the_next_year_asks_again(slow: Inputs) -> None:
    said = checked(explained(slow, Explanation(J05, text="都是年底下达")))
    begun = carry_forward(said)
    (kept,) = begun.explanations
    assert (kept.text, kept.problem) == ("都是年底下达", LAST_YEAR)
    again = replace(begun, projects=said.projects)  # even with the very same figures
    assert set(states(again).values()) == {"已过期"}


@pytest.mark.parametrize("amount", ["21", "20.1", "30", "10"])
def test_the_figures_of_another_place_are_not_its_own(slow: Inputs, amount: str) -> None:
    said = checked(explained(slow, Explanation(J05, text="都是年底下达")))
    assert states(with_executed(said, 1, amount))["项目【乙】"] == "已过期"
    other = replace(said, projects=(said.projects[0]._replace(name="丁"), *said.projects[1:]))
    assert states(other)["项目【丁】"] == "需说明"


def test_a_text_from_before_there_was_a_problem_explains_none(slow: Inputs) -> None:
    well = replace(slow, projects=(project("甲", "95"),))
    said = checked(explained(well, Explanation(J05, text="执行正常")))
    assert said.explanations[0].problem == NOTHING
    assert evaluate(with_executed(said, 0, "10")).open_findings
    assert states(with_executed(said, 0, "10"))["项目【甲】"] == "需说明"


def test_indicators_of_one_name_are_told_apart_by_their_project(slow: Inputs) -> None:
    made: Indicator = blank(Indicator)
    short = made._replace(
        level_1="产出指标", name="完成数量", direction="≥", target="10", actual="8", points=D(10), score=D(8)
    )
    both = replace(slow, indicators=(short._replace(project="甲"), short._replace(project="乙")))
    assert list(of("T07", both)) == ["项目【甲】指标【完成数量】", "项目【乙】指标【完成数量】"]


def test_a_text_beside_no_rule_is_a_problem_with_its_cell(slow: Inputs, tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    build_master(evaluate(slow), path)
    book = openpyxl.load_workbook(path)
    sheet = book["检查结果"]
    column = [cell.value for cell in sheet[4]].index("explanations.text") + 1
    assert sheet.cell(sheet.max_row, 2).value is None
    sheet.cell(sheet.max_row, column).value = "水库加固：汛期停工"
    book.save(path)
    (problem,) = read_workbook(path).problems
    assert problem.cell == f"检查结果!J{sheet.max_row}"
    assert "这一行没有编号" in problem.message


def test_as_many_places_as_were_explained_have_rows(slow: Inputs, tmp_path: Path) -> None:
    given = tuple(Explanation(J05, f"项目【{at}】", "已说明") for at in range(80))
    build_master(evaluate(explained(slow, *given)), tmp_path / "m.xlsx")
    assert read_workbook(tmp_path / "m.xlsx").inputs.explanations == given


def test_findings_of_one_rule_about_the_record_have_places_of_their_own(sample: Report) -> None:
    wrong = with_values(sample.inputs, initial={"basic": D(1)}, final={"basic": D(1)})
    assert {"年初预算", "决算"} <= of("F02", wrong).keys() | of("B02", wrong).keys()
