"""How a function in cells is declared: its name in Excel, what the function wizard says of it, its arguments."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any

from xlreport.addin.log import note

CATEGORY = "绩效自评"  # in the function wizard
ON_PURPOSE = "〔自检〕"  # an argument of the self-test that must fail; the log is for what nobody wanted
LONGEST_HELP = 255  # characters that the function wizard shows

Body = Callable[..., Any]


@dataclass(frozen=True)
class Argument:
    """One argument of a function in cells."""

    name: str
    help: str
    optional: bool = False
    rest: bool = False  # as many more as one likes, each a cell or a range


@dataclass(frozen=True)
class Function:
    """A function in cells. It gets plain values (a range comes as rows of values) and gives plain values."""

    name: str
    help: str
    arguments: tuple[Argument, ...]
    body: Body

    def __call__(self, *arguments: Any) -> Any:
        """Call it. Whatever it raises goes into the log, for the cell can only show #VALUE!."""
        try:
            return self.body(*arguments)
        except Exception as error:  # of whatever kind: it goes on to the cell
            if ON_PURPOSE not in arguments:
                note(self.name, error)
            raise


FUNCTIONS: dict[str, Function] = {}


def function(help: str, **arguments: str) -> Callable[[Body], Body]:
    """Register the Python function below under its name in capitals; `arguments` are helped one by one.

    Raises TypeError for a text too long for the function wizard, for arguments that are not the function's,
    and for those that VBA cannot have.
    """

    def register(body: Body) -> Body:
        parameters = signature(body).parameters
        if list(parameters) != list(arguments):
            raise TypeError(f"{body.__name__}: the arguments helped are not those of the function")
        too_long = [text for text in (help, *arguments.values()) if not 0 < len(text) <= LONGEST_HELP]
        if too_long:
            raise TypeError(f"{body.__name__}: {too_long[0][:20]}… is too long for the function wizard")
        declared = tuple(
            Argument(
                name,
                arguments[name],
                optional=item.default is not Parameter.empty,
                rest=item.kind is Parameter.VAR_POSITIONAL,
            )
            for name, item in parameters.items()
        )
        kinds = {item.kind for item in parameters.values()}
        if kinds - {Parameter.POSITIONAL_OR_KEYWORD, Parameter.VAR_POSITIONAL}:
            raise TypeError(f"{body.__name__}: VBA passes arguments by position")
        if any(a.optional for a in declared) and any(a.rest for a in declared):
            raise TypeError(f"{body.__name__}: VBA has no ParamArray after optional arguments")
        name = body.__name__.upper()
        FUNCTIONS[name] = Function(name, help, declared, body)
        return body

    return register
