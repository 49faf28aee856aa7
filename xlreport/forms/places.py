"""Where the figures of a paper belong in a form: one place for each, or the reason why there is none.

A figure in a wrong cell is worse than one that is left out. So a place must be the only one: two rows of one
name, a name under a heading of its own, cells merged across, another year: each leaves the figure out.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from xlreport.forms.grid import Box, FormCell, Grid
from xlreport.forms.labels import (
    Synonyms,
    is_indented,
    is_part,
    stem,
    title_years,
    unit_of_label,
    unit_of_line,
    years_in,
)
from xlreport.forms.segments import Segment, segments_of, year_of
from xlreport.forms.wanted import Context, ProjectRow, Wanted, Wants
from xlreport.model.fields import Kind

_SUMS = ("合计", "小计")
_UNSTATED = ""  # the unit where a form says nothing

NO_ROW = "表上没有这一行"
NO_HEAD = "表上没有这一栏"
NO_YEAR = "列名没有年度"
TWICE = "表上有不止一处，未填"
ELSEWHERE = "表上这一行在别的栏目下"
MERGED = "合并单元格与行列不对应"
NO_CELL = "表上没有留空格"


class Place(NamedTuple):
    """Where a value goes: a cell, or (`after`) what follows the label in its own cell; else the reason."""

    cell: FormCell | None
    why: str = ""
    unit: str | None = _UNSTATED  # of an amount; None where the form contradicts itself
    after: bool = False
    label: str = ""  # what the form says of the row and the column


@dataclass(frozen=True)
class Form:
    """A form on a sheet beside the paper that it asks for."""

    grid: Grid
    wants: Wants
    contexts: Mapping[str, Collection[Context]]  # what each row may be part of, in any version of the paper
    synonyms: Synonyms
    year: int  # of the record
    projects: frozenset[str] = frozenset()  # stems of names that are no headings
    categories: frozenset[str] = frozenset()  # keys of those that projects of the record have

    # -------------------------------------------------------------------------- what is asked

    def place(self, wanted: Wanted) -> Place:
        """The place of one figure."""
        if apart := self._apart(wanted):
            return Place(None, f"表上另有“{'、'.join(sorted(apart))}”，与工作簿的归类不同，未填")
        if wanted.label and wanted.head:
            return self._crossing(wanted, wanted.head)
        if wanted.label:
            return self._beside(wanted)
        return self._under(wanted)

    def project_places(
        self, rows: Collection[ProjectRow]
    ) -> Iterator[tuple[ProjectRow, FormCell | None, list[Place]]]:
        """For each project with a row of its own: the cell for its name, and the places of its figures.

        A row that has its name already, else the next empty one below the row of its kind.
        """
        taken: set[int] = set()
        for row in rows:
            label = self._project_label(row, taken)
            if label is None:
                yield row, None, [Place(None, "没有留给它的空行") for _ in row.figures]
                continue
            taken.add(label.box.top)
            yield row, label, [self._cross(label, self._tables_at(label), each.head) for each in row.figures]

    @cached_property
    def missing(self) -> int:
        """How many figures of the paper have no place."""
        return sum(self.place(wanted).cell is None for wanted in self.wants.figures)

    @cached_property
    def own_rows(self) -> frozenset[str]:
        """The rows of the paper that the form has."""
        return frozenset(key for key in self.wants.contexts if key in self._rows)

    # -------------------------------------------------------------------------- the form's own structure

    @cached_property
    def segments(self) -> list[Segment]:
        """The tables of the form."""
        return [segment for _, segment in self.tables]

    @cached_property
    def tables(self) -> list[tuple[int, Segment]]:
        """The tables with the index of their heads among those of the paper."""
        return segments_of(self.grid, self.wants.heads, self.synonyms, self.year)

    @cached_property
    def stated_year(self) -> int | None:
        """The year that the lines above the first table name, where they name one other than ours."""
        end = min((segment.top for segment in self.segments), default=self.grid.last_row)
        above = [cell.text for cell in self.grid.texts if cell.box.top < end]
        named = {year for text in above for year in title_years(text)}
        named |= {year for text in above if self.synonyms.kind(text) for year in years_in(text)}
        return None if not named or self.year in named else max(named)

    @cached_property
    def _stated_units(self) -> set[str]:
        return {unit for cell in self.grid.texts if (unit := unit_of_line(cell.text))}

    @cached_property
    def states_units(self) -> bool:
        """Whether the unit of any amount is said anywhere."""
        return bool(self._stated_units) or any(unit_of_label(cell.text) for cell in self.grid.texts)

    @cached_property
    def head_rows(self) -> frozenset[int]:
        return frozenset(cell.box.top for segment in self.segments for cell in segment.texts)

    @cached_property
    def _rows(self) -> dict[str, list[tuple[FormCell, Context]]]:
        """The rows of the form by their keys, with what each is part of."""
        found: dict[str, list[tuple[FormCell, Context]]] = {}
        current: dict[int, Context] = {}  # the last heading, by the column where it begins
        for cell in self.grid.texts:
            if cell.box.top in self.head_rows:
                current.clear()
                continue
            key, context = self._row(cell, current)
            found.setdefault(key, []).append((cell, context))
        return found

    def _apart(self, wanted: Wanted) -> frozenset[str]:
        """Categories in a sum of ours that have a row of their own on the form, and none on our paper."""
        return (wanted.categories & self.categories & self._rows.keys()) - self.wants.contexts.keys()

    def _row(self, cell: FormCell, current: dict[int, Context]) -> tuple[str, Context]:
        key, column = self.synonyms.row(cell.text), cell.box.left
        allowed = self.contexts.get(key)
        over = self._heading_left(cell)
        if over is not None:
            return (over, None) if key in _SUMS and over in self.contexts else (key, over)
        part = is_part(cell.text, cell.indent) or stem(cell.text) in self.projects
        if allowed is None:
            if not part:
                current[column] = f"?{key}"
            return key, current.get(column)
        own = current.get(column)
        only_numbered = not is_indented(cell.text) and not cell.indent and own not in allowed
        if None in allowed and (not part or only_numbered):
            current[column] = key
            return key, None
        return key, own

    def _heading_left(self, cell: FormCell) -> Context:
        """The heading that is merged over several rows on the left of this one, if it is one."""
        if not cell.box.left:
            return None
        left = self.grid.at(cell.box.top, cell.box.left - 1)
        if not left.text or left.box.bottom == left.box.top or left.box[::2] == cell.box[::2]:
            return None
        key = self.synonyms.row(left.text)
        if key in self.contexts:
            return key
        rows = range(left.box.top, left.box.bottom + 1)
        under = (
            self.synonyms.row(each.text)
            for row in rows
            for each in self.grid.texts_in(row)
            if each is not left
        )
        # A heading over one of our own headings is that of the whole table.
        return None if any(None in self.contexts.get(each, ()) for each in under) else f"?{key}"

    def _candidates(self, wanted: Wanted) -> list[FormCell] | str:
        """The rows that may be meant, or why there are none."""
        rows = self._rows.get(wanted.label, [])
        fitting = [cell for cell, context in rows if self._fits(wanted.label, context)]
        return fitting or (ELSEWHERE if rows else NO_ROW)

    def _fits(self, key: str, context: Context) -> bool:
        allowed = set(self.contexts.get(key, ())) - {None}
        # Under a part of what it may be part of, where a form has one more level than ours.
        above = set(self.contexts.get(context or "", ())) - {None}
        return context is None or context in allowed or bool(above & allowed)

    # -------------------------------------------------------------------------- places

    def _crossing(self, wanted: Wanted, head: str) -> Place:
        labels = self._candidates(wanted)
        if isinstance(labels, str):
            return Place(None, labels)
        return self._only([self._cross(label, self._tables_at(label), head) for label in labels])

    def _tables_at(self, label: FormCell) -> list[Segment]:
        return [segment for segment in self.segments if segment.first <= label.box.top <= segment.last]

    def _cross(self, label: FormCell, tables: list[Segment], head: str) -> Place:
        """The cell in the row of a label under a head."""
        heads = [(each, cell) for each in tables for cell in each.heads.get(head, ())]
        if not heads:
            return Place(None, NO_YEAR if any(each.told is False for each in tables) else NO_HEAD)
        if len(heads) > 1:
            return Place(None, TWICE)
        (segment, top), box = heads[0], label.box
        if why := self.other_year(segment.year):
            return Place(None, why)
        cell = self.grid.at(box.top, top.box.left)
        wished = Box(box.top, top.box.left, box.bottom, top.box.right)
        if cell.box != wished or box.right >= top.box.left:
            return Place(None, MERGED)
        return self._checked(cell, self._unit((label, top), segment), (label, top))

    def _beside(self, wanted: Wanted) -> Place:
        labels = self._candidates(wanted)
        if isinstance(labels, str):
            return Place(None, labels)
        return self._only([self._next_to(label, wanted) for label in labels])

    def _next_to(self, label: FormCell, wanted: Wanted) -> Place:
        tables = self._tables_at(label)
        amount = wanted.kind is Kind.MONEY
        if amount and tables and not any(each.covered_by(label) for each in tables):
            return self._cross(label, tables, wanted.instead)
        if why := self.other_year(next((each.year for each in tables), None)):
            return Place(None, why)
        unit = self._unit((label,), *tables)
        cell = self.grid.right_of(label)
        if cell.box[::2] == label.box[::2] and not self._is_label(cell):
            return self._checked(cell, unit, (label,))
        if label.text.rstrip().endswith((":", "：")):
            return Place(label, unit=unit, after=True, label=_words(label))
        return Place(None, NO_CELL)

    def _under(self, wanted: Wanted) -> Place:
        """Beneath a head, or on its right where the heads of the group stand so."""
        found = {key: self._heads_called(key) for key in wanted.group}
        own = found[wanted.head]
        if not own:
            return Place(None, NO_HEAD)
        if len(own) > 1:
            return Place(None, TWICE)
        about = year_of([cell.text for cell in self.grid.texts_in(own[0].box.top)], self.year)
        if why := self.other_year(about):
            return Place(None, why)
        group = [cells[0] for cells in found.values() if len(cells) == 1]
        cell = self._value_of(own[0], group)
        if cell is None:
            return Place(None, NO_CELL)
        return self._checked(cell, self._unit((own[0],)), (own[0],))

    def _value_of(self, head: FormCell, group: list[FormCell]) -> FormCell | None:
        box = head.box
        below, right = self.grid.below(head), self.grid.right_of(head)
        columns = below.box[1::2] == box[1::2] and below.box.top > box.bottom and not self._is_label(below)
        rows = right.box[::2] == box[::2] and not self._is_label(right)
        touching = any(
            each.box.top == box.top
            and each.box.left in (box.right + 1, box.left - (each.box.right - each.box.left) - 1)
            for each in group
        )
        stacked = any(each is not head and each.box.left == box.left for each in group)
        apart = any(each is not head and each.box.top == box.top for each in group) and not touching
        if touching:
            return below if columns else None
        if stacked or apart:
            return right if rows else None
        # Alone: where only one side is left, it is that one.
        if columns == rows:
            return None
        return below if columns else right

    def _heads_called(self, key: str) -> list[FormCell]:
        return [cell for cell in self._loose_heads.get(key, ()) if cell.box.top not in self.head_rows]

    @cached_property
    def _loose_heads(self) -> dict[str, list[FormCell]]:
        found: dict[str, list[FormCell]] = {}
        for cell in self.grid.texts:
            about = year_of([each.text for each in self.grid.texts_in(cell.box.top)], self.year)
            found.setdefault(self.synonyms.head(cell.text, about or self.year), []).append(cell)
        return found

    def _only(self, places: list[Place]) -> Place:
        found = [place for place in places if place.cell]
        if len(found) > 1:
            return Place(None, TWICE)
        return found[0] if found else places[0]

    def _checked(self, cell: FormCell, unit: str | None, around: tuple[FormCell, ...]) -> Place:
        if self._is_label(cell):
            return Place(None, NO_CELL)
        return Place(cell, unit=unit, label="　".join(map(_words, around)))

    def _is_label(self, cell: FormCell) -> bool:
        """Whether a cell says what stands elsewhere."""
        return bool(cell.text) and (
            self.synonyms.row(cell.text) in self.contexts
            or self.synonyms.head(cell.text, self.year) in self.synonyms.heads.values()
            or self.synonyms.name(cell.text) is not None
        )

    def other_year(self, year: int | None) -> str:
        about = year or self.stated_year
        if about is None or about == self.year:
            return ""
        return f"年度不符：表上是 {about} 年，工作簿是 {self.year} 年"

    def _unit(self, labels: tuple[FormCell, ...], *tables: Segment) -> str | None:
        """The unit of an amount: its row or column says so, else the table's corner, else the sheet."""
        for label in labels:
            if unit := unit_of_label(label.text):
                return unit
        stated = self._stated_units | {unit for table in tables if (unit := table.unit)}
        if len(stated) > 1:
            return None
        return next(iter(stated), _UNSTATED)

    # -------------------------------------------------------------------------- rows of projects

    def _project_label(self, row: ProjectRow, taken: set[int]) -> FormCell | None:
        named = [cell for cell, _ in self._rows.get(self.synonyms.row(row.name), []) if self._tables_at(cell)]
        if len(named) == 1:
            return named[0]
        return next((cell for cell in self._empty_rows(row) if cell.box.top not in taken), None)

    def _empty_rows(self, project: ProjectRow) -> list[FormCell]:
        """The label cells of the empty rows below the row of the sum that a project is part of."""
        labels = self._candidates(project.over[0]) if project.over else NO_ROW
        if isinstance(labels, str) or len(labels) != 1 or self._apart(project.over[0]):
            return []
        label = labels[0]
        found = []
        for row in range(label.box.bottom + 1, self.grid.last_row + 1):
            cell = self.grid.at(row, label.box.left)
            if not cell.blank or cell.box != Box(row, label.box.left, row, label.box.right):
                break
            texts = self.grid.texts_in(row)
            if any(each.box.top == row for each in texts) or cell.bordered != label.bordered:
                break
            found.append(cell)
        return found


def _words(cell: FormCell) -> str:
    """A label as one line."""
    return "".join(cell.text.split()).strip("　")
