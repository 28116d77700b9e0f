"""The QR popup of an account, its pictures, and the QR package."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request
from werkzeug.wrappers import Response

from smsdialog import qr
from smsdialog.admin import language
from smsdialog.core.model import Account
from smsdialog.dialog import directory
from smsdialog.errors import Conflict

blueprint = Blueprint("qrcodes", __name__)


@blueprint.get("/accounts/<number>/qr")
def popup(number: str) -> str:
    """The code, the number, and where to fetch the package."""
    return render_template("qr.html", account=_account(number), schemes=qr.SCHEMES)


@blueprint.get("/accounts/<number>/qr.svg")
def picture(number: str) -> Response:
    """The code, sharp at every size."""
    return Response(qr.svg(_account(number).number), mimetype="image/svg+xml")


@blueprint.get("/accounts/<number>/qr.zip")
def package(number: str) -> Response:
    """The package: every usual kind of picture, a vCard, a signature, and which is for what."""
    account = _account(number)
    scheme = request.args.get("scheme", "smsto")
    if scheme not in qr.SCHEMES:
        raise Conflict("'%(value)s' is none of the choices", value=scheme)
    wishes = {"text": request.args.get("text", ""), "caption": request.args.get("caption", "")}
    zipped = qr.package(account.number, scheme=scheme, language=language.chosen(), **wishes)
    name = f"qr-{account.number}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(zipped, mimetype="application/zip", headers=headers)


def _account(number: str) -> Account:
    account = directory.entry(g.service, number).account
    if account.closed_at is not None:
        raise Conflict("the account '%(name)s' is closed", name=number)
    return account
