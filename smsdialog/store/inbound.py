"""SMS on their way in: written before the gateway hears 2xx, then mailed.

Which step starts from which state is a table, `core.ledger.IN`; `docs/ledger.md` tells it in words. A received
SMS that sendmail did not take waits for the next try. An account's SMS are mailed in order: only the oldest is
ever leased.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, exists, func, select, update

from smsdialog.core import ledger
from smsdialog.core.model import InboundSms
from smsdialog.store import owner
from smsdialog.store.insert import insert_once
from smsdialog.store.prepared import Prepared
from smsdialog.store.schema import accounts, deputies, dialogs, in_state, inbound

# How many of a dialog's last texts an answer is compared with, and how many mails a thread refers back to.
COMPARED = 10
THREADED = 5


@dataclass(frozen=True)
class InboundRow:
    """One SMS as the ledger has it; `email` is that of its account, empty where there is none.

    `deputised` says that others than the account's own employee get its SMS.
    """

    id: int
    gateway: str
    gateway_id: str
    digest: str
    sender: str
    number: str
    text: str
    account_id: int | None
    dialog_id: int | None
    email: str
    deputised: bool
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


def known(tx: Connection, sms: InboundSms) -> int | None:
    """The id of an SMS that the gateway has handed over before."""
    same = (inbound.c.gateway == sms.gateway, inbound.c.gateway_id == sms.identity, inbound.c.digest == sms.digest)
    return tx.execute(select(inbound.c.id).where(*same, inbound.c.gateway_id != "").limit(1)).scalar()


def lease(tx: Connection, sms_id: int, now: float, seconds: float) -> InboundRow | None:
    """Take a received SMS to mail it: nobody else gets it for so many seconds. None when it is not to be had."""
    found = _TO_LEASE.first(tx, the_id=sms_id)
    if found is None or (found.leased_until > now and not owner.is_dead(found.owner)):
        return None
    *columns, before, _ = found
    ours = {"before": before, "leased_until": now + seconds, "owner": owner.me()}
    row = _row(columns)
    return replace(row, attempts=row.attempts + 1) if _LEASE.count(tx, the_id=sms_id, **ours) else None


def mailed(tx: Connection, sms_id: int, now: float) -> None:
    """Note that sendmail took the mail, also when the account was closed meanwhile and its SMS are held."""
    _MAILED.count(tx, the_id=sms_id, mailed_at=now)


def give_back(tx: Connection, row: InboundRow, reason: str) -> None:
    """End a lease that is still ours: sendmail did not take the mail, and why."""
    ours = (inbound.c.id == row.id, inbound.c.attempts == row.attempts, _may("give_back"))
    tx.execute(update(inbound).where(*ours).values(leased_until=0.0, reason=reason))


def next_of_account(tx: Connection, account_id: int) -> int | None:
    """The id of the oldest SMS of an account that is still to be mailed."""
    return _NEXT.scalar(tx, account=account_id)  # type: ignore[no-any-return]


def accounts_waiting(tx: Connection) -> list[int]:
    """The ids of the accounts that have an SMS still to be mailed."""
    due = select(inbound.c.account_id).where(_may("lease"))
    return [account_id for account_id in tx.execute(due.distinct()).scalars() if account_id is not None]


def hold(tx: Connection, account_id: int, reason: str) -> list[InboundRow]:
    """Keep what still waits for an account from being mailed; returns it as it was."""
    mine = (inbound.c.account_id == account_id, _may("hold"))
    waiting = _many(tx, *mine)
    if waiting:
        tx.execute(update(inbound).where(*mine).values(state="held", reason=reason))
    return waiting


def release(tx: Connection, account_id: int) -> int:
    """Let what is held for an account be mailed; returns how many."""
    freed = (
        update(inbound).where(inbound.c.account_id == account_id, _may("release")).values(state="received", reason="")
    )
    return tx.execute(freed).rowcount


def recent_texts(tx: Connection, account_id: int, peers: Sequence[str]) -> tuple[str, ...]:
    """The last texts that an account's employee was mailed from each of these customers, newest first.

    One query a dialog: asked for several at once, a database sorts all that was ever written in them.
    """
    return tuple(text for peer in peers for text in _LAST_TEXTS.scalars(tx, account=account_id, peer=peer))


def earlier_in_dialog(tx: Connection, row: InboundRow) -> tuple[int, ...]:
    """The ids of the few SMS before this one in its dialog, oldest first."""
    return tuple(reversed(_EARLIER.scalars(tx, dialog=row.dialog_id, the_id=row.id)))


def by_id(tx: Connection, sms_id: int) -> InboundRow | None:
    """One SMS."""
    row = _BY_ID.first(tx, the_id=sms_id)
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


_DEPUTISED = exists().where(deputies.c.account_id == inbound.c.account_id, deputies.c.receives)
_COLUMNS = {
    **inbound.c,
    "email": func.coalesce(accounts.c.email, "", type_=accounts.c.email.type).label("email"),
    "deputised": _DEPUTISED.label("deputised"),
}
_QUERY = select(*(_COLUMNS[name] for name in InboundRow.__dataclass_fields__)).select_from(
    inbound.outerjoin(accounts, accounts.c.id == inbound.c.account_id)
)


# Made once: to put a statement together takes longer than to run it.
_BY_ID = Prepared(_QUERY.where(inbound.c.id == bindparam("the_id")))
_TO_LEASE = Prepared(
    _QUERY.add_columns(inbound.c.leased_until, inbound.c.owner).where(
        inbound.c.id == bindparam("the_id"), _may("lease")
    )
)
_LEASE = Prepared(
    update(inbound)
    .where(inbound.c.id == bindparam("the_id"), _may("lease"), inbound.c.leased_until == bindparam("before"))
    .values(attempts=inbound.c.attempts + 1)
)
_MAILED = Prepared(
    update(inbound).where(inbound.c.id == bindparam("the_id"), _may("mailed")).values(state="mailed", reason="")
)
_NEXT = Prepared(
    select(inbound.c.id)
    .where(inbound.c.account_id == bindparam("account"), _may("lease"))
    .order_by(inbound.c.id)
    .limit(1)
)
_EARLIER = Prepared(
    select(inbound.c.id)
    .where(inbound.c.dialog_id == bindparam("dialog"), inbound.c.id < bindparam("the_id"))
    .order_by(inbound.c.id.desc())
    .limit(THREADED)
)
_DIALOG = select(dialogs.c.id).where(dialogs.c.account_id == bindparam("account"), dialogs.c.peer == bindparam("peer"))
_LAST_TEXTS = Prepared(
    select(inbound.c.text)
    .where(inbound.c.dialog_id == _DIALOG.scalar_subquery(), inbound.c.text != "")
    .order_by(inbound.c.id.desc())
    .limit(COMPARED)
)


def _many(tx: Connection, *conditions: ColumnElement[bool]) -> list[InboundRow]:
    return [_row(row) for row in tx.execute(_QUERY.where(*conditions).order_by(inbound.c.id))]


def _row(row: Any) -> InboundRow:
    return InboundRow(*row)
