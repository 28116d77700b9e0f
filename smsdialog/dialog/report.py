"""What went wrong is told: one mail that lists every customer and what became of him."""

from __future__ import annotations

from smsdialog.core import letters
from smsdialog.core.address import redact
from smsdialog.core.letters import Fate
from smsdialog.dialog import called, dispatch, forget, notify
from smsdialog.dialog.service import Service
from smsdialog.faults import step
from smsdialog.store import Connection, outbound

NOT_SENT = "not-sent"
HELD = "held"
UNKNOWN = "unknown"
DELIVERED = "delivered"
BATCH = 100


def tell(service: Service, mail_id: int) -> None:
    """Write the report of one mail, if one is due. Writes."""
    with service.store.transaction() as tx:
        for due in outbound.mails_to_report(tx, service.now(), mail_id=mail_id):
            _report(service, tx, due)
    step("reported")


def tell_all(service: Service) -> int:
    """Write the reports that are due; returns how many. Writes."""
    with service.store.transaction() as tx:
        dispatch.expire(tx, service.now())
        due = outbound.mails_to_report(tx, service.now(), limit=BATCH)
        for mail_id in due:
            _report(service, tx, mail_id)
    return len(due)


def _report(service: Service, tx: Connection, mail_id: int) -> None:
    if not outbound.mark_reported(tx, mail_id):
        return
    rows = outbound.of_mail(tx, mail_id)
    names = called.customers(service, tx, rows[0].account_id, [row.peer for row in rows])
    fates = [Fate(names[row.peer], row.state, row.reason) for row in rows]
    message_id, subject, deputy = outbound.cause(tx, mail_id)
    text = next((row.text for row in rows if row.text), "")
    letter = letters.report(service.translate, fates, subject, redact(text))
    email = deputy or rows[0].email
    states = {row.state for row in rows}
    kind = {frozenset({"held"}): HELD, frozenset({"delivered"}): DELIVERED}.get(frozenset(states), NOT_SENT)
    notify.write(service, tx, email, kind, letter, mail_id=mail_id, in_reply_to=message_id)
    unknown = [f"o{row.id}" for row in rows if row.state == "unknown"]
    if unknown:
        letter = letters.operator_unknown(service.translate, unknown)
        notify.write(service, tx, service.config.mail.operator, UNKNOWN, letter, mail_id=mail_id)
    forget.of_mail(service, tx, mail_id)
