"""The mails we write: whole on any wire, threaded in any client, and with no header that somebody else made."""

from __future__ import annotations

import email
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog.core import compose
from smsdialog.core.compose import NoticeMail, Picture, SmsMail, clean_body, is_message_id, sender_name
from smsdialog.core.letters import Letter

LONG_ID = "<DU0PR08MB9417A5C8A1B2C3D4E5F6A7B8C9D0EF112233@DU0PR08MB9417.eurprd08.prod.outlook.example>"
SMS = SmsMail(
    to="anna@firma.example",
    from_name="+45 20 12 34 56 (SMS)",
    from_address="4520123456.abcdefghijklmnop@sms.firma.example",
    subject="SMS fra +45 20 12 34 56",
    body="Hej Anna\nTak for i går 😀",
    message_id="<in.7.0123456789abcdef@sms.firma.example>",
    in_reply_to="<1@firma.example>",
    references=("<thread.3.0123456789abcdef@sms.firma.example>", "<in.6.0123456789abcdef@sms.firma.example>"),
    received_at=1_795_338_000.0,
    loop="0123456789abcdef",
)
NOTICE = NoticeMail(
    to="anna@firma.example",
    from_address="help@sms.firma.example",
    letter=Letter("Din konto er lukket", "Nummeret æøå"),
    message_id="<notice.7.0123456789abcdef@sms.firma.example>",
    in_reply_to="",
    written_at=0.0,
    loop="0123456789abcdef",
)


def read(octets: bytes) -> EmailMessage:
    return email.message_from_bytes(octets, policy=default)


def written(octets: bytes, name: str) -> str:
    """A header as it stands on the wire, unfolded."""
    return str(email.message_from_bytes(octets)[name]).replace("\n", "")


def body_of(octets: bytes) -> str:
    part = read(octets).get_body(("plain",))
    assert part is not None
    return part.get_content()


def test_an_sms_mail_has_these_headers_and_no_others():
    octets = compose.sms_mail(SMS)
    assert read(octets).items() == [
        ("From", '"+45 20 12 34 56 (SMS)" <4520123456.abcdefghijklmnop@sms.firma.example>'),
        ("Reply-To", '"+45 20 12 34 56 (SMS)" <4520123456.abcdefghijklmnop@sms.firma.example>'),
        ("To", "anna@firma.example"),
        ("Subject", "SMS fra +45 20 12 34 56"),
        ("Date", "Sun, 22 Nov 2026 09:00:00 +0000"),
        ("Message-ID", SMS.message_id),
        ("In-Reply-To", "<1@firma.example>"),
        ("References", f"{' '.join(SMS.references)} <1@firma.example>"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply, RN, NRN"),
        ("X-SMSDialog-Loop", "0123456789abcdef"),
        ("Content-Type", 'text/plain; charset="utf-8"'),
        ("Content-Transfer-Encoding", read(octets)["Content-Transfer-Encoding"]),
        ("MIME-Version", "1.0"),
    ]


def test_the_body_of_an_sms_mail_is_the_sms():
    assert body_of(compose.sms_mail(SMS)) == SMS.body + "\n"


def test_the_same_sms_is_the_same_mail():
    assert compose.sms_mail(SMS) == compose.sms_mail(SMS)
    assert compose.notice_mail(NOTICE) == compose.notice_mail(NOTICE)


def test_a_notice_answers_what_it_is_about():
    mail = read(compose.notice_mail(replace(NOTICE, in_reply_to="<1@firma.example>")))
    assert mail["From"] == "SMS-Dialog <help@sms.firma.example>"
    assert mail["Subject"] == "Din konto er lukket"
    assert mail["In-Reply-To"] == mail["References"] == "<1@firma.example>"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["X-SMSDialog-Loop"] == NOTICE.loop
    assert mail["Reply-To"] is None


def test_a_notice_about_nothing_has_no_thread():
    mail = read(compose.notice_mail(NOTICE))
    assert mail["In-Reply-To"] is None
    assert mail["References"] is None


def test_a_thread_without_an_answer_is_referred_to_all_the_same():
    mail = read(compose.sms_mail(replace(SMS, in_reply_to="")))
    assert mail["In-Reply-To"] is None
    assert mail["References"] == " ".join(SMS.references)


def test_an_id_is_referred_to_once():
    mail = read(compose.sms_mail(replace(SMS, in_reply_to=SMS.references[1])))
    assert mail["References"] == " ".join(SMS.references)


def test_long_ids_stay_ids_so_that_clients_thread():
    octets = compose.sms_mail(replace(SMS, in_reply_to=LONG_ID, references=(LONG_ID.replace("DU0", "XX0"),)))
    assert written(octets, "In-Reply-To") == LONG_ID
    assert written(octets, "References").split() == [LONG_ID.replace("DU0", "XX0"), LONG_ID]
    assert written(compose.sms_mail(replace(SMS, message_id=LONG_ID)), "Message-ID") == LONG_ID


def test_a_picture_stands_in_the_mail_as_a_file():
    mail = read(compose.notice_mail(replace(NOTICE, picture=Picture("qr-459192000123.png", b"\x89PNG\r\n\x1a\n..."))))
    assert mail.get_content_type() == "multipart/mixed"
    (picture,) = mail.iter_attachments()
    assert (picture.get_content_type(), picture.get_filename()) == ("image/png", "qr-459192000123.png")
    assert picture.get_content() == b"\x89PNG\r\n\x1a\n..."
    assert picture.get_content_disposition() == "inline"


@pytest.mark.parametrize("body", ["x" * 5000, "æ" * 5000, "From me\n.\n..\n", "a\r\nb\rc", "", "\n\n", " \t "])
def test_any_body_arrives_whole_on_a_wire_of_seven_bits(body):
    octets = compose.sms_mail(replace(SMS, body=body))
    assert octets.isascii()
    assert max(map(len, octets.split(b"\n"))) <= 998
    assert b"\r" not in octets
    assert body_of(octets).rstrip("\n") == clean_body(body).rstrip("\n")


hostile = st.text(max_size=60) | st.sampled_from(
    [
        "x\r\nBcc: eve@firma.example",
        "x\n\n<html>",
        "=?utf-8?q?=0ABcc:_e@firma.example?=",
        "\ud800",
        "a\x00b",
        "\u2028Bcc: x",
    ]
)


@given(name=hostile, body=hostile)
def test_no_sms_makes_a_header(name, body):
    octets = compose.sms_mail(replace(SMS, from_name=sender_name(name), body=body))
    assert [key for key, _ in read(octets).items()] == [key for key, _ in read(compose.sms_mail(SMS)).items()]
    assert read(octets)["From"].addresses[0].addr_spec == SMS.from_address
    assert b"eve@firma.example" not in octets.split(b"\n\n", 1)[0]


def as_the_standard_library_writes_it(mail: SmsMail) -> bytes:
    """A mail without a thread, every header by way of its parser."""
    message = EmailMessage(policy=SMTP.clone(linesep="\n", cte_type="7bit"))
    author = Address(mail.from_name, addr_spec=mail.from_address)
    for name, value in (
        ("From", author),
        ("Reply-To", author),
        ("To", Address(addr_spec=mail.to)),
        ("Subject", mail.subject),
        ("Date", format_datetime(datetime.fromtimestamp(mail.received_at, UTC))),
        ("Message-ID", mail.message_id),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply, RN, NRN"),
        ("X-SMSDialog-Loop", mail.loop),
    ):
        message[name] = value
    message.set_content(clean_body(mail.body))
    return message.as_bytes()


@given(
    name=st.text(max_size=70).map(sender_name)
    | st.from_regex(r"[a-zA-Z0-9+ .&()-]{0,80}", fullmatch=True)
    | st.from_regex(r"([a-zA-Z0-9+.-]{1,9} ){1,4}\(SMS\)", fullmatch=True),
    address=st.from_regex(r"[a-z0-9]{1,60}@[a-z0-9]{1,40}\.example", fullmatch=True),
    subject=st.from_regex(r"[\x20-\x7eæ]{0,100}", fullmatch=True)
    | st.from_regex(r"[a-zA-Z =?+]{50,90}", fullmatch=True),
    body=st.text() | st.from_regex(r"[ -~]{60,100}\n?[ -~æ]{0,100}", fullmatch=True) | hostile,
)
def test_a_mail_is_octet_for_octet_what_the_standard_library_makes_of_it(name, address, subject, body):
    mail = replace(SMS, to=address, from_name=name, from_address=address, subject=subject, body=body)
    alone = replace(mail, in_reply_to="", references=())
    assert compose.sms_mail(alone) == as_the_standard_library_writes_it(alone)


@pytest.mark.parametrize("folded", [b"Subject: x\nBcc: y\n", b"Subject: x\n\n<html>\n", b"Bcc: y\n"])
def test_a_header_that_was_not_meant_stops_the_mail(monkeypatch, folded):
    monkeypatch.setattr(type(SMTP), "fold_binary", lambda *_: folded)
    with pytest.raises(AssertionError, match="not what was meant"):
        compose.sms_mail(replace(SMS, subject="æ"))


@pytest.mark.parametrize(
    "no_id", ["<a b@firma.example>", "<a@firma.example>\nBcc: x", "a@firma.example", "<æ@b.example>"]
)
def test_a_thread_of_what_is_no_id_stops_the_mail(no_id):
    with pytest.raises(AssertionError, match="is not one"):
        compose.sms_mail(replace(SMS, in_reply_to=no_id))
    with pytest.raises(AssertionError, match="is not one"):
        compose.sms_mail(replace(SMS, references=(no_id,)))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Firma A/S", "Firma A S"),
        ("Ærø Færge", "Ærø Færge"),
        ('"Boss" <boss@firma.example>', "Boss boss firma.example"),
        ("a\r\nBcc: b", "a Bcc b"),
        ("snake_case", "snake case"),
        ("", ""),
        ("\u202e<>", ""),
        ("x" * 100, "x" * 60),
    ],
)
def test_a_senders_name_is_letters_and_digits(text, name):
    assert sender_name(text) == name


def test_names_with_other_letters_are_readable_in_every_client():
    header = written(compose.sms_mail(replace(SMS, from_name=sender_name("Ærø"))), "From")
    assert str(make_header(decode_header(header))).startswith("Ærø <")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("a\x00b\x1b[31m\x7f\x9f\tc", "ab[31m\tc"),
        ("\ud83d", "?"),
        ("😀 \u200d é", "😀 \u200d é"),
    ],
)
def test_a_body_loses_controls_and_nothing_else(text, clean):
    assert clean_body(text) == clean


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("<a@firma.example>", True),
        (LONG_ID, True),
        ("", False),
        ("a@firma.example", False),
        ("<a>", False),
        ("<a@b@c>", False),
        ("<a b@firma.example>", False),
        ("<a@firma.example>\nBcc: x", False),
        ("<a@firma.example> <b@firma.example>", False),
        ("<æ@firma.example>", False),
        (f"<{'a' * 300}@firma.example>", False),
    ],
)
def test_only_a_plain_message_id_is_copied(text, good):
    assert is_message_id(text) is good


def test_every_line_of_a_header_is_short_enough_for_any_server():
    block = compose.sms_mail(replace(SMS, references=(LONG_ID,) * 5)).split(b"\n\n", 1)[0]
    assert max(map(len, block.split(b"\n"))) <= 998
    assert re.search(rb"^References: \S+$", block, re.M)
