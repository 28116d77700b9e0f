"""`kill -9` at every step, and at any moment; then the MTA hands the mail over again, and the gateway calls again."""

from __future__ import annotations

import random
import signal
import time

import pytest

from smsdialog import faults
from tests.ledger.office import CUSTOMERS, OPERATOR, Office, status

OF_A_MAIL = ("claimed", "leased", "answered", "settled", "settled:2")
OF_A_REPORT = ("reported", "notice-leased", "notice-taken", "notice-sent")
OF_AN_SMS = ("received", "mail-leased", "mail-taken", "mailed")
OF_A_RECEIPT = ("receipt-applied", "reported", "notice-leased", "notice-taken", "notice-sent")
KILLED = -signal.SIGKILL


def test_every_step_is_died_at_here() -> None:
    assert {name.partition(":")[0] for name in (*OF_A_MAIL, *OF_A_REPORT, *OF_AN_SMS, *OF_A_RECEIPT)} == set(
        faults.STEPS
    )


@pytest.mark.parametrize("step", OF_A_MAIL)
def test_killed_with_a_mail_in_hand(office: Office, step: str) -> None:
    assert status(office.pipe(1, SMSDIALOG_FAULT=step)) == KILLED
    assert office.retries(1) == 0
    office.check(mails=1)
    unknown = [row for row in office.sms_out() if row.state == "unknown"]
    assert len(unknown) == (step in ("claimed", "leased", "answered"))
    assert len(office.mails(OPERATOR)) == len(unknown)


@pytest.mark.parametrize("step", ["leased", "answered", "notice-leased"])
def test_the_next_try_need_not_wait_for_a_killed_runs_lease(office: Office, step: str) -> None:
    """The lease is two minutes long, and its owner is known to be dead."""
    office.provider.manner = "garbage" if step == "notice-leased" else office.provider.manner
    assert status(office.pipe(1, SMSDIALOG_FAULT=step, SMSDIALOG_HASTE="1")) == KILLED
    assert status(office.pipe(1, SMSDIALOG_HASTE="1")) == 0
    assert "unknown" in {row.state for row in office.sms_out()}
    assert office.mails()


@pytest.mark.parametrize("step", OF_A_REPORT)
def test_killed_with_a_report_in_hand(office: Office, step: str) -> None:
    office.provider.manner = "garbage"
    assert status(office.pipe(1, SMSDIALOG_FAULT=step)) == KILLED
    assert office.retries(1) == 0
    office.flushes()
    office.check(mails=1)
    assert {row.state for row in office.sms_out()} == {"unknown"}
    assert len({mail["Message-ID"] for mail in office.mails()}) == 1


@pytest.mark.parametrize("step", OF_AN_SMS)
@pytest.mark.parametrize("again", [True, False], ids=["the-gateway-calls-again", "it-does-not"])
def test_killed_with_an_sms_in_hand(office: Office, step: str, again: bool) -> None:
    assert status(office.call(1, SMSDIALOG_FAULT=step)) == KILLED
    if again:
        assert status(office.call(1)) == 0
    office.flushes()
    assert office.texts_in() == ["Ja 1"]
    assert len(office.mails()) == (2 if step == "mail-taken" else 1)
    assert office.states_in() == {"mailed": 1}
    assert office.checks() == []


@pytest.mark.parametrize("step", OF_A_RECEIPT)
@pytest.mark.parametrize("again", [True, False], ids=["the-gateway-calls-again", "it-does-not"])
def test_killed_with_a_receipt_in_hand(office: Office, step: str, again: bool) -> None:
    assert status(office.pipe(1)) == 0
    reference = office.sms_out()[0].reference
    assert status(office.receipt(reference, 2, SMSDIALOG_FAULT=step)) == KILLED
    if again:
        assert status(office.receipt(reference, 2)) == 0
    office.flushes()
    assert [row.state for row in office.sms_out()] == ["failed", "sent"]
    assert len({mail["Message-ID"] for mail in office.mails()}) == 1
    assert office.checks() == []


def test_killed_at_any_moment(office: Office) -> None:
    moments = random.Random(22)
    for number in range(24):
        running = office.pipe(number) if number % 3 else office.call(number)
        time.sleep(moments.uniform(0.0, 0.7))
        running.kill()
        running.communicate()
    mails = [number for number in range(24) if number % 3]
    assert [office.retries(number) for number in mails] == [0] * len(mails)
    for number in range(0, 24, 3):
        assert status(office.call(number)) == 0
    office.flushes()
    office.check(mails=len(mails))
    assert office.texts_in() == sorted(f"Ja {number}" for number in range(0, 24, 3))


def test_the_switch_is_dead_unless_tests_are_on(office: Office) -> None:
    assert status(office.pipe(1, SMSDIALOG_TEST_FAULTS="", SMSDIALOG_FAULT="claimed")) == 0
    assert len(office.provider.seen) == len(CUSTOMERS)
