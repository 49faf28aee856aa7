"""The sample year from start to finish: the report against the one that the department published."""

import re

import pytest

from tests.conftest import Demo
from xlreport.model.inputs import Style
from xlreport.word import read_paragraphs

# Every figure of the published report with its right unit; where that misprinted one, ours (see checks T01, X01).
FIGURES = (
    "编制36人", "在职人员30人", "行政13人", "事业17人", "退休人员59人", "离休人员1人", "遗属8人",
    "9个内设机构", "3个二级机构",
    "收入731.38万元", "一般公共预算财政拨款731.38万元", "支出731.38万元", "基本支出551.38万元", "项目支出180万元",
    "决算总收入5420.82万元", "增加4689.44万元", "决算总支出5420.82万元",
    "基本支出509.63万元，占总支出的9.4%", "项目支出4911.19万元，占总支出的90.6%",
    "预算数10万元", "因公出国（境）费0万元", "公务用车购置及运行维护费5万元", "公务接待费5万元",
    "决算数1.97万元", "公务用车购置及运行维护费0万元", "公务接待费1.97万元",
    "政府采购支出0万元", "货物0万元", "工程0万元", "服务0万元",
    "资产总额292.64万元", "负债总额124.47万元", "净资产168.17万元", "2023年12月31日",
    "账面原值266.93万元", "在用资产266.93万元", "资产使用率100%",
    "全年预算数5420.82万元", "全年执行数5420.82万元", "执行率100%", "完成年初预算的741.18%", "50万元以上",
    "年初预算数54万元", "全年执行数11.39万元，执行率21.09%",
    "全年预算数3708万元，全年执行数3708万元，执行率100%",
    "全年预算数137.8万元，全年执行数137.8万元，执行率100%",
    "全年预算数438.8万元，全年执行数433.8万元，执行率98.86%",
)  # fmt: skip
NAMES = (
    "办公室、政工人事股、行政审批服务股、经济运行股、中小企业股、科技规划股、高新技术发展股、军民融合股、信息化股",
    "衡东县中小企业发展服务中心、科技服务中心、衡东县企业发展服务中心",
    "“稳增长”统计工作专项经费", "企业发展专项资金（和富铜业）", "城区核酸检测物资采购经费",
    "2022年科技创新和振兴工业实体经济专项奖励",
)  # fmt: skip
OUTLINE = (
    "一、单位基本情况", "（一）部门主要职责", "（二）人员编制情况",
    "二、预算支出及绩效情况", "（一）部门预决算情况",
    "1.部门预算情况", "2.部门决算情况（含年中预算追加情况）", "3.“三公”经费执行情况", "4.政府采购执行情况", "5.资产管理情况",
    "（二）资金使用及绩效情况", "1.整体绩效目标完成情况", "2.项目绩效目标完成情况（仅对50万元以上的项目资金进行分项说明）",
    "三、存在的问题及改进措施", "四、其他需要说明的情况",
)  # fmt: skip


@pytest.mark.parametrize("said", [*FIGURES, *NAMES])
def test_the_word_report_says_it(demo: Demo, said: str) -> None:
    assert said in "".join(paragraph.text for paragraph in read_paragraphs(demo.word))


@pytest.mark.parametrize(
    "misprint", ["741.17", "1.97元", "货物0元", "高兴技术", "％", "未填", "XX", "××", "{{", "None"]
)
def test_the_word_report_does_not_say_it(demo: Demo, misprint: str) -> None:
    assert misprint not in "".join(paragraph.text for paragraph in read_paragraphs(demo.word))


def test_the_outline_has_no_gap_in_its_numbers(demo: Demo) -> None:
    headings = [
        paragraph.text
        for paragraph in read_paragraphs(demo.word)
        if paragraph.style in (Style.LEVEL_1, Style.LEVEL_2, Style.LEVEL_3)
    ]
    assert tuple(headings) == OUTLINE
    projects = [p.text for p in read_paragraphs(demo.word) if p.style is Style.LEVEL_4]
    assert [text[:3] for text in projects] == ["（1）", "（2）", "（3）", "（4）"]


def test_every_amount_has_its_unit(demo: Demo) -> None:
    """No amount of the sample stands without 万元 or % behind it."""
    text = "".join(paragraph.text for paragraph in read_paragraphs(demo.word))
    for found in re.finditer(r"\d+\.\d+", text):
        assert text[found.end() :].startswith(("万元", "%")), text[found.start() - 10 : found.end() + 5]


def test_it_ends_with_name_and_date(demo: Demo) -> None:
    last, day = read_paragraphs(demo.word)[-2:]
    assert (last.style, last.text) == (Style.SIGNATURE, "衡东县科技和工业信息化局")
    assert (day.style, day.text) == (Style.DATE, "2024年4月2日")
