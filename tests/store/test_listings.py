"""The listings of the web pages, on every database: what they find, in which order, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from smsdialog.core.model import InboundSms
from smsdialog.store import Store, accounts, directory, inbound, keys, recent

NOW = 1_795_000_000.0


@pytest.fixture
def filled(store: Store) -> Store:
    """Two keys; three accounts on the first, one on the second; six SMS for each, taking turns."""
    with store.transaction() as tx:
        for label in ("Firma", "Salg_1"):
            keys.add(tx, public_id=f"k{label[:3].lower()}", label=label, secret_hash=label, now=NOW)
        for n, key_id in enumerate((1, 1, 1, 2)):
            number = str(459192000000 + n)
            account_id = accounts.add(tx, key_id=key_id, email=f"p{n}@firma.example", number=number, now=NOW + n)
            assert account_id == n + 1
        for turn in range(24):
            account_id = 1 + turn % 4
            dialog_id = accounts.dialog(tx, account_id, f"+452012345{account_id}", NOW)
            sms = InboundSms("main", f"in-{turn}", f"+452012345{account_id}", "459192000000", f"nummer {turn}")
            state = "held" if turn in (3, 4) else "mailed"
            inbound.add(tx, sms, account_id=account_id, dialog_id=dialog_id, state=state, reason="", now=NOW + turn)
    return store


def found(store: Store, chosen: recent.Chosen, before: int = 10**17, limit: int = 5) -> list[int]:
    with store.reading() as tx:
        return recent.inbound_ids(tx, chosen, before, limit)


def listed(store: Store, wanted: directory.Wanted, offset: int = 0, limit: int = 10) -> Sequence[str]:
    with store.reading() as tx:
        rows = directory.page(tx, wanted, offset, limit)
        assert directory.count(tx, wanted) >= len(rows)
        return [account.email[:2] for account in rows]


def test_the_newest_come_first_a_page_at_a_time(filled: Store) -> None:
    assert found(filled, recent.Chosen()) == [24, 23, 22, 21, 20]
    assert found(filled, recent.Chosen(), before=20) == [19, 18, 17, 16, 15]
    assert found(filled, recent.Chosen(), before=1) == []


def test_those_of_some_keys_or_accounts_are_found_among_the_others(filled: Store) -> None:
    assert found(filled, recent.Chosen(keys={2})) == [24, 20, 16, 12, 8]
    assert found(filled, recent.Chosen(keys={1})) == [23, 22, 21, 19, 18]
    assert found(filled, recent.Chosen(keys={1}), before=19) == [18, 17, 15, 14, 13]
    assert found(filled, recent.Chosen(accounts=[1, 4])) == [24, 21, 20, 17, 16]
    assert found(filled, recent.Chosen(keys={1}, accounts=[1, 4])) == [21, 17, 13, 9, 5]
    assert found(filled, recent.Chosen(keys=set())) == []


def test_those_of_a_customer_and_those_that_need_attention(filled: Store) -> None:
    assert found(filled, recent.Chosen(peer="+4520123452"), limit=2) == [22, 18]
    assert found(filled, recent.Chosen(keys={2}, peer="+4520123452")) == []
    assert found(filled, recent.Chosen(attention=True)) == [5, 4]
    assert found(filled, recent.Chosen(keys={2}, attention=True)) == [4]
    with filled.reading() as tx:
        assert (recent.count_inbound(tx, "held"), recent.count_inbound(tx, "mailed")) == (2, 22)
        assert recent.last_inbound(tx) == (NOW + 23, "main")
        assert recent.last_outbound(tx) is None
        assert directory.held(tx, [1, 2, 4]) == {1: (1, 0), 2: (0, 0), 4: (1, 0)}


def test_accounts_are_found_by_a_piece_of_address_number_or_key(filled: Store) -> None:
    assert listed(filled, directory.Wanted("P1@")) == ["p1"]
    assert listed(filled, directory.Wanted("4591 9200 0002")) == ["p2"]
    assert listed(filled, directory.Wanted("salg")) == ["p3"]
    assert listed(filled, directory.Wanted("_1")) == ["p3"]
    assert listed(filled, directory.Wanted("%")) == []
    assert listed(filled, directory.Wanted(keys={1})) == ["p0", "p1", "p2"]


def test_accounts_are_sorted_by_any_column_and_paged(filled: Store) -> None:
    for sort in directory.SORTS:
        assert listed(filled, directory.Wanted(sort=sort))[0] == "p0"
        assert listed(filled, directory.Wanted(sort=sort, descending=True))[0] == "p3"
    assert listed(filled, directory.Wanted(), offset=2, limit=1) == ["p2"]


def test_accounts_are_told_apart_by_state(filled: Store) -> None:
    with filled.transaction() as tx:
        accounts.close(tx, 1, NOW)
        accounts.change(tx, 2, suspended_at=NOW)
        keys.change(tx, 2, enabled=False)
    states = {state: listed(filled, directory.Wanted(state=state)) for state in directory.STATES}
    assert states == {
        "": ["p1", "p2", "p3"], "open": ["p1", "p2"], "paused": ["p3"], "suspended": ["p1"], "closed": ["p0"],
    }  # fmt: skip
