"""The tables of a form: where each row of heads stands, which year it is about, and how far it reaches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlreport.forms.grid import FormCell, Grid
from xlreport.forms.labels import THIS_YEAR, Synonyms, dated, unit_of_label, years_in
from xlreport.forms.yearless import ORDER, yearless_heads


@dataclass(frozen=True)
class Segment:
    """A row of heads with the rows that belong to it."""

    heads: dict[str, list[FormCell]]  # by key; two cells where a head is there twice
    texts: tuple[FormCell, ...]  # everything that stands in the row of heads
    top: int
    first: int  # its rows, both ends included
    last: int
    year: int | None  # that its heads name, if they name any
    told: bool | None = None  # where heads lack their year: whether their order tells it

    @property
    def unit(self) -> str | None:
        """The unit of amounts that its corner states."""
        heads = {id(cell) for cells in self.heads.values() for cell in cells}
        units = {unit for cell in self.texts if id(cell) not in heads and (unit := unit_of_label(cell.text))}
        return units.pop() if len(units) == 1 else None

    def covered_by(self, label: FormCell) -> bool:
        """Whether a label reaches under one of the heads, so that its row is no row of the table."""
        columns = range(label.box.left, label.box.right + 1)
        return any(cell.box.left in columns for cells in self.heads.values() for cell in cells)


def year_of(texts: Sequence[str], year: int) -> int | None:
    """The year that a row of heads is about, None where it names none; `year` is that of the record.

    >>> year_of(["2022年决算数", "2023年预算数"], 2023), year_of(["2021年决算数", "2022年决算数"], 2023)
    (2023, 2022)
    >>> year_of(["2022年决算数", "本年预算数"], 2023), year_of(["上年决算数"], 2023)
    (2023, None)
    """
    named = {each for text in texts for each in years_in(text)}
    if not named:
        return None
    relative = any(THIS_YEAR in dated(text, 0) for text in texts)
    return year if relative and named == {year - 1} else max(named)


def segments_of(
    grid: Grid, blocks: Sequence[Sequence[str]], synonyms: Synonyms, year: int
) -> list[tuple[int, Segment]]:
    """The tables of a form with the index of the block of heads that each has."""
    found: list[tuple[int, int, dict[str, list[FormCell]], int | None, bool | None]] = []
    financial = next((at for at, block in enumerate(blocks) if set(ORDER) <= set(block)), None)
    for row in sorted({cell.box.bottom for cell in grid.texts}):
        texts = grid.texts_in(row)
        about = year_of([text for cell in texts for text in _readings(grid, cell)], year)
        matched, told = _best(grid, texts, blocks, synonyms, about or year), None
        if financial is not None and (yearless := yearless_heads(grid, texts)):
            matched, told = (financial, yearless.cells), yearless.told
            about = yearless.year or about
        if matched is None:
            continue
        block, heads = matched
        # A row that shares heads with the one above belongs to it: heads on two levels.
        if found and _cells(found[-1][2]) & _cells(heads):
            if len(heads) <= len(found[-1][2]):
                continue
            found.pop()
        found.append((row, block, heads, about, told))
    made = []
    for at, (row, block, heads, about, told) in enumerate(found):
        bottom = max(cell.box.bottom for cells in heads.values() for cell in cells)
        last = found[at + 1][0] - 1 if at + 1 < len(found) else grid.last_row
        texts = grid.texts_in(row)
        made.append((block, Segment(heads, texts, row, bottom + 1, last, about, told)))
    return made


def _readings(grid: Grid, cell: FormCell) -> Iterator[str]:
    """A head by itself, and below one that stands over several: 2023年 + 预算数."""
    yield cell.text
    above = grid.above(cell)
    if above and above.text and above.box.left <= cell.box.left and cell.box.right <= above.box.right:
        yield above.text + cell.text


def _best(
    grid: Grid, texts: Sequence[FormCell], blocks: Sequence[Sequence[str]], synonyms: Synonyms, year: int
) -> tuple[int, dict[str, list[FormCell]]] | None:
    """The block whose heads stand in a row, at least two of them and more than those of any other block."""
    matches = []
    for block in blocks:
        heads: dict[str, list[FormCell]] = {}
        for cell in texts:
            keys = (synonyms.head(text, year) for text in _readings(grid, cell))
            key = next((key for key in keys if key in block), None)
            if key:
                heads.setdefault(key, []).append(cell)
        matches.append(heads)
    sizes = sorted((len(heads) for heads in matches), reverse=True)
    if not sizes or sizes[0] < 2 or (len(sizes) > 1 and sizes[0] == sizes[1]):
        return None
    at = next(at for at, heads in enumerate(matches) if len(heads) == sizes[0])
    return at, matches[at]


def _cells(heads: dict[str, list[FormCell]]) -> set[tuple[int, int]]:
    return {(cell.box.top, cell.box.left) for cells in heads.values() for cell in cells}
