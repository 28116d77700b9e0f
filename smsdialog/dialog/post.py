"""Mails of ours go to sendmail: SMS mails in their order, notices no more than one of a kind an hour.

What sendmail does not take stays in the ledger and is tried again, with the same Message-ID.
"""

from __future__ import annotations

from types import ModuleType

from smsdialog import log
from smsdialog.core import address
from smsdialog.core.model import Account
from smsdialog.dialog import forget
from smsdialog.dialog.service import Service
from smsdialog.errors import SendmailFailed
from smsdialog.faults import step
from smsdialog.mailer import TIMEOUT_SECONDS
from smsdialog.store import accounts, inbound, notices

LEASE_SECONDS = 2 * TIMEOUT_SECONDS
_BARRED_BECAUSE = {"closed": "the account is closed", "paused": "the key is disabled"}


def barred_because(account: Account) -> str:
    """Why nothing goes in or out for an account; empty when it is open."""
    return _BARRED_BECAUSE.get(account.state, "")


def held_because(account: Account) -> str:
    """Why an account's SMS are held: it is barred, or its mailbox keeps refusing them."""
    return barred_because(account) or ("its mailbox refuses mails" if account.suspended_at is not None else "")


def inbound_of(service: Service, account_id: int) -> bool:
    """Mail what waits for an account, oldest first; False when something still waits.

    What waits when the account is paused or closed is held instead.
    """
    while True:
        with service.store.transaction() as tx:
            held = held_because(accounts.by_id(tx, account_id))
            if held:
                inbound.hold(tx, account_id, held)
            sms_id = inbound.next_of_account(tx, account_id)
            if sms_id is None:
                return True
            row = inbound.lease(tx, sms_id, service.now(), LEASE_SECONDS)
            if row is None:
                return False  # another process is at it, and will find what came after
            message = _draft().sms_mail(service, tx, row)
        step("mail-leased")
        envelope_sender = service.address(address.bounce_local_part(service.secrets[0], str(row.id)))
        try:
            service.mailer.post(message, sender=envelope_sender, recipient=row.email)
        except SendmailFailed as error:
            with service.store.transaction() as tx:
                inbound.give_back(tx, row, str(error))
            log.event("not-mailed", id=f"i{row.id}", reason=error)
            return False
        step("mail-taken")
        with service.store.transaction() as tx:
            inbound.mailed(tx, row.id, service.now())
            forget.mailed(service, tx, row.id)
        step("mailed")
        log.event("mailed", id=f"i{row.id}", sender=row.sender)


def notices_of(service: Service, mail_id: int | None = None) -> bool:
    """Post the notices that are due, of one mail or all; False when sendmail refused one."""
    while True:
        with service.store.transaction() as tx:
            rows = notices.lease(tx, service.now(), LEASE_SECONDS, mail_id=mail_id)
            if not rows:
                return True
            message = _draft().notice_mail(service, tx, rows)
        step("notice-leased")
        ids = [row.id for row in rows]
        try:
            service.mailer.post(message, sender="", recipient=rows[0].recipient)
        except SendmailFailed as error:
            with service.store.transaction() as tx:
                notices.give_back(tx, ids, service.now())
            log.event("not-posted", kind=rows[0].kind.split()[0], reason=error)
            return False
        step("notice-taken")
        with service.store.transaction() as tx:
            notices.sent(tx, ids, service.now())
            forget.posted(service, tx, ids)
        step("notice-sent")
        log.event("posted", kind=rows[0].kind.split()[0])  # behind it stands a digest of what was typed


def _draft() -> ModuleType:
    """The module that writes mails: 50 ms of imports that a run without a mail need not pay."""
    from smsdialog.dialog import draft

    return draft
