"""Texts that a key's employees send again and again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select, update

from smsdialog.store.insert import insert_once
from smsdialog.store.schema import keys, templates


@dataclass(frozen=True)
class Template:
    """One template; `key` is its key's label."""

    id: int
    key_id: int
    key: str
    name: str
    text: str


def add(tx: Connection, key_id: int, name: str, text: str) -> int | None:
    """Make one; None when the key has one of that name."""
    return insert_once(tx, templates, key_id=key_id, name=name, text=text)


def change(tx: Connection, template_id: int, text: str) -> None:
    """Give it another text."""
    tx.execute(update(templates).where(templates.c.id == template_id).values(text=text))


def remove(tx: Connection, template_id: int) -> None:
    """Remove it."""
    tx.execute(delete(templates).where(templates.c.id == template_id))


def forget_key(tx: Connection, key_id: int) -> None:
    """Remove all templates of a key."""
    tx.execute(delete(templates).where(templates.c.key_id == key_id))


def text_of(tx: Connection, key_id: int, name: str) -> str | None:
    """The text of a key's template; None when it has none of that name."""
    found = tx.execute(_TEXT, {"the_key": key_id, "the_name": name}).scalar()
    return None if found is None else str(found)


def names(tx: Connection, key_id: int) -> list[str]:
    """The names of a key's templates."""
    mine = select(templates.c.name).where(templates.c.key_id == key_id)
    return list(tx.execute(mine.order_by(templates.c.name)).scalars())


def listing(tx: Connection, keys_reached: Collection[int] | None, name: str = "") -> list[Template]:
    """The templates of these keys (None: of all), by name; or those of one name."""
    query = select(
        templates.c.id, templates.c.key_id, keys.c.label.label("key"), templates.c.name, templates.c.text
    ).join(keys, keys.c.id == templates.c.key_id)
    query = query if keys_reached is None else query.where(templates.c.key_id.in_(keys_reached))
    query = query.where(templates.c.name == name) if name else query
    return [Template(**row._mapping) for row in tx.execute(query.order_by(templates.c.name, keys.c.label))]


_TEXT = select(templates.c.text).where(
    templates.c.key_id == bindparam("the_key"), templates.c.name == bindparam("the_name")
)
