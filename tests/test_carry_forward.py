"""The next year begins with what last year ended with, and with nothing else."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings

from tests.records import records
from xlreport.carry_forward import KEPT, MOVED, carry_forward
from xlreport.checks.rule import Level
from xlreport.cli import main
from xlreport.datafile import DEFAULT_STANDARD, read_data, read_outline, with_standard
from xlreport.model.fields import sections_of, values_of
from xlreport.model.inputs import Inputs, empty, with_values
from xlreport.model.self_evaluation import Carried
from xlreport.report import Outcome, evaluate
from xlreport.sheets.master import build_master
from xlreport.sheets.reader import read_workbook

D = Decimal
BASE = replace(read_data(Path(__file__).parent / "cases" / "base.toml"), template=read_outline("A"))
NEXT = carry_forward(BASE)


def test_the_year_is_the_next_one_and_its_report_has_no_date_yet() -> None:
    assert NEXT.unit == BASE.unit._replace(year=2024, report_date=None)
    assert carry_forward(with_values(BASE, unit={"year": None})).unit.year is None


@pytest.mark.parametrize("key", KEPT)
def test_what_a_department_is_stays(key: str) -> None:
    assert getattr(NEXT, key) == getattr(BASE, key)


@pytest.mark.parametrize(("final", "prior"), MOVED.items())
def test_last_years_column_becomes_the_prior_one(final: str, prior: str) -> None:
    assert getattr(NEXT, prior) == getattr(BASE, final) != getattr(empty(), final)


def test_balances_and_use_are_carried() -> None:
    assert NEXT.balance == empty().balance._replace(opening=D(52))
    assert NEXT.assets == empty().assets._replace(prior_use=D("0.96"))


@pytest.mark.parametrize(
    ("in_use", "fixed", "use"),
    [
        ("1", "3", "0.333333"),
        ("2", "3", "0.666667"),
        ("500", "500", "1"),
        ("0", "500", "0"),
        ("0", "0", None),
    ],
)
def test_the_use_of_assets_is_as_exact_as_a_cell(in_use: str, fixed: str, use: str | None) -> None:
    last = with_values(BASE, assets={"in_use": D(in_use), "fixed": D(fixed)})
    assert carry_forward(last).assets.prior_use == (None if use is None else D(use))


@pytest.mark.parametrize("assets", [{"in_use": None}, {"fixed": None}, {"in_use": D(501)}])
def test_no_use_is_made_up(assets: dict[str, Any]) -> None:
    assert carry_forward(with_values(BASE, assets=assets)).assets.prior_use is None


def test_projects_come_with_what_was_spent_on_them() -> None:
    for last, begun in zip(BASE.projects, NEXT.projects, strict=True):
        filled = {key: value for key, value in begun._asdict().items() if value is not None}
        assert filled == {"name": last.name, "category": last.category, "prior": last.executed}
    named = BASE.projects[0]._replace(implementer="林业站")
    assert carry_forward(replace(BASE, projects=(named,))).projects[0].implementer == "林业站"


def test_indicators_come_without_their_results() -> None:
    for last, begun in zip(BASE.indicators, NEXT.indicators, strict=True):
        assert begun == last._replace(actual=None, score=None, band=None, reason=None)


def test_the_standard_comes_without_the_units_scores() -> None:
    last = with_standard(BASE, "湖南")
    scored = tuple(line._replace(score=D(5)) for line in last.criteria)
    assert carry_forward(replace(last, criteria=scored)).criteria == last.criteria
    assert carry_forward(last).bands == last.bands != ()


def test_everything_else_is_blank() -> None:
    carried = {
        "unit",
        *KEPT,
        *MOVED.values(),
        "criteria",
        "projects",
        "indicators",
        "carried",
        "explanations",
    }
    others = {section.key for section in sections_of(Inputs)} - carried - {"balance", "assets"}
    assert others == {
        *("in_post", "initial", "full_year", "final", "adjustment", "funds_full_year", "funds_executed"),
        *("functions", "three_public_budget", "three_public_final", "three_public_counts"),
        *("procurement_budget", "procurement_final", "awards", "buildings", "funds", "texts", "stated"),
        *("printed_report", "printed_base", "printed_overall"),
    }
    for key in others:
        assert getattr(NEXT, key) == getattr(empty(), key), key


def test_what_was_carried_is_noted_by_the_names_that_it_has_now() -> None:
    noted = {item.item: item.value for item in NEXT.carried}
    assert len(noted) == len(NEXT.carried)
    assert noted["上年决算总支出"] == 1100
    assert noted["三公上年决算合计"] == D("33.5")
    assert noted["采购上年决算货物"] == 55
    filled = [
        value
        for place, value in values_of(NEXT)
        if place.section.key in ("prior", "three_public_prior", "procurement_prior") and value is not None
    ]
    assert sorted(noted.values()) == sorted(filled)  # type: ignore[type-var]
    assert carry_forward(empty()) == empty()


def test_a_zero_is_carried_and_a_blank_is_not() -> None:
    last = with_values(empty(), final={"income": D(0), "expenditure": None})
    assert carry_forward(last).carried == (Carried("上年决算总收入", D(0)),)


def test_the_next_year_begins_without_findings_but_for_what_is_not_filled_in() -> None:
    report = evaluate(NEXT)
    assert report.outcomes["D06"] == Outcome.PASSED
    assert {finding.rule for finding in report.findings} == {"M01", "T06", "T11"}
    assert {
        finding.message.partition("：")[2][:6] for finding in report.findings if finding.rule == "T06"
    } == {"没有填完成值"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(records())
def test_no_carried_figure_is_missed_or_disagrees(last: Inputs) -> None:
    begun = carry_forward(last)
    report = evaluate(begun)
    assert report.outcomes["D06"] == (Outcome.PASSED if begun.carried else Outcome.NOT_APPLICABLE)
    assert {finding.rule for finding in report.findings if finding.rule[0] in "BPF"} <= {
        "F01",
        "F02",
        "F04",
        "P01",
    }


# By the command, through workbooks.


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def last_year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base as a filled workbook."""
    path = tmp_path_factory.mktemp("last") / "2023.xlsx"
    build_master(evaluate(BASE), path)
    return path


@pytest.fixture(scope="module")
def this_year(last_year: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook that the command makes of it."""
    path = tmp_path_factory.mktemp("this") / "2024.xlsx"
    result = run("new", path, "--from", last_year)
    assert (result.exit_code, result.output) == (0, f"已生成：{path}\n")
    return path


def edited(workbook: Path, folder: Path, changes: dict[str, Any]) -> Path:
    """A copy of a workbook in which some fields were typed anew; the chosen outline, a formula, is typed too."""
    places = read_workbook(workbook).addresses
    book = openpyxl.load_workbook(workbook)
    for path, value in {"unit.outline": None, **changes}.items():
        place = places.at(path)
        assert place
        book[place[0]].cell(place[1] + 1, place[2] + 1).value = value
    book.save(folder / workbook.name)
    return folder / workbook.name


def test_a_workbook_begins_with_last_years(this_year: Path) -> None:
    reading = read_workbook(this_year)
    assert reading.problems == ()
    assert reading.inputs == NEXT


def test_a_prior_figure_that_was_changed_afterwards_is_found(this_year: Path, tmp_path: Path) -> None:
    changes = {"prior.expenditure": 1099, "three_public_prior.reception": None}
    reading = read_workbook(edited(this_year, tmp_path, changes))
    assert reading.problems == ()
    (finding,) = (f for f in evaluate(reading.inputs).findings if f.rule == "D06")
    noted = [item.item for item in NEXT.carried]
    rows = [noted.index(item) for item in ("上年决算总支出", "三公上年决算公务接待费")]
    assert (finding.level, finding.fields) == (
        Level.HARD,
        ("prior.expenditure", "three_public_prior.reception", *(f"carried[{row}].value" for row in rows)),
    )
    assert finding.message == (
        "上年决算总支出1099万元，上年工作簿为1100万元，相差1万元；"
        "三公上年决算公务接待费（空），上年工作簿为5.4万元；上年数应从上年工作簿提取，请恢复原数。"
    )
    assert reading.addresses.cell(finding.fields[0]) == "收支情况!D17"


def test_with_macros_as_well(last_year: Path, tmp_path: Path) -> None:
    assert run("new", tmp_path / "2024.xlsm", "--from", last_year).exit_code == 0
    assert read_workbook(tmp_path / "2024.xlsm").inputs == NEXT
    assert run("new", tmp_path / "2025.xlsx", "--from", tmp_path / "2024.xlsm").exit_code == 0
    assert read_workbook(tmp_path / "2025.xlsx").inputs == carry_forward(NEXT)


def test_what_the_command_says_itself_goes_before_what_is_carried(last_year: Path, tmp_path: Path) -> None:
    more = ("--unit", "示例县林业和草原局", "--year", "2024", "--scoring", "湖北", "--outline", "B")
    assert run("new", tmp_path / "a.xlsx", "--from", last_year, *more).exit_code == 0
    inputs = read_workbook(tmp_path / "a.xlsx").inputs
    assert (inputs.unit.name, inputs.unit.year) == ("示例县林业和草原局", 2024)
    assert inputs.criteria == with_standard(empty(), "湖北").criteria
    assert inputs.template == read_outline("B")
    assert inputs.prior == BASE.final


def test_where_last_year_had_neither_standard_nor_outline_there_are_the_usual_ones(tmp_path: Path) -> None:
    build_master(evaluate(with_values(empty(), unit={"year": 2023})), tmp_path / "2023.xlsx")
    assert run("new", tmp_path / "2024.xlsx", "--from", tmp_path / "2023.xlsx").exit_code == 0
    inputs = read_workbook(tmp_path / "2024.xlsx").inputs
    assert inputs.criteria == with_standard(empty(), DEFAULT_STANDARD).criteria
    assert inputs.template == read_outline("A")


def test_a_wrong_cell_of_last_year_is_corrected_first(last_year: Path, tmp_path: Path) -> None:
    wrong = edited(last_year, tmp_path, {"final.expenditure": "5万元", "final.basic": "5万元"})
    result = run("new", tmp_path / "2024.xlsx", "--from", wrong)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "2023.xlsx：有 2 处填写有误，请先更正再提取上年数据："
        "收支情况!G17：总支出“5万元”带有单位文字，请只填数字（单位为万元），如 5。\n"
    )
    assert not (tmp_path / "2024.xlsx").exists()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("没有.xlsx", None, "没有.xlsx"),
        ("坏.xlsx", b"PK\x03\x04", "坏.xlsx"),
        ("别的.xlsx", b"", "别的.xlsx"),
    ],
)
def test_an_unreadable_workbook_ends_in_one_sentence(
    tmp_path: Path, name: str, content: bytes | None, says: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    result = run("new", tmp_path / "2024.xlsx", "--from", tmp_path / name)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert says in result.stderr
    assert result.stderr.endswith("。\n")
    assert not (tmp_path / "2024.xlsx").exists()


def test_a_workbook_of_another_kind_is_none_of_last_year(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "表.xlsx")
    result = run("new", tmp_path / "2024.xlsx", "--from", tmp_path / "表.xlsx")
    assert (result.exit_code, result.stderr) == (
        2,
        "表.xlsx：不是 xlreport 的主工作簿，请用 xlreport new 新建，或选择正确的文件。\n",
    )


def test_last_years_workbook_is_not_overwritten(last_year: Path) -> None:
    before = last_year.read_bytes()
    result = run("new", last_year, "--from", last_year, "--force")
    assert result.exit_code == 2
    assert "就是输入的文件，不会覆盖" in result.stderr
    assert last_year.read_bytes() == before


@pytest.mark.parametrize("other", [("--sample",), ("--data", "数据.toml")])
def test_one_source_at_a_time(last_year: Path, tmp_path: Path, other: tuple[str, ...]) -> None:
    result = run("new", tmp_path / "2024.xlsx", "--from", last_year, *other)
    assert result.exit_code == 2
    assert "写了 --from 就不能再写 --data 或 --sample。" in result.stderr


@pytest.mark.parametrize("year", ["2020", "2023", "2025"])
def test_only_the_year_before_can_be_carried(last_year: Path, tmp_path: Path, year: str) -> None:
    result = CliRunner().invoke(
        main, ["new", str(tmp_path / "n.xlsx"), "--from", str(last_year), "--year", year]
    )
    assert result.exit_code == 2
    assert "是2023年度的工作簿，只能用来新建2024年度的" in result.stderr
    assert not (tmp_path / "n.xlsx").exists()
