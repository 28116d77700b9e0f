"""Postfix: is the pipe of master.cf the one that we ship, in all that matters?"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from smsdialog.config import DEFAULT_PATH
from smsdialog.doctor.finding import Findings, Unchecked, error, quoted, warning
from smsdialog.doctor.interpreter import can_run
from smsdialog.doctor.person import READ, RUN, WRITE, person
from smsdialog.doctor.place import Place
from smsdialog.doctor.postfix import Pipe, Postfix
from smsdialog.handover import config_of

SERVICE = error("postfix-service", "Mail for the domain waits in the queue: its transport is not there.")
RECIPIENT_LIMIT = error(
    "postfix-recipient-limit",
    "One exit status counts for all recipients of a run: one number in trouble has the others texted again.",
)
NULL_SENDER = error("postfix-null-sender", "A bounce then comes from MAILER-DAEMON, which is somebody's address.")
FILTER = error("postfix-status-filter", "A run that breaks down bounces the mail, with a traceback, to the employee.")
PIPE_USER = error(
    "postfix-pipe-user", "The command is not run, or can read and write nothing of ours: every mail waits."
)
COMMAND = error("postfix-pipe-command", "The command cannot be run, so every mail waits in the queue.")
ARGUMENTS = error(
    "postfix-pipe-arguments",
    "Without these words the product cannot tell a retry from a new mail, a bounce from an employee, or who logged in.",
)
OTHER_CONFIG = warning("postfix-other-config", "The pipe works with another configuration than what is examined here.")
CHROOT = error("postfix-chroot", "Python, the command and the database lie outside the chroot: every mail waits.")
MAXPROC = warning("postfix-maxproc", "A hundred runs at a time take 5 GB; only this column bounds them.")
TIME_LIMIT = warning(
    "postfix-time-limit", "A run takes up to 100 seconds where the gateway is slow, and is then killed."
)

# A run ends by itself within this time, see `smsdialog.deliver`.
LEAST_LIMIT_SECONDS = 110
BROKEN = '5.3.0 Command died with status 1: "/usr/bin/smsdialog-deliver"'
ENTRY = (
    "- n n - 8 pipe flags=q user=smsdialog null_sender= argv=/usr/bin/smsdialog-deliver --sender ${sender} --queue-id"
    " ${queue_id} --sasl-username ${sasl_username} --client-address ${client_address} -- ${recipient}"
)
OPTIONS = {
    "--sender": "${sender}",
    "--queue-id": "${queue_id}",
    "--sasl-username": "${sasl_username}",
    "--client-address": "${client_address}",
}
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def check(place: Place, postfix: Postfix, name: str) -> Findings:
    """The service that the domain's transport names; LMTP to the resident has none of this."""
    if name == "lmtp":
        return
    pipe = postfix.service(name)
    if pipe is None:
        yield SERVICE.found(f"master.cf has no service '{name}'", postfix.add_service(name, ENTRY))
        return
    if pipe.program != "pipe":
        yield Unchecked("Postfix's pipe", f"service '{name}' is {pipe.program}(8), not pipe(8)")
        return
    yield from _runs(postfix, pipe)
    yield from _attributes(place, postfix, pipe)
    yield from _command(postfix, pipe)
    yield from _arguments(place, postfix, pipe)


def _runs(postfix: Postfix, pipe: Pipe) -> Findings:
    limit = f"{pipe.name}_destination_recipient_limit"
    if postfix.setting(limit) != "1":
        yield RECIPIENT_LIMIT.found(f"{limit} is {postfix.setting(limit)}, not 1", postfix.change(f"{limit} = 1"))
    if pipe.process_limit == "-" and int(postfix.setting("default_process_limit") or 0) > 50:
        mend = (
            f"{quoted('postconf', '-c', postfix.folder, '-F', f'{pipe.name}/unix/process_limit=8')} && {postfix.reload}"
        )
        yield MAXPROC.found(f"service '{pipe.name}' has no process limit of its own", mend)
    if pipe.chroot == "y":
        mend = f"{quoted('postconf', '-c', postfix.folder, '-F', f'{pipe.name}/unix/chroot=n')} && {postfix.reload}"
        yield CHROOT.found(f"service '{pipe.name}' runs in a chroot", mend)
    time_limit = f"{pipe.name}_time_limit"
    if _seconds(postfix.setting(time_limit)) < LEAST_LIMIT_SECONDS:
        mend = postfix.change(f"{time_limit} = 300s")
        yield TIME_LIMIT.found(f"{time_limit} is {postfix.setting(time_limit)}", mend)


def _attributes(place: Place, postfix: Postfix, pipe: Pipe) -> Findings:
    if pipe.attributes.get("null_sender", "MAILER-DAEMON"):
        mend = postfix.change_service(pipe.name, pipe.with_word("null_sender="))
        yield NULL_SENDER.found(f"service '{pipe.name}' has no empty null_sender", mend)
    tables = postfix.option(pipe.name, "pipe_delivery_status_filter").split()
    if not any(postfix.ask(table, BROKEN).startswith("4") for table in tables):
        yield FILTER.found(
            f"no pipe_delivery_status_filter of service '{pipe.name}' makes a crash a retry", _filter(postfix, pipe)
        )
    yield from _user(place, postfix, pipe)


def _user(place: Place, postfix: Postfix, pipe: Pipe) -> Findings:
    name = pipe.attributes.get("user", "").partition(":")[0]
    user = person(name)
    right = place.user.name if place.user and place.user.uid else "smsdialog"
    mend = postfix.change_service(pipe.name, pipe.with_word(f"user={right}"))
    if user is None:
        yield PIPE_USER.found(f"user '{name}' of service '{pipe.name}' is not there", mend)
    elif name in ("root", "postfix"):
        yield PIPE_USER.found(f"service '{pipe.name}' runs as {name}, which pipe(8) refuses", mend)
    elif place.state_dir.is_dir() and not user.may(place.state_dir, READ | WRITE | RUN):
        yield PIPE_USER.found(f"{name}, as whom the pipe runs, may not write to {place.state_dir}", mend)
    elif not user.may(place.path, READ):
        mend = f"chgrp {quoted(name)} {quoted(place.path)} && chmod g+r {quoted(place.path)}"
        yield PIPE_USER.found(f"{name}, as whom the pipe runs, may not read {place.path}", mend)


def _command(postfix: Postfix, pipe: Pipe) -> Findings:
    argv = pipe.argv
    program = Path(argv[0]) if argv else Path("/nonexistent")
    user = person(pipe.attributes.get("user", "").partition(":")[0])
    if not program.is_file():
        mend = postfix.change_service(pipe.name, pipe.with_argv(["/usr/bin/smsdialog-deliver", *argv[1:]]))
        yield COMMAND.found(f"{program} is not there", mend)
    elif user and not can_run(user, program):
        yield COMMAND.found(f"{user.name} may not run {program} or its interpreter", f"chmod a+rx {quoted(program)}")


def _arguments(place: Place, postfix: Postfix, pipe: Pipe) -> Findings:
    argv = pipe.argv
    missing = [f"{option} {value}" for option, value in OPTIONS.items() if not _stands(argv, option, value)]
    if argv[-2:] != ("--", "${recipient}"):
        missing.append("-- ${recipient} at its end")
    if missing:
        what = f"the command of service '{pipe.name}' lacks {', '.join(missing)}"
        yield ARGUMENTS.found(what, postfix.change_service(pipe.name, pipe.with_argv(_whole(argv))))
    reads = config_of(argv[1:], {})
    if Path(reads).resolve() != place.path.resolve():
        mend = quoted("smsdialog", "--config", reads, "doctor")
        yield OTHER_CONFIG.found(f"the pipe reads {reads}, not {place.path}", mend)


def _stands(argv: tuple[str, ...], option: str, value: str) -> bool:
    return f"{option}={value}" in argv or (option, value) in pairwise(argv)


def _whole(argv: tuple[str, ...]) -> list[str]:
    """The command with every word of ours, its own configuration kept."""
    reads = config_of(argv[1:], {})
    config = ["--config", reads] if reads != str(DEFAULT_PATH) else []
    options = [word for pair in OPTIONS.items() for word in pair]
    return [*(argv[:1] or ["/usr/bin/smsdialog-deliver"]), *config, *options, "--", "${recipient}"]


def _filter(postfix: Postfix, pipe: Pipe) -> str:
    table = postfix.file("smsdialog-status")
    lines = r"'/^5(\.3\.0 .*)$/ 4$1' '/^5(\.3\.5 .*)$/ 4$1'"
    write = f"install -d {quoted(table.parent)} && printf '%s\\n' {lines} > {quoted(table)}"
    return f"{write} && {postfix.set_option(pipe.name, f'pipe_delivery_status_filter=regexp:{table}')}"


def _seconds(time_limit: str) -> float:
    """A time of Postfix's; one that is not understood is long."""
    found = re.fullmatch(r"(\d+)([smhdw]?)", time_limit)
    return int(found[1]) * _SECONDS[found[2]] if found else float("inf")
