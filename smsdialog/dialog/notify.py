"""Write a notice to an employee or the operator: into the ledger now, to sendmail after the commit.

Nothing is written to machines, and one mail causes one notice of a kind however often it comes.
"""

from __future__ import annotations

from smsdialog.core import automatic, letters, text
from smsdialog.core.address import message_id_tag, redact
from smsdialog.core.letters import Letter
from smsdialog.dialog.case import Case
from smsdialog.dialog.service import Service
from smsdialog.errors import Refusal
from smsdialog.store import Connection, notices


def refuse(service: Service, tx: Connection, case: Case, mail_id: int, email: str, error: Refusal) -> None:
    """Tell an employee why his mail did not become an SMS; keys and tokens in it are not quoted."""
    quote = redact(text.own_words(case.mail).text)
    letter = letters.refusal(service.translate, error, case.subject, quote)
    answer(service, tx, case, mail_id, email, _kind(service, error), letter)


def answer(
    service: Service,
    tx: Connection,
    case: Case,
    mail_id: int,
    email: str,
    kind: str,
    letter: Letter,
    account_id: int | None = None,
) -> None:
    """Answer a mail once; one that asks for no answer gets none, unless it asked for the account itself."""
    wanted = kind in notices.ANSWERS or automatic.may_be_answered(case.mail)
    if not email or not wanted or notices.caused(tx, mail_id, email, kind):
        return
    write(service, tx, email, kind, letter, mail_id=mail_id, account_id=account_id, in_reply_to=case.mail.message_id)


def write(
    service: Service,
    tx: Connection,
    email: str,
    kind: str,
    letter: Letter,
    *,
    mail_id: int | None = None,
    account_id: int | None = None,
    in_reply_to: str = "",
) -> None:
    """Write a notice."""
    notices.add(
        tx,
        recipient=email,
        kind=kind,
        now=service.now(),
        mail_id=mail_id,
        account_id=account_id,
        subject=letter.subject,
        body=letter.body,
        in_reply_to=in_reply_to[:250],
    )


def _kind(service: Service, error: Refusal) -> str:
    """The topic of a refusal; of what was typed only a keyed digest, as nobody need be able to read it there."""
    if error.topic == error.kind:
        return error.kind
    return f"{error.kind} {message_id_tag(service.secrets[0], 'topic', error.topic)}"
