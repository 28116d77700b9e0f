"""The answer to status@: the employee's number, what may still be sent, and what became of the last messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smsdialog.core.letters import STATES, Letter, Translate
from smsdialog.core.model import Account


def _(message: str) -> str:
    """Mark a text for the catalogues."""
    return message


ACCOUNT_STATES = {"open": _("open"), "paused": _("paused"), "closed": _("closed")}
# What became of an SMS that came in; the keys are states of the ledger.
IN_STATES = {
    "received": _("waits to be mailed to you"),
    "mailed": _("mailed to you"),
    "held": _("held back. Your administrator can release it."),
}


@dataclass(frozen=True)
class Use:
    """How many SMS were sent of how many allowed: by the account in an hour, by its key's accounts in a day."""

    hour: int
    hour_limit: int
    day: int
    day_limit: int


@dataclass(frozen=True)
class Line:
    """One message: `when` and `customer` as people read them, and its state of the ledger."""

    when: str
    customer: str
    came_in: bool
    state: str


def status(translate: Translate, accounts: Sequence[str]) -> Letter:
    """The whole answer, of what `account` says of each."""
    return Letter(translate("Your SMS account"), "\n\n".join(accounts))


def account(translate: Translate, found: Account, use: Use, lines: Sequence[Line]) -> str:
    """One account."""
    text = translate(
        "Your number is %(number)s, on the API key “%(key)s” (%(state)s).\n"
        "SMS that you sent in the last hour: %(hour)s of %(hour_limit)s.\n"
        "SMS that all accounts of the key sent in the last 24 hours: %(day)s of %(day_limit)s."
    )
    words = {"number": found.number, "key": found.key, "state": translate(ACCOUNT_STATES[found.state])}
    head = text % {**words, **vars(use)}
    if not lines:
        return "\n".join([head, "", translate("No messages yet.")])
    return "\n".join([head, "", translate("The last messages:"), *(_line(translate, line) for line in lines)])


def _line(translate: Translate, line: Line) -> str:
    state = translate(IN_STATES[line.state] if line.came_in else STATES[line.state])
    way = translate("from") if line.came_in else translate("to")
    return f"{line.when}  {way} {line.customer}: {state}"
