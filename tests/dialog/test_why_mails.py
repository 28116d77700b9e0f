"""`message why` tells what became of a mail: each outcome is brought about, for each reason there is, and told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smsdialog.core import address, automatic, reasons
from smsdialog.core.model import Envelope
from smsdialog.dialog import account, group, quarantine, template
from smsdialog.store import check
from tests.dialog.stage import DOMAIN, OPERATOR, Employee, Stage
from tests.dialog.telling import TEXT, newest, told, words
from tests.dialog.test_loop_mail import MAIL as LOOP_MAIL
from tests.dialog.test_why_words import REFUSALS


# What a mail has to be like to be refused so; each leaves one more mail in the ledger.
def _writes(to: str = "KEY", subject: str = "20123456", text: str = TEXT, **more: object) -> Callable[[Stage], None]:
    def write(stage: Stage) -> None:
        stage.anna.writes(stage.key if to == "KEY" else to, subject, text, **more)  # type: ignore[arg-type]

    return write


def _posts(content_type: str, content: str = "x") -> Callable[[Stage], None]:
    def post(stage: Stage) -> None:
        head = f"From: {stage.anna.address}\nMessage-ID: <p@firma.example>\nSubject: 20123456\n"
        stage.anna.posts(f"{head}MIME-Version: 1.0\nContent-Type: {content_type}\n\n{content}\n".encode(), [stage.key])

    return post


def _to_a_group(stage: Stage) -> None:
    group.create(stage.service, "Tom", "Firma")
    stage.anna.writes(["gruppe-tom", stage.key], "", TEXT)


def _to_a_template(name: str, text: str) -> Callable[[Stage], None]:
    def write(stage: Stage) -> None:
        template.create(stage.service, name, text, "Firma")
        stage.anna.writes([f"skabelon-{name}", stage.key], "20123456", TEXT)

    return write


def _to_two_templates(stage: Stage) -> None:
    for name in ("a", "b"):
        template.create(stage.service, name, "Hej", "Firma")
    stage.anna.writes(["skabelon-a", "skabelon-b", stage.key], "20123456", TEXT)


def _paused(stage: Stage) -> None:
    stage.administrator.disables("Firma")
    stage.anna.writes(stage.key, "20123456", TEXT)


def _forwarded(stage: Stage) -> None:
    stage.customer.texts(stage.anna, "Hej")
    account.forward(stage.service, stage.anna.number, 5)
    stage.anna.replies(stage.anna.receives(), TEXT)


def _no_account(stage: Stage) -> None:
    stage.employee("bo@firma.example").writes(stage.key, "20123456", TEXT)


def _no_numbers_left(stage: Stage) -> None:
    stage.employee("bo@firma.example").subscribes(stage.key)
    stage.employee("carl@firma.example").writes("subscribe", stage.key)


def _not_answerable(stage: Stage) -> None:
    stage.customer_with("FIRMA").texts(stage.anna, "Hej")
    stage.anna.replies(stage.anna.receives(), TEXT)


REFUSED: dict[str, Callable[[Stage], None]] = {
    "wrong-number": _writes(subject="12345"),
    "no-number": _writes(subject=""),
    "too-many-recipients": _writes(subject="20123456, 20123457, 20123458, 20123459"),
    "empty": _writes(text=""),
    "attachment-only": _posts("application/pdf; name=a.pdf"),
    "encrypted": _posts("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"),
    "signed-opaque": _posts("application/pkcs7-mime; smime-type=signed-data"),
    "tnef": _posts("application/ms-tnef; name=winmail.dat"),
    "too-long": _writes(text=TEXT * 50),
    "too-big": _writes(text=TEXT * 5000),
    "paused": _paused,
    "forwarded": _forwarded,
    "no-account": _no_account,
    "unknown-recipient": _writes("nobody", inside=True),
    "not-answerable": _not_answerable,
    "no-group": _writes("gruppe-ingen", inside=True),
    "empty-group": _to_a_group,
    "no-template": _writes("skabelon-ingen", inside=True),
    "several-templates": _to_two_templates,
    "line-missing": _to_a_template("to", "{1} og {2}"),
    "wrong-time": _writes(subject="[kl. 99] 20123456"),
    "time-past": _writes(subject="[2020-01-01 10:00] 20123456"),
    "time-too-far": _writes(subject="[2036-01-01 10:00] 20123456"),
    "no-key": _writes("subscribe", "no key at all", inside=True),
    "no-numbers-left": _no_numbers_left,
}
# Said at the door only, where no mail has come in yet; and the name of them all.
NEVER_OF_A_MAIL = {"closed", "over-limit", "refused"}


@pytest.fixture
def narrow(build: Callable[..., Stage]) -> Stage:
    """An installation in which little is allowed, and in which Anna has an account."""
    limits = "[limits]\nrecipients_per_mail = 3\n"
    numbers = '[numbers]\nranges = ["459192000000-459192000001"]\n'
    stage = build(tables=f"max_bytes = 100000\n{numbers}{limits}")
    stage.administrator.opens_account(stage.anna)
    return stage


def test_every_refusal_is_brought_about() -> None:
    assert set(REFUSED) == REFUSALS - NEVER_OF_A_MAIL


@pytest.mark.parametrize("kind", REFUSED)
def test_a_refused_mail_is_told_with_its_reason_and_who_was_told(narrow: Stage, kind: str) -> None:
    REFUSED[kind](narrow)
    decision = narrow.administrator.decisions()[-1]
    assert (decision.outcome, decision.reason.split()[0]) == ("refused", kind)
    story = told(narrow, newest(narrow))
    assert f"refused. Why: {reasons.OF_MAILS[kind].rstrip('.')}." in words(story, "refused")
    assert "was told: " in words(story, "told")


def _posts_with(
    *headers: str, sender: str = "anna@firma.example", envelope: str | None = None
) -> Callable[[Stage], None]:
    def post(stage: Stage) -> None:
        lines = [f"From: {sender}"] if sender else []
        head = "\n".join([*lines, f"To: {stage.key}@sendmailsms.dk", "Subject: 20123456", *headers])
        raw = head.replace("INSTANCE", stage.service.instance).replace("KEY", stage.key).encode() + b"\n\nHej\n"
        stage.anna.posts(raw, [stage.key], envelope_sender=envelope)

    return post


def _answers(subject: str) -> Callable[[Stage], None]:
    def post(stage: Stage) -> None:
        stage.customer.texts(stage.anna, "Hej")
        mail = stage.anna.receives()
        to = mail["Reply-To"].addresses[0].addr_spec
        stage.anna.writes(to, subject, TEXT, headers={"In-Reply-To": str(mail["Message-ID"])})

    return post


def _without_envelope_sender(stage: Stage) -> None:
    raw = f"Return-Path: <>\nFrom: anna@firma.example\nTo: {stage.key}@sendmailsms.dk\n\nHej\n".encode()
    stage.hand_over(raw, Envelope(None, (f"{stage.key}@sendmailsms.dk",)))


_HOPS = [f"Received: from a by mx{n}.example; Wed, 18 Nov 2026 11:00:00 +0100" for n in range(200)]
_OUR_HOPS = [f"Received: from a by sendmailsms.dk id {n}; Wed, 18 Nov 2026 11:00:00 +0100" for n in range(20)]
DROPPED: dict[str, Callable[[Stage], None]] = {
    "null-sender": _posts_with(envelope=""),
    "null-return-path": _without_envelope_sender,
    "own-loop-header": _posts_with(f"{automatic.LOOP_HEADER}: INSTANCE"),
    "own-message-id": _posts_with("Message-ID: <in.7.0123456789abcdef@sendmailsms.dk>"),
    "own-address": _posts_with(sender="help@sendmailsms.dk"),
    "delivered-twice": _posts_with(*["Delivered-To: KEY@sendmailsms.dk"] * 2),
    "many-hops": _posts_with(*_HOPS),
    "many-hops-by-us": _posts_with(*_OUR_HOPS),
    "auto-submitted": _posts_with("Auto-Submitted: auto-replied"),
    "report": _posts_with("Content-Type: multipart/report; boundary=b"),
    "machine-sender": _posts_with(sender="mailer-daemon@firma.example"),
    "empty-from": _posts_with(sender=""),
    "precedence": _posts_with("Precedence: bulk"),
    "machine-header": _posts_with("X-Autoreply: yes"),
    "machine-value": _posts_with("X-Mailer: vacation 1.2"),
    "cron": _posts_with("X-Cron-Env: <SHELL=/bin/sh>"),
    "mailing-list": _posts_with("List-Id: <liste.firma.example>"),
    "calendar-answer": _posts_with("Content-Type: text/calendar; method=REPLY"),
    "fragment": _posts_with("Content-Type: message/partial; id=1; number=1; total=2"),
    "foreign-loop-header": _posts_with(f"{automatic.LOOP_HEADER}: another"),
    "machine-subject": _answers("Automatisk svar: SMS fra +45 20 12 34 56"),
}


def test_every_rule_is_met() -> None:
    assert set(DROPPED) == {rule.name for rule in automatic.RULES}


@pytest.mark.parametrize("name", DROPPED)
def test_a_dropped_mail_is_told_with_the_sign_by_which_a_machine_was_known(
    stage: Stage, anna: Employee, name: str
) -> None:
    DROPPED[name](stage)
    decision = stage.administrator.decisions()[-1]
    assert (decision.outcome, decision.reason.split()[-1]) == ("dropped", name)
    story = told(stage, newest(stage))
    assert reasons.MACHINES[name].rstrip(".") in words(story, "dropped")
    assert {step.code for step in story.steps} == {"came", "dropped"}


def _loop(stage: Stage) -> None:
    to = f"{address.loop_local_part(stage.service.secrets[0], 'abcdefghij')}@{DOMAIN}"
    forged = "Authentication-Results: mx.firma.example; dmarc=pass header.from=abcdefghij.invalid\n"
    raw = LOOP_MAIL.format(to=to, results=forged).encode()
    stage.hand_over(raw, Envelope("www-data@mx.firma.example", (to,), "4Q"))


def test_a_trial_mail_is_told_with_its_looks(stage: Stage) -> None:
    _loop(stage)
    said = words(told(stage, newest(stage)), "dropped")
    assert all(reasons.OF_MAILS[code] in said for code in ("loop-mail", "forged-results", "sender-changed"))


def test_what_a_stranger_writes_is_told_as_ignored(stage: Stage, anna: Employee) -> None:
    stage.employee("fremmed@elsewhere.example").writes("20123456", "", TEXT)
    story = told(stage, newest(stage))
    assert "nothing is done. Strangers are told nothing. Why: nothing proves who wrote it." in words(story, "ignored")
    assert "Proof of the sender: nothing proves it." in words(story, "came")
    assert "smsdialog account list" in story.advice[0]


def test_a_forged_sender_is_told_as_forged(build: Callable[..., Stage]) -> None:
    stage = build(tables='[auth]\ntrusted_authserv_ids = ["mx.firma.example"]\n')
    stage.administrator.opens_account(stage.anna)
    verdict = "mx.firma.example; dmarc=fail header.from=firma.example"
    stage.anna.writes(stage.key, "20123456", TEXT, headers={"Authentication-Results": verdict})
    story = told(stage, newest(stage))
    assert reasons.PROOFS["forged"] in words(story, "came")
    assert words(story, "ignored")


def test_an_address_that_is_none_is_told_as_such(stage: Stage, anna: Employee) -> None:
    stage.employee("fremmed@elsewhere.example").writes("nobody", "", TEXT)
    assert "there is no such address" in words(told(stage, newest(stage)), "unknown-recipient")


def test_a_mail_that_wants_no_answer_is_told_as_refused_in_silence(stage: Stage, anna: Employee) -> None:
    anna.writes(stage.key, "12345", TEXT, headers={"X-Auto-Response-Suppress": "All"})
    story = told(stage, newest(stage))
    assert "Nobody is told, because the mail asks for no answer." in words(story, "refused")
    assert "told" not in {step.code for step in story.steps}


@pytest.mark.parametrize(
    ("to", "outcome", "notice"),
    [
        ("subscribe", "subscribed", "the account is open, and this is its number"),
        ("unsubscribe", "unsubscribed", "the account is closed"),
        ("help", "helped", "how the service is used"),
        ("status", "helped", "his number, what he has sent today, and his last messages"),
    ],
)
def test_mails_about_accounts_are_told_with_their_answers(
    stage: Stage, anna: Employee, to: str, outcome: str, notice: str
) -> None:
    anna.writes(to, stage.key, "", inside=True)
    story = told(stage, newest(stage))
    assert words(story, outcome)
    assert words(story, "told") == f"{anna.address} was told: {notice}."


def test_a_mail_that_was_put_aside_is_told_with_its_file(stage: Stage) -> None:
    envelope = Envelope("anna@firma.example", ("20123456@sendmailsms.dk",), "4QUARANT")
    assert [quarantine.put_aside(stage.service, b"poison", envelope) for _ in range(3)] == [False, False, True]
    (file,) = stage.folder.glob("state/quarantine/*.eml")
    story = told(stage, "4QUARANT")
    assert file.name in words(story, "quarantined")
    assert words(story, "told") == f"{OPERATOR} was told: a mail was put aside."
    assert stage.administrator.checks() == []


def test_every_outcome_is_brought_about() -> None:
    here = {"refused", "dropped", "ignored", "unknown-recipient", "subscribed", "unsubscribed", "helped", "quarantined"}
    assert here | {"sms", "taken-back"} == set(check.OUTCOMES)
