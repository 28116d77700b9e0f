"""Whole copies of a database: checked, put only where nothing is, and no password where others may read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from smsdialog.errors import BackupRefused
from smsdialog.store import Store, open_store
from smsdialog.store.copies import copies_of
from smsdialog.store.schema import REVISION

SPY = """#!/bin/sh
echo "$@" >> {folder}/arguments
echo "$PGPASSWORD" >> {folder}/password
[ ! -e {folder}/complaint ] || {{ cat {folder}/complaint >&2; exit 1; }}
"""


def ignored(done: int, whole: int) -> None:
    """Nobody looks how far it is."""


@pytest.fixture
def spy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """PostgreSQL's programs, which note how they are called."""
    for name in ("pg_dump", "pg_restore"):
        (tmp_path / name).write_text(SPY.format(folder=tmp_path))
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def test_a_copy_is_whole_and_goes_only_where_nothing_is(store: Store, tmp_path: Path) -> None:
    copies = copies_of(store)
    assert copies.save(tmp_path / "copy", ignored) == REVISION
    copies.check(tmp_path / "copy")
    assert "already" in copies.occupied()
    with pytest.raises(BackupRefused):
        copies.load(tmp_path / "copy")
    store.check_schema()


def test_what_is_no_copy_is_refused(store: Store, tmp_path: Path) -> None:
    (tmp_path / "copy").write_bytes(b"no copy" * 1000)
    with pytest.raises(BackupRefused):
        copies_of(store).check(tmp_path / "copy")


def test_a_password_is_in_no_argument(spy: Path) -> None:
    store = open_store("postgresql+psycopg://smsdialog:hemmeligt@db.firma.example:5433/sms?sslmode=require")
    copies_of(store).load(spy / "copy")
    said = (spy / "arguments").read_text()
    assert "hemmeligt" not in said
    assert all(part in said for part in ("host=db.firma.example", "port=5433", "dbname=sms", "sslmode=require"))
    assert (spy / "password").read_text() == "hemmeligt\n"


def test_the_last_line_of_a_complaint_is_handed_on_without_the_password(spy: Path) -> None:
    (spy / "complaint").write_text("pg_restore: hint\npg_restore: error: no such database\n")
    store = open_store("postgresql+psycopg://smsdialog:hemmeligt@db.firma.example/sms")
    with pytest.raises(BackupRefused, match="no such database") as refused:
        copies_of(store).load(spy / "copy")
    assert "hemmeligt" not in str(refused.value)


def test_a_missing_program_is_named_with_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    store = open_store("postgresql+psycopg://smsdialog@db.firma.example/sms")
    with pytest.raises(BackupRefused, match=r"pg_restore cannot be run.*postgresql-client"):
        copies_of(store).load(tmp_path / "copy")


def test_what_lives_in_memory_has_no_copies() -> None:
    with pytest.raises(BackupRefused, match="memory"):
        copies_of(open_store("sqlite://"))
