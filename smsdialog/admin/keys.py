"""API-nøgler: made, changed, paused, given another secret, deleted."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from smsdialog.admin import guard, language, wording
from smsdialog.core.model import Key
from smsdialog.dialog import key as use_cases
from smsdialog.dialog import stop_list
from smsdialog.errors import Conflict

blueprint = Blueprint("keys", __name__)
OVERLAP_DAYS = ("0", "1", "7", "30")


@blueprint.get("/keys/")
def listing() -> str:
    """The keys, and the form for a new one."""
    return _listing()


@blueprint.post("/keys/")
def create() -> str | tuple[str, int]:
    """Make a key. The answer shows its secret, this once: it is no page that one could come back to."""
    try:
        made, secret = use_cases.create(g.service, request.form.get("label", ""))
    except Conflict as error:
        return _listing(wording.reason(error), request.form.get("label", "")), 409
    return render_template("key_secret.html", key=made, secret=secret.reveal(), days="")


@blueprint.get("/keys/<key_id>/")
def show(key_id: str) -> str:
    """The form to change a key."""
    guard.changing()
    return _form(use_cases.show(g.service, key_id))


@blueprint.post("/keys/<key_id>/")
def edit(key_id: str) -> tuple[str, int] | Response:
    """Change it."""
    form = request.form
    wishes: dict[str, object] = {wish: form.get(wish, "") for wish in use_cases.WISHES}
    try:
        wishes |= {limit: _limit(form.get(limit, "")) for limit in use_cases.LIMITS}
        wishes["machine_mail"] = "machine_mail" in form
        wishes["stop_words"] = "stop_words" in form
        use_cases.edit(g.service, key_id, label=form.get("label", ""), domains=form.get("domains", ""), **wishes)
    except Conflict as error:
        return _form(use_cases.show(g.service, key_id), wording.reason(error), form), 409
    flash(language.translate("The key is changed."))
    return redirect(url_for("keys.listing"), 303)


@blueprint.post("/keys/<key_id>/stops")
def stop(key_id: str) -> Response:
    """Note that a customer wants no more SMS."""
    stop_list.add(g.service, key_id, request.form.get("customer", ""))
    flash(language.translate("The customer is sent no more SMS from this key."))
    return redirect(url_for("keys.show", key_id=key_id), 303)


@blueprint.post("/keys/<key_id>/stops/remove")
def start(key_id: str) -> Response:
    """Note that a customer wants SMS again."""
    stop_list.remove(g.service, key_id, request.form.get("customer", ""))
    flash(language.translate("The customer may be sent SMS from this key again."))
    return redirect(url_for("keys.show", key_id=key_id), 303)


@blueprint.get("/keys/<key_id>/<any(enable, disable, rotate, delete):act>")
def ask(key_id: str, act: str) -> str:
    """Say what an act will do, and ask."""
    guard.changing()
    key, replacing = use_cases.show(g.service, key_id), use_cases.fingerprint(g.service, key_id)
    return render_template("key_ask.html", key=key, act=act, days=OVERLAP_DAYS, replacing=replacing)


@blueprint.post("/keys/<key_id>/enable")
def enable(key_id: str) -> Response:
    """Let its accounts go on."""
    return _done(use_cases.enable(g.service, key_id), language.translate("The key %(label)s is enabled."))


@blueprint.post("/keys/<key_id>/disable")
def disable(key_id: str) -> Response:
    """Pause its accounts."""
    return _done(use_cases.disable(g.service, key_id), language.translate("The key %(label)s is disabled."))


@blueprint.post("/keys/<key_id>/delete")
def delete(key_id: str) -> Response:
    """Remove it."""
    return _done(use_cases.delete(g.service, key_id), language.translate("The key %(label)s is deleted."))


@blueprint.post("/keys/<key_id>/rotate")
def rotate(key_id: str) -> str:
    """Give it another secret, shown this once."""
    days = request.form.get("days", "")
    if days not in OVERLAP_DAYS:
        raise Conflict("'%(value)s' is none of the choices", value=days)
    changed, secret = use_cases.rotate(g.service, key_id, float(days), request.form.get("replacing", ""))
    return render_template("key_secret.html", key=changed, secret=secret.reveal(), days=days)


def _listing(error: str = "", label: str = "") -> str:
    return render_template("keys.html", keys=use_cases.listing(g.service), error=error, label=label)


def _form(key: Key, error: str = "", form: object = None) -> str:
    stopped = stop_list.listing(g.service, key.public_id) if key.stop_words else ()
    return render_template("key.html", key=key, error=error, form=form, wishes=use_cases.WISHES, stopped=stopped)


def _done(key: Key, said: str) -> Response:
    flash(said % {"label": key.label})
    return redirect(url_for("keys.listing"), 303)


def _limit(text: str) -> int:
    """A limit as it was typed; nothing: as configured. Raises Conflict."""
    text = text.strip() or "0"
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Conflict("'%(value)s' is not a number", value=text)
    return int(text)
