"""The consistency rules (勾稽关系), a file per input sheet; importing this registers them."""

from xlreport.checks import (
    accounts,
    assets,
    budget,
    papers,
    procurement,
    projects,
    required,
    staffing,
    three_public,
)
from xlreport.checks.rule import RULES

__all__ = [
    "accounts",
    "assets",
    "budget",
    "papers",
    "procurement",
    "projects",
    "required",
    "staffing",
    "three_public",
]

# The groups in the order of the input sheets; within one the order in which its file says them.
GROUPS = "MEBFSPAJT"
RULES.sort(key=lambda item: (GROUPS.index(item.id[0]), item.id))
