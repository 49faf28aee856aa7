"""What is wrong with a narrative: the rules on the record that it gives, and those on its wording."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import chain

from xlreport.checks.listing import OF_NARRATIVE
from xlreport.checks.rule import RULES, Finding, Level, Rule, check
from xlreport.checks.words import shown
from xlreport.model.fields import places_of
from xlreport.model.inputs import Inputs, Project, with_values
from xlreport.model.numbers import cut, decimals_of, percent_text, plain, rounded
from xlreport.model.rates import RATES, rate_values
from xlreport.review.narrative import Narrative, Said, read_narrative
from xlreport.review.omissions import is_left_out
from xlreport.review.outline import Part, missing_numerals
from xlreport.wording import amounts, names, numbering, words, years
from xlreport.wording.fault import Fault, alternatives, around, pieces
from xlreport.wording.lists import word_list

_LABELS = "J06"  # the rule on which budget a project's figure is called
# Sums of which a narrative may name one part only, after 其中: that says nothing of the total.
_SUMS = ("E01", "E02", "B02", "B03", "F01", "F02", "F04", "S01", "S02", "P01")
_GENERIC = "请写明具体原因和做法"
_UNEVEN = "请统一写法"


@dataclass(frozen=True)
class Remark:
    """One thing that is wrong: the rule, one sentence, and where it stands with the words around."""

    rule: str
    level: Level
    message: str
    paragraph: int | None = None  # index of the paragraph
    words: str = ""

    @property
    def is_open(self) -> bool:
        return self.level is not Level.HINT


@dataclass(frozen=True)
class Review:
    """A narrative and what is to be said of it, in its order."""

    narrative: Narrative
    remarks: tuple[Remark, ...]


def review(paragraphs: Sequence[str], numbered: Sequence[bool] = ()) -> Review:
    """Check a narrative; `numbered` says which paragraphs Word numbers itself."""
    story = read_narrative(paragraphs)
    remarks = [
        *_of_record(story),
        *_of_headings(story, numbered or [False] * len(paragraphs)),
        *_of_wording(story, paragraphs),
        *_of_conflicts(story),
        *_of_rates(story),
        *_of_reasons(story),
        *_of_names(story),
    ]
    last = len(paragraphs)
    remarks.sort(key=lambda remark: last if remark.paragraph is None else remark.paragraph)
    return Review(story, tuple(remarks))


def has_figures(story: Narrative) -> bool:
    """Whether anything was recognised but title, name and date."""
    return any(isinstance(said.value, Decimal) or said.path.startswith("people.") for said in story.said)


@cache
def _rules() -> tuple[Rule, ...]:
    """The rules of figures: what a narrative leaves out is no fault (M, D04), its wording is looked at as a whole."""
    return tuple(
        item
        for item in RULES
        if item.id[0] != "M"
        and item.id != "D04"
        and item.function.__name__ != "numerals_are_ours"
        and all(parameter.name != "passages" for parameter in item.parameters)
    )


def _of_record(story: Narrative) -> Iterator[Remark]:
    values = {key: rate.value for key, rate in rate_values(story.inputs).items()}
    # What was only taken to be so is no label of the report's.
    printed = with_values(story.inputs, projects=_as_printed(story))
    for finding in chain(
        check(story.inputs, values, rules=[item for item in _rules() if item.id != _LABELS]).findings,
        check(printed, values, rules=[item for item in _rules() if item.id == _LABELS]).findings,
    ):
        if (finding.rule in _SUMS and len(finding.fields) < 3) or is_left_out(finding, story):
            continue
        said = next((found for path in finding.fields if (found := story.source(path))), None)
        message = finding.message
        if finding.rule == "T01":
            message = _with_denominator(finding, story.inputs, values["initial_completion_rate"])
        yield _remark(story, said, finding.rule, finding.level, message)


def _as_printed(story: Narrative) -> tuple[Project, ...]:
    """The projects without the amounts that nobody wrote."""
    unsure = {said.path for said in story.unsure if said.path.endswith(".full_year")}
    return tuple(
        project._replace(full_year=None) if f"projects[{row}].full_year" in unsure else project
        for row, project in enumerate(story.inputs.projects)
    )


def _with_denominator(finding: Finding, inputs: Inputs, completion: Decimal | None) -> str:
    """Says where a rate above 100% comes from: spending over the budget of the year's start."""
    printed = inputs.stated.execution_rate
    if completion is None or printed is None:
        return finding.message
    percent, decimals = printed * 100, decimals_of(printed * 100)
    how = {rounded(completion * 100, decimals): "", cut(completion * 100, decimals): "截位"}
    if percent not in how:
        return finding.message
    is_cut = percent != rounded(completion * 100, decimals)
    words = f"{plain(percent)}%是执行数除以年初预算，即完成年初预算的{percent_text(completion)}"
    return (
        f"{finding.message.rstrip('。')}；{words}{'（截位，没有四舍五入）' if is_cut else ''}，是另一个比率。"
    )


def _remark(story: Narrative, said: Said | None, rule: str, level: Level, message: str) -> Remark:
    if said is None:
        return Remark(rule, level, message)
    text = story.nodes[said.paragraph].text
    return Remark(rule, level, message, said.paragraph, around(text, said.start, said.end))


def _of_headings(story: Narrative, numbered: Sequence[bool]) -> Iterator[Remark]:
    remedy = _remedy("X06", Level.HARD)
    for at, fault in missing_numerals(story.nodes, numbered):
        text = story.nodes[at].text.strip()
        words = text if len(text) <= 24 else f"{text[:24]}…"
        yield Remark("X06", Level.HARD, f"{fault.says}；{remedy}。", at, words)


def _remedy(id: str, level: Level) -> str:
    return next(item.remedy for item in RULES if item.id == id and item.level is level)


def _checks(inputs: Inputs) -> Iterator[tuple[str, Level, Callable[[str], Iterator[Fault]]]]:
    year, name = inputs.unit.year, inputs.unit.name
    hard, hint = Level.HARD, Level.HINT
    yield "X01", hard, amounts.unit_slips
    yield "X01", hard, amounts.too_large
    if year:
        yield "X02", hard, lambda text: years.wrong_years(text, year)
    yield "X03", hard, lambda text: words.document_years(text, year and year + 1)
    yield "X03", hint, words.document_numbers
    if name:
        yield "X04", hard, lambda text: names.name_variants(text, name)
    yield "X05", hard, words.leftovers
    yield "X06", hard, numbering.clause_gaps
    yield "X07", hint, words.unpaired_quotes
    yield "X07", hint, words.mixed_percent_signs
    yield "X08", hint, words.typos
    yield "X09", hint, amounts.mixed_decimals
    yield "X10", hard, amounts.unplain_digits
    yield "X11", hard, amounts.negative_amounts


def _of_wording(story: Narrative, paragraphs: Sequence[str]) -> Iterator[Remark]:
    text = "\n".join(paragraphs)
    starts = [start for start, _ in pieces(text, "\n")]
    for id, level, find in _checks(story.inputs):
        same: dict[str, list[Fault]] = {}
        for fault in find(text):
            same.setdefault(fault.says, []).append(fault)
        for says, found in same.items():
            first = found[0]
            at = sum(start <= first.start for start in starts) - 1
            more = f"（共{len(found)}处）" if len(found) > 1 else ""
            message = f"{says}{more}；{_remedy(id, level)}。"
            yield Remark(id, level, message, at, around(text, first.start, first.end))


def _of_conflicts(story: Narrative) -> Iterator[Remark]:
    for first, second in story.conflicts:
        section, key = first.path.split(".")
        place = places_of(Inputs)[f"{section}_{key}"]
        one, other = (shown(place.field, said.value) for said in (first, second))
        message = (
            f"{place.label}第{first.paragraph + 1}段为{one}，此处为{other}；同一数字应前后一致，请核对。"
        )
        yield _remark(story, second, "D01", Level.HARD, message)


def _of_rates(story: Narrative) -> Iterator[Remark]:
    values = rate_values(story.inputs)
    for said in story.rates:
        key = said.path.removeprefix("rates.")
        value = values[key].value
        if value is None or not isinstance(said.value, Decimal):
            continue
        percent = said.value * 100
        if rounded(value * 100, decimals_of(percent)) != percent:
            printed, computed = f"{plain(percent)}%", percent_text(value)
            message = f"{RATES[key].label}{printed}，按文中的数计算为{computed}；请更正或核对相关数据。"
            yield _remark(story, said, "R03", OF_NARRATIVE["R03"][0], message)


def _of_reasons(story: Narrative) -> Iterator[Remark]:
    found = word_list("reasons")
    generic, concrete = alternatives(found["reasons"]), alternatives(found["concrete"])
    level = OF_NARRATIVE["R01"][0]
    for said in story.said:
        if re.search(r"\.(?:\w+_)?reason$", said.path) and isinstance(said.value, str):
            match = generic.search(said.value)
            if match and not concrete.search(said.value):
                yield _remark(story, said, "R01", level, f"原因“{match[0]}”过于笼统；{_GENERIC}。")
    part = [
        (at, node.text)
        for at, node in enumerate(story.nodes)
        if node.part is Part.PROBLEMS and not node.heading
    ]
    if any(concrete.search(text) for _, text in part):
        return
    measures = alternatives(found["measures"])
    for at, text in part:
        if match := measures.search(text):
            said_words = around(text, match.start(), match.end())
            yield Remark("R01", level, f"改进措施“{match[0]}”过于笼统；{_GENERIC}。", at, said_words)
            return


_KINDS = ("股", "科", "室", "处", "办", "队", "站", "所", "部", "组", "中心", "厅", "局", "委", "会", "院")
_REGION = re.compile(r"^.{1,5}?[省市县区州旗]")


def _of_names(story: Narrative) -> Iterator[Remark]:
    """An office without what the others end in, units with and without the county before their name."""
    level = OF_NARRATIVE["R02"][0]
    offices = [office.name for office in story.inputs.offices if office.name]
    ends = Counter(name[-1] for name in offices if name.endswith(_KINDS)).most_common(1)
    for row, name in enumerate(offices):
        if ends and ends[0][1] > 1 and not name.endswith(_KINDS):
            message = f"内设机构“{name}”没有写“{ends[0][0]}”，其他多有；{_UNEVEN}。"
            yield _remark(story, story.source(f"offices[{row}].name"), "R02", level, message)
    subunits = [unit.name for unit in story.inputs.subunits if unit.name]
    region = _REGION.match(story.inputs.unit.name or "")
    if not region:
        return
    bare = [name for name in subunits if not name.startswith(region[0])]
    if bare and len(bare) < len(subunits):
        message = f"二级机构名称有的写“{region[0]}”，有的不写（“{bare[0]}”）；{_UNEVEN}。"
        row = subunits.index(bare[0])
        yield _remark(story, story.source(f"subunits[{row}].name"), "R02", level, message)
