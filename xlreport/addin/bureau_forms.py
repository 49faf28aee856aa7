"""填表: the bureau's blank forms that lie beside the open workbook, filled into copies of them."""

from collections.abc import Iterator
from pathlib import Path

from xlreport.department import Department
from xlreport.errors import Unusable
from xlreport.files import read_bytes
from xlreport.forms.filling import Filled, Outcome
from xlreport.sheets.forms import FilledForm, NoForm, fill_form
from xlreport.verify.choice import MARKED

FILLED = "（已填）"  # what we add to the name of a form
_OURS = (FILLED, MARKED, "（报送）")  # files that are no forms, but made by us
_SUFFIXES = (".xlsx", ".xlsm")
_MOST_LABELS = 5  # that a sentence names


def filled_forms(
    department: Department, folder: Path, master: str
) -> Iterator[tuple[Path, FilledForm | Unusable]]:
    """The forms of a folder, each filled, or with the reason why it cannot be.

    Workbooks that are no forms are passed over, and so are what we made, what is filled already and the
    `master` itself. Raises Unusable when the record lacks its year.
    """
    for path in sorted(folder.iterdir()):
        made_by_us = path.name == master or any(word in path.stem for word in _OURS)
        if path.suffix.lower() not in _SUFFIXES or path.name.startswith("~$") or made_by_us:
            continue
        try:
            filled = fill_form(read_bytes(path), path.name, department.report)
        except NoForm:
            continue
        except Unusable as error:
            if department.report.inputs.unit.year is None:
                raise
            yield path, error
        else:
            if any(_is_open(paper) for paper in filled.papers):
                yield path, filled


def _is_open(paper: Filled) -> bool:
    """Whether something was filled, or nothing could be: then somebody has to hear why."""
    return bool(paper.refused or paper.count(Outcome.FILLED) or not paper.count(Outcome.SAME))


def sentence(path: Path, filled: FilledForm) -> str:
    """What came of a form: how many cells were filled, and what somebody has to look at."""
    entries = [entry for paper in filled.papers for entry in paper.entries]
    parts = [f"填写 {sum(entry.outcome is Outcome.FILLED for entry in entries)} 格"]
    for outcome in (Outcome.NO_PLACE, Outcome.DIFFERS):
        left = [entry for entry in entries if entry.outcome is outcome]
        labels = [f"{entry.label}：{entry.why}" if entry.why else entry.label for entry in left]
        if labels:
            named = "、".join(labels[:_MOST_LABELS]) + ("等" if len(labels) > _MOST_LABELS else "")
            parts.append(f"{outcome.value} {len(labels)} 项（{named}）")
    parts += [note for paper in filled.papers for note in paper.notes]
    parts += [
        f"{entry.cell}{entry.why}" for entry in entries if entry.outcome is Outcome.FILLED and entry.why
    ]
    parts += [f"{paper.paper}没有填：{paper.refused}" for paper in filled.papers if paper.refused]
    return f"{path.name}：{'，'.join(parts)}"
