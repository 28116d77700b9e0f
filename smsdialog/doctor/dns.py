"""The domain in the DNS: does mail come to it (MX), and is ours believed elsewhere (SPF, DKIM, DMARC)?

dnspython is loaded here alone, and only for this: the standard library has no MX and no TXT records.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from smsdialog.core.authresults import is_aligned
from smsdialog.doctor.configuration import is_real
from smsdialog.doctor.exim import Exim
from smsdialog.doctor.finding import Findings, Unchecked, error, warning
from smsdialog.doctor.place import Place

if TYPE_CHECKING:
    from dns.resolver import Resolver

MX = error("dns-mx", "Nobody's mail server knows where to bring mail for the domain; it bounces.")
MX_DEAD = error(
    "dns-mx-dead", "Mail for the domain is brought to a machine that has no address; it waits, and bounces."
)
SPF = warning("dns-spf", "Mails that bring employees their SMS look forged, and end among spam.")
SPF_WRONG = error(
    "dns-spf-wrong", "Other mail servers refuse our mails: the record lets nobody send, or cannot be read."
)
DMARC = warning("dns-dmarc", "Large providers put mails of a domain without a policy among spam, ours included.")
DKIM = warning("dns-dkim", "What signs our mails signs them with a key that is not in the DNS: they look forged.")

SECONDS = 4.0
OPENDKIM = Path("/etc/opendkim.conf")
# An empty one is a key that was revoked (RFC 6376, 3.6.1).
_PUBLIC_KEY = re.compile(r"\bp=\s*[^;\s]")
_SELECTOR = re.compile(r"^\s*Selector\s+(\S+)", re.IGNORECASE | re.MULTILINE)


class Silent(Exception):
    """No resolver answered, and why."""


Ask = Callable[[str, str], list[str]]


def check(place: Place) -> Findings:
    """Ask for the domain's records."""
    domain = place.config.domain
    if not is_real(domain):
        yield Unchecked("DNS", f"{domain} is a name that the DNS does not have (RFC 2606)")
        return
    try:
        ask = _resolver(place.resolver)
        if not ask(domain.rpartition(".")[2], "SOA"):
            yield Unchecked("DNS", "the resolver does not know the top-level domain: it is not connected to the DNS")
            return
        yield from _way_in(domain, ask)
        yield from _belief(domain, ask)
        yield from _signature(place, domain, ask)
    except Silent as silent:
        yield Unchecked("DNS", str(silent))


def _way_in(domain: str, ask: Ask) -> Findings:
    hosts = [record.split()[1].rstrip(".") for record in ask(domain, "MX")]
    if not any(hosts):
        what = f"{domain} has {'a null MX: it takes no mail' if hosts else 'no MX record'}"
        yield MX.found(what, _enter(domain, "MX", "10 THIS-MACHINE."))
        return
    for host in hosts:
        if not ask(host, "A") and not ask(host, "AAAA"):
            yield MX_DEAD.found(
                f"{host}, an MX of {domain}, has no address", _enter(host, "A", "THIS-MACHINES-ADDRESS")
            )


def _belief(domain: str, ask: Ask) -> Findings:
    records = [text for text in ask(domain, "TXT") if text.lower().split()[:1] == ["v=spf1"]]
    record = _enter(domain, "TXT", '"v=spf1 mx -all"')
    if not records:
        yield SPF.found(f"{domain} has no SPF record", record)
    elif len(records) > 1:
        yield SPF_WRONG.found(f"{domain} has {len(records)} SPF records; one is allowed", record)
    elif records[0].lower().split()[1:] == ["-all"]:
        yield SPF_WRONG.found(f"the SPF record of {domain} lets nobody send", record)
    places = [f"_dmarc.{domain}", *(f"_dmarc.{above}" for above in _above(domain))]
    if not any(text.lower().startswith("v=dmarc1") for place in places for text in ask(place, "TXT")):
        policy = '"v=DMARC1; p=quarantine; rua=mailto:postmaster@' + domain + '"'
        yield DMARC.found(f"{domain} has no DMARC record", _enter(f"_dmarc.{domain}", "TXT", policy))


def _above(domain: str) -> list[str]:
    """The domains above one that belong to the same organisation."""
    labels = domain.split(".")
    above = [".".join(labels[at:]) for at in range(1, len(labels) - 1)]
    return [name for name in above if is_aligned(name, domain)]


def _signature(place: Place, domain: str, ask: Ask) -> Findings:
    selector = _selector(place)
    if not selector:
        yield Unchecked("DKIM", "neither OpenDKIM nor Exim here says with which selector it signs")
        return
    name = f"{selector}._domainkey.{domain}"
    if not any(_PUBLIC_KEY.search(text) for text in ask(name, "TXT")):
        yield DKIM.found(f"{name} holds no key", f"cat /etc/dkimkeys/{selector}.txt  # into the zone of {domain}")


def _selector(place: Place) -> str:
    """With which selector this machine signs, as far as anybody says."""
    if isinstance(place.server, Exim):
        found = place.server.transport("remote_smtp").get("dkim_selector", "")
        return found if re.fullmatch(r"[\w.-]+", found) else ""
    try:
        said = _SELECTOR.search(OPENDKIM.read_text(errors="replace"))
    except OSError:
        return ""
    return said[1] if said else ""


def _enter(name: str, kind: str, value: str) -> str:
    """The command for a zone that takes updates (RFC 2136); elsewhere it is a form of the registrar's."""
    return f"printf 'update add {name}. 3600 {kind} {value}\\nsend\\n' | nsupdate"


def _resolver(address: str) -> Ask:
    """What asks a resolver: the records of a name and a type as they are written in a zone. Raises Silent."""
    try:
        import dns.resolver
    except ImportError as missing:
        raise Silent("dnspython is not installed: pip install dnspython") from missing
    try:
        resolver = dns.resolver.Resolver(configure=not address)
    except dns.resolver.NoResolverConfiguration as none:
        raise Silent("this machine has no resolver (/etc/resolv.conf)") from none
    if address:
        host, _, port = address.partition("#")
        resolver.nameservers, resolver.port = [host], int(port or 53)
    resolver.lifetime = SECONDS
    return partial(_asked, resolver)


def _asked(resolver: Resolver, name: str, kind: str) -> list[str]:
    import dns.exception
    import dns.resolver

    try:
        return [_written(record) for record in resolver.resolve(name, kind, search=False)]
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as silence:
        raise Silent(f"no resolver answers for {name} ({type(silence).__name__})") from silence


def _written(record: object) -> str:
    """A record as text; the strings of a TXT record are one text (RFC 7208, 3.3)."""
    strings = getattr(record, "strings", None)
    return b"".join(strings).decode("ascii", "replace") if strings is not None else str(record)
