"""What is held instead of sent: more than is allowed, or too late.

Held, not deferred: what an MTA tries again by itself would come out as a burst of old SMS at midnight.
The employee is told once, and an administrator may release it with `smsdialog message resend`.
"""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import parsedate_to_datetime

from smsdialog.core.model import Account, Headers, PhoneNumber
from smsdialog.dialog.case import Case, key_of
from smsdialog.dialog.service import Service
from smsdialog.store import Connection, outbound

SECONDS_PER_HOUR = 3600
SECONDS_PER_DAY = 86_400
# A mail that an MTA had for longer than this is no longer what its author would text.
STALE_SECONDS = 12 * SECONDS_PER_HOUR


def held_because(
    service: Service, tx: Connection, case: Case, account: Account, peers: Sequence[PhoneNumber], now: float
) -> str:
    """Why these SMS are held: a key of `letters.HELD_REASONS`, or an empty text. Reads."""
    if is_stale(case.mail.headers, now):
        return "stale"
    key = key_of(tx, case, account)
    broken = over(service, tx, account.id, key.id, (key.sms_per_account_per_hour, key.sms_per_day), len(peers), now)
    if broken:
        return broken
    most_new = service.config.limits.new_customers_per_hour
    is_many = most_new and _new_customers(tx, account, peers, now - SECONDS_PER_HOUR) > most_new
    return "new-customers" if is_many else ""


def over(
    service: Service, tx: Connection, account_id: int, key_id: int, of_key: tuple[int, int], more: int, now: float
) -> str:
    """Which limit so many more SMS of an account would break, or an empty text. Reads; mostly without counting.

    `of_key` are the key's own limits, by the account and hour and by the key and day; 0: as configured.
    """
    limits = service.config.limits
    hour, day = now - SECONDS_PER_HOUR, now - SECONDS_PER_DAY
    per_hour, per_day = of_key[0] or limits.sms_per_account_per_hour, of_key[1] or limits.sms_per_key_per_day
    if outbound.most_since(tx, account_id, day) + more <= min(per_hour, per_day):
        return ""
    if outbound.sent_since(tx, hour, account_id=account_id) + more > per_hour:
        return "account-per-hour"
    return "key-per-day" if outbound.sent_since(tx, day, key_id=key_id) + more > per_day else ""


def is_stale(headers: Headers, now: float) -> bool:
    """Whether the MTA took the mail too long ago, by its own trace header, the topmost Received (RFC 5321, 4.4).

    >>> headers = Headers((("Received", "from a by mx.example; Sun, 22 Nov 2026 09:00:00 +0100"),))
    >>> is_stale(headers, 1795334400.0), is_stale(headers, 1795334400.0 + 13 * 3600), is_stale(Headers(), 0)
    (False, True, False)
    """
    trace = headers.first("Received") or ""
    try:
        taken_at = parsedate_to_datetime(trace.rpartition(";")[2].strip()).timestamp()
    except (TypeError, ValueError, OverflowError, IndexError):
        return False
    return now - taken_at > STALE_SECONDS


def _new_customers(tx: Connection, account: Account, peers: Sequence[PhoneNumber], since: float) -> int:
    """How many customers the account has been writing to for the first time since then, these included."""
    fresh = sum(not outbound.was_written_to(tx, account.id, peer) for peer in peers)
    return fresh + outbound.first_written_to_since(tx, account.id, since) if fresh else 0
