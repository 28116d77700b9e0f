"""The customers who want no more SMS, as administrators list and change them."""

from __future__ import annotations

from smsdialog.core import phone
from smsdialog.core.model import Key
from smsdialog.dialog import audit, stop
from smsdialog.dialog import key as key_use_cases
from smsdialog.dialog.service import Service
from smsdialog.errors import Conflict, NotFound, NumberRefused
from smsdialog.store import Connection, stops
from smsdialog.store.stops import Stop


def listing(service: Service, key_name: str = "") -> list[Stop]:
    """Those of one key, or of all that are there for who acts. Raises NotFound. Reads."""
    with service.store.reading() as tx:
        key_id = key_use_cases.find(service, tx, key_name).id if key_name else None
        return [one for one in stops.listing(tx, key_id) if service.actor.reaches(one.key_id)]


def add(service: Service, key_name: str, typed: str) -> Stop:
    """Note that a customer wants no more. Raises NotFound, Conflict. Writes."""
    number = _number(service, typed)
    with service.store.transaction() as tx:
        key = _heeding(service, tx, key_name)
        withdrawn = stop.begin(service, tx, key.id, number)
        audit.changed(service, tx, "stop.add", f"{key.public_id} {key.label}", customer=number)
        added = stop.of(service, tx, key.id, number)
        assert added is not None
    stop.tell(service, withdrawn)
    return added


def remove(service: Service, key_name: str, typed: str) -> Stop:
    """Note that a customer wants SMS again, and return what was noted of him. Raises NotFound, Conflict. Writes."""
    number = _number(service, typed)
    with service.store.transaction() as tx:
        key = key_use_cases.find(service, tx, key_name)
        noted = stop.of(service, tx, key.id, number)
        if noted is None:
            raise NotFound("%(number)s has not stopped SMS from the key '%(label)s'", number=number, label=key.label)
        stop.end(service, tx, key.id, number)
        audit.changed(service, tx, "stop.remove", f"{key.public_id} {key.label}", customer=number)
    return noted


def _heeding(service: Service, tx: Connection, key_name: str) -> Key:
    """A key that looks at its list: one that does not would go on sending."""
    key = key_use_cases.find(service, tx, key_name)
    if not key.stop_words:
        raise Conflict(
            "the key '%(label)s' does not heed STOP; switch that on with 'smsdialog key edit %(id)s --stop-words on'",
            label=key.label,
            id=key.public_id,
        )
    return key


def _number(service: Service, typed: str) -> str:
    try:
        return phone.parse(typed, service.config.country)
    except NumberRefused as error:
        raise Conflict("'%(typed)s' is no mobile number", typed=typed) from error
