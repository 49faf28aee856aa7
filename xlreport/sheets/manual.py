"""使用说明: how to, and the lists of sheets, rules and names, from the declarations."""

from collections.abc import Iterable, Sequence
from typing import Any

from xlreport.buttons import buttons
from xlreport.checks.listing import Entry, rule_list
from xlreport.model.fields import Field, Section
from xlreport.narrative import known_names
from xlreport.report import Report
from xlreport.sheets.layout import InputSheet, input_sheets
from xlreport.sheets.pen import ACCENT, LEVEL_COLOURS, Pen, height

STEPS = (
    "在各张黄色标签的表中填写浅黄色单元格。金额单位一律为万元，只填数字；日期填成 2024-4-2 的形式；没有的数留空或填 0。",
    "“核对”栏随填随判：√ 表示可用，“必填”“应为数字”“不应为负”表示需要补填或更正。",
    "“指标计算”自动得出各项比率。执行率是全年执行数除以全年预算数；完成年初预算是另一个比率，可以超过 100%。",
    "“绩效指标”一个指标一行：定量指标的“计算得分”按完成值和指标值得出，填了“得分”则采用所填的数。“评分标准”逐行按计分方法"
    "得出得分，可按本县通知修改；自评总分和等级见“首页”。",
    "用“运行检查”按钮或命令 xlreport check 检查全部勾稽关系。“硬性”必须更正；“需说明”更正，或在“检查结果”的“说明”一列写明原因，"
    "同一规则有几处问题的，下方逐处列行，可分别说明；“提示”供参考，不需处理的可写明理由。",
    "点“运行检查”时，说明与它所说明的问题一并记下；以后数字变了，结果显示“已过期”，请改写说明；原因仍成立的，清空“说明时的问题”"
    "一格再检查。新建下年度时说明带入，须重新说明。",
    "“报告模板”决定自评报告的文字：改写文字、增删行都可以；双花括号中的名称会换成数字，数字不在模板里重复填写。",
    "首页的“报告提纲”可改选自带的提纲；留空按“报告模板”。文字材料只填一次，换提纲不丢。",
    "附件2、附件3、附件4 由同一份数据生成：格式版本和编号在“参数设置”，缺的内容标为〔未填〕。把财政局的空白表放在同一文件夹，"
    "点“填表”即按行列名称填好另存，原表不动。",
    "导出用下列按钮，或用命令 xlreport report（Word 报告）、xlreport papers（各附件）、xlreport fill（填财政局的表）、"
    "xlreport filing（报送工作簿）、xlreport mail（带附件的邮件草稿）。",
    "导出的 Word 报告改过以后，保存在本工作簿所在的文件夹，点“核对报告”：不一致的数字列在“核对报告”表，并批注在报告的副本上。"
    "一年做完后点“新建下年度”，得到下一年度的工作簿。",
    "核对一份已经写好的报告时，把报告上印的比率和增减额填入“已公布数据”，检查会与重新计算的结果比较。",
)
TEMPLATE_HELP = (
    ("{{决算.总支出}}", "换成这个数，末尾的零省去；比率写成百分数，日期写成 2024年4月2日"),
    ("{{数|两位小数}}　{{数|绝对值}}", "保留两位小数；去掉负号"),
    ('{{数|增减}}　{{数|增减("增长","下降","持平")}}', "按正、负、零换成相应的词"),
    ("{% if 名称 is 已填 %}…{% endif %}", "填了才写这一句"),
    ("{% for 项目 in 分项项目 %}…{% endfor %}", "对每个达到分项说明金额的项目各写一段，一行一段"),
    ("{{内设机构|名单}}", "把表中的名称用顿号连起来"),
    ("{{文字.存在的问题|去句号}}", "去掉末尾的句号，便于接在句子中间"),
)


def write_manual(pen: Pen, sheet: Any, report: Report, functions: Sequence[tuple[str, str]] = ()) -> None:
    """Write the sheet; its lists are generated, so they name what there is.

    `functions` are those in the cells, each as it is written and what it gives.
    """
    sheet.set_column(0, 0, 2)
    sheet.set_column(1, 1, 42)
    sheet.set_column(2, 2, 12)
    sheet.set_column(3, 3, 74)
    pen.title(sheet, "使用说明")
    row = 2
    row = _heading(pen, sheet, row, "一、怎样填写和导出")
    for number, step in enumerate(STEPS, 1):
        sheet.merge_range(row, 1, row, 3, "", pen.boxed(text_wrap=True))
        pen.text(sheet, row, 1, f"{number}．{step}", pen.boxed(text_wrap=True))
        sheet.set_row(row, height(step, 124))
        row += 1
    row = _heading(pen, sheet, row + 1, "二、功能区“绩效自评”的按钮（装有加载项，或工作簿自带）")
    row = _table(pen, sheet, row, ("按钮", "", "作用"), ((b.label, "", b.help) for b in buttons()))
    row = _heading(pen, sheet, row + 1, "三、工作表")
    contents = ((declared.name, "", _contents(declared)) for declared in input_sheets())
    row = _table(pen, sheet, row, ("工作表", "", "内容"), contents)
    row = _heading(pen, sheet, row + 1, "四、检查规则")
    row = _table(pen, sheet, row, ("编号和所查的表", "级别", "规则和依据"), map(_rule, rule_list()))
    row = _heading(pen, sheet, row + 1, "五、报告模板的写法")
    row = _table(pen, sheet, row, ("写法", "", "作用"), ((a, "", b) for a, b in TEMPLATE_HELP))
    row = _heading(pen, sheet, row + 1, "六、模板中可用的名称")
    names = (_name(*item) for item in known_names(report))
    row = _table(pen, sheet, row, ("写法", "", "点号后的名称"), names)
    if functions:
        row = _heading(pen, sheet, row + 1, "七、单元格函数")
        row = _table(pen, sheet, row, ("写法", "", "结果"), ((name, "", gives) for name, gives in functions))
    sheet.freeze_panes(2, 0)
    sheet.set_landscape()
    sheet.print_area(0, 1, row - 1, 3)
    pen.protect(sheet)


def _contents(declared: InputSheet) -> str:
    """What one fills in there: the columns and tables, or the fields where there is but one of them."""
    sections = [*(section for form in declared.forms for section in form.sections), *declared.tables]
    items: Iterable[Field | Section] = sections if len(sections) > 1 else sections[0].fields
    return "、".join(item.label for item in items)


def _rule(entry: Entry) -> tuple[str, str, str]:
    return f"{entry.id}　{'、'.join(entry.sheets)}", str(entry.level), f"{entry.title}　【{entry.source}】"


def _name(group: str, members: tuple[str, ...], table: bool) -> tuple[str, str, str]:
    if table:
        return f"{{% for 行 in {group} %}}{{{{行.…}}}}{{% endfor %}}", "表", "、".join(members)
    return (f"{{{{{group}.…}}}}" if members else f"{{{{{group}}}}}", "", "、".join(members))


def _heading(pen: Pen, sheet: Any, row: int, text: str) -> int:
    pen.text(sheet, row, 1, text, pen.format(bold=True, font_size=12, font_color=ACCENT))
    sheet.set_row(row, 24)
    return row + 1


def _table(pen: Pen, sheet: Any, row: int, heads: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> int:
    for column, head in enumerate(heads, 1):
        pen.text(sheet, row, column, head, pen.head())
    for line in lines:
        row += 1
        for column, text in enumerate(line, 1):
            colour = {"bg_color": LEVEL_COLOURS[text]} if text in LEVEL_COLOURS else {}
            style = pen.boxed(text_wrap=True, align="center" if column == 2 else "left", **colour)
            pen.text(sheet, row, column, text, style)
        sheet.set_row(row, max(18.0, height(line[0], 42), height(line[2], 74)))
    return row + 1
