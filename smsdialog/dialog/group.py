"""Groups of customers, as administrators make, fill and remove them. `by_name` has what a mail to one does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from smsdialog.core import addressbook
from smsdialog.core.addressbook import Entry
from smsdialog.core.model import PhoneNumber
from smsdialog.core.personal import is_removed
from smsdialog.core.slug import LONGEST, slug
from smsdialog.dialog import audit, customer_list, key
from smsdialog.dialog.customer_list import Customer, CustomerList
from smsdialog.dialog.service import Service
from smsdialog.errors import Conflict, NotFound
from smsdialog.store import Connection, contacts, groups
from smsdialog.store.groups import Group


@dataclass(frozen=True)
class Imported:
    """What became of a file: its group, how many of it are new members, and the file itself."""

    group: Group
    added: int
    found: CustomerList


def create(service: Service, name: str, key_name: str) -> Group:
    """Make an empty group. Raises NotFound, Conflict. Writes."""
    wanted = address_name(name)
    with service.store.transaction() as tx:
        owner = key.find(service, tx, key_name)
        if groups.add(tx, owner.id, wanted, service.now()) is None:
            raise Conflict("the key '%(label)s' has a group '%(name)s' already", label=owner.label, name=wanted)
        audit.changed(service, tx, "group.create", wanted, key=owner.label)
        return find(service, tx, wanted, owner.public_id)


def listing(service: Service) -> list[Group]:
    """The groups that are there for who acts, by name. Reads."""
    with service.store.reading() as tx:
        return groups.listing(tx, service.actor.keys)


def find(service: Service, tx: Connection, name: str, key_name: str = "") -> Group:
    """The group of this name, if it is there for who acts; several keys may have one. Raises NotFound, Conflict."""
    wanted = {key.find(service, tx, key_name).id} if key_name else service.actor.keys
    found = groups.listing(tx, wanted, address_name(name))
    if not found:
        raise NotFound("there is no group '%(name)s'", name=name)
    if len(found) > 1:
        raise Conflict("several keys have a group '%(name)s': say which key is meant", name=name)
    return found[0]


def show(service: Service, name: str, key_name: str = "") -> tuple[Group, list[Customer]]:
    """One group and its members, by name. Raises NotFound, Conflict. Reads."""
    with service.store.reading() as tx:
        group = find(service, tx, name, key_name)
        return group, [Customer(PhoneNumber(peer), called) for peer, called in groups.members(tx, group.id)]


def add(service: Service, name: str, typed: Iterable[str], key_name: str = "") -> tuple[Group, int]:
    """Add customers by their numbers; returns how many were no members. Raises NotFound, Conflict. Writes."""
    wanted = [customer_list.number(service, one) for one in typed]
    with service.store.transaction() as tx:
        group = find(service, tx, name, key_name)
        added = sum(groups.add_member(tx, group.id, number) for number in wanted)
        audit.changed(service, tx, "group.add", group.name, key=group.key, members=added)
        return find(service, tx, name, group.key_public_id), added


def remove(service: Service, name: str, typed: Iterable[str], key_name: str = "") -> tuple[Group, int]:
    """Take customers out; returns how many were members. Raises NotFound, Conflict. Writes."""
    wanted = [customer_list.number(service, one) for one in typed]
    with service.store.transaction() as tx:
        group = find(service, tx, name, key_name)
        gone = sum(groups.remove_member(tx, group.id, number) for number in wanted)
        audit.changed(service, tx, "group.remove", group.name, key=group.key, members=gone)
        return find(service, tx, name, group.key_public_id), gone


def delete(service: Service, name: str, key_name: str = "") -> Group:
    """Remove a group; its members stay customers. Raises NotFound, Conflict. Writes."""
    with service.store.transaction() as tx:
        group = find(service, tx, name, key_name)
        groups.remove(tx, group.id)
        audit.changed(service, tx, "group.delete", group.name, key=group.key, members=group.members)
    return group


def look_into(
    service: Service, name: str, octets: bytes, key_name: str = "", progress: Callable[[int, int], None] | None = None
) -> Imported:
    """What `take_in` would do with a file, and nothing done. Raises NotFound, Conflict. Reads."""
    found = customer_list.read(service, octets, progress or _silently)
    group, members = show(service, name, key_name)
    known = {member.number for member in members}
    return Imported(group, sum(customer.number not in known for customer in found.customers), found)


def take_in(
    service: Service, name: str, octets: bytes, key_name: str = "", progress: Callable[[int, int], None] | None = None
) -> Imported:
    """Add everybody in a file, if every line of it is right; else nobody. His name is kept where he has none.

    Raises NotFound, Conflict. Writes.
    """
    found = customer_list.read(service, octets, progress or _silently)
    with service.store.transaction() as tx:
        group = find(service, tx, name, key_name)
        if found.wrong:
            return Imported(group, 0, found)
        added = 0
        for customer in found.customers:
            added += groups.add_member(tx, group.id, customer.number)
            if customer.name:
                contacts.keep_first(tx, group.key_id, customer.number, customer.name)
        audit.changed(service, tx, "group.import", group.name, key=group.key, members=added)
        return Imported(find(service, tx, name, group.key_public_id), added, found)


def exported(service: Service, name: str, key_name: str = "") -> str:
    """The members as a CSV file; that it was asked for is recorded. Raises NotFound, Conflict. Writes."""
    group, members = show(service, name, key_name)
    with service.store.transaction() as tx:
        audit.noted(service, tx, "group.export", group.name, key=group.key, members=len(members))
    return addressbook.as_csv([Entry(0, member.number, member.name) for member in members])


def address_name(name: str) -> str:
    """A name as it stands in the address; one that named somebody who was removed stays as it is. Raises Conflict."""
    if is_removed(name):
        return name
    try:
        return slug(name)
    except ValueError as error:
        raise Conflict("a name has 1 to %(longest)s letters and digits", longest=LONGEST) from error


def _silently(done: int, total: int) -> None:
    pass
