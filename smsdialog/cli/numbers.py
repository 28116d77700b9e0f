"""`smsdialog number`: the ranges that accounts draw their numbers from."""

from __future__ import annotations

from typing import Any

import click

from smsdialog.cli import Installation, as_json, installation, output
from smsdialog.dialog import number as use_cases
from smsdialog.store import numbers

_COLUMNS = ("range", "size", "used", "resting", "free")


def register(group: click.Group) -> None:
    """Hang the commands on the root."""
    group.add_command(number)


@click.group()
def number() -> None:
    """Service numbers: 12 digits each."""


@number.command(name="list")
@as_json
@installation
def list_(here: Installation, as_json: bool) -> None:
    """List the ranges, and how many numbers are left in each."""
    rows = [_fields(span) for span in use_cases.listing(here.service)]
    output.objects(rows, _COLUMNS, as_json=as_json, empty="no numbers; add some with 'smsdialog number add RANGE'")


@number.command()
@click.argument("span", metavar="RANGE")
@as_json
@installation
def add(here: Installation, span: str, as_json: bool) -> None:
    """Add a range, such as 459193000000-459193999999, beside those of the configuration."""
    output.one(_fields(use_cases.add(here.service, span)), as_json=as_json)


def _fields(span: numbers.Range) -> dict[str, Any]:
    return {
        "range": f"{span.first}-{span.last}",
        "size": span.size,
        "used": span.used,
        "resting": span.resting,
        "free": span.free,
    }
