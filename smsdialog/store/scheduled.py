"""SMS that wait for a time of their author's, to be taken back before it."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from smsdialog.store import outbound as ledger_out
from smsdialog.store.schema import in_state, outbound


def take_back(tx: Connection, mail_id: int, account_id: int, reason: str, now: float) -> list[str]:
    """Withdraw what waits for later of one mail of an account's; returns to whom. Whoever asks is told at once."""
    waiting = select(outbound.c.id, outbound.c.peer).where(
        outbound.c.mail_id == mail_id,
        outbound.c.account_id == account_id,
        outbound.c.not_before > now,
        in_state(outbound, "queued", "held"),
    )
    found = tx.execute(waiting.order_by(outbound.c.id)).all()
    ids = [row.id for row in found]
    ledger_out.withdraw(tx, ids, reason, now)
    tx.execute(update(outbound).where(outbound.c.id.in_(ids)).values(reported=True))
    return [row.peer for row in found]
