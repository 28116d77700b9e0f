"""`smsdialog message` and `smsdialog flush`: what went out, what came in, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from smsdialog.cli import Installation, as_json, installation, output
from smsdialog.core import sms
from smsdialog.dialog import flush as use_cases
from smsdialog.errors import NotFound
from smsdialog.store import inbound, mails, outbound

MAX_ID_DIGITS = 18
# Outcomes of mails that were meant to become an SMS; what says most comes first.
_FAILED = ("refused", "ignored", "unknown-recipient")
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
    with here.service.store.reading() as tx:
        timed = [(row.created_at, row.id, _out(row)) for row in outbound.listing(tx)]
        timed += [(row.received_at, row.id, _in(row)) for row in inbound.listing(tx)]
        timed += [(row.created_at, row.mail_id, _mail(row)) for row in _without_sms(mails.listing(tx), everything)]
    timed.sort(key=lambda entry: entry[:2])
    output.objects([row for *_, row in timed], _COLUMNS, as_json=as_json, empty="no messages yet")


@message.command()
@click.argument("message_id", metavar="ID")
@as_json
@installation
def show(here: Installation, message_id: str, as_json: bool) -> None:
    """Show one message."""
    row: dict[str, Any] | None = None
    with here.service.store.reading() as tx:
        kind, number = message_id[:1], _number(message_id[1:])
        found_out = outbound.by_id(tx, number) if kind == "o" else None
        found_in = inbound.by_id(tx, number) if kind == "i" else None
        found_mails = mails.of_mail(tx, number) if kind == "m" else []
        row = _out(found_out) if found_out else _in(found_in) if found_in else None
        row = row or (_mail(found_mails[0]) if found_mails else None)
    if row is None:
        raise NotFound(f"there is no message '{message_id}'")
    output.one(row, as_json=as_json)


@message.command()
@click.argument("message_id", metavar="ID")
@installation
def resend(here: Installation, message_id: str) -> None:
    """Send a held, failed or unknown SMS once more. The customer may get it twice."""
    number = _number(message_id.removeprefix("o"))
    if not use_cases.resend(here.service, number):
        raise NotFound(f"'{message_id}' is no SMS that is held, failed or unknown")
    with here.service.store.reading() as tx:
        row = outbound.by_id(tx, number)
    assert row is not None
    click.echo(f"{message_id}: {row.state}")


@message.command()
@click.argument("queue_id", metavar="QUEUE_ID")
@as_json
@installation
def why(here: Installation, queue_id: str, as_json: bool) -> None:
    """Tell what became of the mail that the MTA calls by this queue id."""
    with here.service.store.reading() as tx:
        found = mails.of_queue_id(tx, queue_id)
        rows = [
            {**_mail(row), "recipient": row.recipient, "outcome": row.outcome} for row in found if row.outcome != "sms"
        ]
        for mail_id in dict.fromkeys(row.mail_id for row in found):
            sent = [{**_out(row), "recipient": row.peer, "outcome": row.state} for row in outbound.of_mail(tx, mail_id)]
            rows += sent
    if not rows:
        raise NotFound(f"no mail with the queue id '{queue_id}' has been handed over")
    output.objects(rows, ("id", "time", "recipient", "outcome", "reason"), as_json=as_json, empty="")


@click.command()
@installation
def flush(here: Installation) -> None:
    """Make one pass over all that waits: SMS, reports, mails."""
    done = use_cases.flush(here.service)
    click.echo(f"{done.sms} SMS tried, {done.reports} reports written, mail for {done.accounts} accounts")


def _number(text: str) -> int:
    """The number in an id; 0, which nothing has, for what is none or no database can hold."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_ID_DIGITS else 0


def _without_sms(found: Iterable[mails.DeliveryRow], everything: bool) -> Iterable[mails.DeliveryRow]:
    """The mails that became no SMS, each once, with the outcome that says most."""
    shown = [row for row in found if row.outcome in _FAILED or (everything and row.outcome != "sms")]
    shown.sort(key=lambda row: _FAILED.index(row.outcome) if row.outcome in _FAILED else len(_FAILED), reverse=True)
    return {row.mail_id: row for row in shown}.values()


def _out(row: outbound.OutboundRow) -> dict[str, Any]:
    return {
        "id": f"o{row.id}",
        "direction": "out",
        "account": row.email,
        "peer": row.peer,
        "text": row.text,
        "parts": row.parts,
        "encoding": row.encoding,
        "forced_by": list(sms.compose(row.text).forced_by),
        "state": row.state,
        "gateway": row.gateway,
        "reference": row.reference,
        "gateway_id": row.gateway_id,
        "reason": row.reason,
        "mail": f"m{row.mail_id}",
        "time": output.when(row.created_at),
    }


def _in(row: inbound.InboundRow) -> dict[str, Any]:
    composed = sms.compose(row.text)
    return {
        "id": f"i{row.id}",
        "direction": "in",
        "account": row.email or None,
        "peer": row.sender,
        "text": row.text,
        "parts": max(1, len(composed.parts)),
        "encoding": composed.encoding.value,
        "forced_by": list(composed.forced_by),
        "state": row.state,
        "gateway": row.gateway,
        "reference": row.gateway_id,
        "gateway_id": row.gateway_id,
        "reason": row.reason,
        "mail": None,
        "time": output.when(row.received_at),
    }


def _mail(row: mails.DeliveryRow) -> dict[str, Any]:
    return {
        "id": f"m{row.mail_id}",
        "direction": "out",
        "account": row.account or None,
        "peer": "",
        "text": "",
        "parts": 0,
        "encoding": "",
        "forced_by": [],
        "state": "failed" if row.outcome in _FAILED else row.outcome,
        "gateway": "",
        "reference": "",
        "gateway_id": "",
        "reason": row.reason or row.outcome,
        "mail": f"m{row.mail_id}",
        "time": output.when(row.created_at),
    }
