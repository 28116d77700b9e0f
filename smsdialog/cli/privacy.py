"""`smsdialog privacy`: what is stored about somebody, shown or removed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from smsdialog.cli import Installation, as_json, installation, output
from smsdialog.dialog import privacy as use_cases

# What the numbers of a report count.
_COUNTED = {
    "sms_out": "SMS to him or by him, now without text, number or address",
    "sms_in": "SMS from him or to him, the same",
    "given_up": "SMS that waited or were held, and are not sent; their authors are told",
    "dropped": "SMS that had come in and were not mailed yet",
    "parts": "parts of long SMS",
    "dialogs": "dialogs",
    "mails": "subjects of mails",
    "notices": "mails of ours",
    "accounts": "accounts",
    "signatures": "signatures and endings of mails, and bounces",
    "names": "names that keys had for him",
    "groups": "groups that he was in",
    "users": "users of the web pages",
    "mentions": "other rows that named him",
    "files": "files, or lines of files",
}


def register(group: click.Group) -> None:
    """Hang the commands on the root."""
    group.add_command(privacy)


@click.group()
def privacy() -> None:
    """What is stored about somebody: a customer by number, an employee by e-mail address."""


@privacy.command()
@click.argument("whom", metavar="NUMBER_OR_EMAIL")
@as_json
@installation
def export(here: Installation, whom: str, as_json: bool) -> None:
    """Show everything that is stored about somebody."""
    found = use_cases.export(here.service, whom)
    tables = {name: [_readable(row) for row in rows] for name, rows in found.rows.items()}
    if as_json:
        click.echo(json.dumps({"of": found.of, **tables, "files": found.files}, ensure_ascii=False, indent=2))
        return
    click.echo(f"All that is stored about {found.of}" if tables or found.files else "nothing is stored")
    for name, rows in tables.items():
        for row in rows:
            click.echo(f"\n{name} {row['id']}")
            output.one({key: value for key, value in row.items() if key != "id"}, as_json=False)
    for file in found.files:
        click.echo(f"\nfile {file}")


@privacy.command()
@click.argument("whom", metavar="NUMBER_OR_EMAIL")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@installation
def erase(here: Installation, whom: str, yes: bool, as_json: bool) -> None:
    """Remove everything that is stored about somebody, and say what went."""
    if not yes:
        for account in use_cases.open_accounts(here.service, whom):
            click.echo(f"The account {account.number} is open, and is closed first.", err=True)
        click.confirm(f"Remove all that is stored about {whom}? It cannot be undone", abort=True, err=True)
    done = use_cases.erase(here.service, whom)
    if as_json:
        output.one({**{name: done.gone.get(name, 0) for name in _COUNTED}, "files_left": done.files_left}, as_json=True)
        return
    lines = [f"{done.gone[name]:6} {what}" for name, what in _COUNTED.items() if done.gone.get(name)]
    click.echo("\n".join(["Gone:", *lines] if lines else ["nothing was stored"]))
    for left in done.files_left:
        click.echo(f"This file could not be removed: {left}", err=True)


def _readable(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: output.when(value) if name.endswith("_at") else value for name, value in row.items()}
