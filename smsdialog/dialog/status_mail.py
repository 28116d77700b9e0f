"""status@: an employee is told his number, his key, what may still be sent, and what became of the last messages.

It names customers, so he must be proven: by the MTA's word, or by a key of his own among the recipients or in the
subject. Anybody else learns nothing. The answer goes to the account's address only, and no more than once an hour.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from smsdialog.core import status_letter
from smsdialog.core.model import Account
from smsdialog.core.status_letter import Line, Use
from smsdialog.dialog import authorise, called, notify
from smsdialog.dialog.case import Case, Fate, key_in
from smsdialog.dialog.limits import SECONDS_PER_DAY, SECONDS_PER_HOUR
from smsdialog.dialog.service import Service
from smsdialog.store import Connection, inbound, keys, outbound, recent
from smsdialog.store.recent import Chosen

SHOWN = 10
# More than any database counts to.
_END = 10**18 - 1


def decide(service: Service, tx: Connection, case: Case, mail_id: int) -> Fate:
    """Write the answer. Writes."""
    if not case.accounts or not _is_proven(service, tx, case):
        return Fate("ignored", "not-proven")
    parts = [_account(service, tx, account) for account in case.accounts]
    letter = status_letter.status(service.translate, parts)
    notify.answer(service, tx, case, mail_id, case.sender, "status", letter)
    return Fate("helped")


def _is_proven(service: Service, tx: Connection, case: Case) -> bool:
    if authorise.is_owner(service, tx, case):
        return True
    key = key_in(service, tx, case.mail.subject)
    of_his = key is not None and any(account.key_id == key.id for account in case.accounts)
    return key is not None and key.enabled and of_his and authorise.accepts(key, case)


def _account(service: Service, tx: Connection, account: Account) -> str:
    """One account, in words."""
    return status_letter.account(service.translate, account, _use(service, tx, account), _lines(service, tx, account))


def _use(service: Service, tx: Connection, account: Account) -> Use:
    now, limits = service.now(), service.config.limits
    per_hour, per_day = keys.limits_of(tx, account.key_id)
    return Use(
        outbound.sent_since(tx, now - SECONDS_PER_HOUR, account_id=account.id),
        per_hour or limits.sms_per_account_per_hour,
        outbound.sent_since(tx, now - SECONDS_PER_DAY, key_id=account.key_id),
        per_day or limits.sms_per_key_per_day,
    )


def _lines(service: Service, tx: Connection, account: Account) -> list[Line]:
    """The newest messages of both directions, newest first."""
    chosen = Chosen(accounts=(account.id,))
    sent = outbound.by_ids(tx, recent.outbound_ids(tx, chosen, _END, SHOWN))
    came = inbound.by_ids(tx, recent.inbound_ids(tx, chosen, _END, SHOWN))
    found = [(row.created_at, row.peer, False, row.state) for row in sent]
    found += [(row.received_at, row.sender, True, row.state) for row in came]
    newest = sorted(found, reverse=True)[:SHOWN]
    names = called.customers(service, tx, account.id, [peer for _, peer, _, _ in newest])
    zone = ZoneInfo(service.config.timezone)
    return [
        Line(f"{datetime.fromtimestamp(when, zone):%d/%m %H:%M}", names[peer], came_in, state)
        for when, peer, came_in, state in newest
    ]
