"""`smsdialog contact`: names for customers' numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from smsdialog.cli import Installation, as_json, installation, lists, output
from smsdialog.dialog import contact as use_cases
from smsdialog.store.contacts import Contact

_COLUMNS = ("number", "name", "key")
_key = click.option("--key", "key_name", required=True, metavar="KEY", help="The key whose employees see the names.")


def register(group: click.Group) -> None:
    """Hang the commands on the root."""
    group.add_command(contact)


@click.group()
def contact() -> None:
    """Names for customers: a key's employees see in their mails who writes."""


@contact.command(name="list")
@click.option("--key", "key_name", default="", metavar="KEY", help="Those of one key.")
@as_json
@installation
def list_(here: Installation, key_name: str, as_json: bool) -> None:
    """List the names."""
    rows = [_fields(found) for found in use_cases.listing(here.service, key_name)]
    output.objects(
        rows, _COLUMNS, as_json=as_json, empty="no names yet; read some with 'smsdialog contact import FILE'"
    )


@contact.command(name="set")
@click.argument("number")
@click.argument("name")
@_key
@as_json
@installation
def set_(here: Installation, number: str, name: str, key_name: str, as_json: bool) -> None:
    """Give a customer a name, in place of the one he had."""
    output.one(_fields(use_cases.name(here.service, number, name, key_name)), as_json=as_json)


@contact.command()
@click.argument("number")
@_key
@installation
def remove(here: Installation, number: str, key_name: str) -> None:
    """Forget a customer's name."""
    use_cases.forget(here.service, number, key_name)
    click.echo(f"{number}: the name is forgotten")


@contact.command(name="import")
@lists.file_argument
@_key
@lists.dry_run
@installation
def import_(here: Installation, file: Path, key_name: str, dry_run: bool) -> None:
    """Keep the names in a CSV or vCard FILE ('-' for standard input); numbers that cannot be texted are left out."""
    octets = lists.octets_of(file)
    with lists.progress() as progress:
        do = use_cases.look_into if dry_run else use_cases.take_in
        done = do(here.service, octets, key_name, progress)
    lists.tell_of(done.found.wrong)
    would = "would be kept" if dry_run else "kept"
    click.echo(f"{done.changed} names {would}, {len(done.found.wrong)} numbers left out")


def _fields(found: Contact) -> dict[str, Any]:
    return {"number": found.peer, "name": found.name, "key": found.key}
