"""`smsdialog number`: the ranges that accounts draw their numbers from."""

from __future__ import annotations

from typing import Any

import click

from smsdialog.cli import Installation, as_json, installation, output
from smsdialog.config import parse_range
from smsdialog.dialog import account as use_cases
from smsdialog.errors import Conflict
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
    service = here.service
    with service.store.reading() as tx:
        spans = use_cases.ranges(service, tx)
        rows = [_fields(numbers.describe(tx, first, last, service.resting_since)) for first, last in spans]
    output.objects(rows, _COLUMNS, as_json=as_json, empty="no numbers; add some with 'smsdialog number add RANGE'")


@number.command()
@click.argument("span", metavar="RANGE")
@as_json
@installation
def add(here: Installation, span: str, as_json: bool) -> None:
    """Add a range, such as 459193000000-459193999999, beside those of the configuration."""
    try:
        first, last = parse_range(span)
    except ValueError as error:
        raise Conflict(str(error)) from error
    service = here.service
    with service.store.transaction() as tx:
        numbers.add_range(tx, first, last, service.now())
        output.one(_fields(numbers.describe(tx, first, last, service.resting_since)), as_json=as_json)


def _fields(span: numbers.Range) -> dict[str, Any]:
    return {
        "range": f"{span.first}-{span.last}",
        "size": span.size,
        "used": span.used,
        "resting": span.resting,
        "free": span.free,
    }
