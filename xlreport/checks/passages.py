"""The texts of a record as one text, so that a rule about wording looks through them once."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from itertools import accumulate, islice
from operator import attrgetter
from typing import NamedTuple

from xlreport.checks.rule import KEPT, Breach, Level, Verdict
from xlreport.model.fields import Kind, Place, Section, places_of, sections_of
from xlreport.model.figures import Derived, derived
from xlreport.model.inputs import Inputs
from xlreport.wording.fault import BREAK, Fault, around

MOST = 3  # faults that one sentence tells
TOLD = 20  # of those, how many cells are named at the most
# What a unit types elsewhere than in its texts: settings, the wording of the report itself, codes and persons.
_ELSEWHERE = ("settings", "explanations", "template", "carried", "criteria", "bands")
_OF_UNIT = ("name", "parent")
# The name of a project as other tables refer to it, and words chosen from a few.
_REFERRED = ("project", "level_2", "unit")
_FORM = (None,)
# Names may hold years and words of their own.
NAMES = ("name", "implementer", "category", "item")


def first_of(said: Sequence[str], rest: int = 0) -> str:
    """The first few of what is to be said, and how many more there are."""
    left = rest + max(len(said) - MOST, 0)
    return "；".join([*said[:MOST], *([f"另有{left}处"] if left else [])])


class Passages:
    """Every text that is filled in, parted by form feeds; one that a column has many times stands once."""

    def __init__(self, texts: list[str], places: list[tuple[Section, str, Sequence[int | None]]]) -> None:
        self.text = BREAK.join(texts)
        self._lengths = list(map(len, texts))
        self._places = places

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate((length + 1 for length in self._lengths[:-1]), initial=0))

    def places(self, at: int) -> Iterator[Place]:
        """The fields that hold the text in which a position lies."""
        section, key, rows = self._places[bisect_right(self._starts, at) - 1]
        field = places_of(Inputs)[f"{section.key}_{key}"].field
        return (Place(section, field, row) for row in rows)

    def place(self, at: int) -> Place:
        """The first of them."""
        return next(self.places(at))

    def breach(self, faults: Iterable[Fault], level: Level | None = None) -> Verdict:
        """What a rule says of its faults: the first few with the words around them."""
        found = iter(faults)
        first = list(islice(found, MOST))
        if not first:
            return KEPT
        rest = list(found)
        words = first_of([self._sentence(fault) for fault in first], len(rest))
        places = (place.path for fault in [*first, *rest] for place in self.places(fault.start))
        return Breach(words=words, paths=tuple(dict.fromkeys(islice(places, TOLD))), level=level)

    def _sentence(self, fault: Fault) -> str:
        return f"{self.place(fault.start).label}“{around(self.text, fault.start, fault.end)}”：{fault.says}"

    def outside_names(self, faults: Iterable[Fault]) -> Iterator[Fault]:
        """The faults that do not stand in the name of something."""
        return (fault for fault in faults if self.place(fault.start).field.key not in NAMES)


@derived("passages")
def passages_of(inputs: Inputs) -> Mapping[str, Derived]:
    """The texts of a record; None where there are none."""
    texts: list[str] = []
    places: list[tuple[Section, str, Sequence[int | None]]] = []
    for column in _columns():
        part = getattr(inputs, column.section.key)
        if not column.section.table:
            if text := column.of(part):
                texts.append(text)
                places.append((column.section, column.key, _FORM))
            continue
        rows: dict[str, list[int | None]] = {}
        for row, text in enumerate(map(column.of, part)):
            if text:
                rows.setdefault(text, []).append(row)
        texts += rows
        places += [(column.section, column.key, at) for at in rows.values()]
    return {"passages": Derived(Passages(texts, places) if texts else None, ())}


class _Column(NamedTuple):
    section: Section
    key: str
    of: "attrgetter[str | None]"


@cache
def _columns() -> tuple[_Column, ...]:
    return tuple(
        _Column(section, field.key, attrgetter(field.key))
        for section in sections_of(Inputs)
        if section.key not in _ELSEWHERE
        for field in section.fields
        if field.kind in (Kind.TEXT, Kind.LONG_TEXT) and (section.key != "unit" or field.key in _OF_UNIT)
    )
