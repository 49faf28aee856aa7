"""An input sheet of forms: one row per field, a column for each section, protected but for the inputs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlreport.model.fields import NUMBERS, Field, Kind, Value
from xlreport.model.inputs import Inputs
from xlreport.sheets.layout import (
    FIRST_VALUE_COLUMN,
    FORM_MARK,
    KEY_COLUMN,
    LABEL_COLUMN,
    SHEET_MARK,
    UNIT_COLUMN,
    Addresses,
    Form,
    InputSheet,
    cell_name,
)
from xlreport.sheets.pen import (
    BAD,
    GOOD,
    INPUT_FILL,
    ROW_HEIGHT,
    VALUE_WIDTHS,
    Pen,
    height,
)
from xlreport.sheets.validation import help_of, validation

OK, REQUIRED = "√", "必填"
AMOUNT_WIDTH, HELP_WIDTH = 15, 46
FIRST_FORM_ROW = 3


def write_head(pen: Pen, sheet: Any, declared: InputSheet, note: str) -> None:
    """What every input sheet begins with: the mark by which the reader knows it, title and help."""
    pen.text(sheet, 0, KEY_COLUMN, f"{SHEET_MARK}{declared.key}")
    sheet.set_column(KEY_COLUMN, KEY_COLUMN, None, None, {"hidden": True})
    pen.title(sheet, declared.name, LABEL_COLUMN)
    pen.note(sheet, 1, LABEL_COLUMN, note)


@dataclass
class FormSheet:
    """One sheet of forms being written; notes where each field stands."""

    pen: Pen
    sheet: Any
    declared: InputSheet
    inputs: Inputs
    addresses: Addresses
    row: int = FIRST_FORM_ROW  # the row that comes next

    @property
    def values(self) -> int:
        """How many columns of values the widest form has; narrower ones leave the rest empty."""
        return max(len(form.sections) for form in self.declared.forms)

    @property
    def mark_column(self) -> int:
        return FIRST_VALUE_COLUMN + self.values

    def write(self) -> None:
        note = "请填写浅黄色单元格，没有的数留空或填 0；金额单位为万元，只填数字。"
        write_head(self.pen, self.sheet, self.declared, note)
        for form in self.declared.forms:
            self._write_form(form)
            self.row += 1
        self._finish()

    def _write_form(self, form: Form) -> None:
        """One block: a hidden row of keys, a row of heads, a row for each field."""
        self.pen.text(self.sheet, self.row, KEY_COLUMN, f"{FORM_MARK}{form.key}")
        for column, section in enumerate(form.sections, FIRST_VALUE_COLUMN):
            self.pen.text(self.sheet, self.row, column, section.key)
        self.sheet.set_row(self.row, None, None, {"hidden": True})
        self.row += 1
        several = len(form.sections) > 1
        labels = [section.label for section in form.sections] if several else ["填写内容"]
        title = "项目" if several else form.sections[0].label
        blanks = [""] * (self.values - len(labels))
        for column, text in enumerate(
            (title, "计量单位", *labels, *blanks, "核对", "填写说明"), LABEL_COLUMN
        ):
            self.pen.text(self.sheet, self.row, column, text, self.pen.head(text_wrap=True))
        for column, section in enumerate(form.sections, FIRST_VALUE_COLUMN):
            if section.help:
                self.sheet.write_comment(self.row, column, section.help)
        for field in form.fields:
            self.row += 1
            self._write_field(form, field)
        self.row += 1

    def _write_field(self, form: Form, field: Field) -> None:
        pen, sheet, row = self.pen, self.sheet, self.row
        pen.text(sheet, row, KEY_COLUMN, f"{form.key}.{field.key}")
        bold = not field.part and field.kind in NUMBERS and len(form.sections) > 1
        label = pen.boxed(indent=1 + 2 * field.part, bold=bold, text_wrap=True)
        pen.text(sheet, row, LABEL_COLUMN, field.label, label)
        pen.text(sheet, row, UNIT_COLUMN, field.shown_unit, pen.aside(align="center"))
        values = [getattr(getattr(self.inputs, section.key), field.key) for section in form.sections]
        style = pen.for_value(field.kind, bg_color=INPUT_FILL, locked=False)
        for column, (section, value) in enumerate(
            zip(form.sections, values, strict=True), FIRST_VALUE_COLUMN
        ):
            pen.value(sheet, row, column, value, style)
            sheet.data_validation(row, column, row, column, validation(field))
            self.addresses.cells[f"{section.key}.{field.key}"] = (self.declared.name, row, column)
        for column in range(FIRST_VALUE_COLUMN + len(values), self.mark_column):
            pen.text(sheet, row, column, "", pen.boxed())
        at = form.sections[0].fields.index(next(f for f in form.sections[0].fields if f.key == field.key))
        required = [number for number, section in enumerate(form.sections) if section.fields[at].required]
        cells = [cell_name(row, FIRST_VALUE_COLUMN + number) for number in range(len(values))]
        formula, stored = _mark(field, cells, required, values)
        pen.formula(sheet, row, self.mark_column, formula, pen.boxed(align="center"), stored)
        about = f"{f'{REQUIRED}。' if required else ''}{help_of(field)}"
        pen.text(sheet, row, self.mark_column + 1, about, pen.aside())
        least = 48.0 if field.kind is Kind.LONG_TEXT else ROW_HEIGHT
        wide = VALUE_WIDTHS.get(field.kind, AMOUNT_WIDTH)
        texts = [value for value in values if isinstance(value, str)]
        high = max([least, height(about, HELP_WIDTH), *(height(text, wide) for text in texts)])
        if high > ROW_HEIGHT:
            sheet.set_row(row, high)

    def _finish(self) -> None:
        """Widths, panes, print area, the colours of the marks, protection."""
        sheet, mark = self.sheet, self.mark_column
        kinds = {field.kind for field in self.declared.fields.values()}
        widest = max(VALUE_WIDTHS.get(kind, AMOUNT_WIDTH) for kind in kinds)
        amounts = [AMOUNT_WIDTH] * (self.values - 1)
        for column, wide in enumerate((34, 10, widest, *amounts, 10, HELP_WIDTH), LABEL_COLUMN):
            sheet.set_column(column, column, wide)
        sheet.freeze_panes(FIRST_FORM_ROW, FIRST_VALUE_COLUMN)
        if self.values > 1 or Kind.LONG_TEXT in kinds:
            sheet.set_landscape()
        last = self.row - 2
        self.addresses.corners[self.declared.name] = (last, mark - 1)
        sheet.print_area(0, LABEL_COLUMN, last, mark + 1)
        bad = self.pen.format(font_color=BAD, bold=True, align="center")
        good = self.pen.format(font_color=GOOD, align="center")
        for words, looks in (("填", bad), ("应", bad), (OK, good)):
            rule = {"type": "text", "criteria": "containing", "value": words, "format": looks}
            sheet.conditional_format(FIRST_FORM_ROW, mark, last, mark, rule)
        self.pen.protect(sheet)


def _mark(
    field: Field, cells: Sequence[str], required: Sequence[int], values: Sequence[Value]
) -> tuple[str, str]:
    """The live mark of a row, as a formula and as it stands now: √, 必填, 应为数字, 不应为负."""
    every = f"{cells[0]}:{cells[-1]}" if len(cells) > 1 else cells[0]
    needed = "+".join(f"ISBLANK({cells[at]})" for at in required)
    filled = f'IF(COUNTA({every})=0,"","{OK}")'
    if needed:
        filled = f'IF({needed}>0,"{REQUIRED}",{filled})'
    if field.kind in NUMBERS:
        if not field.signed:
            filled = f'IF(COUNTIF({every},"<0")>0,"不应为负",{filled})'
        wrong = "应为日期" if field.kind is Kind.DATE else "应为数字"
        filled = f'IF(COUNTA({every})>COUNT({every}),"{wrong}",{filled})'
    # What we write is of the right kind, so only blanks can be wrong in it.
    missing = any(values[at] is None for at in required)
    given = any(value is not None for value in values)
    return f"={filled}", REQUIRED if missing else OK if given else ""
