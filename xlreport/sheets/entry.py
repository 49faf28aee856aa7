"""The input sheets of the master workbook, from the declarations only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from xlreport.checks.rule import shown
from xlreport.model.fields import Field, Kind, Section, Value
from xlreport.model.inputs import Inputs
from xlreport.sheets.layout import (
    COMPUTED_MARK,
    FIRST_VALUE_COLUMN,
    FORM_MARK,
    KEY_COLUMN,
    LABEL_COLUMN,
    SHEET_MARK,
    TABLE_MARK,
    UNIT_COLUMN,
    Addresses,
    Form,
    InputSheet,
    cell_name,
)
from xlreport.sheets.pen import (
    ACCENT,
    CALCULATED_FILL,
    HEAD_FILL,
    INPUT_FILL,
    NUMBERS,
    ROW_HEIGHT,
    Pen,
    validation,
    width,
)

OK = "√"
LEAST_ROWS, SPARE_ROWS = 10, 3  # a table offers that many rows, and empty ones below what it holds
VALUE_WIDTHS = {Kind.LONG_TEXT: 64, Kind.TEXT: 36, Kind.CHOICE: 16, Kind.DATE: 18}
TABLE_WIDTHS = {Kind.LONG_TEXT: 34, Kind.TEXT: 24, Kind.CHOICE: 10}  # in a table of many columns
AMOUNT_WIDTH = 15
TEXTS = (Kind.LONG_TEXT, Kind.TEXT)
HELP_WIDTH = 46


@dataclass(frozen=True)
class Column:
    """A column of a table that is computed or shown, not filled in."""

    header: str
    key: str
    width: int
    kind: Kind
    value: Callable[[int], Any]  # by the index of the record; past the last one it is blank
    formula: str | None = None
    before: str | None = None  # the field that it stands in front of; at the end if None


def write_form_sheet(
    pen: Pen, sheet: Any, declared: InputSheet, inputs: Inputs, addresses: Addresses
) -> None:
    """Title, help, and one block of rows per form; protected but for the input cells."""
    columns = max(len(form.sections) for form in declared.forms)
    mark = FIRST_VALUE_COLUMN + columns
    _head(pen, sheet, declared, "请填写浅黄色单元格，没有的数留空或填 0；金额单位为万元，只填数字。")
    row = 3
    for form in declared.forms:
        row = _write_form(pen, sheet, declared, form, inputs, addresses, row, mark) + 1
    sheet.set_column(LABEL_COLUMN, LABEL_COLUMN, 34)
    sheet.set_column(UNIT_COLUMN, UNIT_COLUMN, 10)
    kinds = {field.kind for form in declared.forms for field in form.sections[0].fields}
    widest = max(VALUE_WIDTHS.get(kind, AMOUNT_WIDTH) for kind in kinds)
    sheet.set_column(FIRST_VALUE_COLUMN, FIRST_VALUE_COLUMN, widest)
    if columns > 1:
        sheet.set_column(FIRST_VALUE_COLUMN + 1, mark - 1, AMOUNT_WIDTH)
    sheet.set_column(mark, mark, 10)
    sheet.set_column(mark + 1, mark + 1, HELP_WIDTH)
    sheet.freeze_panes(3, FIRST_VALUE_COLUMN)
    if columns > 1 or Kind.LONG_TEXT in kinds:
        sheet.set_landscape()
    sheet.print_area(0, LABEL_COLUMN, row - 2, mark + 1)
    good = pen.format(font_color="#548235", align="center")
    wrong = pen.format(font_color="#C00000", bold=True, align="center")
    area = (3, mark, row, mark)
    sheet.conditional_format(*area, {"type": "cell", "criteria": "==", "value": f'"{OK}"', "format": good})
    sheet.conditional_format(
        *area, {"type": "text", "criteria": "containing", "value": "填", "format": wrong}
    )
    sheet.conditional_format(
        *area, {"type": "text", "criteria": "containing", "value": "应", "format": wrong}
    )
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _head(pen: Pen, sheet: Any, declared: InputSheet, note: str) -> None:
    pen.text(sheet, 0, KEY_COLUMN, f"{SHEET_MARK}{declared.key}")
    sheet.set_column(KEY_COLUMN, KEY_COLUMN, None, None, {"hidden": True})
    pen.title(sheet, declared.name, LABEL_COLUMN)
    pen.note(sheet, 1, LABEL_COLUMN, note)


def _write_form(
    pen: Pen,
    sheet: Any,
    declared: InputSheet,
    form: Form,
    inputs: Inputs,
    addresses: Addresses,
    row: int,
    mark: int,
) -> int:
    """One block from `row` on; gives the row after it."""
    pen.text(sheet, row, KEY_COLUMN, f"{FORM_MARK}{form.key}")
    for at, section in enumerate(form.sections):
        pen.text(sheet, row, FIRST_VALUE_COLUMN + at, section.key)
    sheet.set_row(row, None, None, {"hidden": True})
    row += 1
    head = pen.boxed(bold=True, bg_color=HEAD_FILL, align="center", text_wrap=True)
    several = len(form.sections) > 1
    labels = [section.label for section in form.sections] if several else ["填写内容"]
    pen.text(sheet, row, LABEL_COLUMN, "项目" if several else form.sections[0].label, head)
    pen.text(sheet, row, UNIT_COLUMN, "计量单位", head)
    for at, label in enumerate(labels):
        pen.text(sheet, row, FIRST_VALUE_COLUMN + at, label, head)
        if form.sections[at].help:
            sheet.write_comment(row, FIRST_VALUE_COLUMN + at, form.sections[at].help)
    for column in range(FIRST_VALUE_COLUMN + len(labels), mark):
        pen.text(sheet, row, column, "", head)
    pen.text(sheet, row, mark, "核对", head)
    pen.text(sheet, row, mark + 1, "填写说明", head)
    for field in form.sections[0].fields:
        row += 1
        _write_field(pen, sheet, declared, form, field, inputs, addresses, row, mark)
    return row + 1


def _write_field(
    pen: Pen,
    sheet: Any,
    declared: InputSheet,
    form: Form,
    field: Field,
    inputs: Inputs,
    addresses: Addresses,
    row: int,
    mark: int,
) -> None:
    pen.text(sheet, row, KEY_COLUMN, f"{form.key}.{field.key}")
    bold = not field.part and field.kind in NUMBERS and len(form.sections) > 1
    pen.text(
        sheet, row, LABEL_COLUMN, field.label, pen.boxed(indent=1 + 2 * field.part, bold=bold, text_wrap=True)
    )
    pen.text(sheet, row, UNIT_COLUMN, field.shown_unit, pen.boxed(align="center", font_color="#595959"))
    style = pen.for_value(field.kind, bg_color=INPUT_FILL, locked=False)
    values: list[Value] = []
    cells, required = [], []
    for at, section in enumerate(form.sections):
        column = FIRST_VALUE_COLUMN + at
        value = getattr(getattr(inputs, section.key), field.key)
        values.append(value)
        pen.value(sheet, row, column, value, style)
        sheet.data_validation(row, column, row, column, validation(field))
        addresses.cells[f"{section.key}.{field.key}"] = (declared.name, row, column)
        cells.append(cell_name(row, column))
        if next(f for f in section.fields if f.key == field.key).required:
            required.append(at)
    for column in range(FIRST_VALUE_COLUMN + len(values), mark):
        pen.text(sheet, row, column, "", pen.boxed())
    formula, stored = _mark(field, cells, required, values)
    pen.formula(sheet, row, mark, formula, pen.boxed(align="center"), stored)
    pen.text(
        sheet, row, mark + 1, _help(field, bool(required)), pen.boxed(font_color="#595959", text_wrap=True)
    )
    if field.kind is Kind.LONG_TEXT:
        texts = [value for value in values if isinstance(value, str)]
        sheet.set_row(row, max(48, *(height(text, VALUE_WIDTHS[Kind.LONG_TEXT]) for text in texts), 0))


def _help(field: Field, required: bool) -> str:
    default = "" if field.default is None else f"；留空按 {shown(field, field.default)}"
    return f"{'必填。' if required else ''}{field.help}{default}"


def _mark(
    field: Field, cells: Sequence[str], required: Sequence[int], values: Sequence[Value]
) -> tuple[str, str]:
    """The live mark of a row, as a formula and as it stands now: √, 必填, 应为数字, 不应为负."""
    every = f"{cells[0]}:{cells[-1]}" if len(cells) > 1 else cells[0]
    needed = "+".join(f"ISBLANK({cells[at]})" for at in required)
    filled = f'IF(COUNTA({every})=0,"","{OK}")'
    if needed:
        filled = f'IF({needed}>0,"必填",{filled})'
    if field.kind in NUMBERS:
        if not field.signed:
            filled = f'IF(COUNTIF({every},"<0")>0,"不应为负",{filled})'
        wrong = "应为日期" if field.kind is Kind.DATE else "应为数字"
        filled = f'IF(COUNTA({every})>COUNT({every}),"{wrong}",{filled})'
    # What we write is of the right kind, so only blanks can be wrong in it.
    missing = any(values[at] is None for at in required)
    given = any(value is not None for value in values)
    return f"={filled}", "必填" if missing else OK if given else ""


def write_table_sheet(
    pen: Pen,
    sheet: Any,
    declared: InputSheet,
    inputs: Inputs,
    addresses: Addresses,
    *,
    extra: Mapping[str, Sequence[Column]],
    note: str,
    growing: bool = True,
) -> None:
    """The tables of a sheet side by side, each a real Excel table that grows as one types below it.

    Such a sheet stays unprotected: Excel does not extend a table on a protected sheet.
    """
    _head(pen, sheet, declared, note)
    keys, header = 3, 4
    pen.text(sheet, keys, KEY_COLUMN, TABLE_MARK)
    sheet.set_row(keys, None, None, {"hidden": True})
    rows = max(len(getattr(inputs, section.key)) for section in declared.tables)
    if growing:
        rows = max(rows + SPARE_ROWS, LEAST_ROWS)
    column = LABEL_COLUMN
    for section in declared.tables:
        records = getattr(inputs, section.key)
        column = _write_table(
            pen, sheet, declared, section, records, extra.get(section.key, ()), addresses, column, rows
        )
        sheet.set_column(column, column, 3)
        column += 1
    sheet.freeze_panes(header + 1, 0)
    sheet.repeat_rows(header)
    sheet.print_area(0, LABEL_COLUMN, header + rows, column - 2)
    if column > 7:
        sheet.set_landscape()


def _write_table(
    pen: Pen,
    sheet: Any,
    declared: InputSheet,
    section: Section,
    records: Sequence[Any],
    extra: Sequence[Column],
    addresses: Addresses,
    first: int,
    rows: int,
) -> int:
    """One table with its left edge in column `first`; gives the column after it."""
    keys, header = 3, 4
    columns: list[Field | Column] = []
    for field in section.fields:
        columns += [item for item in extra if item.before == field.key]
        columns.append(field)
    columns += [item for item in extra if item.before is None]
    sheet.add_table(
        header,
        first,
        header + rows,
        first + len(columns) - 1,
        {
            "name": section.key,
            "style": "Table Style Light 9",
            "banded_rows": False,
            "autofilter": False,
            "columns": [
                {
                    "header": c.header if isinstance(c, Column) else c.label,
                    "header_format": pen.boxed(
                        bold=True, bg_color=ACCENT, font_color="#FFFFFF", align="center", text_wrap=True
                    ),
                }
                | ({"formula": c.formula} if isinstance(c, Column) and c.formula else {})
                for c in columns
            ],
        },
    )
    heights = [ROW_HEIGHT] * rows
    for at, item in enumerate(columns, first):
        if isinstance(item, Column):
            pen.text(sheet, keys, at, f"{COMPUTED_MARK}{item.key}")
            sheet.set_column(at, at, item.width)
            _write_shown(pen, sheet, item, at, header, len(records), rows)
            texts = [str(item.value(i)) for i in range(len(records))] if item.kind in TEXTS else []
            wide = item.width
        else:
            pen.text(sheet, keys, at, f"{section.key}.{item.key}")
            widths, other = (TABLE_WIDTHS, 12) if len(columns) > 4 else (VALUE_WIDTHS, AMOUNT_WIDTH)
            wide = 8 if item.prefilled else widths.get(item.kind, other)
            sheet.set_column(at, at, wide)
            addresses.columns[f"{section.key}.{item.key}"] = (declared.name, at)
            style = pen.for_value(item.kind, **_input_style(item))
            for i in range(rows):
                value = getattr(records[i], item.key) if i < len(records) else None
                pen.value(sheet, header + 1 + i, at, value, style)
            sheet.data_validation(header + 1, at, header + rows, at, validation(item))
            texts = [getattr(r, item.key) or "" for r in records] if item.kind in TEXTS else []
        for i, text in enumerate(texts):
            heights[i] = max(heights[i], height(text, wide))
    for i, high in enumerate(heights):
        if high > ROW_HEIGHT:
            sheet.set_row(header + 1 + i, high)
    addresses.rows[section.key] = [header + 1 + i for i in range(len(records))]
    return first + len(columns)


def _input_style(item: Field) -> dict[str, Any]:
    return {"bg_color": CALCULATED_FILL} if item.prefilled else {"bg_color": INPUT_FILL, "locked": False}


def _write_shown(pen: Pen, sheet: Any, item: Column, column: int, header: int, count: int, rows: int) -> None:
    style = pen.for_value(item.kind, bg_color=CALCULATED_FILL)
    for i in range(rows):
        value = item.value(i) if i < count else ""
        if item.formula:
            pen.formula(sheet, header + 1 + i, column, item.formula, style, value)
        else:
            pen.value(sheet, header + 1 + i, column, value or None, style)


def height(text: str, columns: int) -> float:
    """The height in points of a row that shows a text wrapped into that many half-width characters."""
    room = columns - 3  # for the indent and the cell's own margin
    lines = sum(max(1, ceil(width(line) / room)) for line in text.splitlines() or [""])
    return min(15.5 * lines + 4.5, 409.0)
