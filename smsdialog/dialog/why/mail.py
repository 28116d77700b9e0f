"""The story of a mail: who wrote it, what became of each recipient, of each SMS, and who was told."""

from __future__ import annotations

from smsdialog.core import reasons, trace
from smsdialog.dialog.why import advice, notice, outbound
from smsdialog.dialog.why.telling import Reader, Step, Story, sentences, story
from smsdialog.store import Connection
from smsdialog.store import story as stored
from smsdialog.store.story import Decision, Mail, Sms


def _(message: str) -> str:
    """Mark a text for the catalogues."""
    return message


# What became of one recipient; the keys are outcomes of the ledger.
OUTCOMES = {
    "sms": _("To %(recipient)s: it becomes SMS."),
    "refused": _("To %(recipient)s: it is refused."),
    "ignored": _("To %(recipient)s: nothing is done. Strangers are told nothing."),
    "unknown-recipient": _("To %(recipient)s: there is no such address, and nothing is done."),
    "dropped": _("To %(recipient)s: it is dropped in silence, because a machine wrote it."),
    "subscribed": _("To %(recipient)s: the sender gets an account, or has it already."),
    "unsubscribed": _("To %(recipient)s: the sender's account is closed."),
    "taken-back": _("To %(recipient)s: the sender takes back what waits of an earlier mail."),
    "helped": _("To %(recipient)s: the sender gets an answer."),
    "quarantined": _("To %(recipient)s: it caused an unexpected error three times, and is put aside unsent."),
}
SILENCE = _("Nobody is told, because the mail asks for no answer.")
PUT_ASIDE = _("It lies in the folder 'quarantine' of the state folder as %(file)s.")
_FROM_NOBODY_KNOWN = _("A mail came in.")
_FROM = _("A mail came in from %(email)s.")
_FROM_A_DEPUTY = _("A mail came in from %(deputy)s, for the account of %(email)s.")
_PROOF = _("Proof of the sender: %(proof)s.")
_NAMES = _("The mail server calls it %(queue_id)s.")
_MESSAGE_ID = _("Its Message-ID is %(message_id)s.")
# Nobody asks who wrote these.
_UNASKED = ("dropped", "quarantined")


def tell(reader: Reader, tx: Connection, mail_id: int) -> Story | None:
    """The story of a mail; None when there is none. Reads."""
    mail = stored.mail(tx, mail_id)
    if mail is None:
        return None
    about, decisions, sms = f"m{mail_id}", stored.decisions(tx, mail_id), stored.sms_of(tx, mail_id)
    steps = [Step(mail.received_at, about, "came", _came(reader, mail, decisions))]
    steps += [Step(_decided_at(one, sms), about, one.outcome, _decided(reader, one)) for one in decisions]
    for one in sms:
        steps += outbound.steps(reader, one, stored.heard_of(tx, one.id))
    steps += [notice.step(reader, about, one) for one in stored.notices_of(tx, mail_id)]
    todo = [line for one in decisions for line in advice.of_decision(reader, one, mail)]
    todo += [line for one in sms for line in advice.of_sms(reader, one)]
    return story(about, trace.of_mail(mail.digest), steps, todo)


def _came(reader: Reader, mail: Mail, decisions: list[Decision]) -> str:
    sender = _FROM_A_DEPUTY if mail.deputy else _FROM if mail.email else _FROM_NOBODY_KNOWN
    proof = next((one.proof for one in decisions if one.outcome not in _UNASKED), None)
    queue_ids = ", ".join(dict.fromkeys(one.queue_id for one in decisions if one.queue_id))
    return sentences(
        reader.says(sender, email=mail.email, deputy=mail.deputy),
        "" if proof is None else reader.says(_PROOF, proof=reader.translate(reasons.PROOFS[proof])),
        reader.says(_NAMES, queue_id=queue_ids) if queue_ids else "",
        reader.says(_MESSAGE_ID, message_id=mail.message_id) if mail.message_id else "",
    )


def _decided_at(one: Decision, sms: list[Sms]) -> float:
    """When it was decided, which is noted a moment after its SMS are."""
    first = min((each.created_at for each in sms), default=one.created_at)
    return min(one.created_at, first) if one.outcome == "sms" else one.created_at


def _decided(reader: Reader, one: Decision) -> str:
    what = reader.says(OUTCOMES[one.outcome], recipient=one.recipient or "?")
    if one.outcome == "quarantined":
        return sentences(what, reader.says(PUT_ASIDE, file=one.reason))
    why = reader.why(reasons.of_mail(reader.translate, one.reason))
    return sentences(what, why, reader.says(SILENCE) if reasons.asks_for_silence(one.reason) else "")
