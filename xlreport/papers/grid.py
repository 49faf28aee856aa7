"""What a paper is once it is ready to be written: a grid of cells, and where each figure in it is from."""

from dataclasses import dataclass
from typing import NamedTuple

from xlreport.model.fields import Kind, Value

GAP = "〔未填〕"


@dataclass(frozen=True)
class Selection:
    """A sum over the projects of some categories."""

    column: str  # projects.prior
    categories: tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    """Where a figure is from: paths of the record that are added (+1) or subtracted (−1), over a divisor."""

    added: tuple[tuple[int, str | Selection], ...]
    divisor: "Terms | None" = None
    rounded: bool = False  # the sum itself is rounded, half-up at two decimals


class Cell(NamedTuple):
    """One cell of a paper, merged over `across` columns and `down` rows.

    A named tuple, because hundreds of papers are made of thousands of them.
    """

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
    left_out: tuple[str, ...] = ()  # the projects that no row has, and why: among the gaps as well
