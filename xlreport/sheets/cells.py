"""The cells of a worksheet in the plain form: proven by patterns in one pass, the doubtful ones noted.

A part that the patterns do not take is rewritten by `plain` and then taken: there is one reading of a cell.
"""

import re
from functools import cache, lru_cache
from itertools import islice, product
from typing import NamedTuple

from xlreport.errors import Unusable
from xlreport.sheets.layout import column_letter
from xlreport.sheets.oddity import Oddity
from xlreport.sheets.plain import MAIN, column_number

MAX_ROWS = 200_000
MAX_COLUMNS = 702


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
def _percent_patterns(styles: frozenset[int]) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Finds one of these styles anywhere, and (column, row) of the numbers that have one."""
    style = rb' s="0*(?:' + b"|".join(b"%d" % style for style in styles) + rb')"'
    cell = rb'<c r="([A-Z]++)([0-9]++)"' + style + rb'(?: t="n")?+' + _OPEN + rb"(?!</c>)"
    return re.compile(style), re.compile(cell)


_SHAPED_CELL = re.compile(
    rb'<c r="([A-Z])[0-9]++"( s="[0-9]++")?'
    rb'(?:(/>)| t="s"><v>([0-9]++)</v></c>|>(<f>[^<]*+</f>)?<v>-?+[0-9]++\.?+[0-9]*+</v></c>)'
)


class _Shape(NamedTuple):
    """What the rows of a long table have in common: a quicker pattern, and their columns shown as percent."""

    pattern: re.Pattern[bytes]
    percents: tuple[int, ...]


def _run(pattern: re.Pattern[bytes], part: bytes, at: int, most: int | None = None) -> list[re.Match[bytes]]:
    """The rows from `at` on that match, one right after the other; the loop over them is not ours."""
    # CPython's own way to match on from where the last match ended; typeshed does not list it.
    scanner = pattern.scanner(part, at)  # type: ignore[attr-defined]
    return [*islice(iter(scanner.match, None), most)]


def _number(row: re.Match[bytes]) -> int:
    return int(row[1])


_LEARN_AFTER = 100  # rows without one before a shape is looked for; twice as many each time


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
    rows: list[re.Match[bytes]] = []
    unsound: list[re.Match[bytes]] = []
    unshaped: list[tuple[int, int]] = []
    shape: _Shape | None = None
    strangers, chunk = 0, _LEARN_AFTER
    begin = at = start + len(b"<sheetData>")
    while True:
        if shape and (run := _run(shape.pattern, part, at)):
            unshaped.append((begin, at))
            numbers = [*map(_number, run)]
            odd.update(dict.fromkeys(product([row - 1 for row in numbers], shape.percents), Oddity.PERCENT))
            rows.append(run[numbers.index(max(numbers))])
            begin = at = run[-1].end()
        # A single row of another shape is common in a long table; many mean that the shape has changed.
        if run := _run(_SOUND_ROW, part, at, 1 if shape else chunk - strangers):
            rows += run
            at = run[-1].end()
            strangers += len(run)
            if strangers == chunk:
                # To compile a shape takes as long as 200 rows without it: not for every change.
                shape = _shape_of(run[-1][0], percents)
                strangers, chunk = 0, chunk * 2
        elif part.startswith(b"</sheetData>", at):
            break
        elif match := _any_row().match(part, at):
            rows.append(match)
            unsound.append(match)
            at = match.end()
        else:
            return None
    unshaped.append((begin, at))
    if percents:
        anywhere, in_cells = _percent_patterns(percents)
        for begin, end in unshaped:
            if not anywhere.search(part, begin, end):
                continue
            # `<c r="` stands nowhere else in what is plain: a text has no bare `<`.
            for letters, digits in in_cells.findall(part, begin, end):
                column = letters[0] - 65 if len(letters) == 1 else column_number(letters.decode()) - 1
                odd[int(digits) - 1, column] = Oddity.PERCENT
    width = 26
    for match in unsound:
        width = max(width, _read_row(match[0], _number(match), odd, where))
    height = 0
    for match in sorted(rows, key=_number, reverse=True):
        # Formatted rows without any value, down to the last row of the sheet, are common and harmless.
        if part.find(b"<v", *match.span()) >= 0 or part.find(b"<is>", *match.span()) >= 0:
            height = _number(match)
            break
    if height > MAX_ROWS:
        raise Unusable(f"{where}第 {height} 行有内容，超出 {MAX_ROWS} 行，请删去该行后保存再试。")
    return Sheet(memoryview(part)[start : at + len(b"</sheetData>")], odd, height * width)


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
                f"超出 {column_letter(MAX_COLUMNS - 1)} 列，请删去该列后保存再试。"
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
