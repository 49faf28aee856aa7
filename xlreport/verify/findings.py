"""What a comparison yields: each difference as a value with its place in the Word file."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from xlreport.facts import Fact, FactKind


class Difference(StrEnum):
    """How a report departs from its workbook."""

    CHANGED = "不一致"
    MISSING = "缺少"
    FOREIGN = "多出"


class Spot(NamedTuple):
    """Characters of a line of the Word file; of no characters where something is missing."""

    line: int
    start: int
    end: int


@dataclass(frozen=True)
class Mismatch:
    """One difference: what both say, where, and which input cells are behind it."""

    kind: Difference
    message: str
    place: str
    workbook: str
    report: str
    cells: tuple[str, ...] = ()
    spot: Spot | None = None


@dataclass(frozen=True)
class Verification:
    """A Word report compared with its workbook."""

    unit: str | None
    year: int | None
    source: str  # the workbook's file name
    path: Path
    findings: tuple[Mismatch, ...]
    tracked: int  # changes that nobody has accepted yet
    figures: int  # that were recognised in the report


def changed(ours: Fact, theirs: Fact, place: str, label: str, cells: tuple[str, ...]) -> str:
    """The sentence on a fact that the report says differently."""
    what = _what(ours, label)
    if ours.kind is FactKind.AMOUNT and _digits(ours) == _digits(theirs) and ours.text != theirs.text:
        what += "的单位"
    elif ours.kind is FactKind.PERCENT and _digits(ours) == _digits(theirs):
        what += "的百分号"
    return f"{place}：{what}，工作簿为“{ours.text}”，报告为“{theirs.text}”；{_remedy(cells)}。"


def missing(facts: Sequence[Fact], place: str, label: str, cells: tuple[str, ...], sentence: str = "") -> str:
    """The sentence on what the report leaves out."""
    figures = "、".join(fact.text for fact in facts)
    if sentence:
        return f"{place}：缺少工作簿中“{_short(sentence)}”一句，其中有{figures}；请补上，或在工作簿的模板、文字中删去。"
    return (
        f"{place}：缺少{_what(facts[0], label)}，工作簿为“{figures}”；请补上，或在工作簿的模板、文字中删去。"
    )


def foreign(facts: Sequence[Fact], place: str) -> str:
    """The sentence on what only the report says."""
    figures = "、".join(fact.text for fact in facts)
    kind = facts[0].kind if len({fact.kind for fact in facts}) == 1 else "数字"
    return f"{place}：多出{kind}“{figures}”，工作簿中没有；请核对，属实的先填入工作簿，否则从报告中删去。"


def _remedy(cells: tuple[str, ...]) -> str:
    where = f"（{'、'.join(cells[:3])}{'等' if len(cells) > 3 else ''}）" if cells else ""
    return f"请按工作簿更正报告；如果报告是对的，请先改工作簿{where}再重新核对"


def _what(fact: Fact, label: str) -> str:
    return f"「{label}」后的{fact.kind}" if label else str(fact.kind)


def _digits(fact: Fact) -> str:
    return "".join(char for char in fact.text if char.isdigit() or char == ".").rstrip(".")


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 40 else f"{text[:40]}…"
