"""Signing in to the web pages and out, another password of one's own, and whether a session is still good.

Nobody learns which part was wrong: a name that there is not takes as long as one that there is, and is counted in the
same way. A try is counted before the password is looked at, so that many at once do not slip through, and in the
database, so that it holds for every process.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from dataclasses import replace

from smsdialog import log
from smsdialog.core.roles import Role
from smsdialog.dialog import audit, password
from smsdialog.dialog.actor import Actor
from smsdialog.dialog.service import Service
from smsdialog.dialog.user import User, canonical, find
from smsdialog.errors import SignInRefused, TooManySignIns
from smsdialog.store import Connection, sign_ins, users

WINDOW_SECONDS = 15 * 60
# Wrong passwords in that time: for a name from one address, from an address, and for a name from anywhere.
PER_NAME_AND_ADDRESS, PER_ADDRESS, PER_NAME = 5, 20, 50


def sign_in(service: Service, name: str, secret: str, address: str) -> User:
    """The user with this name and password. Raises SignInRefused, TooManySignIns. Writes."""
    user = _proven(service, name, secret, address)
    with service.store.transaction() as tx:
        _forget(service, tx, user, address)
        behind = replace(service, actor=Actor(user.name, f"web {address}", user.role))
        audit.noted(behind, tx, "user.sign-in", user.name)
    return user


def change_password(service: Service, current: str, secret: str, address: str) -> User:
    """Another password for who is signed in, if he knows the one so far; every session of his ends.

    A wrong one counts as at signing in: whoever has stolen a session may guess no more often. Raises Conflict,
    SignInRefused, TooManySignIns. Writes.
    """
    user = _proven(service, service.actor.name, current, address)
    kept = password.hashed(secret)
    with service.store.transaction() as tx:
        _forget(service, tx, user, address)
        users.change(tx, user.id, password_hash=kept)
        audit.noted(service, tx, "user.password", user.name)
        return find(tx, user.name)


def sign_out(service: Service) -> None:
    """Sign who is signed in out, everywhere. Writes."""
    with service.store.transaction() as tx:
        users.change(tx, find(tx, service.actor.name).id)
        audit.noted(service, tx, "user.sign-out", service.actor.name)


def resume(service: Service, user_id: int, generation: int, address: str) -> Service | None:
    """The service as whoever's session this is has it; None when it is no longer good. Reads."""
    with service.store.reading() as tx:
        user = users.by_id(tx, user_id)
        return _as_user(service, tx, user, address) if user and user.generation == generation else None


def through_proxy(service: Service, name: str, address: str) -> Service | None:
    """The service as the user has it whom a trusted proxy signed in; None when there is no such user. Reads."""
    with service.store.reading() as tx:
        user = users.by_name(tx, canonical(name))
        return _as_user(service, tx, user, address) if user else None


def network(address: str) -> str:
    """What is counted as one address: of IPv6, where everybody has many, the network of 64 bits.

    >>> network("2001:db8::1:2"), network("192.0.2.7"), network("")
    ('2001:db8::/64', '192.0.2.7', '')
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address


def _proven(service: Service, name: str, secret: str, address: str) -> User:
    """The user with this name and password; a try is counted whatever comes of it."""
    name, block = canonical(name), network(address)
    with service.store.transaction() as tx:
        _count(service, tx, _digest(service, name), block)
        user = users.by_name(tx, name)
        kept = users.password_hash(tx, user.id) if user else password.nobodys()
    if not password.matches(secret, kept) or user is None or user.disabled_at is not None:
        log.event("sign-in-refused", address=address)
        raise SignInRefused("the name or the password is wrong")
    return user


def _forget(service: Service, tx: Connection, user: User, address: str) -> None:
    sign_ins.forget(tx, name=_digest(service, user.name), address=network(address))


def _as_user(service: Service, tx: Connection, user: User, address: str) -> Service | None:
    """He is behind every act from now on, and sees what he may see; None when he is disabled."""
    if user.disabled_at is not None:
        return None
    keys = frozenset(users.keys_of(tx, user.id)) if user.role is Role.MANAGER else None
    return replace(service, actor=Actor(user.name, f"web {address}", user.role, keys, user.id))


def _count(service: Service, tx: Connection, name: str, block: str) -> None:
    now = service.now()
    since = now - WINDOW_SECONDS
    sign_ins.one_at_a_time(tx)
    if (
        sign_ins.count(tx, since, name=name, address=block) >= PER_NAME_AND_ADDRESS
        or sign_ins.count(tx, since, address=block) >= PER_ADDRESS
        or sign_ins.count(tx, since, name=name) >= PER_NAME
    ):
        raise TooManySignIns("too many wrong passwords; try again in a quarter of an hour")
    sign_ins.add(tx, name=name, address=block, now=now)


def _digest(service: Service, name: str) -> str:
    """A name as it is counted: people type their password into the wrong field."""
    return hmac.new(service.secrets[0], b"sign-in " + name.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
