"""What is stored about somebody goes, and the ledger still adds up: its rows stay, and say of nobody what.

What still waits for him is given up or dropped, so that nothing of his goes out any more. Who merely stands in a text
of somebody else's is the business of `personal`.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, exists, literal, select, update

from smsdialog.core.letters import ERASED
from smsdialog.core.model import Receipts
from smsdialog.core.personal import REMOVED
from smsdialog.store import outbound as ledger_out
from smsdialog.store.forget import OWN_REASON
from smsdialog.store.schema import (
    accounts,
    bounces,
    contacts,
    deputies,
    dialogs,
    endings,
    failures,
    group_members,
    in_state,
    inbound,
    key_managers,
    mails,
    notices,
    outbound,
    receipts,
    segments,
    signatures,
    users,
)


def is_under_way(tx: Connection, *, number: str = "", email: str = "") -> bool:
    """Whether an SMS to a customer, or of an employee, is in the hands of a gateway just now. Reads."""
    query = select(outbound.c.id).where(in_state(outbound, "sending"), _out(number, email))
    return tx.execute(query.limit(1)).first() is not None


def customer(tx: Connection, number: str, now: float) -> tuple[Counter[str], list[int]]:
    """Remove a customer: how much went, and the mails whose authors are to be told of what was given up. Writes."""
    gone: Counter[str] = Counter()
    out, heard = outbound.c.peer == number, inbound.c.sender == number
    untold = _withdraw(tx, gone, out, now)
    _drop(tx, gone, heard)
    gone["parts"] += tx.execute(delete(segments).where(segments.c.sender == number)).rowcount
    _forget_mails(tx, gone, select(outbound.c.mail_id).where(out))
    _forget_sms(tx, gone, out, heard)
    nameless = {"peer": literal(REMOVED).concat(outbound.c.dialog_id), "gateway_id": ""}
    tx.execute(update(outbound).where(out).values(**nameless))
    gone["sms_in"] += _change(tx, inbound, heard, sender=_removed(inbound), digest=_removed(inbound), gateway_id="")
    gone["names"] += tx.execute(delete(contacts).where(contacts.c.peer == number)).rowcount
    gone["groups"] += tx.execute(delete(group_members).where(group_members.c.peer == number)).rowcount
    mine = dialogs.c.peer == number
    gone["dialogs"] += _change(tx, dialogs, mine, peer=_removed(dialogs), last_mail_id="")
    return gone, untold


def employee(tx: Connection, email: str, now: float) -> Counter[str]:
    """Remove an employee, whose accounts are closed: how much went. His customers' numbers stay. Writes."""
    gone: Counter[str] = Counter()
    mine = select(accounts.c.id).where(accounts.c.email == email)
    out, heard = outbound.c.account_id.in_(mine), inbound.c.account_id.in_(mine)
    _withdraw(tx, gone, out, now)
    nobody_to_tell = {"reported": True, "receipts": Receipts.NONE.value}
    tx.execute(update(outbound).where(out).values(**nobody_to_tell))
    _drop(tx, gone, heard)
    _forget_posts(tx, gone, email, now)
    _forget_mails(tx, gone, select(mails.c.id).where(mails.c.account_id.in_(mine)))
    tx.execute(update(mails).where(mails.c.account_id.in_(mine)).values(message_id=""))
    _forget_sms(tx, gone, out, heard)
    gone["sms_in"] += _change(tx, inbound, heard, digest=_removed(inbound))
    tx.execute(update(dialogs).where(dialogs.c.account_id.in_(mine)).values(last_mail_id=""))
    for table in (bounces, signatures, endings):
        gone["signatures"] += tx.execute(delete(table).where(table.c.account_id.in_(mine))).rowcount
    _forget_user(tx, gone, email)
    _forget_deputy(tx, gone, email, now)
    gone["accounts"] += _change(tx, accounts, accounts.c.email == email, email=_removed(accounts))
    return gone


def guessable(tx: Connection) -> None:
    """Remove the digests of recipients whose mails failed: a number could be guessed from one. Writes."""
    tx.execute(delete(failures))


def _withdraw(tx: Connection, gone: Counter[str], out: ColumnElement[bool], now: float) -> list[int]:
    """Give up what waits to be sent; returns the ids of its mails."""
    waiting = select(outbound.c.id, outbound.c.mail_id).where(out, in_state(outbound, "queued", "held"))
    found = tx.execute(waiting).all()
    gone["given_up"] += ledger_out.withdraw(tx, [row.id for row in found], ERASED, now)
    return sorted({row.mail_id for row in found})


def _drop(tx: Connection, gone: Counter[str], heard: ColumnElement[bool]) -> None:
    """Drop what came in and was not mailed."""
    waiting = select(inbound.c.id).where(heard, in_state(inbound, "received", "held"))
    tx.execute(delete(bounces).where(bounces.c.inbound_id.in_(waiting)))
    gone["dropped"] += tx.execute(delete(inbound).where(heard, in_state(inbound, "received", "held"))).rowcount


def _forget_mails(tx: Connection, gone: Counter[str], ids: Select[Any]) -> None:
    """Remove what mails, and our mails about them, said; of one that is not posted yet only a name is taken out."""
    tx.execute(delete(endings).where(endings.c.mail_id.in_(ids)))
    gone["mails"] += _change(tx, mails, mails.c.id.in_(ids) & (mails.c.subject != ""), subject="")
    posted = notices.c.mail_id.in_(ids) & notices.c.sent_at.is_not(None) & (notices.c.body != "")
    gone["notices"] += _change(tx, notices, posted, subject="", body="")


def _forget_sms(tx: Connection, gone: Counter[str], out: ColumnElement[bool], heard: ColumnElement[bool]) -> None:
    """Remove what SMS said, and the words of providers, who may quote it."""
    quoted = receipts.c.outbound_id.in_(select(outbound.c.id).where(out))
    tx.execute(update(receipts).where(quoted).values(reason=""))
    gone["sms_out"] += _change(tx, outbound, out, text="", answer="", reason=OWN_REASON)
    tx.execute(update(inbound).where(heard).values(text="", reason=""))


def _forget_posts(tx: Connection, gone: Counter[str], email: str, now: float) -> None:
    """Remove what was written to an address. What was not posted never is: it counts as sent, and nobody as told."""
    his = notices.c.recipient == email
    tx.execute(update(notices).where(his, notices.c.sent_at.is_(None)).values(sent_at=now))
    gone["notices"] += _change(tx, notices, his, recipient=_removed(notices), subject="", body="", in_reply_to="")


def _forget_deputy(tx: Connection, gone: Counter[str], email: str, now: float) -> None:
    """Remove him where he stands in for others, and end what is forwarded from his own closed accounts.

    What he wrote in their place is theirs; what is still to be told of it is told to them.
    """
    mine = select(accounts.c.id).where(accounts.c.email == email)
    named = (deputies.c.email == email) | deputies.c.account_id.in_(mine)
    gone["deputies"] += tx.execute(delete(deputies).where(named)).rowcount
    _change(tx, mails, mails.c.deputy == email, deputy="")
    _change(tx, accounts, (accounts.c.email == email) & (accounts.c.forward_until > now), forward_until=now)


def _forget_user(tx: Connection, gone: Counter[str], name: str) -> None:
    ids = select(users.c.id).where(users.c.name == name)
    tx.execute(delete(key_managers).where(key_managers.c.user_id.in_(ids)))
    gone["users"] += tx.execute(delete(users).where(users.c.name == name)).rowcount


def _out(number: str, email: str) -> ColumnElement[bool]:
    mine = exists().where(accounts.c.id == outbound.c.account_id, accounts.c.email == email)
    return outbound.c.peer == number if number else mine


def _change(tx: Connection, table: Table, condition: ColumnElement[bool], **values: Any) -> int:
    return tx.execute(update(table).where(condition).values(**values)).rowcount


def _removed(table: Table) -> ColumnElement[str]:
    return literal(REMOVED).concat(table.c.id)
