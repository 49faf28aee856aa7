"""The functions in cells: what Python adds to what a call costs in Excel anyway."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from timeit import repeat

from tests.benchmarks.board import ENVIRONMENT, Board, run, seconds
from tests.live_cells import live_cells
from xlreport.addin import udfs
from xlreport.addin.udfs import FUNCTIONS
from xlreport.checks.rule import rule_lines
from xlreport.datafile import read_outline, read_sample
from xlreport.report import evaluate

SCALARS = {
    "XR_SHARE": (3824.26, 4753.66),
    "XR_CHANGE": (1342.49, 1274.38),
    "XR_BALANCE": (0.3, 0.1, 0.2),
    "XR_SCORE": (3824.26, 4753.66, 10.0),
    "XR_GRADE": (89.99,),
}
CALLS = 2000
IMPORT = "import xlreport.addin.udfs"
UNWANTED = ("pandas", "xlwings", "openpyxl", "xlsxwriter")


def measure_functions(board: Board, folder: Path) -> None:
    for name, arguments in SCALARS.items():
        call = partial(FUNCTIONS[name].body, *arguments)
        took = min(repeat(call, number=CALLS, repeat=15)) / CALLS * 1e6
        board.line(f"{name}, µs", f"{took:.1f}", took, 10)
    column = [(cell,) for cell in ("80%", "95%", "12月底前") * 100]
    score = partial(FUNCTIONS["XR_SCORE"].body, tuple(column), (("90%",),) * 300, 10.0, "≥")
    took = min(repeat(score, number=10, repeat=15)) / 10 / len(column) * 1e6
    board.line(f"XR_SCORE in a column, µs for each of {len(column)} indicators", f"{took:.1f}", took, 15)
    record = replace(read_sample(), template=read_outline("A"))
    cells = live_cells(evaluate(record), folder / "live.xlsm")
    rules = tuple((line.id,) for line in rule_lines())
    took = uncached(lambda: FUNCTIONS["XR_CHECK"](rules, None, *cells.inputs)) / len(rules) * 1e6
    board.line(f"XR_CHECK, nothing read before, µs for each of {len(rules)} rules", f"{took:.1f}", took, 60)
    lines = tuple((line.style, line.text) for line in record.template)
    took = uncached(lambda: FUNCTIONS["XR_TEXTS"](lines, *cells.inputs)) * 1000
    board.line(f"XR_TEXTS, nothing read before, {len(lines)} lines, ms", f"{took:.1f}", took, 15)
    measure_import(board)


def uncached(call: Callable[[], object]) -> float:
    """The median of its seconds when nothing of the sheets is known yet."""

    def forget() -> None:
        for kept in vars(udfs).values():
            if hasattr(kept, "cache_clear") and kept.__module__ == udfs.__name__:
                kept.cache_clear()

    took = []
    for _ in range(31):
        forget()
        took.append(seconds(call))
    return median(took)


def measure_import(board: Board) -> None:
    """What the functions add to the start of Python, before Excel gets its first answer."""
    ours, bare = run(sys.executable, "-c", IMPORT), run(sys.executable, "-c", "pass")
    ours(), bare()
    pairs = [(seconds(ours), seconds(bare)) for _ in range(21)]
    took = (median(a for a, _ in pairs) - median(b for _, b in pairs)) * 1000
    board.line("process: import of the functions over bare Python, ms", f"{took:.0f}", took, 60)
    names = f"{IMPORT}; import sys; print(*sys.modules)"
    listed = subprocess.run(
        [sys.executable, "-c", names], capture_output=True, text=True, check=True, env=ENVIRONMENT
    )
    loaded = [name for name in UNWANTED if name in listed.stdout.split()]
    board.line("modules it loads that others need", " ".join(loaded) or "none", len(loaded), 0)
