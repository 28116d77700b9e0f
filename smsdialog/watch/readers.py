"""Who may read the numbers of an installation: those who are near, and those who have the token."""

from __future__ import annotations

import hmac
import ipaddress

from werkzeug.wrappers import Request

from smsdialog.config import Metrics

# A proxy that is near stands for people who are not.
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")


def may_read(request: Request, settings: Metrics) -> bool:
    """Whether a request comes from a trusted network, and through no proxy; or brings the token."""
    return _has_token(request, settings.token) or _is_near(request, settings.trusted_networks)


def _has_token(request: Request, token: str) -> bool:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    return bool(token) and kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())


def _is_near(request: Request, networks: tuple[str, ...]) -> bool:
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        peer = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:  # a Unix socket: whoever is behind it, a proxy may be between
        return False
    peer = getattr(peer, "ipv4_mapped", None) or peer
    return any(peer in ipaddress.ip_network(network) for network in networks)
