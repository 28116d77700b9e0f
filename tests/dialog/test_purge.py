"""Nothing is kept for longer than was said, and nothing that still waits goes."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from smsdialog.core.model import Delivery, InboundSms
from smsdialog.dialog import account, receive
from smsdialog.dialog.purge import kept_now, purge
from smsdialog.gateways import Later, Refused
from smsdialog.store import expiry, failures, health, retention, sign_ins
from smsdialog.store.schema import metadata
from tests.dialog.stage import Administrator, Clock, Customer, Employee, Network, Stage

SECRET = "hemmelig aftale"
NUMBER = "20123456"


def trace(stage: Stage, pattern: str) -> set[str]:
    """The columns of the database that hold something."""
    found = set()
    with stage.service.store.reading() as tx:
        for table in metadata.sorted_tables:
            for row in tx.execute(select(table)).mappings():
                found |= {f"{table.name}.{name}" for name, value in row.items() if re.search(pattern, str(value))}
    return found


@pytest.fixture
def talked(stage: Stage, anna: Employee, customer: Customer, network: Network, key: str) -> Stage:
    """Both have written, one SMS was refused, and all of it was told."""
    customer.texts(anna, SECRET)
    anna.replies(anna.receives(), SECRET)
    network.answers = [Refused(f"no: {SECRET}")]
    anna.writes(key, NUMBER, f"{SECRET} igen")
    stage.receipt_comes(stage.administrator.sms_out()[0], Delivery.DELIVERED, SECRET)
    return stage


def test_nothing_goes_before_its_time(talked: Stage, clock: Clock) -> None:
    clock.passes(days=364)
    assert purge(talked.service) == {"texts": 0, "numbers": 0, "records": 0, "files": 0}


def test_texts_go_first(talked: Stage, clock: Clock, administrator: Administrator) -> None:
    assert trace(talked, SECRET)
    clock.passes(days=366)
    assert purge(talked.service)["texts"]
    assert trace(talked, SECRET) == set()
    assert trace(talked, NUMBER)
    assert administrator.checks() == []
    assert purge(talked.service)["texts"] == 0


def test_then_the_numbers_of_customers(talked: Stage, clock: Clock, administrator: Administrator) -> None:
    clock.passes(days=1096)
    assert purge(talked.service)["numbers"]
    assert trace(talked, NUMBER) == set()
    assert len(administrator.sms_out()) == 2
    assert administrator.checks() == []


def test_then_the_records(talked: Stage, clock: Clock, administrator: Administrator) -> None:
    clock.passes(days=1826)
    assert purge(talked.service)["records"]
    assert (administrator.sms_out(), administrator.sms_in(), administrator.decisions()) == ([], [], [])
    with talked.service.store.reading() as tx:
        left = {table.name for table in metadata.sorted_tables if tx.execute(select(table)).first()}
    assert left == {"keys", "accounts", "acts", "rounds"}
    assert administrator.checks() == []


def test_what_still_waits_or_is_held_keeps_its_text(
    stage: Stage,
    anna: Employee,
    customer: Customer,
    network: Network,
    clock: Clock,
    administrator: Administrator,
    key: str,
) -> None:
    network.answers = [Later("busy")]
    anna.writes(key, NUMBER, SECRET)
    receive.receive(stage.service, InboundSms("main", "1", "+4530123456", "459192000099", SECRET))
    clock.passes(days=1500)
    purge(stage.service)
    assert [row.text for row in administrator.sms_out()] == [SECRET]
    assert [(row.state, row.text, row.sender) for row in administrator.sms_in()] == [("held", SECRET, "+4530123456")]


def test_a_key_may_want_otherwise(talked: Stage, clock: Clock, administrator: Administrator) -> None:
    administrator.edits_key("Firma", texts_days=10)
    clock.passes(days=11)
    assert purge(talked.service)["texts"]
    assert {row.text for row in administrator.sms_in()} == {""}


def test_nothing_goes_where_it_is_kept_for_ever(build, clock: Clock) -> None:
    stage = build(tables="[retention]\ntexts_days = 0\nnumbers_days = 0\nrecords_days = 0\nquarantine_days = 0")
    stage.administrator.opens_account(stage.anna)
    stage.customer.texts(stage.anna, SECRET)
    stage.clock.passes(days=9999)
    assert purge(stage.service) == {"texts": 0, "numbers": 0, "records": 0, "files": 0}


def test_a_removed_text_is_not_sent_again(talked: Stage, clock: Clock, administrator: Administrator) -> None:
    clock.passes(days=366)
    purge(talked.service)
    failed = administrator.sms_out()[1]
    assert failed.state == "failed"
    assert not administrator.sends_again(failed)


def test_a_dialog_goes_on_after_a_purge(talked: Stage, anna: Employee, customer: Customer, clock: Clock) -> None:
    clock.passes(days=366)
    purge(talked.service)
    customer.texts(anna, "Er du der?")
    assert anna.mailbox()[-1]["Subject"] == "SMS fra +45 20 12 34 56"


def test_mails_that_were_put_aside_go_too(stage: Stage, clock: Clock) -> None:
    state = Path(stage.service.config.state_dir)
    for name in ("quarantine/old.eml", "quarantine/new.eml", "hooks/old.json", "quarantine/.old.eml.17"):
        file = state / name
        file.parent.mkdir(exist_ok=True)
        file.touch()
        age = 15 if "old" in name else 13
        os.utime(file, (clock() - age * 86_400,) * 2)
    assert purge(stage.service)["files"] == 3
    assert [file.name for file in state.glob("*/*")] == ["new.eml"]


def test_a_mail_that_comes_again_after_it_is_still_no_second_sms(
    stage: Stage, anna: Employee, customer: Customer, clock: Clock, key: str
) -> None:
    posted = anna.writes([key, NUMBER], "", SECRET)
    customer.receives()
    for days in (366, 730):
        clock.passes(days=days)
        purge(stage.service)
        posted.again()
    customer.receives_nothing()
    assert trace(stage, f"{SECRET}|{NUMBER}") == set()


def test_what_changes_under_its_hands_is_left_alone(
    talked: Stage, clock: Clock, administrator: Administrator, network: Network
) -> None:
    clock.passes(days=366)
    step, kept = expiry.TEXTS[0], kept_now(talked.service)
    with talked.service.store.reading() as tx:
        ids = step.find(tx, kept, 0)
    network.answers = [Later("busy")]
    administrator.sends_again(administrator.sms_out()[1])
    with talked.service.store.transaction() as tx:
        assert (len(ids), step.run(tx, kept, ids)) == (2, 1)
    assert [row.text for row in administrator.sms_out()] == ["", f"{SECRET} igen"]


def test_it_works_in_small_steps(talked: Stage, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 1)
    clock.passes(days=1826)
    assert purge(talked.service)["records"] >= 4
    assert trace(talked, f"{SECRET}|{NUMBER}") == set()


def test_a_closed_account_goes_when_nothing_of_it_is_left(
    stage: Stage, anna: Employee, customer: Customer, clock: Clock, administrator: Administrator, key: str
) -> None:
    anna.writes("unsubscribe", key)
    anna.receives()
    anna.subscribes(key, "Anna Berg\nFirma A/S")
    customer.texts(anna, SECRET)
    account.close(stage.service, anna.number)
    clock.passes(days=366)
    purge(stage.service)
    assert trace(stage, "Anna Berg") == set()
    assert len(administrator.accounts()) == 2
    clock.passes(days=1460)
    purge(stage.service)
    assert administrator.accounts() == []
    assert trace(stage, anna.address) - {"acts.details"} == set()


def test_the_number_of_a_closed_account_rests_as_long_as_was_said(build) -> None:
    stage = build(tables="[retention]\nrecords_days = 10\n[numbers]\nrest_days = 100")
    stage.administrator.opens_account(stage.anna)
    account.close(stage.service, stage.anna.number)
    for days, left in ((50, 1), (51, 0)):
        stage.clock.passes(days=days)
        purge(stage.service)
        assert len(stage.administrator.accounts()) == left


def test_what_is_counted_for_a_while_goes_too(stage: Stage, clock: Clock) -> None:
    with stage.service.store.transaction() as tx:
        failures.count(tx, "digest", clock())
        sign_ins.add(tx, name="digest", address="192.0.2.7", now=clock())
        health.count(tx, "main", clock(), 0.2, failed=False)
    clock.passes(days=8)
    purge(stage.service)
    assert trace(stage, "digest|192.0.2.7") == set()
    with stage.service.store.reading() as tx:
        assert health.counted(tx, "main", 0) == (0, 0)
