"""The nouns that travel through the product, as frozen values.

Nothing here does anything: no I/O, no clock, no defaults that depend on the machine. A mail is an
`Envelope` (what the MTA said) and an `IncomingMail` (what the sender wrote); an SMS is an
`OutboundSms` or an `InboundSms`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from functools import cached_property


class Secret(str):
    """A text that must never be shown: its `repr` and `format` print `***`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return format("***", spec)

    def reveal(self) -> str:
        """The text itself, for the one line that needs it."""
        return str.__str__(self)


class PhoneNumber(str):
    """A number that can be texted, in E.164 with its plus sign: `+4520123456` (ITU-T E.164)."""

    __slots__ = ()

    @property
    def digits(self) -> str:
        """The number without its plus sign, as most gateways and our addresses have it."""
        return self[1:]


class Encoding(enum.Enum):
    """How an SMS is coded on the air (3GPP TS 23.038)."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


class Cut(enum.Enum):
    """How much of a mail is cut away before it is sent; each level cuts what the one before does, and more."""

    QUOTES = "quotes"
    SIGNATURE = "signature"
    CONTACT = "contact"
    SIGNOFF = "signoff"


@dataclass(frozen=True)
class Envelope:
    """What the MTA says of a mail, as opposed to what the mail says of itself.

    `sender` is None when the MTA did not hand it over, and empty for the null sender; the other
    fields are empty where the MTA is silent.
    """

    sender: str | None
    recipients: tuple[str, ...]
    queue_id: str = ""
    sasl_username: str = ""
    client_address: str = ""


@dataclass(frozen=True)
class Headers:
    """A header block: (name, value) pairs in their order, values unfolded but *not* decoded (RFC 2047).

    Undecoded, because an encoded word may hold what looks like an address: decode after parsing.
    8-bit octets are read as UTF-8, else as windows-1252. Names compare without case.
    """

    pairs: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of the named header, first to last."""
        return self._by_name.get(name.lower(), ())

    def first(self, name: str) -> str | None:
        """The first value of the named header, or None."""
        values = self.all(name)
        return values[0] if values else None

    def any_of(self, names: frozenset[str]) -> bool:
        """Whether one of these headers is there; `names` are in lower case."""
        return not names.isdisjoint(self._by_name)

    @cached_property
    def _by_name(self) -> dict[str, tuple[str, ...]]:
        """The values under each name in lower case: a mail is asked for seventy of them."""
        values: dict[str, list[str]] = {}
        for name, value in self.pairs:
            values.setdefault(name.lower(), []).append(value)
        return {name: tuple(found) for name, found in values.items()}


@dataclass(frozen=True)
class Part:
    """One MIME part (RFC 2045): a leaf has `content`, a multipart or message/rfc822 has `children`."""

    content_type: str = "text/plain"
    params: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    filename: str = ""
    content: bytes = b""
    children: tuple[Part, ...] = ()


@dataclass(frozen=True)
class IncomingMail:
    """A mail as parsed: never the result of an exception, at worst an empty one.

    `subject` is decoded (RFC 2047), unfolded and NFC. `defects` names what was wrong with the bytes
    (such as `header-block`, `too-deep`, `too-many-parts`, `truncated`).
    """

    headers: Headers
    subject: str
    body: Part
    size: int
    defects: tuple[str, ...] = ()

    @property
    def message_id(self) -> str:
        """The Message-ID with its angle brackets, or an empty text."""
        return (self.headers.first("Message-ID") or "").strip()


@dataclass(frozen=True)
class OutboundSms:
    """One SMS to one customer; `reference` is ours, and the same at every attempt.

    `sender` is what the customer sees: the account's 12-digit number, or what the gateway's table puts in its
    place; digits without a plus sign, or a name.
    """

    reference: str
    sender: str
    to: PhoneNumber
    text: str
    encoding: Encoding
    parts: int


class SenderForm(enum.Enum):
    """What kind of sender an SMS bears: some providers must be told."""

    NUMBER = "number"
    SHORT_CODE = "short code"
    NAME = "name"


@dataclass(frozen=True)
class Segment:
    """Which part of a long SMS this is: `index` counts from 1 (3GPP TS 23.040, 9.2.3.24.1).

    `reference` is common to the parts of one SMS from one sender; it is short, and used again.
    """

    reference: str
    total: int
    index: int


@dataclass(frozen=True)
class InboundSms:
    """One SMS as a gateway handed it to us, or one part of a long one.

    `sender` is E.164 with a plus sign where it is a phone number, else the text or short code as it
    came; `to` is digits only. `gateway_id` is empty where the gateway gives none. `sent_at` is in
    seconds since the epoch, or None.
    """

    gateway: str
    gateway_id: str
    sender: str
    to: str
    text: str
    sent_at: float | None = None
    segment: Segment | None = None

    @property
    def digest(self) -> str:
        """Who, to whom, and what, as sha256 hex."""
        return _sha256(self.sender, self.to, self.text)

    @property
    def identity(self) -> str:
        """What tells one SMS from the next of the same digest: the gateway's id, else the second it was sent in.

        Empty where neither is known. A full minute may be a time that is written without seconds, and says nothing.
        """
        if self.gateway_id or self.sent_at is None or self.sent_at % 60 == 0:
            return self.gateway_id
        return f"sent at {self.sent_at}"

    @property
    def group(self) -> str:
        """What the parts of one long SMS have in common, as sha256 hex; empty where it is whole."""
        if self.segment is None:
            return ""
        return _sha256(self.gateway, self.sender, self.to, self.segment.reference, str(self.segment.total))


def _sha256(*fields: str) -> str:
    import hashlib  # OpenSSL takes 3 ms to load, and most runs that read a mail need no digest of it

    return hashlib.sha256("\0".join(fields).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Key:
    """An API key as it is kept: `public_id` may be shown, the secret is not here (it is stored hashed).

    `accounts` is how many open accounts hang on it. `cut` (a level of `Cut`), `overlong` (`refuse` or
    `cut`) and `require` (`credential` or `proof`) are what the key wants otherwise than the configuration;
    empty where it does not. `domains` are those that its employees write from, a leading dot including all
    below; none: any. `machine_mail` lets monitoring mail through. `receipts` (a `Receipts`) is what its employees
    are told of, unless their account wants it otherwise. `sms_per_account_per_hour` and `sms_per_day` are limits
    of its own, `texts` (a `Texts`, or empty) says whether its texts are kept, and the three numbers of days for how
    long its texts, customers' numbers and records are; 0: as configured. `stop_words` says whether customers may end
    what they get from it with STOP.
    """

    id: int
    public_id: str
    label: str
    enabled: bool
    accounts: int
    cut: str = ""
    overlong: str = ""
    require: str = ""
    domains: tuple[str, ...] = ()
    machine_mail: bool = False
    receipts: str = ""
    sms_per_account_per_hour: int = 0
    sms_per_day: int = 0
    texts: str = ""
    texts_days: int = 0
    numbers_days: int = 0
    records_days: int = 0
    stop_words: bool = False

    def admits(self, address: str) -> bool:
        """Whether its employees may write from an address.

        >>> Key(1, "kabc", "Firma", True, 0, domains=("firma.example", ".dk")).admits("a@b.dk")
        True
        """
        domain = address.rpartition("@")[2]
        return not self.domains or any(
            domain == allowed or (allowed.startswith(".") and domain.endswith(allowed)) for allowed in self.domains
        )


@dataclass(frozen=True)
class Account:
    """One employee address on one key. Times are in seconds since the epoch: `closed_at` is None while it is
    open, `suspended_at` while its mailbox takes our mails; SMS to a closed one still become mails until
    `forward_until`. `stop_words` is its key's: whether customers may end what they get with STOP; so is `texts` (a
    `Texts`, or empty): whether texts are kept.
    """

    id: int
    email: str
    number: str
    key_id: int
    key: str
    enabled: bool
    closed_at: float | None
    suspended_at: float | None = None
    receipts: str = ""
    forward_until: float | None = None
    stop_words: bool = False
    texts: str = ""

    def is_forwarded(self, now: float) -> bool:
        """Whether it is closed, and SMS to its number still become mails."""
        return self.closed_at is not None and self.forward_until is not None and self.forward_until > now

    @property
    def state(self) -> str:
        """`open`, `paused` (its key is disabled) or `closed`."""
        if self.closed_at is not None:
            return "closed"
        return "open" if self.enabled else "paused"


class Receipts(enum.Enum):
    """Which of a gateway's receipts an employee is told of."""

    FAILED = "failed"
    ALL = "all"
    NONE = "none"


class Texts(enum.Enum):
    """Whether texts are kept for a time, or only until they are where they belong."""

    KEPT = "kept"
    UNTIL_DELIVERED = "until-delivered"


class Delivery(enum.Enum):
    """What a receipt says of an SMS. An expired one has failed: the phone was not reached in time."""

    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"
    ON_ITS_WAY = "on its way"

    @property
    def is_final(self) -> bool:
        """Whether nothing more is to come."""
        return self is not Delivery.ON_ITS_WAY


@dataclass(frozen=True)
class Receipt:
    """A gateway's word on what became of one SMS, named by our reference or by the gateway's own id.

    `part` names one part of it, however the gateway numbers them; empty: the receipt is of the whole. `reason` is
    the provider's own words; `happened_at` is the provider's time in seconds since the epoch, or None. `parts` is how
    many parts the provider made of the SMS, 0 where it does not say.
    """

    gateway: str
    reference: str
    gateway_id: str
    delivery: Delivery
    reason: str = ""
    part: str = ""
    happened_at: float | None = None
    parts: int = 0
