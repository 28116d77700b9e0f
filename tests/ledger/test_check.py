"""What breaks the promise is found, each kind of it, and named by its id."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from sqlalchemy import delete, update

from smsdialog.gateways import Unknown
from smsdialog.store.schema import deliveries, inbound, notices, outbound
from tests.dialog.conftest import build, migrated  # noqa: F401  (fixtures)
from tests.dialog.stage import Stage

SPOILT = {
    "no decision": (
        delete(deliveries).where(deliveries.c.mail_id == 3),
        "1 mails have no decision on any recipient (m3)",
    ),
    "dropped by nothing": (
        update(deliveries).where(deliveries.c.mail_id == 3).values(reason=""),
        "1 mails were dropped by no rule that has a name (m3)",
    ),
    "an outcome that there is not": (
        update(deliveries).where(deliveries.c.mail_id == 3).values(outcome="gone"),
        "1 mails were dropped by no rule that has a name (m3)",
    ),
    "no sms": (
        delete(outbound).where(outbound.c.mail_id == 1),
        "1 mails were to become SMS and have none (m1)",
    ),
    "no answer": (
        delete(notices).where(notices.c.mail_id == 2),
        "1 mails were refused or answered, and no notice says so (m2)",
    ),
    "queued": (
        update(outbound).where(outbound.c.id == 1).values(state="queued"),
        "1 SMS have waited for more than 2 hours to be sent (o1): run 'smsdialog flush'",
    ),
    "sending": (
        update(outbound).values(state="sending"),
        "3 SMS have waited for more than 2 hours to be sent (o1, o2, o3): run 'smsdialog flush'",
    ),
    "not told": (
        update(outbound).where(outbound.c.id == 3).values(reported=False),
        "1 SMS went wrong and nobody was told (o3): run 'smsdialog flush'",
    ),
    "said to be told": (
        delete(notices).where(notices.c.mail_id == 4),
        "1 SMS went wrong, and no notice says so (o3)",
    ),
    "a state out that there is not": (
        update(outbound).where(outbound.c.id == 2).values(state="lost"),
        "1 SMS are in a state that there is not (o2)",
    ),
    "not mailed": (
        update(inbound).where(inbound.c.id == 1).values(state="received"),
        "1 SMS have waited for more than 2 hours to be mailed (i1): run 'smsdialog flush'",
    ),
    "a state in that there is not": (
        update(inbound).where(inbound.c.id == 2).values(state="lost"),
        "1 SMS are in a state that there is not, or are nobody's (i2)",
    ),
    "mailed to nobody": (
        update(inbound).where(inbound.c.id == 1).values(account_id=None),
        "1 SMS are in a state that there is not, or are nobody's (i1)",
    ),
    "a notice not tried": (
        update(notices).where(notices.c.mail_id == 2).values(sent_at=None, attempts=0),
        "1 notices have waited for more than 2 hours to be mailed (n1): run 'smsdialog flush'",
    ),
    "a notice that sendmail does not take": (
        update(notices).where(notices.c.mail_id == 2).values(sent_at=None, attempts=9, due_at=1e12),
        "1 notices have waited for more than 2 hours to be mailed (n1): run 'smsdialog flush'",
    ),
}


@pytest.fixture
def stage(build: Callable[..., Stage]) -> Stage:  # noqa: F811
    """One of everything, some hours ago: sent, refused, dropped, unknown and reported; mailed, held."""
    stage = build()
    anna = stage.anna
    stage.administrator.opens_account(anna)
    anna.writes(stage.key, "20123456, 30123456", "Hej")
    anna.writes(stage.key, "2012345", "Hej")
    anna.writes(stage.key, "20123456", "Jeg er på ferie", headers={"Auto-Submitted": "auto-replied"})
    stage.network.answers = [Unknown("reset")]
    anna.writes(stage.key, "20123456", "Hej igen")
    anna.writes(stage.key, "2012345", "Hej", headers={"X-Auto-Response-Suppress": "All"})
    stage.customer.texts(anna, "Ja")
    stage.customer.texts("459192999999", "Er der nogen?")
    stage.clock.passes(hours=3)
    stage.administrator.flushes()
    return stage


def test_one_of_everything_is_well(stage: Stage) -> None:
    assert stage.administrator.checks() == []
    assert [row.state for row in stage.administrator.sms_out()] == ["sent", "sent", "unknown"]
    assert [row.state for row in stage.administrator.sms_in()] == ["mailed", "held"]


@pytest.mark.parametrize("what", SPOILT)
def test_what_breaks_the_promise_is_found(stage: Stage, what: str) -> None:
    statement, finding = SPOILT[what]
    with stage.service.store.transaction() as tx:
        tx.execute(statement)
    assert stage.administrator.checks() == [finding]


def test_what_waits_within_its_time_is_no_finding(stage: Stage) -> None:
    with stage.service.store.transaction() as tx:
        tx.execute(update(outbound).values(state="queued", updated_at=stage.clock()))
        tx.execute(update(inbound).where(inbound.c.id == 1).values(state="received", received_at=stage.clock()))
        later = {"sent_at": None, "attempts": 0, "due_at": stage.clock() + 3600}
        tx.execute(update(notices).where(notices.c.mail_id == 2).values(**later))
    assert stage.administrator.checks() == []


def test_a_long_list_is_cut(stage: Stage) -> None:
    for number in range(30):
        stage.anna.writes(stage.key, "20123456", f"Hej {number}")
    with stage.service.store.transaction() as tx:
        tx.execute(update(outbound).values(state="lost"))
    (finding,) = stage.administrator.checks()
    assert finding.startswith("33 SMS are in a state that there is not (o1, o2, ")
    assert finding.endswith(", o20, …)")


def test_two_open_accounts_of_one_number_and_rows_that_name_nothing_are_damage(stage: Stage) -> None:
    bo = stage.employee("bo@firma.example")
    stage.administrator.opens_account(bo)
    spoiler = sqlite3.connect(stage.folder / "state" / "smsdialog.db")
    spoiler.executescript(
        "DROP INDEX accounts_open_number; UPDATE accounts SET number = '459192000001'; DELETE FROM mails WHERE id = 1;"
    )
    spoiler.close()
    assert stage.administrator.checks() == [
        "the database is damaged: a row of 'deliveries' names one of 'mails' that is not there",
        "the database is damaged: a row of 'endings' names one of 'mails' that is not there",
        "the database is damaged: a row of 'outbound' names one of 'mails' that is not there",
        "more than one open account has the number 459192000001",
    ]
