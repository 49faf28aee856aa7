"""Blank forms as bureaus hand them out, made by LibreOffice: the grids of domain.md 2.2–2.4 with their variants.

Run by itself it writes them into a folder: python -m tests.form_maker FOLDER
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlreport.libreoffice.office import Office, properties, struct

THIN = 26  # hundredths of a millimetre
GREY, CREAM = 0xD9D9D9, 0xFFF8E1

Line = Sequence[str | float | None]


@dataclass
class Form:
    """A sheet to be made: its cells row by row (None is covered or left out), and how it looks."""

    name: str
    rows: list[Line]
    merged: tuple[str, ...] = ()
    framed: str = ""  # gets borders, wrapped text and a font
    widths: tuple[int, ...] = ()  # millimetres
    formats: dict[str, str] = field(default_factory=dict)  # range → number format
    heads: tuple[str, ...] = ()  # ranges in grey
    repeated: tuple[int, int] | None = None  # rows printed on every page
    landscape: bool = False
    validated: str = ""  # accepts numbers from 0 on only
    conditional: str = ""  # is coloured where negative
    unlocked: tuple[str, ...] = ()  # the sheet is protected, but for these
    note: tuple[str, str] | None = None  # a comment on a cell
    hidden: bool = False


def save(office: Office, forms: Sequence[Form], path: Path) -> Path:
    """Make a workbook of these sheets in LibreOffice and save it as .xlsx."""
    document = office.new()
    try:
        sheets = document.Sheets
        for at, form in enumerate(forms):
            if at:
                sheets.insertNewByName(form.name, at)
            else:
                sheets.getByIndex(0).Name = form.name
            _make(document, sheets.getByIndex(at), form)
        document.storeToURL(path.as_uri(), properties(FilterName="Calc MS Excel 2007 XML"))
    finally:
        office.close(document)
    return path


def _make(document: Any, sheet: Any, form: Form) -> None:
    for row, line in enumerate(form.rows):
        for column, content in enumerate(line):
            cell = sheet.getCellByPosition(column, row)
            if isinstance(content, str) and content.startswith("="):
                cell.Formula = content.replace(",", ";")  # the separator of its own language
            elif isinstance(content, str):
                cell.String = content
            elif content is not None:
                cell.Value = content
    for area in form.merged:
        sheet.getCellRangeByName(area).merge(True)
    for column, width in enumerate(form.widths):
        sheet.Columns.getByIndex(column).Width = width * 100
    if form.framed:
        _frame(sheet.getCellRangeByName(form.framed))
    for area in form.heads:
        sheet.getCellRangeByName(area).CellBackColor = GREY
    for area, code in form.formats.items():
        locale = struct("com.sun.star.lang.Locale")
        numbers = document.NumberFormats
        key = numbers.queryKey(code, locale, False)
        sheet.getCellRangeByName(area).NumberFormat = numbers.addNew(code, locale) if key < 0 else key
    _page(document, sheet, form)
    _rules(sheet, form)
    if form.note:
        place = sheet.getCellRangeByName(form.note[0]).CellAddress
        sheet.Annotations.insertNew(place, form.note[1])
    for area in form.unlocked:
        free = struct("com.sun.star.util.CellProtection")
        free.IsLocked = False
        sheet.getCellRangeByName(area).CellProtection = free
    if form.unlocked:
        sheet.protect("")
    if form.hidden:
        sheet.IsVisible = False


def _frame(area: Any) -> None:
    line = struct("com.sun.star.table.BorderLine2")
    line.OuterLineWidth = line.LineWidth = THIN
    border = struct("com.sun.star.table.TableBorder2")
    for side in ("Top", "Bottom", "Left", "Right", "Horizontal", "Vertical"):
        setattr(border, f"{side}Line", line)
        setattr(border, f"Is{side}LineValid", True)
    area.TableBorder2 = border
    area.IsTextWrapped = True
    area.CharFontName = area.CharFontNameAsian = "仿宋"
    area.CharHeight = area.CharHeightAsian = 11


def _page(document: Any, sheet: Any, form: Form) -> None:
    styles = document.StyleFamilies.getByName("PageStyles")
    name = f"page-{form.name}"
    style = document.createInstance("com.sun.star.style.PageStyle")
    styles.insertByName(name, style)
    sheet.PageStyle = name
    style.IsLandscape = form.landscape
    short, long = 21000, 29700
    style.Width, style.Height = (long, short) if form.landscape else (short, long)
    style.ScaleToPagesX, style.ScaleToPagesY = 1, 0
    style.LeftMargin = style.RightMargin = 1500
    used = sheet.createCursor()
    used.gotoEndOfUsedArea(False)
    area = struct("com.sun.star.table.CellRangeAddress")
    area.Sheet = sheet.RangeAddress.Sheet
    area.EndColumn, area.EndRow = used.RangeAddress.EndColumn, used.RangeAddress.EndRow
    sheet.PrintAreas = (area,)
    if form.repeated:
        titles = struct("com.sun.star.table.CellRangeAddress")
        titles.Sheet, (titles.StartRow, titles.EndRow) = area.Sheet, form.repeated
        sheet.TitleRows, sheet.PrintTitleRows = titles, True


def _rules(sheet: Any, form: Form) -> None:
    from xlreport.libreoffice.office import find_uno

    enum = find_uno().Enum
    if form.validated:
        area = sheet.getCellRangeByName(form.validated)
        rule = area.Validation
        rule.Type = enum("com.sun.star.sheet.ValidationType", "DECIMAL")
        rule.setOperator(enum("com.sun.star.sheet.ConditionOperator", "GREATER_EQUAL"))
        rule.setFormula1("0")
        rule.ErrorMessage = "请填不小于 0 的数"
        area.Validation = rule
    if form.conditional:
        area = sheet.getCellRangeByName(form.conditional)
        conditions = area.ConditionalFormat
        conditions.addNew(
            properties(
                Operator=enum("com.sun.star.sheet.ConditionOperator", "LESS"), Formula1="0", StyleName="Bad"
            )
        )
        area.ConditionalFormat = conditions


# ------------------------------------------------------------------------------ 附件2

_FOOT: Line = ("填表人：", "填报日期：", "联系电话：", "单位负责人签字：")
_STAFF: list[Line] = [
    ("财政供养人员情况(人)", "编制数", "2023年实际在职人数", "控制率"),
    (None,) * 4,
]
_BUILDINGS: list[Line] = [
    ("楼堂馆所控制情况（2023年完工项目）", "批复规模(㎡)", "实际规模(㎡)", "规模控制率"),
    (None,) * 4,
    (None, "预算投资(万元)", "实际投资(万元)", "投资概算控制率"),
    (None,) * 4,
]


def base_a() -> Form:
    """Version A as 贯塘乡 2023 prints it, the blocks in another order, the total of 三公经费 a formula."""
    rows: list[Line] = [
        ("附件2",),
        ("部门整体支出绩效评价基础数据表",),
        ("填报单位：　　　　　　　　（盖章）", None, None, "单位：万元"),
        *_STAFF,
        ("经费控制情况(万元)", "2022年决算数", "2023年预算数", "2023年决算数"),
        ("公用经费",),
        ("　其中：办公经费",),
        ("　　　　水费、电费、差旅费",),
        ("　　　　会议费、培训费",),
        ("三公经费", "=B12+B15+B16", "=C12+C15+C16", "=D12+D15+D16"),
        ("1、公务用车购置和维护经费",),
        ("　其中：公车购置",),
        ("　　　　公车运行维护",),
        ("2、出国经费",),
        ("3、公务接待",),
        ("项目支出：",),
        ("1、业务工作经费",),
        ("2、运行维护经费",),
        ("3、省级专项资金（每个专项一行）",),
        (None,),
        (None,),
        ("政府采购金额",),
        ("部门基本支出预算调整", "/", "/"),
        *_BUILDINGS,
        ("厉行节约保障措施",),
        (
            "说明：“项目支出”需要填报基本支出以外的所有项目支出情况，“公用经费”填报基本支出中的一般商品和服务支出。",
        ),
        ("填表人：　　　　　　填报日期：　　年　　月　　日　　　　联系电话：　　　　　　单位负责人签字：",),
    ]
    return Form(
        "基础数据表",
        rows,
        merged=("A2:D2", "A4:A5", "A25:A28", "B29:D29", "A30:D30", "A31:D31"),
        framed="A4:D29",
        widths=(62, 32, 32, 32),
        formats={"B7:D24": "0.00", "D5": "0.00%", "D26": "0.00%", "D28": "0.00%"},
        heads=("A4:D4", "A6:D6", "B25:D25", "B27:D27"),
        repeated=(5, 5),
        validated="B7:D10",
        conditional="B7:D24",
        note=("A20", "每个专项一行"),
    )


def base_b() -> Form:
    """Version B as 益阳 prints it, in 元, with other names, line breaks in cells and half-width signs."""
    rows: list[Line] = [
        ("2023年度部门整体支出绩效评价基础数据表",),
        ("单 位 名 称", None, None, "金额单位:元"),
        ("财政供养人员情况（人）", "编制数", "2023年\n实际在职人数", "控制率（%）"),
        (None,) * 4,
        ("经费控制情况", "2022年\n决算数", "2023年\n预算数", "2023年\n决算数"),
        ("支出总额",),
        ("基本支出",),
        ("　其中:公用经费",),
        ("项目支出",),
        ("　其中:1.运行维护经费",),
        ("　　　 2.专项资金(一个项目一行)",),
        (None,),
        ("“三公”经费",),
        ("(1)因公出国（境）费",),
        ("(2)公务接待费",),
        ("(3)公务用车购置及运行维护费",),
        ("　其中:公务用车购置费",),
        ("　　　 公务用车运行维护费",),
        ("政府采购金额",),
        *_BUILDINGS,
        ("厉行节约保障措施",),
        _FOOT,
    ]
    return Form(
        "附件2",
        rows,
        merged=("A1:D1", "B2:C2", "A3:A4", "A20:A23", "B24:D24"),
        framed="A2:D24",
        widths=(62, 36, 36, 36),
        formats={"B6:D19": "#,##0.00"},
        heads=("A3:D3", "A5:D5"),
    )


def base_yueyang() -> Form:
    """The rows of 岳阳楼区, with heads on two levels and headings of three columns' depth left out."""
    rows: list[Line] = [
        ("附件2：部门整体支出绩效评价基础数据表",),
        ("填报单位：", None, None, None),
        *_STAFF,
        ("经费控制情况（万元）", "2022年", "2023年", None),
        (None, "决算数", "预算数", "决算数"),
        ("三公经费",),
        ("1、公务用车购置和维护经费",),
        ("其中：公车购置",),
        ("公车运行维护",),
        ("2、出国经费",),
        ("3、公务接待",),
        ("项目支出",),
        ("1、业务工作经费",),
        ("2、区级专项资金（一个专项一行）",),
        (None,),
        ("3、上级转移支付",),
        ("公用经费",),
        ("其中：办公经费",),
        ("水费、电费、差旅费",),
        ("会议费、培训费",),
        ("政府采购金额",),
        ("部门基本支出预算调整",),
        *_BUILDINGS,
        ("厉行节约保障措施",),
        _FOOT,
    ]
    return Form(
        "基础数据",
        rows,
        merged=("A1:D1", "A3:A4", "A5:A6", "C5:D5", "A24:A27", "B28:D28"),
        framed="A3:D28",
        widths=(62, 32, 32, 32),
        formats={"B7:D23": "0.00"},
    )


# ------------------------------------------------------------------------------ 附件3

_INDICATORS: Line = (
    *("一级指标", "二级指标", "三级指标", "年度\n指标值", "实际\n完成值", "分值", "得分"),
    "偏差原因分析\n及改进措施",
)


def overall() -> Form:
    """附件3 with formulas for rate, score and totals, two rows for each kind of indicator."""
    kinds = ("数量指标", "质量指标", "时效指标", "成本指标")
    effects = ("经济效益\n指标", "社会效益\n指标", "生态效益\n指标", "可持续影响\n指标")
    rows: list[Line] = [
        ("部门整体支出绩效自评表",),
        ("（2023年度）",),
        ("预算部门（单位）名称",),
        (
            "年度预算申请\n（万元）",
            None,
            None,
            "年初预算数",
            "全年预算数",
            "全年执行数",
            "分值",
            "执行率",
            "得分",
        ),
        (None, "年度资金总额", None, None, None, None, 10, '=IF(E5=0,"",F5/E5)', "=ROUND(G5*MIN(1,H5),2)"),
        (None, "按收入性质分：", None, None, None, "按支出性质分：", None, None, None),
        (None, "其中：一般公共预算", None, None, None, "其中：基本支出", None, None, None),
        (None, "　　　政府性基金拨款", None, None, None, "　　　项目支出", None, None, None),
        (None, "　　　纳入专户管理的非税收入拨款"),
        (None, "　　　其他资金"),
        ("年度总体目标", "预期目标", None, None, None, "实际完成情况"),
        (None,),
        ("绩\n效\n指\n标", *_INDICATORS),
        *[
            (None, "产出指标\n（50分）" if not at else None, kinds[at // 2] if at % 2 == 0 else None)
            for at in range(8)
        ],
        *[(None, "效益指标\n（30分）" if not at else None, effects[at]) for at in range(4)],
        (None, "满意度\n指标\n（10分）", "服务对象\n满意度指标"),
        (None,),
        ("总分", None, None, None, None, None, "=G5+SUM(G14:G27)", "=I5+SUM(H14:H27)"),
        ("填表人：", None, "填报日期：", None, None, "联系电话：", None, "单位负责人签字："),
    ]
    merged = ["A1:I1", "A2:I2", "A3:C3", "D3:I3", "A4:A10", "B4:C4", "B5:C5", "A11:A12", "B11:E11", "F11:I11"]
    merged += ["B12:E12", "F12:I12", "A13:A27", "B14:B21", "B22:B25", "B26:B27", "C26:C27", "A28:F28"]
    for row in range(6, 11):
        merged += [f"B{row}:D{row}", f"F{row}:H{row}"]
    merged += [f"C{row}:C{row + 1}" for row in range(14, 22, 2)]
    return Form(
        "整体自评表",
        rows,
        merged=tuple(merged),
        framed="A3:I28",
        widths=(14, 24, 24, 34, 26, 26, 16, 16, 40),
        formats={"D5:F5": "0.00", "E6:E10": "0.00", "I6:I8": "0.00", "H5": "0.00%", "G14:H28": "0.00"},
        heads=("A4:I4", "A11:I11", "A13:I13"),
        repeated=(12, 12),
        landscape=True,
    )


def sichuan() -> Form:
    """附件3 with the heads of 四川 and 重庆: 调整后预算数, 预算执行数, 权重, 原因; its rows across the columns."""
    rows: list[Line] = [
        ("部门整体支出绩效自评表（2023年度）",),
        ("部门（单位）名称",),
        ("预算执行情况（元）", None, "年初预算", "调整后预算数", "预算执行数", "权重", "预算执行率", "得分"),
        (None, "年度资金总额"),
        (None, "一般公共预算"),
        (None, "政府性基金拨款"),
        (None, "其他资金"),
        ("一级指标", "二级指标", "三级指标", "指标值", "全年完成值", "权重", "得分", "原因"),
        *[(None,)] * 9,
        ("总分",),
    ]
    return Form(
        "自评",
        rows,
        merged=("A1:H1", "B2:H2", "A3:A7", "A18:E18"),
        framed="A2:H18",
        widths=(30, 34, 30, 30, 30, 20, 20, 40),
    )


# ------------------------------------------------------------------------------ 附件4


def project(name: str = "项目支出绩效自评表", first: str | None = None) -> Form:
    """The national form of 附件4, with places for numbered indicators and formulas for the rates."""
    rate = '=IF(D{0}="","",E{0}/D{0})'
    rows: list[Line] = [
        ("附件4",),
        ("项目支出绩效自评表",),
        ("（2023年度）",),
        ("项目名称", first),
        ("主管部门", None, None, None, "实施单位"),
        ("项目资金\n（万元）", None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"),
        (None, "年度资金总额", None, None, None, 10, None, None),
        (None, "其中：当年财政拨款", None, None, None, "－", rate.format(8), "－"),
        (None, "　　　上年结转资金", None, None, None, "－", rate.format(9), "－"),
        (None, "　　　其他资金", None, None, None, "－", rate.format(10), "－"),
        ("年度总体目标", "预期目标", None, None, "实际完成情况"),
        (None,),
        _INDICATORS,
        ("产出指标", "数量指标", "指标1："),
        (None, None, "指标2："),
        (None, "质量指标", "指标1："),
        (None, "时效指标", "指标1："),
        (None, "成本指标", "指标1："),
        ("效益指标", "经济效益指标", "指标1："),
        (None, "社会效益指标", "指标1："),
        (None, "生态效益指标", "指标1："),
        ("满意度指标", "服务对象满意度指标", "指标1："),
        ("总分", None, None, None, None, 100),
        ("填表人：", None, None, "联系电话：", None, "填报日期："),
    ]
    return Form(
        name,
        rows,
        merged=(
            *("A2:H2", "A3:H3", "B4:H4", "B5:D5", "F5:H5", "A6:A10", "A11:A12", "B11:D11", "E11:H11"),
            *("B12:D12", "E12:H12", "A14:A18", "A19:A21", "B14:B15", "A23:E23"),
        ),
        framed="A4:H23",
        widths=(24, 36, 34, 26, 26, 16, 18, 40),
        formats={"C7:E10": "0.00", "G7:G10": "0.00%"},
        heads=("A6:H6", "A13:H13"),
        repeated=(12, 12),
        landscape=True,
    )


def guide() -> Form:
    """A sheet that is none of the papers."""
    return Form(
        "填报说明", [("请各单位于4月30日前报送附件2、附件3和附件4。",), ("联系人", "王五"), ("合计", 5)]
    )


FORMS: dict[str, Callable[[], Sequence[Form]]] = {
    "base-A": lambda: [base_a()],
    "base-B": lambda: [base_b()],
    "base-岳阳楼": lambda: [base_yueyang()],
    "overall": lambda: [overall()],
    "sichuan": lambda: [sichuan()],
    "project": lambda: [project()],
    "all": lambda: [guide(), base_a(), overall(), project()],
}


def make_all(office: Office, folder: Path) -> dict[str, Path]:
    """All of them in a folder, by name."""
    return {name: save(office, forms(), folder / f"{name}.xlsx") for name, forms in FORMS.items()}


if __name__ == "__main__":
    with Office() as running:
        for made in make_all(running, Path(sys.argv[1]).resolve()).values():
            print(made)
