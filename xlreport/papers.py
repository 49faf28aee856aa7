"""A record + the definition of a paper → its grid: what is printed in which cell, and where each figure is from.

The definitions are workbook/papers/*.toml, because rows, titles and numbers differ between counties. A cell
is a text with {names}, or after = a figure: fields and rates added, subtracted or divided, such as
`=full_year.basic - initial.basic`; `projects.prior[省级专项资金]` is the sum over one category, `[*]` over
those that no other row takes; `row.` and `project.` mean the record at hand. After ! it must not be blank.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from xlreport.model.fields import Kind, Value, places_of, sections_of
from xlreport.model.inputs import Inputs, Project
from xlreport.model.numbers import date_text, plain
from xlreport.model.rates import RATES, ROW_RATES, ratio, row_rate
from xlreport.model.scorecard import Card, Line
from xlreport.model.scoring import number_of
from xlreport.model.self_evaluation import BY_INDICATORS, QUALITATIVE, Indicator
from xlreport.report import Report

GAP = "〔未填〕"
OTHERS = "*"  # the categories that no row of the paper names
ADOPTED = "adopted"  # the score of an indicator that counts: typed or computed

Definition = Mapping[str, Any]


@dataclass(frozen=True)
class Selection:
    """A sum over the projects of some categories, or (`others`) of all but those."""

    column: str  # projects.prior
    categories: tuple[str, ...]
    others: bool = False


@dataclass(frozen=True)
class Terms:
    """Where a figure is from: paths of the record that are added (+1) or subtracted (−1), over a divisor."""

    added: tuple[tuple[int, str | Selection], ...]
    divisor: "Terms | None" = None


@dataclass(frozen=True)
class Cell:
    """One cell of a paper, merged over `across` columns and `down` rows."""

    column: int
    text: str = ""
    value: Value = None  # of a figure
    terms: Terms | None = None  # of a figure
    kind: Kind = Kind.TEXT
    across: int = 1
    down: int = 1
    head: bool = False
    label: bool = False  # says what stands in its row

    @property
    def is_figure(self) -> bool:
        """Whether a number belongs here, blank or not."""
        return self.terms is not None


Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Paper:
    """A paper ready to be written: its grid, and what stands above and below."""

    key: str  # of its definition: base-A, overall, project
    name: str  # unique among the papers of a record, short enough for a tab: 附件4-2
    number: str  # 附件4
    title: str
    subject: str  # the project that it is about, else empty
    columns: tuple[int, ...]  # widths in half-width characters
    above: tuple[str, ...]
    rows: tuple[Row, ...]
    repeated: int | None  # the row that is printed on every page
    notes: tuple[str, ...]
    footer: tuple[str, ...]
    gaps: tuple[str, ...]  # what must not be blank and is, as people would say it


def make_papers(report: Report, definitions: Mapping[str, Definition]) -> Iterator[Paper]:
    """The papers of a record, one for each project where the definition says so."""
    settings = report.inputs.settings
    for key, definition in definitions.items():
        place = places_of(Inputs)[f"settings_{definition['number']}"]
        number = str(place.field.given(getattr(settings, place.field.key)))
        if definition.get("each") == "projects":
            for at in range(len(report.inputs.projects)):
                yield _Maker(report, definition, at).paper(key, number, f"{number}-{at + 1}")
        else:
            yield _Maker(report, definition).paper(key, number, number)


_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_TERM = re.compile(r"([+-]?)\s*([\w.]+(?:\[[^\]]+\])?)\s*")
_SELECTED = re.compile(r"\w+\.\w+\[([^\]]+)\]")


@dataclass
class _Maker:
    """Makes one paper: resolves names, repeats rows, merges what is alike."""

    report: Report
    definition: Definition
    project: int | None = None
    gaps: dict[str, None] = field(default_factory=dict)

    @property
    def inputs(self) -> Inputs:
        return self.report.inputs

    @cached_property
    def card(self) -> Card:
        cards = self.report.scores.cards
        return cards.overall if self.project is None else cards.projects[self.project]

    @cached_property
    def taken(self) -> tuple[str, ...]:
        """The categories that some row of the paper names."""
        cells = (
            cell["text"] if isinstance(cell, dict) else cell
            for row in self.definition["rows"]
            for cell in row["cells"]
        )
        named = (name for cell in cells for found in _SELECTED.findall(cell) for name in found.split(","))
        return tuple(dict.fromkeys(name for name in named if name != OTHERS))

    def paper(self, key: str, number: str, name: str) -> Paper:
        definition = self.definition
        rows, repeated = self._rows()
        subject = "" if self.project is None else self.inputs.projects[self.project].name or GAP
        return Paper(
            key=key,
            name=name,
            number=number,
            title=definition["title"],
            subject=subject,
            columns=tuple(definition["columns"]),
            above=tuple(self._text(text, {}) for text in definition["above"]),
            rows=rows,
            repeated=repeated,
            notes=tuple(self._text(text, {}) for text in definition.get("notes", ())),
            footer=tuple(self._text(text, {}) for text in definition["footer"]),
            gaps=tuple(f"{name}{'（' + subject + '）' if subject else ''}：{gap}" for gap in self.gaps),
        )

    def _rows(self) -> tuple[tuple[Row, ...], int | None]:
        made: list[tuple[list[Cell], Mapping[str, Any]]] = []
        repeated = None
        open_cells: list[tuple[int, int]] = []  # that are merged down to the last repeated row
        busy: list[int] = []  # for each column the rows below that a cell from above still covers
        width = len(self.definition["columns"])
        busy = [0] * width
        for declared in self.definition["rows"]:
            if declared.get("repeat"):
                repeated = len(made)
            start = len(made)
            for cells, row in self._repeated(declared):
                free = [at for at in range(width) if not busy[at]]
                busy = [max(0, left - 1) for left in busy]
                line = []
                at = 0
                for cell in cells:
                    made_cell = self._cell(cell, free[at] if at < len(free) else width - 1, declared, row)
                    if isinstance(cell, dict) and cell.get("down") == 0:
                        open_cells.append((len(made), len(line)))
                        busy[made_cell.column] = 10**6
                    for column in range(made_cell.column, made_cell.column + made_cell.across):
                        busy[column] = max(busy[column], made_cell.down - 1)
                    line.append(made_cell)
                    at += made_cell.across
                made.append((line, declared))
            if declared.get("each"):
                for top, index in open_cells:
                    cell_above = made[top][0][index]
                    made[top][0][index] = replace(cell_above, down=len(made) - top)
                    busy[cell_above.column] = 0
                open_cells.clear()
                _merge(made, start, declared)
        return tuple(tuple(line) for line, _ in made), repeated

    def _repeated(self, declared: Definition) -> Iterator[tuple[Sequence[Any], Mapping[str, Any]]]:
        """The cells of a declared row, once or for each record that it repeats over."""
        cells = declared["cells"]
        if declared.get("each") == "projects":
            for at, project in enumerate(self.inputs.projects):
                if project.category not in self.taken:
                    yield cells, {"path": f"projects[{at}]", "record": project}
        elif declared.get("each") == "indicators":
            for line in self.card.lines:
                yield cells, {"path": f"indicators[{line.row}]", "record": line.indicator, "line": line}
            if not self.card.lines:
                self.gaps["绩效指标"] = None
                for labels in declared["none"]:
                    yield [*labels, *[""] * (len(cells) - len(labels))], {}
        else:
            yield cells, {}

    def _cell(self, declared: Any, column: int, row: Definition, at: Mapping[str, Any]) -> Cell:
        cell = declared if isinstance(declared, dict) else {"text": declared}
        text: str = cell["text"]
        across = cell.get("across", 1)
        place = {"column": column, "across": across, "down": max(cell.get("down", 1), 1)}
        head = bool(row.get("head") or cell.get("head"))
        if not text.startswith("="):
            label = not at or text.startswith("　")
            return Cell(text=self._text(text, at), head=head, label=label, **place)
        needed = text.endswith("!")
        value, kind, terms = self._figure(text[1:].rstrip("!"), at)
        if value is None and needed:
            self.gaps[self._gap(text, at)] = None
            return Cell(text=GAP, kind=kind, terms=terms, **place)
        if isinstance(value, str):
            return Cell(text=value, **place)
        if terms is None:
            return Cell(
                text="" if value is None else date_text(value) if isinstance(value, date) else str(value),
                **place,
            )
        return Cell(value=value, kind=kind, terms=terms, **place)

    def _gap(self, text: str, at: Mapping[str, Any]) -> str:
        """How people would call what is missing: 三级指标“植树”的实际完成值."""
        section, _, key = text.strip("=!").partition(".")
        if section == "score":
            return {"execution": "预算执行率得分", "total": "总分"}[key]
        if section == "row":
            name = at["record"].name or f"第{at['line'].row + 1}行"
            return f"指标“{name}”的{_label(Indicator, key)}"
        if section == "project":
            return _label(Project, key)
        return places_of(Inputs)[f"{section}_{key}"].field.label

    def _text(self, text: str, at: Mapping[str, Any]) -> str:
        return _PLACEHOLDER.sub(lambda found: self._named(found[1], at), text)

    def _named(self, names: str, at: Mapping[str, Any]) -> str:
        """The first of some names that is filled in, as a text."""
        year = self.inputs.unit.year
        for name in names.split("|"):
            if name in ("year", "last_year"):
                return "" if year is None else str(year - (name == "last_year"))
            if name == "row.level":
                return self._level(at["record"])
            value = self.card.grade or "" if name == "score.grade" else self._figure(name, at)[0]
            if value is not None:
                return date_text(value) if isinstance(value, date) else _shown(value)
        return ""

    def _level(self, indicator: Indicator) -> str:
        """A 一级指标 with the points that the standard gives it: 产出指标（50分）."""
        due = next(
            (
                c.points
                for c in self.inputs.criteria
                if c.method == BY_INDICATORS and c.name == indicator.level_1 and c.points is not None
            ),
            None,
        )
        name = indicator.level_1 or GAP
        return name if due is None else f"{name}（{plain(due)}分）"

    def _figure(self, expression: str, at: Mapping[str, Any]) -> tuple[Value, Kind, Terms | None]:
        """The value of an expression, its kind, and where it is from (None for a text)."""
        above, _, below = expression.partition("/")
        if below:
            part, _, terms = self._figure(above.strip(), at)
            whole, _, divisor = self._figure(below.strip(), at)
            quotient = (
                ratio(part, whole) if isinstance(part, Decimal) and isinstance(whole, Decimal) else None
            )
            return quotient, Kind.PERCENT, replace(terms, divisor=divisor) if terms else None
        total: Any = None
        kind, sources = Kind.TEXT, []
        for sign, name in _TERM.findall(expression):
            value, kind, paths = self._term(name, at)
            if isinstance(value, str) or kind in (Kind.TEXT, Kind.LONG_TEXT, Kind.CHOICE, Kind.DATE):
                return value, kind, None
            factor = -1 if sign == "-" else 1
            sources += [(factor, path) for path in paths]
            if value is None and factor < 0:
                return None, kind, Terms(tuple(sources))  # a difference needs both
            if value is not None:
                total = factor * value if total is None else total + factor * value
        return total, kind, Terms(tuple(sources))

    def _term(self, name: str, at: Mapping[str, Any]) -> tuple[Any, Kind, Sequence[str | Selection]]:
        """One name: its value, kind, and the paths that it is from."""
        section, _, key = name.partition(".")
        if section == "rates":
            value = self.report.rates[key]
            return value.value, Kind.PERCENT, [name]
        if section == "score":
            return self._score(key)
        if section == "row":
            return self._row(key, at)
        if section == "project":
            assert self.project is not None
            path = f"projects[{self.project}].{key}"
            if key in ROW_RATES:
                return row_rate(key, self.inputs.projects[self.project]).value, Kind.PERCENT, [path]
            return getattr(self.inputs.projects[self.project], key), _kind(Project, key), [path]
        if "[" in key:
            column, _, chosen = key.rstrip("]").partition("[")
            return self._selected(section, column, chosen)
        place = places_of(Inputs)[f"{section}_{key}"]
        return getattr(getattr(self.inputs, section), key), place.field.kind, [place.path]

    def _row(self, key: str, at: Mapping[str, Any]) -> tuple[Any, Kind, Sequence[str]]:
        record, path = at["record"], at["path"]
        line: Line | None = at.get("line")
        if line and key == "score":
            return line.score, Kind.NUMBER, [f"{path}.{ADOPTED}"]
        if line and key in ("target", "actual"):
            return _measured(record, key), Kind.TEXT, []
        return getattr(record, key), _kind(type(record), key), [f"{path}.{key}"]

    def _score(self, key: str) -> tuple[Any, Kind, Sequence[str]]:
        card = self.card
        own = "scores" if self.project is None else f"projects[{self.project}]"
        points = "scores.execution_points" if self.project is None else "scores.project_execution_points"
        execution = f"{own}.execution"
        if key == "execution_points":
            return card.execution_points, Kind.NUMBER, [points]
        if key == "execution":
            return card.execution, Kind.NUMBER, [execution]
        if key == "points":
            return card.points if card.lines else None, Kind.NUMBER, [points, *card.paths("points")]
        return card.total, Kind.NUMBER, [execution, *card.paths(ADOPTED)]

    def _selected(
        self, section: str, column: str, chosen: str
    ) -> tuple[Any, Kind, Sequence[str | Selection]]:
        if section == "funds":
            name = self.inputs.projects[self.project].name if self.project is not None else None
            paths = [
                f"funds[{at}].{column}"
                for at, fund in enumerate(self.inputs.funds)
                if fund.project == name and fund.source == chosen
            ]
            amounts = [
                getattr(fund, column)
                for fund in self.inputs.funds
                if fund.project == name and fund.source == chosen
            ]
            return _sum(amounts), Kind.MONEY, paths
        others = chosen == OTHERS
        categories = self.taken if others else tuple(chosen.split(","))
        amounts = [
            getattr(project, column)
            for project in self.inputs.projects
            if (project.category in categories) != others
        ]
        return _sum(amounts), Kind.MONEY, [Selection(f"{section}.{column}", categories, others)]


def _merge(made: list[tuple[list[Cell], Mapping[str, Any]]], start: int, declared: Definition) -> None:
    """Merge like cells one below the other in the columns that say so, within what the column before merged."""
    rows = [line for line, _ in made[start:]]
    ends = {0, len(rows)}
    for index, cell in enumerate(declared["cells"]):
        if not (isinstance(cell, dict) and cell.get("merge")):
            continue
        texts = [line[index].text for line in rows]
        ends |= {at for at in range(1, len(rows)) if texts[at] != texts[at - 1] or not texts[at]}
        bounds = sorted(ends)
        for first, end in zip(bounds, bounds[1:], strict=False):
            rows[first][index] = replace(rows[first][index], down=end - first)
            for row in rows[first + 1 : end]:
                row[index] = replace(row[index], down=0)  # covered by the one above
    for line in rows:
        line[:] = [cell for cell in line if cell.down]


def _measured(indicator: Indicator, key: str) -> str | None:
    """A target or actual value as the papers print it, with sign and unit: ≥5000亩."""
    text: str | None = getattr(indicator, key)
    if text is None or number_of(text) is None or indicator.direction in (None, QUALITATIVE):
        return text
    sign = indicator.direction if key == "target" and indicator.direction in "≥≤=" else ""
    unit = indicator.unit or ""
    return f"{sign}{text}{'' if text.endswith(unit or '%') else unit}"


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    filled = [amount for amount in amounts if amount is not None]
    return sum(filled, Decimal()) if filled else None


def _kind(record: type[Any], key: str) -> Kind:
    return next(f for s in sections_of(Inputs) if s.record is record for f in s.fields if f.key == key).kind


def _label(record: type[Any], key: str) -> str:
    return next(f for s in sections_of(Inputs) if s.record is record for f in s.fields if f.key == key).label


def _shown(value: Value) -> str:
    return plain(value) if isinstance(value, Decimal | int) else str(value)


__all__ = ["GAP", "RATES", "Cell", "Paper", "Row", "Selection", "Terms", "make_papers"]
