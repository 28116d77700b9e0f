"""`smsdialog stop`: customers who want no more SMS from a key's accounts."""

from __future__ import annotations

from typing import Any

import click

from smsdialog.cli import Installation, as_json, installation, output
from smsdialog.dialog import stop_list as use_cases
from smsdialog.store.stops import Stop

_COLUMNS = ("customer", "key", "stopped_at")


def register(group: click.Group) -> None:
    """Hang the commands on the root."""
    group.add_command(stop)


@click.group()
def stop() -> None:
    """Customers who have texted STOP. KEY is a label or an id."""


@stop.command(name="list")
@click.option("--key", "key_name", default="", metavar="KEY", help="Only those of one key.")
@as_json
@installation
def list_(here: Installation, key_name: str, as_json: bool) -> None:
    """List the customers who want no more SMS."""
    rows = [_fields(found) for found in use_cases.listing(here.service, key_name)]
    output.objects(rows, _COLUMNS, as_json=as_json, empty="nobody has stopped SMS")


@stop.command()
@click.argument("number")
@click.option("--key", "key_name", required=True, metavar="KEY", help="The key whose accounts he wants nothing from.")
@as_json
@installation
def add(here: Installation, number: str, key_name: str, as_json: bool) -> None:
    """Note that a customer wants no more SMS, as if he had texted STOP."""
    output.one(_fields(use_cases.add(here.service, key_name, number)), as_json=as_json)


@stop.command()
@click.argument("number")
@click.option("--key", "key_name", required=True, metavar="KEY", help="The key whose accounts may text him again.")
@as_json
@installation
def remove(here: Installation, number: str, key_name: str, as_json: bool) -> None:
    """Note that a customer wants SMS again, as if he had texted START."""
    output.one(_fields(use_cases.remove(here.service, key_name, number)), as_json=as_json)


def _fields(found: Stop) -> dict[str, Any]:
    return {"customer": found.peer, "key": found.key, "stopped_at": output.when(found.stopped_at)}
