"""Sign-ins that failed: they are counted, and forgotten after a day."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from smsdialog.store.insert import one_at_a_time as alone
from smsdialog.store.schema import failed_sign_ins

SECONDS_KEPT = 86_400


def one_at_a_time(tx: Connection) -> None:
    """Wait until nobody else counts one: who counts and adds is alone with it until the end of his transaction."""
    alone(tx, "sign-in")


def add(tx: Connection, *, name: str, address: str, now: float) -> None:
    """Count one; those of yesterday are forgotten."""
    forget_old(tx, now)
    tx.execute(insert(failed_sign_ins).values(name=name, address=address, tried_at=now))


def count(tx: Connection, since: float, *, name: str | None = None, address: str | None = None) -> int:
    """How many there were since a time: for a name, from an address, or both."""
    conditions: list[ColumnElement[bool]] = [failed_sign_ins.c.tried_at > since]
    if name is not None:
        conditions.append(failed_sign_ins.c.name == name)
    if address is not None:
        conditions.append(failed_sign_ins.c.address == address)
    return tx.execute(select(func.count()).select_from(failed_sign_ins).where(*conditions)).scalar_one()


def forget(tx: Connection, *, name: str, address: str) -> None:
    """Forget those for a name from an address: he has remembered his password."""
    mine = (failed_sign_ins.c.name == name, failed_sign_ins.c.address == address)
    tx.execute(delete(failed_sign_ins).where(*mine))


def forget_old(tx: Connection, now: float) -> None:
    """Forget those of yesterday."""
    tx.execute(delete(failed_sign_ins).where(failed_sign_ins.c.tried_at < now - SECONDS_KEPT))
