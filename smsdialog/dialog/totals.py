"""Running totals of all that the ledger ever had, the same whichever process asks.

A pipe lives for one mail and a ledger is purged, so what was counted is kept in the database: a count of what is old,
and what the newest rows were when they were last counted. Whoever asks counts those again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from smsdialog.core import tally
from smsdialog.core.tally import Tally
from smsdialog.dialog.service import Service
from smsdialog.store import Connection, rounds, tallies

ROUND = "totals"
# How often somebody else may be quicker.
TRIES = 5

Totals = Mapping[str, float]


def totals(service: Service) -> Totals:
    """The totals of all series (`store.tallies` has their names), those of no customer and no account. Writes."""
    put_away(service)
    for _ in range(TRIES):
        with service.store.reading() as tx:
            before = rounds.memory(tx, ROUND)
            now = {table: _counted(tx, table, one) for table, one in _read(before).items()}
        if _remember(service, before, now):
            break
    return {series: count for one in now.values() for series, count in one.totals.items()}


def put_away(service: Service) -> None:
    """Keep the count of what is old, one step of one table in each transaction, so that none is long. Writes."""
    for table in tallies.TABLES:
        while True:
            with service.store.reading() as tx:
                before = rounds.memory(tx, ROUND)
                kept = _read(before)
                upto = tally.next_step(kept[table], tallies.newest(tx, table))
                if upto is None:
                    break
                old = tallies.count(tx, table, kept[table].upto, upto)
            _remember(service, before, {**kept, table: tally.put_away(kept[table], old, upto)})


def _counted(tx: Connection, table: str, kept: Tally) -> Tally:
    newest = tallies.newest(tx, table)
    kept = tally.restarted(kept, newest)
    return tally.counted(kept, tallies.count(tx, table, kept.upto, newest))


def _remember(service: Service, before: str, now: Mapping[str, Tally]) -> bool:
    """Keep them; False when somebody else has kept other ones meanwhile."""
    memory = json.dumps({table: vars(one) for table, one in now.items()}, separators=(",", ":"))
    if memory == before:
        return True
    with service.store.transaction() as tx:
        return rounds.remember(tx, ROUND, before, memory, service.now())


def _read(memory: str) -> dict[str, Tally]:
    kept = json.loads(memory or "{}")
    return {table: Tally(**kept.get(table, {})) for table in tallies.TABLES}
