"""What a paper wants a form to hold: each figure by the labels that stand around it on our own grid."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from xlreport.forms.labels import Synonyms, is_part
from xlreport.model.fields import Kind
from xlreport.papers.grid import GAP, Cell, Paper, Selection

TOTAL = "总分"
INDICATOR_HEADS = ("一级指标", "二级指标", "三级指标")
SPLIT_HEADS = DIRECTION, UNIT = ("指标性质", "度量单位")  # beside a target, on forms that divide it up
FULL_YEAR = "全年预算数"
_FULL_YEAR_SECTIONS = ("full_year.", "funds_full_year.")

Context = str | None  # the key of the row that a row is part of


@dataclass(frozen=True)
class Wanted:
    """A figure or a text, and where forms show it: in the row of a label, under a head, or both."""

    label: str  # key of the row's label, else empty
    head: str  # key of the column's head, else empty
    context: Context  # what the row is part of
    value: Decimal | str
    kind: Kind
    shown: str  # how people call it: 三公经费　2022年决算数
    group: tuple[str, ...] = ()  # the heads beside it, of a figure that stands under its head alone
    categories: frozenset[str] = frozenset()  # keys of those whose projects it is the sum of
    instead: str = ""  # the head under which a form may show it that has columns where ours has none


class ProjectRow(NamedTuple):
    """A project that has a row of its own below the sum over its kind."""

    name: str
    figures: tuple[Wanted, ...]
    over: tuple[Wanted, ...]  # the figures of that sum


@dataclass(frozen=True)
class Wants:
    """Everything that one paper wants to fill in, indicators and names left out."""

    paper: Paper
    figures: tuple[Wanted, ...]
    projects: tuple[ProjectRow, ...]
    indicators: tuple[Mapping[str, Decimal | str], ...]  # a row each: what stands under which head
    heads: tuple[tuple[str, ...], ...]  # of the columns, block by block
    contexts: Mapping[str, frozenset[Context]]  # for each label, what its row may be part of


@dataclass(frozen=True)
class _Head:
    """A head of the paper over some of its columns."""

    key: str
    text: str
    cell: Cell
    row: int


def wants_of(paper: Paper, synonyms: Synonyms, year: int) -> Wants:
    """The figures of a paper made for some year, with the labels around them."""
    return _Reading(paper, synonyms, year).wants()


class _Reading:
    """Goes through a paper from top to bottom."""

    def __init__(self, paper: Paper, synonyms: Synonyms, year: int) -> None:
        self.paper, self.synonyms, self.year = paper, synonyms, year
        self.heads: dict[int, _Head] = {}  # over each column
        self.above: dict[int, str] = {}  # the last label that is no part, by the column where it begins
        self.contexts: dict[str, set[Context]] = {}
        self.blocks: dict[
            int, dict[str, None]
        ] = {}  # heads with figures, by the row of the paper they are in
        self.row = 0

    def wants(self) -> Wants:
        figures: list[Wanted] = []
        projects: list[ProjectRow] = []
        indicators: list[dict[str, Decimal | str]] = []
        over: tuple[Wanted, ...] = ()
        among_indicators = False
        for number, row in enumerate(self.paper.rows):
            self.row = number
            keys = {self.synonyms.head(cell.text, self.year) for cell in row if cell.head}
            if among_indicators and not any(self.synonyms.row(cell.text) == TOTAL for cell in row):
                indicators.append(self._indicator(row, indicators[-1] if indicators else {}))
                continue
            among_indicators = keys.issuperset(INDICATOR_HEADS)
            self._remember_heads(row)
            if among_indicators:
                known = (key for key in keys if key in self.synonyms.heads.values())
                self.blocks[number] = dict.fromkeys([*known, *SPLIT_HEADS])
            wanted = list(self._row(row))
            paths = [path for cell in row if cell.terms for _, path in cell.terms.added]
            if not wanted and not paths:
                continue
            if self.paper.key.startswith("base") and any(str(path).startswith("projects[") for path in paths):
                projects.append(ProjectRow(row[0].text.strip(), tuple(wanted), over))
            else:
                figures += wanted
                over = tuple(wanted)
        contexts = {key: frozenset(found) for key, found in self.contexts.items()}
        return Wants(
            self.paper,
            tuple(figures),
            tuple(projects),
            tuple(row for row in indicators if INDICATOR_HEADS[-1] in row),
            tuple(map(tuple, self.blocks.values())),
            contexts,
        )

    def _indicator(self, row: Iterable[Cell], above: Mapping[str, Decimal | str]) -> dict[str, Decimal | str]:
        """The values of an indicator by their heads; its levels may be merged with those above."""
        found = {key: above[key] for key in INDICATOR_HEADS[:2] if key in above}
        for cell in row:
            if (value := _value(cell)) is not None:
                found[self.heads[cell.column].key] = value
        return found

    def _remember_heads(self, row: Iterable[Cell]) -> None:
        heads = [cell for cell in row if cell.head]
        for cell in heads:
            for column in range(cell.column, cell.column + cell.across):
                self.heads[column] = _Head(
                    self.synonyms.head(cell.text, self.year), cell.text, cell, self.row
                )

    def _row(self, row: tuple[Cell, ...]) -> Iterator[Wanted]:
        """The figures and texts of one row that have a value."""
        label: Cell | None = None
        alone = tuple(self.heads[c.column].key for c in row if _holds(c) and c.column in self.heads)
        for cell in row:
            if cell.head or cell.label:
                label = cell if self.synonyms.row(cell.text) else label
                continue
            if label:
                self._remember_label(label)
                if self.synonyms.name(label.text):
                    continue  # see forms/names
            found = self._wanted(cell, label, alone)
            if found.head and found.label:
                self.blocks.setdefault(self.heads[cell.column].row, {})[found.head] = None
            if (value := _value(cell)) is not None:
                yield replace(found, value=value)

    def _remember_label(self, cell: Cell) -> None:
        key = self.synonyms.row(cell.text)
        part = is_part(cell.text) and cell.column in self.above
        self.contexts.setdefault(key, set()).add(self.above[cell.column] if part else None)
        if not part:
            self.above[cell.column] = key

    def _wanted(self, cell: Cell, label: Cell | None, alone: tuple[str, ...]) -> Wanted:
        head = self.heads.get(cell.column)
        terms = cell.terms.added if cell.terms else ()
        selections = [path for _, path in terms if isinstance(path, Selection)]
        made = Wanted(
            label=self.synonyms.row(label.text) if label else "",
            head=head.key if head else "",
            context=None,
            value="",
            kind=cell.kind,
            shown=label.text.strip("　 ") if label else head.text if head else "",
            categories=frozenset(self.synonyms.row(name) for each in selections for name in each.categories),
        )
        if label is None:
            return replace(made, group=alone)
        part = is_part(label.text)
        made = replace(made, context=self.above.get(label.column) if part else None)
        if head is None or not self._crosses(cell, label, head):
            paths = [path for _, path in terms if isinstance(path, str)]
            instead = FULL_YEAR if paths and paths[0].startswith(_FULL_YEAR_SECTIONS) else ""
            return replace(made, head="", instead=instead)
        return replace(made, shown=f"{made.shown}　{head.text}")

    def _crosses(self, cell: Cell, label: Cell, head: _Head) -> bool:
        """Whether a value belongs to the column over it, and not to its label alone."""
        if self.synonyms.row(label.text) == TOTAL:
            return True
        under = range(label.column, label.column + label.across)
        figure_heads = [self.heads[column] for column in under if column in self.heads]
        covers = any(each.cell.column > label.column and each.text for each in figure_heads)
        return not covers and (head.cell.across, head.cell.column) == (cell.across, cell.column)


def _holds(cell: Cell) -> bool:
    """Whether a cell is there for a value."""
    return not (cell.head or cell.label)


def _value(cell: Cell) -> Decimal | str | None:
    """What a cell shows, if it shows anything."""
    if isinstance(cell.value, int | Decimal):
        return Decimal(cell.value)
    return cell.text if cell.text not in ("", GAP) else None
