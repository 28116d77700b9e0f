"""What employees and the operator are written: the right text, in the reader's language, under a subject of ours."""

from __future__ import annotations

import pytest

from smsdialog import errors
from smsdialog.core import letters
from smsdialog.core.letters import Fate, Letter
from smsdialog.errors import NUMBER_REASONS, EmptyText, NoAccount, NumberRefused, TooLong, WrongNumbers

DOMAIN = "sms.firma.example"
SUBJECT = "20123456\r\nBcc: eve@firma.example"


def english(text: str) -> str:
    return text


def shouted(text: str) -> str:
    """A language in which everything is the same, and loud; placeholders stay."""
    words = text.replace("%(", "\0%(").replace(")s", ")s\0").split("\0")
    return "".join(word if word.startswith("%(") else word.upper() for word in words)


def test_the_subject_of_an_sms_mail_is_constant_for_a_customer():
    assert letters.sms_subject(english, "+45 20 12 34 56") == "SMS from +45 20 12 34 56"


def test_the_body_of_an_sms_mail_is_the_sms():
    assert letters.sms_body("Hej\n\nBo", ("", "")) == "Hej\n\nBo"


def test_what_has_to_be_said_of_an_sms_stands_below_it():
    body = letters.sms_body("Kode 1234", (letters.NOT_ANSWERABLE, "", "(To Anna.)"))
    assert body == "Kode 1234\n\n(This SMS came from a sender that cannot be answered.)\n\n(To Anna.)"


def test_a_refusal_says_why_and_quotes_the_mail():
    letter = letters.refusal(english, TooLong(parts="9", limit="6"), "20123456", "Hej\nBo")
    assert letter == Letter(
        "SMS not sent",
        "The text is too long: it would take 9 SMS, and at most 6 are allowed.\n\n"
        "Your mail:\n> Subject: 20123456\n>\n> Hej\n> Bo",
    )


def test_a_mail_without_a_text_is_quoted_by_its_subject():
    assert letters.refusal(english, EmptyText(), "20123456", "").body.endswith("Your mail:\n> Subject: 20123456")


def test_every_wrong_number_is_named_with_its_reason():
    refused = tuple(NumberRefused(f"x{reason}", reason) for reason in NUMBER_REASONS)
    body = letters.refusal(english, WrongNumbers(refused), "", "").body
    for reason, words in NUMBER_REASONS.items():
        assert f"“x{reason}”: {words}" in body


def test_of_a_very_long_number_the_beginning_is_named():
    body = letters.refusal(english, WrongNumbers((NumberRefused("1" * 500, "too-long"),)), "", "").body
    assert f"“{'1' * 60}”" in body


def test_somebody_without_an_account_reads_how_to_get_one():
    letter = letters.refusal(english, NoAccount(domain=DOMAIN), "x", "")
    assert letter.subject == "No account yet"
    assert f"subscribe@{DOMAIN}" in letter.body


def test_a_long_mail_is_quoted_in_part():
    text = "\n".join(f"{n} {'x' * 300}" for n in range(100))
    body = letters.refusal(english, EmptyText(), "s" * 500, text).body.splitlines()
    quoted = [line for line in body if line.startswith("> ")]
    assert len(quoted) == 1 + letters.QUOTED_LINES
    assert max(map(len, quoted)) <= len("> Subject: ") + 200


def test_every_state_of_the_ledger_has_words():
    states = ["queued", "sending", "sent", "delivered", "failed", "unknown", "held"]
    assert list(letters.STATES) == states
    fates = [Fate(f"+45 2012345{n}", state) for n, state in enumerate(states)]
    body = letters.report(english, fates, "", "").body
    for fate in fates:
        assert f"{fate.customer}: {letters.STATES[fate.state]}" in body


def test_a_report_says_of_each_customer_what_became_of_him():
    fates = [Fate("+45 20 12 34 56", "failed", "no such subscriber"), Fate("+46 70 123 45 67", "sent", "ignored")]
    letter = letters.report(english, fates, "to numre", "Hej")
    assert letter.subject == "SMS not sent to everybody"
    assert letter.body == (
        "This became of your message:\n\n+45 20 12 34 56: NOT sent (no such subscriber)\n"
        "+46 70 123 45 67: sent\n\nYour mail:\n> Subject: to numre\n>\n> Hej"
    )


@pytest.mark.parametrize(
    ("states", "subject"),
    [
        (["failed"], "SMS not sent"),
        (["failed", "held"], "SMS not sent"),
        (["unknown", "delivered"], "SMS not sent to everybody"),
    ],
)
def test_the_subject_of_a_report_says_whether_anybody_got_it(states, subject):
    assert letters.report(english, [Fate("x", state) for state in states], "", "").subject == subject


def test_a_confirmation_holds_the_number_and_how_to_use_it():
    letter = letters.confirmation(english, "459192000123", DOMAIN)
    assert letter.subject == "Your SMS number is 459192000123"
    assert "    459192000123\n" in letter.body
    assert letter.body.endswith(letters.how_to(english, DOMAIN))


def test_a_closed_account_is_confirmed_with_its_number():
    letter = letters.closed(english, "459192000123", DOMAIN)
    assert letter.subject == "Your account is closed"
    assert "The number 459192000123 no longer" in letter.body
    assert f"subscribe@{DOMAIN}" in letter.body


def test_help_begins_with_the_askers_numbers():
    letter = letters.help_letter(english, DOMAIN, ["459192000123", "459192000456"])
    assert letter.subject == "How SMS-Dialog is used"
    assert letter.body.startswith("Your number is 459192000123.\n\nYour number is 459192000456.\n\nTo send an SMS")
    assert letters.help_letter(english, DOMAIN, []).body == letters.how_to(english, DOMAIN)


def test_the_way_to_use_it_names_the_domain_and_leaves_no_placeholder():
    text = letters.how_to(english, DOMAIN)
    assert f"<API key>@{DOMAIN}" in text
    assert f"<mobile number>@{DOMAIN}" in text
    assert f"unsubscribe@{DOMAIN}" in text
    assert "%(" not in text


def test_the_operator_is_told_which_sms_are_unknown():
    letter = letters.operator_unknown(english, ["o7", "o8"])
    assert letter.subject == "SMS with an unknown fate"
    assert letter.body.endswith("\n\no7\no8")
    assert "smsdialog message resend ID" in letter.body


def test_the_operator_is_told_that_numbers_are_used_up():
    letter = letters.operator_exhausted(english)
    assert letter.subject == "No free numbers left"
    assert "smsdialog number add" in letter.body


def test_the_operator_is_told_whose_mailbox_refuses_and_how_to_go_on():
    letter = letters.operator_suspended(english, "anna@firma.example")
    assert letter.subject == "A mailbox refuses mails"
    assert "'smsdialog account edit anna@firma.example --resume'" in letter.body


def test_the_operator_is_told_where_a_mail_was_put_aside():
    letter = letters.operator_quarantine(english, "1795338000-4XyZ")
    assert letter.subject == "A mail was put aside"
    assert "as 1795338000-4XyZ." in letter.body


@pytest.mark.parametrize(
    "error", [error for error in vars(errors).values() if isinstance(error, type) and issubclass(error, errors.Refusal)]
)
def test_every_refusal_has_a_subject_of_its_own_in_the_readers_language(error):
    assert shouted(error.subject).isupper()
    assert "\n" not in error.subject
    assert "%" not in error.subject


def test_several_letters_of_a_kind_become_one():
    one, two = Letter("Subject", "one"), Letter("Other", "two")
    assert letters.gathered([one]) == one
    assert letters.gathered([one, two]) == Letter("Subject", f"one\n\n{'-' * 40}\n\ntwo")


def every_letter(translate) -> list[Letter]:
    refused = WrongNumbers((NumberRefused("12", "too-short"),))
    return [
        letters.refusal(translate, refused, SUBJECT, "text"),
        letters.refusal(translate, NoAccount(domain=DOMAIN), SUBJECT, "text"),
        letters.report(translate, [Fate("+45 20 12 34 56", "failed", "42")], SUBJECT, "text"),
        letters.report(translate, [Fate("A", "sent"), Fate("B", "unknown")], SUBJECT, "text"),
        letters.confirmation(translate, "459192000123", DOMAIN),
        letters.closed(translate, "459192000123", DOMAIN),
        letters.help_letter(translate, DOMAIN, ["459192000123"]),
        letters.operator_unknown(translate, ["o7"]),
        letters.operator_exhausted(translate),
        letters.operator_suspended(translate, "A"),
        letters.operator_quarantine(translate, "A"),
        Letter(letters.sms_subject(translate, "+45 20 12 34 56"), translate(letters.NOT_ANSWERABLE)),
    ]


def test_nothing_that_anybody_wrote_stands_in_a_subject():
    for letter in every_letter(english):
        assert "\n" not in letter.subject
        assert "Bcc" not in letter.subject


def test_a_subject_of_several_lines_is_quoted_as_one():
    body = letters.refusal(english, EmptyText(), SUBJECT, "").body
    assert body.endswith("\n> Subject: 20123456 Bcc: eve@firma.example")


def test_every_text_goes_through_the_catalogue():
    ours = {"text", "x", "o7", "+45 20 12 34 56"}
    for loud, plain in zip(every_letter(shouted), every_letter(english), strict=True):
        assert loud.subject == plain.subject.upper()
        quiet = [line for line in loud.body.splitlines() if line != line.upper() and not line.startswith("> ")]
        assert not [line for line in quiet if DOMAIN not in line and line not in ours], quiet
