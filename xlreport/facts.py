"""The facts of running Chinese text: figures with their units, years, dates, directions and known names.

Two facts are equal when they say the same, however written: 1100万元, 1,100.00 万元 and 11000000元 are one amount.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple


class FactKind(StrEnum):
    """What a fact is about, as findings call it."""

    AMOUNT = "金额"
    PERCENT = "百分比"
    COUNT = "数量"
    NUMBER = "数字"  # without a unit that we know
    YEAR = "年份"
    DATE = "日期"
    DIRECTION = "增减方向"
    NAME = "名称"
    CODE = "文号"


FIGURES = frozenset((FactKind.AMOUNT, FactKind.PERCENT, FactKind.COUNT, FactKind.NUMBER))


class Fact(NamedTuple):
    """One fact of a text; `weak` ones may be said or left out, but not contradicted."""

    kind: FactKind
    value: Decimal | str  # in 元, in percent, in ones; a date as 2024-4-2
    unit: str
    start: int
    end: int
    text: str  # as it is written
    weak: bool = False

    @property
    def key(self) -> tuple[FactKind, Decimal | str, str]:
        """What two facts have alike that say the same."""
        return self.kind, self.value, self.unit


UP, DOWN, SAME = "增", "减", "平"
_DIRECTIONS = {
    UP: "增加|增长|增多|增幅|净增|上升|上涨|提高|提升|追加|超出|超过|超支|高于|高出|多于|多出|不低于|不少于|以上"
    "|超(?=年初|预算|上年|[0-9])|[多高增升](?=了?[0-9])|≥",
    DOWN: "减少|减幅|净减|下降|下滑|降低|降幅|追减|压减|缩减|核减|低于|少于|低出|少出|不超过|未超过|不高于|不大于|以下|以内"
    "|[少低减降](?=了?[0-9])|≤",
    SAME: "持平|不变|相等|无增减",
}
# Longest first: 不超过 is not 超过.
_DIRECTION = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _DIRECTIONS.items()))
_NOT_STRICT = re.compile("不低于|不少于|不超过|未超过|不高于|不大于")

_HALF = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) != "，"}
_LIKE = dict(
    zip(
        "　“”„‟‘’○◯零壹贰叁肆伍陆柒捌玖拾佰仟〡−﹣﹪\u00a0\u2009\u202f・•‧㎡",
        ' """"\'\'〇〇〇一二三四五六七八九十百千一--%   ···㎡',
        strict=True,
    )
)
_PLAIN = {**_HALF, **{ord(char): other for char, other in _LIKE.items()}}

_NUM = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_NEGATIVE = r"(?:(?<![\d%A-Za-z年月日)])-|负(?=\d))?"
_CN = "〇一二三四五六七八九"
_FEW = rf"(?:\d{{1,2}}|[{_CN}十]{{1,3}})"
_CHINESE = f"[{_CN}两十][{_CN}两十百千万亿]*"
_MEASURES = (
    *(
        "人次",
        "批次",
        "车次",
        "团组",
        "平方公里",
        "平方米",
        "㎡",
        "立方米",
        "公里",
        "千米",
        "公斤",
        "公顷",
        "百分点",
    ),
    *(
        "个月",
        "小时",
        "个",
        "人",
        "名",
        "位",
        "辆",
        "批",
        "次",
        "项",
        "家",
        "户",
        "台",
        "套",
        "件",
        "处",
        "条",
        "座",
        "所",
    ),
    *(
        "亩",
        "米",
        "吨",
        "天",
        "日",
        "月",
        "年",
        "分",
        "倍",
        "场",
        "期",
        "篇",
        "份",
        "宗",
        "起",
        "株",
        "棵",
        "头",
        "只",
    ),
)
_MEASURE = "|".join(sorted(_MEASURES, key=len, reverse=True))
_ALIKE = {"名": "人", "位": "人", "家": "个", "所": "个", "平方米": "㎡", "千米": "公里", "日": "天"}
_COUNTED = "人次|批次|个|名|人|家|项|辆|处|所|件|台|套|户|座|亩|公里|吨"
_SCALE = {
    "": 1,
    "百": 100,
    "千": 1000,
    "万": 10**4,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
    "万亿": 10**12,
}

_TOKEN = re.compile(
    rf"""
    (?P<outline>(?<![\d.])\d+(?:\.\d+){{2,}}(?![\d.]*[万元%亿])|(?:附件|附表|表|图)\s*\d+(?:-\d+)?(?![\d.,]))
    | (?P<code>[〔\[【(]\s*(?P<code_year>\d{{4}})\s*[〕\]】)]\s*第?(?P<code_number>\d+)\s*号)
    | (?P<date>(?P<y>\d{{4}}|[{_CN}]{{4}})\s*年\s*(?P<m>{_FEW})\s*月\s*(?P<d>{_FEW})\s*日
        | (?<!\d)(?P<y2>(?:19|20)\d{{2}})(?P<sep>[-/.])(?P<m2>\d{{1,2}})(?P=sep)(?P<d2>\d{{1,2}})(?![\d.]))
    | (?P<month>(?P<y3>\d{{4}}|[{_CN}]{{4}})\s*年\s*(?P<m3>{_FEW})\s*月)
    | (?P<day>(?P<m4>{_FEW})\s*月\s*(?P<d4>{_FEW})\s*日)
    | (?P<year>(?<!\d)(?P<y4>(?:19|20)\d{{2}})\s*年)
    | (?P<cn_year>(?P<cy2>[{_CN}]{{4}})年)
    | (?P<share>百分之(?:(?P<share_number>{_NUM})|(?P<share_cn>[{_CN}十百]+(?:点[{_CN}]+)?)))
    | (?<![A-Za-z\d.])(?P<sign>{_NEGATIVE})(?P<number>{_NUM})(?!\d)
        (?:\s*(?:(?P<percent>%|个百分点)|(?P<money>万亿|千万|百万|[亿万千百]|)元
        |(?P<scale>万亿|亿|万|)(?P<measure>{_MEASURE}|)))
    | (?P<cn_number>(?<![第其之每{_CN}两十百千万亿]){_CHINESE})\s*(?:(?P<cn_money>元)|(?P<cn_measure>{_COUNTED}))
    """,
    re.VERBOSE,
)
# Numerals of headings and lists say nothing.
_NUMERAL = rf"(?:第?[{_CN}十百]+[、.]|[(][{_CN}十\d]{{1,3}}[)]|\d{{1,3}}(?:[、)]|[.](?!\d))|[①-⑳])"
_ENUMERATOR = re.compile(
    rf"(?:^|(?<=[。;:!?；：\n ]))\s*{_NUMERAL}\s*|(?<=[，,])\s*(?:\d{{1,2}}[.](?!\d)|[(][{_CN}十\d]{{1,3}}[)])"
)
# 本年 may stand for the year that is spoken of.
_THIS_YEAR = re.compile("(?<![前全])(?:本年度?|今年|当年|(?:上|去)年度?|上一年度?)")
MARK = "#"  # stands for a fact where texts are likened
_NAMED, _BLOT = "\ue000", "\ue001"
_PUNCTUATION = "，。；;:：、!?！？()（）\n"


def plain_text(text: str) -> str:
    """Full-width as half-width (but for ，) and look-alikes as one, character by character.

    >>> plain_text("１，１００．５％（“三公”）")
    '1，100.5%("三公")'
    """
    return text.translate(_PLAIN)


def chinese_number(text: str) -> int:
    """The value of a Chinese numeral.

    >>> [chinese_number(text) for text in ("九", "十二", "一百〇八", "三十万", "二〇二三", "两")]
    [9, 12, 108, 300000, 2023, 2]
    """
    digits = {char: value for value, char in enumerate(_CN)} | {"两": 2}
    if len(text) > 1 and all(char in digits for char in text):
        return int("".join(str(digits[char]) for char in text))
    total = section = digit = 0
    for char in text:
        if char in digits:
            digit = digits[char]
        elif char in "十百千":
            section += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
        else:
            total = (total + section + digit) * _SCALE[char]
            section = digit = 0
    return total + section + digit


class Names:
    """Names that are facts where a text has them: the unit, its offices and projects."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        known = {plain_text(name).strip(): None for name in names if len(name.strip()) > 1}
        self.all = tuple(sorted(known, key=len, reverse=True))
        self._pattern = re.compile("|".join(map(re.escape, self.all))) if self.all else None

    def find(self, plain: str) -> Iterator[tuple[int, int]]:
        if self._pattern:
            for found in self._pattern.finditer(plain):
                yield found.span()


NO_NAMES = Names()


def without_numerals(plain: str) -> str:
    """A plain text with the numerals of headings and lists blotted out, as long as before."""
    return _ENUMERATOR.sub(lambda match: _BLOT * len(match[0]), plain)


def facts_of(text: str, names: Names = NO_NAMES, year: int | None = None) -> list[Fact]:
    """The facts of a text in its order. In that of a report on `year`, 本年 stands for it.

    >>> [(fact.kind.value, str(fact.value), fact.unit) for fact in facts_of("较年初增加１,100.50 万元，占9.4％，共三个")]
    [('增减方向', '增', ''), ('金额', '11005000', '元'), ('百分比', '9.4', '%'), ('数量', '3', '个')]
    """
    plain = plain_text(text)
    masked = list(plain)
    found: list[Fact] = []
    for start, end in names.find(plain):
        found.append(Fact(FactKind.NAME, plain[start:end], "", start, end, text[start:end]))
        masked[start:end] = _NAMED * (end - start)
    rest = without_numerals("".join(masked))
    figures = [
        Fact(kind, value, unit, match.start(), match.end(), text[match.start() : match.end()].strip(), weak)
        for match in _TOKEN.finditer(rest)
        if (read := _read(match)) is not None
        for kind, value, unit, weak in (read,)
    ]
    found += figures
    found += _directions(text, rest, [fact for fact in figures if fact.kind in FIGURES])
    if year:
        for match in _THIS_YEAR.finditer(rest):
            meant = year - 1 if match[0][0] in "上去" else year
            span = match.span()
            found.append(Fact(FactKind.YEAR, str(meant), "", *span, text[slice(*span)], True))
    return sorted(found, key=lambda fact: (fact.start, fact.end))


_DATES = {"date": "ymd", "month": ("y3", "m3"), "day": ("m4", "d4")}


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() else chinese_number(text)


def _read(match: re.Match[str]) -> tuple[FactKind, Decimal | str, str, bool] | None:
    group = match.groupdict()
    if group["outline"]:
        return None
    if group["code"]:
        return FactKind.CODE, f"{group['code_year']}-{int(group['code_number'])}", "", False
    for name, parts in _DATES.items():
        if group[name]:
            numbers = [group[part] or group.get(f"{part}2") for part in parts]
            return FactKind.DATE, "-".join(str(_whole(number or "0")) for number in numbers), "", False
    if group["year"]:
        return FactKind.YEAR, group["y4"], "", False
    if group["cn_year"]:
        return FactKind.YEAR, str(chinese_number(group["cy2"])), "", False
    if group["share"]:
        if group["share_number"]:
            return FactKind.PERCENT, _number(group["share_number"]), "%", False
        whole, _, decimals = group["share_cn"].partition("点")
        point = "".join(str(_CN.index(char)) for char in decimals)
        return FactKind.PERCENT, _number(f"{chinese_number(whole)}.{point or 0}"), "%", False
    if group["number"]:
        value = _number(group["number"])
        value = -value if group["sign"] else value
        if group["percent"]:
            return FactKind.PERCENT, value, group["percent"], False
        if group["money"] is not None:
            return FactKind.AMOUNT, _exact(value * _SCALE[group["money"]]), "元", False
        value = _exact(value * _SCALE[group["scale"] or ""])
        measure = group["measure"]
        if not measure:
            return FactKind.NUMBER, value, "", False
        return FactKind.COUNT, value, _ALIKE.get(measure, measure), False
    value = Decimal(chinese_number(group["cn_number"]))
    if group["cn_money"]:
        return FactKind.AMOUNT, value, "元", False
    measure = group["cn_measure"]
    return FactKind.COUNT, value, _ALIKE.get(measure, measure), True


def _number(text: str) -> Decimal:
    return _exact(Decimal(text.replace(",", "")))


def _exact(value: Decimal) -> Decimal:
    """Without trailing zeros or exponent, so that equal values also look equal."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _directions(text: str, plain: str, figures: list[Fact]) -> Iterator[Fact]:
    starts = [fact.start for fact in figures]
    at = 0
    for match in _DIRECTION.finditer(plain):
        start, end = match.span()
        while at < len(starts) and starts[at] < end:
            at += 1
        near = at < len(starts) and starts[at] - end <= 8
        near = near and not any(char in _PUNCTUATION for char in plain[end : starts[at]])
        name = match.lastgroup or ""
        strong = name == SAME or (near and match[0] not in ("以上", "以下", "以内", "提高", "提升"))
        value = {"不低于": UP, "不少于": UP}.get(match[0], name)
        if _NOT_STRICT.fullmatch(match[0]) and value != UP:
            value = DOWN
        yield Fact(FactKind.DIRECTION, value, "", start, end, text[start:end], not strong)


def same(one: Fact, other: Fact) -> bool:
    """Whether two facts say the same: equal, or a rate as a fraction and in percent."""
    if one.key == other.key:
        return True
    kinds = {one.kind, other.kind}
    if kinds == {FactKind.PERCENT, FactKind.NUMBER}:
        share, number = (one, other) if one.kind is FactKind.PERCENT else (other, one)
        return share.unit == "%" and "." in number.text and share.value == _times_100(number)
    return False


def _times_100(number: Fact) -> Decimal:
    assert isinstance(number.value, Decimal)
    return _exact(number.value * 100)


@lru_cache(maxsize=20_000)
def words_of(plain: str) -> frozenset[str]:
    """The pairs of neighbouring characters of a plain text, by which texts are likened."""
    letters = [char for char in plain if char.isalnum() or char == MARK]
    return frozenset(map("".join, pairwise(letters)))


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """How much two texts have in common, from 0 to 1."""
    if not one or not other:
        return 1.0 if one == other else 0.0
    return 2 * len(one & other) / (len(one) + len(other))
