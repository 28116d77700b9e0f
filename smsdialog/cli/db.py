"""`smsdialog db`: the schema, whether the ledger adds up, and backups."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click

from smsdialog.cli import Installation, as_json, installation, output
from smsdialog.dialog import check as use_cases
from smsdialog.dialog.archive import Manifest

FILE = click.Path(dir_okay=False, path_type=Path)


def register(group: click.Group) -> None:
    """Hang the commands on the root."""
    group.add_command(db)


@click.group()
def db() -> None:
    """The database: upgrade, check, backup, restore."""


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


@db.command()
@click.argument("file", type=FILE)
@click.option("--force", is_flag=True, help="Replace FILE, if it is there.")
@as_json
@installation
def backup(here: Installation, file: Path, force: bool, as_json: bool) -> None:
    """Copy database and secret into FILE, while everything goes on, and check the copy."""
    from smsdialog.dialog import backup as use_case

    make = use_case.make_anew if force else use_case.make
    made = make(here.service, file, _show_progress)
    fields = {"file": str(made.file), "octets": made.octets, **_of(made.manifest), "findings": made.findings}
    output.one(fields, as_json=as_json)


@db.command()
@click.argument("file", type=FILE)
@click.option("--force", is_flag=True, help="Put aside the database and the secret that are there.")
@as_json
@installation
def restore(here: Installation, file: Path, force: bool, as_json: bool) -> None:
    """Put back what `db backup` made; stop the resident and the mail server first.

    What waited to be sent then becomes unknown: it may have been sent since.
    """
    from smsdialog.dialog import restore as use_case

    room = use_case.put_aside if force else use_case.refuse
    done = use_case.restore(here.config, here.store, file, room, time.time())
    about = {"file": str(file), **_of(done.manifest), "schema": done.schema}
    doubtful = use_case.doubt(here.service, about["made_at"], done.doubtful)
    aside, findings = [str(path) for path in done.aside], use_cases.check(here.service)
    output.one({**about, "unknown": doubtful, "aside": aside, "findings": findings}, as_json=as_json)


def _of(manifest: Manifest) -> dict[str, Any]:
    """What a backup says of itself."""
    made_at = output.when(manifest.made_at)
    return {"made_at": made_at, "version": manifest.version, "database": manifest.kind, "schema": manifest.schema}


def _show_progress(done: int, whole: int) -> None:
    """How far it is, on a terminal; nothing in a log."""
    if sys.stderr.isatty():
        click.echo(f"\r{done * 100 // max(whole, 1):3d} %", err=True, nl=done >= whole)
