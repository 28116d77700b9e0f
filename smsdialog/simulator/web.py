"""The HTTP application: each provider's API below its name, and what happened on a page and as JSON.

/PROVIDER/…      the provider's own API          GET /           what happened, and a form to text from
GET /messages    what happened, as JSON          POST /inbound   somebody texts: provider, from, to, text, parts
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from markupsafe import Markup
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from smsdialog.simulator.calls import Answer, Call, json_answer, text_answer
from smsdialog.simulator.desk import Desk, Silence
from smsdialog.simulator.fates import Fate
from smsdialog.simulator.messenger import Messenger
from smsdialog.simulator.provider import Provider
from smsdialog.simulator.sms import Book, Inbound

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAX_BODY_BYTES = 1_000_000
# 3GPP TS 23.040, 9.2.3.24.1: the number of parts is one octet.
MOST_PARTS = 255
# Longer than any client waits.
HANG_SECONDS = 300.0

_PAGE = Markup("""<!doctype html><meta charset="utf-8"><title>SMS simulator</title>
<style>body {{font: 1em sans-serif; margin: 2em}} td, th {{padding: .2em .8em; text-align: left; vertical-align: top}}
td {{white-space: pre-wrap}}</style>
<h1>SMS simulator</h1><p>Nothing here leaves this machine.</p>
<h2>Text a number</h2><form method="post" action="/inbound"><select name="provider">{providers}</select>
from <input name="from" value="+4520123456"> to <input name="to">
<p><textarea name="text" rows="3" cols="60"></textarea> <button>Text</button></form>
<h2>Taken</h2>{messages}<h2>Refused</h2>{refused}<h2>Calls to the product</h2>{calls}
<h2>Numbers that go wrong</h2>{fates}""")


class Application:
    """The WSGI application over these providers."""

    def __init__(self, providers: Mapping[str, Provider], book: Book, messenger: Messenger) -> None:
        self._providers = providers
        self._book = book
        self._messenger = messenger
        self._desk = Desk(book, messenger)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; or cut the connection, when the provider is to be silent."""
        request = Request(environ)
        request.max_content_length = MAX_BODY_BYTES
        try:
            answer = self._answer(request)
        except RequestEntityTooLarge:
            answer = text_answer(413, "too large\n")
        except Silence as silence:
            self._messenger.wait(0 if silence.at_once else HANG_SECONDS)
            _cut(environ)
        response = Response(answer.body, answer.status, dict(answer.headers), content_type=answer.content_type)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Answer:
        _, _, rest = request.path.partition("/")
        name, slash, path = rest.partition("/")
        if slash and name in self._providers:
            return self._desk.answer(self._providers[name], _call(request, f"/{path}"))
        match request.method, request.path:
            case "GET", "/":
                return Answer(200, self._page().encode(), "text/html; charset=utf-8")
            case "GET", "/messages":
                return json_answer(200, self._book.everything())
            case "POST", "/inbound":
                return self._text(request)
        return text_answer(404, "nothing is here; the providers: " + ", ".join(self._providers) + "\n")

    def _text(self, request: Request) -> Answer:
        """Somebody texts a number."""
        if request.headers.get("Origin", request.host_url.rstrip("/")) != request.host_url.rstrip("/"):
            return text_answer(403, "a page of another site may not do this\n")
        fields = _fields(request)
        provider, inbound = self._providers.get(str(fields.get("provider"))), _inbound(fields)
        if not provider or not inbound:
            wanted = "expected provider, from, to (a number) and text; provider is one of "
            return text_answer(400, wanted + ", ".join(self._providers) + "\n")
        try:
            calls = self._desk.text(provider, inbound, _order(fields))
        except (IndexError, ValueError):
            return text_answer(400, "parts is a list of the numbers of parts that there are\n")
        return json_answer(202, {"id": inbound.id, "calls": calls})

    def _page(self) -> str:
        found = self._book.everything()
        options = Markup("").join(Markup("<option>{}</option>").format(name) for name in self._providers)
        fates = [{"ending": fate.value or "any other", "what happens": fate.meaning} for fate in Fate]
        tables = {name: _table(list(reversed(rows))) for name, rows in found.items()}
        return str(_PAGE.format(providers=options, fates=_table(fates), **tables))


def _fields(request: Request) -> Mapping[str, Any]:
    """A form or an object of JSON; nothing, if it is neither."""
    if request.mimetype != "application/json":
        return request.form
    try:
        document = json.loads(request.get_data())
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _inbound(fields: Mapping[str, Any]) -> Inbound | None:
    """The SMS that is described; None if it is none."""
    sender, receiver, text = (fields.get(name) for name in ("from", "to", "text"))
    if not (isinstance(sender, str) and isinstance(receiver, str) and isinstance(text, str) and sender and text):
        return None
    number = receiver.removeprefix("+")
    return Inbound(sender.removeprefix("+"), number, text) if number.isascii() and number.isdigit() else None


def _order(fields: Mapping[str, Any]) -> list[int]:
    """Which parts come, and in which order. Raises ValueError."""
    order = fields.get("parts", [])
    if not isinstance(order, list) or not all(type(number) is int and 1 <= number <= MOST_PARTS for number in order):
        raise ValueError
    return order


def _call(request: Request, path: str) -> Call:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Call(request.method, path, request.query_string.decode("latin-1"), headers, request.get_data(cache=False))


def _table(rows: list[dict[str, Any]]) -> Markup:
    """Rows as a table; the values are whatever people sent."""
    if not rows:
        return Markup("<p>none</p>")
    head = Markup("").join(Markup("<th>{}</th>").format(name) for name in rows[0])
    lines = (Markup("").join(Markup("<td>{}</td>").format(value) for value in row.values()) for row in rows)
    return Markup("<table><tr>{}</tr>{}</table>").format(
        head, Markup("").join(map(Markup("<tr>{}</tr>").format, lines))
    )


def _cut(environ: WSGIEnvironment) -> NoReturn:
    """End the connection without an answer. Raises ConnectionAbortedError, which the server takes for just that."""
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError
