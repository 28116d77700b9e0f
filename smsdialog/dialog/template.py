"""Templates, as administrators write and remove them. `by_name` has what a mail to one does."""

from __future__ import annotations

from smsdialog.core import sms
from smsdialog.dialog import audit, key
from smsdialog.dialog.group import address_name
from smsdialog.dialog.service import Service
from smsdialog.errors import Conflict, NotFound
from smsdialog.store import Connection, templates
from smsdialog.store.templates import Template

LONGEST_TEXT = 2000


def create(service: Service, name: str, text: str, key_name: str) -> Template:
    """Make a template. Raises NotFound, Conflict. Writes."""
    wanted, text = address_name(name), _checked(service, text)
    with service.store.transaction() as tx:
        owner = key.find(service, tx, key_name)
        if templates.add(tx, owner.id, wanted, text) is None:
            raise Conflict("the key '%(label)s' has a template '%(name)s' already", label=owner.label, name=wanted)
        audit.changed(service, tx, "template.create", wanted, key=owner.label)
        return find(service, tx, wanted, owner.public_id)


def edit(service: Service, name: str, text: str, key_name: str = "") -> Template:
    """Give a template another text. Raises NotFound, Conflict. Writes."""
    text = _checked(service, text)
    with service.store.transaction() as tx:
        template = find(service, tx, name, key_name)
        templates.change(tx, template.id, text)
        audit.changed(service, tx, "template.edit", template.name, key=template.key)
        return find(service, tx, name, key_name)


def delete(service: Service, name: str, key_name: str = "") -> Template:
    """Remove a template. Raises NotFound, Conflict. Writes."""
    with service.store.transaction() as tx:
        template = find(service, tx, name, key_name)
        templates.remove(tx, template.id)
        audit.changed(service, tx, "template.delete", template.name, key=template.key)
    return template


def show(service: Service, name: str, key_name: str = "") -> Template:
    """One template. Raises NotFound, Conflict. Reads."""
    with service.store.reading() as tx:
        return find(service, tx, name, key_name)


def listing(service: Service) -> list[Template]:
    """The templates that are there for who acts, by name. Reads."""
    with service.store.reading() as tx:
        return templates.listing(tx, service.actor.keys)


def find(service: Service, tx: Connection, name: str, key_name: str = "") -> Template:
    """The template of this name, if it is there for who acts; several keys may have one. Raises NotFound, Conflict."""
    wanted = {key.find(service, tx, key_name).id} if key_name else service.actor.keys
    found = templates.listing(tx, wanted, address_name(name))
    if not found:
        raise NotFound("there is no template '%(name)s'", name=name)
    if len(found) > 1:
        raise Conflict("several keys have a template '%(name)s': say which key is meant", name=name)
    return found[0]


def _checked(service: Service, text: str) -> str:
    """A text that becomes an SMS, even when its gaps are empty. Raises Conflict."""
    text = text.strip()
    if not text or len(text) > LONGEST_TEXT:
        raise Conflict("a template has 1 to %(longest)s characters", longest=LONGEST_TEXT)
    limit = service.config.limits.parts_per_sms
    if len(sms.compose(text).parts) > limit:
        raise Conflict("the text alone takes more than %(limit)s SMS", limit=limit)
    return text
