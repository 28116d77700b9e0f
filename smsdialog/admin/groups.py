"""Grupper: several customers under one address, their members typed in or read from a file."""

from __future__ import annotations

import re

from flask import Blueprint, Flask, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from smsdialog.admin import guard, language, wording
from smsdialog.dialog import group as use_cases
from smsdialog.dialog import key as key_use_cases
from smsdialog.dialog.group import Imported
from smsdialog.errors import Conflict

blueprint = Blueprint("groups", __name__)
MAX_FILE_BYTES = 1_000_000
# Wrong lines of a file that are shown; who has more has another kind of file.
WRONG_SHOWN = 50
_BETWEEN_NUMBERS = re.compile(r"[,;\r\n]+")


def install(app: Flask) -> None:
    """Let one form, that with the file, be bigger than others; before anything has read it."""

    @app.before_request
    def _admit_files() -> None:
        if request.endpoint == "groups.take_in":
            request.max_content_length = request.max_form_memory_size = MAX_FILE_BYTES


@blueprint.get("/groups/")
def listing() -> str:
    """The groups, and the form for a new one."""
    return _listing()


@blueprint.post("/groups/")
def create() -> tuple[str, int] | Response:
    """Make one, and go where its members are added."""
    try:
        made = use_cases.create(g.service, request.form.get("label", ""), request.form.get("key", ""))
    except Conflict as error:
        return _listing(wording.reason(error), request.form.get("label", "")), 409
    flash(language.translate("The group %(name)s is made. Now add its members.") % {"name": made.name})
    return _to(made.key_public_id, made.name)


@blueprint.get("/groups/<key_id>/<name>/")
def show(key_id: str, name: str) -> str:
    """One group: its address, its members, and the forms to add some."""
    return _page(key_id, name)


@blueprint.post("/groups/<key_id>/<name>/")
def add(key_id: str, name: str) -> tuple[str, int] | Response:
    """Add the numbers that were typed."""
    typed = [one.strip() for one in _BETWEEN_NUMBERS.split(request.form.get("numbers", "")) if one.strip()]
    try:
        _, added = use_cases.add(g.service, name, typed, key_id)
    except Conflict as error:
        return _page(key_id, name, wording.reason(error)), 409
    flash(language.translate("%(count)s customers are added.") % {"count": added})
    return _to(key_id, name)


@blueprint.post("/groups/<key_id>/<name>/remove")
def remove(key_id: str, name: str) -> Response:
    """Take one out."""
    number = request.form.get("number", "")
    use_cases.remove(g.service, name, [number], key_id)
    flash(language.translate("%(number)s is taken out.") % {"number": number})
    return _to(key_id, name)


@blueprint.post("/groups/<key_id>/<name>/import")
def take_in(key_id: str, name: str) -> str | tuple[str, int] | Response:
    """Read a file in, or look at it only; what is wrong in it is said line by line."""
    guard.changing()
    sent = request.files.get("file")
    octets = sent.read() if sent else b""
    do = use_cases.look_into if "look" in request.form else use_cases.take_in
    try:
        if not octets:
            raise Conflict("choose a file first")
        done = do(g.service, name, octets, key_id)
    except Conflict as error:
        return _page(key_id, name, wording.reason(error)), 409
    if done.found.wrong:
        return _page(key_id, name, done=done), 409
    if "look" in request.form:
        return _page(key_id, name, done=done)
    flash(language.translate("%(count)s customers are added.") % {"count": done.added})
    return _to(key_id, name)


@blueprint.post("/groups/<key_id>/<name>/export")
def export(key_id: str, name: str) -> Response:
    """The members as a file for a spreadsheet."""
    octets = ("\ufeff" + use_cases.exported(g.service, name, key_id)).encode()
    headers = {"Content-Disposition": f'attachment; filename="{use_cases.address_name(name)}.csv"'}
    return Response(octets, headers=headers, content_type="text/csv; charset=utf-8")


@blueprint.get("/groups/<key_id>/<name>/delete")
def ask(key_id: str, name: str) -> str:
    """Say what deleting does, and ask."""
    guard.changing()
    group, _ = use_cases.show(g.service, name, key_id)
    return render_template("group_delete.html", group=group)


@blueprint.post("/groups/<key_id>/<name>/delete")
def delete(key_id: str, name: str) -> Response:
    """Delete it."""
    gone = use_cases.delete(g.service, name, key_id)
    flash(language.translate("The group %(name)s is deleted.") % {"name": gone.name})
    return redirect(url_for("groups.listing"), 303)


def _listing(error: str = "", label: str = "") -> str:
    keys, groups = key_use_cases.listing(g.service), use_cases.listing(g.service)
    return render_template("groups.html", groups=groups, keys=keys, error=error, label=label)


def _page(key_id: str, name: str, error: str = "", done: Imported | None = None) -> str:
    group, members = use_cases.show(g.service, name, key_id)
    return render_template(
        "group.html",
        group=group,
        members=members,
        address=g.service.address(f"gruppe-{group.name}"),
        error=error,
        done=done,
        wrong_shown=WRONG_SHOWN,
        kilobytes=MAX_FILE_BYTES // 1000,
    )


def _to(key_id: str, name: str) -> Response:
    return redirect(url_for("groups.show", key_id=key_id, name=name), 303)
