"""What strangers, customers and machines try, and that none of it becomes an SMS, an account, or a mail to anybody.

The attacker knows the domain, Anna's address and her customers' numbers, and can write any octets; he has
no key. `SECURITY.md` names these tests.
"""

from __future__ import annotations

import json
import sys
import syslog
from collections.abc import Callable, Iterator
from email.utils import formatdate, getaddresses
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder

from smsdialog.core import address
from smsdialog.gateways import Unknown
from smsdialog.wsgi import respond
from tests.dialog.stage import DOMAIN, Customer, Employee, Stage, body_of

TRUSTING = '[auth]\ntrusted_authserv_ids = ["mx.firma.example"]\n'
EVIL = "fremmed@andet.example"
# One received by our own server, as the topmost header always is.
RECEIVED = "Received: from mail.andet.example by mx.firma.example; {date}"


@pytest.fixture
def trusting(build: Callable[..., Stage]) -> Stage:
    """Anna has an account; the word of mx.firma.example counts."""
    stage = build(tables=TRUSTING)
    stage.administrator.opens_account(stage.anna)
    return stage


def assert_nothing_happened(stage: Stage) -> None:
    """No SMS, no account made or closed, no mail to the attacker, the victim, or anybody."""
    assert stage.network.tried == []
    assert stage.post.arguments() == []
    assert [(a.email, a.state) for a in stage.administrator.accounts()] == [(stage.anna.address, "open")]


def attack(stage: Stage, head: str, to: str) -> None:
    """One mail of the attacker's; `head` is all of its headers that matter."""
    date = formatdate(stage.clock())
    raw = f"{head.format(date=date)}\nTo: {to}@{DOMAIN}\nMessage-ID: <{next(stage.count)}@andet.example>\n\nRing nu!\n"
    posted = stage.employee(EVIL).posts(raw.encode("utf-8", "surrogateescape"), [to])
    assert posted.statuses == [0]


def every_address(stage: Stage) -> list[str]:
    guessed = f"4520123456.{'a' * 16}"
    return ["20123456", "p4520123456", stage.anna.number, "subscribe", "unsubscribe", guessed, "k" + "a" * 32]


SPOOFED = {
    "plain": "From: anna@firma.example",
    "name": "From: Anna <anna@firma.example>",
    "two-headers": "From: fremmed@andet.example\nFrom: anna@firma.example",
    "two-headers-turned": "From: anna@firma.example\nFrom: fremmed@andet.example",
    "two-mailboxes": "From: anna@firma.example, fremmed@andet.example",
    "name-is-an-address": 'From: "anna@firma.example" <fremmed@andet.example>',
    "bare-name-is-an-address": "From: anna@firma.example <fremmed@andet.example>",
    "encoded-name": "From: =?utf-8?q?anna=40firma.example?= <fremmed@andet.example>",
    "two-angles": "From: <anna@firma.example> <fremmed@andet.example>",
    "comment": "From: fremmed@andet.example (anna@firma.example)",
    "open-comment": "From: anna@firma.example)fremmed@andet.example",
    "route": "From: <@andet.example:anna@firma.example>",
    "group": "From: Team: anna@firma.example;",
    "nul": "From: anna@firma.example\0.andet.example",
    "sender": "From: fremmed@andet.example\nSender: anna@firma.example\nReply-To: anna@firma.example",
    "resent": "From: fremmed@andet.example\nResent-From: anna@firma.example\nX-SMSDialog-Account: anna@firma.example",
    "kelvin": "From: anna@firma.example\nSubject: \u212a" + "a" * 32,
    "bare-cr": "From: fremmed@andet.example\rFrom: anna@firma.example",
    "blank-before-colon": "From : fremmed@andet.example\nFrom : anna@firma.example",
    "said-to-be-in": "From: anna@firma.example\n"
    "Received: from x (Authenticated sender: anna) by mx.firma.example; {date}",
    "spf": "Received-SPF: pass (mx.firma.example)\nFrom: anna@firma.example",
    "arc": "ARC-Authentication-Results: i=1; mx.firma.example; dmarc=pass header.from=firma.example\n"
    "From: anna@firma.example",
}


@pytest.mark.parametrize("head", SPOOFED.values(), ids=SPOOFED.keys())
def test_a_spoofed_from_is_worth_nothing(trusting: Stage, head: str) -> None:
    for to in every_address(trusting):
        attack(trusting, f"{RECEIVED}\n{head}", to)
    assert_nothing_happened(trusting)


PASS = "Authentication-Results: mx.firma.example; dmarc=pass header.from=firma.example"
NONE = "Authentication-Results: mx.firma.example; dmarc=none header.from=firma.example"
FAIL = "Authentication-Results: mx.firma.example; dmarc=fail header.from=firma.example"
FROM = "From: anna@firma.example"
FORGED = {
    "below-a-fail": (FAIL, RECEIVED, PASS, FROM),
    "below-a-none": (NONE, RECEIVED, PASS, FROM),
    "below-our-received": (RECEIVED, NONE, RECEIVED, PASS, FROM),
    "below-a-foreign-received": (RECEIVED.replace("by mx.firma", "by mx.andet"), PASS, FROM),
    "above-a-fail": (PASS, FAIL, RECEIVED, FROM),
    "above-a-none": (PASS, NONE, RECEIVED, FROM),
    "of-another-id-above": (PASS.replace("mx.firma", "mx.andet"), NONE, RECEIVED, FROM),
    "of-an-id-that-begins-alike": (PASS.replace("example;", "example.andet.example;"), RECEIVED, FROM),
    "in-a-comment": (PASS.replace("dmarc=pass", "dmarc=none (dmarc=pass)"), RECEIVED, FROM),
    "in-a-string": (PASS.replace("dmarc=pass", 'dmarc=none reason="; dmarc=pass"'), RECEIVED, FROM),
    "for-another-domain": (PASS.replace("from=firma", "from=andet"), RECEIVED, FROM),
    "of-another-version": (PASS.replace("example;", "example 2;"), RECEIVED, FROM),
    "signed-by-another": (
        "Authentication-Results: mx.firma.example; dkim=pass header.d=andet.example; spf=pass",
        RECEIVED,
        FROM,
    ),
}


@pytest.mark.parametrize("lines", FORGED.values(), ids=FORGED.keys())
def test_forged_authentication_results_are_worth_nothing(trusting: Stage, lines: tuple[str, ...]) -> None:
    for to in every_address(trusting):
        attack(trusting, "\n".join(lines), to)
    assert_nothing_happened(trusting)


def test_the_same_mail_with_our_servers_word_on_top_is_texted(trusting: Stage) -> None:
    """So that the tests above fail for their reasons, and not for the stage's."""
    attack(trusting, f"{PASS}\n{RECEIVED}\n{FROM}", "20123456")
    assert trusting.customer.receives().text == "Ring nu!"


def test_a_header_that_hides_behind_a_megabyte_of_others_makes_a_mail_nobodys(stage: Stage, anna: Employee) -> None:
    """Whoever sees the second From sees another sender than we do."""
    padding = "X-Padding: x\n" * 2000
    raw = f"From: {anna.address}\nTo: {stage.key}@{DOMAIN}\nSubject: 20123456\n{padding}From: {EVIL}\n\nHej\n"
    anna.posts(raw.encode(), [stage.key])
    assert_nothing_happened(stage)


@pytest.fixture
def reply_address(stage: Stage, anna: Employee, customer: Customer) -> str:
    """The local part to which Anna answers her customer."""
    customer.texts(anna, "Hej")
    return str(anna.receives()["Reply-To"].addresses[0].username)


def test_a_token_of_another_is_worth_nothing(stage: Stage, reply_address: str) -> None:
    bo = stage.employee("bo@firma.example")
    stage.administrator.opens_account(bo)
    for sender in (bo, stage.employee(EVIL)):
        sender.writes(reply_address, "SV: SMS fra +45 20 12 34 56", "Hej")
    stage.customer.receives_nothing()
    assert len(stage.post.arguments()) == 1  # the SMS mail itself


def test_no_bit_of_a_token_can_be_turned(stage: Stage, anna: Employee, reply_address: str) -> None:
    peer, _, token = reply_address.partition(".")
    for place, letter in enumerate(token):
        turned = token[:place] + ("a" if letter != "a" else "b") + token[place + 1 :]
        anna.writes(f"{peer}.{turned}", "SV: SMS", "Hej")
    anna.writes(f"4530123456.{token}", "SV: SMS", "Hej")
    anna.writes(f"{peer}.{token[:-1]}", "SV: SMS", "Hej")
    assert stage.network.tried == []
    anna.receives_nothing()


def test_a_token_of_one_purpose_is_worth_nothing_for_another(stage: Stage, anna: Employee, reply_address: str) -> None:
    secret, peer = stage.service.secrets[0], reply_address.partition(".")[0]
    bounce = address.bounce_local_part(secret, peer)
    other_account = address.reply_local_part(secret, 2, peer)
    tag = address.message_id_tag(secret, "reply", f"1/{peer}")
    repurposed = [f"{peer}.{bounce.rpartition('.')[2]}", other_account, f"{peer}.{tag}", bounce]
    for local_part in repurposed:
        anna.writes(local_part, "SV: SMS", "Hej")
    anna.posts(b"From: \n\nHej", [f"b.1.{reply_address.partition('.')[2]}"], envelope_sender="")
    assert stage.network.tried == []
    anna.receives_nothing()


RECIPIENTS = {
    "option": '"-oQ/tmp"',
    "bare-option": "-oQ/tmp",
    "substitution": "$(id)",
    "backticks": "`id`",
    "exim-expansion": "${run{/bin/id}}",
    "pipe": "a|b",
    "pipe-first": "|/bin/id",
    "path": "/etc/passwd",
    "parent": "../../etc/passwd",
    "kelvin-key": "\u212a" + "a" * 32,
    "kelvin-help": "help\u212a",
    "full-width-phone": "２０１２３４５６",
    "arabic-phone": "٢٠١٢٣٤٥٦",
    "65-octets": "k" * 65,
    "long-phone": "2" * 65,
    "very-long": "2" * 100_000,
    "empty": "",
    "two-ats": "20123456@andet.example",
    "percent": "20123456%andet.example",
    "line": "20123456\nBcc: x",
    "nul": "20123456\0",
    "surrogate": "\udcff\udcfe",
    "quoted-phone": '"20123456"',
    "sql": "' OR 1=1 --",
}


@pytest.mark.parametrize("local_part", RECIPIENTS.values(), ids=RECIPIENTS.keys())
def test_a_hostile_recipient_has_no_effect(stage: Stage, anna: Employee, local_part: str) -> None:
    """Not even beside a good key, in a mail of the account's owner."""
    raw = f"From: {EVIL}\nTo: 20123456@{DOMAIN}\nSubject: 20123456 {stage.key}\n\nHej\n".encode()
    assert stage.employee(EVIL).posts(raw, [f"{local_part}@{DOMAIN}"]).statuses == [0]
    mine = raw.replace(EVIL.encode(), anna.address.encode())
    assert anna.posts(mine, [f"{local_part}@{DOMAIN}"]).statuses == [0]
    assert_nothing_happened(stage)


HEADERS = [
    "From",
    "Reply-To",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-SMSDialog-Loop",
    "Content-Type",
    "Content-Transfer-Encoding",
    "MIME-Version",
]
INJECTIONS = {
    "encoded-word": "=?utf-8?q?x=0ABcc:_fremmed@andet.example?=",
    "encoded-word-base64": "=?utf-8?b?eApCY2M6IGZyZW1tZWRAYW5kZXQuZXhhbXBsZQ==?=",
    "address": '"x" <chef@firma.example>',
    "header": "x\r\nBcc: fremmed@andet.example",
    "header-line-feed": "x\nBcc: fremmed@andet.example",
    "header-carriage-return": "x\rBcc: fremmed@andet.example",
    "end-of-headers": "\r\n\r\n",
    "nul": "x\0y",
    "nul-only": "\0",
    "line-separator": "x\u2028Bcc: fremmed@andet.example\u2029y",
    "next-line": "x\x85Bcc: fremmed@andet.example\x0b\x0c\x1c\x1d\x1e",
    "lone-surrogate": "x\ud83dy",
    "dot": ".",
    "dot-line": "x\n.\ny",
    "20-kB": "æ ny linje\n" * 2000,
    "20-kB-one-line": "x" * 20_000,
    "shell": "`id` $(id) ${run{/bin/id}} | ; & > /tmp/x",
    "option": "-t -oQ/tmp -bs",
    "right-to-left": "\u202emoc.tednA\u2066",
    "mbox": "From fremmed\n>From fremmed",
}


def arrives(stage: Stage, sender: str, text: str) -> Any:
    """The one mail that an SMS became, with exactly the headers and arguments that were meant."""
    assert stage.sms_comes_in(sender, stage.anna.number, text) == 200
    mail = stage.anna.receives()
    stage.anna.receives_nothing()
    assert mail.keys() == HEADERS
    assert not mail.defects
    (octets,) = stage.post.octets()
    assert octets.isascii()
    assert b"\0" not in octets
    assert max(map(len, octets.split(b"\n"))) < 998
    ((_, reply_to),), ((_, author),) = getaddresses([str(mail["Reply-To"])]), getaddresses([str(mail["From"])])
    assert reply_to == author
    assert author.endswith(f"@{DOMAIN}")
    assert getaddresses([str(mail["To"])]) == [("", stage.anna.address)]
    ((minus_i, minus_f, envelope_sender, end, recipient),) = stage.post.arguments()
    assert (minus_i, minus_f, end, recipient) == ("-i", "-f", "--", stage.anna.address)
    assert address.bounce_payload(stage.service.secrets, envelope_sender) == "1"
    return mail


def letters(text: str) -> str:
    """All of a text that can be seen."""
    return "".join(character for character in text if character.isprintable() and character != " ")


@pytest.mark.parametrize("text", INJECTIONS.values(), ids=INJECTIONS.keys())
@pytest.mark.usefixtures("anna")
def test_an_sms_of_any_text_is_one_mail_with_our_headers(stage: Stage, text: str) -> None:
    mail = arrives(stage, "+4520123456", text)
    assert mail["Subject"] == "SMS fra +45 20 12 34 56"
    assert letters(body_of(mail)) == letters(text.replace("\ud83d", "?"))


@pytest.mark.parametrize("sender", INJECTIONS.values(), ids=INJECTIONS.keys())
@pytest.mark.usefixtures("anna")
def test_an_sms_of_any_sender_is_one_mail_with_our_headers(stage: Stage, sender: str) -> None:
    mail = arrives(stage, sender, "Hej")
    assert body_of(mail).startswith("Hej")
    assert mail["From"].addresses[0].username.startswith("noreply.")
    assert len(mail["Subject"]) < 100


AUTORESPONDERS: dict[str, dict[str, Any]] = {
    "null-sender": {"envelope_sender": ""},
    "auto-submitted": {"headers": {"Auto-Submitted": "auto-replied (vacation)"}},
    "precedence": {"headers": {"Precedence": "auto_reply"}},
    "x-autoreply": {"headers": {"X-Autoreply": "yes"}},
    "exchange": {"headers": {"X-MS-Exchange-Inbox-Rules-Loop": "anna@firma.example"}},
    "subject-only": {},
}
ROUNDS = 30


@pytest.mark.parametrize("mark", AUTORESPONDERS.values(), ids=AUTORESPONDERS.keys())
def test_an_autoresponder_that_answers_every_sms_mail_texts_nobody(
    stage: Stage, anna: Employee, customer: Customer, mark: dict[str, Any]
) -> None:
    for _ in range(ROUNDS):
        customer.texts(anna, "Hej")
        mail = anna.receives()
        to = mail["Reply-To"].addresses[0].addr_spec
        anna.writes(to, f"Autosvar: {mail['Subject']}", "Jeg er på ferie", inside=True, **mark)
    customer.receives_nothing()
    anna.receives_nothing()


def test_an_autoresponder_without_any_mark_that_answers_every_notice_gets_one_more(
    stage: Stage, anna: Employee
) -> None:
    """Nothing tells this one from a person, but that nobody is told the same twice an hour."""
    for _ in range(ROUNDS):
        anna.writes(stage.key, "2012345", "Hej")
        anna.writes("help", "SV: SMS ikke sendt", "Jeg er på ferie")
    assert sorted(str(mail["Subject"]) for mail in anna.mailbox()) == ["SMS ikke sendt", "Sådan bruges SMS-Dialog"]
    assert stage.network.tried == []


HUMAN = {
    "no": ("20123456", {"Auto-Submitted": "no (really)"}),
    "suppress": ("20123456", {"X-Auto-Response-Suppress": "All"}),
    "re": ("Re: 20123456", {}),
    "sv": ("SV: 20123456", {}),
    "external": ("[EKSTERN] SV: 20123456", {}),
}


@pytest.mark.parametrize(("subject", "headers"), HUMAN.values(), ids=HUMAN.keys())
def test_a_human_with_headers_that_look_odd_still_texts(
    stage: Stage, anna: Employee, customer: Customer, subject: str, headers: dict[str, str]
) -> None:
    anna.writes(stage.key, subject, "Hej", headers=headers)
    assert customer.receives().text == "Hej"


SECRET = "webhook-hemmelighed-4711"
TEXT = "Strengt fortrolig besked"


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every line that reaches the log."""
    lines: list[str] = []
    monkeypatch.setattr(syslog, "syslog", lambda priority, line: lines.append(line))
    yield lines
    assert lines


@pytest.fixture
def guarded(build: Callable[..., Stage]) -> Stage:
    stage = build(tables=f'{TRUSTING}[gateways.main]\ntype = "file"\nsecret = "{SECRET}"')
    stage.administrator.opens_account(stage.anna)
    return stage


def calls(stage: Stage, secret: str, body: bytes) -> int:
    environ = EnvironBuilder("/inbound/main", method="POST", data=body).get_environ()
    environ["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    response = respond(environ, lambda: stage.service)
    assert response.get_data() == b""
    return response.status_code


def test_no_secret_and_no_text_stands_in_a_log_a_notice_or_an_answer(guarded: Stage, logged: list[str]) -> None:
    stage, anna, key = guarded, guarded.anna, guarded.key
    sms = json.dumps({"from": "+4520123456", "to": anna.number, "text": TEXT, "id": "1"}).encode()
    assert [calls(stage, SECRET, sms), calls(stage, SECRET[:-1], sms), calls(stage, SECRET, TEXT.encode())] == [
        200,
        403,
        400,
    ]
    mail = anna.receives()
    token = mail["Reply-To"].addresses[0].username.partition(".")[2]
    answers = [
        posted.answers[0].line
        for posted in (
            anna.replies(mail, TEXT),
            anna.writes(key, "20123456", TEXT),
            anna.writes(key.upper(), f"{key} 4520123456.{token}", f"{TEXT} {key} 4520123456.{token}@{DOMAIN}"),
            anna.writes([key, "2012345", f"4520123456.{token}"], "", TEXT, inside=True),
            anna.writes(f"x{key}", key, TEXT, inside=True),
            stage.employee(EVIL).writes(f"4520123456.{token}", key, TEXT, inside=True),
            stage.employee(EVIL).writes(f"{key}x", key, TEXT, inside=True),
            stage.employee("bo@firma.example").writes("subscribe", key, TEXT),
            stage.employee("bo@firma.example").writes("unsubscribe", TEXT, key),
        )
    ]
    stage.network.answers = [Unknown("read timed out")]
    anna.writes(key, "20123456", f"{TEXT} igen")
    stage.post.goes_down()
    calls(stage, SECRET, sms.replace(b'"1"', b'"2"'))
    stage.post.comes_back()
    stage.clock.passes(hours=1)
    stage.administrator.flushes()
    assert_not_told(logged, answers, [key, token, SECRET, TEXT, TEXT.replace(" ", "_")])
    notices = [mail for mail in stage.post.taken() if mail["Auto-Submitted"] == "auto-replied"]
    assert len(notices) > 3
    assert_not_told([mail.as_string() for mail in notices], [body_of(mail) for mail in notices], [key, token, SECRET])
    arguments = [word for call in stage.post.arguments() for word in call]
    assert_not_told(arguments, [], [key, token, SECRET, TEXT])


def assert_not_told(lines: list[str], more: list[str], secrets: list[str]) -> None:
    for line in [*lines, *more]:
        for secret in secrets:
            assert secret.casefold() not in line.casefold()


def test_an_error_inside_tells_the_log_no_text(
    guarded: Stage, logged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A statement that the database refuses must not bring its parameters into the log."""
    with guarded.service.store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE inbound")
    sms = json.dumps({"from": "+4520123456", "to": guarded.anna.number, "text": TEXT, "id": "1"}).encode()
    assert calls(guarded, SECRET, sms) == 503
    assert_not_told(logged, [], [TEXT, TEXT.replace(" ", "_"), "20123456"])
    assert sys.exc_info() == (None, None, None)
