"""`smsdialog purge`: nothing is kept for longer than was said."""

from __future__ import annotations

import click

from smsdialog.cli import Installation, as_json, installation, output
from smsdialog.dialog import purge as use_case


def register(group: click.Group) -> None:
    """Hang the command on the root."""
    group.add_command(purge)


@click.command()
@as_json
@installation
def purge(here: Installation, as_json: bool) -> None:
    """Remove texts, numbers and records that are older than the configuration wants."""
    output.one(use_case.purge(here.service), as_json=as_json)
