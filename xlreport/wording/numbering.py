"""Numerals before paragraphs and clauses: there from the first on, and consecutive (X06)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from xlreport.wording.fault import LINE, Fault, pieces

_DIGITS = "零一二三四五六七八九"
_CHINESE = "[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九](?![一二三四五六七八九])"
FIRST = frozenset("一二三四五六七八九十（(0123456789 　\t")  # what a numeral may begin with
# The four kinds of a 公文, and 一是 … 二是 … within a paragraph.
_KINDS = (
    ("一、", re.compile(rf"\s*({_CHINESE})[、.．]")),
    ("（一）", re.compile(rf"\s*[（(]({_CHINESE})[）)][、.．]?")),
    ("1.", re.compile(r"\s*(\d{1,2})(?:[.．、](?:(?!\d)|(?=20\d\d\s*年))|\s+(?=[\u4e00-\u9fff]))")),
    ("（1）", re.compile(r"\s*[（(](\d{1,2})[）)][、.．]?")),
)
_CLAUSE = re.compile(r"(?:^|(?<=[。；;：:，,\n\f]))\s*([一二三四五六七八九])(?:是|要)(?!以|为了|否|非)")


class Numeral(NamedTuple):
    """The numeral that a paragraph begins with: its level (0 for 一、, 3 for （1）), its number, its end."""

    level: int
    number: int
    end: int


def numeral(paragraph: str) -> Numeral | None:
    """The numeral of a paragraph, if it has one.

    >>> numeral("（十二）资产管理情况")
    Numeral(level=1, number=12, end=4)
    """
    for level, (_, pattern) in enumerate(_KINDS):
        if found := pattern.match(paragraph):
            return Numeral(level, _number(found[1]), found.end())
    return None


def written(level: int, number: int) -> str:
    """A numeral as a 公文 writes it.

    >>> written(1, 12), written(3, 4)
    ('（十二）', '（4）')
    """
    chinese = _chinese(number)
    return (f"{chinese}、", f"（{chinese}）", f"{number}.", f"（{number}）")[level]


def gaps(text: str) -> Iterator[Fault]:
    """Numerals in each text by itself that do not begin with one, leave one out or come twice.

    >>> [fault.says for fault in gaps("1.编制粗\\n3.支付慢")]
    ['编号“1.”之后是“3.”']
    """
    if not any(mark in text for mark in (LINE, "二是", "三是", "二要", "三要")):
        return
    for start, piece in pieces(text):
        if LINE in piece:
            yield from _of_paragraphs(start, piece)
        yield from (Fault(start + each.start, start + each.end, each.says) for each in clause_gaps(piece))


def _of_paragraphs(start: int, text: str) -> Iterator[Fault]:
    """A level begins anew below each numeral of a higher one."""
    last: dict[int, int] = {}
    for at, paragraph in pieces(text, LINE):
        found = numeral(paragraph)
        if not found:
            continue
        before = last.get(found.level)
        last = {level: number for level, number in last.items() if level < found.level}
        last[found.level] = found.number
        expected = 1 if before is None else before + 1
        if found.number != expected:
            now = written(found.level, found.number)
            says = f"编号“{written(found.level, before)}”之后是“{now}”" if before else f"编号从“{now}”开始"
            yield Fault(start + at, start + at + found.end, says)


def clause_gaps(text: str) -> Iterator[Fault]:
    """The same for 一是 … 二是 … within a text.

    >>> [fault.says for fault in clause_gaps("一是编制粗；三是支付慢")]
    ['“一是”之后是“三是”']
    """
    before = 0
    for found in _CLAUSE.finditer(text):
        number = _number(found[1])
        # Without a first one it may count on from 首先.
        if before and number not in (1, before + 1):
            word = found[0].strip()[1]
            says = f"“{_chinese(before)}{word}”之后是“{found[1]}{word}”"
            yield Fault(found.start(1), found.end(), says)
        before = number


def _number(text: str) -> int:
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int(text) if text.isdigit() else _DIGITS.index(text)
    return (_DIGITS.index(tens) if tens else 1) * 10 + (_DIGITS.index(ones) if ones else 0)


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return f"{_DIGITS[tens] if tens > 1 else ''}十{_DIGITS[ones] if ones else ''}"
