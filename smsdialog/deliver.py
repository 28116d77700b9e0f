"""The pipe: argument list and standard input become an exit status and at most one line.

Exit 0, 75, or, for a submitter that the MTA proved local, 67 and 77. `bin/smsdialog-deliver` guards
this module: whatever goes wrong here, an import included, is a 75 there.
"""

from __future__ import annotations

import resource
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smsdialog import config as configuration
from smsdialog import log
from smsdialog.core import mailparse
from smsdialog.core.address import same_domain, split_address
from smsdialog.core.mailbox import address_list
from smsdialog.core.model import Envelope
from smsdialog.dialog.handle import Answer, together
from smsdialog.dialog.service import open_service
from smsdialog.dialog.take import take
from smsdialog.errors import ConfigError, DeadlineExceeded, TooCostly
from smsdialog.faults import patience

# No gateway call begins that could last beyond this.
DEADLINE_SECONDS = patience(65)
# Then the run is cut off, and again every second until it has ended: a clean-up may swallow the first time. A
# database that is locked just then holds it for its own 30 seconds at the most, so that a run ends within
# 100 s whatever happens; the MTAs' own limits are longer.
ALARM_SECONDS = DEADLINE_SECONDS + patience(2)
ALARM_AGAIN_SECONDS = 1.0
# No mail that is let in needs half of either. What does fails here, instead of taking the machine with it, and is
# put aside at its third try. What is merely reserved does not count, as it would by RLIMIT_AS: sendmail inherits this.
MEMORY_BYTES = 512 * 1024 * 1024
PROCESSOR_SECONDS = 30
_OPTIONS = {
    "--config": "config",
    "--sender": "sender",
    "--queue-id": "queue_id",
    "--sasl-username": "sasl_username",
    "--client-address": "client_address",
}
# Where local(8) and Exim's pipe say what pipe(8) says in arguments.
_ENVIRONMENT = {
    "sender": ("SENDER",),
    "queue_id": ("MESSAGE_ID",),
    "sasl_username": ("SASL_USERNAME",),
    "client_address": ("CLIENT_ADDRESS",),
}


@dataclass(frozen=True)
class Call:
    """How the MTA called us; an option that was not given is None."""

    recipients: tuple[str, ...]
    config: str | None = None
    sender: str | None = None
    queue_id: str | None = None
    sasl_username: str | None = None
    client_address: str | None = None


def deliver(arguments: Sequence[str], environment: Mapping[str, str], begun: bytes = b"") -> Answer:
    """Take care of the mail on standard input, of which `begun` was read already.

    Raises SmsDialogError and whatever else goes wrong.
    """
    started_at = time.time()
    _limit_resources()
    signal.signal(signal.SIGALRM, _out_of_time)
    signal.setitimer(signal.ITIMER_REAL, ALARM_SECONDS, ALARM_AGAIN_SECONDS)
    try:
        call = parse_arguments(arguments)
        with log.about(queue=call.queue_id):
            return _deliver(call, environment, begun, started_at)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _deliver(call: Call, environment: Mapping[str, str], begun: bytes, started_at: float) -> Answer:
    config = configuration.load(configuration.config_path(call.config))
    service = open_service(config)
    service.store.check_schema()
    raw = _read_mail(begun, config.mail.max_bytes)
    envelope = read_envelope(call, environment, raw[: config.mail.max_bytes], config.domain)
    return together(take(service, raw, envelope, deadline=started_at + DEADLINE_SECONDS))


def parse_arguments(arguments: Sequence[str]) -> Call:
    """Read the argument list; argparse would exit with 2, which bounces the mail. Raises ConfigError.

    >>> parse_arguments(["--sender", "", "--queue-id=4Xy", "--", "-odd@sendmailsms.dk"])
    Call(recipients=('-odd@sendmailsms.dk',), config=None, sender='', queue_id='4Xy', sasl_username=None,
         client_address=None)
    """
    found: dict[str, str] = {}
    words = list(arguments)
    while words and words[0].startswith("--"):
        name, has_value, value = words.pop(0).partition("=")
        if name == "--":
            break
        if name not in _OPTIONS or not (has_value or words):
            raise ConfigError(f"unknown option or missing value: {name}")
        found[_OPTIONS[name]] = value if has_value else words.pop(0)
    return Call(recipients=tuple(word for word in words if word), **found)


def read_envelope(call: Call, environment: Mapping[str, str], raw: bytes, domain: str) -> Envelope:
    """What the MTA said: by argument, else in its environment, else (for recipients) in To and Cc."""
    said = {
        name: getattr(call, name) if getattr(call, name) is not None else _from(environment, names)
        for name, names in _ENVIRONMENT.items()
    }
    return Envelope(
        sender=said["sender"],
        recipients=call.recipients or _recipients(environment, raw, domain),
        queue_id=said["queue_id"] or "",
        sasl_username=said["sasl_username"] or "",
        client_address=said["client_address"] or "",
    )


def _from(environment: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((environment[name] for name in names if name in environment), None)


def _recipients(environment: Mapping[str, str], raw: bytes, domain: str) -> tuple[str, ...]:
    for name in ("ORIGINAL_RECIPIENT", "RECIPIENT"):
        recipient = environment.get(name, "")
        if same_domain(split_address(recipient)[1], domain):
            return (recipient,)
    headers = mailparse.parse(raw).headers
    found = (a for name in ("To", "Cc") for value in headers.all(name) for a in address_list(value))
    return tuple(dict.fromkeys(a for a in found if same_domain(split_address(a)[1], domain)))


def _out_of_time(signum: int, frame: object) -> None:
    raise DeadlineExceeded(f"the run took longer than {ALARM_SECONDS:g} s")


def _limit_resources() -> None:
    """Cap memory and processor time of this process, unless less is allowed already."""
    signal.signal(signal.SIGXCPU, _out_of_processor_time)
    for kind, wanted in ((resource.RLIMIT_DATA, MEMORY_BYTES), (resource.RLIMIT_CPU, PROCESSOR_SECONDS)):
        allowed = [limit for limit in resource.getrlimit(kind) if limit != resource.RLIM_INFINITY]
        resource.setrlimit(kind, (min([wanted, *allowed]), resource.getrlimit(kind)[1]))


def _out_of_processor_time(signum: int, frame: object) -> None:
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)  # it comes every second, and there is a mail to be put aside
    raise TooCostly(f"the run took more than {PROCESSOR_SECONDS} s of processor time")


def _read_mail(begun: bytes, max_bytes: int) -> bytes:
    """Standard input, of which one octet more than is allowed is kept, so that too much is seen."""
    raw = begun + sys.stdin.buffer.read(max(0, max_bytes + 1 - len(begun)))
    while len(raw) > max_bytes and sys.stdin.buffer.read(1 << 20):
        pass
    return raw[: max_bytes + 1]
