"""SMS on their way in: written before the gateway hears 2xx, then mailed.

Which step starts from which state is a table, `core.ledger.IN`; `docs/ledger.md` tells it in words. A received
SMS that sendmail did not take waits for the next try. An account's SMS are mailed in order: only the oldest is
ever leased.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, select, update

from smsdialog.core import ledger
from smsdialog.core.model import InboundSms
from smsdialog.store import owner
from smsdialog.store.insert import insert_once
from smsdialog.store.schema import accounts, dialogs, in_state, inbound


@dataclass(frozen=True)
class InboundRow:
    """One SMS as the ledger has it; `email` is that of its account, empty where there is none."""

    id: int
    gateway: str
    gateway_id: str
    sender: str
    number: str
    text: str
    account_id: int | None
    dialog_id: int | None
    email: str
    state: str
    reason: str
    sent_at: float | None
    received_at: float
    attempts: int


def add(
    tx: Connection,
    sms: InboundSms,
    *,
    account_id: int | None,
    dialog_id: int | None,
    state: str,
    reason: str,
    now: float,
) -> int | None:
    """Insert one SMS; None when the gateway has handed it over before."""
    return insert_once(
        tx,
        inbound,
        gateway=sms.gateway,
        gateway_id=sms.identity,
        digest=sms.digest,
        sender=sms.sender,
        number=sms.to,
        text=sms.text,
        account_id=account_id,
        dialog_id=dialog_id,
        state=state,
        reason=reason,
        sent_at=sms.sent_at,
        received_at=now,
        leased_until=0.0,
        attempts=0,
    )


def lease(tx: Connection, sms_id: int, now: float, seconds: float) -> InboundRow | None:
    """Take a received SMS to mail it: nobody else gets it for so many seconds. None when it is not to be had."""
    held = tx.execute(_HELD_BY, {"the_id": sms_id}).first()
    if held is None or (held.leased_until > now and not owner.is_dead(held.owner)):
        return None
    ours = {"the_id": sms_id, "before": held.leased_until, "leased_until": now + seconds, "owner": owner.me()}
    return by_id(tx, sms_id) if tx.execute(_LEASE, ours).rowcount else None


def mailed(tx: Connection, sms_id: int, now: float) -> None:
    """Note that sendmail took the mail, also when the account was closed meanwhile and its SMS are held."""
    tx.execute(_MAILED, {"the_id": sms_id, "mailed_at": now})


def give_back(tx: Connection, row: InboundRow, reason: str) -> None:
    """End a lease that is still ours: sendmail did not take the mail, and why."""
    ours = (inbound.c.id == row.id, inbound.c.attempts == row.attempts, _may("give_back"))
    tx.execute(update(inbound).where(*ours).values(leased_until=0.0, reason=reason))


def next_of_account(tx: Connection, account_id: int) -> int | None:
    """The id of the oldest SMS of an account that is still to be mailed."""
    return tx.execute(_NEXT, {"account": account_id}).scalar()


def accounts_waiting(tx: Connection) -> list[int]:
    """The ids of the accounts that have an SMS still to be mailed."""
    due = select(inbound.c.account_id).where(_may("lease"))
    return [account_id for account_id in tx.execute(due.distinct()).scalars() if account_id is not None]


def hold(tx: Connection, account_id: int, reason: str) -> int:
    """Keep what still waits for an account from being mailed; returns how many."""
    kept = update(inbound).where(inbound.c.account_id == account_id, _may("hold")).values(state="held", reason=reason)
    return tx.execute(kept).rowcount


def release(tx: Connection, account_id: int) -> int:
    """Let what is held for an account be mailed; returns how many."""
    freed = (
        update(inbound).where(inbound.c.account_id == account_id, _may("release")).values(state="received", reason="")
    )
    return tx.execute(freed).rowcount


def recent_texts(tx: Connection, account_id: int, peers: Sequence[str], limit: int = 10) -> tuple[str, ...]:
    """The last texts that an account's employee was mailed from each of these customers, newest first.

    One query a dialog: asked for several at once, a database sorts all that was ever written in them.
    """
    texts: list[str] = []
    for dialog_id in tx.execute(_DIALOGS, {"account": account_id, "peers": list(peers)}).scalars().all():
        texts += tx.execute(_LAST_TEXTS.limit(limit), {"dialog": dialog_id}).scalars()
    return tuple(texts)


_DIALOGS = select(dialogs.c.id).where(
    dialogs.c.account_id == bindparam("account"), dialogs.c.peer.in_(bindparam("peers", expanding=True))
)
_LAST_TEXTS = (
    select(inbound.c.text)
    .where(inbound.c.dialog_id == bindparam("dialog"), inbound.c.text != "")
    .order_by(inbound.c.id.desc())
)


def earlier_in_dialog(tx: Connection, row: InboundRow, limit: int = 5) -> tuple[int, ...]:
    """The ids of the SMS before this one in its dialog, oldest first."""
    before = {"dialog": row.dialog_id, "the_id": row.id}
    return tuple(reversed(tx.execute(_EARLIER.limit(limit), before).scalars().all()))


def by_id(tx: Connection, sms_id: int) -> InboundRow | None:
    """One SMS."""
    row = tx.execute(_BY_ID, {"the_id": sms_id}).first()
    return _row(row) if row else None


def by_ids(tx: Connection, ids: Sequence[int]) -> list[InboundRow]:
    """The SMS with these ids."""
    return _many(tx, inbound.c.id.in_(ids))


def listing(tx: Connection) -> list[InboundRow]:
    """Every SMS, oldest first."""
    return _many(tx)


def _may(step: str) -> ColumnElement[bool]:
    """Whether an SMS is in a state that this step starts from."""
    return in_state(inbound, *ledger.before(ledger.IN, step))


_QUERY = select(inbound, accounts.c.email).outerjoin(accounts, accounts.c.id == inbound.c.account_id)


# Made once: to put a statement together takes longer than to run it.
_BY_ID = _QUERY.where(inbound.c.id == bindparam("the_id"))
_HELD_BY = select(inbound.c.leased_until, inbound.c.owner).where(inbound.c.id == bindparam("the_id"), _may("lease"))
_LEASE = (
    update(inbound)
    .where(inbound.c.id == bindparam("the_id"), _may("lease"), inbound.c.leased_until == bindparam("before"))
    .values(attempts=inbound.c.attempts + 1)
)
_MAILED = update(inbound).where(inbound.c.id == bindparam("the_id"), _may("mailed")).values(state="mailed", reason="")
_NEXT = (
    select(inbound.c.id)
    .where(inbound.c.account_id == bindparam("account"), _may("lease"))
    .order_by(inbound.c.id)
    .limit(1)
)
_EARLIER = (
    select(inbound.c.id)
    .where(inbound.c.dialog_id == bindparam("dialog"), inbound.c.id < bindparam("the_id"))
    .order_by(inbound.c.id.desc())
)


def _many(tx: Connection, *conditions: ColumnElement[bool]) -> list[InboundRow]:
    return [_row(row) for row in tx.execute(_QUERY.where(*conditions).order_by(inbound.c.id))]


def _row(row: Any) -> InboundRow:
    values = {name: getattr(row, name) for name in InboundRow.__dataclass_fields__}
    return InboundRow(**{**values, "email": row.email or ""})
