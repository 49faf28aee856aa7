"""Plain values: what cells hand to a function and take from it, whichever program hosts them.

A cell is a float, a text, a bool or None; a range is a tuple of rows of those. An error cell is its text
(#DIV/0!). What a function cannot use raises `Unsuited`, and the cell then shows #VALUE!.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from xlreport.addin.log import Foreseen
from xlreport.model.fields import Field, Kind
from xlreport.model.values import parse
from xlreport.sheets.oddity import Oddity

Cell = float | str | bool | None
Rows = tuple[tuple[Any, ...], ...]

# Excel hands an error over as this number; anything else that it calls a number is a float.
_EXCEL_ERRORS = {
    -2146826288: Oddity.NULL,
    -2146826281: Oddity.DIVISION,
    -2146826273: Oddity.VALUE,
    -2146826265: Oddity.REFERENCE,
    -2146826259: Oddity.NAME,
    -2146826252: Oddity.NUMBER,
    -2146826246: Oddity.NOT_AVAILABLE,
    -2146826245: Oddity.LOADING,
}
_ANY_EXCEL_ERROR = range(-2146826300, -2146826200)  # newer ones: #SPILL!, #CALC!
LINE = Field("内容", kind=Kind.LONG_TEXT)  # as which the reader takes a text
ERRORS = {str(odd) for odd in Oddity if odd.is_error}
_MOST = 1e15  # what a double still holds exactly to one


class Unsuited(Foreseen):
    """An argument of the wrong type or shape; a Chinese sentence says what belongs there."""


def from_excel(value: Any) -> Any:
    """An argument as Excel gives it, as a plain value."""
    if type(value) is tuple:
        cells = rows(value)
        if not any(int in map(type, row) for row in cells):
            return cells
        return tuple(tuple(map(_without_code, row)) for row in cells)
    return _without_code(value)


def _without_code(cell: Any) -> Any:
    if type(cell) is not int:
        return cell
    if cell in _ANY_EXCEL_ERROR:
        return str(_EXCEL_ERRORS.get(cell, Oddity.VALUE))
    return float(cell)


def single(value: Any) -> Cell:
    """The one value of an argument. Raises Unsuited for an error, and for a range of several cells."""
    if type(value) is tuple:
        cells = rows(value)
        if len(cells) != 1 or len(cells[0]) != 1:
            raise Unsuited("这里应是一个单元格，不是区域")
        value = cells[0][0]
    if type(value) is str and value in ERRORS:
        raise Unsuited(f"参数是错误值 {value}，请更正它的公式")
    return None if value == "" else value


def number(value: Any) -> Decimal | None:
    """The number of an argument, exact to 分; None for a blank. Raises Unsuited for a text or an error."""
    if type(value) is float and -_MOST <= value <= _MOST:  # nearly every argument
        return Decimal(f"{value:.6f}")
    value = single(value)
    if value is None:
        return None
    if type(value) is not float and type(value) is not int:
        raise Unsuited("这里应是数字，不是文字或逻辑值")
    try:
        exact = Decimal(f"{value:.6f}") if type(value) is float else Decimal(value)
    except InvalidOperation as error:  # inf, nan
        raise Unsuited("这里应是有限的数") from error
    if not exact.is_finite() or abs(exact) > _MOST:
        raise Unsuited("数字过大，请核对")
    return exact


def numbers(value: Any) -> list[Decimal | None]:
    """The numbers of a cell or a range, row by row."""
    return [number(cell) for row in rows(value) for cell in row]


def rows(value: Any) -> Rows:
    """A cell or a range as rows. Raises Unsuited for what is neither.

    Excel gives an array constant of one row, {1,2,3}, in one dimension.
    """
    if type(value) is not tuple:
        return ((value,),)
    cells: Rows = (value,) if value and type(value[0]) is not tuple else value
    widths = {len(row) if type(row) is tuple else 0 for row in cells}
    if len(widths) != 1 or 0 in widths:
        raise Unsuited("这里应是整齐的区域")
    return cells


def column(value: Any) -> list[Any]:
    """The cells of a column, or of one cell. Raises Unsuited for a range of several columns."""
    cells = rows(value)
    if any(len(row) != 1 or type(row[0]) is tuple for row in cells):
        raise Unsuited("这里应是一列，不是多列")
    return [row[0] for row in cells]


def columns(value: Any, most: int) -> list[list[Any]]:
    """The cells of so many columns side by side; those that the range does not have are blank.

    Raises Unsuited for a range of more columns.
    """
    cells = rows(value)
    if any(len(row) > most or type(row[0]) is tuple for row in cells):
        raise Unsuited(f"这里最多 {most} 列")
    filled = [(*row, *[None] * (most - len(row))) for row in cells]
    return [[row[at] for row in filled] for at in range(most)]


def texts(value: Any) -> list[str]:
    """The texts of a column; a blank is an empty one. Raises Unsuited for anything but text."""
    cells = ["" if cell is None else cell for cell in column(value)]
    if not all(type(cell) is str for cell in cells) or ERRORS.intersection(cells):
        raise Unsuited("这里应是文字，不是数字或错误值")
    return cells


def read_text(cell: Any) -> str | None:
    """The text of a cell as the reader takes it; what that calls wrong is none, and no error is."""
    text = parse(cell, LINE)
    return text if isinstance(text, str) and text not in ERRORS else None


def as_column(values: Sequence[Any]) -> Rows:
    """Values as the rows of one column."""
    return tuple((value,) for value in values)


def shown(rate: Decimal | str) -> float | str:
    """A figure or the sign instead of it, as a cell takes it."""
    return float(rate) if isinstance(rate, Decimal) else rate
