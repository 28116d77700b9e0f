"""Texts of keys that want none kept: they go as soon as they are where they belong, in the transaction that notes it.

An SMS that came in goes when sendmail has its mail. One that went out goes when it is delivered, or its report is
written; where no receipt will come, when its gateway has it. Our mails go when sendmail has them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, exists, func, or_, select, update

from smsdialog.core.letters import EXPIRED, GIVEN_UP, OUR_REASONS
from smsdialog.core.model import Receipts, Texts
from smsdialog.store.prepared import Prepared
from smsdialog.store.schema import accounts, inbound, keys, mails, notices, outbound, receipts

# Providers quote what they refuse; our own words for it stay.
OWN_REASON = case(
    (outbound.c.reason.in_(OUR_REASONS), outbound.c.reason),
    (outbound.c.reason.startswith(f"{GIVEN_UP}: "), GIVEN_UP),
    (outbound.c.reason.startswith(f"{EXPIRED}: "), EXPIRED),
    else_="",
)


def remove_texts(tx: Connection, ids: Sequence[int]) -> None:
    """Remove what SMS said that went out, and the words of providers, who may quote it. Writes."""
    tx.execute(update(outbound).where(outbound.c.id.in_(ids)).values(text="", answer="", reason=OWN_REASON))
    tx.execute(update(receipts).where(receipts.c.outbound_id.in_(ids), receipts.c.reason != "").values(reason=""))


def of_mail(tx: Connection, mail_id: int, *, configured: str, telling: Collection[str]) -> None:
    """Remove what a mail's SMS said that are done with, and its subject when all are. Writes.

    `configured` is the configuration's wish, a `Texts`; `telling` are the gateways that send receipts.
    """
    if not wanted(tx, configured=configured):
        return
    said = {"mail": mail_id, "configured": configured}
    if done := tx.execute(_DONE, {**said, "telling": list(telling)}).scalars().all():
        remove_texts(tx, done)
    tx.execute(_SUBJECT, said)


def mailed(tx: Connection, sms_id: int, *, configured: str) -> None:
    """Remove what an SMS said that was mailed. Writes."""
    _MAILED.count(tx, the_id=sms_id, configured=configured)


def posted(tx: Connection, ids: Sequence[int], *, configured: str) -> None:
    """Remove what mails of ours said that were posted. Writes."""
    tx.execute(_POSTED, {"ids": list(ids), "configured": configured})


def wanted(tx: Connection, *, configured: str) -> bool:
    """Whether any key wants none of its texts kept. Reads."""
    return configured == Texts.UNTIL_DELIVERED.value or _WANTED.first(tx) is not None


def _in_brief(account_id: ColumnElement[int | None]) -> ColumnElement[bool]:
    """Whether texts of an account's key, or of nobody, are not kept."""
    wish = func.coalesce(func.nullif(keys.c.texts, ""), bindparam("configured"))
    joined = select(accounts.c.id).join(keys, keys.c.id == accounts.c.key_id)
    theirs = account_id.in_(joined.where(wish == Texts.UNTIL_DELIVERED.value))
    return or_(theirs, and_(account_id.is_(None), bindparam("configured") == Texts.UNTIL_DELIVERED.value))


# Made once: to put a statement together takes longer than to run it.
_OVER = and_(outbound.c.state.in_(("delivered", "failed", "unknown")), outbound.c.reported)
_NOTHING_COMES = or_(
    outbound.c.receipts == Receipts.NONE.value, outbound.c.gateway.not_in(bindparam("telling", expanding=True))
)
_DONE = select(outbound.c.id).where(
    outbound.c.mail_id == bindparam("mail"),
    outbound.c.text != "",
    or_(_OVER, and_(outbound.c.state == "sent", _NOTHING_COMES)),
    _in_brief(outbound.c.account_id),
)
_SUBJECT = (
    update(mails)
    .where(
        mails.c.id == bindparam("mail"),
        mails.c.subject != "",
        ~exists().where(outbound.c.mail_id == mails.c.id, outbound.c.text != ""),
        _in_brief(mails.c.account_id),
    )
    .values(subject="")
)
_MAILED = Prepared(
    update(inbound).where(inbound.c.id == bindparam("the_id"), _in_brief(inbound.c.account_id)).values(text="")
)
_OF_MAIL = select(mails.c.account_id).where(mails.c.id == notices.c.mail_id).scalar_subquery()
_POSTED = (
    update(notices)
    .where(notices.c.id.in_(bindparam("ids", expanding=True)), _in_brief(func.coalesce(notices.c.account_id, _OF_MAIL)))
    .values(subject="", body="", in_reply_to="")
)
_WANTED = Prepared(select(keys.c.id).where(keys.c.texts == Texts.UNTIL_DELIVERED.value).limit(1))
