"""What comes after each pass of `flush`, in the resident and from cron alike: its mark, digest, heartbeat.

Trouble with one of them keeps none of the others, and no SMS, from being looked after.
"""

from __future__ import annotations

from collections.abc import Callable

from smsdialog import log
from smsdialog.dialog.service import Service
from smsdialog.dialog.totals import put_away
from smsdialog.store import rounds
from smsdialog.watch import digest, heartbeat
from smsdialog.watch.vitals import FLUSH

# The mark that a pass was made is written no more often.
MARK_SECONDS = 50.0


def make(service: Service) -> None:
    """Note that a pass was made, and do what is due. Writes."""
    steps: tuple[Callable[[Service], object], ...] = (_mark, put_away, digest.send_due, heartbeat.send_due)
    for step in steps:
        try:
            step(service)
        except Exception as error:
            log.failure(error)


def _mark(service: Service) -> None:
    now = service.now()
    with service.store.reading() as tx:
        last = rounds.done_at(tx, FLUSH)
    if last is not None and now - MARK_SECONDS < last <= now:
        return
    with service.store.transaction() as tx:
        if last is None:
            rounds.begin(tx, FLUSH, now)
        elif last > now:  # a clock was wrong
            rounds.take(tx, FLUSH, last + 1, now)
        else:
            rounds.take(tx, FLUSH, now, now)
