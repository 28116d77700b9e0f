from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.dialog.conftest import migrated  # noqa: F401  (a fixture)
from tests.ledger.office import Office
from tests.ledger.provider import Provider
from tests.store.conftest import cluster  # noqa: F401  (a fixture)


@pytest.fixture
def provider() -> Iterator[Provider]:
    running = Provider()
    yield running
    running.close()


@pytest.fixture
def build(tmp_path: Path, migrated: Path, provider: Provider) -> Iterator[Callable[..., Office]]:  # noqa: F811
    built: list[Office] = []

    def build_office(*, with_account: bool = True, **more: object) -> Office:
        base = tmp_path / f"office{len(built)}"
        (base / "state").mkdir(parents=True)
        shutil.copy(migrated, base / "state" / "smsdialog.db")
        office = Office(base, provider, **more)  # type: ignore[arg-type]
        office.open(with_account=with_account)
        built.append(office)
        return office

    yield build_office
    for office in built:
        office.service.store.close()


@pytest.fixture
def office(build: Callable[..., Office]) -> Office:
    return build()
