"""Fill the blank workbooks that bureaus hand out: 附件2 to 附件4 in their own layout, found by their labels.

openpyxl reads them: it knows cells, merged cells, formats and protection. What is written goes into the bytes
of the file (see forms/parts), because openpyxl would lose what it does not know.
"""

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from xlreport.errors import Unusable
from xlreport.forms.filling import Filled, Filling, Outcome
from xlreport.forms.grid import Box, Content, FormCell, Grid
from xlreport.forms.labels import squeezed
from xlreport.forms.names import name_places
from xlreport.forms.parts import Book
from xlreport.forms.record import BASE, OVERALL, PROJECT, Record
from xlreport.forms.sheet_xml import MOST_ROWS
from xlreport.forms.wanted import Wanted, Wants
from xlreport.model.numbers import date_text
from xlreport.papers.grid import Paper
from xlreport.report import Report
from xlreport.sheets.guard import inspect
from xlreport.sheets.plain import column_number

_MOST_COLUMNS = 200  # as wide as a form may be
_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")
_FEWEST_ROWS = 2  # of a paper that a sheet without its title must have to be taken for it


class NoForm(Unusable):
    """A workbook that holds none of the papers."""


@dataclass(frozen=True)
class FilledBook:
    """The bytes of a filled workbook, and what is added to its file name when there are several."""

    content: bytes
    suffix: str = ""

    def write(self, path: Path) -> None:
        """Write the workbook."""
        path.write_bytes(self.content)


@dataclass(frozen=True)
class FilledForm:
    """All that came of a form: one workbook, or one for each project, and what became of every figure."""

    books: tuple[FilledBook, ...]
    papers: tuple[Filled, ...]
    ignored: tuple[str, ...]  # sheets that hold none of the papers

    @property
    def settled(self) -> bool:
        """Whether every figure found its place and nothing differs."""
        return all(paper.settled for paper in self.papers)


def fill_form(
    data: bytes, name: str, report: Report, *, project: str | None = None, overwrite: bool = False
) -> FilledForm:
    """Fill the form in the bytes of a workbook called `name` from an evaluated record.

    `project` fills 附件4 for that one only; else there is a copy of its sheet for each. Only blank cells are
    written to, filled ones only with `overwrite`; formulas never. Raises Unusable when it is no workbook, is
    protected, holds none of the papers, or the record lacks its year or the project.
    """
    inspect(data, name)
    year = report.inputs.unit.year
    if year is None:
        raise Unusable("工作簿没有填写评价年度，无法核对表格的年份；请在“单位信息”中填写后再试。")
    names = [each.name or "" for each in report.inputs.projects]
    if project is not None and project not in names:
        known = f"可用的有：{'、'.join(names)}" if names else "工作簿里没有项目"
        raise Unusable(f"没有“{project}”这个项目；{known}。")
    return _Filler(data, name, Record(report, year), project, overwrite).fill()


# ------------------------------------------------------------------------------ reading


def read_grids(book: Book) -> list[Grid]:
    """The visible sheets of a workbook as grids, their first rows and columns. Raises Unusable."""
    import openpyxl  # takes longer than the rest together

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what it does not know, and does not write here either
            workbook = openpyxl.load_workbook(io.BytesIO(book.lean()), keep_links=False)
    except Unusable:
        raise
    except Exception as error:  # whatever a file that Excel would repair makes it stumble over
        raise Unusable(f"{book.name}：工作簿内容无法识别，请用 Excel 打开后另存为 .xlsx 再试。") from error
    return [_grid(sheet) for sheet in workbook.worksheets if sheet.sheet_state == "visible"]


def _grid(sheet: Any) -> Grid:
    boxes: dict[tuple[int, int], Box] = {}
    covered: dict[tuple[int, int], tuple[int, int]] = {}
    for merged in sheet.merged_cells.ranges:
        box = Box(merged.min_row - 1, merged.min_col - 1, merged.max_row - 1, merged.max_col - 1)
        boxes[box[:2]] = box
        for row in range(box.top, min(box.bottom, MOST_ROWS) + 1):
            for column in range(box.left, min(box.right, _MOST_COLUMNS) + 1):
                covered[row, column] = box[:2]
    protected = bool(sheet.protection.sheet)
    computed = _computed(sheet)
    cells = {}
    for (row, column), cell in sheet._cells.items():  # iter_rows would make those that are not there
        place = (row - 1, column - 1)
        if row <= MOST_ROWS and column <= _MOST_COLUMNS and covered.get(place, place) == place:
            box = boxes.get(place, Box(*place, *place))
            cells[place] = _cell(cell, box, protected, place in computed)
    widths = {
        column - 1: each.width
        for each in sheet.column_dimensions.values()
        for column in range(each.min or 1, min(each.max or 1, _MOST_COLUMNS) + 1)
        if each.width
    }
    return Grid(sheet.title, cells, covered, protected, widths)


def _computed(sheet: Any) -> set[tuple[int, int]]:
    """The cells that a formula over a range fills beside its own."""
    found: set[tuple[int, int]] = set()
    for cell in sheet._cells.values():
        reference = getattr(cell.value, "ref", None) if cell.data_type == "f" else None
        if isinstance(reference, str) and (match := _RANGE.fullmatch(reference)):
            left, right = column_number(match[1]), column_number(match[3])
            rows = range(int(match[2]), min(int(match[4]), MOST_ROWS) + 1)
            columns = range(left, min(right, _MOST_COLUMNS) + 1)
            found |= {(row - 1, column - 1) for row in rows for column in columns}
    return found


def _cell(cell: Any, box: Box, protected: bool, computed: bool) -> FormCell:
    formula = computed or cell.data_type == "f"
    sides = (cell.border.left, cell.border.right, cell.border.top, cell.border.bottom)
    return FormCell(
        box,
        None if formula else _content(cell.value),
        formula=formula,
        number_format=cell.number_format,
        locked=protected and cell.protection.locked is not False,
        bordered=any(side is not None and side.style for side in sides),
        indent=int(cell.alignment.indent or 0),
        wraps=bool(cell.alignment.wrap_text),
        size=float(cell.font.sz or 11),
    )


def _content(value: Any) -> Content:
    if isinstance(value, datetime | date):
        return date_text(value.date() if isinstance(value, datetime) else value)
    return value if value is None or isinstance(value, str | int | float) else str(value)


# ------------------------------------------------------------------------------ filling


@dataclass(frozen=True)
class _Sheet:
    """A part of a sheet that holds one paper."""

    grid: Grid
    kind: str
    alone: bool  # on its sheet


@dataclass
class _Filler:
    """Fills one workbook; `wanted` is the project that 附件4 is to be filled for."""

    data: bytes
    name: str
    record: Record
    wanted: str | None
    overwrite: bool
    papers: list[Filled] = field(default_factory=list)

    def fill(self) -> FilledForm:
        book = Book.open(self.data, self.name)
        grids = read_grids(book)
        sheets = [sheet for grid in grids for sheet in self._sheets(grid)]
        if not sheets:
            raise NoForm(
                f"{self.name}：没有认出附件2、附件3或附件4的表格（按表头和行名查找）；请核对是否选错文件。"
            )
        for sheet in sheets:
            if sheet.kind == BASE:
                self._fill_base(book, sheet.grid)
            elif sheet.kind == OVERALL:
                wants = self.record.wants[OVERALL][0]
                self.papers.append(self._fill_one(book, sheet.grid, wants, None))
        plain = book.copy()
        left = self._fill_projects(book, [sheet for sheet in sheets if sheet.kind == PROJECT])
        books = [FilledBook(b"")]
        form = next((sheet for sheet in sheets if sheet.kind == PROJECT and not self._stated(sheet)), None)
        for at, wants in left:
            assert form
            other = plain.copy()
            self.papers.append(self._fill_one(other, form.grid, wants, at))
            books.append(FilledBook(other.finish(), f"（{wants.paper.name}）"))
        self._refuse_protected()
        books[0] = FilledBook(book.finish())
        used = {sheet.grid.tab for sheet in sheets}
        return FilledForm(
            tuple(books), tuple(self.papers), tuple(g.tab for g in grids if g.texts and g.tab not in used)
        )

    # -------------------------------------------------------------------------- which sheet is what

    def _sheets(self, grid: Grid) -> Iterator[_Sheet]:
        """The papers on a sheet: as a rule one, else one below the other, each under its title."""
        titles = [
            (cell.box.top, kind) for cell in grid.texts if (kind := self.record.synonyms.kind(cell.text))
        ]
        parts: list[tuple[int, str | None]] = []
        for row, kind in titles:
            if not parts or row - parts[-1][0] > 2:
                parts.append((row, kind))
        starts = [0, *(row for row, _ in parts[1:]), MOST_ROWS]
        kinds = [kind for _, kind in parts] or [None]
        found = []
        for at, kind in enumerate(kinds):
            part = grid.rows(starts[at], starts[at + 1] - 1) if len(kinds) > 1 else grid
            if (known := self._kind(part, kind)) is not None:
                found.append((part, known))
        for part, known in found:
            yield _Sheet(part, known, alone=len(kinds) == 1)

    def _kind(self, grid: Grid, titled: str | None) -> str | None:
        """The kind of paper on a part of a sheet, as its title and its labels both say."""
        named = {place.name for place in name_places(grid, self.record.synonyms)}
        kinds = [titled] if titled else [BASE, PROJECT if "project" in named else OVERALL]
        for kind in kinds:
            # Without any project, 附件4 is still known by the rows that it shares with 附件3.
            wants = (self.record.wants[kind] or self.record.wants[OVERALL])[0]
            form = self.record.form(grid, wants)
            # Heads without a year are also those of other tables, so that only a title makes them ours.
            tables = [each for each in form.segments if titled or each.told is None]
            if len(form.own_rows) >= (1 if titled else _FEWEST_ROWS) and tables:
                return kind
        return None

    # -------------------------------------------------------------------------- papers

    def _fill_base(self, book: Book, grid: Grid) -> None:
        """附件2 in the version whose rows the form has; where it has a row of another version, that too."""
        versions = self.record.wants[BASE]
        forms = [self.record.form(grid, wants) for wants in versions]
        best = min(range(len(forms)), key=lambda at: (-len(forms[at].own_rows), forms[at].missing, at))
        own = {wanted.label for wanted in versions[best].figures}
        more: dict[tuple[str, str], Wanted] = {}
        for wants in versions:
            for wanted in wants.figures:
                if wanted.label and wanted.label not in own and not wanted.categories:
                    more.setdefault((wanted.label, wanted.head), wanted)
        self.papers.append(self._fill_one(book, grid, versions[best], None, tuple(more.values())))

    def _fill_one(
        self, book: Book, grid: Grid, wants: Wants, at: int | None, more: Sequence[Wanted] = ()
    ) -> Filled:
        cards = self.record.report.scores.cards
        card = cards.overall if at is None else cards.projects[at]
        indicators = [line.indicator for line in card.lines]
        form = self.record.form(grid, wants)
        filling = Filling(form, self.record.names(at), indicators, self.overwrite, more)
        filled = filling.fill(_called(wants.paper))
        sheet = book.xml(grid.tab)
        cut: set[str] = set()
        for writing in filling.writings:
            box = writing.cell.box
            content, height = writing.content, 0.0
            if isinstance(content, str):
                height = grid.height_for(writing.cell, content)
                if grid.cuts_off(writing.cell, content, sheet.room(box.top, box.bottom)):
                    cut.add(box.name)
            book.write(grid.tab, box.top, box.left, content, percent=writing.percent, height=height)
        return filled.with_note("文字可能显示不全", cut)

    # -------------------------------------------------------------------------- projects

    def _fill_projects(self, book: Book, sheets: Sequence[_Sheet]) -> list[tuple[int, Wants]]:
        """附件4 of every project, on its own sheet, an empty one or a copy; what is left needs another file."""
        if not sheets:
            return []
        if not self.record.wants[PROJECT]:
            tabs = "、".join(sheet.grid.tab for sheet in sheets)
            self.papers.append(Filled("附件4", tabs, (), "工作簿里没有项目，未填"))
            return []
        waiting = {
            at: wants
            for at, wants in enumerate(self.record.wants[PROJECT])
            if self.wanted in (None, wants.paper.subject)
        }
        blank: list[_Sheet] = []
        meant = self._meant(sheets)
        for sheet in sheets:
            stated = "" if sheet is meant else self._stated(sheet)
            at = next((at for at, wants in waiting.items() if squeezed(wants.paper.subject) == stated), None)
            if not stated:
                blank.append(sheet)
            elif at is not None:
                self.papers.append(self._fill_one(book, sheet.grid, waiting.pop(at), at))
            else:
                why = f"表上的项目名称是“{stated}”，工作簿里没有这个项目或未选它，整张表未填"
                self.papers.append(Filled("附件4", sheet.grid.tab, (), why))
        copied = blank[-1] if blank else None
        copies = len(waiting) - len(blank)
        targets = [(sheet.grid, sheet.grid.tab) for sheet in blank]
        for number in range(copies if copied and copied.alone else 0):
            assert copied
            title = _free_title(book, copied.grid.tab, number + 2)
            if not book.copy_sheet(copied.grid.tab, title):
                break
            targets.append((copied.grid, title))
        for (at, wants), (grid, tab) in zip(tuple(waiting.items()), targets, strict=False):
            self.papers.append(self._fill_one(book, replace(grid, tab=tab), wants, at))
            del waiting[at]
        if waiting and not blank:
            for wants in waiting.values():
                self.papers.append(Filled(_called(wants.paper), "", (), "表格里没有留给它的空表，未填"))
            return []
        return list(waiting.items())

    def _meant(self, sheets: Sequence[_Sheet]) -> _Sheet | None:
        """The sheet that is for the wanted project whatever it says: the only one that can be."""
        stated = [self._stated(sheet) for sheet in sheets]
        if self.wanted is None or "" in stated or squeezed(self.wanted) in stated:
            return None
        known = {squeezed(wants.paper.subject) for wants in self.record.wants[PROJECT]}
        strange = [sheet for sheet, name in zip(sheets, stated, strict=True) if name not in known]
        possible = sheets if len(sheets) == 1 else strange
        return possible[0] if len(possible) == 1 else None

    def _stated(self, sheet: _Sheet) -> str:
        """The project that a sheet is already about."""
        places = [p for p in name_places(sheet.grid, self.record.synonyms) if p.name == "project"]
        return squeezed(next((place.old for place in places if not place.blank), ""))

    def _refuse_protected(self) -> None:
        entries = [entry for paper in self.papers for entry in paper.entries]
        written = any(entry.outcome in (Outcome.FILLED, Outcome.OVERWRITTEN) for entry in entries)
        if not written and any(entry.why == "单元格受保护" for entry in entries):
            raise Unusable(
                f"{self.name}：工作表受保护，要填的单元格都被锁定；请在“审阅”中撤销工作表保护，或向财政局索取可填写的表格。"
            )


def _called(paper: Paper) -> str:
    return f"{paper.name}（{paper.subject}）" if paper.subject else paper.name


def _free_title(book: Book, tab: str, number: int) -> str:
    """A title for a copy of a sheet: at most 31 characters, used by no other."""
    taken = {title.lower() for title in book.sheets}
    while True:
        ending = f"-{number}"
        title = tab[: 31 - len(ending)] + ending
        if title.lower() not in taken:
            return title
        number += 1
