"""Log: who changed what, when, and from where."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request

from smsdialog.dialog import audit

blueprint = Blueprint("log", __name__)
PER_PAGE = 100


@blueprint.get("/log/")
def page() -> str:
    """One page of the acts, newest first."""
    text = request.args.get("before", "")
    before = int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None
    acts = audit.listing(g.service, PER_PAGE + 1, before)
    following = acts[PER_PAGE - 1].id if len(acts) > PER_PAGE else None
    return render_template("log.html", acts=acts[:PER_PAGE], following=following)
