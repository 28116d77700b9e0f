"""Numbers are drawn at random, rest when they are closed, and never belong to two open accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Connection

from smsdialog.store import Store, accounts, keys, numbers
from tests.store.conftest import in_processes

FIRST = 459192000000
DAY = 86_400.0


def range_of(size: int, first: int = FIRST) -> tuple[int, int]:
    return first, first + size - 1


def key_id(tx: Connection, label: str = "Firma") -> int:
    return keys.add(tx, public_id=f"k{label}", label=label, secret_hash=label, now=0).id


def open_accounts(tx: Connection, taken: Sequence[int], key: int) -> None:
    for number in taken:
        accounts.add(tx, key_id=key, email=f"e{number}@firma.example", number=str(FIRST + number), now=0)


def test_every_number_of_a_range_is_as_likely_as_the_other(store: Store) -> None:
    """400 draws from 20 numbers: 20 expected of each, and 6 or fewer of any is one case in a thousand runs."""
    with store.reading() as tx:
        drawn = Counter(numbers.draw(tx, [range_of(10), range_of(10, FIRST + 50)], 0) for _ in range(400))
    assert len(drawn) == 20
    assert min(drawn.values()) >= 3
    assert max(drawn.values()) <= 50


def test_the_last_free_number_of_a_full_range_is_found(store: Store) -> None:
    with store.transaction() as tx:
        open_accounts(tx, [n for n in range(200) if n != 77], key_id(tx))
        assert {numbers.draw(tx, [range_of(200)], 0) for _ in range(5)} == {str(FIRST + 77)}


def test_an_exhausted_range_has_no_number(store: Store) -> None:
    with store.transaction() as tx:
        open_accounts(tx, range(3), key_id(tx))
        assert numbers.draw(tx, [range_of(3)], 0) is None
        assert numbers.draw(tx, [], 0) is None


def test_a_closed_number_rests_and_is_free_again(store: Store) -> None:
    with store.transaction() as tx:
        open_accounts(tx, [0], key_id(tx))
        accounts.close(tx, 1, now=100 * DAY)
        assert not numbers.is_free(tx, str(FIRST), resting_since=99 * DAY)
        assert numbers.draw(tx, [range_of(1)], 99 * DAY) is None
        assert numbers.draw(tx, [range_of(1)], 100 * DAY) == str(FIRST)


def test_the_rest_of_a_forwarded_number_begins_when_that_is_over(store: Store) -> None:
    with store.transaction() as tx:
        open_accounts(tx, [0], key_id(tx))
        accounts.forward(tx, 1, 100 * DAY, until=130 * DAY)
        assert not numbers.is_free(tx, str(FIRST), resting_since=129 * DAY)
        assert numbers.draw(tx, [range_of(1)], 129 * DAY) is None
        assert numbers.describe(tx, *range_of(1), resting_since=129 * DAY).resting == 1
        assert numbers.draw(tx, [range_of(1)], 130 * DAY) == str(FIRST)


def test_a_range_is_described_by_what_is_used_rests_and_is_free(store: Store) -> None:
    with store.transaction() as tx:
        open_accounts(tx, range(4), key_id(tx))
        accounts.close(tx, 1, now=100 * DAY)
        accounts.close(tx, 2, now=10 * DAY)
        found = numbers.describe(tx, *range_of(10), resting_since=50 * DAY)
    assert (found.size, found.used, found.resting, found.free) == (10, 2, 1, 7)


def test_added_ranges_are_remembered(store: Store) -> None:
    with store.transaction() as tx:
        numbers.add_range(tx, *range_of(10), now=0)
    with store.reading() as tx:
        assert numbers.added_ranges(tx) == [range_of(10)]


def test_no_number_has_two_open_accounts(store: Store) -> None:
    with store.transaction() as tx:
        key = key_id(tx)
        add: dict[str, Any] = {"key_id": key, "number": str(FIRST), "now": 0.0}
        assert accounts.add(tx, email="anna@firma.example", **add)
        assert accounts.add(tx, email="bo@firma.example", **add) is None


SUBSCRIBE = """
import sys
from dataclasses import replace
from pathlib import Path
from smsdialog import config as configuration
from smsdialog.dialog.account import open_account
from smsdialog.dialog.service import open_service
from smsdialog.errors import Conflict
_, url, folder, shared, number = sys.argv
table = {"domain": "sendmailsms.dk", "state_dir": folder, "database": {"url": url},
         "numbers": {"ranges": ["459192000000-459192000019"]}}
service = open_service(configuration.read(table, "test"))
for turn in range(5):
    email = f"e{turn}@firma.example" if shared == "yes" else f"e{number}.{turn}@firma.example"
    try:
        print(open_account(service, email, "Firma", "").number)
    except Conflict:
        pass
"""


def opened_by_processes(store: Store, folder: object, *, shared: str) -> list[str]:
    with store.transaction() as tx:
        key_id(tx)
    url = store.engine.url.render_as_string(hide_password=False)
    outputs = in_processes(SUBSCRIBE, 3, url, str(folder), shared)
    return [number for output in outputs for number in output.split()]


def test_numbers_are_never_shared_by_accounts_that_are_opened_at_the_same_time(
    store: Store, tmp_path: pytest.TempPathFactory
) -> None:
    """Fifteen accounts out of twenty numbers: draws collide."""
    drawn = opened_by_processes(store, tmp_path, shared="no")
    assert len(drawn) == len(set(drawn)) == 15


def test_one_address_that_subscribes_at_the_same_time_gets_one_account(
    store: Store, tmp_path: pytest.TempPathFactory
) -> None:
    assert len(opened_by_processes(store, tmp_path, shared="yes")) == 5
    with store.reading() as tx:
        assert sorted(account.email for account in accounts.listing(tx)) == [f"e{n}@firma.example" for n in range(5)]
