"""All text of a Word document with the place where it stands: body, tables, text boxes, headers, notes.

Read as with all tracked changes accepted. The document may come from anywhere, so nothing in it is believed.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, NamedTuple

from lxml import etree

from xlreport.errors import Unusable

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"

_LARGEST = 200_000_000  # bytes unpacked; a report is some 30 kB
_AS_DOCX = "请用 Word 或 WPS 打开后另存为 .docx 再核对"
_DAMAGED = "不是 Word 文档（.docx）或已损坏，请用 Word 打开并另存为 .docx"
_BAD_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,
    LookupError,
    RuntimeError,
    NotImplementedError,
)

# Parts beside the body that hold text, by the last word of their relationship.
_STORIES = {"header": "页眉", "footer": "页脚", "footnotes": "脚注", "endnotes": "尾注"}
# Fields whose results number pages or repeat headings.
_FIELDS = re.compile(r"\s*(PAGE|NUMPAGES|SECTIONPAGES|PAGEREF|TOC|DATE|TIME)\b")
_CONTENTS = re.compile(r"(?i)(TOC|目录)\s*\d")
_SKIP = "skip"
_GONE = (f"{W}del", f"{W}moveFrom", _FALLBACK)


class Piece(NamedTuple):
    """Characters of a line that one element holds."""

    start: int  # in the line
    element: Any  # w:t, or w:tab and its like, which hold one
    offset: int = 0  # in the element


@dataclass
class Line:
    """One paragraph as it reads."""

    text: str
    part: str  # of the package
    place: str  # 第3段, 表2第4行, 页眉 …
    element: Any  # w:p
    pieces: list[Piece]
    story: str = ""  # 页眉, 脚注, 文本框; empty in the body

    @property
    def start(self) -> str:
        """Place with the first words."""
        words = self.text.strip()
        shown = words[:12] + ("…" if len(words) > 12 else "")
        return f"{self.place}“{shown}”" if shown else self.place


class TableCell(NamedTuple):
    """A cell as it begins in its row: the lines in it, and how far it is merged."""

    column: int
    across: int
    lines: tuple[int, ...]  # indexes into the lines of the document


@dataclass
class WordTable:
    """A table of the body, row by row; nested tables are lines of their cell."""

    number: int
    rows: list[list[TableCell]]
    before: int  # how many lines of the body stand before it


@dataclass
class WordText:
    """What a document says."""

    lines: list[Line] = field(default_factory=list)
    tables: list[WordTable] = field(default_factory=list)
    tracked: int = 0  # insertions and deletions that nobody has accepted yet
    parts: dict[str, Any] = field(default_factory=dict)  # the trees of the parts that were read
    main: str = ""

    @property
    def in_tables(self) -> frozenset[int]:
        return frozenset(at for t in self.tables for row in t.rows for cell in row for at in cell.lines)


def read_word(data: bytes, name: str) -> WordText:
    """Read the bytes of a file called `name`. Raises Unusable when it is no .docx that can be read."""
    package = open_package(data, name)
    text = WordText(main=main_part(package, name))
    try:
        text.parts[text.main] = _tree(package.read(text.main), name)
        stories = [("", text.main)]
        for kind, target in targets_of(package, text.main):
            if kind in _STORIES and target in package.namelist():
                text.parts[target] = _tree(package.read(target), name)
                stories.append((_STORIES[kind], target))
    except _BAD_ZIP as error:
        raise Unusable(f"{name}：{_DAMAGED}。") from error
    for story, part in stories:
        root = text.parts[part]
        text.tracked += sum(1 for _ in root.iter(f"{W}ins", f"{W}del", f"{W}moveFrom", f"{W}moveTo"))
        body = root.find(f"{W}body") if not story else root
        if body is None:
            strict = STRICT in (root.nsmap or {}).values()
            why = f"是“严格 Open XML”格式，{_AS_DOCX}（普通 .docx）" if strict else _DAMAGED
            raise Unusable(f"{name}：{why}。")
        _Reader(text, part, story).read(body)
    return text


def open_package(data: bytes, name: str) -> zipfile.ZipFile:
    """The package in the bytes of a file. Raises Unusable with what it is instead."""
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Unusable(f"{name}：文档有打开密码，请在 Word 中取消密码并保存后再核对。")
        raise Unusable(f"{name}：是 .doc 或 .wps 旧格式文档，{_AS_DOCX}。")
    if data.startswith(b"%PDF"):
        raise Unusable(f"{name}：是 PDF 文件，无法逐段核对，请改用生成它的 .docx 文档。")
    if data.startswith(b"{\\rtf"):
        raise Unusable(f"{name}：是 RTF 文档，{_AS_DOCX}。")
    try:
        package = zipfile.ZipFile(BytesIO(data))
        size = sum(entry.file_size for entry in package.infolist())
    except _BAD_ZIP as error:
        raise Unusable(f"{name}：{_DAMAGED}。") from error
    if size > _LARGEST:
        raise Unusable(f"{name}：文件过大，不像是报告，请核对是否选错了文件。")
    return package


def main_part(package: zipfile.ZipFile, name: str) -> str:
    """The part that holds the document. Raises Unusable where there is none."""
    try:
        targets = dict(targets_of(package, ""))
    except (*_BAD_ZIP, etree.LxmlError) as error:
        raise Unusable(f"{name}：{_DAMAGED}。") from error
    main = targets.get("officeDocument", "")
    if main not in package.namelist():
        raise Unusable(f"{name}：{_DAMAGED}。")
    if main.startswith(("xl/", "ppt/")):
        kind = "Excel 工作簿" if main.startswith("xl/") else "演示文稿"
        raise Unusable(f"{name}：不是 Word 文档而是{kind}，请选择 .docx 报告。")
    return main


def relations_of(part: str) -> str:
    """The part that says what a part refers to."""
    folder, base = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{base}.rels")


def targets_of(package: zipfile.ZipFile, part: str) -> list[tuple[str, str]]:
    """What a part (or the package, "") refers to: the last word of the type, and the path."""
    relations = relations_of(part)
    if relations not in package.namelist():
        return []
    found = []
    for relation in _parsed(package.read(relations)).iter(_RELATIONSHIP):
        if relation.get("TargetMode") != "External":
            target = relation.get("Target") or ""
            path = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")
            found.append(((relation.get("Type") or "").rpartition("/")[2], path))
    return found


def _parsed(content: bytes) -> Any:
    if b"<!DOCTYPE" in content or "<!DOCTYPE".encode("utf-16-le") in content:
        raise ValueError("no Word document declares a type")
    return etree.fromstring(
        content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    )


def _tree(content: bytes, name: str) -> Any:
    try:
        return _parsed(content)
    except (etree.LxmlError, ValueError) as error:
        raise Unusable(f"{name}：{_DAMAGED}。") from error


@dataclass
class _Reader:
    """Reads one part into the text of the document."""

    text: WordText
    part: str
    story: str
    paragraphs: int = 0
    fields: list[str] = field(default_factory=list)  # that are open: what becomes of their results

    def read(self, root: Any) -> None:
        self._blocks(root, "", self.story)

    def _blocks(self, parent: Any, place: str, story: str) -> None:
        for element in parent:
            if element.tag == f"{W}p":
                self._paragraph(element, place, story)
            elif element.tag == f"{W}tbl":
                self._table(element, place, story)
            elif element.tag not in _GONE and isinstance(element.tag, str):
                if element.tag == f"{W}sdt" and _is_contents(element):
                    continue
                self._blocks(element, place, story)

    def _table(self, table: Any, place: str, story: str) -> None:
        if place or story:  # within another, or beside the body
            for at, row in enumerate(_rows(table), 1):
                self._blocks(row, place or f"{story}的表第{at}行", story)
            return
        before = len(self.text.lines)
        made = WordTable(len(self.text.tables) + 1, [], before)
        self.text.tables.append(made)
        for at, row in enumerate(_rows(table), 1):
            column, cells = 0, []
            for cell in _inside(row, f"{W}tc"):
                across = _span(cell)
                first = len(self.text.lines)
                self._blocks(cell, f"表{made.number}第{at}行", story)
                merged = cell.find(f"{W}tcPr/{W}vMerge")
                if merged is None or merged.get(f"{W}val") == "restart":
                    cells.append(TableCell(column, across, tuple(range(first, len(self.text.lines)))))
                column += across
            made.rows.append(cells)

    def _paragraph(self, paragraph: Any, place: str, story: str) -> None:
        pieces: list[Piece] = []
        chars: list[str] = []
        boxes: list[Any] = []
        length = 0
        for element, said in self._said(paragraph, boxes):
            pieces.append(Piece(length, element))
            chars.append(said)
            length += len(said)
        if not place and not story:
            self.paragraphs += 1
        where = place or story or f"第{self.paragraphs}段"
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        listed = style is not None and _CONTENTS.match(style.get(f"{W}val") or "")
        text = "".join(chars)
        if "\n" in text and len(text) <= 80 and not re.search("[。；;]", text):
            # A title broken by its meaning: its lines are layout.
            pieces = _without_breaks(pieces, chars)
            text = text.replace("\n", "")
        if text.strip() and not listed:
            self.text.lines.append(Line(text, self.part, where, paragraph, pieces, story))
        for box in boxes:
            at = where if story else f"第{self.paragraphs}段旁的文本框"
            self._blocks(box, at, story or "文本框")

    def _said(self, parent: Any, boxes: list[Any]) -> Iterator[tuple[Any, str]]:
        """The elements of a paragraph that show something, with what they show."""
        for element in parent:
            tag = element.tag
            if tag in _GONE or not isinstance(tag, str):
                continue
            if tag == f"{W}txbxContent":
                boxes.append(element)
            elif tag == f"{W}fldChar":
                self._field(element)
            elif tag == f"{W}instrText":
                if self.fields and self.fields[-1] == "":
                    self.fields[-1] = _SKIP if _FIELDS.match(element.text or "") else "shown"
            elif tag == f"{W}fldSimple" and _FIELDS.match(element.get(f"{W}instr") or ""):
                continue
            elif _SKIP in self.fields:
                yield from self._said(element, boxes) if len(element) else ()
            elif tag == f"{W}t":
                if element.text:
                    yield element, element.text
            elif tag == f"{W}tab" and parent.tag == f"{W}r":
                yield element, "\t"
            elif tag in (f"{W}br", f"{W}cr"):
                if element.get(f"{W}type") in (None, "textWrapping"):
                    yield element, "\n"
            elif tag == f"{W}noBreakHyphen":
                yield element, "-"
            elif tag not in (f"{W}pPr", f"{W}rPr", f"{W}rt"):
                yield from self._said(element, boxes)

    def _field(self, element: Any) -> None:
        kind = element.get(f"{W}fldCharType")
        if kind == "begin":
            self.fields.append("")
        elif kind == "end" and self.fields:
            self.fields.pop()


def _rows(table: Any) -> Iterator[Any]:
    """The rows of a table that are not deleted."""
    for row in _inside(table, f"{W}tr"):
        if row.find(f"{W}trPr/{W}del") is None:
            yield row


def _inside(parent: Any, tag: str) -> Iterator[Any]:
    """The rows of a table or the cells of a row, content controls around them looked through."""
    for element in parent:
        if element.tag == tag:
            yield element
        elif element.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml"):
            yield from _inside(element, tag)


def _span(cell: Any) -> int:
    span = cell.find(f"{W}tcPr/{W}gridSpan")
    value = span.get(f"{W}val") if span is not None else None
    return min(max(int(value), 1), 100) if value and value.isdigit() else 1


def _is_contents(sdt: Any) -> bool:
    gallery = sdt.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    return gallery is not None and gallery.get(f"{W}val") == "Table of Contents"


def _without_breaks(pieces: list[Piece], chars: list[str]) -> list[Piece]:
    kept: list[Piece] = []
    length = 0
    for piece, said in zip(pieces, chars, strict=True):
        if said != "\n":
            kept.append(Piece(length, piece.element))
            length += len(said)
    return kept
