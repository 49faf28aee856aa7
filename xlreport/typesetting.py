"""How texts and the tables of the papers come out on a page, as far as one can tell without fonts.

Measures are twips, twentieths of a point, as Word counts.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate, pairwise, product
from math import ceil
from typing import NamedTuple, Self

from xlreport.model.fields import Kind
from xlreport.model.numbers import plain, rounded
from xlreport.papers.grid import Cell, Paper

POINT = 20
SIDE, ABOVE = 50, 20  # free inside the border of a cell
APART = 80  # free above and below each line beside a table

# XML has no place for these, and a cell may hold them.
_NOT_IN_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_END = re.compile("\r\n?|[\u2028\u2029]")

# What a line is not broken in: a figure or word, or a character with those that may not begin or end a line.
_PIECE = re.compile(r"[（“《〈【〔]*(?:[!-~]+|.)[，。、；：？！）”》〉】〕％℃]*")
_BESIDE_FIGURES = 0.5  # some programs leave a quarter of a character on both sides of a figure
_LONG = 500  # characters; for so many an average will do

# 五号, 小五: the standard leaves the size of tables open, and in 小四 a full 附件2 is cramped or two pages long.
SIZES = (10.5, 9.0)
_NARROWEST = 2  # characters that a column has room for
# What is tried in turn: a size, and up to how many characters no text is broken.
_TRIED = (*product(SIZES, (6, 5)), *product(SIZES, (_NARROWEST,)))
# Relative to the size.
_LEADING = 1.2
_LOOSEST = 0.8  # what is added to a row at the most where the page has room
_STAND_IN = 1.25  # the figures of fonts that stand in for a missing 仿宋 are wider
_TO_SIGN = 3  # characters free behind each name in the footer


def printable(text: str) -> str:
    """The text without what no document can hold, its lines ended in one way."""
    return _NOT_IN_XML.sub("", _LINE_END.sub("\n", text))


def shown(cell: Cell) -> str:
    """What a paper prints in a cell: amounts as 5,420.82, rates as 95.65%, scores as 10 or 8.04."""
    if not isinstance(cell.value, Decimal | int):
        return printable(cell.text)
    value = Decimal(cell.value)
    if cell.kind is Kind.MONEY:
        return f"{rounded(value) + 0:,}"  # -0.00 + 0 is 0.00
    if cell.kind is Kind.PERCENT:
        return f"{rounded(value * 100)}%"
    return plain(value) if value == int(value) else str(rounded(value))


def characters(text: str) -> float:
    """Width in Chinese characters; a digit takes half of one.

    >>> characters("2024年4月2日")
    6.0
    """
    wide = sum(unicodedata.east_asian_width(character) in "FWA" for character in text)
    return (len(text) + wide) / 2


def lines_of(text: str, columns: float) -> int:
    """How many lines a text takes at the most, in a column of so many characters.

    >>> lines_of("完成造林5200亩", 5), lines_of("完成造林5200亩", 8.5), lines_of("甲\\n乙", 5), lines_of("", 5)
    (2, 1, 2, 1)
    """
    return sum(_lines_of(line, max(columns, 1.0)) for line in text.split("\n"))


def _lines_of(line: str, columns: float) -> int:
    if len(line) > _LONG:
        return ceil(characters(line) / max(1.0, columns - 1))
    lines, used = 1, 0.0
    for piece in _PIECE.findall(line):
        wide = characters(piece) + _BESIDE_FIGURES * (piece[-1] < "\x7f")
        if used + wide > columns and used:
            lines, used = lines + 1, 0.0
        while wide > columns:
            lines, wide = lines + 1, wide - columns
        used += wide
    return lines


class TypeArea(NamedTuple):
    """Where the text of a page stands."""

    width: int
    height: int


class Signed(NamedTuple):
    """A line of the footer, its texts parted by tabs."""

    text: str
    stops: list[int]


class Filled(NamedTuple):
    """A cell of a table with what is printed in it."""

    cell: Cell
    text: str
    wide: float  # in characters

    @classmethod
    def of(cls, cell: Cell) -> Self:
        text = shown(cell)
        return cls(cell, text, characters(text))


@dataclass(frozen=True)
class Layout:
    """How the table of a paper is set."""

    size: float  # of its characters, in points
    rows: tuple[tuple[Filled, ...], ...]
    widths: tuple[int, ...]
    heights: tuple[float, ...]  # the least of each row

    @property
    def line(self) -> int:
        """The pitch of its lines."""
        return round(self.size * _LEADING * POINT)

    def columns(self, cell: Cell) -> float:
        """How many characters a line of a cell holds."""
        return (sum(self.widths[cell.column : cell.column + cell.across]) - 2 * SIDE) / (self.size * POINT)

    def depth(self, filled: Filled) -> int:
        """How many characters the further lines of a label are indented: as the first by its blanks, if there
        is room."""
        if not filled.cell.label:
            return 0
        depth = len(filled.text) - len(filled.text.lstrip("　"))
        return depth if 3 * depth <= self.columns(filled.cell) else 0

    def signed(self, texts: Sequence[str]) -> list[Signed]:
        """The footer: one line if there is room to sign on it, else two by two."""
        width = sum(self.widths)
        wide = [characters(text) * self.size * POINT for text in texts]
        free = (width - sum(wide)) / max(1, len(texts))
        if free >= _TO_SIGN * self.size * POINT:
            stops = accumulate(each + free for each in wide[:-1])
            return [Signed("\t".join(texts), [round(stop) for stop in stops])]
        return [Signed("\t".join(texts[at : at + 2]), [width // 2]) for at in range(0, len(texts), 2)]


def lay_out(paper: Paper, area: TypeArea, heading: float) -> Layout:
    """In the fewest pages, in the largest characters of which so few suffice, and with no figure broken.

    `heading` is what mark and title take of the first page.
    """
    rows = tuple(tuple(map(Filled.of, row)) for row in paper.rows)
    possible: list[tuple[int, Layout]] = []
    for size, unbroken in _TRIED:
        widths = _widths(rows, paper.columns, area.width / (size * POINT), unbroken)
        if widths:
            layout = _with_heights(Layout(size, rows, _twips([w * size * POINT for w in widths]), ()))
            spare = area.height - heading - sum(layout.heights) - _beside(paper, layout)
            if spare >= 0:
                # What the page has to spare goes to the rows.
                more = min(spare / max(1, len(rows)), _LOOSEST * layout.line)
                return replace(layout, heights=tuple(height + more for height in layout.heights))
            possible.append((ceil(-spare / area.height), layout))
    if possible:
        return min(possible, key=lambda each: each[0])[1]
    shares = [area.width * share / sum(paper.columns) for share in paper.columns]
    return _with_heights(Layout(min(SIZES), rows, _twips(shares), ()))


def _widths(
    rows: Sequence[Sequence[Filled]], shares: Sequence[int], columns: float, unbroken: int
) -> list[float] | None:
    """The widths of the columns, in characters: in proportion, but none too narrow for a figure or for the
    first `unbroken` characters of a text; None where there is no room for that."""
    free = (2 * SIDE + POINT) / POINT / min(SIZES)  # a point for what programs round differently
    least = [_NARROWEST + free] * len(shares)
    for row in rows:
        for cell, _, wide in row:
            if cell.across == 1:
                needed = wide * _STAND_IN if cell.is_figure else min(wide, unbroken)
                least[cell.column] = max(least[cell.column], needed + free)
    taken: dict[int, float] = {}
    while len(taken) < len(shares):
        rest = sum(share for column, share in enumerate(shares) if column not in taken)
        scale = (columns - sum(taken.values())) / rest
        widths = [taken.get(column, share * scale) for column, share in enumerate(shares)]
        short = {column: need for column, need in enumerate(least) if widths[column] < need}
        if not short:
            return widths
        taken |= short
    return None


def _twips(widths: Sequence[float]) -> tuple[int, ...]:
    """Rounded so that their sum is."""
    return tuple(right - left for left, right in pairwise(map(round, accumulate(widths, initial=0.0))))


def _with_heights(layout: Layout) -> Layout:
    free = 2 * ABOVE
    heights = [float(layout.line + free)] * len(layout.rows)
    # Word gives what a merged cell lacks to the last of its rows.
    for at, filled in sorted(
        ((at, filled) for at, row in enumerate(layout.rows) for filled in row),
        key=lambda each: each[1].cell.down,
    ):
        cell, depth = filled.cell, layout.depth(filled)
        needed = lines_of(filled.text[depth:], layout.columns(cell) - depth) * layout.line + free
        last = at + cell.down - 1
        heights[last] += max(0.0, needed - sum(heights[at : last + 1]))
    return replace(layout, heights=tuple(heights))


def _beside(paper: Paper, layout: Layout) -> float:
    """The height of what stands above and below the table."""
    texts = [" ".join(paper.above), *paper.notes, *(line.text for line in layout.signed(paper.footer))]
    columns = sum(layout.widths) / (layout.size * POINT)
    return sum(lines_of(text, columns) * layout.line + 2 * APART for text in texts)
