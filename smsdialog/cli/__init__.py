"""The administrator's command: `smsdialog [--config FILE] COMMAND …`.

Exit codes: 0, 1 refused or not found, 2 usage. Every listing takes `--json`. Each group of commands is
one module here; they only read arguments and print: the use cases are in `smsdialog.dialog`.
"""

from __future__ import annotations

import os
import platform
import pwd
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import click

from smsdialog import __version__, log
from smsdialog import config as configuration
from smsdialog.config import Config
from smsdialog.dialog.actor import Actor
from smsdialog.dialog.service import Service, open_service
from smsdialog.errors import SmsDialogError
from smsdialog.store import Store, open_store


@dataclass
class Installation:
    """What commands work on; opened when they first need it."""

    path: str | None

    @cached_property
    def config(self) -> Config:
        """The configuration. Raises ConfigError."""
        return configuration.load(configuration.config_path(self.path))

    @cached_property
    def store(self) -> Store:
        """The database, with or without a schema."""
        return open_store(self.config.database.url)

    @cached_property
    def service(self) -> Service:
        """The installation, ready to work. Raises SchemaOutdated."""
        self.store.check_schema()
        return replace(open_service(self.config), actor=_whoever_is_here())


installation: Callable[[Callable[..., None]], Callable[..., None]] = click.make_pass_decorator(Installation)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", "path", metavar="FILE", help="The configuration file.")
@click.version_option(__version__, prog_name="smsdialog")
@click.pass_context
def smsdialog(context: click.Context, path: str | None) -> None:
    """E-mail to SMS and back. Administer keys, accounts, numbers and messages."""
    context.obj = Installation(path)


def commands() -> click.Group:
    """The root with every command on it."""
    from smsdialog.cli import (
        accounts,
        audit,
        contacts,
        db,
        demo,
        doctor,
        gateways,
        groups,
        keys,
        messages,
        numbers,
        preview,
        privacy,
        purge,
        serve,
        setup,
        stops,
        templates,
        users,
        watch,
        why,
    )

    everyday = (keys, accounts, numbers, messages, why, gateways, users, audit, preview, privacy, stops)
    people = (groups, contacts, templates)
    for module in (db, *everyday, *people, purge, setup, doctor, watch, serve, demo):
        module.register(smsdialog)
    return smsdialog


def main() -> None:
    """Run the command line; every error of ours is one line and exit code 1."""
    try:
        commands()(prog_name="smsdialog")
    except SmsDialogError as error:
        click.echo(f"smsdialog: {error}", err=True)
        sys.exit(1)
    except Exception as error:  # a fault of ours; where it is stands in the log
        log.failure(error)
        click.echo(f"smsdialog: unexpected {type(error).__name__}: {error}", err=True)
        sys.exit(1)


def _whoever_is_here() -> Actor:
    """The user at the shell; behind sudo the one who called it."""
    caller = os.environ.get("SUDO_USER", "") if os.geteuid() == 0 else ""
    try:
        name = caller or pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a user without an entry, as in some containers
        name = str(os.getuid())
    return Actor(name, f"cli {platform.node()}")
