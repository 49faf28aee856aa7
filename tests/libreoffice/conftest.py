"""One LibreOffice for all tests that talk to it."""

from collections.abc import Iterator

import pytest

from tests.conftest import unavailable
from xlreport.errors import Unusable
from xlreport.libreoffice.office import Office, find_uno


@pytest.fixture(scope="session")
def office(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A running LibreOffice without windows; where CI=true it has to be there."""
    try:
        find_uno()
    except Unusable as error:
        unavailable(str(error))
    with Office(soffice) as running:
        yield running
