"""A provider nobody has heard of, both ways, from a table alone: the one that docs/http-gateway.md walks through.

Nordsms does not exist; its documentation is the page itself, of November 2026.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from smsdialog import config
from smsdialog.core.model import Delivery, InboundSms, Receipt
from smsdialog.errors import BadCall, ConfigError
from smsdialog.gateways import Accepted, Credit, Gateways, Later, Misconfigured, Rate, Refused, Reply, Unknown, WebCall
from smsdialog.gateways._base import HttpRequest, HttpResponse
from tests.gateways.table import GSM7, HIDDEN, NAME, NOW, TEXT, UCS2, Table, make

PAGE = Path(__file__).parents[2] / "docs" / "http-gateway.md"
KEY, SECRET = f"{HIDDEN}-key", f"{HIDDEN}-webhook"


def from_the_page() -> dict[str, Any]:
    """The table of the walk through, with secrets of ours."""
    (example,) = re.findall(r"```toml\n(\[gateways\.nordsms\].*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    options: dict[str, Any] = tomllib.loads(example)["gateways"]["nordsms"]
    assert options.pop("type") == "http"
    options["settings"] = {"api_key": KEY, "webhook_secret": SECRET}
    return options


OPTIONS = from_the_page()


def signed(document: object, at: float = NOW, secret: str = SECRET) -> WebCall:
    body = json.dumps(document, ensure_ascii=False).encode()
    message = f"{at:.0f}.".encode() + body
    signature = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json", "x-nord-time": f"{at:.0f}", "x-nord-signature": f"v1={signature}"}
    return WebCall("POST", body=body, headers=headers, received_at=NOW)


def request(**fields: object) -> HttpRequest:
    body = json.dumps(fields, ensure_ascii=False).encode()
    headers = (("Authorization", f"Bearer {KEY}"), ("Content-Type", "application/json"))
    return HttpRequest("POST", "https://api.nordsms.example/v2/messages", headers=headers, body=body)


def result(**row: object) -> HttpResponse:
    return HttpResponse(200, json.dumps({"results": [row]}).encode())


def rejected(code: int, message: str) -> HttpResponse:
    return result(state="rejected", code=code, message=message)


SMS = {"id": "m-1", "from": "4520123456", "to": "459192000123", "text": TEXT, "at": 1_795_338_000}
CALLBACK = "https://sms.firma.example/receipt/main?reference="
OURS = InboundSms(NAME, "m-1", "+4520123456", "459192000123", TEXT, 1_795_338_000.0)


def status(state: str, code: int = 0, **more: object) -> WebCall:
    item = {"id": "n-17/1", "ref": "r1", "state": state, "code": code, "at": 1_795_338_000, **more}
    return signed({"event": "sms.status", "items": [item]})


def receipt(delivery: Delivery, reason: str) -> Receipt:
    return Receipt(NAME, "r1", "n-17", delivery, reason, "1", 1_795_338_000.0)


INBOUND = signed({"event": "sms.in", "items": [SMS]})

TABLE = Table(
    options=OPTIONS,
    source="docs/http-gateway.md, November 2026",
    requests=(
        (
            GSM7,
            request(
                to=4520123456,
                **{"from": "+459192000123"},
                text=TEXT,
                unicode=False,
                ttl=1440,
                ref="r1",
                callback=CALLBACK + "r1",
            ),
        ),
        (
            UCS2,
            request(
                to=46701234567,
                **{"from": "+459192000123"},
                text="Tak 😀",
                unicode=True,
                ttl=1440,
                ref="r2",
                callback=CALLBACK + "r2",
            ),
        ),
        (
            replace(GSM7, sender="Firma"),
            request(
                to=4520123456,
                **{"from": "Firma"},
                text=TEXT,
                unicode=False,
                ttl=1440,
                ref="r1",
                callback=CALLBACK + "r1",
            ),
        ),
    ),
    answers=(
        (result(state="queued", id="n-17"), Accepted("n-17")),
        (rejected(12, "unknown number"), Refused("Nordsms: 200 12 unknown number")),
        (rejected(13, "blocked number"), Refused("Nordsms: 200 13 blocked number")),
        (
            rejected(20, "sender not yours"),
            Misconfigured("Nordsms: 200 20 sender not yours (the sender is not one of ours)"),
        ),
        (rejected(30, "no credit"), Credit("Nordsms: 200 30 no credit")),
        (rejected(40, "busy"), Later("Nordsms: 200 40 busy")),
        (rejected(99, "tired"), Unknown("Nordsms: 200 99 tired")),
        (result(state="queued"), Unknown('Nordsms: 200 {"results": [{"state": "queued"}]}')),
        (HttpResponse(200, b'{"results": []}'), Unknown('Nordsms: 200 {"results": []}')),
        (HttpResponse(200, b"<html>"), Unknown("Nordsms: 200 <html>")),
        (HttpResponse(400, b"what?"), Refused("Nordsms: 400 what?")),
        (HttpResponse(401, b"wrong key"), Misconfigured("Nordsms: 401 wrong key")),
        (HttpResponse(402, b"pay"), Credit("Nordsms: 402 pay")),
        (HttpResponse(429, b"wait 1500 ms"), Rate("Nordsms: 429 wait 1500 ms", 1.5)),
        (HttpResponse(429, b"", {"retry-after": "7"}), Rate("Nordsms: 429", 7.0)),
        (HttpResponse(500, b"oops"), Unknown("Nordsms: 500 oops")),
        (HttpResponse(503, b"oops"), Later("Nordsms: 503 oops")),
    ),
    inbound=(INBOUND, OURS),
    more_inbound=(
        (
            signed({"event": "sms.in", "items": [SMS, {**SMS, "id": "m-2", "text": "😀"}]}),
            (OURS, replace(OURS, gateway_id="m-2", text="😀")),
        ),
        (status("delivered"), (receipt(Delivery.DELIVERED, "delivered 0"),)),
    ),
    receipts=(
        (status("delivered"), receipt(Delivery.DELIVERED, "delivered 0")),
        (status("failed", 12), receipt(Delivery.FAILED, "failed 12 (there is no such number)")),
        (status("expired"), receipt(Delivery.EXPIRED, "expired 0")),
        (status("sent"), receipt(Delivery.ON_ITS_WAY, "sent 0")),
        (status("hibernating"), receipt(Delivery.ON_ITS_WAY, "hibernating 0")),
        (INBOUND, OURS),
    ),
    unauthentic=(
        replace(INBOUND, headers={}),
        replace(INBOUND, headers={**INBOUND.headers, "x-nord-signature": ""}),
        replace(INBOUND, headers={**INBOUND.headers, "x-nord-signature": "v1="}),
        replace(INBOUND, headers={**INBOUND.headers, "x-nord-time": f"{NOW + 1:.0f}"}),
        replace(INBOUND, headers={**INBOUND.headers, "x-nord-time": "now"}),
        signed({"event": "sms.in", "items": [SMS]}, secret="other"),
    ),
    replayed=(replace(INBOUND, received_at=NOW + 301), replace(INBOUND, received_at=NOW - 301)),
    signed=(INBOUND,),
    ignored=(signed({"event": "sms.in", "items": []}), signed({"event": "sms.lost", "items": [SMS]}), signed([])),
    nonsense=(
        replace(INBOUND, method="PUT"),
        signed({"event": "sms.in", "items": [{"text": "x"}]}),
        signed({"event": "sms.status", "items": [{"id": "n-17"}]}),
    ),
    reply=Reply(body=b"OK"),
    receipt_reply=Reply(body=b"OK"),
)


def test_without_a_public_url_no_receipts_are_asked_for():
    sent = json.loads(make("http", OPTIONS, public_url="").request(GSM7).body)
    assert "callback" not in sent


@pytest.mark.parametrize("key", ["settings", "send", "answer"])
def test_what_cannot_be_done_without_is_missed(key):
    with pytest.raises(ConfigError, match=r"smsdialog\.toml: 'gateways\.main\."):
        make("http", {name: value for name, value in OPTIONS.items() if name != key})


def installation(tmp_path: Path) -> Gateways:
    """The walk through as an operator writes it: secrets elsewhere, and what every type takes besides."""
    (tmp_path / "key").write_text(f"{KEY}\n")
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    keys = f'api_key = {{ file = "{tmp_path}/key" }}\nwebhook_secret = "not used"'
    (table,) = re.findall(r"```toml\n(\[gateways\.nordsms\].*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    table = re.sub(r'api_key = ".*"\nwebhook_secret = ".*"', keys, table)
    table = table.replace('key = "{webhook_secret}"', f'key = {{ file = "{tmp_path}/secret" }}')
    text = table.replace('provider = "Nordsms"', 'receivers = { "1204 FIRMA" = "459192000002" }\nsender = "Firma"')
    domain = 'domain = "sms.firma.example"\npublic_url = "https://sms.firma.example/"\n'
    return Gateways(config.read(tomllib.loads(domain + text), "smsdialog.toml"))


def test_secrets_may_stand_in_files_and_a_text_finds_its_account_by_its_keyword(tmp_path):
    gateways = installation(tmp_path)
    gateways.check()
    assert gateways.sender("nordsms", "459192000123") == "Firma"
    item = {**SMS, "to": "451204", "text": "firma Hej"}
    (sms,) = gateways.inbound("nordsms", signed({"event": "sms.in", "items": [item]}))
    assert (sms.gateway, gateways.whose(sms), sms.text) == ("nordsms", "459192000002", "firma Hej")


def test_an_address_that_ends_in_a_number_says_for_whom_an_sms_is(tmp_path):
    item = {name: value for name, value in SMS.items() if name != "to"}
    call = signed({"event": "sms.in", "items": [item]})
    (sms,) = installation(tmp_path).inbound("nordsms", replace(call, receiver="459192000123"))
    assert sms.to == "459192000123"
    with pytest.raises(BadCall, match="nothing says for whom this is"):
        installation(tmp_path).inbound("nordsms", call)
