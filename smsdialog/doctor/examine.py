"""The whole examination: every subject in its turn, and no subject's trouble keeps another from being looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from smsdialog import log
from smsdialog.dialog.service import Service
from smsdialog.doctor import (
    clock,
    configuration,
    credentials,
    database,
    dns,
    exim_pipe,
    gateways,
    loop,
    mail_server,
    postfix_route,
    resident,
    sendmail,
    state,
    waiting,
    web,
)
from smsdialog.doctor.exim import Exim
from smsdialog.doctor.finding import ERROR, Finding, Findings, Unchecked
from smsdialog.doctor.place import Place
from smsdialog.doctor.postfix import Postfix
from smsdialog.errors import SmsDialogError


@dataclass(frozen=True)
class Report:
    """What is wrong, errors first, and what could not be looked at."""

    findings: tuple[Finding, ...]
    unchecked: tuple[Unchecked, ...]

    @property
    def has_errors(self) -> bool:
        """Whether something is wrong that loses mails, or lets somebody in."""
        return any(found.kind.severity == ERROR for found in self.findings)


def examine(path: Path, *, resolver: str = "", mail: bool = False) -> Report:
    """Look at the installation of a configuration. With `mail`, a mail goes round, and is noted."""
    config = configuration.load(path)
    if isinstance(config, Finding):
        return Report((config,), (Unchecked("everything else", "it hangs on the configuration"),))
    with Place(path.absolute(), config, resolver) as place:
        subjects = [*SUBJECTS.items(), *([("loop mail", loop.check)] if mail else [])]
        return _report(found for name, check in subjects for found in _guarded(name, partial(check, place)))


def at_a_glance(service: Service) -> tuple[Finding, ...]:
    """What is wrong of that which is looked at in no time, for a web page. Reads, and asks nobody."""
    checks: dict[str, Callable[[], Findings]] = {
        "what waits": partial(waiting.check, service),
        "disk": partial(state.disk, Path(service.config.state_dir)),
    }
    return _report(found for name, check in checks.items() for found in _guarded(name, check)).findings


def _waiting(place: Place) -> Findings:
    if place.service is None:
        yield Unchecked("what waits", "the database cannot be worked with")
    else:
        yield from waiting.check(place.service)


def _mail_server(place: Place) -> Findings:
    yield from mail_server.check(place.config.mail.sendmail, place.server)
    match place.server:
        case Postfix(trouble="") as postfix:
            yield from postfix_route.check(place, postfix)
        case Exim(trouble="") as exim:
            yield from exim_pipe.check(place, exim)


SUBJECTS: dict[str, Callable[[Place], Findings]] = {
    "configuration": configuration.check,
    "credentials": credentials.check,
    "state folder": state.check,
    "disk": lambda place: state.disk(place.state_dir),
    "database": database.check,
    "what waits": _waiting,
    "sendmail": sendmail.check,
    "mail server": _mail_server,
    "DNS": dns.check,
    "gateways": gateways.check,
    "web server": web.check,
    "clock": clock.check,
    "resident": resident.check,
}


def _guarded(name: str, check: Callable[[], Findings]) -> Iterator[Finding | Unchecked]:
    try:
        yield from check()
    except (OSError, SmsDialogError) as error:
        yield Unchecked(name, str(error))
    except Exception as error:  # a fault of ours, which the log has
        log.failure(error)
        yield Unchecked(name, f"unexpected {type(error).__name__}: {error}")


def _report(found: Iterator[Finding | Unchecked]) -> Report:
    everything: Sequence[Finding | Unchecked] = list(dict.fromkeys(found))
    findings = [one for one in everything if isinstance(one, Finding)]
    findings.sort(key=lambda one: one.kind.severity != ERROR)
    return Report(tuple(findings), tuple(one for one in everything if isinstance(one, Unchecked)))
