"""The checks of a text as such: what each finds, and what it leaves alone."""

import tomllib
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlreport.assets import asset, names_in
from xlreport.wording import amounts, names, numbering, words, years
from xlreport.wording.fault import Fault, around
from xlreport.wording.numbering import numeral, written

Check = Callable[[str], Iterator[Fault]]
in_2023 = partial(years.wrong_years, year=2023)
of_2023 = partial(years.strange_years, year=2023)
of_bureau = partial(names.name_variants, name="衡东县科技和工业信息化局")
of_forestry = partial(names.name_variants, name="示例县林业局")

# The check, a text, and the words that it marks in it.
FOUND: tuple[tuple[Check, str, tuple[str, ...]], ...] = (
    (amounts.unit_slips, "决算数1.97元，其中：接待费1.97万元", ("1.97元",)),
    (amounts.unit_slips, "支出0万元，其中：货物0元，工程0 元", ("0元", "0 元")),
    (amounts.unit_slips, "“三公”经费决算4元，其中：接待费1万元", ("4元",)),
    (amounts.unit_slips, "收入12.5万元。支出11.5元。", ("11.5元",)),
    (amounts.too_large, "支出5420820000万元", ("5420820000万元",)),
    (in_2023, "2022年年初预算收入5万元", ("2022年",)),
    (in_2023, "2022年度部门整体支出绩效自评报告", ("2022年",)),
    (in_2023, "2024年末资产总额5万元", ("2024年",)),
    (in_2023, "2022年“三公”经费预算数5万元", ("2022年",)),
    (of_2023, "2019年技改奖励", ("2019年",)),
    (of_2023, "2025年文旅活动", ("2025年",)),
    (words.document_numbers, "湘财绩【2020】7号、蒸财绩[2023]6号、财预(2013)53号", ("【2020】", "[2023]", "(2013)")),
    (words.document_years, "财预〔202〕10号", ("〔202〕",)),
    (partial(words.document_years, latest=2024), "财预〔2032〕10号", ("〔2032〕",)),
    (of_bureau, "衡东县科技与工业信息化局的职责", ("衡东县科技与工业信息化局",)),
    (of_bureau, "衡东县科工信局", ("衡东县科工信局",)),
    (of_bureau, "由科技和工业信息局负责", ("由科技和工业信息局",)),
    (words.leftovers, "（参考提纲）", ("（参考提纲）",)),
    (words.leftovers, "较上年增加(减少)12万元", ("增加(减少)",)),
    (words.leftovers, "下降（增长）", ("下降（增长）",)),
    (words.leftovers, "XX局20××年支出XX万元、X个项目", ("XX", "20××年", "XX", "X")),
    (words.leftovers, "主要做法如下……", ("……",)),
    (words.leftovers, "全年预算〔未填：全年预算总支出〕万元", ("〔未填：全年预算总支出〕",)),
    (words.leftovers, "联系电话：____", ("____",)),
    (words.leftovers, "支出{{决算.总支出}}万元", ("{{", "}}")),
    (numbering.gaps, "1.甲\n3.丙", ("3.",)),
    (numbering.gaps, "（二）乙\n（三）丙", ("（二）",)),
    (numbering.gaps, "一、甲\n（一）子\n二、乙\n（二）丑", ("（二）",)),
    (numbering.gaps, "1.甲\n2.乙\n2.丙", ("2.",)),
    (numbering.gaps, "一是甲；三是丙。", ("三是",)),
    (words.unpaired_quotes, "“三公\"经费", ("“三公\"",)),
    (words.unpaired_quotes, "\"三公\"经费", ("\"三公\"",)),
    (words.unpaired_quotes, "“三公经费\n另起", ("“",)),
    (words.unpaired_quotes, "三公”经费", ("”",)),
    (words.unpaired_quotes, "“三公“经费”", ("“",)),
    (words.mixed_percent_signs, "9.4％和90%", ("％",)),
    (partial(words.mixed_percent_signs, ours=True), "9.4％", ("％",)),
    (words.typos, "高兴技术、建立建全、拔付、集体士地", ("高兴技术", "建立建全", "拔付", "集体士地")),
    (words.typos, "任务己经完成，资金己拨付，截止2023年12月31日", ("己经", "己拨付", "截止")),
    (words.typos, "跟财政预算等支出等相关部门衔接", ("等支出等",)),
    (words.typos, "加强的的管理，共5万元万元", ("的的", "万元万元")),
    (amounts.mixed_decimals, "收入622.50万元，支出622.5万元", ("622.5万元",)),
    (amounts.mixed_decimals, "占9.412%", ("9.412",)),
    (amounts.unplain_digits, "收入1,234.5万元，支出１２万元", ("１２", "1,234.5")),
    (amounts.negative_amounts, "较上年增加-5万元，净额−3.5万元", ("-5万元", "−3.5万元")),
)  # fmt: skip

# What is right, however near it comes.
LEFT_ALONE: tuple[tuple[Check, str], ...] = (
    (amounts.unit_slips, "决算数1.97万元，每人每天补助100元"),
    (amounts.unit_slips, "发放补助12万元，人均1.5元、电价0.58元/度"),
    (amounts.unit_slips, "收缴罚款12万元，最高一笔200元"),
    (amounts.unit_slips, "工资1.5元。"),
    (amounts.unit_slips, "按1.5元的标准补助5万元"),
    (amounts.too_large, "支出5420.82万元"),
    (in_2023, "2023年年初预算收入5万元，比2022年预算增加1万元"),
    (in_2023, "2022年度结转资金5万元"),
    (in_2023, "2024年，我局将细化预算。"),
    (in_2023, "2022年科技创新奖励支出"),
    (in_2023, "按照《2022年部门预算编制通知》支出5万元"),
    (in_2023, "2021年至2023年预算合计5万元"),
    (of_2023, "2022年科技创新和振兴工业实体经济专项奖励"),
    (of_2023, "2023年造林"),
    (of_2023, "2019年高标准农田续建"),
    (words.document_numbers, "财预〔2020〕10号，第（3）号楼，（2020年）"),
    (words.document_years, "财预〔2020〕10号"),
    (of_bureau, "衡东县科技和工业信息化局、科技和工业信息化局、科工信局、衡东县财政局、县工业和商务局"),
    (of_forestry, "示例县林业局、示例县财政局、林业站、示例县林业技术推广中心"),
    (words.leftovers, "增加（含追加）12万元，A×B，XR型设备，（单位：万元），2×3，x轴"),
    (words.leftovers, "（一）部门情况。（详见附件）"),
    (numbering.gaps, "1.甲\n2.乙\n（1）子\n（2）丑\n3.丙"),
    (numbering.gaps, "一、甲\n（一）子\n（二）丑\n二、乙\n（一）寅"),
    (numbering.gaps, "一是甲；二是乙；三是丙。"),
    (numbering.gaps, "统一是前提；二是甲"),
    (numbering.gaps, "2023年支出\n3.5万元是补助"),
    (words.unpaired_quotes, "“三公”经费和“‘三区’人才”"),
    (words.mixed_percent_signs, "9.4％、90％"),
    (words.typos, "由他自己经办，自己拨付；等相关部门；截止日期为6月；选拔入库；少年渡河"),
    (words.typos, "高新技术、建立健全、拨付、集体土地、账户、已经、和和美美"),
    (amounts.mixed_decimals, "收入622.5万元，支出180万元"),
    (amounts.mixed_decimals, "收入622.50万元，支出180.00万元，结余0万元，50万元以上的项目"),
    (amounts.mixed_decimals, "收入622.50万元\f支出622.5万元"),
    (amounts.unplain_digits, "甲5万元，乙3,4项，2023年，3，456个"),
    (amounts.negative_amounts, "补助3-5万元、2022-2023年、编号A-5元件、10%-15万元"),
)


def marked(check: Check, text: str) -> tuple[str, ...]:
    return tuple(text[fault.start : fault.end] for fault in check(text))


@pytest.mark.parametrize(("check", "text", "expected"), FOUND, ids=[text[:20] for _, text, _ in FOUND])
def test_a_fault_is_found_where_it_stands(check: Check, text: str, expected: tuple[str, ...]) -> None:
    assert sorted(marked(check, text)) == sorted(expected)


@pytest.mark.parametrize(("check", "text"), LEFT_ALONE, ids=[text[:20] for _, text in LEFT_ALONE])
def test_what_is_right_is_left_alone(check: Check, text: str) -> None:
    assert marked(check, text) == ()


CHECKS: tuple[Check, ...] = tuple({id(check): check for check, _, _ in FOUND}.values())


@given(
    st.text(
        alphabet='一二三十是年元万0129.,，。；“”"％%（）()【〔】〕号XX×…-\n\f县局科技等的己2０截止己经士地 ',
        max_size=60,
    )
)
def test_any_text_can_be_looked_through(text: str) -> None:
    for check in CHECKS:
        for fault in check(text):
            assert 0 <= fault.start < fault.end <= len(text)
            assert around(text, fault.start, fault.end)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: getattr(check, "__name__", str(check)[18:40]))
@pytest.mark.parametrize(
    "unit", ["（", "“", "1.", "一是", "0元", "衡东县科", "2022年", "等", "XX", "１", "-5"]
)
def test_a_hostile_text_takes_no_longer_than_its_length(check: Check, unit: str) -> None:
    """Twenty thousand characters of what a pattern begins with: one that tries again and again would not end."""
    for _ in check(unit * (20_000 // len(unit))):
        pass


def test_a_wrong_word_is_never_part_of_a_right_one() -> None:
    listed = tomllib.loads(asset("wording/typos.toml").read_text("utf-8"))["words"]
    for wrong, right in listed.items():
        assert wrong != right
        assert [fault.says for fault in words.typos(right)] == [], right
        assert marked(words.typos, wrong) == (wrong,)
    assert len(listed) > 50


def test_every_word_list_has_a_date_and_its_sources() -> None:
    for name in names_in("wording"):
        text = asset(f"wording/{name}.toml").read_text("utf-8")
        assert tomllib.loads(text)["updated"].year >= 2024, name
        assert "来源：" in text.split("updated")[0], name


@pytest.mark.parametrize("level", range(4))
@pytest.mark.parametrize("number", [1, 9, 10, 11, 20, 21, 99])
def test_a_numeral_is_read_as_it_is_written(level: int, number: int) -> None:
    text = written(level, number)
    assert numeral(f"{text}部门预算情况") == (level, number, len(text))


@pytest.mark.parametrize("text", ["4.2022年科技奖励", "4、2022 年科技奖励", "4．2022年科技奖励"])
def test_a_year_after_a_numeral_is_no_part_of_it(text: str) -> None:
    assert numeral(text) == (2, 4, 2)


@pytest.mark.parametrize(
    "text", ["2023年度", "4.2022万元", "3.5万元", "一体化", "（含追加）", "十分重要", "", "（2020）"]
)
def test_what_only_looks_like_a_numeral_is_none(text: str) -> None:
    assert numeral(text) is None


def test_the_words_around_a_place_end_with_their_clause() -> None:
    text = "年初已定。其中：因公出国（境）费0万元，公务接待费1.97元，其他。"
    start = text.index("1.97")
    assert around(text, start, start + 5) == "公务接待费1.97元"
    long = "甲" * 50 + "错" + "乙" * 50
    assert around(long, 50, 51) == f"…{'甲' * 14}错{'乙' * 14}…"
