"""What gateways call: routes, statuses, and that nothing of a call is echoed."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import Client, EnvironBuilder

import smsdialog
from smsdialog import wsgi
from smsdialog.dialog import account
from tests.dialog.conftest import build, migrated  # noqa: F401  (fixtures)
from tests.dialog.stage import Stage, body_of

CGI = Path(smsdialog.__file__).parents[1] / "bin" / "smsdialog.cgi"
NUMBER = "459192000001"
PUBLIC_URL = 'public_url = "https://sms.firma.example"'
GATEWAYS = """\
[gateways.main]
type = "file"
secret = "inbound-secret"
[gateways.open]
type = "file"
[gateways.kannel]
type = "kannel"
url = "http://127.0.0.1:1/cgi-bin/sendsms"
username = "smsdialog"
password = "pass"
token = "kannel-token"
"""
BEARER = {"Authorization": "Bearer inbound-secret"}
SMS = {"from": "+4520123456", "to": NUMBER, "text": "Hej æøå 🙂", "id": "1"}


@pytest.fixture
def stage(build: Callable[..., Stage]) -> Stage:  # noqa: F811
    stage = build(top=PUBLIC_URL, tables=GATEWAYS)
    account.open_account(stage.service, stage.anna.address, "Firma", NUMBER)
    return stage


@pytest.fixture
def web(stage: Stage) -> Client:
    return Client(lambda environ, start: wsgi.respond(environ, lambda: stage.service)(environ, start))


@pytest.fixture
def application(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """The application as a WSGI server has it, with the configuration that the environment names."""
    monkeypatch.setenv("SMSDIALOG_CONFIG", str(stage.config_file))
    wsgi._service.cache_clear()
    yield Client(wsgi.application)
    wsgi._service.cache_clear()


def test_an_inbound_sms_is_answered_with_an_empty_200_and_mailed(stage: Stage, application: Client) -> None:
    answer = application.post("/inbound/main", json=SMS, headers=BEARER)
    assert (answer.status_code, answer.data) == (200, b"")
    assert body_of(stage.anna.receives()) == SMS["text"]


def test_a_missing_configuration_is_503(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SMSDIALOG_CONFIG", str(tmp_path / "none.toml"))
    wsgi._service.cache_clear()
    answer = Client(wsgi.application).get("/health")
    assert (answer.status_code, answer.data) == (503, b"")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "inbound-secret"}])
def test_a_call_without_the_secret_is_403_and_changes_nothing(
    stage: Stage, web: Client, headers: dict[str, str]
) -> None:
    answer = web.post("/inbound/main", json=SMS, headers=headers)
    assert (answer.status_code, answer.data) == (403, b"")
    assert stage.administrator.sms_in() == []


@pytest.mark.parametrize("path", ["/inbound/kannel", "/receipt/kannel"])
@pytest.mark.parametrize("token", ["", "wrong", "KANNEL-TOKEN"])
def test_a_kannel_without_its_token_is_403(web: Client, path: str, token: str) -> None:
    query = {"token": token, "from": "20123456", "to": NUMBER, "text": "Hej", "reference": "x", "status": "1"}
    answer = web.get(path, query_string=query)
    assert (answer.status_code, answer.data) == (403, b"")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"from": "1"}', b'{"from": 1, "to": 2, "text": 3}', b"\xff", b"[" * 60_000]
)
def test_a_call_that_makes_no_sense_is_400_and_not_echoed(web: Client, body: bytes) -> None:
    answer = web.post("/inbound/main", data=body, headers=BEARER)
    assert (answer.status_code, answer.data) == (400, b"")


@pytest.mark.parametrize(
    "path",
    ["/", "/inbound", "/inbound/", "/inbound/none", "/receipt/none", "/x", "/inbound/main/x", "/inbound/%3Cb%3E"],
)
def test_an_unknown_path_or_gateway_is_404(web: Client, path: str) -> None:
    for answer in (web.get(path), web.post(path, json=SMS, headers=BEARER)):
        assert (answer.status_code, answer.data) == (404, b"")


def test_the_url_may_say_for_which_account_an_sms_is(stage: Stage, web: Client) -> None:
    call = {**SMS, "to": "1204"}
    assert web.post(f"/inbound/main/{NUMBER}", json=call, headers=BEARER).status_code == 200
    assert body_of(stage.anna.receives()) == SMS["text"]
    assert web.post("/inbound/main/2012", json=call, headers=BEARER).status_code == 404
    assert web.post(f"/inbound/main/{NUMBER}", json=call).status_code == 403


@pytest.mark.parametrize("to", ["+4552512345", "4552512345", "1204"])
def test_a_number_of_the_providers_may_stand_for_an_account(
    build: Callable[..., Stage],  # noqa: F811
    to: str,
) -> None:
    number = "459192000077"
    receivers = f'[gateways.main.receivers]\n"+45 52 51 23 45" = "{number}"\n"1204 firma" = "{number}"\n'
    stage = build(tables=f'[gateways.main]\ntype = "file"\n{receivers}')
    stage.administrator.opens_account(stage.anna, number=number)
    stage.sms_comes_in("+4520123456", to, "Firma hej")
    assert body_of(stage.anna.receives()) == "Firma hej"
    assert stage.network.sender("main", number) == "4552512345"


def test_too_much_is_413(stage: Stage, web: Client) -> None:
    answer = web.post("/inbound/main", data=b"x" * (wsgi.MAX_BODY_BYTES + 1), headers=BEARER)
    assert (answer.status_code, answer.data) == (413, b"")
    stream = io.BytesIO(b"x" * 70_000)
    builder = EnvironBuilder("/inbound/main", method="POST", headers=list(BEARER.items()), input_stream=stream)
    environ = {**builder.get_environ(), "wsgi.input_terminated": True}
    environ.pop("CONTENT_LENGTH", None)
    assert wsgi.respond(environ, lambda: stage.service).status_code == 413


def test_a_method_that_is_not_meant_is_refused(web: Client) -> None:
    assert web.post("/health").status_code == 405
    assert web.get("/inbound/main", headers=BEARER).status_code == 400
    assert web.post("/inbound/kannel", query_string={"token": "kannel-token"}).status_code == 400


def test_a_store_that_is_away_is_503_so_that_the_gateway_tries_again(stage: Stage, web: Client) -> None:
    stage.close()
    away = stage.folder / "state" / "smsdialog.db"
    away.rename(away.with_suffix(".away"))
    answer = web.post("/inbound/main", json=SMS, headers=BEARER)
    assert (answer.status_code, answer.data) == (503, b"")
    away.with_suffix(".away").rename(away)
    assert web.post("/inbound/main", json=SMS, headers=BEARER).status_code == 200
    assert len(stage.administrator.sms_in()) == 1


def test_2xx_comes_only_after_the_commit_and_also_when_sendmail_is_down(stage: Stage, web: Client) -> None:
    stage.post.goes_down()
    assert web.post("/inbound/main", json=SMS, headers=BEARER).status_code == 200
    assert [row.state for row in stage.administrator.sms_in()] == ["received"]


def test_a_gateway_without_a_secret_needs_none(stage: Stage, web: Client) -> None:
    assert web.post("/inbound/open", json=SMS).status_code == 200
    assert web.post("/inbound/open", json={**SMS, "id": 2}).status_code == 200
    assert len(stage.anna.mailbox()) == 2


def test_the_same_id_of_another_gateway_is_another_sms(stage: Stage, web: Client) -> None:
    for path in ("/inbound/main", "/inbound/open", "/inbound/main"):
        assert web.post(path, json=SMS, headers=BEARER).status_code == 200
    assert len(stage.anna.mailbox()) == 2


def test_the_file_gateway_has_no_receipts(web: Client) -> None:
    assert web.post("/receipt/open", json={}).status_code == 400


# Kannel


def inbound(text: bytes, **more: str) -> dict[str, Any]:
    return {"token": "kannel-token", "from": "+4520123456", "to": NUMBER, "text": text, "id": "smsc-1", **more}


@pytest.mark.parametrize(
    ("octets", "coding", "charset"),
    [
        ("Hej æøå\nlinje 2 €", "0", "UTF-8"),
        ("Hej æøå 🙂 漢", "2", "UTF-16BE"),
        ("Hej 🙂", "2", ""),
        ("Hej æøå", "0", ""),
        ("Hej æøå €", "0", "windows-1252"),
    ],
)
def test_a_kannel_sms_is_read_in_the_charset_that_it_names(
    stage: Stage, web: Client, octets: str, coding: str, charset: str
) -> None:
    encoded = octets.encode(charset or ("UTF-16BE" if coding == "2" else "UTF-8"))
    query = urlencode(inbound(encoded, coding=coding, charset=charset, time="2026-11-22 09:00"))
    answer = web.get("/inbound/kannel", query_string=query)
    assert (answer.status_code, answer.data) == (200, b"")
    assert body_of(stage.anna.receives()) == octets


def test_a_kannel_sms_that_comes_twice_is_one_mail(stage: Stage, web: Client) -> None:
    for _ in range(2):
        assert web.get("/inbound/kannel", query_string=urlencode(inbound(b"Hej"))).status_code == 200
    assert len(stage.anna.mailbox()) == 1


@pytest.mark.parametrize(("status", "state"), [("1", "delivered"), ("2", "failed"), ("8", "sent"), ("16", "failed")])
def test_a_kannel_receipt_settles_the_sms_that_it_names(stage: Stage, web: Client, status: str, state: str) -> None:
    stage.anna.writes(stage.key, "20123456", "Hej")
    (row,) = stage.administrator.sms_out()
    query = {"token": "kannel-token", "reference": row.reference, "status": status, "reply": "NACK/0x42", "id": "f-1"}
    answer = web.get("/receipt/kannel", query_string=query)
    assert (answer.status_code, answer.data) == (200, b"")
    assert [row.state for row in stage.administrator.sms_out()] == [state]


@pytest.mark.parametrize("query", ["", "reference=x", "reference=x&status=", "reference=x&status=%C2%B2", "status=1"])
def test_a_kannel_receipt_that_makes_no_sense_is_400(web: Client, query: str) -> None:
    answer = web.get("/receipt/kannel", query_string=f"token=kannel-token&{query}")
    assert (answer.status_code, answer.data) == (400, b"")


# CGI


def call_cgi(stage: Stage, body: bytes = b"", **environment: str) -> tuple[bytes, bytes]:
    """Header block and body that the web server gets from the script."""
    cleared = {
        "SMSDIALOG_CONFIG": str(stage.config_file),
        "GATEWAY_INTERFACE": "CGI/1.1",
        "SERVER_NAME": "sms.firma.example",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SCRIPT_NAME": "/sms",
        "QUERY_STRING": "",
        "CONTENT_LENGTH": str(len(body)),
        **environment,
    }
    done = subprocess.run([sys.executable, str(CGI)], input=body, env=cleared, capture_output=True, cwd=os.sep)
    assert (done.returncode, done.stderr) == (0, b"")
    head, _, rest = done.stdout.partition(b"\r\n\r\n")
    return head, rest


def test_the_cgi_script_takes_an_sms_and_a_wrong_secret_is_403(stage: Stage) -> None:
    body = json.dumps(SMS).encode()
    post = {"REQUEST_METHOD": "POST", "PATH_INFO": "/inbound/main", "CONTENT_TYPE": "application/json"}
    head, rest = call_cgi(stage, body, **post, HTTP_AUTHORIZATION="Bearer inbound-secret")
    assert head.startswith(b"Status: 200 ")
    assert rest == b""
    assert body_of(stage.anna.receives()) == SMS["text"]
    head, rest = call_cgi(stage, body, **post, HTTP_AUTHORIZATION="Bearer wrong")
    assert head.startswith(b"Status: 403 ")
    assert rest == b""


def test_the_cgi_script_reads_kannels_octets(stage: Stage) -> None:
    query = urlencode(inbound("Hej 🙂".encode("UTF-16BE"), coding="2", charset="UTF-16BE"))
    head, _ = call_cgi(stage, REQUEST_METHOD="GET", PATH_INFO="/inbound/kannel", QUERY_STRING=query)
    assert head.startswith(b"Status: 200 ")
    assert body_of(stage.anna.receives()) == "Hej 🙂"
