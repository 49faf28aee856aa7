"""One worksheet as bytes: where its rows and cells stand, and the same bytes with some cells filled."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from xlreport.errors import Unusable
from xlreport.forms.spans import (
    Edit,
    Element,
    edited,
    elements,
    prefix_of,
    with_attribute,
    without_attribute,
)
from xlreport.sheets.layout import cell_name
from xlreport.sheets.plain import column_number, escape

MOST_ROWS = 2_000  # a form has dozens; what stands below these is no part of one

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")
_DATA = re.compile(rb"<(?:[\w.-]+:)?sheetData(?:\s[^>]*)?/?>")
_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f[\s/>]")
_ROW = ("worksheet", "sheetData", "row")
_CELL = (*_ROW, "c")
_COLUMN = ("worksheet", "cols", "col")
_MERGED = ("worksheet", "mergeCells", "mergeCell")
_MOST_MERGED = 100_000  # cells; openpyxl makes an object of each
_LINE = 15  # points, of a row that does not say its height
_HIGHEST = 409  # points; Excel calls a workbook damaged that has a row of more than 409.5
_KEPT = ("sheetProtection", "mergeCells")  # what one has to know beside the cells, in this order


class Writing(NamedTuple):
    """What is put into a cell (row and column from 0): a number or a text; `percent` also sets its format.

    `height` is what its text needs, in points; a row whose height nobody set grows to it.
    """

    row: int
    column: int
    text: str
    number: bool
    percent: bool = False
    height: float = 0


@dataclass
class Row:
    """A row of the part, with its cells by column."""

    own: Element
    cells: dict[int, Element]

    @property
    def height(self) -> float:
        """Its height in points."""
        return float(self.own.attributes.get("ht", _LINE))

    @property
    def set_by_hand(self) -> bool:
        """Whether its height stays whatever is written into it."""
        return self.own.attributes.get("customHeight") in ("1", "true")


@dataclass
class SheetXml:
    """The bytes of a worksheet, its first rows indexed by number from 0."""

    part: bytes
    where: str
    data: tuple[int, int]  # what lies between <sheetData> and its end
    rows: dict[int, Row] = field(default_factory=dict)
    around: dict[str, Element] = field(default_factory=dict)  # the root and what stands beside the cells
    columns: list[Element] = field(default_factory=list)

    @classmethod
    def of(cls, part: bytes, where: str) -> "SheetXml":
        """Index a part that the guard has passed. Raises Unusable where it is not well-formed."""
        opening = _DATA.search(part)
        if opening is None:
            raise Unusable(f"{where}没有单元格区，文件已损坏；请用 Excel 打开并修复后另存再试。")
        first = last = opening.end()
        if not opening[0].endswith(b"/>"):
            last = part.rfind(b"</", 0, part.rfind(b"sheetData"))
        sheet = cls(part, where, (first, last))
        sheet._index_around()
        sheet._index_rows()
        return sheet

    def _index_around(self) -> None:
        first, last = self.data
        wanted = {(name,) for name in ("cols", *_KEPT)}

        def beside(each: Element) -> None:
            if each.path == _COLUMN:
                self.columns.append(each)
            elif each.path == _MERGED:
                _refuse_large(each.attributes.get("ref", ""), self.where)
            elif each.start < first:
                self.around[each.path[-1]] = each
            else:  # the cells have been left out
                gap = last - first
                start, opened, end = each.start + gap, each.opened + gap, each.end + gap
                self.around[each.path[-1]] = each._replace(start=start, opened=opened, end=end)

        elements(
            self.part[:first] + self.part[last:],
            lambda path: len(path) == 1 or path[1:] in wanted or path in (_COLUMN, _MERGED),
            beside,
            self.where,
        )

    def _index_rows(self) -> None:
        cells: dict[int, Element] = {}
        row = column = -1  # the last ones, for those that do not say where they are

        def found(each: Element) -> bool:
            nonlocal cells, row, column
            reference = each.attributes.get("r", "")
            if each.path == _CELL:
                match = _REFERENCE.fullmatch(reference.upper())
                column = column_number(match[1]) - 1 if match else column + 1
                cells[column] = each
                return False
            row, column = int(reference) - 1 if reference else row + 1, -1
            if row < MOST_ROWS:
                self.rows[row] = Row(each, cells)
            cells = {}
            return row >= MOST_ROWS

        elements(self.part, lambda path: path in (_ROW, _CELL), found, self.where)

    @property
    def prefix(self) -> bytes:
        """What the part puts before the names of its own elements, nothing as a rule."""
        root = self.around["worksheet"]
        return prefix_of(self.part[root.start : root.opened])

    def lean(self) -> bytes:
        """The part with nothing but the cells of its first rows, what is merged and what is protected."""
        root = self.around["worksheet"]
        first, last = self.data
        end = max((row.own.end for row in self.rows.values()), default=first)
        tag = self.prefix + b"sheetData>"
        kept = (self.around[key] for key in _KEPT if key in self.around)
        pieces = [
            self.part[root.start : root.opened],
            *(self.part[each.start : each.end] for key, each in self.around.items() if key == "cols"),
            b"<" + tag + self.part[first : min(end, last)] + b"</" + tag,
            *(self.part[each.start : each.end] for each in kept),
            b"</" + self.prefix + b"worksheet>",
        ]
        return b"".join(pieces)

    def style_at(self, row: int, column: int) -> int:
        """The index of the style of a cell, or of what a new cell there would look like."""
        line = self.rows.get(row)
        if line and column in line.cells:
            return int(line.cells[column].attributes.get("s", "0"))
        if line and line.own.attributes.get("customFormat") in ("1", "true"):
            return int(line.own.attributes.get("s", "0"))
        for each in self.columns:
            if int(each.attributes["min"]) <= column + 1 <= int(each.attributes["max"]):
                return int(each.attributes.get("style", "0"))
        return 0

    def room(self, top: int, bottom: int) -> float:
        """How many points high a cell that covers these rows is, or may become where it is in one row."""
        if top < bottom:  # no row grows by what is merged over several
            return sum(self.rows[row].height if row in self.rows else _LINE for row in range(top, bottom + 1))
        row = self.rows.get(top)
        return row.height if row and row.set_by_hand else _HIGHEST

    def written(self, writings: Iterable[Writing], styles: Mapping[Writing, int]) -> bytes:
        """The part with some cells filled, in their own style or one of `styles`."""
        edits: list[Edit] = []
        added = b""  # to a part without any row
        ordered = sorted(writings)
        for number, group in groupby(ordered, lambda writing: writing.row):
            line = list(group)
            made = {each.column: self._cell(each, styles.get(each)) for each in line}
            row = self.rows.get(number)
            if row:
                edits += self._row_edits(row, made, max(each.height for each in line))
                continue
            content = self._tag("row", f' r="{number + 1}"', b"".join(made.values()))
            following = [each.own.start for at, each in self.rows.items() if at > number]
            place = min(following, default=self.data[1])
            if self.part[: self.data[0]].endswith(b"/>"):
                added += content
            else:
                edits.append(Edit(place, place, content))
        if added:
            opening = self.part.rfind(b"<", 0, self.data[0])
            edits.append(Edit(opening, self.data[0], self._tag("sheetData", "", added)))
        return edited(self.part, edits)

    def _row_edits(self, row: Row, made: Mapping[int, bytes], height: float) -> Iterable[Edit]:
        """Cells changed or put in, and the row as high as its texts need when its height is automatic."""
        own = row.own
        tag = opening = self.part[own.start : own.opened]
        new = [column for column in made if column not in row.cells]
        for column in made.keys() & row.cells.keys():
            old = row.cells[column]
            yield Edit(old.start, old.end, made[column])
        if new:  # the span that a row states is a hint for readers, which a new cell may leave
            opening = without_attribute(opening, "spans")
        height = min(height, _HIGHEST)
        if not row.set_by_hand and height > row.height:
            opening = with_attribute(opening, "ht", f"{height:g}")
        if own.empty:
            content = b"".join(made[column] for column in new)
            closed = opening[:-2].rstrip() + b">" + content + b"</" + self.prefix + b"row>"
            yield Edit(own.start, own.end, closed)
            return
        if opening != tag:
            yield Edit(own.start, own.opened, opening)
        end = self.part.rfind(b"</", own.start, own.end)
        for column in new:
            place = min((cell.start for at, cell in row.cells.items() if at > column), default=end)
            yield Edit(place, place, made[column])

    def _cell(self, writing: Writing, style: int | None) -> bytes:
        place = cell_name(writing.row, writing.column)
        index = self.style_at(writing.row, writing.column) if style is None else style
        attributes = f' r="{place}"' + (f' s="{index}"' if index else "")
        if writing.number:
            return self._tag("c", attributes, self._tag("v", "", writing.text.encode()))
        text = self._tag("t", ' xml:space="preserve"', escape_text(writing.text))
        return self._tag("c", attributes + ' t="inlineStr"', self._tag("is", "", text))

    def _tag(self, name: str, attributes: str, content: bytes) -> bytes:
        own = self.prefix + name.encode()
        return b"<" + own + attributes.encode() + b">" + content + b"</" + own + b">"

    def deselected(self) -> bytes:
        """The part as that of another sheet: not selected together with the first, without its name in VBA."""
        found: list[Element] = []
        wanted = {("sheetPr",), ("sheetViews", "sheetView")}
        head = self.part[: self.data[0]] + self.part[self.data[1] :]
        elements(head, lambda path: path[1:] in wanted, found.append, self.where)
        edits = []
        for each in found:
            tag = self.part[each.start : each.opened]
            edits.append(
                Edit(
                    each.start,
                    each.opened,
                    without_attribute(without_attribute(tag, "tabSelected"), "codeName"),
                )
            )
        return edited(self.part, edits)


def _refuse_large(reference: str, where: str) -> None:
    found = _RANGE.fullmatch(reference)
    if not found:
        raise Unusable(f"{where}的合并区域 {reference[:20]} 无效，请用 Excel 打开并修复后另存再试。")
    left, top, right, bottom = found.groups()
    columns = column_number(right) - column_number(left) + 1
    if columns * (int(bottom) - int(top) + 1) > _MOST_MERGED:
        raise Unusable(f"{where}的合并区域 {reference} 过大，请取消合并后保存再试。")


def escape_text(text: str) -> bytes:
    """Text as it stands in an element: line ends as Excel keeps them."""
    return escape(text.replace("\r\n", "\n").replace("\r", "\n")).replace("&#10;", "\n").encode()


def without_results(part: bytes, where: str) -> bytes | None:
    """A worksheet without the results that are stored beside its formulas; None where it has no formula.

    They were computed from other figures, and not every program calculates anew when it opens a file.
    """
    last = max((found.start() for found in _FORMULA.finditer(part)), default=-1)
    if last < 0:
        return None
    edits: list[Edit] = []
    formula, results = False, list[Element]()

    def found(each: Element) -> bool:
        nonlocal formula, results
        if each.path == _CELL:
            if formula:
                tag = part[each.start : each.opened]
                edits.append(Edit(each.start, each.opened, without_attribute(tag, "t")))
                edits.extend(Edit(result.start, result.end, b"") for result in results)
            formula, results = False, []
            return each.start > last
        if each.path[-1] == "f":
            formula = True
        else:
            results.append(each)
        return False

    inside = {(*_CELL, name) for name in ("f", "v", "is")}
    elements(part, lambda path: path == _CELL or path in inside, found, where)
    return edited(part, edits) if edits else None
