"""Who stands in for whom, and which account answers, on every database."""

from __future__ import annotations

from smsdialog.core.model import InboundSms
from smsdialog.store import Connection, Store, accounts, deputies, door, inbound, keys

NOW = 1000.0
BO, CARLA = "bo@firma.example", "carla@firma.example"


def open_account(tx: Connection, email: str = "anna@firma.example", number: str = "459192000001") -> int:
    key = keys.by_name(tx, "Firma") or keys.add(tx, public_id="kfirma1", label="Firma", secret_hash="x", now=NOW)
    account_id = accounts.add(tx, key_id=key.id, email=email, number=number, now=NOW)
    assert account_id is not None
    return account_id


def answering(store: Store, email: str, now: float = NOW) -> list[int]:
    with store.reading() as tx:
        return [account.id for account in deputies.may_answer_as(tx, email, now)]


def test_deputies_are_replaced_and_what_stays_the_same_keeps_its_id(store: Store) -> None:
    with store.transaction() as tx:
        account_id = open_account(tx)
        deputies.replace(tx, account_id, {BO: True, CARLA: False}, NOW)
        before = deputies.of_account(tx, account_id)
        deputies.replace(tx, account_id, {BO: False, CARLA: False}, NOW)
        after = deputies.of_account(tx, account_id)
    assert [(one.email, one.receives) for one in after] == [(BO, False), (CARLA, False)]
    assert after[1] == before[1]
    assert after[0].id != before[0].id


def test_a_deputy_answers_as_every_account_that_names_him(store: Store) -> None:
    with store.transaction() as tx:
        first, second = open_account(tx), open_account(tx, "eva@firma.example", "459192000002")
        deputies.replace(tx, second, {BO: False}, NOW)
        deputies.replace(tx, first, {BO: True}, NOW)
        assert set(deputies.by_account(tx)) == {first, second}
        assert door.is_deputy(tx, BO)
        assert not door.is_deputy(tx, CARLA)
    assert answering(store, BO) == [first, second]
    assert answering(store, CARLA) == answering(store, "") == []


def test_an_account_that_is_closed_has_no_deputies_left(store: Store) -> None:
    with store.transaction() as tx:
        account_id = open_account(tx)
        deputies.replace(tx, account_id, {BO: True}, NOW)
        accounts.close(tx, account_id, NOW)
        assert deputies.of_account(tx, account_id) == []
    assert answering(store, BO) == answering(store, "anna@firma.example") == []


def test_one_that_is_forwarded_is_answered_until_that_is_over(store: Store) -> None:
    with store.transaction() as tx:
        account_id = open_account(tx)
        deputies.replace(tx, account_id, {BO: True}, NOW)
        accounts.forward(tx, account_id, NOW, NOW + 10)
        assert door.number_is_open(tx, "459192000001", NOW + 9) is True
        assert door.number_is_open(tx, "459192000001", NOW + 10) is None
    assert answering(store, BO, NOW + 9) == answering(store, "anna@firma.example", NOW + 9) == [account_id]
    assert answering(store, BO, NOW + 10) == []


def test_an_sms_says_whether_others_get_it(store: Store) -> None:
    sms = InboundSms("main", "1", "+4520123456", "459192000001", "Hej")
    with store.transaction() as tx:
        account_id = open_account(tx)
        given = {"account_id": account_id, "dialog_id": None, "state": "received", "reason": "", "now": NOW}
        sms_id = inbound.add(tx, sms, **given)
        assert sms_id is not None
        found = []
        for receives in (None, False, True):
            deputies.replace(tx, account_id, {} if receives is None else {BO: receives}, NOW)
            row = inbound.by_id(tx, sms_id)
            assert row is not None
            found.append(row.deputised)
    assert found == [False, False, True]
