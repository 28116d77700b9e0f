"""`smsdialog digest` and `smsdialog heartbeat`: how the installation tells its operator that it is well, or not.

What they call loads the doctor, which no other command need pay for.
"""

from __future__ import annotations

import click

from smsdialog.cli import Installation, installation
from smsdialog.errors import Conflict


def register(group: click.Group) -> None:
    """Hang the commands on the root."""
    group.add_command(digest)
    group.add_command(heartbeat)


@click.command()
@click.option("--now", is_flag=True, help="Whatever the hour, and again if it was written today.")
@click.option("--print", "show", is_flag=True, help="Print it, and send nothing.")
@installation
def digest(here: Installation, now: bool, show: bool) -> None:
    """Mail the operator what is not well, if that is due; flush does so by itself."""
    from smsdialog.watch import digest as digests

    if show:
        letter = digests.compose(here.service)
        click.echo(f"{letter.subject}\n\n{letter.body}" if letter else "all is well")
        return
    written = digests.send_now(here.service) if now else digests.send_due(here.service)
    click.echo(f"written to {here.config.mail.operator}" if written else "nothing is due, or all is well")


@click.command()
@click.option("--now", is_flag=True, help="Whatever the hour.")
@installation
def heartbeat(here: Installation, now: bool) -> None:
    """Send the SMS that says that SMS go out, if that is due; flush does so by itself."""
    from smsdialog.watch import heartbeat as heartbeats

    if now and heartbeats.send_now(here.service) is None:
        raise Conflict("another process is sending one")
    sent = now or heartbeats.send_due(here.service)
    click.echo(f"sent to {here.config.heartbeat.to}" if sent else "nothing is due")
