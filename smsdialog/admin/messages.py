"""Beskeder: what went out and came in, and why something did not."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from smsdialog.admin import language, wording
from smsdialog.dialog import messages as use_cases
from smsdialog.dialog import why

blueprint = Blueprint("messages", __name__)
PER_PAGE = 50


@blueprint.get("/messages/")
def listing() -> str:
    """One page of them, newest first."""
    direction = request.args.get("direction", "")
    search = use_cases.Search(
        direction=direction if direction in use_cases.DIRECTIONS else "",
        attention="attention" in request.args,
        text=request.args.get("q", "").strip()[:100],
    )
    page = use_cases.page(g.service, search, request.args.get("before", ""), PER_PAGE)
    kept = {name: request.args[name] for name in ("direction", "attention", "q") if request.args.get(name)}
    first = "before" not in request.args
    return render_template("messages.html", page=page, search=search, arguments=kept, first=first)


@blueprint.get("/messages/<message_id>/")
def show(message_id: str) -> str:
    """All of one but its text."""
    return _message(use_cases.find(g.service, message_id))


@blueprint.post("/messages/<message_id>/text")
def look(message_id: str) -> str:
    """All of one with its text: a look that is recorded, and so no page that one could come back to."""
    return _message(use_cases.look(g.service, message_id), shown=True)


@blueprint.post("/messages/<message_id>/resend")
def resend(message_id: str) -> Response:
    """Send one once more."""
    use_cases.resend(g.service, message_id)
    flash(language.translate("The SMS was handed over once more."))
    return redirect(url_for("messages.show", message_id=message_id), 303)


def _message(message: use_cases.Message, *, shown: bool = False) -> str:
    heard = use_cases.heard(g.service, message)
    reader = why.Reader(language.translate, wording.moment, g.service.now())
    story = why.of_message(g.service, reader, message.id)
    steps = story.about(message.id) if story else ()
    return render_template("message.html", message=message, heard=heard, shown=shown, steps=steps)
