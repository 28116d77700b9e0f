"""API keys, as administrators make, show, change and remove them."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from smsdialog.config import OVERLONG
from smsdialog.core import address
from smsdialog.core.mailbox import canonical_domain
from smsdialog.core.model import Cut, Key, Receipts, Secret, Texts
from smsdialog.core.roles import Role
from smsdialog.dialog import audit, post
from smsdialog.dialog.service import Service
from smsdialog.errors import Conflict, NotFound
from smsdialog.store import Clash, Connection, accounts, contacts, groups, inbound, keys, templates, users

ENTROPY_BYTES = 20
LONGEST_OVERLAP_DAYS = 365
MOST_SMS = 1_000_000
# What a key may want otherwise than the configuration; empty: as that says.
WISHES = {
    "cut": ("", *(cut.value for cut in Cut)),
    "overlong": ("", *OVERLONG),
    "require": ("", "credential", "proof"),
    "receipts": ("", *(receipts.value for receipts in Receipts)),
    "texts": ("", *(texts.value for texts in Texts)),
}
LIMITS = ("sms_per_account_per_hour", "sms_per_day")
DAYS = ("texts_days", "numbers_days", "records_days")
MOST_DAYS = 36_500


def create(service: Service, label: str) -> tuple[Key, Secret]:
    """Make a key; its secret is shown this once. Raises Conflict. Writes."""
    label = _label(label)
    secret = address.new_key(secrets.token_bytes(ENTROPY_BYTES))
    try:
        with service.store.transaction() as tx:
            public_id, secret_hash = address.key_id(secret.reveal()), address.hash_key(secret.reveal())
            key = keys.add(tx, public_id=public_id, label=label, secret_hash=secret_hash, now=service.now())
            if service.actor.role is Role.MANAGER and service.actor.user_id is not None:
                users.grant(tx, service.actor.user_id, key.id)
            audit.changed(service, tx, "key.create", _named(key))
    except Clash as error:
        raise Conflict("there is a key '%(label)s' already", label=label) from error
    return key, secret


def find(service: Service, tx: Connection, name: str) -> Key:
    """The key with this label or public id, if it is there for who acts. Raises NotFound."""
    key = keys.by_name(tx, name)
    if key is None or not service.actor.reaches(key.id):
        raise NotFound("there is no key '%(name)s'", name=name)
    return key


def show(service: Service, name: str) -> Key:
    """One key. Raises NotFound. Reads."""
    with service.store.reading() as tx:
        return find(service, tx, name)


def listing(service: Service) -> list[Key]:
    """The keys that are there for who acts, by label. Reads."""
    with service.store.reading() as tx:
        return [key for key in keys.listing(tx) if service.actor.reaches(key.id)]


def edit(service: Service, name: str, *, label: str | None = None, domains: str | None = None, **values: object) -> Key:
    """Change a key's label, domains, or what it wants otherwise. Raises NotFound, Conflict. Writes."""
    if label is not None:
        values["label"] = _label(label)
    if domains is not None:
        values["domains"] = " ".join(_domain(word) for word in domains.replace(",", " ").split())
    _check(values)
    try:
        with service.store.transaction() as tx:
            key = find(service, tx, name)
            keys.change(tx, key.id, **values)
            audit.changed(service, tx, "key.edit", _named(key), **values)
            return keys.by_id(tx, key.id)
    except Clash as error:
        raise Conflict("there is a key '%(label)s' already", label=label) from error


def enable(service: Service, name: str) -> Key:
    """Let a key's accounts go on, and deliver what was held for them. Raises NotFound. Writes."""
    with service.store.transaction() as tx:
        key = _set_enabled(service, tx, name, enabled=True)
        paused = accounts.of_key(tx, key.id)
        for account in paused:
            inbound.release(tx, account.id)
    for account in paused:
        post.inbound_of(service, account.id)
    return key


def disable(service: Service, name: str) -> Key:
    """Pause all accounts of a key: nothing in, nothing out. Raises NotFound. Writes."""
    with service.store.transaction() as tx:
        return _set_enabled(service, tx, name, enabled=False)


def fingerprint(service: Service, name: str) -> str:
    """What tells a key's secret from the one before and the next, and nothing else of it. Raises NotFound. Reads."""
    with service.store.reading() as tx:
        return _fingerprint(service, keys.secret_hash(tx, find(service, tx, name).id))


def rotate(service: Service, name: str, overlap_days: float, replacing: str | None = None) -> tuple[Key, Secret]:
    """Give a key another secret, shown this once; its id stays, the old secret is good for so many days.

    `replacing` is the fingerprint of the secret that is meant: a form that is sent twice replaces it once, for the one
    that everybody has would not outlive two. None: whichever it is now. Raises NotFound, Conflict. Writes.
    """
    if not 0 <= overlap_days <= LONGEST_OVERLAP_DAYS:
        raise Conflict("the old secret can be good for 0 to %(days)s days", days=LONGEST_OVERLAP_DAYS)
    fresh = address.new_key(secrets.token_bytes(ENTROPY_BYTES)).reveal()
    with service.store.transaction() as tx:
        key = find(service, tx, name)
        secret = Secret(key.public_id + fresh[len(key.public_id) :])
        audit.changed(service, tx, "key.rotate", _named(key), overlap_days=overlap_days)
        so_far = keys.secret_hash(tx, key.id)
        meant = replacing is None or hmac.compare_digest(replacing.encode(), _fingerprint(service, so_far).encode())
        hashed, until = address.hash_key(secret.reveal()), service.now() + overlap_days * 86_400
        if not meant or not keys.rotate(tx, key.id, so_far=so_far, secret_hash=hashed, previous_until=until):
            raise Conflict(
                "the key has another secret since this page was opened; replace it again if you have not seen it"
            )
    return key, secret


def delete(service: Service, name: str) -> Key:
    """Remove a key that no open account hangs on, with its groups, names and templates. Writes.

    Raises NotFound, Conflict.
    """
    with service.store.transaction() as tx:
        key = find(service, tx, name)
        if key.accounts:
            raise Conflict(
                "key '%(label)s' has %(count)s open accounts; close them first, or disable the key",
                label=key.label,
                count=key.accounts,
            )
        for kept in (groups, contacts, templates):
            kept.forget_key(tx, key.id)
        keys.remove(tx, key.id, service.now())
        audit.changed(service, tx, "key.delete", _named(key))
    return key


def _set_enabled(service: Service, tx: Connection, name: str, *, enabled: bool) -> Key:
    key = find(service, tx, name)
    keys.change(tx, key.id, enabled=enabled)
    audit.changed(service, tx, "key.enable" if enabled else "key.disable", _named(key))
    return keys.by_id(tx, key.id)


def _fingerprint(service: Service, secret_hash: str) -> str:
    return hmac.new(service.secrets[0], b"fingerprint " + secret_hash.encode(), hashlib.sha256).hexdigest()[:16]


def _named(key: Key) -> str:
    """A key as the log of acts has it: the label may change, the id stays."""
    return f"{key.public_id} {key.label}"


def _check(values: dict[str, object]) -> None:
    for wish, choices in WISHES.items():
        if values.get(wish, "") not in choices:
            raise Conflict("'%(value)s' is none of the choices", value=values[wish])
    for limit in LIMITS:
        value = values.get(limit, 0)
        if not isinstance(value, int) or not 0 <= value <= MOST_SMS:
            raise Conflict("a limit is a number from 0 to %(most)s", most=MOST_SMS)
    for kept in DAYS:
        value = values.get(kept, 0)
        if not isinstance(value, int) or not 0 <= value <= MOST_DAYS:
            raise Conflict("a number of days is from 0 to %(most)s", most=MOST_DAYS)


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
        raise Conflict("'%(text)s' is not a domain; a leading dot includes all below it", text=text)
    return f".{domain}" if text.startswith(".") else domain
