"""Where the elements of an XML part stand in its bytes, so that some can be changed and the rest stays as it is."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, NoReturn
from xml.parsers import expat

from xlreport.errors import Unusable

_TAG = re.compile(rb"<[^\s/>]+(?:\s+[^\s=/>]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*/?>")
_ENCODING = re.compile(rb"<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"']*)")


class Element(NamedTuple):
    """An element of a part: its path by local names, its bytes, and where its start tag ends."""

    path: tuple[str, ...]
    start: int
    opened: int
    end: int
    attributes: dict[str, str]  # those of the part's own vocabulary by name, others by "namespace name"

    @property
    def empty(self) -> bool:
        """Whether it is written as one tag, <row/>."""
        return self.opened == self.end


class Edit(NamedTuple):
    """The bytes from `start` to `end` give way to others."""

    start: int
    end: int
    new: bytes


class _Enough(Exception):
    """No more elements are wanted."""


def elements(
    part: bytes,
    wanted: Callable[[tuple[str, ...]], bool],
    found: Callable[[Element], bool | None],
    where: str,
) -> None:
    """Hand the elements whose path is `wanted` to `found` as they end, until it returns True.

    Raises Unusable when the part is not well-formed, is not UTF-8 or declares a document type.
    """
    declared = _ENCODING.match(part)
    plain_ascii = (b"utf-8", b"us-ascii", b"utf8")
    if part.startswith((b"\xff\xfe", b"\xfe\xff")) or (declared and declared[1].lower() not in plain_ascii):
        raise Unusable(f"{where}不是 UTF-8 编码，请用 Excel 打开后另存为 .xlsx 再试。")
    path: list[str] = []
    opened: list[tuple[int, int, dict[str, str]] | None] = []

    def refuse(*_: object) -> NoReturn:
        raise Unusable(f"{where}含有文档类型声明（DOCTYPE），可能有害，未读取；请用 Excel 打开后另存再试。")

    def start(tag: str, attributes: dict[str, str]) -> None:
        path.append(tag.rpartition(" ")[2])
        if not wanted(tuple(path)):
            opened.append(None)
            return
        at = parser.CurrentByteIndex
        whole = _TAG.match(part, at)
        if whole is None:
            raise _damaged(where)
        opened.append((at, whole.end(), attributes))

    def end(_: str) -> None:
        begun = opened.pop()
        if begun:
            at, after, attributes = begun
            last = (
                after if part[after - 2 : after] == b"/>" else part.index(b">", parser.CurrentByteIndex) + 1
            )
            if found(Element(tuple(path), at, after, last, attributes)):
                raise _Enough
        path.pop()

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(part, True)
    except _Enough:
        return
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise _damaged(where) from error


def edited(part: bytes, edits: Iterable[Edit]) -> bytes:
    """A part with some of its bytes replaced; the edits must not overlap. What is put in at one place keeps its order."""
    pieces: list[bytes] = []
    at = 0
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        assert start >= at, "two edits overlap"
        pieces += [part[at:start], new]
        at = end
    return b"".join([*pieces, part[at:]])


def with_attribute(tag: bytes, name: str, value: str) -> bytes:
    """A start tag with one of its attributes set.

    >>> with_attribute(b'<calcPr calcId="1"/>', "fullCalcOnLoad", "1")
    b'<calcPr calcId="1" fullCalcOnLoad="1"/>'
    """
    bare = without_attribute(tag, name)
    close = 2 if bare.endswith(b"/>") else 1
    return bare[:-close].rstrip() + f' {name}="{value}"'.encode() + bare[-close:]


def without_attribute(tag: bytes, name: str) -> bytes:
    """A start tag without one of its attributes.

    >>> without_attribute(b'<c r="A1" s="2" t="str">', "t")
    b'<c r="A1" s="2">'
    """
    return re.sub(rb"\s+" + name.encode() + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')", b"", tag)


def prefix_of(tag: bytes) -> bytes:
    """The prefix that a part gives to its own elements.

    >>> prefix_of(b"<x:row>"), prefix_of(b"<row>")
    (b'x:', b'')
    """
    name = re.match(rb"<([^\s/>]+)", tag)
    assert name
    head, colon, _ = name[1].rpartition(b":")
    return head + colon


def _damaged(where: str) -> Unusable:
    return Unusable(f"{where}内容已损坏，请用 Excel 打开并修复后另存为 .xlsx 再试。")
