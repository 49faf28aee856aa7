"""The copy of a report in which each finding is highlighted and commented."""

from pathlib import Path

from xlreport.files import read_bytes
from xlreport.verify.findings import Verification
from xlreport.word_marks import Remark, marked_copy


def write_marked(verification: Verification, path: Path) -> None:
    """Write the copy; a finding without a place of its own is a comment on the first line."""
    remarks = [Remark(*(finding.spot or (0, 0, 0)), finding.message) for finding in verification.findings]
    source = verification.path
    path.write_bytes(marked_copy(read_bytes(source), source.name, remarks))
