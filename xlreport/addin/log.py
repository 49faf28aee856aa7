"""Why cells show #VALUE!: a short log in the user's folder, which the button 诊断 shows."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

LINES = 200  # that are kept
_last = ""


def log_file() -> Path:
    """Where the log stands."""
    return Path.home() / ".xlreport" / "xlreport.log"


def note(name: str, error: Exception) -> None:
    """Add a line on what went wrong in a function; not the same one over and over."""
    global _last
    said = " ".join(f"{name}: {type(error).__name__}: {error}".split())[:500]
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
