"""Where the files of workbook/ lie: beside the package in a checkout, inside it when installed."""

from importlib.metadata import version as _version
from pathlib import Path

_HERE = Path(__file__).parent
# An installed package carries workbook/ itself; in a checkout it stands at the top, where people look.
FOLDER = _HERE / "workbook" if (_HERE / "workbook").is_dir() else _HERE.parent / "workbook"


def asset(name: str) -> Path:
    """The path of a file that comes with the program: `asset("outlines/A.toml")`."""
    return FOLDER / name


def outline_names() -> list[str]:
    """The outlines that come with the program."""
    return sorted(path.stem for path in (FOLDER / "outlines").glob("*.toml"))


def version() -> str:
    """The version of the installed program."""
    return _version("xlreport")
