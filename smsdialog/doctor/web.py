"""What gateways call: is it reached by its public address, and does it refuse strangers?"""

from __future__ import annotations

from smsdialog.doctor.configuration import LOCAL_TYPES
from smsdialog.doctor.fetch import Answer, fetch
from smsdialog.doctor.finding import Findings, Unchecked, error, quoted, warning
from smsdialog.doctor.place import Place

UNREACHABLE = error("public-url-unreachable", "No SMS and no receipt comes in: gateways call this address.")
ELSEWHERE = error("public-url-elsewhere", "Something else answers there, so no SMS and no receipt comes in.")
UNWELL = error("web-unwell", "What is down, it says; without the database, SMS from customers are not taken.")
UNGUARDED = warning("webhook-unguarded", "Anybody who finds the address can write to employees as any customer.")
NOT_SERVED = error("webhook-not-served", "This gateway's calls end there, and what customers text by it is lost.")


def check(place: Place) -> Findings:
    """Call `/health` and, without a credential, every gateway's address."""
    base = place.config.public_url.rstrip("/")
    if not base:
        yield Unchecked("web server", "'public_url' is not set")
        return
    health = place.health
    if not health.status:
        mend = f"{quoted('curl', '-v', f'{base}/health')}; systemctl restart smsdialog"
        yield UNREACHABLE.found(f"{base} does not answer: {health.trouble}", mend)
    elif health.status == 503:
        yield UNWELL.found(f"{base}/health says 503", quoted("curl", "-s", f"{base}/health"))
    elif health.status != 200:
        yield ELSEWHERE.found(f"{base}/health says {health.status}", place.edit("public_url"))
    else:
        yield from _webhooks(place, base)


def _webhooks(place: Place, base: str) -> Findings:
    for name, table in place.config.gateways.items():
        if table.type in LOCAL_TYPES[1:]:
            continue  # they have no address
        yield from _webhook(place, name, fetch(f"{base}/inbound/{name}"))


def _webhook(place: Place, name: str, answer: Answer) -> Findings:
    if answer.status == 404:
        what = f"/inbound/{name} is not known to the web server: it has another configuration, or an older one"
        yield NOT_SERVED.found(what, "systemctl restart smsdialog")
    elif answer.status in (200, 202, 204, 400, 405):
        what = f"/inbound/{name} says {answer.status} to a call without a credential, not 403"
        yield UNGUARDED.found(what, place.edit(name))
    elif answer.status != 403:
        what = f"/inbound/{name} says {answer.status or answer.trouble} to a call without a credential, not 403"
        yield NOT_SERVED.found(what, "systemctl restart smsdialog")
