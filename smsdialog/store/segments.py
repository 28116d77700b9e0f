"""Parts of long SMS: kept until the last has come, and a while longer, to know a repeated part by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select, update

from smsdialog.core.model import InboundSms
from smsdialog.store.insert import insert_once, one_at_a_time
from smsdialog.store.schema import segments

# A reference has 8 bits, and comes again: what lies so long is of another SMS.
FORGOTTEN_SECONDS = 2 * 86_400


@dataclass(frozen=True)
class Parts:
    """The parts of one SMS that are there: `texts` by index, everything else from the first of them."""

    ids: tuple[int, ...]
    texts: dict[int, str]
    total: int
    gateway: str
    gateway_id: str
    sender: str
    number: str
    sent_at: float | None

    @property
    def are_all(self) -> bool:
        """Whether none is missing."""
        return len(self.texts) == self.total

    def whole(self, text: str) -> InboundSms:
        """The SMS that they are, with its text."""
        return InboundSms(self.gateway, self.gateway_id, self.sender, self.number, text, self.sent_at)


def add(tx: Connection, sms: InboundSms, now: float) -> Parts | None:
    """Keep one part, and return those of its SMS that are there; None when it had come before. Writes.

    Two parts that come at once wait for each other here, so that one of them sees both.
    """
    assert sms.segment is not None
    one_at_a_time(tx, f"segments {sms.group}")
    added = insert_once(
        tx,
        segments,
        group_digest=sms.group,
        part=sms.segment.index,
        digest=hashlib.sha256(f"{sms.digest} {sms.gateway_id}".encode("utf-8", "replace")).hexdigest(),
        gateway=sms.gateway,
        gateway_id=sms.gateway_id,
        sender=sms.sender,
        number=sms.to,
        total=sms.segment.total,
        text=json.dumps(sms.text),  # half a character survives in no database
        sent_at=sms.sent_at,
        received_at=now,
        joined=False,
    )
    return _parts(tx, sms.group) if added else None


def incomplete(tx: Connection, before: float) -> list[Parts]:
    """The SMS of which a part came before a time, and others never. Reads."""
    old = select(segments.c.group_digest).where(~segments.c.joined, segments.c.received_at < before)
    return [_parts(tx, group) for group in tx.execute(old.distinct()).scalars()]


def joined(tx: Connection, parts: Parts) -> bool:
    """Note that these parts are an SMS now, and drop their texts; False when somebody else has just done it. Writes."""
    taken = update(segments).where(segments.c.id.in_(parts.ids), ~segments.c.joined)
    taken = taken.values(joined=True, text="")
    return tx.execute(taken).rowcount == len(parts.ids)


def forget(tx: Connection, now: float) -> None:
    """Remove the parts of SMS that are long since whole. Writes."""
    tx.execute(delete(segments).where(segments.c.joined, segments.c.received_at < now - FORGOTTEN_SECONDS))


def _parts(tx: Connection, group: str) -> Parts:
    """The unjoined parts of a group; of two with one index the newest, as references are used again."""
    query = select(segments).where(segments.c.group_digest == group, ~segments.c.joined)
    newest = {row.part: row for row in tx.execute(query.order_by(segments.c.id))}
    return _of([newest[part] for part in sorted(newest)])


def _of(rows: Sequence[Any]) -> Parts:
    first = rows[0]
    return Parts(
        ids=tuple(row.id for row in rows),
        texts={row.part: json.loads(row.text) for row in rows},
        total=first.total,
        gateway=first.gateway,
        gateway_id=first.gateway_id,
        sender=first.sender,
        number=first.number,
        sent_at=first.sent_at,
    )
