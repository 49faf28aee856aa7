"""Heads that leave the year to be written: 　　年决算数｜　　年预算数｜　　年决算数.

Which years they mean is sure where they are just these three in this order; else nobody can tell.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from xlreport.forms.grid import FormCell, Grid
from xlreport.forms.labels import LAST_YEAR, THIS_YEAR, dated, years_in

ORDER = (f"{LAST_YEAR}决算数", f"{THIS_YEAR}预算数", f"{THIS_YEAR}决算数")

_ACCOUNTS, _BUDGET = "决算", "预算"
_HEAD = re.compile(
    rf"(?:(20\d\d)年度?|({LAST_YEAR}|{THIS_YEAR})|(?:20)?(?:年度?)?)({_ACCOUNTS}|{_BUDGET})(?:数|金额)?"
)


class Heads(NamedTuple):
    """A row of heads some of which lack their year."""

    cells: dict[str, list[FormCell]]  # by key; those that nobody can tell by a key that no figure asks for
    year: int | None  # that those which have one tell
    told: bool  # whether their order tells which year each one means


class _Head(NamedTuple):
    cell: FormCell
    kind: str
    year: int | None
    relative: str


def yearless_heads(grid: Grid, texts: Sequence[FormCell]) -> Heads | None:
    """The heads of a row, where 决算 and 预算 stand side by side and one of them lacks its year."""
    ordered = sorted(texts, key=lambda cell: cell.box.left)
    found = [head for cell in ordered if (head := _head(grid, cell, ordered))]
    kinds = [head.kind for head in found]
    if {_ACCOUNTS, _BUDGET} - set(kinds) or all(head.year or head.relative for head in found):
        return None
    if kinds == [_ACCOUNTS, _BUDGET, _ACCOUNTS]:
        years = {head.year + (at == 0) for at, head in enumerate(found) if head.year}
        agree = all(key.startswith(head.relative) for key, head in zip(ORDER, found, strict=True))
        if agree and len(years) <= 1:
            cells = {key: [head.cell] for key, head in zip(ORDER, found, strict=True)}
            return Heads(cells, next(iter(years), None), told=True)
    unknown: dict[str, list[FormCell]] = {}
    for head in found:
        unknown.setdefault(f"?{head.kind}", []).append(head.cell)
    return Heads(unknown, max((head.year for head in found if head.year), default=None), told=False)


def _head(grid: Grid, cell: FormCell, row: Sequence[FormCell]) -> _Head | None:
    """What a head says by itself, or together with what stands over it or beneath."""
    above, below = grid.above(cell), grid.below(cell)
    if below.text and _names_year(below.text):
        return None
    readings = [cell.text]
    if above and above.text and above.box.left <= cell.box.left and cell.box.right <= above.box.right:
        readings.append(above.text + cell.text)
        whole = above.box.left <= row[0].box.left and row[-1].box.right <= above.box.right
        if _names_year(above.text) and not whole and not _HEAD.fullmatch(dated(readings[1], 0)):
            return None
    matches = [match for text in readings if (match := _HEAD.fullmatch(dated(text, 0)))]
    if not matches:
        return None
    best = max(matches, key=lambda match: bool(match[1] or match[2]))
    return _Head(cell, best[3], int(best[1]) if best[1] else None, best[2] or "")


def _names_year(text: str) -> bool:
    return bool(years_in(text)) or any(word in dated(text, 0) for word in (LAST_YEAR, THIS_YEAR))
