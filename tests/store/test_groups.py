"""Groups, names, templates and SMS for later, on every database."""

from __future__ import annotations

import math

import pytest

from smsdialog.store import Connection, Store, accounts, contacts, groups, keys, mails, outbound, scheduled, templates

BO, EVA, KIM = "+4520123456", "+4530123456", "+4540123456"


def key_id(tx: Connection, label: str) -> int:
    return keys.add(tx, public_id=f"k{label}", label=label, secret_hash=label, now=0).id


def group_id(tx: Connection, key: int, name: str) -> int:
    made = groups.add(tx, key, name, 1)
    assert made is not None
    return made


def test_a_group_is_its_keys_and_nobody_is_in_it_twice(store: Store) -> None:
    with store.transaction() as tx:
        first, second = key_id(tx, "firma"), key_id(tx, "lager")
        mine = group_id(tx, first, "kunder")
        assert groups.add(tx, first, "kunder", 2) is None
        theirs = group_id(tx, second, "kunder")
        assert [groups.add_member(tx, mine, peer) for peer in (EVA, BO, EVA)] == [True, True, False]
        assert groups.peers(tx, first, "kunder") == [EVA, BO]
        assert groups.peers(tx, second, "kunder") == []
        assert groups.peers(tx, first, "andre") is None
        assert [(one.key, one.members) for one in groups.listing(tx, None)] == [("firma", 2), ("lager", 0)]
        assert [one.id for one in groups.listing(tx, {second}, "kunder")] == [theirs]
        assert groups.listing(tx, frozenset()) == []
        assert groups.names(tx, first) == ["kunder"]


def test_members_have_the_names_of_their_own_key(store: Store) -> None:
    with store.transaction() as tx:
        first, second = key_id(tx, "firma"), key_id(tx, "lager")
        mine = group_id(tx, first, "kunder")
        for peer in (BO, EVA, KIM):
            groups.add_member(tx, mine, peer)
        contacts.keep(tx, first, KIM, "Åse")
        contacts.keep(tx, second, BO, "Bo")
        contacts.keep(tx, first, EVA, "eva")
        assert groups.members(tx, mine) == [(EVA, "eva"), (KIM, "Åse"), (BO, "")]


def test_what_hangs_on_a_key_goes_with_it(store: Store) -> None:
    with store.transaction() as tx:
        first, second = key_id(tx, "firma"), key_id(tx, "lager")
        for key in (first, second):
            groups.add_member(tx, group_id(tx, key, "kunder"), BO)
            contacts.keep(tx, key, BO, "Bo")
            templates.add(tx, key, "klar", "Hej")
        for module in (groups, contacts, templates):
            module.forget_key(tx, first)
        assert [one.key for one in groups.listing(tx, None)] == ["lager"]
        assert [one.key for one in contacts.listing(tx, None)] == ["lager"]
        assert [one.key for one in templates.listing(tx, None)] == ["lager"]
        assert groups.peers(tx, second, "kunder") == [BO]
        groups.remove(tx, groups.listing(tx, None)[0].id)
        assert groups.listing(tx, None) == []


def test_a_name_is_for_the_accounts_of_its_key(store: Store) -> None:
    with store.transaction() as tx:
        first, second = key_id(tx, "firma"), key_id(tx, "lager")
        anna = accounts.add(tx, key_id=first, email="anna@firma.example", number="459192000001", now=1)
        carl = accounts.add(tx, key_id=second, email="carl@firma.example", number="459192000002", now=1)
        assert anna is not None
        assert carl is not None
        assert contacts.keep(tx, first, BO, "Bo")
        assert not contacts.keep(tx, first, BO, "Bo")
        assert contacts.keep(tx, first, BO, "Bo Bosen")
        contacts.keep_first(tx, first, BO, "En anden")
        assert contacts.name_for(tx, anna, BO) == "Bo Bosen"
        assert contacts.name_for(tx, carl, BO) == contacts.name_for(tx, anna, EVA) == ""
        assert contacts.names_for(tx, anna, [BO, EVA]) == {BO: "Bo Bosen"}
        assert contacts.names_for(tx, anna, []) == {}
        assert contacts.remove(tx, first, BO)
        assert not contacts.remove(tx, first, BO)


def test_a_template_is_made_once_and_changed(store: Store) -> None:
    with store.transaction() as tx:
        first, second = key_id(tx, "firma"), key_id(tx, "lager")
        made = templates.add(tx, first, "klar", "Hej")
        assert made is not None
        assert templates.add(tx, first, "klar", "Hej igen") is None
        templates.change(tx, made, "Klar!")
        assert (templates.text_of(tx, first, "klar"), templates.text_of(tx, second, "klar")) == ("Klar!", None)
        assert templates.names(tx, first) == ["klar"]
        templates.remove(tx, made)
        assert templates.listing(tx, None) == []


@pytest.fixture
def waiting(store: Store) -> tuple[int, int, list[int]]:
    """An account, a mail, and its two SMS that are wanted at 100."""
    with store.transaction() as tx:
        key = key_id(tx, "firma")
        account = accounts.add(tx, key_id=key, email="anna@firma.example", number="459192000001", now=1)
        assert account is not None
        mail = mails.enter(tx, digest="d", message_id="", subject="", now=1)
        claimed = [claim(tx, mail, account, peer) for peer in (BO, EVA)]
    return account, mail, claimed


def claim(tx: Connection, mail: int, account: int, peer: str) -> int:
    found = outbound.claim(
        tx,
        mail_id=mail,
        account_id=account,
        dialog_id=accounts.dialog(tx, account, peer, 1),
        peer=peer,
        text="Hej",
        encoding="gsm7",
        parts=1,
        state="queued",
        gateway="main",
        reference=peer,
        reason="",
        not_before=100.0,
        receipts="failed",
        created_at=1,
        updated_at=1,
    )
    assert found is not None
    return found


def test_nobody_gets_an_sms_before_its_time(store: Store, waiting: tuple[int, int, list[int]]) -> None:
    first = waiting[2][0]
    with store.transaction() as tx:
        assert outbound.queued(tx, 10, math.inf, 99.9) == []
        assert outbound.lease(tx, first, 99.9, 60) is None
        assert [sms_id for sms_id, _ in outbound.queued(tx, 10, math.inf, 100.0)] == waiting[2]
        leased = outbound.lease(tx, first, 100.0, 60)
        assert leased is not None
        assert leased.not_before == 100.0


def test_only_what_waits_and_only_its_own_is_taken_back(store: Store, waiting: tuple[int, int, list[int]]) -> None:
    account, mail, (first, second) = waiting
    with store.transaction() as tx:
        assert scheduled.take_back(tx, mail, account + 1, "taken back", 50) == []
        assert scheduled.take_back(tx, mail + 1, account, "taken back", 50) == []
        assert scheduled.take_back(tx, mail, account, "taken back", 100) == []
        outbound.withdraw(tx, [first], "stopped", 50)
        assert scheduled.take_back(tx, mail, account, "taken back", 50) == [EVA]
        assert [(row.state, row.reason) for row in outbound.by_ids(tx, [first, second])] == [
            ("failed", "stopped"),
            ("failed", "taken back"),
        ]
        assert outbound.lease(tx, second, 200, 60) is None
