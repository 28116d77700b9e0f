"""Users of the web pages, as an administrator makes, limits and disables them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from smsdialog.core.roles import Role
from smsdialog.dialog import audit, key, password
from smsdialog.dialog.service import Service
from smsdialog.errors import Conflict, NotFound
from smsdialog.store import Connection, users
from smsdialog.store.users import User as User

_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}", re.ASCII)


def create(service: Service, name: str, role: Role, secret: str, key_names: Iterable[str] = ()) -> User:
    """Make a user; `key_names` are those of a manager. Raises Conflict, NotFound. Writes."""
    name = canonical(name)
    if not _NAME.fullmatch(name):
        raise Conflict("a user's name is letters, digits and . _ @ + -, no more than 100 of them")
    kept = password.hashed(secret)
    with service.store.transaction() as tx:
        user = users.add(tx, name=name, role=role, password_hash=kept, now=service.now())
        if user is None:
            raise Conflict("there is a user '%(name)s' already", name=name)
        granted = [_grant(service, tx, user, key_name) for key_name in key_names]
        audit.changed(service, tx, "user.create", name, role=role.value, **({"keys": granted} if granted else {}))
        return user


def canonical(name: str) -> str:
    """A user's name as it is kept, however it was typed."""
    return name.strip().lower()


def find(tx: Connection, name: str) -> User:
    """The user with this name. Raises NotFound."""
    user = users.by_name(tx, canonical(name))
    if user is None:
        raise NotFound("there is no user '%(name)s'", name=name)
    return user


def any_exist(service: Service) -> bool:
    """Whether there is anybody who could sign in. Reads."""
    with service.store.reading() as tx:
        return users.exist(tx)


def set_password(service: Service, name: str, secret: str) -> User:
    """Give a user another password; his sessions end. Raises Conflict, NotFound. Writes."""
    kept = password.hashed(secret)
    with service.store.transaction() as tx:
        user = find(tx, name)
        users.change(tx, user.id, password_hash=kept)
        audit.changed(service, tx, "user.password", user.name)
        return find(tx, name)


def disable(service: Service, name: str) -> User:
    """Let a user in no more; his sessions end. Raises NotFound. Writes."""
    return _set_disabled(service, name, "user.disable", service.now())


def enable(service: Service, name: str) -> User:
    """Let a user in again, with the password that he had. Raises NotFound. Writes."""
    return _set_disabled(service, name, "user.enable", None)


def grant(service: Service, name: str, key_name: str) -> User:
    """Let a manager manage one more key. Raises NotFound, Conflict. Writes."""
    with service.store.transaction() as tx:
        user = find(tx, name)
        label = _grant(service, tx, user, key_name)
        audit.changed(service, tx, "user.grant", user.name, key=label)
    return user


def revoke(service: Service, name: str, key_name: str) -> User:
    """Let a manager manage a key no longer. Raises NotFound. Writes."""
    with service.store.transaction() as tx:
        user, found = find(tx, name), key.find(service, tx, key_name)
        if not users.revoke(tx, user.id, found.id):
            raise NotFound("'%(name)s' does not manage the key '%(key)s'", name=user.name, key=found.label)
        audit.changed(service, tx, "user.revoke", user.name, key=found.label)
    return user


def _grant(service: Service, tx: Connection, user: User, key_name: str) -> str:
    if user.role is not Role.MANAGER:
        raise Conflict("only a manager has keys of his own; '%(name)s' is another role", name=user.name)
    found = key.find(service, tx, key_name)
    users.grant(tx, user.id, found.id)
    return found.label


def _set_disabled(service: Service, name: str, act: str, disabled_at: float | None) -> User:
    with service.store.transaction() as tx:
        user = find(tx, name)
        users.change(tx, user.id, disabled_at=disabled_at)
        audit.changed(service, tx, act, user.name)
        return find(tx, name)
