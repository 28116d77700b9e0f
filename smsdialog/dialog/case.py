"""One mail as the use cases see it: what it says, who sent it, how well that is proven, and to whom.

Contract: `From` must be exactly one mailbox and an open account; beside it one proof is needed: an
enabled key for that account, a valid reply token of it, or the MTA's word.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from smsdialog.core import address, text
from smsdialog.core.address import BounceAddress, KeyAddress, Meaning, PhoneAddress, ReplyAddress, TakeBackAddress
from smsdialog.core.mailbox import address_list
from smsdialog.core.model import Account, Cut, Envelope, IncomingMail, Key
from smsdialog.core.phone import service_number
from smsdialog.core.sender import Policy, Proof, from_mailbox, proof
from smsdialog.dialog import forget
from smsdialog.dialog.service import Service
from smsdialog.store import Connection, accounts, keys

# How much of a mail is kept to be compared with the next ones.
ENDING_LINES = 30
_CUT = {"header-block-too-long", "too-many-headers"}


@dataclass(frozen=True)
class Recipient:
    """One recipient: its local part, redacted for the ledger, and what it means."""

    shown: str
    meaning: Meaning


@dataclass(frozen=True)
class Fate:
    """What became of one recipient: an outcome of the ledger, why, and the SMS that were claimed for it.

    Outcomes: `sms`, `refused`, `ignored` (a stranger's), `dropped` (a machine's), `unknown-recipient`,
    `subscribed`, `unsubscribed`, `helped`, `taken-back`.
    """

    outcome: str
    reason: str = ""
    claimed: tuple[int, ...] = ()


@dataclass(frozen=True)
class Case:
    """One mail. `sender` is the From mailbox, or empty; `keys` are those that it names, by the hash of
    what it names them with, enabled or not.

    `to_us` are the recipients of this run, `named` what To and Cc name in our domain besides. `admitted`
    says that nothing speaks against the sender: no trusted dmarc=fail, and the MTA's word where the
    configuration asks for it always. `subject` holds no key. `ending` is how the text ends, its history cut, to be
    compared with the next ones; empty where nothing is learned from it.
    """

    mail: IncomingMail
    envelope: Envelope
    digest: str
    to_us: tuple[Recipient, ...]
    named: tuple[Meaning, ...]
    sender: str
    subject: str
    too_big: bool
    proof: Proof
    admitted: bool
    accounts: tuple[Account, ...]
    keys: Mapping[str, Key]
    ending: str

    @property
    def believed(self) -> bool:
        """Whether the MTA vouches for the sender."""
        return bool(self.proof.by) and self.admitted


def open_case(service: Service, mail: IncomingMail, envelope: Envelope, *, too_big: bool) -> Case:
    """Look everything up that a mail names. Reads the store."""
    # Another From may stand in what was cut off.
    sender = "" if _CUT & set(mail.defects) else from_mailbox(mail.headers) or ""
    auth = service.config.auth
    proven = proof(mail, envelope, Policy(auth.trusted_networks, auth.trusted_authserv_ids), sender)
    named = _named(mail, service.config.domain)
    to_us = tuple(recipient(service.config.domain, to) for to in envelope.recipients or ("",))
    with service.store.reading() as tx:
        theirs = tuple(accounts.open_of(tx, sender)) if sender else ()
        return Case(
            mail=mail,
            envelope=envelope,
            digest=digest(mail, envelope, sender),
            to_us=to_us,
            named=named,
            sender=sender,
            subject=address.redact(mail.subject),
            too_big=too_big,
            proof=proven,
            admitted=not proven.failed and (bool(proven.by) or auth.require != "proof"),
            accounts=theirs,
            keys=_keys(tx, [*(to.meaning for to in to_us), *named], service.now()),
            ending=_ending(mail) if any(forget.keeps_texts(service, account) for account in theirs) else "",
        )


def recipient(domain: str, to: str) -> Recipient:
    """Read one envelope recipient; one outside our domain means nothing here."""
    local_part, its_domain = address.split_address(to)
    meaning = address.read(local_part) if address.same_domain(its_domain or domain, domain) else address.Unknown()
    return Recipient(_shown(local_part, meaning), meaning)


def digest(mail: IncomingMail, envelope: Envelope, sender: str) -> str:
    """What makes two deliveries the same mail: Message-ID, From, Date and text, as sha256 hex.

    Without a Message-ID the queue id stands in, so that two short mails alike are still two.
    """
    identity = mail.message_id or f"queue:{envelope.queue_id}"
    fields = (identity, sender, mail.headers.first("Date") or "", text.full_text(mail))
    return hashlib.sha256("\0".join(fields).encode("utf-8", "surrogatepass")).hexdigest()


def _ending(mail: IncomingMail) -> str:
    """How a text ends; worked out here, as nobody is to wait for it while a decision holds the database."""
    return "\n".join(text.own_words(mail, cut=Cut.QUOTES).text.split("\n")[-ENDING_LINES:])


def is_own_number(account: Account, typed: str) -> bool:
    """Whether a phone address is the account's own 12-digit number."""
    return service_number(typed.removeprefix("p")) == account.number


def _named(mail: IncomingMail, domain: str) -> tuple[Meaning, ...]:
    found = [a for name in ("To", "Cc") for value in mail.headers.all(name) for a in address_list(value)]
    ours = (address.split_address(a) for a in found)
    return tuple(address.read(local) for local, its_domain in ours if address.same_domain(its_domain, domain))


def key_in(service: Service, tx: Connection, text: str) -> Key | None:
    """The key that stands in a text, enabled or not."""
    secret = address.find_key(text)
    return keys.by_hash(tx, address.hash_key(secret.reveal()), service.now()) if secret else None


def key_of(tx: Connection, case: Case, account: Account) -> Key:
    """The key that an account hangs on: mostly the mail names it, and it need not be looked up again."""
    named = next((key for key in case.keys.values() if key.id == account.key_id), None)
    return named or keys.by_id(tx, account.key_id)


def _keys(tx: Connection, meanings: list[Meaning], now: float) -> dict[str, Key]:
    secrets = dict.fromkeys(m.secret.reveal() for m in meanings if isinstance(m, KeyAddress))
    found = ((secret_hash, keys.by_hash(tx, secret_hash, now)) for secret_hash in map(address.hash_key, secrets))
    return {secret_hash: key for secret_hash, key in found if key}


def _shown(local_part: str, meaning: Meaning) -> str:
    """A recipient for the ledger: unique enough to tell recipients apart, and without a secret."""
    match meaning:
        case KeyAddress():
            return address.key_id(meaning.secret.reveal()) + "…"
        case ReplyAddress():
            return f"{meaning.peer}.{meaning.token[:4]}…"
        case BounceAddress():
            return "bounce"
        case TakeBackAddress():
            return f"fortryd-{meaning.mail}.{meaning.token[:4]}…"
        case PhoneAddress():
            return meaning.typed
    return address.redact(local_part)[:64]
