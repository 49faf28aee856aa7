"""What a cell or a data file may hold for each kind of field: parsing, and the sentence when it is wrong."""

import math
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from xlreport.model.fields import Field, Kind, Value
from xlreport.model.numbers import FEN, plain
from xlreport.thresholds import threshold


@dataclass(frozen=True)
class Wrong:
    """Why a content is not what its field wants, and the remedy: one sentence without its end."""

    message: str


# The least and the most that a cell may hold; Excel's own validation has the same limits.
LIMITS = {
    Kind.MONEY: (0, int(threshold("largest_amount"))),  # above this it is surely one in 元
    Kind.COUNT: (0, 10**9),
    Kind.NUMBER: (0, 10**9),
    Kind.PERCENT: (0, 10**4),
    Kind.YEAR: (2000, 2100),
}
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
_LARGEST = float(LIMITS[Kind.MONEY][1])
LONGEST_TEXT = 32_767  # characters that a cell of Excel holds

# Compiled when a cell is wrong, not whenever the program starts.
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"  # XML has no place for them
_NUMBER = r"[-+]?\d+(\.\d+)?"
_GROUPED = r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?"
_UNIT = r"([-+]?[\d,]*\.?\d+)\s*(亿元|万元|元|亿|万|人|个|辆|人次|批次|年)"
_PERCENT = r"([-+]?\d*\.?\d+)\s*[%％]"
_DATE = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
# What a unit makes of the number before it, in 万元 and in 个.
_IN_WAN = {"元": Decimal("0.0001"), "亿": Decimal(10000), "亿元": Decimal(10000)}
_IN_ONES = {"万": Decimal(10000), "亿": Decimal(10) ** 8}
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，－＋％", "0123456789.,-+%")


def parse(content: Any, field: Field) -> Value | Wrong:
    """The value of a cell's content, None for a blank one, or what is wrong with it."""
    if content is None or content == "":
        return None
    if isinstance(content, str) and not content.strip():
        return Wrong("只有空格，请清空这个单元格")
    return _PARSERS[field.kind](content, field)


def parse_column(contents: Sequence[Any], field: Field) -> Sequence[Value | Wrong]:
    """`parse` for every cell of a table column.

    Thousands pass here, so a column of nothing but ordinary amounts or texts is told, and taken, as a whole.
    """
    kinds = set(map(type, contents))
    if kinds == {float} and field.kind is Kind.MONEY and min(contents) >= 0 and sum(contents) <= _LARGEST:
        return list(map(Decimal, ("%.6f " * len(contents) % tuple(contents)).split()))
    if kinds == {str}:
        if not any(contents):
            return [None] * len(contents)
        texts = field.kind in (Kind.TEXT, Kind.LONG_TEXT) and max(map(len, contents)) <= LONGEST_TEXT
        if texts and not any(map(str.isspace, contents)) and not _has_control("".join(contents)):
            return [content or None for content in contents]
    return [None if content == "" or content is None else parse(content, field) for content in contents]


_CONTROL_BYTES = bytes(code for code in range(32) if chr(code) not in "\t\n\r")


def _has_control(text: str) -> bool:
    """Whether `_CONTROL` finds something, told faster: in UTF-8 these bytes stand for nothing else."""
    raw = text.encode("utf-8", "surrogatepass")
    return len(raw.translate(None, _CONTROL_BYTES)) < len(raw) or "\ufffe" in text or "\uffff" in text


def fitting(text: str) -> str:
    """A computed text that a cell can hold."""
    more = "……（到此为止）"
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - len(more)] + more


def _number(content: Any, field: Field, wanted: str) -> Decimal | Wrong:
    """A number exact to 分 of 万元 (six decimals), which also takes the noise off a float."""
    if isinstance(content, bool):
        return Wrong(f"是逻辑值 {str(content).upper()}，不是{wanted}，请填数字")
    if isinstance(content, float):
        if not math.isfinite(content):
            return Wrong(f"不是有限的数（{content}），请重新填写{wanted}")
        return Decimal(f"{content:.6f}") + 0  # no negative zero
    if isinstance(content, int):
        return Decimal(content)
    if isinstance(content, Decimal):
        if not content.is_finite():
            return Wrong(f"不是有限的数（{content}），请重新填写{wanted}")
        if content.adjusted() >= 15:
            return Wrong(f"数字过大（{_short(str(content))}），请核对")
        return content.quantize(FEN)
    if isinstance(content, str):
        return Wrong(_text_for_number(content.strip(), field, wanted))
    if isinstance(content, date | time | timedelta):
        return Wrong(f"是日期或时间 {content}，不是{wanted}，请把单元格格式改为数值后重新填写")
    return Wrong(f"不是{wanted}（{_short(str(content))}），请填数字")


def _text_for_number(text: str, field: Field, wanted: str) -> str:
    shown = f"“{_short(text)}”"
    half = text.translate(_FULL_WIDTH)
    if found := re.fullmatch(_UNIT, half):
        factors = _IN_WAN if field.kind is Kind.MONEY else _IN_ONES
        number = Decimal(found[1].replace(",", "")) * factors.get(found[2], 1)
        return f"{shown}带有单位文字，请只填数字（单位为{field.shown_unit}），如 {plain(number)}"
    if re.fullmatch(_PERCENT, half):
        return f"{shown}是百分数，此处应填{wanted}，请改填数字"
    if half != text and (re.fullmatch(_NUMBER, half) or re.fullmatch(_GROUPED, half)):
        return f"{shown}是全角数字，请改为半角 {half.replace(',', '')}"
    if re.fullmatch(_GROUPED, text):
        return f"{shown}是带逗号的文本，请改填数字 {text.replace(',', '')}"
    if re.fullmatch(_NUMBER, text):
        return f"{shown}是文本格式的数字，请把单元格格式改为数值后重新填写 {text}"
    return f"{shown}是文字，不是{wanted}，请填数字，没有则填 0 或留空"


def _money(content: Any, field: Field) -> Value | Wrong:
    if type(content) is float and 0 <= content <= _LARGEST:  # nearly every cell
        return Decimal(f"{content + 0.0:.6f}")
    value = _number(content, field, "金额")
    if isinstance(value, Wrong):
        return value
    if value < 0 and not field.signed:
        return Wrong(f"{_short(plain(value))}是负数，此处金额不能为负，请核对")
    if abs(value) > LIMITS[Kind.MONEY][1]:
        return Wrong(f"{_short(plain(value))}过大，单位是万元，请核对是否按元填写")
    return value


def _plain_number(content: Any, field: Field) -> Value | Wrong:
    value = _number(content, field, "数字")
    return value if isinstance(value, Wrong) else _in_range(value, field, "此处")


def _count(content: Any, field: Field) -> Value | Wrong:
    value = _number(content, field, "数量")
    if isinstance(value, Wrong):
        return value
    if value != value.to_integral_value():
        return Wrong(f"{_short(plain(value))}不是整数，请填整数（单位为{field.shown_unit}）")
    value = _in_range(value, field, "数量")
    return value if isinstance(value, Wrong) else int(value)


def _in_range(value: Decimal, field: Field, what: str) -> Decimal | Wrong:
    if value < 0:
        return Wrong(f"{_short(plain(value))}是负数，{what}不能为负，请核对")
    if value > LIMITS[field.kind][1]:
        return Wrong(f"{_short(plain(value))}过大，请核对")
    return value


def _percent(content: Any, field: Field) -> Value | Wrong:
    if isinstance(content, str) and (found := re.fullmatch(_PERCENT, content.strip().translate(_FULL_WIDTH))):
        return Wrong(f"“{_short(content)}”是文本格式的百分数，请把单元格格式改为百分比后重新填写 {found[1]}%")
    value = _number(content, field, "百分比")
    if isinstance(value, Wrong):
        return value
    if value < 0:
        return Wrong(f"{_short(plain(value * 100))}%是负数，此处比率不能为负，请核对")
    if value > LIMITS[Kind.PERCENT][1]:
        return Wrong(f"{_short(plain(value * 100))}%过大，请核对")
    return value


def _year(content: Any, field: Field) -> Value | Wrong:
    if isinstance(content, str) and re.fullmatch(r"\d{4}\s*年?度?", content.strip()):
        year = content.strip().translate(_FULL_WIDTH)[:4]
        return Wrong(f"“{_short(content)}”是文字，请填四位数字，如 {year}")
    value = _number(content, field, "年份")
    if isinstance(value, Wrong):
        return value
    least, most = LIMITS[Kind.YEAR]
    if value != value.to_integral_value() or not least <= value <= most:
        return Wrong(f"{_short(plain(value))}不是 {least} 至 {most} 之间的年份，请填四位数字")
    return int(value)


def _date(content: Any, field: Field) -> Value | Wrong:
    if isinstance(content, datetime):
        if content.time() != time():
            return Wrong(f"{content}带有时刻，请只填日期，如 2024-4-2")
        content = content.date()
    if isinstance(content, date):
        if FIRST_DAY <= content <= LAST_DAY:
            return content
        return Wrong(f"{content}不在 {FIRST_DAY.year} 至 {LAST_DAY.year} 年之间，请核对")
    if isinstance(content, bool):
        return Wrong(f"是逻辑值 {str(content).upper()}，不是日期，请填日期，如 2024-4-2")
    if isinstance(content, int | float | Decimal):
        usual = math.isfinite(content) and abs(float(content)) < 1e15
        shown = plain(Decimal(str(content))) if usual else str(content)
        return Wrong(f"{shown}是数字，不是日期，请把单元格格式改为日期，如 2024-4-2")
    if isinstance(content, str) and (found := re.fullmatch(_DATE, content.strip().translate(_FULL_WIDTH))):
        with suppress(ValueError):  # a 13th month is no date
            day = date(*map(int, found.groups()))
            return Wrong(
                f"“{_short(content)}”是文本格式的日期，请重新填写为 {day.year}-{day.month}-{day.day}"
            )
    return Wrong(f"“{_short(str(content))}”不是日期，请填日期，如 2024-4-2")


def _text(content: Any, field: Field) -> Value | Wrong:
    if isinstance(content, str):
        if found := re.search(_CONTROL, content):
            return Wrong(f"第 {found.start() + 1} 个字是看不见的控制字符，请删去这个字，或清空后重新输入")
        long = len(content) > LONGEST_TEXT
        return Wrong(f"长 {len(content)} 字，超过单元格上限 {LONGEST_TEXT} 字，请缩短") if long else content
    if isinstance(content, bool):
        return Wrong(f"是逻辑值 {str(content).upper()}，此处应填文字")
    if isinstance(content, int | float | Decimal):  # a telephone number or a budget code typed as a number
        if not math.isfinite(content):
            return Wrong(f"不是有限的数（{_short(str(content))}），此处应填文字")
        return plain(Decimal(str(content)))
    return Wrong(f"是日期或时间 {content}，此处应填文字，请把单元格格式改为文本后重新填写")


def _choice(content: Any, field: Field) -> Value | Wrong:
    if isinstance(content, str) and content in field.choices:
        return content
    return Wrong(f"“{_short(str(content))}”不在可选项内，请从下拉列表选择：{'、'.join(field.choices)}")


def _short(text: str) -> str:
    """Enough of a text to be recognised in one sentence."""
    line = " ".join(text.split())
    return line if len(line) <= 20 else f"{line[:20]}…"


_PARSERS: dict[Kind, Callable[[Any, Field], Value | Wrong]] = {
    Kind.MONEY: _money,
    Kind.COUNT: _count,
    Kind.NUMBER: _plain_number,
    Kind.PERCENT: _percent,
    Kind.YEAR: _year,
    Kind.DATE: _date,
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.CHOICE: _choice,
}
