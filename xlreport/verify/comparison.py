"""A department's workbook against its edited Word report: `compare(department, path)`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import SequenceMatcher
from pathlib import Path

from xlreport.collector import uncollected
from xlreport.department import Department
from xlreport.facts import FIGURES, Fact, FactKind, plain_text, same
from xlreport.files import read_bytes
from xlreport.verify.alignment import Group, Said, Segment, align, segments_of
from xlreport.verify.findings import (
    Difference,
    Mismatch,
    Spot,
    Verification,
    around,
    changed,
    foreign,
    missing,
)
from xlreport.verify.identity import refuse_foreign_report
from xlreport.verify.pairing import ALL, Outcome, pair, settle_moved
from xlreport.verify.sources import Sources
from xlreport.verify.tables import TableComparison, compare_tables
from xlreport.word_text import Line, WordText, read_word

# What stands for the unit's name in running text.
_SELF = re.compile("[本我](?:单位|部门|局|委|办|院|中心|乡|镇|街道)|(?:局|委|部门|单位)机关")
_REPEATED = 0.45  # likeness of a figure that only says again what stands elsewhere
_NO_FACT = re.compile(r"(?:电话|手机|传真|邮编|编码|代码|证号|账号|邮箱)[^，。；]{0,6}$")
_NAME_ALIKE = 0.34
_LABEL = 20


@uncollected
def compare(department: Department, path: Path) -> Verification:
    """Compare the Word report at `path` with what the workbook says.

    Raises Unusable when the file is no Word report of this department and year.
    """
    text = read_word(read_bytes(path), path.name)
    unit = department.report.inputs.unit
    sources = Sources(department)
    tables = compare_tables(department, text, sources)
    comparison = _Comparison(department, text, sources, tables)
    figures = comparison.figures + tables.figures
    refuse_foreign_report(path.name, unit.name, unit.year, [line.text for line in text.lines], figures)
    findings = [*comparison.findings(), *tables.findings]
    findings.sort(key=lambda each: each.spot or Spot(len(text.lines), 0, 0))
    findings = [
        replace(each, around=around(text.lines[each.spot.line].text, each.spot.start, each.spot.end))
        if each.spot
        else each
        for each in findings
    ]
    return Verification(unit.name, unit.year, department.source, path, tuple(findings), text.tracked, figures)


@dataclass
class _Matched:
    """A group of sentences with what became of its facts."""

    group: Group
    outcome: Outcome


class _Comparison:
    def __init__(
        self, department: Department, text: WordText, sources: Sources, tables: TableComparison
    ) -> None:
        self.year = department.report.inputs.unit.year
        self.sources = sources
        self.paragraphs = [paragraph.text for paragraph in department.story.paragraphs]
        own = len(self.paragraphs)
        self.paragraphs += [
            line for paper in tables.papers for line in (paper.number, paper.title, *paper.above)
        ]
        self.paragraphs += [line for paper in tables.papers for line in (*paper.notes, *paper.footer)]
        self.own = own
        self.at = [at for at in range(len(text.lines)) if at not in tables.compared]
        self.lines: list[Line] = [text.lines[at] for at in self.at]
        self.loose = text.in_tables
        names = sources.names
        self.ours = segments_of(self.paragraphs, names, self.year)
        self.theirs = segments_of([line.text for line in self.lines], names, self.year)
        self.known_years = {str(self.year)} | {
            str(said.fact.value)[:4]
            for segment in self.ours
            for said in segment.facts
            if said.fact.kind in (FactKind.YEAR, FactKind.DATE)
        }

    @property
    def figures(self) -> int:
        return sum(said.fact.kind in FIGURES for segment in self.theirs for said in segment.facts)

    def findings(self) -> Iterator[Mismatch]:
        matched = [_Matched(group, self._pair(group)) for group in align(self.ours, self.theirs)]
        settle_moved([each.outcome for each in matched])
        matched = self._together(matched)
        self._drop_repeated(matched)
        self.where = {at: each.group.theirs for each in matched for at in each.group.ours}
        for each in matched:
            yield from self._report(each)

    def _together(self, matched: list[_Matched]) -> list[_Matched]:
        """Pair all that did not come out even once more, as one: a short sentence may have gone wrong."""
        uneven = [each for each in matched if each.outcome.count]
        if len(uneven) < 2:
            return matched
        ours = tuple(sorted(at for each in uneven for at in each.group.ours))
        theirs = tuple(sorted(at for each in uneven for at in each.group.theirs))
        group = Group(ours, theirs)
        whole = _Matched(group, self._pair(group))
        if whole.outcome.count >= sum(each.outcome.count for each in uneven):
            return matched
        return [each for each in matched if not each.outcome.count] + [whole]

    def _facts(self, side: Sequence[Segment], chosen: Sequence[int]) -> list[Said]:
        return [said for at in chosen for said in side[at].facts]

    def _pair(self, group: Group) -> Outcome:
        said = "".join(self.theirs[at].text for at in group.theirs)
        ours, theirs = self._facts(self.ours, group.ours), self._facts(self.theirs, group.theirs)
        outcome = pair(ours, theirs, said)
        self._pair_names(group, ours, theirs, outcome)
        return outcome

    def _pair_names(self, group: Group, ours: list[Said], theirs: list[Said], outcome: Outcome) -> None:
        spoken = [said for said in theirs if said.fact.kind is FactKind.NAME]
        lacking = []
        for said in ours:
            if said.fact.kind is not FactKind.NAME:
                continue
            found = next((other for other in spoken if other.fact.value == said.fact.value), None)
            if found:
                spoken.remove(found)
            else:
                lacking.append(said)
        for said in lacking:
            if not group.theirs:
                outcome.missing.append(said)
                continue
            if other := self._renamed(said, group):
                outcome.changed.append((said, other))
                span = other.fact
                outcome.foreign = [
                    each
                    for each in outcome.foreign
                    if each.line != other.line or each.fact.end <= span.start or each.fact.start >= span.end
                ]
            elif not self._spoken_of(said, group):
                outcome.missing.append(said)

    def _spoken_of(self, said: Said, group: Group) -> bool:
        """Whether the other text calls the unit by another word for itself."""
        theirs = "".join(self.theirs[at].text for at in group.theirs)
        ours = "".join(self.ours[at].text for at in group.ours).replace(said.fact.text, "")
        return len(_SELF.findall(theirs)) > len(_SELF.findall(ours)) and str(said.fact.value).endswith(
            ("局", "委", "办", "府", "室", "院", "会", "心", "队", "站", "校", "所", "处", "部")
        )

    def _renamed(self, said: Said, group: Group) -> Said | None:
        """What stands in the other text where a name should."""
        name = str(said.fact.value)
        segment = next(self.ours[at] for at in group.ours if said in self.ours[at].facts)
        start = said.fact.start - segment.start
        best: tuple[float, int, int, int] | None = None
        for at in group.theirs:
            there = self.theirs[at]
            span = _mapped(plain_text(segment.text), plain_text(there.text), start, start + len(name))
            if span is None:
                continue
            shown = there.text[slice(*span)]
            alike = SequenceMatcher(None, name, plain_text(shown), autojunk=False).ratio()
            if best is None or alike > best[0]:
                best = alike, at, *span
        if best is None or best[0] < _NAME_ALIKE:
            return None
        _, at, first, last = best
        there = self.theirs[at]
        fact = Fact(FactKind.NAME, "", "", there.start + first, there.start + last, there.text[first:last])
        return Said(fact, there.line, said.near, said.far, said.behind, said.label, said.topic, said.own)

    def _drop_repeated(self, matched: Sequence[_Matched]) -> None:
        """Take out what is said once more, or said of the record without being printed."""
        stated: dict[object, list[Said]] = {}
        for segment in self.ours:
            for said in segment.facts:
                stated.setdefault(said.fact.value, []).append(said)
        spoken: dict[int, list[Fact]] = {}
        for segment in self.theirs:
            for said in segment.facts:
                spoken.setdefault(said.line, []).append(said.fact)

        def again(said: Said) -> bool:
            fact = said.fact
            if fact.kind in (FactKind.YEAR, FactKind.DATE):
                return fact.kind is FactKind.YEAR and str(fact.value) in self.known_years
            if fact.kind is FactKind.NUMBER and len(fact.text) >= 7 and "." not in fact.text:
                return True  # a telephone number
            if _NO_FACT.search(self.lines[said.line].text[: fact.start]):
                return True
            if self.at[said.line] in self.loose and any(
                value in stated or self.sources.has(value) for value in _in_table(fact)
            ):
                return True
            near = any(said.likeness(other) >= _REPEATED for other in stated.get(fact.value, ()))
            return near or self.sources.knows(said)

        def understood(said: Said, each: _Matched) -> bool:
            lines = {self.theirs[at].line for at in each.group.theirs}
            if said.fact.kind is FactKind.YEAR:
                # The year of the report goes without saying, but not in its title.
                return bool(lines) and (
                    any(FIGURES & {fact.kind for fact in spoken.get(line, ())} for line in lines)
                    or any(fact.value == said.fact.value for line in lines for fact in spoken.get(line, ()))
                )
            return any(
                ALL.search(self.lines[line].text)
                and any(same(said.fact, fact) for fact in spoken.get(line, ()))
                for line in lines
            )

        for each in matched:
            each.outcome.foreign = [said for said in each.outcome.foreign if not again(said)]
            each.outcome.missing = [said for said in each.outcome.missing if not understood(said, each)]

    def _report(self, each: _Matched) -> Iterator[Mismatch]:
        for ours, theirs in each.outcome.changed:
            cells = self._cells(ours)
            line = self.lines[theirs.line]
            spot = Spot(self.at[theirs.line], theirs.fact.start, theirs.fact.end)
            message = changed(ours.fact, theirs.fact, line.start, self._label(ours), cells)
            yield Mismatch(
                Difference.CHANGED, message, line.start, ours.fact.text, theirs.fact.text, cells, spot
            )
        if each.outcome.missing:
            yield from self._missing(each)
        by_line: dict[int, list[Said]] = {}
        for said in each.outcome.foreign:
            by_line.setdefault(said.line, []).append(said)
        for at, found in by_line.items():
            line, facts = self.lines[at], [said.fact for said in found]
            # What grew by a foreign figure is one thing with it.
            facts = [fact for fact in facts if fact.kind is not FactKind.DIRECTION] or facts
            spot = Spot(self.at[at], facts[0].start, facts[-1].end)
            shown = "、".join(fact.text for fact in facts)
            yield Mismatch(Difference.FOREIGN, foreign(facts, line.start), line.start, "", shown, (), spot)

    def _missing(self, each: _Matched) -> Iterator[Mismatch]:
        spot = self._spot_of(each.group)
        place = self.lines[self.at.index(spot.line)].start if spot else "文末"
        by_segment: dict[int, list[Said]] = {}
        for said in each.outcome.missing:
            segment = next(at for at in each.group.ours if said in self.ours[at].facts)
            by_segment.setdefault(segment, []).append(said)
        for segment, found in by_segment.items():
            whole = not each.group.theirs
            groups = [found] if whole else [[said] for said in found]
            for part in groups:
                facts = [said.fact for said in part]
                cells = tuple(dict.fromkeys(cell for said in part for cell in self._cells(said)))
                where = f"{place}附近" if whole else place
                sentence = self.ours[segment].text if whole else ""
                message = missing(facts, where, self._label(part[0]), cells, sentence)
                shown = "、".join(fact.text for fact in facts)
                yield Mismatch(Difference.MISSING, message, where, shown, "", cells, spot)

    def _cells(self, said: Said) -> tuple[str, ...]:
        return self.sources.cells(said, self.paragraphs[said.line])

    def _label(self, said: Said) -> str:
        before = self.paragraphs[said.line][: said.fact.start]
        return re.split(r"[，。；：:、（）()\s]", before)[-1][-_LABEL:]

    def _spot_of(self, group: Group) -> Spot | None:
        """Where something is missing: behind the sentence that it belongs to, or the one before it."""
        at = None
        if group.theirs:
            at = group.theirs[-1]
        else:
            for before in range(min(group.ours), -1, -1):
                if self.where.get(before):
                    at = self.where[before][-1]
                    break
        if at is None:
            return Spot(self.at[0], 0, 0) if self.at else None
        segment = self.theirs[at]
        return Spot(self.at[segment.line], segment.end, segment.end)


def _in_table(fact: Fact) -> Sequence[Decimal | str]:
    """What a figure in a table may mean, whose unit is said elsewhere."""
    if fact.kind is FactKind.NUMBER and isinstance(fact.value, Decimal):
        return fact.value, fact.value * 10_000
    return (fact.value,)


def _mapped(ours: str, theirs: str, start: int, end: int) -> tuple[int, int] | None:
    """Where in `theirs` stands what replaced a part of `ours`."""
    first = last = None
    for tag, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if b <= start and not (a == b == start):
            continue
        if a >= end:
            break
        low, high = (c + max(0, start - a), d - max(0, b - end)) if tag == "equal" else (c, d)
        if tag == "replace" and (a < start or b > end):
            low, high = c + min(max(0, start - a), d - c), d - min(max(0, b - end), d - c)
        first = low if first is None else min(first, low)
        last = high if last is None else max(last, high)
    return (first, last) if first is not None and last is not None and first < last else None
