"""`smsdialog gateway`: the gateways of the installation, and what daemons on this machine run."""

from __future__ import annotations

import dataclasses
import os
import sys
from typing import Any

import click

from smsdialog.cli import Installation, as_json, installation, output
from smsdialog.dialog import gateway as use_cases
from smsdialog.dialog import hook

_COLUMNS = ("name", "type", "prefixes", "inbound_url", "receipt_url")
_STATUS = ("name", "type", "state", "reason", "tried", "failed", "queued", "balance", "next_try")


def register(group: click.Group) -> None:
    """Hang the commands on the root."""
    group.add_command(gateway)


@click.group()
def gateway() -> None:
    """Gateways. NAME is that of its table, as in [gateways.NAME]."""


@gateway.command(name="list")
@as_json
@installation
def list_(here: Installation, as_json: bool) -> None:
    """List the gateways, and the URLs that their providers have to call."""
    rows = [dataclasses.asdict(found) for found in use_cases.listing(here.service)]
    output.objects(rows, _COLUMNS, as_json=as_json, empty="no gateways")


@gateway.command()
@as_json
@installation
def status(here: Installation, as_json: bool) -> None:
    """Show how the gateways fare, and what is left with providers that tell. Ends with 1 when one is down."""
    rows = [{**_fields(found), **_balance(here, found.name)} for found in use_cases.status(here.service)]
    output.objects(rows, _STATUS, as_json=as_json, empty="no gateways")
    if any(row["state"] != "up" for row in rows):
        sys.exit(1)


@gateway.command()
@click.argument("name")
@click.argument("number")
@click.option("--account", default="", help="Whose number it bears; by default the first account's.")
@click.option("--text", default="", help="What it says.")
@as_json
@installation
def test(here: Installation, name: str, number: str, account: str, text: str, as_json: bool) -> None:
    """Send one SMS through a gateway, and show what its provider said. Ends with 1 unless that took it."""
    sent, outcome = use_cases.trial(here.service, name, number, sender=account, text=text)
    row = {
        "gateway": name,
        "to": sent.to,
        "from": here.service.gateways.sender(name, sent.sender),
        "text": sent.text,
        "parts": sent.parts,
        "encoding": sent.encoding.value,
        "reference": sent.reference,
        "outcome": outcome.kind,
        "gateway_id": getattr(outcome, "gateway_id", ""),
        "reason": getattr(outcome, "reason", ""),
        "answer": outcome.answer,
    }
    output.one(row, as_json=as_json)
    if outcome.kind != "accepted":
        sys.exit(1)


def _fields(found: use_cases.GatewayStatus) -> dict[str, Any]:
    times = {"down_since": output.when(found.down_since), "next_try": output.when(found.next_try)}
    return {**dataclasses.asdict(found), **times}


def _balance(here: Installation, name: str) -> dict[str, str]:
    left = use_cases.balance(here.service, name)
    return {"balance": left.words or (f"? ({left.error})" if left.error else "")}


@gateway.command(context_settings={"ignore_unknown_options": True})
@click.argument("name")
@click.argument("arguments", metavar="ARGUMENT...", nargs=-1, type=click.UNPROCESSED)
@installation
def event(here: Installation, name: str, arguments: tuple[str, ...]) -> None:
    """Take what a daemon on this machine tells: the command that it runs for each event.

    Ends with 1 when that could not be taken; it is then kept, and the next `smsdialog flush` takes it.
    """
    hook.run(here.config, lambda: here.service, name, arguments, os.environ)


@gateway.command()
@click.option(
    "--listen", default="127.0.0.1:8099", metavar="HOST:PORT", help="Where providers listen. [127.0.0.1:8099]"
)
@click.option("--product", default="http://127.0.0.1:8080", metavar="URL", help="The public_url that they call.")
@click.option("--delay", default=1.0, metavar="SECONDS", help="How long a receipt or an SMS takes. [1]")
@click.option("--expose", is_flag=True, help="Listen where other machines reach it.")
@click.option("--print-config", is_flag=True, help="Print gateways for smsdialog.toml that use it, and do no more.")
def simulate(listen: str, product: str, delay: float, expose: bool, print_config: bool) -> None:
    """Play every provider on this machine, for trying things out: SMS go nowhere, and cost nothing.

    The last two digits of a recipient choose what becomes of an SMS to it: 01 refused, 02 too many at a time,
    03 no credit, 04 trouble for now, 05 no answer, 06 the connection is cut, 07 an answer in no manual, 08 failed,
    09 expired, 10 receipts out of order and twice, 11 no receipt. All others are delivered.
    """
    from smsdialog.simulator.configuration import snippet
    from smsdialog.simulator.server import Simulator

    if print_config:
        click.echo(snippet(f"http://{listen}", product), nl=False)
        return
    simulator = Simulator(listen, product, delay, exposed=expose)
    click.echo(f"{simulator.url}/ shows what happens; receipts and SMS go to {product}. Ctrl-C ends it.")
    simulator.run()
