"""The cells of a worksheet in the plain form: proven by patterns in one pass, the doubtful ones noted.

A part that the patterns do not take is rewritten by `plain` and then taken: there is one reading of a cell.
"""

import re
from enum import StrEnum
from functools import cache, lru_cache
from itertools import product
from typing import Any, NamedTuple

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
# which early releases of Python 3.11 get wrong. The first lines of `_SOUND` are common and quick.

_ENTITY = rb"&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});"
_TEXT = rb"[^<&]*+(?:" + _ENTITY + rb"[^<&]*+)*+"
_T = rb'<t(?: xml:space="preserve")?+>' + _TEXT + rb"</t>"
_RUN = rb"<r>(?:<rPr>(?:<(?!/rPr>)[^<>]++>)*+</rPr>)?+" + _T + rb"</r>"
_PHONETIC = rb"(?:<rPh [^<>]*+>" + _T + rb"</rPh>)*+(?:<phoneticPr [^<>]*+>)?+"
STRING = rb"(?:" + _T + rb"|(?:" + _RUN + rb")++)" + _PHONETIC
_FORMULA = rb'<f(?: [A-Za-z0-9:]++="[^"<>]*+")*+ ?+(?:/>|>[^<]*+</f>)'
_OPEN = rb'(?: (?:cm|vm|ph)="[0-9]++")*+>'
_ANY_ERROR = rb"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|GETTING_DATA)"
# Neither digits nor exponent enough to become infinite.
_NUMBER = rb"[-+]?+(?:[0-9]{1,100}+\.?+[0-9]{0,100}+|\.[0-9]++)(?:[eE](?:\+?+[0-9]{1,2}+|-[0-9]{1,3}+))?+"
_SOUND = (
    rb">(?:<f>[^<]*+</f>)?+<v>-?+[0-9]{1,100}+\.?+[0-9]{0,100}+</v></c>",
    rb' t="s"><v>[0-9]++</v></c>',
    rb"/>",
    rb'(?: t="n")?+' + _OPEN + rb"(?:" + _FORMULA + rb")?+<v>" + _NUMBER + rb"</v></c>",
    rb' t="str"' + _OPEN + rb"(?:" + _FORMULA + rb")?+(?:<v>" + _TEXT + rb"</v>|<v ?+/>)</c>",
    rb' t="b"' + _OPEN + rb"(?:" + _FORMULA + rb")?+<v>[01]</v></c>",
    rb' t="inlineStr"' + _OPEN + rb"<is>" + STRING + rb"</is></c>",
    rb' t="d"' + _OPEN + rb"(?:" + _FORMULA + rb")?+<v>[-+0-9:.TZ]++</v></c>",
    rb'(?: t="[a-zS]++")?+ ?+(?:/>|></c>)',
    rb' t="s"' + _OPEN + rb"(?:" + _FORMULA + rb")?+<v>[0-9]++</v></c>",
)
_UNSOUND = (
    rb' t="e"' + _OPEN + rb"(?:" + _FORMULA + rb")?+<v>" + _ANY_ERROR + rb"</v></c>",
    rb'(?: t="(?:n|s|str|b|d|e)")?+' + _OPEN + _FORMULA + rb"(?:<v ?+/>|<v></v>)?+</c>",
)


_ROW_START = rb'<row r="([1-9][0-9]{0,6}+)"(?: [A-Za-z0-9:]++="[^"<>]*+")*+ ?+'


def _row_pattern(column: bytes, contents: tuple[bytes, ...]) -> re.Pattern[bytes]:
    cell = rb'<c r="' + column + rb'\1"(?: s="[0-9]++")?+(?:' + rb"|".join(contents) + rb")"
    return re.compile(_ROW_START + rb"(?:/>|>(?:" + cell + rb")*+</row>)")


_SOUND_ROW = _row_pattern(rb"[A-Z]", _SOUND)


@cache
def _any_row() -> re.Pattern[bytes]:
    """Compiled when wanted: it takes longer than to read a small workbook."""
    return _row_pattern(rb"[A-Z]{1,3}+", _SOUND + _UNSOUND)


@lru_cache(maxsize=8)
def _percent_pattern(styles: frozenset[int]) -> re.Pattern[bytes]:
    """Finds (column, row) of the numbers with one of these styles."""
    style = rb' s="0*(?:' + b"|".join(b"%d" % style for style in styles) + rb')"'
    return re.compile(rb'<c r="([A-Z]++)([0-9]++)"' + style + rb'(?: t="n")?+' + _OPEN + rb"(?!</c>)")


_SHAPED_CELL = re.compile(
    rb'<c r="([A-Z])[0-9]++"( s="[0-9]++")?'
    rb'(?:(/>)| t="s"><v>([0-9]++)</v></c>|>(<f>[^<]*+</f>)?<v>-?+[0-9]++\.?+[0-9]*+</v></c>)'
)


class _Shape(NamedTuple):
    """What the rows of a long table have in common: a quicker pattern, and their columns shown as percent."""

    pattern: re.Pattern[bytes]
    percents: tuple[int, ...]

    def scanner(self, part: bytes, at: int) -> Any:
        """Matches one row after the other from `at` on; the loop over them is then not ours."""
        return self.pattern.scanner(part, at)  # type: ignore[attr-defined]


def _shape_of(row: bytes, percents: frozenset[int]) -> _Shape | None:
    pieces = [_ROW_START, rb">"]
    columns: list[int] = []
    at = row.find(b">") + 1
    while cell := _SHAPED_CELL.match(row, at):
        at = cell.end()
        style = cell[2] or b""
        pieces += [rb'<c r="', cell[1], rb'\1"', style]
        if cell[3]:
            pieces.append(rb"/>")
        elif cell[4]:
            pieces.append(rb' t="s"><v>[0-9]++</v></c>')
        else:
            pieces += [
                rb">",
                rb"<f>[^<]*+</f>" if cell[5] else b"",
                rb"<v>-?+[0-9]{1,100}+\.?+[0-9]{0,100}+</v></c>",
            ]
            if style and int(style[4:-1]) in percents:
                columns.append(cell[1][0] - 65)
    whole = row.startswith(b"</row>", at)
    return _Shape(re.compile(b"".join([*pieces, rb"</row>"])), tuple(columns)) if whole else None


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


def scan(part: bytes, start: int, percents: frozenset[int], where: str) -> Sheet | None:
    """The cells from `<sheetData>` at `start`; None when they are not in the plain form."""
    if start < 0 or part.startswith(b"<sheetData/>", start):
        return None if start < 0 else Sheet(memoryview(b"<sheetData></sheetData>"), {}, 0)
    odd: OddCells = {}
    rows: list[tuple[int, int, int]] = []
    unsound: list[tuple[int, int, int]] = []
    unshaped: list[list[int]] = []
    shape: _Shape | None = None
    strangers = 0
    at = start + len(b"<sheetData>")
    sound_row = _SOUND_ROW.match
    while True:
        if shape and (run := [*iter(shape.scanner(part, at).match, None)]):
            numbers = [int(match[1]) for match in run]
            odd.update(dict.fromkeys(product([row - 1 for row in numbers], shape.percents), Oddity.PERCENT))
            last = run[numbers.index(max(numbers))]
            rows.append((max(numbers), last.start(), last.end()))
            at = run[-1].end()
            continue
        sound = match = sound_row(part, at)
        if match is None and part.startswith(b"</sheetData>", at):
            break
        match = match or _any_row().match(part, at)
        if match is None:
            return None
        end = match.end()
        rows.append((int(match[1]), at, end))
        if sound is None:
            unsound.append(rows[-1])
        elif (strangers := strangers + 1) in _LEARN_AT:
            shape = _shape_of(match[0], percents)
        if unshaped and unshaped[-1][1] == at:
            unshaped[-1][1] = end
        else:
            unshaped.append([at, end])
        at = end
    if percents:
        # `<c r="` stands nowhere else in what is plain: a text has no bare `<`.
        pattern = _percent_pattern(percents)
        for begin, end in unshaped:
            for letters, digits in pattern.findall(part, begin, end):
                column = letters[0] - 65 if len(letters) == 1 else column_number(letters.decode()) - 1
                odd[int(digits) - 1, column] = Oddity.PERCENT
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


# To compile a shape takes as long as 200 rows without it: only for long tables, and not for every change.
_LEARN_AT = frozenset((100, 200, 400, 800, 1600, 3200, 6400))


def _read_row(cells: bytes, row: int, odd: OddCells, where: str) -> int:
    """Note the errors and the formulas without value of a row; return its last column with content."""
    last = 0
    for cell in cells.split(b'<c r="')[1:]:
        attributes, _, body = cell.partition(b">")
        if attributes.endswith(b"/") or body.startswith(b"</c>"):
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
