"""A record + the definition of a paper → its grid: rows repeated, like cells merged, gaps made visible.

The definitions are workbook/papers/*.toml, because rows, titles and numbers differ between counties. A cell
is a text with {names}, or a figure after =, which after ! must not be blank (see `names`). `across` and `down`
merge it; down = 0 reaches to the end of the repeated rows that follow. A row with `categories` has the projects
of these (* are those that no row names), once for each category where each = "categories"; the row in
`projects` follows for each of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple, Self

from xlreport.model.fields import places_of
from xlreport.model.inputs import Inputs
from xlreport.model.numbers import date_text
from xlreport.model.scorecard import Line
from xlreport.model.self_evaluation import LEVELS_1, ProjectFund
from xlreport.papers.grid import GAP, Cell, Paper, Row
from xlreport.papers.names import At, Names, Share
from xlreport.report import Report

Definition = Mapping[str, Any]

_ENDLESS = 1_000_000  # rows; until it is known how far a cell reaches
_LEVEL = "{row.level}"
_OTHERS = "*"  # the categories that no row of the paper names


def make_papers(report: Report, definitions: Mapping[str, Definition]) -> Iterator[Paper]:
    """The papers of a record by the keys of their definitions, one for each project where one says so."""
    inputs, cards = report.inputs, report.scores.cards
    funds: dict[str | None, list[tuple[int, ProjectFund]]] = {}
    for row, fund in enumerate(inputs.funds):
        funds.setdefault(fund.project, []).append((row, fund))
    for key, definition in definitions.items():
        rows = [_DeclaredRow.of(row) for row in definition["rows"]]
        place = places_of(Inputs)[f"settings_{definition['number']}"]
        number = str(place.field.given(getattr(inputs.settings, place.field.key)))
        if definition.get("each") == "projects":
            # Of projects with the same name the first one has the funds, as it has the indicators.
            left = dict(funds)
            for at, project in enumerate(inputs.projects):
                names = Names(report, cards.projects[at], at, left.pop(project.name, ()))
                yield _Maker(definition, rows, names, f"{number}-{at + 1}", project.name or GAP).paper(
                    key, number
                )
        else:
            yield _Maker(definition, rows, Names(report, cards.overall), number).paper(key, number)


class _DeclaredCell(NamedTuple):
    """A cell as the definition has it, read once for all projects."""

    text: str
    expression: str = ""  # of a figure
    needed: bool = False
    across: int = 1
    down: int = 1
    head: bool = False
    merge: bool = False

    @classmethod
    def of(cls, declared: Any, head: bool = False) -> Self:
        cell = declared if isinstance(declared, dict) else {"text": declared}
        text: str = cell["text"]
        return cls(
            text,
            text.strip("=!") if text.startswith("=") else "",
            text.endswith("!"),
            cell.get("across", 1),
            cell.get("down", 1),
            head or cell.get("head", False),
            cell.get("merge", False),
        )


class _DeclaredRow(NamedTuple):
    """A row as the definition has it, or several alike."""

    cells: Sequence[_DeclaredCell]
    each: str
    categories: Sequence[str]  # whose projects the row has
    first: int  # the number of the first row, where there is one for each category
    projects: Sequence[_DeclaredCell]  # the row for each of these projects
    none: Sequence[Sequence[_DeclaredCell]]  # instead of the repeated ones, where there are none
    repeat: bool

    @classmethod
    def of(cls, declared: Definition) -> Self:
        cells = [_DeclaredCell.of(cell, declared.get("head", False)) for cell in declared["cells"]]
        blanks = [""] * len(cells)
        none = [[*labels, *blanks[len(labels) :]] for labels in declared.get("none", ())]
        return cls(
            cells,
            declared.get("each", ""),
            declared.get("categories", ()),
            declared.get("first", 1),
            [_DeclaredCell.of(cell) for cell in declared.get("projects", ())],
            [[_DeclaredCell.of(text) for text in row] for row in none],
            declared.get("repeat", False),
        )


@dataclass
class _Maker:
    """Makes one paper from top to bottom."""

    definition: Definition
    declared: Sequence[_DeclaredRow]
    names: Names
    name: str
    subject: str = ""
    gaps: dict[str, None] = field(default_factory=dict)

    def paper(self, key: str, number: str) -> Paper:
        definition, names = self.definition, self.names
        rows, repeated = self._rows()
        left_out = tuple(self._left_out())
        self.gaps |= dict.fromkeys(left_out)
        about = f"{self.name}（{self.subject}）" if self.subject else self.name
        return Paper(
            key=key,
            name=self.name,
            number=number,
            title=definition["title"],
            subject=self.subject,
            columns=tuple(definition["columns"]),
            above=tuple(map(names.text, definition["above"])),
            rows=rows,
            repeated=repeated,
            notes=tuple(map(names.text, definition.get("notes", ()))),
            footer=tuple(map(names.text, definition["footer"])),
            gaps=tuple(f"{about}：{gap}" for gap in self.gaps),
            left_out=left_out,
        )

    def _rows(self) -> tuple[tuple[Row, ...], int | None]:
        rows: list[list[Cell]] = []
        width = len(self.definition["columns"])
        covered = [0] * width  # rows below that a cell from above still covers, for each column
        reaching: list[tuple[int, int]] = []  # cells that go down to the end of the repeated rows
        head = None
        for declared in self.declared:
            head = len(rows) if declared.repeat else head
            first = len(rows)
            for cells, at in self._repeated(declared):
                free = [column for column in range(width) if not covered[column]]
                covered = [max(0, left - 1) for left in covered]
                line: list[Cell] = []
                at_column = 0  # among the free ones
                for each in cells:
                    cell = self._cell(each, free[at_column], at)
                    at_column += cell.across
                    if not cell.down:
                        reaching.append((len(rows), len(line)))
                    for column in range(cell.column, cell.column + cell.across):
                        covered[column] = cell.down - 1 if cell.down else _ENDLESS
                    line.append(cell)
                rows.append(line)
            if declared.each:
                for top, index in reaching:
                    rows[top][index] = rows[top][index]._replace(down=len(rows) - top)
                    covered[rows[top][index].column] = 0
                reaching.clear()
                _merge(rows[first:], declared.cells)
        return tuple(map(tuple, rows)), head

    def _repeated(self, declared: _DeclaredRow) -> Iterator[tuple[Iterable[_DeclaredCell], At | None]]:
        """The cells of a declared row, once or for each record that it repeats over."""
        inputs, lines = self.names.inputs, self.names.card.lines
        if declared.categories:
            for share in self._shares(declared):
                yield declared.cells, At("", share)
                for row, project in enumerate(inputs.projects if declared.projects else ()):
                    if project.category in share.categories:
                        yield declared.projects, At(f"projects[{row}]", project)
        elif declared.each == "indicators":
            for line in _in_order(lines):
                yield declared.cells, At(f"indicators[{line.row}]", line.indicator, line)
            if not lines:
                self.gaps["绩效指标"] = None
                yield from ((self._blank(declared, cells), None) for cells in declared.none)
        else:
            yield declared.cells, None

    def _blank(self, declared: _DeclaredRow, cells: Sequence[_DeclaredCell]) -> Iterator[_DeclaredCell]:
        """A row of the grid without indicators, its 一级指标 with the points that the standard gives it."""
        for own, cell in zip(declared.cells, cells, strict=True):
            level = own.text == _LEVEL
            yield cell._replace(text=self.names.standard_level(cell.text)) if level else cell

    def _shares(self, declared: _DeclaredRow) -> Iterator[Share]:
        """The categories of a row, or of each of the rows that it stands for."""
        occurring = dict.fromkeys(each.category for each in self.names.inputs.projects if each.category)
        named = {category for row in self.declared for category in row.categories}
        others = [category for category in occurring if category not in named]
        own = [name for name in declared.categories if name != _OTHERS]
        if _OTHERS in declared.categories:
            own += others
        if declared.each != "categories":
            yield Share(tuple(own))
            return
        for at, category in enumerate([name for name in own if name in occurring] or own[:1]):
            yield Share((category,), declared.first + at)

    def _left_out(self) -> Iterator[str]:
        """The projects that no row of a paper with rows for their categories has, and why."""
        listed = {category for row in self.declared for category in row.categories}
        for project in self.names.inputs.projects if listed else ():
            about = f"项目【{project.name or GAP}】"
            if not project.category:
                yield f"{about}未填类别，没有列入"
            elif project.category not in listed and _OTHERS not in listed:
                yield f"{about}的类别【{project.category}】在表上没有对应的行，没有列入"

    def _cell(self, declared: _DeclaredCell, column: int, at: At | None) -> Cell:
        text, expression, needed, across, down, head, _ = declared
        if not expression:
            return Cell(
                column, self.names.text(text, at), across=across, down=down, head=head, label=not head
            )
        value, kind, terms = self.names.figure(expression, at)
        if value is None and needed:
            self.gaps[self.names.label(expression, at)] = None
            value = GAP
        if isinstance(value, date):
            value = date_text(value)
        if isinstance(value, str):
            return Cell(column, value, None, terms, kind, across, down)
        return Cell(column, "", value, terms, kind, across, down)


def _in_order(lines: Sequence[Line]) -> list[Line]:
    """Indicators by 一级指标 and 二级指标, as the form has them: one added at the end of the table belongs up."""
    order: dict[tuple[str | None, str | None], int] = {}
    for line in lines:
        order.setdefault((line.indicator.level_1, line.indicator.level_2), len(order))

    def place(line: Line) -> tuple[int, int]:
        one, two = line.indicator.level_1, line.indicator.level_2
        return LEVELS_1.index(one) if one in LEVELS_1 else len(LEVELS_1), order[one, two]

    return sorted(lines, key=place)


def _merge(rows: Sequence[list[Cell]], declared: Sequence[_DeclaredCell]) -> None:
    """Merge like cells one below the other in the columns that say so, within what the one before merged."""
    ends = {0, len(rows)}
    for index, cell in enumerate(declared):
        if cell.merge:
            texts = [line[index].text for line in rows]
            ends |= {at for at in range(1, len(rows)) if texts[at] != texts[at - 1] or not texts[at]}
            for first, end in pairwise(sorted(ends)):
                for at in range(first, end):  # those below the first are covered by it
                    rows[at][index] = rows[at][index]._replace(down=end - first if at == first else 0)
    for line in rows:
        line[:] = [cell for cell in line if cell.down]
