"""Functions of figures: what the parameters of a rate or a rule name, and the arguments they get.

A parameter named `final_expenditure` is that field of the record. In a function for `each` record of one
class (a project, a column of 收支情况) a bare `executed` is that record's field. A parameter may also be
called like a rate. Annotated `Decimal | None` it is optional (a blank comes as None, instead of making the
function not applicable); annotated `tuple[…, ...]` it is a whole table column.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from types import NoneType
from typing import Any, get_args, get_origin

from xlreport.model.fields import Field, Place, Section, Value, fields_of, places_of, sections_of
from xlreport.model.inputs import Inputs


@dataclass(frozen=True)
class Parameter:
    """One parameter of a rate or a rule, resolved."""

    name: str
    place: Place | None = None  # a field of the record as a whole
    own: Field | None = None  # a field of the record at hand (`each`)
    optional: bool = False
    column: bool = False  # every row's value at once
    # A parameter with neither place nor field is a rate.

    @property
    def field(self) -> Field | None:
        """The declaration behind it; None for a rate."""
        return self.own or (self.place.field if self.place else None)


def parameters_of(function: Callable[..., Any], each: Any = None) -> tuple[Parameter, ...]:
    """The parameters of a function, from its signature."""
    return tuple(
        parameter(
            name,
            each,
            optional=NoneType in get_args(item.annotation),
            column=get_origin(item.annotation) is tuple,
        )
        for name, item in signature(function).parameters.items()
    )


def parameter(name: str, each: Any = None, *, optional: bool = False, column: bool = False) -> Parameter:
    """The field or rate that `name` means, seen from a record of class `each`."""
    own = next((field for field in fields_of(each) if field.key == name), None) if each else None
    place = None if own else places_of(Inputs).get(name)
    return Parameter(name, place, own, optional, column)


@dataclass(frozen=True)
class Subject:
    """What a function runs over: the whole record, or one column or one table."""

    section: Section | None = None

    @property
    def is_table(self) -> bool:
        return self.section is not None and self.section.table

    def label(self, inputs: Inputs, row: int | None) -> str:
        """How a sentence about it begins: empty, 年初预算： or 项目“…”：."""
        if self.section is None:
            return ""
        if row is None:
            return f"{self.section.label}："
        name = getattr(getattr(inputs, self.section.key)[row], self.section.fields[0].key)
        return f"{self.section.label}“{name}”：" if name else f"{self.section.label}第{row + 1}行："


def subjects(each: Any, of: Sequence[str] = ()) -> tuple[Subject, ...]:
    """The columns and tables made of records of class `each` (of those, the sections named in `of`)."""
    if each is None:
        return (Subject(),)
    found = tuple(Subject(s) for s in sections_of(Inputs) if s.record is each and (not of or s.key in of))
    if len(found) < max(1, len(of)):
        raise TypeError(f"no such sections of {each.__name__}: {of}")
    return found


def argument(parameter: Parameter, inputs: Inputs, rates: Mapping[str, Value]) -> Any:
    """The argument for a parameter that is the same in every row; a blank setting has its default."""
    if parameter.place is None:
        return rates.get(parameter.name)
    section = getattr(inputs, parameter.place.section.key)
    if parameter.column:
        return tuple(getattr(row, parameter.place.field.key) for row in section)
    value = getattr(section, parameter.place.field.key)
    return parameter.place.field.default if value is None else value


def given(parameters: Iterable[Parameter], arguments: Iterable[Any]) -> bool:
    """Whether no argument that the function needs is blank."""
    return all(
        parameter.optional or argument is not None
        for parameter, argument in zip(parameters, arguments, strict=True)
    )
