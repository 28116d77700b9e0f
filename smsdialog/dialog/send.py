"""A mail becomes SMS: one for each customer, claimed in the ledger before anything is sent.

All recipients of a run that text are decided together, because a mail has one text, and because one
wrong number stops the whole mail.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from types import ModuleType

from smsdialog import log
from smsdialog.core import phone, sms, text, trace
from smsdialog.core.address import (
    Command,
    GroupAddress,
    KeyAddress,
    Meaning,
    PhoneAddress,
    ReplyAddress,
    TemplateAddress,
)
from smsdialog.core.customers import Rules, customers, subject_numbers
from smsdialog.core.model import Account, Cut, PhoneNumber, Receipts
from smsdialog.dialog import authorise, by_name, forget, limits, notify, stop
from smsdialog.dialog.case import Case, Fate, Recipient, key_of
from smsdialog.dialog.service import Service
from smsdialog.errors import (
    AccountForwarded,
    AccountPaused,
    AttachmentOnly,
    EmptyText,
    Encrypted,
    NoAccount,
    NoNumber,
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
        mails.belongs_to(tx, mail_id, account.id, "" if case.sender == account.email else case.sender)
        fates |= dict.fromkeys(group, _claim_or_refuse(service, tx, case, mail_id, account, group))
        forget.where_wanted(service, tx, mail_id, account)
    return fates


def _refuse_unproven(service: Service, tx: Connection, case: Case, mail_id: int, to: Recipient) -> Fate:
    """Tell who may be told; strangers learn nothing."""
    means_something = isinstance(to.meaning, KeyAddress | PhoneAddress | ReplyAddress | GroupAddress | TemplateAddress)
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
        _check_account(account, case)
        if case.too_big:
            raise TooBig(limit=str(service.config.mail.max_bytes // 1_000_000))
        case, not_before = _time_wanted(service, case)
        peers = _customers(service, tx, case, account, [to.meaning for to in group])
        _learn_signature(service, tx, case, mail_id, account)
        message = _message(service, tx, case, account, peers)
    except NoNumber as error:
        if _asks_for_status(case):
            return Fate("helped")
        return _refused(service, tx, case, mail_id, error)
    except Refusal as error:
        return _refused(service, tx, case, mail_id, error)
    claimed = _claim(service, tx, case, mail_id, account, peers, message, not_before)
    if not_before > service.now():
        _later().confirm(service, tx, case, mail_id, account, claimed)
        return Fate("sms")
    return Fate("sms", claimed=claimed)


def _refused(service: Service, tx: Connection, case: Case, mail_id: int, error: Refusal) -> Fate:
    notify.refuse(service, tx, case, mail_id, case.sender, error)
    return Fate("refused", error.kind)


def _asks_for_status(case: Case) -> bool:
    """Whether a key among the recipients is there as the proof that status@ wants."""
    return Command("status") in (*(to.meaning for to in case.to_us), *case.named)


def _check_account(account: Account, case: Case) -> None:
    """Raise Refusal where nothing may go out for an account, or not from its former employee."""
    if account.closed_at is not None and account.email == case.sender:
        raise AccountForwarded
    if not account.enabled:
        raise AccountPaused


def _time_wanted(service: Service, case: Case) -> tuple[Case, float]:
    """The mail without a time in its subject, and when its SMS are to go; 0: at once. Raises Refusal."""
    return _later().wanted(service, case) if "[" in case.subject else (case, 0.0)


def _later() -> ModuleType:
    """The module that reads times: its expressions take a while, and few mails have any."""
    from smsdialog.dialog import later

    return later


def _customers(
    service: Service, tx: Connection, case: Case, account: Account, mine: Sequence[Meaning]
) -> tuple[PhoneNumber, ...]:
    """The customers that this run texts. Raises Refusal."""
    allowed = service.config.limits
    rules = Rules(service.config.country, allowed.countries, allowed.recipients_per_mail)
    wanted, others = _typed(tx, account, mine), _typed(tx, account, case.named)
    subject = case.subject
    if _speaks_by_subject(tx, mine):
        wanted += subject_numbers(subject, lenient=bool(wanted or others))
    elif _speaks_by_subject(tx, case.named):
        others += subject_numbers(subject, lenient=True)
    elif _ONLY_NUMBERS.fullmatch(subject) and not any(isinstance(m, ReplyAddress) for m in mine):
        wanted += subject_numbers(subject, lenient=True)
    return customers(wanted, others, rules)


def _typed(tx: Connection, account: Account, meanings: Sequence[Meaning]) -> list[str]:
    """The numbers that addresses name, as they were typed. Raises NotAnswerable, GroupUnknown, GroupEmpty."""
    found: list[str] = []
    for meaning in meanings:
        match meaning:
            case ReplyAddress(peer, _):
                if not phone.can_be_answered(f"+{peer}"):
                    raise NotAnswerable
                found.append(PhoneNumber(f"+{peer}"))
            case PhoneAddress(typed) if not authorise.service_number_of(tx, typed):
                found.append(typed)
            case GroupAddress(name):
                found += by_name.numbers(tx, account.key_id, name)
    return found


def _speaks_by_subject(tx: Connection, meanings: Sequence[Meaning]) -> bool:
    """Whether one of these addresses means that the customers stand in the subject."""
    return any(
        isinstance(m, KeyAddress | TemplateAddress)
        or (isinstance(m, PhoneAddress) and bool(authorise.service_number_of(tx, m.typed)))
        for m in meanings
    )


def _message(
    service: Service, tx: Connection, case: Case, account: Account, peers: Sequence[PhoneNumber]
) -> sms.SmsText:
    """The SMS that the mail becomes. Raises Refusal."""
    key, defaults = key_of(tx, case, account), service.config.text
    quoted = inbound.recent_texts(tx, account.id, peers)
    writer = account if account.email == case.sender else next(iter(case.accounts), account)
    known = text.Known(signatures=accounts.signatures_of(tx, writer.id), quoted=quoted)
    words = text.own_words(case.mail, cut=Cut(key.cut or defaults.cut), known=known)
    template = by_name.template_among(tx, account.key_id, (*(to.meaning for to in case.to_us), *case.named))
    if words.problem and (template is None or template.takes_text):
        raise _PROBLEMS[words.problem]
    written = template.filled(words.text) if template else words.text
    message = sms.compose(written, transliterate=defaults.transliterate)
    if not message.parts:
        raise EmptyText
    limit = service.config.limits.parts_per_sms
    if (key.overlong or defaults.overlong) == "cut":
        return sms.shorten(message, limit)
    if len(message.parts) > limit:
        raise TooLong(parts=str(len(message.parts)), limit=str(limit))
    return message


def _learn_signature(service: Service, tx: Connection, case: Case, mail_id: int, account: Account) -> None:
    """See a signature in what the last mails of an account have in common at their end, where that may be kept.

    A deputy's is his own, and none of the account's.
    """
    if not case.ending or case.sender != account.email or not forget.keeps_texts(service, account):
        return
    learned = text.common_ending(accounts.remember_ending(tx, account.id, mail_id, case.ending))
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
    not_before: float,
) -> tuple[int, ...]:
    """Write one SMS for each customer that this mail has none for yet; over a limit, held."""
    now = service.now()
    held = limits.held_because(service, tx, case, account, peers, now)
    wish = _receipts(tx, case, account)
    keeps = forget.keeps_texts(service, account)
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
                reference=trace.reference(case.digest, secrets.token_hex(6)),
                reason=held,
                not_before=not_before,
                receipts=wish,
                created_at=now,
                updated_at=now,
            )
        )
    fresh = tuple(sms_id for sms_id in claimed if sms_id is not None)
    if held or not_before > now:
        _log_waiting(fresh, held)
    stop.refuse(service, tx, account, fresh)
    return fresh


def _log_waiting(sms_ids: Sequence[int], held: str) -> None:
    """One line for each SMS that is not sent now: held, and why, or for a later time."""
    for sms_id in sms_ids:
        log.event("held" if held else "for-later", id=f"o{sms_id}", reason=held)


def _receipts(tx: Connection, case: Case, account: Account) -> str:
    """Which receipts are told: all where the mail asks for one, else as the account or its key wants."""
    asks = any((case.mail.headers.first(name) or "").strip() for name in RECEIPT_HEADERS)
    if asks:
        return Receipts.ALL.value
    return account.receipts or key_of(tx, case, account).receipts or Receipts.FAILED.value
