"""What waits longer than it should, and how many numbers are left: the parts of the ledger that a web page may show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from smsdialog.config import DEFAULT_PATH
from smsdialog.dialog import hook, number, quarantine
from smsdialog.dialog.gateway import status
from smsdialog.dialog.service import Service
from smsdialog.doctor.commands import command
from smsdialog.doctor.finding import Findings, error, quoted, warning
from smsdialog.doctor.person import owner
from smsdialog.faults import patience
from smsdialog.store import check as queries

EXHAUSTED = error("numbers-exhausted", "Nobody can subscribe any more, and no account can be opened.")
FEW = warning("numbers-few", "When they are used up, nobody can subscribe any more.")
SMS_WAIT = error(
    "sms-waiting", "Customers have not got what was written to them. Nothing takes what waits: no flush runs."
)
MAILS_WAIT = error("mails-waiting", "Employees have not got SMS or notices that are theirs. Nothing takes what waits.")
HOOKS_WAIT = error("hooks-waiting", "Those are SMS and receipts from the modem that nobody has got.")
QUARANTINE = warning("quarantine", "Each is a mail of somebody's that failed at every try, and that became nothing.")
GATEWAY_DOWN = error("gateway-down", "SMS wait for it, or go by other gateways; employees are told after twelve hours.")

# A flush runs every minute, or every half minute in the resident.
PATIENCE_SECONDS = patience(15 * 60)
FEW_NUMBERS = 20
LAST_NUMBER = 999_999_999_999


def check(service: Service) -> Findings:
    """What waits, numbers, gateways that are passed over, and the two folders for what went wrong. Reads."""
    yield from _numbers(service)
    yield from _ledger(service)
    yield from _gateways(service)
    yield from _folders(service)


def _numbers(service: Service) -> Findings:
    ranges = number.listing(service)
    free, highest = sum(span.free for span in ranges), max((span.last for span in ranges), default=459_191_999_999)
    more = command(service.config, "number", "add", f"{highest + 1}-{min(highest + 1000, LAST_NUMBER)}")
    if free == 0:
        yield EXHAUSTED.found(f"no number is free in {len(ranges)} ranges", more)
    elif free < FEW_NUMBERS:
        yield FEW.found(f"{free} numbers are free", more)


def _ledger(service: Service) -> Findings:
    before = service.now() - PATIENCE_SECONDS
    with service.store.reading() as tx:
        out, since = queries.overdue_outbound(tx, before), queries.oldest_outbound(tx, before)
        mails = [*queries.overdue_inbound(tx, before), *queries.overdue_notices(tx, before)]
    if out:
        yield SMS_WAIT.found(f"{len(out)} SMS wait to be sent, the oldest since {_when(since)}", _flush(service))
    if mails:
        what = f"{len(mails)} mails of ours wait for more than {PATIENCE_SECONDS / 60:g} minutes"
        yield MAILS_WAIT.found(what, _flush(service))


def _gateways(service: Service) -> Findings:
    for found in status(service):
        if found.state != "up":
            what = f"gateway '{found.name}' is passed over since {_when(found.down_since or 0)}: {found.reason}"
            yield GATEWAY_DOWN.found(what, command(service.config, "gateway", "test", found.name, "YOUR-OWN-NUMBER"))


def _folders(service: Service) -> Findings:
    state = Path(service.config.state_dir)
    aside = _listed(state / quarantine.FOLDER, "*.eml")
    if aside:
        what = f"{len(aside)} mails lie in {state / quarantine.FOLDER}"
        first = [str(path) for path in aside[:3]]
        yield QUARANTINE.found(what, f"{command(service.config, 'preview', *first)}  # then: {quoted('rm', *first)}")
    left = [path for path in _listed(state / hook.FOLDER, "*.json") if _is_old(path, service.now())]
    if left:
        yield HOOKS_WAIT.found(f"{len(left)} events lie in {state / hook.FOLDER}", _flush(service))


def _flush(service: Service) -> str:
    """Now, and from now on every minute."""
    user = owner(Path(service.config.state_dir))
    configured = "" if service.config.source == str(DEFAULT_PATH) else f" --config {quoted(service.config.source)}"
    line = f"* * * * * {user.name if user else 'smsdialog'} /usr/bin/smsdialog{configured} flush >/dev/null"
    return f"{command(service.config, 'flush')} && {quoted('echo', line)} > /etc/cron.d/smsdialog-flush"


def _listed(folder: Path, pattern: str) -> Sequence[Path]:
    return sorted(folder.glob(pattern))


def _is_old(path: Path, now: float) -> bool:
    return path.stat().st_mtime < now - PATIENCE_SECONDS


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).astimezone().isoformat(" ", "minutes")
