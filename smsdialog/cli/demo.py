"""`smsdialog demo`: see the whole dialog in a minute."""

from __future__ import annotations

import sys

import click


def register(group: click.Group) -> None:
    """Hang the command on the root."""
    group.add_command(demo)


@click.command()
def demo() -> None:
    """Play a whole dialog in a temporary folder: nothing is configured, sent or kept."""
    from smsdialog.demo import DemoFailed, run

    try:
        run(click.echo)
    except DemoFailed as error:
        click.echo(f"smsdialog: the demo failed: {error}", err=True)
        sys.exit(1)
