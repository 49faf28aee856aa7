"""Reading a narrative: the figures of its usual sentences as a record, each with the sentence it came from."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from xlreport.facts import FIGURES, Fact, FactKind, chinese_number, facts_of
from xlreport.model.fields import Value
from xlreport.model.inputs import Inputs, Office, Project, Subunit, empty, with_values
from xlreport.review.labels import Context, field_of, fund_of, is_decrease
from xlreport.review.outline import Node, Part, nodes_of, project_name
from xlreport.wording.amounts import unit_slips
from xlreport.wording.fault import sentence_at

GAP = "〔未填"  # as our own reports mark what nobody filled in
_WAN = Decimal(10_000)
_DELIMITER = re.compile(r"[，,；;。：:、！？\n]|[（(](?!境)|(?<!境)[）)]")
_DATE = re.compile(r"(20\d\d)\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_AS_OF = re.compile(rf"截[至止]\s*{_DATE.pattern}")
_REASON = re.compile(r"(?:主要)?(?:原因(?:是|为|：|系)|主要是|系因)(?:由于|因为|因)?(?P<why>[^。；]+)")
# 50万元以上: a limit, no amount of anything; and what is counted or spent above one is no total.
_LIMIT = re.compile(r"\s*[（(]?(?:含[）)])?(?:及|或|\s)*以[上下内]")
_LIMITED = re.compile(rf"[元%％]{_LIMIT.pattern}|^以[上下内]")
_GRADE = re.compile(
    r"(?:评价|自评|绩效)(?:结果)?等[级次](?:评定)?(?:为|是|：)?[“\"]?(?P<grade>[优良中差])(?![\u4e00-\u9fff])"
)
_NOTHING_CARRIED = re.compile("(?:无|没有)(?:上年|年初)结转(?!的)")
_MEASURES = re.compile("改进|措施|建议|下一步|整改")


@dataclass(frozen=True)
class Said:
    """A value of the record with the words that say it."""

    path: str
    value: Value
    paragraph: int
    start: int
    end: int
    sentence: str
    sure: bool


@dataclass
class Narrative:
    """What a narrative says: the record, and each value's sentence; the unsure ones want confirming."""

    inputs: Inputs
    nodes: list[Node]
    said: list[Said]
    rates: list[Said] = field(default_factory=list)  # printed rates that the record has no field for
    conflicts: list[tuple[Said, Said]] = field(default_factory=list)  # one field, two values

    @property
    def unsure(self) -> tuple[Said, ...]:
        """What a person has to confirm."""
        return tuple(each for each in self.said if not each.sure)

    def source(self, path: str) -> Said | None:
        """Where a field was said first; of a table's column, in its first row."""
        section, dot, key = path.partition(".")
        for each in self.said:
            if each.path == path or (
                dot and each.path.startswith(f"{section}[") and each.path.endswith(f".{key}")
            ):
                return each
        return None


def read_narrative(paragraphs: Sequence[str]) -> Narrative:
    """The record that a narrative's sentences give, as far as they are understood.

    >>> story = read_narrative(["2023年决算总收入12万元，总支出10万元，其中：基本支出4万元，项目支出6万元。"])
    >>> [(each.path, str(each.value)) for each in story.said][:2]
    [('final.income', '12'), ('final.expenditure', '10')]
    """
    return _Reader(nodes_of(paragraphs)).read()


class _Reader:
    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes
        self.values: dict[str, Said] = {}
        self.story = Narrative(empty(), nodes, [])
        self.projects: list[dict[str, Said]] = []
        self.problems = False  # whether they were told, or left open

    def read(self) -> Narrative:
        frame = self._frame()
        for at, node in enumerate(self.nodes):
            if at in frame:
                continue
            if node.part is Part.DUTIES and not node.heading:
                continue
            if node.heading:
                self._limit(at, node.text)
            elif node.part not in _WITHOUT_PROJECTS and (found := project_name(node.text)):
                self._project(at, *found)
            elif node.part is not Part.PROBLEMS:
                self._figures(at, node)
                self._lists(at, node.text)
            if node.part is Part.PROBLEMS and not node.heading:
                self._text(at, node)
        self._build()
        return self.story

    def _say(self, path: str, value: Value, at: int, start: int, end: int, sure: bool = True) -> None:
        if isinstance(value, str) and GAP in value:
            return
        sentence = self.nodes[at].text[slice(*sentence_at(self.nodes[at].text, start))].strip()
        said = Said(path, value, at, start, end, sentence, sure)
        known = self.values.get(path)
        if known is None:
            self.values[path] = said
        elif known.value != value and sure and known.sure and not isinstance(value, str):
            self.story.conflicts.append((known, said))

    def _text(self, at: int, node: Node) -> None:
        """The first paragraph is of problems, the next of measures, unless the heading says that all are measures."""
        text = node.text.strip()
        measures = _MEASURES.search(node.under) and "问题" not in node.under
        path = "texts.measures" if measures or self.problems else "texts.problems"
        self.problems = self.problems or path == "texts.problems"
        if text and path not in self.values:
            self._say(path, text, at, 0, len(text))

    def _figures(self, at: int, node: Node) -> None:
        """The amounts, rates and head counts of a paragraph of running text."""
        text = node.text
        slips = {slip.start for slip in unit_slips(text)}
        context = Context(node.part.name, node.under, fund=fund_of(node.under, text))
        end = 0
        for fact in figures_of(text):
            if _LIMIT.match(text, fact.end):
                continue
            label = _label(text, end, fact.start)
            if "。" in text[end : fact.start]:
                context.end_sentence()
            end = fact.end
            found = None if _LIMITED.search(label) else field_of(label, fact, context)
            slip = fact.start in slips
            value = _value(fact, slip=slip)
            if found is None or value is None:
                continue
            path, sure = found[0], found[1] and not slip
            if path.startswith("rates."):
                sentence = text[slice(*sentence_at(text, fact.start))].strip()
                self.story.rates.append(Said(path, value, at, fact.start, fact.end, sentence, sure))
                continue
            if path == "stated.increase":
                down = is_decrease(label)
                value = -value if down else value
                self._say("stated.direction", "减少" if down else "增加", at, fact.start, fact.end)
            self._say(path, value, at, fact.start, fact.end, sure)
        if context.fund is None and (none := _NOTHING_CARRIED.search(text)):
            self._say("adjustment.carried_over", Decimal(), at, *none.span())
        if (dated := _AS_OF.search(text)) and "资产" in text and (day := _day(dated)):
            self._say("assets.as_of", day, at, *dated.span())
        if node.part is not Part.PROJECTS and (grade := _GRADE.search(text)):
            self._say("stated.grade", grade["grade"], at, *grade.span("grade"))
        if (why := _REASON.search(text)) and context.column:
            path = "texts.execution_reason" if node.part is Part.OVERALL else "texts.difference_reason"
            self._say(path, why["why"], at, *why.span("why"))

    def _project(self, at: int, start: int, name: str) -> None:
        text = self.nodes[at].text
        row = len(self.projects)
        found: dict[str, Said] = {}

        def say(key: str, value: Value, first: int, last: int, sure: bool = True) -> None:
            sentence = text[slice(*sentence_at(text, first))].strip()
            found.setdefault(key, Said(f"projects[{row}].{key}", value, at, first, last, sentence, sure))

        say("name", name, start, start + len(name))
        slips = {slip.start for slip in unit_slips(text)}
        end = start + len(name)
        for fact in figures_of(text):
            if fact.start < end or _LIMIT.match(text, fact.end):
                continue
            label = _label(text, end, fact.start)
            end = fact.end
            for pattern, key, kind in _OF_PROJECT:
                if fact.kind is kind and re.search(pattern, label):
                    value = _value(fact, slip=fact.start in slips)
                    say(key, value, fact.start, fact.end, fact.start not in slips)
                    break
        if why := _REASON.search(text):
            say("reason", why["why"], *why.span("why"))
        if "initial" in found and "full_year" not in found:
            # The rate is of the year's budget: where only that of its start is printed, it is taken for both.
            first = found["initial"]
            say("full_year", first.value, first.start, first.end, False)
        self.projects.append(found)

    def _limit(self, at: int, text: str) -> None:
        if found := re.search(r"(\d+(?:\.\d+)?)万元以上", text):
            self._say("settings.described_from", Decimal(found[1]), at, *found.span(1))

    def _lists(self, at: int, text: str) -> None:
        """Counted offices and units, and their names."""
        for found in (*_LISTED.finditer(text), *_LISTED_BEFORE.finditer(text)):
            section = _section_of(found["what"])
            self._count(f"people.{section}", found["count"], at, found)
            self._names(section, found, at)
        for found in _NAMED.finditer(text):
            self._names(_section_of(found["what"]), found, at)
        for pattern in (_COUNTED, _COUNTED_AFTER):
            for found in pattern.finditer(text):
                self._count(f"people.{_section_of(found['what'])}", found["count"], at, found)

    def _names(self, section: str, found: re.Match[str], at: int) -> None:
        if f"{section}[0].name" in self.values:
            return
        start = found.start("names")
        for row, name in enumerate(re.finditer(r"[^、，,和及]+", found["names"])):
            words = name[0].strip().removesuffix("等")
            if words:
                self._say(f"{section}[{row}].name", words, at, start + name.start(), start + name.end())

    def _count(self, path: str, number: str, at: int, found: re.Match[str]) -> None:
        self._say(path, whole_number(number), at, *found.span("count"))

    def _frame(self) -> set[int]:
        """Title, name and date: year and unit. Gives the paragraphs that hold name and date."""
        texts = [node.text.strip() for node in self.nodes]
        signed: set[int] = set()
        for at, text in enumerate(texts[:8]):
            if found := re.search(r"(20\d\d)\s*年度?(?=.*(?:报告|自评|绩效))", text):
                self._say("unit.year", int(found[1]), at, *found.span(1))
                break
        for at in range(len(texts) - 1, max(-1, len(texts) - 8), -1):
            found = _DATE.fullmatch(texts[at])
            if not found:
                continue
            lead = len(self.nodes[at].text) - len(self.nodes[at].text.lstrip())
            if day := _day(found):
                self._say("unit.report_date", day, at, lead, lead + len(texts[at]))
                signed.add(at)
            if at and re.fullmatch(r"[\u4e00-\u9fff（）()]{4,40}", texts[at - 1]):
                start = self.nodes[at - 1].text.find(texts[at - 1])
                self._say("unit.name", texts[at - 1], at - 1, start, start + len(texts[at - 1]))
                signed.add(at - 1)
            break
        return signed

    def _vehicles(self) -> None:
        """Where only upkeep or purchase is said, that is all of what vehicles cost."""
        for section in ("three_public_budget", "three_public_final"):
            parts = [self.values.get(f"{section}.vehicle_{part}") for part in ("purchase", "upkeep")]
            given = [part for part in parts if part]
            if f"{section}.vehicles" not in self.values and given:
                value = sum((part.value for part in given if isinstance(part.value, Decimal)), Decimal())
                path = f"{section}.vehicles"
                self.values[path] = replace(given[0], path=path, value=value, sure=False)

    def _build(self) -> None:
        self._vehicles()
        sections: dict[str, Any] = {}
        for path, said in self.values.items():
            section, _, key = path.partition(".")
            if "[" not in section:
                sections.setdefault(section, {})[key] = said.value
        for section, record in (("offices", Office), ("subunits", Subunit)):
            names = [said.value for path, said in self.values.items() if path.startswith(f"{section}[")]
            if names:
                sections[section] = tuple(record(name=name) for name in names)  # type: ignore[arg-type]
        if self.projects:
            keys = Project._fields
            sections["projects"] = tuple(
                Project(**{key: (found[key].value if key in found else None) for key in keys})  # type: ignore[arg-type]
                for found in self.projects
            )
        self.story.inputs = with_values(empty(), **sections)
        rows = (said for found in self.projects for said in found.values())
        self.story.said = sorted(
            [*self.values.values(), *rows], key=lambda said: (said.paragraph, said.start)
        )


_OF_PROJECT: tuple[tuple[str, str, FactKind], ...] = (
    ("执行率|完成率|支付率|使用率", "stated_rate", FactKind.PERCENT),
    ("全年预算|年度预算|调整后?预算|预算调整", "full_year", FactKind.AMOUNT),
    ("年初", "initial", FactKind.AMOUNT),
    ("到位", "arrived", FactKind.AMOUNT),
    ("执行|实际支出|支出|支付|使用|完成", "executed", FactKind.AMOUNT),
    ("预算|安排|下达", "full_year", FactKind.AMOUNT),
)
_WITHOUT_PROJECTS = (
    Part.OVERALL,
    Part.THREE_PUBLIC,
    Part.PROCUREMENT,
    Part.ASSETS,
    Part.STAFF,
    Part.PROBLEMS,
)
NUMBER = r"(?P<count>\d{1,3}|[一二三四五六七八九十两]{1,3})"
_OFFICES = "(?:内设|职能)?(?:股室|科室|处室|内设机构|内设股室)"
_SUBUNITS = "(?:下属|所属|直属)?(?:二级|下属|所属|直属|事业)(?:机构|单位)"
_WHAT = rf"(?P<what>{_OFFICES}|{_SUBUNITS})"
_WORDS = r"(?:[\u4e00-\u9fff]|[（(][\u4e00-\u9fff]{1,20}[）)])"
_LISTED = re.compile(
    rf"{NUMBER}个{_WHAT}[，,]?(?:分别)?(?:为|是|有|包括)?[：:]?(?<=[为是有括：:])(?P<names>[^；;。]+)"
)
_LISTED_BEFORE = re.compile(
    rf"(?:内设|下设|下辖|设有|设立?)(?!机构|股室|科室|处室)"
    rf"(?P<names>{_WORDS}+(?:[、，]{_WORDS}+)*?)等?共?{NUMBER}个{_WHAT}"
)
_NAMED = re.compile(rf"{_WHAT}分别(?:为|是)[：:]?(?P<names>[^；;。]+)")
_COUNTED = re.compile(rf"{NUMBER}个{_WHAT}")
_COUNTED_AFTER = re.compile(rf"{_WHAT}{NUMBER}个")


def whole_number(text: str) -> int:
    """What a text that `NUMBER` matches counts: 12, 十二."""
    return int(text) if text.isdigit() else chinese_number(text)


def _section_of(what: str) -> str:
    return "offices" if re.fullmatch(_OFFICES, what) else "subunits"


def figures_of(text: str) -> Iterator[Fact]:
    """The figures of a paragraph that have a unit."""
    return (fact for fact in facts_of(text) if fact.kind in FIGURES and fact.kind is not FactKind.NUMBER)


def _label(text: str, end: int, start: int) -> str:
    """The clause before a figure, back to the figure before it; the one before that where it says nothing."""
    parts = _DELIMITER.split(text[end:start])
    words = [part.strip() for part in parts if part.strip() and part.strip() != "其中"]
    return words[-1] if words else ""


def _value(fact: Fact, *, slip: bool) -> Any:
    """The value of a figure as its field wants it."""
    assert isinstance(fact.value, Decimal)
    if fact.kind is FactKind.AMOUNT:
        return fact.value if slip else fact.value / _WAN
    if fact.kind is FactKind.PERCENT:
        return fact.value / 100 if fact.unit == "%" else None
    if fact.unit == "分":
        return fact.value
    return int(fact.value) if fact.value == fact.value.to_integral_value() else None


def _day(found: re.Match[str]) -> date | None:
    try:
        return date(*map(int, found.groups()[-3:]))
    except ValueError:
        return None
