"""A report that was written without a workbook → the record that it surely gives, and what a person must confirm."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xlreport.checks.words import shown
from xlreport.errors import Unusable
from xlreport.model.fields import NUMBERS, Place, Section, Value, places_of, sections_of, values_of
from xlreport.model.inputs import Duty, Inputs, Office, Project, Subunit, empty, with_values
from xlreport.model.values import Wrong, parse
from xlreport.review.document import read_document
from xlreport.review.narrative import GAP, Narrative, Said, read_narrative
from xlreport.review.outline import Node, Part
from xlreport.review.reviewing import has_figures
from xlreport.sheets.layout import FIRST_ROW, Addresses, cell_name
from xlreport.wording.fault import sentence_at

_DIFFERENCE = re.compile(r"差异|[较比](?:年初)?预算")
_PROBLEMS, _MEASURES = "问题|不足", "措施|改进|建议|下一步|整改|打算"
_MEASURE = re.compile(r"今后|下一步|以后年度|下一年|明年|将(?!近)|加强|进一步|改进措施|建议")
_GOAL = re.compile(r"年度(?:总体)?(?:绩效)?目标(?:是|为)?[：:](?P<words>.+)")
_COMPLETION = re.compile(r"(?P<words>[^\d〔〕：]{4,300}?)[，。；](?:20\d\d年)?年初预算")
_THRIFT = re.compile(r"厉行节约(?:保障)?措施[：:](?P<words>.+)")
_ATTACHMENT = re.compile(r"\s*(附件\s*[\d一二三四五六七八九十]*)\s*[：:]?\s*")


@dataclass(frozen=True)
class Question:
    """A field left blank, with what the report says of it: one value that is not sure, or several."""

    place: Place
    said: tuple[Said, ...]

    @property
    def sentence(self) -> str:
        """The question as one line, but for the cell."""
        field = self.place.field
        told = [
            f"{'' if len(self.said) == 1 else f'第{each.paragraph + 1}段为'}{_line(shown(field, each.value))}"
            f"（第{each.paragraph + 1}段：{_line(each.sentence)}）"
            for each in self.said
        ]
        return f"{self.place.label}：{'，'.join(told)}"


@dataclass(frozen=True)
class Draft:
    """The record as far as a report is sure of it, and what it leaves open."""

    inputs: Inputs
    questions: tuple[Question, ...]


def read_draft(path: Path) -> Draft:
    """The draft that a report gives. Raises Unusable for what is no report."""
    story = read_narrative(read_document(path).paragraphs)
    if not has_figures(story):
        raise Unusable(f"{path.name}：没有认出自评报告的任何数字，请核对是否选对了文件。")
    return draft_of(story)


def draft_of(story: Narrative) -> Draft:
    """What is sure goes into the record; what is not, contradicts itself or fits no cell, is a question."""
    return _Drafting(story).draft()


def lines_of(draft: Draft, addresses: Addresses) -> Iterator[str]:
    """What a person reads after the workbook was made: each question with the cell to fill, then the counts."""
    for question in draft.questions:
        state = "需确认" if len(question.said) == 1 else "不一致"
        yield f"{state}　{cell_of(question.place, addresses)}　{question.sentence}"
    filled = [place for place, value in values_of(draft.inputs) if value is not None]
    figures = sum(place.field.kind in NUMBERS for place in filled)
    sheets = Counter(place.section.sheet for place in filled)
    by_sheet = "，".join(f"{sheet} {count}" for sheet, count in sheets.items())
    yield f"已填入数字 {figures} 项、文字 {len(filled) - figures} 项：{by_sheet}。"
    count = len(draft.questions)
    yield f"另有 {count} 项没有填入，请对照报告确认后填写。" if count else "没有需要确认的内容。"


def cell_of(place: Place, addresses: Addresses) -> str:
    """The cell of a field in a new workbook, also in a row of a table that is still empty."""
    if found := addresses.cell(place.path):
        return found
    sheet, column = addresses.columns[f"{place.section.key}.{place.field.key}"]
    assert place.row is not None
    return f"{sheet}!{cell_name(FIRST_ROW + place.row, column)}"


def _line(text: str) -> str:
    return " ".join(text.split())


class _Drafting:
    def __init__(self, story: Narrative) -> None:
        self.nodes: Sequence[Node] = story.nodes
        self.story = story
        self.questions: list[Question] = []
        self.sections: dict[str, Any] = {}

    def draft(self) -> Draft:
        self._forms()
        self._names("offices", Office)
        self._names("subunits", Subunit)
        self._projects()
        self._duties()
        self.questions.sort(key=lambda each: (each.said[0].paragraph, each.said[0].start))
        return Draft(with_values(empty(), **self.sections), tuple(self.questions))

    def _said(self, path: str, at: int, value: str, *, sure: bool = True) -> Said:
        text = self.nodes[at].text
        start = max(text.find(value), 0)
        sentence = text[slice(*sentence_at(text, start))].strip()
        return Said(path, value, at, start, start + len(value), sentence, sure)

    def _take(self, place: Place, *said: Said) -> Value:
        """The value of a field, or None and a question."""
        value = parse(said[0].value, place.field)
        if len(said) > 1 or not said[0].sure or isinstance(value, Wrong):
            self.questions.append(Question(place, said))
            return None
        return value

    # ---------------------------------------------------------------------- forms

    def _forms(self) -> None:
        """The fields that stand alone; where sentences contradict each other, none of them is taken."""
        found: dict[str, list[Said]] = {}
        told = [each for each in self.story.said if "[" not in each.path]
        told += [second for _, second in self.story.conflicts if "[" not in second.path]
        for each in told:
            if each.path in ("texts.problems", "texts.measures"):
                continue
            known = found.setdefault(each.path, [])
            if each.value not in [other.value for other in known]:
                known.append(each)
        for each in self._texts():
            found.setdefault(each.path, [each])
        for path, said in found.items():
            section, _, key = path.partition(".")
            place = places_of(Inputs)[f"{section}_{key}"]
            self.sections.setdefault(section, {})[key] = self._take(place, *map(self._judged, said))

    def _judged(self, said: Said) -> Said:
        """A reason is that of the difference only where its sentence speaks of one."""
        doubtful = said.path == "texts.difference_reason" and not _DIFFERENCE.search(said.sentence)
        return replace(said, sure=False) if doubtful else said

    def _bodies(self, part: Part) -> list[int]:
        """The paragraphs of a part without headings, what was not filled in, and name and date at the end."""
        framed = {
            said.paragraph for said in self.story.said if said.path in ("unit.name", "unit.report_date")
        }
        return [
            at
            for at, node in enumerate(self.nodes)
            if node.part is part and not node.heading and at not in framed and GAP not in node.text
        ]

    def _texts(self) -> Iterator[Said]:
        yield from self._problems()
        for at in self._bodies(Part.OVERALL):
            text = self.nodes[at].text.strip()
            if goal := _GOAL.match(text):
                yield self._said("texts.goal", at, goal["words"].strip())
            elif done := _COMPLETION.match(text):
                yield self._said("texts.completion", at, done["words"].strip())
        for at, node in enumerate(self.nodes):
            if found := _THRIFT.match(node.text.strip()):
                yield self._said("texts.thrift", at, found["words"].strip())
        other = [at for at in self._bodies(Part.OTHER) if "其他需要说明" in self.nodes[at].under]
        yield from self._joined("texts.other", other)
        if self.nodes and (found := _ATTACHMENT.fullmatch(self.nodes[0].text)):
            yield self._said("unit.attachment", 0, found[1])

    def _joined(self, path: str, places: Sequence[int], *, sure: bool = True) -> Iterator[Said]:
        if places:
            text = "\n".join(self.nodes[at].text.strip() for at in places)
            last = len(self.nodes[places[0]].text)
            yield Said(path, text, places[0], 0, last, text, sure)

    def _problems(self) -> Iterator[Said]:
        """Problems and measures: sure under a heading of their own, or as two paragraphs that show which is which."""
        both: list[int] = []
        own: dict[str, list[int]] = {"texts.problems": [], "texts.measures": []}
        for at in self._bodies(Part.PROBLEMS):
            under = self.nodes[at].under
            problems, measures = re.search(_PROBLEMS, under), re.search(_MEASURES, under)
            if bool(problems) == bool(measures):
                both.append(at)
            else:
                own["texts.problems" if problems else "texts.measures"].append(at)
        for path, places in own.items():
            yield from self._joined(path, places)
        measure = [at for at in both if _MEASURE.search(self.nodes[at].text)]
        if len(both) == 2 and measure == both[1:]:
            yield from self._joined("texts.problems", both[:1])
            yield from self._joined("texts.measures", both[1:])
            return
        sentences = [
            (at, sentence.strip())
            for at in both
            for sentence in re.findall(r"[^。]+。?", self.nodes[at].text)
            if sentence.strip()
        ]
        first = next((i for i, (_, words) in enumerate(sentences) if _MEASURE.search(words)), len(sentences))
        for path, part in (("texts.problems", sentences[:first]), ("texts.measures", sentences[first:])):
            if part:
                text = "".join(words for _, words in part)
                start = max(self.nodes[part[0][0]].text.find(part[0][1]), 0)
                yield Said(path, text, part[0][0], start, start + len(part[0][1]), text, sure=False)

    # ---------------------------------------------------------------------- tables

    def _names(self, section: str, record: Any) -> None:
        """Counted names: sure where there are as many as the report says."""
        said = [each for each in self.story.said if each.path.startswith(f"{section}[")]
        count = self.story.source(f"people.{section}")
        sure = count is None or count.value == len(said)
        place = _section(section)
        names = [
            self._take(Place(place, place.fields[0], row), replace(each, sure=each.sure and sure))
            for row, each in enumerate(said)
        ]
        self.sections[section] = tuple(record(name=name) for name in names if name is not None)

    def _projects(self) -> None:
        """Projects under a heading of projects; what else looks like one is asked about, below the last row."""
        rows: dict[str, list[Said]] = {}
        for said in self.story.said:
            if said.path.startswith("projects["):
                rows.setdefault(said.path.partition("].")[0], []).append(said)
        sure = [row for row in rows.values() if self.nodes[row[0].paragraph].part is Part.PROJECTS]
        others = [
            [replace(each, sure=False) for each in row]
            for row in rows.values()
            if self.nodes[row[0].paragraph].part is not Part.PROJECTS
        ]
        section = _section("projects")
        fields = {field.key: field for field in section.fields}
        taken: list[dict[str, Any]] = []
        for at, row in enumerate([*sure, *others]):
            taken.append(dict.fromkeys(fields))
            for each in row:
                key = each.path.rpartition(".")[2]
                taken[-1][key] = self._take(Place(section, fields[key], at), each)
        self.sections["projects"] = tuple(Project(**values) for values in taken[: len(sure)])

    def _duties(self) -> None:
        section = _section("duties")
        texts = []
        for at in self._bodies(Part.DUTIES):
            numeral = self.nodes[at].numeral
            text = self.nodes[at].text[numeral.end if numeral else 0 :].strip()
            if text and not text.endswith(("：", ":")):
                texts.append((at, text))
        said = [self._said(f"duties[{row}].text", at, text) for row, (at, text) in enumerate(texts)]
        duties = [self._take(Place(section, section.fields[0], row), each) for row, each in enumerate(said)]
        self.sections["duties"] = tuple(Duty(text=text) for text in duties if isinstance(text, str))


def _section(key: str) -> Section:
    return next(section for section in sections_of(Inputs) if section.key == key)
