from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.dialog.conftest import migrated  # noqa: F401  (a fixture)
from tests.ledger.conftest import build, office, provider  # noqa: F401  (fixtures)
from tests.ledger.office import Office
from tests.server.resident import Resident


@pytest.fixture
def serve(office: Office) -> Iterator[Callable[..., Resident]]:  # noqa: F811
    """Starts a resident with settings of the test's own."""
    started: list[Resident] = []

    def start(environment: dict[str, str] | None = None, **settings: object) -> Resident:
        resident = Resident(office, **settings)
        started.append(resident)
        resident.start(environment)
        return resident

    yield start
    for resident in started:
        resident.stop()


@pytest.fixture
def resident(serve: Callable[..., Resident]) -> Resident:
    return serve()
