"""Which account a mail speaks for: the sender's own, for which he has proven himself.

`From` must be an open account's address; beside it one proof is needed: a key of that account, a valid
reply token of it, or the MTA's word. A key may ask for the MTA's word always, and for certain domains.
"""

from __future__ import annotations

from smsdialog.core import phone
from smsdialog.core.address import KeyAddress, Meaning, PhoneAddress, ReplyAddress, hash_key, reply_token_is_valid
from smsdialog.core.model import Account, Key
from smsdialog.core.phone import service_number
from smsdialog.dialog.case import Case, key_of
from smsdialog.dialog.service import Service
from smsdialog.errors import NumberRefused
from smsdialog.store import Connection, accounts


def account_for(service: Service, tx: Connection, case: Case, meaning: Meaning) -> Account | None:
    """The sender's account that this recipient is written to with, if he has proven himself for it. Reads."""
    account = _named(service, tx, case, meaning) if case.admitted else None
    return account if account and accepts(key_of(tx, case, account), case) else None


def accepts(key: Key, case: Case) -> bool:
    """Whether a key takes this sender, as well as he is proven."""
    return case.admitted and key.admits(case.sender) and (key.require != "proof" or bool(case.proof.by))


def is_owner(service: Service, tx: Connection, case: Case) -> bool:
    """Whether the sender has proven, by anything that the mail holds, that one of his accounts is his."""
    if not case.accounts or not case.admitted:
        return False
    meanings = (*(to.meaning for to in case.to_us), *case.named)
    return bool(case.proof.by) or any(account_for(service, tx, case, m) for m in meanings if not _is_phone(m))


def holds_key(case: Case, meaning: KeyAddress) -> bool:
    """Whether the mail names an enabled key that would take its sender."""
    key = case.keys.get(hash_key(meaning.secret.reveal()))
    return key is not None and key.enabled and accepts(key, case)


def service_number_of(tx: Connection, typed: str) -> str:
    """The 12-digit number of an account, open or closed, that a phone address is; empty if it is none."""
    number = service_number(typed.removeprefix("p"))
    return number if number and accounts.by_number(tx, number) else ""


def _is_phone(meaning: Meaning) -> bool:
    return isinstance(meaning, PhoneAddress)


def _named(service: Service, tx: Connection, case: Case, meaning: Meaning) -> Account | None:
    match meaning:
        case ReplyAddress(peer, token):
            signed = (a for a in case.accounts if reply_token_is_valid(service.secrets, a.id, peer, token))
            return next(signed, None)
        case KeyAddress(secret):
            key = case.keys.get(hash_key(secret.reveal()))
            return next((a for a in case.accounts if key and a.key_id == key.id), None)
        case PhoneAddress(typed):
            return _named_by_phone(service, tx, case, typed)
    return None


def _named_by_phone(service: Service, tx: Connection, case: Case, typed: str) -> Account | None:
    """A phone address names no account: a key beside it does, or the MTA's word for the sender."""
    number = service_number_of(tx, typed)
    candidates = [a for a in case.accounts if not number or a.number == number]
    with_key = [a for a in candidates if any(key.id == a.key_id for key in case.keys.values())]
    if with_key:
        return with_key[0]
    return _likeliest(service, tx, candidates, typed) if candidates and case.proof.by else None


def _likeliest(service: Service, tx: Connection, candidates: list[Account], typed: str) -> Account:
    """Of several accounts of a proven sender: the one last in dialog with this customer, else an open one."""
    try:
        peer = phone.parse(typed, service.config.country)
    except NumberRefused:
        return candidates[0]
    last = accounts.last_dialog(tx, [a.id for a in candidates], peer)
    return min(candidates, key=lambda a: (a.id != last, not a.enabled, a.id))
