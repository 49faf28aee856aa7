"""The input cells behind a figure that the workbook prints: found by value, and by the words around it."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from xlreport.datafile import read_outline
from xlreport.department import Department
from xlreport.facts import FIGURES, Fact, FactKind, Names, facts_of, plain_text, words_of
from xlreport.model.fields import Kind, values_of
from xlreport.model.inputs import OWN_OUTLINE
from xlreport.model.numbers import amount_text, date_text, percent_text
from xlreport.model.rates import RATES, ROW_RATES, row_rate
from xlreport.papers.grid import Selection, Terms
from xlreport.verify.alignment import Said

# Fields whose values are names that a report must spell as the record does.
_NAMED = ("unit.name", "unit.parent", "offices.name", "subunits.name", "projects.name")
_SHOWN = {Kind.MONEY: "{}万元", Kind.PERCENT: "{}", Kind.COUNT: "{}个", Kind.NUMBER: "{}", Kind.YEAR: "{}年"}
_TEXTS = (Kind.TEXT, Kind.LONG_TEXT)


class Source(NamedTuple):
    """A figure of the record: what it is called, how a template quotes it, and its fields."""

    label: str
    quoted: str
    row: str  # the name of its row in a table
    paths: tuple[str, ...]


class Sources:
    """Where the figures of one department's text are from."""

    def __init__(self, department: Department) -> None:
        self._department = department
        self._inputs = department.report.inputs

    @cached_property
    def names(self) -> Names:
        """The names of the record."""
        return Names(value for value in self._named if value)

    @cached_property
    def _named(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for place, value in values_of(self._inputs):
            if f"{place.section.key}.{place.field.key}" in _NAMED and isinstance(value, str):
                found.setdefault(plain_text(value).strip(), place.path)
        return found

    @cached_property
    def _by_value(self) -> Mapping[Decimal | str, Sequence[Source]]:
        found: dict[Decimal | str, list[Source]] = defaultdict(list)
        for shown, source in self._figures():
            for fact in facts_of(shown):
                found[fact.value].append(source)
        return found

    def _figures(self) -> Iterator[tuple[str, Source]]:
        inputs = self._inputs
        for place, value in values_of(inputs):
            section, field = place.section, place.field
            value = field.given(value)
            if value is None or section.key in ("stated", "template"):
                continue
            name = (
                str(getattr(getattr(inputs, section.key)[place.row], section.names) or "")
                if place.row is not None
                else ""
            )
            quoted = f".{field.name}" if section.table else f"{section.name}.{field.name}"
            source = Source(f"{section.label}{field.label}", quoted, name, (place.path,))
            if isinstance(value, Decimal | int) and field.kind in _SHOWN:
                text = percent_text(Decimal(value)) if field.kind is Kind.PERCENT else amount_text(value)
                yield _SHOWN[field.kind].format(text), source
            elif field.kind is Kind.DATE and not isinstance(value, str | int | Decimal):
                yield date_text(value), source
        for key, rate in self._department.report.rates.items():
            if rate.value is not None:
                item = RATES[key]
                paths = tuple(p.place.path for p in item.parameters if p.place)
                yield percent_text(rate.value), Source(item.label, f"比率.{item.label}", "", paths)
        for at, project in enumerate(inputs.projects):
            for key, item in ROW_RATES.items():
                rate = row_rate(key, project)
                if rate.value is not None:
                    paths = tuple(f"projects[{at}].{p.name}" for p in item.parameters)
                    yield (
                        percent_text(rate.value),
                        Source(item.label, f".{item.label}", project.name or "", paths),
                    )

    @cached_property
    def _templates(self) -> Sequence[str]:
        """For each paragraph of the text the template line that gave it."""
        own = self._department.outline == OWN_OUTLINE
        template = self._inputs.template if own else read_outline(self._department.outline)
        lines = self._department.story.lines
        return [line.text or "" for line, made in zip(template, lines, strict=True) for _ in made]

    @cached_property
    def _texts(self) -> Sequence[tuple[str, str]]:
        return [
            (plain_text(value), place.path)
            for place, value in values_of(self._inputs)
            if place.field.kind in _TEXTS
            and isinstance(value, str)
            and place.section.key not in ("template", "unit")
        ]

    def cells(self, said: Said, paragraph: str) -> tuple[str, ...]:
        """The input cells behind a fact of a paragraph of the workbook's text."""
        return self._addresses(self._paths(said, paragraph))

    def _addresses(self, paths: Sequence[str]) -> tuple[str, ...]:
        found = dict.fromkeys(self._department.addresses.cell(path) for path in paths)
        return tuple(cell for cell in found if cell)

    def _paths(self, said: Said, paragraph: str) -> tuple[str, ...]:
        fact = said.fact
        if fact.kind is FactKind.NAME:
            path = self._named.get(str(fact.value))
            return (path,) if path else ()
        template = self._templates[said.line] if said.line < len(self._templates) else ""
        if typed := self._typed(fact, paragraph):
            return typed
        if fact.kind is FactKind.YEAR and str(fact.value) == str(self._inputs.unit.year):
            return ("unit.year",)
        found = [
            source
            for source in self._by_value.get(fact.value, ())
            if (not template or source.quoted in template or f"{{{{{source.quoted[3:]}}}}}" in template)
            and (not source.row or source.row in paragraph)
        ]
        if found:
            around = words_of(said.label)
            return max(found, key=lambda source: _known_by(source, around)).paths
        return self._difference(fact, template)

    def _typed(self, fact: Fact, paragraph: str) -> tuple[str, ...]:
        """The text field that a figure was typed in."""
        around = plain_text(paragraph)[max(0, fact.start - 6) : fact.end + 3]
        for text, path in self._texts:
            if around in text or (len(text) > fact.end - fact.start + 4 and text in plain_text(paragraph)):
                at = plain_text(paragraph).find(text)
                if around in text or at <= fact.start < at + len(text):
                    return (path,)
        return ()

    def _difference(self, fact: Fact, template: str) -> tuple[str, ...]:
        """The two fields of a difference that the template computes."""
        if fact.kind is not FactKind.AMOUNT or not isinstance(fact.value, Decimal):
            return ()
        quoted = [
            (value, place.path)
            for place, value in values_of(self._inputs)
            if isinstance(value, Decimal)
            and re.search(
                rf"{place.section.name}\.{place.field.name} -|- {place.section.name}\.{place.field.name} ",
                template,
            )
        ]
        for at, (one, path) in enumerate(quoted):
            for other, there in quoted[at + 1 :]:
                if abs(abs(one - other) * 10_000 - abs(fact.value)) < 100:
                    return path, there
        return ()

    def of_terms(self, terms: Terms | None) -> tuple[str, ...]:
        """The input cells behind a cell of a paper."""
        if terms is None:
            return ()
        paths = [path.column if isinstance(path, Selection) else path for _, path in terms.added]
        if terms.divisor:
            paths += [path.column if isinstance(path, Selection) else path for _, path in terms.divisor.added]
        return self._addresses(paths)

    def knows(self, said: Said) -> bool:
        """Whether the record has a figure, printed or not, of this value and of the name before it."""
        if said.fact.kind not in FIGURES:
            return False
        around = words_of(said.label)
        return any(_known_by(source, around) >= 0.75 for source in self._by_value.get(said.fact.value, ()))

    def has(self, value: Decimal | str) -> bool:
        """Whether any figure of the record has this value."""
        return value in self._by_value


def _known_by(source: Source, around: frozenset[str]) -> float:
    """How much of a figure's name stands in the words before it."""
    label: Any = words_of(plain_text(source.label))
    return len(label & around) / len(label) if label else 0.0
