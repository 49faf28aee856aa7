"""Data files: exact figures, and a sentence with section and key for whatever is wrong."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from xlreport.assets import names_in
from xlreport.datafile import read_asset, read_data, read_outline, read_sample
from xlreport.errors import Unusable
from xlreport.model.inputs import Inputs, Style, empty, with_values


def read(folder: Path, text: str | bytes) -> Inputs:
    path = folder / "数据.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_data(path)


def test_an_empty_file_is_an_empty_record(tmp_path: Path) -> None:
    assert read(tmp_path, "") == read(tmp_path, "\ufeff# nothing\n") == empty()


def test_every_kind_of_value_is_read(tmp_path: Path) -> None:
    text = """
        [unit]
        name = "某县水利局"
        year = 2024
        report_date = 2025-03-20
        sealed = "否"
        budget_code = 301001
        [final]
        income = 5420.82
        [stated]
        execution_rate = 0.9886
        [[projects]]
        name = "甲"
        [[projects]]
        name = "乙"
        executed = 180
    """
    inputs = read(tmp_path, text)
    projects = inputs.projects
    assert inputs == with_values(
        empty(),
        unit={
            "name": "某县水利局",
            "year": 2024,
            "report_date": date(2025, 3, 20),
            "sealed": "否",
            "budget_code": "301001",
        },
        final={"income": Decimal("5420.82")},
        stated={"execution_rate": Decimal("0.9886")},
        projects=projects,
    )
    assert [(p.name, p.executed, p.initial) for p in projects] == [
        ("甲", None, None),
        ("乙", Decimal(180), None),
    ]


@pytest.mark.parametrize("figure", ["0.1", "0.07", "1234567.890123", "99999999.999999", "0.000001", "1e2"])
def test_amounts_are_exact_to_the_fen(tmp_path: Path, figure: str) -> None:
    assert read(tmp_path, f"[final]\nincome = {figure}").final.income == Decimal(figure)


def test_sums_of_amounts_have_no_noise(tmp_path: Path) -> None:
    final = read(tmp_path, "[final]\nincome = 0.3\nbasic = 0.1\nproject = 0.2").final
    assert final.basic is not None
    assert final.project is not None
    assert final.basic + final.project == final.income


UNTIDY = {
    "[fianl]\nincome = 1": "没有 [fianl] 这一节，可能是 final",
    "['完全不同']\nx = 1": "没有 [完全不同] 这一节，可用的有：unit、",
    "income = 1": "没有 [income] 这一节",
    '[[explanations]]\nrule = "Z99"\ntext = "无"': "[[explanations]] 第1项没有编号为“Z99”的规则，编号见 xlreport rules",
    '[[explanations]]\nrule = "B06"\n[[explanations]]\nrule = "B06"': "第2项与前面的B06重复，请并成一项",
    "[final]\nincom = 1": "[final]没有“incom”这个键，可能是 income",
    "[final]\n'总收入' = 1": "[final]没有“总收入”这个键，可用的有：income、",
    "[[projects]]\nname='甲'\n[[projects]]\nexecute = 1": (
        "[[projects]] 第2项没有“execute”这个键，可能是 executed"
    ),
    "[[final]]\nincome = 1": "“final”应写成 [final]",
    "final = 5": "“final”应写成 [final]",
    "[projects]\nname = '甲'": "“projects”应写成 [[projects]]",
    "projects = [1]": "[[projects]] 第1项应是“键 = 值”的形式",
    "[final]\nincome = '5万元'": "[final]的 income（总收入）“5万元”带有单位文字，请只填数字（单位为万元）",
    "[final]\nincome = true": "income（总收入）是逻辑值 TRUE",
    "[final]\nincome = -1": "income（总收入）-1是负数",
    "[final]\nincome = 54208200000": "income（总收入）54208200000过大，单位是万元",
    "[final]\nincome = nan": "income（总收入）不是有限的数（NaN）",
    "[final]\nincome = inf": "income（总收入）不是有限的数（Infinity）",
    "[final]\nincome = 1e999999999": "income（总收入）数字过大",
    "[final]\nincome = 2024-04-02": "income（总收入）是日期或时间",
    "[final]\nincome = [1]": "income（总收入）不是金额",
    "[final.income]\na = 1": "income（总收入）不是金额",
    "[unit]\nyear = 23": "year（评价年度）23不是 2000 至 2100 之间的年份",
    "[unit]\nyear = '2023年'": "year（评价年度）“2023年”是文字，请填四位数字，如 2023",
    "[unit]\nreport_date = '2024.4.2'": "report_date（报告日期）“2024.4.2”是文本格式的日期",
    "[unit]\nreport_date = 2024-04-02T10:30:00": "report_date（报告日期）2024-04-02 10:30:00带有时刻",
    "[unit]\nreport_date = 1999-01-01": "report_date（报告日期）1999-01-01不在 2000 至 2100 年之间",
    "[unit]\nsealed = '也许'": "sealed（加盖印章）“也许”不在可选项内，请从下拉列表选择：是、否",
    "[unit]\nname = '  '": "name（单位名称）只有空格",
    "[unit]\nname = true": "name（单位名称）是逻辑值 TRUE",
    "[unit]\nphone = 1e999999999": "phone（联系电话）",
    "[in_post]\ntotal = 1.5": "total（合计）1.5不是整数，请填整数（单位为人）",
    "[[template]]\nstyle = '小标题'\ntext = ''": "[[template]] 第1项的 style（样式）“小标题”不在可选项内",
    "[unit]\nname = 甲": "不是有效的 TOML",
    "[unit]\n[unit]": "不是有效的 TOML",
    f"[unit]\nyear = {'9' * 5000}": "",
    f"unit = {'[' * 5000}": "",
    f"{'[' * 5000}": "不是有效的 TOML",
    f"[unit]\nname = '{'长' * 32_768}'": "name（单位名称）长 32768 字，超过单元格上限 32767 字",
}


@pytest.mark.parametrize("text", UNTIDY, ids=[text[:30] for text in UNTIDY])
def test_what_is_wrong_is_named_in_one_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(Unusable) as refusal:
        read(tmp_path, text)
    sentence = str(refusal.value)
    assert sentence.startswith("数据.toml：")
    assert UNTIDY[text] in sentence
    assert sentence.endswith("。")
    assert "\n" not in sentence
    assert len(sentence) < 600


@pytest.mark.parametrize("data", ["[unit]\nname = '甲'".encode("gbk"), "甲".encode("utf-16"), b"\xff\xfe"])
def test_another_encoding_is_named(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Unusable, match=r"^数据.toml：不是 UTF-8 编码的文本，请另存为 UTF-8 后重试。$"):
        read(tmp_path, data)


def test_the_sample_year_is_complete() -> None:
    sample = read_sample()
    assert (sample.unit.name, sample.unit.year) == ("衡东县科技和工业信息化局", 2023)
    assert sample.final.expenditure == Decimal("5420.82")
    assert len(sample.projects) == 4


def test_the_outlines_are_read() -> None:
    styles = set()
    for name in names_in("outlines"):
        lines = read_outline(name)
        styles |= {line.style for line in lines}
        assert all(line.text for line in lines)
        assert read_asset("outlines", name, "提纲")["title"]
    assert styles == set(Style)


@pytest.mark.parametrize("name", ["Z", "", "../sample", "a"])
def test_an_unknown_outline_names_those_that_there_are(name: str) -> None:
    with pytest.raises(Unusable, match=r"^没有“.*”这个提纲；可用的有：A.*。$"):
        read_outline(name)
