"""Opret konto and Administrér: accounts opened, found, changed in place, looked at and closed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from smsdialog.admin import guard, language, wording
from smsdialog.dialog import account as use_cases
from smsdialog.dialog import directory
from smsdialog.dialog import key as key_use_cases
from smsdialog.errors import Conflict, NotFound, NumbersExhausted

blueprint = Blueprint("accounts", __name__)
PER_PAGE = 50


@blueprint.get("/")
def home() -> Response:
    """Where one begins: with the accounts."""
    return redirect(url_for("accounts.listing"), 303)


@blueprint.get("/accounts/")
def listing() -> str:
    """The accounts, one of them as a form if it is being edited."""
    if request.args.get("edit"):
        guard.changing()
    return _listing(request.args.get("edit", ""))


@blueprint.get("/accounts/new")
def new() -> str:
    """The form for a new account."""
    guard.changing()
    return _new()


@blueprint.post("/accounts/new")
def create() -> tuple[str, int] | Response:
    """Open it, and show its number."""
    form = request.form
    try:
        opened = use_cases.open_account(g.service, form.get("email", ""), form.get("key", ""), form.get("number", ""))
    except NumbersExhausted:
        words = "no number is free; add some with 'smsdialog number add RANGE'"
        return _new(language.translate(words)), 409
    except (Conflict, NotFound) as error:
        return _new(wording.reason(error)), 409
    flash(language.translate("The account is open, and its number can be used at once."))
    return redirect(url_for("accounts.show", number=opened.number), 303)


@blueprint.get("/accounts/<number>/")
def show(number: str) -> str:
    """One account: its number, its code, what is held and why, who stands in for its employee."""
    return _account(number)


@blueprint.post("/accounts/<number>/")
def edit(number: str) -> tuple[str, int] | Response:
    """Change its address or its key: only what was typed anew, as somebody else may have changed the other."""
    try:
        use_cases.edit(g.service, number, email=_changed("email"), key_name=_changed("key"))
    except (Conflict, NotFound) as error:
        return _listing(number, wording.reason(error)), 409
    flash(language.translate("The account is changed. Its number and its dialogs are the same."))
    return redirect(url_for("accounts.listing", **_arguments()), 303)


@blueprint.post("/accounts/<number>/deputies")
def appoint(number: str) -> tuple[str, int] | Response:
    """Name who gets its SMS, and who may answer as it."""
    deliver_to, members = _changed("deliver_to"), _changed("members")
    try:
        use_cases.edit(g.service, number, deliver_to=_addresses(deliver_to), members=_addresses(members))
    except Conflict as error:
        return _account(number, wording.reason(error)), 409
    flash(language.translate("It is changed who gets the SMS of this account, and who may answer them."))
    return redirect(url_for("accounts.show", number=number), 303)


@blueprint.post("/accounts/<number>/resume")
def resume(number: str) -> Response:
    """Write to its mailbox again after that kept refusing mails."""
    use_cases.edit(g.service, number, resume=True)
    flash(language.translate("Mails are sent to this mailbox again."))
    return redirect(url_for("accounts.show", number=number), 303)


@blueprint.post("/accounts/<number>/forget")
def forget(number: str) -> Response:
    """Forget the signatures learned for it."""
    use_cases.edit(g.service, number, forget=True)
    flash(language.translate("The signatures learned for this account are forgotten."))
    return redirect(url_for("accounts.show", number=number), 303)


@blueprint.get("/accounts/<number>/close")
def ask(number: str) -> str:
    """Say what will stop, and ask."""
    guard.changing()
    return render_template("account_close.html", entry=directory.entry(g.service, number))


@blueprint.post("/accounts/<number>/close")
def close(number: str) -> Response:
    """Close it: its number is dead at once, or SMS to it are forwarded for some days."""
    days = _days(request.form.get("forward_days", ""))
    if days:
        deliver_to = _addresses(request.form.get("deliver_to", "").strip() or None)
        closed = use_cases.forward(g.service, number, days, deliver_to)
        words = language.translate(
            "The account of %(email)s is closed. SMS to %(number)s are forwarded for %(days)s days."
        )
    else:
        closed = use_cases.close(g.service, number)
        words = language.translate("The account of %(email)s is closed. The number %(number)s is dead.")
    flash(words % {"email": closed.email, "number": wording.grouped(closed.number), "days": days})
    return redirect(url_for("accounts.listing"), 303)


def _days(text: str) -> int:
    """A number of days as it was typed; nothing is none. Raises Conflict."""
    text = text.strip() or "0"
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Conflict("'%(value)s' is not a number", value=text)
    return int(text)


def _addresses(typed: str | None) -> list[str] | None:
    """Addresses with blanks or commas between; None for None."""
    return None if typed is None else typed.replace(",", " ").replace(";", " ").split()


def _account(number: str, error: str = "") -> str:
    entry = directory.entry(g.service, number)
    return render_template("account.html", entry=entry, now=g.service.now(), error=error, typed=request.form)


def _changed(field: str) -> str | None:
    """What was typed into a field; None where that is what stood there when the form was opened."""
    typed = request.form.get(field, "")
    return None if typed == request.form.get(f"{field}_before") else typed


def _listing(editing: str, error: str = "") -> str:
    wanted = _wanted()
    page = directory.page(g.service, wanted, _page_number(), PER_PAGE)
    return render_template(
        "accounts.html",
        wanted=wanted,
        page=page,
        editing=editing,
        error=error,
        states=directory.STATES,
        arguments=_arguments(),
        keys=key_use_cases.listing(g.service),
        typed=request.form,
    )


def _new(error: str = "") -> str:
    return render_template("account_new.html", keys=key_use_cases.listing(g.service), error=error, typed=request.form)


def _wanted() -> directory.Wanted:
    """What the address asks for; what makes no sense is left out."""
    state, sort = request.args.get("state", ""), request.args.get("sort", "")
    return directory.Wanted(
        text=request.args.get("q", "").strip()[:100],
        state=state if state in directory.STATES else "",
        sort=sort if sort in directory.SORTS else "email",
        descending=request.args.get("order") == "desc",
    )


def _page_number() -> int:
    text = request.args.get("page", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 1


def _arguments() -> dict[str, Any]:
    """The part of the address that says which page of which accounts, to come back to it."""
    return {name: request.args[name] for name in ("q", "state", "sort", "order", "page") if request.args.get(name)}
