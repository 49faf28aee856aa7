"""The parts of a workbook's package, read as XML; worksheets and texts also rewritten in one plain form.

python-calamine takes CDATA for nothing, stops a number at a comment, lets a formula after the value wipe it
and reads `false` as true. What comes out of here has none of this, whoever wrote the file.
"""

import re
from collections.abc import Callable
from typing import NoReturn
from xml.parsers import expat

from xlreport.errors import Unusable
from xlreport.sheets.layout import cell_name

MAX_ROW, MAX_COLUMN = 1_048_576, 16_384  # of Excel

# The ordinary and the strict form of the standard.
MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)

_REFERENCE = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,100}\.?[0-9]{0,100}|\.[0-9]+)(?:[eE](?:\+?[0-9]{1,2}|-[0-9]{1,3}))?")
_DATE = re.compile(r"[-+0-9:.TZ]+")
_TRUTH = {"0": "0", "1": "1", "false": "0", "true": "1"}
_ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA")
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"} | {c: f"&#{ord(c)};" for c in "\t\n\r"}
)
_SPACE = " \t\r\n"

Start = Callable[[str, dict[str, str]], None]


def escape(text: str) -> str:
    """Text as it may stand in an element or an attribute."""
    return text.translate(_ESCAPES)


def walk(
    part: bytes,
    where: str,
    start: Start,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
    namespaces: tuple[str, ...] = MAIN,
) -> None:
    """Hand the elements to `start` and `end`, by local name; those of other namespaces go by ""."""
    local: dict[str, str] = {}

    def name_of(tag: str) -> str:
        if tag not in local:
            namespace, _, short = tag.rpartition(" ")
            local[tag] = short if namespace in namespaces else ""
        return local[tag]

    def refuse_doctype(*_: object) -> NoReturn:
        raise Unusable(f"{where}含有文档类型声明（DOCTYPE），可能有害，未读取；请用 Excel 打开后另存再试。")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.StartElementHandler = lambda tag, attributes: start(name_of(tag), attributes)
    if end:
        parser.EndElementHandler = lambda tag: end(name_of(tag))
    if text:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(part, True)
    # ValueError and LookupError: an encoding that expat asks Python for and does not get.
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Unusable(f"{where}内容已损坏，请用 Excel 打开并修复后另存为 .xlsx 再试。") from error


def _refuse_depth(path: list[str], where: str) -> None:
    if len(path) > 32:
        raise Unusable(f"{where}内容已损坏（嵌套过深），请用 Excel 打开并修复后另存为 .xlsx 再试。")


def column_number(letters: str) -> int:
    """
    >>> column_number("A"), column_number("ZZ"), column_number("XFD")
    (1, 702, 16384)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def plain_texts(part: bytes, where: str) -> bytes:
    """The shared texts, one `<si><t>` each: runs joined, phonetic readings left out."""
    texts: list[str] = []
    text = _Text()
    path: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if not path and tag != "sst":
            raise Unusable(f"{where}不是文字表，文件已损坏；请用 Excel 打开并修复后另存再试。")
        path.append(tag)
        _refuse_depth(path, where)
        if path == ["sst", "si"]:
            text.clear()
        text.start(path[1:], attributes)

    def end(tag: str) -> None:
        text.end(tag)
        if path == ["sst", "si"]:
            texts.append(text.whole)
        path.pop()

    walk(part, where, start, end, text.add)
    body = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
    return f"<sst>{body}</sst>".encode()


class _Text:
    """Collects the `<t>` elements of a text, whether whole or in runs, as calamine would."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._pieces: list[str] = []
        self._piece: list[str] | None = None
        self._keep = False

    def start(self, path: list[str], attributes: dict[str, str]) -> None:
        if path in (["si", "t"], ["si", "r", "t"], ["is", "t"], ["is", "r", "t"]):
            self._piece = []
            self._keep = attributes.get("http://www.w3.org/XML/1998/namespace space") == "preserve"

    def add(self, data: str) -> None:
        if self._piece is not None:
            self._piece.append(data)

    def end(self, tag: str) -> None:
        if tag == "t" and self._piece is not None:
            piece = "".join(self._piece)
            self._pieces.append(piece if self._keep else piece.strip(_SPACE))
            self._piece = None

    @property
    def whole(self) -> str:
        return "".join(self._pieces)


def plain_cells(part: bytes, where: str) -> bytes:
    """The `<sheetData>` of a worksheet with nothing but cells that have a value or a formula."""
    sheet = _Cells(where)
    walk(part, where, sheet.start, sheet.end, sheet.add)
    return "".join(["<sheetData>", *sheet.out, "</sheetData>"]).encode()


class _Cells:
    """What has been seen of the worksheet while its elements go by."""

    def __init__(self, where: str) -> None:
        self.out: list[str] = []
        self._where = where
        self._path: list[str] = []
        self._row = self._column = 0
        self._attributes: dict[str, str] = {}
        self._formula = False
        self._value: str | None = None
        self._inline = False
        self._collected: list[str] | None = None
        self._text = _Text()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        path = self._path
        if not path and tag != "worksheet":
            raise Unusable(f"{self._where}不是普通的工作表，无法读取；请用 Excel 打开后另存再试。")
        path.append(tag)
        _refuse_depth(path, self._where)
        if len(path) < 3 or path[1] != "sheetData":
            return
        if len(path) == 3 and tag == "row":
            self._begin_row(attributes.get("r"))
        elif len(path) == 4 and path[2:] == ["row", "c"]:
            self._begin_cell(attributes)
        elif path[2:4] == ["row", "c"]:
            self._inside_cell(path[4:], attributes)

    def _begin_row(self, number: str | None) -> None:
        self._column = 0
        if number is None:
            self._row += 1
        elif number.isascii() and number.isdigit() and 0 < len(number) < 8 and 0 < int(number) <= MAX_ROW:
            self._row = int(number)
        else:
            raise Unusable(f"{self._where}的行号 {number[:20]} 无效，请用 Excel 打开并修复后另存再试。")
        self.out.append(f'<row r="{self._row}">')

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._attributes = attributes
        self._formula = self._inline = False
        self._value = None
        self._column += 1
        reference = attributes.get("r")
        if reference is None:
            return
        match = _REFERENCE.fullmatch(reference)
        if match is None or int(match[2]) != self._row or column_number(match[1].upper()) > MAX_COLUMN:
            raise Unusable(
                f"{self._where}第 {self._row} 行有编号无效的单元格 {reference[:20]}，"
                "请用 Excel 打开并修复后另存再试。"
            )
        self._column = column_number(match[1].upper())

    def _inside_cell(self, path: list[str], attributes: dict[str, str]) -> None:
        if path == ["f"]:
            self._formula = True
        elif path == ["v"]:
            self._collected = []
        elif path == ["is"]:
            self._inline = True
            self._text.clear()
        else:
            self._text.start(path, attributes)

    def add(self, data: str) -> None:
        if self._collected is not None:
            self._collected.append(data)
        else:
            self._text.add(data)

    def end(self, tag: str) -> None:
        path = self._path
        if path[1:2] == ["sheetData"]:
            if path[2:] == ["row", "c", "v"]:
                self._value = "".join(self._collected or ())
                self._collected = None
            elif path[2:4] == ["row", "c"] and len(path) > 4:
                self._text.end(tag)
            elif path[2:] == ["row", "c"]:
                self._end_cell()
            elif path[2:] == ["row"]:
                self.out.append("</row>")
        path.pop()

    def _end_cell(self) -> None:
        kind = self._attributes.get("t", "n")
        style = self._attributes.get("s", "0")
        if not (style.isascii() and style.isdigit() and len(style) < 7):
            raise self._unreadable()
        body = "<f/>" if self._formula else ""
        if kind == "inlineStr":
            body = f'<is><t xml:space="preserve">{escape(self._text.whole)}</t></is>' if self._inline else ""
        elif self._value is not None:
            value = self._checked(kind, self._value)
            body += f"<v>{escape(value)}</v>" if value or kind == "str" else ""
        if body:
            place = cell_name(self._row - 1, self._column - 1)
            self.out.append(f'<c r="{place}" s="{int(style)}" t="{kind}">{body}</c>')

    def _checked(self, kind: str, value: str) -> str:
        """The value in the one form that calamine reads as it is meant."""
        if kind == "str":
            return value
        value = value.strip(_SPACE)
        if kind == "b" and value in _TRUTH:
            return _TRUTH[value]
        if kind == "e" and value:
            # Errors of newer Excels, which calamine refuses as a whole file.
            return value if value in _ERRORS else "#VALUE!"
        if (
            not value
            or (kind == "n" and _NUMBER.fullmatch(value))
            or (kind == "s" and value.isascii() and value.isdigit())
            or (kind == "d" and _DATE.fullmatch(value))
        ):
            return value
        raise self._unreadable()

    def _unreadable(self) -> Unusable:
        place = cell_name(self._row - 1, self._column - 1)
        return Unusable(f"{self._where}的单元格 {place} 内容无法识别，请在 Excel 中重新输入后保存再试。")
