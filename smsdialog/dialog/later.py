"""SMS for later: the time stands in brackets at the start of the subject, `core.schedule` reads it.

They are claimed at once, and held or refused like any others; until their time nobody leases them. Their author is told
when they go and to whom, and takes back what has not gone by answering that mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from smsdialog.config import Config
from smsdialog.core import address, schedule, schedule_letters
from smsdialog.core.letters import TAKEN_BACK
from smsdialog.core.model import Account, Headers
from smsdialog.dialog import authorise, called, notify
from smsdialog.dialog.case import Case, Fate
from smsdialog.dialog.limits import SECONDS_PER_DAY, STALE_SECONDS
from smsdialog.dialog.service import Service
from smsdialog.errors import TimeTooFar
from smsdialog.store import Connection, outbound, scheduled

# Kinds of notices.
SCHEDULED = "scheduled"
WITHDRAWN = "taken-back"


def wanted(service: Service, case: Case) -> tuple[Case, float]:
    """The mail without the time in its subject, and that time in seconds since the epoch; 0: at once.

    Raises TimeUnreadable, TimePast, TimeTooFar.
    """
    wish = schedule.split(case.subject)
    if not wish.words:
        return case, 0.0
    not_before = moment(service.config, service.now(), wish.words, case.mail.headers)
    return replace(case, subject=wish.subject), not_before


def moment(config: Config, now: float, words: str, headers: Headers) -> float:
    """What words in brackets mean, in seconds since the epoch. Raises TimeUnreadable, TimePast, TimeTooFar."""
    days = config.limits.days_ahead
    found = schedule.read(words, in_zone(config, written_at(headers, now))).timestamp()
    if found > now + days * SECONDS_PER_DAY:
        raise TimeTooFar(days=str(days))
    return found


def written_at(headers: Headers, now: float) -> float:
    """When the author wrote, by his own clock, as far as that can be: a mail may be under way past its time.

    >>> written_at(Headers((("Date", "Sun, 22 Nov 2026 09:00:00 +0100"),)), 1795334400.0)
    1795334400.0
    """
    try:
        date = parsedate_to_datetime(headers.first("Date") or "")
        said = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()  # `-0000`: RFC 5322, 3.3
    except (TypeError, ValueError, OverflowError, IndexError):
        return now
    return said if now - STALE_SECONDS <= said <= now else now


def confirm(service: Service, tx: Connection, case: Case, mail_id: int, account: Account, ids: Sequence[int]) -> None:
    """Tell the author of what waits now, and how he takes it back. Writes."""
    rows = [row for row in outbound.by_ids(tx, ids) if row.state == "queued"]
    if not rows:
        return
    names = called.customers(service, tx, account.id, [row.peer for row in rows])
    when = schedule_letters.moment(service.translate, in_zone(service.config, rows[0].not_before))
    letter = schedule_letters.scheduled(service.translate, when, list(names.values()), address.redact(rows[0].text))
    notify.write(
        service,
        tx,
        case.sender,
        SCHEDULED,
        letter,
        mail_id=mail_id,
        account_id=account.id,
        in_reply_to=case.mail.message_id,
    )


def take_back(service: Service, tx: Connection, case: Case, mail_id: int, meaning: address.TakeBackAddress) -> Fate:
    """Take back what waits of an earlier mail, whatever this one says, and tell what that was. Writes."""
    account = authorise.account_for(service, tx, case, meaning)
    if account is None:
        return Fate("ignored", "not-proven")
    peers = scheduled.take_back(tx, meaning.mail, account.id, TAKEN_BACK, service.now())
    names = called.customers(service, tx, account.id, peers)
    letter = schedule_letters.taken_back(service.translate, list(names.values()))
    notify.answer(service, tx, case, mail_id, case.sender, WITHDRAWN, letter)
    return Fate("taken-back", "" if peers else "nothing waits")


def in_zone(config: Config, seconds: float) -> datetime:
    """A moment by the clocks of the configured zone."""
    return datetime.fromtimestamp(seconds, ZoneInfo(config.timezone))
