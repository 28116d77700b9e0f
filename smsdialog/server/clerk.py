"""A process for what is not urgent to anybody: the rounds over what waits."""

from __future__ import annotations

import contextlib
import select
import signal
import threading

from smsdialog import log
from smsdialog.config import Config
from smsdialog.dialog.flush import flush_due
from smsdialog.dialog.service import Service, open_service
from smsdialog.server.child import BEAT_SECONDS, Heart
from smsdialog.watch import rounds

FINISH_SECONDS = 60


def run(config: Config, heart: Heart) -> None:
    """Make rounds until told to finish; one that is under way is finished first."""
    service = open_service(config)
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    rounds = threading.Thread(target=make_rounds, args=(service, config.serve.flush_seconds, told), daemon=True)
    rounds.start()
    while not told.is_set() and not _is_alone(heart):
        with contextlib.suppress(OSError):
            heart.beat()
    told.set()
    rounds.join(FINISH_SECONDS)


def make_rounds(service: Service, seconds: float, told: threading.Event) -> None:
    """Take what waits, again and again; trouble of one round is another round's business."""
    while not told.wait(seconds):
        try:
            service.store.check_schema()
            flush_due(service)
            rounds.make(service)
        except Exception as error:
            log.failure(error)


def _is_alone(heart: Heart) -> bool:
    """Whether the supervisor has gone; waits for a beat's time otherwise."""
    try:
        return bool(select.select([heart.supervisor], [], [], BEAT_SECONDS)[0])
    except InterruptedError:
        return False
