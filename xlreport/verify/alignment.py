"""Which sentences of two texts belong together: moved, reworded, split or merged ones too."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property
from typing import NamedTuple

from xlreport.facts import (
    FIGURES,
    MARK,
    Fact,
    FactKind,
    Names,
    alike,
    facts_of,
    plain_text,
    without_numerals,
    words_of,
)

_END = re.compile(r"[。！？!?；;\n]+")
_STOP = "[，,、。；;:：()]"
_BARE = re.compile(r"(?:^|[，,、]|其中[:：]?)\s*$")  # before a fact without a name in front of it
_ALIKE = 0.5  # the share of a sentence found in another by which it is taken for it
_ALIKE_HERE = 0.25  # where their neighbours belong together
_TIE = 0.02
_OTHER_TOPIC = 0.3  # what is left of a likeness
_NEAR, _FAR, _BEHIND = 6, 14, 5  # characters around a fact by which it is known


class Said(NamedTuple):
    """A fact where it is said."""

    fact: Fact
    line: int
    near: frozenset[str]
    far: frozenset[str]
    behind: frozenset[str]
    label: str  # the words before it
    topic: frozenset[str]  # the names in its paragraph
    own: frozenset[str]  # the words that it has for itself

    def likeness(self, other: "Said") -> float:
        """How much the words around two facts have in common."""
        before = max(alike(self.near, other.near), alike(self.far, other.far))
        likeness = 0.75 * before + 0.25 * alike(self.behind, other.behind)
        return likeness * (_OTHER_TOPIC if apart(self.topic, other.topic) else 1)


def apart(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two paragraphs are about different things by name."""
    return bool(one) and bool(other) and not one & other


@dataclass
class Segment:
    """A sentence, or a part of one that ends in a semicolon."""

    line: int
    start: int
    end: int
    text: str
    skeleton: str  # without its facts
    topic: frozenset[str]
    facts: list[Said] = field(default_factory=list)

    @cached_property
    def words(self) -> frozenset[str]:
        return words_of(re.sub(r"[\d.,%]", "", plain_text(self.text)))

    @property
    def figures(self) -> bool:
        return any(said.fact.kind in FIGURES and not said.fact.weak for said in self.facts)


def segments_of(lines: Sequence[str], names: Names, year: int | None) -> list[Segment]:
    """The sentences of some paragraphs, with their facts."""
    return [segment for at, text in enumerate(lines) for segment in _segments(at, text, names, year)]


def _segments(line: int, text: str, names: Names, year: int | None) -> Iterator[Segment]:
    facts = facts_of(text, names, year)
    topic = frozenset(str(fact.value) for fact in facts if fact.kind is FactKind.NAME)
    plain = without_numerals(plain_text(text))
    start = 0
    for end in [*(match.end() for match in _END.finditer(text)), len(text)]:
        if text[start:end].strip():
            inside = [fact for fact in facts if start <= fact.start < end]
            yield _segment(Segment(line, start, end, text[start:end], "", topic), plain, inside)
        start = end


def _segment(segment: Segment, plain: str, facts: list[Fact]) -> Segment:
    before = ""
    at = segment.start
    marks = named = ""
    for fact in facts:
        before += _letters(plain[at : max(at, fact.start)])
        label = before[-_FAR:]
        behind = _letters(plain[fact.end : fact.end + 3 * _BEHIND])[:_BEHIND]
        around = (words_of(label[-_NEAR:]), words_of(label), words_of(behind))
        if _BARE.search(plain[segment.start : fact.start]):
            # 180万元用于项目支出: what it is comes behind it.
            label = _letters(plain[fact.end : fact.end + _FAR])
            named_behind = words_of(label[: _NEAR + 2])
            around = (named_behind, named_behind, around[2])
            own = words_of(re.split(_STOP, plain[fact.end : fact.end + _FAR])[0])
        else:
            own = words_of(re.split(_STOP, plain[at : max(at, fact.start)])[-1])
        said = Said(fact, segment.line, *around, label.replace(MARK, ""), segment.topic, own)
        segment.facts.append(said)
        # A direction is part of what is said of the figure behind it, but not of its name.
        before += "" if fact.kind is FactKind.DIRECTION else MARK
        if fact.kind is FactKind.NAME:
            named += _letters(str(fact.value))
        elif fact.kind is FactKind.DIRECTION and not fact.weak:
            named += str(fact.value)
        marks += fact.kind[:1]
        at = max(at, fact.end)
    before += _letters(plain[at : segment.end])
    # Only a name tells the paragraph on one project from that on another, and a direction 追加 from 追减.
    segment.skeleton = before.replace(MARK, "") + named or marks
    return segment


def _letters(plain: str) -> str:
    return "".join(filter(str.isalnum, plain))


class Group(NamedTuple):
    """Sentences of both texts that say the same, by index; one side may be empty."""

    ours: tuple[int, ...]
    theirs: tuple[int, ...]


def align(ours: Sequence[Segment], theirs: Sequence[Segment]) -> list[Group]:
    """Group the sentences of two texts."""
    links = _exact(ours, theirs)
    open_ours = [at for at in range(len(ours)) if at not in links]
    taken = set(links.values())
    open_theirs = [at for at in range(len(theirs)) if at not in taken]
    return _groups(links, _similar(ours, theirs, links, open_ours, open_theirs), len(ours), len(theirs))


def _exact(ours: Sequence[Segment], theirs: Sequence[Segment]) -> dict[int, int]:
    """Sentences that differ in nothing but facts: first in order, then wherever they went."""
    one, other = [s.skeleton for s in ours], [s.skeleton for s in theirs]
    links = {
        a + at: b + at
        for a, b, size in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
        for at in range(size)
    }
    taken = set(links.values())
    left: dict[str, list[int]] = defaultdict(list)
    for at in reversed(range(len(other))):
        if at not in taken:
            left[other[at]].append(at)
    for at, skeleton in enumerate(one):
        if at not in links and left.get(skeleton):
            links[at] = left[skeleton].pop()
    return links


def _similar(
    ours: Sequence[Segment],
    theirs: Sequence[Segment],
    links: dict[int, int],
    open_ours: Sequence[int],
    open_theirs: Sequence[int],
) -> list[tuple[int, int]]:
    """For each sentence that is left the most similar one on the other side."""
    where: dict[str, list[int]] = defaultdict(list)
    for at in open_theirs:
        for word in theirs[at].words:
            where[word].append(at)
    back = {b: a for a, b in links.items()}
    scores: list[tuple[float, int, int]] = []
    # A gap between two links, with what is left in it on both sides, is a place too.
    place_of_ours = _gaps([links.get(at) for at in range(len(ours))])
    place_of_theirs = _gaps([back.get(at) for at in range(len(theirs))], list(range(len(theirs))))
    open_places: dict[tuple[int | None, int | None], set[int]] = defaultdict(set)
    for b in open_theirs:
        open_places[place_of_theirs[b]].add(b)
    for a in open_ours:
        common = Counter(b for word in ours[a].words for b in where.get(word, ()))
        here = open_places.get(place_of_ours[a], ())
        for b in {*common, *here}:
            least = min(len(ours[a].words), len(theirs[b].words))
            share = common[b] / least if least else 0.0
            near = b in here
            share *= _OTHER_TOPIC if apart(ours[a].topic, theirs[b].topic) else 1
            if share < (_ALIKE_HERE if near else _ALIKE):
                continue
            scores.append((share + (0.2 if near else 0) + min(common[b], 100) / 10_000, a, b))
    best_of_ours: dict[int, float] = {}
    best_of_theirs: dict[int, float] = {}
    for score, a, b in scores:
        best_of_ours[a] = max(score, best_of_ours.get(a, 0.0))
        best_of_theirs[b] = max(score, best_of_theirs.get(b, 0.0))
    # A short piece may be a part of several sentences: their facts are then told apart by their order.
    return [(a, b) for score, a, b in scores if score + _TIE >= min(best_of_ours[a], best_of_theirs[b])]


def _gaps(
    linked: Sequence[int | None], own: Sequence[int] | None = None
) -> list[tuple[int | None, int | None]]:
    """For each sentence the linked ones before and after it, named by their index on the other side."""
    names = [(own[at] if own and there is not None else there) for at, there in enumerate(linked)]
    before: list[int | None] = []
    last: int | None = -1
    for name in names:
        before.append(last)
        last = last if name is None else name
    after: list[int | None] = []
    last = None
    for name in reversed(names):
        after.append(last)
        last = last if name is None else name
    return list(zip(before, reversed(after), strict=True))


def _groups(links: dict[int, int], similar: Sequence[tuple[int, int]], ours: int, theirs: int) -> list[Group]:
    parent = list(range(ours + theirs))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for a, b in [*links.items(), *similar]:
        parent[root(a)] = root(ours + b)
    members: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for at in range(ours):
        members[root(at)][0].append(at)
    for at in range(theirs):
        members[root(ours + at)][1].append(at)
    return [Group(tuple(a), tuple(b)) for a, b in members.values()]
