"""What a local part means, and how ours are made: keys, signed reply addresses, envelope senders.

Guarantees: reading a local part never raises and never guesses: whatever is not plain lower- or
upper-case ASCII of a known shape is `Unknown`. A key begins with a letter and can be read as nothing
else. Reply and bounce addresses carry an HMAC-SHA256 of 80 bits, each purpose under a label of its own
(RFC 2104), compared in constant time; former secrets stay valid while they are handed in.

Whole addresses are canonicalised in `smsdialog.core.mailbox`, and domains compared as it has them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from smsdialog.core.lexical import ascii_lower
from smsdialog.core.mailbox import canonical_domain
from smsdialog.core.model import Secret

KEY_ENTROPY_BYTES = 20
NO_REPLY = "noreply"

_TOKEN_BYTES = 10
_TAG_BYTES = 8
_KEY_ID_LENGTH = 7
_TOKEN_SHOWN_LENGTH = 4

_COMMANDS = {
    "subscribe": "subscribe",
    "tilmeld": "subscribe",
    "unsubscribe": "unsubscribe",
    "afmeld": "unsubscribe",
    "help": "help",
    "hjaelp": "help",
    "status": "status",
}
# Addresses that people must reach people by (RFC 2142); the MTA sends them to the operator.
_RESERVED = ("postmaster", "abuse", "hostmaster", "mailer-daemon", "root")

_LOCAL_PART = re.compile(r"[a-z0-9.+-]{1,64}")
_KEY = re.compile(r"k[a-z2-7]{32}")
_PHONE = re.compile(r"(?:\+|00|p)?[0-9]{3,20}")
_SIGNATURE = r"[a-z2-7]{16}"
_PEER = re.compile(rf"[0-9]{{3,20}}|{NO_REPLY}")
_BOUNCE_PAYLOAD = re.compile(r"[a-z0-9-]{1,45}")
_REPLY = re.compile(rf"\+?({_PEER.pattern})\.({_SIGNATURE})")
_LOOP = re.compile(rf"doctor-([a-z2-7]{{10}})\.({_SIGNATURE})")
# Names as `core.slug` makes them.
_NAMED = re.compile(r"(?:(gruppe|group)|(?:skabelon|template))-([a-z0-9]+(?:-[a-z0-9]+)*)")
_TAKE_BACK = re.compile(rf"(?:fortryd|cancel)-([1-9][0-9]{{0,17}})\.({_SIGNATURE})")
_BOUNCE = re.compile(rf"b\.({_BOUNCE_PAYLOAD.pattern})\.({_SIGNATURE})")

# A-Z and a-z written out: with re.IGNORECASE, [a-z] matches the Kelvin sign and the dotless i too.
_KEY_WORD = re.compile(r"(?<![^\W_])[Kk][A-Za-z2-7]{32}(?![^\W_])")
_FOLD = re.compile(r"\r?\n[ \t]*")
# Tokens in one case only: long queue ids of MTAs are in both.
_SECRET_WORD = re.compile(r"[Kk][A-Za-z2-7]{32}|(?<=\.)[A-Za-z2-7]{16}(?![A-Za-z0-9])")


@dataclass(frozen=True)
class Command:
    """A mailbox that does something: `name` is "subscribe", "unsubscribe", "help" or "status"."""

    name: str


@dataclass(frozen=True)
class KeyAddress:
    """An API key as the recipient."""

    secret: Secret


@dataclass(frozen=True)
class PhoneAddress:
    """A number as the recipient, as it was typed: a customer's, an account's, or no good number at all."""

    typed: str


@dataclass(frozen=True)
class ReplyAddress:
    """A customer, signed for one account; `peer` is his number without a plus sign, or "noreply"."""

    peer: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class GroupAddress:
    """Several customers of a key under one name."""

    name: str


@dataclass(frozen=True)
class TemplateAddress:
    """A text of a key's, by its name; the customers stand in the subject."""

    name: str


@dataclass(frozen=True)
class TakeBackAddress:
    """The SMS of one mail that wait for their time, to be taken back; signed for one account."""

    mail: int
    token: str = field(repr=False)


@dataclass(frozen=True)
class BounceAddress:
    """The envelope sender of a mail of ours, come back as a recipient."""

    payload: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class Reserved:
    """A mailbox that belongs to the operator."""

    name: str


@dataclass(frozen=True)
class Unknown:
    """Nobody here."""


Meaning = (
    Command
    | KeyAddress
    | PhoneAddress
    | ReplyAddress
    | GroupAddress
    | TemplateAddress
    | TakeBackAddress
    | BounceAddress
    | Reserved
    | Unknown
)


def read(local_part: str) -> Meaning:
    """What a local part means, whatever the case of its letters. Nothing is verified here; never raises.

    >>> read("Tilmeld"), read("p4520123456")
    (Command(name='subscribe'), PhoneAddress(typed='p4520123456'))
    >>> read('"help"'), read("post")
    (Unknown(), Unknown())
    """
    text = ascii_lower(local_part)
    if not _LOCAL_PART.fullmatch(text):
        return Unknown()
    if text in _COMMANDS:
        return Command(_COMMANDS[text])
    if text in _RESERVED:
        return Reserved(text)
    return _read_shape(text)


def _read_shape(text: str) -> Meaning:
    """The meanings that are told by their shape; no text has two of these shapes."""
    if _KEY.fullmatch(text):
        return KeyAddress(Secret(text))
    if _PHONE.fullmatch(text):
        return PhoneAddress(text)
    if reply := _REPLY.fullmatch(text):
        return ReplyAddress(reply[1], reply[2])
    if bounce := _BOUNCE.fullmatch(text):
        return BounceAddress(bounce[1], bounce[2])
    if named := _NAMED.fullmatch(text):
        return GroupAddress(named[2]) if named[1] else TemplateAddress(named[2])
    if taken := _TAKE_BACK.fullmatch(text):
        return TakeBackAddress(int(taken[1]), taken[2])
    return Unknown()


def new_key(entropy: bytes) -> Secret:
    """A new API key from at least 20 random bytes of the caller's, of which the first 20 are used.

    >>> new_key(bytes(20)).reveal()
    'kaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
    """
    if len(entropy) < KEY_ENTROPY_BYTES:
        raise ValueError(f"a key takes {KEY_ENTROPY_BYTES} random bytes, not {len(entropy)}")
    return Secret("k" + _base32(entropy[:KEY_ENTROPY_BYTES]))


def key_id(secret: str) -> str:
    """The public beginning of a key, by which people and logs name it."""
    return ascii_lower(secret)[:_KEY_ID_LENGTH]


def hash_key(secret: str) -> str:
    """What is stored of a key: its SHA-256 in hex, the same for either case of its letters."""
    return hashlib.sha256(_utf8(ascii_lower(secret))).hexdigest()


def find_key(text: str) -> Secret | None:
    """The first word of a text that has the shape of a key, in lower case; a line fold inside it is mended.

    >>> find_key("Nøgle: KAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.").reveal()
    'kaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
    """
    found = _KEY_WORD.search(text) or _KEY_WORD.search(_FOLD.sub("", text))
    return Secret(ascii_lower(found[0])) if found else None


def redact(text: str) -> str:
    """A text whose words of the shape of a key or a token are cut to their first characters.

    >>> redact("kaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@sms.example 4520123456.abcdefghijklmnop@sms.example")
    'kaaaaaa…@sms.example 4520123456.abcd…@sms.example'
    """
    return _SECRET_WORD.sub(_beginning, text)


def _beginning(found: re.Match[str]) -> str:
    word = found[0]
    shown = _TOKEN_SHOWN_LENGTH if len(word) == _base32_length(_TOKEN_BYTES) else _KEY_ID_LENGTH
    return word[:shown] + "…"


def reply_local_part(secret: bytes, account_id: int, peer: str) -> str:
    """The address under which an account answers a peer: an E.164 number with or without its plus, or "noreply".

    Raises ValueError for any other peer, such as a sender's name.

    >>> read(reply_local_part(b"secret", 7, "+4520123456")).peer
    '4520123456'
    """
    plain = _plain_peer(peer)
    if not _PEER.fullmatch(plain):
        raise ValueError("a reply address is for a number or noreply")
    return f"{plain}.{_reply_token(secret, account_id, plain)}"


def reply_token_is_valid(secrets: Sequence[bytes], account_id: int, peer: str, token: str) -> bool:
    """Whether a token was made for this account and peer with one of the secrets; in constant time for each."""
    expected = [_reply_token(secret, account_id, _plain_peer(peer)) for secret in secrets]
    return _is_one_of(token, expected)


def take_back_local_part(secret: bytes, account_id: int, mail_id: int) -> str:
    """The address under which an account takes back what waits of one of its mails."""
    return f"fortryd-{mail_id}.{_take_back_token(secret, account_id, mail_id)}"


def take_back_token_is_valid(secrets: Sequence[bytes], account_id: int, mail_id: int, token: str) -> bool:
    """Whether a token was made for this account and mail with one of the secrets; in constant time for each."""
    return _is_one_of(token, [_take_back_token(secret, account_id, mail_id) for secret in secrets])


def bounce_local_part(secret: bytes, payload: str) -> str:
    """The envelope sender of a mail of ours; `payload` names the mail in 1 to 45 of a-z, 0-9 and dashes.

    Raises ValueError for any other payload.
    """
    if not _BOUNCE_PAYLOAD.fullmatch(payload):
        raise ValueError("a bounce payload is 1 to 45 of a-z, 0-9 and dashes")
    return f"b.{payload}.{_bounce_token(secret, payload)}"


def bounce_payload(secrets: Sequence[bytes], address: str) -> str | None:
    """The payload of an envelope sender of ours that comes back, with or without its domain; None if forged."""
    meaning = read(split_address(address)[0])
    if not isinstance(meaning, BounceAddress):
        return None
    expected = [_bounce_token(secret, meaning.payload) for secret in secrets]
    return meaning.payload if _is_one_of(meaning.token, expected) else None


def loop_local_part(secret: bytes, name: str) -> str:
    """The address of a mail that `smsdialog doctor` sends round, to nobody; `name` is 10 of a-z and 2-7.

    It is Unknown to `read`, as no such mail is ever answered.
    """
    return f"doctor-{name}.{_base32(_mac(secret, 'loop', name)[:_TOKEN_BYTES])}"


def loop_name(secrets: Sequence[bytes], address: str) -> str | None:
    """The name in an address of `loop_local_part`, with or without its domain; None if it is none, or forged."""
    found = _LOOP.fullmatch(ascii_lower(split_address(address)[0]))
    if not found:
        return None
    expected = [_base32(_mac(secret, "loop", found[1])[:_TOKEN_BYTES]) for secret in secrets]
    return found[1] if _is_one_of(found[2], expected) else None


def message_id_tag(secret: bytes, purpose: str, payload: str) -> str:
    """16 hex characters that are the same for the same purpose and payload, and that nobody else can make."""
    return _mac(secret, f"message-id/{purpose}", payload)[:_TAG_BYTES].hex()


def _plain_peer(peer: str) -> str:
    return ascii_lower(peer).removeprefix("+")


def _reply_token(secret: bytes, account_id: int, peer: str) -> str:
    return _base32(_mac(secret, "reply", f"{account_id}/{peer}")[:_TOKEN_BYTES])


def _take_back_token(secret: bytes, account_id: int, mail_id: int) -> str:
    return _base32(_mac(secret, "take-back", f"{account_id}/{mail_id}")[:_TOKEN_BYTES])


def _bounce_token(secret: bytes, payload: str) -> str:
    return _base32(_mac(secret, "bounce", payload)[:_TOKEN_BYTES])


def _mac(secret: bytes, purpose: str, payload: str) -> bytes:
    """An HMAC that no other purpose can have: the label's length stands before it."""
    label = _utf8(purpose)
    return hmac.digest(secret, b"%d:%b:%b" % (len(label), label, _utf8(payload)), "sha256")


def _is_one_of(token: str, expected: Sequence[str]) -> bool:
    given = _utf8(ascii_lower(token))
    matches = [hmac.compare_digest(given, _utf8(right)) for right in expected]
    return any(matches)


def _base32(octets: bytes) -> str:
    """Lower-case base32 without padding (RFC 4648, 6)."""
    return base64.b32encode(octets).decode("ascii").rstrip("=").lower()


def _base32_length(octets: int) -> int:
    return -(-octets * 8 // 5)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def split_address(addr: str) -> tuple[str, str]:
    """The local part and the lower-case domain of a bare address; without an @, the domain is empty.

    >>> split_address("Anna@Firma.DK."), split_address("anna")
    (('Anna', 'firma.dk'), ('anna', ''))
    """
    local_part, at, domain = addr.strip().rpartition("@")
    if not at:
        return domain, ""
    return local_part, ascii_lower(domain).removesuffix(".")


def same_domain(a: str, b: str) -> bool:
    """Whether two domains are one, in whatever case and form (U-label or A-label); broken ones never are.

    >>> same_domain("Sø.dk.", "xn--s-5ga.dk"), same_domain("a.dk", "b.dk")
    (True, False)
    """
    canonical = canonical_domain(a.removesuffix("."))
    return canonical is not None and canonical == canonical_domain(b.removesuffix("."))
