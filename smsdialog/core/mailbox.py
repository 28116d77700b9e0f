"""Reading addresses out of header values that have not been decoded.

`single_mailbox` is strict, for the From that decides who somebody is: the one address that every
reader of the value agrees on, or nothing. `address_list` and `local_parts` are tolerant, for finding
our own addresses and machines' names; what they cannot read, they leave out. None of them raises.

Canonical form: domain as lower-case A-labels (RFC 5890), local part NFC with A-Z lowered. Dots and
plus signs in a local part mean something, and stay (RFC 5321 section 2.4, RFC 6530).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import islice

from smsdialog.core.lexical import ascii_lower, outline, split

# Longer than any value that a person's mail program writes; what is longer is not read.
MAX_MAILBOX_CHARACTERS = 16 * 1024
# RFC 5321 section 4.5.3.1, less the angle brackets.
MAX_LOCAL_OCTETS, MAX_DOMAIN_OCTETS, MAX_ADDRESS_OCTETS = 64, 253, 254
MAX_LISTED = 1000

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NAME_ADDR = re.compile(r"([^<>]*)<([^<>]*)>[ \t]*")
_ANGLE = re.compile(r"<([^<>]*)>")
_WORD = re.compile(r"[^ \t]+")
# Words of anything but ASCII controls, blanks and specials, joined by single dots (RFC 5322 section 3.2.3, RFC 6532).
_DOT_ATOM = re.compile(r'[^\x00-\x20\x7f"(),.:;<>@\[\\\]]+(?:\.[^\x00-\x20\x7f"(),.:;<>@\[\\\]]+)*')
# Less than RFC 5321 allows: no blank, quote, bracket, or sign that means something to a shell or in an expansion.
_ODD = r"\s\"$`{}|<>(),;:\\@\x00-\x1f\x7f-\U0010ffff"
_WRITTEN_TO = re.compile(rf"[^-{_ODD}][^{_ODD}]*@[^-{_ODD}][^{_ODD}]*")
_HOST_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@lru_cache(maxsize=64)  # a mail names few domains, some of them again and again
def canonical_domain(domain: str) -> str | None:
    """The domain as lower-case A-labels, or None if it is not a host name.

    >>> canonical_domain("Brød.DK")
    'xn--brd-1na.dk'
    >>> canonical_domain("[192.0.2.1]") is None
    True
    """
    if len(domain) > MAX_DOMAIN_OCTETS:
        return None
    labels = [_a_label(label) for label in ascii_lower(domain).split(".")]
    name = ".".join(labels)
    return name if all(map(_HOST_LABEL.fullmatch, labels)) and len(name) <= MAX_DOMAIN_OCTETS else None


def canonical_address(address: str) -> str | None:
    """The address in the form in which addresses are compared, or None if it is not a plain `local@domain`.

    >>> canonical_address("Anna.Berg@Firma.DK")
    'anna.berg@firma.dk'
    >>> canonical_address('"anna"@firma.dk') is None
    True
    """
    written, at, host = address.rpartition("@")
    domain = canonical_domain(host)
    if not at or domain is None or not _DOT_ATOM.fullmatch(written) or "=?" in written or not _is_plain(written):
        return None
    local = ascii_lower(unicodedata.normalize("NFC", written))
    octets = len(local.encode())
    if octets > MAX_LOCAL_OCTETS or octets + 1 + len(domain) > MAX_ADDRESS_OCTETS:
        return None
    return f"{local}@{domain}"


def can_be_written_to(address: str) -> bool:
    """Whether we hand an address to sendmail: plain ASCII that no option parser, shell or MTA stumbles over.

    An address outside ASCII would need SMTPUTF8 (RFC 6531) all the way to its mailbox.

    >>> [can_be_written_to(a) for a in ("o'brien@firma.example", "-oQ@firma.example", "${run}@firma.example", "ø@b.dk")]
    [True, False, False, False]
    """
    return bool(_WRITTEN_TO.fullmatch(address))


def single_mailbox(value: str) -> str | None:
    """The canonical address of a value that holds exactly one mailbox, else None.

    Quoted and encoded display names and comments are looked past. Groups, lists, source routes,
    domain literals, quoted local parts, control characters, and an unquoted display name that
    itself looks like another address make it None.

    >>> single_mailbox('"boss@good.example" <b@evil.example> (hello)')
    'b@evil.example'
    >>> single_mailbox("a@good.example, b@evil.example") is None
    True
    """
    if len(value) > MAX_MAILBOX_CHARACTERS or _CONTROL.search(value):
        return None
    shape = outline(value)
    if shape is None or any(special in shape for special in ",:;\\"):
        return None
    match = _NAME_ADDR.fullmatch(shape)
    name, written = match.groups() if match else ("", shape)
    address = canonical_address(written.strip(" \t"))
    if "@" in name and canonical_address(name.strip(" \t")) != address:
        return None
    return address


def address_list(value: str) -> tuple[str, ...]:
    """The canonical addresses in a To or Cc value, each once, in their order, at most 1000.

    Group names, display names and comments are no addresses; neither is what cannot be read.

    >>> address_list('Team: "x@y.example" <A@b.example>, c@d.example;, <@route.example:e@f.example>')
    ('a@b.example', 'c@d.example', 'e@f.example')
    """
    addresses = map(canonical_address, _written_addresses(value))
    return tuple(dict.fromkeys(address for address in addresses if address is not None))


def local_parts(value: str) -> tuple[str, ...]:
    """The local parts in a From-like value, A-Z lowered, without quotes; also of an address without a domain.

    >>> local_parts("Mail Delivery Subsystem <MAILER-DAEMON>")
    ('mailer-daemon',)
    >>> local_parts("Anna Berg")
    ()
    """
    written = [word.rpartition("@")[0] if "@" in word else word for word in _written_addresses(value)]
    return tuple(ascii_lower(local.strip('"')) for local in written)


@lru_cache(maxsize=16)  # several rules read the same From
def _written_addresses(value: str) -> tuple[str, ...]:
    """What stands where an address should: in angle brackets, else as a word with an @, or as the only word."""
    pieces = split(value, ",;")
    written = (found for piece in pieces for found in _in_angles(piece) or _in_words(piece))
    return tuple(found.rpartition(":")[2].strip() for found in islice(written, MAX_LISTED))


def _in_angles(piece: str) -> list[str]:
    return [piece[slice(*match.span(1))] for match in _ANGLE.finditer(outline(piece) or piece)]


def _in_words(piece: str) -> list[str]:
    spans = [match.span() for match in _WORD.finditer(outline(piece) or piece)]
    words = [piece[start:end] for start, end in spans]
    return words if len(words) == 1 else [word for word in words if "@" in word]


def _is_plain(text: str) -> bool:
    """Whether no character is invisible, a space, unassigned, or a stand-in for an ASCII one."""
    return text.isascii() or all(character.isascii() or _is_letterlike(character) for character in text)


def _is_letterlike(character: str) -> bool:
    hidden = unicodedata.category(character)[0] in "CZ"
    return not hidden and not any(part.isascii() for part in unicodedata.normalize("NFKC", character))


def _a_label(label: str) -> str:
    """The label as an A-label; empty if it has none, or one that reads back as something else (ß, ς, İ)."""
    if label.isascii():
        return label
    composed = unicodedata.normalize("NFC", label).lower()
    if not _is_plain(label):
        return ""
    try:
        encoded = composed.encode("idna")
        return encoded.decode("ascii") if encoded.decode("idna") == composed else ""
    except UnicodeError:
        return ""
