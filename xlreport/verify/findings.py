"""What a comparison yields: each difference as a value with its place in the Word file."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from xlreport.facts import Fact, FactKind

_AROUND = 16  # characters before and behind a difference


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
    around: str = ""  # the words at that spot


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

    @property
    def summary(self) -> str:
        """How it came out, without a full stop: that both agree, or how many differences there are."""
        if not self.findings:
            return f"报告与工作簿一致，共核对 {self.figures} 个数字"
        return "，".join(
            f"{kind} {sum(each.kind is kind for each in self.findings)} 处" for kind in Difference
        )

    @property
    def remark(self) -> str:
        """How changes were taken that nobody has accepted yet, without a full stop; empty for none."""
        if not self.tracked:
            return ""
        return f"报告中有 {self.tracked} 处修订，已按全部接受核对（插入的计入，删除的不计）"


def around(text: str, start: int, end: int) -> str:
    """The words at some characters of a line, with these in brackets."""
    low, high = max(0, start - _AROUND), end + _AROUND
    marked = f"【{text[start:end]}】" if start < end else ""
    shown = f"{text[low:start]}{marked}{text[end:high]}".strip()
    return f"{'…' * (low > 0)}{shown}{'…' * (high < len(text))}"


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
