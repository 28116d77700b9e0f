"""A mail becomes SMS: one for each customer, claimed in the ledger before anything is sent.

All recipients of a run that text are decided together, because a mail has one text, and because one
wrong number stops the whole mail.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

from smsdialog.core import phone, sms, text
from smsdialog.core.address import KeyAddress, Meaning, PhoneAddress, ReplyAddress
from smsdialog.core.customers import Rules, customers, subject_numbers
from smsdialog.core.model import Account, Cut, PhoneNumber, Receipts
from smsdialog.dialog import authorise, forget, limits, notify
from smsdialog.dialog.case import Case, Fate, Recipient, key_of
from smsdialog.dialog.service import Service
from smsdialog.errors import (
    AccountPaused,
    AttachmentOnly,
    EmptyText,
    Encrypted,
    NoAccount,
    NotAnswerable,
    Refusal,
    SignedOpaque,
    TnefOnly,
    TooBig,
    TooLong,
    UnknownRecipient,
)
from smsdialog.store import Connection, accounts, inbound, mails, outbound

_PROBLEMS: dict[str, type[Refusal]] = {
    "empty": EmptyText,
    "attachment-only": AttachmentOnly,
    "encrypted": Encrypted,
    "signed-opaque": SignedOpaque,
    "tnef": TnefOnly,
}
# How much of a mail is kept to be compared with the next ones.
ENDING_LINES = 30
# RFC 8098, 2.1, and the older wish that mail clients still write.
RECEIPT_HEADERS = ("Disposition-Notification-To", "Return-Receipt-To")
_ONLY_NUMBERS = re.compile(r"[0-9+().,;\s-]*[0-9][0-9+().,;\s-]*")


def decide(
    service: Service, tx: Connection, case: Case, mail_id: int, recipients: Sequence[Recipient]
) -> dict[Recipient, Fate]:
    """Claim the SMS that these recipients stand for, or write why not. Writes; sends nothing."""
    fates: dict[Recipient, Fate] = {}
    texting: dict[Account, list[Recipient]] = {}
    for to in recipients:
        account = authorise.account_for(service, tx, case, to.meaning)
        if account is None:
            fates[to] = _refuse_unproven(service, tx, case, mail_id, to)
        else:
            texting.setdefault(account, []).append(to)
    for account, group in texting.items():
        mails.belongs_to(tx, mail_id, account.id)
        fates |= dict.fromkeys(group, _claim_or_refuse(service, tx, case, mail_id, account, group))
    return fates


def _refuse_unproven(service: Service, tx: Connection, case: Case, mail_id: int, to: Recipient) -> Fate:
    """Tell who may be told; strangers learn nothing."""
    means_something = isinstance(to.meaning, KeyAddress | PhoneAddress | ReplyAddress)
    domain = service.config.domain
    if authorise.is_owner(service, tx, case):
        error = UnknownRecipient(recipient=to.shown, domain=domain)
        notify.refuse(service, tx, case, mail_id, case.sender, error)
        return Fate("refused", error.kind)
    if isinstance(to.meaning, KeyAddress) and authorise.holds_key(case, to.meaning):
        notify.refuse(service, tx, case, mail_id, case.sender, NoAccount(domain=domain))
        return Fate("refused", NoAccount.kind)
    return Fate("ignored", "not-proven") if means_something else Fate("unknown-recipient")


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
    allowed = service.config.limits
    rules = Rules(service.config.country, allowed.countries, allowed.recipients_per_mail)
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
            case PhoneAddress(typed) if not authorise.service_number_of(tx, typed):
                found.append(typed)
    return found


def _speaks_by_subject(tx: Connection, meanings: Sequence[Meaning]) -> bool:
    """Whether one of these addresses means that the customers stand in the subject."""
    return any(
        isinstance(m, KeyAddress) or (isinstance(m, PhoneAddress) and bool(authorise.service_number_of(tx, m.typed)))
        for m in meanings
    )


def _message(
    service: Service, tx: Connection, case: Case, account: Account, peers: Sequence[PhoneNumber]
) -> sms.SmsText:
    """The SMS that the mail becomes. Raises Refusal."""
    key, defaults = key_of(tx, case, account), service.config.text
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
    """See a signature in what the last mails of an account have in common at their end, where that may be kept."""
    if not forget.keeps_texts(service, key_of(tx, case, account)):
        return
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
    held = limits.held_because(service, tx, case, account, peers, now)
    wish = _receipts(tx, case, account)
    keeps = forget.keeps_texts(service, key_of(tx, case, account))
    claimed = []
    for peer in peers:
        if keeps:
            dialog_id = accounts.wrote(tx, account.id, peer, case.mail.message_id[:250], now)
        else:
            dialog_id = accounts.dialog(tx, account.id, peer, now)
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
                gateway=service.gateways.route(peer)[0],
                reference=secrets.token_hex(12),
                reason=held,
                receipts=wish,
                created_at=now,
                updated_at=now,
            )
        )
    return tuple(sms_id for sms_id in claimed if sms_id is not None)


def _receipts(tx: Connection, case: Case, account: Account) -> str:
    """Which receipts are told: all where the mail asks for one, else as the account or its key wants."""
    asks = any((case.mail.headers.first(name) or "").strip() for name in RECEIPT_HEADERS)
    if asks:
        return Receipts.ALL.value
    return account.receipts or key_of(tx, case, account).receipts or Receipts.FAILED.value
