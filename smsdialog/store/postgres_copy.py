"""A copy of a PostgreSQL database by its own programs, made while others write, and loaded into an empty one.

pg_dump reads one snapshot and locks out nobody but who changes tables. The password goes to the programs in their
environment, which only the same user and root can see; their arguments everybody can.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy.exc import SQLAlchemyError

from smsdialog.errors import BackupRefused, StoreUnavailable
from smsdialog.store.engine import Store
from smsdialog.store.progress import Progress

LONGEST_COMPLAINT = 300
# Tables that every schema has had: a copy without their rows is none.
ALWAYS_THERE = frozenset({"alembic_version", "keys", "accounts", "dialogs", "mails", "outbound", "inbound"})


class PostgresCopy:
    """Copies of one database, in the custom format of pg_dump."""

    kind = "postgresql"
    place = None

    def __init__(self, store: Store) -> None:
        self._store = store

    def save(self, to: Path, progress: Progress) -> str:
        """Write the copy to a new file and check it; returns its schema. Raises StoreUnavailable. Writes `to`."""
        revision = self._store.revision()
        progress(0, 1)
        self._run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={to}")
        self.check(to)
        progress(1, 1)
        if self._store.revision() != revision:
            raise BackupRefused("the schema was upgraded meanwhile: make the backup again")
        return revision

    def check(self, copy: Path) -> str:
        """See that a copy lists our tables; its schema is not told. Raises BackupRefused. Reads."""
        listed = _output(["pg_restore", "--list", str(copy)], None)
        with_rows = set(re.findall(r" TABLE DATA \S+ (\S+) ", listed))
        if missing := sorted(ALWAYS_THERE - with_rows):
            raise BackupRefused(f"the copy lacks the rows of {', '.join(missing)}")
        return ""

    def opened(self, copy: Path) -> Store | None:
        """None: such a copy cannot be looked into where it lies."""
        del copy
        return None

    def occupied(self) -> str:
        """What is in the place where a copy would go, in words; empty when the place is free. Reads."""
        try:
            names = sqlalchemy.inspect(self._store.engine).get_table_names()
        except SQLAlchemyError as error:
            raise StoreUnavailable(f"the database did not answer as it should: {type(error).__name__}") from error
        return f"the database {self._store.engine.url.database} has tables already" if names else ""

    def put_aside(self, mark: str) -> list[Path]:
        """Refuse: another database is made by who may make databases. Raises BackupRefused."""
        if occupied := self.occupied():
            raise BackupRefused(f"{occupied}: make an empty one with 'createdb', and name it in 'database.url'")
        return []

    def load(self, copy: Path) -> None:
        """Load a copy into the database, which must be empty: all of it or nothing. Raises BackupRefused. Writes."""
        whole = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
        self._run("pg_restore", *whole, str(copy))

    def _run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs on our database."""
        url = self._store.engine.url
        wanted = {**url.translate_connect_args(username="user", database="dbname"), **url.query}
        password = wanted.pop("password", None)
        environment = {**os.environ, "PGPASSWORD": str(password)} if password else None
        return _output([program, f"--dbname={_conninfo(wanted)}", "--no-password", *arguments], environment)


def _conninfo(wanted: Mapping[str, Any]) -> str:
    """How libpq wants a database named; a value may hold anything."""
    from psycopg.conninfo import make_conninfo

    return make_conninfo(**wanted)


def _output(command: Sequence[str], environment: Mapping[str, str] | None) -> str:
    """What a program printed. Raises BackupRefused with the last line that it complained in."""
    try:
        done = subprocess.run(  # noqa: S603 - a list, not a shell
            command, env=environment, capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        missing = "PostgreSQL's own programs are needed (Debian: postgresql-client)"
        raise BackupRefused(f"{command[0]} cannot be run: {error.strerror}; {missing}") from error
    if done.returncode:
        complaint = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise BackupRefused(f"{command[0]} ended with status {done.returncode}: {complaint[:LONGEST_COMPLAINT]}")
    return done.stdout
