"""A mail becomes SMS: one for each customer, claimed in the ledger before anything is sent.

All recipients of a run that text are decided together, because a mail has one text, and because one
wrong number stops the whole mail.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

from smsdialog.core import phone, sms, text
from smsdialog.core.address import KeyAddress, Meaning, PhoneAddress, ReplyAddress, hash_key, reply_token_is_valid
from smsdialog.core.customers import Rules, customers, subject_numbers
from smsdialog.core.model import Account, Cut, PhoneNumber
from smsdialog.core.phone import service_number
from smsdialog.dialog import notify
from smsdialog.dialog.case import Case, Fate, Recipient
from smsdialog.dialog.service import Service
from smsdialog.errors import (
    AccountPaused,
    AttachmentOnly,
    EmptyText,
    Encrypted,
    NoAccount,
    NotAnswerable,
    NumberRefused,
    Refusal,
    SignedOpaque,
    TnefOnly,
    TooBig,
    TooLong,
    UnknownRecipient,
)
from smsdialog.store import Connection, accounts, inbound, keys, mails, outbound

_PROBLEMS: dict[str, type[Refusal]] = {
    "empty": EmptyText,
    "attachment-only": AttachmentOnly,
    "encrypted": Encrypted,
    "signed-opaque": SignedOpaque,
    "tnef": TnefOnly,
}
# How much of a mail is kept to be compared with the next ones.
ENDING_LINES = 30
_ONLY_NUMBERS = re.compile(r"[0-9+().,;\s-]*[0-9][0-9+().,;\s-]*")


def decide(
    service: Service, tx: Connection, case: Case, mail_id: int, recipients: Sequence[Recipient]
) -> dict[Recipient, Fate]:
    """Claim the SMS that these recipients stand for, or write why not. Writes; sends nothing."""
    fates: dict[Recipient, Fate] = {}
    texting: dict[Account, list[Recipient]] = {}
    for to in recipients:
        account = _account_for(service, tx, case, to.meaning)
        if account is None:
            fates[to] = _refuse_unproven(service, tx, case, mail_id, to)
        else:
            texting.setdefault(account, []).append(to)
    for account, group in texting.items():
        mails.belongs_to(tx, mail_id, account.id)
        fates |= dict.fromkeys(group, _claim_or_refuse(service, tx, case, mail_id, account, group))
    return fates


def _account_for(service: Service, tx: Connection, case: Case, meaning: Meaning) -> Account | None:
    """The sender's account that this recipient is written to with, if he has proven himself for it."""
    if not case.admitted:
        return None
    match meaning:
        case ReplyAddress(peer, token):
            signed = (a for a in case.accounts if reply_token_is_valid(service.secrets, a.id, peer, token))
            return next(signed, None)
        case KeyAddress(secret):
            named = [key.id for key in case.keys if key.secret_hash == hash_key(secret.reveal())]
            return next((a for a in case.accounts if a.key_id in named), None)
        case PhoneAddress(typed):
            return _account_for_phone(service, tx, case, typed)
    return None


def _account_for_phone(service: Service, tx: Connection, case: Case, typed: str) -> Account | None:
    number = _service_number(tx, typed)
    candidates = [a for a in case.accounts if not number or a.number == number]
    with_key = [a for a in candidates if any(key.id == a.key_id for key in case.keys)]
    if with_key or not case.proof.by or len(candidates) < 2:
        return next(iter(with_key or (candidates if case.proof.by else [])), None)
    return _likeliest(service, tx, candidates, typed)


def _likeliest(service: Service, tx: Connection, candidates: list[Account], typed: str) -> Account:
    """Of several accounts of a proven sender: the one last in dialog with this customer, else an open one."""
    try:
        peer = phone.parse(typed, service.config.country)
    except NumberRefused:
        return candidates[0]
    last = accounts.last_dialog(tx, [a.id for a in candidates], peer)
    return min(candidates, key=lambda a: (a.id != last, not a.enabled, a.id))


def _service_number(tx: Connection, typed: str) -> str:
    """The 12-digit number of an account, open or closed, that a phone address is; empty if it is none."""
    number = service_number(typed.removeprefix("p"))
    return number if number and accounts.by_number(tx, number) else ""


def _refuse_unproven(service: Service, tx: Connection, case: Case, mail_id: int, to: Recipient) -> Fate:
    """Tell who may be told; strangers learn nothing."""
    means_something = isinstance(to.meaning, KeyAddress | PhoneAddress | ReplyAddress)
    domain = service.config.domain
    if case.accounts and case.believed:
        error = UnknownRecipient(recipient=to.shown, domain=domain)
        notify.refuse(service, tx, case, mail_id, case.sender, error)
        return Fate("refused", error.kind)
    if isinstance(to.meaning, KeyAddress) and _holds_key(case, to.meaning):
        notify.refuse(service, tx, case, mail_id, case.sender, NoAccount(domain=domain))
        return Fate("refused", NoAccount.kind)
    return Fate("ignored", "not-proven") if means_something else Fate("unknown-recipient")


def _holds_key(case: Case, meaning: KeyAddress) -> bool:
    named = hash_key(meaning.secret.reveal())
    return case.admitted and any(key.enabled and key.secret_hash == named for key in case.keys)


def _claim_or_refuse(
    service: Service, tx: Connection, case: Case, mail_id: int, account: Account, group: Sequence[Recipient]
) -> Fate:
    try:
        if account.state == "paused":
            raise AccountPaused
        if case.too_big:
            raise TooBig(limit=str(service.config.mail.max_bytes // 1_000_000))
        peers = _customers(service, tx, case, account, [to.meaning for to in group])
        _learn_signature(service, tx, case, mail_id, account)
        message = _message(service, tx, case, account, peers)
    except Refusal as error:
        notify.refuse(service, tx, case, mail_id, account.email, error)
        return Fate("refused", error.kind)
    return Fate("sms", claimed=_claim(service, tx, case, mail_id, account, peers, message))


def _customers(
    service: Service, tx: Connection, case: Case, account: Account, mine: Sequence[Meaning]
) -> tuple[PhoneNumber, ...]:
    """The customers that this run texts. Raises Refusal."""
    limits = service.config.limits
    rules = Rules(service.config.country, limits.countries, limits.recipients_per_mail)
    wanted, others = _typed(tx, mine), _typed(tx, case.named)
    subject = case.subject
    if _speaks_by_subject(tx, mine):
        wanted += subject_numbers(subject, lenient=bool(wanted or others))
    elif _speaks_by_subject(tx, case.named):
        others += subject_numbers(subject, lenient=True)
    elif _ONLY_NUMBERS.fullmatch(subject) and not any(isinstance(m, ReplyAddress) for m in mine):
        wanted += subject_numbers(subject, lenient=True)
    return customers(wanted, others, rules)


def _typed(tx: Connection, meanings: Sequence[Meaning]) -> list[str]:
    """The numbers that addresses name, as they were typed. Raises NotAnswerable."""
    found: list[str] = []
    for meaning in meanings:
        match meaning:
            case ReplyAddress(peer, _):
                if not phone.can_be_answered(f"+{peer}"):
                    raise NotAnswerable
                found.append(PhoneNumber(f"+{peer}"))
            case PhoneAddress(typed) if not _service_number(tx, typed):
                found.append(typed)
    return found


def _speaks_by_subject(tx: Connection, meanings: Sequence[Meaning]) -> bool:
    """Whether one of these addresses means that the customers stand in the subject."""
    return any(
        isinstance(m, KeyAddress) or (isinstance(m, PhoneAddress) and bool(_service_number(tx, m.typed)))
        for m in meanings
    )


def _message(
    service: Service, tx: Connection, case: Case, account: Account, peers: Sequence[PhoneNumber]
) -> sms.SmsText:
    """The SMS that the mail becomes. Raises Refusal."""
    key, defaults = keys.by_id(tx, account.key_id), service.config.text
    quoted = inbound.recent_texts(tx, account.id, peers)
    known = text.Known(signatures=accounts.signatures_of(tx, account.id), quoted=quoted)
    words = text.own_words(case.mail, cut=Cut(key.cut or defaults.cut), known=known)
    if words.problem:
        raise _PROBLEMS[words.problem]
    message = sms.compose(words.text, transliterate=defaults.transliterate)
    if not message.parts:
        raise EmptyText
    limit = service.config.limits.parts_per_sms
    if (key.overlong or defaults.overlong) == "cut":
        return sms.shorten(message, limit)
    if len(message.parts) > limit:
        raise TooLong(parts=str(len(message.parts)), limit=str(limit))
    return message


def _learn_signature(service: Service, tx: Connection, case: Case, mail_id: int, account: Account) -> None:
    """See a signature in what the last mails of an account have in common at their end."""
    written = text.own_words(case.mail, cut=Cut.QUOTES).text
    ending = "\n".join(written.split("\n")[-ENDING_LINES:])
    learned = text.common_ending(accounts.remember_ending(tx, account.id, mail_id, ending))
    if learned:
        accounts.learn_signature(tx, account.id, learned, "mails", service.now())


def _claim(
    service: Service,
    tx: Connection,
    case: Case,
    mail_id: int,
    account: Account,
    peers: Sequence[PhoneNumber],
    message: sms.SmsText,
) -> tuple[int, ...]:
    """Write one SMS for each customer that this mail has none for yet; over a limit, held."""
    now = service.now()
    held = _over_limit(service, tx, account, len(peers), now)
    claimed = []
    for peer in peers:
        dialog_id = accounts.dialog(tx, account.id, peer, now)
        accounts.remember_mail(tx, dialog_id, case.mail.message_id[:250])
        claimed.append(
            outbound.claim(
                tx,
                mail_id=mail_id,
                account_id=account.id,
                dialog_id=dialog_id,
                peer=peer,
                text=message.text,
                encoding=message.encoding.value,
                parts=len(message.parts),
                state="held" if held else "queued",
                gateway=service.gateways.route(peer),
                reference=secrets.token_hex(12),
                reason=held,
                created_at=now,
                updated_at=now,
            )
        )
    return tuple(sms_id for sms_id in claimed if sms_id is not None)


def _over_limit(service: Service, tx: Connection, account: Account, more: int, now: float) -> str:
    limits = service.config.limits
    if outbound.sent_since(tx, now - 3600, account_id=account.id) + more > limits.sms_per_account_per_hour:
        return "limit: SMS per account and hour"
    if outbound.sent_since(tx, now - 86_400, key_id=account.key_id) + more > limits.sms_per_key_per_day:
        return "limit: SMS per key and day"
    return ""
