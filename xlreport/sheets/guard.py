"""What a workbook file is, before python-calamine sees it: safe to read, and which cells not to believe.

calamine ends the whole process on a value in a far row and shows errors as blanks. So it is handed a package
of our own making instead of the file: the parts that it needs, each proven plain by one pass of a pattern or
else rewritten by `plain`. That also spares it a second pass over every sheet in search of merged cells, which
is more than all of this costs.
"""

import re
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from xlreport.errors import Unusable
from xlreport.sheets.package import Package, pack
from xlreport.sheets.plain import MAIN, column_letters, column_number, escape, plain_cells, plain_texts, walk

MAX_ROWS = 200_000
MAX_COLUMNS = 702
MAX_CELLS = 6_000_000  # in the rectangles from A1 that calamine fills, 32 bytes for each cell or blank
MAX_TEXTS = 5_000_000
MAX_SHEETS = 255


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


class Inspected(NamedTuple):
    """`workbook` is what calamine may read, never the file itself; `odd` is by sheet and (row, column) from 0."""

    workbook: bytes
    odd: dict[str, OddCells]


def inspect(data: bytes, name: str) -> Inspected:
    """Check the bytes of a workbook file called `name`. Raises Unusable."""
    package = Package(data, name)
    book = _book(package, name)
    styles, percents = _styles(package, book.styles, f"{name}：单元格格式表（styles）")
    parts = {
        "_rels/.rels": _relationships([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": book.plain,
        "xl/styles.xml": styles,
        "xl/sharedStrings.xml": _texts(package, book.texts, f"{name}：文字表（sharedStrings）"),
    }
    odd: dict[str, OddCells] = {}
    targets = []
    left = MAX_CELLS
    for number, (title, path) in enumerate(book.sheets.items()):
        where = f"{name}：工作表「{title}」"
        part = package.read(path)
        sheet = _scan(part, _body(part), percents, where) if 0 not in percents else None
        if sheet is None:
            part = plain_cells(part, where)
            sheet = _scan(part, 0, percents, where)
        if sheet is None:
            raise Unusable(f"{where}内容无法识别，请用 Excel 打开后另存为 .xlsx 再试。")
        odd[title] = sheet.odd
        left -= sheet.size
        if left < 0:
            raise Unusable(f"{where}的数据区过大，请删去多余的行和列后保存再试。")
        targets.append(("worksheet", f"worksheets/{number}.xml"))
        # calamine leaves off searching at the first list of merged cells, so an empty one goes first.
        parts[f"xl/worksheets/{number}.xml"] = (
            b"<worksheet><mergeCells></mergeCells>" + sheet.cells + b"</worksheet>"
        )
    parts["xl/_rels/workbook.xml.rels"] = _relationships(targets)
    return Inspected(pack(parts), odd)


# ------------------------------------------------------------------------------ the parts around the sheets

_OFFICE = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_PACKAGE = ("http://schemas.openxmlformats.org/package/2006/relationships",)


class _Book(NamedTuple):
    sheets: dict[str, str]  # name → path
    styles: str
    texts: str
    plain: bytes


def _book(package: Package, name: str) -> _Book:
    path = next((p for p, kind in _targets(package, "", name).values() if kind == "officeDocument"), "")
    if path.endswith(".bin"):
        raise Unusable(f"{name}：是 .xlsb 二进制工作簿，请用 Excel 打开后另存为 .xlsx 再试。")
    if not path.endswith(".xml") or path not in package or path.startswith(("word/", "ppt/")):
        kind = {"word/": "Word 文档", "ppt/": "演示文稿"}.get(path[: path.find("/") + 1], "别的文件")
        raise Unusable(f"{name}：不是 Excel 工作簿而是{kind}，请选择 .xlsx 或 .xlsm 文件。")
    targets = _targets(package, path, name)
    sheets: dict[str, str] = {}
    out: list[str] = []
    where = f"{name}：工作簿目录（workbook）"

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            out.append('<workbookPr date1904="1"/>')
        if tag != "sheet":
            return
        title = attributes.get("name", "")
        identity = next((attributes[key] for ns in _OFFICE if (key := f"{ns} id") in attributes), "")
        part, kind = targets.get(identity, ("", "worksheet"))
        if kind != "worksheet":  # charts and dialogs on sheets of their own hold no cells
            return
        if part not in package:
            raise Unusable(f"{name}：缺少工作表「{title}」的内容，文件已损坏；请用 Excel 打开并修复后另存再试。")
        if title in sheets or len(sheets) >= MAX_SHEETS:
            raise Unusable(f"{name}：工作表「{title}」重名或工作表过多；请用 Excel 打开并修复后另存再试。")
        out.append(f'<sheet name="{escape(title)}" r:id="r{len(sheets)}"/>')
        sheets[title] = part

    walk(package.read(path), where, start)
    if not sheets:
        raise Unusable(f"{name}：没有任何工作表，请选择填好的工作簿。")
    paths = {kind: p for p, kind in targets.values()}
    plain = f"<workbook>{''.join(out)}</workbook>".encode()
    return _Book(sheets, paths.get("styles", ""), paths.get("sharedStrings", ""), plain)


def _targets(package: Package, path: str, name: str) -> dict[str, tuple[str, str]]:
    """What a part (or the package, "") refers to: id → (path, last word of the type)."""
    folder, _, base = path.rpartition("/")
    own = f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"
    found: dict[str, tuple[str, str]] = {}
    if own not in package:
        raise Unusable(f"{name}：不是 Excel 工作簿（缺少 {own}），请选择 .xlsx 或 .xlsm 文件。")

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            steps: list[str] = []
            for step in _joined(folder, attributes.get("Target", "")).split("/"):
                if step == "..":
                    del steps[-1:]
                elif step not in ("", "."):
                    steps.append(step)
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = ("/".join(steps), kind)

    walk(package.read(own), f"{name}：目录（{own}）", start, namespaces=_PACKAGE)
    return found


def _joined(folder: str, target: str) -> str:
    return target if target.startswith("/") else f"{folder}/{target}"


def _relationships(targets: list[tuple[str, str]]) -> bytes:
    lines = (
        f'<Relationship Id="r{number}" Type="{_OFFICE[0]}/{kind}" Target="{path}"/>'
        for number, (kind, path) in enumerate(targets)
    )
    return f"<Relationships>{''.join(lines)}</Relationships>".encode()


_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


def _styles(package: Package, path: str, where: str) -> tuple[bytes, list[int]]:
    """The number formats alone, and the ids of the styles that show a number as percent."""
    codes: dict[str, str] = {"9": "0%", "10": "0.00%"}
    formats: list[str] = []
    above = [""]

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt" and above[-1] == "numFmts":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "xf" and above[-1] == "cellXfs":
            formats.append(attributes.get("numFmtId", "0"))
        above.append(tag)

    def end(_: str) -> None:
        above.pop()

    if path in package:
        walk(package.read(path), where, start, end)
    percents = {number for number, code in codes.items() if "%" in _NOT_SHOWN.sub("", code)}
    declared = "".join(
        f'<numFmt numFmtId="{escape(number)}" formatCode="{escape(code)}"/>' for number, code in codes.items()
    )
    used = "".join(f'<xf numFmtId="{escape(number)}"/>' for number in formats)
    plain = f"<styleSheet><numFmts>{declared}</numFmts><cellXfs>{used}</cellXfs></styleSheet>"
    return plain.encode(), [style for style, number in enumerate(formats) if number in percents]


# ------------------------------------------------------------------------------ patterns of what is plain
#
# Possessive (`*+`) throughout: a part that does not match fails in one pass. No groups inside a repetition,
# which early releases of Python 3.11 get wrong together with it.

# Those first in `_SOUND` are by far the commonest, and quick.

_ENTITY = rb"&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});"
_TEXT = rb"[^<&]*+(?:" + _ENTITY + rb"[^<&]*+)*+"
_T = rb'<t(?: xml:space="preserve")?+>' + _TEXT + rb"</t>"
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
    rb' t="inlineStr"' + _OPEN + rb"<is>" + _T + rb"</is></c>",
    rb' t="d"' + _OPEN + rb"(?:" + _FORMULA + rb")?+<v>[-+0-9:.TZ]++</v></c>",
    rb'(?: t="[a-z]++")?+ ?+/>',
    rb' t="s"' + _OPEN + rb"(?:" + _FORMULA + rb")?+<v>[0-9]++</v></c>",
)
_UNSOUND = (
    rb' t="e"' + _OPEN + rb"(?:" + _FORMULA + rb")?+<v>" + _ANY_ERROR + rb"</v></c>",
    rb'(?: t="(?:n|s|str|b|d|e)")?+' + _OPEN + _FORMULA + rb"(?:<v ?+/>|<v></v>)?+</c>",
)

def _row_pattern(column: bytes, contents: tuple[bytes, ...]) -> re.Pattern[bytes]:
    cell = rb'<c r="' + column + rb'\1"(?: s="[0-9]{1,6}+")?+(?:' + rb"|".join(contents) + rb")"
    return re.compile(
        rb'<row r="([1-9][0-9]{0,6}+)"(?: [A-Za-z0-9:]++="[^"<>]*+")*+ ?+(?:/>|>(?:' + cell + rb")*+</row>)"
    )


_SOUND_ROW = _row_pattern(rb"[A-Z]", _SOUND)
_ANY_ROW = _row_pattern(rb"[A-Z]{1,3}+", _SOUND + _UNSOUND)
_DECLARATION = (
    rb"(?:\xef\xbb\xbf)?+(?:<\?xml version=\"1\.0\"(?: encoding=\"(?:UTF|utf)-8\")?+"
    rb"(?: standalone=\"(?:yes|no)\")?+ ?+\?>\s*+)?+"
)
_MAIN = rb"(?:" + b"|".join(re.escape(uri.encode()) for uri in MAIN) + rb")"
_WORKSHEET = re.compile(_DECLARATION + rb'<worksheet(?: [^<>]*?)?? xmlns="' + _MAIN + rb'"[^<>]*+>')
_SST = re.compile(_DECLARATION + rb'<sst(?: [^<>]*?)?? xmlns="' + _MAIN + rb'"[^<>]*+>')
_RUN = rb"<r>(?:<rPr>(?:<[A-Za-z]++(?: [^<>]*+)?+>)*+</rPr>)?+" + _T + rb"</r>"
_PHONETIC = rb"(?:<rPh [^<>]*+>" + _T + rb"</rPh>)*+(?:<phoneticPr [^<>]*+>)?+"
_TEXTS = re.compile(rb"(?:<si>(?:" + _T + rb"|(?:" + _RUN + rb")++)" + _PHONETIC + rb"</si>)*+</sst>\s*+")


def _texts(package: Package, path: str, where: str) -> bytes:
    """The shared texts without the count before them, which calamine would trust and reserve memory for."""
    if path not in package:
        return b"<sst></sst>"
    part = package.read(path)
    head = _SST.match(part)
    if head and _TEXTS.fullmatch(part, head.end()):
        part = b"<sst>" + part[head.end() :]
    else:
        part = plain_texts(part, where)
    if part.count(b"<si>") > MAX_TEXTS:
        raise Unusable(f"{where}过大，请删去多余的内容后保存再试。")
    return part


# ------------------------------------------------------------------------------ cells


class _Sheet(NamedTuple):
    cells: bytes
    odd: OddCells
    size: int


def _body(part: bytes) -> int:
    """Where `<sheetData>` begins in a part whose beginning is plain; -1 otherwise."""
    head = _WORKSHEET.match(part)
    start = part.find(b"<sheetData", head.end()) if head else -1
    return -1 if part.find(b"<!", 0, max(start, 0)) >= 0 else start


def _scan(part: bytes, start: int, percents: list[int], where: str) -> _Sheet | None:
    """The cells from `<sheetData>` at `start`; None when they are not in the plain form."""
    if part.startswith(b"<sheetData/>", max(start, 0)):
        return _Sheet(b"<sheetData></sheetData>", {}, 0)
    if not part.startswith(b"<sheetData>", max(start, 0)):
        return None
    rows: list[tuple[int, int, int]] = []
    unsound: list[tuple[int, int, int]] = []
    at = start + len(b"<sheetData>")
    sound_row, any_row = _SOUND_ROW.match, _ANY_ROW.match
    while True:
        match = sound_row(part, at)
        if match is None:
            match = any_row(part, at)
            if match is None:
                break
            unsound.append((int(match[1]), at, match.end()))
        rows.append((int(match[1]), at, at := match.end()))
    if not part.startswith(b"</sheetData>", at):
        return None
    cells = part[start : at + len(b"</sheetData>")]
    odd: OddCells = _percents(cells, percents)
    columns = 26
    for row, begin, end in unsound:
        columns = max(columns, _read_row(part[begin:end], row, odd, where))
    height = 0
    for row, begin, end in sorted(rows, reverse=True):
        # Formatted rows without any value, down to the last row of the sheet, are common and harmless.
        if part.find(b"<v", begin, end) >= 0 or part.find(b"<is>", begin, end) >= 0:
            height = row
            break
    if height > MAX_ROWS:
        raise Unusable(f"{where}第 {height} 行有内容，超出 {MAX_ROWS} 行，请删去该行后保存再试。")
    return _Sheet(cells, odd, height * columns)


def _percents(cells: bytes, styles: list[int]) -> OddCells:
    """The numbers with one of these styles. The cells are plain: `<c r="` stands nowhere but before a reference."""
    odd: OddCells = {}
    for style in styles:
        for before, after in pairwise(cells.split(b'" s="%d"' % style)):
            at = before.rfind(b'"') + 1
            if before[at - 6 : at] == b'<c r="' and (after[0] == 62 or _HAS_NUMBER(after)):
                reference = before[at:]
                if reference[1] < 58:
                    odd[int(reference[1:]) - 1, reference[0] - 65] = Oddity.PERCENT
                else:
                    letters = reference.rstrip(b"0123456789")
                    row = int(reference[len(letters) :])
                    odd[row - 1, column_number(letters.decode()) - 1] = Oddity.PERCENT
    return odd


_HAS_NUMBER = re.compile(rb'(?: t="n")?+' + _OPEN).match


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
                f"{where}的单元格 {letters}{row} 有内容，超出 {column_letters(MAX_COLUMNS)} 列，请删去该列后保存再试。"
            )
        last = max(last, column)
        if b"<v></v>" in body or b"<v" not in body:
            if b' t="str"' not in attributes and body.startswith(b"<f"):
                odd[row - 1, column - 1] = Oddity.UNCALCULATED
            elif b"<v" not in body and body.startswith(b"<f"):
                odd[row - 1, column - 1] = Oddity.UNCALCULATED
        elif b"<v/>" in body or b"<v />" in body:
            if b' t="str"' not in attributes:
                odd[row - 1, column - 1] = Oddity.UNCALCULATED
        elif b' t="e"' in attributes:
            odd[row - 1, column - 1] = Oddity(body[body.find(b"<v>") + 3 : body.find(b"</v>")].decode())
    return last
