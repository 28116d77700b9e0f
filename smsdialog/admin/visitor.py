"""Where a request comes from, and whom a proxy has signed in.

Headers are anybody's to write: they count only when the peer of the connection is one of `admin.trusted_proxies`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from werkzeug.wrappers import Request

from smsdialog.config import UNIX, Admin


def address(request: Request, settings: Admin) -> str:
    """The visitor's address: the last one of `X-Forwarded-For` that is no proxy of ours, else the peer's."""
    peer = _peer(request)
    if not _is_trusted(peer, settings.trusted_proxies):
        return peer
    named = [part.strip() for part in ",".join(request.headers.getlist("X-Forwarded-For")).split(",")]
    for hop in reversed(named):
        if not _is_address(hop):
            break
        peer = _as_ipv4(hop)
        if not _is_trusted(peer, settings.trusted_proxies):
            break
    return peer


def is_secure(request: Request, settings: Admin) -> bool:
    """Whether the visitor's own connection is https, as far as we or a trusted proxy can tell."""
    if not _is_trusted(_peer(request), settings.trusted_proxies):
        return request.is_secure
    return request.headers.get("X-Forwarded-Proto", request.scheme) == "https"


def proxied_name(request: Request, settings: Admin) -> str:
    """Whom a trusted proxy says it has signed in; empty where none says so, or more than one does."""
    if not settings.proxy_user_header or not _is_trusted(_peer(request), settings.trusted_proxies):
        return ""
    names = request.headers.getlist(settings.proxy_user_header)
    return names[0].strip() if len(names) == 1 else ""


def _peer(request: Request) -> str:
    return _as_ipv4(request.remote_addr or "")


def _as_ipv4(address: str) -> str:
    """An IPv4 address as it is, where a socket for both families writes it as IPv6 (RFC 4291, 2.5.5.2).

    >>> _as_ipv4("::ffff:192.0.2.7"), _as_ipv4("2001:db8::1"), _as_ipv4("unix:")
    ('192.0.2.7', '2001:db8::1', 'unix:')
    """
    mapped = getattr(ipaddress.ip_address(address), "ipv4_mapped", None) if _is_address(address) else None
    return str(mapped) if mapped else address


def _is_trusted(peer: str, proxies: Sequence[str]) -> bool:
    if not _is_address(peer):  # a Unix socket; servers call it "", "localhost" or "unix:"
        return UNIX in proxies
    found = ipaddress.ip_address(peer)
    return any(found in ipaddress.ip_network(network) for network in proxies if network != UNIX)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
