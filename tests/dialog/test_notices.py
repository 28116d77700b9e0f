"""What went wrong is told: to whom it may be told, in his language, and not too often."""

from __future__ import annotations

from typing import Any

import pytest

from smsdialog.gateways import Refused
from tests.dialog.stage import Administrator, Clock, Customer, Employee, Network, PostOffice, Stage, body_of


def test_never_more_than_one_notice_of_a_kind_an_hour_and_the_later_ones_gathered_after_it(
    anna: Employee, administrator: Administrator, clock: Clock, key: str
) -> None:
    for customer in ("20123451", "20123452", "20123453"):
        assert anna.writes(key, customer, "").statuses == [0]
        clock.passes(minutes=10)
    assert "20123451" in body_of(anna.receives())
    administrator.flushes()
    anna.receives_nothing()
    clock.passes(minutes=31)
    administrator.flushes()
    gathered = body_of(anna.receives())
    assert "20123452" in gathered
    assert "20123453" in gathered
    assert "20123451" not in gathered
    clock.passes(hours=5)
    administrator.flushes()
    anna.receives_nothing()


def test_never_more_than_ten_notices_a_day_and_the_later_ones_after_it(
    anna: Employee, administrator: Administrator, clock: Clock, key: str
) -> None:
    for number in range(12):
        anna.writes(key, f"20123{number:02}", "Hej")
        clock.passes(minutes=61)
        administrator.flushes()
    assert len(anna.mailbox()) == 10
    clock.passes(days=1)
    administrator.flushes()
    everything = "".join(map(body_of, anna.mailbox()))
    assert all(f"“20123{number:02}”" in everything for number in range(12))


def test_notices_of_another_kind_are_not_held_back(anna: Employee, key: str) -> None:
    anna.writes(key, "2012345", "Hej")
    anna.writes(key, "20123456", "")
    assert len(anna.mailbox()) == 2


def test_the_notices_of_another_employee_are_not_held_back(stage: Stage, anna: Employee, key: str) -> None:
    bo = stage.employee("bo@firma.example")
    stage.administrator.opens_account(bo)
    for employee in (anna, bo):
        employee.writes(key, "2012345", "Hej")
        employee.receives()


def test_every_failure_is_told_once(
    anna: Employee, administrator: Administrator, network: Network, clock: Clock, key: str
) -> None:
    network.answers = [Refused("blocked")] * 5
    for number in range(5):
        anna.writes(key, f"2012345{number}", "Hej").again()
    clock.passes(hours=1)
    administrator.flushes()
    everything = "".join(map(body_of, anna.mailbox()))
    assert all(everything.count(f"+45 20 12 34 5{number}: IKKE sendt") == 1 for number in range(5))


def test_a_mail_that_asks_for_no_answer_gets_none_and_is_still_texted(
    anna: Employee, customer: Customer, key: str
) -> None:
    headers = {"X-Auto-Response-Suppress": "All"}
    anna.writes(key, "20123456", "Hej", headers=headers)
    assert customer.receives().text == "Hej"
    anna.writes(key, "2012345", "Hej", headers=headers)
    anna.receives_nothing()


def test_a_notice_has_exactly_our_headers_and_the_null_sender(anna: Employee, post: PostOffice, key: str) -> None:
    anna.writes(key, "2012345", "Hej", headers={"Message-ID": "<anna-1@firma.example>"})
    notice = anna.receives()
    assert notice.keys() == [
        "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
        "X-Auto-Response-Suppress", "X-SMSDialog-Loop", "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
    ]  # fmt: skip
    assert notice["In-Reply-To"] == "<anna-1@firma.example>"
    assert notice["Auto-Submitted"] == "auto-replied"
    assert post.arguments() == [["-i", "-f", "<>", "--", anna.address]]


@pytest.mark.parametrize("message_id", ["<a b@c>", "<no-at>", "<a@b@c>", "<=?utf-8?q?a=0ABcc:_x@y.z?=>", "x" * 400])
def test_a_message_id_that_is_none_is_not_copied(anna: Employee, key: str, message_id: str) -> None:
    mail = f"From: {anna.address}\nTo: {key}@sendmailsms.dk\nSubject: 2012345\nMessage-ID: {message_id}\n\nHej\n"
    anna.posts(mail.encode(), [key])
    notice = anna.receives()
    assert notice["In-Reply-To"] is None or notice["In-Reply-To"].count("@") == 1
    assert "Bcc" not in notice


def test_nothing_of_a_mail_reaches_a_header_of_its_notice(anna: Employee, key: str) -> None:
    text = "=?utf-8?q?a=0ABcc:_fremmed@andet.example?=\n.\nBcc: fremmed@andet.example"
    anna.writes(key, "2012345 =?utf-8?q?a=0ABcc:_fremmed@andet.example?=", text)
    notice = anna.receives()
    assert notice["Subject"] == "SMS ikke sendt"
    assert notice["Bcc"] is None
    assert [address.addr_spec for address in notice["To"].addresses] == [anna.address]


def test_only_the_head_of_a_long_mail_is_quoted(anna: Employee, key: str) -> None:
    anna.writes(key, "2012345", "\n".join(f"linje {number}" for number in range(100)))
    quoted = [line for line in body_of(anna.receives()).splitlines() if line.startswith("> linje")]
    assert len(quoted) == 20


def test_a_notice_that_may_have_been_sent_is_not_mixed_with_later_ones_under_its_message_id(
    anna: Employee, administrator: Administrator, clock: Clock, post: PostOffice, key: str
) -> None:
    """A reader's server may drop a mail whose Message-ID it has seen, and the later notice with it."""
    post.goes_down()
    anna.writes(key, "20123451", "")
    anna.writes(key, "20123452", "")
    post.comes_back()
    clock.passes(minutes=5)
    administrator.flushes()
    clock.passes(hours=2)
    administrator.flushes()
    bodies: dict[Any, set[str]] = {}
    for mail in [*post.refused(), *post.taken()]:
        bodies.setdefault(mail["Message-ID"], set()).add(body_of(mail))
    assert all(len(different) == 1 for different in bodies.values())
    assert "20123452" in "".join(body_of(mail) for mail in anna.mailbox())


MACHINES: dict[str, dict[str, Any]] = {
    "bounce": {"envelope_sender": ""},
    "bounce-in-brackets": {"envelope_sender": "<>"},
    "bounce-by-name": {"envelope_sender": "MAILER-DAEMON"},
    "out-of-office": {"headers": {"Auto-Submitted": "auto-replied"}},
    "bulk": {"headers": {"Precedence": "bulk"}},
    "list": {"headers": {"List-Id": "<nyt.andet.example>"}},
    "own-message-id": {"headers": {"Message-ID": "<in.1.abc@sendmailsms.dk>"}},
    "daemon": {"headers": {"From": "MAILER-DAEMON@firma.example"}},
    "ourselves": {"headers": {"From": "help@sendmailsms.dk"}},
}


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES.keys())
def test_machines_get_neither_an_answer_nor_an_sms_nor_an_account(
    stage: Stage, anna: Employee, key: str, machine: dict[str, Any]
) -> None:
    for to, subject in ((key, "20123456"), ("subscribe", key), ("help", "")):
        assert anna.writes(to, subject, "Hej", **machine).statuses == [0]
    assert_dropped(stage)


def test_a_loop_stops_at_our_own_header(stage: Stage, anna: Employee, customer: Customer, key: str) -> None:
    customer.texts(anna, "Hej")
    loop = str(anna.receives()["X-SMSDialog-Loop"])
    anna.writes(key, "20123456", "Hej", headers={"X-SMSDialog-Loop": loop})
    assert stage.network.tried == []
    anna.receives_nothing()


def test_a_delivery_report_becomes_nothing(stage: Stage, anna: Employee, key: str) -> None:
    head = f"From: {anna.address}\nTo: {key}@sendmailsms.dk\nSubject: 20123456\nMessage-ID: <1@x.example>\n"
    kind = 'Content-Type: multipart/report; report-type=delivery-status; boundary="x"'
    anna.posts(f"{head}{kind}\n\n--x\n\nHej\n--x--\n".encode(), [key])
    assert_dropped(stage)


def assert_dropped(stage: Stage) -> None:
    assert {row.outcome for row in stage.administrator.decisions()} == {"dropped"}
    assert stage.network.tried == []
    assert stage.post.arguments() == []
    assert len(stage.administrator.accounts()) == 1


def test_an_out_of_office_answer_to_an_sms_mail_is_dropped(stage: Stage, anna: Employee, customer: Customer) -> None:
    customer.texts(anna, "Hej")
    mail = anna.receives()
    anna.replies(mail, "Jeg er på ferie", envelope_sender="<>")
    to = mail["Reply-To"].addresses[0].addr_spec
    anna.writes(to, "Automatisk svar: SMS fra +45 20 12 34 56", "Jeg er på ferie")
    anna.writes(to, "Autosvar", "Jeg er på ferie", headers={"Auto-Submitted": "auto-generated"})
    customer.receives_nothing()
    anna.receives_nothing()


@pytest.mark.parametrize("name", ["nobody", "post", "4520123456.abcdefghijklmnop", "x" * 64])
def test_a_proven_owner_is_told_of_an_address_that_does_not_exist_and_a_stranger_is_not(
    stage: Stage, anna: Employee, name: str
) -> None:
    anna.writes(name, text="Hej", inside=True)
    assert "findes ikke her" in body_of(anna.receives())
    stage.employee("fremmed@andet.example").writes(name, text="Hej")
    anna.writes(name, text="Hej")
    assert len(stage.post.arguments()) == 1
