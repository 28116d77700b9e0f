"""Names for customers' numbers, so that mails show who writes: a key's own, out of its address book."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from smsdialog.core.addressbook import clean_name
from smsdialog.dialog import audit, customer_list, key
from smsdialog.dialog.customer_list import CustomerList
from smsdialog.dialog.service import Service
from smsdialog.errors import Conflict, NotFound
from smsdialog.store import contacts
from smsdialog.store.contacts import Contact


@dataclass(frozen=True)
class Imported:
    """What became of a file: how many of its names are new or others, and the file itself."""

    changed: int
    found: CustomerList


def listing(service: Service, key_name: str = "") -> list[Contact]:
    """The customers with a name that are there for who acts, or those of one key. Raises NotFound. Reads."""
    with service.store.reading() as tx:
        return contacts.listing(tx, {key.find(service, tx, key_name).id} if key_name else service.actor.keys)


def name(service: Service, typed: str, wanted: str, key_name: str) -> Contact:
    """Give a customer a name, in place of the one he had. Raises NotFound, Conflict. Writes."""
    number, cleaned = customer_list.number(service, typed), clean_name(wanted)
    if not cleaned:
        raise Conflict("'%(name)s' is no name", name=wanted)
    with service.store.transaction() as tx:
        owner = key.find(service, tx, key_name)
        contacts.keep(tx, owner.id, number, cleaned)
        audit.changed(service, tx, "contact.set", number, key=owner.label)
    return Contact(owner.label, number, cleaned)


def forget(service: Service, typed: str, key_name: str) -> None:
    """Forget a customer's name. Raises NotFound, Conflict. Writes."""
    number = customer_list.number(service, typed)
    with service.store.transaction() as tx:
        owner = key.find(service, tx, key_name)
        if not contacts.remove(tx, owner.id, number):
            raise NotFound("the key '%(label)s' has no name for '%(number)s'", label=owner.label, number=number)
        audit.changed(service, tx, "contact.remove", number, key=owner.label)


def look_into(
    service: Service, octets: bytes, key_name: str, progress: Callable[[int, int], None] | None = None
) -> Imported:
    """What `take_in` would do with a file, and nothing done. Raises NotFound, Conflict. Reads."""
    found = customer_list.read(service, octets, progress or _silently)
    known = {contact.peer: contact.name for contact in listing(service, key_name)}
    named = [customer for customer in found.customers if customer.name]
    return Imported(sum(known.get(customer.number) != customer.name for customer in named), found)


def take_in(
    service: Service, octets: bytes, key_name: str, progress: Callable[[int, int], None] | None = None
) -> Imported:
    """Keep the names of a file, in place of those that there were; numbers that cannot be texted are passed over.

    An address book out of a phone has such numbers, and no SMS comes of a name. Raises NotFound, Conflict. Writes.
    """
    found = customer_list.read(service, octets, progress or _silently)
    with service.store.transaction() as tx:
        owner = key.find(service, tx, key_name)
        named = [customer for customer in found.customers if customer.name]
        changed = sum(contacts.keep(tx, owner.id, customer.number, customer.name) for customer in named)
        audit.changed(service, tx, "contact.import", owner.label, names=changed)
    return Imported(changed, found)


def _silently(done: int, total: int) -> None:
    pass
