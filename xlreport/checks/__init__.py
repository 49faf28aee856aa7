"""The consistency rules (勾稽关系), a file per input sheet; importing this registers them."""

from importlib import import_module

from xlreport.checks.rule import RULES

SHEETS = (
    "required",
    "staffing",
    "budget",
    "accounts",
    "three_public",
    "procurement",
    "assets",
    "projects",
    "self_evaluation",
    "indicators",
    "base_table",
    "texts",
)
for _name in SHEETS:
    import_module(f"{__name__}.{_name}")

# The groups in the order of the input sheets; within one the order in which its file says them.
GROUPS = "MEBFSPAJTDX"
RULES.sort(key=lambda item: (GROUPS.index(item.id[0]), item.id))
