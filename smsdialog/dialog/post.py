"""Mails of ours go to sendmail: SMS mails in their order, notices no more than one of a kind an hour.

What sendmail does not take stays in the ledger and is tried again, with the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

from smsdialog import log
from smsdialog.core import address, trace
from smsdialog.core.model import Account
from smsdialog.core.personal import masked
from smsdialog.dialog import deputy, forget
from smsdialog.dialog.service import Service
from smsdialog.errors import SendmailFailed
from smsdialog.faults import step
from smsdialog.mailer import TIMEOUT_SECONDS
from smsdialog.store import Connection, accounts, inbound, mails, notices

LEASE_SECONDS = 2 * TIMEOUT_SECONDS
CLOSED = "the account is closed"
_BARRED_BECAUSE = {"closed": CLOSED, "paused": "the key is disabled"}


def barred_because(account: Account, now: float) -> str:
    """Why nothing goes in or out for an account; empty when it is open, or closed and still forwarded."""
    if account.is_forwarded(now):
        return "" if account.enabled else _BARRED_BECAUSE["paused"]
    return _BARRED_BECAUSE.get(account.state, "")


def held_because(account: Account, now: float) -> str:
    """Why an account's SMS are held: it is barred, or its mailbox keeps refusing them."""
    return barred_because(account, now) or ("its mailbox refuses mails" if account.suspended_at is not None else "")


def inbound_of(service: Service, account_id: int) -> bool:
    """Mail what waits for an account, oldest first; False when something still waits.

    What waits when the account is paused or closed is held instead.
    """
    while True:
        with service.store.transaction() as tx:
            account = accounts.by_id(tx, account_id)
            held = held_because(account, service.now())
            if held:
                _hold(tx, account_id, held)
            sms_id = inbound.next_of_account(tx, account_id)
            if sms_id is None:
                return True
            row = inbound.lease(tx, sms_id, service.now(), LEASE_SECONDS)
            if row is None:
                return False  # another process is at it, and will find what came after
            readers = deputy.readers(tx, row)
            drafts = [_draft().sms_mail(service, tx, row, account, reader.email) for reader in readers]
        step("mail-leased")
        try:
            for draft, reader in zip(drafts, readers, strict=True):
                message = _draft().compose.sms_mail(draft)
                sender = service.address(address.bounce_local_part(service.secrets[0], reader.bounce_payload))
                service.mailer.post(message, sender=sender, recipient=reader.email)
        except SendmailFailed as error:
            with service.store.transaction() as tx:
                inbound.give_back(tx, row, str(error))
            log.event("not-mailed", trace=_trace(row), id=f"i{row.id}", sender=row.sender, reason=error)
            return False
        step("mail-taken")
        with service.store.transaction() as tx:
            inbound.mailed(tx, row.id, service.now())
            forget.mailed(service, tx, row.id, account)
        step("mailed")
        seconds = f"{service.now() - row.received_at:.3f}"
        log.event("mailed", trace=_trace(row), id=f"i{row.id}", sender=row.sender, seconds=seconds)
        with service.store.reading() as tx:  # after the commit: whoever found this one leased relies on us
            if inbound.next_of_account(tx, account_id) is None:
                return True


def _hold(tx: Connection, account_id: int, reason: str) -> None:
    for row in inbound.hold(tx, account_id, reason):
        log.event("held", trace=_trace(row), id=f"i{row.id}", sender=row.sender, reason=reason)


def _trace(row: inbound.InboundRow) -> str:
    return trace.of_inbound(row.digest, row.id)


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
            _log(service, "not-posted", rows, str(error))
            return False
        step("notice-taken")
        with service.store.transaction() as tx:
            notices.sent(tx, ids, service.now())
            forget.posted(service, tx, ids)
        step("notice-sent")
        _log(service, "posted", rows)


def _log(service: Service, name: str, rows: Sequence[notices.NoticeRow], reason: str = "") -> None:
    """One line for each notice of a mail of ours, under the trace of the mail that caused it."""
    with service.store.reading() as tx:
        digests = mails.digests(tx, [row.mail_id for row in rows if row.mail_id is not None])
    for row in rows:
        caused_by = trace.of_mail(digests.get(row.mail_id or 0, ""))
        kind = row.kind.split()[0]  # behind it stands a digest of what was typed
        log.event(name, trace=caused_by, id=f"n{row.id}", kind=kind, to=masked(row.recipient), reason=reason)


def _draft() -> ModuleType:
    """The module that writes mails: 50 ms of imports that a run without a mail need not pay."""
    from smsdialog.dialog import draft

    return draft
