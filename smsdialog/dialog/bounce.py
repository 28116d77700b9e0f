"""Bounces of SMS mails: counted by the signed envelope sender that they come back to.

A mailbox that keeps refusing is suspended: its account's SMS are held from then on, not lost, and the
operator is told. `smsdialog account edit ACCOUNT --resume` ends that and delivers what was held.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smsdialog import log
from smsdialog.core import letters
from smsdialog.core.address import BounceAddress, bounce_payload
from smsdialog.core.model import IncomingMail, Part
from smsdialog.dialog import notify
from smsdialog.dialog.service import Service
from smsdialog.store import Connection, accounts, bounces, inbound

# The rules by which a mail to such an address is a bounce: the null sender, and its Return-Path.
RULES = ("A-01", "A-02")
# A permanent failure counts one, a temporary one a quarter (RFC 3463); so many on so many days suspend.
PERMANENT, TEMPORARY = 1.0, 0.25
ENOUGH_POINTS = 5.0
ENOUGH_DAYS = 3
REMEMBERED_SECONDS = 30 * 86_400
_STATUS = re.compile(rb"^Status:\s*([245])\.", re.IGNORECASE | re.MULTILINE)


def count(service: Service, tx: Connection, mail_id: int, mail: IncomingMail, meaning: BounceAddress) -> None:
    """Count one bounce against the account whose SMS mail it is; a forged address counts nothing. Writes."""
    payload = bounce_payload(service.secrets, f"b.{meaning.payload}.{meaning.token}")
    row = inbound.by_id(tx, int(payload)) if payload and payload.isdigit() and len(payload) < 19 else None
    if row is None or row.account_id is None:
        log.event("bounce-of-nothing")
        return
    now = service.now()
    bounces.add(tx, account_id=row.account_id, inbound_id=row.id, points=points(mail.body), now=now)
    total, days = bounces.tally(tx, row.account_id, now - REMEMBERED_SECONDS)
    account = accounts.by_id(tx, row.account_id)
    if account.suspended_at is None and total >= ENOUGH_POINTS and days >= ENOUGH_DAYS:
        accounts.change(tx, account.id, suspended_at=now)
        letter = letters.operator_suspended(service.translate, account.email)
        notify.write(service, tx, service.config.mail.operator, "suspended", letter, mail_id=mail_id)
        log.event("suspended", account=account.id)


def points(body: Part) -> float:
    """What a bounce counts, by its delivery status (RFC 3464); one that does not say counts as permanent."""
    found = [match[1] for part in _leaves(body) for match in _STATUS.finditer(part.content)]
    return TEMPORARY if found and b"5" not in found else PERMANENT


def _leaves(part: Part) -> Iterator[Part]:
    if not part.children:
        yield part
    for child in part.children:
        yield from _leaves(child)
