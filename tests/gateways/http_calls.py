"""Calls and requests as providers over HTTP make and want them, for the tables of the `http` type's profiles."""

from __future__ import annotations

import base64
import json
from urllib.parse import urlencode

from smsdialog.gateways import WebCall
from smsdialog.gateways._base import HttpRequest, HttpResponse
from tests.gateways.table import NOW

TOKEN = "s3cret-token"
RECEIPT_URL = f"https://sms.firma.example/receipt/main?token={TOKEN}&reference="
FORM = "application/x-www-form-urlencoded"


def compact(document: object) -> bytes:
    """JSON as a provider may write it."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def posted(
    document: object, path: str = "/inbound/main", headers: dict[str, str] | None = None, **query: str
) -> WebCall:
    """A POST of JSON."""
    said = {"content-type": "application/json", **(headers or {})}
    return WebCall("POST", urlencode(query).encode(), said, compact(document), path, received_at=NOW)


def form(
    fields: dict[str, object], path: str = "/inbound/main", headers: dict[str, str] | None = None, **query: str
) -> WebCall:
    """A POST of a form."""
    said = {"content-type": FORM, **(headers or {})}
    return WebCall("POST", urlencode(query).encode(), said, urlencode(fields).encode(), path, received_at=NOW)


def got(path: str = "/inbound/main", headers: dict[str, str] | None = None, **query: object) -> WebCall:
    """A GET."""
    return WebCall("GET", urlencode(query).encode(), headers or {}, b"", path, received_at=NOW)


def json_request(url: str, document: object, *headers: tuple[str, str]) -> HttpRequest:
    """The request that a JSON body makes."""
    body = json.dumps(document, ensure_ascii=False).encode()
    return HttpRequest("POST", url, headers=(*headers, ("Content-Type", "application/json")), body=body)


def basic(user: str, password: str) -> tuple[str, str]:
    """The header of HTTP Basic."""
    return "Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def answer(status: int, document: object) -> HttpResponse:
    """An answer of JSON."""
    return HttpResponse(status, compact(document))
