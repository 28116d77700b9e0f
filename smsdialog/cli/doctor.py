"""`smsdialog doctor`: is the installation well?"""

from __future__ import annotations

import json
import sys

import click

from smsdialog import config as configuration
from smsdialog.cli import Installation, as_json, installation, output
from smsdialog.doctor import Finding, Report, Unchecked


def register(root: click.Group) -> None:
    """Put the command on the root."""
    root.add_command(doctor)


@click.command()
@click.option("--mail", is_flag=True, help="Send a mail round through the mail server, too, and wait for it.")
@click.option("--resolver", default="", metavar="ADDRESS", help="Ask this DNS server, not the machine's own.")
@as_json
@installation
def doctor(here: Installation, mail: bool, resolver: str, as_json: bool) -> None:
    """Look at the whole installation: what is wrong, why it matters, and the command that mends it.

    Nothing is changed. Ends with 1 when there is an error. What could not be looked at is said, on standard error
    with --json. Call it as root, or as the product's user, who sees less.
    """
    from smsdialog.doctor import examine

    report = examine(configuration.config_path(here.path), resolver=resolver, mail=mail)
    click.echo(json.dumps(_rows(report), ensure_ascii=False, indent=2) if as_json else _words(report))
    for unchecked in report.unchecked:
        click.echo(_not_checked(unchecked), err=as_json)
    sys.exit(1 if report.has_errors else 0)


def _rows(report: Report) -> list[dict[str, str]]:
    return [
        {
            "severity": found.kind.severity,
            "code": found.kind.code,
            "what": found.what,
            "why": found.kind.why,
            "mend": found.mend,
        }
        for found in report.findings
    ]


def _words(report: Report) -> str:
    return "\n\n".join(map(_in_words, report.findings)) or "all is well"


def _in_words(found: Finding) -> str:
    lines = (f"{found.kind.severity}: {found.what} [{found.kind.code}]", f"  {found.kind.why}", f"  mend: {found.mend}")
    return output.printable("\n".join(lines))


def _not_checked(unchecked: Unchecked) -> str:
    return output.printable(f"not checked: {unchecked.subject}: {' '.join(unchecked.why.split())}")
