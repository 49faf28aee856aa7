"""Amounts as they are written: 元 for 万元 (X01), decimals (X09), digits (X10), signs (X11)."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from xlreport.model.fields import Kind
from xlreport.model.numbers import plain
from xlreport.model.values import LIMITS
from xlreport.wording.fault import BREAK, LINE, Fault, after_last, alternatives, pieces, sentence_at
from xlreport.wording.lists import word_list

_YUAN = re.compile(r"(?<![\d.,])(\d+(?:\.\d+)?)\s*元")
_WAN = re.compile(r"(?<![\d.,])(\d+(?:\.\d+)?)\s*万元")
_PARAGRAPH_ENDS = re.compile(f"[{LINE}{BREAK}]")
_NEAR = 8  # characters before a number in which 每, 人均 make a price of it
_OF_WHICH = re.compile("[，,：:；（(]?其中")
_AS_WAN = Decimal(10_000)  # with decimals and less than this it is an amount in 万元
# What stands on its own as a limit, not as an amount of this report.
_LIMIT = r"(?![以之]?[上下内])"
_FIXED = re.compile(rf"(?<![\d.,])\d+\.\d0\s*万元{_LIMIT}")
_SHORT = re.compile(rf"(?<![\d.,])(?!0+万)\d+(?:\.\d)?\s*万元{_LIMIT}")
_LONG = re.compile(r"(?<![\d.,])\d+\.\d{3,}(?=\s*(?:万元|%|％))")
_GROUPED = re.compile(r"(?<![\d.,，])\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?(?=\s*(?:万?元|亿元))")
_FULL_WIDTH = re.compile(r"(?<![０-９．])[０-９][０-９．]*+(?=\s*(?:万元|元|亿元|％|%))")
_ANY_FULL = re.compile("[０-９]")
_NEGATIVE = re.compile(
    r"(?:(?<=^)|(?<=[^\d０-９%％元年月日号.A-Za-z—–－-]))[-－−](\d+(?:\.\d+)?)\s*(?:万元|元|亿元)"
)
_FULL = str.maketrans("０１２３４５６７８９．", "0123456789.")


@cache
def _prices() -> tuple[re.Pattern[str], re.Pattern[str]]:
    found = word_list("units")
    return alternatives(map(re.escape, found["before"])), alternatives(map(re.escape, found["after"]))


def unit_slips(text: str) -> Iterator[Fault]:
    """X01: an amount in 元 that is one in 万元, in a sentence of amounts in 万元.

    A price, and an amount that could really be one in 元, pass.

    >>> [fault.says for fault in unit_slips("决算数1.97元，其中：接待1.97万元。每人补助1.5元，共3万元。")]
    ['“1.97元”应为“1.97万元”']
    """
    start = end = 0
    same: set[Decimal] = set()
    in_wan = False
    for found in _YUAN.finditer(text) if "元" in text else ():
        if found.start() >= end:
            start, end = sentence_at(text, found.start())
            same = {Decimal(other[1]) for other in _WAN.finditer(text, start, end)}
            in_wan = bool(same) or _near_wan(text, start, end)
        if not in_wan:
            continue
        before, after = _prices()
        if before.search(text, max(start, found.start() - _NEAR), found.start()) or after.match(
            text, found.end()
        ):
            continue
        value = Decimal(found[1])
        whole = _OF_WHICH.match(text, found.end())  # its parts are in 万元
        if value == 0 or value in same or ("." in found[1] and value < _AS_WAN) or whole:
            number = found[1]
            yield Fault(found.start(), found.end(), f"“{number}元”应为“{number}万元”")


def _near_wan(text: str, start: int, end: int) -> bool:
    """Whether a sentence without 万元 stands in a paragraph of amounts in 万元."""
    paragraph_end = _PARAGRAPH_ENDS.search(text, end)
    last = paragraph_end.start() if paragraph_end else len(text)
    return bool(_WAN.search(text, after_last(LINE + BREAK, text, start), last))


def too_large(text: str) -> Iterator[Fault]:
    """X01: an amount in 万元 that can only be one in 元.

    >>> [fault.says for fault in too_large("支出5420820000万元")]
    ['“5420820000万元”过大，像是以元填写的']
    """
    largest = LIMITS[Kind.MONEY][1]
    for found in _WAN.finditer(text) if "万元" in text else ():
        if Decimal(found[1]) > largest:
            yield Fault(found.start(), found.end(), f"“{found[1]}万元”过大，像是以元填写的")


def mixed_decimals(text: str) -> Iterator[Fault]:
    """X09: 622.50 beside 622.5, within one text; and three decimals or more.

    >>> [fault.says for fault in mixed_decimals("收入622.50万元，支出180万元")]
    ['小数位数不一：有的保留两位小数，有的去掉末尾的零']
    """
    if "." not in text:
        return
    for start, piece in pieces(text):
        if "." not in piece:
            continue
        fixed, short = _FIXED.search(piece), _SHORT.search(piece)
        if fixed and short:
            said = "小数位数不一：有的保留两位小数，有的去掉末尾的零"
            yield Fault(start + short.start(), start + short.end(), said)
    for found in _LONG.finditer(text):
        yield Fault(*found.span(), f"“{found[0]}”多于两位小数")


def unplain_digits(text: str) -> Iterator[Fault]:
    """X10: full-width digits, and thousands separators, which a 公文 does not have.

    >>> [fault.says for fault in unplain_digits("支出1,234.5万元")]
    ['“1,234.5”应写成“1234.5”']
    """
    for found in _FULL_WIDTH.finditer(text) if _ANY_FULL.search(text) else ():
        yield Fault(*found.span(), f"“{found[0]}”应写成“{found[0].translate(_FULL)}”")
    for found in _GROUPED.finditer(text) if "元" in text else ():
        yield Fault(*found.span(), f"“{found[0]}”应写成“{re.sub('[,，]', '', found[0])}”")


def negative_amounts(text: str) -> Iterator[Fault]:
    """X11: a 公文 says 减少5万元, not -5万元.

    >>> [fault.says for fault in negative_amounts("较上年增加-5万元")]
    ['“-5万元”是负数，应写成减少5万元']
    """
    if "元" not in text or not any(sign in text for sign in "-－−"):
        return
    for found in _NEGATIVE.finditer(text):
        yield Fault(*found.span(), f"“{found[0]}”是负数，应写成减少{plain(Decimal(found[1]))}万元")
