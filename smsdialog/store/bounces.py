"""Bounces of the mails that carried SMS to employees."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from smsdialog.store.insert import insert_once
from smsdialog.store.schema import bounces

SECONDS_PER_DAY = 86_400


def add(tx: Connection, *, account_id: int, inbound_id: int, points: float, now: float) -> None:
    """Count a bounce; a mail that bounces twice counts once, by the graver of the two."""
    values = {"account_id": account_id, "inbound_id": inbound_id, "points": points, "bounced_at": now}
    if insert_once(tx, bounces, **values) is None:
        graver = (bounces.c.inbound_id == inbound_id) & (bounces.c.points < points)
        tx.execute(update(bounces).where(graver).values(points=points, bounced_at=now))


def tally(tx: Connection, account_id: int, since: float) -> tuple[float, int]:
    """The points of an account since a time, and on how many days they fell."""
    query = select(bounces.c.points, bounces.c.bounced_at)
    rows = tx.execute(query.where(bounces.c.account_id == account_id, bounces.c.bounced_at > since)).all()
    return sum(row.points for row in rows), len({int(row.bounced_at // SECONDS_PER_DAY) for row in rows})


def forget(tx: Connection, account_id: int) -> None:
    """Begin anew for an account."""
    tx.execute(delete(bounces).where(bounces.c.account_id == account_id))
