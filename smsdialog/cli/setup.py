"""`smsdialog setup`: what the mail server needs for this installation; printed, carried out, or taken back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from itertools import groupby

import click

from smsdialog.cli import Installation, as_json, installation
from smsdialog.config import Config
from smsdialog.errors import SetupRefused
from smsdialog.setup.carry_out import Change, Plan, Wish, carry_out, to_apply, to_undo
from smsdialog.setup.server import Server
from smsdialog.setup.site import site_of


def register(root: click.Group) -> None:
    """Put the commands on the root."""
    root.add_command(setup)


@click.group()
def setup() -> None:
    """What the mail server needs for this installation."""


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """What both mail servers take."""
    options = (
        click.option("--apply", "act", flag_value="apply", help="Write it, after asking."),
        click.option("--undo", "act", flag_value="undo", help="Take out what --apply wrote, after asking."),
        click.option("--lmtp", is_flag=True, help="Lead mails to the resident's LMTP socket, not to the pipe."),
        click.option("--yes", is_flag=True, help="Do not ask."),
    )
    for option in reversed(options):
        command = option(command)
    return as_json(installation(command))


@setup.command()
@_options
def postfix(here: Installation, act: str | None, lmtp: bool, yes: bool, as_json: bool) -> None:
    """Print the lines that Postfix needs; with --apply or --undo, write them or take them out."""
    from smsdialog.setup.postfix import postfix_of

    _run(here.config, postfix_of(here.config), act, lmtp=lmtp, yes=yes, as_json=as_json)


@setup.command()
@_options
def exim(here: Installation, act: str | None, lmtp: bool, yes: bool, as_json: bool) -> None:
    """Print the lines that Debian's Exim 4 needs; with --apply or --undo, write them or take them out."""
    from smsdialog.setup.exim import exim_of

    _run(here.config, exim_of(here.config), act, lmtp=lmtp, yes=yes, as_json=as_json)


def _run(config: Config, server: Server, act: str | None, *, lmtp: bool, yes: bool, as_json: bool) -> None:
    if act and os.geteuid() != 0:
        raise SetupRefused(f"{server.name}'s configuration is root's; call this as root")
    if act == "undo":
        plan = to_undo(list(server.journal.records.values()))
    else:
        wishes = server.wishes(site_of(config), lmtp=lmtp)
        plan = to_apply(wishes, server.journal)
    if as_json:
        click.echo(json.dumps([_row(change) for change in plan.changes], ensure_ascii=False, indent=2))
    elif act:
        click.echo(_told(plan))
    else:
        click.echo(_lines(wishes))
        click.echo(f"\n# {_wanting(plan)}")
    if act and plan.changes:
        _carry_out(plan, server, yes=yes, quiet=as_json)


def _carry_out(plan: Plan, server: Server, *, yes: bool, quiet: bool) -> None:
    if not yes:
        click.confirm(f"Change {server.name}'s configuration", abort=True, err=True)
    carry_out(plan, server.journal, server.check)
    said = server.restart()
    click.echo(f"Done. {said}.", err=quiet)


def _lines(wishes: Sequence[Wish]) -> str:
    """All that has to stand there, as it would be typed in."""
    blocks = []
    for place, some in groupby(wishes, lambda wish: wish.entry.where.partition(":")[0]):
        blocks.append("\n".join([f"# {place}", *(wish.entry.shown(wish.text) for wish in some)]))
    return "\n\n".join(blocks)


def _wanting(plan: Plan) -> str:
    if not plan.changes:
        return "all of it stands there already"
    return f"{len(plan.changes)} of these are not there yet: --apply writes them"


def _told(plan: Plan) -> str:
    lines = [_in_words(change) for change in plan.changes] or ["nothing to change"]
    lines += [f"{left.entry.where} was changed since, and is left as it is" for left in plan.left]
    return "\n".join(lines)


def _in_words(change: Change) -> str:
    if change.then is None:
        return f"- {change.entry.where}"
    sign = "+" if change.now is None else "~"
    first, *more = change.entry.shown(change.then).splitlines() or [""]
    return (
        f"{sign} {change.entry.where}: {len(more) + 1} lines" if more else f"{sign} {change.entry.where}\n    {first}"
    )


def _row(change: Change) -> dict[str, str | None]:
    return {"where": change.entry.where, "now": change.now, "then": change.then}
