"""What gateways call, and the web pages, as one WSGI application.

    /inbound/GATEWAY            one or more SMS; 2xx only after the commit
    /inbound/GATEWAY/NUMBER     the same, where only the URL says for which account
    /receipt/GATEWAY            what became of an SMS
    /health                     200 when all that matters is well
    /metrics                    the numbers of the installation, for those who may read them

403 for a call without its credential, 400 for one that makes no sense, 404 for an unknown gateway, 503
when the store is away, so that the gateway tries again. Nothing of a call is ever echoed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from smsdialog import config as configuration
from smsdialog import log
from smsdialog.core import phone
from smsdialog.dialog.hear import hear
from smsdialog.dialog.service import Service, open_service
from smsdialog.errors import BadCall, NotFound, SmsDialogError, Unauthentic
from smsdialog.gateways import Reply, WebCall
from smsdialog.watch.readers import may_read
from smsdialog.watch.vitals import vitals

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MAX_BODY_BYTES = 65_536

_ROUTES = Map(
    [
        Rule("/inbound/<gateway>", endpoint="inbound"),
        Rule("/inbound/<gateway>/<number>", endpoint="inbound"),
        Rule("/receipt/<gateway>", endpoint="receipt"),
        Rule("/health", endpoint="health", methods=["GET"]),
        Rule("/metrics", endpoint="metrics", methods=["GET"]),
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
        if request.path == "/admin" or request.path.startswith("/admin/"):
            return Response.from_app(_admin(service), environ)
        endpoint, arguments = _ROUTES.bind_to_environ(environ).match()
        return _ENDPOINTS[endpoint](service(), request, **arguments)
    except HTTPException as error:
        return _plain(error.code or 500)
    except Unauthentic as error:
        log.event("call-refused", path=request.path, reason=error)
        return _plain(403)
    except BadCall as error:
        log.event("call-not-understood", path=request.path, reason=error)
        return _plain(400)
    except NotFound:
        return _plain(404)
    except SmsDialogError as error:
        log.failure(error)
        return _plain(503)
    except Exception as error:  # a gateway that hears 5xx tries again: nothing is lost
        log.failure(error)
        return _plain(503)


def _inbound(service: Service, request: Request, gateway: str, number: str = "") -> Response:
    receiver = phone.service_number(number)
    if number and not receiver:
        raise NotFound(f"'{number[:20]}' is no account's number")
    call = _call(service, request, receiver)
    hear(service, service.gateways.inbound(gateway, call))
    return _reply(service.gateways.named(gateway).reply)


def _receipt(service: Service, request: Request, gateway: str) -> Response:
    hear(service, service.gateways.receipt(gateway, _call(service, request)))
    return _reply(service.gateways.named(gateway).receipt_reply)


def _health(service: Service, request: Request) -> Response:
    """Which parts are well; what is wrong with one is said to those who may read the metrics."""
    found = vitals(service)
    troubles = {one.name: one.trouble for one in found if one.trouble}
    said: dict[str, object] = {
        "status": "down" if troubles else "ok",
        "parts": {one.name: "down" if one.trouble else "ok" for one in found},
    }
    if troubles and may_read(request, service.config.metrics):
        said["troubles"] = troubles
    return Response(json.dumps(said) + "\n", 503 if troubles else 200, mimetype="application/json", headers=_UNCACHED)


def _metrics(service: Service, request: Request) -> Response:
    if not may_read(request, service.config.metrics):
        raise Unauthentic("/metrics was asked for by somebody who may not read it")
    from smsdialog.watch import metrics  # which loads prometheus-client: gateways' calls do not pay for it

    body, content_type = metrics.page(service, request.headers.get("Accept", ""))
    return Response(body, content_type=content_type, headers=_UNCACHED)


_UNCACHED = {"Cache-Control": "no-store"}
_ENDPOINTS: dict[str, Callable[..., Response]] = {
    "inbound": _inbound,
    "receipt": _receipt,
    "health": _health,
    "metrics": _metrics,
}


def _call(service: Service, request: Request, receiver: str = "") -> WebCall:
    body = request.get_data(cache=False)
    if len(body) > MAX_BODY_BYTES:
        raise RequestEntityTooLarge
    return WebCall(
        request.method,
        request.query_string,
        {name.lower(): value for name, value in request.headers.items()},
        body,
        path=quote(request.path),
        client=request.remote_addr or "",
        received_at=service.now(),
        receiver=receiver,
    )


def _reply(reply: Reply) -> Response:
    return Response(reply.body, reply.status, content_type=reply.content_type)


def _plain(status: int) -> Response:
    return Response(b"", status, content_type="text/plain; charset=utf-8")


@lru_cache(maxsize=4)
def _admin(service: Callable[[], Service]) -> WSGIApplication:
    """The web pages of an installation; gateways' calls do not pay for them."""
    from smsdialog.admin import app

    return app.create(service())


@lru_cache
def _service() -> Service:
    return open_service(configuration.load(configuration.config_path(None)))
