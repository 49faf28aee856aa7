"""The outlines that come with the program, and the choice among them: on 首页, on the command, or the sheet."""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from tests.live_cells import live_cells
from tests.office import convert
from xlreport.addin.udfs import FUNCTIONS
from xlreport.assets import names_in
from xlreport.cli import main
from xlreport.datafile import DEFAULT_STANDARD, read_data, read_outline, read_sample, with_standard
from xlreport.department import generated_workbook, mail_draft, open_department, word_report
from xlreport.errors import Unusable
from xlreport.model.fields import fields_of
from xlreport.model.inputs import (
    OUTLINES,
    OWN_OUTLINE,
    Inputs,
    Style,
    TemplateLine,
    Texts,
    empty,
    with_values,
)
from xlreport.narrative import Narrative, narrate
from xlreport.report import evaluate
from xlreport.sheets.master import build_master
from xlreport.sheets.reader import read_workbook
from xlreport.word import read_paragraphs

SHIPPED = names_in("outlines")
CASES = Path(__file__).parent / "cases"
OWN = (
    TemplateLine(style=Style.TITLE, text="{{单位名称}}自己的报告"),
    TemplateLine(style=Style.BODY, text="决算总支出{{决算.总支出}}万元。"),
)
TYPED = {field.key: f"{field.label}的第一段，\n第二段（{field.key}）" for field in fields_of(Texts)}


def base(**sections: Any) -> Inputs:
    return with_values(read_data(CASES / "base.toml"), **sections)


def story(inputs: Inputs, name: str) -> Narrative:
    return narrate(evaluate(inputs), read_outline(name))


def said(inputs: Inputs, name: str) -> str:
    return "\n".join(paragraph.text for paragraph in story(inputs, name).paragraphs)


def test_every_outline_can_be_chosen_and_every_choice_is_there() -> None:
    assert sorted(OUTLINES) == sorted([OWN_OUTLINE, *SHIPPED])


# ------------------------------------------------------------------------------ what they say

A_FROM_BUDGET_ON = [
    "二、预算支出及绩效情况",
    "（一）部门预决算情况",
    "1.部门预算情况",
    "2.部门决算情况（含年中预算追加情况）",
    "3.“三公”经费执行情况",
    "4.政府采购执行情况",
    "5.资产管理情况",
    "（二）资金使用及绩效情况",
    "1.整体绩效目标完成情况",
    "2.项目绩效目标完成情况（仅对50万元以上的项目资金进行分项说明）",
    "三、存在的问题及改进措施",
    "四、其他需要说明的情况",
]
HEADINGS = {
    "A": ["一、单位基本情况", "（一）部门主要职责", "（二）人员编制情况", *A_FROM_BUDGET_ON],
    "B": [
        "一、部门（单位）基本情况",
        "二、一般公共预算支出情况",
        "（一）基本支出情况",
        "（二）项目支出情况",
        "三、政府性基金预算支出情况",
        "四、国有资本经营预算支出情况",
        "五、社会保险基金预算支出情况",
        "六、部门整体支出绩效情况",
        "七、存在的问题及原因分析",
        "八、下一步改进措施",
        "九、自评结果拟应用和公开情况",
        "十、其他需要说明的情况",
    ],
    "C": ["一、基本情况", "（一）部门基本情况", "1.职责职能", "2.人员编制情况", *A_FROM_BUDGET_ON],
    "岳阳": [
        "一、部门（单位）基本概况",
        "（一）职能职责概述",
        "（二）年度主要工作内容",
        "（三）总体运行情况及取得的成绩",
        "二、部门（单位）收支情况",
        "（一）年度收入情况",
        "（二）年度支出情况",
        "（三）“三公”经费支出情况",
        "（四）政府采购情况",
        "（五）资产情况",
        "三、部门整体支出绩效自评情况",
        "（一）年度总体目标",
        "（二）目标完成情况",
        "（三）项目支出情况",
        "（四）自评得分",
        "四、存在问题",
        "五、改进措施",
        "六、其他需要说明的情况",
    ],
}


@pytest.mark.parametrize("name", SHIPPED)
def test_the_headings_are_those_of_the_outline(name: str) -> None:
    levels = (Style.LEVEL_1, Style.LEVEL_2, Style.LEVEL_3)
    assert [p.text for p in story(base(), name).paragraphs if p.style in levels] == HEADINGS[name]


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("inputs", [read_sample(), base(), empty()], ids=["sample", "base", "empty"])
def test_every_record_is_told(name: str, inputs: Inputs) -> None:
    told = story(inputs, name)
    assert told.faults == ()
    text = "\n".join(paragraph.text for paragraph in told.paragraphs)
    assert not re.search(r"\{|[。，；：][。，；]|None|Undefined|（）", text)
    assert [paragraph.style for paragraph in told.paragraphs[-2:]] == [Style.SIGNATURE, Style.DATE]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_sample_leaves_only_gaps_of_the_form(name: str) -> None:
    form = ("单位.预算编码", "单位.填表人", "单位.联系电话")
    assert story(read_sample(), name).gaps == (form if name == "岳阳" else ())


@pytest.mark.parametrize("name", SHIPPED)
def test_every_typed_text_is_in_the_report(name: str) -> None:
    told = said(base(texts=TYPED), name)
    for text in TYPED.values():
        for part in text.splitlines():
            assert part in told


def figures(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:\.\d+)?(?:万元|%|人次|人|批次)", text)) - {"50万元"}  # the threshold


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("inputs", [read_sample(), base()], ids=["sample", "base"])
def test_no_outline_leaves_a_figure_out_that_the_default_has(name: str, inputs: Inputs) -> None:
    wanted = figures(said(inputs, "A"))
    assert len(wanted) > 25
    assert wanted <= figures(said(inputs, name))


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize(
    "words",
    [
        "执行率100%，完成年初预算的741.18%",
        "占总支出的9.4%",
        "占总支出的90.6%",
        "在职人员控制率83.33%",
        "较年初预算增加4689.44万元",
        "全年预算数5420.82万元，全年执行数5420.82万元",
        "公务接待费1.97万元",
        "负债总额124.47万元，净资产168.17万元",
        "全年执行数11.39万元，执行率21.09%，主要原因是没有及时报账",
        "本年度没有政府采购支出",
    ],
)
def test_the_sample_is_told_alike(name: str, words: str) -> None:
    assert words in said(read_sample(), name)


def test_b_says_of_each_fund_what_there_is_or_that_there_is_none() -> None:
    none = said(with_values(empty(), unit={"year": 2023}), "B")
    nothing = [f"本年度无{fund}预算支出。" for fund in ("政府性基金", "国有资本经营", "社会保险基金")]
    assert all(words in none for words in nothing)
    zero = dict.fromkeys(("government_fund", "state_capital", "social_insurance"), 0)
    sources: dict[str, Any] = {key: {"government_fund": 0} for key in ("funds_full_year", "funds_executed")}
    inputs = base(initial=zero, full_year=zero, final=zero, **sources)
    assert all(words in said(inputs, "B") for words in nothing)
    told = said(base(final={"social_insurance": 7}), "B")
    assert (
        "2023年有政府性基金预算，年初预算安排收入60万元，全年预算安排收入60万元，决算收入55万元，"
        "全年预算安排支出60万元，决算支出58万元。"
    ) in told
    assert nothing[1] in told
    assert "2023年有社会保险基金预算，决算收入7万元。" in told


@pytest.mark.parametrize("name", ["B", "岳阳"])
def test_the_score_is_told_where_there_is_one(name: str) -> None:
    total = "按绩效指标自评，总分为96.57分（其中预算执行率得9.57分），评价等级为“优”。"
    assert total in said(base(), name)
    by_unit = tuple(line._replace(method="自评", score=line.points) for line in base().criteria)
    assert "按评分标准自评，得分合计为100分。" in said(base(indicators=(), criteria=by_unit), name)
    assert "自评，" not in said(read_sample(), name)
    assert "自评得分" not in said(read_sample(), name)


def test_the_cover_of_yueyang() -> None:
    unit = {"budget_code": "301001", "attachment": "附件1"}
    told = story(base(unit=unit), "岳阳").paragraphs
    assert [(p.style, p.text) for p in told[:8]] == [
        (Style.ATTACHMENT, "附件1"),
        (Style.COVER_TITLE, "2023年度部门整体支出绩效评价自评报告"),
        (Style.COVER, "部门（单位）名称：示例县林业局"),
        (Style.COVER, "预算编码：　　　　301001"),
        (Style.COVER, "评价方式：　　　　部门（单位）绩效自评"),
        (Style.COVER, "评价机构：　　　　部门（单位）评价组"),
        (Style.COVER, "报告日期：　　　　2024年3月15日"),
        (Style.COVER, "财政局（制）"),
    ]
    assert told[8].style is Style.LEVEL_1
    starts = {p.text.partition("：")[0]: p.text for p in told[9:13]}
    assert list(starts) == ["联系人", "联络电话", "人员编制", "实有人数"]


# ------------------------------------------------------------------------------ choosing one


def filled(outline: str | None, template: tuple[TemplateLine, ...] = OWN) -> Inputs:
    inputs = base(unit={"outline": outline}, texts=TYPED)
    return with_standard(replace(inputs, template=template), DEFAULT_STANDARD)


def master(inputs: Inputs, path: Path) -> Path:
    build_master(evaluate(inputs), path)
    return path


@pytest.mark.parametrize("outline", [None, *OUTLINES])
def test_the_choice_keeps_what_was_typed_and_decides_the_report(tmp_path: Path, outline: str | None) -> None:
    inputs = filled(outline)
    path = master(inputs, tmp_path / "m.xlsx")
    department = open_department(path)
    assert department.reading.problems == ()
    assert department.report.inputs == inputs
    own = outline in (None, OWN_OUTLINE)
    assert department.story == narrate(evaluate(inputs), OWN if own else read_outline(str(outline)))


def test_report_generated_workbook_and_mail_follow_the_same_choice(tmp_path: Path) -> None:
    department = open_department(master(filled("B"), tmp_path / "m.xlsx"))
    texts = [paragraph.text for paragraph in department.story.paragraphs]
    assert "九、自评结果拟应用和公开情况" in texts
    word_report(department).write(tmp_path / "r.docx")
    assert [paragraph.text for paragraph in read_paragraphs(tmp_path / "r.docx")] == texts
    generated_workbook(department).write(tmp_path / "g.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "g.xlsx")["自评报告"]
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == texts
    message = message_from_bytes(mail_draft(department).content(), policy=policy.default)
    (attached,) = (part for part in message.walk() if str(part.get_filename()).endswith(".docx"))
    content = attached.get_payload(decode=True)
    assert isinstance(content, bytes)
    (tmp_path / "mailed.docx").write_bytes(content)
    assert [paragraph.text for paragraph in read_paragraphs(tmp_path / "mailed.docx")] == texts


def test_a_faulty_template_does_no_harm_while_another_outline_is_chosen(tmp_path: Path) -> None:
    faulty = (*OWN, TemplateLine(style=Style.BODY, text="{{没有}}"))
    assert open_department(master(filled("A", faulty), tmp_path / "a.xlsx")).story.faults == ()
    department = open_department(master(filled(None, faulty), tmp_path / "own.xlsx"))
    with pytest.raises(Unusable, match=r"^own\.xlsx：报告模板!C8：没有“没有”这个名称"):
        _ = department.story


def test_an_empty_template_is_no_matter_while_another_outline_is_chosen(tmp_path: Path) -> None:
    assert open_department(master(filled("C", ()), tmp_path / "c.xlsx")).story.paragraphs
    with pytest.raises(Unusable, match="“报告模板”没有内容"):
        _ = open_department(master(filled(OWN_OUTLINE, ()), tmp_path / "own.xlsx")).story


def command(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def titles(path: Path) -> list[str]:
    return [p.text for p in read_paragraphs(path) if p.style in (Style.TITLE, Style.COVER_TITLE)]


def test_the_command_overrides_the_choice_for_one_run(tmp_path: Path) -> None:
    path = master(filled("B"), tmp_path / "m.xlsx")
    before = path.read_bytes()
    out = tmp_path / "r.docx"
    for name, title in (
        (None, "2023年度部门整体支出绩效自评报告"),
        ("岳阳", "2023年度部门整体支出绩效评价自评报告"),
        (OWN_OUTLINE, "示例县林业局自己的报告"),
    ):
        result = command("report", path, "-o", out, "--force", *(("--outline", name) if name else ()))
        assert result.exit_code == 0, result.output
        assert titles(out) == [title]
    assert path.read_bytes() == before


def test_an_unknown_outline_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = master(filled(None), tmp_path / "m.xlsx")
    result = command("report", path, "-o", tmp_path / "r.docx", "--outline", "Z")
    assert (result.exit_code, result.stderr) == (2, "没有“Z”这个提纲；可用的有：A、B、C、岳阳。\n")
    assert not (tmp_path / "r.docx").exists()


@pytest.mark.parametrize("name", SHIPPED)
def test_a_new_workbook_has_the_outline_on_its_sheet(tmp_path: Path, name: str) -> None:
    path = tmp_path / "n.xlsx"
    assert command("new", path, "--outline", name).exit_code == 0
    inputs = read_workbook(path).inputs
    assert (inputs.template, inputs.unit.outline) == (read_outline(name), None)


# ------------------------------------------------------------------------------ on the sheets


def cells_of(path: Path, *, stored: bool = False) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path, data_only=stored)


def field_row(book: openpyxl.Workbook) -> int:
    keys = [row[0] for row in book["单位信息"].iter_rows(max_col=1, values_only=True)]
    return keys.index("unit.outline") + 1


def test_the_choice_is_made_on_home(tmp_path: Path) -> None:
    book = cells_of(master(filled("C"), tmp_path / "m.xlsx"))
    home = book["首页"]
    assert [home[cell].value for cell in ("A5", "B5", "C5")] == ["unit.outline", "报告提纲", "C"]
    assert not home["C5"].protection.locked
    assert home["C5"].fill.fgColor.rgb == book["单位信息"]["D6"].fill.fgColor.rgb  # as every input
    assert home.column_dimensions["A"].hidden
    assert "unit.outline" not in [cell.value for cell in book["单位信息"]["A"]]
    (rule,) = (item for item in home.data_validations.dataValidation if str(item.sqref) == "C5")
    assert rule.type == "list"
    assert rule.formula1 == f'"{",".join(OUTLINES)}"'
    assert rule.showErrorMessage
    assert all(name in rule.prompt for name in SHIPPED)


@pytest.mark.parametrize(
    ("outline", "shown"), [(None, None), (OWN_OUTLINE, None), ("B", "B"), ("岳阳", "岳阳")]
)
def test_the_template_sheet_says_when_it_is_not_used(
    tmp_path: Path, outline: str | None, shown: str | None
) -> None:
    path = master(filled(outline), tmp_path / "m.xlsx")
    line = f"首页选择了提纲“{shown}”，报告按它生成，本表不起作用" if shown else None
    assert cells_of(path, stored=True)["报告模板"]["C1"].value == line
    cell = cells_of(path)["报告模板"]["C1"]
    assert "'首页'!$C$5" in cell.value
    assert cell.font.color.rgb == "FFC00000"


def test_the_preview_shows_the_lines_of_the_sheet_whatever_is_chosen(tmp_path: Path) -> None:
    inputs = filled("岳阳")
    cells = live_cells(evaluate(inputs), tmp_path / "live.xlsm")
    lines = tuple((line.style, line.text) for line in OWN)
    own = ("示例县林业局自己的报告", "决算总支出1100万元。")
    assert FUNCTIONS["XR_TEXTS"](lines, *cells.inputs) == tuple((text,) for text in own)
    sheet = cells_of(master(inputs, tmp_path / "m.xlsx"))["报告模板"]
    assert (sheet["D6"].value, sheet["D7"].value) == own


TYPED_OVER = {"B": "B", "": None}
WRONG = ("Z", "b", "=1/0")


@pytest.mark.parametrize("typed", [*TYPED_OVER, *WRONG])
def test_what_is_typed_on_home_is_read(tmp_path: Path, typed: str) -> None:
    """Also from a file that a program saved without calculating it."""
    path = master(filled("A"), tmp_path / "m.xlsx")
    book = cells_of(path)
    book["首页"]["C5"] = typed or None
    book.save(path)
    reading = read_workbook(path)
    assert (reading.inputs.template, reading.inputs.texts) == (OWN, Texts(**TYPED))
    if typed in TYPED_OVER:
        assert reading.problems == ()
        assert reading.inputs.unit.outline == TYPED_OVER[typed]
        return
    (problem,) = reading.problems
    assert str(problem).startswith("首页!C5：报告提纲")
    with pytest.raises(Unusable, match="首页!C5"):
        open_department(path)


@pytest.mark.parametrize("typed", [*TYPED_OVER, *WRONG])
def test_the_template_sheet_follows_what_is_typed(soffice: str, tmp_path: Path, typed: str) -> None:
    path = master(filled("A"), tmp_path / "m.xlsx")
    book = cells_of(path)
    book["首页"]["C5"] = typed or None
    book.save(path)
    says = cells_of(convert(soffice, path, "xlsx", tmp_path), stored=True)["报告模板"]["C1"].value or ""
    assert says == ("首页选择了提纲“B”，报告按它生成，本表不起作用" if typed == "B" else "")


def test_without_its_home_sheet_a_workbook_follows_its_template(tmp_path: Path) -> None:
    path = master(filled("B"), tmp_path / "m.xlsx")
    book = cells_of(path)
    del book["首页"]
    book.save(path)
    reading = read_workbook(path)
    assert reading.problems == ()
    assert reading.inputs.unit.outline is None


def test_a_department_without_a_choice_follows_its_sheet(tmp_path: Path) -> None:
    department = open_department(master(filled(None), tmp_path / "m.xlsx"))
    assert department.outline == OWN_OUTLINE
    assert open_department(tmp_path / "m.xlsx", "B").outline == "B"
