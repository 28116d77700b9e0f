"""All that the ledger knows of one mail or one SMS, to be told afterwards: rows, and ways to find them. Reads only.

Nothing here runs on the path of a mail. There is an index for queue ids and providers' ids; a trace and a Message-ID
are looked for in every mail.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, Table, select

from smsdialog.store.schema import (
    accounts,
    bounces,
    deliveries,
    inbound,
    keys,
    mails,
    notices,
    outbound,
    receipts,
    segments,
)

_Row = TypeVar("_Row")


@dataclass(frozen=True)
class Mail:
    """One mail; `email` is that of its account, `label` that of its key, and `deputy` who wrote in its place: each is
    empty where there is none.
    """

    id: int
    digest: str
    message_id: str
    received_at: float
    email: str
    label: str
    deputy: str


@dataclass(frozen=True)
class Decision:
    """What became of one recipient of a mail."""

    recipient: str
    queue_id: str
    outcome: str
    reason: str
    proof: str
    created_at: float


@dataclass(frozen=True)
class Sms:
    """One SMS that goes out; `email` is that of its account, `label` that of its key; `has_text`: it is still there."""

    id: int
    mail_id: int
    email: str
    label: str
    peer: str
    has_text: bool
    parts: int
    state: str
    gateway: str
    gateway_id: str
    reference: str
    reason: str
    answer: str
    attempts: int
    receipts: str
    reported: bool
    due_at: float
    not_before: float
    leased_until: float
    taken_at: float | None
    created_at: float
    updated_at: float


@dataclass(frozen=True)
class Heard:
    """The last that a gateway said of one part of an SMS, or of the whole."""

    part: str
    delivery: str
    reason: str
    happened_at: float | None
    received_at: float


@dataclass(frozen=True)
class Notice:
    """One mail of ours."""

    id: int
    recipient: str
    kind: str
    attempts: int
    created_at: float
    due_at: float
    sent_at: float | None


@dataclass(frozen=True)
class Received:
    """One SMS that came in; `email` and `label` are empty where no account has its number."""

    id: int
    gateway: str
    gateway_id: str
    digest: str
    sender: str
    number: str
    account_id: int | None
    email: str
    label: str
    state: str
    reason: str
    attempts: int
    sent_at: float | None
    received_at: float
    mailed_at: float | None


@dataclass(frozen=True)
class Bounce:
    """A mail with an SMS that came back; `points` says how gravely."""

    points: float
    bounced_at: float


@dataclass(frozen=True)
class Part:
    """One part of a long SMS that waits for the others."""

    gateway: str
    gateway_id: str
    group_digest: str
    part: int
    total: int
    sender: str
    number: str
    received_at: float


def mail(tx: Connection, mail_id: int) -> Mail | None:
    """One mail."""
    query = select(mails, accounts.c.email, keys.c.label).outerjoin(accounts, accounts.c.id == mails.c.account_id)
    query = query.outerjoin(keys, keys.c.id == accounts.c.key_id)
    return next(iter(_rows(tx, Mail, query.where(mails.c.id == mail_id))), None)


def decisions(tx: Connection, mail_id: int) -> list[Decision]:
    """What became of every recipient of a mail, oldest first."""
    return _rows(tx, Decision, select(deliveries).where(deliveries.c.mail_id == mail_id).order_by(deliveries.c.id))


def sms_of(tx: Connection, mail_id: int) -> list[Sms]:
    """Every SMS of a mail, in the order of claiming."""
    query = select(outbound, (outbound.c.text != "").label("has_text"), accounts.c.email, keys.c.label)
    query = query.join(accounts, accounts.c.id == outbound.c.account_id).join(keys, keys.c.id == accounts.c.key_id)
    return _rows(tx, Sms, query.where(outbound.c.mail_id == mail_id).order_by(outbound.c.id))


def heard_of(tx: Connection, sms_id: int) -> list[Heard]:
    """The receipts of an SMS, in the order in which they came."""
    query = select(receipts).where(receipts.c.outbound_id == sms_id)
    return _rows(tx, Heard, query.order_by(receipts.c.received_at, receipts.c.id))


def notices_of(tx: Connection, mail_id: int) -> list[Notice]:
    """The mails of ours that a mail caused, oldest first."""
    return _rows(tx, Notice, select(notices).where(notices.c.mail_id == mail_id).order_by(notices.c.id))


def received(tx: Connection, sms_id: int) -> Received | None:
    """One SMS that came in."""
    query = select(inbound, accounts.c.email, keys.c.label).outerjoin(accounts, accounts.c.id == inbound.c.account_id)
    query = query.outerjoin(keys, keys.c.id == accounts.c.key_id)
    return next(iter(_rows(tx, Received, query.where(inbound.c.id == sms_id))), None)


def bounces_of(tx: Connection, sms_id: int) -> list[Bounce]:
    """The bounces of the mail that an SMS became."""
    return _rows(tx, Bounce, select(bounces).where(bounces.c.inbound_id == sms_id).order_by(bounces.c.id))


def parts_of(tx: Connection, gateway_id: str) -> list[Part]:
    """The parts that wait for others, of the SMS of which a gateway gave this id to one."""
    group = select(segments.c.group_digest).where(segments.c.gateway_id == gateway_id, ~segments.c.joined)
    waiting = select(segments).where(segments.c.group_digest.in_(group), ~segments.c.joined)
    return _rows(tx, Part, waiting.order_by(segments.c.part))


def mails_of_queue_id(tx: Connection, queue_id: str) -> list[int]:
    """The mails that the MTA calls so: several, as it uses an id again."""
    query = select(deliveries.c.mail_id).where(deliveries.c.queue_id == queue_id, deliveries.c.queue_id != "")
    return _ids(tx, query.distinct().order_by(deliveries.c.mail_id))


def mails_of_message_id(tx: Connection, message_id: str) -> list[int]:
    """The mails with this Message-ID."""
    return _ids(tx, select(mails.c.id).where(mails.c.message_id == message_id).order_by(mails.c.id))


def mails_of_trace(tx: Connection, trace: str) -> list[int]:
    """The mails whose digest begins so, and those with an SMS whose reference does."""
    found = _ids(tx, select(mails.c.id).where(mails.c.digest.startswith(trace, autoescape=True)))
    referred = outbound.c.reference.startswith(trace, autoescape=True)
    return found or _ids(tx, select(outbound.c.mail_id).where(referred).distinct())


def mails_of_gateway_id(tx: Connection, gateways: Collection[str], gateway_id: str) -> list[int]:
    """The mails with an SMS that one of these gateways calls so."""
    return _ids(tx, _called(outbound, gateways, gateway_id, outbound.c.mail_id).distinct())


def received_by_gateway_id(tx: Connection, gateways: Collection[str], gateway_id: str) -> list[int]:
    """The SMS that came in, and that one of these gateways calls so."""
    return _ids(tx, _called(inbound, gateways, gateway_id, inbound.c.id))


def mail_of_sms(tx: Connection, sms_id: int) -> list[int]:
    """The mail that an SMS came from."""
    return _ids(tx, select(outbound.c.mail_id).where(outbound.c.id == sms_id))


def mail_of_notice(tx: Connection, notice_id: int) -> list[int]:
    """The mail that caused a mail of ours; nothing where none did."""
    query = select(notices.c.mail_id).where(notices.c.id == notice_id, notices.c.mail_id.is_not(None))
    return _ids(tx, query)


def _called(table: Table, gateways: Collection[str], gateway_id: str, column: Any) -> Select[Any]:
    named = (table.c.gateway.in_(gateways), table.c.gateway_id == gateway_id, table.c.gateway_id != "")
    return select(column).where(*named).order_by(column)


def _ids(tx: Connection, query: Select[Any]) -> list[int]:
    return [row_id for (row_id,) in tx.execute(query)]


def _rows(tx: Connection, kind: type[_Row], query: Select[Any]) -> list[_Row]:
    """Rows as that dataclass, by the names of its fields; an address of nobody is empty."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    words = {"email", "label"}
    return [
        kind(**{name: (getattr(row, name) or "") if name in words else getattr(row, name) for name in names})
        for row in tx.execute(query)
    ]
