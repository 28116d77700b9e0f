"""Connections that are kept at hand are good ones, and few."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from sqlalchemy import Connection, text

from smsdialog.errors import StoreUnavailable
from smsdialog.store import Store, kept, keys, open_store
from tests.store.conftest import Cluster


def driver_connection(tx: Connection) -> object:
    return tx.connection.driver_connection


def used(store: Store) -> object:
    with store.reading() as tx:
        return driver_connection(tx)


def test_the_one_that_was_used_last_is_the_next(store: Store) -> None:
    """Reading or writing: what SQLite has read of the file through it need not be read again."""
    first = used(store)
    with store.transaction() as tx:
        assert driver_connection(tx) is first
    assert used(store) is first


def test_two_at_a_time_have_one_each(store: Store) -> None:
    with store.reading() as one, store.reading() as other:
        assert driver_connection(one) is not driver_connection(other)


def test_one_with_which_something_went_wrong_is_left_without_a_transaction(store: Store) -> None:
    def interrupted() -> None:
        with store.transaction() as tx:
            tx.execute(text("DELETE FROM keys"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupted()
    with store.transaction() as tx:
        assert tx.execute(text("SELECT 1")).scalar() == 1


def test_no_more_than_a_few_are_kept(store: Store) -> None:
    with ExitStack() as readers:
        for _ in range(kept.MOST_KEPT + 3):
            readers.enter_context(store.reading())
    assert len(store._kept._idle) == kept.MOST_KEPT


def test_when_the_database_fails_none_is_kept(store: Store) -> None:
    used(store)
    with pytest.raises(StoreUnavailable), store.reading() as tx:
        tx.execute(text("SELECT * FROM nothing"))
    assert store._kept._idle == []
    assert used(store)


def test_a_store_that_is_closed_has_given_all_back(store: Store) -> None:
    used(store)
    store.close()
    assert store._kept._idle == []


def test_after_one_try_that_failed_because_a_server_ended_them_all_is_well(cluster: Cluster) -> None:
    url = cluster.fresh()
    store, administrator = open_store(url), open_store(url)
    with store.reading() as one, store.reading() as other:
        assert [keys.listing(one), keys.listing(other)] == [[], []]
    with administrator.transaction() as tx:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        assert len(tx.execute(text(f"SELECT pg_terminate_backend(pid) {others}")).all()) == 2
    with pytest.raises(StoreUnavailable), store.transaction() as tx:
        keys.by_hash(tx, "hash", 0.0)
    with store.transaction() as one, store.transaction() as other:
        assert keys.by_hash(one, "hash", 0.0) is keys.by_hash(other, "hash", 0.0) is None
    store.close()
    administrator.close()
