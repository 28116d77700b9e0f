"""The language of the pages: the configured one, until a visitor chooses another; the choice is kept in a cookie."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Flask, g, redirect, request
from jinja2 import Environment
from werkzeug.wrappers import Response

from smsdialog.admin import guard
from smsdialog.core.letters import Translate
from smsdialog.locale import available, translator

COOKIE = "smsdialog_language"
_YEAR_SECONDS = 365 * 86_400
NAMES = {"da": "Dansk", "en": "English"}

blueprint = Blueprint("language", __name__)


def install(app: Flask) -> None:
    """Give the templates their words."""
    environment = cast(Environment, app.jinja_env)
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(translate, _plural, newstyle=True)  # type: ignore[attr-defined]
    app.context_processor(lambda: {"language": chosen(), "languages": {code: NAMES[code] for code in _codes()}})
    app.register_blueprint(blueprint, url_prefix="/admin")


def chosen() -> str:
    """The language of this request."""
    if "language" not in g:
        wanted = request.cookies.get(COOKIE, "")
        g.language = wanted if wanted in _codes() else guard.installation().config.language
    return str(g.language)


def translate(text: str) -> str:
    """A text of ours in the language of this request."""
    words: Translate = translator(chosen())
    return words(text)


@blueprint.get("/language/<code>")
def choose(code: str) -> Response:
    """Keep a choice, and go back to where it was made."""
    answer = redirect(guard.next_page(), 303)
    if code in _codes():
        secure = not guard.installation().config.admin.insecure_cookies
        answer.set_cookie(COOKIE, code, max_age=_YEAR_SECONDS, path="/", secure=secure, httponly=True, samesite="Lax")
    return answer


def _codes() -> tuple[str, ...]:
    return tuple(code for code in available() if code in NAMES)


def _plural(one: str, many: str, count: int) -> str:
    return translate(one if count == 1 else many)
