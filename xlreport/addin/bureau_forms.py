"""填表: the bureau's blank forms that lie beside the open workbook, filled into copies of them."""

from collections.abc import Iterator
from pathlib import Path

from xlreport.department import Department
from xlreport.errors import Unusable
from xlreport.files import read_bytes
from xlreport.forms.filling import Outcome
from xlreport.sheets.forms import FilledForm, fill_form

FILLED = "（已填）"  # what we add to the name of a form
_OURS = (FILLED, "（报送）")  # files that are no forms, but made by us
_SUFFIXES = (".xlsx", ".xlsm")
_MOST_LABELS = 5  # that a sentence names


def filled_forms(department: Department, folder: Path, master: str) -> Iterator[tuple[Path, FilledForm]]:
    """The forms of a folder that have something to be filled, each with what came of it.

    Workbooks that are no forms of ours are passed over, and so are what we made and the `master` itself.
    """
    for path in sorted(folder.iterdir()):
        made_by_us = path.name == master or any(word in path.stem for word in _OURS)
        if path.suffix.lower() not in _SUFFIXES or path.name.startswith("~$") or made_by_us:
            continue
        try:
            filled = fill_form(read_bytes(path), path.name, department.report)
        except Unusable:  # another workbook that lies there
            continue
        if any(paper.count(Outcome.FILLED) for paper in filled.papers):
            yield path, filled


def sentence(path: Path, filled: FilledForm) -> str:
    """What came of a form: how many cells were filled, and what somebody has to look at."""
    entries = [entry for paper in filled.papers for entry in paper.entries]
    parts = [f"填写 {sum(entry.outcome is Outcome.FILLED for entry in entries)} 格"]
    for outcome in (Outcome.NO_PLACE, Outcome.DIFFERS):
        labels = [entry.label for entry in entries if entry.outcome is outcome]
        if labels:
            named = "、".join(labels[:_MOST_LABELS]) + ("等" if len(labels) > _MOST_LABELS else "")
            parts.append(f"{outcome.value} {len(labels)} 项（{named}）")
    return f"{path.name}：{'，'.join(parts)}"
