"""Lint and types, and what the project may not say."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import unavailable
from xlreport.build import with_blocks
from xlreport.cli import main

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "command", [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]], ids=" ".join
)
def test_tool_has_nothing_to_say(command: list[str]) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "-c", "core.quotepath=off", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        unavailable("not a git checkout: which files belong to the project is not known")
    return [ROOT / name for name in listed.stdout.splitlines()]


def test_the_top_level_is_what_was_agreed() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in tracked()}
    agreed = {
        "pyproject.toml",
        "xlreport",
        "workbook",
        "tests",
        "macros",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
    }
    assert {name for name in names if not name.startswith(".")} <= agreed


def test_no_path_of_a_machine_is_written_down() -> None:
    pattern = re.compile(r"""["'( ](/(?:home|root|Users|work|tmp)/|[A-Z]:\\Users)""")
    for path in tracked():
        if path.suffix in {".py", ".toml", ".md", ".bas", ".xml"} or path.name == "run":
            if path.name == Path(__file__).name:
                continue
            assert not pattern.search(path.read_text("utf-8")), path.name


def test_every_asset_goes_into_the_wheel() -> None:
    """pyproject names the files of workbook/ one by one; none may be forgotten."""
    named = set(
        re.findall(r'^"(workbook/[^"]+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    )
    there = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "workbook").rglob("*")
        if path.is_file() and "pictures" not in path.parts and not path.name.startswith((".", "~"))
    }
    assert named == there


def test_readme_lists_the_commands_and_the_rules_as_they_are() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert with_blocks(text, main) == text, "run xlreport build"


def test_ci_calls_the_very_test_line_of_readme() -> None:
    lines = [
        line for line in (ROOT / "README.md").read_text("utf-8").splitlines() if "python -m pytest" in line
    ]
    assert len(lines) == 1
    assert "pip install" in lines[0]
    assert "'python -m pytest' README.md" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_every_picture_of_the_readme_is_there() -> None:
    shown = re.findall(r"!\[[^]]*\]\(([^)]+)\)", (ROOT / "README.md").read_text("utf-8"))
    assert len(shown) >= 10
    assert [path for path in shown if not (ROOT / path).is_file()] == []
