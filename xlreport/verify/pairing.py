"""Facts that belong together, told from those that were changed, left out or added."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from xlreport.facts import FIGURES, FactKind, alike, same
from xlreport.verify.alignment import Said

_TIMES = frozenset((FactKind.YEAR, FactKind.DATE))
_CLASSES = (FIGURES, _TIMES, frozenset((FactKind.DIRECTION,)), frozenset((FactKind.CODE,)))

_EQUAL, _UNEQUAL = 0.5, -0.3  # what a pair is worth beside its likeness
_MOVED = 0.2  # likeness of an equal fact that stands elsewhere in its sentence
_CHANGED = 0.45  # of an unequal one
_ELSEWHERE = 0.35  # of an equal one in another sentence
_OTHER_WORDS, _SAME_WORDS = 0.5, 0.7  # likeness of the words that a fact has for itself
ALL = re.compile("均|都|皆|同为|一致|相同")


@dataclass
class Outcome:
    """What became of the facts of one group of sentences."""

    changed: list[tuple[Said, Said]] = field(default_factory=list)
    missing: list[Said] = field(default_factory=list)
    foreign: list[Said] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.changed) + len(self.missing) + len(self.foreign)


def pair(ours: Sequence[Said], theirs: Sequence[Said], said: str = "") -> Outcome:
    """Pair the facts of sentences that belong together; `said` is how the other text puts them."""
    outcome = Outcome()
    for kinds in _CLASSES:
        one = [each for each in ours if each.fact.kind in kinds]
        other = [each for each in theirs if each.fact.kind in kinds]
        _pair_kind(one, other, outcome)
    _best_first(outcome.missing, outcome.foreign, _crosswise, lambda a, b: outcome.changed.append((a, b)))
    if ALL.search(said):
        figures = [each.fact for each in theirs]
        outcome.missing = [
            each for each in outcome.missing if not any(same(each.fact, fact) for fact in figures)
        ]
    outcome.missing = [each for each in outcome.missing if not each.fact.weak]
    outcome.foreign = [each for each in outcome.foreign if not each.fact.weak]
    return outcome


def settle_moved(outcomes: Sequence[Outcome]) -> None:
    """Take out what is missing in one sentence and stands in another."""
    missing = [each for outcome in outcomes for each in outcome.missing]
    foreign = [each for outcome in outcomes for each in outcome.foreign]
    gone: set[int] = set()

    def settle(one: Said, other: Said) -> None:
        gone.update((id(one), id(other)))

    def worth(one: Said, other: Said) -> float:
        return one.likeness(other) - _ELSEWHERE if same(one.fact, other.fact) else -1.0

    _best_first(missing, foreign, worth, settle)
    for outcome in outcomes:
        outcome.missing = [each for each in outcome.missing if id(each) not in gone]
        outcome.foreign = [each for each in outcome.foreign if id(each) not in gone]


def _pair_kind(ours: list[Said], theirs: list[Said], outcome: Outcome) -> None:
    if len(ours) == len(theirs) and all(
        same(one.fact, other.fact) and one.likeness(other) > _ELSEWHERE
        for one, other in zip(ours, theirs, strict=True)
    ):
        _find_swapped(list(zip(ours, theirs, strict=True)), outcome)
        return  # nearly always
    pairs = _in_order(ours, theirs)
    rest_ours = [each for at, each in enumerate(ours) if at not in pairs]
    taken = set(pairs.values())
    rest_theirs = [each for at, each in enumerate(theirs) if at not in taken]
    for at, there in pairs.items():
        if not same(ours[at].fact, theirs[there].fact):
            outcome.changed.append((ours[at], theirs[there]))
    equal = [
        (ours[at], theirs[there]) for at, there in pairs.items() if same(ours[at].fact, theirs[there].fact)
    ]
    _best_first(rest_ours, rest_theirs, _moved, lambda one, other: equal.append((one, other)))
    _find_swapped(equal, outcome)
    _best_first(rest_ours, rest_theirs, _altered, lambda one, other: outcome.changed.append((one, other)))
    outcome.missing += rest_ours
    outcome.foreign += rest_theirs


def _find_swapped(equal: Sequence[tuple[Said, Said]], outcome: Outcome) -> None:
    """Among equal facts two whose own words are each other's: 项目支出 has the amount of 基本支出."""
    doubtful = [pair for pair in equal if pair[0].own and alike(pair[0].own, pair[1].own) <= _OTHER_WORDS]
    used: set[int] = set()
    for at, (one, other) in enumerate(doubtful):
        for there, (second, fourth) in enumerate(doubtful[at + 1 :], at + 1):
            crossed = min(alike(one.own, fourth.own), alike(second.own, other.own))
            if crossed >= _SAME_WORDS and not same(one.fact, fourth.fact) and not used & {at, there}:
                used |= {at, there}
                outcome.changed += [(one, fourth), (second, other)]


def _worth(one: Said, other: Said) -> float:
    likeness = one.likeness(other)
    if same(one.fact, other.fact):
        return _EQUAL + (1 - _EQUAL) * likeness + 0.2
    if one.fact.weak and other.fact.weak and likeness < 0.6:
        return -1.0
    return likeness + _UNEQUAL


def _moved(one: Said, other: Said) -> float:
    return one.likeness(other) - _MOVED if same(one.fact, other.fact) else -1.0


def _altered(one: Said, other: Said) -> float:
    return one.likeness(other) - _CHANGED


def _crosswise(one: Said, other: Said) -> float:
    """Of facts of different kinds: a year that no longer looks like one."""
    kinds = {one.fact.kind, other.fact.kind}
    likeness = one.likeness(other)
    return -1.0 if FactKind.DIRECTION in kinds or one.fact.weak or other.fact.weak else likeness - _CHANGED


def _in_order(ours: Sequence[Said], theirs: Sequence[Said]) -> dict[int, int]:
    """The pairs that are worth most together, none crossing another."""
    best = [[0.0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
    worth = [[_worth(one, other) for other in theirs] for one in ours]
    for at in range(len(ours)):
        row, above, values = best[at + 1], best[at], worth[at]
        for there in range(len(theirs)):
            row[there + 1] = max(above[there + 1], row[there], above[there] + values[there])
    pairs: dict[int, int] = {}
    at, there = len(ours), len(theirs)
    while at and there:
        if best[at][there] == best[at - 1][there]:
            at -= 1
        elif best[at][there] == best[at][there - 1]:
            there -= 1
        else:
            at, there = at - 1, there - 1
            pairs[at] = there
    return pairs


def _best_first(
    ours: list[Said],
    theirs: list[Said],
    worth: Callable[[Said, Said], float],
    found: Callable[[Said, Said], object],
) -> None:
    """Pair what is worth most first and take it out of both lists, as long as it is worth anything."""
    if not ours or not theirs:
        return
    scored = sorted(
        (
            (value, -at, -there)
            for at, one in enumerate(ours)
            for there, other in enumerate(theirs)
            if (value := worth(one, other)) >= 0
        ),
        reverse=True,
    )
    used_ours: set[int] = set()
    used_theirs: set[int] = set()
    for _, at, there in scored:
        if -at not in used_ours and -there not in used_theirs:
            used_ours.add(-at)
            used_theirs.add(-there)
            found(ours[-at], theirs[-there])
    ours[:] = _without(ours, used_ours)
    theirs[:] = _without(theirs, used_theirs)


def _without(items: Sequence[Said], gone: Iterable[int]) -> list[Said]:
    dropped = set(gone)
    return [item for at, item in enumerate(items) if at not in dropped]
