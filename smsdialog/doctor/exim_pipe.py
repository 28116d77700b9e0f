"""Exim: does mail for the domain come to the product, each to a run of its own, and does no breakdown bounce?"""

from __future__ import annotations

import re
from pathlib import Path

from smsdialog.core.address import same_domain, split_address
from smsdialog.doctor import addresses
from smsdialog.doctor.exim import APPLY, MACROS, TRANSPORTS, Exim
from smsdialog.doctor.finding import Findings, Unchecked, error, quoted, warning
from smsdialog.doctor.person import READ, RUN, WRITE, person
from smsdialog.doctor.place import Place

ROUTE = error("exim-route", "Mail for the domain does not come to the product: it bounces, or goes elsewhere.")
DOMAIN = error("exim-not-relayed", "Mail from outside is refused: 'relay not permitted'.")
PEOPLE = error("exim-people", "RFC 2142: mails about abuse and trouble must reach a person; the product drops them.")
BATCH = error(
    "exim-batch",
    "One exit status counts for all recipients of a run: one number in trouble has the others texted again.",
)
TEMPORARY = error("exim-temp-errors", "A run that breaks down bounces the mail to the employee.")
TIMEOUT = error("exim-timeout", "A run that hangs bounces the mail, though the SMS may be out.")
SENDER = error("exim-sender", "Exim puts its own envelope sender into mails of ours, so no bounce comes back to us.")
USER = error("exim-pipe-user", "The command is not run, or can read and write nothing of ours: every mail waits.")
COMMAND = error("exim-pipe-command", "The address does not come to the product, or its command cannot be run.")
PREFIX = warning("exim-message-prefix", "A From_ line stands before the mail, and headers begin after it.")
PROOF = warning(
    "exim-environment",
    "The product does not learn who logged in, or from where: where proof is asked for, all is refused.",
)

# What a broken installation ends with: no word of ours, see docs/man/smsdialog-deliver.8.
BREAKDOWNS = {"1", "70", "71", "74", "75", "78", "126", "127"}
GUARDED = re.compile(r"exit 75")
_PROGRAM = re.compile(r"/[\w./+-]*smsdialog-deliver")


def check(place: Place, exim: Exim) -> Findings:
    """The domain's way, and the transport at its end."""
    domain = place.config.domain
    _, _, transport = exim.route(f"{addresses.A_NUMBER}@{domain}")
    settings = exim.transport(transport) if transport else {}
    if settings.get("driver") not in ("pipe", "lmtp"):
        what = f"{addresses.A_NUMBER}@{domain} goes to {transport or 'nowhere'}"
        yield ROUTE.found(what, f"cp -r mta-config/exim/conf.d/. /etc/exim4/conf.d/ && editor {MACROS} && {APPLY}")
    elif settings["driver"] == "pipe":
        yield from _pipe(place, settings)
    yield from _domain(exim, domain)
    yield from _people(place, exim)
    yield from _sender(place, exim)
    if place.config.auth.trusted_authserv_ids:
        yield Unchecked("forged Authentication-Results", "only a mail shows whether Exim takes them out: call --mail")


def trust(place: Place) -> str:
    """The command that has Exim leave our envelope sender."""
    users = ["uucp", place.user.name if place.user and place.user.uid else "smsdialog", "www-data"]
    line = f"MAIN_TRUSTED_USERS = {' : '.join(users)}"
    return f"{quoted('echo', line)} > /etc/exim4/conf.d/main/000_smsdialog_users && {APPLY}"


def _pipe(place: Place, settings: dict[str, str]) -> Findings:
    command = settings.get("command", "")
    if settings.get("batch_max", "1") != "1":
        yield BATCH.found(f"batch_max is {settings['batch_max']}, not 1", _set("batch_max", "1"))
    deferred = set(re.split(r"[\s:]+", settings.get("temp_errors", "")))
    if not GUARDED.search(command) and "*" not in deferred and not deferred >= BREAKDOWNS:
        missing = ", ".join(sorted(BREAKDOWNS - deferred, key=int))
        yield TEMPORARY.found(
            f"exit statuses {missing} bounce", _set("temp_errors", " : ".join(sorted(BREAKDOWNS, key=int)))
        )
    if settings.get("timeout_defer") != "on":
        yield TIMEOUT.found("timeout_defer is not set", _set("timeout_defer", "true"))
    if settings.get("message_prefix", ""):
        yield PREFIX.found("message_prefix is not empty", _set("message_prefix", ""))
    yield from _command(command, settings.get("environment", ""))
    yield from _user(place, settings.get("user", ""))


def _command(command: str, told: str) -> Findings:
    if not all(f"{name}=" in told for name in ("SASL_USERNAME", "CLIENT_ADDRESS")):
        yield PROOF.found("'environment' lacks SASL_USERNAME or CLIENT_ADDRESS", _shipped())
    found = _PROGRAM.search(command)
    if found and not Path(found[0]).is_file():
        yield COMMAND.found(f"{found[0]} is not there", f'ln -s "$(command -v smsdialog-deliver)" {quoted(found[0])}')
    if "$pipe_addresses" not in command or "-- " not in command:
        yield COMMAND.found("the command has no '-- $pipe_addresses', or not at its end", _shipped())


def _user(place: Place, name: str) -> Findings:
    user = person(name)
    right = place.user.name if place.user and place.user.uid else "smsdialog"
    if user is None:
        yield USER.found(f"user '{name}' of the transport is not there", _set("user", right))
    elif user.uid == 0:
        yield USER.found("the command runs as root, which Exim refuses", _set("user", right))
    elif place.state_dir.is_dir() and not user.may(place.state_dir, READ | WRITE | RUN):
        yield USER.found(f"{name}, as whom the command runs, may not write to {place.state_dir}", _set("user", right))
    elif not user.may(place.path, READ):
        mend = f"chgrp {quoted(name)} {quoted(place.path)} && chmod g+r {quoted(place.path)}"
        yield USER.found(f"{name}, as whom the command runs, may not read {place.path}", mend)


def _domain(exim: Exim, domain: str) -> Findings:
    taken = exim.takes_mail_for(domain)
    if taken is None:
        yield Unchecked("Exim's domains", "it has no lists local_domains and relay_to_domains, as Debian's has")
    elif not taken:
        script = f"s/^dc_relay_domains='/&{domain}:/;s/:'/'/"
        mend = f"{quoted('sed', '-i', script, '/etc/exim4/update-exim4.conf.conf')} && {APPLY}"
        yield DOMAIN.found(f"{domain} is neither a local domain nor one to relay for", mend)


def _people(place: Place, exim: Exim) -> Findings:
    domain = place.config.domain
    for name in addresses.PEOPLE:
        final, _, transport = exim.route(f"{name}@{domain}")
        if not transport or same_domain(split_address(final)[1], domain):
            operator = quoted(
                "sed", "-i", "s/^SMSDIALOG_OPERATOR = .*/SMSDIALOG_OPERATOR = YOU@YOUR-OWN-DOMAIN/", MACROS
            )
            yield PEOPLE.found(f"{name}@{domain} goes to {final or 'nobody'}", f"{operator} && {APPLY}")
            return


def _sender(place: Place, exim: Exim) -> Findings:
    trusted = re.split(r"[\s:]+", exim.setting("trusted_users"))
    user = place.user.name if place.user else "smsdialog"
    if exim.setting("untrusted_set_sender") != "*" and user not in trusted:
        yield SENDER.found(f"{user} may not name an envelope sender", trust(place))


def _set(option: str, value: str) -> str:
    """The command that sets one option of the shipped pipe transport, in the place of what it is set to."""
    script = f"/^smsdialog_pipe:/,/^smsdialog_lmtp:/{{/^ *{option}\\b/d}}"
    added = f"/^smsdialog_pipe:/a\\  {option} = {value}"
    return f"{quoted('sed', '-i', '-e', script, '-e', added, TRANSPORTS)} && {APPLY}"


def _shipped() -> str:
    return f"cp mta-config/exim/conf.d/transport/50_smsdialog {TRANSPORTS} && {APPLY}"
