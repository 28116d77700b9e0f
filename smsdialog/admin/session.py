"""The session: a signed cookie that says who signed in, when, and with which password.

It holds nothing that is worth reading, and nothing is kept on the server: a cookie is good while the user's
`generation` is the one that it names, and for `admin.session_hours`. Another password, a disabled user and signing out
all raise the generation, so that a stolen cookie dies with them. The key that signs it is derived from the instance
secret.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

from flask import Flask, session

from smsdialog.dialog import signin
from smsdialog.dialog.service import Service
from smsdialog.dialog.user import User

# A browser takes a cookie of this name only over https, for this host alone and for all of it (RFC 6265bis, 4.1.3.2).
_SECURE_NAME, _PLAIN_NAME = "__Host-smsdialog", "smsdialog"


def install(app: Flask, service: Service) -> None:
    """Set the cookie up."""
    keys = [hmac.new(secret, b"admin session", hashlib.sha256).digest() for secret in service.secrets]
    plain = service.config.admin.insecure_cookies
    app.config.update(
        SECRET_KEY=keys[0],
        SECRET_KEY_FALLBACKS=keys[1:],
        SESSION_COOKIE_NAME=_PLAIN_NAME if plain else _SECURE_NAME,
        SESSION_COOKIE_SECURE=not plain,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=service.config.admin.session_hours),
    )


def begin(service: Service, user: User) -> None:
    """Sign a user in: whatever the browser had before is forgotten, its form token too."""
    session.clear()
    session.update(user=user.id, generation=user.generation, since=int(service.now()))


def end() -> None:
    """Forget who it was."""
    session.clear()


def resumed(service: Service, address: str) -> Service | None:
    """The service as whoever is signed in has it; None when nobody is, or the session is no longer good."""
    user_id, generation, since = (session.get(name) for name in ("user", "generation", "since"))
    if not (isinstance(user_id, int) and isinstance(generation, int) and isinstance(since, int)):
        return None
    if service.now() - since > service.config.admin.session_hours * 3600:
        return None
    return signin.resume(service, user_id, generation, address)


def is_of_proxy(user_id: int | None) -> None:
    """The proxy says who it is: whoever it was before, his forms are not this user's."""
    if session.get("proxied") != user_id:
        session.clear()
        session["proxied"] = user_id


def form_token() -> str:
    """What every form of this browser carries, and nobody else can know."""
    if "form" not in session:
        session["form"] = secrets.token_urlsafe(32)
    return str(session["form"])


def is_form_token(text: str) -> bool:
    """Whether a form carried it."""
    expected = session.get("form")
    return isinstance(expected, str) and hmac.compare_digest(expected.encode(), text.encode("utf-8", "replace"))
