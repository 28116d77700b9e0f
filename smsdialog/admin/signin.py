"""Signing in and out, and another password of one's own."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from smsdialog.admin import guard, language, session, wording
from smsdialog.dialog import signin, user
from smsdialog.errors import Conflict, SignInRefused, TooManySignIns

blueprint = Blueprint("signin", __name__)


@blueprint.get("/sign-in")
def form() -> str | Response:
    """The form; who is signed in already goes on."""
    if g.user is not None:
        return redirect(guard.next_page(), 303)
    return _form()


@blueprint.post("/sign-in")
def enter() -> tuple[str, int] | Response:
    """Sign in with name and password."""
    service = guard.installation()
    name, password = request.form.get("name", ""), request.form.get("password", "")
    try:
        found = signin.sign_in(service, name, password, g.address)
    except SignInRefused as error:
        return _form(wording.reason(error), name), 401
    except TooManySignIns as error:
        return _form(wording.reason(error), name), 429
    session.begin(service, found)
    return redirect(guard.next_page(), 303)


@blueprint.post("/sign-out")
def leave() -> Response:
    """Sign out, everywhere."""
    signin.sign_out(g.service)
    session.end()
    return redirect(url_for("signin.form"), 303)


@blueprint.get("/password")
def password_form() -> str:
    """The form for another password."""
    return render_template("password.html")


@blueprint.post("/password")
def change_password() -> tuple[str, int] | Response:
    """Change it: every other session of his ends, this one goes on."""
    current, wanted = request.form.get("current", ""), request.form.get("new", "")
    if wanted != request.form.get("again", ""):
        return render_template("password.html", error=language.translate("the two passwords differ")), 409
    try:
        changed = signin.change_password(g.service, current, wanted, g.address)
    except SignInRefused:
        return render_template("password.html", error=language.translate("the password so far is another one")), 409
    except TooManySignIns as error:
        return render_template("password.html", error=wording.reason(error)), 429
    except Conflict as error:
        return render_template("password.html", error=wording.reason(error)), 409
    session.begin(guard.installation(), changed)
    flash(language.translate("Your password is changed."))
    return redirect(url_for("status.page"), 303)


def _form(error: str = "", name: str = "") -> str:
    empty = not user.any_exist(guard.installation())
    return render_template("signin.html", error=error, name=name, next=guard.next_page(), empty=empty)
