"""The application: its pages, what every answer carries, and what is shown when something cannot be done."""

from __future__ import annotations

from flask import Flask, g, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from smsdialog import __version__, log
from smsdialog.admin import (
    accounts,
    groups,
    guard,
    keys,
    language,
    messages,
    qrcodes,
    session,
    signin,
    status,
    visitor,
    wording,
)
from smsdialog.admin import log as log_pages
from smsdialog.dialog.service import Service
from smsdialog.errors import Conflict, Declined, Forbidden, NotFound, SchemaOutdated, SmsDialogError

MAX_FORM_BYTES = 65_536
# Nothing but our own style, script and pictures; no inline code; no frame around us; forms go nowhere else.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_STATUS = {NotFound: 404, Forbidden: 403, Conflict: 409}


def create(service: Service) -> Flask:
    """The web pages of an installation, below `/admin/`."""
    app = Flask(__name__, static_url_path="/admin/static")
    app.config.update(MAX_CONTENT_LENGTH=MAX_FORM_BYTES, MAX_FORM_MEMORY_SIZE=MAX_FORM_BYTES, MAX_FORM_PARTS=100)
    app.url_map.strict_slashes = app.url_map.merge_slashes = False  # no redirects, whose scheme a proxy would get wrong
    groups.install(app)
    session.install(app, service)
    guard.install(app, service)
    language.install(app)
    wording.install(app)
    for pages in (signin, keys, accounts, groups, qrcodes, messages, status, log_pages):
        app.register_blueprint(pages.blueprint, url_prefix="/admin")
    app.context_processor(_everywhere)
    app.after_request(_add_headers)
    app.register_error_handler(Declined, _declined)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _failed)
    return app


def _everywhere() -> dict[str, object]:
    """What every template knows."""
    user = g.get("user")
    return {
        "user": user,
        "may_change": user is not None and user.role.may_change,
        "form_token": session.form_token,
        "by_proxy": g.get("by_proxy", False),
        "config": guard.installation().config,
        "version": __version__,
        "here": request.script_root + request.full_path.removesuffix("?") if request.method == "GET" else "",
    }


def _add_headers(answer: Response) -> Response:
    answer.headers.update(HEADERS)
    if visitor.is_secure(request, guard.installation().config.admin):
        answer.headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint == "static" and answer.status_code < 400:
        answer.headers["Cache-Control"] = "public, max-age=3600"
    else:
        answer.headers["Cache-Control"] = "no-store"
    return answer


def _declined(error: Declined) -> tuple[str, int]:
    status_code = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)
    return render_template("error.html", status=status_code, reason=wording.reason(error)), status_code


def _http(error: HTTPException) -> tuple[str, int] | HTTPException:
    if error.code is None or error.code < 400:
        return error
    expired = isinstance(error, guard.FormExpired)
    return render_template("error.html", status=error.code, reason="", expired=expired), error.code


def _failed(error: Exception) -> tuple[str, int]:
    """Something of ours broke, or the database is away: where, stands in the log."""
    log.failure(error)
    status_code = 503 if isinstance(error, SmsDialogError) else 500
    return render_template("failure.html", outdated=isinstance(error, SchemaOutdated)), status_code
