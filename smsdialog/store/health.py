"""How the gateways fare, for every process of an installation: calls by the minute, and who is passed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from smsdialog.store.insert import insert_once, insert_or_lock
from smsdialog.store.prepared import Prepared
from smsdialog.store.schema import gateway_minutes, gateway_states

MINUTES_KEPT = 60


@dataclass(frozen=True)
class State:
    """One gateway that is, or was, passed over. Times are in seconds since the epoch.

    `down_since` is None when it is well again; `kind` is that of the outcome that brought it down.
    """

    gateway: str
    down_since: float | None
    down_until: float
    pauses: int
    kind: str
    reason: str


def count(tx: Connection, gateway: str, now: float, seconds: float, *, failed: bool) -> None:
    """Count one call, and the seconds that it took. Writes."""
    minute = int(now // 60)
    more = {"the_gateway": gateway, "the_minute": minute, "more": int(failed), "more_seconds": seconds}
    if _COUNT.count(tx, **more):
        return
    first = {"tried": 1, "failed": int(failed), "seconds": seconds}
    if not insert_once(tx, gateway_minutes, gateway=gateway, minute=minute, **first):
        _COUNT.count(tx, **more)
    old = (gateway_minutes.c.gateway == gateway, gateway_minutes.c.minute < minute - MINUTES_KEPT)
    tx.execute(delete(gateway_minutes).where(*old))


def counted(tx: Connection, gateway: str, since: float) -> tuple[int, int]:
    """How many calls there were in the minutes since a time, and how many of them failed."""
    sums = select(func.sum(gateway_minutes.c.tried), func.sum(gateway_minutes.c.failed))
    mine = (gateway_minutes.c.gateway == gateway, gateway_minutes.c.minute > int(since // 60))
    tried, failed = tx.execute(sums.where(*mine)).one()
    return int(tried or 0), int(failed or 0)


def seconds(tx: Connection, gateway: str, since: float) -> float:
    """What the calls of the minutes since a time took together."""
    mine = (gateway_minutes.c.gateway == gateway, gateway_minutes.c.minute > int(since // 60))
    return float(tx.execute(select(func.sum(gateway_minutes.c.seconds)).where(*mine)).scalar() or 0.0)


def forget_counts(tx: Connection, gateway: str) -> None:
    """Begin to count anew. Writes."""
    tx.execute(delete(gateway_minutes).where(gateway_minutes.c.gateway == gateway))


def states(tx: Connection) -> dict[str, State]:
    """Every gateway that is, or was, passed over."""
    return {row.gateway: _state(row) for row in _STATES.all(tx)}


def lock(tx: Connection, gateway: str) -> State:
    """One gateway's state, which nobody else changes until the end of the transaction. Writes."""
    well = {"down_until": 0.0, "pauses": 0, "kind": "", "reason": ""}
    row_id = insert_or_lock(tx, gateway_states, "gateway", gateway=gateway, **well)
    return _state(tx.execute(select(gateway_states).where(gateway_states.c.id == row_id)).one())


def change(tx: Connection, gateway: str, **values: object) -> None:
    """Write a gateway's state. Writes."""
    tx.execute(update(gateway_states).where(gateway_states.c.gateway == gateway).values(**values))


def down(tx: Connection, names: Sequence[str], now: float) -> set[str]:
    """Which of these gateways are to be passed over now."""
    query = select(gateway_states.c.gateway).where(
        gateway_states.c.gateway.in_(names), gateway_states.c.down_since.is_not(None), gateway_states.c.down_until > now
    )
    return set(tx.execute(query).scalars())


_STATES = Prepared(select(gateway_states))
_COUNT = Prepared(
    update(gateway_minutes)
    .where(gateway_minutes.c.gateway == bindparam("the_gateway"), gateway_minutes.c.minute == bindparam("the_minute"))
    .values(
        tried=gateway_minutes.c.tried + 1,
        failed=gateway_minutes.c.failed + bindparam("more"),
        seconds=gateway_minutes.c.seconds + bindparam("more_seconds"),
    )
)


def _state(row: Any) -> State:
    return State(**{name: getattr(row, name) for name in State.__dataclass_fields__})
