"""Template lines + Report → the paragraphs of the report.

The lines are Jinja over Chinese names, in a sandbox that knows figures, a few filters and nothing else:
no calls, no attributes of objects, no range, so that a template from elsewhere can only produce text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, ClassVar

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, Undefined
from jinja2.sandbox import SandboxedEnvironment

from xlreport.model.fields import Field, Kind, Section, Value, chinese_name, fields_of, sections_of
from xlreport.model.inputs import Inputs, Project, Settings, Style
from xlreport.model.numbers import amount_text, date_text, percent_text, rounded
from xlreport.model.rates import RATES, ROW_RATES, RateValue, row_rate
from xlreport.report import Report

__all__ = ["Narrative", "Paragraph", "Style", "TemplateFault", "known_names", "narrate"]

LONGEST_LINE = 200_000  # characters that one template line may produce


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of the finished report; headings carry their numeral in the text."""

    style: Style
    text: str


@dataclass(frozen=True)
class TemplateFault:
    """A template line that cannot be used: its index on 报告模板, and one sentence with the remedy."""

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


def narrate(report: Report) -> Narrative:
    """The paragraphs of the report, from the template lines of its record; a faulty line gives none."""
    gaps: dict[str, None] = {}
    environment = _Environment(gaps)
    names = _names(report)
    number = _Numbering()
    lines: list[tuple[Paragraph, ...]] = []
    faults: list[TemplateFault] = []
    for at, line in enumerate(report.inputs.template):
        try:
            style = Style(line.style or Style.BODY)
            texts = environment.render_line(line.text or "", names)
        except (TemplateError, ArithmeticError, TypeError, ValueError, LookupError, RecursionError) as error:
            faults.append(TemplateFault(at, _explain(error)))
            lines.append(())
        else:
            lines.append(tuple(Paragraph(style, number(style, text)) for text in texts))
    return Narrative(tuple(lines), tuple(faults), tuple(gaps))


def known_names(report: Report) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """The names that templates may use: group, the names behind its dot, and whether it is a table."""
    for name, value in _names(report).items():
        if isinstance(value, _Group):
            yield name, tuple(value), False
        elif isinstance(value, list):
            section = _table(name)
            rates = tuple(item.label for item in ROW_RATES.values() if item.each is section.record)
            yield name, (*(field.name for field in section.fields), *rates), True
        else:
            yield name, (), False


def _table(name: str) -> Section:
    return next(s for s in sections_of(Inputs) if s.table and s.name == name.removeprefix("分项"))


class Percentage(Decimal):
    """A rate in a template: calculates like a number, prints as 9.4%."""


class _Group(dict[str, Any]):
    """The names behind a dot: 决算.总支出."""


class _Blank(Undefined):
    """A field that nobody filled in: not defined, false, printed as a visible gap, useless in a sum."""

    @property
    def label(self) -> str:
        return str(self._undefined_name)

    @property
    def _undefined_message(self) -> str:
        return f"“{self.label}”没有填写，不能计算或比较；请补填，或用 {{% if {self.label} is 已填 %}} 判断"


class _Unknown(StrictUndefined):
    """A name that does not exist, with the names that come near it."""

    known: ClassVar[list[str]] = []

    @property
    def _undefined_message(self) -> str:
        wanted = str(self._undefined_name)
        group = self._undefined_obj if isinstance(self._undefined_obj, _Group) else None
        names = list(group) if group is not None else self.known
        near = get_close_matches(wanted, names, 3, 0.3) or names[:8]
        return f"没有“{wanted}”这个名称；可用的有：{'、'.join(near)}等（全部见“使用说明”）"


class _Environment(SandboxedEnvironment):
    """Jinja over figures: strict about names, and no way to call, import or multiply text."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, gaps: dict[str, None]) -> None:
        super().__init__(undefined=_Unknown, finalize=self._print, trim_blocks=True, lstrip_blocks=True)
        self.gaps = gaps
        self.globals.clear()
        kept = ("abs", "default", "first", "join", "last", "length", "map", "rejectattr", "selectattr", "sum")
        self.filters = {name: self.filters[name] for name in kept}
        self.filters |= {"增减": _direction, "绝对值": abs, "两位小数": _two_decimals, "名单": _list_of_names}
        self.filters["去句号"] = lambda text: (
            text if isinstance(text, Undefined) else str(text).rstrip("。；，.; ")
        )
        self.tests["已填"] = lambda value: not isinstance(value, Undefined)

    def is_safe_callable(self, obj: Any) -> bool:
        return False

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" or not isinstance(left, Decimal | int) or not isinstance(right, Decimal | int):
            raise TypeError(f"{operator} 只能用于数字")
        return super().call_binop(context, operator, left, right)

    def render_line(self, text: str, names: Mapping[str, Any]) -> list[str]:
        """The paragraphs that one template line gives; blank ones are dropped."""
        length = 0
        pieces = []
        for piece in self.from_string(text).generate(names):
            length += len(piece)
            if length > LONGEST_LINE:
                raise ValueError("生成的文字过长，请检查循环")
            pieces.append(piece)
        return [line.strip() for line in "".join(pieces).splitlines() if line.strip()]

    def _print(self, value: Any) -> Any:
        """What {{ … }} prints: amounts and rates as a 公文 wants them, a gap where a field is blank."""
        if isinstance(value, _Blank):
            self.gaps[value.label] = None
            return f"〔未填：{value.label}〕"
        if isinstance(value, Percentage):
            return percent_text(value)
        if isinstance(value, Decimal):
            return amount_text(value)
        return date_text(value) if isinstance(value, date) else value


def _direction(value: Decimal, more: str = "增加", less: str = "减少", same: str = "持平") -> str:
    """A word by the sign of a difference."""
    return more if value > 0 else less if value < 0 else same


def _two_decimals(value: Decimal) -> str:
    return f"{rounded(Decimal(value)):f}"


def _list_of_names(rows: Iterable[Mapping[str, Any]]) -> str:
    """The first column of a table, as an enumeration."""
    return "、".join(str(next(iter(row.values()))) for row in rows)


def _names(report: Report) -> dict[str, Any]:
    """Everything that a template may name."""
    inputs = report.inputs
    names: dict[str, Any] = {}
    for section in sections_of(Inputs):
        part = getattr(inputs, section.key)
        if section.key in ("template", "explanations"):
            continue  # the template cannot quote itself
        if section.table:
            names[section.name] = [_row(section, record) for record in part]
        else:
            names[section.name] = _group(section, part, section.name)
    names["比率"] = _Group(
        {
            chinese_name(item.label): _rate(report.rates[key], f"比率.{item.label}")
            for key, item in RATES.items()
        }
    )
    names["分项项目"] = [
        _row(_table("项目"), project) for project in inputs.projects if is_described(project, inputs.settings)
    ]
    for shortcut in ("单位名称", "评价年度", "报告日期"):
        names[shortcut] = names["单位"][shortcut]
    _Unknown.known = list(names)
    return names


def _group(section: Section, record: Any, prefix: str) -> _Group:
    return _Group({f.name: _value(f, getattr(record, f.key), f"{prefix}.{f.name}") for f in section.fields})


def _row(section: Section, record: Any) -> _Group:
    group = _group(section, record, section.name)
    for key, item in ROW_RATES.items():
        if item.each is section.record:
            group[item.label] = _rate(row_rate(key, record), f"{section.name}.{item.label}")
    return group


def _value(field: Field, value: Value, name: str) -> Any:
    if value is None:
        value = field.default
    if value is None:
        return _Blank(name=name)
    return Percentage(value) if field.kind is Kind.PERCENT and isinstance(value, Decimal) else value


def _rate(rate: RateValue, name: str) -> Any:
    return _Blank(name=name) if rate.value is None else Percentage(rate.value)


def is_described(project: Project, settings: Settings) -> bool:
    """Whether the report has a paragraph on this project: asked for, or large enough (rule J04)."""
    if project.described:
        return project.described == "是"
    default = next(f.default for f in fields_of(Settings) if f.key == "described_from")
    threshold = settings.described_from if settings.described_from is not None else default
    amount = max(project.full_year or Decimal(), project.executed or Decimal())
    return isinstance(threshold, Decimal) and amount >= threshold


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


def _explain(error: Exception) -> str:
    if isinstance(error, TemplateSyntaxError):
        return f"模板写法有误（{error.message}），请核对花括号、百分号和名称"
    if isinstance(error, TemplateError):
        return str(error.message)
    if isinstance(error, RecursionError):
        return "模板嵌套过深，请简化"
    return f"模板无法计算（{error}），请核对参与计算的名称"
