"""The narrative: its wording and numbering, and templates that are wrong or mean harm."""

import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from itertools import product
from types import FrameType
from typing import Any

import pytest
from jinja2 import Environment, meta

from xlreport.assets import names_in
from xlreport.datafile import read_outline, read_sample
from xlreport.model.fields import Kind, Value, blank, fields_of, sections_of
from xlreport.model.inputs import Inputs, Project, Style, TemplateLine, empty, with_values
from xlreport.model.self_evaluation import Criterion, Indicator
from xlreport.narrative import Narrative, Paragraph, known_names, narrate
from xlreport.report import evaluate

BODY = Style.BODY


def lines(*texts: str | tuple[str, str]) -> tuple[TemplateLine, ...]:
    pairs = [text if isinstance(text, tuple) else (BODY.value, text) for text in texts]
    return tuple(TemplateLine(style=style, text=text) for style, text in pairs)


def told(*texts: str | tuple[str, str], inputs: Inputs | None = None) -> Narrative:
    return narrate(evaluate(replace(inputs or read_sample(), template=lines(*texts))))


def written(*texts: str | tuple[str, str], inputs: Inputs | None = None) -> list[str]:
    story = told(*texts, inputs=inputs)
    assert story.faults == ()
    return [paragraph.text for paragraph in story.paragraphs]


def fault(text: str, inputs: Inputs | None = None) -> str:
    """What is said about a faulty line; the sound ones around it are written all the same."""
    story = told("前", text, "后", inputs=inputs)
    assert [found.line for found in story.faults] == [1]
    assert story.lines == ((Paragraph(BODY, "前"),), (), (Paragraph(BODY, "后"),))
    message = story.faults[0].message
    assert "\n" not in message
    assert not message.endswith("。")
    return message


def outline(inputs: Inputs, name: str = "A") -> Narrative:
    return narrate(evaluate(inputs), read_outline(name))


def text_of(inputs: Inputs) -> str:
    story = outline(inputs)
    assert story.faults == ()
    return "\n".join(paragraph.text for paragraph in story.paragraphs)


def project(name: str, full_year: int | None, executed: int | None = None, **more: Any) -> Project:
    blank = dict.fromkeys((field.key for field in fields_of(Project)), None)
    amounts = {"full_year": full_year, "executed": executed}
    exact = {key: None if value is None else Decimal(value) for key, value in amounts.items()}
    return Project(**{**blank, **exact, "name": name, **more})


# ------------------------------------------------------------------------------ numbering

HEADINGS = [
    (Style.LEVEL_1.value, 0),
    (Style.LEVEL_2.value, 1),
    (Style.LEVEL_3.value, 2),
    (Style.LEVEL_4.value, 3),
]


def test_headings_are_numbered_by_their_level() -> None:
    one, two, three, four = (style for style, _ in HEADINGS)
    outlined = [
        (one, "甲"),
        (two, "乙"),
        (three, "丙"),
        (four, "丁"),
        (four, "戊"),
        (three, "己"),
        (two, "庚"),
    ]
    assert written(*outlined, (BODY.value, "正文"), (three, "辛"), (one, "壬"), (two, "癸")) == [
        *("一、甲", "（一）乙", "1.丙", "（1）丁", "（2）戊", "2.己", "（二）庚"),
        *("正文", "1.辛", "二、壬", "（一）癸"),
    ]


@pytest.mark.parametrize("style", [style for style, _ in HEADINGS])
@pytest.mark.parametrize("kept", list(product((True, False), repeat=4)))
def test_a_heading_that_is_left_out_leaves_no_gap(style: str, kept: tuple[bool, ...]) -> None:
    texts = [(style, "{% if " + str(keep).lower() + " %}甲{% endif %}") for keep in kept]
    full = written(*[(style, "甲")] * 4)
    assert written(*texts) == full[: sum(kept)]


def test_a_faulty_heading_takes_no_number() -> None:
    story = told((Style.LEVEL_1.value, "甲"), (Style.LEVEL_1.value, "{{没有}}"), (Style.LEVEL_1.value, "乙"))
    assert [paragraph.text for paragraph in story.paragraphs] == ["一、甲", "二、乙"]


def test_a_loop_in_a_heading_numbers_every_pass() -> None:
    texts = written((Style.LEVEL_2.value, "{% for 项 in 内设机构 %}\n{{项.内设机构名称}}\n{% endfor %}"))
    assert texts[0] == "（一）办公室"
    assert texts[8] == "（九）信息化股"
    assert len(texts) == 9


@pytest.mark.parametrize(
    ("count", "numeral"),
    [(10, "十"), (11, "十一"), (20, "二十"), (99, "九十九"), (100, "一百"), (101, "一百零一")],
)
def test_many_headings_are_numbered(count: int, numeral: str) -> None:
    inputs = with_values(read_sample(), projects=tuple(project("甲", 1) for _ in range(count)))
    loop = "{% for 项 in 项目 %}\n甲\n{% endfor %}"
    assert written((Style.LEVEL_1.value, loop), inputs=inputs)[-1] == f"{numeral}、甲"
    assert written((Style.LEVEL_4.value, loop), inputs=inputs)[-1] == f"（{count}）甲"


@pytest.mark.parametrize("style", [style for style, _ in HEADINGS])
@pytest.mark.parametrize(
    "typed", ["三、", "十二、", "（三）", "(三)", "3.", "3、", "3．", "（3）", "(3)", " 三、 ", "１."]
)
def test_a_numeral_typed_by_hand_is_replaced(style: str, typed: str) -> None:
    assert written((style, f"{typed}项目情况")) == written((style, "项目情况"))


@pytest.mark.parametrize(
    "text", ["2022年科技奖励", "3.5亿元专项", "三公经费", "十里镇道路", "（和富铜业）", "100户"]
)
def test_what_only_begins_like_a_numeral_stays(text: str) -> None:
    assert written((Style.LEVEL_4.value, text)) == [f"（1）{text}"]


def test_a_numeral_in_the_body_stays() -> None:
    assert written("一、甲", "（1）乙") == ["一、甲", "（1）乙"]


# ------------------------------------------------------------------------------ printing


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{决算.总支出}}万元", "5420.82万元"),
        ("{{年初预算.项目支出}}万元", "180万元"),
        ("{{比率.基本支出占比}}", "9.4%"),
        ("{{比率.完成年初预算}}", "741.18%"),
        ("{{在职.合计}}人", "30人"),
        ("{{评价年度}}年", "2023年"),
        ("{{报告日期}}", "2024年4月2日"),
        ("{{资产.资产截止日期}}", "2023年12月31日"),
        ("{{年初预算.项目支出|两位小数}}", "180.00"),
        ("{{项目|sum(attribute='全年执行数')}}", "4290.99"),
        ("{{项目[0].执行率}}", "21.09%"),
        ("{{参数.分项说明金额}}", "50"),
        ("{{文字.整体执行情况原因|去句号}}。", "增加对规上工业企业的发展资金和补助。"),
        ("{{二级机构|名单}}", "衡东县中小企业发展服务中心、科技服务中心、衡东县企业发展服务中心"),
        ("{{决算.总支出 * 2}}", "10841.64"),
        ("{{决算.总支出 * 0.5}}", "2710.41"),
        ("{{决算.总支出 + 0.1}}", "5420.92"),
        ("{{决算.总支出 / 3}}", "1806.94"),
        ("{{'共' ~ 决算.总支出 ~ '万元'}}", "共5420.82万元"),
        ("{{项目|join('、', attribute='全年执行数')}}", "11.39、3708、137.8、433.8"),
        ("{{0.1 + 0.2}}", "0.3"),
        ("{{10 / 4}}", "2.5"),
        ("<b>{{单位名称}}</b> & R&D", "<b>衡东县科技和工业信息化局</b> & R&D"),
        ("{% for 项 in 项目 %}{{loop.index}}{% if not loop.last %}、{% endif %}{% endfor %}", "1、2、3、4"),
    ],
)  # fmt: skip
def test_figures_are_printed_as_a_paper_wants_them(template: str, text: str) -> None:
    assert written(template) == [text]


@pytest.mark.parametrize(("executed", "words"), [(80, "达到"), (79, "低于"), (81, "达到")])
def test_a_rate_compares_exactly_with_a_decimal(executed: int, words: str) -> None:
    inputs = with_values(
        read_sample(), final={"expenditure": Decimal(executed)}, full_year={"expenditure": Decimal(100)}
    )
    assert written("{% if 比率.预算执行率 >= 0.8 %}达到{% else %}低于{% endif %}", inputs=inputs) == [words]


def test_blank_lines_give_no_paragraph_and_each_line_gives_one() -> None:
    story = told("\n甲\n\n  乙  \r\n", "{% if false %}丙{% endif %}", "   ", "")
    assert [[p.text for p in line] for line in story.lines] == [["甲", "乙"], [], [], []]


def test_a_note_without_style_is_a_fault_and_an_empty_template_is_none() -> None:
    """What somebody jots down below the template must not be printed in the report."""
    jotted = (TemplateLine(style=None, text="备注"), TemplateLine(style=None, text=None))
    (fault,) = narrate(evaluate(replace(read_sample(), template=jotted))).faults
    assert (fault.line, fault.message[:6]) == (0, "没有选择样式")
    assert narrate(evaluate(replace(read_sample(), template=()))).paragraphs == ()


def test_a_unit_cannot_write_into_the_template() -> None:
    inputs = with_values(read_sample(), unit={"name": "{{决算.总支出}}{% for %}"})
    assert written("{{单位名称}}", inputs=inputs) == ["{{决算.总支出}}{% for %}"]


def test_other_lines_than_those_of_the_record_can_be_told() -> None:
    report = evaluate(replace(read_sample(), template=lines("{{没有}}")))
    story = narrate(report, lines("甲", "{{评价年度}}"))
    assert ([paragraph.text for paragraph in story.paragraphs], story.faults) == (["甲", "2023"], ())
    assert narrate(report, ()).paragraphs == ()
    assert len(narrate(report).faults) == 1


# ------------------------------------------------------------------------------ scores


SCORES = "{{得分.执行率得分}}、{{得分.总分}}、{{得分.等级}}、{{得分.评分标准合计}}"


def indicator(points: int, score: str | None, name: str = "甲", project: str | None = None) -> Indicator:
    exact = None if score is None else Decimal(score)
    given: dict[str, Any] = {"name": name, "project": project, "points": Decimal(points), "score": exact}
    row: Indicator = blank(Indicator)
    return row._replace(level_1="产出指标", direction="≥", target="100", actual="80", **given)


def test_scores_can_be_quoted() -> None:
    criteria = [("按执行率", 10, None), ("自评", 90, Decimal("81.5"))]
    inputs = with_values(
        read_sample(),
        full_year={"expenditure": Decimal(6000)},
        indicators=(indicator(90, None),),
        criteria=tuple(
            blank(Criterion)._replace(name=method, method=method, points=Decimal(points), score=score)
            for method, points, score in criteria
        ),
    )
    # 10 × 5420.82 ÷ 6000; 90 × 80 ÷ 100.
    assert written(SCORES, inputs=inputs) == ["9.03、81.03、良、90.53"]


def test_scores_that_are_not_there_are_gaps() -> None:
    story = told(SCORES, "{% if 得分.总分 is 已填 %}有{% else %}无{% endif %}")
    assert story.gaps == ("得分.总分", "得分.等级", "得分.评分标准合计")
    assert (story.paragraphs[-1].text, story.faults) == ("无", ())


def test_an_indicator_has_the_score_that_its_table_prints() -> None:
    rows = (indicator(50, None), indicator(40, "38.5"), indicator(20, None, project="没有这个项目"))
    text = "{% for 项 in 指标 %}{{项.得分}}；{% endfor %}"
    assert written(text, inputs=with_values(read_sample(), indicators=rows)) == [
        "40；38.5；〔未填：指标.得分〕；"
    ]


# ------------------------------------------------------------------------------ gaps


def test_a_blank_field_is_a_visible_gap_and_reported_once() -> None:
    story = told("甲{{决算.事业收入}}乙{{资产.资产总额}}", "{{决算.事业收入}}", inputs=empty())
    assert story.faults == ()
    assert [p.text for p in story.paragraphs] == [
        "甲〔未填：决算.事业收入〕乙〔未填：资产.资产总额〕",
        "〔未填：决算.事业收入〕",
    ]
    assert story.gaps == ("决算.事业收入", "资产.资产总额")


def test_a_blank_in_a_row_and_a_rate_without_figures_are_gaps() -> None:
    story = told("{{项目[1].年初预算数}}{{比率.政府采购执行率}}{{项目[1].类别|去句号}}")
    assert story.gaps == ("项目.年初预算数", "比率.政府采购执行率", "项目.类别")


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{决算.事业收入|default('无')}}", "无"),
        ("{{决算.事业收入|default(0)}}", "0"),
        ("{% if 决算.事业收入 is 已填 %}有{% else %}无{% endif %}", "无"),
        ("{% if 决算.总收入 is 已填 %}有{% else %}无{% endif %}", "有"),
        ("{% if 决算.事业收入 %}有{% else %}无{% endif %}", "无"),
        ("{% if 三公决算.因公出国境费 is 已填 %}填了0{% endif %}", "填了0"),
    ],
)
def test_what_is_asked_for_is_no_gap(template: str, text: str) -> None:
    story = told(template)
    assert ([p.text for p in story.paragraphs], story.gaps, story.faults) == ([text], (), ())


# ------------------------------------------------------------------------------ outline A


def test_outline_a_tells_the_sample_year() -> None:
    story = outline(read_sample())
    assert story.faults == ()
    assert story.gaps == ()
    text = "\n".join(paragraph.text for paragraph in story.paragraphs)
    for words in (
        "全年预算数5420.82万元，全年执行数5420.82万元，执行率100%，完成年初预算的741.18%。",
        "其中：基本支出509.63万元，占总支出的9.4%；项目支出4911.19万元，占总支出的90.6%。",
        "在职人员控制率83.33%",
        "较年初预算增加4689.44万元；",
    ):
        assert words in text
    assert not re.search(r"〔|\{|。。|，。|None|Decimal|Undefined", text)


def test_outline_a_numbers_the_sample_year_without_gaps() -> None:
    counts: dict[Style, int] = {}
    levels = [Style.LEVEL_1, Style.LEVEL_2, Style.LEVEL_3, Style.LEVEL_4]
    digits = "一二三四五六七八九"
    seen = 0
    for paragraph in outline(read_sample()).paragraphs:
        if paragraph.style not in levels:
            continue
        level = levels.index(paragraph.style)
        counts[paragraph.style] = counts.get(paragraph.style, 0) + 1
        for lower in levels[level + 1 :]:
            counts[lower] = 0
        number = counts[paragraph.style]
        expected = (f"{digits[number - 1]}、", f"（{digits[number - 1]}）", f"{number}.", f"（{number}）")[
            level
        ]
        assert paragraph.text.startswith(expected)
        seen += 1
    assert seen == 4 + 4 + 7 + 4


@pytest.mark.parametrize(
    ("full_year", "executed", "described", "told_of"),
    [
        (49, 0, None, False),
        (50, 0, None, True),
        (51, 0, None, True),
        (0, 50, None, True),
        (None, 50, None, True),
        (None, None, None, False),
        (50, 50, "否", False),
        (1, 1, "是", True),
    ],
)
def test_projects_from_the_threshold_on_are_described(
    full_year: int | None, executed: int | None, described: str | None, told_of: bool
) -> None:
    projects = (project("某某项目", full_year, executed, described=described),)
    text = text_of(with_values(read_sample(), projects=projects))
    assert ("（1）某某项目，" in text) is told_of
    assert ("本年度没有达到50万元的项目。" in text) is not told_of


def test_the_threshold_is_a_setting() -> None:
    inputs = with_values(
        read_sample(),
        projects=(project("甲项目", 99, 99), project("乙项目", 100, 100), project("丙项目", 300, 30)),
        settings={"described_from": Decimal(100)},
    )
    text = text_of(inputs)
    assert "（仅对100万元以上的项目资金进行分项说明）" in text
    assert "甲项目" not in text
    assert re.search(r"^（1）乙项目，.*执行率100%", text, re.MULTILINE)
    assert re.search(r"^（2）丙项目，.*执行率10%", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("income", "words"),
    [
        ("731.39", "较年初预算增加0.01万元；"),
        ("731.37", "较年初预算减少0.01万元；"),
        ("731.38", "与年初预算持平；"),
        ("0", "较年初预算减少731.38万元；"),
    ],
)
def test_more_less_and_equal_have_their_words(income: str, words: str) -> None:
    text = text_of(with_values(read_sample(), final={"income": Decimal(income)}))
    assert words in text
    assert ("差异产生的主要原因是" in text) is ("持平" not in words)


def test_procurement_of_zero_is_said_so() -> None:
    zero = "2023年度政府采购支出0万元，其中：货物0万元，工程0万元，服务0万元，本年度没有政府采购支出。"
    assert zero in text_of(read_sample())
    some = {"total": Decimal(12), "goods": Decimal(10), "works": Decimal(0), "services": Decimal(2)}
    text = text_of(
        with_values(read_sample(), procurement_final=some, procurement_budget={"total": Decimal(15)})
    )
    assert "政府采购支出12万元，其中：货物10万元，工程0万元，服务2万元。政府采购执行率80%。" in text
    assert "没有政府采购支出" not in text
    blank = dict.fromkeys(some, None)
    assert "〔未填：采购决算.合计〕" in text_of(with_values(read_sample(), procurement_final=blank))


def record(given: bool) -> Inputs:
    """A record with every field filled in, twice per table, or with none."""
    values: dict[Kind, Value] = {
        Kind.MONEY: Decimal("12.5"),
        Kind.COUNT: 3,
        Kind.NUMBER: Decimal("7.5"),
        Kind.PERCENT: Decimal("0.5"),
        Kind.YEAR: 2024,
        Kind.TEXT: "文字",
        Kind.LONG_TEXT: "一段文字。",
    }
    inputs = read_sample() if given else empty()
    parts: dict[str, Any] = {}
    for section in sections_of(Inputs) if given else ():
        filled = section.record(
            **{
                f.key: f.choices[0] if f.choices else values.get(f.kind, inputs.unit.report_date)
                for f in section.fields
            }
        )
        parts[section.key] = (filled, filled) if section.table else filled
    return replace(inputs, **parts)


@pytest.mark.parametrize("name", names_in("outlines"))
@pytest.mark.parametrize("given", [True, False], ids=["full", "empty"])
def test_an_outline_has_no_fault_on_any_record(name: str, given: bool) -> None:
    story = outline(record(given), name)
    assert [(found.line, found.message) for found in story.faults] == []
    assert bool(story.gaps) is not given
    assert "〔" not in "".join(p.text for p in story.paragraphs) or not given


@pytest.mark.parametrize("name", names_in("outlines"))
@pytest.mark.parametrize("missing", [s.key for s in sections_of(Inputs) if s.key != "template"])
def test_an_outline_has_no_fault_where_a_section_is_blank(name: str, missing: str) -> None:
    inputs = replace(record(True), **{missing: getattr(empty(), missing)})
    assert [(found.line, found.message) for found in outline(inputs, name).faults] == []


@pytest.mark.parametrize("name", names_in("outlines"))
def test_an_outline_uses_known_names_only(name: str) -> None:
    known = {group for group, _, _ in known_names(evaluate(record(True)))}
    plain = Environment()
    plain.tests["已填"] = lambda value: True
    for filter_name in ("增减", "绝对值", "两位小数", "名单", "去句号"):
        plain.filters[filter_name] = str
    used = set()
    for line in read_outline(name):
        used |= meta.find_undeclared_variables(plain.parse(line.text or ""))
    assert used
    assert used <= known
    dotted = {
        f"{group}.{item}" for group, items, table in known_names(evaluate(record(True))) for item in items
    }
    text = "".join(line.text or "" for line in read_outline(name))
    groups = [group for group, items, table in known_names(evaluate(record(True))) if items and not table]
    assert set(re.findall(rf"(?:{'|'.join(groups)})\.\w+", text)) <= dotted


# ------------------------------------------------------------------------------ faults

UNKNOWN = {
    "{{总支出}}": "没有“总支出”这个名称；可用的有：",
    "{{决算.总指出}}": "没有“总指出”这个名称；可用的有：总支出、",
    "{{没有.总支出}}": "没有“没有”这个名称",
    "{{比率.执行率}}": "没有“执行率”这个名称；可用的有：预算执行率、",
    "{% for 项 in 项目 %}{{项.名称}}{% endfor %}": "没有“名称”这个名称；可用的有：项目名称",
    "{% if 没有 %}甲{% endif %}": "没有“没有”这个名称",
    "{% if 决算.没有 is 已填 %}甲{% endif %}": "没有“没有”这个名称",
    "{{决算.没有|default('')}}": "没有“没有”这个名称",
    "{{项目.项目名称}}": "项目名称",
    "{{决算.总支出|大写}}": "“|大写”.*可用的有：.*增减.*去句号|可用的有：.*增减.*去句号",
    "{{决算.总支出|upper}}": "upper.*可用的有",
    "{{决算.总支出 is 大的}}": "大的.*已填",
    "{% 如果 x %}": "如果.*(for|if)",
    "{{决算.总收入 - 决算.事业收入}}": "“决算.事业收入”没有填写，不能计算或比较.*is 已填",
    "{{决算.事业收入 + 1}}": "“决算.事业收入”没有填写，不能计算",
    "{{2 * 决算.事业收入}}": "“决算.事业收入”没有填写，不能计算",
    "{{决算.事业收入 / 2}}": "“决算.事业收入”没有填写，不能计算",
    "{{决算.事业收入|绝对值}}": "“决算.事业收入”没有填写",
    "{{决算.事业收入|两位小数}}": "“决算.事业收入”没有填写",
    "{{决算.事业收入|增减}}": "“决算.事业收入”没有填写",
    "{% if 决算.事业收入 > 1 %}甲{% endif %}": "“决算.事业收入”没有填写，不能计算或比较",
    "{{项目|sum(attribute='年初预算数')}}": "“项目.年初预算数”没有填写",
    "{{决算.总支出 / 三公决算.因公出国境费}}": "除数为 0",
    "{{单位名称 * 2}}": "只能用于数字",
    "{{单位名称 + 1}}": "数字",
    "{% if 单位名称 > 1 %}甲{% endif %}": "数字",
    "{{单位名称|绝对值}}": "数字",
    "{{单位名称|名单}}": "表",
    "{{单位|名单}}": "表",
    "{% for 项 in 决算.总支出 %}甲{% endfor %}": "表",
    "{{项目}}": "不能(直接)?印出|不能打印",
    "{{决算}}": "不能(直接)?印出|不能打印",
    "{{决算.总支出": "模板写法有误",
    "{% if 决算.总支出 %}甲": "模板写法有误",
    "{% endif %}": "模板写法有误",
    "{{决算..总支出}}": "模板写法有误",
    "{{决算．总支出}}": "模板写法有误.*．",
    "{{决算.总支出｝｝": "模板写法有误.*｝",
    "{# 甲": "模板写法有误",
    "{{}}": "模板写法有误",
}  # fmt: skip


@pytest.mark.parametrize("text", UNKNOWN)
def test_a_template_error_names_the_row_and_what_is_known(text: str) -> None:
    message = fault(text)
    assert re.search(UNKNOWN[text], message), message


@pytest.mark.parametrize("text", [text for text in UNKNOWN if not UNKNOWN[text].startswith("模板写法有误")])
def test_a_message_speaks_chinese_and_not_python(text: str) -> None:
    message = fault(text)
    assert not re.search(r"<|class|object|Undefined|Decimal|decimal|unsupported|operand|'[A-Za-z]+'", message)


def test_an_unknown_style_names_those_that_there_are() -> None:
    story = told("前", ("小标题", "甲"), "后")
    assert [found.line for found in story.faults] == [1]
    assert re.search("小标题.*一级标题、.*正文", story.faults[0].message), story.faults[0].message
    assert len(story.paragraphs) == 2


def test_every_faulty_line_is_named() -> None:
    story = told("{{没有}}", "甲", "{{", "{{决算.没有}}")
    assert [found.line for found in story.faults] == [0, 2, 3]


# ------------------------------------------------------------------------------ templates that mean harm


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """End a hang that still runs Python code."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError

    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


FORBIDDEN = [
    "{{''.__class__}}",
    "{{''.__class__.__mro__[1].__subclasses__()}}",
    "{{''['__class__']}}",
    "{{决算.__class__}}",
    "{{决算['__init__']}}",
    "{{决算.items}}",
    "{{决算.keys()}}",
    "{{单位名称.upper}}",
    "{{单位名称.format(1)}}",
    "{{'{0.__class__}'.format(决算)}}",
    "{{决算.总支出.real}}",
    "{{决算.总支出.as_tuple}}",
    "{{项目[0].__class__}}",
    "{{项目.append(1)}}",
    "{{项目.append}}",
    "{{项目|map(attribute='__class__')|join}}",
    "{{项目|map(attribute='items')|join}}",
    "{{项目|map('attr', '__class__')|join}}",
    "{{项目|selectattr('__class__')|first}}",
    "{{单位名称|attr('__class__')}}",
    "{{单位名称|format(1)}}",
    "{{单位名称|xmlattr}}",
    "{% for 项 in 项目 %}{{loop.__class__}}{% endfor %}",
    "{% for 项 in 项目 %}{{loop._iterable}}{% endfor %}",
    "{% for 项 in 项目 %}{{loop.cycle(1, 2)}}{% endfor %}",
    "{{range}}",
    "{{range(9)}}",
    "{{dict(a=1)}}",
    "{{cycler}}",
    "{{cycler(1, 2)}}",
    "{{joiner()}}",
    "{{namespace()}}",
    "{% set x = namespace(a=1) %}",
    "{{lipsum}}",
    "{{lipsum()}}",
    "{{lipsum.__globals__}}",
    "{{self}}",
    "{{self.__init__}}",
    "{{self._TemplateReference__context}}",
    "{{决算()}}",
    "{{单位名称()}}",
    "{{caller()}}",
    "{% import 'os' as os %}",
    "{% from 'os' import path %}",
    "{% include 'a' %}",
    "{% include ['a', 'b'] ignore missing %}",
    "{% extends 'a' %}",
    "{% block 甲 %}{{self.甲()}}{% endblock %}",
    "{% macro 甲() %}{{甲()}}{% endmacro %}{{甲()}}",
    "{% macro 甲() %}甲{% endmacro %}{% call 甲() %}乙{% endcall %}",
    "{% for 项 in 项目 recursive %}{{loop(项目)}}{% endfor %}",
    "{{2 ** 9999999}}",
    "{{9 ** 9 ** 9}}",
    "{{'a' * 1000000000}}",
    "{{1000000000 * 'a'}}",
    "{{[1] * 1000000000}}",
    "{{'%1000000000s' % 1}}",
    "{{'%1000000000d' % 1}}",
    "{{'%.1000000000f' % 1}}",
    "{{1e400}}",
    "{{1e999 * 0}}",
    "{{" + "9" * 30_000 + "}}",
    "{{" + "9" * 4000 + " * " + "9" * 4000 + "}}",
    "{{" + "(" * 5000 + "1" + ")" * 5000 + "}}",
    "{{" + "[" * 5000 + "1" + "]" * 5000 + "}}",
    "{{" + "not " * 5000 + "1}}",
    "{{" + "-" * 5000 + "1}}",
    "{{1" + " + 1" * 5000 + "}}",
    "{{决算" + ".总支出" * 5000 + "}}",
    "{{1" + "|abs" * 5000 + "}}",
    "{{" * 16_000,
    "{%" * 16_000,
    "{% if true %}" * 200 + "甲" + "{% endif %}" * 200,
    "{% for a in 项目 %}" * 30 + "甲" + "{% endfor %}" * 30,
]  # fmt: skip


@pytest.mark.parametrize("text", FORBIDDEN, ids=[text[:40] for text in FORBIDDEN])
def test_a_template_reaches_nothing_but_figures(text: str) -> None:
    with time_limit(10):
        assert fault(text)


def nested(depth: int, inner: str, condition: str = "") -> str:
    return f"{{% for a in 项目{condition} %}}" * depth + inner + "{% endfor %}" * depth


DOUBLINGS = {
    "text": ("'甲'", "x ~ x"),
    "sums of texts": ("'甲'", "x + x"),
    "joined": ("'甲'", "[x, x]|join"),
    "lists": ("[1]", "x + x"),
    "nested lists": ("[1]", "[x, x]"),
    "nested tuples": ("(1,)", "(x, x)"),
    "dictionaries": ("{}", "{1: x, 2: x}"),
    "numbers": ("9", "x * x"),
    "default": ("'甲'", "没有|default(x ~ x)"),
}
GROWING = {
    name: f"{{% set x = {start} %}}" + f"{{% set x = {step} %}}" * 60 + "{{x}}"
    for name, (start, step) in DOUBLINGS.items()
} | {
    "numbers not printed": "{% set x = 9 %}" + "{% set x = x * x %}" * 60,
    "blocks": "{% set x %}甲{% endset %}" + "{% set x %}{{x}}{{x}}{% endset %}" * 60 + "{{x}}",
    "nested lists joined": "{% set x = [1] %}" + "{% set x = [x, x] %}" * 60 + "{{x ~ ''}}",
    "compared lists": (
        "{% set x = [1] %}{% set y = [1] %}"
        + "{% set x = [x, x] %}{% set y = [y, y] %}" * 60
        + "{% if x == y %}甲{% endif %}"
    ),
    "loops over a text": "{% for a in '0123456789' %}" * 12 + "{% endfor %}" * 12,
    "silent loops": nested(15, ""),
    "printing loops": nested(15, "甲"),
    "summing loops": nested(12, "{{项目|sum(attribute='全年执行数')}}"),
    "mapping loops": nested(12, "{{项目|map(attribute='项目名称')|join}}"),
    "loops with a condition": nested(15, "", " if a.项目名称 is 已填"),
    "long separators": nested(6, "{{项目|join('" + "甲" * 9000 + "', attribute='项目名称')}}"),
}

# In a process of its own, with a limit on memory: a hang inside C code does not hear an alarm.
CHILD = """
import sys
from dataclasses import replace
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
except ImportError:
    pass
from xlreport.datafile import read_sample
from xlreport.model.inputs import TemplateLine
from xlreport.narrative import narrate
from xlreport.report import evaluate
text = sys.stdin.buffer.read().decode()
sample = read_sample()
story = narrate(evaluate(replace(sample, template=(TemplateLine(style=None, text=text),))))
print(len(story.faults), len(story.paragraphs))
"""


@pytest.mark.parametrize("name", GROWING)
def test_a_template_that_grows_without_end_is_ended(name: str) -> None:
    try:
        child = subprocess.run(
            [sys.executable, "-c", CHILD],
            input=GROWING[name].encode(),
            capture_output=True,
            timeout=20,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.fail("it hangs")
    assert (child.returncode, child.stdout.split()) == (0, [b"1", b"0"]), child.stderr.decode()[-500:]


def test_loops_over_thousands_of_rows_are_fine() -> None:
    inputs = with_values(read_sample(), projects=tuple(project(f"项目{n}", 1, n) for n in range(5000)))
    text = "{% for 项 in 项目 %}\n{{项.项目名称}}：{{项.全年执行数}}万元\n{% endfor %}"
    assert written(text, inputs=inputs)[-1] == "项目4999：4999万元"
    assert written("{{项目|sum(attribute='全年执行数')}}", inputs=inputs) == ["12497500"]


# ------------------------------------------------------------------------------ the default outline


def outline_says(**sections: object) -> str:
    inputs = replace(with_values(read_sample(), **sections), template=read_outline("A"))
    return "".join(paragraph.text for paragraph in narrate(evaluate(inputs)).paragraphs)


def test_blank_procurement_is_a_gap_and_not_nothing() -> None:
    blank = dict.fromkeys(("total", "goods", "works", "services"), None)
    said = outline_says(procurement_final=blank)
    assert "没有政府采购支出" not in said
    assert "政府采购支出〔未填：采购决算.合计〕万元，其中：货物〔未填：采购决算.货物〕万元" in said


def test_a_project_without_spending_is_a_gap_and_not_without_budget() -> None:
    large = read_sample().projects[1]._replace(full_year=Decimal(80), executed=None)
    said = outline_says(projects=(large,))
    assert "没有安排全年预算" not in said
    assert "执行率〔未填：项目.执行率〕" in said
    none = read_sample().projects[1]._replace(full_year=Decimal(0), executed=Decimal(60))
    assert "没有安排全年预算" in outline_says(projects=(none,))


def test_a_rate_over_nothing_is_no_field_to_fill_in() -> None:
    assert "执行率〔基数为0：比率.预算执行率〕" in outline_says(full_year={"expenditure": Decimal(0)})


@pytest.mark.parametrize(
    "text", ["｛｛决算.总支出｝｝万元", "{决算.总支出}万元", "｛{决算.总支出}}", "{％ if 1 ％}甲"]
)
def test_unpaired_and_full_width_braces_are_not_printed(text: str) -> None:
    (fault,) = told(text).faults
    assert "花括号" in fault.message
