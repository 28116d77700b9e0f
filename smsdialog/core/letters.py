"""What we write to employees: subject and text, in the reader's language.

Every text here is English and is looked up in a catalogue by `translate`; adding a language is adding
a catalogue. Subjects are constant, apart from numbers: nothing that a customer or a sender wrote ever
stands in one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from smsdialog.core.model import Account
from smsdialog.core.stopword import Wish
from smsdialog.errors import NUMBER_REASONS, Refusal, WrongNumbers

Translate = Callable[[str], str]

QUOTED_LINES = 20


def _(message: str) -> str:
    """Mark a text for the catalogues."""
    return message


# What became of one SMS, in words; the keys are states of the ledger.
STATES = {
    "queued": _("waits to be sent"),
    "sending": _("is being sent"),
    "sent": _("sent"),
    "delivered": _("delivered"),
    "failed": _("NOT sent"),
    "unknown": _("may or may not have been sent: the answer was lost. It is not sent again on its own."),
    "held": _("held back. Your administrator can release it."),
}

# Why an SMS is held; the keys are reasons of the ledger.
HELD_REASONS = {
    "account-per-hour": _("more SMS than one account may send in an hour"),
    "key-per-day": _("more SMS than your company may send in a day"),
    "new-customers": _("more customers that were never written to before than are allowed in an hour"),
    "stale": _("the mail was under way for more than 12 hours"),
}

# Ends a reason that would have been told, had the mail not asked for silence.
NO_ANSWER_WANTED = "(no answer wanted)"
EXPIRED = _("the phone was not reached in time")
GIVEN_UP = _("given up")
# Said by the code that speaks HTTP; what follows a colon is for the operator.
OF_THE_NETWORK = (
    _("no connection to the gateway"),
    _("the gateway's answer was lost"),
    _("the gateway's answer came too slowly"),
)
ERASED = _("the customer's number was removed")
TAKEN_BACK = _("taken back before its time")
RESTORED = _("it waited when a backup was made, and may have been sent since")
STOPPED = _("the customer has answered STOP, and wants no more SMS")
REMOVED_CUSTOMER = _("A customer whose number was removed")
# Reasons of the ledger that are our own words, and quote nobody.
OUR_REASONS = (
    *HELD_REASONS,
    *(EXPIRED, GIVEN_UP, ERASED, RESTORED, STOPPED, TAKEN_BACK),
    *("interrupted", "the account is closed", "the key is disabled"),
)

NOT_ANSWERABLE = _("(This SMS came from a sender that cannot be answered.)")
_IN_HIS_PLACE = _(
    "(This SMS was sent to %(number)s, the number of %(email)s, and you get it in their place. Your answer goes out "
    "from that number.)"
)
_FORWARDED_IN_HIS_PLACE = _(
    "(This SMS was sent to %(number)s, the number of %(email)s until that account was closed, and is forwarded to you "
    "for a time. Your answer goes out from that number.)"
)
_FORWARDED = _(
    "(Your account is closed. SMS to its number, %(number)s, are forwarded to you for a time; they cannot be answered.)"
)
# What the one word of an SMS means, where its key heeds that.
WISHES = {
    Wish.STOP: _(
        "(The customer wants no more SMS. What you or your colleagues send him from now on is refused, until he "
        "texts START. He gets no answer to this by itself.)"
    ),
    Wish.START: _("(The customer may be sent SMS.)"),
}


@dataclass(frozen=True)
class Letter:
    """A mail before it is one."""

    subject: str
    body: str


@dataclass(frozen=True)
class Fate:
    """What became of one customer's SMS; `reason` is the gateway's, a key of `HELD_REASONS`, or empty."""

    customer: str
    state: str
    reason: str = ""


def sms_subject(translate: Translate, customer: str) -> str:
    """The subject of an SMS mail, the same for the whole dialog."""
    return translate("SMS from %(customer)s") % {"customer": customer}


def missing_part(translate: Translate, index: int, total: int) -> str:
    """What stands in a long SMS where one of its parts never came."""
    return translate("[part %(index)d of %(total)d is missing]") % {"index": index, "total": total}


def sms_body(text: str, notes: Iterable[str]) -> str:
    """The SMS, and nothing else, but what has to be said of it, each below the other; an empty note is none."""
    return "\n\n".join([text, *filter(None, notes)])


def why_you(translate: Translate, account: Account, reader: str) -> str:
    """Why somebody gets the SMS of an account: empty for its own employee while it is open."""
    if account.closed_at is None:
        text = "" if reader == account.email else _IN_HIS_PLACE
    else:
        text = _FORWARDED if reader == account.email else _FORWARDED_IN_HIS_PLACE
    return translate(text) % {"email": account.email, "number": account.number} if text else ""


def refusal(translate: Translate, error: Refusal, mail_subject: str, text: str) -> Letter:
    """Why a mail did not become an SMS."""
    lines = [translate(error.message) % error.details]
    if isinstance(error, WrongNumbers):
        lines += ["", *(_wrong_number(translate, refused.typed, refused.reason) for refused in error.refused)]
    body = "\n".join([*lines, *_quoted(translate, mail_subject, text)])
    return Letter(translate(error.subject), body)


def report(translate: Translate, fates: Sequence[Fate], mail_subject: str, text: str) -> Letter:
    """What became of every customer of a mail: something went wrong for one of them, or receipts were asked for."""
    lines = [translate("This became of your message:"), ""]
    for fate in fates:
        why = (
            f" ({_why(translate, fate.reason)})" if fate.reason and fate.state in ("failed", "unknown", "held") else ""
        )
        lines.append(f"{fate.customer}: {translate(STATES[fate.state])}{why}")
    body = "\n".join([*lines, *_quoted(translate, mail_subject, text)])
    return Letter(translate(_report_subject(fates)), body)


def confirmation(translate: Translate, number: str, domain: str) -> Letter:
    """The answer to a subscribe mail."""
    text = translate(
        "Your account is open, and this is your number:\n"
        "\n"
        "    %(number)s\n"
        "\n"
        "Customers can text it from now on, and their SMS arrive in this mailbox. When you answer such a "
        "mail, your answer is sent to the customer's mobile phone as an SMS from your number.\n"
        "\n"
        "The attached QR code opens a new SMS to your number when a customer scans it."
    )
    body = text % {"number": number} + "\n\n" + how_to(translate, domain)
    return Letter(translate("Your SMS number is %(number)s") % {"number": number}, body)


def closed(translate: Translate, number: str, domain: str) -> Letter:
    """The answer to an unsubscribe mail."""
    text = translate(
        "Your account is closed. The number %(number)s no longer receives or sends SMS.\n"
        "\n"
        "Write to subscribe@%(domain)s with your API key in the subject to get a new number."
    )
    return Letter(translate("Your account is closed"), text % {"number": number, "domain": domain})


def help_letter(translate: Translate, domain: str, numbers: Sequence[str]) -> Letter:
    """The answer to a mail to help@; `numbers` are those of the asker's accounts."""
    yours = [translate("Your number is %(number)s.") % {"number": number} + "\n" for number in numbers]
    return Letter(translate("How SMS-Dialog is used"), "\n".join([*yours, how_to(translate, domain)]))


def how_to(translate: Translate, domain: str) -> str:
    """How the service is used, in short."""
    text = translate(
        "To send an SMS, write a mail to your API key, such as <API key>@%(domain)s, with the mobile number "
        "in the subject and the message in the mail. Several numbers are separated by commas; no customer "
        "sees the others. Foreign numbers need their country code, such as +46.\n"
        "\n"
        "A customer in your address book can have the address <mobile number>@%(domain)s. Write to that "
        "address and to your API key together, and leave the subject empty.\n"
        "\n"
        "Quoted mails, signatures and attachments are left out of the SMS.\n"
        "\n"
        "An SMS for later has its time at the start of the subject, such as [kl. 14:30] or [25/12 kl. 9]. A group that "
        "your administrator has made is texted at gruppe-<name>@%(domain)s, and a ready text is sent by "
        "skabelon-<name>@%(domain)s; your API key must be among the recipients. status@%(domain)s answers with your "
        "number and what became of your last messages.\n"
        "\n"
        "To close your account, write to unsubscribe@%(domain)s with your API key in the subject."
    )
    return text % {"domain": domain}


def operator_unknown(translate: Translate, references: Iterable[str]) -> Letter:
    """To the operator: SMS whose gateway never answered."""
    text = translate(
        "The gateway's answer was lost for these SMS. They may or may not have been sent, and are not sent "
        "again on their own. The employees have been told. See 'smsdialog message show ID'; "
        "'smsdialog message resend ID' sends one again."
    )
    return Letter(translate("SMS with an unknown fate"), "\n".join([text, "", *references]))


def operator_suspended(translate: Translate, email: str) -> Letter:
    """To the operator: a mailbox that keeps refusing."""
    text = translate(
        "The mailbox %(email)s keeps refusing mails. SMS to its number are held until "
        "'smsdialog account edit %(email)s --resume'."
    )
    return Letter(translate("A mailbox refuses mails"), text % {"email": email})


def operator_deputy_refuses(translate: Translate, email: str, account: str) -> Letter:
    """To the operator: one of several who get an account's SMS does not."""
    text = translate(
        "The mailbox %(email)s refused the mail of an SMS to %(account)s. The others who get these SMS did get it. "
        "'smsdialog account edit %(account)s --deliver-to ADDRESS' names who gets them."
    )
    return Letter(translate("A mailbox refuses mails"), text % {"email": email, "account": account})


def operator_gateway_down(translate: Translate, gateway: str, reason: str, *, needs_a_hand: bool) -> Letter:
    """To the operator: a gateway that is passed over."""
    text = translate(
        "The gateway '%(gateway)s' does not take SMS: %(reason)s\n"
        "\n"
        "What it should have sent goes through the next gateway of the route, or waits. It is tried again by itself. "
        "'smsdialog gateway status' shows how the gateways fare."
    )
    lines = [text % {"gateway": gateway, "reason": reason}]
    if needs_a_hand:
        lines.append(translate("This will not mend itself: its credentials, settings or credit need your attention."))
    return Letter(translate("A gateway does not take SMS"), "\n\n".join(lines))


def operator_quarantine(translate: Translate, name: str) -> Letter:
    """To the operator: a mail that fails whenever it is looked at."""
    text = translate(
        "A mail caused an unexpected error three times, and was put aside unsent. It lies in the folder "
        "'quarantine' of the state folder as %(name)s."
    )
    return Letter(translate("A mail was put aside"), text % {"name": name})


def operator_exhausted(translate: Translate) -> Letter:
    """To the operator: no numbers are left."""
    text = translate(
        "Somebody wanted an account, but every number is in use or rests. Add a range with "
        "'smsdialog number add FIRST-LAST', or to 'numbers.ranges' in the configuration."
    )
    return Letter(translate("No free numbers left"), text)


def gathered(letters: Sequence[Letter]) -> Letter:
    """Several letters of one kind as one."""
    rule = "\n\n" + "-" * 40 + "\n\n"
    return Letter(letters[0].subject, rule.join(letter.body for letter in letters))


def _wrong_number(translate: Translate, typed: str, reason: str) -> str:
    return translate("“%(typed)s”: %(reason)s") % {"typed": typed[:60], "reason": translate(NUMBER_REASONS[reason])}


def _why(translate: Translate, reason: str) -> str:
    """A reason in the reader's language as far as it is ours; a provider's words behind a colon stay as they are."""
    ours, colon, words = HELD_REASONS.get(reason, reason).partition(": ")
    return f"{translate(ours) if ours else ''}{colon}{words}"


def _report_subject(fates: Sequence[Fate]) -> str:
    states = {fate.state for fate in fates}
    if states == {"delivered"}:
        return _("SMS delivered")
    if states <= {"sent", "delivered"}:
        return _("SMS delivered to some")
    return _("SMS not sent to everybody") if states & {"sent", "delivered"} else _("SMS not sent")


def _quoted(translate: Translate, mail_subject: str, text: str) -> list[str]:
    subject = translate("Subject")
    lines = ["", translate("Your mail:"), f"> {subject}: {' '.join(mail_subject.split())[:200]}"]
    body = [f"> {line[:200]}" for line in text.splitlines()[:QUOTED_LINES]]
    return [*lines, *([">", *body] if body else [])]
