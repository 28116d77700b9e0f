"""What every request passes before a page sees it: who asks, may he, and does the form come from us.

In this order: the schema is the one that we know; a form carries its token; somebody is signed in, unless the page is
for anybody. What he reaches, the use cases decide by `g.service.actor`.
"""

from __future__ import annotations

from flask import Flask, current_app, g, redirect, request, url_for
from werkzeug.exceptions import BadRequest, Forbidden
from werkzeug.wrappers import Response

from smsdialog.admin import session as sessions
from smsdialog.admin import visitor
from smsdialog.dialog import signin
from smsdialog.dialog.service import Service
from smsdialog.errors import Forbidden as NotAllowed

# For those who are not signed in (yet).
PUBLIC = frozenset({"static", "signin.form", "signin.enter", "language.choose"})
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class FormExpired(BadRequest):
    """A form without its token: another site's, or one from before the session began or ended."""


def install(app: Flask, service: Service) -> None:
    """Have every request pass."""
    app.extensions["smsdialog"] = service
    app.before_request(_admit)


def installation() -> Service:
    """The service as it is opened, with nobody behind it yet."""
    service: Service = current_app.extensions["smsdialog"]
    return service


def next_page() -> str:
    """Where to go after signing in: a page of ours, whatever the address says."""
    wanted = request.values.get("next", "")
    ours = url_for("accounts.listing").removesuffix("accounts/")
    return wanted if wanted.startswith(ours) and wanted.isprintable() else ours


def _admit() -> Response | None:
    service = installation()
    g.user, g.service = None, service
    g.address = visitor.address(request, service.config.admin)
    if request.endpoint == "static":
        return None
    service.store.check_schema()
    signed_in = _who(service)
    if signed_in is not None:
        g.user, g.service = signed_in.actor, signed_in
    if request.method not in _SAFE_METHODS and not sessions.is_form_token(request.form.get("form", "")):
        raise FormExpired
    if g.user is None and request.endpoint not in PUBLIC and request.endpoint is not None:
        wanted = request.script_root + request.full_path.removesuffix("?") if request.method == "GET" else None
        return redirect(url_for("signin.form", next=wanted), 303)
    return None


def _who(service: Service) -> Service | None:
    name = visitor.proxied_name(request, service.config.admin)
    g.by_proxy = bool(name)
    if not name:
        return sessions.resumed(service, g.address)
    signed_in = signin.through_proxy(service, name, g.address)
    if signed_in is None:
        raise Forbidden
    sessions.is_of_proxy(signed_in.actor.user_id)
    return signed_in


def changing() -> None:
    """Raise Forbidden for whoever may only look; for pages that show a form to change something."""
    if not g.service.actor.role.may_change:
        raise NotAllowed("your role lets you look, and change nothing")
