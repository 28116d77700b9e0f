"""What our own mail servers found out about a mail: the trusted Authentication-Results (RFC 8601).

Guarantees: only headers with a configured authserv-id count, and only in the top block, where no
sender can write. Read from the top, that block ends at the first Received header that

- was not written by one of our own servers (its `by` host is no configured authserv-id, nor below one), or
- follows a trusted Authentication-Results header: what our server found stands above what it was sent.

So list the server's host name among the authserv-ids where its results stand below its Received line,
where many a milter puts them. A server must also remove forged results that bear its own id (section 5).

What cannot be read of a trusted header becomes a result with the value `UNREADABLE`, so that it can
void a proof, and never be one. A pass in a comment or a quoted string is no result.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smsdialog.core.lexical import ascii_lower, split, without_comments
from smsdialog.core.mailbox import canonical_domain
from smsdialog.core.model import Headers

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

UNREADABLE = "unreadable"
# A real header has a few hundred; the library that parses one takes time quadratic in its length.
MAX_HEADER_CHARACTERS = 8 * 1024

_BY_HOST = re.compile(r"\s*(?:from\s+\S+\s+)?by\s+([^\s;]+)", re.IGNORECASE)
_DECISIVE = re.compile(r"\s*(dmarc|dkim)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Result:
    """One result: method (`dmarc`), value (`pass`), and properties such as (`header.from`, `firma.dk`); lower case."""

    method: str
    value: str
    properties: tuple[tuple[str, str], ...] = ()

    def domain(self, name: str) -> str | None:
        """The canonical domain that the named property holds; None if there is none, or several that differ."""
        domains = {canonical_domain(value.rpartition("@")[2]) for key, value in self.properties if key == name}
        return domains.pop() if len(domains) == 1 else None


def trusted_results(headers: Headers, authserv_ids: Collection[str]) -> tuple[Result, ...]:
    """Every result of a configured authserv-id in the top block of the headers."""
    ids = frozenset(ascii_lower(authserv_id) for authserv_id in authserv_ids if authserv_id)
    return tuple(result for value in _trusted_values(headers, ids) for result in _read(value))


def is_aligned(domain: str, other: str) -> bool:
    """Whether two canonical domains belong to one organisation (RFC 7489 section 3.1), by the public suffix list.

    >>> is_aligned("mail.firma.co.uk", "firma.co.uk"), is_aligned("firma.co.uk", "other.co.uk")
    (True, False)
    """
    if domain == other:
        return True
    if domain.split(".")[-2:] != other.split(".")[-2:]:
        return False
    organisation = _public_suffixes().privatesuffix(domain)
    return organisation is not None and organisation == _public_suffixes().privatesuffix(other)


@functools.cache
def _public_suffixes() -> PublicSuffixList:
    # Reading the list takes 40 ms, and few mails need it.
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


def _trusted_values(headers: Headers, ids: frozenset[str]) -> list[str]:
    trusted: list[str] = []
    for name, value in headers.pairs:
        kind = ascii_lower(name)
        if kind == "authentication-results" and _head(value)[0] in ids:
            trusted.append(value)
        if kind == "received" and (trusted or not _is_written_by(ids, value)):
            break
    return trusted


def _is_written_by(ids: frozenset[str], received: str) -> bool:
    match = _BY_HOST.match(without_comments(received) or "")
    host = ascii_lower(match[1]) if match else ""
    return any(host == ours or host.endswith("." + ours) for ours in ids)


def _head(value: str) -> tuple[str, list[str]]:
    """The authserv-id, and the words after it, of which the only good one is the version 1."""
    authserv_id, *others = split(value[:MAX_HEADER_CHARACTERS], ";")[0].split() or [""]
    return ascii_lower(authserv_id).strip('"'), others


def _read(value: str) -> list[Result]:
    """The results of one header value."""
    if _head(value)[1] not in ([], ["1"]) or len(value) > MAX_HEADER_CHARACTERS or without_comments(value) is None:
        return [Result("", UNREADABLE)]
    return [result for info in split(value, ";")[1:] for result in _read_info(info)]


@functools.lru_cache(maxsize=64)  # a sender's mails bring the same again and again, and the library is slow
def _read_info(info: str) -> tuple[Result, ...]:
    """One result; none for `none`, and for methods that we do not need where the library cannot read them."""
    from authres import AuthResError, parse_value  # type: ignore[import-untyped]

    try:
        parsed = parse_value(f"id;{info.encode('ascii', 'replace').decode()}").results
    except AuthResError:
        match = _DECISIVE.match(info)
        return (Result(ascii_lower(match[1]), UNREADABLE),) if match else ()
    return tuple(_as_result(one) for one in parsed)


def _as_result(parsed: Any) -> Result:
    properties = tuple((f"{one.type}.{one.name}", ascii_lower(one.value or "")) for one in parsed.properties)
    value = parsed.result if parsed.version in (None, "1") else UNREADABLE
    return Result(parsed.method, value, properties)
