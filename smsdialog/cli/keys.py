"""`smsdialog key`: API keys."""

from __future__ import annotations

from typing import Any

import click

from smsdialog.cli import Installation, as_json, installation, output
from smsdialog.config import OVERLONG
from smsdialog.core.model import Cut, Key, Receipts, Secret, Texts
from smsdialog.dialog import key as use_cases

RECEIPTS = ["", *(receipts.value for receipts in Receipts)]
TEXTS = ["", *(texts.value for texts in Texts)]
_COLUMNS = ("id", "label", "enabled", "accounts")


def register(group: click.Group) -> None:
    """Hang the commands on the root."""
    group.add_command(key)


@click.group()
def key() -> None:
    """API keys: what a company hands its employees. KEY is a label or an id."""


@key.command()
@click.argument("label")
@as_json
@installation
def create(here: Installation, label: str, as_json: bool) -> None:
    """Make a key; its secret is shown this once."""
    _show_with_secret(*use_cases.create(here.service, label), here.config.domain, as_json)


@key.command(name="list")
@as_json
@installation
def list_(here: Installation, as_json: bool) -> None:
    """List the keys."""
    rows = [_fields(found) for found in use_cases.listing(here.service)]
    output.objects(rows, _COLUMNS, as_json=as_json, empty="no keys yet; make one with 'smsdialog key create LABEL'")


@key.command()
@click.argument("name", metavar="KEY")
@as_json
@installation
def show(here: Installation, name: str, as_json: bool) -> None:
    """Show a key."""
    output.one(_fields(use_cases.show(here.service, name)), as_json=as_json)


@key.command()
@click.argument("name", metavar="KEY")
@click.option("--label", help="Its new label.")
@click.option("--cut", type=click.Choice(["", *(cut.value for cut in Cut)]), help="How much of mails is cut away.")
@click.option("--overlong", type=click.Choice(["", *OVERLONG]), help="What becomes of texts over the limit of parts.")
@click.option("--require", type=click.Choice(["", "credential", "proof"]), help="What proves a sender.")
@click.option("--receipts", type=click.Choice(RECEIPTS), help="Which receipts its employees are told of.")
@click.option("--domains", help="The domains that its employees write from, with blanks between; '' for any.")
@click.option("--sms-per-account-per-hour", type=int, metavar="N", help="What each account may send; 0: as configured.")
@click.option("--sms-per-day", type=int, metavar="N", help="What all accounts together may send; 0: as configured.")
@click.option("--texts", type=click.Choice(TEXTS), help="Whether its texts are kept, or only until they are delivered.")
@click.option("--texts-days", type=int, metavar="N", help="For how long its texts are kept; 0: as configured.")
@click.option("--numbers-days", type=int, metavar="N", help="For how long its customers' numbers are kept.")
@click.option("--records-days", type=int, metavar="N", help="For how long its records are kept.")
@click.option("--stop-words", type=click.Choice(["on", "off"]), help="Whether customers end what they get with STOP.")
@click.option("--machine-mail/--no-machine-mail", default=None, help="Whether monitoring mail becomes SMS.")
@as_json
@installation
def edit(here: Installation, name: str, as_json: bool, **wishes: Any) -> None:
    """Change a key's label, or what it wants otherwise than the configuration ("" for the configuration's)."""
    values = {wish: value for wish, value in wishes.items() if value is not None}
    if not values:
        raise click.UsageError("nothing to change: see 'smsdialog key edit --help'")
    if "stop_words" in values:
        values["stop_words"] = values["stop_words"] == "on"
    output.one(_fields(use_cases.edit(here.service, name, **values)), as_json=as_json)


@key.command()
@click.argument("name", metavar="KEY")
@as_json
@installation
def enable(here: Installation, name: str, as_json: bool) -> None:
    """Let a key's accounts go on, and deliver what was held."""
    output.one(_fields(use_cases.enable(here.service, name)), as_json=as_json)


@key.command()
@click.argument("name", metavar="KEY")
@as_json
@installation
def disable(here: Installation, name: str, as_json: bool) -> None:
    """Pause all accounts of a key: nothing in, nothing out."""
    output.one(_fields(use_cases.disable(here.service, name)), as_json=as_json)


@key.command()
@click.argument("name", metavar="KEY")
@click.option("--overlap-days", default=7.0, show_default=True, help="How long the old secret is good, too.")
@as_json
@installation
def rotate(here: Installation, name: str, overlap_days: float, as_json: bool) -> None:
    """Give a key another secret, shown this once."""
    _show_with_secret(*use_cases.rotate(here.service, name, overlap_days), here.config.domain, as_json)
    if not as_json:
        good = f"is good for another {overlap_days:g} days" if overlap_days else "is worth nothing from now on"
        click.echo(f"The secret so far {good}.")


@key.command()
@click.argument("name", metavar="KEY")
@as_json
@installation
def delete(here: Installation, name: str, as_json: bool) -> None:
    """Delete a key that has no open account."""
    output.one(_fields(use_cases.delete(here.service, name)), as_json=as_json)


def _fields(found: Key) -> dict[str, Any]:
    return {
        "id": found.public_id,
        "label": found.label,
        "enabled": found.enabled,
        "accounts": found.accounts,
        "cut": found.cut,
        "overlong": found.overlong,
        "require": found.require,
        "domains": list(found.domains),
        "machine_mail": found.machine_mail,
        "stop_words": found.stop_words,
        "receipts": found.receipts,
        "texts": found.texts,
        "texts_days": found.texts_days,
        "numbers_days": found.numbers_days,
        "records_days": found.records_days,
        "sms_per_account_per_hour": found.sms_per_account_per_hour,
        "sms_per_day": found.sms_per_day,
    }


def _show_with_secret(found: Key, secret: Secret, domain: str, as_json: bool) -> None:
    output.one({**_fields(found), "secret": secret.reveal()}, as_json=as_json)
    if not as_json:
        click.echo(f"\nThe secret is not shown again. Employees write to {secret.reveal()}@{domain}")
