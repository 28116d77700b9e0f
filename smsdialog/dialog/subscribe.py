"""subscribe@: an enabled key in the subject makes an account for the sender, and a confirmation."""

from __future__ import annotations

from smsdialog.core import letters, text
from smsdialog.core.mailbox import can_be_written_to
from smsdialog.core.model import Account, Key
from smsdialog.dialog import account as opening
from smsdialog.dialog import notify
from smsdialog.dialog.authorise import accepts
from smsdialog.dialog.case import Case, Fate, key_in
from smsdialog.dialog.service import Service
from smsdialog.errors import AccountPaused, Conflict, KeyMissing, NumbersExhausted, Refusal
from smsdialog.store import Connection, accounts


def decide(service: Service, tx: Connection, case: Case, mail_id: int) -> Fate:
    """Open the account, or find it open already; either way the answer is the same. Writes."""
    key = key_in(service, tx, case.mail.subject)
    if key is None or not key.enabled or not accepts(key, case) or not can_be_written_to(case.sender):
        return _refuse(service, tx, case, mail_id, key)
    account = accounts.open_on(tx, key.id, case.sender)
    if account is None:
        try:
            account = opening.create(service, tx, email=case.sender, key=key)
        except Conflict:  # another mail of the same sender was quicker
            account = accounts.open_on(tx, key.id, case.sender)
        except NumbersExhausted as error:
            return _out_of_numbers(service, tx, case, mail_id, error)
        assert account is not None
        _learn_signature(service, tx, case, account)
    letter = letters.confirmation(service.translate, account.number, service.config.domain)
    notify.answer(service, tx, case, mail_id, account.email, "confirmation", letter, account.id)
    return Fate("subscribed")


def _refuse(service: Service, tx: Connection, case: Case, mail_id: int, key: Key | None) -> Fate:
    """An account's owner is told; anybody else learns nothing."""
    on_key = any(key and a.key_id == key.id for a in case.accounts)
    error: Refusal = AccountPaused() if key and not key.enabled else KeyMissing()
    if not case.admitted or not case.accounts or not (case.proof.by or on_key):
        return Fate("ignored", error.kind)
    notify.refuse(service, tx, case, mail_id, case.sender, error)
    return Fate("refused", error.kind)


def _out_of_numbers(service: Service, tx: Connection, case: Case, mail_id: int, error: NumbersExhausted) -> Fate:
    notify.refuse(service, tx, case, mail_id, case.sender, error)
    letter = letters.operator_exhausted(service.translate)
    notify.write(service, tx, service.config.mail.operator, error.kind, letter, mail_id=mail_id)
    return Fate("refused", error.kind)


def _learn_signature(service: Service, tx: Connection, case: Case, account: Account) -> None:
    """The body of a subscribe mail is usually the client's automatic signature and nothing else."""
    signature = text.signature_of(case.mail)
    if signature:
        accounts.learn_signature(tx, account.id, signature, "subscribe", service.now())
