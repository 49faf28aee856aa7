"""What several tests need from the machine."""

import os
import shutil

import pytest


@pytest.fixture(scope="session")
def soffice() -> str:
    """LibreOffice; where CI=true it has to be there."""
    return _program("soffice")


@pytest.fixture(scope="session")
def pdftotext() -> str:
    """Poppler's reader of PDF pages; where CI=true it has to be there."""
    return _program("pdftotext")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(f"{name} is not installed")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found
