"""A copy of SQLite's file, made while others write, and put in its place again.

The copy is of one moment: a read transaction stays open over all steps of SQLite's backup
(https://sqlite.org/backup.html), so in WAL nobody waits for it, and nobody makes it begin anew.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from smsdialog.errors import BackupRefused, StoreUnavailable
from smsdialog.ownership import adopt
from smsdialog.store.engine import Store, open_store
from smsdialog.store.progress import Progress

# 16 MB with SQLite's usual pages: often enough to show how far it is.
PAGES_A_STEP = 4096
# SQLite's file, and what it leaves beside it. A log that stays when the file goes would be played into the next file.
NAMES = ("", "-wal", "-shm", "-journal")


class SqliteCopy:
    """Copies of one store's file."""

    kind = "sqlite"

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def place(self) -> Path | None:
        """The folder that a copy has to be in before it is put in its place."""
        return self._path.parent

    def save(self, to: Path, progress: Progress) -> str:
        """Write the copy to a new file and check it; returns its schema. Raises StoreUnavailable. Writes `to`."""
        try:
            with _opened(self._path) as source, _opened(to) as copy:
                source.execute("BEGIN")
                source.execute("SELECT count(*) FROM sqlite_master").fetchall()  # the moment begins with a read
                source.backup(copy, pages=PAGES_A_STEP, progress=lambda _, left, all_: progress(all_ - left, all_))
        except sqlite3.Error as error:
            raise StoreUnavailable(f"the database cannot be copied: {error}") from error
        return self.check(to)

    def check(self, copy: Path) -> str:
        """Read a copy from end to end; returns its schema. Raises BackupRefused where it is damaged. Reads."""
        try:
            with _opened(copy) as connection:
                found = [row[0] for row in connection.execute("PRAGMA integrity_check(10)")]
                orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
                (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except (sqlite3.Error, TypeError) as error:
            raise BackupRefused(f"the copy is no database of ours: {error}") from error
        if found != ["ok"] or orphans:
            raise BackupRefused(
                f"the copy is damaged: {found[0] if found != ['ok'] else 'rows name what is not there'}"
            )
        return str(revision)

    def opened(self, copy: Path) -> Store | None:
        """The copy as a store, to look into it."""
        return open_store(f"sqlite:///{copy}")

    def occupied(self) -> str:
        """What is in the place where a copy would go, in words; empty when the place is free. Reads."""
        return next((f"{path} is there already" for path in self._there()), "")

    def put_aside(self, mark: str) -> list[Path]:
        """Move what is in the place to names that end in `mark`, beside it; returns them. Writes."""
        moved = []
        for path in self._there():
            end = path.name.removeprefix(self._path.name)
            moved.append(path.rename(f"{self._path}.{mark}{end}"))
        return moved

    def load(self, copy: Path) -> None:
        """Put a copy in the place, which must be free; the copy is used up. Raises BackupRefused. Writes."""
        with copy.open("rb+") as file:
            adopt(file.fileno(), self._path.parent, shared_mode=0o660)
            os.fsync(file.fileno())
        try:
            os.link(copy, self._path)
        except FileExistsError as error:
            raise BackupRefused(f"{self.occupied()}, put there just now") from error

    def _there(self) -> list[Path]:
        return [path for path in (Path(f"{self._path}{end}") for end in NAMES) if path.exists()]


def _opened(path: Path) -> contextlib.closing[sqlite3.Connection]:
    return contextlib.closing(sqlite3.connect(path, isolation_level=None))
