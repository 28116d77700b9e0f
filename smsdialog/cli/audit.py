"""`smsdialog audit`: who changed what, when, and from where."""

from __future__ import annotations

from typing import Any

import click

from smsdialog.cli import Installation, as_json, installation, output
from smsdialog.dialog import audit as use_cases
from smsdialog.store.acts import ActRow

_COLUMNS = ("time", "who", "origin", "act", "subject", "details")


def register(group: click.Group) -> None:
    """Hang the commands on the root."""
    group.add_command(audit)


@click.group()
def audit() -> None:
    """The log of acts: every change, by whomever and however, sign-ins, and looks at texts."""


@audit.command(name="list")
@click.option("--limit", type=click.IntRange(1, 1_000_000_000), metavar="N", help="Only the newest so many.")
@as_json
@installation
def list_(here: Installation, limit: int | None, as_json: bool) -> None:
    """List the acts, oldest first."""
    rows = [_fields(act) for act in reversed(use_cases.listing(here.service, limit))]
    if not as_json:
        rows = [{**row, "details": _words(row["details"])} for row in rows]
    output.objects(rows, _COLUMNS, as_json=as_json, empty="nobody has changed anything yet")


def _fields(act: ActRow) -> dict[str, Any]:
    return {
        "id": act.id,
        "time": output.when(act.happened_at),
        "who": act.who,
        "origin": act.origin,
        "act": act.act,
        "subject": act.subject,
        "details": act.details,
    }


def _words(details: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in details.items())
