"""The story of an SMS that came in, and of parts that wait for others."""

from __future__ import annotations

from smsdialog.core import reasons, trace
from smsdialog.dialog.why import advice
from smsdialog.dialog.why.telling import Reader, Step, Story, sentences, story
from smsdialog.store import Connection
from smsdialog.store import story as stored
from smsdialog.store.story import Part, Received


def _(message: str) -> str:
    """Mark a text for the catalogues."""
    return message


# Where it is; the keys are states of the ledger.
STATES = {
    "received": _("SMS %(id)s waits to be mailed to %(email)s."),
    "mailed": _("SMS %(id)s became a mail for the account of %(email)s, %(seconds)s seconds after it came."),
    "held": _("SMS %(id)s is kept, and not mailed."),
}
_CAME = _("SMS %(id)s from %(customer)s to %(number)s came in by the gateway %(gateway)s.")
_GATEWAY_ID = _("It calls it %(gateway_id)s.")
_SENT_AT = _("By the provider's clock it was sent at %(time)s.")
_TRIES = _("Tries so far: %(attempts)d.")
_CAME_BACK = _("The mail with SMS %(id)s came back from the mailbox.")
_PART = _("Part %(part)d of %(total)d of an SMS from %(customer)s to %(number)s came in by the gateway %(gateway)s.")
_PARTS_WAIT = _(
    "The others have not come. After %(minutes)d minutes ('limits.parts_wait_minutes') what is there is mailed with a "
    "mark in place of what is missing."
)
# What stands in place of a gateway's id where it gives none, see `InboundSms.identity`.
_NO_ID = "sent at "


def tell(reader: Reader, tx: Connection, sms_id: int) -> Story | None:
    """The story of an SMS that came in; None when there is none. Reads."""
    sms = stored.received(tx, sms_id)
    if sms is None:
        return None
    about = f"i{sms_id}"
    steps = [Step(sms.received_at, about, "came", _came(reader, sms)), _now(reader, about, sms)]
    steps += [
        Step(one.bounced_at, about, "bounced", reader.says(_CAME_BACK, id=about))
        for one in stored.bounces_of(tx, sms_id)
    ]
    return story(about, trace.of_inbound(sms.digest, sms.id), steps, advice.of_received(reader, sms))


def tell_parts(reader: Reader, parts: list[Part], wait_minutes: int) -> Story:
    """The story of the parts of one long SMS that wait for others."""
    group = trace.of_part(parts[0].group_digest)
    steps = [Step(one.received_at, group, "part", _part(reader, one)) for one in parts]
    waits = reader.says(_PARTS_WAIT, minutes=wait_minutes)
    return story(group, group, [*steps, Step(parts[-1].received_at, group, "incomplete", waits)], [])


def _came(reader: Reader, sms: Received) -> str:
    named = sms.gateway_id if not sms.gateway_id.startswith(_NO_ID) else ""
    came = reader.says(
        _CAME, id=f"i{sms.id}", customer=reader.customer(sms.sender), number=sms.number, gateway=sms.gateway
    )
    return sentences(
        came,
        reader.says(_GATEWAY_ID, gateway_id=named) if named else "",
        "" if sms.sent_at is None else reader.says(_SENT_AT, time=reader.moment(sms.sent_at)),
    )


def _now(reader: Reader, about: str, sms: Received) -> Step:
    since = sms.received_at if sms.mailed_at is None else sms.mailed_at
    seconds = f"{since - sms.received_at:.1f}"
    words = sentences(
        reader.says(STATES[sms.state], id=about, email=sms.email, seconds=seconds),
        reader.why(reasons.of_sms(reader.translate, sms.reason)),
        reader.says(_TRIES, attempts=sms.attempts) if sms.state == "received" and sms.attempts else "",
    )
    return Step(since, about, sms.state, words)


def _part(reader: Reader, one: Part) -> str:
    customer = reader.customer(one.sender)
    return reader.says(_PART, part=one.part, total=one.total, customer=customer, number=one.number, gateway=one.gateway)
