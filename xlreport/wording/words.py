"""Words and marks: leftovers of a template (X05), quotes and percent signs (X07), typos (X08), 文号 (X03)."""

import re
from collections.abc import Iterator
from functools import cache

from xlreport.thresholds import threshold
from xlreport.wording.fault import BREAK, LINE, Fault
from xlreport.wording.lists import word_list

_QUOTES = re.compile('[“”"＂]')
_STRAIGHT = '"＂'
_BETWEEN = r"[^\n\f]"
# 财预〔2020〕10号, with whatever brackets were typed.
_NUMBER = re.compile(
    r"(?P<open>[〔\[【（(［〖])(?<=[\u4e00-\u9fff].)(?P<year>\d{1,6})(?P<close>[〕\]】）)］〗])(?=第?\d{1,5}号)"
)


@cache
def _typos() -> tuple[re.Pattern[str], dict[str, str], tuple[tuple[list[str], re.Pattern[str], str], ...]]:
    found = word_list("typos")
    words: dict[str, str] = found["words"]
    longest_first = sorted(words, key=len, reverse=True)
    return (
        re.compile("|".join(map(re.escape, longest_first))),
        words,
        tuple((each["marks"], re.compile(each["find"]), each["right"]) for each in found["patterns"]),
    )


def _any(marks: list[str], text: str) -> bool:
    """Whether a pattern can find anything: telling that is quicker than looking for it."""
    return any(mark in text for mark in marks)


def typos(text: str) -> Iterator[Fault]:
    """X08: 高兴技术 for 高新技术.

    >>> [fault.says for fault in typos("设高兴技术发展股")]
    ['“高兴技术”应为“高新技术”']
    """
    pattern, words, others = _typos()
    for found in pattern.finditer(text):
        yield Fault(*found.span(), f"“{found[0]}”应为“{words[found[0]]}”")
    for marks, other, right in others:
        for found in other.finditer(text) if _any(marks, text) else ():
            says = f"应为“{right}”" if len(right) < 4 and "“" not in right else f"：{right}"
            yield Fault(*found.span(), f"“{found[0]}”{says}")


@cache
def _leftovers() -> tuple[tuple[list[str], re.Pattern[str]], ...]:
    return tuple((each["marks"], re.compile(each["find"])) for each in word_list("leftovers")["leftovers"])


def leftovers(text: str) -> Iterator[Fault]:
    """X05: （参考提纲）, XX, 增加(减少), ……

    >>> [fault.says for fault in leftovers("较上年增加（减少）XX万元")]
    ['“增加（减少）”是模板留下的', '“XX”是模板留下的']
    """
    found = (
        match for marks, pattern in _leftovers() if _any(marks, text) for match in pattern.finditer(text)
    )
    for match in sorted(found, key=re.Match.start):
        yield Fault(*match.span(), f"“{match[0]}”是模板留下的")


def unpaired_quotes(text: str) -> Iterator[Fault]:
    """X07: “三公", in every paragraph by itself.

    >>> [fault.says for fault in unpaired_quotes('“三公"经费')]
    ['引号不成对']
    """
    opened: re.Match[str] | None = None
    for mark in _QUOTES.finditer(text):
        at, kind = mark.start(), mark[0]
        if opened is None:
            if kind == "”":
                yield Fault(at, at + 1, "引号不成对")
            elif kind not in LINE + BREAK:
                opened = mark
            continue
        first = opened.start()
        if kind in "“\n\f":
            yield Fault(first, first + 1, "引号不成对")
            opened = mark if kind == "“" else None
            continue
        if (opened[0], kind) != ("“", "”"):
            yield Fault(first, at + 1, "引号不成对" if "“" in opened[0] or kind == "”" else "引号应为“ ”")
        opened = None
    if opened:
        yield Fault(opened.start(), opened.end(), "引号不成对")


def mixed_percent_signs(text: str, *, ours: bool = False) -> Iterator[Fault]:
    """X07: ％ beside %; `ours` where the report around the text prints %.

    >>> [fault.says for fault in mixed_percent_signs("占9.4％，使用率100%")]
    ['全角“％”与半角“%”混用']
    """
    wide = text.find("％")
    if wide >= 0 and (ours or "%" in text):
        yield Fault(wide, wide + 1, "全角“％”与半角“%”混用")


def document_numbers(text: str) -> Iterator[Fault]:
    """X03, hint: a 文号 has the brackets 〔 〕.

    >>> [fault.says for fault in document_numbers("湘财绩【2020】7号")]
    ['文号的年份应用六角括号〔〕']
    """
    for found in _NUMBER.finditer(text):
        if found["open"] != "〔" or found["close"] != "〕":
            yield Fault(*found.span(), "文号的年份应用六角括号〔〕")


def document_years(text: str, latest: int | None = None) -> Iterator[Fault]:
    """X03, hard: the year of a 文号 has four digits, and is none to come.

    >>> [fault.says for fault in document_years("财预〔202〕10号")]
    ['文号的年份应为四位数字']
    """
    for found in _NUMBER.finditer(text):
        year = found["year"]
        if len(year) != 4:
            yield Fault(*found.span(), "文号的年份应为四位数字")
        elif int(year) < threshold("first_document_year") or (latest and int(year) > latest):
            yield Fault(*found.span(), f"文号的年份{year}有误")
