"""Labels as different counties write them → one key each: brackets, spaces, numbering, synonyms, years, units.

Two labels are the same only when nothing is left that tells them apart: what is merely like a label is none.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

_NOISE = re.compile(r"[\s_\u200b\ufeff\"'“”‘’「」]+")
_NUMBERS = "一二三四五六七八九十"
_NUMBERING = re.compile(
    rf"(?:\d{{1,2}}[、.)](?!\d)|\(\d{{1,2}}\)|[{_NUMBERS}]+[、.]|\([{_NUMBERS}]+\)|[-—–·•]+)"
)
_CIRCLED = re.compile(r"^\s*[①-⑳]")
_OF_WHICH = re.compile(r"其中[:、]?")
_HINT = re.compile(
    r"\((?:单位:)?(?:人民币)?(?:万元|元|千元|人|个|m2|平方米|%|分|\d+分|盖章|公章|签章|"
    r"[每一]个?(?:专项|项目|项)(?:资金)?一行|(?:\d{4}年度?|本年度?|当年度?)?完工项目)\)"
)
_YEAR = re.compile(r"(20\d\d)年度?")
_THIS_YEAR = re.compile(r"(?:本|当|今)年度?")
_LAST_YEAR = re.compile(r"(?:上一?|去)年度?")
_UNIT = "(?:人民币)?(万元|千元|百元|亿元|元)"
_UNIT_LINE = re.compile(rf"(?<![一-鿿])(?:金额|计量|货币)?\s*单\s*位\s*:\s*{_UNIT}(?![一-鿿])")
_UNIT_HINT = re.compile(rf"\((?:金额)?(?:单位:)?{_UNIT}\)")
_TITLE_YEAR = re.compile(r"(20\d\d)年度")

_BRACKETED = re.compile(r"(?:\([^()]*\))+$")

THIS_YEAR, LAST_YEAR = "本年", "上年"


def squeezed(text: str) -> str:
    """A text without spaces, line breaks and quotation marks, its signs half-width.

    >>> squeezed("因公出国（境）\\n费　用：")
    '因公出国(境)费用:'
    """
    return _NOISE.sub("", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=20_000)
def stem(text: str) -> str:
    """A label without numbering, 其中, units and a colon at its end.

    >>> stem("　其中：1、运行维护经费："), stem("预算投资（万元）"), stem("3、省级专项资金（每个专项一行）")
    ('运行维护经费', '预算投资', '省级专项资金')
    """
    bare = _HINT.sub("", squeezed(_CIRCLED.sub("", text)))
    while found := _NUMBERING.match(bare) or _OF_WHICH.match(bare):
        bare = bare[found.end() :]
    return bare.rstrip(":").strip()


def is_part(text: str, indent: int = 0) -> bool:
    """Whether a label says that its row is a part of one above: 其中, a number or an indentation before it.

    >>> is_part("三公经费"), is_part("　其中：公车购置"), is_part("2、出国经费"), is_part("一、三公经费")
    (False, True, True, False)
    """
    return (
        bool(indent)
        or is_indented(text)
        or bool(_CIRCLED.match(text) or re.match(r"\d{1,2}[、.)]|\(", squeezed(text)))
    )


def is_indented(text: str) -> bool:
    """Whether a label is marked as a part by more than a number.

    >>> is_indented("1、三公经费"), is_indented("　　水费")
    (False, True)
    """
    plain = unicodedata.normalize("NFKC", text)
    return plain[:1].isspace() or bool(_OF_WHICH.match(plain.strip()))


def years_in(text: str) -> frozenset[int]:
    """The years that a head names."""
    return frozenset(int(year) for year in _YEAR.findall(squeezed(text)))


def title_years(text: str) -> frozenset[int]:
    """The years that a title line names: （2023年度）."""
    return frozenset(int(year) for year in _TITLE_YEAR.findall(squeezed(text)))


def dated(text: str, year: int) -> str:
    """A head with its years said by their distance from the year of the form.

    >>> dated("2022年决算数", 2023), dated("2023年度实际在职人数", 2023), dated("上年度决算数", 2023)
    ('上年决算数', '本年实际在职人数', '上年决算数')
    """

    def distance(found: re.Match[str]) -> str:
        return {year: THIS_YEAR, year - 1: LAST_YEAR}.get(int(found[1]), found[0])

    bare = _LAST_YEAR.sub(LAST_YEAR, _THIS_YEAR.sub(THIS_YEAR, stem(text)))
    return _YEAR.sub(distance, bare)


def unit_of_line(text: str) -> str | None:
    """The unit of amounts that a line of its own states: 单位：万元.

    >>> unit_of_line("金额单位：元"), unit_of_line("填报单位：元氏县财政局"), unit_of_line("2023年度　（单位：万元）")
    ('元', None, '万元')
    """
    found = _UNIT_LINE.search(unicodedata.normalize("NFKC", text))
    return found[1] if found else None


def unit_of_label(text: str) -> str | None:
    """The unit that stands in brackets after a label.

    >>> unit_of_label("经费控制情况（元）"), unit_of_label("三公经费")
    ('元', None)
    """
    found = _UNIT_HINT.search(squeezed(text))
    return found[1] if found else None


@dataclass(frozen=True)
class Synonyms:
    """What the heads, rows and names of the papers are called elsewhere (workbook/papers/synonyms.toml)."""

    rows: Mapping[str, str]  # what a form says → what our papers say
    heads: Mapping[str, str]
    names: Mapping[str, str]  # label beside a name → which name
    titles: Mapping[str, str]  # words of a title → kind of paper
    parts: Mapping[str, frozenset[str]]  # row → the rows that it may also be part of

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Synonyms":
        """Make them of the content of the file, where each key lists its synonyms."""
        over: dict[str, set[str]] = {}
        for whole, parts in data["parts"].items():
            for part in parts:
                over.setdefault(part, set()).add(whole)
        return cls(
            rows=_inverted(data["rows"]),
            heads=_inverted(data["heads"]),
            names=_inverted(data["names"]),
            titles=_inverted(data["titles"]),
            parts={part: frozenset(wholes) for part, wholes in over.items()},
        )

    def row(self, text: str) -> str:
        """The key of a row's label."""
        own = stem(text)
        return self.rows.get(own, own)

    def head(self, text: str, year: int) -> str:
        """The key of a column's head on a form of some year."""
        own = dated(text, year)
        return self.heads.get(own, own)

    def name(self, text: str) -> str | None:
        """Which name a label asks for."""
        return self.names.get(stem(text))

    def kind(self, text: str) -> str | None:
        """The kind of paper that a title announces."""
        return _kind(squeezed(text), tuple(self.titles.items()))


def _inverted(lists: Mapping[str, list[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, others in lists.items():
        for other in (key, *others):
            own = stem(other)
            if found.setdefault(own, key) != key:
                raise ValueError(f"{other} would mean both {found[own]} and {key}")
    return found


@cache
def _kind(title: str, words: tuple[tuple[str, str], ...]) -> str | None:
    bare = _BRACKETED.sub("", title)
    found = {kind for word, kind in words if bare.endswith(word)}
    return found.pop() if len(found) == 1 and len(title) <= 60 else None
