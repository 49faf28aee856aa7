"""One form on a sheet, filled from one paper: what went where, and what became of everything else."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from enum import Enum

from xlreport.forms.grid import FormCell
from xlreport.forms.indicators import IndicatorTable
from xlreport.forms.labels import squeezed
from xlreport.forms.names import NamePlace, name_places, with_names
from xlreport.forms.places import Form, Place
from xlreport.forms.wanted import INDICATOR_HEADS, Wanted
from xlreport.model.fields import Kind
from xlreport.model.numbers import percent_text, plain, rounded
from xlreport.model.self_evaluation import Indicator

# What 1 万元 is in the unit of a form.
_FACTORS = {
    "": Decimal(1),  # taken for 万元, and said so
    "万元": Decimal(1),
    "元": Decimal(10_000),
    "百元": Decimal(100),
    "千元": Decimal(10),
    "亿元": Decimal("0.0001"),
}
_TEXT_FORMAT = "@"


class Outcome(Enum):
    """What became of a figure; the value says it to people."""

    FILLED = "填写"
    SAME = "原已填好且相同"
    FORMULA = "保留公式"
    OVERWRITTEN = "已覆盖"
    DIFFERS = "原有内容不同，未改动"
    NO_PLACE = "没有找到位置"

    @property
    def settled(self) -> bool:
        """Whether nobody has to look after it."""
        return self not in (Outcome.DIFFERS, Outcome.NO_PLACE)


@dataclass(frozen=True)
class Entry:
    """One figure or text of a paper in the form."""

    label: str
    outcome: Outcome
    new: str
    cell: str = ""  # its address, where it has one
    old: str = ""
    why: str = ""

    def __str__(self) -> str:
        """As one line of the list that people get."""
        says = self.new
        if self.outcome in (Outcome.DIFFERS, Outcome.OVERWRITTEN):
            says = f"原为 {self.old}，{'应' if self.outcome is Outcome.DIFFERS else '现'}为 {self.new}"
        line = "　".join(filter(None, (self.cell, self.label, says)))
        return f"{line}（{self.why}）" if self.why else line


@dataclass(frozen=True)
class Filled:
    """A paper and what became of it on one sheet of the form."""

    paper: str  # 附件4-1（某项目）
    tab: str
    entries: tuple[Entry, ...]
    refused: str = ""  # why the sheet as a whole was left alone
    notes: tuple[str, ...] = ()  # what to know of the form as a whole

    def count(self, outcome: Outcome) -> int:
        """How many figures came to this."""
        return sum(entry.outcome is outcome for entry in self.entries)

    def with_note(self, note: str, cells: Collection[str]) -> "Filled":
        """The same with a note beside everything that was written into some cells."""
        written = (Outcome.FILLED, Outcome.OVERWRITTEN)
        entries = (
            replace(entry, why="；".join(filter(None, (entry.why, note))))
            if entry.cell in cells and entry.outcome in written
            else entry
            for entry in self.entries
        )
        return replace(self, entries=tuple(entries))

    @property
    def settled(self) -> bool:
        """Whether every figure found its place."""
        return not self.refused and all(entry.outcome.settled for entry in self.entries)


@dataclass(frozen=True)
class Writing:
    """What is to be written into a cell."""

    cell: FormCell
    content: Decimal | str
    percent: bool = False


@dataclass
class Filling:
    """Fills one form; `writings` is what has to be written, and nothing else changes."""

    form: Form
    names: Mapping[str, str]
    indicators: Sequence[Indicator]
    overwrite: bool
    more: Sequence[Wanted] = ()  # figures of other versions of the paper, filled where the form has their row
    writings: list[Writing] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)  # in the order in which they came up

    def fill(self, paper: str) -> Filled:
        """Find a place for everything and settle what is written."""
        entries = [*self._figures(), *self._indicators(), *self._names()]
        entries += [Entry(said, Outcome.NO_PLACE, "") for said in self.form.wants.paper.left_out]
        return Filled(paper, self.form.grid.tab, tuple(entries), notes=tuple(self.notes))

    # -------------------------------------------------------------------------- figures

    def _figures(self) -> Iterator[Entry]:
        form = self.form
        if any(each.told and not form.other_year(each.year) for each in form.segments):
            before, now = form.year - 1, form.year
            note = f"列名没有写年度，按 {before} 年决算、{now} 年预算、{now} 年决算的顺序填写，请核对"
            self.notes[note] = None
        placed = [(wanted, form.place(wanted)) for wanted in form.wants.figures]
        placed += [(wanted, place) for wanted in self.more if (place := form.place(wanted)).cell]
        named: list[Entry] = []
        for row, label, places in form.project_places(form.wants.projects):
            if label is not None and label.blank:
                indent = "" if label.indent else "　　"
                named.append(self._settle(label, f"{indent}{row.name}", f"{row.name}　名称"))
            placed += zip(row.figures, places, strict=True)
        targets = Counter(place.cell.box for _, place in placed if place.cell)
        yield from named
        for wanted, place in placed:
            if place.cell and targets[place.cell.box] > 1:
                place = Place(None, "与另一项同在一格，未填")
            yield self._figure(wanted, place)

    def _figure(self, wanted: Wanted, place: Place) -> Entry:
        value = wanted.value
        if place.cell is None:
            return Entry(wanted.shown, Outcome.NO_PLACE, shown(value, wanted.kind), why=place.why)
        percent, note = False, ""
        if isinstance(value, Decimal) and wanted.kind is Kind.MONEY:
            if place.unit is None:
                why = "表上的金额单位前后矛盾，未填"
                return Entry(
                    wanted.shown, Outcome.NO_PLACE, shown(value, wanted.kind), place.cell.box.name, why=why
                )
            if not place.unit:
                some = "有的金额没有写单位" if self.form.states_units else "没有写金额单位"
                self.notes[f"表上{some}，按万元填写，请核对"] = None
            value *= _FACTORS[place.unit]
        elif isinstance(value, Decimal) and wanted.kind is Kind.PERCENT:
            value, percent, note = _rate(value, place)
        if place.after:
            return self._behind(place.cell, wanted.shown, value)
        text = shown(wanted.value, wanted.kind) if wanted.kind is Kind.PERCENT else ""
        return self._settle(place.cell, value, wanted.shown, note, percent, text)

    def _behind(self, label: FormCell, name: str, value: Decimal | str) -> Entry:
        """A value after the colon of its label, in the same cell."""
        text = plain(value) if isinstance(value, Decimal) else value
        head = label.text.rstrip()
        content = head + ("" if head.endswith((":", "：")) else "：") + text
        if label.locked:
            return Entry(name, Outcome.NO_PLACE, text, label.box.name, why="单元格受保护")
        self.writings.append(Writing(label, content))
        return Entry(name, Outcome.FILLED, text, label.box.name)

    # -------------------------------------------------------------------------- indicators

    def _indicators(self) -> Iterator[Entry]:
        rows = self.form.wants.indicators
        if not rows:
            return
        name = INDICATOR_HEADS[-1]
        blocks = {at for at, block in enumerate(self.form.wants.heads) if name in block}
        tables = [segment for at, segment in self.form.tables if at in blocks]
        why = "表上没有三级指标一栏" if not tables else "表上有不止一处，未填" if len(tables) > 1 else ""
        why = why or self.form.other_year(tables[0].year)
        table = IndicatorTable(self.form.grid, tables[0], self.form.synonyms) if tables else None
        for values, indicator in zip(rows, self.indicators, strict=True):
            label = f"指标“{values[name]}”"
            if why or table is None:
                yield Entry(label, Outcome.NO_PLACE, str(values[name]), why=why)
                continue
            found = list(table.places(values, indicator))
            if not any(place.cell for place in found):
                yield Entry(label, Outcome.NO_PLACE, _row_text(values), why=found[0].why)
                continue
            for place in found:
                entry = f"{label}　{place.head}"
                if place.cell is None:
                    yield Entry(entry, Outcome.NO_PLACE, shown(place.value), why=place.why)
                elif place.after:
                    yield self._behind(place.cell, entry, place.value)
                else:
                    yield self._settle(place.cell, place.value, entry)

    # -------------------------------------------------------------------------- names

    def _names(self) -> Iterator[Entry]:
        inside: dict[tuple[int, int], list[NamePlace]] = {}
        for place in name_places(self.form.grid, self.form.synonyms):
            value = self.names.get(place.name)
            if not value or place.cell.box.top in self.form.head_rows:
                continue
            if place.span is None:
                yield self._settle(place.cell, value, place.label, empty=place.blank)
            else:
                inside.setdefault(place.cell.box[:2], []).append(place)
        for places in inside.values():
            yield from self._in_one_cell(places)

    def _in_one_cell(self, places: Sequence[NamePlace]) -> Iterator[Entry]:
        """Names after the colons of a line that is one cell."""
        cell = places[0].cell
        put: dict[tuple[int, int], str] = {}
        for place in places:
            value, old = self.names[place.name], place.old.strip("　 \n")
            outcome = Outcome.FILLED
            if cell.formula or cell.locked:
                yield Entry(place.label, Outcome.NO_PLACE, value, cell.box.name, why="单元格受保护")
                continue
            if not place.blank:
                outcome = Outcome.OVERWRITTEN if self.overwrite else Outcome.DIFFERS
                outcome = Outcome.SAME if squeezed(old) == squeezed(value) else outcome
            if outcome in (Outcome.FILLED, Outcome.OVERWRITTEN):
                assert place.span
                put[place.span] = value
            yield Entry(place.label, outcome, value, cell.box.name, "" if place.blank else old)
        if put:
            self.writings.append(Writing(cell, with_names(cell.text, put)))

    # -------------------------------------------------------------------------- one cell

    def _settle(
        self,
        cell: FormCell,
        value: Decimal | str,
        label: str,
        note: str = "",
        percent: bool = False,
        text: str = "",
        empty: bool = False,
    ) -> Entry:
        """Write into a blank cell, or one that is `empty` but for its print; compare with what stands in another."""
        new, at, empty = text or shown(value), cell.box.name, empty or cell.blank
        if cell.formula:
            return Entry(label, Outcome.FORMULA, new, at)
        if not empty and _same(cell.content, value):
            return Entry(label, Outcome.SAME, new, at)
        if not empty and not self.overwrite:
            return Entry(label, Outcome.DIFFERS, new, at, old_text(cell))
        if cell.locked:
            return Entry(label, Outcome.NO_PLACE, new, at, why="单元格受保护")
        self.writings.append(Writing(cell, value, percent))
        outcome = Outcome.FILLED if empty else Outcome.OVERWRITTEN
        return Entry(label, outcome, new, at, "" if empty else old_text(cell), note)


def _rate(value: Decimal, place: Place) -> tuple[Decimal | str, bool, str]:
    """A rate as its cell wants it: the fraction, its hundredfold under （%）, or 95.65% where it must be a text.

    Also whether the cell has to become one that shows percentages, and what people should know.
    """
    assert place.cell
    if place.cell.percent:
        return value, False, ""
    if "%" in squeezed(place.label):
        return value * 100, False, ""
    if place.cell.number_format == _TEXT_FORMAT:
        return percent_text(value), False, ""
    if place.cell.number_format == "General":
        return value, True, ""
    return value, False, f"单元格格式不是百分比，按小数写入，即 {percent_text(value)}"


def _same(old: object, new: Decimal | str) -> bool:
    """Whether what stands in a cell is what would be written: 100 and 100.00, 95.65% and 0.9565."""
    if isinstance(new, str):
        return isinstance(old, str) and squeezed(old) == squeezed(new)
    text = squeezed(str(old))
    try:
        number = Decimal(text.removesuffix("%"))
    except InvalidOperation:
        return False
    return rounded(number / 100 if text.endswith("%") else number, 6) == rounded(new, 6)


def shown(value: Decimal | str, kind: Kind | None = None) -> str:
    """A value as the list of what was done prints it; long texts by their beginning."""
    if isinstance(value, Decimal):
        return percent_text(value) if kind is Kind.PERCENT else plain(value)
    line = " ".join(value.split())
    return line if len(line) <= 30 else f"{line[:30]}……"


def old_text(cell: FormCell) -> str:
    """What stands in a cell, as the list prints it."""
    content = cell.content
    if isinstance(content, str):
        return shown(content)
    return (
        ""
        if content is None
        else plain(Decimal(str(content)))
        if not isinstance(content, bool)
        else str(content)
    )


def _row_text(values: Mapping[str, Decimal | str]) -> str:
    return "　".join(shown(value) for value in values.values())
