"""Values on their way between cells of Calc and Python, as xlwings has them in Excel."""

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from numbers import Real
from typing import Any

# What a cell shows for an error, by LibreOffice's code for it; those without a like in Excel are #VALUE!, as
# in the files that LibreOffice writes for Excel.
ERRORS = {
    503: "#NUM!",
    521: "#NULL!",
    523: "#NUM!",  # no convergence
    524: "#REF!",
    525: "#NAME?",
    532: "#DIV/0!",
    32767: "#N/A",
}
OTHER_ERROR = "#VALUE!"


class ErrorText(str):
    """The text of an error cell, which is no text that somebody typed."""


def error_text(code: int) -> ErrorText:
    """The text of an error by LibreOffice's code.

    >>> error_text(532), error_text(502)
    ('#DIV/0!', '#VALUE!')
    """
    return ErrorText(ERRORS.get(code, OTHER_ERROR))


def to_serial(moment: datetime | date, null_date: date) -> float:
    """A date as the number of days that a cell holds; a time zone is cut off, as in Excel.

    >>> to_serial(datetime(2024, 4, 2, 12), date(1899, 12, 30))
    45384.5
    """
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    start = datetime(null_date.year, null_date.month, null_date.day)
    return (moment.replace(tzinfo=None) - start) / timedelta(days=1)


def to_datetime(serial: float, null_date: date) -> datetime | float:
    """The moment that a cell with a date format shows; a number beyond the calendar stays one.

    >>> to_datetime(45384.5, date(1899, 12, 30))
    datetime.datetime(2024, 4, 2, 12, 0)
    >>> to_datetime(1e9, date(1899, 12, 30))
    1000000000.0
    """
    start = datetime(null_date.year, null_date.month, null_date.day)
    try:
        # To the millisecond: a day's fraction in a float is not exact to the microsecond.
        return start + timedelta(milliseconds=round(serial * 86_400_000))
    except OverflowError:
        return serial


def prepare(value: Any) -> str | float | bool | datetime | date:
    """A Python value as a cell takes it; blank is "". Raises TypeError for what no cell can hold.

    >>> prepare(3), prepare(None), prepare(float("nan")), prepare(True), prepare("=1+1")
    (3.0, '', '', True, '=1+1')
    """
    kind = type(value).__name__
    # pandas' two are known by name, so that pandas is loaded only by those who use it.
    if value is None or kind in {"NaTType", "NAType"}:
        return ""
    if isinstance(value, str | bool | date):
        return value
    if kind in {"bool", "bool_"}:  # numpy's
        return bool(value)
    if kind == "datetime64":
        return _from_numpy(value)
    if isinstance(value, Real) or hasattr(value, "__float__"):
        number = float(value)
        return "" if math.isnan(number) else number
    raise TypeError(f"A cell cannot hold a {kind}: {value!r}")


def _from_numpy(value: Any) -> datetime | str:
    moment = value.astype("datetime64[us]").item()
    return moment if isinstance(moment, datetime) else ""  # NaT is None here


def plain(value: Any, null_date: date) -> str | float:
    """A prepared value as UNO takes it: texts and floats only, for truth values are refused."""
    if isinstance(value, date):
        return to_serial(value, null_date)
    if value is None:
        return ""
    # A subclass of str is unknown to UNO.
    return str(value) if isinstance(value, str) else float(value)


def typed_in(value: Any, null_date: date) -> str:
    """A prepared value as one would type it, in English.

    >>> typed_in(True, date(1899, 12, 30)), typed_in(1.5, date(1899, 12, 30))
    ('TRUE', '1.5')
    """
    if isinstance(value, bool):
        return str(value).upper()
    given = plain(value, null_date)
    return given if isinstance(given, str) else repr(given)


def clean(
    rows: Sequence[Sequence[Any]],
    as_date: Callable[..., Any],
    empty: Any,
    as_number: Callable[[float], Any] | None,
    err_to_str: bool,
) -> list[list[Any]]:
    """Rows as they were read → as the options of a range want them."""

    def one(value: Any) -> Any:
        if value is None or value == "":
            return empty
        if isinstance(value, ErrorText):
            return str(value) if err_to_str else None
        if isinstance(value, datetime):
            return value if as_date is datetime else _rebuilt(value, as_date)
        if as_number and isinstance(value, float):
            return as_number(value)
        return value

    return [[one(value) for value in row] for row in rows]


def _rebuilt(moment: datetime, as_date: Callable[..., Any]) -> Any:
    """A moment by a handler of xlwings' option `dates`, which takes the parts by name."""
    return as_date(
        year=moment.year,
        month=moment.month,
        day=moment.day,
        hour=moment.hour,
        minute=moment.minute,
        second=moment.second,
        microsecond=moment.microsecond,
        tzinfo=None,
    )
