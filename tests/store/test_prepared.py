"""A prepared statement does what SQLAlchemy would do with it, on every database."""

from __future__ import annotations

import pytest
from sqlalchemy import Select, bindparam, delete, insert, select, update

from smsdialog.errors import StoreUnavailable
from smsdialog.store import Clash, Store
from smsdialog.store.prepared import Prepared
from smsdialog.store.schema import keys

ADD = Prepared(insert(keys).returning(keys.c.id))
RENAME = Prepared(update(keys).where(keys.c.public_id == bindparam("the_id")))
BY_LABEL: Select[tuple[int, str, bool, str]] = select(keys.c.id, keys.c.label, keys.c.enabled, keys.c.texts)
FIND = Prepared(BY_LABEL.where(keys.c.label == bindparam("the_label")))


def add(store: Store, label: str, *, enabled: bool = True) -> int:
    with store.transaction() as tx:
        values = {"public_id": label, "secret_hash": f"{label!a}", "enabled": enabled, "created_at": 1.5}
        return int(ADD.scalar(tx, label=label, **values))


def test_values_go_through_the_types_of_their_columns_both_ways(store: Store) -> None:
    key_id = add(store, "a\x00b\ud83dc", enabled=False)
    with store.reading() as tx:
        row = FIND.first(tx, the_label="a\x00b\ud83dc")
    assert (row.id, row.label, row.enabled) == (key_id, "ab?c", False)
    assert row.enabled is False


def test_columns_that_are_not_named_get_their_defaults(store: Store) -> None:
    add(store, "Firma")
    prepared = Prepared(select(keys).where(keys.c.label == bindparam("the_label")))
    with store.reading() as tx:
        row = prepared.first(tx, the_label="Firma")
        usual = tx.execute(select(keys).where(keys.c.label == "Firma")).one()
    assert row._asdict() == dict(usual._mapping)


def test_what_is_written_is_what_was_given_and_nothing_else(store: Store) -> None:
    """The same statement, with one column and then with another."""
    add(store, "Firma")
    with store.transaction() as tx:
        assert RENAME.count(tx, the_id="Firma", label="Andet firma") == 1
        assert RENAME.count(tx, the_id="Firma", enabled=False) == 1
        assert RENAME.count(tx, the_id="nobody", enabled=False) == 0
    with store.reading() as tx:
        assert FIND.all(tx, the_label="Andet firma")[0].enabled is False


def test_rows_come_in_order_and_where_there_are_none_there_is_nothing(store: Store) -> None:
    for label in ("b", "a", "c"):
        add(store, label)
    every = Prepared(select(keys.c.label).order_by(keys.c.label))
    with store.reading() as tx:
        assert every.scalars(tx) == ["a", "b", "c"]
        assert every.scalar(tx) == "a"
        assert FIND.all(tx, the_label="d") == []
        assert FIND.first(tx, the_label="d") is None
        assert FIND.scalar(tx, the_label="d") is None


def test_a_value_that_is_missing_is_never_made_up(store: Store) -> None:
    add(store, "Firma")
    with store.transaction() as tx, pytest.raises(KeyError):
        Prepared(delete(keys).where(keys.c.label == bindparam("the_label"))).count(tx)


def test_a_list_of_any_length_is_refused(store: Store) -> None:
    with store.reading() as tx, pytest.raises(AssertionError, match="IN"):
        Prepared(BY_LABEL.where(keys.c.label.in_(["a"]))).all(tx)


def test_it_is_a_part_of_its_transaction(store: Store) -> None:
    def interrupted() -> None:
        with store.transaction() as tx:
            ADD.scalar(tx, public_id="k", secret_hash="k", label="k", enabled=True, created_at=0)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupted()
    with store.reading() as tx:
        assert FIND.first(tx, the_label="k") is None


def test_a_reader_sees_one_state_of_things(store: Store) -> None:
    """On PostgreSQL a statement sees what was committed before it; on SQLite a transaction does."""
    if store.engine.dialect.name != "sqlite":
        return
    with store.reading() as tx:
        assert FIND.first(tx, the_label="Firma") is None
        add(store, "Firma")
        assert FIND.first(tx, the_label="Firma") is None


def test_trouble_becomes_ours(store: Store) -> None:
    add(store, "Firma")
    with pytest.raises(Clash):
        add(store, "Firma")
    broken = Prepared(update(keys).values(label=None))
    with pytest.raises(Clash), store.transaction() as tx:
        broken.count(tx)
    with store.transaction() as tx:
        tx.exec_driver_sql("DROP TABLE stops")
    gone = Prepared(select(keys.metadata.tables["stops"].c.id))
    with pytest.raises(StoreUnavailable), store.reading() as tx:
        gone.all(tx)
