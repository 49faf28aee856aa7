"""Where the files of workbook/ and macros/ lie: beside the package in a checkout, inside it when installed."""

import re
from pathlib import Path

_HERE = Path(__file__).parent
# An installed package carries them itself; in a checkout they stand at the top, where people look.
_TOP = _HERE if (_HERE / "workbook").is_dir() else _HERE.parent
FOLDER = _TOP / "workbook"
MACROS = _TOP / "macros"


def asset(name: str) -> Path:
    """The path of a file that comes with the program: `asset("outlines/A.toml")`."""
    return FOLDER / name


def names_in(folder: str) -> list[str]:
    """The names of what comes with the program in a folder: outlines, scoring, papers."""
    return sorted(path.stem for path in (FOLDER / folder).glob("*.toml"))


def version() -> str:
    """The version of the installed program."""
    from importlib import metadata  # which loads the modules of mail and of the network

    return metadata.version("xlreport")


def pinned_xlwings() -> str:
    """The version of xlwings that this release wants, exactly that one: the VBA names its DLL."""
    from importlib import metadata

    lines = metadata.requires("xlreport") or ()
    found = (re.match(r"xlwings\s*==\s*([\w.]+)", line) for line in lines)
    return next(match[1] for match in found if match)
