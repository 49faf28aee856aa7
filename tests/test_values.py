"""What a cell may hold: a value, or one sentence that quotes the content and names the remedy."""

import math
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlreport.model.fields import Field, Kind, Value
from xlreport.model.values import LONGEST_TEXT, Wrong, parse, parse_column

D = Decimal

FIELDS = {
    Kind.MONEY: Field("总支出", kind=Kind.MONEY),
    Kind.COUNT: Field("合计", unit="人", kind=Kind.COUNT),
    Kind.NUMBER: Field("批复规模", unit="平方米", kind=Kind.NUMBER),
    Kind.PERCENT: Field("执行率", kind=Kind.PERCENT),
    Kind.YEAR: Field("评价年度", kind=Kind.YEAR),
    Kind.DATE: Field("报告日期", kind=Kind.DATE),
    Kind.TEXT: Field("单位名称", kind=Kind.TEXT),
    Kind.LONG_TEXT: Field("存在的问题", kind=Kind.LONG_TEXT),
    Kind.CHOICE: Field("加盖印章", choices=("是", "否"), kind=Kind.CHOICE),
}
SIGNED = Field("净资产", signed=True, kind=Kind.MONEY)

DAY = date(2024, 4, 2)

# Kind, content of the cell, value.
RIGHT: tuple[tuple[Kind, Any, Value], ...] = (
    *((kind, blank, None) for kind in Kind for blank in (None, "")),
    (Kind.MONEY, 5420.82, D("5420.82")),
    (Kind.MONEY, 0.1 + 0.2, D("0.3")),
    (Kind.MONEY, 0.0, D(0)),
    (Kind.MONEY, 0, D(0)),
    (Kind.MONEY, 180, D(180)),
    (Kind.MONEY, D("1.234567"), D("1.234567")),
    (Kind.MONEY, D("1.2345678"), D("1.234568")),
    (Kind.MONEY, 1.2345678, D("1.234568")),
    (Kind.MONEY, 1e-9, D(0)),
    (Kind.MONEY, -1e-9, D(0)),
    (Kind.MONEY, 99_999_999.99, D("99999999.99")),
    (Kind.COUNT, 36, 36),
    (Kind.COUNT, 36.0, 36),
    (Kind.COUNT, D("36.00"), 36),
    (Kind.COUNT, 0, 0),
    (Kind.COUNT, 29.999999999999996, 30),
    (Kind.NUMBER, 480.5, D("480.5")),
    (Kind.NUMBER, 0.1 + 0.2, D("0.3")),
    (Kind.NUMBER, 12, D(12)),
    (Kind.NUMBER, D("8.04"), D("8.04")),
    (Kind.NUMBER, 0.0, D(0)),
    (Kind.NUMBER, -1e-9, D(0)),
    (Kind.NUMBER, 1e9, D(10**9)),
    (Kind.PERCENT, 0.094, D("0.094")),
    (Kind.PERCENT, 7.4117, D("7.4117")),
    (Kind.PERCENT, 1, D(1)),
    (Kind.PERCENT, 0, D(0)),
    (Kind.YEAR, 2023, 2023),
    (Kind.YEAR, 2023.0, 2023),
    (Kind.DATE, DAY, DAY),
    (Kind.DATE, datetime(2024, 4, 2), DAY),
    (Kind.TEXT, "衡东县科技和工业信息化局", "衡东县科技和工业信息化局"),
    (Kind.TEXT, 7345221, "7345221"),
    (Kind.TEXT, 7345221.0, "7345221"),
    (Kind.TEXT, 13812345678.0, "13812345678"),
    (Kind.TEXT, D("406.10"), "406.1"),
    (Kind.LONG_TEXT, "第一行\n第二行", "第一行\n第二行"),
    (Kind.LONG_TEXT, "字" * LONGEST_TEXT, "字" * LONGEST_TEXT),
    (Kind.CHOICE, "否", "否"),
)

# Kind, content, what the sentence quotes, and its remedy.
WRONG: tuple[tuple[Kind, Any, str, str], ...] = (
    *((kind, blank, "空格", "请清空") for kind in Kind for blank in (" ", "　", "\n", "\t ")),
    *((kind, True, "TRUE", "填") for kind in Kind if kind is not Kind.CHOICE),
    (Kind.MONEY, False, "FALSE", "请填数字"),
    (Kind.MONEY, "5万元", "“5万元”", "如 5"),
    (Kind.MONEY, "1,234.5 万元", "“1,234.5 万元”", "如 1234.5"),
    (Kind.MONEY, "５万元", "“５万元”", "如 5"),
    (Kind.MONEY, "50000元", "“50000元”", "如 5"),
    (Kind.MONEY, "1.5亿元", "“1.5亿元”", "如 15000"),
    (Kind.MONEY, "１２３．４５", "“１２３．４５”", "请改为半角 123.45"),
    (Kind.MONEY, "１２，３４５", "“１２，３４５”", "请改为半角 12345"),
    (Kind.MONEY, "12,345.67", "“12,345.67”", "请改填数字 12345.67"),
    (Kind.MONEY, "123.45", "“123.45”", "重新填写 123.45"),
    (Kind.MONEY, "9.4%", "“9.4%”", "请改填数字"),
    (Kind.MONEY, "无", "“无”", "没有则填 0 或留空"),
    (Kind.MONEY, "——", "“——”", "没有则填 0 或留空"),
    (Kind.MONEY, "1.2.3", "“1.2.3”", "请填数字"),
    (Kind.MONEY, "很长的文字" * 50, "“很长的文字很长的文字很长的文字很长的文字…”", "请填数字"),
    (Kind.MONEY, -1, "-1是负数", "请核对"),
    (Kind.MONEY, -0.01, "-0.01是负数", "请核对"),
    (Kind.MONEY, 1e12, "1000000000000过大", "单位是万元"),
    (Kind.MONEY, 100_000_001, "100000001过大", "单位是万元"),
    (Kind.MONEY, D(10) ** 14, "100000000000000过大", "单位是万元"),
    (Kind.MONEY, D("1E+99999"), "1E+99999", "请核对"),
    (Kind.MONEY, 1e300, "过大", "单位是万元"),
    (Kind.MONEY, math.nan, "nan", "请重新填写金额"),
    (Kind.MONEY, math.inf, "inf", "请重新填写金额"),
    (Kind.MONEY, D("NaN"), "NaN", "请重新填写金额"),
    (Kind.MONEY, DAY, "2024-04-02", "把单元格格式改为数值"),
    (Kind.MONEY, time(8, 30), "08:30:00", "把单元格格式改为数值"),
    (Kind.MONEY, timedelta(hours=1), "1:00:00", "把单元格格式改为数值"),
    (Kind.COUNT, 3.5, "3.5不是整数", "请填整数（单位为人）"),
    (Kind.COUNT, "36人", "“36人”", "（单位为人），如 36"),
    (Kind.COUNT, -1, "-1是负数", "请核对"),
    (Kind.COUNT, 1e12, "1000000000000过大", "请核对"),
    (Kind.COUNT, math.nan, "nan", "请重新填写数量"),
    (Kind.NUMBER, "480平方米", "“480平方米”", "请填数字"),
    (Kind.NUMBER, "10分", "“10分”", "请填数字"),
    (Kind.NUMBER, "５", "“５”", "请改为半角 5"),
    (Kind.NUMBER, "1,200", "“1,200”", "请改填数字 1200"),
    (Kind.NUMBER, "8.04", "“8.04”", "重新填写 8.04"),
    (Kind.NUMBER, "80%", "“80%”是百分数，此处应填数字", "请改填数字"),
    (Kind.NUMBER, -0.5, "-0.5是负数", "请核对"),
    (Kind.NUMBER, 1e9 + 1, "1000000001过大", "请核对"),
    (Kind.NUMBER, math.nan, "nan", "请重新填写数字"),
    (Kind.NUMBER, DAY, "2024-04-02", "把单元格格式改为数值"),
    (Kind.PERCENT, "9.4%", "“9.4%”", "改为百分比后重新填写 9.4%"),
    (Kind.PERCENT, "９．４％", "“９．４％”", "改为百分比后重新填写 9.4%"),
    (Kind.PERCENT, "9.4 %", "“9.4 %”", "改为百分比后重新填写 9.4%"),
    (Kind.PERCENT, "0.094", "“0.094”", "重新填写 0.094"),
    (Kind.PERCENT, -0.1, "-10%是负数", "请核对"),
    (Kind.PERCENT, 10001, "1000100%过大", "请核对"),
    (Kind.PERCENT, "一成", "“一成”", "请填数字"),
    (Kind.YEAR, "2023年", "“2023年”", "如 2023"),
    (Kind.YEAR, "2023年度", "“2023年度”", "如 2023"),
    (Kind.YEAR, "2023", "“2023”", "如 2023"),
    (Kind.YEAR, "２０２３", "“２０２３”", "如 2023"),
    (Kind.YEAR, 23, "23不是", "请填四位数字"),
    (Kind.YEAR, 2023.5, "2023.5不是", "请填四位数字"),
    (Kind.YEAR, 45384, "45384不是", "请填四位数字"),
    (Kind.YEAR, DAY, "2024-04-02", "请"),
    (Kind.DATE, 45384, "45384是数字", "改为日期，如 2024-4-2"),
    (Kind.DATE, 45384.5, "45384.5是数字", "改为日期"),
    (Kind.DATE, math.nan, "nan", "改为日期"),
    (Kind.DATE, D("1E+99999"), "1E+99999", "改为日期"),
    (Kind.DATE, "2024年4月2日", "“2024年4月2日”", "请重新填写为 2024-4-2"),
    (Kind.DATE, "2024/4/2", "“2024/4/2”", "请重新填写为 2024-4-2"),
    (Kind.DATE, "2024.04.02", "“2024.04.02”", "请重新填写为 2024-4-2"),
    (Kind.DATE, "２０２４年４月２日", "“２０２４年４月２日”", "请重新填写为 2024-4-2"),
    (Kind.DATE, "2024年13月45日", "“2024年13月45日”", "请填日期，如 2024-4-2"),
    (Kind.DATE, "四月二日", "“四月二日”", "请填日期，如 2024-4-2"),
    (Kind.DATE, datetime(2024, 4, 2, 8, 30), "2024-04-02 08:30:00", "请只填日期"),
    (Kind.DATE, date(1899, 12, 31), "1899-12-31", "请核对"),
    (Kind.DATE, time(8, 30), "08:30:00", "请填日期"),
    (Kind.TEXT, DAY, "2024-04-02", "把单元格格式改为文本"),
    (Kind.TEXT, time(8, 30), "08:30:00", "把单元格格式改为文本"),
    (Kind.TEXT, math.nan, "nan", "填文字"),
    (Kind.TEXT, D("1E+99999"), "1E+99999", "填文字"),
    (Kind.LONG_TEXT, "字" * (LONGEST_TEXT + 1), str(LONGEST_TEXT + 1), "请缩短"),
    (Kind.CHOICE, "已盖", "“已盖”", "请从下拉列表选择：是、否"),
    (Kind.CHOICE, " 是", "“是”", "请从下拉列表选择：是、否"),
    (Kind.CHOICE, 1, "“1”", "请从下拉列表选择：是、否"),
)


def quoted(content: Any) -> str:
    return repr(content)[:24]


@pytest.mark.parametrize(("kind", "content", "value"), RIGHT, ids=quoted)
def test_a_content_that_has_a_value(kind: Kind, content: Any, value: Value) -> None:
    found = parse(content, FIELDS[kind])
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(("kind", "content", "quote", "remedy"), WRONG, ids=quoted)
def test_a_wrong_content_is_quoted_with_its_remedy(kind: Kind, content: Any, quote: str, remedy: str) -> None:
    found = parse(content, FIELDS[kind])
    assert isinstance(found, Wrong), found
    assert quote in found.message, found.message
    assert re.search(rf"{re.escape(remedy)}(?![\d.])", found.message), found.message
    assert found.message[-1] not in "。；，"
    assert "\n" not in found.message
    assert len(found.message) < 120


def test_a_negative_amount_is_right_where_the_field_is_signed() -> None:
    assert parse(-12.5, SIGNED) == D("-12.5")
    found = parse(-(10**9), SIGNED)
    assert isinstance(found, Wrong)
    assert "-1000000000过大" in found.message


def test_a_float_that_rounds_to_nothing_is_a_plain_zero() -> None:
    for content in (-1e-9, -0.0, 1e-9):
        value = parse(content, FIELDS[Kind.MONEY])
        assert isinstance(value, Decimal)
        assert str(abs(value)) == str(value)


def test_every_kind_has_right_and_wrong_contents() -> None:
    assert {kind for kind, *_ in RIGHT} == set(Kind)
    assert {kind for kind, *_ in WRONG} == set(Kind)
    assert set(FIELDS) == set(Kind)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_column_is_read_like_its_cells(kind: Kind) -> None:
    contents = [content for of, content, *_ in (*RIGHT, *WRONG) if of is kind]
    found = list(parse_column(contents, FIELDS[kind]))
    assert found == [parse(content, FIELDS[kind]) for content in contents]


@pytest.mark.parametrize(
    "contents",
    [
        [1.5, math.nan],
        [math.nan, 1.5],
        [1.5, math.inf],
        [1.5, -0.01],
        [0.1 + 0.2, 5420.82, 0.0],
        [99_999_999.99, 99_999_999.99],
        [1.0, 1e8],
        ["", ""],
        ["5万元", ""],
        ["", "　"],
    ],
    ids=repr,
)
def test_a_column_of_one_type_is_read_like_its_cells(contents: list[Any]) -> None:
    for field in (FIELDS[Kind.MONEY], FIELDS[Kind.TEXT]):
        assert list(parse_column(contents, field)) == [parse(content, field) for content in contents]


@given(st.lists(st.floats(), min_size=1), st.lists(st.text(max_size=5), min_size=1))
def test_any_column_of_one_type_is_read_like_its_cells(numbers: list[float], texts: list[str]) -> None:
    for field in (FIELDS[Kind.MONEY], FIELDS[Kind.NUMBER], FIELDS[Kind.TEXT], FIELDS[Kind.PERCENT]):
        for contents in (numbers, texts):
            assert list(parse_column(contents, field)) == [parse(content, field) for content in contents]


CONTENTS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(allow_nan=False),
    st.text(max_size=40),
    st.text("０１２9.,-万元%年月日 ", max_size=12),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)


@given(CONTENTS, st.sampled_from(list(Kind)))
def test_no_content_is_an_exception_or_a_silent_loss(content: Any, kind: Kind) -> None:
    found = parse(content, FIELDS[kind])
    if isinstance(found, Wrong):
        assert re.search("请|填", found.message)
    elif found is None:
        assert content in (None, "")
    elif kind in (Kind.MONEY, Kind.NUMBER, Kind.PERCENT):
        assert isinstance(found, Decimal)
        assert abs(found - D(str(content))) <= D("0.0000005")


@given(st.integers(0, 10**14 - 1))
def test_every_amount_in_fen_survives_a_cell(fen: int) -> None:
    amount = D(fen).scaleb(-6)
    assert parse(float(amount), FIELDS[Kind.MONEY]) == amount


@pytest.mark.parametrize("content", ["某\x0b局", "a\x00b", "a\ufffeb"])
def test_a_character_that_a_workbook_cannot_hold_is_refused(content: str) -> None:
    for found in (parse(content, Field("名称", kind=Kind.TEXT)), *parse_column([content], Field("名称"))):
        assert isinstance(found, Wrong)
        assert "看不见的控制字符" in found.message
