"""What people changed or looked at: only ever added to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from smsdialog.store.schema import acts


@dataclass(frozen=True)
class ActRow:
    """One act: when (seconds since the epoch), who, from where, what, to what, and with what."""

    id: int
    happened_at: float
    who: str
    origin: str
    act: str
    subject: str
    details: dict[str, Any]


def add(
    tx: Connection, *, who: str, origin: str, act: str, subject: str, details: Mapping[str, object], now: float
) -> None:
    """Insert one act."""
    values = {"who": who, "origin": origin, "act": act, "subject": subject, "happened_at": now}
    tx.execute(insert(acts).values(**values, details=json.dumps(details, ensure_ascii=False)))


def listing(tx: Connection, limit: int | None = None, before: int | None = None) -> list[ActRow]:
    """The acts, newest first; `before` is the id of one that is not wanted any more, nor those that follow it."""
    query = select(acts).order_by(acts.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(acts.c.id < before)
    return [_row(row) for row in tx.execute(query)]


def _row(row: Any) -> ActRow:
    return ActRow(row.id, row.happened_at, row.who, row.origin, row.act, row.subject, json.loads(row.details))
