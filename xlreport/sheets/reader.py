"""Rows of a workbook → Inputs: one parser for saved files and the open book, by keys and never by addresses."""

import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from xlreport.collector import uncollected
from xlreport.errors import Unusable
from xlreport.files import read_bytes
from xlreport.model.fields import Field, Kind, Section, Value, blank_values
from xlreport.model.inputs import Inputs
from xlreport.model.values import Wrong, parse, parse_column
from xlreport.sheets.layout import (
    COMPUTED_MARK,
    FORM_MARK,
    KEY_COLUMN,
    LAYOUT,
    META_SHEET,
    PRODUCT,
    SHEET_MARK,
    SHOWN_SHEETS,
    TABLE_MARK,
    Addresses,
    InputSheet,
    cell_name,
    date_of,
    home_sheet,
    input_sheets,
)
from xlreport.sheets.oddity import Oddity

Rows = Sequence[Sequence[Any]]
OddCells = Mapping[tuple[int, int], Oddity]


@dataclass(frozen=True)
class Problem:
    """A cell that is not what its field wants: where it is, and one sentence with the remedy."""

    cell: str
    message: str

    def __str__(self) -> str:
        return f"{self.cell}：{self.message}"


@dataclass(frozen=True)
class Reading:
    """What was read: the record (wrong cells are blank in it), the problems, and where each field stands."""

    inputs: Inputs
    problems: tuple[Problem, ...]
    addresses: Addresses

    @property
    def wrong(self) -> frozenset[str]:
        """The fields whose cell is wrong: no rule may take them for blank."""
        cells = {problem.cell for problem in self.problems}
        return self.addresses.paths_at(cells) if cells else frozenset()


@uncollected
def read_workbook(path: Path) -> Reading:
    """Read a saved master workbook. Raises Unusable when it is none or cannot be opened."""
    return read_sheets(*_sheets_of(path), path.name)


def read_meta(path: Path) -> dict[str, Any]:
    """What a saved workbook says of itself on its hidden sheet. Raises Unusable when it cannot be opened."""
    return _meta(_sheets_of(path)[0].get(META_SHEET))


def _sheets_of(path: Path) -> tuple[dict[str, Rows], Mapping[str, OddCells]]:
    """The rows of a saved workbook by tab, and the cells whose content must not be believed."""
    # Only files need these, and an open book does not wait for them.
    from python_calamine import CalamineError, CalamineWorkbook

    from xlreport.sheets.guard import inspect

    data = read_bytes(path)
    # What only shows need not be read; any other tab may be an input sheet under another name, or a copy.
    inspected = inspect(data, path.name, frozenset(SHOWN_SHEETS))
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(inspected.workbook))
        rows: dict[str, Rows] = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names
        }
    except CalamineError as error:
        raise Unusable(
            f"{path.name}：工作簿已损坏，无法读取（{error}）；请在 Excel 中打开并另存后重试。"
        ) from error
    return rows, inspected.odd


def read_sheets(
    sheets: Mapping[str, Rows], odd: Mapping[str, OddCells] | None = None, name: str = "工作簿"
) -> Reading:
    """Parse the rows of all sheets; `odd` are the cells whose content must not be believed.

    Raises Unusable when they are not those of a master workbook.
    """
    meta = tuple(_check_meta(sheets.get(META_SHEET), name))
    reading = read_blocks(sheets, odd, expected=[sheet.key for sheet in input_sheets()])
    return replace(reading, problems=(*meta, *reading.problems))


def read_blocks(
    sheets: Mapping[str, Rows],
    odd: Mapping[str, OddCells] | None = None,
    *,
    expected: Collection[str] = (),
    dates_are_numbers: bool = False,
) -> Reading:
    """Parse the input sheets among these, as a cell's function gets them; the others are blank.

    A sheet that is `expected` and absent is a problem. Excel hands dates to functions as serial numbers.
    """
    found, strays = _by_mark(sheets)
    problems: list[Problem] = list(strays)
    addresses = Addresses()
    parts: dict[str, Any] = {}
    for sheet in (*input_sheets(), home_sheet()):
        parser = _SheetParser(sheet, problems, addresses, dates_are_numbers)
        tab = found.get(sheet.key)
        if tab is None and sheet.key not in expected:
            pass
        elif tab is None:
            problems.append(Problem(sheet.name, "缺少这张工作表，请从原工作簿恢复，或新建工作簿后重新填写。"))
        else:
            parser.read(tab, sheets[tab], (odd or {}).get(tab, {}))
        if sheet.at_home:  # the rest of these records stands on their own sheets
            parts |= {key: parts[key]._replace(**chosen) for key, chosen in parser.values.items()}
        else:
            parts |= parser.records()
    return Reading(Inputs(**parts), tuple(problems), addresses)


def typed_errors(sheets: Mapping[str, Rows]) -> dict[str, OddCells]:
    """The cells of an open workbook that show an error: there it comes as its text."""
    errors = {str(odd): odd for odd in Oddity if odd.is_error}
    return {
        name: {
            (at, column): errors[cell]
            for at, row in enumerate(rows)
            if not errors.keys().isdisjoint(row)
            for column, cell in enumerate(row)
            if isinstance(cell, str) and cell in errors
        }
        for name, rows in sheets.items()
    }


def _meta(rows: Rows | None) -> dict[str, Any]:
    return {row[0]: row[1] for row in rows or () if len(row) > 1}


def _check_meta(rows: Rows | None, name: str) -> Iterable[Problem]:
    meta = _meta(rows)
    if meta.get("product") != PRODUCT:
        raise Unusable(f"{name}：不是 xlreport 的主工作簿，请用 xlreport new 新建，或选择正确的文件。")
    layout = meta.get("layout")
    if not isinstance(layout, int | float) or layout > LAYOUT:
        shown = f"{layout:g}" if isinstance(layout, int | float) else layout
        raise Unusable(f"{name}：由更新版本的 xlreport 生成（布局 {shown}），请先升级 xlreport。")
    if layout < LAYOUT:
        message = f"由旧版本生成（布局 {layout:g}，现为 {LAYOUT}），请用 xlreport new 新建后移入数据。"
        yield Problem(f"{META_SHEET}!B2", message)


def _by_mark(sheets: Mapping[str, Rows]) -> tuple[dict[str, str], list[Problem]]:
    """The tab of each input sheet, by the mark in A1: a renamed tab does no harm."""
    found: dict[str, str] = {}
    problems = []
    known = {sheet.key for sheet in (*input_sheets(), home_sheet())}
    for tab, rows in sheets.items():
        mark = rows[0][KEY_COLUMN] if rows and rows[0] else None
        if not isinstance(mark, str) or not mark.startswith(SHEET_MARK):
            continue
        key = mark.removeprefix(SHEET_MARK)
        if key not in known:
            problems.append(Problem(f"{tab}!A1", f"“{key}”不是已知的工作表标识，请恢复原来的内容。"))
        elif key in found:
            message = f"这张工作表与“{found[key]}”重复，未读取，请删除其中一张。"
            problems.append(Problem(f"{tab}!A1", message))
        else:
            found[key] = tab
    return found, problems


@dataclass
class _SheetParser:
    """Reads one sheet into the values of its sections."""

    sheet: InputSheet
    problems: list[Problem]
    addresses: Addresses
    dates_are_numbers: bool
    values: dict[str, dict[str, Value]] = field(default_factory=dict)
    rows: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    tab: str = ""
    odd: OddCells = field(default_factory=dict)

    def records(self) -> dict[str, Any]:
        """The record of each section of the sheet; what was not found is blank."""
        forms = {
            section.key: section.record(**(blank_values(section.record) | self.values.get(section.key, {})))
            for form in self.sheet.forms
            for section in form.sections
        }
        return forms | {section.key: self.rows.get(section.key, ()) for section in self.sheet.tables}

    def read(self, tab: str, rows: Rows, odd: OddCells) -> None:
        self.tab, self.odd = tab, odd
        fields = self.sheet.fields
        current = ""  # the form that the rows below its key row belong to
        columns: dict[int, str] = {}
        seen: set[str] = set()
        for at, row in enumerate(rows):
            key = row[KEY_COLUMN] if row else None
            if not key or at == 0:
                continue
            if key == TABLE_MARK:
                self._read_tables(rows, at)
                break
            if isinstance(key, str) and key.startswith(FORM_MARK):
                current = key.removeprefix(FORM_MARK)
                columns = self._form_columns(current, row, at)
            elif key in fields and key not in seen:
                seen.add(key)
                own = key.rpartition(".")[0] == current
                self._read_field(fields[key], row, at, columns if own else {})
            else:
                self._bad_key(str(key), at, seen, fields)
        for form in self.sheet.forms:
            for section in form.sections:
                if section.key not in self.values:
                    message = f"缺少“{section.label}”一列（标识 {section.key}），请从原工作簿恢复这一列。"
                    self.problems.append(Problem(self.tab, message))
        for key in fields.keys() - seen:
            label = fields[key].label
            message = f"缺少“{label}”一行（标识 {key}），请从原工作簿恢复这一行。"
            self.problems.append(Problem(self.tab, message))
        if self.sheet.tables and not self.rows.keys() >= {s.key for s in self.sheet.tables}:
            self.problems.append(Problem(self.tab, "缺少表格的标识行，请从原工作簿恢复这张工作表。"))

    def _form_columns(self, key: str, row: Sequence[Any], at: int) -> dict[int, str]:
        """The key of the section above each column of a form."""
        form = next((form for form in self.sheet.forms if form.key == key), None)
        if form is None:
            self._problem(at, KEY_COLUMN, f"“{key}”不是这张工作表的标识，请恢复原来的内容。")
            return {}
        sections = {section.key: section for section in form.sections}
        columns: dict[int, str] = {}
        for column, content in enumerate(row):
            if content == "" or content is None or column == KEY_COLUMN:
                continue
            section = sections.pop(content, None) if isinstance(content, str) else None
            if section is None:
                self._problem(at, column, f"“{content}”不是已知的列标识，或与另一列重复，请恢复原来的内容。")
            else:
                columns[column] = section.key
                self.values.setdefault(section.key, {})
        return columns

    def _read_field(self, item: Field, row: Sequence[Any], at: int, columns: Mapping[int, str]) -> None:
        key, width, odd, tab = item.key, len(row), self.odd, self.tab
        values, cells = self.values, self.addresses.cells
        for column, section in columns.items():
            content = row[column] if column < width else ""
            cells[f"{section}.{key}"] = (tab, at, column)
            # Most cells of a form are blank; those take no more than this.
            blank = (content is None or content == "") and not (odd and (at, column) in odd)
            values[section][key] = None if blank else self._value(content, item, at, column)

    def _value(self, content: Any, item: Field, at: int, column: int) -> Value:
        odd = self.odd.get((at, column))
        if self.dates_are_numbers and item.kind is Kind.DATE:
            content = date_of(content)
        value = (_disbelief(odd, item) if odd else None) or parse(content, item)
        if isinstance(value, Wrong):
            self._complain(value, item, at, column)
            return None
        return value

    def _bad_key(self, key: str, at: int, seen: set[str], known: Iterable[str]) -> None:
        if key in seen:
            message = f"标识 {key} 重复，此行未读取，请删除重复的行。"
        else:
            from difflib import get_close_matches  # seldom needed

            near = get_close_matches(key, known, 1)
            message = f"“{key}”不是已知的标识，请恢复原来的内容" + (
                f"（可能是 {near[0]}）。" if near else "。"
            )
        self._problem(at, KEY_COLUMN, message)

    def _problem(self, row: int, column: int, message: str) -> None:
        self.problems.append(Problem(f"{self.tab}!{cell_name(row, column)}", message))

    def _read_tables(self, rows: Rows, at: int) -> None:
        wanted = {f"{s.key}.{f.key}": (s, f) for s in self.sheet.tables for f in s.fields}
        columns: dict[str, int] = {}
        for column, content in enumerate(rows[at]):
            if column == KEY_COLUMN or content in (None, "") or str(content).startswith(COMPUTED_MARK):
                continue
            key = str(content)
            if key in columns or key not in wanted:
                self._bad_key(key, at, set(columns), wanted)
            else:
                columns[key] = column
        for key in wanted.keys() - columns.keys():
            message = f"缺少“{wanted[key][1].label}”一列（标识 {key}），请从原工作簿恢复这一列。"
            self.problems.append(Problem(self.tab, message))
        first = at + 2  # below the keys stands the header that people see
        header = rows[at + 1] if at + 1 < len(rows) else ()
        labels = {wanted[key][1].label for key in columns}
        if columns and not labels & {content for content in header if isinstance(content, str)}:
            self._problem(at + 1, KEY_COLUMN + 1, "标识行下面应是表头，表头一行已被删除或移动，请恢复。")
        width = max(map(len, rows))
        below = [row if len(row) == width else [*row, *[None] * (width - len(row))] for row in rows[first:]]
        self.addresses.columns |= {key: (self.tab, column) for key, column in columns.items()}
        for section in self.sheet.tables:
            self.rows[section.key] = self._read_table(section, columns, below, first)

    def _read_table(
        self, section: Section, columns: Mapping[str, int], rows: Rows, first: int
    ) -> tuple[Any, ...]:
        """The records of one table. Thousands of rows pass here, so column by column."""
        keys = [f"{section.key}.{item.key}" for item in section.fields]
        mine = {columns[key] for key in keys if key in columns}
        last = len(rows)  # below the last row stand the empty ones in which one goes on typing
        nothing = {None, ""}
        while last and nothing.issuperset([rows[last - 1][column] for column in mine]):
            last -= 1
        odd = [(row - first, at, why) for (row, at), why in self.odd.items() if at in mine and row >= first]
        last = min(max([last, *(row + 1 for row, _, _ in odd)]), len(rows))  # an error shows as blank
        cells = list(zip(*rows[:last], strict=True))
        values: list[list[Value | Wrong]] = [
            list(parse_column(cells[columns[key]], item)) if key in columns and cells else [None] * last
            for key, item in zip(keys, section.fields, strict=True)
        ]
        for row, column, why in odd:
            at = next(i for i, key in enumerate(keys) if columns.get(key) == column)
            if row < last:
                values[at][row] = _disbelief(why, section.fields[at]) or values[at][row]
        return self._records(section, columns, values, first)

    def _records(
        self, section: Section, columns: Mapping[str, int], values: list[list[Value | Wrong]], first: int
    ) -> tuple[Any, ...]:
        whole: list[Sequence[Value]] = []
        for item, column in zip(section.fields, values, strict=True):
            if Wrong in set(map(type, column)):
                at = columns[f"{section.key}.{item.key}"]
                for row, value in enumerate(column):
                    if isinstance(value, Wrong):
                        self._complain(value, item, first + row, at)
                whole.append([None if isinstance(value, Wrong) else value for value in column])
            else:
                whole.append(cast(Sequence[Value], column))
        own = [column for column, item in zip(values, section.fields, strict=True) if not item.prefilled]
        kept: Sequence[int] = range(len(own[0]))
        if None in own[0]:  # rows without the field that names them may be blank
            nothing = (None,) * len(own)
            kept = [at for at, row in enumerate(zip(*own, strict=True)) if row != nothing]
            whole = [[column[at] for at in kept] for column in whole]
        self.addresses.rows[section.key] = [first + at for at in kept]
        named = section.fields[0]
        own_columns = [
            columns.get(f"{section.key}.{item.key}") for item in section.fields if not item.prefilled
        ]
        if named.prefilled and f"{section.key}.{named.key}" in columns and own_columns[0] is not None:
            for at, name in zip(kept, whole[0], strict=True):
                if name is None:
                    message = (
                        f"这一行没有{named.label}，不知道说的是什么，请移到有{named.label}的行，再清空此格。"
                    )
                    self._problem(first + at, own_columns[0], message)
        return tuple(map(section.record._make, zip(*whole, strict=True)))

    def _complain(self, wrong: Wrong, item: Field, row: int, column: int) -> None:
        """A wrong cell becomes a problem, and is blank in the record."""
        self._problem(row, column, f"{item.label}{wrong.message}。")


def _disbelief(odd: Oddity, item: Field) -> Wrong | None:
    """Why an odd cell must not be believed; a percentage is odd only where an amount or count belongs."""
    if odd.is_error:
        return Wrong(f"是错误值 {odd}，请更正公式或直接填写")
    if odd is Oddity.UNCALCULATED:
        return Wrong("是没有计算结果的公式，请用 Excel 打开并保存一次，或直接填写")
    if item.kind in (Kind.MONEY, Kind.COUNT):
        return Wrong(f"是百分比格式的数，此处单位为{item.shown_unit}，请把单元格格式改为数值后重新填写")
    return None
