"""What every gateway type promises, whatever its provider speaks."""

from __future__ import annotations

import importlib
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog import gateways
from smsdialog.errors import BadCall, ConfigError, Unauthentic
from smsdialog.gateways import Accepted, Gateway, Later, Refused, Unknown, WebCall
from smsdialog.gateways._base import AnswerLost, HttpRequest, HttpResponse, NotSent
from tests.gateways.table import GSM7, HIDDEN, NAME, UCS2, Table, make


def table_of(type_name: str) -> Table:
    table: Table = importlib.import_module(f"tests.gateways.test_{type_name}").TABLE
    return table


TABLES = {name: table_of(name) for name in gateways.types()}
SPEAK_HTTP = [name for name, table in TABLES.items() if table.answers]
OUTCOMES = Accepted | Refused | Later | Unknown

every_type = pytest.mark.parametrize("name", TABLES)
every_type_over_http = pytest.mark.parametrize("name", SPEAK_HTTP)


def made(name: str, tmp_path=None) -> Gateway:
    options = dict(TABLES[name].options)
    if "path" in options and tmp_path:
        options["path"] = str(tmp_path / "outbox.jsonl")
    return make(name, options, "https://sms.firma.example")


def calls(name: str) -> list[tuple[str, WebCall]]:
    """Every call of a type's table, and which of its methods it is for."""
    table = TABLES[name]
    good = [("inbound", table.inbound[0]), *(("receipt", call) for call, _ in table.receipts)]
    return [*good, *(("inbound", call) for call in (*table.unauthentic, *table.nonsense))]


def all_that_is_said(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def test_file_and_kannel_are_there():
    assert {"file", "kannel"} <= set(TABLES)


@every_type
def test_it_bears_its_name_and_its_type(name):
    gateway = made(name)
    assert (gateway.name, gateway.type) == (NAME, name)


@every_type
def test_the_provider_hears_nothing_that_it_could_send_to_a_phone(name):
    assert made(name).reply.status // 100 == 2
    assert made(name).reply.body == b""


@every_type
def test_an_unknown_option_is_named_with_the_file(name):
    with pytest.raises(ConfigError, match=r"smsdialog\.toml: unknown key 'gateways.main.x'; known here: "):
        make(name, {**TABLES[name].options, "x": 1})


@every_type
@pytest.mark.parametrize("sms", [GSM7, UCS2], ids=["gsm7", "ucs2"])
def test_sending_gives_an_outcome(name, sms, tmp_path):
    answers = TABLES[name].answers or ((HttpResponse(500, b""), Unknown("")),)
    for response, _ in answers:
        assert isinstance(made(name, tmp_path).send(sms, lambda request, answer=response: answer), OUTCOMES)


@every_type_over_http
def test_each_answer_of_the_provider_is_its_outcome(name):
    for response, outcome in TABLES[name].answers:
        assert made(name).send(GSM7, lambda request, answer=response: answer) == outcome


@every_type_over_http
def test_its_table_has_an_answer_for_every_outcome(name):
    assert {type(outcome) for _, outcome in TABLES[name].answers} == {Accepted, Refused, Later, Unknown}


@every_type_over_http
def test_a_request_that_never_left_is_tried_again(name):
    def no_connection(request: HttpRequest) -> HttpResponse:
        raise NotSent("no connection")

    assert made(name).send(GSM7, no_connection) == Later("no connection")


@every_type_over_http
def test_a_lost_answer_is_unknown_so_that_nobody_gets_an_sms_twice(name):
    def hung(request: HttpRequest) -> HttpResponse:
        raise AnswerLost("no answer")

    assert made(name).send(GSM7, hung) == Unknown("no answer")


@every_type_over_http
def test_an_error_of_the_providers_server_is_unknown_or_provably_not_sent(name):
    for status in (200, 301, 302, 500, 502, 504):
        outcome = made(name).send(GSM7, lambda request, status=status: HttpResponse(status, b"<html>"))
        assert isinstance(outcome, Unknown), status


@every_type_over_http
def test_a_second_attempt_is_the_same_request(name):
    asked = []
    for _ in range(2):
        made(name).send(GSM7, lambda request: asked.append(request) or HttpResponse(503, b""))
    assert asked[0] == asked[1]


@every_type_over_http
def test_one_attempt_is_one_request(name):
    asked = []
    made(name).send(GSM7, lambda request: asked.append(request) or HttpResponse(503, b""))
    assert len(asked) == 1


@every_type_over_http
@given(status=st.integers(100, 599), body=st.binary(max_size=50))
def test_no_answer_makes_it_raise(name, status, body):
    assert isinstance(made(name).send(GSM7, lambda request: HttpResponse(status, body)), OUTCOMES)


@every_type
def test_it_reads_an_sms_that_comes_in(name):
    call, sms = TABLES[name].inbound
    assert made(name).inbound(call) == (sms,)


@every_type
def test_it_reads_receipts(name):
    for call, receipt in TABLES[name].receipts:
        assert made(name).receipt(call) == (receipt,)


@every_type
def test_a_call_without_the_credential_is_unauthentic(name):
    for call in TABLES[name].unauthentic:
        with pytest.raises(Unauthentic):
            made(name).inbound(call)
        if TABLES[name].receipts:
            with pytest.raises(Unauthentic):
                made(name).receipt(call)


@every_type
def test_a_call_that_makes_no_sense_is_a_bad_call(name):
    for call in TABLES[name].nonsense:
        with pytest.raises(BadCall):
            made(name).inbound(call)
        with pytest.raises(BadCall):
            made(name).receipt(call)


@every_type
@given(data=st.data())
def test_no_call_makes_it_raise_anything_else(name, data):
    known = [call for _, call in calls(name)]
    query = st.binary(max_size=80) | st.sampled_from([call.query for call in known])
    body = st.binary(max_size=80) | st.sampled_from([call.body for call in known])
    headers = st.sampled_from([call.headers for call in known])
    method = st.sampled_from(["GET", "POST", "PUT"])
    call = WebCall(data.draw(method), data.draw(query), data.draw(headers), data.draw(body))
    gateway = made(name)
    for read in (gateway.inbound, gateway.receipt):
        try:
            read(call)
        except (BadCall, Unauthentic):
            continue


@every_type
def test_no_secret_is_shown_by_it_its_requests_its_calls_or_its_outcomes(name, tmp_path):
    gateway = made(name, tmp_path)
    asked = []
    outcome = gateway.send(GSM7, lambda request: asked.append(request) or HttpResponse(503, b"no"))
    shown = [gateway, asked, outcome, *(call for _, call in calls(name)), TABLES[name].inbound[1]]
    assert HIDDEN not in repr(shown)
    assert HIDDEN not in str(shown)


@every_type
def test_no_secret_is_said_by_an_error(name):
    table = TABLES[name]
    errors = []
    for call in (*table.unauthentic, *table.nonsense):
        with pytest.raises((BadCall, Unauthentic)) as caught:
            made(name).inbound(call)
        errors.append(all_that_is_said(caught.value))
    for option in table.options:
        with pytest.raises(ConfigError) as wrong:
            make(name, {**table.options, option: [HIDDEN]})
        errors.append(str(wrong.value))
    assert HIDDEN not in "".join(errors)
