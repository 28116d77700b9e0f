"""At the door: what can be refused before a mail is taken, and in whose words.

The MTA asks for each recipient, by the policy protocol or by LMTP's RCPT. Two kinds of people ask:

    strangers   hear "no such address" or nothing. A key that is unknown and one that is disabled are the same to
                them, in the answer and in the work that it takes
    our own     whom the MTA vouches for (SASL, a trusted network) hear why, in their language, as SMTP can say it

Identity is the From header, which is not known yet: so nothing is refused because the envelope sender has no account.
What has one that is closed, paused or over its limit, has. Subscribe, unsubscribe and help are let in, and so is what
machines send: that is told apart, and dropped, when the mail is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smsdialog import log
from smsdialog.core import phone
from smsdialog.core.address import (
    BounceAddress,
    GroupAddress,
    KeyAddress,
    Meaning,
    PhoneAddress,
    ReplyAddress,
    TemplateAddress,
    Unknown,
    bounce_payload,
    hash_key,
    read,
    redact,
    same_domain,
    split_address,
)
from smsdialog.core.mailbox import canonical_address
from smsdialog.core.personal import masked
from smsdialog.core.phone import service_number
from smsdialog.core.sender import is_local
from smsdialog.dialog import limits
from smsdialog.dialog.service import Service
from smsdialog.errors import (
    NUMBER_REASONS,
    AccountClosed,
    AccountPaused,
    NotAnswerable,
    NumberRefused,
    OverLimit,
    Refusal,
    TooBig,
    UnknownRecipient,
)
from smsdialog.store import Connection, door, keys

LONGEST_TEXT = 400
_CODES = {"5.3.4": "552", "4.7.1": "452"}
# SMTP has ASCII only.
_PLAIN = str.maketrans(
    {"æ": "ae", "ø": "oe", "å": "aa", "Æ": "Ae", "Ø": "Oe", "Å": "Aa", "“": '"', "”": '"', "’": "'", "…": "..."}
)


@dataclass(frozen=True)
class Caller:
    """Who wants in, as the MTA says; `size` is what he declared, 0 when he did not."""

    sender: str
    sasl_username: str
    client_address: str
    size: int = 0


@dataclass(frozen=True)
class Verdict:
    """A refusal: SMTP code, enhanced code and words."""

    line: str


# What a mail becomes SMS by. Whether there is such a group or template nobody hears before he is proven.
_TEXTING = KeyAddress | PhoneAddress | ReplyAddress | GroupAddress | TemplateAddress

STRANGE = Verdict("550 5.1.1 no such address here")


def note_refusal(recipient: str, caller: Caller, verdict: Verdict, queue_id: str = "") -> None:
    """Write down that a recipient was refused; the MTA may not have a queue id yet."""
    local_part, code = split_address(recipient)[0], verdict.line.split(" ")[1]
    log.event("refused-at-the-door", queue=queue_id, recipient=local_part, code=code, sender=masked(caller.sender))


class Door:
    """Judges recipients of one installation. Reads only; safe in threads."""

    def __init__(self, service: Service) -> None:
        self._service = service

    @property
    def is_quick(self) -> bool:
        """Whether nobody is waited for: the database is no server."""
        return self._service.store.is_file

    def judge(self, recipient: str, caller: Caller) -> Verdict | None:
        """Whether a mail to this recipient is refused. Raises StoreUnavailable."""
        config = self._service.config
        local_part, domain = split_address(recipient)
        if not same_domain(domain, config.domain):
            return None
        ours = bool(caller.sasl_username.strip()) or is_local(caller.client_address, config.auth.trusted_networks)
        meaning = read(local_part)
        try:
            with self._service.store.reading() as tx:
                if not self._means_something(tx, meaning, local_part, ours=ours):
                    raise UnknownRecipient(recipient=redact(local_part), domain=config.domain)
                if ours and isinstance(meaning, _TEXTING):
                    self._check_sender(tx, canonical_address(caller.sender) or "")
            if caller.size > config.mail.max_bytes:
                raise TooBig(limit=str(config.mail.max_bytes // 1_000_000))
        except Refusal as error:
            return self._in_words(error) if ours or isinstance(error, TooBig) else STRANGE
        return None

    def _means_something(self, tx: Connection, meaning: Meaning, local_part: str, *, ours: bool) -> bool:
        """Whether this is an address of ours; for our own people, Refusal says what is wrong with it."""
        match meaning:
            case KeyAddress(secret):
                return self._is_good_key(tx, hash_key(secret.reveal()), ours=ours)
            case PhoneAddress(typed):
                return self._is_good_number(tx, typed)
            case ReplyAddress(peer, _) if not phone.can_be_answered(f"+{peer}"):
                raise NotAnswerable
            case BounceAddress():
                return bounce_payload(self._service.secrets, local_part) is not None
        return not isinstance(meaning, Unknown)

    def _is_good_key(self, tx: Connection, secret_hash: str, *, ours: bool) -> bool:
        enabled = door.key_is_enabled(tx, secret_hash, self._service.now())
        if ours and not enabled and door.key_exists(tx, secret_hash, self._service.now()):
            raise AccountPaused
        return enabled

    def _is_good_number(self, tx: Connection, typed: str) -> bool:
        """A customer's number that may be texted, or an account's own that is open. Raises NumberRefused."""
        own = service_number(typed.removeprefix("p"))
        opened = door.number_is_open(tx, own, self._service.now()) if own else None
        if opened is not None:
            if not opened:
                raise AccountPaused
            return True
        config = self._service.config
        try:
            phone.check_country(phone.parse(typed, config.country), config.limits.countries)
        except NumberRefused as error:
            raise NumberRefused(typed, error.reason) from error
        return True

    def _check_sender(self, tx: Connection, sender: str) -> None:
        """Raise Refusal if every account of the envelope sender is closed, paused or over its limit.

        A deputy is let in: whose customer he answers is not known before the mail is read.
        """
        found = door.accounts_of(tx, sender)
        error = self._against(tx, found) if found else None
        if error and not door.is_deputy(tx, sender):
            raise error

    def _against(self, tx: Connection, found: Sequence[tuple[int, int, bool, bool]]) -> Refusal | None:
        """What speaks against the owner of these accounts; None if one of them may send."""
        opened = [row for row in found if row[2]]
        if not opened:
            return AccountClosed(domain=self._service.config.domain)
        if not any(enabled for _, _, _, enabled in opened):
            return AccountPaused()
        is_over = (self._is_over(tx, account_id, key_id) for account_id, key_id, _, enabled in opened if enabled)
        return OverLimit() if all(is_over) else None

    def _is_over(self, tx: Connection, account_id: int, key_id: int) -> bool:
        of_key = keys.limits_of(tx, key_id)
        return bool(limits.over(self._service, tx, account_id, key_id, of_key, 1, self._service.now()))

    def _in_words(self, error: Refusal) -> Verdict:
        translate = self._service.translate
        details = dict(error.details)
        if "reason" in details:
            why = details["reason"]
            details["reason"] = translate(NUMBER_REASONS[why])
        text = (translate(error.message) % details).translate(_PLAIN).encode("ascii", "replace").decode()
        words = "".join(character if character.isprintable() else "?" for character in text)[:LONGEST_TEXT]
        return Verdict(f"{_CODES.get(error.status_code, '550')} {error.status_code} {words}")
