"""Speed and memory, as ratios measured side by side in one run; ends with status 1 where a goal is missed.

Each pair runs in turn, A B A B …; the ratio printed is the median of the pairs, so that a busy machine
slows both sides alike.
"""

import io
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from python_calamine import CalamineWorkbook

from tests.benchmarks.board import Board, ratio, run, seconds
from tests.benchmarks.data import with_projects
from tests.benchmarks.functions import measure_functions
from tests.benchmarks.papers import measure_papers
from tests.benchmarks.rules import measure_rules
from xlreport.department import open_department, word_report
from xlreport.report import evaluate
from xlreport.sheets.master import build_master
from xlreport.sheets.reader import read_workbook

# Not ru_maxrss: a child's begins with what its parent had in memory.
PEAK = "print(next(int(line.split()[1]) for line in open('/proc/self/status') if 'VmHWM' in line) // 1024)"


def main() -> int:
    board = Board()
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        files = {}
        for count in (4, 50, 5000):
            inputs = with_projects(count)
            files[count] = folder / f"{count}.xlsx"
            took = seconds(lambda i=inputs, p=files[count]: build_master(evaluate(i), p))  # type: ignore[misc]
            if count == 50:
                board.line("build the master, 50 projects, s", f"{took:.3f}", took, 1)
        command = str(Path(sys.executable).with_name("xlreport"))
        openpyxl = f"import openpyxl; openpyxl.load_workbook({str(files[4])!r})"
        ours, theirs, share = ratio(
            run(command, "check", str(files[4])), run(sys.executable, "-c", openpyxl), 11
        )
        shown = f"{ours * 1000:.0f} / {theirs * 1000:.0f} ms = {share:.2f}"
        board.line("process: xlreport check / openpyxl.load_workbook", shown, share, 0.6)
        for count, runs in ((50, 61), (5000, 15)):
            path, data = files[count], files[count].read_bytes()
            ours, theirs, share = ratio(
                lambda p=path: evaluate(read_workbook(p).inputs),  # type: ignore[misc]
                lambda d=data: bare(d),  # type: ignore[misc]
                runs,
            )
            shown = f"{ours * 1000:.1f} / {theirs * 1000:.1f} ms = {share:.2f}"
            board.line(f"guard + read + evaluate / bare calamine, {count} projects", shown, share, 1.8)
        code = (
            "from pathlib import Path; from xlreport.sheets.reader import read_workbook;"
            f"from xlreport.report import evaluate; evaluate(read_workbook(Path({str(files[5000])!r})).inputs);"
        )
        peak = int(
            subprocess.run([sys.executable, "-c", code + PEAK], capture_output=True, check=True).stdout
        )
        board.line("peak memory, read and evaluate 5,000 projects, MiB", str(peak), peak, 120)
        took = min(seconds(run(command, "demo", str(folder / f"demo{n}"))) for n in range(3))
        board.line("process: xlreport demo, s", f"{took:.2f}", took, 3)
        department = open_department(files[4])
        report = folder / "report.docx"
        took = median(seconds(lambda: word_report(department).write(report)) for _ in range(5))
        board.line("Word report in process, s", f"{took:.3f}", took, 0.3)
        measure_papers(board, folder)
        measure_rules(board, folder)
        measure_functions(board, folder)
    return int(board.missed)


def bare(data: bytes) -> list[object]:
    """What a program would do that trusts every file: all sheets, all values."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


if __name__ == "__main__":
    sys.exit(main())
