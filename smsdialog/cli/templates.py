"""`smsdialog template`: texts that are sent again and again."""

from __future__ import annotations

import sys
from typing import Any

import click

from smsdialog.cli import Installation, as_json, installation, lists, output
from smsdialog.dialog import template as use_cases
from smsdialog.errors import Conflict
from smsdialog.store.templates import Template

_COLUMNS = ("name", "key", "text", "address")
_text = click.option(
    "--text", required=True, help="The SMS, with {tekst} for what a mail says; '-' reads it from input."
)


def register(group: click.Group) -> None:
    """Hang the commands on the root."""
    group.add_command(template)


@click.group()
def template() -> None:
    """Ready texts. Who writes to skabelon-NAME@ sends his key's template NAME to the numbers in the subject."""


@template.command()
@click.argument("name")
@click.option("--key", "key_name", required=True, metavar="KEY", help="The key whose employees may send it.")
@_text
@as_json
@installation
def create(here: Installation, name: str, key_name: str, text: str, as_json: bool) -> None:
    """Make a template. {tekst} or {text} is what the mail says, {1} its first line, {2} its second, and so on."""
    output.one(_fields(here, use_cases.create(here.service, name, _said(text), key_name)), as_json=as_json)


@template.command()
@click.argument("name")
@_text
@lists.key_option
@as_json
@installation
def edit(here: Installation, name: str, key_name: str, text: str, as_json: bool) -> None:
    """Give a template another text."""
    output.one(_fields(here, use_cases.edit(here.service, name, _said(text), key_name)), as_json=as_json)


@template.command(name="list")
@as_json
@installation
def list_(here: Installation, as_json: bool) -> None:
    """List the templates."""
    rows = [_fields(here, found) for found in use_cases.listing(here.service)]
    empty = "no templates yet; make one with 'smsdialog template create NAME'"
    output.objects(rows, _COLUMNS, as_json=as_json, empty=empty)


@template.command()
@click.argument("name")
@lists.key_option
@as_json
@installation
def show(here: Installation, name: str, key_name: str, as_json: bool) -> None:
    """Show a template."""
    output.one(_fields(here, use_cases.show(here.service, name, key_name)), as_json=as_json)


@template.command()
@click.argument("name")
@lists.key_option
@installation
def delete(here: Installation, name: str, key_name: str) -> None:
    """Delete a template."""
    click.echo(f"{use_cases.delete(here.service, name, key_name).name}: deleted")


def _said(text: str) -> str:
    """The text that was given, or that of standard input. Raises Conflict."""
    if text != "-":
        return text
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise Conflict("the text is not UTF-8") from error


def _fields(here: Installation, found: Template) -> dict[str, Any]:
    return {
        "name": found.name,
        "key": found.key,
        "text": found.text,
        "address": here.service.address(f"skabelon-{found.name}"),
    }
