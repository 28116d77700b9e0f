"""How things are shown: times, numbers, states and reasons, in the reader's language."""

from __future__ import annotations

from datetime import datetime

from flask import Flask

from smsdialog.admin import language
from smsdialog.core import phone, reasons
from smsdialog.dialog.messages import Message
from smsdialog.dialog.status import MANY
from smsdialog.errors import NUMBER_REASONS, Declined


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
# The filters that look a word up.
LOOKED_UP = {
    "account_state": ACCOUNT_STATES,
    "delivery": reasons.DELIVERIES,
    "gateway_state": GATEWAY_STATES,
    "in_state": IN_STATES,
    "number_reason": NUMBER_REASONS,
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


def because(message: Message) -> str:
    """Why a message is in its state; what a gateway said stays in its own words."""
    in_words = reasons.of_mail if message.id.startswith("m") else reasons.of_sms
    return in_words(language.translate, message.reason)


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
