"""Indicators in a form: each takes the row that bears its name, or the next empty one of its level."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from xlreport.forms.grid import FormCell, Grid
from xlreport.forms.labels import Synonyms, squeezed, stem
from xlreport.forms.segments import Segment
from xlreport.forms.wanted import DIRECTION, INDICATOR_HEADS, TOTAL, UNIT
from xlreport.model.scoring import number_of
from xlreport.model.self_evaluation import QUALITATIVE, Indicator

LEVEL_1, LEVEL_2, NAME = INDICATOR_HEADS
TARGET, ACTUAL = "年度指标值", "实际完成值"

_NUMBERED = re.compile(r"(?:三级)?指标\d*:?")  # 指标1：, a name yet to be written

Values = Mapping[str, Decimal | str]


class IndicatorPlace(NamedTuple):
    """One value of an indicator and its cell; without a cell, why there is none."""

    head: str
    value: Decimal | str
    cell: FormCell | None
    why: str = ""
    after: bool = False  # behind what the cell says: 指标1：


@dataclass
class _Line:
    """A row for an indicator: its cells by head, and the levels that it is under."""

    cells: dict[str, FormCell]
    level_1: str
    level_2: str
    used: bool = False

    @property
    def name(self) -> str:
        """The indicator's name, where the form prescribes it."""
        text = squeezed(self.cells[NAME].text)
        return "" if _NUMBERED.fullmatch(text) else text


@dataclass
class IndicatorTable:
    """The rows for indicators of one form."""

    grid: Grid
    segment: Segment
    synonyms: Synonyms
    _lines: list[_Line] | None = field(default=None)

    def places(self, values: Values, indicator: Indicator) -> Iterator[IndicatorPlace]:
        """Where the values of one indicator go; call it for one after the other, in their order."""
        shown = self._in_columns(values, indicator)
        if self._lines is None:
            self._lines = list(self._rows())
        line = self._line_for(values)
        if line is None:
            level = values.get(LEVEL_2) or values.get(LEVEL_1) or "绩效指标"
            why = f"“{level}”下没有空行" if self._lines else "表上没有三级指标一栏，或其中没有空行"
            yield from (IndicatorPlace(head, value, None, why) for head, value in shown.items())
            return
        line.used = True
        yield from self._levels(line, values)
        for head, value in shown.items():
            cell = line.cells.get(head)
            if cell is None:
                yield IndicatorPlace(head, value, None, "表上没有这一栏")
            else:
                after = head == NAME and bool(cell.text) and not line.name
                yield IndicatorPlace(head, value, cell, after=after)

    def _line_for(self, values: Values) -> _Line | None:
        assert self._lines is not None
        free = [line for line in self._lines if not line.used]
        level_1, level_2 = (_level(str(values.get(key, ""))) for key in (LEVEL_1, LEVEL_2))
        named = [line for line in free if line.name and line.name == squeezed(str(values[NAME]))]
        fitting = [line for line in named if line.level_2 in ("", level_2)]
        if named:
            return fitting[0] if len(fitting) == 1 else None
        empty = [line for line in free if not line.name and line.level_1 in ("", level_1)]
        for wished in (level_2, ""):
            for line in empty:
                if line.level_2 == wished:
                    return line
        return None

    def _levels(self, line: _Line, values: Values) -> Iterator[IndicatorPlace]:
        """The levels that the form leaves to be written."""
        for head, own in ((LEVEL_1, line.level_1), (LEVEL_2, line.level_2)):
            cell = line.cells.get(head)
            if cell is None or own or head not in values:
                continue
            yield IndicatorPlace(head, values[head], cell)
            for other in self._lines or ():
                if other.cells.get(head) is cell or other is line:
                    key = _level(str(values[head]))
                    other.level_1, other.level_2 = (
                        (key, other.level_2) if head == LEVEL_1 else (other.level_1, key)
                    )

    def _in_columns(self, values: Values, indicator: Indicator) -> dict[str, Decimal | str]:
        """The values as the form's columns want them: sign and unit beside the figure, or in columns of their own."""
        shown = {head: value for head, value in values.items() if head not in (LEVEL_1, LEVEL_2)}
        heads = self.segment.heads
        measured = indicator.direction not in (None, QUALITATIVE)
        if DIRECTION in heads and indicator.direction:
            shown[DIRECTION] = indicator.direction
            if measured and indicator.target and number_of(indicator.target) is not None:
                shown[TARGET] = indicator.target
                if UNIT not in heads and indicator.unit:
                    shown[TARGET] = indicator.target + indicator.unit
        if UNIT in heads and indicator.unit and measured:
            shown[UNIT] = indicator.unit
            for head, text in ((TARGET, indicator.target), (ACTUAL, indicator.actual)):
                if text and head in shown and number_of(text) is not None:
                    sign = indicator.direction if head == TARGET and DIRECTION not in heads else ""
                    shown[head] = f"{sign if sign in ('≥', '≤', '=') else ''}{text}"
        return shown

    def _rows(self) -> Iterator[_Line]:
        """The rows below the heads, as far as their cells look alike."""
        heads = {key: cells[0] for key, cells in self.segment.heads.items() if len(cells) == 1}
        if NAME not in heads:
            return
        name = heads[NAME]
        levels = {LEVEL_1: "", LEVEL_2: ""}
        row = self.segment.first
        while row <= self.segment.last:
            cell = self.grid.at(row, name.box.left)
            if cell.box[1::2] != name.box[1::2] or cell.bordered != name.bordered:
                return
            if any(self.synonyms.row(each.text) == TOTAL for each in self.grid.texts_in(row)):
                return
            cells = {}
            for key, head in heads.items():
                own = self.grid.at(row, head.box.left)
                straight = own.box[1::2] == head.box[1::2]
                if straight and (key in levels or own.box[::2] == cell.box[::2]):
                    cells[key] = own
            for key in levels:
                self._inherit(levels, key, cells.get(key))
            yield _Line(cells, levels[LEVEL_1], levels[LEVEL_2])
            row = cell.box.bottom + 1

    def _inherit(self, levels: dict[str, str], key: str, cell: FormCell | None) -> None:
        """A level holds until the next one is named; a new 一级指标 begins without a 二级指标."""
        if cell is None or cell.blank:
            return
        named = _level(str(cell.content))
        if key == LEVEL_1 and named != levels[LEVEL_1]:
            levels[LEVEL_2] = ""
        levels[key] = named


def _level(text: str) -> str:
    """The key of a level: 产出指标（50分） and 产出 are the same.

    >>> _level("产出指标（50分）"), _level("产出")
    ('产出', '产出')
    """
    return stem(text).removesuffix("指标")
