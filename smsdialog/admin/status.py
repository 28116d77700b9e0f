"""Status: gateways, what waits, the numbers left, when SMS last came and went, and what `doctor` sees at a glance."""

from __future__ import annotations

from flask import Blueprint, g, render_template

from smsdialog import doctor
from smsdialog.dialog import gateway
from smsdialog.dialog import status as use_cases

blueprint = Blueprint("status", __name__)


@blueprint.get("/status/")
def page() -> str:
    """How the installation fares."""
    found = doctor.at_a_glance(g.service) if g.service.actor.keys is None else ()
    fares = use_cases.status(g.service)
    return render_template("status.html", status=fares, gateways=gateway.status(g.service), findings=found)
