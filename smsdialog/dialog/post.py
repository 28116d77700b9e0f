"""Mails of ours go to sendmail: SMS mails in their order, notices no more than one of a kind an hour.

What sendmail does not take stays in the ledger and is tried again, with the same Message-ID.
"""

from __future__ import annotations

from smsdialog import log, qr
from smsdialog.core import address, letters, phone
from smsdialog.core.compose import NoticeMail, Picture, SmsMail, is_message_id, notice_mail, sender_name, sms_mail
from smsdialog.core.letters import Letter
from smsdialog.dialog.service import Service
from smsdialog.errors import SendmailFailed
from smsdialog.mailer import TIMEOUT_SECONDS
from smsdialog.store import Connection, accounts, inbound, notices

LEASE_SECONDS = 2 * TIMEOUT_SECONDS
FIRST_PAUSE_SECONDS = 30
LONGEST_PAUSE_SECONDS = 3600


def inbound_of(service: Service, account_id: int) -> bool:
    """Mail what waits for an account, oldest first; False when something still waits."""
    while True:
        with service.store.transaction() as tx:
            sms_id = inbound.next_of_account(tx, account_id)
            if sms_id is None:
                return True
            row = inbound.lease(tx, sms_id, service.now(), LEASE_SECONDS)
            if row is None:
                return False  # another process is at it, and will find what came after
            message = _sms_mail(service, tx, row)
        envelope_sender = service.address(address.bounce_local_part(service.secrets[0], str(row.id)))
        try:
            service.mailer.post(message, sender=envelope_sender, recipient=row.email)
        except SendmailFailed as error:
            with service.store.transaction() as tx:
                inbound.postpone(tx, row.id, service.now() + _pause(row.attempts), str(error))
            log.event("not-mailed", id=f"i{row.id}", reason=error)
            return False
        with service.store.transaction() as tx:
            inbound.mailed(tx, row.id, service.now())
        log.event("mailed", id=f"i{row.id}", sender=row.sender)


def notices_of(service: Service, mail_id: int | None = None) -> bool:
    """Post the notices that are due, of one mail or all; False when sendmail refused one."""
    while True:
        with service.store.transaction() as tx:
            rows = notices.lease(tx, service.now(), LEASE_SECONDS, mail_id=mail_id)
            if not rows:
                return True
            message = _notice_mail(service, tx, rows)
        ids = [row.id for row in rows]
        try:
            service.mailer.post(message, sender="", recipient=rows[0].recipient)
        except SendmailFailed as error:
            with service.store.transaction() as tx:
                notices.postpone(tx, ids, service.now() + _pause(rows[0].attempts))
            log.event("not-posted", kind=rows[0].kind, reason=error)
            return False
        with service.store.transaction() as tx:
            notices.sent(tx, ids, service.now())
        log.event("posted", kind=rows[0].kind)


def _sms_mail(service: Service, tx: Connection, row: inbound.InboundRow) -> bytes:
    assert row.account_id is not None
    assert row.dialog_id is not None
    answerable = phone.can_be_answered(row.sender)
    peer = row.sender.removeprefix("+") if answerable else address.NO_REPLY
    customer = phone.international(row.sender) if answerable else sender_name(row.sender)
    thread = service.message_id("thread", str(row.dialog_id))
    earlier = tuple(service.message_id("in", str(i)) for i in inbound.earlier_in_dialog(tx, row))
    last = accounts.last_mail_id(tx, row.dialog_id)
    return sms_mail(
        SmsMail(
            to=row.email,
            from_name=f"{customer} (SMS)" if answerable else customer,
            from_address=service.address(address.reply_local_part(service.secrets[0], row.account_id, peer)),
            subject=letters.sms_subject(service.translate, customer.removesuffix(" (SMS)")),
            body=letters.sms_body(service.translate, row.text, answerable=answerable),
            message_id=service.message_id("in", str(row.id)),
            in_reply_to=last if is_message_id(last) else (*earlier, thread)[len(earlier) - 1],
            references=(thread, *earlier),
            received_at=row.received_at,
            loop=service.instance,
        )
    )


def _notice_mail(service: Service, tx: Connection, rows: list[notices.NoticeRow]) -> bytes:
    first = rows[0]
    letter = letters.gathered([Letter(row.subject, row.body) for row in rows])
    return notice_mail(
        NoticeMail(
            to=first.recipient,
            from_address=service.address("help"),
            letter=letter,
            message_id=service.message_id("notice", str(first.id)),
            in_reply_to=first.in_reply_to if is_message_id(first.in_reply_to) else "",
            written_at=service.now(),
            loop=service.instance,
            picture=_picture(tx, first),
        )
    )


def _picture(tx: Connection, row: notices.NoticeRow) -> Picture | None:
    if row.kind != "confirmation" or row.account_id is None:
        return None
    number = accounts.by_id(tx, row.account_id).number
    return Picture(f"qr-{number}.png", qr.png(number))


def _pause(attempts: int) -> float:
    return float(min(FIRST_PAUSE_SECONDS * 2 ** min(attempts, 10), LONGEST_PAUSE_SECONDS))
