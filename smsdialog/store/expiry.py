"""What goes when its time is over: texts, then the numbers of customers, then the records themselves.

Only what is done with goes: an SMS that waits, is under way or is held keeps its text and number until its record goes.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    and_,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from smsdialog.core.letters import OUR_REASONS
from smsdialog.core.personal import REMOVED
from smsdialog.store import failures, segments, sign_ins
from smsdialog.store.forget import remove_texts
from smsdialog.store.numbers import closed_for_good
from smsdialog.store.retention import (
    SECONDS_PER_DAY,
    Kept,
    Step,
    deleting,
    filled,
    named,
    nobodys,
    of_mail,
    removed,
    setting,
    with_key,
)
from smsdialog.store.schema import (
    accounts,
    acts,
    bounces,
    deliveries,
    deputies,
    dialogs,
    endings,
    gateway_minutes,
    gateway_states,
    inbound,
    key_managers,
    keys,
    mails,
    notices,
    outbound,
    receipts,
    signatures,
)

MINUTES_PER_DAY = 1440
# No gateway hands an SMS over again after so long.
REPEATED_DAYS = 14.0
DONE_OUT = ("sent", "delivered", "failed", "unknown")
DONE_IN = ("mailed",)
_OUT = with_key(outbound, outbound.c.account_id)
_IN = with_key(inbound, inbound.c.account_id)
_MAILS = with_key(mails, mails.c.account_id)
_DIALOGS = with_key(dialogs, dialogs.c.account_id)
_NOTICES = of_mail(notices, func.coalesce(notices.c.account_id, mails.c.account_id))
_DELIVERIES = of_mail(deliveries, mails.c.account_id)
_ACCOUNTS = accounts.outerjoin(keys, keys.c.id == accounts.c.key_id)
_PROVIDERS_WORDS = filled(outbound.c.answer) | ((outbound.c.reason != "") & outbound.c.reason.not_in(OUR_REASONS))


def _texts_out(kept: Kept) -> ColumnElement[bool]:
    """A `sent` one may yet fail, and one that was not told of yet is quoted when it is."""
    told = or_(
        and_(outbound.c.state == "sent", outbound.c.updated_at <= kept.sent_texts_before),
        and_(outbound.c.state.in_(DONE_OUT[1:]), outbound.c.reported, outbound.c.updated_at <= kept.texts_before),
    )
    return and_(told, filled(outbound.c.text) | _PROVIDERS_WORDS)


def _texts_of_mails(kept: Kept) -> ColumnElement[bool]:
    """A report quotes the subject; and who has no Message-ID can guess no text from the mail's digest."""
    waits = (outbound.c.mail_id == mails.c.id) & (outbound.c.text != "")
    unsent = (notices.c.mail_id == mails.c.id) & notices.c.sent_at.is_(None)
    quiet = and_(mails.c.received_at <= kept.texts_before, ~exists().where(waits), ~exists().where(unsent))
    return and_(quiet, filled(mails.c.subject, mails.c.message_id) | exists().where(endings.c.mail_id == mails.c.id))


def _remove_texts_of_mails(tx: Connection, ids: Sequence[int]) -> None:
    tx.execute(delete(endings).where(endings.c.mail_id.in_(ids)))
    setting(mails, subject="", message_id="")(tx, ids)


def _texts_in(kept: Kept) -> ColumnElement[bool]:
    return and_(inbound.c.state.in_(DONE_IN), inbound.c.received_at <= kept.texts_before, inbound.c.text != "")


def _digests_in(kept: Kept) -> ColumnElement[bool]:
    """A text of few words could be guessed from its digest, which is there to know an SMS again."""
    old = kept.now - REPEATED_DAYS * SECONDS_PER_DAY
    return and_(inbound.c.text == "", inbound.c.received_at <= old, named(inbound.c.digest))


def _texts_of_notices(kept: Kept) -> ColumnElement[bool]:
    return and_(
        notices.c.sent_at <= kept.texts_before, filled(notices.c.subject, notices.c.body, notices.c.in_reply_to)
    )


def _threads(kept: Kept) -> ColumnElement[bool]:
    return and_(dialogs.c.used_at <= kept.texts_before, dialogs.c.last_mail_id != "")


def _signatures(kept: Kept) -> ColumnElement[bool]:
    """Those of accounts that are closed; of an open one they are in use."""
    return signatures.c.account_id.in_(
        select(accounts.c.id).select_from(_ACCOUNTS).where(accounts.c.closed_at <= kept.texts_before)
    )


def _numbers_out(kept: Kept) -> ColumnElement[bool]:
    done = or_(outbound.c.state == "sent", outbound.c.state.in_(DONE_OUT) & outbound.c.reported)
    return and_(done, outbound.c.updated_at <= kept.numbers_before, named(outbound.c.peer))


def _numbers_in(kept: Kept) -> ColumnElement[bool]:
    return and_(inbound.c.state.in_(DONE_IN), inbound.c.received_at <= kept.numbers_before, named(inbound.c.sender))


def _numbers_of_dialogs(kept: Kept) -> ColumnElement[bool]:
    """Those in which nothing was said of late, and that nothing waits for."""
    written = exists().where(outbound.c.dialog_id == dialogs.c.id, named(outbound.c.peer))
    heard = exists().where(inbound.c.dialog_id == dialogs.c.id, named(inbound.c.sender))
    return and_(dialogs.c.used_at <= kept.numbers_before, named(dialogs.c.peer), ~written, ~heard)


def _numbers_of_deliveries(kept: Kept) -> ColumnElement[bool]:
    """Some recipients are numbers, and some whatever was typed."""
    return and_(mails.c.received_at <= kept.numbers_before, named(deliveries.c.recipient))


def _numbers_of_notices(kept: Kept) -> ColumnElement[bool]:
    """They name customers."""
    return and_(notices.c.sent_at <= kept.numbers_before, filled(notices.c.subject, notices.c.body))


def _numbers_of_mails(kept: Kept) -> ColumnElement[bool]:
    return and_(mails.c.received_at <= kept.numbers_before, mails.c.subject != "")


def _records_of_mails(kept: Kept) -> ColumnElement[bool]:
    """Unless something of them still waits, or has changed of late."""
    before = kept.records_before
    waits = outbound.c.state.in_(("queued", "sending")) | (outbound.c.updated_at > before)
    busy = exists().where(outbound.c.mail_id == mails.c.id, waits)
    unsent = exists().where(notices.c.mail_id == mails.c.id, notices.c.sent_at.is_(None))
    return and_(mails.c.received_at <= before, ~busy, ~unsent)


def _remove_mails(tx: Connection, ids: Sequence[int]) -> None:
    sms = select(outbound.c.id).where(outbound.c.mail_id.in_(ids))
    tx.execute(delete(receipts).where(receipts.c.outbound_id.in_(sms)))
    tables = (outbound, notices, endings, deliveries)
    deleting(mails, *(table.c.mail_id for table in tables))(tx, ids)


def _records_in(kept: Kept) -> ColumnElement[bool]:
    """Held ones, too."""
    return and_(inbound.c.state.in_((*DONE_IN, "held")), inbound.c.received_at <= kept.records_before)


def _records_of_notices(kept: Kept) -> ColumnElement[bool]:
    """Those that no mail caused."""
    return and_(notices.c.mail_id.is_(None), notices.c.sent_at <= kept.records_before)


def _records_of_dialogs(kept: Kept) -> ColumnElement[bool]:
    """Those of which nothing is left."""
    return and_(dialogs.c.used_at <= kept.records_before, *_nothing_in(dialogs.c.id, "dialog_id", outbound, inbound))


def _records_of_accounts(kept: Kept) -> ColumnElement[bool]:
    """Those closed so long ago that their numbers rest no more, and of which nothing is left."""
    rested = closed_for_good <= kept.now - kept.rest_days * SECONDS_PER_DAY
    left = _nothing_in(accounts.c.id, "account_id", outbound, inbound, dialogs, mails, notices)
    return and_(accounts.c.closed_at <= kept.records_before, rested, *left)


def _records_of_keys(kept: Kept) -> ColumnElement[bool]:
    """Those that were deleted, and of which no account is left."""
    return and_(keys.c.deleted_at <= kept.records_before, *_nothing_in(keys.c.id, "key_id", accounts))


def _nothing_in(row_id: Column[int], refers: str, *tables: Table) -> list[ColumnElement[bool]]:
    return [~exists().where(table.c[refers] == row_id) for table in tables]


def _deputies(kept: Kept) -> ColumnElement[bool]:
    """Those of accounts that are closed, and forwarded no more: they get and answer nothing."""
    return deputies.c.account_id.in_(
        select(accounts.c.id).where(accounts.c.closed_at.is_not(None), closed_for_good <= kept.now)
    )


TEXTS = (
    Step(outbound, _OUT, _texts_out, remove_texts),
    Step(inbound, _IN, _texts_in, setting(inbound, text="")),
    Step(inbound, _IN, _digests_in, setting(inbound, digest=removed(inbound))),
    Step(notices, _NOTICES, _texts_of_notices, setting(notices, subject="", body="", in_reply_to="")),
    Step(mails, _MAILS, _texts_of_mails, _remove_texts_of_mails),
    Step(dialogs, _DIALOGS, _threads, setting(dialogs, last_mail_id="")),
    Step(signatures, signatures, _signatures, deleting(signatures)),
)
NUMBERS = (
    Step(
        outbound,
        _OUT,
        _numbers_out,
        setting(outbound, peer=literal(REMOVED).concat(outbound.c.dialog_id), gateway_id=""),
    ),
    Step(inbound, _IN, _numbers_in, setting(inbound, sender=removed(inbound), digest=removed(inbound), gateway_id="")),
    Step(dialogs, _DIALOGS, _numbers_of_dialogs, setting(dialogs, peer=removed(dialogs), last_mail_id="")),
    Step(deliveries, _DELIVERIES, _numbers_of_deliveries, setting(deliveries, recipient=removed(deliveries))),
    Step(notices, _NOTICES, _numbers_of_notices, setting(notices, subject="", body="")),
    Step(mails, _MAILS, _numbers_of_mails, setting(mails, subject="")),
)
RECORDS = (
    Step(deputies, deputies, _deputies, deleting(deputies)),
    Step(mails, _MAILS, _records_of_mails, _remove_mails),
    Step(inbound, _IN, _records_in, deleting(inbound, bounces.c.inbound_id)),
    Step(notices, _NOTICES, _records_of_notices, deleting(notices)),
    Step(dialogs, _DIALOGS, _records_of_dialogs, deleting(dialogs)),
    Step(
        accounts,
        _ACCOUNTS,
        _records_of_accounts,
        deleting(accounts, *(table.c.account_id for table in (bounces, deputies, signatures, endings))),
    ),
    Step(keys, keys, _records_of_keys, deleting(keys, key_managers.c.key_id)),
    Step(acts, nobodys(acts), lambda kept: acts.c.happened_at <= kept.records_before, deleting(acts)),
)


def counters(tx: Connection, now: float) -> None:
    """Forget what is kept for minutes or days: it goes by itself, too, where there is traffic. Writes."""
    segments.forget(tx, now)
    failures.forget(tx, now)
    sign_ins.forget_old(tx, now)
    tx.execute(delete(gateway_minutes).where(gateway_minutes.c.minute < int(now // 60) - MINUTES_PER_DAY))
    well = gateway_states.c.down_since.is_(None) & (gateway_states.c.reason != "")
    tx.execute(update(gateway_states).where(well).values(reason=""))
