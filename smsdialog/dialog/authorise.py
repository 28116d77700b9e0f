"""Which account a mail speaks for: the sender's own, or one whose deputy he is; he has proven himself for it.

`From` must be an open account's address; beside it one proof is needed: a key of that account, a valid
reply token of it, or the MTA's word. A key may ask for the MTA's word always, and for certain domains.

A deputy only answers: to a reply address, which names its account, or to the account's number with the customer in
the subject. He is looked for where no account of the sender's own fits, so that other mails do not pay for him.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from smsdialog.core import phone
from smsdialog.core.address import (
    GroupAddress,
    KeyAddress,
    Meaning,
    PhoneAddress,
    ReplyAddress,
    TakeBackAddress,
    TemplateAddress,
    hash_key,
    reply_token_is_valid,
    take_back_token_is_valid,
)
from smsdialog.core.model import Account, Key
from smsdialog.core.phone import service_number
from smsdialog.dialog.case import Case, key_of
from smsdialog.dialog.service import Service
from smsdialog.errors import NumberRefused
from smsdialog.store import Connection, accounts, deputies, groups, templates


def account_for(service: Service, tx: Connection, case: Case, meaning: Meaning) -> Account | None:
    """The account that this recipient is written to with, if he has proven himself for it. Reads."""
    if not case.admitted:
        return None
    account = _named(service, tx, case, meaning) or _as_deputy(service, tx, case, meaning)
    return account if account and accepts(key_of(tx, case, account), case) else None


def accepts(key: Key, case: Case) -> bool:
    """Whether a key takes this sender, as well as he is proven."""
    return case.admitted and key.admits(case.sender) and (key.require != "proof" or bool(case.proof.by))


def is_owner(service: Service, tx: Connection, case: Case) -> bool:
    """Whether the sender has proven, by anything that the mail holds, that an account is his, or he its deputy."""
    if case.accounts and case.believed:
        return True
    meanings = (*(to.meaning for to in case.to_us), *case.named)
    return any(account_for(service, tx, case, m) for m in meanings if not _is_phone(m))


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
            return _signed(service, case.accounts, peer, token)
        case KeyAddress(secret):
            key = case.keys.get(hash_key(secret.reveal()))
            return next((a for a in case.accounts if key and a.key_id == key.id), None)
        case PhoneAddress(typed):
            return _named_by_phone(service, tx, case, typed)
        case GroupAddress(name):
            mine = [a for a in _answered_as(service, tx, case) if a in case.accounts]
            return _that_knows(case, mine, lambda account: groups.peers(tx, account.key_id, name) is not None)
        case TemplateAddress(name):
            answered_as = _answered_as(service, tx, case)
            return _that_knows(case, answered_as, lambda a: templates.text_of(tx, a.key_id, name) is not None)
        case TakeBackAddress(mail, token):
            return _taking_back(service, case.accounts, mail, token)
    return None


def _answered_as(service: Service, tx: Connection, case: Case) -> list[Account]:
    """The accounts that the reply addresses of a mail stand for, to their employee or deputy."""
    meanings = (*(to.meaning for to in case.to_us), *case.named)
    replies = [meaning for meaning in meanings if isinstance(meaning, ReplyAddress)]
    found = [_named(service, tx, case, reply) or _as_deputy(service, tx, case, reply) for reply in replies]
    return [account for account in found if account]


def _that_knows(case: Case, answered_as: list[Account], knows: Callable[[Account], bool]) -> Account | None:
    """A group or a template names no account: a reply address or a key beside it does, or the MTA's word.

    Of several accounts it is one whose key has it; where none has, one that is told so.
    """
    proven = [*answered_as, *(a for a in case.accounts if _names_key_of(case, a))]
    proven = proven or list(case.accounts if case.proof.by else ())
    return next((a for a in proven if knows(a)), proven[0] if proven else None)


def _as_deputy(service: Service, tx: Connection, case: Case, meaning: Meaning) -> Account | None:
    """The account that its deputy answers as; or his own closed one, to which answers still come."""
    match meaning:
        case ReplyAddress(peer, token):
            return _signed(service, deputies.may_answer_as(tx, case.sender, service.now()), peer, token)
        case TakeBackAddress(mail, token):
            return _taking_back(service, deputies.may_answer_as(tx, case.sender, service.now()), mail, token)
        case PhoneAddress(typed) if number := service_number(typed.removeprefix("p")):
            theirs = deputies.may_answer_as(tx, case.sender, service.now())
            proven = (a for a in theirs if case.proof.by or _names_key_of(case, a))
            return next((a for a in proven if a.number == number), None)
    return None


def _signed(service: Service, candidates: Iterable[Account], peer: str, token: str) -> Account | None:
    signed = (a for a in candidates if reply_token_is_valid(service.secrets, a.id, peer, token))
    return next(signed, None)


def _taking_back(service: Service, candidates: Iterable[Account], mail: int, token: str) -> Account | None:
    valid = (a for a in candidates if take_back_token_is_valid(service.secrets, a.id, mail, token))
    return next(valid, None)


def _names_key_of(case: Case, account: Account) -> bool:
    return any(key.id == account.key_id for key in case.keys.values())


def _named_by_phone(service: Service, tx: Connection, case: Case, typed: str) -> Account | None:
    """A phone address names no account: a key beside it does, or the MTA's word for the sender."""
    number = service_number_of(tx, typed)
    candidates = [a for a in case.accounts if not number or a.number == number]
    with_key = [a for a in candidates if _names_key_of(case, a)]
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
