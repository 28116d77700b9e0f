"""Mails of ours that come back: counted, and after too many of them no more are sent; nothing is lost."""

from __future__ import annotations

import pytest

from tests.dialog.stage import Administrator, Clock, Customer, Employee, PostOffice, Stage, body_of

REPORT = """\
From: Mail Delivery System <{author}>
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-{to}>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

The mail could not be delivered. Status: 5.0.0
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.firma.example

Final-Recipient: rfc822; anna@firma.example
Action: failed
Status: {status}
--b
Content-Type: message/rfc822

Subject: SMS fra +45 20 12 34 56

Status: 5.1.1
--b--
"""
OLD_STYLE = "From: {author}\nTo: {to}\nSubject: failure notice\nMessage-ID: <old-{to}>\n\nNo such mailbox.\n"


class Mailbox:
    """Anna's mailbox, which refuses what is sent to it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def bounces(self, status: str = "5.1.1", *, template: str = REPORT, author: str = "", spelling: str = "") -> str:
        """A customer writes, and his SMS mail comes back; the address to which it did."""
        self.stage.customer.texts(self.stage.anna, "Hej")
        self.stage.anna.receives()
        return self.returns(self.stage.post.arguments()[-1][2], status, template, author, spelling)

    def returns(
        self, to: str, status: str = "5.1.1", template: str = REPORT, author: str = "", spelling: str = ""
    ) -> str:
        raw = template.format(to=to, status=status, author=author or "MAILER-DAEMON@mx.firma.example")
        assert self.stage.anna.posts(raw.encode(), [to], envelope_sender=spelling).statuses == [0]
        return to


@pytest.fixture
def mailbox(stage: Stage, anna: Employee) -> Mailbox:
    return Mailbox(stage)


def is_suspended(administrator: Administrator) -> bool:
    return administrator.accounts()[0].suspended_at is not None


def days_of_bounces(mailbox: Mailbox, clock: Clock, status: str = "5.1.1", count: int = 5) -> None:
    for _ in range(count):
        mailbox.bounces(status)
        clock.passes(days=1)


@pytest.mark.parametrize("spelling", ["", "<>", "MAILER-DAEMON"])
def test_a_bounce_becomes_neither_an_sms_nor_a_mail(stage: Stage, mailbox: Mailbox, spelling: str) -> None:
    mailbox.bounces(spelling=spelling)
    assert stage.network.tried == []
    assert len(stage.post.arguments()) == 1
    assert stage.administrator.decisions()[-1].outcome == "dropped"


def test_a_mailbox_that_keeps_refusing_is_suspended_and_the_operator_told_once(
    mailbox: Mailbox, administrator: Administrator, clock: Clock
) -> None:
    days_of_bounces(mailbox, clock, count=4)
    assert not is_suspended(administrator)
    mailbox.bounces()
    assert is_suspended(administrator)
    assert "anna@firma.example" in body_of(administrator.receives())
    administrator.receives_nothing()


def test_the_sms_of_a_suspended_account_are_held_and_delivered_when_it_is_resumed(
    stage: Stage, mailbox: Mailbox, clock: Clock, customer: Customer
) -> None:
    days_of_bounces(mailbox, clock)
    assert customer.texts(stage.anna, "Er du der?") == 200
    stage.anna.receives_nothing()
    assert stage.administrator.sms_in()[-1].state == "held"
    stage.administrator.resumes(stage.anna)
    assert [body_of(mail) for mail in stage.anna.mailbox()][-1] == "Er du der?"
    assert stage.administrator.checks() == []


def test_who_is_suspended_can_still_send(stage: Stage, mailbox: Mailbox, clock: Clock, customer: Customer) -> None:
    days_of_bounces(mailbox, clock)
    stage.anna.writes(stage.key, "20123456", "Hej")
    assert customer.receives().text == "Hej"


def test_after_a_resume_counting_begins_anew(
    stage: Stage, mailbox: Mailbox, administrator: Administrator, clock: Clock
) -> None:
    days_of_bounces(mailbox, clock)
    administrator.resumes(stage.anna)
    mailbox.bounces()
    assert not is_suspended(administrator)


def test_many_bounces_of_one_day_are_one_trouble(mailbox: Mailbox, administrator: Administrator) -> None:
    for _ in range(8):
        mailbox.bounces()
    assert not is_suspended(administrator)


def test_a_temporary_failure_counts_a_quarter(mailbox: Mailbox, administrator: Administrator, clock: Clock) -> None:
    days_of_bounces(mailbox, clock, "4.4.1", count=19)
    assert not is_suspended(administrator)
    mailbox.bounces("4.4.1")
    assert is_suspended(administrator)


def test_a_delivery_that_succeeded_counts_nothing(mailbox: Mailbox, administrator: Administrator, clock: Clock) -> None:
    days_of_bounces(mailbox, clock, "2.0.0", count=8)
    assert not is_suspended(administrator)


def test_bounces_of_long_ago_are_forgotten(mailbox: Mailbox, administrator: Administrator, clock: Clock) -> None:
    days_of_bounces(mailbox, clock, count=4)
    clock.passes(days=40)
    mailbox.bounces()
    assert not is_suspended(administrator)


def test_a_bounce_without_a_report_counts_when_a_mail_server_wrote_it(
    mailbox: Mailbox, administrator: Administrator, clock: Clock
) -> None:
    for _ in range(5):
        mailbox.bounces(template=OLD_STYLE)
        clock.passes(days=1)
    assert is_suspended(administrator)


def test_an_autoresponder_is_no_bounce(
    stage: Stage, mailbox: Mailbox, administrator: Administrator, clock: Clock
) -> None:
    """They answer to the envelope sender, with the null sender: a holiday must not suspend an account."""
    for _ in range(8):
        mailbox.bounces(template=OLD_STYLE, author=stage.anna.address)
        clock.passes(days=1)
    assert not is_suspended(administrator)


def test_a_mail_that_bounces_twice_counts_once_by_the_graver(
    mailbox: Mailbox, administrator: Administrator, clock: Clock
) -> None:
    for _ in range(4):
        to = mailbox.bounces("4.4.1")
        mailbox.returns(to, "5.4.7", REPORT.replace("<bounce", "<final"))
        mailbox.returns(to, "4.4.1", REPORT.replace("<bounce", "<late"))
        clock.passes(days=1)
    assert not is_suspended(administrator)
    mailbox.bounces()
    assert is_suspended(administrator)


@pytest.mark.parametrize("forged", ["b.1.aaaaaaaaaaaaaaaa@sendmailsms.dk", "b.999.{token}", "b.x.{token}"])
def test_a_forged_bounce_address_counts_nothing(
    mailbox: Mailbox, administrator: Administrator, clock: Clock, forged: str
) -> None:
    token = mailbox.bounces().rpartition(".")[0].rpartition(".")[2] + "@sendmailsms.dk"
    for _ in range(6):
        clock.passes(days=1)
        mailbox.returns(forged.format(token=token))
    assert not is_suspended(administrator)


def test_a_bounce_that_has_a_sender_counts_nothing(
    mailbox: Mailbox, administrator: Administrator, clock: Clock, post: PostOffice
) -> None:
    for _ in range(6):
        mailbox.bounces(spelling="postmaster@andet.example")
        clock.passes(days=1)
    assert not is_suspended(administrator)
