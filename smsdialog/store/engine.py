"""One database, SQLite or PostgreSQL, with transactions that mean what they say.

SQLite runs in WAL with `synchronous=FULL`, foreign keys on and a busy timeout; a transaction that may
write begins with BEGIN IMMEDIATE, because a plain BEGIN that later upgrades fails at once when another
process writes in between (SQLITE_BUSY_SNAPSHOT, https://sqlite.org/isolation.html). PostgreSQL gets
time-outs that fit inside a run of the pipe. Trouble with the database is `StoreUnavailable`; a unique
index that says no is `Clash`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from smsdialog.errors import ConfigError, SchemaOutdated, StoreUnavailable
from smsdialog.faults import patience
from smsdialog.store.schema import REVISION

__all__ = ["Clash", "Connection", "Store", "open_store"]

LOCK_TIMEOUT_SECONDS = patience(30)
CONNECT_TIMEOUT_SECONDS = 10


class Clash(Exception):
    """A unique index refused a row: somebody else was first."""


class Store:
    """One database; safe to share between threads, to be opened anew after a fork."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing = engine.execution_options(sqlite_begin="IMMEDIATE")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that may write; committed at the end, rolled back by any exception."""
        with _translated(), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads, over one snapshot."""
        with _translated(), self.engine.connect() as connection:
            yield connection

    def check_schema(self) -> None:
        """Raise SchemaOutdated unless the tables are those of this version."""
        found = self.revision()
        if found != REVISION:
            raise SchemaOutdated(
                f"the database has schema {found or 'none'}, wanted is {REVISION}: run 'smsdialog db upgrade'"
            )

    def revision(self) -> str:
        """The Alembic revision of the database, empty when there is none. Reads."""
        path = sqlite_path(self.engine.url)
        if path and not path.exists():
            if not path.parent.is_dir():
                raise StoreUnavailable(f"{path.parent} is not a folder that can be read")
            return ""
        with _translated(), self.engine.connect() as connection:
            if not sqlalchemy.inspect(connection).has_table("alembic_version"):
                return ""
            return connection.execute(sqlalchemy.text("SELECT version_num FROM alembic_version")).scalar() or ""

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def open_store(url: str) -> Store:
    """The store at a SQLAlchemy URL; connects at the first use. Raises ConfigError."""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        engine = sqlalchemy.create_engine(parsed, connect_args=_connect_args(backend), hide_parameters=True)
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise ConfigError("'database.url' is wrong; expected sqlite:////PATH or postgresql+psycopg://…") from error
    except ImportError as error:
        raise ConfigError(f"'database.url' needs a package that is not installed: {error.name}") from error
    if backend not in ("sqlite", "postgresql"):
        raise ConfigError(f"'database.url' is for {backend}; expected sqlite or postgresql+psycopg")
    if backend == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return Store(engine)


def sqlite_path(url: sqlalchemy.URL) -> Path | None:
    """The file of a SQLite URL; None for a server or for memory."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


def _connect_args(backend: str) -> dict[str, Any]:
    if backend == "sqlite":
        return {"timeout": LOCK_TIMEOUT_SECONDS}
    milliseconds = int(LOCK_TIMEOUT_SECONDS * 1000)
    return {
        "connect_timeout": CONNECT_TIMEOUT_SECONDS,
        "options": f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}",
    }


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise Clash("a unique index refused a row") from error
    except DBAPIError as error:
        raise StoreUnavailable(f"the database did not answer as it should: {error.orig}") from error
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"the database did not answer as it should: {type(error).__name__}") from error
