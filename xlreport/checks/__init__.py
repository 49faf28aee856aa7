"""The consistency rules (勾稽关系), a file per input sheet, registered in the order of their ids."""

from xlreport.checks import (  # noqa: F401  (importing a file registers its rules)
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
