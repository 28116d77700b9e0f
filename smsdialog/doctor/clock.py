"""The clock: against the Date of every HTTP answer that came, the database server's, and the ledger's newest entry."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from smsdialog.doctor.finding import Findings, Unchecked, error
from smsdialog.doctor.place import Place
from smsdialog.store import clock

OFF = error(
    "clock-off",
    "Limits, leases, retries and signatures of gateways are all a matter of time; receipts and mails show it wrongly.",
)
# Clocks that are kept differ by milliseconds; an answer may have taken a while.
MOST_SECONDS = 60.0
MEND = "timedatectl set-ntp true && systemctl restart systemd-timesyncd"


def check(place: Place) -> Findings:
    """Compare with whatever tells the time."""
    told = False
    for who, theirs in _others(place):
        told = True
        off = time.time() - theirs
        if abs(off) > MOST_SECONDS:
            yield OFF.found(f"this machine is {_long(off)} {'ahead of' if off > 0 else 'behind'} {who}", MEND)
    if place.service is not None:
        with place.service.store.reading() as tx:
            newest = clock.newest_entry(tx)
        if newest > time.time() + MOST_SECONDS:
            yield OFF.found(f"the newest entry is {_long(newest - time.time())} in the future", MEND)
    if not told:
        yield Unchecked("clock", "nothing on the network told the time")


def _others(place: Place) -> Iterator[tuple[str, float]]:
    """Who else tells the time, and what they say, in seconds since the epoch."""
    dates = [(f"gateway '{name}'", probe.date) for name, probe in place.probes.items()]
    if place.config.public_url:
        dates.append(("the web server", place.health.date))
    for who, date in dates:
        try:
            yield who, parsedate_to_datetime(date).timestamp()
        except ValueError:
            continue  # it tells none
    if place.service is not None:
        with place.service.store.reading() as tx:
            theirs = clock.server_time(tx)
        if theirs is not None:
            yield "the database", theirs


def _long(seconds: float) -> str:
    seconds = abs(seconds)
    for name, unit in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} seconds"
