"""The log of acts: who changed what, when, and from where.

An act is recorded in the transaction that does it: none is done without its record. Secrets, passwords and texts never
stand in one.
"""

from __future__ import annotations

from smsdialog import log
from smsdialog.core.personal import masked
from smsdialog.dialog.service import Service
from smsdialog.errors import Forbidden
from smsdialog.store import Connection, acts
from smsdialog.store.acts import ActRow


def changed(service: Service, tx: Connection, act: str, subject: str, **details: object) -> None:
    """Record a change. Raises Forbidden, and so undoes it, when who acts may change nothing. Writes."""
    if not service.actor.role.may_change:
        raise Forbidden("your role lets you look, and change nothing")
    noted(service, tx, act, subject, **details)


def noted(service: Service, tx: Connection, act: str, subject: str, **details: object) -> None:
    """Record what changes nothing: a sign-in, or a look at a text. Writes."""
    who, origin = service.actor.name, service.actor.origin
    acts.add(tx, who=who, origin=origin, act=act, subject=subject, details=details, now=service.now())
    log.event("act", act=act, who=who, origin=origin, subject=masked(subject))


def listing(service: Service, limit: int | None = None, before: int | None = None) -> list[ActRow]:
    """The acts, newest first. Raises Forbidden for whoever is limited to some keys. Reads."""
    if service.actor.keys is not None:
        raise Forbidden("your role does not let you read the log")
    with service.store.reading() as tx:
        return acts.listing(tx, limit, before)
