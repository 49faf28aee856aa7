"""The functions in cells: thin over the rates, the rules and the narrative.

`inputs` are input sheets of the workbook, each from A1 on, with its hidden keys: the reader knows a sheet by
them, so their order, inserted rows and renamed tabs do not matter. All of a sheet is one argument, and a
table or a list of rules one call, because in Excel a call costs more than what it computes.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from xlreport.addin.function import FUNCTIONS, Function, function
from xlreport.addin.plain import (
    LINE,
    Rows,
    Unsuited,
    as_column,
    column,
    columns,
    number,
    numbers,
    read_text,
    rows,
    shown,
    single,
    texts,
)
from xlreport.model import scoring
from xlreport.model.fields import Field, fields_of
from xlreport.model.inputs import Explanation, TemplateLine
from xlreport.model.rates import RATES, RateValue, change, rate_values, ratio
from xlreport.model.self_evaluation import DIRECTIONS, Indicator
from xlreport.model.values import Wrong, fitting, parse
from xlreport.sheets.layout import SHEET_MARK, input_sheets, rule_row
from xlreport.sheets.oddity import Oddity
from xlreport.sheets.reader import Reading, read_blocks, typed_errors

if TYPE_CHECKING:
    from xlreport.report import Report

__all__ = ["FUNCTIONS", "Function"]

_NONE = RateValue(None, blank=True)
_SCORED = tuple(
    next(item for item in fields_of(Indicator) if item.key == key)
    for key in ("actual", "target", "points", "direction")
)
_BLANKS = frozenset((None, ""))
_INPUTS = "输入工作表，从 A1 到最后一格，如 收支情况!$A$1:$I$40；可依次给出多张"


@function(
    "部分 ÷ 整体，四舍五入到万分之一；空白得空白，整体为 0 得 —",
    part="部分，如执行数",
    whole="整体，如预算数",
)
def xr_share(part: Any, whole: Any) -> Any:
    return _share(part, whole)


@function(
    "（本期 − 上期）÷ 上期，四舍五入到万分之一；空白得空白，上期为 0 得 —",
    now="本期数",
    before="上期数",
)
def xr_change(now: Any, before: Any) -> Any:
    new, old = number(now), number(before)
    return shown((_NONE if new is None or old is None else RateValue(change(new, old))).cell)


@function(
    "合计 − 各分项之和，按分（0.000001 万元）精确计算；平衡得 0，合计或全部分项空白得空白",
    total="合计数",
    parts="分项，单元格或区域，可给多个；空白的不计",
)
def xr_balance(total: Any, *parts: Any) -> Any:
    whole = number(total)
    filled = [value for part in parts for value in numbers(part) if value is not None]
    return "" if whole is None or not filled else float(whole - sum(filled))


@function(
    "两列数逐行相除，四舍五入到万分之一，得一列（数组公式）；空白得空白，除数为 0 得 —",
    parts="被除数一列，如各项目的全年执行数",
    wholes="除数一列，与前一列行数相同",
)
def xr_rates(parts: Any, wholes: Any) -> Any:
    above, below = column(parts), column(wholes)
    if len(above) != len(below):
        raise Unsuited("两列的行数不同，请选行数相同的两列")
    return as_column([_own_error(_share, line) for line in zip(above, below, strict=True)])


def _share(part: Any, whole: Any) -> Any:
    return shown(_ratio(number(part), number(whole)).cell)


def _ratio(part: Decimal | None, whole: Decimal | None) -> RateValue:
    return _NONE if part is None or whole is None else RateValue(ratio(part, whole))


@function(
    "得分：分值 × min(1, 完成值 ÷ 目标值)，四舍五入到两位小数；空白得空白，目标值为 0 得 —。给出指标性质则达成得满分，"
    "未达成按比例得分，定性或不是数的得空白。各参数可为行数相同的列（数组公式）",
    value="完成值；给出性质时可以是文字，如 95%",
    target="目标值；给出性质时可以是文字，如 90%",
    points="分值，如 10",
    direction=f"指标性质：{'、'.join(DIRECTIONS)}；省略为 分值 × min(1, 完成值 ÷ 目标值)",
)
def xr_score(value: Any, target: Any, points: Any, direction: Any = None) -> Any:
    arguments = value, target, points, direction
    if not any(type(argument) is tuple for argument in arguments):
        return _score(value, target, points) if direction in (None, "") else _directed(*arguments)
    columns = [column(argument) for argument in arguments]
    (long, *others) = {len(cells) for cells in columns} - {1} or {1}
    if others:
        raise Unsuited("各列的行数不同，请选行数相同的列")
    cells = [given * long if len(given) == 1 else given for given in columns]
    # One blank cell is an argument left out; in a column it is an indicator without one.
    score = _score if columns[3] in ([None], [""]) else _directed
    lines = zip(*cells[: 3 if score is _score else 4], strict=True)
    if long == 1:
        return score(*next(lines))
    return as_column([_own_error(score, line) for line in lines])


def _score(value: Any, target: Any, points: Any) -> Any:
    figures = number(value), number(target), number(points)
    if None in figures:
        return ""
    given = scoring.score(*figures)  # type: ignore[arg-type]  # none of them is None
    return shown("—" if given is None else given)


def _directed(*cells: Any) -> Any:
    """The points of an indicator whose cells are read as the reader reads them."""
    if _BLANKS.issuperset(cells):
        return ""
    read = (_read_cell(cell, item) for cell, item in zip(cells, _SCORED, strict=True))
    actual, target, points, direction = read
    given = scoring.quantity_score(target, actual, direction, points)
    return "" if given is None else shown(given)


def _read_cell(cell: Any, item: Field) -> Any:
    """The value of a cell. Raises Unsuited for an error, and for what its field does not want."""
    value = parse(single(cell), item)
    if isinstance(value, Wrong):
        raise Unsuited(f"{item.label}{value.message}")
    return value


def _own_error(function: Callable[..., Any], cells: Sequence[Any]) -> Any:
    """One wrong row shows its own error; the others are right."""
    try:
        return function(*cells)
    except Unsuited:
        return str(Oddity.VALUE)


@function(
    f"等级：{'，'.join(f'{bound}（含）以上{name}' for bound, name in scoring.GRADES[:-1])}，其余{scoring.GRADES[-1][1]}",
    total="总得分",
    full="满分，省略为 100",
)
def xr_grade(total: Any, full: Any = None) -> Any:
    points, most = number(total), number(full)
    return "" if points is None else scoring.grade(points, scoring.FULL if most is None else most)


@function(
    "按输入工作表计算“指标计算”表中的比率，一次可算一列（数组公式）；缺数得空白，分母为 0 得 —",
    rate="指标名称或标识，如 预算执行率；可以是一列",
    inputs=_INPUTS,
)
def xr_rate(rate: Any, *inputs: Any) -> Any:
    values = rate_values(_reading(inputs).inputs)
    keys = [_rate_key(name) for name in column(rate)]
    return as_column([shown(values[key].cell) if key else "" for key in keys])


@lru_cache(maxsize=1)
def _rate_keys() -> dict[str, str]:
    return {name: key for key, item in RATES.items() for name in (key, item.label)}


def _rate_key(name: Any) -> str | None:
    if name in (None, ""):
        return None
    try:
        return _rate_keys()[name]
    except (KeyError, TypeError) as error:
        raise Unsuited(f"没有“{str(name)[:20]}”这个指标，名称见“指标计算”") from error


@function(
    "检查勾稽规则：得结果、问题、位置三列，一条规则一行（数组公式）；填了说明的显示为已说明，说明之后数字变了的为已过期",
    rule="规则编号，如 F02；可以是一列，右边一列可为对象",
    explanations="说明，与编号行数相同，右边两列可为说明时的问题和已记下的说明；没有则留空",
    inputs=_INPUTS,
)
def xr_check(rule: Any, explanations: Any, *inputs: Any) -> Any:
    about, said = columns(rule, 2), columns(explanations, 3)
    ids, places = texts(as_column(about[0])), texts(as_column(about[1]))
    given = [list(map(read_text, cells)) for cells in said]
    if given == [[None]] * 3:  # one blank cell: left out
        given = [cells * len(ids) for cells in given]
    if len(given[0]) != len(ids):
        raise Unsuited("说明与编号的行数不同，请选行数相同的两列")
    sheets = _Sheets(inputs)
    where = _read(sheets).addresses
    explanations = (Explanation(*row) for row in zip(ids, places, *given, strict=True))
    report = _checked(sheets, tuple(row for row in explanations if row.rule and row.text))
    if unknown := [id for id in ids if id and id not in report.outcomes]:
        raise Unsuited(f"没有编号为“{unknown[0][:20]}”的规则，编号见“检查结果”")
    return tuple(rule_row(report, where, id, place) for id, place in zip(ids, places, strict=True))


@function("输入工作表中填写有误的单元格：几处，第一处在哪里、怎样改；没有得空白", inputs=_INPUTS)
def xr_problems(*inputs: Any) -> Any:
    problems = _reading(inputs).problems
    return fitting(f"填写有误 {len(problems)} 处：{problems[0]}") if problems else ""


@function(
    "把报告模板的各行换成报告文字，一行得一格（数组公式）；模板有误的行得〔原因〕",
    lines="报告模板的样式和内容两列",
    inputs=_INPUTS,
)
def xr_texts(lines: Any, *inputs: Any) -> Any:
    from xlreport.narrative import narrate  # loads the template engine, which only this needs
    from xlreport.report import Report

    cells = rows(lines)
    if any(len(row) != 2 for row in cells):
        raise Unsuited("第一个参数应是报告模板的样式和内容两列")
    record = _reading(inputs).inputs
    template = tuple(TemplateLine(_line_text(style), _line_text(text)) for style, text in cells)
    report = Report(replace(record, template=template), rate_values(record), ())
    return as_column([fitting(text) for text in narrate(report).previews])


def _line_text(cell: Any) -> str | None:
    """As the reader takes it; what it calls wrong is seen in the text."""
    line = parse(cell, LINE)
    return line if line is None or isinstance(line, str) else str(cell)


class _Sheets:
    """Input sheets as a key of what was made of them: TRUE is no 1 there, though Python calls them equal."""

    def __init__(self, inputs: tuple[Any, ...]) -> None:
        self.blocks = tuple(_filled(rows(cells)) for cells in inputs)
        every = enumerate(chain.from_iterable(self.blocks))
        self._key = self.blocks, [(at, [*map(type, row)]) for at, row in every if bool in map(type, row)]
        self._hash = hash(self.blocks)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Sheets) and self._hash == other._hash and self._key == other._key


def _filled(cells: Rows) -> Rows:
    """Without the blank rows below, which most of the rows prepared under a table are."""
    last = len(cells)
    while last > 1 and _BLANKS.issuperset(cells[last - 1]):
        last -= 1
    return cells[:last]


def _reading(inputs: tuple[Any, ...]) -> Reading:
    return _read(_Sheets(inputs))


# The functions of one calculation get the same sheets, so what was read last is kept.
@lru_cache(maxsize=2)
def _read(sheets: _Sheets) -> Reading:
    known = {SHEET_MARK + sheet.key: sheet.name for sheet in input_sheets()}
    blocks: dict[str, Rows] = {}
    for cells in sheets.blocks:
        mark = cells[0][0]
        name = known.get(mark) if isinstance(mark, str) else None
        if name is None or name in blocks:
            raise Unsuited("参数应是从 A1 开始的整张输入工作表，每张一次，如 收支情况!$A$1:$I$40")
        blocks[name] = cells
    return read_blocks(blocks, typed_errors(blocks), dates_are_numbers=True)


@lru_cache(maxsize=2)
def _checked(sheets: _Sheets, explanations: tuple[Explanation, ...]) -> "Report":
    from xlreport.report import evaluate  # loads the rules: when the first cell asks for them

    reading = _read(sheets)
    return evaluate(replace(reading.inputs, explanations=explanations), reading.wrong)
