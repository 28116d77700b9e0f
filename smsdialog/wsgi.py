"""What gateways call: inbound SMS and receipts, as one WSGI application.

    /inbound/GATEWAY    one or more SMS; 2xx only after the commit
    /receipt/GATEWAY    what became of an SMS
    /health             200 when the database answers

403 for a call without its credential, 400 for one that makes no sense, 404 for an unknown gateway, 503
when the store is away, so that the gateway tries again. Nothing of a call is ever echoed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from smsdialog import config as configuration
from smsdialog import log
from smsdialog.dialog import receipt, receive
from smsdialog.dialog.service import Service, open_service
from smsdialog.errors import BadCall, NotFound, SmsDialogError, Unauthentic
from smsdialog.gateways import Reply, WebCall

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAX_BODY_BYTES = 65_536

_ROUTES = Map(
    [
        Rule("/inbound/<gateway>", endpoint="inbound"),
        Rule("/receipt/<gateway>", endpoint="receipt"),
        Rule("/health", endpoint="health", methods=["GET"]),
    ]
)


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The WSGI application of the installation that `$SMSDIALOG_CONFIG` names."""
    return respond(environ, _service)(environ, start_response)


def respond(environ: WSGIEnvironment, service: Callable[[], Service]) -> Response:
    """The answer to one request."""
    request = Request(environ)
    request.max_content_length = MAX_BODY_BYTES + 1  # of a call without a length, so much is read and no more
    try:
        endpoint, arguments = _ROUTES.bind_to_environ(environ).match()
        return _ENDPOINTS[endpoint](service(), request, **arguments)
    except HTTPException as error:
        return _plain(error.code or 500)
    except Unauthentic as error:
        log.event("call-refused", reason=error)
        return _plain(403)
    except BadCall as error:
        log.event("call-not-understood", reason=error)
        return _plain(400)
    except NotFound:
        return _plain(404)
    except SmsDialogError as error:
        log.failure(error)
        return _plain(503)
    except Exception as error:  # a gateway that hears 5xx tries again: nothing is lost
        log.failure(error)
        return _plain(503)


def _inbound(service: Service, request: Request, gateway: str) -> Response:
    through = service.gateways.named(gateway)
    messages = through.inbound(_call(request))
    service.store.check_schema()
    for sms in messages:
        receive.receive(service, sms)
    return _reply(through.reply)


def _receipt(service: Service, request: Request, gateway: str) -> Response:
    through = service.gateways.named(gateway)
    receipts = through.receipt(_call(request))
    service.store.check_schema()
    for one in receipts:
        receipt.settle(service, one)
    return _reply(through.reply)


def _health(service: Service, request: Request) -> Response:
    service.store.check_schema()
    return Response(json.dumps({"status": "ok"}) + "\n", mimetype="application/json")


_ENDPOINTS: dict[str, Callable[..., Response]] = {"inbound": _inbound, "receipt": _receipt, "health": _health}


def _call(request: Request) -> WebCall:
    body = request.get_data(cache=False)
    if len(body) > MAX_BODY_BYTES:
        raise RequestEntityTooLarge
    headers = {name.lower(): value for name, value in request.headers.items()}
    return WebCall(request.method, request.query_string, headers, body)


def _reply(reply: Reply) -> Response:
    return Response(reply.body, reply.status, content_type=reply.content_type)


def _plain(status: int) -> Response:
    return Response(b"", status, content_type="text/plain; charset=utf-8")


@lru_cache
def _service() -> Service:
    return open_service(configuration.load(configuration.config_path(None)))
