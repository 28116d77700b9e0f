"""unsubscribe@: the key in the subject, or failing that in the body, closes the sender's account on it."""

from __future__ import annotations

from smsdialog.core import letters, text
from smsdialog.core.model import Account, Key
from smsdialog.dialog import notify
from smsdialog.dialog.authorise import accepts
from smsdialog.dialog.case import Case, Fate, key_in
from smsdialog.dialog.service import Service
from smsdialog.errors import KeyMissing, NoAccount, Refusal
from smsdialog.store import Connection, accounts


def decide(service: Service, tx: Connection, case: Case, mail_id: int) -> Fate:
    """Close the account; its number is dead from the commit on. Writes."""
    key = key_in(service, tx, case.mail.subject) or key_in(service, tx, text.full_text(case.mail))
    account = next((a for a in case.accounts if key and a.key_id == key.id), None)
    if account is None or key is None or not accepts(key, case):
        return _refuse(service, tx, case, mail_id, key, account)
    accounts.close(tx, account.id, service.now())
    letter = letters.closed(service.translate, account.number, service.config.domain)
    notify.answer(service, tx, case, mail_id, account.email, "closed", letter, account.id)
    return Fate("unsubscribed")


def _refuse(
    service: Service, tx: Connection, case: Case, mail_id: int, key: Key | None, account: Account | None
) -> Fate:
    """An account's owner, or the holder of an enabled key, is told; anybody else learns nothing."""
    error: Refusal = NoAccount(domain=service.config.domain) if key and account is None else KeyMissing()
    may_be_told = (case.accounts and case.believed) or (key and key.enabled and accepts(key, case))
    if not may_be_told:
        return Fate("ignored", error.kind)
    notify.refuse(service, tx, case, mail_id, case.sender, error)
    return Fate("refused", error.kind)
