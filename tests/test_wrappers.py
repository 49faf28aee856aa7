"""The VBA of the functions in cells: what is committed is what the declarations give, and what VBA takes."""

import re
from pathlib import Path

import pytest

from xlreport.addin.function import Argument, Function
from xlreport.addin.udfs import FUNCTIONS
from xlreport.addin.wrappers import MODULE, wrappers

COMMITTED = Path(__file__).parents[1] / "macros" / f"{MODULE}.bas"

# Those of VBA that cannot be names.
KEYWORDS = """
    and as boolean byref byte byval call case const currency date declare dim do double each else elseif empty
    end enum eqv erase error event exit false for function get gosub goto if imp implements in integer is let
    like long loop lset me mod new next not nothing null object on option optional or paramarray preserve print
    private property public put raiseevent redim rem resume return rset select set single static step stop
    string sub then to true type typeof until variant wend while with withevents write xor
"""

ONE, TWO = Argument("one", "第一个"), Argument("two", "第二个")
MAYBE = Argument("maybe", "可省略", optional=True)
REST = Argument("rest", "其余", rest=True)

FIXED = """\
Public Function XR_TRIED({signature}) As Variant
Attribute XR_TRIED.VB_ProcData.VB_Invoke_Func = " \\n20"
    On Error GoTo Failed
    XR_TRIED = XrCall("XR_TRIED", Array({leading}), Empty)
    Exit Function
Failed:
    XR_TRIED = XrFailed()
End Function
"""
WITH_REST = """\
Public Function XR_TRIED({signature}) As Variant
Attribute XR_TRIED.VB_ProcData.VB_Invoke_Func = " \\n20"
    Dim following As Variant
    following = rest
    On Error GoTo Failed
    XR_TRIED = XrCall("XR_TRIED", Array({leading}), following)
    Exit Function
Failed:
    XR_TRIED = XrFailed()
End Function
"""


def tried(*arguments: Argument) -> str:
    """The wrapper of a function with these arguments, without the head of the module."""
    text = wrappers([Function("XR_TRIED", "帮助", arguments, print)])
    return text[text.index("Public Function") :]


def test_the_committed_module_is_what_would_be_generated_now() -> None:
    """Otherwise: xlreport build."""
    committed = COMMITTED.read_bytes()
    assert committed.replace(b"\r\n", b"\n").decode("ascii") == wrappers(FUNCTIONS.values())


@pytest.mark.parametrize(
    ("arguments", "shape", "signature", "leading"),
    [
        ((), FIXED, "", ""),
        ((ONE,), FIXED, "one", "one"),
        ((ONE, TWO), FIXED, "one, two", "one, two"),
        ((MAYBE,), FIXED, "Optional maybe", "maybe"),
        ((ONE, MAYBE), FIXED, "one, Optional maybe", "one, maybe"),
        ((REST,), WITH_REST, "ParamArray rest()", ""),
        ((ONE, TWO, REST), WITH_REST, "one, two, ParamArray rest()", "one, two"),
    ],
    ids=lambda given: "-".join(a.name for a in given) if isinstance(given, tuple) else "",
)
def test_a_wrapper_has_the_arguments_of_its_function(
    arguments: tuple[Argument, ...], shape: str, signature: str, leading: str
) -> None:
    assert tried(*arguments) == shape.format(signature=signature, leading=leading)


def test_the_wrappers_of_all_functions_follow_one_head() -> None:
    text = wrappers(FUNCTIONS.values())
    assert text.startswith(f'Attribute VB_Name = "{MODULE}"\nOption Explicit\n')
    assert re.findall(r"^Public Function (\w+)\(", text, re.MULTILINE) == list(FUNCTIONS)


def test_the_module_is_what_a_vba_editor_of_any_country_reads() -> None:
    text = wrappers(FUNCTIONS.values())
    assert text.isascii()
    assert max(map(len, text.splitlines())) < 1024  # a line of VBA holds no more


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_the_names_of_arguments_are_possible_in_vba(function: Function) -> None:
    """VBA does not tell capitals from small letters, and `following` is the wrapper's own."""
    names = [argument.name.lower() for argument in function.arguments]
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch("[a-z][a-z0-9_]{0,254}", name)] == []
    assert not {"following", function.name.lower(), *KEYWORDS.split()} & set(names)
