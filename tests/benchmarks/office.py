"""What the functions in cells cost in LibreOffice: calls per edit, and where a full calculation spends its time.

`python -m tests.benchmarks.office`; needs LibreOffice. The bridge stands in another process here, so every call
crosses a pipe; in an installed extension it does not.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from tests.libreoffice.live import Live, opened
from xlreport.addin.function import FUNCTIONS
from xlreport.addin.workbook import build_live_master
from xlreport.datafile import read_outline, read_sample
from xlreport.libreoffice.office import Office, find_uno
from xlreport.report import evaluate
from xlreport.sheets.layout import cell_name
from xlreport.sheets.master import build_master

RUNS = 7
READ_BY = 3  # functions of the workbook get all input sheets
_AREA = re.compile(r"\$?'?([^;.$']+)'?\.(\$A\$1:\$[A-Z]+\$\d+)")
MOST_PER_EDIT, MOST_IN_ALL = 6, 150


def main() -> bool:
    """Print the figures; whether the goals are met."""
    find_uno()
    sample = evaluate(replace(read_sample(), template=read_outline("A")))
    with TemporaryDirectory() as scratch, Office() as office:
        live_path, native_path = Path(scratch) / "live.xlsm", Path(scratch) / "native.xlsx"
        build_live_master(sample, live_path)
        build_master(sample, native_path)
        with opened(office, live_path) as live:
            counts = calls_per_edit(live)
            in_all = calls_in_all(live)
            with timed_bodies() as spent:
                live_time = seconds(live.document)
            bodies = sum(spent) / RUNS
            transfer = reading(live)
        native = office.open(native_path)
        native_time = seconds(native)
        office.close(native)
    worst = max(counts, key=lambda path: counts[path])
    print(
        f"calls per edited cell: at most {counts[worst]} ({worst}), mean {sum(counts.values()) / len(counts):.2f}, "
        f"over {len(counts)} cells (goal {MOST_PER_EDIT})"
    )
    print(f"calls in a full calculation: {in_all} (goal {MOST_IN_ALL})")
    print(
        f"full calculation, live / native: {live_time / native_time:.1f}"
        f" ({live_time * 1000:.0f} ms / {native_time * 1000:.1f} ms)"
    )
    rest = live_time - bodies - transfer
    print(
        f"  of which Python functions {bodies * 1000:.0f} ms, reading the ranges {transfer * 1000:.0f} ms, "
        f"Basic, pipe and native formulas {rest * 1000:.0f} ms"
    )
    return counts[worst] <= MOST_PER_EDIT and in_all <= MOST_IN_ALL


def calls_per_edit(live: Live) -> dict[str, int]:
    """How many functions are called when a cell is edited: each field of the forms, and of a row of a table."""
    live.document.calculate()
    counts = {}
    places = dict(live.addresses.cells)
    first = live.addresses.rows["projects"][0]  # the same in every table
    tables = ("projects.", "funds.", "indicators.", "criteria.", "bands.")
    places |= {
        key: (tab, first, column)
        for key, (tab, column) in live.addresses.columns.items()
        if key.startswith(tables)
    }
    for path, (tab, row, column) in places.items():
        cell = live.cell(tab, cell_name(row, column))
        live.bridge.calls.clear()
        cell.setValue(cell.getValue() + 1)
        live.document.calculate()
        counts[path] = live.bridge.calls.total()
    return counts


def calls_in_all(live: Live) -> int:
    """How many functions a full calculation calls."""
    live.bridge.calls.clear()
    live.document.calculateAll()
    return int(live.bridge.calls.total())


def seconds(document: Any) -> float:
    """The median time of a full calculation."""
    return median(_took(document.calculateAll) for _ in range(RUNS))


@contextmanager
def timed_bodies() -> Iterator[list[float]]:
    """Note the time that each call of a function takes in Python."""
    spent: list[float] = []
    before = dict(FUNCTIONS)

    def timed(body: Any) -> Any:
        def call(*arguments: Any) -> Any:
            begin = perf_counter()
            try:
                return body(*arguments)
            finally:
                spent.append(perf_counter() - begin)

        return call

    FUNCTIONS.update({name: replace(item, body=timed(item.body)) for name, item in before.items()})
    try:
        yield spent
    finally:
        FUNCTIONS.update(before)


def reading(live: Live) -> float:
    """The time to read the input sheets as often as a full calculation does."""
    from xlreport.libreoffice.bridge import plain

    areas = _AREA.findall(live.cell("检查结果", "B3").getFormula())
    assert len(areas) > 10
    ranges = [live.document.Sheets.getByName(tab).getCellRangeByName(area) for tab, area in areas]
    return READ_BY * median(_took(lambda: [plain(_Argument(cells)) for cells in ranges]) for _ in range(RUNS))


class _Argument:
    """A range as Basic hands it over."""

    def __init__(self, cells: Any) -> None:
        self._cells = cells

    def getCellRange(self) -> Any:
        return self._cells


def _took(action: Any) -> float:
    begin = perf_counter()
    action()
    return perf_counter() - begin


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
