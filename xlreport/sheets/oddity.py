"""Why a cell must not be believed."""

from enum import StrEnum


class Oddity(StrEnum):
    """Why a cell must not be taken for what calamine shows; an error is its text."""

    PERCENT = "%"
    UNCALCULATED = "="
    NULL = "#NULL!"
    DIVISION = "#DIV/0!"
    VALUE = "#VALUE!"
    REFERENCE = "#REF!"
    NAME = "#NAME?"
    NUMBER = "#NUM!"
    NOT_AVAILABLE = "#N/A"
    LOADING = "#GETTING_DATA"

    @property
    def is_error(self) -> bool:
        return self.startswith("#")
