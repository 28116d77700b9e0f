"""A mail that goes round: through the mail server's sendmail, and back to us by its pipe (`--mail`)."""

from __future__ import annotations

import base64
import secrets
import time
from email.message import EmailMessage
from email.utils import formatdate

from smsdialog.core import address
from smsdialog.dialog import loop_mail
from smsdialog.dialog.case import recipient
from smsdialog.dialog.service import Service
from smsdialog.doctor import exim_pipe
from smsdialog.doctor.exim import Exim
from smsdialog.doctor.finding import Findings, Unchecked, error, quoted
from smsdialog.doctor.forged import FORGED, strip
from smsdialog.doctor.place import Place
from smsdialog.doctor.postfix import Postfix
from smsdialog.errors import SendmailFailed
from smsdialog.faults import patience
from smsdialog.store import mails

SECONDS = patience(30)
LOOK_SECONDS = 0.3
# What rewrites envelope senders, ours among them.
REWRITING = ("sender_canonical_maps", "canonical_maps", "masquerade_domains")

LOST = error(
    "loop-mail-lost",
    "What employees write goes the same way, from the mail server to the product. It waits in the queue, or bounced.",
)
NOT_SENT = error("loop-mail-not-sent", "Every mail of ours goes out by sendmail: SMS from customers, answers, reports.")
RENAMED = error(
    "sender-changed",
    "Mails of ours carry an envelope sender that tells us of bounces. With another, none comes back.",
)


def check(place: Place) -> Findings:
    """Send one, and wait for it."""
    service = place.service
    if service is None or not service.secrets:
        yield Unchecked("loop mail", "it needs the database and the secret")
        return
    name = base64.b32encode(secrets.token_bytes(7)).decode().lower()[:10]
    with service.store.reading() as tx:
        newest = mails.newest_delivery(tx)
    try:
        to = _send(service, name)
    except SendmailFailed as failure:
        yield NOT_SENT.found(f"a mail could not be sent round: {failure}", place.edit("sendmail"))
        return
    arrived = _wait(service, newest, recipient(service.config.domain, to).shown)
    if arrived is None:
        yield LOST.found(f"a mail to {place.config.domain} did not come in within {SECONDS:g} s", _look(place))
    else:
        yield from _judged(place, arrived)


def _send(service: Service, name: str) -> str:
    to = service.address(address.loop_local_part(service.secrets[0], name))
    service.mailer.post(_mail(service, to, name), sender=to, recipient=to)
    return to


def _wait(service: Service, newest: int, shown: str) -> str | None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        with service.store.reading() as tx:
            reason = mails.reason_since(tx, newest, shown)
        if reason is not None and reason.startswith(loop_mail.ARRIVED):
            return reason
        time.sleep(LOOK_SECONDS)
    return None


def _judged(place: Place, arrived: str) -> Findings:
    if loop_mail.FORGED in arrived:
        ids = ", ".join(place.config.auth.trusted_authserv_ids)
        yield FORGED.found(f"forged Authentication-Results of {ids} came through the mail server", strip(place))
    if loop_mail.RENAMED in arrived:
        yield RENAMED.found("the mail came in with another envelope sender than it was sent with", _leave_sender(place))


def _leave_sender(place: Place) -> str:
    """The command that has the mail server leave our envelope senders as they are."""
    if isinstance(place.server, Exim):
        return exim_pipe.trust(place)
    if isinstance(place.server, Postfix):
        rewriting = [name for name in REWRITING if place.server.words(name)]
        return place.server.forget(*rewriting) if rewriting else quoted("editor", f"{place.server.folder}/main.cf")
    return place.edit("sendmail")


def _look(place: Place) -> str:
    """The command that shows what became of it."""
    return "exim4 -bp" if isinstance(place.server, Exim) else "postqueue -p"


def _mail(service: Service, to: str, name: str) -> bytes:
    mail = EmailMessage()
    for authserv_id in service.config.auth.trusted_authserv_ids:
        mail.add_header("Authentication-Results", f"{authserv_id}; dmarc=pass header.from={name}.invalid")
    mail["From"] = mail["To"] = to
    mail["Subject"] = "smsdialog doctor"
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<{name}@{service.config.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("This mail goes round once, to show that mail comes in. Nobody gets it.\n")
    return mail.as_bytes()
