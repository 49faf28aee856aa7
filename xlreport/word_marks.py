"""A copy of a Word document with some of its characters highlighted and commented, and nothing else changed."""

import posixpath
import zipfile
from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, NamedTuple

from lxml import etree

from xlreport.word_text import Line, Piece, W, WordText, main_part, open_package, read_word, relations_of

AUTHOR, INITIALS = "核对报告", "核"
_COLOUR = "yellow"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
_CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_RELATIONSHIPS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
# What stands behind w:highlight in the properties of a run.
_BEHIND = frozenset(
    f"{W}{name}"
    for name in (
        *("u", "effect", "bdr", "shd", "fitText", "vertAlign", "rtl", "cs", "em", "lang"),
        *("eastAsianLayout", "specVanish", "oMath", "rPrChange"),
    )
)


class Remark(NamedTuple):
    """What is said of some characters of a line; of none where something is missing."""

    line: int
    start: int
    end: int
    text: str


def marked_copy(data: bytes, name: str, remarks: Sequence[Remark]) -> bytes:
    """The bytes of a copy of the document with its remarks. Raises Unusable like `read_word`."""
    text = read_word(data, name)
    package = open_package(data, name)
    main = main_part(package, name)
    comments = _Comments.of(package, main)
    # From the end on: a run that is split keeps what stands before the split.
    for remark in sorted(remarks, key=lambda each: (each.line, each.start), reverse=True):
        _mark(text, remark, comments)
    parts = {path: _bytes(tree) for path, tree in text.parts.items() if path == main or _is_marked(tree)}
    if remarks:
        parts |= comments.parts()
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry in package.infolist():
            copy.writestr(
                entry, parts.pop(entry.filename) if entry.filename in parts else package.read(entry)
            )
        for path, content in parts.items():
            copy.writestr(path, content)
    return stream.getvalue()


def _bytes(tree: Any) -> bytes:
    return bytes(etree.tostring(tree.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True))


def _is_marked(tree: Any) -> bool:
    if tree.get(_MARKED) is None:
        return False
    del tree.attrib[_MARKED]
    return True


_MARKED = "marked"  # an attribute while we work


def _mark(text: WordText, remark: Remark, comments: "_Comments") -> None:
    line = text.lines[remark.line]
    runs = _runs(line, remark.start, remark.end)
    for run in runs:
        _highlight(run)
    if line.part != text.main and runs:
        text.parts[line.part].set(_MARKED, "1")
    paragraph, first, last = _anchor(text, line, runs)
    number = comments.add(remark.text)
    start = etree.Element(f"{W}commentRangeStart", {f"{W}id": number})
    end = etree.Element(f"{W}commentRangeEnd", {f"{W}id": number})
    reference = etree.Element(f"{W}r")
    etree.SubElement(reference, f"{W}commentReference", {f"{W}id": number})
    if first is None:
        for element in (start, end, reference):
            paragraph.append(element)
    else:
        first.addprevious(start)
        last.addnext(end)
        end.addnext(reference)


def _anchor(text: WordText, line: Line, runs: Sequence[Any]) -> tuple[Any, Any, Any]:
    """The paragraph for a comment, with the children that it spans; Word wants it in the body, in no box."""
    paragraph = line.element
    if line.part != text.main:
        body = text.parts[text.main].find(f"{W}body")
        return next(body.iter(f"{W}p"), None), None, None
    outer = [each for each in paragraph.iterancestors(f"{W}p")]
    if outer:
        return outer[-1], None, None
    if runs:
        return paragraph, _child(paragraph, runs[0]), _child(paragraph, runs[-1])
    return paragraph, None, None


def _child(paragraph: Any, element: Any) -> Any:
    while element.getparent() is not paragraph:
        element = element.getparent()
    return element


def _runs(line: Line, start: int, end: int) -> list[Any]:
    """The runs that hold just these characters, split off their neighbours where need be."""
    found = []
    for piece, after in zip(line.pieces, [*line.pieces[1:], None], strict=True):
        stop = after.start if after else len(line.text)
        low, high = max(start, piece.start), min(end, stop)
        run = next(piece.element.iterancestors(f"{W}r"), None)
        if low < high and run is not None and piece.element.tag == f"{W}t":
            alone = sum(child.tag != f"{W}rPr" for child in run) == 1
            if not alone or (low, high) != (piece.start, stop):
                run = _split(run, piece, low - piece.start, high - piece.start)
            found.append(run)
    return found


def _split(run: Any, piece: Piece, low: int, high: int) -> Any:
    """Split a run around part of one of its texts; gives the run with that part."""
    at, text = run.index(piece.element), piece.element.text
    middle, behind = deepcopy(run), deepcopy(run)
    before = run
    _keep(before, lambda n: n < at, at, text[:low])
    _keep(middle, lambda _: False, at, text[low:high])
    _keep(behind, lambda n: n > at, at, text[high:])
    before.addnext(middle)
    middle.addnext(behind)
    for empty in (before, behind):
        if all(child.tag == f"{W}rPr" for child in empty):
            empty.getparent().remove(empty)
    return middle


def _keep(run: Any, wanted: Callable[[int], bool], at: int, text: str) -> None:
    """Leave in a copy of a run its properties, the children wanted, and one text cut down."""
    for n, child in enumerate(list(run)):
        if n == at:
            if text:
                child.text = text
                child.set(_XML_SPACE, "preserve")
            else:
                run.remove(child)
        elif child.tag != f"{W}rPr" and not wanted(n):
            run.remove(child)


def _highlight(run: Any) -> None:
    properties = run.find(f"{W}rPr")
    if properties is None:
        properties = etree.Element(f"{W}rPr")
        run.insert(0, properties)
    for old in properties.findall(f"{W}highlight"):
        properties.remove(old)
    mark = etree.Element(f"{W}highlight", {f"{W}val": _COLOUR})
    for at, child in enumerate(properties):
        if child.tag in _BEHIND:
            properties.insert(at, mark)
            return
    properties.append(mark)


class _Comments:
    """The comments of the copy: those that the document has, and ours behind them."""

    def __init__(self, package: zipfile.ZipFile, main: str, path: str, tree: Any) -> None:
        self._package, self._main, self._path, self._tree = package, main, path, tree
        own = [int(each.get(f"{W}id") or 0) for each in tree.iter(f"{W}comment")]
        self._next = max(own, default=-1) + 1
        self._made: list[Any] = []

    @classmethod
    def of(cls, package: zipfile.ZipFile, main: str) -> "_Comments":
        relations = (
            etree.fromstring(package.read(relations_of(main)))
            if relations_of(main) in package.namelist()
            else None
        )
        for relation in [] if relations is None else relations:
            if relation.get("Type") == _TYPE:
                target = relation.get("Target") or ""
                path = posixpath.normpath(posixpath.join("/", posixpath.dirname(main), target)).lstrip("/")
                return cls(package, main, path, etree.fromstring(package.read(path)))
        path = posixpath.join(posixpath.dirname(main), "comments.xml")
        return cls(package, main, path, etree.Element(f"{W}comments", nsmap={"w": W[1:-1]}))

    def add(self, text: str) -> str:
        number = str(self._next)
        self._next += 1
        day = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        comment = etree.Element(
            f"{W}comment",
            {f"{W}id": number, f"{W}author": AUTHOR, f"{W}date": day, f"{W}initials": INITIALS},
        )
        run = etree.SubElement(etree.SubElement(comment, f"{W}p"), f"{W}r")
        shown = etree.SubElement(run, f"{W}t")
        shown.text = text
        shown.set(_XML_SPACE, "preserve")
        self._made.append(comment)
        return number

    def parts(self) -> dict[str, bytes]:
        """The parts that the comments need, as they are to be written."""
        self._tree.extend(self._made)
        found = {self._path: _bytes(self._tree)}
        if self._path in self._package.namelist():
            return found
        own = relations_of(self._main)
        relations = etree.fromstring(self._package.read(own)) if own in self._package.namelist() else None
        if relations is None:
            relations = etree.Element(f"{_RELATIONSHIPS}Relationships", nsmap={None: _RELATIONSHIPS[1:-1]})  # type: ignore[dict-item]
        ids = {each.get("Id") for each in relations}
        new = next(f"rId{n}" for n in range(1, len(ids) + 2) if f"rId{n}" not in ids)
        target = posixpath.basename(self._path)
        etree.SubElement(
            relations, f"{_RELATIONSHIPS}Relationship", {"Id": new, "Type": _TYPE, "Target": target}
        )
        types = etree.fromstring(self._package.read("[Content_Types].xml"))
        etree.SubElement(types, f"{_TYPES}Override", {"PartName": f"/{self._path}", "ContentType": _CONTENT})
        return found | {own: _bytes(relations), "[Content_Types].xml": _bytes(types)}
