"""What happens once in a while, whatever processes and machines there are: when it last did, and what it remembers."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from smsdialog.store.insert import insert_once
from smsdialog.store.schema import rounds


def begin(tx: Connection, name: str, now: float) -> bool:
    """Note a round that never happened as done now; False when it is known already. Writes."""
    return insert_once(tx, rounds, name=name, done_at=now, memory="") is not None


def take(tx: Connection, name: str, before: float, now: float) -> bool:
    """Note a round as done now, if it last was before a time; False when somebody else was first. Writes."""
    due = update(rounds).where(rounds.c.name == name, rounds.c.done_at < before)
    return bool(tx.execute(due.values(done_at=now)).rowcount)


def done_at(tx: Connection, name: str) -> float | None:
    """When a round last happened, in seconds since the epoch; None when it never did."""
    return tx.execute(select(rounds.c.done_at).where(rounds.c.name == name)).scalar()


def memory(tx: Connection, name: str) -> str:
    """What a round remembers; empty where it never happened."""
    return tx.execute(select(rounds.c.memory).where(rounds.c.name == name)).scalar() or ""


def remember(tx: Connection, name: str, before: str, memory: str, now: float) -> bool:
    """Change what a round remembers; False when it remembers something else than was read before. Writes."""
    same = update(rounds).where(rounds.c.name == name, rounds.c.memory == before)
    if tx.execute(same.values(memory=memory, done_at=now)).rowcount:
        return True
    return before == "" and insert_once(tx, rounds, name=name, done_at=now, memory=memory) is not None
