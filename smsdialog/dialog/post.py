"""Mails of ours go to sendmail: SMS mails in their order, notices no more than one of a kind an hour.

What sendmail does not take stays in the ledger and is tried again, with the same Message-ID.
"""

from __future__ import annotations

from types import ModuleType

from smsdialog import log
from smsdialog.core import address
from smsdialog.dialog.service import Service
from smsdialog.errors import SendmailFailed
from smsdialog.mailer import TIMEOUT_SECONDS
from smsdialog.store import inbound, notices

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
            message = _draft().sms_mail(service, tx, row)
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
            message = _draft().notice_mail(service, tx, rows)
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


def _draft() -> ModuleType:
    """The module that writes mails: 50 ms of imports that a run without a mail need not pay."""
    from smsdialog.dialog import draft

    return draft


def _pause(attempts: int) -> float:
    return float(min(FIRST_PAUSE_SECONDS * 2 ** min(attempts, 10), LONGEST_PAUSE_SECONDS))
