"""The functions as xlwings publishes and calls them: its own code, in a process where pywin32 is a stub."""

import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.live_cells import LiveCells, live_cells
from xlreport.addin.function import Function
from xlreport.addin.udfs import FUNCTIONS
from xlreport.checks.rule import rule_lines
from xlreport.model.rates import RATES
from xlreport.report import Report

MISSING = -2147352572  # what Excel gives for an argument left out
DIVISION, NEWER = -2146826281, -2146826239  # #DIV/0!, #FIELD!
IDS = tuple((line.id,) for line in rule_lines())
KEYS = tuple((key,) for key in RATES)
Server = Callable[..., tuple[list[Any], dict[str, Any]]]

# A function, what the VBA hands over, what it gets: one cell, one row, or rows.
CALLS: list[tuple[str, tuple[Any, ...], Any]] = [
    ("XR_SHARE", (1.0, 8.0), 0.125),
    ("XR_SHARE", (1, 8), 0.125),
    ("XR_SHARE", (((1.0,),), ((8.0,),)), 0.125),
    ("XR_SHARE", (None, 8.0), ""),
    ("XR_SHARE", (1.0, MISSING), ""),
    ("XR_SHARE", (1.0, 0.0), "—"),
    ("XR_SHARE", (DIVISION, 8.0), "Unsuited: 参数是错误值 #DIV/0!，请更正它的公式"),
    ("XR_SHARE", (NEWER, 8.0), "Unsuited: 参数是错误值 #VALUE!，请更正它的公式"),
    ("XR_SHARE", (((DIVISION,),), 8.0), "Unsuited: 参数是错误值 #DIV/0!，请更正它的公式"),
    ("XR_SHARE", (True, 8.0), "Unsuited: 这里应是数字，不是文字或逻辑值"),
    ("XR_SHARE", ("甲", 8.0), "Unsuited: 这里应是数字，不是文字或逻辑值"),
    ("XR_CHANGE", (3.0, 2.0), 0.5),
    ("XR_BALANCE", (0.3, 0.1, 0.2), 0.0),
    ("XR_BALANCE", (0.3, MISSING, ((0.1, None), (0.1, 0.1))), 0.0),
    ("XR_BALANCE", (6.0, (1.0, 2.0, 3.0)), 0.0),
    ("XR_BALANCE", (6.0,), ""),
    ("XR_BALANCE", (6.0, 1.0, ((2.0,), (DIVISION,))), "Unsuited: 参数是错误值 #DIV/0!，请更正它的公式"),
    ("XR_RATES", (1.0, 4.0), 0.25),
    ("XR_RATES", (((1.0,), (DIVISION,), (None,)), ((4.0,), (1.0,), (1.0,))), [[0.25], ["#VALUE!"], [""]]),
    ("XR_SCORE", (3824.26, 4753.66, 10), 8.04),
    ("XR_SCORE", (3824.26, 4753.66, 10, MISSING), 8.04),
    ("XR_SCORE", ("81%", "90%", 10, "≥"), 9.0),
    ("XR_SCORE", ((("81%",), (DIVISION,), (None,)), (("90%",), ("1",), (None,)), ((10,), (10,), (None,)),
                  (("≥",), ("≥",), (None,))), [[9.0], ["#VALUE!"], [""]]),
    ("XR_GRADE", (90.0, MISSING), "优"),
    ("XR_GRADE", (45.0, 50.0), "优"),
    ("XR_GRADE", (101.0, MISSING), "ValueError: 101.000000 is no score out of 100"),
    ("XR_RATE", ("预算执行率",), ""),
    ("XR_RATE", ("没有",), "Unsuited: 没有“没有”这个指标，名称见“指标计算”"),
    ("XR_CHECK", ("F02", None), ["不适用", "", ""]),
    ("XR_CHECK", ("F02", MISSING), ["不适用", "", ""]),
    ("XR_CHECK", ("F02", DIVISION), ["不适用", "", ""]),  # explains nothing; the other rows keep theirs
    ("XR_CHECK", (DIVISION, None), "Unsuited: 这里应是文字，不是数字或错误值"),
    ("XR_PROBLEMS", (), ""),
    ("XR_PROBLEMS", (MISSING,), "Unsuited: 参数应是从 A1 开始的整张输入工作表，每张一次，如 收支情况!$A$1:$I$40"),
    ("XR_TEXTS", ((("正文", "甲"), ("正文", None)),), [["甲"], [""]]),
]  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Server:
    """Makes calls the way of xlwings."""
    home = tmp_path_factory.mktemp("home")

    def run(*calls: tuple[str, tuple[Any, ...]]) -> tuple[list[Any], dict[str, Any]]:
        # A home of its own: what fails goes into the log there.
        code = f"import pathlib; pathlib.Path.home = lambda: pathlib.Path({str(home)!r});"
        code += "from tests import xlwings_server; xlwings_server.main()"
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=Path(__file__).parents[1],
            input=pickle.dumps(calls),
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        answer: tuple[list[Any], dict[str, Any]] = pickle.loads(done.stdout)
        return answer

    return run


@pytest.fixture(scope="module")
def answers(server: Server) -> tuple[list[Any], dict[str, Any]]:
    return server(*((name, arguments) for name, arguments, _ in CALLS))


@pytest.mark.parametrize("at", range(len(CALLS)), ids=lambda at: f"{CALLS[at][0]}{CALLS[at][1]!r}"[:40])
def test_a_call_gives_what_the_function_gives(at: int, answers: tuple[list[Any], dict[str, Any]]) -> None:
    assert repr(answers[0][at]) == repr(CALLS[at][2])


def test_every_function_is_called() -> None:
    assert {name for name, *_ in CALLS} == set(FUNCTIONS)


def test_every_function_is_published_and_nothing_but_the_buttons_besides(
    answers: tuple[list[Any], dict[str, Any]],
) -> None:
    assert set(answers[1]) == {*FUNCTIONS, "ready", "run_action"}
    assert [argument[0] for argument in answers[1]["run_action"]["arguments"]] == ["action"]


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_a_function_is_published_as_it_is_declared(
    function: Function, answers: tuple[list[Any], dict[str, Any]]
) -> None:
    assert answers[1][function.name] == {
        "name": function.name,
        "arguments": [(a.name, a.rest, a.optional, None) for a in function.arguments],
        "converters": ["Plain"] * len(function.arguments),  # and none that a type hint asked for
        "options": {},
        "help": function.help,
        "sub": False,
        "async": None,
        "volatile": False,
    }


@pytest.fixture(scope="module")
def cells(sample: Report, tmp_path_factory: pytest.TempPathFactory) -> LiveCells:
    return live_cells(sample, tmp_path_factory.mktemp("live") / "绩效自评.xlsm")


def test_whole_sheets_give_the_same_as_without_xlwings(server: Server, cells: LiveCells) -> None:
    lines = (("正文", "{{决算.总支出}}万元"), ("正文", "{{项目|名单}}"))
    wrong = cells.with_cell("final.basic", DIVISION)
    calls = [
        *(("XR_RATE", (KEYS, *cells.inputs)), ("XR_CHECK", (IDS, None, *cells.inputs))),
        *(("XR_TEXTS", (lines, *cells.inputs)), ("XR_PROBLEMS", cells.inputs), ("XR_PROBLEMS", wrong)),
    ]
    results, _ = server(*calls)
    as_text = cells.with_cell("final.basic", "#DIV/0!")
    expected = [FUNCTIONS[name](*arguments) for name, arguments in calls[:4]]
    assert [as_lists(result) for result in expected] == results[:4]
    assert results[4] == FUNCTIONS["XR_PROBLEMS"](*as_text)
    assert "#DIV/0!" in results[4]


def as_lists(result: Any) -> Any:
    return [list(row) for row in result] if isinstance(result, tuple) else result
