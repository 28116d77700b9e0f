"""Mail from machines is known, whatever its spelling; people's mail is not mistaken for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog.core.automatic import (
    RULES,
    Own,
    Verdict,
    is_from_mail_server,
    judge,
    may_be_answered,
)
from smsdialog.core.autosigns import Evidence
from smsdialog.core.mailparse import parse
from smsdialog.core.model import Envelope, Headers, IncomingMail, Part

OWN = Own(domain="sendmailsms.example", instance="k3v9")
ANSWER = Own(domain="sendmailsms.example", instance="k3v9", reply=True)
ALERTS = Own(domain="sendmailsms.example", instance="k3v9", allow_machine=True)

HUMAN = Envelope(sender="anna@firma.example", recipients=("4520123456@sendmailsms.example",))
FROM = ("From", "Anna Berg <anna@firma.example>")


def mail(*pairs: tuple[str, str], subject: str = "20123456", body: Part | None = None) -> IncomingMail:
    """A mail from Anna, unless a From is among the headers."""
    headers = pairs if any(name.lower() == "from" for name, _ in pairs) else (FROM, *pairs)
    return IncomingMail(Headers(headers), subject, body or Part(content=b"Hej"), 100)


def rule_for(*pairs: tuple[str, str], own: Own = OWN, envelope: Envelope = HUMAN) -> str | None:
    verdict = judge(mail(*pairs), envelope, own)
    return verdict.name if verdict else None


def rule_for_part(body: Part) -> str | None:
    verdict = judge(mail(body=body), HUMAN, OWN)
    return verdict.name if verdict else None


def test_a_persons_mail_meets_no_rule():
    assert judge(mail(), HUMAN, OWN) is None
    assert may_be_answered(mail())


def test_a_verdict_tells_rule_name_and_action():
    assert judge(mail(("List-Id", "<x.example>")), HUMAN, OWN) == Verdict("A-08", "mailing-list", "drop")


def test_rules_are_data_with_names_of_their_own():
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert {rule.id for rule in RULES} == {f"A-{number:02}" for number in range(1, 12)}
    assert all(rule.test.__doc__ for rule in RULES)


def test_rules_that_hold_are_asked_last_and_the_subject_is_the_very_last():
    verdicts = [rule.verdict for rule in RULES]
    assert verdicts == sorted(verdicts)
    assert RULES[-1].name == "machine-subject"


class TestNullSender:
    @pytest.mark.parametrize(
        "sender",
        ["", "<>", "MAILER-DAEMON", "mailer-daemon", "Mailer-Daemon", '"<>"', " <> ", "MAILER-DAEMON@mx.example"],
    )
    def test_every_spelling_of_the_null_sender_is_known(self, sender):
        assert rule_for(envelope=Envelope(sender, ())) == "null-sender"

    @pytest.mark.parametrize("sender", ["anna@firma.example", "mailer@firma.example", "daemon@firma.example"])
    def test_a_sender_is_not_the_null_sender(self, sender):
        assert rule_for(envelope=Envelope(sender, ())) is None

    @pytest.mark.parametrize("value", ["<>", " <> ", "< >", '<"<>">', "MAILER-DAEMON", "<MAILER-DAEMON>"])
    def test_without_an_envelope_the_topmost_return_path_counts(self, value):
        assert rule_for(("Return-Path", value), envelope=Envelope(None, ())) == "null-return-path"

    def test_a_lower_return_path_does_not_count(self):
        pairs = (("Return-Path", "<anna@firma.example>"), ("Return-Path", "<>"))
        assert rule_for(*pairs, envelope=Envelope(None, ())) is None

    def test_a_return_path_does_not_count_where_there_is_an_envelope(self):
        assert rule_for(("Return-Path", "<>")) is None

    def test_neither_envelope_nor_return_path_is_no_sign(self):
        assert rule_for(envelope=Envelope(None, ())) is None


class TestAutoSubmitted:
    @pytest.mark.parametrize(
        "value",
        [
            "auto-replied",
            "auto-generated",
            "auto-notified",
            "Auto-Replied",
            "auto-replied (vacation)",
            "auto-replied (zimbra; vacation)",
            'auto-replied; owner-email="anna@firma.example"',
            "(no) auto-replied",
            "auto-replied (no)",
            "auto-foo",
            "\tauto-replied",
            " auto-generated ",
            "auto-replied(vacation",
            "no-really",
            "yes",
            "",
        ],
    )
    def test_a_keyword_other_than_no_is_a_machines(self, value):
        assert rule_for(("Auto-Submitted", value)) == "auto-submitted"

    @pytest.mark.parametrize(
        "value",
        [
            "no",
            "No",
            "NO",
            " no ",
            "no (comment)",
            "no (really)",
            "no(really)",
            "(well) no",
            "no; x=y",
            "no (open",
            "\tno",
        ],
    )
    def test_no_is_a_persons_in_every_spelling(self, value):
        assert rule_for(("Auto-Submitted", value)) is None

    def test_one_no_does_not_hide_another_instance(self):
        assert rule_for(("Auto-Submitted", "no"), ("AUTO-SUBMITTED", "auto-replied")) == "auto-submitted"

    def test_the_words_in_another_header_are_no_sign(self):
        assert rule_for(("X-Note", "auto-submitted: auto-replied"), ("X-Auto-Submitted-By", "Anna")) is None

    @pytest.mark.parametrize(
        "block",
        [
            "Auto-Submitted: auto-replied\nSubject : x",
            "Subject : x\nAuto-Submitted: auto-replied",
            "Auto-Submitted : auto-replied",
            "Auto-Submitted:\n auto-replied",
            "\ufeffAuto-Submitted: auto-replied",
            "To: x@y.example\nthis line is no header\nAuto-Submitted: auto-replied",
            ">From x@y.example Mon Jan 1\nAuto-Submitted: auto-replied",
        ],
    )
    def test_a_broken_header_block_does_not_hide_it(self, block):
        raw = f"{block}\nFrom: anna@firma.example\n\nHej\n"
        verdict = judge(parse(raw.encode()), HUMAN, OWN)
        assert verdict
        assert verdict.name == "auto-submitted"


class TestAlerts:
    CRON = (("Auto-Submitted", "auto-generated"), ("X-Cron-Env", "<SHELL=/bin/sh>"), ("Precedence", "bulk"))

    def test_alerts_are_dropped_unless_admitted(self):
        assert rule_for(*self.CRON) == "auto-submitted"

    def test_alerts_may_be_admitted(self):
        assert rule_for(*self.CRON, own=ALERTS) is None
        assert rule_for(("Auto-Submitted", "auto-generated (cron)"), ("Auto-Submitted", "no"), own=ALERTS) is None

    @pytest.mark.parametrize("value", ["auto-replied", "auto-notified", "auto-foo"])
    def test_answers_are_never_admitted(self, value):
        assert rule_for(("Auto-Submitted", value), own=ALERTS) == "auto-submitted"
        assert rule_for(*self.CRON, ("Auto-Submitted", value), own=ALERTS) == "auto-submitted"

    def test_only_what_declares_itself_an_alert_is_admitted(self):
        assert rule_for(("Precedence", "bulk"), own=ALERTS) == "precedence"
        assert rule_for(("X-Cron-Env", "<HOME=/root>"), own=ALERTS) == "cron"

    @pytest.mark.parametrize(
        ("pair", "name"),
        [
            (("Precedence", "list"), "precedence"),
            (("Precedence", "auto_reply"), "precedence"),
            (("List-Id", "<x.example>"), "mailing-list"),
            (("X-SMSDialog-Loop", "k3v9"), "own-loop-header"),
            (("X-SMSDialog-Loop", "other"), "foreign-loop-header"),
            (("Content-Type", "multipart/report"), "report"),
        ],
    )
    def test_loops_lists_and_reports_are_not_admitted_as_alerts(self, pair, name):
        assert rule_for(*self.CRON, pair, own=ALERTS) == name

    def test_the_null_sender_is_not_admitted_as_an_alert(self):
        assert rule_for(*self.CRON, own=ALERTS, envelope=Envelope("", ())) == "null-sender"


class TestReports:
    @pytest.mark.parametrize(
        "content_type",
        [
            "multipart/report",
            "Multipart/Report",
            "message/delivery-status",
            "message/disposition-notification",
            "message/feedback-report",
            "message/global-delivery-status",
            "message/global-disposition-notification",
        ],
    )
    def test_every_kind_of_report_is_known(self, content_type):
        assert rule_for_part(Part(content_type=content_type)) == "report"

    @pytest.mark.parametrize(
        "value", ["multipart/report; report-type=delivery-status", "MULTIPART/REPORT", "multipart/report"]
    )
    def test_a_report_that_could_not_be_parsed_is_one(self, value):
        assert rule_for(("Content-Type", value)) == "report"

    def test_a_report_in_a_wrapper_of_a_filter_or_signature_is_one(self):
        report = Part("multipart/report", children=(Part(), Part("message/delivery-status")))
        for wrapper in ("multipart/mixed", "multipart/signed"):
            assert rule_for_part(Part(wrapper, children=(report, Part()))) == "report"

    def test_a_report_that_a_person_forwards_is_none(self):
        report = Part("message/rfc822", children=(Part("multipart/report", children=(Part(),)),))
        assert rule_for_part(Part("multipart/mixed", children=(Part(), report))) is None

    def test_fragments_are_no_letters(self):
        assert rule_for_part(Part("message/partial")) == "fragment"
        assert rule_for(("Content-Type", 'Message/External-Body; access-type="URL"')) == "fragment"


class TestInvitations:
    @pytest.mark.parametrize("method", ["REPLY", "reply", "COUNTER", "CANCEL", "DECLINECOUNTER"])
    def test_an_answer_to_an_invitation_is_known_by_its_parameter(self, method):
        calendar = Part("text/calendar", params={"charset": "utf-8", "Method": method})
        assert rule_for_part(Part("multipart/alternative", children=(Part(), calendar))) == "calendar-answer"

    def test_an_answer_to_an_invitation_is_known_by_its_content(self):
        calendar = Part("Text/Calendar", content=b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n")
        nested = Part("multipart/mixed", children=(Part("multipart/alternative", children=(Part(), calendar)),))
        assert rule_for_part(nested) == "calendar-answer"

    @pytest.mark.parametrize("method", ["REQUEST", "PUBLISH", "", "\ud83d"])
    def test_an_invitation_is_no_answer(self, method):
        assert rule_for_part(Part("text/calendar", params={"method": method}, content=b"METHOD:REQUEST")) is None

    def test_an_attached_or_forwarded_answer_is_not_the_mails_own(self):
        calendar = Part("text/calendar", params={"method": "REPLY"}, disposition="attachment")
        assert rule_for_part(Part("multipart/mixed", children=(Part(), calendar))) is None
        forwarded = Part("message/rfc822", children=(Part("text/calendar", params={"method": "REPLY"}),))
        assert rule_for_part(Part("multipart/mixed", children=(Part(), forwarded))) is None


class TestMachineSenders:
    @pytest.mark.parametrize("header", ["From", "Sender", "Reply-To"])
    @pytest.mark.parametrize(
        "local",
        [
            "MAILER-DAEMON",
            "mailer_daemon",
            "mailer-deamon",
            "MailDaemon",
            "Postmaster",
            "double-bounce",
            "bounce",
            "bounces",
            "bounce-123",
            "bounces+srs=x",
            "listserv",
            "majordomo",
            "owner-team",
            "team-request",
            "team-bounces",
            "team-bounces+anna=firma.example",
        ],
    )
    def test_machines_are_known_by_their_names(self, header, local):
        assert rule_for((header, f"System <{local}@mx.example>")) == "machine-sender"

    @pytest.mark.parametrize(
        "value",
        [
            "MAILER-DAEMON",
            "Mail Delivery Subsystem <MAILER-DAEMON>",
            '<"MAILER-DAEMON"@mx.example>',
            "MAILER-DAEMON (System)",
        ],
    )
    def test_machines_are_known_without_a_domain_too(self, value):
        assert rule_for(("From", value)) == "machine-sender"

    @pytest.mark.parametrize(
        "local",
        ["bouncer", "ownership", "helprequest", "requests", "post.mester", "daemon", "list", "noreply", "bounced"],
    )
    def test_people_with_similar_names_are_no_machines(self, local):
        assert rule_for(("From", f"{local}@firma.example")) is None

    def test_a_machines_name_in_a_display_name_is_no_sign(self):
        assert rule_for(("From", '"postmaster@mx.example" <anna@firma.example>')) is None
        assert rule_for(("From", "Postmaster <anna@firma.example>")) is None

    @pytest.mark.parametrize("value", ["", "<>", " ", '""', '"" <>', "Postmaster <>", "Anna Berg"])
    def test_an_empty_from_is_a_machines(self, value):
        assert rule_for(("From", value)) == "empty-from"

    def test_a_missing_from_is_a_machines(self):
        verdict = judge(IncomingMail(Headers(), "", Part(), 0), HUMAN, OWN)
        assert verdict == Verdict("A-05", "empty-from", "drop")


class TestBulk:
    @pytest.mark.parametrize("name", ["Precedence", "PRECEDENCE", "precedence", "X-Precedence"])
    @pytest.mark.parametrize("value", ["bulk", "Bulk", " junk", "list", "auto_reply", "bulk (x)", "first-class, bulk"])
    def test_bulk_is_known_in_every_spelling(self, name, value):
        assert rule_for((name, value)) == "precedence"

    def test_a_second_precedence_counts(self):
        assert rule_for(("Precedence", "normal"), ("Precedence", "bulk")) == "precedence"

    @pytest.mark.parametrize("value", ["first-class", "normal", "special-delivery", "bulky", ""])
    def test_other_precedences_are_no_sign(self, value):
        assert rule_for(("Precedence", value)) is None


class TestMachineHeaders:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("X-Autoreply", "yes"),
            ("X-Autoreply", ""),
            ("X-AUTORESPOND", "x"),
            ("X-Autoresponse", "1"),
            ("X-Autoresponder", "vpopmail"),
            ("X-Auto-Reply", "true"),
            ("X-AutoReply-From", "anna@firma.example"),
            ("X-Mail-Autoreply", "anna@firma.example"),
            ("X-Autogenerated", "Reply"),
            ("X-Vacation", "yes"),
            ("X-FC-MachineGenerated", "true"),
            ("X-MS-Exchange-Inbox-Rules-Loop", "anna@firma.example"),
            ("X-Failed-Recipients", "bo@kunde.example"),
        ],
    )
    def test_headers_that_only_machines_write_are_known(self, name, value):
        assert rule_for((name, value)) == "machine-header"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("Delivered-To", "Autoresponder"),
            ("X-Mailer", "vacation 1.2"),
            ("X-MS-Exchange-Generated-Message-Source", "Mailbox Rules Agent"),
        ],
    )
    def test_values_that_only_machines_write_are_known(self, name, value):
        assert rule_for((name, value)) == "machine-value"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("X-Autoreply", "no"),
            ("X-FC-MachineGenerated", "false"),
            ("X-Mailer", "Outlook"),
            ("Delivered-To", "anna@firma.example"),
            ("X-MS-Exchange-Generated-Message-Source", "Mailbox Transport"),
            ("X-Auto-Response-Suppress", "All"),
        ],
    )
    def test_what_people_send_too_is_no_sign(self, name, value):
        assert rule_for((name, value)) is None

    def test_the_output_of_cron_is_a_machines(self):
        assert rule_for(("X-Cron-Env", "<SHELL=/bin/sh>")) == "cron"

    @pytest.mark.parametrize(
        "name",
        [
            "List-Id",
            "LIST-POST",
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
            "List-Help",
            "List-Subscribe",
            "List-Owner",
            "List-Archive",
            "X-Mailing-List",
            "Mailing-List",
            "X-BeenThere",
            "X-Mailman-Version",
        ],
    )
    def test_lists_are_known_by_any_of_their_headers(self, name):
        assert rule_for((name, "<x.example>")) == "mailing-list"


class TestLoops:
    @pytest.mark.parametrize("value", ["k3v9", " k3v9 ", "K3V9"])
    def test_our_own_loop_header_drops(self, value):
        assert rule_for(("x-smsdialog-loop", value)) == "own-loop-header"
        assert rule_for(("X-SMSDialog-Loop", "other"), ("X-SMSDialog-Loop", value)) == "own-loop-header"

    def test_another_gateways_loop_header_holds(self):
        verdict = judge(mail(("X-SMSDialog-Loop", "other")), HUMAN, OWN)
        assert verdict == Verdict("A-09", "foreign-loop-header", "hold")

    @pytest.mark.parametrize("value", ["<in.7.abc@sendmailsms.example>", "<x@SendMailSMS.example> "])
    def test_our_own_message_id_drops(self, value):
        assert rule_for(("Message-ID", value)) == "own-message-id"

    def test_an_answer_to_our_mail_is_no_loop(self):
        ours = "<in.7.abc@sendmailsms.example>"
        pairs = (("Message-ID", "<x@firma.example>"), ("In-Reply-To", ours), ("References", ours))
        assert rule_for(*pairs, own=ANSWER) is None

    def test_a_from_in_our_domain_is_a_loop(self):
        assert rule_for(("From", '"+45 20 12 34 56 (SMS)" <4520123456.tok@SendMailSMS.example>')) == "own-address"

    def test_an_envelope_sender_in_our_domain_is_a_loop(self):
        assert rule_for(envelope=Envelope("b.7.abc@SENDMAILSMS.example", ())) == "own-address"

    def test_domains_that_only_look_like_ours_are_no_loops(self):
        assert rule_for(("From", "anna@xsendmailsms.example"), ("Message-ID", "<x@sendmailsms.example.org>")) is None
        assert rule_for(("From", '"x@sendmailsms.example" <anna@firma.example>')) is None

    def test_a_mail_delivered_to_the_recipient_before_is_a_loop(self):
        here = ("Delivered-To", "4520123456@SENDMAILSMS.example")
        assert rule_for(here, here) == "delivered-twice"
        assert rule_for(here, ("Delivered-To", "anna@firma.example"), ("Delivered-To", "anna@firma.example")) is None

    def test_too_many_hops_are_a_loop(self):
        hop = ("Received", "from a.example by b.example with ESMTP")
        assert rule_for(*[hop] * 30) is None
        assert rule_for(*[hop] * 31) == "many-hops"

    @pytest.mark.parametrize(
        "value",
        [
            "from x.example (x.example [192.0.2.1]) by mx.sendmailsms.example (Postfix) with ESMTP",
            "by SendMailSMS.example; Mon, 1 Jan 2026 00:00:00 +0000",
            "from x by sendmailsms.example (open",
        ],
    )
    def test_more_than_three_hops_over_ourselves_are_a_loop(self, value):
        assert rule_for(*[("Received", value)] * 3) is None
        assert rule_for(*[("Received", value)] * 4) == "many-hops-by-us"

    @pytest.mark.parametrize("value", ["from sendmailsms.example by mx.example", "(by sendmailsms.example) x", ""])
    def test_hops_that_only_name_us_do_not_count(self, value):
        assert rule_for(*[("Received", value)] * 4) is None


class TestSubjects:
    @pytest.mark.parametrize(
        "subject",
        [
            "Automatisk svar: SMS fra +45 20 12 34 56",
            "AUTOMATISK SVAR",
            "SV: Automatisk svar: x",
            "Re[2]: Fwd: Out of Office: x",
            "[EKSTERN] Autosvar - Ikke til stede",
            "***SPAM*** Auto: x",
            "{Spam?} Fraværsbesked",
            "AUTO: Anna er på ferie",
            "Re：自动答复: x",
            "Automatic  reply: x",
            "Undelivered Mail Returned to Sender",
            "Læst: SMS fra +45 20 12 34 56",
            "Abwesenheitsnotiz",
        ],
    )
    def test_an_answer_with_a_machines_subject_is_held(self, subject):
        assert judge(mail(subject=subject), HUMAN, ANSWER) == Verdict("A-11", "machine-subject", "hold")

    @pytest.mark.parametrize("subject", ["Automatisk svar: 20123456", "Autosvar"])
    def test_a_person_may_write_it_where_nothing_was_answered(self, subject):
        assert judge(mail(subject=subject), HUMAN, OWN) is None

    @pytest.mark.parametrize(
        "subject", ["SV: SMS fra +45 20 12 34 56", "[EKSTERN] Re: x", "Om autosvar", "Ready: x", "", "Re:"]
    )
    def test_a_persons_answer_is_not_held(self, subject):
        assert judge(mail(subject=subject), HUMAN, ANSWER) is None

    def test_headers_speak_before_the_subject(self):
        verdict = judge(mail(("Auto-Submitted", "auto-replied"), subject="Autosvar"), HUMAN, ANSWER)
        assert verdict
        assert verdict.action == "drop"


class TestNotices:
    @pytest.mark.parametrize("value", ["All", "DR, OOF, AutoReply", "OOF", "None", ""])
    def test_who_asks_for_silence_gets_no_notice_yet_may_send(self, value):
        asking = mail(("X-Auto-Response-Suppress", value))
        assert judge(asking, HUMAN, OWN) is None
        assert not may_be_answered(asking)

    @pytest.mark.parametrize(
        "local", ["noreply", "no-reply", "No_Reply", "do-not-reply", "donotreply", "noreply-billing"]
    )
    def test_who_cannot_read_gets_no_notice_yet_may_send(self, local):
        sender = mail(("From", f"Firma <{local}@firma.example>"))
        assert judge(sender, HUMAN, OWN) is None
        assert not may_be_answered(sender)

    @pytest.mark.parametrize(
        "subject", ["Failure notice", "Undeliverable: x", "Automatisk svar: x", "x : non remis", "SV: Læst: x"]
    )
    def test_a_machines_subject_gets_no_notice_yet_may_send(self, subject):
        assert judge(mail(subject=subject), HUMAN, OWN) is None
        assert not may_be_answered(mail(subject=subject))

    def test_mail_with_a_feedback_id_gets_no_notice(self):
        assert not may_be_answered(mail(("Feedback-ID", "1:2:3:x")))


class TestMailServers:
    @pytest.mark.parametrize(
        "value", ["MAILER-DAEMON@mx.firma.example", "Mail System <Postmaster@x.example>", "double-bounce@x.example", ""]
    )
    def test_they_write_bounces_under_these_names(self, value):
        assert is_from_mail_server(mail(("From", value)))

    @pytest.mark.parametrize(
        "value", ["anna@firma.example", "MAILER-DAEMON <anna@firma.example>", "majordomo@x.example"]
    )
    def test_people_and_lists_do_not(self, value):
        assert not is_from_mail_server(mail(("From", value)))


TEXT = st.text(st.characters(), max_size=60)
NAMES = st.sampled_from(
    ["From", "To", "Received", "Auto-Submitted", "Message-ID", "Delivered-To", "Return-Path", "Precedence", "X-Mailer"]
)
PARTS = st.recursive(
    st.builds(Part, content_type=TEXT, params=st.dictionaries(TEXT, TEXT, max_size=2), content=st.binary(max_size=40)),
    lambda children: st.builds(
        Part,
        content_type=st.sampled_from(["multipart/mixed", "message/rfc822"]),
        children=st.lists(children).map(tuple),
    ),
    max_leaves=5,
)


@given(st.lists(st.tuples(NAMES, TEXT), max_size=6), TEXT, PARTS, st.none() | TEXT, TEXT)
def test_no_mail_makes_a_rule_fail(pairs, subject, body, sender, recipient):
    strange = IncomingMail(Headers(tuple(pairs)), subject, body, 0)
    judge(strange, Envelope(sender, (recipient,)), ANSWER)
    may_be_answered(strange)


@given(TEXT)
def test_every_rule_survives_any_value(value):
    names = (
        "From",
        "Received",
        "Auto-Submitted",
        "Message-ID",
        "Delivered-To",
        "Precedence",
        "X-Mailer",
        "Content-Type",
    )
    strange = IncomingMail(Headers(tuple((name, value) for name in names)), value, Part(value, content=b"x"), 0)
    evidence = Evidence(strange, Envelope(value, (value,)), ANSWER)
    assert all(rule.test(evidence) in (True, False) for rule in RULES)
