"""Formulas in Excel's words and Calc's: commas for semicolons, Sheet!A1 for $Sheet.A1."""

import re
from collections.abc import Callable
from typing import Any

from xlreport.libreoffice.office import find_uno, struct

# A text, a quoted sheet, or what separates.
_PARTS = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')*'|[;|])""")
_SHEET = re.compile(r"""\$?((?:'(?:[^']|'')+'|[^\s'"$.;:()\[\]{}+\-*/&<>=^%]+))\.(?=\$?[A-Z]{1,3}\$?\d)""")
_WORD = re.compile(r"""(?<![\w.!\['])(TRUE|FALSE)(?![\w.(!\]'])""")
_CALL = re.compile(r"(?<![\w.])(TRUE|FALSE)\(\)")
_ALL_GROUPS = 0x7FFFFFFF

Place = tuple[int, int, int]  # sheet, row and column, counted from 0


class Formulas:
    """Turns the formulas of one document from Excel's words into Calc's and back."""

    def __init__(self, document: Any) -> None:
        find = find_uno().getConstantByName
        mapper = document.createInstance("com.sun.star.sheet.FormulaOpCodeMapper")
        self._excel, self._calc = (document.createInstance("com.sun.star.sheet.FormulaParser") for _ in "12")
        for parser, convention in ((self._excel, "XL_A1"), (self._calc, "OOO")):
            parser.CompileEnglish = True
            parser.FormulaConvention = find(f"com.sun.star.sheet.AddressConvention.{convention}")
        # Without Excel's table of symbols the parser would still want semicolons.
        excel = find("com.sun.star.sheet.FormulaLanguage.XL_ENGLISH")
        self._excel.OpCodeMap = mapper.getAvailableMappings(excel, _ALL_GROUPS)

    def native(self, formula: str, *places: Place) -> list[str]:
        """A formula of Excel's in Calc's words, for each place; references are relative to the first."""
        tokens = self._excel.parseFormula(_called(formula.removeprefix("=")), _address(places[0]))
        return ["=" + str(self._calc.printFormula(tokens, _address(place))) for place in places]

    def text(self, native: str, place: Place) -> str:
        """A formula of Calc's in Excel's words."""
        if "[" in native or "#" in native:  # the parser leaves the names of tables out, and errors
            text = excel_text(native)
        else:
            tokens = self._calc.parseFormula(native.removeprefix("="), _address(place))
            text = "=" + str(self._excel.printFormula(tokens, _address(place)))
        return _outside_texts(text, lambda part: _CALL.sub(r"\1", part))


def excel_text(native: str) -> str:
    """A formula of Calc's as Excel writes it, as far as signs go.

    >>> excel_text('=IF(表[[#This Row];[数]]=0;"a;b";$收支.$E$17)')
    '=IF(表[[#This Row],[数]]=0,"a;b",收支!$E$17)'
    >>> excel_text("=SUM({1;2|3;4};'a b'.A1)")
    "=SUM({1,2;3,4},'a b'!A1)"
    >>> excel_text('=IF(A1;#REF!;$表.B2:$表.C3)')
    '=IF(A1,#REF!,表!B2:表!C3)'
    """
    separators = {";": ",", "|": ";"}
    sheeted = _outside_texts(native, lambda part: _SHEET.sub(r"\1!", part))
    return _PARTS.sub(lambda part: separators.get(part[0], part[0]), sheeted)


def _called(formula: str) -> str:
    """TRUE and FALSE as calls: the parser would make 1 and 0 of the words.

    >>> _called('IF(TRUE,"TRUE",FALSE())')
    'IF(TRUE(),"TRUE",FALSE())'
    """
    return _outside_texts(formula, lambda part: _WORD.sub(r"\1()", part))


def _outside_texts(formula: str, change: Callable[[str], str]) -> str:
    pieces = re.split(r'("(?:[^"]|"")*")', formula)  # every second one is a text
    return "".join(piece if at % 2 else change(piece) for at, piece in enumerate(pieces))


def _address(place: Place) -> Any:
    sheet, row, column = place
    return struct("com.sun.star.table.CellAddress", sheet, column, row)
