"""What the operator reads once a day, and what the heartbeat says: in his language, and naming no customer.

`translate` looks a text up in a catalogue, as in `letters`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smsdialog.core.letters import Letter, Translate


def _(message: str) -> str:
    """Mark a text for the catalogues."""
    return message


# What went wrong since the last digest, by the names that the store has for it.
WENT_WRONG = {
    "held": _("%(count)s SMS were held: more than an account or a key may send."),
    "unknown": _("%(count)s SMS may or may not have been sent: the gateway's answer was lost."),
    "failed": _("%(count)s SMS were not sent, or did not arrive. Their authors have been told."),
    "refused": _("%(count)s mails became no SMS, and their authors were told why."),
    "held-in": _("%(count)s SMS came in for nobody who may have them now, and are kept."),
}
# What is wrong now, by the codes of `smsdialog doctor`; the digest has words for each that can be in it.
WRONG_NOW = {
    "numbers-exhausted": _("No number is free. Nobody can subscribe."),
    "numbers-few": _("Few numbers are free."),
    "sms-waiting": _("SMS wait to be sent, and nothing sends them."),
    "mails-waiting": _("Mails to employees wait, and nothing posts them."),
    "hooks-waiting": _("Events of the modem's daemon wait, and nothing takes them."),
    "quarantine": _("Mails that failed at every try were put aside."),
    "gateway-down": _("A gateway does not take SMS, and is passed over."),
    "disk-nearly-full": _("The disk is nearly full."),
    "disk-no-inodes": _("No file can be made any more on the disk."),
}
CLOCK = _("The newest entry of the ledger is in the future: a clock is wrong.")
HEARTBEAT_UNHEARD = _("The heartbeat SMS of %(time)s was taken, and no receipt has come for it.")
HEARTBEAT_UNSENT = _("The heartbeat SMS of %(time)s was not sent.")
HEARTBEAT_HOMELESS = _("There is no open account that the heartbeat SMS could be from.")


@dataclass(frozen=True)
class Item:
    """One line of the digest, and the command that mends what it says, or shows it."""

    text: str
    command: str


def digest(translate: Translate, items: Sequence[Item], since: str) -> Letter:
    """The mail to the operator."""
    head = translate("This is not well, or went wrong since %(since)s:") % {"since": since}
    tail = translate("'smsdialog doctor' looks at everything. This mail does not come while all is well.")
    told = [f"- {item.text}\n    {item.command}" for item in items]
    return Letter(translate("SMS-Dialog needs a look"), "\n\n".join([head, *told, tail]))


def heartbeat(translate: Translate, host: str, time: str, troubled: Sequence[str]) -> str:
    """The text of a heartbeat: `troubled` are the parts that are not well."""
    if not troubled:
        return translate("SMS-Dialog on %(host)s, %(time)s: all is well.") % {"host": host, "time": time}
    said = translate("SMS-Dialog on %(host)s, %(time)s: NOT well: %(parts)s. See 'smsdialog doctor'.")
    return said % {"host": host, "time": time, "parts": ", ".join(troubled)}
