"""One database, SQLite or PostgreSQL, with transactions that mean what they say.

SQLite runs in WAL with `synchronous=FULL` (but for `noting`), foreign keys on and a busy timeout, and writes zeros
over what is deleted. A transaction that may write begins with BEGIN IMMEDIATE, because a plain BEGIN that later
upgrades fails at once when another process writes in between (SQLITE_BUSY_SNAPSHOT,
https://sqlite.org/isolation.html). PostgreSQL gets
time-outs that fit inside a run of the pipe. Trouble with the database is `StoreUnavailable`; a unique
index that says no is `Clash`.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Transaction, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    NoSuchModuleError,
    SQLAlchemyError,
)

from smsdialog import log, pace
from smsdialog.errors import ConfigError, SchemaOutdated, StoreUnavailable
from smsdialog.faults import patience
from smsdialog.store.kept import Kept, identity
from smsdialog.store.schema import REVISION
from smsdialog.store.together import Together
from smsdialog.store.turn import Turn

__all__ = ["Clash", "Connection", "Store", "open_store"]

LOCK_TIMEOUT_SECONDS = patience(30)
CONNECT_TIMEOUT_SECONDS = 10
# To PostgreSQL, of one process and beyond the five that stay open: its mails and its web calls have one each.
MOST_CONNECTIONS = 30
SCHEMA_SECONDS = 2.0
SCRUB_PATIENCE_MILLISECONDS = 1000
# How SQLite begins a transaction, and how far what it writes is to be at its end: on the disk, or on its way there.
WRITING, NOTING, READING = ("IMMEDIATE", "FULL"), ("IMMEDIATE", "NORMAL"), ("DEFERRED", "")
# Pages of its write-ahead log (4096 octets each) after which SQLite puts them in their places: a page that many mails
# have written is so put once.
LOG_PAGES = 4000
# What each connection keeps of the file in memory (KiB): what it kept is of no use any more when another has written.
CACHE_KIB = 256
# How soon PostgreSQL ends the session of a machine that has lost its power or network, and with it its locks: its own
# keepalives take two hours. Milliseconds, seconds, seconds.
_ENDS_OF_THE_LOST = {
    "idle_in_transaction_session_timeout": 60_000,
    "tcp_keepalives_idle": 30,
    "tcp_keepalives_interval": 10,
    "tcp_keepalives_count": 3,
}
# What a commit does by these: one that does not wait for the disk leaves it to others to put pages in their places.
_COMMITS = {
    "FULL": ("PRAGMA synchronous=FULL", f"PRAGMA wal_autocheckpoint={LOG_PAGES}"),
    "NORMAL": ("PRAGMA synchronous=NORMAL", "PRAGMA wal_autocheckpoint=0"),
}
# Where SQLite keeps what a savepoint may have to undo: it is little, and would be a file of its own for each group of
# mails. A whole database that is written anew is another matter.
_UNDO_IN_MEMORY, _UNDO_IN_FILES = "PRAGMA temp_store=MEMORY", "PRAGMA temp_store=FILE"
_EMPTY_LOG = "PRAGMA wal_checkpoint(TRUNCATE)"


class Clash(Exception):
    """A unique index refused a row: somebody else was first."""


class Store:
    """One database; safe to share between threads, to be opened anew after a fork.

    SQLite has one writer at a time: processes take turns (`turn`), and threads go together (`together`).
    """

    def __init__(self, engine: Engine, patience_seconds: float) -> None:
        self.engine = engine
        self._kept = Kept(engine, str(sqlite_path(engine.url) or ""))
        self._schema_is_good_until = 0.0
        path = sqlite_path(engine.url)
        self._turn: Turn | AbstractContextManager[None] = Turn(path.parent) if path else nullcontext()
        self._together = Together(patience_seconds) if path else None

    @property
    def is_file(self) -> bool:
        """Whether it is a file here: a network may lose the answer to a commit, and nobody knows if it was made."""
        return self._together is not None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that may write; committed at the end, or undone by any exception, as are its log lines."""
        with self._writing(WRITING) as tx:
            yield tx

    @contextmanager
    def noting(self) -> Iterator[Connection]:
        """A transaction of which a power cut may take the last moment: SQLite's disk is not waited for.

        Whoever reads next sees it, whatever process dies; and what is waited for later takes it to the disk as well.
        """
        with self._writing(NOTING) as tx:
            yield tx

    @contextmanager
    def _writing(self, mode: tuple[str, str]) -> Iterator[Connection]:
        with log.when_done(), self._translated(), self._shared(mode) as tx:
            yield tx

    def _shared(self, mode: tuple[str, str]) -> AbstractContextManager[Connection]:
        begin = partial(self._alone, mode)
        return self._together.transaction(begin, durable=mode is WRITING) if self._together else begin()

    @contextmanager
    def _alone(self, mode: tuple[str, str]) -> Iterator[Connection]:
        with self._elsewhere(), self._turn, self._kept.lent() as tx, _begun(tx, mode):
            yield tx

    def _elsewhere(self) -> AbstractContextManager[None]:
        """A server works for itself: meanwhile other threads may work here."""
        return nullcontext() if self._together else pace.waiting()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads, over one snapshot."""
        with self._elsewhere(), self._translated(), self._kept.lent() as connection:
            transaction = _begun(connection, READING)
            yield connection
            transaction.rollback()

    def check_schema(self) -> None:
        """Raise SchemaOutdated unless the tables are those of this version; looked at again every few seconds."""
        if time.monotonic() < self._schema_is_good_until:
            return
        found = self.revision()
        if found != REVISION:
            raise SchemaOutdated(
                f"the database has schema {found or 'none'}, wanted is {REVISION}: run 'smsdialog db upgrade'"
            )
        self._schema_is_good_until = time.monotonic() + SCHEMA_SECONDS

    def revision(self) -> str:
        """The Alembic revision of the database, empty when there is none. Reads."""
        path = sqlite_path(self.engine.url)
        if path and not path.exists():
            if not path.parent.is_dir():
                raise StoreUnavailable(f"{path.parent} is not a folder that can be read")
            return ""
        with self._translated(), self.engine.connect() as connection:
            if not sqlalchemy.inspect(connection).has_table("alembic_version"):
                return ""
            return connection.execute(sqlalchemy.text("SELECT version_num FROM alembic_version")).scalar() or ""

    def scrub(self) -> None:
        """Leave nothing of what was deleted in SQLite's write-ahead log, unless somebody reads it just now. Writes."""
        self._outside_transactions(f"PRAGMA busy_timeout={SCRUB_PATIENCE_MILLISECONDS}", _EMPTY_LOG)

    def compact(self) -> None:
        """Write SQLite's file anew, without what was deleted; whoever writes meanwhile waits. Writes."""
        self._outside_transactions(_UNDO_IN_FILES, "VACUUM", _EMPTY_LOG)

    def _outside_transactions(self, *statements: str) -> None:
        if self.engine.dialect.name != "sqlite":
            return
        with self._translated(), self.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            try:
                for statement in statements:
                    raw.execute(statement).fetchall()
            except sqlite3.Error as error:
                raise StoreUnavailable(f"the database did not answer as it should: {error}") from error
            finally:
                raw.execute(f"PRAGMA busy_timeout={int(LOCK_TIMEOUT_SECONDS * 1000)}")

    def close(self) -> None:
        """Give the connections back."""
        self._kept.let_go()
        if isinstance(self._turn, Turn):
            self._turn.close()
        self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        driver = self.engine.dialect.loaded_dbapi  # whose own exceptions come from `prepared`
        try:
            yield
        except (IntegrityError, driver.IntegrityError) as error:
            raise Clash("a unique index refused a row") from error
        except (SQLAlchemyError, driver.Error) as error:
            self._kept.let_go()  # they may have ended with this one, as when a server was restarted
            raise StoreUnavailable(f"the database did not answer as it should: {_words(error)}") from error


def open_store(url: str, timeout_seconds: float | None = None) -> Store:
    """The store at a SQLAlchemy URL; connects at the first use, and waits so long for a lock. Raises ConfigError."""
    seconds = LOCK_TIMEOUT_SECONDS if timeout_seconds is None else timeout_seconds
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        pool = {"max_overflow": MOST_CONNECTIONS} if backend == "postgresql" else {}
        engine = sqlalchemy.create_engine(
            parsed, connect_args=_connect_args(backend, seconds), hide_parameters=True, **pool
        )
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise ConfigError("'database.url' is wrong; expected sqlite:////PATH or postgresql+psycopg://…") from error
    except ImportError as error:
        raise ConfigError(f"'database.url' needs a package that is not installed: {error.name}") from error
    if backend not in ("sqlite", "postgresql"):
        raise ConfigError(f"'database.url' is for {backend}; expected sqlite or postgresql+psycopg")
    if backend == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        if path := sqlite_path(parsed):
            _watch_file(engine, str(path))
    return Store(engine, seconds)


def sqlite_path(url: sqlalchemy.URL) -> Path | None:
    """The file of a SQLite URL; None for a server or for memory."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


def _connect_args(backend: str, seconds: float) -> dict[str, Any]:
    if backend == "sqlite":
        return {"timeout": seconds}
    milliseconds = int(seconds * 1000)
    settings = {"statement_timeout": milliseconds, "lock_timeout": milliseconds, **_ENDS_OF_THE_LOST}
    return {
        "connect_timeout": min(CONNECT_TIMEOUT_SECONDS, max(2, int(seconds))),
        "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
    }


def _words(error: Exception) -> str:
    """What the driver says, on one line; of SQLAlchemy's own errors only the kind, as they quote statements."""
    if isinstance(error, SQLAlchemyError) and not isinstance(error, DBAPIError):
        return type(error).__name__
    return " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())


def _watch_file(engine: Engine, path: str) -> None:
    """Use no connection whose file was moved away or replaced, and make none anew where it is missing.

    A process that stays would go on writing into a file that nobody else sees.
    """

    def is_there(*_: Any) -> None:
        if identity(path) is None:
            raise sqlite3.OperationalError("the database file is missing")

    def remember(_connection: Any, record: Any) -> None:
        record.info["file"] = identity(path)

    def is_the_same(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info.get("file") != identity(path):
            raise DisconnectionError("the database file is another one")

    event.listen(engine, "do_connect", is_there)
    event.listen(engine, "connect", remember)
    event.listen(engine, "checkout", is_the_same)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    settings = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
    for pragma in (*settings, f"wal_autocheckpoint={LOG_PAGES}", f"cache_size=-{CACHE_KIB}"):
        connection.execute(f"PRAGMA {pragma}")


def _begun(connection: Connection, mode: tuple[str, str]) -> Transaction:
    connection.info["begin"] = mode
    return connection.begin()


def _begin_sqlite(connection: Connection) -> None:
    how, synchronous = connection.info.pop("begin", READING)
    cursor = connection.connection.cursor()
    if synchronous and "synchronous" not in connection.info:
        cursor.execute(_UNDO_IN_MEMORY)
    if synchronous and synchronous != connection.info.get("synchronous"):
        for pragma in _COMMITS[synchronous]:
            cursor.execute(pragma)
        connection.info["synchronous"] = synchronous
    cursor.execute(f"BEGIN {how}")
