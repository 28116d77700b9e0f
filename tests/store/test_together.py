"""What threads write to SQLite is committed together, and undone one by one."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from smsdialog.errors import StoreUnavailable
from smsdialog.store import together
from smsdialog.store.engine import Clash, Store, open_store
from tests.server.resident import wait_until


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    file = tmp_path / "smsdialog.db"
    with sqlite3.connect(file) as raw:
        raw.execute("CREATE TABLE words (word TEXT UNIQUE)")
    raw.close()
    opened = open_store(f"sqlite:///{file}")
    yield opened
    opened.close()


def write(tx: Connection, word: str) -> None:
    tx.execute(text("INSERT INTO words VALUES (:word)"), {"word": word})


def words(store: Store) -> list[str]:
    with store.reading() as tx:
        return [row.word for row in tx.execute(text("SELECT word FROM words ORDER BY word"))]


class Company:
    """Threads that all wait for the first of them, which is in its transaction until it is told to `go`."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.fates: dict[str, BaseException | None] = {}
        self.go = threading.Event()
        self._threads: list[threading.Thread] = []

    def write(self, word: str, then: Callable[[Connection], None] = lambda tx: None, *, durable: bool = True) -> None:
        """One more, in the order in which they are told."""
        before = len(self.store._together._queue._waiting)
        inside = threading.Event()

        def run() -> None:
            try:
                with self.store.transaction() if durable else self.store.noting() as tx:
                    inside.set()
                    assert self.go.wait(30)
                    write(tx, word)
                    then(tx)
            except BaseException as error:
                self.fates[word] = error
            else:
                self.fates[word] = None

        thread = threading.Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()
        if len(self._threads) == 1:
            assert inside.wait(30)
            return
        waits = threading.Event()
        while len(self.store._together._queue._waiting) == before and thread.is_alive():
            waits.wait(0.01)

    def end(self) -> None:
        """Let them go, and see them out."""
        self.go.set()
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive()


@pytest.fixture
def company(store: Store) -> Company:
    return Company(store)


@pytest.fixture
def commits(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One for every commit."""
    counted: list[None] = []
    commit = store.engine.dialect.do_commit
    monkeypatch.setattr(
        store.engine.dialect, "do_commit", lambda connection: (counted.append(None), commit(connection))
    )
    return counted


def fail(tx: Connection) -> None:
    raise ValueError


def test_those_who_wait_are_committed_with_who_is_at_it(company: Company, commits: list[None]) -> None:
    for number in range(4):
        company.write(f"{number}")
    company.end()
    assert words(company.store) == ["0", "1", "2", "3"]
    assert len(commits) == 1


def test_no_more_than_so_many_go_together(company: Company, commits: list[None]) -> None:
    for number in range(together.MOST_MEMBERS + 2):
        company.write(f"{number}")
    company.end()
    assert len(words(company.store)) == together.MOST_MEMBERS + 2
    assert len(commits) == 2


@pytest.mark.parametrize("at", [0, 1, 2])
def test_what_goes_wrong_for_one_is_undone_for_him_alone(company: Company, at: int) -> None:
    for number in range(3):
        company.write(f"{number}", fail if number == at else lambda tx: None)
    company.end()
    assert words(company.store) == [f"{number}" for number in range(3) if number != at]
    assert [word for word, fate in company.fates.items() if isinstance(fate, ValueError)] == [f"{at}"]


def test_a_row_that_another_has_just_written_is_a_clash(company: Company) -> None:
    company.write("0")
    company.write("1", lambda tx: write(tx, "0"))
    company.end()
    assert words(company.store) == ["0"]
    assert isinstance(company.fates["1"], Clash)


def test_nobody_has_committed_what_could_not_be(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(connection: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    for number in range(3):
        company.write(f"{number}")
    monkeypatch.setattr(company.store.engine.dialect, "do_commit", no_room)
    company.end()
    monkeypatch.undo()
    assert words(company.store) == []
    assert {type(fate) for fate in company.fates.values()} == {StoreUnavailable}
    assert all("disk is full" in str(fate) for fate in company.fates.values())


def test_where_sqlite_undoes_all_by_itself_everybody_hears_of_it(company: Company) -> None:
    def undo_all(tx: Connection) -> None:
        tx.exec_driver_sql("ROLLBACK")
        raise sqlite3.OperationalError("disk I/O error")

    company.write("0")
    company.write("1", undo_all)
    company.end()
    assert words(company.store) == []
    assert {type(fate) for fate in company.fates.values()} == {StoreUnavailable}


def test_what_must_be_on_the_disk_does_not_go_with_what_need_not(company: Company, commits: list[None]) -> None:
    company.write("0", durable=False)
    company.write("1", durable=False)
    company.write("2")
    company.write("3", durable=False)
    company.end()
    assert words(company.store) == ["0", "1", "2", "3"]
    assert len(commits) == 2


def test_the_store_is_as_good_as_before_when_all_have_failed(company: Company) -> None:
    for number in range(3):
        company.write(f"{number}", fail)
    company.end()
    with company.store.transaction() as tx:
        write(tx, "later")
    assert words(company.store) == ["later"]


def test_nobody_waits_longer_than_sqlite_would(store: Store) -> None:
    """Each in turn would otherwise wait as long for the database as the one before."""
    company = Company(Store(store.engine, 0.2))
    for number in range(4):
        company.write(f"{number}")
    wait_until(lambda: len(company.fates) == 3)
    company.end()
    assert words(store) == ["0"]
    assert {word: type(fate) for word, fate in company.fates.items() if fate} == {
        f"{n}": StoreUnavailable for n in (1, 2, 3)
    }


def test_the_disk_is_waited_for_again_after_a_note(store: Store) -> None:
    levels = []
    for begin in (store.transaction, store.noting, store.transaction):
        with begin() as tx:
            levels.append(tx.exec_driver_sql("PRAGMA synchronous").scalar())
    assert levels == [2, 1, 2]  # FULL, NORMAL, FULL


def test_what_is_undone_for_one_of_them_needs_no_file(company: Company) -> None:
    """SQLite's journal of savepoints; written anew, the database is in files as ever."""
    seen: list[int] = []

    def look(tx: Connection) -> None:
        seen.append(tx.exec_driver_sql("PRAGMA temp_store").scalar_one())

    company.write("0", look)
    company.write("1", look)
    company.end()
    assert seen == [2, 2]
    company.store.compact()
    with company.store.engine.connect() as connection:
        assert connection.connection.driver_connection.execute("PRAGMA temp_store").fetchone() == (1,)
