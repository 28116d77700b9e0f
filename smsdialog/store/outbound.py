"""SMS on their way out: claimed before they are sent, sent under a lease, settled after.

Which step starts from which state is a table, `core.ledger.OUT`; `docs/ledger.md` tells it in words.
`leased_until` is how long a sending one belongs to its `owner`, the process that is sending it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, exists, func, not_, select, update

from smsdialog import log
from smsdialog.core import ledger, trace
from smsdialog.core.model import Encoding, OutboundSms, PhoneNumber, Receipts
from smsdialog.store import owner
from smsdialog.store.insert import insert_once
from smsdialog.store.prepared import Prepared
from smsdialog.store.schema import accounts, dialogs, in_state, keys, mails, outbound

# Receipts of one mail's SMS that come within this time are told together.
RECEIPTS_TOGETHER_SECONDS = 600


@dataclass(frozen=True)
class OutboundRow:
    """One SMS as the ledger has it; `number` and `email` are its account's, `texts` its key's wish to keep texts."""

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
    not_before: float
    answer: str
    receipts: str
    texts: str

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
    mine = {"the_id": sms_id, "the_time": now}
    leased = _LEASE.count(tx, **mine, leased_until=now + seconds, owner=owner.me(), updated_at=now)
    return by_id(tx, sms_id) if leased else None


def settle(tx: Connection, row: OutboundRow, *, state: str, now: float, **values: Any) -> bool:
    """Write what became of a leased SMS; False when it is no longer ours to say."""
    settled = {"state": state, "reported": False, "updated_at": now, **values}
    return bool(_SETTLE.count(tx, the_id=row.id, the_attempts=row.attempts, **settled))


def expire(tx: Connection, now: float) -> list[OutboundRow]:
    """Make `unknown` of what was being sent when its lease ran out, or its owner died; returns it."""
    sending = select(outbound.c.id, outbound.c.leased_until, outbound.c.owner).where(_may("expire"))
    lost = [row.id for row in tx.execute(sending) if row.leased_until < now or owner.is_dead(row.owner)]
    if not lost:
        return []
    expired = (
        update(outbound)
        .where(outbound.c.id.in_(lost), _may("expire"))
        .values(state="unknown", reason="interrupted", reported=False, updated_at=now)
    )
    tx.execute(expired)
    return by_ids(tx, lost)


def doubt(tx: Connection, reason: str, now: float) -> int:
    """Make `unknown` of all that waits or is under way, but for what is wanted later than now; returns how many."""
    due = update(outbound).where(_may("doubt"), outbound.c.not_before <= now)
    return tx.execute(due.values(state="unknown", reason=reason, reported=False, updated_at=now)).rowcount


def queued(tx: Connection, limit: int, due_before: float, now: float) -> list[tuple[int, str]]:
    """Queued SMS whose pause ends before a time, with their gateways, oldest first; none that is for later."""
    due = (outbound.c.due_at <= due_before, outbound.c.not_before <= now)
    query = select(outbound.c.id, outbound.c.gateway).where(_may("lease"), *due)
    return [(row.id, row.gateway) for row in tx.execute(query.order_by(outbound.c.id).limit(limit))]


def queued_by_gateway(tx: Connection) -> dict[str, int]:
    """How many SMS wait for each gateway."""
    # Those that wait are sorted first: left to itself SQLite would read the index of all gateways' rows.
    waiting = select(outbound.c.gateway).where(_may("lease")).order_by(outbound.c.id).subquery()
    query = select(waiting.c.gateway, func.count()).group_by(waiting.c.gateway)
    return {gateway: int(count) for gateway, count in tx.execute(query)}


def states(tx: Connection, ids: Sequence[int]) -> set[str]:
    """The states that these SMS are in."""
    return set(tx.execute(_STATES, {"ids": list(ids)}).scalars())


def requeue(tx: Connection, sms_id: int, now: float) -> bool:
    """Queue again what is held, failed or unknown; False when it is neither, or its text was removed."""
    again = (
        update(outbound)
        .where(outbound.c.id == sms_id, _may("requeue"), outbound.c.text != "")
        .values(state="queued", reason="", reported=False, due_at=0.0, updated_at=now)
    )
    return bool(tx.execute(again).rowcount)


def withdraw(tx: Connection, ids: Sequence[int], reason: str, now: float) -> int:
    """Give up those of these SMS that still wait or are held; returns how many."""
    mine = (outbound.c.id.in_(ids), _may("withdraw"))
    for row in _many(tx, *mine):
        log.event("withdrawn", trace=trace.of_sms(row.reference), id=f"o{row.id}", to=row.peer, reason=reason)
    gone = update(outbound).where(*mine).values(state="failed", reason=reason, reported=False, updated_at=now)
    return tx.execute(gone).rowcount


def was_taken(tx: Connection, row: OutboundRow, now: float) -> bool:
    """Note a receipt that proves that a gateway has an SMS, where nobody knew. False when it changes nothing."""
    return _heard(tx, row, "was_taken", now, reported=True)


def was_delivered(tx: Connection, row: OutboundRow, now: float) -> bool:
    """Note that an SMS arrived; told if that is wanted, or if something else had been told. False as above."""
    told_otherwise = in_state(outbound, *ledger.TOLD) & outbound.c.reported
    silent = row.receipts == Receipts.NONE.value or (row.receipts != Receipts.ALL.value and not_(told_otherwise))
    return _heard(tx, row, "was_delivered", now, reported=silent)


def was_not_delivered(tx: Connection, row: OutboundRow, now: float, reason: str) -> bool:
    """Note that an SMS did not arrive; told unless nobody wants to know. False as above."""
    silent = row.receipts == Receipts.NONE.value
    return _heard(tx, row, "was_not_delivered", now, reported=silent, reason=reason)


def _heard(tx: Connection, row: OutboundRow, step: str, now: float, *, reported: Any, reason: str = "") -> bool:
    (state,) = ledger.after(ledger.OUT, step)
    changed = update(outbound).where(outbound.c.id == row.id, _may(step))
    values = {"state": state, "reason": reason, "reported": reported, "updated_at": now}
    taken_at = func.coalesce(outbound.c.taken_at, now)  # whoever tells of it had it
    return bool(tx.execute(changed.values(**values, taken_at=taken_at)).rowcount)


def learn_gateway_id(tx: Connection, sms_id: int, gateway_id: str) -> None:
    """Keep the gateway's own id, if it had told none before."""
    if gateway_id:
        unknown = update(outbound).where(outbound.c.id == sms_id, outbound.c.gateway_id == "")
        tx.execute(unknown.values(gateway_id=gateway_id))


def by_id(tx: Connection, sms_id: int) -> OutboundRow | None:
    """One SMS."""
    row = _BY_ID.first(tx, the_id=sms_id)
    return _row(row) if row else None


def by_reference(tx: Connection, gateway: str, reference: str, gateway_id: str) -> OutboundRow | None:
    """The SMS that a receipt names by our reference, or by the gateway's own id, which a modem uses again."""
    if reference:
        found = _many(tx, outbound.c.reference == reference)
    else:
        found = _many(tx, outbound.c.gateway == gateway, outbound.c.gateway_id == gateway_id) if gateway_id else []
    return found[-1] if found else None


def of_mail(tx: Connection, mail_id: int) -> list[OutboundRow]:
    """Every SMS of one mail, in the order of claiming."""
    return _many(tx, outbound.c.mail_id == mail_id)


def by_ids(tx: Connection, ids: Sequence[int]) -> list[OutboundRow]:
    """The SMS with these ids."""
    return _many(tx, outbound.c.id.in_(ids))


def listing(tx: Connection) -> list[OutboundRow]:
    """Every SMS, oldest first."""
    return _many(tx)


def mails_to_report(tx: Connection, now: float, *, mail_id: int | None = None, limit: int = 1) -> list[int]:
    """Mails with an SMS to be told of, and none still under way; one mail, or any.

    What was delivered is told when that is known of every customer, or when the last has been waited for long enough.
    """
    if mail_id is None:
        return list(tx.execute(_TO_REPORT.limit(limit), {"since": now - RECEIPTS_TOGETHER_SECONDS}).scalars())
    return _ONE_TO_REPORT.scalars(tx, mail=mail_id, since=now - RECEIPTS_TOGETHER_SECONDS)


def _to_report() -> Select[Any]:
    untold = in_state(outbound, *ledger.TOLD, "delivered") & ~outbound.c.reported
    other = outbound.alias()
    for_later = other.c.not_before - RECEIPTS_TOGETHER_SECONDS > bindparam("since")
    under_way = in_state(other, *ledger.UNDER_WAY) & ~for_later
    expected = in_state(other, "sent") & (other.c.updated_at > bindparam("since"))
    waits = exists().where(
        other.c.mail_id == outbound.c.mail_id, under_way | (expected & in_state(outbound, "delivered"))
    )
    return select(outbound.c.mail_id).where(untold, ~waits).distinct().order_by(outbound.c.mail_id)


def mark_reported(tx: Connection, mail_id: int) -> bool:
    """Note that the employee is told of every SMS of a mail; False when somebody else has just noted it."""
    untold = update(outbound).where(outbound.c.mail_id == mail_id, ~outbound.c.reported)
    return bool(tx.execute(untold.values(reported=True)).rowcount)


def sent_since(tx: Connection, since: float, *, account_id: int | None = None, key_id: int | None = None) -> int:
    """How many SMS an account, or all accounts of a key, claimed since a time; held ones do not count."""
    query = _SENT if account_id is None else _SENT_BY_ACCOUNT
    query = query if key_id is None else _SENT_BY_KEY
    values = {"since": since, "account": account_id, "the_key": key_id}
    return int(query.scalar(tx, **{name: value for name, value in values.items() if value is not None}))


def most_since(tx: Connection, account_id: int, since: float) -> int:
    """No fewer SMS than all accounts claimed since a time; however many there are, this takes no longer.

    Those that are younger than the account's last one before that time: ids are given out as time goes on.
    """
    return int(_MOST_SINCE.scalar(tx, account=account_id, since=since))


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


_COLUMNS = {**outbound.c, "email": accounts.c.email, "number": accounts.c.number, "texts": keys.c.texts}
_QUERY = select(*(_COLUMNS[name] for name in OutboundRow.__dataclass_fields__)).select_from(
    outbound.join(accounts, accounts.c.id == outbound.c.account_id).join(keys, keys.c.id == accounts.c.key_id)
)


# Made once: to put a statement together takes longer than to run it.
_BY_ID = Prepared(_QUERY.where(outbound.c.id == bindparam("the_id")))
_STATES = select(outbound.c.state).where(outbound.c.id.in_(bindparam("ids", expanding=True)))
_LEASE = Prepared(
    update(outbound)
    .where(outbound.c.id == bindparam("the_id"), outbound.c.not_before <= bindparam("the_time"), _may("lease"))
    .values(state="sending", attempts=outbound.c.attempts + 1)
)
_SETTLE = Prepared(
    update(outbound).where(
        outbound.c.id == bindparam("the_id"), outbound.c.attempts == bindparam("the_attempts"), _may("settle")
    )
)
_COUNT = (
    select(func.count())
    .select_from(outbound)
    .where(outbound.c.created_at > bindparam("since"), outbound.c.state != "held")
)
_SENT = Prepared(_COUNT)
_SENT_BY_ACCOUNT = Prepared(_COUNT.where(outbound.c.account_id == bindparam("account")))
_SENT_BY_KEY = Prepared(
    _COUNT.where(outbound.c.account_id.in_(select(accounts.c.id).where(accounts.c.key_id == bindparam("the_key"))))
)
_BEFORE = (
    select(outbound.c.id)
    .where(outbound.c.account_id == bindparam("account"), outbound.c.created_at <= bindparam("since"))
    .order_by(outbound.c.created_at.desc())
    .limit(1)
)
_MOST_SINCE = Prepared(
    select(
        func.coalesce(select(func.max(outbound.c.id)).scalar_subquery(), 0)
        - func.coalesce(_BEFORE.scalar_subquery(), 0)
    )
)
_TO_REPORT = _to_report()
_ONE_TO_REPORT = Prepared(_TO_REPORT.where(outbound.c.mail_id == bindparam("mail")).limit(1))


def _many(tx: Connection, *conditions: ColumnElement[bool]) -> list[OutboundRow]:
    return [_row(row) for row in tx.execute(_QUERY.where(*conditions).order_by(outbound.c.id))]


def _row(row: Any) -> OutboundRow:
    return OutboundRow(*row)


def cause(tx: Connection, mail_id: int) -> tuple[str, str, str]:
    """The Message-ID and the subject of the mail that an SMS came from, and the deputy who wrote it, else empty."""
    row = tx.execute(select(mails.c.message_id, mails.c.subject, mails.c.deputy).where(mails.c.id == mail_id)).one()
    return row.message_id, row.subject, row.deputy
