"""`smsdialog account`: employees and their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from smsdialog.cli import Installation, as_json, installation, output
from smsdialog.core.model import Account, Receipts
from smsdialog.dialog import account as use_cases
from smsdialog.dialog.deputy import emails
from smsdialog.errors import Conflict, NumbersExhausted
from smsdialog.store import accounts, deputies
from smsdialog.store.deputies import Deputy

RECEIPTS = ["", *(receipts.value for receipts in Receipts)]
_COLUMNS = ("id", "email", "number", "key", "state")


def register(group: click.Group) -> None:
    """Hang the commands on the root."""
    group.add_command(account)


@click.group()
def account() -> None:
    """Accounts: one employee on one key, with one number. ACCOUNT is an e-mail address or a number."""


@account.command()
@click.argument("email")
@click.option("--key", "key_name", required=True, metavar="KEY", help="The key that the account hangs on.")
@click.option("--number", default="", metavar="N", help="A certain number instead of a random one.")
@as_json
@installation
def create(here: Installation, email: str, key_name: str, number: str, as_json: bool) -> None:
    """Open an account; the key may be disabled."""
    try:
        opened = use_cases.open_account(here.service, email, key_name, number)
    except NumbersExhausted as error:
        raise Conflict("no number is free; add some with 'smsdialog number add RANGE'") from error
    output.one(_fields(opened, ()), as_json=as_json)


@account.command(name="list")
@as_json
@installation
def list_(here: Installation, as_json: bool) -> None:
    """List the accounts, closed ones included."""
    with here.service.store.reading() as tx:
        named = deputies.by_account(tx)
        rows = [_fields(found, named.get(found.id, ())) for found in accounts.listing(tx)]
    empty = "no accounts yet; open one with 'smsdialog account create EMAIL --key KEY'"
    output.objects(rows, _COLUMNS, as_json=as_json, empty=empty)


@account.command()
@click.argument("name", metavar="ACCOUNT")
@as_json
@installation
def show(here: Installation, name: str, as_json: bool) -> None:
    """Show an account, and the signatures that are cut from its mails."""
    with here.service.store.reading() as tx:
        found = use_cases.find(here.service, tx, name)
        signatures = list(accounts.signatures_of(tx, found.id))
    output.one({**_whole(here, found), "signatures": signatures}, as_json=as_json)


@account.command()
@click.argument("name", metavar="ACCOUNT")
@click.option("--email", help="Its new e-mail address.")
@click.option("--key", "key_name", metavar="KEY", help="Its new key.")
@click.option("--receipts", type=click.Choice(RECEIPTS), help="Which receipts it is told of.")
@click.option(
    "--deliver-to", multiple=True, metavar="ADDRESS", help="Who gets its SMS, once for each; '': itself again."
)
@click.option("--member", "members", multiple=True, metavar="ADDRESS", help="Who else may answer as it; '': nobody.")
@click.option("--forget-signatures", "forget", is_flag=True, help="Forget the signatures learned for it.")
@click.option("--resume", is_flag=True, help="Write to its mailbox again after it kept refusing mails.")
@as_json
@installation
def edit(here: Installation, name: str, as_json: bool, **wishes: Any) -> None:
    """Change an account's e-mail address, key or deputies; its number and dialogs stay."""
    if not any(value or value == "" for value in wishes.values()):
        raise click.UsageError("nothing to change: see 'smsdialog account edit --help'")
    wishes |= {name: _named(wishes[name]) for name in ("deliver_to", "members")}
    output.one(_whole(here, use_cases.edit(here.service, name, **wishes)), as_json=as_json)


@account.command()
@click.argument("name", metavar="ACCOUNT")
@click.option("--forward-days", type=float, default=0.0, metavar="N", help="For how long SMS to it still become mails.")
@click.option("--deliver-to", multiple=True, metavar="ADDRESS", help="Who gets these, and may answer; once for each.")
@as_json
@installation
def close(here: Installation, name: str, forward_days: float, deliver_to: tuple[str, ...], as_json: bool) -> None:
    """Close an account: its number is dead at once, or SMS to it are forwarded for a time."""
    if deliver_to and not forward_days:
        raise click.UsageError("--deliver-to is for what is forwarded: give --forward-days")
    if forward_days:
        closed = use_cases.forward(here.service, name, forward_days, _named(deliver_to))
    else:
        closed = use_cases.close(here.service, name)
    output.one(_whole(here, closed), as_json=as_json)


@account.command(name="qr")
@click.argument("name", metavar="ACCOUNT")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write a package of pictures (.zip).")
@click.option("--scheme", type=click.Choice(["smsto", "sms"]), default="smsto", help="How the code says it.")
@click.option("--text", default="", help="What the customer's SMS begins with.")
@click.option("--caption", default="", help="Words below the code, in the package.")
@click.option("--language", help="Of the package's page and signatures; the configured one by default.")
@installation
def qr_(here: Installation, name: str, out: Path | None, caption: str, language: str | None, **said: str) -> None:
    """Show the QR code that opens an SMS to an account's number."""
    from smsdialog import qr  # Pillow

    if out is None and (caption or language):
        raise click.UsageError("--caption and --language are for the package: give --out")
    with here.service.store.reading() as tx:
        number = use_cases.find(here.service, tx, name).number
    if out is None:
        click.echo(f"{qr.terminal(number, **said)}\n{number}")
        return
    _write(out, qr.package(number, caption=caption, language=language or here.config.language, **said))
    click.echo(f"{out}: the QR code of {number}")


def _write(out: Path, package: bytes) -> None:
    if out.suffix != ".zip":
        raise Conflict("%(path)s: the package is a zip; give it a name that ends in .zip", path=out)
    try:
        out.write_bytes(package)
    except OSError as error:
        raise Conflict("%(path)s cannot be written: %(reason)s", path=out, reason=error.strerror) from error


def _named(addresses: tuple[str, ...]) -> list[str] | None:
    """The addresses that options name: None where none was given, none of them where an empty one was."""
    return [address for address in addresses if address] if addresses else None


def _whole(here: Installation, found: Account) -> dict[str, Any]:
    with here.service.store.reading() as tx:
        return _fields(found, deputies.of_account(tx, found.id))


def _fields(found: Account, named: Sequence[Deputy]) -> dict[str, Any]:
    return {
        "id": found.id,
        "email": found.email,
        "number": found.number,
        "key": found.key,
        "state": found.state,
        "closed_at": output.when(found.closed_at),
        "suspended_at": output.when(found.suspended_at),
        "receipts": found.receipts,
        "forward_until": output.when(found.forward_until),
        "deliver_to": emails(named, receives=True),
        "members": emails(named, receives=False),
    }
