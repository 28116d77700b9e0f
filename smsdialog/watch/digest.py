"""A mail to the operator, once a day, about what is not well. It does not come while all is well.

It counts, and names gateways, files and commands: no number of anybody, no address and no text. Once a day whatever
processes and machines there are: it is written in the transaction that notes the round.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smsdialog.core import bulletin
from smsdialog.core.bulletin import Item
from smsdialog.core.letters import Letter
from smsdialog.dialog import notify, post
from smsdialog.dialog.service import Service
from smsdialog.store import clock, figures, rounds
from smsdialog.watch import heartbeat
from smsdialog.watch.periods import latest, when

ROUND = "digest"
SECONDS_PER_DAY = 86_400
# How to see what went wrong, by the names that `bulletin.WENT_WRONG` has.
SHOWS = {
    "held": ("message", "list"),
    "unknown": ("message", "list"),
    "failed": ("message", "list"),
    "refused": ("message", "list"),
    "held-in": ("message", "list"),
}


def send_due(service: Service) -> bool:
    """Write and post the digest of today, if there is to be one and nobody has. Whether one was written. Writes."""
    if not service.config.digest.enabled:
        return False
    due = latest(service.now(), service.config.timezone, service.config.digest.hour)
    with service.store.reading() as tx:
        last = rounds.done_at(tx, ROUND)
    if last is not None and last >= due:
        return False
    if last is None:  # an installation begins with a whole day
        with service.store.transaction() as tx:
            rounds.begin(tx, ROUND, service.now())
        return False
    return _send(service, due)


def send_now(service: Service) -> bool:
    """Write and post one, whatever the hour; False when all is well. Writes."""
    with service.store.transaction() as tx:
        rounds.begin(tx, ROUND, service.now() - SECONDS_PER_DAY)
    return _send(service, service.now() + 1)


def compose(service: Service) -> Letter | None:
    """The digest as it would be now; None when all is well. Reads."""
    with service.store.reading() as tx:
        since = rounds.done_at(tx, ROUND) or service.now() - SECONDS_PER_DAY
    items = _items(service, since)
    return bulletin.digest(service.translate, items, when(since, service.config.timezone)) if items else None


def _send(service: Service, before: float) -> bool:
    began = service.now()  # what goes wrong from here on is for the next one
    letter = compose(service)
    with service.store.transaction() as tx:
        if not rounds.take(tx, ROUND, before, began):
            return False
        if letter is not None:
            notify.write(service, tx, service.config.mail.operator, ROUND, letter)
    post.notices_of(service)
    return letter is not None


def _items(service: Service, since: float) -> Sequence[Item]:
    return [*_wrong_now(service), *_went_wrong(service, since)]


def _wrong_now(service: Service) -> Iterator[Item]:
    from smsdialog.doctor import at_a_glance  # wanted once a day
    from smsdialog.doctor.clock import MEND, MOST_SECONDS
    from smsdialog.doctor.commands import command

    for found in at_a_glance(service):
        said = bulletin.WRONG_NOW.get(found.kind.code)
        yield Item(service.translate(said) if said else found.what, found.mend)
    with service.store.reading() as tx:
        newest = clock.newest_entry(tx)
    if newest > service.now() + MOST_SECONDS:
        yield Item(service.translate(bulletin.CLOCK), MEND)
    if trouble := heartbeat.trouble(service):
        yield Item(trouble, command(service.config, "gateway", "status"))


def _went_wrong(service: Service, since: float) -> Iterator[Item]:
    from smsdialog.doctor.commands import command

    with service.store.reading() as tx:
        found = figures.went_wrong(tx, since)
    for what, said in bulletin.WENT_WRONG.items():
        if found[what]:
            yield Item(service.translate(said) % {"count": found[what]}, command(service.config, *SHOWS[what]))
