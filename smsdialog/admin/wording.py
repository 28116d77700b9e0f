"""How things are shown: times, numbers, states and reasons, in the reader's language."""

from __future__ import annotations

from datetime import datetime

from flask import Flask

from smsdialog.admin import language
from smsdialog.core import phone
from smsdialog.core.letters import HELD_REASONS
from smsdialog.dialog.status import MANY
from smsdialog.errors import Declined


def _(message: str) -> str:
    """Mark a text for the catalogues."""
    return message


OUT_STATES = {
    "queued": _("waiting"),
    "sending": _("being sent"),
    "sent": _("sent"),
    "delivered": _("delivered"),
    "failed": _("failed"),
    "unknown": _("unknown"),
    "held": _("held back"),
}
IN_STATES = {"received": _("waiting"), "mailed": _("mailed"), "held": _("held back")}
ACCOUNT_STATES = {"open": _("open"), "paused": _("paused"), "closed": _("closed")}
DELIVERIES = {
    "delivered": _("delivered"),
    "failed": _("failed"),
    "expired": _("the phone was not reached in time"),
    "on its way": _("on its way"),
}
# What keeps a gateway from sending, see `dialog.gateway`.
GATEWAY_STATES = {
    "up": _("works"),
    "later": _("out of order"),
    "rate": _("wants fewer SMS"),
    "credit": _("credit used up"),
    "config": _("set up wrongly"),
    "unknown": _("answers get lost"),
}
ROLES = {"administrator": _("administrator"), "manager": _("key manager"), "reader": _("reader")}
# Why something is held, was refused or failed; the keys are what the ledger has.
REASONS = {
    **HELD_REASONS,
    "the account is closed": _("the account is closed"),
    "the key is disabled": _("the key is disabled"),
    "its mailbox refuses mails": _("its mailbox refuses mails"),
    "no account has this number": _("no account has this number"),
    "interrupted": _("the program was interrupted while sending"),
    "refused": _("the mail was refused"),
    "wrong-number": _("a number in the mail is wrong"),
    "no-number": _("the mail names no number"),
    "too-many-recipients": _("the mail names too many numbers"),
    "empty": _("the mail holds no text"),
    "attachment-only": _("the mail holds nothing but attachments"),
    "encrypted": _("the mail is encrypted"),
    "signed-opaque": _("the mail is signed in a way that hides its text"),
    "tnef": _("the mail is in Outlook's own format"),
    "too-long": _("the text is too long"),
    "too-big": _("the mail is too big"),
    "paused": _("the key is disabled"),
    "no-account": _("the sender has no account"),
    "unknown-recipient": _("there is no such address"),
    "not-answerable": _("the sender of the SMS cannot be answered"),
    "no-key": _("the mail holds no valid API key"),
    "no-numbers-left": _("no numbers are free"),
}
# The filters that look a word up.
LOOKED_UP = {
    "account_state": ACCOUNT_STATES,
    "delivery": DELIVERIES,
    "gateway_state": GATEWAY_STATES,
    "in_state": IN_STATES,
    "out_state": OUT_STATES,
    "role": ROLES,
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DIGITS = (
    _("zero"), _("one"), _("two"), _("three"), _("four"), _("five"), _("six"), _("seven"), _("eight"), _("nine"),
)  # fmt: skip
_HARD_BLANK = "\N{NO-BREAK SPACE}"


def install(app: Flask) -> None:
    """Give the templates these words."""
    for name, words in LOOKED_UP.items():
        app.jinja_env.filters[name] = _looked_up(words)
    for filter_ in (because, count, digits_in_words, grouped, iso, moment, peer, thousands):
        app.jinja_env.filters[filter_.__name__] = filter_


def reason(error: Declined) -> str:
    """What an administrator is told, in his language."""
    text = language.translate(error.message)
    return text % error.details if error.details else text


def because(text: str) -> str:
    """A reason of the ledger; what a gateway said stays in its own words."""
    ours = text.removesuffix(" (no answer wanted)")
    return language.translate(REASONS[ours]) if ours in REASONS else text


def moment(seconds: float) -> str:
    """A time of the ledger, in the machine's own time zone: 22.11.2026 kl. 14.05, or 22 Nov 2026, 14:05."""
    time = datetime.fromtimestamp(seconds).astimezone()
    if language.chosen() == "da":
        return f"{time:%d.%m.%Y} kl.{_HARD_BLANK}{time:%H.%M}"
    return f"{time.day}{_HARD_BLANK}{_MONTHS[time.month - 1]}{_HARD_BLANK}{time:%Y, %H:%M}"


def iso(seconds: float) -> str:
    """A time of the ledger for machines (ISO 8601)."""
    return datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")


def grouped(number: str) -> str:
    """A service number as people read it: 4591 9200 0123."""
    return _HARD_BLANK.join(number[at : at + 4] for at in range(0, len(number), 4))


def peer(number: str) -> str:
    """A customer as people read him: a number in groups, or a name."""
    return phone.international(number).replace(" ", _HARD_BLANK)


def digits_in_words(number: str) -> str:
    """A number as it is said on the telephone."""
    return " ".join(language.translate(_DIGITS[int(digit)]) for digit in number if digit.isdecimal())


def thousands(number: int) -> str:
    """A number with its thousands apart."""
    return f"{number:,}".replace(",", "." if language.chosen() == "da" else ",")


def count(number: int) -> str:
    """A count with its thousands apart; of the very many only that they are."""
    return thousands(min(number, MANY)) + ("+" if number > MANY else "")


def _looked_up(words: dict[str, str]) -> object:
    def look_up(name: str) -> str:
        return language.translate(words.get(name, name))

    return look_up
