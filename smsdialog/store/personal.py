"""Where somebody stands in the database: a customer by his number, an employee by his address.

`COLUMNS` are all that may name a person; `docs/privacy.md` has the same list. A search looks through all of them, past
whatever people write between the digits of a number; it takes seconds for a million SMS, and is asked for by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, func, or_, select, update

from smsdialog.core.personal import REMOVED, Person
from smsdialog.store.schema import (
    accounts,
    acts,
    bounces,
    contacts,
    deliveries,
    deputies,
    dialogs,
    endings,
    gateway_states,
    group_members,
    groups,
    inbound,
    keys,
    mails,
    notices,
    outbound,
    receipts,
    segments,
    signatures,
    stops,
    templates,
    users,
)

COLUMNS: Mapping[Table, tuple[Column[str], ...]] = {
    keys: (keys.c.label,),
    accounts: (accounts.c.email,),
    deputies: (deputies.c.email,),
    stops: (stops.c.peer,),
    contacts: (contacts.c.peer, contacts.c.name),
    groups: (groups.c.name,),
    group_members: (group_members.c.peer,),
    templates: (templates.c.name, templates.c.text),
    signatures: (signatures.c.text,),
    endings: (endings.c.text,),
    dialogs: (dialogs.c.peer, dialogs.c.last_mail_id),
    mails: (mails.c.deputy, mails.c.message_id, mails.c.subject),
    deliveries: (deliveries.c.recipient, deliveries.c.reason),
    outbound: (outbound.c.peer, outbound.c.text, outbound.c.gateway_id, outbound.c.reason, outbound.c.answer),
    receipts: (receipts.c.part, receipts.c.reason),
    gateway_states: (gateway_states.c.reason,),
    segments: (segments.c.sender, segments.c.text, segments.c.gateway_id),
    inbound: (inbound.c.sender, inbound.c.text, inbound.c.gateway_id, inbound.c.reason),
    notices: (notices.c.recipient, notices.c.subject, notices.c.body, notices.c.in_reply_to),
    users: (users.c.name,),
    acts: (acts.c.who, acts.c.origin, acts.c.subject, acts.c.details),
}
# No two rows may have the same there.
_UNIQUE = (keys.c.label, deliveries.c.recipient, groups.c.name, templates.c.name)
# What hangs on an account, or on a mail.
_OF_ACCOUNT = (bounces, deputies, signatures, endings, dialogs, mails, outbound, inbound, notices)
_OF_MAIL = (deliveries, notices)
BATCH = 500


def mentions(tx: Connection, person: Person) -> dict[Table, list[int]]:
    """The rows that name somebody, by their ids. Reads."""
    found = {table: _named_in(tx, table, columns, person) for table, columns in COLUMNS.items()}
    return {table: ids for table, ids in found.items() if ids}


def about(tx: Connection, person: Person) -> dict[Table, list[int]]:
    """All that is stored about somebody: what names him, and what hangs on that. Reads."""
    found = {table: set(ids) for table, ids in mentions(tx, person).items()}
    if person.email:
        mine = list(tx.execute(select(accounts.c.id).where(accounts.c.email == person.email)).scalars())
        for table in _OF_ACCOUNT:
            found.setdefault(table, set()).update(_ids(tx, table, table.c.account_id, mine))
    else:
        written = select(outbound.c.mail_id).where(outbound.c.peer == person.number)
        found.setdefault(mails, set()).update(tx.execute(written).scalars())
    for table in _OF_MAIL:
        found.setdefault(table, set()).update(_ids(tx, table, table.c.mail_id, sorted(found.get(mails, ()))))
    sms = sorted(found.get(outbound, ()))
    found.setdefault(receipts, set()).update(_ids(tx, receipts, receipts.c.outbound_id, sms))
    return {table: sorted(found[table]) for table in (*COLUMNS, bounces) if found.get(table)}


def rows(tx: Connection, table: Table, ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    """These rows, whole, in the order of their ids. Reads."""
    for some in _batches(ids):
        query = select(table).where(table.c.id.in_(some)).order_by(table.c.id)
        yield from (dict(row) for row in tx.execute(query).mappings())


def blot(tx: Connection, found: Mapping[Table, Sequence[int]], person: Person) -> int:
    """Take somebody out of what rows say; returns how many did name him. Writes."""
    changed = 0
    for table, ids in found.items():
        for row in rows(tx, table, ids):
            values = {column.name: _blotted(column, row, person) for column in COLUMNS[table]}
            if any(row[name] != value for name, value in values.items()):
                tx.execute(update(table).where(table.c.id == row["id"]).values(**values))
                changed += 1
    return changed


def _blotted(column: Column[str], row: Mapping[str, Any], person: Person) -> str:
    value = str(row[column.name])
    if column in _UNIQUE and person.is_in(value):
        return f"{REMOVED}{row['id']}"
    return person.blotted(value)


def _named_in(tx: Connection, table: Table, columns: Sequence[Column[str]], person: Person) -> list[int]:
    likely = or_(*(_may_name(column, person) for column in columns))
    found = tx.execute(select(table.c.id, *columns).where(likely).order_by(table.c.id))
    return [row[0] for row in found if any(person.is_in(str(value)) for value in row[1:])]


def _may_name(column: Column[str], person: Person) -> ColumnElement[bool]:
    """Whether a column has an address in it, or all digits of a number in their order, whatever stands between."""
    if person.number:
        return column.like(f"%{'%'.join(person.needle)}%")
    return func.lower(column).contains(person.needle, autoescape=True)


def _ids(tx: Connection, table: Table, column: ColumnElement[Any], wanted: Sequence[int]) -> Iterator[int]:
    for some in _batches(wanted):
        yield from tx.execute(select(table.c.id).where(column.in_(some))).scalars()


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
