"""A gateway and a sendmail that misbehave in every way: the pipe ends in time, and nobody gets anything twice.

Every time-out is a twentieth here, so that a run that may last 100 s ends within 5, and the start of a process.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.ledger.office import Office, status

HASTE = {"SMSDIALOG_HASTE": "20"}
LONGEST_SECONDS = 100 / 20 + 20  # the pipe itself takes its time to start on a busy machine


@pytest.mark.parametrize("manner", ["hang", "reset", "bad-gateway", "garbage", "late", "trickle", "trickle-head"])
def test_whatever_a_gateway_does_the_run_ends_and_what_may_have_been_sent_is_unknown(
    office: Office, manner: str
) -> None:
    office.provider.manner = manner
    began = time.monotonic()
    assert status(office.pipe(1, subject="20123456", **HASTE)) in (0, 75)
    assert time.monotonic() - began < LONGEST_SECONDS
    office.provider.manner = "accept"
    assert office.retries(1) == 0
    office.flushes()
    assert list(office.provider.seen.values()) == [1]
    assert [row.state for row in office.sms_out()] == ["unknown"]
    assert "may or may not have been sent" in str(office.mails()[0].get_content())
    assert office.checks() == []


def test_a_gateway_that_is_not_there_is_tried_again(office: Office) -> None:
    office.provider.close()
    assert status(office.pipe(1, **HASTE)) == 75
    assert {row.state for row in office.sms_out()} == {"queued"}


def test_many_customers_and_a_gateway_that_hangs_are_no_longer_a_run(office: Office) -> None:
    office.provider.manner = "hang"
    began = time.monotonic()
    subject = ", ".join(str(20123456 + number) for number in range(12))
    assert status(office.pipe(1, subject=subject, **HASTE)) == 75
    assert time.monotonic() - began < LONGEST_SECONDS
    assert {row.state for row in office.sms_out()} == {"unknown", "queued"}


@pytest.mark.parametrize("trouble", ["fails", "hangs", "missing"])
def test_whatever_sendmail_does_a_report_goes_out_later(office: Office, trouble: str) -> None:
    office.provider.manner = "bad-gateway"
    mend = break_sendmail(office, trouble)
    began = time.monotonic()
    assert status(office.pipe(1, subject="20123456", **HASTE)) == 75
    assert time.monotonic() - began < LONGEST_SECONDS
    mend()
    assert office.retries(1) == 0
    assert len(office.mails()) == 1
    assert office.checks() == []


@pytest.mark.parametrize("trouble", ["fails", "hangs", "missing"])
def test_whatever_sendmail_does_an_sms_is_kept_and_mailed_later(office: Office, trouble: str) -> None:
    mend = break_sendmail(office, trouble)
    assert status(office.call(1, **HASTE)) == 0
    assert status(office.call(2, **HASTE)) == 0
    assert office.states_in() == {"received": 2}
    mend()
    office.flushes()
    assert office.texts_in() == ["Ja 1", "Ja 2"]
    assert office.checks() == []


def break_sendmail(office: Office, trouble: str) -> Callable[[], None]:
    """Break it; returns what mends it."""
    if trouble == "missing":
        there, away = office.base / "sendmail", office.base / "sendmail.away"
        there.rename(away)
        return lambda: [away.rename(there), None][1]
    flag = office.post / trouble
    flag.touch()
    return flag.unlink
