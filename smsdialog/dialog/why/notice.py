"""What somebody was told by a mail of ours, or is still to be told."""

from __future__ import annotations

from smsdialog.core.personal import is_removed
from smsdialog.dialog.why.telling import Reader, Step
from smsdialog.store.story import Notice


def _(message: str) -> str:
    """Mark a text for the catalogues."""
    return message


# What a notice says, by the first word of its kind; that of a refusal is the refusal's.
KINDS = {
    "confirmation": _("the account is open, and this is its number"),
    "closed": _("the account is closed"),
    "help": _("how the service is used"),
    "not-sent": _("what became of the SMS of this mail"),
    "held": _("the SMS of this mail are held back"),
    "delivered": _("the SMS of this mail have arrived"),
    "unknown": _("nobody knows whether some SMS were sent"),
    "suspended": _("a mailbox keeps refusing mails"),
    "quarantine": _("a mail was put aside"),
    "gateway-down": _("a gateway does not take SMS"),
    "deputy-refuses": _("the mailbox of somebody who gets another's SMS refuses mails"),
    "no-numbers-left": _("no numbers are free"),
    "status": _("his number, what he has sent today, and his last messages"),
    "scheduled": _("when the SMS of this mail are to be sent, and how to take them back"),
    "taken-back": _("what was taken back"),
    "digest": _("what the operator is told once a day"),
}
REFUSED = _("why this mail was refused")
_SENT = _("%(recipient)s was told: %(kind)s.")
_WAITS = _("%(recipient)s is to be told: %(kind)s.")
_TOO_SOON = _("That mail waits until %(time)s: nobody gets more than one of a kind in an hour, or ten in a day.")
_NOT_TAKEN = _("Sendmail has not taken that mail. Tries so far: %(attempts)d.")
_NOT_YET = _("That mail goes with the next pass over what waits.")
_NOBODY = _("Somebody whose data was removed")


def step(reader: Reader, about: str, one: Notice) -> Step:
    """Whether that mail has gone, and if not, why."""
    recipient = reader.translate(_NOBODY) if is_removed(one.recipient) else one.recipient
    kind = reader.translate(KINDS.get(one.kind.split()[0], REFUSED))
    if one.sent_at is not None:
        return Step(one.sent_at, about, "told", reader.says(_SENT, recipient=recipient, kind=kind))
    waits = reader.says(_WAITS, recipient=recipient, kind=kind)
    return Step(one.created_at, about, "to be told", f"{waits} {_waits_for(reader, one)}")


def _waits_for(reader: Reader, one: Notice) -> str:
    if one.attempts:
        return reader.says(_NOT_TAKEN, attempts=one.attempts)
    if one.due_at > max(one.created_at, reader.now):
        return reader.says(_TOO_SOON, time=reader.moment(one.due_at))
    return reader.says(_NOT_YET)
