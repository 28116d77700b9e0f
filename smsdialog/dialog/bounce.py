"""Bounces of SMS mails: counted by the signed envelope sender that they come back to.

A mailbox that keeps refusing is suspended: its account's SMS are held from then on, not lost, and the
operator is told. `smsdialog account edit ACCOUNT --resume` ends that and delivers what was held.

Autoresponders write to such an address too, and with the null sender (RFC 3834 section 3.3). So a bounce
is a delivery report (RFC 3464), or a mail from a mail server's own name; what is quoted in it counts nothing.

Where several get an account's SMS, the address names the one whose mail bounced: the operator is told, and the others
go on getting them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smsdialog import log
from smsdialog.core import automatic, letters, trace
from smsdialog.core.address import BounceAddress, bounce_payload
from smsdialog.core.model import IncomingMail, Part
from smsdialog.dialog import notify
from smsdialog.dialog.service import Service
from smsdialog.store import Connection, accounts, bounces, deputies, inbound

# The rules by which a mail to such an address is a bounce: the null sender, and its Return-Path.
RULES = ("A-01", "A-02")
# A permanent failure counts one, a temporary one a quarter (RFC 3463); so many on so many days suspend.
PERMANENT, TEMPORARY = 1.0, 0.25
ENOUGH_POINTS = 5.0
ENOUGH_DAYS = 3
REMEMBERED_SECONDS = 30 * 86_400
_STATUS = re.compile(rb"^Status:[ \t]*([245])\.", re.IGNORECASE | re.MULTILINE)
_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")


def count(service: Service, tx: Connection, mail_id: int, mail: IncomingMail, meaning: BounceAddress) -> None:
    """Count one bounce against the account whose SMS mail it is; a forged address counts nothing. Writes."""
    payload = bounce_payload(service.secrets, f"b.{meaning.payload}.{meaning.token}")
    sms_id, _, deputy_id = (payload or "").partition("-")
    row = inbound.by_id(tx, int(sms_id)) if sms_id.isdigit() and len(sms_id) < 19 else None
    if row is None or row.account_id is None:
        log.event("bounce-of-nothing")
        return
    counted = points(mail)
    if not counted:
        log.event("no-bounce", id=f"i{row.id}", of=trace.of_inbound(row.digest, row.id))
        return
    if deputy_id:
        _tell_of_deputy(service, tx, mail_id, row.account_id, deputy_id)
        return
    now = service.now()
    bounces.add(tx, account_id=row.account_id, inbound_id=row.id, points=counted, now=now)
    log.event("bounced", id=f"i{row.id}", of=trace.of_inbound(row.digest, row.id), points=counted)
    total, days = bounces.tally(tx, row.account_id, now - REMEMBERED_SECONDS)
    account = accounts.by_id(tx, row.account_id)
    if account.suspended_at is None and total >= ENOUGH_POINTS and days >= ENOUGH_DAYS:
        accounts.change(tx, account.id, suspended_at=now)
        letter = letters.operator_suspended(service.translate, account.email)
        notify.write(service, tx, service.config.mail.operator, "suspended", letter, mail_id=mail_id)
        log.event("suspended", account=account.id)


def _tell_of_deputy(service: Service, tx: Connection, mail_id: int, account_id: int, deputy_id: str) -> None:
    named = (one for one in deputies.of_account(tx, account_id) if str(one.id) == deputy_id)
    if one := next(named, None):
        letter = letters.operator_deputy_refuses(service.translate, one.email, accounts.by_id(tx, account_id).email)
        kind = f"deputy-refuses {one.id}"
        notify.write(service, tx, service.config.mail.operator, kind, letter, mail_id=mail_id)
        log.event("deputy-refuses", account=account_id)


def points(mail: IncomingMail) -> float:
    """What a bounce counts, by its delivery status; one without counts as permanent, and an answer nothing."""
    reports = [part for part in _parts(mail.body) if part.content_type in _STATUS_TYPES]
    found = {match[1] for part in reports for match in _STATUS.finditer(part.content)}
    if not found:
        return PERMANENT if automatic.is_from_mail_server(mail) else 0.0
    return PERMANENT if b"5" in found else TEMPORARY if b"4" in found else 0.0


def _parts(part: Part) -> Iterator[Part]:
    """Every part of a mail, not of the mail that it returns."""
    yield part
    for child in part.children if part.content_type.startswith("multipart/") else ():
        yield from _parts(child)
