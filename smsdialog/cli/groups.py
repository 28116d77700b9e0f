"""`smsdialog group`: several customers under one address."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from smsdialog.cli import Installation, as_json, installation, lists, output
from smsdialog.dialog import group as use_cases
from smsdialog.dialog.customer_list import Customer
from smsdialog.store.groups import Group

_COLUMNS = ("name", "key", "members", "address")


def register(group_: click.Group) -> None:
    """Hang the commands on the root."""
    group_.add_command(group)


@click.group()
def group() -> None:
    """Groups of customers. Who writes to gruppe-NAME@ texts all members of his key's group NAME."""


@group.command()
@click.argument("name")
@click.option("--key", "key_name", required=True, metavar="KEY", help="The key whose employees may write to it.")
@as_json
@installation
def create(here: Installation, name: str, key_name: str, as_json: bool) -> None:
    """Make an empty group; Danish letters and blanks are written out in its name."""
    output.one(_fields(here, use_cases.create(here.service, name, key_name)), as_json=as_json)


@group.command(name="list")
@as_json
@installation
def list_(here: Installation, as_json: bool) -> None:
    """List the groups."""
    rows = [_fields(here, found) for found in use_cases.listing(here.service)]
    output.objects(rows, _COLUMNS, as_json=as_json, empty="no groups yet; make one with 'smsdialog group create NAME'")


@group.command()
@click.argument("name")
@lists.key_option
@as_json
@installation
def show(here: Installation, name: str, key_name: str, as_json: bool) -> None:
    """Show a group and its members."""
    found, members = use_cases.show(here.service, name, key_name)
    rows = [_member(member) for member in members]
    if as_json:
        output.one({**_fields(here, found), "customers": rows}, as_json=True)
        return
    output.one(_fields(here, found), as_json=False)
    click.echo()
    output.objects(rows, ("number", "name"), as_json=False, empty="nobody is in it")


@group.command()
@click.argument("name")
@click.argument("numbers", metavar="NUMBER...", nargs=-1, required=True)
@lists.key_option
@installation
def add(here: Installation, name: str, numbers: tuple[str, ...], key_name: str) -> None:
    """Add customers to a group by their numbers."""
    found, added = use_cases.add(here.service, name, numbers, key_name)
    click.echo(f"{found.name}: {added} added, {found.members} members")


@group.command()
@click.argument("name")
@click.argument("numbers", metavar="NUMBER...", nargs=-1, required=True)
@lists.key_option
@installation
def remove(here: Installation, name: str, numbers: tuple[str, ...], key_name: str) -> None:
    """Take customers out of a group."""
    found, gone = use_cases.remove(here.service, name, numbers, key_name)
    click.echo(f"{found.name}: {gone} taken out, {found.members} members")


@group.command()
@click.argument("name")
@lists.key_option
@installation
def delete(here: Installation, name: str, key_name: str) -> None:
    """Delete a group; its members stay customers."""
    gone = use_cases.delete(here.service, name, key_name)
    click.echo(f"{gone.name}: deleted, with {gone.members} members")


@group.command(name="import")
@click.argument("name")
@lists.file_argument
@lists.key_option
@lists.dry_run
@installation
def import_(here: Installation, name: str, file: Path, key_name: str, dry_run: bool) -> None:
    """Add everybody in a CSV or vCard FILE ('-' for standard input) to a group, if every line of it is right."""
    octets = lists.octets_of(file)
    with lists.progress() as progress:
        do = use_cases.look_into if dry_run else use_cases.take_in
        done = do(here.service, name, octets, key_name, progress)
    lists.tell_of(done.found.wrong)
    if done.found.wrong:
        click.echo(f"{done.group.name}: nobody added; {len(done.found.wrong)} lines are wrong", err=True)
        sys.exit(1)
    would = "would be added" if dry_run else "added"
    click.echo(f"{done.group.name}: {done.added} {would}, {len(done.found.customers) - done.added} were members")


@group.command()
@click.argument("name")
@lists.key_option
@installation
def export(here: Installation, name: str, key_name: str) -> None:
    """Print the members of a group as CSV, for a spreadsheet."""
    click.echo(use_cases.exported(here.service, name, key_name), nl=False)


def _fields(here: Installation, found: Group) -> dict[str, Any]:
    return {
        "name": found.name,
        "key": found.key,
        "members": found.members,
        "address": here.service.address(f"gruppe-{found.name}"),
    }


def _member(member: Customer) -> dict[str, Any]:
    return {"number": member.number, "name": member.name or None}
