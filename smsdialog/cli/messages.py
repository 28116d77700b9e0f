"""`smsdialog message` and `smsdialog flush`: what went out and what came in."""

from __future__ import annotations

from typing import Any

import click

from smsdialog.cli import Installation, as_json, installation, output
from smsdialog.dialog import flush as passes
from smsdialog.dialog import messages as use_cases
from smsdialog.store.receipts import Heard

_COLUMNS = ("id", "direction", "time", "account", "peer", "state", "parts", "reason")


def register(group: click.Group) -> None:
    """Hang the commands on the root."""
    group.add_command(message)
    group.add_command(flush)


@click.group()
def message() -> None:
    """SMS in both directions, and mails that became none. ID is as the list has it."""


@message.command(name="list")
@click.option("--all", "everything", is_flag=True, help="Also mails of machines, and account mails.")
@as_json
@installation
def list_(here: Installation, everything: bool, as_json: bool) -> None:
    """List every SMS, and every mail that was meant to become one and did not."""
    found = use_cases.everything(here.service, all_mails=everything)
    output.objects([fields_of(one) for one in found], _COLUMNS, as_json=as_json, empty="no messages yet")


@message.command()
@click.argument("message_id", metavar="ID")
@as_json
@installation
def show(here: Installation, message_id: str, as_json: bool) -> None:
    """Show one message, what its gateway answered, and the receipts that came."""
    found = use_cases.find(here.service, message_id)
    heard = [_receipt(one) for one in use_cases.heard(here.service, found)]
    if as_json:
        output.one({**fields_of(found), "receipts": heard}, as_json=True)
        return
    output.one(fields_of(found), as_json=False)
    if heard:
        click.echo()
        output.objects(heard, ("received_at", "part", "delivery", "reason"), as_json=False, empty="")


@message.command()
@click.argument("message_id", metavar="ID")
@installation
def resend(here: Installation, message_id: str) -> None:
    """Send a held, failed or unknown SMS once more. The customer may get it twice."""
    click.echo(f"{message_id}: {use_cases.resend(here.service, message_id).state}")


@message.command()
@click.argument("message_id", metavar="ID")
@installation
def cancel(here: Installation, message_id: str) -> None:
    """Take back an SMS that waits or is held, or with a mail's ID all of its SMS; their author is told."""
    for gone in use_cases.cancel(here.service, message_id):
        click.echo(f"{gone.id}: taken back")


@click.command()
@installation
def flush(here: Installation) -> None:
    """Make one pass over all that waits: SMS, reports, mails."""
    from smsdialog.watch import rounds  # which loads much that no other command here needs

    done = passes.flush(here.service)
    rounds.make(here.service)
    click.echo(f"{done.sms} SMS tried, {done.reports} reports written, mail for {done.accounts} accounts")


def fields_of(found: use_cases.Message) -> dict[str, Any]:
    """A message as JSON has it."""
    return {
        "id": found.id,
        "direction": found.direction,
        "account": found.account or None,
        "peer": found.peer,
        "text": found.text,
        "parts": found.parts,
        "encoding": found.encoding,
        "forced_by": list(found.forced_by),
        "state": found.state,
        "gateway": found.gateway,
        "reference": found.reference,
        "gateway_id": found.gateway_id,
        "reason": found.reason,
        "answer": found.answer,
        "mail": found.mail or None,
        "time": output.when(found.time),
        "not_before": output.when(found.not_before or None),
    }


def _receipt(heard: Heard) -> dict[str, Any]:
    return {
        "part": heard.part,
        "delivery": heard.delivery.value,
        "reason": heard.reason,
        "happened_at": output.when(heard.happened_at),
        "received_at": output.when(heard.received_at),
    }
