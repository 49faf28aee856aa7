"""The texts of a record as one text, so that a rule about wording looks through them once."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
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
_TOLD = 20  # of those, how many cells are named at the most
# What a unit types elsewhere than in its texts: settings, the wording of the report itself, codes and persons.
_ELSEWHERE = ("settings", "explanations", "template", "carried", "criteria", "bands")
_OF_UNIT = ("name", "parent")
# Names may hold years and words of their own.
NAMES = ("name", "project", "implementer", "category", "item")


class Passages:
    """Every text that is filled in, parted by form feeds."""

    def __init__(self, texts: list[str], places: list[tuple[Section, int | None, str]]) -> None:
        self.text = BREAK.join(texts)
        self._lengths = list(map(len, texts))
        self._places = places

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate((length + 1 for length in self._lengths[:-1]), initial=0))

    def place(self, at: int) -> Place:
        """The field in which a position of the text lies."""
        section, row, key = self._places[bisect_right(self._starts, at) - 1]
        return Place(section, places_of(Inputs)[f"{section.key}_{key}"].field, row)

    def breach(self, faults: Iterable[Fault], level: Level | None = None) -> Verdict:
        """What a rule says of its faults: the first few with the words around them."""
        found = iter(faults)
        first = list(islice(found, MOST))
        if not first:
            return KEPT
        rest = list(found)
        words = "；".join(self._sentence(fault) for fault in first)
        more = f"；另有{len(rest)}处" if rest else ""
        places = (self.place(fault.start).path for fault in [*first, *rest][:_TOLD])
        return Breach(words=words + more, paths=tuple(dict.fromkeys(places)), level=level)

    def _sentence(self, fault: Fault) -> str:
        return f"{self.place(fault.start).label}“{around(self.text, fault.start, fault.end)}”：{fault.says}"

    def outside_names(self, faults: Iterable[Fault]) -> Iterator[Fault]:
        """The faults that do not stand in the name of something."""
        return (fault for fault in faults if self.place(fault.start).field.key not in NAMES)


@derived("passages")
def passages_of(inputs: Inputs) -> Mapping[str, Derived]:
    """The texts of a record; None where there are none."""
    texts: list[str] = []
    places: list[tuple[Section, int | None, str]] = []
    for column in _columns():
        part = getattr(inputs, column.section.key)
        if not column.section.table:
            if text := column.of(part):
                texts.append(text)
                places.append((column.section, None, column.key))
            continue
        filled = [(row, text) for row, text in enumerate(map(column.of, part)) if text]
        texts += [text for _, text in filled]
        places += [(column.section, row, column.key) for row, _ in filled]
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
