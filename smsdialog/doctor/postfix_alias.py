"""Postfix: the alternative, a pipe in an alias file, and where it goes wrong."""

from __future__ import annotations

import re
from pathlib import Path

from smsdialog.doctor.finding import Findings, Unchecked, error, quoted
from smsdialog.doctor.person import READ, RUN, WRITE, owner
from smsdialog.doctor.place import Place
from smsdialog.doctor.postfix import Postfix
from smsdialog.doctor.postfix_pipe import BROKEN

CATCH_ALL = error("postfix-alias-route", "Mail for the domain does not come to the product: every number is refused.")
SEVERAL = error(
    "postfix-alias-several", "Each mail is handed to all of these: twice to the product, or to somebody who reads it."
)
ORIGINAL = error(
    "postfix-alias-original-recipient",
    "A key and numbers in one mail become one run for one of them: the others get nothing.",
)
OWNER = error(
    "postfix-alias-owner", "The command runs as whom the file belongs to, and can read and write nothing of ours."
)
ALIAS_FILTER = error(
    "postfix-alias-filter", "A run that breaks down bounces the mail, with a traceback, to the employee."
)
FORBIDDEN = error("postfix-alias-commands", "local(8) does not run commands of aliases, so every mail bounces.")

_PART = re.compile(r'"(?:[^"\\]|\\.)*"|[^,]+')


def check(place: Place, postfix: Postfix) -> Findings:
    """The alias that the domain leads to, and what it runs."""
    domain = place.config.domain
    target = postfix.lookup("virtual_alias_maps", f"@{domain}")
    name = target.partition("@")[0]
    command = postfix.lookup("alias_maps", name) if name else ""
    parts = [part.strip() for part in _PART.findall(command) if part.strip()]
    pipes = [part for part in parts if part.strip('"').startswith("|")]
    if not pipes:
        yield CATCH_ALL.found(
            f"@{domain} leads to {target or 'nothing'}, which is no pipe of ours", _lead(postfix, domain)
        )
        return
    if len(parts) > 1 or "," in target:
        what = f"alias '{name}' has {len(parts)} destinations" if len(parts) > 1 else f"@{domain} leads to {target}"
        yield SEVERAL.found(what, _write_alias(postfix, name, pipes[0]))
    yield from _settings(postfix)
    yield from _owner(place, postfix, name)


def _settings(postfix: Postfix) -> Findings:
    if postfix.setting("enable_original_recipient") != "yes":
        mend = postfix.change("enable_original_recipient = yes")
        yield ORIGINAL.found("enable_original_recipient is not 'yes'", mend)
    if "alias" not in postfix.words("allow_mail_to_commands"):
        mend = postfix.change("allow_mail_to_commands = alias, forward")
        yield FORBIDDEN.found("allow_mail_to_commands lacks 'alias'", mend)
    if not any(postfix.ask(table, BROKEN).startswith("4") for table in postfix.words("local_delivery_status_filter")):
        table = postfix.file("smsdialog-status")
        lines = r"'/^5(\.3\.0 .*)$/ 4$1' '/^5(\.3\.5 .*)$/ 4$1'"
        write = f"install -d {quoted(table.parent)} && printf '%s\\n' {lines} > {quoted(table)}"
        mend = f"{write} && {postfix.change(f'local_delivery_status_filter = regexp:{table}')}"
        yield ALIAS_FILTER.found("no local_delivery_status_filter makes a crash a retry", mend)


def _owner(place: Place, postfix: Postfix, name: str) -> Findings:
    for table in postfix.words("alias_maps"):
        file = Path(table.partition(":")[2])
        if not postfix.ask(table, name) or not file.exists():
            continue
        runs_as = owner(file)
        right = place.user.name if place.user and place.user.uid else "smsdialog"
        if runs_as is None:
            yield Unchecked("alias file", f"{file} belongs to a user without a name")
        elif runs_as.uid == 0 or not runs_as.may(place.state_dir, READ | WRITE | RUN):
            as_whom = "nobody (default_privs)" if runs_as.uid == 0 else runs_as.name
            yield OWNER.found(f"{file} has the command run as {as_whom}", quoted("chown", right, file))


def _lead(postfix: Postfix, domain: str) -> str:
    table = postfix.file("virtual")
    tables = ", ".join(dict.fromkeys([*postfix.words("virtual_alias_maps"), f"texthash:{table}"]))
    line = quoted("echo", f"@{domain} smsdialog-deliver@localhost")
    alias = _write_alias(postfix, "smsdialog-deliver", '"|/usr/bin/smsdialog-deliver"')
    return f"install -d {quoted(table.parent)} && {line} >> {quoted(table)} && {alias} && " + postfix.change(
        f"virtual_alias_maps = {tables}"
    )


def _write_alias(postfix: Postfix, name: str, pipe: str) -> str:
    """A file of its own for the alias, before all others."""
    table = postfix.file("aliases")
    tables = ", ".join(dict.fromkeys([f"texthash:{table}", *postfix.words("alias_maps")]))
    write = f"install -d {quoted(table.parent)} && {quoted('echo', f'{name} {pipe}')} > {quoted(table)}"
    return f"{write} && chown smsdialog {quoted(table)} && {postfix.change(f'alias_maps = {tables}')}"
