"""For how long rows are kept, and how those go whose time is over.

How long a row is kept its key says, else the configuration, which also speaks of rows that are nobody's. A `Step`
goes over its table once, by id, some rows at a time: they are looked for while others write, then looked at again and
changed in a short transaction. What was changed is not found again, so that it may be stopped and run at any time.
The steps are in `expiry`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Table,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)

from smsdialog.core.model import Texts
from smsdialog.core.personal import REMOVED
from smsdialog.store.schema import accounts, keys, mails

BATCH = 500
SECONDS_PER_DAY = 86_400
# No receipt comes later than this: a network tries to reach a phone for two or three days.
RECEIPTS_COME_DAYS = 3.0


@dataclass(frozen=True)
class Kept:
    """What the configuration says, and the time. A number of days of 0 is for ever."""

    now: float
    texts: str
    texts_days: int
    numbers_days: int
    records_days: int
    rest_days: int

    @property
    def texts_before(self) -> ColumnElement[float]:
        """Texts of a row's key that are older than this time go."""
        return self._before(case((self._are_not_kept, 0.0), else_=_days(keys.c.texts_days, self.texts_days)))

    @property
    def sent_texts_before(self) -> ColumnElement[float]:
        """The same of texts that a receipt may still come for: it may have to be told what was not delivered."""
        soon = case((self._are_not_kept, RECEIPTS_COME_DAYS), else_=_days(keys.c.texts_days, self.texts_days))
        return self._before(soon)

    @property
    def numbers_before(self) -> ColumnElement[float]:
        """Customers' numbers that were used last before this time go."""
        return self._before(_days(keys.c.numbers_days, self.numbers_days))

    @property
    def records_before(self) -> ColumnElement[float]:
        """Records from before this time go."""
        return self._before(_days(keys.c.records_days, self.records_days))

    @property
    def _are_not_kept(self) -> ColumnElement[bool]:
        wish = func.coalesce(func.nullif(keys.c.texts, ""), self.texts)
        return wish == Texts.UNTIL_DELIVERED.value

    def _before(self, days: ColumnElement[float]) -> ColumnElement[float]:
        return literal(self.now) - days * SECONDS_PER_DAY


@dataclass(frozen=True)
class Step:
    """One kind of thing that goes: where it is looked for, which rows it is, and what becomes of them."""

    table: Table
    source: FromClause
    old: Callable[[Kept], ColumnElement[bool]]
    remove: Callable[[Connection, Sequence[int]], None]

    def find(self, tx: Connection, kept: Kept, after: int) -> list[int]:
        """The ids of some rows that are to go, above an id. Reads."""
        query = self._matching(kept).where(self.table.c.id > after)
        return list(tx.execute(query.order_by(self.table.c.id).limit(BATCH)).scalars())

    def run(self, tx: Connection, kept: Kept, ids: Sequence[int]) -> int:
        """Remove those of these rows that are still to go; returns how many. Writes."""
        still = list(tx.execute(self._matching(kept).where(self.table.c.id.in_(ids))).scalars())
        if still:
            self.remove(tx, still)
        return len(still)

    def _matching(self, kept: Kept) -> Select[Any]:
        return select(self.table.c.id).select_from(self.source).where(self.old(kept))


def _days(wish: Column[int], configured: int) -> ColumnElement[float]:
    """A key's number of days, else the configured one; nothing compares with the NULL that is for ever."""
    return func.coalesce(func.nullif(wish, 0), func.nullif(literal(configured), 0))


def with_key(table: Table, account_id: ColumnElement[int | None]) -> FromClause:
    """A table with the key of each row, if it has one."""
    joined = table.outerjoin(accounts, accounts.c.id == account_id)
    return joined.outerjoin(keys, keys.c.id == accounts.c.key_id)


def of_mail(table: Table, account_id: ColumnElement[int | None]) -> FromClause:
    """A table with the key of each row's mail."""
    joined = table.outerjoin(mails, mails.c.id == table.c.mail_id).outerjoin(accounts, accounts.c.id == account_id)
    return joined.outerjoin(keys, keys.c.id == accounts.c.key_id)


def nobodys(table: Table) -> FromClause:
    """A table of which no row is a key's."""
    return table.outerjoin(keys, keys.c.id.is_(None))


def setting(table: Table, **values: object) -> Callable[[Connection, Sequence[int]], None]:
    """A removal that sets columns."""

    def change(tx: Connection, ids: Sequence[int]) -> None:
        tx.execute(update(table).where(table.c.id.in_(ids)).values(**values))

    return change


def deleting(table: Table, *parts: Column[int]) -> Callable[[Connection, Sequence[int]], None]:
    """Deletes rows after what hangs on them; `parts` are the columns that refer to them."""

    def remove(tx: Connection, ids: Sequence[int]) -> None:
        for column in parts:
            tx.execute(delete(column.table).where(column.in_(ids)))
        tx.execute(delete(table).where(table.c.id.in_(ids)))

    return remove


def removed(table: Table) -> ColumnElement[str]:
    """What stands where a number or an address was."""
    return literal(REMOVED).concat(table.c.id)


def filled(*columns: Column[str]) -> ColumnElement[bool]:
    """Whether one of these columns says anything."""
    return or_(*(column != "" for column in columns))


def named(column: Column[str]) -> ColumnElement[bool]:
    """Whether a number or an address is still there."""
    return column.not_like(f"{REMOVED}%")
