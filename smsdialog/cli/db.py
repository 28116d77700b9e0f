"""`smsdialog db`: the schema, and whether the ledger adds up."""

from __future__ import annotations

import sys

import click

from smsdialog.cli import Installation, as_json, installation, output
from smsdialog.dialog import check as use_cases


def register(group: click.Group) -> None:
    """Hang the commands on the root."""
    group.add_command(db)


@click.group()
def db() -> None:
    """The database: upgrade, check."""


@db.command()
@installation
def upgrade(here: Installation) -> None:
    """Make the schema, or bring it up to date."""
    from smsdialog.store import migrate  # Alembic costs a third of a second

    before, after = migrate.upgrade(here.store)
    click.echo(f"the schema is up to date ({after})" if before == after else f"schema {before or 'none'} -> {after}")


@db.command()
@as_json
@installation
def check(here: Installation, as_json: bool) -> None:
    """Check configuration, schema and ledger; exit 1 when something is amiss."""
    findings = use_cases.check(here.service)
    if as_json:
        output.objects([{"finding": finding} for finding in findings], ["finding"], as_json=True, empty="")
    else:
        click.echo("\n".join(findings) or "all is well")
    sys.exit(1 if findings else 0)
