"""Host.bas itself, run by pyOpenVBA: what Python gets from cells and buttons, and what they get back."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.interpreter._values import EMPTY, MISSING, VBAArray, VBADate, VBAErrorValue, error

from tests.vba_interpreter import readable
from xlreport.addin.project import read_macros

# In place of the module xlwings: no Python, but an object that answers as xlwings' server does.
XLWINGS = """\
Option Explicit
Public PlayInterpreter As String
Public PlayResult As Variant
Public PlayCalls As New Collection
Public PlayStarts As Long
Public PlayGone As Long
Public PlayWithoutPython As Boolean
Public PlaySeconds As Long
Public PlayMacros As Boolean

Public Function GetConfig(configKey As String, Optional default As String = "") As Variant
    GetConfig = default
    If configKey = "INTERPRETER_WIN" Then GetConfig = PlayInterpreter
End Function

Public Function XLPy() As Object
    Dim made As ServerPlayer
    PlayStarts = PlayStarts + 1
    If PlayWithoutPython Then
        PlaySeconds = PlaySeconds + 120
        Err.Raise 1000, "xlwings", "Access is denied, attempt " & PlayStarts
    End If
    Set made = New ServerPlayer
    made.Number = PlayStarts
    Set XLPy = made
End Function
"""
# xlwings' server: the first so many (PlayGone) have been closed since they were asked for.
SERVER = """\
Option Explicit
Public Number As Long

Public Function CallUDF(script As Variant, fname As Variant, args As Variant, book As Object, caller As Object)
    PlayCalls.Add Array(Number, script, fname, args, book.Name, caller Is Nothing)
    If Number <= PlayGone Then Err.Raise -2147023174, "server " & Number, "The RPC server is unavailable."
    CallUDF = PlayResult
End Function
"""
# What the interpreter cannot do, in other words.
REPLACED = {
    # VBA hands a missing argument on to any parameter; the interpreter only to one that may be missing.
    "Function PlainValue(ByVal argument": "Function PlainValue(Optional ByVal argument",
    # It knows this property, but does not have it.
    "ActiveWorkbook.HasVBProject": "PlayMacros",
}
BEGIN = datetime(2024, 1, 2, 9, 30)
VALUE_ERROR = VBAErrorValue(2015)
PYTHON = "xlreport.addin.published"
TITLE, WARNING = "xlreport", 48
NO_WORKBOOK = "请先打开主工作簿。"
NO_PYTHON = "Python 没有启动，请在命令行运行 xlreport setup；仍不行时用 xlreport doctor 查明原因。\r\n"


class Host:
    """Excel with Host and Functions in the workbook Book1, and xlreport set up."""

    def __init__(self, old: str = "", new: str = "") -> None:
        host = read_macros()["Host"]
        for found, other in {**REPLACED, **({old: new} if old else {})}.items():
            assert host.count(found) == 1, found
            host = host.replace(found, other)
        self.excel = ExcelApplication()
        self.excel.add_workbook()
        self.excel.add_module(readable(host), name="Host")
        self.excel.add_module(readable(read_macros()["Functions"]), name="Functions")
        xlwings = self.excel.add_module(XLWINGS, name="xlwings")
        self.excel.add_module(SERVER, name="ServerPlayer", kind="class")
        self.excel.interpreter.initialise()
        self._played: dict[str, Any] = xlwings.variables
        self._bounds: Callable[..., list[tuple[int, int]]] = self.excel.interpreter._bounds
        self.excel.interpreter._bounds = self._bounds_of_vba
        # Its own clock can be stopped, but not go on while a procedure runs.
        self.excel.interpreter.clock = lambda: BEGIN + timedelta(seconds=int(self["Seconds"]))
        self["Interpreter"] = "pythonw.exe"

    def __getitem__(self, name: str) -> Any:
        return self._played[f"play{name.lower()}"].get()

    def __setitem__(self, name: str, value: object) -> None:
        self._played[f"play{name.lower()}"].set(value)

    def _bounds_of_vba(self, *arguments: Any, **more: Any) -> list[tuple[int, int]]:
        """VBA refuses ReDim a(0 To -1); the interpreter does not."""
        bounds = self._bounds(*arguments, **more)
        if any(last < first for first, last in bounds):
            raise error(9)
        return bounds

    def run(self, name: str, *arguments: object) -> Any:
        return self.excel.interpreter.run(name, arguments)

    def result(self, value: object) -> Any:
        """What a cell gets when Python gives this."""
        self["Result"] = value
        return self.run("XR_SHARE", 1.0, 2.0)

    @property
    def calls(self) -> list[list[Any]]:
        """Which server was asked, and for what: module, function, arguments, workbook, whether no caller."""
        return [call.items for call in self["Calls"].vba_items()]

    @property
    def arguments(self) -> list[Any]:
        """What the last call brought to Python."""
        listed = self.calls[-1][3]
        assert listed.dimensions == 1
        return [rows(item) if isinstance(item, VBAArray) else item for item in listed.items]

    def range(self, address: str) -> Any:
        return self.excel.sheet(1).sheet.vba_get("Range", [address])

    @property
    def messages(self) -> list[tuple[str, str, str, int]]:
        return list(self.excel.dialogs)


@pytest.fixture
def host() -> Host:
    return Host()


def grid(*lines: Sequence[object]) -> VBAArray:
    """Rows as they come from Python over COM; one row as xlwings' server gives it, in one dimension."""
    if len(lines) == 1:
        return VBAArray([(0, len(lines[0]) - 1)], items=list(lines[0]))
    by_column = [cell for column in zip(*lines, strict=True) for cell in column]
    return VBAArray([(0, len(lines) - 1), (0, len(lines[0]) - 1)], items=by_column)


def rows(array: Any) -> list[Any]:
    """The rows of a grid, or what a list holds."""
    assert isinstance(array, VBAArray)
    if array.dimensions == 1:
        return list(array.items)
    (top, bottom), (left, right) = array.bounds
    return [[array.get([row, column]) for column in range(left, right + 1)] for row in range(top, bottom + 1)]


# What reaches Python


def test_a_call_names_the_module_the_function_and_the_workbook(host: Host) -> None:
    host.excel.add_workbook()  # the active one now
    host.run("XR_SHARE", 1.0, 4.0)
    (call,) = host.calls
    assert [*call[:3], *call[4:]] == [1, PYTHON, "XR_SHARE", "Book1", True]
    assert host.arguments == [1.0, 4.0]


def test_a_range_arrives_as_its_values(host: Host) -> None:
    for address, value in {"A1": VBADate(45293.0), "B1": "词", "A2": VBAErrorValue(2007)}.items():
        host.excel.sheet(1).set_value(address, value)
    host.run("XR_RATES", host.range("A1:B2"), host.range("A1"))
    assert host.arguments == [[[45293.0, "词"], [VBAErrorValue(2007), EMPTY]], 45293.0]
    assert type(host.arguments[1]) is float
    host.run("XR_RATES", host.range("B2"), host.range("A1:A2"))
    assert host.arguments == [EMPTY, [[45293.0], [VBAErrorValue(2007)]]]


def test_what_is_no_range_arrives_as_it_is(host: Host) -> None:
    host.run("XR_SCORE", "词", True, grid([1.0, 2.0], ["a", EMPTY]))
    assert host.arguments[:3] == ["词", True, [[1.0, 2.0], ["a", EMPTY]]]


def test_a_missing_argument_stays_missing(host: Host) -> None:
    """xlwings takes the Python default for what VBA calls missing, and for nothing else."""
    host.run("XR_GRADE", 1.0)
    assert host.arguments == [1.0, MISSING]
    host.run("XR_GRADE", 1.0, 100.0)
    assert host.arguments == [1.0, 100.0]


def test_as_many_arguments_arrive_as_are_given(host: Host) -> None:
    host.excel.sheet(1).set_value("A1", 7.0)
    host.excel.sheet(1).set_value("A2", "a")
    for rest, arrived in [
        ([], []),
        ([host.range("A1")], [7.0]),
        ([5.0, host.range("A1:A2"), MISSING], [5.0, [[7.0], ["a"]], MISSING]),
    ]:
        host.run("XR_BALANCE", 1.0, *rest)
        assert host.arguments == [1.0, *arrived]
        host.run("XR_CHECK", "a", "b", *rest)
        assert host.arguments == ["a", "b", *arrived]
        host.run("XR_PROBLEMS", *rest)
        assert host.arguments == arrived


def test_several_areas_are_refused(host: Host) -> None:
    assert host.run("XR_SHARE", host.range("A1,B2"), 4.0) == VALUE_ERROR
    assert host.run("XR_BALANCE", 4.0, host.range("A1:A2,C1:C2")) == VALUE_ERROR
    assert host.calls == []


# What a cell gets


@pytest.mark.parametrize("value", [0.25, "词", "", "#N/A", True, EMPTY])
def test_a_single_value_stays_itself(host: Host, value: object) -> None:
    assert host.result(value) is value


@pytest.mark.parametrize("lines", [[[1.0, 2.0], [3.0, 4.5]], [[1.0], [2.0]], [[1.0, "字" * 200], [True, ""]]])
def test_numbers_stay_a_grid_of_values(host: Host, lines: list[list[object]]) -> None:
    result = host.result(grid(*lines))
    assert (rows(result), result.element_type) == (lines, "Variant")


def test_texts_become_an_array_of_strings(host: Host) -> None:
    """The only way for Excel to show more than 255 characters."""
    for lines in ([["字" * 3000, ""], ["b", "c"]], [["字" * 3000], ["b"]], [["字" * 3000, "b"]]):
        result = host.result(grid(*lines))
        assert (rows(result), result.element_type) == (lines, "String")


def test_a_row_stays_one_row(host: Host) -> None:
    assert rows(host.result(grid([1.0, "词", True]))) == [1.0, "词", True]


def test_the_text_of_an_error_becomes_the_error(host: Host) -> None:
    assert host.result("#VALUE!") == VALUE_ERROR
    grids: list[list[list[object]]] = [
        [["词", "#VALUE!"], ["b", "#VALUE"]],
        [[1.0, "#VALUE!"], [2.0, 3.0]],
        [["#VALUE!"], ["#VALUE!"]],
    ]
    for lines in grids:
        result = host.result(grid(*lines))
        expected = [[VALUE_ERROR if cell == "#VALUE!" else cell for cell in line] for line in lines]
        assert (rows(result), result.element_type) == (expected, "Variant")
    assert rows(host.result(grid(["词", "#VALUE!", 1.0]))) == ["词", VALUE_ERROR, 1.0]


# The server


def test_the_server_is_asked_for_once(host: Host) -> None:
    for _ in range(3):
        assert host.result(0.5) == 0.5
    host.run("XrRunAction", "run_checks")
    assert host["Starts"] == 1
    assert [call[0] for call in host.calls] == [1, 1, 1, 1, 1]


def test_a_lost_server_is_replaced_and_the_call_repeated(host: Host) -> None:
    host.result(0.5)
    host["Gone"] = 1
    assert host.result(0.75) == 0.75
    assert host.result(0.75) == 0.75
    assert [call[0] for call in host.calls] == [1, 1, 2, 2]
    host["Gone"] = 2
    host.run("XrRunAction", "run_checks")
    assert [call[0] for call in host.calls[4:]] == [2, 3]
    assert [call[2] for call in host.calls[4:]] == ["ready", "run_action"]
    assert host.messages == []


def test_a_call_that_fails_twice_shows_an_error(host: Host) -> None:
    host["Gone"] = 99
    assert host.result(0.5) == VALUE_ERROR
    assert [call[0] for call in host.calls] == [1, 2]
    host["Gone"] = 0  # what failed was not the start, so there is no pause
    assert host.result(0.5) == 0.5


def test_what_is_not_set_up_is_not_started(host: Host) -> None:
    host["Interpreter"] = ""
    assert host.result(0.5) == VALUE_ERROR
    host.run("XrRunAction", "run_checks")
    assert (host["Starts"], host.calls) == (0, [])
    assert host.messages == [("MsgBox", NO_PYTHON + "not set up: run xlreport setup", TITLE, WARNING)]
    host["Interpreter"] = "pythonw.exe"  # set up while Excel is open
    assert host.result(0.5) == 0.5


def test_a_start_in_vain_is_not_repeated_for_a_minute(host: Host) -> None:
    """Each freezes Excel for two minutes, and the next cell is calculated right after them."""
    host["WithoutPython"] = True
    for _ in range(5):
        assert host.result(0.5) == VALUE_ERROR
    assert host["Starts"] == 1
    host["Seconds"] += 59
    assert (host.result(0.5), host["Starts"]) == (VALUE_ERROR, 1)
    host["Seconds"] += 2
    assert (host.result(0.5), host["Starts"]) == (VALUE_ERROR, 2)
    host["WithoutPython"] = False
    assert (host.result(0.5), host["Starts"]) == (VALUE_ERROR, 2)
    host["Seconds"] += 61
    assert (host.result(0.5), host["Starts"]) == (0.5, 3)


def test_a_button_does_not_wait_that_minute(host: Host) -> None:
    host["WithoutPython"] = True
    host.result(0.5)
    host["WithoutPython"] = False
    host.run("XrRunAction", "run_checks")
    assert (host["Starts"], host.messages) == (2, [])
    assert host.result(0.5) == 0.5


# Buttons


def test_a_button_runs_its_action_on_the_active_workbook(host: Host) -> None:
    host.excel.add_workbook()
    host.run("XrRunAction", "send_mail")
    ready, call = host.calls
    assert ready[2] == "ready"
    assert [*call[:3], *call[4:]] == [1, PYTHON, "run_action", "Book2", True]
    assert host.arguments == ["send_mail"]
    assert host.messages == []


def close_all(host: Host) -> None:
    host.excel.application.workbooks_.books.clear()
    host.excel.application.active_book = None


def test_a_button_wants_an_open_workbook(host: Host) -> None:
    close_all(host)
    host.run("XrRunAction", "send_mail")
    assert host.messages == [("MsgBox", NO_WORKBOOK, TITLE, WARNING)]
    assert (host["Starts"], host.calls) == (0, [])


def test_a_button_says_why_python_does_not_start(host: Host) -> None:
    """Having waited for it only once; the status bar is Excel's again."""
    host["WithoutPython"] = True
    host.excel.application.vba_set("StatusBar", "...")
    host.run("XrRunAction", "send_mail")
    assert host.messages == [("MsgBox", NO_PYTHON + "Access is denied, attempt 1", TITLE, WARNING)]
    assert host["Starts"] == 1
    assert host.excel.application.vba_get("StatusBar") is False


def test_a_button_says_why_python_did_not_answer(host: Host) -> None:
    host["Gone"] = 99
    host.run("XrRunAction", "send_mail")
    assert [call[0] for call in host.calls] == [1, 2]
    assert [call[2] for call in host.calls] == ["ready", "run_action"], "two mails would be written"
    assert [message[1] for message in host.messages] == [NO_PYTHON + "The RPC server is unavailable."]


def test_a_workbook_has_its_own_buttons_by_macros_and_marker_sheet(host: Host) -> None:
    has: dict[tuple[bool, str], bool] = {}
    for name in ("_xlreport", "xlreport"):
        host.excel.sheet(1).sheet.vba_set("Name", name)
        for host["Macros"] in (True, False):
            has[host["Macros"], name] = host.run("XrHasOwnButtons")
    assert [key for key, value in has.items() if value] == [(True, "_xlreport")]
    assert len(has) == 4
    host.excel.add_workbook()
    host["Macros"] = True
    assert host.run("XrHasOwnButtons") is False
    close_all(host)
    assert host.run("XrHasOwnButtons") is False


@pytest.mark.parametrize(
    ("test", "old", "new"),
    [
        (test_a_range_arrives_as_its_values, "argument.Value2", "argument.Value"),
        (test_several_areas_are_refused, "argument.Areas.Count > 1", "False"),
        (test_as_many_arguments_arrive_as_are_given, "If count = 0 Then", "If False Then"),
        (test_as_many_arguments_arrive_as_are_given, "values(UBound(leading) + 1 + at)", "values(at)"),
        (test_texts_become_an_array_of_strings, "If onlyTexts Then", "If False Then"),
        (test_texts_become_an_array_of_strings, "IsOneRow = True", "IsOneRow = False"),
        (test_the_text_of_an_error_becomes_the_error, "VarType(CellValue(cell))", "VarType(cell)"),
        (test_the_server_is_asked_for_once, "Set Server = pythonServer", "Set Server = XLPy()"),
        (
            test_a_start_in_vain_is_not_repeated_for_a_minute,
            "failedAt = Now\n",
            "failedAt = Now - 2 * PAUSE\n",
        ),
        (test_a_start_in_vain_is_not_repeated_for_a_minute, "60# / 86400#", "0#"),
        (test_a_button_does_not_wait_that_minute, "failedAt = 0\n", "\n"),
        (test_a_button_says_why_python_does_not_start, '"xlreport", failure', '"xlreport", "failure"'),
        (test_a_button_runs_its_action_on_the_active_workbook, "Array(action)", "Array()"),
        (test_a_button_wants_an_open_workbook, "4E3B", "4E3C"),
        (
            test_a_lost_server_is_replaced_and_the_call_repeated,
            '"ready", Array()',
            '"run_action", Array(action)',
        ),
    ],
)
def test_the_tests_are_awake(test: Callable[[Host], None], old: str, new: str) -> None:
    with pytest.raises(AssertionError):
        test(Host(old, new))
