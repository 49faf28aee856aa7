"""The word lists of workbook/wording, read once when first wanted."""

import tomllib
from functools import cache
from typing import Any

from xlreport.assets import asset


@cache
def word_list(name: str) -> dict[str, Any]:
    """What a list holds: `word_list("typos")["words"]`."""
    return tomllib.loads(asset(f"wording/{name}.toml").read_text("utf-8"))
