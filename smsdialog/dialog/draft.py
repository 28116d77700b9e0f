"""Rows of the ledger as the mails that we write: addresses, threads and ids that are the same at every try."""

from __future__ import annotations

from smsdialog.core import address, compose, letters, phone
from smsdialog.core.compose import SmsMail
from smsdialog.core.letters import Letter
from smsdialog.core.model import Account
from smsdialog.dialog import stop
from smsdialog.dialog.service import Service
from smsdialog.store import Connection, accounts, contacts, inbound, notices


def sms_mail(service: Service, tx: Connection, row: inbound.InboundRow, account: Account, reader: str) -> SmsMail:
    """One SMS as the mail that its account's employee, or who stands in for him, reads and answers.

    It is the same whenever it is written. To write it (`compose.sms_mail`) takes longer than anybody should wait for
    the database.
    """
    assert row.account_id is not None
    assert row.dialog_id is not None
    answerable = phone.can_be_answered(row.sender)
    peer = row.sender.removeprefix("+") if answerable else address.NO_REPLY
    name = phone.international(row.sender) if answerable else compose.sender_name(row.sender)
    customer = name or service.translate("an unknown sender")
    thread = service.message_id("thread", str(row.dialog_id))
    earlier = tuple(service.message_id("in", str(i)) for i in inbound.earlier_in_dialog(tx, row))
    last = accounts.last_mail_id(tx, row.dialog_id)
    return SmsMail(
        to=reader,
        from_name=_author(tx, row, customer),
        from_address=service.address(address.reply_local_part(service.secrets[0], row.account_id, peer)),
        subject=letters.sms_subject(service.translate, customer),
        body=letters.sms_body(row.text, _notes(service, row, account, reader)),
        message_id=service.message_id("in", str(row.id)),
        in_reply_to=last if compose.is_message_id(last) else (earlier[-1] if earlier else thread),
        references=(thread, *earlier),
        received_at=row.received_at,
        loop=service.instance,
    )


def _author(tx: Connection, row: inbound.InboundRow, customer: str) -> str:
    """Who writes, as mail programs list him: by the name that the account's key has for him, and by number."""
    name = contacts.name_for(tx, row.account_id, row.sender) if row.account_id is not None else ""
    return f"{name} ({customer}, SMS)" if name else f"{customer} (SMS)"


def _notes(service: Service, row: inbound.InboundRow, account: Account, reader: str) -> tuple[str, ...]:
    """What an SMS mail says below the SMS."""
    answerable = phone.can_be_answered(row.sender)
    return (
        "" if answerable else service.translate(letters.NOT_ANSWERABLE),
        stop.explanation(service, row, account),
        letters.why_you(service.translate, account, reader),
    )


def notice_mail(service: Service, tx: Connection, rows: list[notices.NoticeRow]) -> bytes:
    """Notices of one kind to one person, as one mail."""
    first = rows[0]
    letter = letters.gathered([Letter(row.subject, row.body) for row in rows])
    return compose.notice_mail(
        compose.NoticeMail(
            to=first.recipient,
            from_address=service.address(_answered_at(service, first)),
            letter=letter,
            message_id=service.message_id("notice", str(first.id)),
            in_reply_to=first.in_reply_to if compose.is_message_id(first.in_reply_to) else "",
            written_at=service.now(),
            loop=service.instance,
            picture=_picture(tx, first),
        )
    )


def _answered_at(service: Service, row: notices.NoticeRow) -> str:
    """Where an answer to a notice goes: one to an SMS for later takes it back, any other asks for help."""
    if row.kind != "scheduled" or row.account_id is None or row.mail_id is None:
        return "help"
    return address.take_back_local_part(service.secrets[0], row.account_id, row.mail_id)


def _picture(tx: Connection, row: notices.NoticeRow) -> compose.Picture | None:
    if row.kind != "confirmation" or row.account_id is None:
        return None
    from smsdialog import qr  # it draws with Pillow, and few mails have a picture

    number = accounts.by_id(tx, row.account_id).number
    return compose.Picture(f"qr-{number}.png", qr.png(number))
