"""A fault in a text: where it stands, and what is to be said of it."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

BREAK, LINE = "\f", "\n"
_ENDS = re.compile(r"[。；！？\n\f]")
_EDGES = re.compile(r"[，,。；;：:！？\n\f]")
_ROOM = 14  # characters shown on either side
_REACH = 128  # characters in which most sentences begin


class Fault(NamedTuple):
    """From `start` to `end` something is wrong; `says` what, as the end of a sentence."""

    start: int
    end: int
    says: str


def around(text: str, start: int, end: int) -> str:
    """The words around a place, as far as the clause or a few characters reach.

    >>> around("年初已定。预算安排支出0元，其中：货物0元，工程0元。", 18, 20)
    '货物0元'
    """
    first, last = max(0, start - _ROOM), min(len(text), end + _ROOM)
    before = [found.end() for found in _EDGES.finditer(text, first, start)]
    after = _EDGES.search(text, end, last)
    left = before[-1] if before else first
    right = after.start() if after else last
    if start - left + right - end < 2:  # alone in its clause it would say nothing
        left, right = (before[-2] if len(before) > 1 else first), right
    more = "…" if left == first and left > 0 and text[left - 1] not in BREAK + LINE and not before else ""
    rest = "…" if after is None and last < len(text) else ""
    return more + text[left:right].strip().replace(LINE, " ").replace(BREAK, " ") + rest


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence begins and ends."""
    start = 0
    for found in _ENDS.finditer(text):
        if found.start() > start:
            yield start, found.start()
        start = found.end()
    if start < len(text):
        yield start, len(text)


def sentence_at(text: str, at: int) -> tuple[int, int]:
    """The sentence around a position."""
    found = _ENDS.search(text, at)
    return after_last("。；！？\n\f", text, at), found.start() if found else len(text)


def after_last(marks: str, text: str, at: int) -> int:
    """Where the last of some marks before a position ends; 0 where there is none.

    Looked for near by, then ever further: one that a long text does not have would be sought in all of it.

    >>> after_last("。；", "一。二；三，四", 6)
    4
    """
    reach = _REACH
    while True:
        first = max(0, at - reach)
        found = max(text.rfind(mark, first, at) for mark in marks)
        if found >= 0 or not first:
            return found + 1
        reach *= 2


def pieces(text: str, mark: str = BREAK) -> Iterator[tuple[int, str]]:
    """The parts between form feeds (or another mark), each with where it begins."""
    start = 0
    for piece in text.split(mark):
        yield start, piece
        start += len(piece) + 1


def alternatives(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern for any of these."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
