"""The tables of the Word file against the papers that the workbook makes, cell by cell."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import SequenceMatcher

from xlreport.department import Department
from xlreport.facts import FactKind, alike, facts_of, plain_text, same, words_of
from xlreport.model.fields import Kind
from xlreport.papers.grid import Cell, Paper
from xlreport.typesetting import shown
from xlreport.verify.alignment import Said, Segment, segments_of
from xlreport.verify.findings import Difference, Mismatch, Spot, changed, foreign, missing
from xlreport.verify.pairing import pair
from xlreport.verify.sources import Sources
from xlreport.word_text import TableCell, WordTable, WordText

_SAME_TABLE = 0.5  # of the words of a paper that its table has
_SAME_ROW = 0.5
_NOTHING = frozenset(("", "-", "–", "—", "/", "－"))


@dataclass
class TableComparison:
    """What came of the tables."""

    papers: list[Paper] = field(default_factory=list)  # that the Word file holds
    compared: set[int] = field(default_factory=set)  # lines of the Word file, in their tables
    findings: list[Mismatch] = field(default_factory=list)
    figures: int = 0


@dataclass(frozen=True)
class _Row:
    texts: tuple[str, ...]
    key: str  # its words without figures
    words: frozenset[str]


def compare_tables(department: Department, text: WordText, sources: Sources) -> TableComparison:
    """Compare the tables that are papers of the department; others are left to be read as text."""
    made = TableComparison()
    if not text.tables:
        return made
    papers = department.papers
    found = _matched(papers, text)
    for paper, table in found:
        made.papers.append(paper)
        made.compared.update(at for row in table.rows for cell in row for at in cell.lines)
        comparison = _Table(paper, table, text, sources)
        made.findings += comparison.findings()
        made.figures += comparison.figures
    if found:
        have = {paper.name for paper in made.papers}
        for paper in papers:
            if paper.name not in have:
                what = f"{paper.number}{paper.title}{f'（{paper.subject}）' if paper.subject else ''}"
                message = f"报告附有其他附表，但缺少{what}；请补上，或重新导出带附表的报告。"
                made.findings.append(Mismatch(Difference.MISSING, message, "附表", what, ""))
    return made


def _matched(papers: Sequence[Paper], text: WordText) -> list[tuple[Paper, WordTable]]:
    """Which table is which paper, by their words."""
    words_of_papers = [words_of(_letters(" ".join(c.text for row in p.rows for c in row))) for p in papers]
    scored = []
    for there, table in enumerate(text.tables):
        lines = [text.lines[at].text for row in table.rows for cell in row for at in cell.lines]
        words = words_of(_letters(" ".join(lines)))
        for at, own in enumerate(words_of_papers):
            likeness = alike(own, words)
            if likeness >= _SAME_TABLE:
                scored.append((round(likeness, 2), -abs(at - there), -at, -there))
    pairs: dict[int, int] = {}
    for _, _, at, there in sorted(scored, reverse=True):
        if -at not in pairs.values() and -there not in pairs:
            pairs[-there] = -at
    return [(papers[at], text.tables[there]) for there, at in sorted(pairs.items())]


class _Table:
    def __init__(self, paper: Paper, table: WordTable, text: WordText, sources: Sources) -> None:
        self.paper, self.table, self.text, self.sources = paper, table, text, sources
        self.ours = [_row([shown(cell) for cell in row]) for row in paper.rows]
        self.theirs = [_row([self._text(cell) for cell in row]) for row in table.rows]
        self.figures = sum(_figure(text) for row in self.theirs for text in row.texts)

    def _text(self, cell: TableCell) -> str:
        return "\n".join(self.text.lines[at].text for at in cell.lines)

    def findings(self) -> Iterator[Mismatch]:
        pairs = self._pairs()
        taken = set(pairs.values())
        last = 0
        for at, row in enumerate(self.ours):
            if at in pairs:
                last = pairs[at]
                yield from self._row(at, last)
            elif any(_figure(cell) for cell in row.texts):
                yield self._lost(at, last)
        for there, row in enumerate(self.theirs):
            if there not in taken and any(_figure(cell) for cell in row.texts):
                yield self._added(there)

    def _pairs(self) -> dict[int, int]:
        one, other = [row.key for row in self.ours], [row.key for row in self.theirs]
        pairs: dict[int, int] = {}
        for tag, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
            if tag == "equal" or (tag == "replace" and b - a == d - c):
                pairs.update(zip(range(a, b), range(c, d), strict=True))
        taken = set(pairs.values())
        scored = sorted(
            (
                (alike(self.ours[at].words, self.theirs[there].words), -at, -there)
                for at in range(len(one))
                if at not in pairs
                for there in range(len(other))
                if there not in taken
            ),
            reverse=True,
        )
        for likeness, at, there in scored:
            if likeness >= _SAME_ROW and -at not in pairs and -there not in taken:
                pairs[-at] = -there
                taken.add(-there)
        return pairs

    def _row(self, at: int, there: int) -> Iterator[Mismatch]:
        ours, theirs = self.paper.rows[at], self.table.rows[there]
        if len(ours) == len(theirs):
            pairs = list(zip(ours, theirs, strict=True))
        else:
            by_column = {cell.column: cell for cell in theirs}
            pairs = [(cell, by_column[cell.column]) for cell in ours if cell.column in by_column]
        for cell, word in pairs:
            one, other = shown(cell), self._text(word)
            if one != other:
                yield from self._cell(at, there, cell, word, one, other)

    def _cell(
        self, at: int, there: int, cell: Cell, word: TableCell, one: str, other: str
    ) -> Iterator[Mismatch]:
        place = f"表{self.table.number}第{there + 1}行（{self.paper.name}）"
        cells = self.sources.of_terms(cell.terms)
        if cell.is_figure or (_figure(one) and _figure(other)):
            if not _same_cell(cell, one, other):
                yield self._differs(at, there, cell, word, place, one, other)
            return
        names, year = self.sources.names, None
        ours, theirs = segments_of([one], names, year), segments_of([other], names, year)
        said = pair(_all(ours), _all(theirs), other)
        spot = self._spot(word)
        for mine, yours in said.changed:
            message = changed(mine.fact, yours.fact, place, _label(mine.label), cells)
            inside = self._inside(word, yours.fact.start, yours.fact.end)
            yield Mismatch(Difference.CHANGED, message, place, mine.fact.text, yours.fact.text, cells, inside)
        if said.missing:
            facts = [mine.fact for mine in said.missing]
            message = missing(facts, place, _label(said.missing[0].label), cells)
            yield Mismatch(
                Difference.MISSING, message, place, "、".join(f.text for f in facts), "", cells, spot
            )
        for yours in said.foreign:
            inside = self._inside(word, yours.fact.start, yours.fact.end)
            yield Mismatch(
                Difference.FOREIGN, foreign([yours.fact], place), place, "", yours.fact.text, (), inside
            )
        spoken = plain_text(other)
        for name in [s.fact for s in _all(ours) if s.fact.kind is FactKind.NAME]:
            if str(name.value) not in spoken:
                message = (
                    f"{place}：名称应为“{name.text}”，报告为“{other.strip()[:30]}”；请按工作簿更正报告。"
                )
                yield Mismatch(Difference.CHANGED, message, place, name.text, other.strip(), cells, spot)

    def _differs(
        self, at: int, there: int, cell: Cell, word: TableCell, place: str, one: str, other: str
    ) -> Mismatch:
        cells = self.sources.of_terms(cell.terms)
        label = self._label(at, cell)
        kind = Difference.CHANGED
        if _blank(other) and not _blank(one):
            kind = Difference.MISSING
        elif _blank(one) and not _blank(other):
            kind = Difference.FOREIGN
        where = f"（{'、'.join(cells[:3])}）" if cells else ""
        message = (
            f"{place}：“{label}”一格，工作簿为“{one or '空白'}”，报告为“{other.strip() or '空白'}”；"
            f"请按工作簿更正报告；如果报告是对的，请先改工作簿{where}再重新核对。"
        )
        return Mismatch(kind, message, place, one, other.strip(), cells, self._spot(word))

    def _label(self, at: int, cell: Cell) -> str:
        """What a cell is about: the words in its row, and the head above it."""
        row = [
            c.text.strip()
            for c in self.paper.rows[at]
            if c.text.strip() and not c.is_figure and c is not cell
        ]
        heads = (
            c.text.strip()
            for above in reversed(self.paper.rows[:at])
            for c in above
            if c.head and c.column <= cell.column < c.column + c.across and c.text.strip()
        )
        return "·".join(part[:16] for part in (*row[-1:], next(heads, "")) if part)

    def _lost(self, at: int, before: int) -> Mismatch:
        figures = "、".join(text for text in self.ours[at].texts if _figure(text))
        words = next((text for text in self.ours[at].texts if text and not _figure(text)), "")
        place = f"表{self.table.number}第{before + 1}行后（{self.paper.name}）"
        cells = tuple(
            dict.fromkeys(cell for each in self.paper.rows[at] for cell in self.sources.of_terms(each.terms))
        )
        message = f"{place}：缺少“{words.strip()[:20]}”一行，其中有{figures}；请补上这一行。"
        spot = self._row_spot(before)
        return Mismatch(Difference.MISSING, message, place, figures, "", cells, spot)

    def _added(self, there: int) -> Mismatch:
        figures = "、".join(text for text in self.theirs[there].texts if _figure(text))
        place = f"表{self.table.number}第{there + 1}行（{self.paper.name}）"
        message = f"{place}：多出一行，其中有{figures}，工作簿中没有；请核对，属实的先填入工作簿，否则删去。"
        return Mismatch(Difference.FOREIGN, message, place, "", figures, (), self._row_spot(there))

    def _spot(self, word: TableCell) -> Spot | None:
        return Spot(word.lines[0], 0, len(self.text.lines[word.lines[0]].text)) if word.lines else None

    def _inside(self, word: TableCell, start: int, end: int) -> Spot | None:
        for at in word.lines:
            size = len(self.text.lines[at].text)
            if start < size:
                return Spot(at, start, min(end, size))
            start, end = start - size - 1, end - size - 1
        return self._spot(word)

    def _row_spot(self, there: int) -> Spot | None:
        for cell in self.table.rows[there] if there < len(self.table.rows) else ():
            if spot := self._spot(cell):
                return spot
        return None


def _all(segments: Sequence[Segment]) -> list[Said]:
    return [said for segment in segments for said in segment.facts]


def _row(texts: Sequence[str]) -> _Row:
    words = [_letters(text) for text in texts if not _figure(text)]
    return _Row(tuple(texts), "|".join(word for word in words if word), words_of(" ".join(words)))


def _letters(text: str) -> str:
    return re.sub(r"[\d.,%\s]", "", plain_text(text))


def _label(text: str) -> str:
    return text[-12:]


def _blank(text: str) -> bool:
    return plain_text(text).strip() in _NOTHING


def _figure(text: str) -> bool:
    """Whether a cell holds a figure and nothing else."""
    plain = plain_text(text).strip()
    return bool(re.fullmatch(r"-?[\d,]*\.?\d+\s*(?:%|[万亿]?元|[^\W\d]{1,3})?", plain))


def _same_cell(cell: Cell, one: str, other: str) -> bool:
    """Whether two cells show the same figure, whatever its decimals."""
    if _blank(one) and _blank(other):
        return True
    ours, theirs = facts_of(one), facts_of(other)
    if len(ours) != 1 or len(theirs) != 1:
        return plain_text(one).strip() == plain_text(other).strip()
    mine, yours = ours[0], theirs[0]
    if same(mine, yours):
        return True
    values = mine.value, yours.value
    if not isinstance(values[0], Decimal) or not isinstance(values[1], Decimal):
        return False
    if mine.kind is FactKind.NUMBER and yours.kind is FactKind.AMOUNT:
        return cell.kind is Kind.MONEY and values[0] * 10_000 == values[1]
    if {mine.kind, yours.kind} == {FactKind.NUMBER, FactKind.COUNT}:
        return values[0] == values[1]
    return False
