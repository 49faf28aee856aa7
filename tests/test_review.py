"""A narrative checked alone: the sample report of 2023 in fewer words, its faults one by one, and others."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from docx import Document as new_document
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Demo
from xlreport.checks.rule import Level
from xlreport.cli import main
from xlreport.datafile import read_data, read_sample
from xlreport.errors import Unusable
from xlreport.report import evaluate
from xlreport.review.document import read_document
from xlreport.review.narrative import read_narrative
from xlreport.review.reviewing import review

HARD, EXPLAIN, HINT = Level.HARD, Level.EXPLAIN, Level.HINT

# The figures, names and faults of the report of 衡东县科技和工业信息化局 on 2023; its texts in our words.
REPORT = """附件1：
2023年度部门整体支出绩效自评报告
一、单位基本情况
（一）部门主要职责
1、执行科技和工业的方针政策，2022年起承担信息化工作。
2、管理50万元以下的专项资金，预算收入3万元。
人员编制情况
本单位由科工信局机关（包括9个股室）和三个二级机构构成，其中：9个股室分别为办公室、政工人事股、行政审批服务股、经济运行、中小企业股、科技规划股、高兴技术发展股、军民融合股、信息化股；三个二级机构分别为：衡东县中小企业发展服务中心、科技服务中心、衡东县企业发展服务中心。
本单位现有编制36人，科室9个，实有在职人员30人（其中行政13人,事业17人）,退休人员59人,离休1人，遗属8人。
二、预算支出及绩效情况
（一）部门预决算情况
1.部门预算情况
2023年年初预算安排收入731.38万元，其中一般公共财政拨款731.38万元；2023年年初预算安排支出731.38万元，其中：基本支出551.38万元，项目支出180万元。
2.部门决算情况（含年中预算追加情况）
2023年决算总收入5420.82万元，较预算增加4689.44万元，总支出5420.82万元，其中：基本支出509.63万元，占总支出的9.4％；项目支出4911.19万元，占总支出的90.6％。差异产生的主要原因是预算增加了对规上工业企业的补助。
3.“三公"经费执行情况
2023年“三公"经费预算数10万元，其中：因公出国（境）费0万元，公务用车购置及运行维护费5万元，公务接待费5万元。“三公"经费决算数1.97元，其中：因公出国（境）费0万元，公务用车运行维护费0万元，公务接待费1.97万元。
4.政府采购执行情况
2023年度政府采购支出0万元，其中：货物0元，工程0万元，服务0万元。
5.资产管理情况
2023年年末资产总额292.64万元，负债总额124.47万元，净资产168.17万元。截至2023年12月31日，固定资产账面原值266.93万元，在用资产266.93万元，资产使用率100%。
（二）资金使用及绩效情况
1.整体绩效目标完成情况
整体支出完成较好，年初预算为731.38万元，全年预算数为5420.82万元，全年执行数为5420.82万元，执行率为741.17%，其中：基本支出509.63万元，占总支出的9.4％；项目支出4911.19万元，占总支出的90.6％，主要原因是增加对规上工业企业的补助。
2.项目绩效目标完成情况（仅对50万元以上的项目资金进行分项说明）
（1）“稳增长”统计工作专项经费，财政年初预算54万元，全年执行数为11.39万元，执行率为21.09%，主要原因是由于没有及时报账。
企业发展专项资金（和富铜业），全年预算数为3708万元，全年执行数为3708万元，执行率为100%。
城区核酸检测物资采购经费，全年预算为137.8万元，全年执行数为137.8万元，执行率为100%。
 2022年科技创新和振兴工业实体经济专项奖励，全年预算为438.8万元，全年执行数为433.8万元，执行率为98.86%，主要是企业没及时来申请拨款。
存在的问题及改进措施
年初预估不准，支付进度把握不好。今后要加强跟财政预算等支出等相关部门的衔接，尽量精确地安排支出。
其他需要说明的情况
无其他需要说明的情况
衡东县科技和工业信息化局
                                2024年4月2日
"""
# The report itself lies beside the checkout of those who have it; without it ours stands in for it.
_ORIGINAL = Path(__file__).parents[2] / "shared" / "sample" / "report-2023.txt"


def paragraphs_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def original() -> list[str]:
    return paragraphs_of(_ORIGINAL.read_text("utf-8") if _ORIGINAL.exists() else REPORT)


# Rule, level, words of the message, words of the place.
REMARKS = (
    ("X06", HARD, "标题没有编号，应为“（二）”", "人员编制情况"),
    ("X08", HINT, "“高兴技术”应为“高新技术”", "高兴技术发展股"),
    ("R02", HINT, "“经济运行”没有写“股”", "经济运行"),
    ("R02", HINT, "有的写“衡东县”，有的不写（“科技服务中心”）", "科技服务中心"),
    ("J03", HINT, "4911.19万元，各项目执行数之和4290.99万元，尚有620.2万元未列项目", "4911.19万元"),
    ("X07", HINT, "全角“％”与半角“%”混用", "9.4％"),
    ("X07", HINT, "引号不成对（共3处）", '“三公"经费执行情况'),
    ("S05", EXPLAIN, "1.97万元，未填接待批次或人次", "公务接待费1.97万元"),
    ("X01", HARD, "“1.97元”应为“1.97万元”", "决算数1.97元"),
    ("X01", HARD, "“0元”应为“0万元”", "货物0元"),
    ("B04", HARD, "5420.82万元，应为年初预算总支出731.38万元，相差4689.44万元", "5420.82万元"),
    ("B06", EXPLAIN, "调整641.18%，超过30%", "5420.82万元"),
    ("B07", HINT, "1项全年预算数与决算数完全相同", "5420.82万元"),
    ("T01", HARD, "741.17%，按填报数计算为100%", "执行率为741.17%"),
    ("J06", HINT, "4个项目中，填年初预算数的1个，填全年预算数的3个", "财政年初预算54万元"),
    ("R01", HINT, "原因“没有及时报账”过于笼统", "没有及时报账"),
    ("X06", HARD, "项目没有编号，应为“（2）”", "企业发展专项资金（和富铜业）"),
    ("P02", EXPLAIN, "137.8万元，而采购决算合计0万元", "城区核酸检测物资采购经费"),
    ("X06", HARD, "项目没有编号，应为“（3）”", "城区核酸检测物资采购经费"),
    ("X06", HARD, "项目没有编号，应为“（4）”", "2022年科技创新和振兴工业实体经济专项奖励"),
    ("X06", HARD, "标题没有编号，应为“三、”", "存在的问题及改进措施"),
    ("X08", HINT, "语句不通，“等”字重复", "等支出等相关部门"),
    ("R01", HINT, "改进措施“尽量精确”过于笼统", "尽量精确"),
    ("X06", HARD, "标题没有编号，应为“四、”", "其他需要说明的情况"),
)


@pytest.mark.parametrize("paragraphs", [paragraphs_of(REPORT), original()], ids=["shortened", "original"])
def test_the_sample_report_gets_what_it_deserves_and_nothing_else(paragraphs: list[str]) -> None:
    remarks = review(paragraphs).remarks
    told = [(remark.rule, remark.level, remark.message, remark.words) for remark in remarks]
    assert [told_of[:2] for told_of in told] == [expected[:2] for expected in REMARKS]
    for (_, _, message, words), (_, _, says, around) in zip(told, REMARKS, strict=True):
        assert says in message
        assert around in words
        assert re.search(r"。$", message)


def test_the_rate_of_741_percent_is_told_from_the_execution_rate() -> None:
    (message,) = (remark.message for remark in review(paragraphs_of(REPORT)).remarks if remark.rule == "T01")
    assert "741.17%是执行数除以年初预算，即完成年初预算的741.18%（截位，没有四舍五入）" in message


def test_the_record_is_that_of_the_sample_year() -> None:
    story = read_narrative(paragraphs_of(REPORT))
    sample = read_sample()
    for section in (
        *("unit", "establishment", "in_post", "people", "initial", "full_year", "final"),
        *("three_public_budget", "three_public_final", "procurement_final", "assets", "stated"),
    ):
        mine, theirs = getattr(story.inputs, section), getattr(sample, section)
        differing = [key for key in mine._fields if getattr(mine, key) != getattr(theirs, key)]
        # What the sample year says beyond the report, or the report does not say in these words.
        assert set(differing) <= {"attachment"}, section
    names = ("name", "initial", "full_year", "executed", "stated_rate")
    assert [[getattr(project, key) for key in names] for project in story.inputs.projects] == [
        [getattr(project, key) for key in names] for project in sample.projects
    ]
    assert len(story.inputs.offices) == 9
    assert len(story.inputs.subunits) == 3
    assert story.conflicts == []


def test_what_is_not_sure_is_said_with_its_sentence() -> None:
    unsure = {
        said.path: (str(said.value), said.sentence) for said in read_narrative(paragraphs_of(REPORT)).unsure
    }
    assert set(unsure) == {
        *("three_public_final.total", "three_public_final.vehicles"),
        *("procurement_final.goods", "projects[0].full_year"),
    }
    value, sentence = unsure["three_public_final.total"]
    assert value == "1.97"
    assert sentence.startswith('“三公"经费决算数1.97元')


CLEAN = """2024年度部门整体支出绩效自评报告
一、单位基本情况
（一）部门主要职责
1.保护森林资源。
（二）人员编制情况
示例县林业局现有编制20名，在职人员18人，其中：行政10人、事业8人，在职人员控制率90%。内设办公室、造林股。
二、预算支出及绩效情况
（一）部门预决算情况
2024年年初预算收入100万元，年初预算支出100万元，其中基本支出60万元、项目支出40万元。2024年决算总收入120万元，较年初预算增加20万元，总支出110万元，其中：基本支出60万元，占总支出的54.55%；项目支出50万元，占总支出的45.45%，主要原因是年中下达造林补助。
（二）“三公”经费
“三公”经费预算5万元，决算4万元，其中：因公出国（境）费0万元，公务用车购置及运行维护费3万元，公务接待费1万元，接待20批次、150人次。每批次标准500元。
（三）整体绩效目标完成情况
年初预算100万元，全年预算数125万元，其中年中追加25万元，全年执行数110万元，执行率88%。
三、存在的问题及改进措施
一是预算编制不细；二是支付偏慢。2025年起按季通报支付进度。
示例县林业局
2025年3月20日
"""


def told(text: str) -> list[tuple[str, str]]:
    return [(remark.rule, remark.message) for remark in review(paragraphs_of(text)).remarks]


def test_a_report_without_faults_gets_no_remark_but_that_of_its_bridge() -> None:
    assert [rule for rule, _ in told(CLEAN)] == []


# What is changed in the clean report, and the rule that speaks, with words of its sentence.
CHANGES: tuple[tuple[str, str, str, str], ...] = (
    ("总支出110万元，其中：基本支出60万元", "总支出110万元，其中：基本支出61万元", "F02", "相差1万元"),
    ("54.55%", "54.45%", "F07", "54.55%"),
    ("增加20万元", "增加30万元", "F06", "相差10万元"),
    ("较年初预算增加20万元", "较年初预算减少20万元", "F09", "减少"),
    ("执行率88%", "执行率87%", "T01", "88%"),
    ("控制率90%", "控制率91%", "E04", "90%"),
    ("公务接待费1万元", "公务接待费2万元", "S01", "相差1万元"),
    ("接待20批次、150人次", "接待较少", "S05", "批次"),
    ("行政10人", "行政11人", "E02", "相差1人"),
    ("编制20名", "编制16名", "E03", "超编2人"),
    ("2024年决算总收入", "2023年决算总收入", "X02", "年份是2023年"),
    ("三、存在", "四、存在", "X06", "编号“二、”之后是“四、”"),
    ("（二）人员", "人员", "X06", "应为“（二）”"),
    ("二是支付", "三是支付", "X06", "“一是”之后是“三是”"),
    ("2025年3月20日", "2024年3月20日", "X12", "早于2024年12月31日"),
    ("2025年3月20日", "2027年3月20日", "X02", "评价年度2024年"),
    ("45.45%", "45.45％", "X07", "混用"),
    ("造林补助", "造林补帖", "X08", "补贴"),
    ("决算4万元", "决算4元", "X01", "4万元"),
    ("项目支出50万元", "项目支出50.00万元", "X09", "小数位数不一"),
    ("追加25万元", "追加（减少）XX万元", "X05", "模板留下"),
    ("执行率88%", "完成年初预算的111%", "R03", "111%，按文中的数计算为110%"),
    ("全年执行数110万元", "全年执行数109万元", "D01", "第9段为110万元，此处为109万元"),
)


@pytest.mark.parametrize(("old", "new", "rule", "says"), CHANGES, ids=[f"{c[2]}-{c[1]}" for c in CHANGES])
def test_one_changed_fact_is_found(old: str, new: str, rule: str, says: str) -> None:
    assert old in CLEAN
    found = told(CLEAN.replace(old, new, 1))
    assert [message for id, message in found if id == rule and says in message] != [], found


# Of another outline, in which a heading tells what a bare 决算数 is of.
OTHER = """某某县交通运输局2023年度部门整体支出绩效自评报告

一、部门基本情况
（一）部门职能
负责全县公路、水路交通运输行业管理，2021年机构改革后承担港口管理职责。
（二）机构设置
内设办公室、财务股、运输股等3个股室，下设公路养护中心1个二级机构。年末编制50人，实有在职人员48人，其中行政编制20人、事业编制28人，退休30人。
二、一般公共预算支出情况
（一）基本支出情况
2023年基本支出年初预算800.00万元，决算数812.50万元，其中人员经费700.50万元，公用经费112.00万元。较上年增加12.5万元，增长1.6%，主要是人员增加。
（二）项目支出情况
2023年项目支出决算300万元，主要用于公路养护。其中：
1.农村公路养护经费：年初预算100万元，实际支出98万元，执行率98%。
2.危桥改造资金200万元，已全部支付。
三、“三公”经费
2023年“三公”经费支出8.5万元，比上年减少1.2万元，下降12.4%。其中公务接待费2.5万元，接待50批次400人次；公务用车运行维护费6万元，公务用车保有量3辆。
四、政府采购情况
全年政府采购预算50万元，实际采购45万元，其中货物30万元、服务15万元，政府采购执行率90%。
五、存在的问题
一是预算编制不够精准；二是支付进度偏慢。
六、下一步措施
细化预算编制，按季通报支付进度。2024年预算编制将提前1个月开展。
某某县交通运输局
2024年3月28日
"""
OTHER_FACTS = {
    **{"people.offices": 3, "people.subunits": 1, "people.retired": 30, "offices[2].name": "运输股"},
    **{
        "establishment.total": 50,
        "in_post.total": 48,
        "in_post.administrative": 20,
        "in_post.institutional": 28,
    },
    **{"initial.basic": 800, "final.basic": Decimal("812.5"), "final.project": 300, "final.public": 112},
    **{"three_public_final.total": Decimal("8.5"), "three_public_final.reception": Decimal("2.5")},
    **{"three_public_counts.vehicles_kept": 3, "three_public_counts.guests": 400},
    **{"procurement_budget.total": 50, "procurement_final.total": 45, "procurement_final.services": 15},
    **{
        "projects[0].name": "农村公路养护经费",
        "projects[0].executed": 98,
        "stated.procurement_rate": Decimal("0.9"),
    },
}


def test_a_report_of_another_outline_is_read() -> None:
    result = review(paragraphs_of(OTHER))
    said = {said.path: said.value for said in result.narrative.said}
    assert {path: said.get(path) for path in OTHER_FACTS} == OTHER_FACTS
    assert "initial.expenditure" not in said  # 基本支出 alone is not all
    assert {(remark.rule, remark.level) for remark in result.remarks} == {("X09", HINT), ("J03", HINT)}


@pytest.mark.parametrize(
    "words",
    ["因公出国（境）团组1个，累计2人次", "因公出国1个团组，2人次", "因公出国（境）团组数1个、出国2人次"],
)
def test_who_went_abroad_is_no_guest(words: str) -> None:
    found = facts("（二）“三公”经费", f"“三公”经费决算4万元，{words}；接待20批次、150人次。")
    assert {key: found[f"three_public_counts.{key}"] for key in ("missions", "travellers", "guests")} == {
        "missions": 1,
        "travellers": 2,
        "guests": 150,
    }


def test_a_source_called_budget_is_of_the_column_that_was_spoken_of() -> None:
    found = facts(
        "（一）部门预决算情况",
        "2024年决算总收入120万元，其中：一般公共预算财政拨款100万元，政府性基金预算财政拨款20万元。",
    )
    assert found == {"final.income": 120, "final.general_public": 100, "final.government_fund": 20}


def test_counts_are_compared_with_the_names_listed() -> None:
    text = CLEAN.replace("内设办公室、造林股。", "内设3个股室，3个股室分别为办公室、造林股。")
    assert [rule for rule, _ in told(text)] == ["E07"]


def test_headings_that_word_numbers_itself_lack_nothing() -> None:
    paragraphs = ["一、单位基本情况", "人员编制情况", "（二）资产管理情况", "编制5人，在职4人。"]
    assert [r.rule for r in review(paragraphs).remarks] == ["X06"]
    assert review(paragraphs, [False, True, True, False]).remarks == ()


def test_our_own_report_has_no_fault_of_wording(demo: Demo) -> None:
    document = read_document(demo.word)
    result = review(document.paragraphs, document.numbered)
    assert {remark.rule for remark in result.remarks if remark.rule[0] in "XDR"} <= {"R01", "R02"}
    assert result.narrative.inputs.final.expenditure == Decimal("5420.82")
    assert {remark.rule for remark in result.remarks} >= {"B04", "P02", "S05"}


def facts(*paragraphs: str) -> dict[str, Any]:
    return {said.path: said.value for said in read_narrative(paragraphs).said}


OURS = (
    "本单位由示例县林业局机关（包括3个内设机构）和2个二级机构构成，其中："
    "内设机构分别为办公室、造林股、资源股；二级机构分别为林业技术推广站、林木种苗站。"
)


def test_what_stands_before_a_count_is_no_name() -> None:
    found = facts("一、单位基本情况", OURS)
    assert {path: value for path, value in found.items() if path.startswith("subunits")} == {
        "subunits[0].name": "林业技术推广站",
        "subunits[1].name": "林木种苗站",
    }
    assert [value for path, value in found.items() if path.startswith("offices")] == [
        *("办公室", "造林股", "资源股"),
    ]
    assert (found["people.offices"], found["people.subunits"]) == (3, 2)
    unnamed = facts("一、单位基本情况", OURS.partition("，")[0])
    assert unnamed == {"people.offices": 3, "people.subunits": 2}
    assert "subunits[0].name" not in facts("一、单位基本情况", "内设机构）和2个二级机构构成。")


@pytest.mark.parametrize("limit", ["50万元以上", "50万元（含）以上", "50万元及以上", "50万元以下"])
def test_a_limit_is_no_amount(limit: str) -> None:
    found = facts("（二）项目支出情况", f"2023年决算项目支出460万元。其中{limit}的项目情况如下：")
    assert found["final.project"] == 460
    spent = facts("（二）项目支出情况", f"2023年决算{limit}的项目支出70万元，项目支出460万元。")
    assert spent["final.project"] == 460
    assert [
        rule for rule, _ in told(CLEAN.replace("三、存在", f"其中{limit}的项目支出较少。\n三、存在"))
    ] == []


FUND = (
    "2023年有政府性基金预算，年初预算安排收入60万元，全年预算安排收入61万元，决算收入55万元，"
    "全年预算安排支出60万元，决算支出58万元。"
)


@pytest.mark.parametrize("heading", ["三、政府性基金预算支出情况", "三、预算支出情况"])
def test_a_fund_is_neither_a_project_nor_the_whole_department(heading: str) -> None:
    assert facts(heading, FUND) == {
        "initial.government_fund": 60,
        "full_year.government_fund": 61,
        "final.government_fund": 55,
    }
    assert facts("四、社会保险基金预算支出情况", FUND.partition("，")[2]) == {}


def test_a_numeral_before_a_year_is_not_of_the_name() -> None:
    found = facts("（二）项目支出情况", "4.2022年科技奖励，全年预算数43万元，全年执行数43万元，执行率100%。")
    assert found["projects[0].name"] == "2022年科技奖励"


def test_what_was_not_filled_in_says_nothing_but_that() -> None:
    old = CLEAN[CLEAN.index("一是") : CLEAN.index("示例县林业局\n")]
    text = CLEAN.replace(old, "〔未填：文字.存在的问题〕\n今后按季通报。\n")
    found = facts(*paragraphs_of(text))
    assert "texts.problems" not in found
    assert found["texts.measures"] == "今后按季通报。"
    assert [rule for rule, _ in told(text)] == ["X05"]
    own = facts("五、下一步改进措施", "今后按季通报。", "四、存在的问题", "支付慢。")
    assert (own["texts.measures"], own["texts.problems"]) == ("今后按季通报。", "支付慢。")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "按绩效指标自评，总分为96.57分（其中预算执行率得9.57分），评价等级为“优”。",
            {"total_score": Decimal("96.57"), "execution_score": Decimal("9.57"), "grade": "优"},
        ),
        ("总分100分，自评得分92分，自评等级为良。", {"total_score": 92, "grade": "良"}),
        ("满分100分。评价等级为优秀单位。", {}),
    ],
)
def test_printed_scores_are_taken_over(words: str, expected: dict[str, Any]) -> None:
    found = facts("三、部门整体支出绩效情况", words)
    assert found == {f"stated.{key}": value for key, value in expected.items()}
    assert facts("四、项目支出绩效情况", words) == {}


def test_what_a_narrative_may_leave_out_is_no_fault() -> None:
    """Kinds of staff, sources of income, small projects, what was carried over, how many went abroad."""
    changes = (
        ("其中：行政10人、事业8人", "其中：行政10人、事业7人"),
        ("收入100万元，", "收入100万元，其中一般公共预算财政拨款90万元，政府性基金预算财政拨款5万元，"),
        ("其中年中追加25万元", "其中年中追加15万元"),
        (
            "出国（境）费0万元，公务用车购置及运行维护费3万元",
            "出国（境）费1万元，公务用车购置及运行维护费2万元",
        ),
    )
    text = CLEAN
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    assert told(text) == []
    project = "（四）项目支出情况\n1.造林，全年预算数{0}万元，全年执行数{0}万元。\n三、存在"
    assert told(text.replace("三、存在", project.format(19))) == []
    assert [rule for rule, _ in told(text.replace("三、存在", project.format(51)))] == ["J03"]  # of 50 in all


STAFF = "其中：行政10人、事业8人，在职人员控制率90%"
INCOME = "收入100万元，年初"
ADDED = "全年预算数125万元，其中年中追加25万元"
TRIP = "因公出国（境）费0万元，公务用车购置及运行维护费3万元"
SPENT = "（四）项目支出情况\n{}1.造林，全年预算数40万元，全年执行数40万元。\n2.防火，全年预算数9万元，全年执行数9万元。\n三、存在"
# What is changed in the clean report, so that its words tell all: the rule that speaks. Beside it the same in words
# that do not: nobody speaks.
TOLD: tuple[tuple[str, str, str, str], ...] = (
    ("E02", STAFF, "由行政10人、事业7人组成", "包括行政10人、事业7人"),
    ("E02", f"18人，{STAFF}", "18人（行政10人、事业7人）", "18人（其中行政10人、事业7人）"),
    ("E02", f"18人，{STAFF}", "18人（行政10人、事业7人）", "18人（行政10人、事业7人等）"),
    ("E02", f"18人，{STAFF}", "18人：行政10人、事业7人", "18人：行政10人、事业7人、机动1人"),
    (
        "E01",
        "编制20名",
        "编制20名，分别为行政编制11名、事业编制8名",
        "编制20名，主要是行政编制11名、事业编制8名",
    ),
    (
        "B03",
        INCOME,
        "收入100万元，分别为一般公共预算财政拨款90万元、政府性基金预算财政拨款5万元；年初",
        "收入100万元，其中一般公共预算财政拨款90万元、政府性基金预算财政拨款5万元；年初",
    ),
    (
        "F01",
        "总收入120万元，",
        "总收入120万元，其中：一般公共预算财政拨款100万元、其他收入15万元，",
        "总收入120万元，其中：一般公共预算财政拨款100万元、经营收入15万元，",
    ),
    (
        "B04",
        ADDED,
        "全年预算数125万元，其中年中追加15万元，无上年结转",
        "全年预算数125万元，其中年中追加15万元",
    ),
    (
        "S05",
        TRIP,
        "因公出国（境）费1万元，因公出国1个团组，公务用车购置及运行维护费2万元",
        "因公出国（境）费1万元，公务用车购置及运行维护费2万元",
    ),
    (
        "S05",
        TRIP,
        "因公出国（境）费0万元，公务用车购置费3万元，公务用车保有量2辆",
        "因公出国（境）费0万元，公务用车购置费3万元",
    ),
    ("J03", "三、存在", SPENT.format("本年共安排2个项目。\n"), SPENT.format("")),
    ("J03", "三、存在", SPENT.format("本年实施两个项目。\n"), SPENT.format("其中5万元以上的2个项目。\n")),
    ("J03", "三、存在", SPENT.format("本年共安排2个项目。\n"), SPENT.format("本年共安排3个项目。\n")),
)


@pytest.mark.parametrize(
    ("rule", "old", "all_told", "in_part"), TOLD, ids=[f"{each[0]}-{each[3]}" for each in TOLD]
)
def test_a_shortfall_is_a_fault_where_the_words_tell_all(
    rule: str, old: str, all_told: str, in_part: str
) -> None:
    assert CLEAN.count(old) == 1
    assert [id for id, _ in told(CLEAN.replace(old, all_told))] == [rule]
    assert told(CLEAN.replace(old, in_part)) == []


BASE = Path(__file__).parent / "cases" / "base.toml"


@pytest.mark.parametrize("outline", ["A", "B", "C", "岳阳"])
@pytest.mark.parametrize("data", [BASE, None], ids=["base", "sample"])
def test_our_own_reports_give_what_check_finds(tmp_path: Path, data: Path | None, outline: str) -> None:
    """But for what nobody filled in, and the two hints on texts and names that a report alone gets."""
    book, report = tmp_path / "自评.xlsx", tmp_path / "报告.docx"
    source = ("--data", str(data)) if data else ("--sample",)
    for command in (
        ["new", str(book), *source, "--outline", outline],
        ["report", str(book), "-o", str(report)],
    ):
        answer = CliRunner().invoke(main, command)
        assert report.exists() or command[0] == "new", answer.output
    document = read_document(report)
    remarks = review(document.paragraphs, document.numbered).remarks
    gaps = [text for line in document.paragraphs for text in re.findall("〔未填：[^〕]+〕", line)]
    assert [r.message.partition("”")[0] for r in remarks if r.rule == "X05"] == [f"“{gap}" for gap in gaps]
    told = {(r.rule, r.message) for r in remarks if r.rule != "X05"}
    checked = {(f.rule, f.message) for f in evaluate(read_data(data) if data else read_sample()).findings}
    assert {rule for rule, _ in told - checked} == (set() if data else {"R01", "R02"})
    assert bool(told) is (data is None)


PIECES = (
    *(
        "2023年",
        "年初预算",
        "全年预算",
        "决算",
        "总收入",
        "支出",
        "基本支出",
        "三公",
        "采购",
        "执行率",
        "占总支出的",
    ),
    *(
        "9个股室分别为",
        "编制",
        "在职",
        "甲局",
        "5万元",
        "3.2元",
        "7人",
        "50％",
        "，",
        "。",
        "、",
        "（",
        "）",
        "其中：",
        "原因是",
    ),
    *("一、", "（二）", "3.", "（4）", "较预算增加", "“", '"', "\t"),
)


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=25).map("".join), max_size=6))
def test_any_text_can_be_reviewed(paragraphs: list[str]) -> None:
    for remark in review(paragraphs).remarks:
        assert remark.message.endswith("。")
        assert remark.paragraph is None or remark.words


@pytest.mark.parametrize("piece", PIECES)
def test_a_hostile_paragraph_takes_no_longer_than_its_length(piece: str) -> None:
    review([piece * (20_000 // len(piece))])


def run(*arguments: Any) -> Any:
    return CliRunner().invoke(main, ["review", *map(str, arguments)])


def test_the_command_prints_each_remark_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "报告.txt"
    path.write_text(REPORT, "utf-8")
    answer = run(path)
    assert answer.exit_code == 1
    lines = answer.output.splitlines()
    assert lines[0] == "衡东县科技和工业信息化局　2023年度"
    assert len(lines) == len(REMARKS) + 2
    assert "硬性　 X01　第19段“货物0元”：“0元”应为“0万元”；请核对金额和单位。" in lines
    assert lines[-1].startswith("合计：硬性 10 条，需说明 3 条，提示 11 条")


def test_the_command_gives_one_json_object(tmp_path: Path) -> None:
    path = tmp_path / "报告.txt"
    path.write_text(REPORT, "gb18030")  # as Notepad on an older Windows saves it
    answer = json.loads(run(path, "--json").output)
    assert (answer["unit"], answer["year"]) == ("衡东县科技和工业信息化局", 2023)
    assert len(answer["findings"]) == len(REMARKS)
    assert {"rule", "level", "message", "paragraph", "words"} == set(answer["findings"][0])
    (fact,) = (fact for fact in answer["facts"] if fact["field"] == "final.expenditure")
    assert (fact["value"], fact["sure"]) == ("5420.82", True)


def test_a_word_document_is_read_like_its_text(tmp_path: Path) -> None:
    document = new_document()
    for paragraph in paragraphs_of(REPORT):
        document.add_paragraph(paragraph)
    document.add_table(1, 1).cell(0, 0).text = "附表支出999999999999万元"
    document.save(str(tmp_path / "报告.docx"))
    read = read_document(tmp_path / "报告.docx")
    assert [r.message for r in review(read.paragraphs, read.numbered).remarks] == [
        r.message for r in review(paragraphs_of(REPORT)).remarks
    ]


def test_a_report_without_faults_ends_with_0(tmp_path: Path) -> None:
    path = tmp_path / "报告.txt"
    path.write_text(CLEAN, "utf-8")
    answer = run(path)
    assert (answer.exit_code, answer.output.splitlines()[1:]) == (
        0,
        [answer.output.splitlines()[-1]],
    ), answer.output


BAD_FILES: tuple[tuple[str, bytes, str], ...] = (
    ("报告.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧格式"),
    ("报告.wps", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧格式"),
    ("报告.pdf", b"%PDF-1.7\n", "PDF"),
    ("加密.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "密码"),
    ("坏.docx", b"PK\x03\x04 damaged", "损坏"),
    ("改名.txt", b"%PDF-1.7\n", "PDF"),
    ("二进制.txt", bytes(range(256)) * 4, "文本文件"),
    ("空.txt", b"", "没有认出"),
    ("通知.txt", "关于召开会议的通知\n请各单位准时参加。\n".encode(), "没有认出"),
)


@pytest.mark.parametrize(("name", "content", "says"), BAD_FILES, ids=[bad[0] for bad in BAD_FILES])
def test_what_is_no_report_gets_one_sentence(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    answer = run(path)
    assert answer.exit_code == 2
    assert answer.stderr.count("\n") == 1
    assert says in answer.stderr
    assert name in answer.stderr


def test_a_file_that_is_not_there_gets_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="不存在"):
        read_document(tmp_path / "没有.txt")


def test_the_rules_are_listed_with_their_sheets() -> None:
    text = CliRunner().invoke(main, ["rules"]).output
    assert re.search(r"^F02　硬性　 .*（收支情况）　依据：.+报表.+$", text, re.MULTILINE)
    assert re.search(r"^R01　提示　 .*（报告文字）　依据：本软件推定.+$", text, re.MULTILINE)
    rules = json.loads(CliRunner().invoke(main, ["rules", "--json"]).output)["rules"]
    assert [rule["id"] for rule in rules] == re.findall(r"^([A-Z]\d\d)　", text, re.MULTILINE)
    assert all(rule["sheets"] and rule["source"] for rule in rules)


def test_a_part_that_its_heading_does_not_have_is_no_figure() -> None:
    assert read_narrative(["一、基本支出三公", "5万元"]).said == []
