"""The buttons as macros/ribbon.xml declares them, for whoever lists them or shows them elsewhere."""

import re
from typing import NamedTuple
from xml.etree import ElementTree

from xlreport.assets import MACROS

_NAMESPACE = "{http://schemas.microsoft.com/office/2009/07/customui}"


class Button(NamedTuple):
    """One button: what stands on it, the action of `addin.ribbon` that it runs, and what the tip says."""

    label: str
    action: str
    help: str


def buttons() -> list[Button]:
    """The buttons from left to right."""
    return [
        Button(item.attrib["label"], _action(item.attrib["onAction"]), item.attrib["supertip"])
        for item in ElementTree.parse(MACROS / "ribbon.xml").iter(f"{_NAMESPACE}button")
    ]


def _action(callback: str) -> str:
    """XrRunChecks → run_checks."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", callback.removeprefix("Xr")).lower()
