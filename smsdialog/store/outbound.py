"""SMS on their way out: claimed before they are sent, sent under a lease, settled after.

Which step starts from which state is a table, `core.ledger.OUT`; `docs/ledger.md` tells it in words.
`leased_until` is how long a sending one belongs to its `owner`, the process that is sending it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, select, update

from smsdialog.core import ledger
from smsdialog.core.model import Encoding, OutboundSms, PhoneNumber
from smsdialog.store import owner
from smsdialog.store.insert import insert_once
from smsdialog.store.schema import accounts, dialogs, in_state, mails, outbound


@dataclass(frozen=True)
class OutboundRow:
    """One SMS as the ledger has it; `number` and `email` are its account's."""

    id: int
    mail_id: int
    account_id: int
    dialog_id: int
    email: str
    number: str
    peer: str
    text: str
    encoding: str
    parts: int
    state: str
    gateway: str
    gateway_id: str
    reference: str
    reason: str
    attempts: int
    created_at: float

    @property
    def sms(self) -> OutboundSms:
        """What a gateway needs to know of it."""
        peer, encoding = PhoneNumber(self.peer), Encoding(self.encoding)
        return OutboundSms(self.reference, self.number, peer, self.text, encoding, self.parts)


def claim(tx: Connection, **values: Any) -> int | None:
    """Insert one SMS; None when this mail already has one for this customer."""
    return insert_once(tx, outbound, gateway_id="", attempts=0, leased_until=0.0, reported=False, **values)


def lease(tx: Connection, sms_id: int, now: float, seconds: float) -> OutboundRow | None:
    """Take a queued SMS to send it: nobody else gets it for so many seconds. None when it is not to be had."""
    taken = (
        update(outbound)
        .where(outbound.c.id == sms_id, _may("lease"))
        .values(state="sending", leased_until=now + seconds, owner=owner.me(), updated_at=now)
        .values(attempts=outbound.c.attempts + 1)
    )
    return by_id(tx, sms_id) if tx.execute(taken).rowcount else None


def settle(tx: Connection, row: OutboundRow, *, state: str, now: float, **values: Any) -> bool:
    """Write what became of a leased SMS; False when it is no longer ours to say."""
    settled = (
        update(outbound)
        .where(outbound.c.id == row.id, outbound.c.attempts == row.attempts, _may("settle"))
        .values(state=state, reported=False, updated_at=now, **values)
    )
    return bool(tx.execute(settled).rowcount)


def expire(tx: Connection, now: float) -> int:
    """Make `unknown` of what was being sent when its lease ran out, or its owner died; returns how many."""
    sending = select(outbound.c.id, outbound.c.leased_until, outbound.c.owner).where(_may("expire"))
    lost = [row.id for row in tx.execute(sending) if row.leased_until < now or owner.is_dead(row.owner)]
    if not lost:
        return 0
    expired = (
        update(outbound)
        .where(outbound.c.id.in_(lost), _may("expire"))
        .values(state="unknown", reason="interrupted", reported=False, updated_at=now)
    )
    return tx.execute(expired).rowcount


def queued(tx: Connection, limit: int) -> list[tuple[int, str]]:
    """The ids of queued SMS and their gateways, oldest first."""
    query = select(outbound.c.id, outbound.c.gateway).where(_may("lease"))
    return [(row.id, row.gateway) for row in tx.execute(query.order_by(outbound.c.id).limit(limit))]


def states(tx: Connection, ids: Sequence[int]) -> set[str]:
    """The states that these SMS are in."""
    return set(tx.execute(select(outbound.c.state).where(outbound.c.id.in_(ids))).scalars())


def requeue(tx: Connection, sms_id: int, now: float) -> bool:
    """Queue again what is held, failed or unknown; False when it is neither."""
    again = (
        update(outbound)
        .where(outbound.c.id == sms_id, _may("requeue"))
        .values(state="queued", reason="", reported=False, updated_at=now)
    )
    return bool(tx.execute(again).rowcount)


def apply_receipt(tx: Connection, sms_id: int, *, state: str, reason: str, now: float) -> bool:
    """Write a receipt; a final state stays final. False when nothing changed."""
    changed = (
        update(outbound)
        .where(outbound.c.id == sms_id, _may("apply_receipt"))
        .values(state=state, reason=reason, reported=False, updated_at=now)
    )
    return bool(tx.execute(changed).rowcount)


def by_id(tx: Connection, sms_id: int) -> OutboundRow | None:
    """One SMS."""
    found = _many(tx, outbound.c.id == sms_id)
    return found[0] if found else None


def by_reference(tx: Connection, gateway: str, reference: str, gateway_id: str) -> OutboundRow | None:
    """The SMS that a receipt names by our reference, or by the gateway's own id."""
    if reference:
        found = _many(tx, outbound.c.reference == reference)
    else:
        found = _many(tx, outbound.c.gateway == gateway, outbound.c.gateway_id == gateway_id) if gateway_id else []
    return found[0] if found else None


def of_mail(tx: Connection, mail_id: int) -> list[OutboundRow]:
    """Every SMS of one mail, in the order of claiming."""
    return _many(tx, outbound.c.mail_id == mail_id)


def listing(tx: Connection) -> list[OutboundRow]:
    """Every SMS, oldest first."""
    return _many(tx)


def mails_to_report(tx: Connection, *, mail_id: int | None = None, limit: int = 1) -> list[int]:
    """Mails with an SMS that went wrong and was not told of, and none still under way; one mail, or any."""
    wrong = in_state(outbound, *ledger.TOLD) & ~outbound.c.reported
    if mail_id is not None:
        wrong &= outbound.c.mail_id == mail_id
    sibling = outbound.alias()
    under_way = exists().where(sibling.c.mail_id == outbound.c.mail_id, sibling.c.state.in_(ledger.UNDER_WAY))
    query = select(outbound.c.mail_id).where(wrong, ~under_way).distinct()
    return list(tx.execute(query.order_by(outbound.c.mail_id).limit(limit)).scalars())


def mark_reported(tx: Connection, mail_id: int) -> bool:
    """Note that the employee is told of every SMS of a mail; False when somebody else has just noted it."""
    untold = update(outbound).where(outbound.c.mail_id == mail_id, ~outbound.c.reported)
    return bool(tx.execute(untold.values(reported=True)).rowcount)


def sent_since(tx: Connection, since: float, *, account_id: int | None = None, key_id: int | None = None) -> int:
    """How many SMS an account, or all accounts of a key, claimed since a time; held ones do not count."""
    query = select(func.count()).select_from(outbound).where(outbound.c.created_at > since, outbound.c.state != "held")
    if account_id is not None:
        query = query.where(outbound.c.account_id == account_id)
    if key_id is not None:
        query = query.where(outbound.c.account_id.in_(select(accounts.c.id).where(accounts.c.key_id == key_id)))
    return tx.execute(query).scalar_one()


def was_written_to(tx: Connection, account_id: int, peer: str) -> bool:
    """Whether an account ever had an SMS for this customer."""
    query = select(outbound.c.id).join(dialogs, dialogs.c.id == outbound.c.dialog_id)
    query = query.where(dialogs.c.account_id == account_id, dialogs.c.peer == peer)
    return tx.execute(query.limit(1)).first() is not None


def first_written_to_since(tx: Connection, account_id: int, since: float) -> int:
    """How many customers an account has had SMS for since a time, and none before."""
    earlier = outbound.alias()
    known = exists().where(earlier.c.dialog_id == outbound.c.dialog_id, earlier.c.created_at <= since)
    recent = (outbound.c.account_id == account_id, outbound.c.created_at > since, outbound.c.state != "held")
    return tx.execute(select(func.count(outbound.c.dialog_id.distinct())).where(*recent, ~known)).scalar_one()


def _may(step: str) -> ColumnElement[bool]:
    """Whether an SMS is in a state that this step starts from."""
    return in_state(outbound, *ledger.before(ledger.OUT, step))


_QUERY = select(outbound, accounts.c.email, accounts.c.number).join(accounts, accounts.c.id == outbound.c.account_id)


def _many(tx: Connection, *conditions: ColumnElement[bool]) -> list[OutboundRow]:
    return [_row(row) for row in tx.execute(_QUERY.where(*conditions).order_by(outbound.c.id))]


def _row(row: Any) -> OutboundRow:
    return OutboundRow(**{name: getattr(row, name) for name in OutboundRow.__dataclass_fields__})


def cause(tx: Connection, mail_id: int) -> tuple[str, str]:
    """The Message-ID and the subject of the mail that an SMS came from."""
    row = tx.execute(select(mails.c.message_id, mails.c.subject).where(mails.c.id == mail_id)).one()
    return row.message_id, row.subject
