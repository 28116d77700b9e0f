"""How much of what there is now, and since when: what waits, what is held, the last of each kind.

Each of these reads an index of those that wait or are held, or one row: none of them grows with the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, and_, case, func, literal, select, text

from smsdialog.store.recent import FAILED
from smsdialog.store.schema import accounts, deliveries, in_state, inbound, keys, notices, outbound, segments


@dataclass(frozen=True)
class Waiting:
    """How many, and since when the oldest of them waits (seconds since the epoch); None where there is none."""

    count: int
    since: float | None


def queued(tx: Connection, now: float) -> Waiting:
    """SMS that are to be sent now; each waits since it was written, or since the time that it was put off to."""
    due = in_state(outbound, "queued") & (outbound.c.not_before <= now)
    return _oldest(tx, due, outbound.c.id, _WANTED_AT)


def scheduled(tx: Connection, now: float) -> Waiting:
    """SMS that are to be sent later."""
    later = in_state(outbound, "queued") & (outbound.c.not_before > now)
    return _oldest(tx, later, outbound.c.id, outbound.c.created_at)


def sending(tx: Connection) -> Waiting:
    """SMS that are in a gateway's hands, or were in those of a process that died."""
    return _oldest(tx, in_state(outbound, "sending"), outbound.c.leased_until, outbound.c.updated_at)


def stopped(tx: Connection) -> dict[str, Waiting]:
    """SMS that a limit held, and SMS of which nobody knows whether they were sent: `held` and `unknown`."""
    wrong = in_state(outbound, "failed", "unknown", "held")  # the index's condition, word for word
    rows = select(outbound.c.state, outbound.c.updated_at).where(wrong).order_by(outbound.c.id).subquery()
    query = select(rows.c.state, func.count(), func.min(rows.c.updated_at)).group_by(rows.c.state)
    found = {state: Waiting(count, since) for state, count, since in tx.execute(query)}
    return {state: found.get(state, Waiting(0, None)) for state in ("held", "unknown")}


def received(tx: Connection) -> Waiting:
    """SMS that came in and are not mailed yet."""
    return _oldest(tx, in_state(inbound, "received"), inbound.c.account_id, inbound.c.received_at)


def held_in(tx: Connection) -> Waiting:
    """SMS that came in for nobody who may have them now."""
    return _oldest(tx, in_state(inbound, "held"), inbound.c.id, inbound.c.received_at)


def unposted(tx: Connection) -> Waiting:
    """Mails of ours that sendmail does not have yet."""
    return _oldest(tx, notices.c.sent_at.is_(None), notices.c.id, notices.c.created_at)


def incomplete(tx: Connection) -> Waiting:
    """Parts of long SMS whose other parts have not come."""
    return _oldest(tx, ~segments.c.joined, segments.c.received_at, segments.c.received_at)


def refused_by_sendmail(tx: Connection, now: float) -> Waiting:
    """Mails of ours, SMS among them, that were tried, that nobody has in hand, and that sendmail does not have."""
    sms = in_state(inbound, "received") & (inbound.c.attempts > 0) & (inbound.c.leased_until <= now)
    ours = notices.c.sent_at.is_(None) & (notices.c.attempts > 0) & (notices.c.due_at <= now)
    both = (
        _oldest(tx, sms, inbound.c.account_id, inbound.c.received_at),
        _oldest(tx, ours, notices.c.id, notices.c.created_at),
    )
    times = [one.since for one in both if one.since is not None]
    return Waiting(sum(one.count for one in both), min(times, default=None))


def went_wrong(tx: Connection, since: float) -> dict[str, int]:
    """How many SMS were held, failed or had an unknown fate since a time, and were held on their way in; mails refused.

    `held`, `failed`, `unknown`, `held-in`, `refused`.
    """
    wrong = in_state(outbound, "failed", "unknown", "held") & (outbound.c.updated_at >= since)
    found = {state: _since(tx, and_(wrong, outbound.c.state == state)) for state in ("held", "failed", "unknown")}
    found["held-in"] = _since(tx, in_state(inbound, "held") & (inbound.c.received_at >= since))
    failed = deliveries.c.outcome.in_([literal(outcome, literal_execute=True) for outcome in FAILED])
    since_then = and_(failed, deliveries.c.outcome == "refused", deliveries.c.created_at >= since)
    found["refused"] = _since(tx, since_then)
    return found


def fate(tx: Connection, sms_id: int) -> tuple[str, float | None, str]:
    """The state of one SMS that goes out, when a gateway took it, and which; an empty state where there is none."""
    columns = (outbound.c.state, outbound.c.taken_at, outbound.c.gateway)
    row = tx.execute(select(*columns).where(outbound.c.id == sms_id)).first()
    return (row.state, row.taken_at, row.gateway) if row else ("", None, "")


def accounts_by_state(tx: Connection) -> dict[str, int]:
    """How many accounts are open, paused, suspended (open, and their mailbox refuses mails) and closed."""
    state = case(
        (accounts.c.closed_at.is_not(None), "closed"),
        (~keys.c.enabled, "paused"),
        (accounts.c.suspended_at.is_not(None), "suspended"),
        else_="open",
    )
    query = select(state.label("state"), func.count()).join(keys, keys.c.id == accounts.c.key_id)
    found = {row[0]: row[1] for row in tx.execute(query.group_by("state"))}
    return {name: found.get(name, 0) for name in ("open", "paused", "suspended", "closed")}


def keys_by_state(tx: Connection) -> dict[str, int]:
    """How many keys are enabled and disabled."""
    query = select(keys.c.enabled, func.count()).where(keys.c.deleted_at.is_(None)).group_by(keys.c.enabled)
    found = {bool(row[0]): row[1] for row in tx.execute(query)}
    return {"enabled": found.get(True, 0), "disabled": found.get(False, 0)}


def octets(tx: Connection) -> int:
    """How large the database is."""
    if tx.dialect.name == "sqlite":
        return int(tx.execute(text("PRAGMA page_count")).scalar_one()) * int(
            tx.execute(text("PRAGMA page_size")).scalar_one()
        )
    return int(tx.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


_WANTED_AT = case((outbound.c.not_before > outbound.c.created_at, outbound.c.not_before), else_=outbound.c.created_at)


def _since(tx: Connection, condition: ColumnElement[bool]) -> int:
    return tx.execute(select(func.count()).where(condition)).scalar_one()


def _oldest(
    tx: Connection, waits: ColumnElement[bool], in_order_of: Column[Any], since: ColumnElement[float]
) -> Waiting:
    # In the order of the index that has just those that wait: left to itself SQLite would read another, of all rows.
    waiting = select(since.label("since")).where(waits).order_by(in_order_of).subquery()
    row = tx.execute(select(func.count(), func.min(waiting.c.since))).one()
    return Waiting(row[0], row[1])
