"""How the benchmarks measure and print."""

import os
import subprocess
import time
from collections.abc import Callable
from statistics import median


def seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def ratio(
    ours: Callable[[], object],
    theirs: Callable[[], object],
    runs: int,
    *,
    before: Callable[[], object] = lambda: None,
) -> tuple[float, float, float]:
    """Median seconds of both, and the median of their ratios pair by pair; `before` each something untimed."""
    ours(), theirs()
    pairs = []
    for _ in range(runs):
        before()
        took = seconds(ours)
        before()
        pairs.append((took, seconds(theirs)))
    return median(a for a, _ in pairs), median(b for _, b in pairs), median(a / b for a, b in pairs)


# An installed program has its bytecode beside it, as the libraries that it is compared with have.
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def run(*arguments: str) -> Callable[[], object]:
    """A whole process; `check` ends with 1 where there are findings, and nothing may end with a traceback."""

    def action() -> None:
        done = subprocess.run(arguments, capture_output=True, check=False, env=ENVIRONMENT)
        if done.returncode > 1 or b"Traceback" in done.stderr:
            raise RuntimeError(done.stderr.decode())

    return action


class Board:
    """Prints each figure beside its goal."""

    missed = False

    def line(self, what: str, shown: str, value: float, goal: float) -> None:
        held = value <= goal
        self.missed |= not held
        print(f"{'ok    ' if held else 'MISSED'} {what:<58} {shown:>26}   goal ≤ {goal:g}")
