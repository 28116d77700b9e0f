"""`smsdialog user`: who may sign in to the web pages."""

from __future__ import annotations

import sys
from typing import Any

import click

from smsdialog.cli import Installation, as_json, installation, output
from smsdialog.core.roles import Role
from smsdialog.dialog import user as use_cases
from smsdialog.store import Connection, users

_COLUMNS = ("name", "role", "state", "keys", "created_at")


def register(group: click.Group) -> None:
    """Hang the commands on the root."""
    group.add_command(user)


@click.group()
def user() -> None:
    """Users of the web pages. A password is asked for at a terminal, else read from standard input: its first line."""


@user.command()
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.ADMINISTRATOR.value,
    show_default=True,
    help="What he may do.",
)
@click.option("--key", "key_names", multiple=True, metavar="KEY", help="A key that a manager manages; may be repeated.")
@as_json
@installation
def create(here: Installation, name: str, role: str, key_names: tuple[str, ...], as_json: bool) -> None:
    """Make a user: an administrator, a manager of some keys, or a reader."""
    made = use_cases.create(here.service, name, Role(role), _password(), key_names)
    _print(here, made, as_json)


@user.command(name="list")
@as_json
@installation
def list_(here: Installation, as_json: bool) -> None:
    """List the users."""
    with here.service.store.reading() as tx:
        rows = [_fields(tx, found) for found in users.listing(tx)]
    empty = "no users yet; make one with 'smsdialog user create NAME'"
    output.objects(rows, _COLUMNS, as_json=as_json, empty=empty)


@user.command()
@click.argument("name")
@as_json
@installation
def password(here: Installation, name: str, as_json: bool) -> None:
    """Give a user another password; he is signed out everywhere."""
    _print(here, use_cases.set_password(here.service, name, _password()), as_json)


@user.command()
@click.argument("name")
@as_json
@installation
def disable(here: Installation, name: str, as_json: bool) -> None:
    """Let a user in no more; he is signed out everywhere."""
    _print(here, use_cases.disable(here.service, name), as_json)


@user.command()
@click.argument("name")
@as_json
@installation
def enable(here: Installation, name: str, as_json: bool) -> None:
    """Let a user in again."""
    _print(here, use_cases.enable(here.service, name), as_json)


@user.command()
@click.argument("name")
@click.argument("key_name", metavar="KEY")
@as_json
@installation
def grant(here: Installation, name: str, key_name: str, as_json: bool) -> None:
    """Let a manager manage one more key."""
    _print(here, use_cases.grant(here.service, name, key_name), as_json)


@user.command()
@click.argument("name")
@click.argument("key_name", metavar="KEY")
@as_json
@installation
def revoke(here: Installation, name: str, key_name: str, as_json: bool) -> None:
    """Let a manager manage a key no longer."""
    _print(here, use_cases.revoke(here.service, name, key_name), as_json)


def _password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def _print(here: Installation, found: users.User, as_json: bool) -> None:
    with here.service.store.reading() as tx:
        output.one(_fields(tx, found), as_json=as_json)


def _fields(tx: Connection, found: users.User) -> dict[str, Any]:
    return {
        "name": found.name,
        "role": found.role.value,
        "state": "open" if found.disabled_at is None else "disabled",
        "keys": list(users.keys_of(tx, found.id).values()),
        "created_at": output.when(found.created_at),
        "disabled_at": output.when(found.disabled_at),
    }
