"""Each test of the store runs over every database that is here: a fresh SQLite file, a fresh PostgreSQL database."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from smsdialog.store import Store, migrate, open_store
from tests.dialog.conftest import migrated  # noqa: F401  (a fixture)
from tests.e2e.daemons import base_directory
from tests.e2e.postgres import Postgres
from tests.needs import needs

DATABASES = ["sqlite", "postgresql"]


class Cluster:
    """A PostgreSQL with a migrated template; a copy of it is a fresh database."""

    def __init__(self, postgres: Postgres) -> None:
        self._url = postgres.url
        self._count = 0
        self._server = create_engine(self._named("postgres"), isolation_level="AUTOCOMMIT")
        with self._server.connect() as connection:  # nothing here must survive a power cut
            connection.execute(text("ALTER SYSTEM SET fsync = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        store = open_store(postgres.url)
        migrate.upgrade(store)
        store.close()

    def fresh(self, *, template: str = "smsdialog") -> str:
        """The URL of a new database."""
        self._count += 1
        with self._server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE test{self._count} TEMPLATE {template}"))
        return self._named(f"test{self._count}")

    def close(self) -> None:
        self._server.dispose()

    def _named(self, database: str) -> str:
        return self._url.rpartition("/")[0] + "/" + database


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    needs("postgresql")
    if os.geteuid() == 0:
        needs("root")
    with base_directory("postgres") as base:
        postgres = Postgres(base)
        try:
            postgres.start()
            running = Cluster(postgres)
            yield running
            running.close()
        finally:
            postgres.stop()


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without a schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return str(request.getfixturevalue("cluster").fresh(template="template0"))


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path, migrated: Path) -> str:  # noqa: F811
    """A database with this version's schema."""
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copy(migrated, tmp_path / 'smsdialog.db')}"
    return str(request.getfixturevalue("cluster").fresh())


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url)
    yield opened
    opened.close()


def in_processes(script: str, count: int, *arguments: str) -> list[str]:
    """What so many processes print that run a script at the same moment; each must end well."""
    command = [sys.executable, "-c", script, *arguments]
    running = [
        subprocess.Popen([*command, str(number)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for number in range(count)
    ]
    outputs = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0] * count, outputs[0][1]
    return [out for out, _ in outputs]
