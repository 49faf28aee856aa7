"""How a field is declared, and reading that declaration.

Named tuples where there are many: a dataclass takes longer to make, and each of its values as well.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache, cached_property
from typing import Annotated, Any, NamedTuple, get_args, get_origin

from xlreport.thresholds import thresholds


class Kind(Enum):
    """What a field holds; the value is the default unit."""

    MONEY = "万元"
    COUNT = "个"
    NUMBER = "数值"  # an area, points: its unit is the field's own
    PERCENT = "%"
    YEAR = "年"
    DATE = "日期"
    TEXT = ""
    LONG_TEXT = " "
    CHOICE = "选项"


NUMBERS = frozenset(
    (Kind.MONEY, Kind.COUNT, Kind.NUMBER, Kind.PERCENT, Kind.YEAR, Kind.DATE)
)  # as Excel sees them

# A blank cell is None in every kind: only a rule may decide that a blank is wrong or counts as nothing.
Money = Annotated[Decimal | None, Kind.MONEY]  # 万元, exact to 分 (six decimals)
Count = Annotated[int | None, Kind.COUNT]
Number = Annotated[Decimal | None, Kind.NUMBER]
Percent = Annotated[Decimal | None, Kind.PERCENT]  # a fraction: 9.4% is 0.094
Year = Annotated[int | None, Kind.YEAR]
Date = Annotated[date | None, Kind.DATE]
Text = Annotated[str | None, Kind.TEXT]
LongText = Annotated[str | None, Kind.LONG_TEXT]
Choice = Annotated[str | None, Kind.CHOICE]
Value = Decimal | int | date | str | None

_NOT_IN_NAMES = re.compile(r"\W+")


def chinese_name(label: str) -> str:
    """The label as a name usable in templates: 因公出国（境）费 → 因公出国境费."""
    return _NOT_IN_NAMES.sub("", label)


class Field(NamedTuple):
    """One input, said on one line beside its type; `key` and `kind` are filled in from there."""

    label: str
    unit: str = ""
    required: bool = False
    help: str = ""
    choices: tuple[str, ...] = ()
    default: Value = None  # what a blank means, for settings
    is_threshold: bool = False  # its default stands in workbook/thresholds.toml under its key
    source: str = ""  # where that is from
    prefilled: bool = False  # written by us in every row of a table; a row with nothing else is no row
    signed: bool = False  # negative amounts are legitimate here
    at_home: bool = False  # filled in on 首页, where one chooses
    part: int = 0  # how far the label is indented on the sheet: 其中 …
    key: str = ""
    kind: Kind = Kind.TEXT

    @property
    def name(self) -> str:
        """The field's name in the template language."""
        return chinese_name(self.label)

    def given(self, value: Value) -> Value:
        """The value, or what a blank means."""
        return self.default if value is None else value

    @property
    def shown_unit(self) -> str:
        """The unit printed beside the cell: own unit, else that of the kind, else nothing."""
        if self.unit or self.kind in (Kind.CHOICE, Kind.DATE, Kind.NUMBER):
            return self.unit
        return str(self.kind.value).strip()


@dataclass(frozen=True)
class Section:
    """A group of fields: one column of a form, or (`table`) the rows of a table on its sheet."""

    sheet: str
    label: str
    help: str = ""
    required: tuple[str, ...] = ()  # fields that are required in this column, if not in every one
    named_by: str = ""  # the field that names a row of the table in messages; the first one if not said
    prefix: bool = False  # its fields are spoken of with the section's label: 决算 + 总支出
    key: str = ""
    record: Any = None  # the dataclass of its fields
    table: bool = False

    @property
    def name(self) -> str:
        """The section's name in the template language."""
        return chinese_name(self.label)

    @property
    def names(self) -> str:
        """The key of the field that names a row."""
        return self.named_by or self.fields[0].key

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The fields of its record, in the order of declaration."""
        return tuple(
            field._replace(required=True) if field.key in self.required else field
            for field in fields_of(self.record)
        )


class Place(NamedTuple):
    """A field of the record as a whole: `final.expenditure`, or `projects[2].executed`."""

    section: Section
    field: Field
    row: int | None = None

    @property
    def path(self) -> str:
        """The key by which findings, JSON and data files name it."""
        row = "" if self.row is None else f"[{self.row}]"
        return f"{self.section.key}{row}.{self.field.key}"

    @property
    def label(self) -> str:
        """Section and field as a clerk would say it: 决算总支出, 项目第2行全年执行数."""
        if self.row is not None:
            return f"{self.section.label}第{self.row + 1}行{self.field.label}"
        return f"{self.section.label if self.section.prefix else ''}{self.field.label}"


@cache
def fields_of(record: Any) -> tuple[Field, ...]:
    """The declared fields of a record class."""
    return tuple(_declared(key, hint) for key, hint in record.__annotations__.items())


def _declared(key: str, hint: Any) -> Field:
    kind, declared = get_args(hint)[-2:] if get_origin(hint) is Annotated else (None, None)
    if not isinstance(kind, Kind) or not isinstance(declared, Field):
        raise TypeError(f"{key}: declare it as Annotated[Money, Field('…')]")
    declared = declared._replace(key=key, kind=kind)
    if not declared.is_threshold:
        return declared
    usual = thresholds().named[key]
    return declared._replace(default=usual.value, source=usual.source)


@cache
def sections_of(record: Any) -> tuple[Section, ...]:
    """The declared sections of the record as a whole."""
    found = []
    for key, hint in record.__annotations__.items():
        kind, section = get_args(hint)
        table = get_origin(kind) is tuple
        row = get_args(kind)[0] if table else kind
        found.append(replace(section, key=key, record=row, table=table))
    # Where several columns hold the same record, only the section tells their fields apart.
    shared = Counter(section.record for section in found)
    return tuple(replace(s, prefix=s.prefix or shared[s.record] > 1) for s in found)


@cache
def places_of(record: Any) -> Mapping[str, Place]:
    """Every field by the name that rules and rates call it in their parameters: `final_expenditure`."""
    found: dict[str, Place] = {}
    for section in sections_of(record):
        for field in section.fields:
            name = f"{section.key}_{field.key}"
            if name in found:
                raise TypeError(f"{name} would mean two fields; rename one")
            found[name] = Place(section, field)
    return found


@cache
def blank_values(record: Any) -> dict[str, Value]:
    """The fields of a record, none of them filled in."""
    return dict.fromkeys(field.key for field in fields_of(record))


def blank(record: Any) -> Any:
    """A record with no field filled in."""
    return record(**blank_values(record))


def values_of(inputs: Any) -> Iterator[tuple[Place, Value]]:
    """Every place of the record with its value, table rows included."""
    for section in sections_of(inputs.__class__):
        part = getattr(inputs, section.key)
        rows = enumerate(part) if section.table else [(None, part)]
        for row, record in rows:
            for field in section.fields:
                yield Place(section, field, row), getattr(record, field.key)
