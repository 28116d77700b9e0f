"""Nothing is kept for longer than was said: texts, then numbers, then records, and mails that were put aside.

It may be stopped at any time and run again; what is gone is gone, and the rest is found again.
"""

from __future__ import annotations

from pathlib import Path

from smsdialog import log
from smsdialog.dialog import audit, hook, quarantine, totals
from smsdialog.dialog.service import Service
from smsdialog.store import expiry
from smsdialog.store.retention import Kept, Step

SECONDS_PER_DAY = 86_400
_PLAN = {"texts": expiry.TEXTS, "numbers": expiry.NUMBERS, "records": expiry.RECORDS}


def purge(service: Service) -> dict[str, int]:
    """Remove what is older than the configuration, or its key, wants. Writes.

    Returns how many `texts`, `numbers`, `records` and `files`.
    """
    totals.totals(service)  # what goes stays counted
    kept = kept_now(service)
    gone = {what: sum(_run(service, step, kept) for step in steps) for what, steps in _PLAN.items()}
    gone["files"] = _remove_files(service)
    totals.totals(service)
    with service.store.transaction() as tx:
        expiry.counters(tx, service.now())
        audit.noted(service, tx, "purge", "", **gone)
    service.store.scrub()
    log.event("purged", **gone)
    return gone


def kept_now(service: Service) -> Kept:
    """What the configuration says, and the time."""
    wanted = service.config.retention
    return Kept(
        now=service.now(),
        texts=wanted.texts,
        texts_days=wanted.texts_days,
        numbers_days=wanted.numbers_days,
        records_days=wanted.records_days,
        rest_days=service.config.numbers.rest_days,
    )


def _run(service: Service, step: Step, kept: Kept) -> int:
    """One step, a few rows in each transaction, until it has gone over its table."""
    gone = last = 0
    while True:
        with service.store.reading() as tx:
            ids = step.find(tx, kept, last)
        if not ids:
            return gone
        with service.store.transaction() as tx:
            gone += step.run(tx, kept, ids)
        last = ids[-1]


def _remove_files(service: Service) -> int:
    """Remove mails that were put aside too long ago, and events of daemons that nobody could take since."""
    days = service.config.retention.quarantine_days
    before = service.now() - days * SECONDS_PER_DAY
    folders = [Path(service.config.state_dir, name) for name in (quarantine.FOLDER, hook.FOLDER)]
    old = [file for folder in folders for file in folder.glob("*") if file.stat().st_mtime < before] if days else []
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
