"""The stage of a dialog test. `anna` has an account on the key "Firma" and is known by nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from smsdialog.dialog.service import Service
from smsdialog.store import migrate, open_store
from tests.dialog.stage import Administrator, Clock, Customer, Employee, Network, PostOffice, Stage


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that all migrations have run on; a copy of it is a fresh one."""
    path = tmp_path_factory.mktemp("migrated") / "smsdialog.db"
    store = open_store(f"sqlite:///{path}")
    migrate.upgrade(store)
    store.close()
    return path


@pytest.fixture
def build(tmp_path: Path, migrated: Path) -> Iterator[Callable[..., Stage]]:
    """Builds stages with a configuration of the test's own: `top` of the file, and `tables`."""
    built: list[Stage] = []

    def make_database(service: Service) -> None:
        shutil.copy(migrated, Path(service.config.state_dir, "smsdialog.db"))

    def build_stage(*, top: str = "", tables: str = "") -> Stage:
        folder = tmp_path / f"stage{len(built)}"
        folder.mkdir()
        built.append(Stage(folder, make_database, top=top, tables=tables))
        return built[-1]

    yield build_stage
    for stage in built:
        stage.close()


@pytest.fixture
def stage(build: Callable[..., Stage]) -> Stage:
    return build()


@pytest.fixture
def anna(stage: Stage) -> Employee:
    stage.administrator.opens_account(stage.anna)
    return stage.anna


@pytest.fixture
def customer(stage: Stage) -> Customer:
    return stage.customer


@pytest.fixture
def administrator(stage: Stage) -> Administrator:
    return stage.administrator


@pytest.fixture
def key(stage: Stage) -> str:
    """The secret of the key "Firma"."""
    return stage.key


@pytest.fixture
def network(stage: Stage) -> Network:
    return stage.network


@pytest.fixture
def post(stage: Stage) -> PostOffice:
    return stage.post


@pytest.fixture
def clock(stage: Stage) -> Clock:
    return stage.clock
