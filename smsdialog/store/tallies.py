"""What the running totals count: the rows of a table between two ids, by series.

A series is `NAME/LABEL`, and the label a gateway, an outcome or a kind of notice. Each of these reads the rows once, by
their ids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, case, func, select

from smsdialog.store.schema import deliveries, inbound, notices, outbound

# Up to so many seconds each; one bucket above them has the rest. From the blink of an eye to when an SMS is given up.
BUCKETS = (1, 5, 15, 60, 300, 3600, 43_200)


def newest(tx: Connection, table: str) -> int:
    """The id of the newest row of one of these tables, 0 where there is none."""
    return tx.execute(select(func.max(_TABLES[table].c.id))).scalar() or 0


def count(tx: Connection, table: str, above: int, upto: int) -> dict[str, float]:
    """The counts of one of these tables, of the rows above an id, up to another."""
    return dict(_COUNTS[table](tx, above, upto))


def _decisions(tx: Connection, above: int, upto: int) -> Mapping[str, float]:
    query = select(deliveries.c.outcome, func.count()).where(_between(deliveries, above, upto))
    return {f"mails/{row[0]}": row[1] for row in tx.execute(query.group_by(deliveries.c.outcome))}


def _notices(tx: Connection, above: int, upto: int) -> Mapping[str, float]:
    query = select(notices.c.kind, func.count()).where(_between(notices, above, upto))
    found: Counter[str] = Counter()
    for kind, number in tx.execute(query.group_by(notices.c.kind)):
        found[f"notices/{kind.partition(' ')[0]}"] += number  # behind it stands a digest of what was typed
    return found


def _out(tx: Connection, above: int, upto: int) -> Mapping[str, float]:
    late = outbound.c.not_before > outbound.c.created_at
    took = _durations(outbound.c.taken_at, case((late, outbound.c.not_before), else_=outbound.c.created_at))
    parts = func.sum(case((outbound.c.taken_at.is_not(None), outbound.c.parts), else_=0)).label("parts")
    query = select(outbound.c.gateway, outbound.c.state, func.count().label("rows"), parts, *took)
    found: Counter[str] = Counter()
    grouped = query.where(_between(outbound, above, upto)).group_by(outbound.c.gateway, outbound.c.state)
    for row in tx.execute(grouped).mappings():
        found["claimed/"] += row["rows"]
        if row["state"] in _ENDS:
            found[f"{row['state']}/{row['gateway']}"] += row["rows"]
        found.update(_by_gateway("taken", row))
        found[f"parts/{row['gateway']}"] += row["parts"] or 0
    return found


def _in(tx: Connection, above: int, upto: int) -> Mapping[str, float]:
    query = select(
        inbound.c.gateway, func.count().label("rows"), *_durations(inbound.c.mailed_at, inbound.c.received_at)
    )
    found: Counter[str] = Counter()
    for row in tx.execute(query.where(_between(inbound, above, upto)).group_by(inbound.c.gateway)).mappings():
        found[f"received/{row['gateway']}"] += row["rows"]
        found.update(_by_gateway("mailed", row))
    return found


def _by_gateway(name: str, row: Mapping[Any, Any]) -> dict[str, Any]:
    """How many came to their end, how many of them within each time, and how many seconds all together took."""
    within = {f"{name}-within-{seconds}/{row['gateway']}": row[f"within_{seconds}"] or 0 for seconds in BUCKETS}
    return {
        f"{name}/{row['gateway']}": row["ended"],
        f"{name}-seconds/{row['gateway']}": row["seconds"] or 0.0,
        **within,
    }


def _durations(end: ColumnElement[Any], begin: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    took = end - begin
    within = [func.sum(case((took <= seconds, 1), else_=0)).label(f"within_{seconds}") for seconds in BUCKETS]
    return [func.count(end).label("ended"), func.sum(took).label("seconds"), *within]


def _between(table: Table, above: int, upto: int) -> ColumnElement[bool]:
    return (table.c.id > above) & (table.c.id <= upto)


_ENDS = ("delivered", "failed", "unknown")
_TABLES = {"deliveries": deliveries, "outbound": outbound, "inbound": inbound, "notices": notices}
_COUNTS: dict[str, Callable[[Connection, int, int], Mapping[str, float]]] = {
    "deliveries": _decisions,
    "outbound": _out,
    "inbound": _in,
    "notices": _notices,
}
TABLES = tuple(_COUNTS)
