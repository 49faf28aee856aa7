"""The sheet 自检: what the functions must give, as named cells test_… that must all be TRUE.

Hidden until the button 诊断 shows it. LibreOffice calculates it in our tests, a user in Excel.
"""

from dataclasses import dataclass
from typing import Any

from xlreport.addin.function import ON_PURPOSE
from xlreport.sheets.layout import absolute, block
from xlreport.sheets.pen import BAD, GOOD, Pen

SHEET = "自检"
FIRST, HEAD = 6, 5  # the first test's row, and that of the heads
DIAGNOSIS = 17  # the column in which the button 诊断 writes what it found
_DATA = 8  # the column in which a small input sheet stands, with two columns of numbers beside it


@dataclass(frozen=True)
class Case:
    """One named cell: a formula that must be TRUE."""

    name: str
    formula: str
    says: str


# A piece of 收支情况 as the reader knows it, and two columns.
_SHEET_ROWS: tuple[tuple[Any, ...], ...] = (
    ("sheet:prior", None, None, None, None, None, None),
    ("form:accounts", None, None, "prior", "initial", "full_year", "final"),
    ("accounts.expenditure", None, None, None, 80.0, 200.0, 150.0),
    ("accounts.basic", None, None, None, None, None, 100.0),
    ("accounts.project", None, None, None, None, None, 49.0),
)
_PARTS, _WHOLES = (1.0, 2.0, None), (4.0, 0.0, 5.0)


def cases() -> tuple[Case, ...]:
    """The tests, the small sheet they use lying where `write_self_test` puts it."""
    data = block(SHEET, (HEAD, _DATA), (HEAD + len(_SHEET_ROWS) - 1, _DATA + 6))
    parts, wholes = (block(SHEET, (HEAD + 8, at), (HEAD + 10, at)) for at in (_DATA, _DATA + 1))
    zero, blank = (absolute((SHEET, row, _DATA + 1)) for row in (HEAD + 9, HEAD + 11))
    rates = f"XR_RATES({parts},{wholes})"
    scores = f'XR_SCORE({parts},{wholes},8,"≥")'
    return (
        Case("test_share", "XR_SHARE(1,8)=0.125", "1 ÷ 8"),
        Case("test_share_rounds_half_up", "XR_SHARE(1,16)=0.0625", "四位小数"),
        Case("test_share_zero", f'XR_SHARE(1,{zero})="—"', "整体为 0 得 —"),
        Case("test_share_blank", f'XR_SHARE({blank},2)=""', "空白得空白"),
        Case("test_share_text", f'ISERROR(XR_SHARE("{ON_PURPOSE}",2)+0)', "文字得错误值"),
        Case("test_change", "XR_CHANGE(3,2)=0.5", "（3 − 2）÷ 2"),
        Case("test_balance", "XR_BALANCE(0.3,0.1,0.2)=0", "0.3 − 0.1 − 0.2 恰为 0"),
        Case("test_balance_range", f"XR_BALANCE(4,{parts})=1", "区域作分项，空白不计"),
        Case("test_score", "XR_SCORE(3824.26,4753.66,10)=8.04", "执行率 80.45% 得 8.04 分"),
        Case("test_score_met", 'XR_SCORE(5200,5000,20,"≥")=20', "达成得满分"),
        Case("test_score_missed", 'XR_SCORE("81%","90%",10,"≥")=9', "未达成按比例得分"),
        Case("test_score_at_most", 'XR_SCORE(125,100,10,"≤")=8', "超过 ≤ 的指标值，反过来按比例"),
        Case("test_score_equal", 'XR_SCORE(80,100,10,"=")+XR_SCORE(125,100,10,"=")=16', "不足和超过都按比例"),
        Case(
            "test_score_zero",
            'XR_SCORE(0,0,10,"≥")+XR_SCORE(1,0,10,"≤")=10',
            "指标值为 0：达成得满分，否则 0",
        ),
        Case("test_score_quality", 'XR_SCORE("完成","完成",10,"定性")=""', "定性指标不计算"),
        Case("test_score_column", f"INDEX({scores},1)+INDEX({scores},2)=10", "各参数可为列"),
        Case("test_score_column_blank", f'INDEX({scores},3)=""', "空白得空白"),
        Case("test_grade_below", 'XR_GRADE(89.99)&XR_GRADE(79.99)&XR_GRADE(59.99)="良中差"', "界限以下"),
        Case("test_grade", 'XR_GRADE(90)&XR_GRADE(80)&XR_GRADE(60)&XR_GRADE(59.99)="优良中差"', "界限"),
        Case("test_grade_full", 'XR_GRADE(45,50)="优"', "满分 50"),
        Case("test_rates", f"INDEX({rates},1)=0.25", "逐行相除"),
        Case("test_rates_zero", f'INDEX({rates},2)="—"', "除数为 0 得 —"),
        Case("test_rates_blank", f'INDEX({rates},3)=""', "空白得空白"),
        Case("test_rate", f'XR_RATE("预算执行率",{data})=0.75', "150 ÷ 200"),
        Case("test_check", f'INDEX(XR_CHECK("F02","",{data}),1,1)="硬性"', "150 ≠ 100 ＋ 49"),
        Case("test_check_passes", f'INDEX(XR_CHECK("B05","",{data}),1,1)="通过"', "150 ≤ 200"),
        Case("test_problems", f'LEFT(XR_PROBLEMS({data}),4)="填写有误"', "缺行的表"),
        Case(
            "test_texts", f'XR_TEXTS({block(SHEET, (FIRST, 5), (FIRST, 6))},{data})="支出150万元。"', "模板"
        ),
    )


def write_self_test(pen: Pen, sheet: Any) -> None:
    """Write the sheet, hidden, and its names."""
    sheet.set_column(0, 0, 2)
    sheet.set_column(1, 1, 30)
    sheet.set_column(2, 2, 12)
    sheet.set_column(3, 3, 34)
    sheet.set_column(5, _DATA + 6, 14)
    sheet.set_column(_DATA, _DATA, 24)
    sheet.set_column(DIAGNOSIS, DIAGNOSIS + 3, 24)
    sheet.set_landscape()
    pen.title(sheet, SHEET)
    pen.note(sheet, 1, 1, "下列各项应全部为 TRUE；不是时请点“诊断”，或在命令行运行 xlreport doctor。")
    for column, head in enumerate(("名称", "结果", "内容"), 1):
        pen.text(sheet, HEAD, column, head, pen.head())
    for row, test in enumerate(cases(), FIRST):
        pen.text(sheet, row, 1, test.name, pen.boxed())
        pen.formula(sheet, row, 2, f"=AND(IFERROR({test.formula},FALSE))", pen.boxed(align="center"), True)
        pen.text(sheet, row, 3, test.says, pen.boxed())
        pen.book.define_name(test.name, f"={absolute((SHEET, row, 2))}")
    last = FIRST + len(cases()) - 1
    results = block(SHEET, (FIRST, 2), (last, 2))
    formula = f'=IF(AND({results}),"全部通过",COUNTIF({results},FALSE)&" 项不通过")'
    pen.text(sheet, 3, 1, "结论", pen.head())
    pen.formula(sheet, 3, 2, formula, pen.boxed(bold=True), "全部通过")
    for words, colour in ((True, GOOD), (False, BAD)):
        looks = pen.format(font_color=colour)
        rule = {"type": "cell", "criteria": "==", "value": str(words).upper(), "format": looks}
        sheet.conditional_format(FIRST, 2, last, 2, rule)
    _write_data(pen, sheet)
    sheet.hide()


def _write_data(pen: Pen, sheet: Any) -> None:
    """What the tests calculate with, out of the way to the right."""
    grey = pen.aside()
    pen.note(sheet, HEAD - 1, 5, "自检所用的数据，请勿改动：")
    pen.text(sheet, FIRST, 5, "正文", grey)
    pen.text(sheet, FIRST, 6, "支出{{决算.总支出}}万元。", grey)
    columns = [_PARTS, _WHOLES]
    cells = [(HEAD + row, _DATA + at, v) for row, line in enumerate(_SHEET_ROWS) for at, v in enumerate(line)]
    cells += [
        (HEAD + 8 + row, _DATA + at, v) for at, line in enumerate(columns) for row, v in enumerate(line)
    ]
    for row, column, value in cells:
        if isinstance(value, str):
            pen.text(sheet, row, column, value, grey)
        elif value is not None:
            sheet.write_number(row, column, value, grey)
