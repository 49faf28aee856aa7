"""The cells of a worksheet in the plain form: proven by patterns in one pass, the doubtful ones noted.

A part that the patterns do not take is rewritten by `plain` and then taken: there is one reading of a cell.
"""

import re
from enum import StrEnum
from typing import NamedTuple

from xlreport.errors import Unusable
from xlreport.sheets.plain import MAIN, column_letters, column_number

MAX_ROWS = 200_000
MAX_COLUMNS = 702


class Oddity(StrEnum):
    """Why a cell must not be taken for what calamine shows; an error is its text."""

    PERCENT = "%"
    UNCALCULATED = "="
    NULL = "#NULL!"
    DIVISION = "#DIV/0!"
    VALUE = "#VALUE!"
    REFERENCE = "#REF!"
    NAME = "#NAME?"
    NUMBER = "#NUM!"
    NOT_AVAILABLE = "#N/A"
    LOADING = "#GETTING_DATA"

    @property
    def is_error(self) -> bool:
        return self.startswith("#")


OddCells = dict[tuple[int, int], Oddity]


# Possessive (`*+`) throughout: a part that does not match fails in one pass. No groups inside a repetition,
# which early releases of Python 3.11 get wrong. The first lines of `_SOUND` are the commonest and the quickest.

_ENTITY = rb"&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});"
_TEXT = rb"[^<&]*+(?:" + _ENTITY + rb"[^<&]*+)*+"
T = rb'<t(?: xml:space="preserve")?+>' + _TEXT + rb"</t>"
_FORMULA = rb'<f(?: [A-Za-z0-9:]++="[^"<>]*+")*+ ?+(?:/>|>[^<]*+</f>)'
_OPEN = rb'(?: (?:cm|vm|ph)="[0-9]++")*+>'
_ANY_ERROR = rb"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|GETTING_DATA)"
_NUMBER = rb"[-+]?+(?:[0-9]++\.?+[0-9]*+|\.[0-9]++)(?:[eE][-+]?+[0-9]++)?+"
_SOUND = (
    rb">(?:<f>[^<]*+</f>)?+<v>-?+[0-9]++\.?+[0-9]*+</v></c>",
    rb' t="s"><v>[0-9]++</v></c>',
    rb"/>",
    rb'(?: t="n")?+' + _OPEN + rb"(?:" + _FORMULA + rb")?+<v>" + _NUMBER + rb"</v></c>",
    rb' t="str"' + _OPEN + rb"(?:" + _FORMULA + rb")?+(?:<v>" + _TEXT + rb"</v>|<v ?+/>)</c>",
    rb' t="b"' + _OPEN + rb"(?:" + _FORMULA + rb")?+<v>[01]</v></c>",
    rb' t="inlineStr"' + _OPEN + rb"<is>" + T + rb"</is></c>",
    rb' t="d"' + _OPEN + rb"(?:" + _FORMULA + rb")?+<v>[-+0-9:.TZ]++</v></c>",
    rb'(?: t="[a-zS]++")?+ ?+/>',
    rb' t="s"' + _OPEN + rb"(?:" + _FORMULA + rb")?+<v>[0-9]++</v></c>",
)
_UNSOUND = (
    rb' t="e"' + _OPEN + rb"(?:" + _FORMULA + rb")?+<v>" + _ANY_ERROR + rb"</v></c>",
    rb'(?: t="(?:n|s|str|b|d|e)")?+' + _OPEN + _FORMULA + rb"(?:<v ?+/>|<v></v>)?+</c>",
)


def _row_pattern(column: bytes, contents: tuple[bytes, ...]) -> re.Pattern[bytes]:
    cell = rb'<c r="' + column + rb'\1"(?: s="[0-9]++")?+(?:' + rb"|".join(contents) + rb")"
    return re.compile(
        rb'<row r="([1-9][0-9]{0,6}+)"(?: [A-Za-z0-9:]++="[^"<>]*+")*+ ?+(?:/>|>(?:' + cell + rb")*+</row>)"
    )


_SOUND_ROW = _row_pattern(rb"[A-Z]", _SOUND)
_ANY_ROW = _row_pattern(rb"[A-Z]{1,3}+", _SOUND + _UNSOUND)


def percent_pattern(styles: list[int]) -> re.Pattern[bytes]:
    alternatives = b"|".join(b"%d" % style for style in styles)
    return re.compile(rb'<c r="([A-Z]++)([0-9]++)" s="0*+(?:' + alternatives + rb')"(?: t="n")?+' + _OPEN)


DECLARATION = (
    rb"(?:\xef\xbb\xbf)?+(?:<\?xml version=\"1\.0\"(?: encoding=\"(?:UTF|utf)-8\")?+"
    rb"(?: standalone=\"(?:yes|no)\")?+ ?+\?>\s*+)?+"
)
ANY_MAIN = rb"(?:" + b"|".join(re.escape(uri.encode()) for uri in MAIN) + rb")"
_WORKSHEET = re.compile(DECLARATION + rb'<worksheet(?: [^<>]*?)?? xmlns="' + ANY_MAIN + rb'"[^<>]*+>')
_SHEET_DATA = re.compile(rb"<sheetData/?>")


class Sheet(NamedTuple):
    cells: memoryview
    odd: OddCells
    size: int


def body_of(part: bytes) -> int:
    """Where `<sheetData>` begins in a part whose beginning is plain; -1 otherwise."""
    head = _WORKSHEET.match(part)
    match = _SHEET_DATA.search(part, head.end()) if head else None
    return -1 if match is None or part.find(b"<!", 0, match.start()) >= 0 else match.start()


def scan(part: bytes, start: int, percent: re.Pattern[bytes] | None, where: str) -> Sheet | None:
    """The cells from `<sheetData>` at `start`; None when they are not in the plain form."""
    if start < 0 or part.startswith(b"<sheetData/>", start):
        return None if start < 0 else Sheet(memoryview(b"<sheetData></sheetData>"), {}, 0)
    rows: list[tuple[int, int, int]] = []
    unsound: list[tuple[int, int, int]] = []
    numbers: dict[bytes, int] = {}
    at = start + len(b"<sheetData>")
    sound_row, any_row = _SOUND_ROW.match, _ANY_ROW.match
    while match := sound_row(part, at) or any_row(part, at):
        digits = match[1]
        numbers[digits] = number = int(digits)
        rows.append((number, at, match.end()))
        if match.re is _ANY_ROW:
            unsound.append(rows[-1])
        at = match.end()
    if not part.startswith(b"</sheetData>", at):
        return None
    # `<c r="` stands nowhere else in what is plain: a text has no bare `<`.
    found = percent.findall(part, start, at) if percent else ()
    columns = {letters: column_number(letters.decode()) - 1 for letters in {letters for letters, _ in found}}
    odd = {(numbers[row] - 1, columns[letters]): Oddity.PERCENT for letters, row in found}
    width = 26
    for row, begin, end in unsound:
        width = max(width, _read_row(part[begin:end], row, odd, where))
    height = 0
    for row, begin, end in sorted(rows, reverse=True):
        # Formatted rows without any value, down to the last row of the sheet, are common and harmless.
        if part.find(b"<v", begin, end) >= 0 or part.find(b"<is>", begin, end) >= 0:
            height = row
            break
    if height > MAX_ROWS:
        raise Unusable(f"{where}第 {height} 行有内容，超出 {MAX_ROWS} 行，请删去该行后保存再试。")
    return Sheet(memoryview(part)[start : at + len(b"</sheetData>")], odd, height * width)


def _read_row(cells: bytes, row: int, odd: OddCells, where: str) -> int:
    """Note the errors and the formulas without value of a row; return its last column with content."""
    last = 0
    for cell in cells.split(b'<c r="')[1:]:
        attributes, _, body = cell.partition(b">")
        if attributes.endswith(b"/"):
            continue
        letters = attributes[: attributes.find(b'"')].rstrip(b"0123456789").decode()
        column = column_number(letters)
        if column > MAX_COLUMNS:
            raise Unusable(
                f"{where}的单元格 {letters}{row} 有内容，"
                f"超出 {column_letters(MAX_COLUMNS)} 列，请删去该列后保存再试。"
            )
        last = max(last, column)
        text = b' t="str"' in attributes
        if b"<v" not in body or (not text and (b"<v></v>" in body or b"<v/>" in body or b"<v />" in body)):
            # An empty text is a formula's result like any other; an empty number is none.
            if body.startswith(b"<f"):
                odd[row - 1, column - 1] = Oddity.UNCALCULATED
        elif b' t="e"' in attributes:
            odd[row - 1, column - 1] = Oddity(body[body.find(b"<v>") + 3 : body.find(b"</v>")].decode())
    return last
