"""API keys, as administrators make, show, change and remove them."""

from __future__ import annotations

import secrets

from smsdialog.core import address
from smsdialog.core.mailbox import canonical_domain
from smsdialog.core.model import Key, Secret
from smsdialog.dialog import post
from smsdialog.dialog.service import Service
from smsdialog.errors import Conflict, NotFound
from smsdialog.store import Clash, Connection, accounts, inbound, keys

ENTROPY_BYTES = 20


def create(service: Service, label: str) -> tuple[Key, Secret]:
    """Make a key; its secret is shown this once. Raises Conflict. Writes."""
    label = _label(label)
    secret = address.new_key(secrets.token_bytes(ENTROPY_BYTES))
    try:
        with service.store.transaction() as tx:
            public_id, secret_hash = address.key_id(secret.reveal()), address.hash_key(secret.reveal())
            key = keys.add(tx, public_id=public_id, label=label, secret_hash=secret_hash, now=service.now())
    except Clash as error:
        raise Conflict(f"there is a key '{label}' already") from error
    return key, secret


def find(tx: Connection, name: str) -> Key:
    """The key with this label or public id. Raises NotFound."""
    key = keys.by_name(tx, name)
    if key is None:
        raise NotFound(f"there is no key '{name}'")
    return key


def edit(service: Service, name: str, *, label: str | None = None, domains: str | None = None, **values: object) -> Key:
    """Change a key's label, domains, or what it wants otherwise. Raises NotFound, Conflict. Writes."""
    if label is not None:
        values["label"] = _label(label)
    if domains is not None:
        values["domains"] = " ".join(_domain(word) for word in domains.replace(",", " ").split())
    try:
        with service.store.transaction() as tx:
            key = find(tx, name)
            keys.change(tx, key.id, **values)
            return keys.by_id(tx, key.id)
    except Clash as error:
        raise Conflict(f"there is a key '{label}' already") from error


def enable(service: Service, name: str) -> Key:
    """Let a key's accounts go on, and deliver what was held for them. Raises NotFound. Writes."""
    with service.store.transaction() as tx:
        keys.change(tx, find(tx, name).id, enabled=True)
        key = find(tx, name)
        paused = accounts.of_key(tx, key.id)
        for account in paused:
            inbound.release(tx, account.id)
    for account in paused:
        post.inbound_of(service, account.id)
    return key


def disable(service: Service, name: str) -> Key:
    """Pause all accounts of a key: nothing in, nothing out. Raises NotFound. Writes."""
    with service.store.transaction() as tx:
        keys.change(tx, find(tx, name).id, enabled=False)
        return find(tx, name)


def rotate(service: Service, name: str, overlap_days: float) -> tuple[Key, Secret]:
    """Give a key another secret, shown this once; its id stays, the old secret is good for so many days. Writes."""
    fresh = address.new_key(secrets.token_bytes(ENTROPY_BYTES)).reveal()
    with service.store.transaction() as tx:
        key = find(tx, name)
        secret = Secret(key.public_id + fresh[len(key.public_id) :])
        previous_until = service.now() + overlap_days * 86_400
        keys.rotate(tx, key.id, address.hash_key(secret.reveal()), previous_until)
    return key, secret


def delete(service: Service, name: str) -> Key:
    """Remove a key that no open account hangs on. Raises NotFound, Conflict. Writes."""
    with service.store.transaction() as tx:
        key = find(tx, name)
        if key.accounts:
            raise Conflict(f"key '{key.label}' has {key.accounts} open accounts; close them first, or disable the key")
        keys.remove(tx, key.id, service.now())
    return key


def _label(text: str) -> str:
    label = text.strip()
    if not label or len(label) > 100 or not label.isprintable():
        raise Conflict("a label is 1 to 100 printable characters")
    if address.find_key(label):
        raise Conflict("a label must not look like a key: it is shown everywhere")
    return label


def _domain(text: str) -> str:
    domain = canonical_domain(text.removeprefix("."))
    if domain is None:
        raise Conflict(f"'{text}' is not a domain; a leading dot includes all below it")
    return f".{domain}" if text.startswith(".") else domain
