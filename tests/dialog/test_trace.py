"""One trace from the mail to the receipt, and from the gateway's call to sendmail, in every line of the log."""

from __future__ import annotations

import contextlib
import re
import syslog

import pytest

from smsdialog import log
from smsdialog.core.model import Delivery, InboundSms, Segment
from smsdialog.dialog import receive
from smsdialog.dialog.door import STRANGE, Caller, note_refusal
from smsdialog.dialog.take import take
from smsdialog.errors import StoreUnavailable
from smsdialog.gateways import Later, Refused
from tests.dialog.stage import Administrator, Clock, Customer, Employee, Network, PostOffice, Stage


class Log:
    """The lines that reach syslog, as their pairs."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lines: list[str] = []
        monkeypatch.setattr(syslog, "syslog", lambda _, text: self.lines.append(text))

    def events(self) -> list[dict[str, str]]:
        return [dict(pair.split("=", 1) for pair in line.split(" ")) for line in self.lines]

    def names(self) -> list[str]:
        return [event["event"] for event in self.events()]

    def traces(self) -> set[str]:
        return {event.get("trace", "none") for event in self.events()}


@pytest.fixture
def lines(stage: Stage, anna: Employee, monkeypatch: pytest.MonkeyPatch) -> Log:
    """What is logged from here on; Anna has her account."""
    return Log(monkeypatch)


def test_a_mail_its_sms_their_receipts_and_what_is_told_have_one_trace(
    stage: Stage, anna: Employee, key: str, network: Network, administrator: Administrator, clock: Clock, lines: Log
) -> None:
    network.answers = [Later("busy"), Refused("no such number")]
    anna.writes(key, "20123456, 20123457", "Hej")
    clock.passes(minutes=20)
    administrator.flushes()
    stage.receipt_comes(administrator.sms_out()[0], Delivery.DELIVERED)
    expected = {"sms", "queued", "failed", "gateway-down", "sent", "posted", "gateway-up", "receipt-delivered"}
    assert set(lines.names()) == expected
    (trace,) = lines.traces()
    assert re.fullmatch("[0-9a-f]{12}", trace)
    assert {row.reference[:12] for row in administrator.sms_out()} == {trace}


def test_two_mails_have_two_traces_and_one_that_comes_twice_has_one(
    anna: Employee, key: str, network: Network, lines: Log
) -> None:
    network.answers = [Later("busy")]
    anna.writes(key, "20123456", "Hej").again()
    assert len(lines.traces()) == 1
    anna.writes(key, "20123456", "Hej")
    assert len(lines.traces()) == 2


def test_an_sms_has_one_trace_from_the_gateways_call_to_sendmail(
    anna: Employee, customer: Customer, post: PostOffice, administrator: Administrator, lines: Log
) -> None:
    post.goes_down()
    customer.texts(anna, "Hej", gateway_id="a1")
    customer.texts(anna, "Hej", gateway_id="a1")
    post.comes_back()
    administrator.flushes()
    assert lines.names() == ["received", "not-mailed", "repeated", "not-mailed", "mailed"]
    assert len(lines.traces()) == 1


def test_the_same_text_again_is_another_sms_with_another_trace(anna: Employee, customer: Customer, lines: Log) -> None:
    customer.texts(anna, "Hej")
    customer.texts(anna, "Hej")
    assert len(lines.traces()) == 2


def test_the_whole_of_a_long_sms_names_the_trace_of_its_parts(stage: Stage, anna: Employee, lines: Log) -> None:
    for index in (1, 2):
        segment = Segment("cc", 2, index)
        receive.receive(
            stage.service, InboundSms("main", f"p{index}", "+4520123456", anna.number, "Hej", segment=segment)
        )
    part, whole, _ = lines.events()
    assert (part["event"], part["part"]) == ("part", "1/2")
    assert whole["joined"] == part["trace"] != whole["trace"]


def test_a_failure_bears_trace_and_queue_id(
    stage: Stage, anna: Employee, key: str, lines: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted = anna.writes(key, "20123456", "Hej")
    (trace,) = lines.traces()

    def broken(*_: object, **__: object) -> None:
        raise StoreUnavailable("the database is away")

    monkeypatch.setattr("smsdialog.dialog.handle.dispatch.send", broken)
    with pytest.raises(StoreUnavailable) as caught:
        take(stage.service, posted.raw, posted.envelopes[0], deadline=stage.clock() + 60)
    assert caught.value.__dict__["about"] == {"queue": posted.envelopes[0].queue_id, "trace": trace}


def test_what_is_rolled_back_is_not_logged_and_what_is_committed_is(stage: Stage, lines: Log) -> None:
    with contextlib.suppress(StoreUnavailable), stage.service.store.transaction():
        log.event("lost")
        raise StoreUnavailable("the disk is full")
    with stage.service.store.transaction():
        log.event("kept")
        assert lines.lines == []
    assert lines.names() == ["kept"]


def test_who_is_refused_at_the_door_is_logged_in_short(key: str, lines: Log) -> None:
    caller = Caller("anna@firma.example", "", "192.0.2.25")
    note_refusal(f"{key}@sendmailsms.dk", caller, STRANGE, "4XyZ1")
    assert lines.lines == [
        f"event=refused-at-the-door queue=4XyZ1 recipient={key[:7]}_ code=5.1.1 sender=a***@firma.example"
    ]


def test_no_line_holds_a_text_a_whole_number_or_a_secret(
    stage: Stage, anna: Employee, customer: Customer, key: str, network: Network, lines: Log
) -> None:
    network.answers = [Refused("We do not send 'Hemmelig'", answer="Hemmelig")]
    anna.writes([key, "20123456"], "", "Hemmelig")
    customer.texts(anna, "Hemmelig")
    anna.replies(anna.mailbox()[-1], "Hemmelig")
    stage.administrator.disables("Firma")
    said = " ".join(lines.lines)
    assert not [word for word in ("Hemmelig", "20123456", key, anna.number, "anna@") if word in said]
    assert "event=act" in said
