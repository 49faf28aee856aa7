"""`xlreport new --from-report`: what a report surely says is in the workbook, the rest is asked for with its cell."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from tests.test_review import BAD_FILES, CLEAN, OTHER, PIECES, REPORT, paragraphs_of
from xlreport.cli import main
from xlreport.datafile import read_data, read_outline, read_sample, with_standard
from xlreport.from_report import Draft, draft_of
from xlreport.model.fields import values_of
from xlreport.model.inputs import Inputs, empty
from xlreport.report import evaluate
from xlreport.review.narrative import read_narrative
from xlreport.sheets.reader import read_workbook

BASE = Path(__file__).parent / "cases" / "base.toml"
OURS = ("template", "criteria", "bands")  # what every new workbook holds
# Standards that come with the program, and a limit that the heading of the projects gives.
STANDARD = {
    f"settings.{key}" for key in ("described_from", "achieved_from", "partly_from", "execution_points")
}
LINE = re.compile(r"(需确认|不一致)　(\S+)![A-Z]+\d+　")


def run(*arguments: Any) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def made(folder: Path, text: str, *more: str, name: str = "自评.xlsx") -> tuple[Path, list[str]]:
    """The workbook that a report gives, and the lines said of it."""
    (folder / "报告.txt").write_text(text, "utf-8")
    result = run("new", folder / name, "--from-report", folder / "报告.txt", *more)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    first, *lines = result.stdout.splitlines()
    assert first == f"已生成：{folder / name}"
    return folder / name, lines


def filled(inputs: Inputs) -> dict[str, Any]:
    return {p.path: v for p, v in values_of(inputs) if v is not None and p.section.key not in OURS}


def differing(mine: Inputs, theirs: Inputs) -> set[str]:
    """The fields that both have with different values."""
    one, other = filled(mine), filled(theirs)
    return {path for path in one.keys() & other.keys() if one[path] != other[path]}


def draft(text: str) -> Draft:
    return draft_of(read_narrative(paragraphs_of(text)))


def asked(text: str) -> dict[str, list[Any]]:
    return {each.place.path: [said.value for said in each.said] for each in draft(text).questions}


def findings(inputs: Inputs) -> list[tuple[str, str]]:
    return [(finding.rule, finding.message) for finding in evaluate(inputs).findings]


@pytest.fixture(scope="module")
def of_sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    return made(tmp_path_factory.mktemp("sample"), REPORT)


def test_the_workbook_holds_the_figures_of_the_sample_year(of_sample: tuple[Path, list[str]]) -> None:
    reading = read_workbook(of_sample[0])
    assert not reading.problems
    sample = read_sample()
    # Duties, reasons and texts are in other words in the sample year, two offices are misspelt in the report.
    assert differing(reading.inputs, sample) == {
        *("duties[0].text", "duties[1].text", "offices[3].name", "offices[6].name", "projects[3].reason"),
        *("texts.completion", "texts.difference_reason", "texts.execution_reason", "texts.other"),
    }
    assert filled(reading.inputs).keys() - filled(sample).keys() == STANDARD
    lacking = {
        path for path in filled(sample).keys() - filled(reading.inputs).keys() if "duties[" not in path
    }
    assert lacking == {"texts.goal", *asked(REPORT)}


def test_its_check_finds_what_it_finds_on_the_sample(of_sample: tuple[Path, list[str]]) -> None:
    mine, theirs = findings(read_workbook(of_sample[0]).inputs), findings(read_sample())
    added = [finding for finding in mine if finding not in theirs]
    lost = [finding for finding in theirs if finding not in mine]
    # The totals that wait for a person, the misspelt office; and one of the four 全年预算数 is asked for.
    assert list(dict.fromkeys(rule for rule, _ in added)) == ["J06", "D04", "X08"]
    assert [rule for rule, _ in lost] == ["J06"]
    assert [message for rule, message in mine if rule == "T01" and "741.17%" in message] != []


def test_what_is_open_is_listed_with_its_sentence_and_its_cell(of_sample: tuple[Path, list[str]]) -> None:
    path, lines = of_sample
    questions, (counts, last) = lines[:-2], lines[-2:]
    assert (
        "需确认　政府采购!F7　采购决算货物：0万元"
        "（第19段：2023年度政府采购支出0万元，其中：货物0元，工程0万元，服务0万元）"
    ) in questions
    assert len(questions) == len(asked(REPORT)) == 6
    assert last == "另有 6 项没有填入，请对照报告确认后填写。"
    assert counts.startswith("已填入数字 55 项、文字 27 项：单位信息 13，")
    all_are_there(path, questions, REPORT)


def all_are_there(path: Path, questions: Sequence[str], text: str) -> None:
    """Each question names an empty cell that one can fill in, and words of the report."""
    book = openpyxl.load_workbook(path)
    for line in questions:
        found = LINE.match(line)
        assert found, line
        sheet, _, cell = line.split("　")[1].partition("!")
        assert book[sheet][cell].value is None, line
        assert not book[sheet][cell].protection.locked or not book[sheet].protection.sheet, line
        for number, words in re.findall(r"（第(\d+)段：(.+?)）(?=$|，第\d+段为)", line):
            paragraph = " ".join(paragraphs_of(text)[int(number) - 1].split())
            assert words in paragraph, line


@pytest.mark.parametrize("text", [REPORT, OTHER, CLEAN], ids=["sample", "other", "clean"])
def test_nothing_unsure_is_filled_in(text: str) -> None:
    held = filled(draft(text).inputs)
    unsure = {said.path for said in read_narrative(paragraphs_of(text)).unsure}
    assert not unsure & held.keys()
    assert not asked(text).keys() & held.keys()
    assert unsure <= asked(text).keys()


def test_figures_that_contradict_each_other_stay_blank(tmp_path: Path) -> None:
    text = CLEAN.replace("全年执行数110万元", "全年执行数109万元")
    path, lines = made(tmp_path, text)
    (line,) = (line for line in lines if line.startswith("不一致"))
    assert line.startswith(
        "不一致　收支情况!G17　决算总支出：第9段为110万元（第9段：2024年决算总收入120万元，"
    )
    assert "，第13段为109万元（第13段：年初预算100万元，" in line
    assert read_workbook(path).inputs.final.expenditure is None
    all_are_there(path, lines[:-2], text)


def test_a_limit_is_no_amount() -> None:
    text = CLEAN.replace("项目支出50万元，占", "项目支出50万元，其中20万元以上的项目支出20万元以上，占")
    assert "final.project" not in asked(text)
    assert draft(text).inputs.final.project == 50


def test_an_amount_that_no_cell_takes_is_asked_about() -> None:
    text = CLEAN.replace("总支出110万元", "总支出1100000000万元")
    assert len(asked(text)["final.expenditure"]) == 2
    assert asked(CLEAN.replace("公务接待费1万元", "公务接待费300000000万元")).keys() >= {
        "three_public_final.reception"
    }


@pytest.mark.parametrize(
    ("old", "new", "problems", "measures"),
    [
        (
            "三、存在的问题及改进措施\n一是预算编制不细；二是支付偏慢。2025年起按季通报支付进度。",
            "三、存在的问题\n一是预算编制不细。\n二是支付偏慢。\n四、下一步改进措施\n按季通报。",
            "一是预算编制不细。\n二是支付偏慢。",
            "按季通报。",
        ),
        (
            "支付偏慢。2025年起按季",
            "支付偏慢。\n今后按季",
            "一是预算编制不细；二是支付偏慢。",
            "今后按季通报支付进度。",
        ),
        ("支付偏慢。2025年起按季", "支付偏慢。今后按季", None, None),
        ("支付偏慢。2025年起按季", "支付偏慢。\n今后按季\n其次是", None, None),
    ],
    ids=["headings", "paragraphs", "one paragraph", "three paragraphs"],
)
def test_problems_and_measures_are_taken_where_one_sees_which_is_which(
    old: str, new: str, problems: str | None, measures: str | None
) -> None:
    assert old in CLEAN
    result = draft(CLEAN.replace(old, new))
    assert (result.inputs.texts.problems, result.inputs.texts.measures) == (problems, measures)
    open_ones = {each.place.path for each in result.questions}
    assert ({"texts.problems", "texts.measures"} <= open_ones) == (problems is None)


def test_names_are_sure_only_where_as_many_are_counted() -> None:
    text = REPORT.replace("9个股室", "10个股室")
    assert draft(text).inputs.offices == ()
    assert asked(text)["offices[1].name"] == ["政工人事股"]


def test_what_only_looks_like_a_project_is_asked_about(tmp_path: Path) -> None:
    text = REPORT.replace(
        '3.“三公"经费执行',
        "2023年有政府性基金预算，全年预算安排60万元，决算支出58万元。\n"
        '办公楼修缮，全年预算安排60万元，决算支出58万元。\n3.“三公"经费执行',
    )
    path, lines = made(tmp_path, text)
    assert len(read_workbook(path).inputs.projects) == 4
    assert [line.split("　")[1] for line in lines if "第5行" in line] == [
        f"项目支出!{column}10" for column in "BGI"
    ]
    all_are_there(path, lines[:-2], text)


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=25).map("".join), max_size=6))
def test_any_text_gives_a_draft(paragraphs: list[str]) -> None:
    result = draft_of(read_narrative(paragraphs))
    assert not {each.place.path for each in result.questions} & filled(result.inputs).keys()


# What a report that we exported gives back: the fields, of which all but the named ones are as they were.
ROUND_TRIPS = [
    *((BASE, outline, least) for outline, least in (("A", 67), ("B", 69), ("C", 67), ("岳阳", 66))),
    *((None, outline, least) for outline, least in (("A", 99), ("B", 84), ("C", 99), ("岳阳", 95))),
]


@pytest.mark.parametrize(("data", "outline", "least"), ROUND_TRIPS)
def test_our_own_report_gives_its_figures_back(
    tmp_path: Path, data: Path | None, outline: str, least: int
) -> None:
    source = ("--data", data) if data else ("--sample",)
    run("new", tmp_path / "a.xlsx", *source, "--outline", outline)
    run("report", tmp_path / "a.xlsx", "-o", tmp_path / "报告.docx")
    result = run("new", tmp_path / "b.xlsx", "--from-report", tmp_path / "报告.docx")
    assert result.exit_code == 0, result.output
    reading = read_workbook(tmp_path / "b.xlsx")
    assert not reading.problems
    mine, theirs = filled(reading.inputs), filled(read_data(data) if data else read_sample())
    # The report prints our rate in place of the published one.
    assert differing(reading.inputs, read_data(data) if data else read_sample()) <= {"stated.execution_rate"}
    same = [path for path in mine.keys() & theirs.keys() if mine[path] == theirs[path]]
    assert len(same) >= least
    # Printed, though nobody typed them.
    assert mine.keys() - theirs.keys() <= STANDARD | {"texts.other"} | {
        f"stated.{key}" for key in ("control_rate", "execution_score", "total_score", "grade")
    }
    assert not any("〔" in str(value) for value in mine.values())


def test_unit_year_outline_and_scoring_go_with_it(tmp_path: Path) -> None:
    path, lines = made(
        tmp_path, CLEAN, "--unit", "某县水利局", "--year", "2025", "--outline", "B", "--scoring", "四川",
        name="自评.xlsm",
    )  # fmt: skip
    inputs = read_workbook(path).inputs
    assert (inputs.unit.name, inputs.unit.year) == ("某县水利局", 2025)
    assert inputs.final.expenditure == 110
    assert inputs.template == read_outline("B")
    assert inputs.criteria == with_standard(empty(), "四川").criteria
    all_are_there(path, lines[:-2], CLEAN)


@pytest.mark.parametrize("other", [("--sample",), ("--data", "数据.toml"), ("--from", "去年.xlsx")])
def test_one_source_at_a_time(tmp_path: Path, other: tuple[str, ...]) -> None:
    result = run("new", tmp_path / "a.xlsx", "--from-report", tmp_path / "报告.docx", *other)
    assert result.exit_code == 2
    assert result.stderr == "写了 --from-report 就不能再写 --data、--sample 或 --from。\n"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [*BAD_FILES, ("没有.docx", None, "不存在")],
    ids=lambda value: str(value)[:12],
)
def test_what_is_no_report_gets_one_sentence(
    tmp_path: Path, name: str, content: bytes | None, says: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    result = run("new", tmp_path / "自评.xlsx", "--from-report", tmp_path / name)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1), result.output
    assert says in result.stderr
    assert name in result.stderr
    assert not (tmp_path / "自评.xlsx").exists()
