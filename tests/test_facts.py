"""The facts of running text: what is read, and what is the same however written."""

import pytest

from xlreport.facts import FactKind, Names, chinese_number, facts_of, plain_text, same

A, P, C, N, Y, D, W = (
    FactKind.AMOUNT,
    FactKind.PERCENT,
    FactKind.COUNT,
    FactKind.NUMBER,
    FactKind.YEAR,
    FactKind.DATE,
    FactKind.DIRECTION,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("决算总支出5420.82万元", [(A, "54208200", "元")]),
        ("接待费1.97元", [(A, "1.97", "元")]),
        ("共3.7亿元", [(A, "370000000", "元")]),
        ("补助三十万元", [(A, "300000", "元")]),
        ("单位：万元", []),
        ("净资产-168.17万元", [(A, "-1681700", "元")]),
        ("净资产负168.17万元", [(A, "-1681700", "元")]),
        ("负债总额124.47万元", [(A, "1244700", "元")]),
        ("占9.4%，占90.6％", [(P, "9.4", "%"), (P, "90.6", "%")]),
        ("20%～40%", [(P, "20", "%"), (P, "40", "%")]),
        ("提前2个百分点", [(P, "2", "个百分点")]),
        ("百分之九十五点六五", [(P, "95.65", "%")]),
        ("百分之95.65", [(P, "95.65", "%")]),
        ("36人、九个股室、12批次", [(C, "36", "人"), (C, "9", "个"), (C, "12", "批次")]),
        ("造林5.2万亩", [(C, "52000", "亩")]),
        ("面积300平方米", [(C, "300", "㎡")]),
        ("得96.57分", [(C, "96.57", "分")]),
        ("比例为0.9565", [(N, "0.9565", "")]),
        ("2023年年初", [(Y, "2023", "")]),
        ("二○二三年度", [(Y, "2023", "")]),
        ("2024年4月2日", [(D, "2024-4-2", "")]),
        ("２０２４年０４月０２日", [(D, "2024-4-2", "")]),
        ("2024-04-02", [(D, "2024-4-2", "")]),
        ("二○二三年12月31日", [(D, "2023-12-31", "")]),
        ("12月20日完成", [(D, "12-20", "")]),
        ("2023年6月起", [(D, "2023-6", "")]),
        ("财预〔2020〕10号", [(FactKind.CODE, "2020-10", "")]),
        ("较上年增加5%", [(W, "增", ""), (P, "5", "%")]),
        ("比上年少3人", [(W, "减", ""), (C, "3", "人")]),
        ("与上年持平", [(W, "平", "")]),
        ("不超过5%", [(W, "减", ""), (P, "5", "%")]),
        ("不低于90%", [(W, "增", ""), (P, "90", "%")]),
        ("3年内", [(C, "3", "年")]),
        # Numerals of headings and lists, and names of things, are no figures.
        ("1.部门预算情况", []),
        ("（2）项目，执行率9%", [(P, "9", "%")]),
        ("二、基本情况。3．其他", []),
        ("1.2.3 小节", []),
        ("附件1", []),
        ("A4纸和COVID19", []),
        ("第三个方面，十四五", []),
    ],
)
def test_facts_are_read(text: str, expected: list[tuple[FactKind, str, str]]) -> None:
    assert [(fact.kind, str(fact.value), fact.unit) for fact in facts_of(text)] == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1100万元", "1,100.00万元"),
        ("1100万元", "1100.0 万元"),
        ("1100万元", "11000000元"),
        ("1100万元", "１１００万元"),
        ("1100万元", "0.11亿元"),
        ("95.65%", "９５．６５％"),
        ("95.65%", "0.9565"),
        ("95.65%", "百分之九十五点六五"),
        ("3个", "三个"),
        ("2个", "两个"),
        ("30人", "30名"),
        ("2023年", "二〇二三年"),
        ("2023年", "2023 年"),
        ("2023年12月31日", "2023-12-31"),
        ("增加5万元", "增长5万元"),
    ],
)
def test_facts_are_the_same_however_written(one: str, other: str) -> None:
    ours, theirs = facts_of(one), facts_of(other)
    assert len(ours) == len(theirs) >= 1
    assert all(map(same, ours, theirs))
    assert all(map(same, theirs, ours))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5420.82万元", "5420.82元"),
        ("5420.82万元", "5420.82"),
        ("9.4%", "9.4"),
        ("9.4%", "0.94"),
        ("100%", "1"),
        ("3个", "3人"),
        ("2023年", "2022年"),
        ("增加5万元", "减少5万元"),
        ("5%", "5个百分点"),
    ],
)
def test_facts_differ(one: str, other: str) -> None:
    assert not all(map(same, facts_of(one), facts_of(other)))


def test_a_fact_knows_where_it_stands() -> None:
    text = "全年执行数为 5，420.82 万元，即５４２０．８２万元"
    for fact in facts_of(text):
        assert text[fact.start : fact.end].strip() == fact.text


def test_figures_in_names_are_the_names() -> None:
    name = "2022年科技创新（二期）专项"
    facts = facts_of(f"（4）{plain_text(name)}，执行433.8万元", Names([name]))
    assert [fact.kind for fact in facts] == [FactKind.NAME, FactKind.AMOUNT]


def test_the_longer_name_wins() -> None:
    names = Names(["企业服务中心", "中小企业服务中心"])
    assert [fact.text for fact in facts_of("由中小企业服务中心负责", names)] == ["中小企业服务中心"]


def test_this_year_may_stand_for_the_year() -> None:
    [fact] = facts_of("本年度没有政府采购支出", year=2023)
    assert (fact.kind, fact.value, fact.weak) == (FactKind.YEAR, "2023", True)


@pytest.mark.parametrize(
    ("text", "number"), [("十", 10), ("二十五", 25), ("一百一十", 110), ("三千〇二", 3002)]
)
def test_chinese_numerals(text: str, number: int) -> None:
    assert chinese_number(text) == number
