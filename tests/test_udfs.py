"""The functions in cells: they give what the model computes, and for anything else #VALUE!, never a wrong number."""

import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.live_cells import Block, LiveCells, live_cells
from xlreport.addin import log
from xlreport.addin.function import FUNCTIONS as REGISTRY
from xlreport.addin.function import LONGEST_HELP, Argument, function
from xlreport.addin.plain import Unsuited, from_excel
from xlreport.addin.udfs import FUNCTIONS
from xlreport.checks.rule import Level, rule_lines
from xlreport.model.fields import blank
from xlreport.model.inputs import Explanation, Inputs, TemplateLine, with_values
from xlreport.model.rates import RATES
from xlreport.model.scoring import indicator_score
from xlreport.model.self_evaluation import DIRECTIONS, Indicator
from xlreport.model.values import LONGEST_TEXT
from xlreport.narrative import narrate
from xlreport.report import Report, evaluate

IDS = tuple((line.id,) for line in rule_lines())
KEYS = tuple((key,) for key in RATES)
LONG = "字" * LONGEST_TEXT
UNSUITED = "unsuited"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What fails goes into a log; not into that of who runs the tests."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return tmp_path


def broken(inputs: Inputs) -> Inputs:
    """The sample year with something wrong by several rules, among them one that wants to be explained."""
    first, *others = inputs.projects
    low = first._replace(full_year=Decimal(1000), arrived=Decimal(10), executed=Decimal(5), reason=None)
    return with_values(
        inputs, final={"basic": Decimal(1)}, prior={"expenditure": None}, projects=(low, *others)
    )


@pytest.fixture(scope="module")
def report(sample: Report) -> Report:
    return evaluate(broken(sample.inputs))


@pytest.fixture(scope="module")
def cells(report: Report, tmp_path_factory: pytest.TempPathFactory) -> LiveCells:
    return live_cells(report, tmp_path_factory.mktemp("live") / "绩效自评.xlsm")


def call(name: str, *arguments: Any) -> Any:
    return FUNCTIONS[name](*arguments)


def outcome(name: str, *arguments: Any) -> Any:
    """A result, or that the arguments do not suit; any other exception is a fault."""
    try:
        return call(name, *arguments)
    except ValueError:
        return UNSUITED


def checked(report: Report, cells: LiveCells) -> Block:
    """What the check of all rules must give."""
    place = cells.addresses.place
    return tuple((str(report.outcomes[id]), report.problem(id), place(report.found(id))) for (id,) in IDS)


# One function, its arguments, what it gives.
SCALARS: list[tuple[str, tuple[Any, ...], Any]] = [
    ("XR_SHARE", (1.0, 8.0), 0.125),
    ("XR_SHARE", (1.0, 32.0), 0.0313),  # 0.03125, half up
    ("XR_SHARE", (3824.26, 4753.66), 0.8045),
    ("XR_SHARE", (0.0, 5.0), 0.0),
    ("XR_SHARE", (-1.0, 32.0), -0.0313),
    ("XR_SHARE", (1e-9, 5.0), 0.0),
    ("XR_SHARE", (1.0, 1e-9), "—"),
    ("XR_SHARE", (5.0, 0.0), "—"),
    ("XR_SHARE", (0.0, -0.0), "—"),
    *(("XR_SHARE", blank, "") for blank in [(None, 2.0), (2.0, None), ("", 2.0), (2.0, ""), (None, None)]),
    ("XR_SHARE", (((1.0,),), ((8.0,),)), 0.125),
    ("XR_SHARE", (((None,),), 8.0), ""),
    ("XR_CHANGE", (3.0, 2.0), 0.5),
    ("XR_CHANGE", (203.17, 200.0), 0.0159),  # a tie, which the difference of two doubles misses
    ("XR_CHANGE", (1274.38, 1342.49), -0.0507),
    ("XR_CHANGE", (2.0, 0.0), "—"),
    ("XR_CHANGE", (None, 0.0), ""),
    ("XR_CHANGE", (0.0, None), ""),
    ("XR_BALANCE", (0.3, 0.1, 0.2), 0.0),
    ("XR_BALANCE", (0.3, ((0.1, 0.2),)), 0.0),
    ("XR_BALANCE", (0.3, ((0.1,), (None,), (0.2,))), 0.0),
    ("XR_BALANCE", (0.3, 0.1, None, "", ((0.2,),)), 0.0),
    ("XR_BALANCE", (6.0, (1.0, 2.0, 3.0)), 0.0),  # {1,2,3} of Excel
    ("XR_BALANCE", (99_999_999.99, 99_999_999.98), 0.01),
    ("XR_BALANCE", (0.000001, 0.000002), -0.000001),
    ("XR_BALANCE", (500.5, ((0.1,),) * 5000), 0.5),
    ("XR_BALANCE", (0.0, 0.0), 0.0),
    ("XR_BALANCE", (None, 1.0), ""),
    ("XR_BALANCE", (5.0,), ""),
    ("XR_BALANCE", (5.0, None, ((None,), ("",))), ""),
    ("XR_RATES", (1.0, 4.0), ((0.25,),)),
    ("XR_RATES", (((1.0,), (2.0,), (None,)), ((4.0,), (0.0,), (5.0,))), ((0.25,), ("—",), ("",))),
    ("XR_RATES", (((1.0,), ("无",), (1.0,)), ((4.0,), (4.0,), ("#N/A",))), ((0.25,), ("#VALUE!",), ("#VALUE!",))),
    ("XR_RATES", (((1.0,),) * 5000, ((8.0,),) * 5000), ((0.125,),) * 5000),
    ("XR_SCORE", (3824.26, 4753.66, 10.0), 8.04),
    ("XR_SCORE", (0.7927, 1.0, 10.0), 7.93),
    ("XR_SCORE", (9.0, 3.0, 10.0), 10.0),
    ("XR_SCORE", (-9.0, 3.0, 10.0), 0.0),
    ("XR_SCORE", (9.0, 0.0, 10.0), "—"),
    *(("XR_SCORE", (*[1.0] * at, None, *[1.0] * (2 - at)), "") for at in range(3)),
    *(("XR_SCORE", (80.0, 100.0, 10.0, *blank), 8.0) for blank in [(None,), ("",), (((None,),),), ((("",),),)]),
    ("XR_SCORE", (5200.0, 5000.0, 20.0, "≥"), 20.0),
    ("XR_SCORE", (80.0, 100.0, 10.0, "≥"), 8.0),
    ("XR_SCORE", ("96", "95%", 10.0, "≥"), ""),  # rule T06: one in percent, one not
    ("XR_SCORE", (3.0, -5.0, 10.0, "≤"), ""),
    ("XR_SCORE", (100.0, 100.0, 10.0, "≤"), 10.0),
    ("XR_SCORE", (125.0, 100.0, 10.0, "≤"), 8.0),
    ("XR_SCORE", (125.0, 100.0, 10.0, "反向"), 8.0),
    ("XR_SCORE", (80.0, 100.0, 10.0, "="), 8.0),
    ("XR_SCORE", (125.0, 100.0, 10.0, "="), 8.0),
    ("XR_SCORE", (0.0, 0.0, 10.0, "≥"), 10.0),
    ("XR_SCORE", (1.0, 0.0, 10.0, "≤"), 0.0),
    ("XR_SCORE", (0.4975, 3.0, 6.0, "≥"), 1.0),  # a tie, which the double of the quotient misses
    ("XR_SCORE", ("81%", "90%", 10.0, "≥"), 9.0),
    ("XR_SCORE", ("1,200", "1000", 10.0, "≥"), 10.0),
    ("XR_SCORE", (" 95 ", "100", 10.0, "≥"), 9.5),
    ("XR_SCORE", (((0.81,),), (("90%",),), ((10.0,),), (("≥",),)), ""),  # as rule T06 has it
    *(("XR_SCORE", (text, "90%", 10.0, "≥"), "") for text in ["无", "90～95", "12月20日", "2023-12-20", "1E5", None]),
    ("XR_SCORE", ("完成", "完成", 10.0, "定性"), ""),
    ("XR_SCORE", ("80", "100", None, "≥"), ""),
    ("XR_SCORE", (((1.0,), (2.0,), (None,)), ((4.0,), (0.0,), (1.0,)), 8.0), ((2.0,), ("—",), ("",))),
    ("XR_SCORE", (((1.0,), ("无",), ("#N/A",)), 4.0, 8.0), ((2.0,), ("#VALUE!",), ("#VALUE!",))),
    ("XR_SCORE", ((("80",), ("无",), ("#N/A",), (True,), ("3",), ("3",)), "100", 10.0,
                  (("≥",), ("≥",), ("≥",), ("≥",), ("大于",), (None,))),
     ((8.0,), ("",), ("#VALUE!",), ("#VALUE!",), ("#VALUE!",), ("",))),
    ("XR_SCORE", ("80", "100", ((10.0,), (-1.0,), ("十",)), "≥"), ((8.0,), ("#VALUE!",), ("#VALUE!",))),
    ("XR_SCORE", ((("80",),) * 5000, (("100",),) * 5000, ((10.0,),) * 5000, (("≥",),) * 5000), ((8.0,),) * 5000),
    ("XR_GRADE", (90.0,), "优"),
    ("XR_GRADE", (89.999999,), "良"),
    ("XR_GRADE", (90.0, None), "优"),
    ("XR_GRADE", (45.0, 50.0), "优"),
    ("XR_GRADE", (0.0,), "差"),
    ("XR_GRADE", (None,), ""),
    ("XR_GRADE", (None, 50.0), ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "expected"), SCALARS)
def test_a_function_gives_what_its_figures_say(name: str, arguments: tuple[Any, ...], expected: Any) -> None:
    result = call(name, *arguments)
    assert result == expected
    assert type(result) is type(expected)


# What may stand in a cell where a number belongs, as Excel hands it over.
NO_NUMBERS = [
    *("5万元", "5", " ", LONG, True, False, math.inf, -math.inf, math.nan, 1e300, -1e300, 10**18),
    *("#DIV/0!", "#N/A", "#VALUE!", "#REF!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA"),
    *(-2146826281, -2146826246, -2146826273, -2146826239, -2146826299),  # the last two are newer errors
    *(((True,),), (("#N/A",),), ((-2146826281,),), (), ((),), ((1.0,), (1.0, 2.0)), (((1.0,),), 1.0)),
]
A_COLUMN = ((1.0,), (2.0,))
NO_CELLS = [A_COLUMN, ((1.0, 2.0),), (1.0, 2.0), ((((1.0,),),),)]
NUMBERS = {"XR_SHARE": 2, "XR_CHANGE": 2, "XR_SCORE": 3, "XR_GRADE": 2}


@pytest.mark.parametrize(
    ("name", "at", "bad"),
    [
        (name, at, bad)
        for name, count in NUMBERS.items()
        for at in range(count)
        for bad in [*NO_NUMBERS, *NO_CELLS]
        if (name, bad) != ("XR_SCORE", A_COLUMN)  # which takes columns
    ],
    ids=lambda given: repr(given)[:20],
)
def test_what_is_no_number_is_an_error_wherever_it_stands(name: str, at: int, bad: Any) -> None:
    arguments: list[Any] = [1.0] * NUMBERS[name]
    assert outcome(name, *arguments) != UNSUITED
    arguments[at] = bad
    with pytest.raises(Unsuited):
        call(name, *[from_excel(argument) for argument in arguments])


@pytest.mark.parametrize("bad", NO_NUMBERS, ids=lambda bad: repr(bad)[:20])
def test_a_sum_with_something_else_in_it_is_an_error(bad: Any) -> None:
    for arguments in ((bad, 1.0), (1.0, bad), (1.0, 1.0, bad)):
        with pytest.raises(Unsuited):
            call("XR_BALANCE", *map(from_excel, arguments))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("XR_BALANCE", (((1.0,), (2.0,)), 1.0)),
        ("XR_RATES", (((1.0,), (2.0,)), ((1.0,),))),
        ("XR_RATES", (((1.0, 2.0),), ((1.0, 2.0),))),
        ("XR_RATES", ((1.0, 2.0), (1.0, 2.0))),
        ("XR_RATES", (((((1.0,),),),), ((1.0,),))),
        ("XR_SCORE", (A_COLUMN, ((1.0,),) * 3, 10.0)),
        ("XR_SCORE", (A_COLUMN, 1.0, ((1.0,),) * 3)),
        ("XR_SCORE", (A_COLUMN, 1.0, 10.0, (("≥",),) * 3)),
        ("XR_SCORE", (A_COLUMN, ((1.0, 2.0),), 10.0)),
        ("XR_SCORE", (A_COLUMN, 1.0, 10.0, (("≥", "≥"),))),
    ],
)
def test_ranges_of_another_shape_are_an_error(name: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(Unsuited):
        call(name, *arguments)


@pytest.mark.parametrize("arguments", [(100.01,), (-0.01,), (51.0, 50.0), (0.0, 0.0)])
def test_a_total_out_of_range_is_an_error(arguments: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="no score out of"):
        call("XR_GRADE", *arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        *[
            ("5", "#N/A", 10.0, "≥"),
            ("#REF!", "5", 10.0, "≥"),
            ("5", "5", "#N/A", "≥"),
            ("5", "5", 10.0, "#N/A"),
        ],
        *[("5", "5", "十", "≥"), ("5", "5", -1.0, "≥"), ("5", "5", True, "≥"), (True, "5", 10.0, "≥")],
        *[
            ("5", "5", 10.0, "大于"),
            ("5", "5", 10.0, 5.0),
            ("5", math.nan, 10.0, "≥"),
            ("\x07", "5", 10.0, "≥"),
        ],
    ],
)
def test_an_indicator_that_its_cells_do_not_allow_is_an_error(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(Unsuited):
        call("XR_SCORE", *arguments)


TARGETS = st.one_of(
    st.none(),
    st.sampled_from(["无", "12月底前", "90～95", "1,200", " 95 ", "0", "0%", "-5", ".5", "1E5", "２０"]),
    st.decimals(-10, 10**6, places=2).map(str),
    st.decimals(0, 200, places=1).map(lambda value: f"{value}%"),
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            TARGETS,
            TARGETS,
            st.none() | st.decimals(0, 100, places=2),
            st.none() | st.sampled_from(DIRECTIONS),
        ),
        min_size=2,
        max_size=8,
    )
)
def test_a_column_of_scores_is_that_of_the_model(rows: list[tuple[Any, ...]]) -> None:
    indicators = [
        blank(Indicator)._replace(actual=actual, target=target, points=points, direction=direction)
        for actual, target, points, direction in rows
    ]
    cells = [[None if row[at] is None else row[at] for row in rows] for at in range(4)]
    cells[2] = [None if points is None else float(points) for points in cells[2]]
    columns = [tuple((cell,) for cell in column) for column in cells]
    scores = [indicator_score(each) for each in indicators]
    assert call("XR_SCORE", *columns) == tuple(("" if s is None else float(s),) for s in scores)


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        (1.5, 1.5),
        (3, 3.0),
        (None, None),
        ("文字", "文字"),
        (True, True),
        (-2146826288, "#NULL!"),
        (-2146826281, "#DIV/0!"),
        (-2146826273, "#VALUE!"),
        (-2146826265, "#REF!"),
        (-2146826259, "#NAME?"),
        (-2146826252, "#NUM!"),
        (-2146826246, "#N/A"),
        (-2146826245, "#GETTING_DATA"),
        (-2146826239, "#VALUE!"),  # one that we do not know
        (((1, "a"), (-2146826246, None)), ((1.0, "a"), ("#N/A", None))),
        (((1.0, "a"), (True, None)), ((1.0, "a"), (True, None))),
        ((1, 2.0), ((1.0, 2.0),)),
    ],
)
def test_an_argument_of_excel_as_a_plain_value(given: Any, plain: Any) -> None:
    assert repr(from_excel(given)) == repr(plain)


def test_the_rates_are_those_of_the_model(report: Report, cells: LiveCells) -> None:
    expected = tuple(
        (cell if isinstance(cell, str) else float(cell),) for cell in (report.rates[k].cell for k in RATES)
    )
    assert "" in {value for (value,) in expected}
    assert call("XR_RATE", KEYS, *cells.inputs) == expected
    labels = tuple((item.label,) for item in RATES.values())
    assert call("XR_RATE", labels, *cells.inputs) == expected
    for (name,), value in zip(labels, expected, strict=True):
        assert call("XR_RATE", name, *cells.inputs) == (value,)
    assert call("XR_RATE", (("预算执行率",), (None,), ("",)), *cells.inputs)[1:] == (("",), ("",))
    assert call("XR_RATE", None, *cells.inputs) == (("",),)


@pytest.mark.parametrize(
    "name",
    ["预算执行", 5.0, True, "#N/A", LONG, KEYS[:1] * 2 + (("没有",),), (("execution_rate", "x"),)],
    ids=lambda name: repr(name)[:20],
)
def test_a_rate_that_does_not_exist_is_an_error(name: Any, cells: LiveCells) -> None:
    with pytest.raises(Unsuited):
        call("XR_RATE", name, *cells.inputs)


def test_the_checks_are_those_of_the_model(report: Report, cells: LiveCells) -> None:
    expected = checked(report, cells)
    assert {row[0] for row in expected} >= {"硬性", "需说明", "通过", "不适用"}
    for nothing in (None, "", ((None,),) * len(IDS)):
        assert call("XR_CHECK", IDS, nothing, *cells.inputs) == expected
    for (id,), row in zip(IDS, expected, strict=True):
        assert call("XR_CHECK", id, None, *cells.inputs) == (row,)
    shown = call("XR_CHECK", ((None,), *IDS[:1], ("",)), None, *cells.inputs)
    assert shown == (("", "", ""), expected[0], ("", "", ""))


@pytest.mark.parametrize(
    "why", ["合同约定次年支付", 2024.0, LONG, True, "  ", "\x07", "#NAME?"], ids=lambda why: repr(why)[:20]
)
def test_an_explanation_counts_as_it_does_for_the_reader(report: Report, cells: LiveCells, why: Any) -> None:
    """A number is a text there; what the reader calls wrong explains nothing."""
    rule = next(id for (id,) in IDS if report.outcomes[id] == Level.EXPLAIN)
    said = {"合同约定次年支付": why, 2024.0: "2024", LONG: why}.get(why)
    explained = evaluate(replace(report.inputs, explanations=(Explanation(rule=rule, text=said),)))
    assert (explained.outcomes[rule] == "已说明") is bool(said)
    given = tuple((why if id == rule else None,) for (id,) in IDS)
    assert call("XR_CHECK", IDS, given, *cells.inputs) == checked(explained, cells)


@pytest.mark.parametrize(
    ("rule", "explanations"),
    [
        ("没有", None),
        (IDS[0][0].lower(), None),
        (5.0, None),
        (True, None),
        ("#N/A", None),
        (LONG, None),
        ((*IDS, ("Z99",)), None),
        ((IDS[0] * 3,), None),
        (IDS, "只有一个"),
        (IDS, ((None,),) * (len(IDS) - 1)),
        (IDS[0][0], (("a", "b", "c", "d"),)),
    ],
    ids=lambda given: repr(given)[:20],
)  # fmt: skip
def test_a_check_of_something_else_is_an_error(rule: Any, explanations: Any, cells: LiveCells) -> None:
    with pytest.raises(Unsuited):
        call("XR_CHECK", rule, explanations, *cells.inputs)


def test_the_texts_are_those_of_the_model(report: Report, cells: LiveCells) -> None:
    lines = tuple((line.style and str(line.style), line.text) for line in report.inputs.template)
    expected = tuple((text,) for text in narrate(report).previews)
    assert len({text for (text,) in expected}) > 20
    assert call("XR_TEXTS", lines, *cells.inputs) == expected
    room = ((None, None), ("", ""))
    assert call("XR_TEXTS", (*lines, *room), *cells.inputs) == (*expected, ("",), ("",))


def test_a_faulty_line_says_so_in_its_own_row(report: Report, cells: LiveCells) -> None:
    lines = (
        ("正文", "甲"),
        ("正文", "{{决算.没有}}"),
        ("没有的样式", "乙"),
        ("正文", 1234567.0),
        ("正文", True),
    )
    template = tuple(TemplateLine(style, str(text)) for style, text in lines[:3])
    said = narrate(evaluate(replace(report.inputs, template=template))).previews
    assert said[0] == "甲"
    assert [(text[0], text[-1]) for text in said[1:]] == [("〔", "〕")] * 2
    result = call("XR_TEXTS", lines, *cells.inputs)
    assert result == (*((text,) for text in said), ("1234567",), ("True",))


@pytest.mark.parametrize(
    "text", [LONG, "{% for 行 in 项目 %}" + "字" * 9000 + "{% endfor %}"], ids=["typed", "made"]
)
def test_a_text_fits_into_its_cell(text: str, cells: LiveCells) -> None:
    ((long,), (after,)) = call("XR_TEXTS", (("正文", text), ("正文", "后")), *cells.inputs)
    assert len(long) == LONGEST_TEXT
    assert long.endswith("（到此为止）") is (text != LONG)
    assert after == "后"


@pytest.mark.parametrize(
    "lines", ["正文", None, 5.0, (("正文",),), (("正文", "甲", "乙"),), (("正文", "甲"), ("正文",))]
)
def test_lines_of_another_shape_are_an_error(lines: Any, cells: LiveCells) -> None:
    with pytest.raises(Unsuited):
        call("XR_TEXTS", lines, *cells.inputs)


# A field, what is typed there, what is said of it.
TYPED: list[tuple[str, Any, str]] = [
    ("final.expenditure", "5万元", "总支出“5万元”带有单位文字，请只填数字（单位为万元），如 5。"),
    ("final.expenditure", "#DIV/0!", "总支出是错误值 #DIV/0!，请更正公式或直接填写。"),
    ("final.expenditure", True, "总支出是逻辑值 TRUE，不是金额，请填数字。"),
    ("final.expenditure", -3.0, "总支出-3是负数，此处金额不能为负，请核对。"),
    ("final.expenditure", math.nan, "总支出不是有限的数（nan），请重新填写金额。"),
    ("final.expenditure", 1e300, "请核对是否按元填写。"),
    ("projects[1].executed", "#N/A", "全年执行数是错误值 #N/A，请更正公式或直接填写。"),
    ("unit.report_date", "2024年4月2日", "报告日期“2024年4月2日”是文本格式的日期，请重新填写为 2024-4-2。"),
    ("unit.report_date", 45384.5, "报告日期45384.5是数字，不是日期，请把单元格格式改为日期，如 2024-4-2。"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "typed", "sentence"), TYPED)
def test_the_problems_name_cell_and_remedy(cells: LiveCells, path: str, typed: Any, sentence: str) -> None:
    assert call("XR_PROBLEMS", *cells.inputs) == ""
    said = call("XR_PROBLEMS", *cells.with_cell(path, typed))
    assert said.startswith(f"填写有误 1 处：{cells.addresses.cell(path)}：")
    assert said.endswith(sentence)


def test_a_wrong_cell_is_neither_blank_nor_judged(cells: LiveCells) -> None:
    wrong = cells.with_cell("final.basic", "5万元")
    ids = (("F02",), ("F01",))
    assert call("XR_CHECK", ids, None, *cells.inputs)[0][0] == "硬性"
    assert call("XR_CHECK", ids, None, *wrong)[0][0] != "硬性"
    assert call("XR_RATE", "basic_share", *wrong) == (("",),)


def test_true_is_not_taken_for_a_one_that_stood_there_before(cells: LiveCells) -> None:
    """Python calls the two equal, also as keys of what it keeps."""
    assert call("XR_PROBLEMS", *cells.with_cell("final.basic", 1.0)) == ""
    assert "逻辑值" in call("XR_PROBLEMS", *cells.with_cell("final.basic", True))
    assert call("XR_PROBLEMS", *cells.with_cell("final.basic", 1.0)) == ""


def test_a_long_problem_fits_into_its_cell(cells: LiveCells) -> None:
    key, *others = cells.inputs[0]
    said = call("XR_PROBLEMS", (key, (LONG, *[None] * (len(key) - 1)), *others[1:]), *cells.inputs[1:])
    assert len(said) == LONGEST_TEXT


def test_a_date_is_its_serial_number(report: Report, cells: LiveCells) -> None:
    assert report.inputs.unit.report_date
    place = cells.addresses.at("unit.report_date")
    assert place
    assert type(cells.blocks["unit"][place[1]][place[2]]) is float
    day = report.inputs.unit.report_date
    ((text,),) = call("XR_TEXTS", (("正文", "{{报告日期}}"),), *cells.inputs)
    assert text == f"{day.year}年{day.month}月{day.day}日"


def test_neither_order_nor_place_of_the_sheets_matters(cells: LiveCells) -> None:
    usual = everything(cells.inputs)
    assert everything(tuple(reversed(cells.inputs))) == usual
    lower = tuple((*block[:1], *[(None,) * len(block[0])] * 2, *block[1:]) for block in cells.inputs)
    wider = tuple(tuple((*row, None, None) for row in block) for block in cells.inputs)
    assert everything(lower)[0] == everything(wider)[0] == usual[0]
    assert everything(lower)[2:] == everything(wider)[2:] == usual[2:]
    without_places = [
        [row[:2] for row in found[1]] for found in (everything(lower), everything(wider), usual)
    ]
    assert without_places[0] == without_places[1] == without_places[2]


def test_blank_rows_below_do_not_matter_and_others_do(cells: LiveCells) -> None:
    usual = everything(cells.inputs)
    longer = tuple(
        (*block, *[(None,) * len(block[0]), ("",) * len(block[0])] * 300) for block in cells.inputs
    )
    assert everything(longer) == usual
    key, place = "indicators", cells.addresses.columns["indicators.points"]
    for content, wrong in ((0.0, False), (False, True), ("#N/A", True)):
        last: list[Any] = [None] * len(cells.blocks[key][0])
        last[place[1]] = content
        blocks = cells.blocks | {key: (*cells.blocks[key], tuple(last))}
        assert bool(call("XR_PROBLEMS", *blocks.values())) is wrong, content


def everything(inputs: tuple[Block, ...]) -> tuple[Any, ...]:
    lines = (("正文", "{{决算.总支出}}"), ("正文", "{{项目|名单}}"))
    given = (("XR_RATE", (KEYS,)), ("XR_CHECK", (IDS, None)), ("XR_TEXTS", (lines,)), ("XR_PROBLEMS", ()))
    return tuple(call(name, *leading, *inputs) for name, leading in given)


def test_some_sheets_are_enough_for_what_stands_on_them(report: Report, cells: LiveCells) -> None:
    rate = report.rates["execution_rate"].cell
    assert isinstance(rate, Decimal)
    assert call("XR_RATE", "execution_rate", cells.blocks["prior"]) == ((float(rate),),)
    assert call("XR_RATE", "execution_rate", cells.blocks["unit"]) == (("",),)
    assert call("XR_RATE", "execution_rate") == (("",),)
    assert call("XR_PROBLEMS") == ""


STRAYS = [
    *(None, "", 5.0, True, "sheet:unit!", "unit", "prior", "#REF!", LONG, (), ((),), ((1.0,), (1.0, 2.0))),
    *((("sheet:nothing", None),), (("prior", None),), ((None, "sheet:unit"),), ((5.0,),) * 5000),
]


@pytest.mark.parametrize("stray", STRAYS, ids=lambda stray: repr(stray)[:20])
def test_a_range_that_is_no_sheet_is_an_error(stray: Any, cells: LiveCells) -> None:
    lines = (("正文", "甲"),)
    for name, leading in (
        ("XR_RATE", ("execution_rate",)),
        ("XR_CHECK", ("F02", None)),
        ("XR_TEXTS", (lines,)),
        ("XR_PROBLEMS", ()),
    ):
        for inputs in ((stray,), (*cells.inputs, stray)):
            with pytest.raises(Unsuited):
                call(name, *leading, *inputs)


def test_the_same_sheet_twice_is_an_error(cells: LiveCells) -> None:
    with pytest.raises(Unsuited):
        call("XR_PROBLEMS", *cells.inputs, cells.inputs[0])


def test_a_table_of_thousands_of_rows(report: Report, cells: LiveCells) -> None:
    block = cells.blocks["projects"]
    place = cells.addresses.at("projects[0].name")
    assert place
    filled = block[place[1]]
    inputs = cells.blocks | {"projects": (*block[: place[1]], *(filled,) * 5000)}
    many = evaluate(replace(report.inputs, projects=report.inputs.projects[:1] * 5000))
    result = call("XR_CHECK", IDS, None, *inputs.values())
    assert [row[:2] for row in result] == [row[:2] for row in checked(many, cells)]


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["#N/A", "", "F02", "execution_rate", "正文", "sheet:prior", "sheet:projects", "table",
                     "form:accounts", "final", "accounts.basic", "projects.name", "projects.executed",
                     "sheet:unit", "form:unit", "unit", "unit.report_date", "unit.name", LONG,
                     "{{决算.基本支出}}", "{% for 行 in 项目 %}{{行.项目名称}}{% endfor %}", "{{", 1e300]),
)  # fmt: skip


@st.composite
def ranges(draw: st.DrawFn) -> Any:
    width = draw(st.integers(1, 4))
    head = draw(st.sampled_from(["sheet:prior", "sheet:projects", "sheet:unit", "sheet:texts", None]))
    rows = draw(st.lists(st.tuples(*[CELLS] * width), min_size=1, max_size=6))
    return ((head, *[None] * (width - 1)), *rows) if head else tuple(rows)


ODD = st.recursive(CELLS, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=8)
ARGUMENTS = st.one_of(CELLS, ranges(), ODD)


def is_plain(result: Any) -> bool:
    """Something that a cell or a range can show: no nan, no infinity, no longer text than it holds."""
    if type(result) is tuple:
        return bool(result) and all(
            type(row) is tuple and row and all(map(is_plain_cell, row)) for row in result
        )
    return is_plain_cell(result)


def is_plain_cell(value: Any) -> bool:
    if type(value) is float:
        return math.isfinite(value)
    return type(value) is str and len(value) <= LONGEST_TEXT


@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data(), st.sampled_from(sorted(FUNCTIONS)))
def test_anything_gives_a_plain_value_or_an_error(data: st.DataObject, name: str) -> None:
    declared = FUNCTIONS[name].arguments
    needed = sum(not (argument.optional or argument.rest) for argument in declared)
    most = 4 if declared[-1].rest else len(declared)
    arguments = data.draw(st.lists(ARGUMENTS, min_size=needed, max_size=max(needed, most)))
    result = outcome(name, *arguments)
    assert result == UNSUITED or is_plain(result), result


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(-(10**14), 10**14), st.lists(st.integers(-(10**14), 10**14), min_size=1, max_size=9))
def test_money_is_exact(fen: int, parts: list[int]) -> None:
    """Amounts up to 100 000 000 万元, to 分: the double of each has all its digits."""
    as_cells = [float(Decimal(part).scaleb(-6)) for part in parts]
    exact = Decimal(fen - sum(parts)).scaleb(-6)
    assert call("XR_BALANCE", float(Decimal(fen).scaleb(-6)), *as_cells) == float(exact)
    assert call("XR_BALANCE", float(Decimal(sum(parts)).scaleb(-6)), tuple((cell,) for cell in as_cells)) == 0


def test_every_function_is_tested_with_what_it_gives() -> None:
    tested = {name for name, *_ in SCALARS} | {"XR_RATE", "XR_CHECK", "XR_PROBLEMS", "XR_TEXTS"}
    assert tested == set(FUNCTIONS)


def test_the_functions_load_without_what_only_others_need() -> None:
    code = "import sys, xlreport.addin.udfs; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert {"xlreport", "decimal"} <= set(loaded.split())
    assert (
        set(loaded.split()) & {"pandas", "numpy", "xlwings", "openpyxl", "xlsxwriter", "jinja2", "docx"}
        == set()
    )


@pytest.fixture
def declared() -> Iterator[None]:
    """Whatever a test declares is forgotten after it."""
    before = dict(REGISTRY)
    yield
    REGISTRY.clear()
    REGISTRY.update(before)


@pytest.mark.usefixtures("declared")
def test_a_declaration_is_read_off_the_function() -> None:
    @function("帮助", first="第一个", others="其余")
    def xr_example(first: Any, *others: Any) -> Any:
        return first, others

    @function("帮" * LONGEST_HELP, first="第一个", second="第二个")
    def xr_other(first: Any, second: Any = None) -> Any:
        return first, second

    @function("没有参数")
    def xr_nothing() -> Any:
        return "无"

    example = FUNCTIONS["XR_EXAMPLE"]
    assert (example.name, example.help, example.body) == ("XR_EXAMPLE", "帮助", xr_example)
    assert example.arguments == (Argument("first", "第一个"), Argument("others", "其余", rest=True))
    assert FUNCTIONS["XR_OTHER"].arguments[1] == Argument("second", "第二个", optional=True)
    assert example(1, 2, 3) == (1, (2, 3))
    assert (FUNCTIONS["XR_NOTHING"].arguments, FUNCTIONS["XR_NOTHING"]()) == ((), "无")


def one(first: Any) -> Any: ...
def optional_and_rest(first: Any = None, *others: Any) -> Any: ...
def by_name(first: Any, *, second: Any) -> Any: ...
def by_any_name(first: Any, **others: Any) -> Any: ...  # fmt: skip


@pytest.mark.parametrize(
    ("body", "help", "arguments", "why"),
    [
        (one, "字" * (LONGEST_HELP + 1), {"first": "一"}, "too long"),
        (one, "", {"first": "一"}, "too long"),
        (one, "帮助", {"first": "字" * (LONGEST_HELP + 1)}, "too long"),
        (one, "帮助", {"first": ""}, "too long"),
        (one, "帮助", {}, "not those"),
        (one, "帮助", {"second": "二"}, "not those"),
        (one, "帮助", {"first": "一", "second": "二"}, "not those"),
        (optional_and_rest, "帮助", {"others": "其余", "first": "一"}, "not those"),
        (optional_and_rest, "帮助", {"first": "一", "others": "其余"}, "no ParamArray"),
        (by_name, "帮助", {"first": "一", "second": "二"}, "by position"),
        (by_any_name, "帮助", {"first": "一", "others": "二"}, "by position"),
    ],
)
def test_a_declaration_that_excel_could_not_take_is_refused(
    body: Any, help: str, arguments: dict[str, str], why: str
) -> None:
    before = dict(REGISTRY)
    with pytest.raises(TypeError, match=why):
        function(help, **arguments)(body)
    assert before == REGISTRY


def test_a_failure_is_told_in_one_line(home: Path) -> None:
    for _ in range(3):
        assert outcome("XR_SHARE", "5万元", 2.0) == UNSUITED
    assert outcome("XR_CHANGE", "5万元", 2.0) == UNSUITED
    assert outcome("XR_RATE", "甲\r\n乙\u2028丙\ud800") == UNSUITED
    lines = (home / ".xlreport" / "xlreport.log").read_text("utf-8").splitlines()
    assert [line.split(" ", 2)[2] for line in lines] == [
        "XR_SHARE：这里应是数字，不是文字或逻辑值",
        "XR_CHANGE：这里应是数字，不是文字或逻辑值",
        "XR_RATE：没有“甲 乙 丙?”这个指标，名称见“指标计算”",
    ]
    assert log.last_lines(2) == lines[1:]


def test_the_log_is_kept_short(home: Path) -> None:
    for at in range(log.LINES + 30):
        log.note("XR_SHARE", ValueError(f"{at} {LONG}"))
    lines = log.last_lines(10**6)
    assert len(lines) == log.LINES
    assert f"：{log.LINES + 29} " in lines[-1]
    assert max(map(len, lines)) < 600


def test_without_a_log_everything_else_goes_on(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    (home / ".xlreport").write_text("a file where the folder should be", "utf-8")
    assert log.last_lines(5) == []
    with pytest.raises(Unsuited, match="这里应是数字"):
        call("XR_SHARE", "甲", 1.0)
    monkeypatch.setattr(Path, "home", homeless)
    assert log.last_lines(5) == []
    with pytest.raises(Unsuited, match="这里应是一个单元格"):
        call("XR_SHARE", ((1.0, 2.0),), 1.0)
