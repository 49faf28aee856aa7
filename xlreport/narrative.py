"""Template lines + Report → the paragraphs of the report."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError

from xlreport.model.fields import Field, Kind, Section, Value, chinese_name, places_of, sections_of
from xlreport.model.inputs import YES, Inputs, Project, Settings, Style, TemplateLine, size_of
from xlreport.model.rates import RATES, ROW_RATES, RateValue, row_rate
from xlreport.report import Report
from xlreport.template import Blank, Environment, Group, Misuse, Percentage, ZeroBase, filter_names

__all__ = ["Narrative", "Paragraph", "Style", "TemplateFault", "known_names", "narrate"]


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of the finished report; headings carry their numeral in the text."""

    style: Style
    text: str


@dataclass(frozen=True)
class TemplateFault:
    """A template line that cannot be used: its index, and one sentence with the remedy."""

    line: int
    message: str


@dataclass(frozen=True)
class Narrative:
    """The report as text: `lines[i]` holds the paragraphs that template line i gave."""

    lines: tuple[tuple[Paragraph, ...], ...]
    faults: tuple[TemplateFault, ...]
    gaps: tuple[str, ...]  # fields that the text needs and nobody filled in

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        return tuple(paragraph for line in self.lines for paragraph in line)

    @property
    def previews(self) -> tuple[str, ...]:
        """What each template line gives, as the cell beside it shows it; of a faulty one the reason."""
        faults = {fault.line: f"〔{fault.message}〕" for fault in self.faults}
        said = ("\n".join(paragraph.text for paragraph in line) for line in self.lines)
        return tuple(faults.get(at, text) for at, text in enumerate(said))


def narrate(report: Report, outline: Sequence[TemplateLine] | None = None) -> Narrative:
    """The paragraphs of the report, from the lines of an outline; without one, from those on 报告模板.

    A faulty line gives none.
    """
    template = report.inputs.template if outline is None else outline
    gaps: dict[str, None] = {}
    makers = _makers(report)
    # A name is quoted as it stands; thousands of indicators that nobody quotes are then no work.
    quoted = "\n".join(line.text or "" for line in template)
    names = {name: make() for name, make in makers.items() if name in quoted}
    environment = Environment(gaps, makers)
    number = _Numbering()
    lines: list[tuple[Paragraph, ...]] = []
    faults: list[TemplateFault] = []
    for at, line in enumerate(template):
        try:
            style = _style(line.style) if line.text else Style.BODY
            texts = environment.render_line(line.text or "", names)
        except _FAULTS as error:
            faults.append(TemplateFault(at, _explain(error, environment)))
            lines.append(())
        else:
            lines.append(tuple(Paragraph(style, number(style, text)) for text in texts))
    return Narrative(tuple(lines), tuple(faults), tuple(gaps))


def known_names(report: Report) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """The names that templates may use: group, the names behind its dot, and whether it is a table."""
    for name, make in _makers(report).items():
        value = make()
        if isinstance(value, Group):
            yield name, tuple(value), False
        elif isinstance(value, list):
            section = _table(name)
            rates = tuple(item.label for item in ROW_RATES.values() if item.each is section.record)
            yield name, (*(field.name for field in section.fields), *rates), True
        else:
            yield name, (), False


def _table(name: str) -> Section:
    return next(s for s in sections_of(Inputs) if s.table and s.name == name.removeprefix("分项"))


def _makers(report: Report) -> Mapping[str, Callable[[], Any]]:
    """Everything that a template may name, made when it does."""
    inputs = report.inputs
    makers: dict[str, Callable[[], Any]] = {}
    for section in sections_of(Inputs):
        if section.key in ("template", "explanations"):
            continue  # the template cannot quote itself
        part = getattr(inputs, section.key)
        make = (
            partial(_rows, section, part) if section.table else partial(_group, section, part, section.name)
        )
        makers[section.name] = make
    makers["指标"] = partial(_indicators, report)
    makers["比率"] = partial(_rates, report)
    makers["得分"] = partial(_scores, report)
    makers["分项项目"] = partial(_described, inputs)
    unit = _section("unit")
    for field in unit.fields:
        if field.key in ("name", "year", "report_date"):
            value = getattr(inputs.unit, field.key)
            makers[field.name] = partial(_value, field, value, f"{unit.name}.{field.name}")
    return makers


def _rates(report: Report) -> Group:
    return Group(
        {
            chinese_name(item.label): _rate(report.rates[key], f"比率.{item.label}")
            for key, item in RATES.items()
        }
    )


def _scores(report: Report) -> Group:
    """What the department's self-evaluation table comes to, and the sum over the scoring standard."""
    card = report.scores.cards.overall
    said = {
        "执行率得分": card.execution,
        "总分": card.total,
        "等级": card.grade,
        "评分标准合计": report.scores.standard_total,
    }
    return Group({name: _given(value, f"得分.{name}") for name, value in said.items()})


def _indicators(report: Report) -> list[Group]:
    """The indicators with the scores that their table prints: the unit's own, else the computed ones."""
    section = _section("indicators")
    rows = _rows(section, report.inputs.indicators)
    cards = report.scores.cards
    for card in (cards.overall, *cards.projects):
        for line in card.lines:
            rows[line.row]["得分"] = _given(line.score, f"{section.name}.得分")
    return rows


def _described(inputs: Inputs) -> list[Group]:
    return _rows(_table("项目"), [p for p in inputs.projects if is_described(p, inputs.settings)])


def _section(key: str) -> Section:
    return next(section for section in sections_of(Inputs) if section.key == key)


def _rows(section: Section, records: Sequence[Any]) -> list[Group]:
    return [_row(section, record) for record in records]


def _group(section: Section, record: Any, prefix: str) -> Group:
    return Group({f.name: _value(f, getattr(record, f.key), f"{prefix}.{f.name}") for f in section.fields})


def _row(section: Section, record: Any) -> Group:
    group = _group(section, record, section.name)
    for key, item in ROW_RATES.items():
        if item.each is section.record:
            group[item.label] = _rate(row_rate(key, record), f"{section.name}.{item.label}")
    return group


def _value(field: Field, value: Value, name: str) -> Any:
    value = field.given(value)
    if field.kind is Kind.PERCENT and isinstance(value, Decimal):
        return Percentage(value)
    return _given(value, name)


def _given(value: Value, name: str) -> Any:
    return Blank(name=name) if value is None else value


def _rate(rate: RateValue, name: str) -> Any:
    if rate.value is None:
        return Blank(name=name) if rate.blank else ZeroBase(name=name)
    return Percentage(rate.value)


def is_described(project: Project, settings: Settings) -> bool:
    """Whether the report has a paragraph on this project: asked for, or large enough (rule J04)."""
    if project.described:
        return project.described == YES
    threshold = places_of(Inputs)["settings_described_from"].field.given(settings.described_from)
    assert isinstance(threshold, Decimal)
    return size_of(project.full_year, project.executed) >= threshold


class _Numbering:
    """Heading numerals 一、（一）1.（1）, counted, so that a dropped heading leaves no gap."""

    levels = (Style.LEVEL_1, Style.LEVEL_2, Style.LEVEL_3, Style.LEVEL_4)
    # A numeral typed in the template, which ours replaces.
    typed = re.compile(
        r"\s*([一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]|\d+[.、．](?!\d))\s*"
    )

    def __init__(self) -> None:
        self.counts = [0, 0, 0, 0]

    def __call__(self, style: Style, text: str) -> str:
        if style not in self.levels:
            return text
        level = self.levels.index(style)
        self.counts[level] += 1
        self.counts[level + 1 :] = [0] * (3 - level)
        count = self.counts[level]
        shown = _chinese(count) if level < 2 else str(count)
        numeral = (f"{shown}、", f"（{shown}）", f"{shown}.", f"（{shown}）")[level]
        return numeral + self.typed.sub("", text, count=1) if self.typed.match(text) else numeral + text


def _chinese(number: int) -> str:
    """1 to 9,999 in Chinese numerals.

    >>> [_chinese(n) for n in (3, 10, 11, 25, 101, 110, 2020)]
    ['三', '十', '十一', '二十五', '一百零一', '一百一十', '二千零二十']
    """
    text = ""
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            text += "零一二三四五六七八九"[digit] + unit
        elif text and not text.endswith("零"):
            text += "零"
    text = text.rstrip("零")
    return text.removeprefix("一") if 10 <= number < 20 else text


# What a line can raise; the last two are Python's on a template nested too deeply.
_FAULTS = (TemplateError, ArithmeticError, TypeError, ValueError, LookupError, RecursionError, SyntaxError)
_SYNTAX = (
    (r"No filter named '(.+)'", "没有“|{0}”这个过滤器；可用的有：{filters}"),
    (r"No test named '(.+)'", "没有“is {0}”这个判断；可用的有：已填"),
    (r"unknown tag '(.+?)'", "标记“{0}”不认识或没有配对；可用的有：for、endfor、if、elif、else、endif、set"),
    (r"unexpected char '(.+?)' at", "有不认识的字符“{0}”，花括号、引号、点和运算符请用半角"),
    (r"end of template|end of comment|unclosed", "花括号或 {{% … %}} 没有配对"),
)


def _style(name: str | None) -> Style:
    if not name:
        raise Misuse("没有选择样式，请从下拉列表选择，不是报告内容的请删去")
    try:
        return Style(name)
    except ValueError:
        raise Misuse(f"没有“{name}”这个样式；可用的有：{'、'.join(Style)}") from None


def _explain(error: Exception, environment: Environment) -> str:
    if isinstance(error, TemplateError):
        message = str(error.message)
        for pattern, words in _SYNTAX:
            if found := re.search(pattern, message):
                filters = "、".join(filter_names(environment))
                return f"模板写法有误：{words.format(*found.groups(), filters=filters)}"
        if isinstance(error, TemplateSyntaxError):
            return f"模板写法有误，请核对其中第{error.lineno}行的花括号、百分号、引号是否成对，名称和运算符是否写全"
        return message
    if isinstance(error, RecursionError | SyntaxError):
        return "模板嵌套过深，请简化"
    if isinstance(error, ArithmeticError):
        return "模板无法计算，数字过大或除数为 0，请核对参与计算的名称"
    return "模板无法计算，数字和文字不能一起计算或比较，请核对参与计算的名称"
