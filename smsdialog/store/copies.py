"""Whole copies of the database, as its kind makes them."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from smsdialog.errors import BackupRefused
from smsdialog.store.engine import Store, sqlite_path
from smsdialog.store.progress import Progress

# How the new name of what was put aside goes on, before the time.
BEFORE = "before-"


class Copies(Protocol):
    """How one kind of database is copied, and a copy put in its place; `kind` names it."""

    kind: str

    @property
    def place(self) -> Path | None:
        """The folder that a copy has to be in before it is put in its place; None where any will do."""

    def save(self, to: Path, progress: Progress) -> str:
        """Write a copy of one moment to a new file and check it; returns its schema."""

    def check(self, copy: Path) -> str:
        """Raise BackupRefused unless the copy is whole; returns its schema, where it tells."""

    def opened(self, copy: Path) -> Store | None:
        """The copy as a store, where that can be had."""

    def occupied(self) -> str:
        """What is in the place where a copy would go, in words."""

    def put_aside(self, mark: str) -> list[Path]:
        """Make the place free, and lose nothing; returns the new names, which have the mark."""

    def load(self, copy: Path) -> None:
        """Put a copy in the place."""


def copies_of(store: Store) -> Copies:
    """How this store is copied. Raises BackupRefused for one that lives in memory."""
    if store.engine.dialect.name == "postgresql":
        from smsdialog.store.postgres_copy import PostgresCopy

        return PostgresCopy(store)
    path = sqlite_path(store.engine.url)
    if path is None:
        raise BackupRefused("a database in memory cannot be kept")
    from smsdialog.store.sqlite_copy import SqliteCopy

    return SqliteCopy(path)
