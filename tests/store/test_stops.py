"""Who wants no more SMS, on every database."""

from __future__ import annotations

from smsdialog.store import Connection, Store, keys, stops

BO, EVA = "+4520123456", "+4530123456"


def key_id(tx: Connection, label: str) -> int:
    return keys.add(tx, public_id=f"k{label}", label=label, secret_hash=label, now=0).id


def test_a_customer_is_noted_once_and_for_one_key(store: Store) -> None:
    with store.transaction() as tx:
        first, second = key_id(tx, "firma"), key_id(tx, "lager")
        stops.add(tx, first, BO, 10)
        stops.add(tx, first, BO, 20)
        assert stops.among(tx, first, [BO, EVA]) == {BO}
        assert stops.among(tx, first, []) == stops.among(tx, second, [BO]) == set()
        assert [(one.key, one.peer, one.stopped_at) for one in stops.listing(tx)] == [("firma", BO, 10)]


def test_he_is_removed_under_any_of_his_names(store: Store) -> None:
    with store.transaction() as tx:
        first, second = key_id(tx, "firma"), key_id(tx, "lager")
        for one in (first, second):
            stops.add(tx, one, BO, 10)
        stops.rename(tx, BO, "removed x")
        stops.remove(tx, first, [BO, "removed x"])
        assert [(one.key, one.peer) for one in stops.listing(tx)] == [("lager", "removed x")]


def test_the_list_goes_with_its_key(store: Store) -> None:
    with store.transaction() as tx:
        gone = key_id(tx, "firma")
        stops.add(tx, gone, BO, 10)
        keys.change(tx, gone, stop_words=True)
        keys.remove(tx, gone, 20)
        assert stops.listing(tx) == []
        assert [key.stop_words for key in keys.ever(tx)] == [False]
