"""A mail that fails whenever it is looked at is put aside at the third try, and the operator is told.

Without this it would go round in the MTA's queue for days. Only unexpected errors count: trouble with the
database, a gateway or sendmail has nothing to do with the mail.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from smsdialog import log
from smsdialog.core import letters, trace
from smsdialog.core.model import Envelope
from smsdialog.dialog import notify, post
from smsdialog.dialog.case import recipient
from smsdialog.dialog.service import Service
from smsdialog.ownership import adopt
from smsdialog.store import Connection, failures, mails

FOLDER = "quarantine"
QUARANTINED = "quarantined"
TRIES = 3


def put_aside(service: Service, raw: bytes, envelope: Envelope) -> bool:
    """Count a failed delivery; at the third, keep the mail in the quarantine. Returns whether it is there. Writes."""
    identity = _octets(envelope.queue_id) or hashlib.sha256(raw).digest()
    digest = hashlib.sha256(b"\0".join((identity, *map(_octets, envelope.recipients)))).hexdigest()
    with service.store.transaction() as tx:
        if failures.count(tx, digest, service.now()) < TRIES:
            return False
    name = f"{digest[:16]}.eml"
    _keep(Path(service.config.state_dir, FOLDER), name, raw)
    with service.store.transaction() as tx:
        mail_id = _enter(service, tx, raw, envelope, name)
        letter = letters.operator_quarantine(service.translate, name)
        notify.write(service, tx, service.config.mail.operator, FOLDER, letter, mail_id=mail_id)
    post.notices_of(service)
    return True


def _enter(service: Service, tx: Connection, raw: bytes, envelope: Envelope, name: str) -> int:
    """Note in the ledger what became of the mail, which nobody could read: known again by its octets. Writes."""
    digest, now = hashlib.sha256(raw).hexdigest(), service.now()
    mail_id = mails.enter(tx, digest=digest, message_id="", subject="", now=now)
    for to in envelope.recipients or ("",):
        shown = recipient(service.config.domain, to).shown
        mails.settle(tx, mail_id, shown, queue_id=envelope.queue_id, outcome=QUARANTINED, reason=name, now=now)
    log.event(QUARANTINED, trace=trace.of_mail(digest), file=name)
    return mail_id


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # an argument may be any octets at all


def _keep(folder: Path, name: str, raw: bytes) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    draft = folder / f".{name}.{os.getpid()}"
    with draft.open("wb") as file:
        adopt(file.fileno(), folder.parent, shared_mode=0o660)
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / name)
