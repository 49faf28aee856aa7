"""Why cells show #VALUE!: a short log in the user's folder, which the button 诊断 shows."""

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Foreseen(ValueError):
    """An error whose text is a Chinese sentence for the user."""


LINES = 200  # that are kept
_last = ""


def log_file() -> "Path":
    """Where the log stands."""
    from pathlib import Path  # takes longer to import than any function to answer, and is seldom wanted

    return Path.home() / ".xlreport" / "xlreport.log"


def note(name: str, error: Exception) -> None:
    """Add a line on what went wrong in a function; not the same one over and over."""
    global _last
    # What was foreseen says in Chinese what to do; of the rest the kind of error helps whoever is asked.
    kind = "" if isinstance(error, Foreseen) else f"{type(error).__name__}："
    said = " ".join(f"{name}：{kind}{error}".split())[:500]
    if said == _last:
        return
    _last = said
    # A log that cannot be written must not cost the cell; RuntimeError: there is no home.
    with suppress(OSError, RuntimeError):
        path = log_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [*last_lines(LINES - 1), f"{datetime.now():%Y-%m-%d %H:%M:%S} {said}"]
        path.write_text("\n".join(lines) + "\n", "utf-8", "replace")


def last_lines(count: int) -> list[str]:
    """The newest lines of the log, oldest first."""
    try:
        return log_file().read_text("utf-8", "replace").splitlines()[-count:]
    except (OSError, RuntimeError):
        return []
