"""The story of one SMS that goes out: written down, for when, taken, where it is now, and what its receipts say."""

from __future__ import annotations

from smsdialog.core import ledger, reasons
from smsdialog.core.model import Receipts
from smsdialog.dialog.why.telling import Reader, Step, sentences
from smsdialog.store.story import Heard, Sms


def _(message: str) -> str:
    """Mark a text for the catalogues."""
    return message


# Where it is; the keys are states of the ledger.
STATES = {
    "queued": _("SMS %(id)s waits to be sent."),
    "sending": _("SMS %(id)s is being handed to the gateway %(gateway)s."),
    "sent": _("SMS %(id)s is sent; nothing is known yet of its arrival."),
    "delivered": _("SMS %(id)s has arrived."),
    "failed": _("SMS %(id)s failed, and is not tried again by itself."),
    "unknown": _("SMS %(id)s may or may not have been sent, and is not sent again by itself."),
    "held": _("SMS %(id)s is held back, and not sent by itself."),
}
_CLAIMED = _("SMS %(id)s to %(customer)s is written down: %(parts)d part, for the gateway %(gateway)s.")
_CLAIMED_MANY = _("SMS %(id)s to %(customer)s is written down: %(parts)d parts, for the gateway %(gateway)s.")
_LATER = _("Its author wants it sent at %(time)s.")
_TAKEN = _("The gateway %(gateway)s took SMS %(id)s %(seconds)s seconds after it was due.")
_GATEWAY_ID = _("It calls it %(gateway_id)s.")
_TRIES = _("Tries so far: %(attempts)d.")
_NEXT = _("The next try is due at %(time)s.")
_LEASE_OVER = _("Whoever did so has ended; the next pass over what waits will find that nobody knows.")
_ANSWER = _("The gateway said last: %(answer)s")
_RECEIPT = _("Receipt for SMS %(id)s: %(delivery)s.")
_RECEIPT_OF_PART = _("Receipt for part %(part)s of SMS %(id)s: %(delivery)s.")
_HAPPENED = _("By the provider's clock that was at %(time)s.")
_UNTOLD = _("The employee is told as soon as nothing of the mail is under way any more.")
_TOLD_NOTHING = _("Nobody is told, as the account or its key wants no receipts.")
ANSWER_CHARACTERS = 300
# A provider's time is worth a word when it is not the time at which its receipt came.
_LATE_SECONDS = 60


def steps(reader: Reader, sms: Sms, heard: list[Heard]) -> list[Step]:
    """What is known of one SMS."""
    about = f"o{sms.id}"
    found = [Step(sms.created_at, about, "claimed", _claimed(reader, sms))]
    if sms.taken_at is not None:
        found.append(Step(sms.taken_at, about, "taken", _taken(reader, sms, sms.taken_at)))
    found += [Step(one.received_at, about, f"receipt {one.delivery}", _receipt(reader, about, one)) for one in heard]
    return [*found, Step(sms.updated_at, about, sms.state, _is_now(reader, sms))]


def is_for_later(sms: Sms) -> bool:
    """Whether its author wanted it sent at a time of his own."""
    return sms.not_before > sms.created_at


def _claimed(reader: Reader, sms: Sms) -> str:
    text = _CLAIMED if sms.parts == 1 else _CLAIMED_MANY
    written = reader.says(
        text, id=f"o{sms.id}", customer=reader.customer(sms.peer), parts=sms.parts, gateway=sms.gateway
    )
    return sentences(written, reader.says(_LATER, time=reader.moment(sms.not_before)) if is_for_later(sms) else "")


def _taken(reader: Reader, sms: Sms, taken_at: float) -> str:
    seconds = f"{max(0.0, taken_at - max(sms.created_at, sms.not_before)):.1f}"
    taken = reader.says(_TAKEN, gateway=sms.gateway, id=f"o{sms.id}", seconds=seconds)
    return sentences(taken, reader.says(_GATEWAY_ID, gateway_id=sms.gateway_id) if sms.gateway_id else "")


def _is_now(reader: Reader, sms: Sms) -> str:
    return sentences(
        reader.says(STATES[sms.state], id=f"o{sms.id}", gateway=sms.gateway),
        reader.why(reasons.of_sms(reader.translate, sms.reason)),
        _goes_on(reader, sms),
        reader.says(_ANSWER, answer=sms.answer[:ANSWER_CHARACTERS]) if sms.answer else "",
        _told(reader, sms),
    )


def _goes_on(reader: Reader, sms: Sms) -> str:
    """What comes next without anybody's doing."""
    if sms.state == "sending" and sms.leased_until < reader.now:
        return reader.says(_LEASE_OVER)
    if sms.state != "queued" or not sms.attempts:
        return ""
    tries = reader.says(_TRIES, attempts=sms.attempts)
    return sentences(tries, reader.says(_NEXT, time=reader.moment(sms.due_at)) if sms.due_at > reader.now else "")


def _told(reader: Reader, sms: Sms) -> str:
    if sms.state not in ledger.TOLD or sms.reported:
        silent = sms.state == "failed" and sms.receipts == Receipts.NONE.value and sms.taken_at is not None
        return reader.says(_TOLD_NOTHING) if silent else ""
    return reader.says(_UNTOLD)


def _receipt(reader: Reader, about: str, one: Heard) -> str:
    delivery = reader.translate(reasons.DELIVERIES[one.delivery])
    late = one.happened_at is not None and abs(one.received_at - one.happened_at) > _LATE_SECONDS
    return sentences(
        reader.says(_RECEIPT_OF_PART if one.part else _RECEIPT, id=about, part=one.part, delivery=delivery),
        reader.why(one.reason),
        reader.says(_HAPPENED, time=reader.moment(one.happened_at)) if late and one.happened_at is not None else "",
    )
