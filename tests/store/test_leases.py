"""What one process has in hand no other takes; what a dead one had comes back, or becomes unknown."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import Connection

from smsdialog.core.model import InboundSms
from smsdialog.store import Store, accounts, inbound, keys, mails, notices, outbound
from tests.store.conftest import in_processes

NOW = 1000.0
LEASE = 120.0


def account_id(tx: Connection) -> int:
    key = keys.add(tx, public_id="kaaaaaa", label="Firma", secret_hash="x", now=NOW)
    added = accounts.add(tx, key_id=key.id, email="anna@firma.example", number="459192000000", now=NOW)
    assert added
    return added


def claim(tx: Connection, account: int, peer: str, mail: int = 0, **values: Any) -> int | None:
    mail = mail or mails.enter(tx, digest="d", message_id="<1@x.example>", subject="", now=NOW)
    return outbound.claim(
        tx,
        **{
            "mail_id": mail,
            "account_id": account,
            "dialog_id": accounts.dialog(tx, account, peer, NOW),
            "peer": peer,
            "text": "Hej",
            "encoding": "gsm7",
            "parts": 1,
            "state": "queued",
            "gateway": "main",
            "reference": f"r{peer}",
            "reason": "",
            "created_at": NOW,
            "updated_at": NOW,
            **values,
        },
    )


@pytest.fixture
def sms(store: Store) -> int:
    with store.transaction() as tx:
        claimed = claim(tx, account_id(tx), "+4520123456")
    assert claimed
    return claimed


def test_what_is_known_without_counting_is_never_less_than_what_is_counted(store: Store) -> None:
    with store.transaction() as tx:
        mine = account_id(tx)
        key_id = accounts.by_id(tx, mine).key_id
        other = accounts.add(tx, key_id=key_id, email="bo@firma.example", number="459192000001", now=NOW)
        assert other
        assert outbound.most_since(tx, mine, NOW) == 0
        for minute in range(60):
            peer = f"+45201234{minute:02}"
            claim(tx, mine if minute % 3 else other, peer, created_at=NOW + 60 * minute)
        for since in range(-60, 3660, 60):
            counted = outbound.sent_since(tx, NOW + since, key_id=key_id)
            most = outbound.most_since(tx, mine, NOW + since)
            assert counted <= most <= counted + (2 if since > 0 else 60)


def test_a_customer_of_a_mail_is_claimed_once(store: Store, sms: int) -> None:
    with store.transaction() as tx:
        assert claim(tx, 1, "+4520123456", reference="other") is None
        assert claim(tx, 1, "+4530123456") is not None


def test_an_sms_is_leased_once(store: Store, sms: int) -> None:
    with store.transaction() as tx:
        assert outbound.lease(tx, sms, NOW, LEASE)
        assert outbound.lease(tx, sms, NOW + LEASE + 1, LEASE) is None


def test_an_sms_whose_lease_ran_out_is_unknown_and_never_leased_again(store: Store, sms: int) -> None:
    with store.transaction() as tx:
        outbound.lease(tx, sms, NOW, LEASE)
        assert outbound.expire(tx, NOW + LEASE - 1) == []
        assert len(outbound.expire(tx, NOW + LEASE + 1)) == 1
        assert outbound.lease(tx, sms, NOW + LEASE + 1, LEASE) is None
        row = outbound.by_id(tx, sms)
        assert row
        assert (row.state, row.reason) == ("unknown", "interrupted")


def test_only_who_has_the_lease_settles(store: Store, sms: int) -> None:
    with store.transaction() as tx:
        late = outbound.lease(tx, sms, NOW, LEASE)
        assert late
        outbound.expire(tx, NOW + LEASE + 1)
        assert outbound.requeue(tx, sms, NOW + LEASE + 2)
        current = outbound.lease(tx, sms, NOW + LEASE + 3, LEASE)
        assert current
        assert not outbound.settle(tx, late, state="failed", now=NOW)
        assert outbound.settle(tx, current, state="sent", now=NOW)


def test_a_mail_is_told_of_once(store: Store, sms: int) -> None:
    with store.transaction() as tx:
        row = outbound.lease(tx, sms, NOW, LEASE)
        assert row
        assert outbound.mails_to_report(tx, NOW) == []
        outbound.settle(tx, row, state="failed", reason="x", now=NOW)
        assert outbound.mails_to_report(tx, NOW) == [row.mail_id]
        assert outbound.mark_reported(tx, row.mail_id)
        assert not outbound.mark_reported(tx, row.mail_id)
        assert outbound.mails_to_report(tx, NOW) == []


def test_an_sms_mail_is_leased_once_and_comes_back_when_its_lease_ran_out(store: Store) -> None:
    with store.transaction() as tx:
        account = account_id(tx)
        dialog = accounts.dialog(tx, account, "+4520123456", NOW)
        arrived = InboundSms("main", "1", "+4520123456", "459192000000", "Hej")
        values: dict[str, Any] = {"account_id": account, "dialog_id": dialog, "state": "received", "reason": ""}
        added = inbound.add(tx, arrived, now=NOW, **values)
        assert added
        assert inbound.add(tx, arrived, now=NOW, **values) is None
        assert inbound.lease(tx, added, NOW, LEASE) == inbound.by_id(tx, added)
        assert inbound.lease(tx, added, NOW + LEASE - 1, LEASE) is None
        again = inbound.lease(tx, added, NOW + LEASE + 1, LEASE)
        assert again == inbound.by_id(tx, added)
        assert again
        assert again.attempts == 2


def test_the_last_few_endings_are_kept_each_mails_once(store: Store) -> None:
    with store.transaction() as tx:
        account = account_id(tx)
        ids = [mails.enter(tx, digest=f"d{n}", message_id="", subject="", now=NOW) for n in range(8)]
        for n, mail in enumerate(ids):
            kept = accounts.remember_ending(tx, account, mail, f"ending {n}")
            assert kept == tuple(f"ending {m}" for m in range(max(0, n - 4), n + 1))
            assert accounts.remember_ending(tx, account, mail, "another") == kept


def test_a_notice_is_leased_once_and_comes_back_as_it_was(store: Store) -> None:
    with store.transaction() as tx:
        written = {"recipient": "anna@firma.example", "kind": "empty", "subject": "", "body": "x"}
        notices.add(tx, now=NOW, **written)
        (leased,) = notices.lease(tx, NOW, LEASE)
        notices.add(tx, now=NOW, **written)
        assert notices.lease(tx, NOW, LEASE) == []
        (again,) = notices.lease(tx, NOW + 3600 + LEASE, LEASE)
        assert (again.id, again.attempts) == (leased.id, 1)


def test_the_account_of_a_number_is_the_open_one_before_the_closed(store: Store) -> None:
    with store.transaction() as tx:
        first = account_id(tx)
        accounts.close(tx, first, NOW)
        closed = accounts.by_number(tx, "459192000000")
        assert closed
        assert closed.state == "closed"
        second = accounts.add(tx, key_id=closed.key_id, email="bo@firma.example", number="459192000000", now=NOW)
        found = accounts.by_number(tx, "459192000000")
        assert found
        assert found.id == second


TAKE = """
import sys
from smsdialog.store import open_store, outbound
_, url, number = sys.argv
store = open_store(url)
for sms_id in range(1, 31):
    with store.transaction() as tx:
        if outbound.lease(tx, sms_id, 1000.0, 120.0):
            print(sms_id)
"""

ENTER = """
import sys
from smsdialog.store import mails, open_store
_, url, number = sys.argv
store = open_store(url)
for digest in range(10):
    with store.transaction() as tx:
        mail_id = mails.enter(tx, digest=str(digest), message_id="", subject="", now=0.0)
        if not mails.is_settled(tx, mail_id, "20123456"):
            mails.settle(tx, mail_id, "20123456", queue_id="", outcome="sms", reason="", now=0.0)
            print(digest)
"""


def test_of_processes_that_want_the_same_sms_one_gets_it(store: Store) -> None:
    with store.transaction() as tx:
        account = account_id(tx)
        for number in range(30):
            claim(tx, account, f"+45201234{number:02}")
    url = store.engine.url.render_as_string(hide_password=False)
    taken = Counter(line for output in in_processes(TAKE, 3, url) for line in output.split())
    assert sorted(map(int, taken)) == list(range(1, 31))
    assert set(taken.values()) == {1}


def test_of_processes_that_have_the_same_mail_one_decides(store: Store) -> None:
    url = store.engine.url.render_as_string(hide_password=False)
    decided = Counter(line for output in in_processes(ENTER, 3, url) for line in output.split())
    assert sorted(map(int, decided)) == list(range(10))
    assert set(decided.values()) == {1}
