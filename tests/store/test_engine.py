"""Transactions mean what they say, and foreign errors become ours."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, text

from smsdialog.errors import StoreUnavailable
from smsdialog.store import Clash, Store, engine, keys, open_store
from smsdialog.store.schema import number_ranges
from tests.store.conftest import Cluster


def add_key(store: Store, label: str, public_id: str = "kaaaaaa") -> None:
    with store.transaction() as tx:
        keys.add(tx, public_id=public_id, label=label, secret_hash=public_id * 2, now=0)


def labels(store: Store) -> list[str]:
    with store.reading() as tx:
        return [key.label for key in keys.listing(tx)]


def test_an_exception_rolls_everything_back(store: Store) -> None:
    def interrupted() -> None:
        with store.transaction() as tx:
            keys.add(tx, public_id="kaaaaaa", label="Firma", secret_hash="x", now=0)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupted()
    assert labels(store) == []


def test_what_a_unique_index_refuses_is_a_clash(store: Store) -> None:
    add_key(store, "Firma")
    with pytest.raises(Clash):
        add_key(store, "Firma", "kbbbbbb")
    assert labels(store) == ["Firma"]


def test_trouble_with_the_database_is_unavailable_and_holds_no_values(store: Store) -> None:
    with pytest.raises(StoreUnavailable) as raised, store.transaction() as tx:
        tx.execute(text("INSERT INTO nothing VALUES (:secret)"), {"secret": "kgeheim"})
    assert "kgeheim" not in str(raised.value)


def test_two_transactions_one_after_the_other_see_each_other(store: Store, url: str) -> None:
    other = open_store(url)
    add_key(store, "Firma")
    assert labels(other) == ["Firma"]
    other.close()


@pytest.fixture
def file(tmp_path: Path) -> Store:
    (tmp_path / "plain.db").touch()
    opened = open_store(f"sqlite:///{tmp_path}/plain.db")
    with opened.transaction() as tx:
        number_ranges.create(tx)
    return opened


def test_sqlite_is_durable_and_checks_foreign_keys(file: Store) -> None:
    with file.transaction() as tx:
        pragmas = [tx.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")]
        assert pragmas == ["wal", 2]
        assert tx.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert tx.execute(text("PRAGMA busy_timeout")).scalar() == engine.LOCK_TIMEOUT_SECONDS * 1000


def test_a_reader_is_not_kept_waiting_by_a_writer(file: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    other = open_store(str(file.engine.url))
    with file.transaction() as tx:
        tx.execute(insert(number_ranges).values(first=1, last=2, created_at=0))
        with other.reading() as reader:
            assert reader.execute(text("SELECT count(*) FROM number_ranges")).scalar() == 0


def test_a_writer_that_waits_too_long_for_another_is_unavailable(file: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LOCK_TIMEOUT_SECONDS", 0.1)
    other = open_store(str(file.engine.url))
    with file.transaction(), pytest.raises(StoreUnavailable), other.transaction():
        pytest.fail("two writers at once")


def test_a_transaction_that_reads_before_it_writes_is_not_broken_by_another_writer(file: Store) -> None:
    """It has the write lock from its beginning; a plain BEGIN would fail when it upgrades."""
    with sqlite3.connect(str(file.engine.url.database), timeout=0.05) as rival, file.transaction() as tx:
        tx.execute(text("SELECT count(*) FROM number_ranges")).scalar()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            rival.execute("INSERT INTO number_ranges VALUES (1, 1, 1, 1)")
        tx.execute(insert(number_ranges).values(first=1, last=2, created_at=0))


def test_a_server_that_is_away_is_unavailable() -> None:
    pytest.importorskip("psycopg")
    away = open_store("postgresql+psycopg://nobody:secret@127.0.0.1:1/none")
    with pytest.raises(StoreUnavailable) as raised, away.transaction():
        pytest.fail("connected to nothing")
    assert "secret" not in str(raised.value)
    assert str(raised.value).isprintable()  # one line, as each of ours is


def test_texts_that_a_database_does_not_take_are_stored_without_what_it_does_not_take(store: Store) -> None:
    add_key(store, "a\x00b\ud83dc")
    assert labels(store) == ["ab?c"]


def test_a_file_that_was_moved_away_is_not_written_into_and_no_other_is_made(file: Store) -> None:
    """And when it is back, the same store goes on."""
    path = Path(str(file.engine.url.database))
    path.rename(path.with_suffix(".away"))
    with pytest.raises(StoreUnavailable), file.transaction():
        pytest.fail("into a file that nobody sees")
    assert not path.exists()
    path.with_suffix(".away").rename(path)
    with file.transaction() as tx:
        tx.execute(insert(number_ranges).values(first=1, last=2, created_at=0))


def test_a_file_that_was_replaced_is_the_one_that_is_read(file: Store, tmp_path: Path) -> None:
    with file.transaction() as tx:
        tx.execute(insert(number_ranges).values(first=1, last=2, created_at=0))
    (tmp_path / "other.db").touch()
    other = open_store(f"sqlite:///{tmp_path}/other.db")
    with other.transaction() as tx:
        number_ranges.create(tx)
    other.close()
    for name in ("plain.db-wal", "plain.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / "other.db").rename(tmp_path / "plain.db")
    with file.reading() as tx:
        assert tx.execute(text("SELECT count(*) FROM number_ranges")).scalar() == 0


def test_the_threads_of_a_process_take_turns_at_writing(file: Store) -> None:
    """Nobody fails for a lock, however many there are."""

    def write(number: int) -> None:
        with file.transaction() as tx:
            tx.execute(insert(number_ranges).values(first=number, last=number, created_at=0))

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(write, range(200)))
    with file.reading() as tx:
        assert tx.execute(text("SELECT count(*) FROM number_ranges")).scalar() == 200


def test_a_session_that_goes_on_no_more_gives_its_locks_back(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without power closes nothing; whoever is still there must not wait for it."""
    url = cluster.fresh()
    monkeypatch.setitem(engine._ENDS_OF_THE_LOST, "idle_in_transaction_session_timeout", 500)
    lost = open_store(url)
    monkeypatch.undo()
    left = open_store(url)

    def lock(tx: Connection) -> None:
        tx.execute(text("LOCK TABLE keys IN ACCESS EXCLUSIVE MODE"))

    def goes_on_after_another() -> None:
        with lost.transaction() as tx:
            lock(tx)
            with left.transaction() as other:
                lock(other)
            lock(tx)

    with pytest.raises(StoreUnavailable):
        goes_on_after_another()
    for store in (lost, left):
        store.close()
