"""An SMS that says that SMS go out: through the real route, from a real account, into the real ledger.

If it does not come, something is wrong that this machine may be unable to tell of in any other way. One in each period,
however many processes and machines there are: who notes the round sends it.
"""

from __future__ import annotations

import hashlib
import json
import platform
import secrets
from dataclasses import dataclass

from smsdialog import log
from smsdialog.core import bulletin, trace
from smsdialog.core.model import Account, PhoneNumber, Receipts
from smsdialog.core.sms import SmsText, compose, shorten
from smsdialog.dialog import account, dispatch, post, report
from smsdialog.dialog.service import Service
from smsdialog.errors import Conflict, NotFound
from smsdialog.gateways._base import SEND_TIMEOUT_SECONDS
from smsdialog.store import Connection, accounts, figures, mails, outbound, rounds
from smsdialog.watch.periods import latest, when
from smsdialog.watch.vitals import vitals

ROUND = "heartbeat"
# The local part that stands for it among the recipients of mails.
NAME = "heartbeat"
# Within so long a receipt should have come.
RECEIPT_SECONDS = 3600


@dataclass(frozen=True)
class Beat:
    """The last heartbeat, as it is remembered: the SMS, and when the one before it was taken."""

    sms_id: int | None = None
    taken_before: float | None = None


def send_due(service: Service) -> bool:
    """Send the heartbeat of this period, if there is to be one and nobody has sent it. Writes."""
    wanted = service.config.heartbeat
    if not wanted.to:
        return False
    due = latest(service.now(), service.config.timezone, wanted.hour, wanted.every_hours)
    with service.store.reading() as tx:
        last = rounds.done_at(tx, ROUND)
    if last is not None and last >= due:
        return False
    if last is None:  # the first one comes when its hour does
        with service.store.transaction() as tx:
            rounds.begin(tx, ROUND, service.now())
        return False
    return _send(service, due)


def send_now(service: Service) -> int | None:
    """Send one at once, whatever the hour; the id of the SMS. Raises NotFound, Conflict. Writes."""
    with service.store.transaction() as tx:
        origin(service, tx)
        rounds.begin(tx, ROUND, service.now())
    return remembered(service).sms_id if _send(service, service.now() + 1) else None


def origin(service: Service, tx: Connection) -> Account:
    """The open account that it is from. Raises NotFound, Conflict."""
    if not service.config.heartbeat.to:
        raise NotFound("no heartbeat is configured: 'heartbeat.to' is empty")
    found = account.find(service, tx, service.config.heartbeat.account)
    if found.state != "open":
        raise Conflict("the account '%(name)s' is not open", name=found.number)
    return found


def remembered(service: Service) -> Beat:
    """The last one. Reads."""
    with service.store.reading() as tx:
        return _read(tx)


def taken_at(tx: Connection) -> float | None:
    """When a gateway last took one, in seconds since the epoch; None when none ever did."""
    last = _read(tx)
    taken = figures.fate(tx, last.sms_id)[1] if last.sms_id else None
    return last.taken_before if taken is None else taken


def trouble(service: Service) -> str:
    """What is wrong with the last one, in the operator's language; empty when nothing is. Reads."""
    if not service.config.heartbeat.to:
        return ""
    with service.store.reading() as tx:
        last, sent_at = _read(tx), rounds.done_at(tx, ROUND)
        state, taken, gateway = figures.fate(tx, last.sms_id) if last.sms_id else ("", None, "")
        try:
            origin(service, tx)
        except (NotFound, Conflict):
            return service.translate(bulletin.HEARTBEAT_HOMELESS)
    if not last.sms_id or sent_at is None or not state:
        return ""
    expected = gateway in service.gateways.telling and service.now() - (taken or sent_at) > RECEIPT_SECONDS
    said = {"delivered": "", "sent": bulletin.HEARTBEAT_UNHEARD if expected else ""}
    text = said.get(state, bulletin.HEARTBEAT_UNSENT)
    return service.translate(text) % {"time": when(sent_at, service.config.timezone)} if text else ""


def _send(service: Service, before: float) -> bool:
    text = _text(service)
    with service.store.transaction() as tx:
        earlier, taken = _read(tx), taken_at(tx)
        memory = rounds.memory(tx, ROUND)
        if not rounds.take(tx, ROUND, before, service.now()):
            return False
        try:
            sms_id = _claim(service, tx, origin(service, tx), text)
        except (NotFound, Conflict) as error:
            log.event("no-heartbeat", reason=error)  # the digest says so, too
            return False
        beat = Beat(sms_id or earlier.sms_id, taken)
        rounds.remember(tx, ROUND, memory, json.dumps(vars(beat)), service.now())
    if sms_id is None:
        return False
    dispatch.send(service, [sms_id], service.now() + 2 * SEND_TIMEOUT_SECONDS)
    _tell(service, sms_id)
    return True


def _text(service: Service) -> SmsText:
    troubled = [one.name for one in vitals(service) if one.trouble]
    time = when(service.now(), service.config.timezone)
    words = bulletin.heartbeat(service.translate, platform.node(), time, troubled)
    return shorten(compose(words), 1)


def _claim(service: Service, tx: Connection, sender: Account, message: SmsText) -> int | None:
    """Write the SMS as if a mail had asked for it."""
    now, peer = service.now(), PhoneNumber(service.config.heartbeat.to)
    digest = hashlib.sha256(f"{NAME} {now}".encode()).hexdigest()
    mail_id = mails.enter(tx, digest=digest, message_id="", subject="", now=now)
    mails.belongs_to(tx, mail_id, sender.id, "")
    mails.settle(tx, mail_id, NAME, queue_id="", outcome="sms", reason=NAME, now=now)
    return outbound.claim(
        tx,
        mail_id=mail_id,
        account_id=sender.id,
        dialog_id=accounts.dialog(tx, sender.id, peer, now),
        peer=peer,
        text=message.text,
        encoding=message.encoding.value,
        parts=len(message.parts),
        state="queued",
        gateway=service.gateways.route(peer)[0],
        reference=trace.reference(digest, secrets.token_hex(6)),
        reason="",
        receipts=Receipts.NONE.value,
        created_at=now,
        updated_at=now,
    )


def _tell(service: Service, sms_id: int) -> None:
    with service.store.reading() as tx:
        row = outbound.by_id(tx, sms_id)
    if row is not None:
        report.tell(service, row.mail_id)
        post.notices_of(service, row.mail_id)


def _read(tx: Connection) -> Beat:
    return Beat(**json.loads(rounds.memory(tx, ROUND) or "{}"))
