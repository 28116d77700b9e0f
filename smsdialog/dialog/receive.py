"""One SMS from a gateway: into the ledger, then to the employee's mailbox.

It is committed before anything else happens, so that the gateway may forget it. An SMS for a number
without an open account, or of a disabled key, is held.
"""

from __future__ import annotations

from smsdialog import log
from smsdialog.core.model import InboundSms
from smsdialog.dialog import post
from smsdialog.dialog.service import Service
from smsdialog.faults import step
from smsdialog.store import accounts, inbound


def receive(service: Service, sms: InboundSms) -> None:
    """Keep one SMS and mail it; the same SMS again changes nothing. Writes."""
    now = service.now()
    with service.store.transaction() as tx:
        account = accounts.by_number(tx, sms.to)
        reason = post.held_because(account) if account else "no account has this number"
        dialog_id = accounts.dialog(tx, account.id, sms.sender, now) if account else None
        sms_id = inbound.add(
            tx,
            sms,
            account_id=account.id if account else None,
            dialog_id=dialog_id,
            state="held" if reason else "received",
            reason=reason,
            now=now,
        )
    step("received")
    state = ("held" if reason else "received") if sms_id else "repeated"
    log.event(state, id=f"i{sms_id}" if sms_id else "", gateway=sms.gateway, sender=sms.sender, reason=reason)
    if account and not reason:
        post.inbound_of(service, account.id)
