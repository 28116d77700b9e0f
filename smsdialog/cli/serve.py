"""`serve`: the resident."""

from __future__ import annotations

import click

from smsdialog import config as configuration
from smsdialog.cli import Installation, installation


def register(root: click.Group) -> None:
    """Put the command on the root."""
    root.add_command(_serve)


@click.command("serve")
@installation
def _serve(here: Installation) -> None:
    """Stay: take mails over LMTP and from the pipe, refuse at the door, flush, and serve HTTP.

    What is offered, and where, stands in [serve]. SIGTERM finishes what is in hand; SIGHUP reads the
    configuration anew.
    """
    from smsdialog.server.plan import plan
    from smsdialog.server.supervisor import Supervisor

    path = configuration.config_path(here.path).absolute()
    Supervisor(lambda: configuration.load(path), plan).run()
