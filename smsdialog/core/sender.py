"""Who sent a mail, and how well is that proven?

Identity is the From header alone; the envelope says where notices go, and proves nothing. The proof
is the word of our own mail server: it knew the SASL user or the network of the client, or it checked
DMARC or DKIM. A `dmarc=fail` of ours undoes all of them.

A Sender header that differs from From is ignored. It could only be held against the honest: whoever
forges a From leaves Sender out, while secretaries who write for others, and ticket systems, need it.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from smsdialog.core.authresults import UNREADABLE, Result, is_aligned, trusted_results
from smsdialog.core.mailbox import address_list, single_mailbox
from smsdialog.core.model import Envelope, Headers, IncomingMail

__all__ = ["Policy", "Proof", "address_list", "from_mailbox", "is_local", "proof"]


@dataclass(frozen=True)
class Policy:
    """Whose word counts: client networks (CIDR), and the authserv-ids of our own mail servers."""

    trusted_networks: tuple[str, ...] = ()
    trusted_authserv_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proof:
    """What the mail server's word is worth.

    `by` is empty where nothing is proven, and always when `failed`: a trusted `dmarc=fail`, which
    refuses the mail. `local` says that the client was proven local, by SASL or its network.
    """

    by: Literal["sasl", "network", "dmarc", "dkim", ""]
    failed: bool
    local: bool


def from_mailbox(headers: Headers) -> str | None:
    """The canonical address of the one mailbox in the one From header; None if there is not exactly that."""
    values = headers.all("From")
    return single_mailbox(values[0]) if len(values) == 1 else None


def proof(mail: IncomingMail, envelope: Envelope, policy: Policy, from_address: str) -> Proof:
    """How well it is proven that the mail comes from `from_address`, which is what `from_mailbox` returned."""
    results = trusted_results(mail.headers, policy.trusted_authserv_ids)
    failed = any(result.method == "dmarc" and result.value == "fail" for result in results)
    local = _local_proof(envelope, policy)
    by = local or _remote_proof(results, from_address.rpartition("@")[2])
    return Proof(by="" if failed else by, failed=failed, local=bool(local))


def _local_proof(envelope: Envelope, policy: Policy) -> Literal["sasl", "network", ""]:
    if envelope.sasl_username.strip():
        return "sasl"
    return "network" if is_local(envelope.client_address, policy.trusted_networks) else ""


@lru_cache(maxsize=256)  # clients are few, and networks slow to read
def is_local(client_address: str, networks: tuple[str, ...]) -> bool:
    """Whether a client's address lies in one of these networks (CIDR); what is no address does not."""
    try:
        client = ipaddress.ip_address(client_address.strip())
    except ValueError:
        return False
    # A server that listens on IPv6 only sees IPv4 clients as ::ffff:192.0.2.1 (RFC 4291 section 2.5.5.2).
    mapped = client.ipv4_mapped if isinstance(client, ipaddress.IPv6Address) else None
    return any((mapped or client) in ipaddress.ip_network(network, strict=False) for network in networks)


def _remote_proof(results: tuple[Result, ...], domain: str) -> Literal["dmarc", "dkim", ""]:
    """Every DMARC result must be a pass for the domain; else one DKIM signature must pass and be aligned with it."""
    if any(result.value == UNREADABLE for result in results):
        return ""
    verdicts = [result for result in results if result.method == "dmarc"]
    if verdicts and all(one.value == "pass" and one.domain("header.from") == domain for one in verdicts):
        return "dmarc"
    return "dkim" if any(_is_aligned_signature(result, domain) for result in results) else ""


def _is_aligned_signature(result: Result, domain: str) -> bool:
    """Some servers name the signing domain as `header.d`, some only its user as `header.i` (RFC 8601 section 2.7.1)."""
    if (result.method, result.value) != ("dkim", "pass"):
        return False
    named = {name for name, _ in result.properties}
    signer = result.domain("header.d" if "header.d" in named else "header.i")
    return signer is not None and is_aligned(signer, domain)
