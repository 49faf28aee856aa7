"""Functions of figures: what the parameters of a rate or a rule name, and the arguments they get.

A parameter named `final_expenditure` is that field of the record. In a function for `each` record of one
class (a project, a column of 收支情况) a bare `executed` is that record's field. A parameter may also be
called like a rate, or like something derived from the record as a whole (`card`). Annotated
`Decimal | None` it is optional (a blank comes as None, instead of making the function not applicable);
annotated `tuple[…, ...]`, or of a table, it is a whole column.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter, itemgetter
from types import NoneType
from typing import Any, NamedTuple, get_args, get_origin

from xlreport.model.fields import Field, Place, Section, fields_of, places_of, sections_of
from xlreport.model.inputs import Inputs


class Parameter(NamedTuple):
    """One parameter of a rate or a rule, resolved."""

    name: str
    place: Place | None = None  # a field of the record as a whole
    own: Field | None = None  # a field of the record at hand (`each`)
    optional: bool = False
    column: bool = False  # every row's value at once
    derived: bool = False
    # A parameter that is neither derived nor has place or field is a rate.

    @property
    def field(self) -> Field | None:
        """The declaration behind it; None for a rate."""
        return self.own or (self.place.field if self.place else None)


def parameters_of(function: Callable[..., Any], each: Any = None) -> tuple[Parameter, ...]:
    """The parameters of a function, from its signature."""
    hints: dict[str, Any] = function.__annotations__
    return tuple(
        parameter(name, each, optional=NoneType in get_args(hint), column=get_origin(hint) is tuple)
        for name, hint in hints.items()
        if name != "return"
    )


def parameter(
    name: str, each: Any = None, *, optional: bool = False, column: bool | None = None
) -> Parameter:
    """The field or rate that `name` means, seen from a record of class `each`; of a table all of the column."""
    own = next((field for field in fields_of(each) if field.key == name), None) if each else None
    place = None if own else places_of(Inputs).get(name)
    if column is None:
        column = place is not None and place.section.table
    return Parameter(name, place, own, optional, column, name in _DERIVED)


class Derived(NamedTuple):
    """What was made of the record: for functions of all of it, and for those of each project."""

    whole: Any
    each: Sequence[Any]


_DERIVED: dict[str, Callable[[Inputs], Mapping[str, Derived]]] = {}


def derived(*names: str) -> Callable[[Any], Any]:
    """Register a function that makes of a record what parameters of these names get."""

    def register(function: Any) -> Any:
        _DERIVED.update(dict.fromkeys(names, function))
        return function

    return register


class Subject(NamedTuple):
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
        name = getattr(getattr(inputs, self.section.key)[row], self.section.names)
        return f"{self.section.label}【{name}】：" if name else f"{self.section.label}第{row + 1}行："

    def place(self, inputs: Inputs, row: int | None) -> str:
        """The same as the name of a place, of which there is one: with the project that the row belongs to."""
        label = self.label(inputs, row).removesuffix("：")
        record = None if row is None or self.section is None else getattr(inputs, self.section.key)[row]
        owner = getattr(record, "project", None)
        return f"项目【{owner}】{label}" if owner else label


def subjects(each: Any, of: Sequence[str] = ()) -> tuple[Subject, ...]:
    """The columns and tables made of records of class `each` (of those, the sections named in `of`)."""
    if each is None:
        return (Subject(),)
    found = tuple(Subject(s) for s in sections_of(Inputs) if s.record is each and (not of or s.key in of))
    if len(found) < max(1, len(of)):
        raise TypeError(f"no such sections of {each.__name__}: {of}")
    return found


class Tables:
    """The columns of the tables of one record, each taken out of the rows once."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._columns: dict[tuple[str, str], tuple[Any, ...]] = {}
        self._derived: dict[str, Derived] = {}
        self._blanks: dict[tuple[str, str], frozenset[int]] = {}

    def column(self, section: str, key: str) -> tuple[Any, ...]:
        """Every row's value of one field."""
        if (section, key) not in self._columns:
            self._columns[section, key] = tuple(map(attrgetter(key), getattr(self._inputs, section)))
        return self._columns[section, key]

    def derived(self, name: str) -> Derived:
        """What is derived of the record under a name, made once."""
        if name not in self._derived:
            self._derived |= _DERIVED[name](self._inputs)
        return self._derived[name]

    def blanks(self, section: str, key: str) -> frozenset[int]:
        """The rows in which the field is blank."""
        if (section, key) not in self._blanks:
            column = self.column(section, key)
            some = NoneType in set(map(type, column))
            rows = (at for at, value in enumerate(column) if value is None) if some else ()
            self._blanks[section, key] = frozenset(rows)
        return self._blanks[section, key]


# What a function is called with: the arguments of each call, and its row in the table (None in a form).
Calls = tuple[Sequence[tuple[Any, ...]], Sequence[int | None]]
_NO_CALLS: Calls = ((), ())
_ONE_FORM = (None,)


class _RowCalls(Sequence[tuple[Any, ...]]):
    """The arguments of a call per row, out of the columns; zip makes one tuple do for all of them."""

    def __init__(self, columns: Sequence[Sequence[Any]]) -> None:
        self._columns = columns

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return zip(*self._columns, strict=True)

    def __len__(self) -> int:
        return len(self._columns[0])

    def __getitem__(self, at: Any) -> Any:
        return tuple(column[at] for column in self._columns)


class Arguments:
    """Fetches the arguments of one function for one subject; there is no call where a needed one is blank.

    Thousands of rows and dozens of rules pass through here, so what can be looked up once is, and the loops
    are those of zip and attrgetter. (Blanks are told by identity: a Decimal takes long to differ from None.)
    """

    def __init__(self, parameters: Sequence[Parameter], subject: Subject) -> None:
        self._section = subject.section.key if subject.section else ""
        self._table = subject.is_table
        self._parameters = parameters
        self._sources = [_source(item, self._section) for item in parameters]
        self._take_needed = _items([at for at, p in enumerate(parameters) if not p.optional])
        # Most functions take fields of forms only: those come in one call.
        self._of_forms: Callable[[Inputs], tuple[Any, ...]] | None = None
        if not self._table and all(p.field and not p.column and p.field.default is None for p in parameters):
            self._of_forms = _getter(
                [p.place.path if p.place else f"{self._section}.{p.name}" for p in parameters]
            )

    def figures(self, inputs: Inputs, rates: Mapping[str, Any], tables: Tables) -> tuple[Any, ...]:
        """The arguments of the one call of a function of forms, blanks included."""
        if self._of_forms:
            return self._of_forms(inputs)
        return tuple([source(inputs, rates, tables) for source in self._sources])

    def __call__(self, inputs: Inputs, rates: Mapping[str, Any], tables: Tables) -> Calls:
        """The calls for one record; `rates` are the department's, by key."""
        if self._of_forms:
            arguments = self._of_forms(inputs)
        elif self._table:
            return self._row_calls(inputs, rates, tables)
        else:
            arguments = self.figures(inputs, rates, tables)
        needed = self._take_needed(arguments)
        return _NO_CALLS if NoneType in map(type, needed) else ((arguments,), _ONE_FORM)

    def _row_calls(self, inputs: Inputs, rates: Mapping[str, Any], tables: Tables) -> Calls:
        count = len(getattr(inputs, self._section))
        sources: list[Sequence[Any]] = []
        blank: frozenset[int] = frozenset()
        for item, source in zip(self._parameters, self._sources, strict=True):
            if item.own:
                sources.append(tables.column(self._section, item.name))
                if not item.optional:
                    blank |= tables.blanks(self._section, item.name)
                continue
            if item.derived:
                sources.append(tables.derived(item.name).each)
                continue
            value = source(inputs, rates, tables)
            if value is None and not item.optional:
                return _NO_CALLS
            sources.append((value,) * count)
        if len(blank) == count:
            return _NO_CALLS
        if not blank:
            return _RowCalls(sources), range(count)
        rows = [row for row in range(count) if row not in blank]
        return _RowCalls([[column[row] for row in rows] for column in sources]), rows


def _source(item: Parameter, section: str) -> Callable[[Inputs, Mapping[str, Any], Tables], Any]:
    """What fetches a parameter out of a record, its rates and its tables: a value, or all of a column."""
    if item.own:
        own = attrgetter(f"{section}.{item.name}")
        return lambda inputs, rates, tables: own(inputs)
    if item.derived:
        return lambda inputs, rates, tables: tables.derived(item.name).whole
    if item.place is None:
        return lambda inputs, rates, tables: rates.get(item.name)
    key, field = item.place.section.key, item.place.field
    if item.column:
        return lambda inputs, rates, tables: tables.column(key, field.key)
    get = attrgetter(f"{key}.{field.key}")
    return lambda inputs, rates, tables: field.given(get(inputs))


def _getter(paths: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """The values at dotted paths, always as a tuple."""
    get = attrgetter(*paths)
    return get if len(paths) > 1 else lambda record: (get(record),)


def _items(order: Sequence[int]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """The items at those indexes, always as a tuple."""
    if len(order) > 1:
        return itemgetter(*order)
    return (lambda items: (items[order[0]],)) if order else (lambda items: ())
