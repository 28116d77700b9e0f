"""What every gateway type promises, whatever its provider speaks."""

from __future__ import annotations

import importlib
import re
import time
import traceback
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog import gateways
from smsdialog.core.model import Delivery
from smsdialog.errors import BadCall, ConfigError, TemporaryError, Unauthentic
from smsdialog.gateways import Accepted, Gateway, Later, Misconfigured, Refused, Unknown, WebCall
from smsdialog.gateways._base import AnswerLost, HttpRequest, HttpResponse, NotSent
from smsdialog.gateways._http import profiles
from tests.gateways.table import GSM7, HIDDEN, NAME, SPOOL, UCS2, Hook, Table, make


def table_of(name: str) -> Table:
    table: Table = importlib.import_module(f"tests.gateways.test_{name.replace(':', '_')}").TABLE
    return table


# A profile of the `http` type keeps all that a type promises: it is one, of configuration.
NAMES = [*gateways.types(), *(f"http:{profile}" for profile in profiles.profiles())]
TABLES = {name: table_of(name) for name in NAMES}
SPEAK_HTTP = [name for name, table in TABLES.items() if table.answers]
ARE_CALLED = [name for name, table in TABLES.items() if table.inbound]
HAVE_HOOKS = [name for name, table in TABLES.items() if table.hooks]
OUTCOMES = Accepted | Refused | Later | Unknown
FLIPPED = 0x01
# Those of either daemon.
FOLDERS = ("outgoing", "incoming", "report", "failed", "outbox", "inbox", "error", "sent")

every_type = pytest.mark.parametrize("name", TABLES)
every_type_over_http = pytest.mark.parametrize("name", SPEAK_HTTP)
every_type_that_is_called = pytest.mark.parametrize("name", ARE_CALLED)
every_type_with_hooks = pytest.mark.parametrize("name", HAVE_HOOKS)


def made(name: str, tmp_path=None) -> Gateway:
    options = dict(TABLES[name].options)
    if "path" in options and tmp_path:
        options["path"] = str(tmp_path / "outbox.jsonl")
    if "spool" in options and tmp_path:
        options["spool"] = str(tmp_path)
    return make(name, options)


def calls(name: str) -> list[tuple[str, WebCall]]:
    """Every call of a type's table, and which of its methods it is for."""
    table = TABLES[name]
    good = [("inbound", call) for call, _ in (*([table.inbound] if table.inbound else []), *table.more_inbound)]
    good += [("receipt", call) for call, _ in table.receipts]
    return [*good, *(("inbound", call) for call in (*table.unauthentic, *table.nonsense, *table.ignored))]


def flipped(octets: bytes) -> list[bytes]:
    """The octets with one of them changed, at every place."""
    return [octets[:at] + bytes([octets[at] ^ FLIPPED]) + octets[at + 1 :] for at in range(len(octets))]


def all_that_is_said(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def test_file_and_kannel_are_there():
    assert {"file", "kannel"} <= set(TABLES)


@every_type
def test_its_table_names_the_page_it_was_taken_from_and_the_date(name):
    assert re.search(r"20\d\d", TABLES[name].source), "no date"


@every_type
def test_it_bears_its_name_and_its_type(name):
    gateway = made(name)
    assert (gateway.name, gateway.type) == (NAME, name.partition(":")[0])


@every_type
def test_the_provider_hears_what_its_documentation_wants(name):
    """Mostly nothing, as some providers send it to the phone."""
    assert made(name).reply == TABLES[name].reply
    assert made(name).receipt_reply == TABLES[name].receipt_reply
    assert made(name).reply.status // 100 == made(name).receipt_reply.status // 100 == 2


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
def test_an_sms_becomes_exactly_the_documented_request(name):
    assert TABLES[name].requests
    for sms, request in TABLES[name].requests:
        asked = []
        made(name).send(sms, lambda request, asked=asked: asked.append(request) or HttpResponse(503, b""))
        assert asked == [request]


@every_type_over_http
def test_what_the_provider_said_is_kept_for_the_operator(name):
    for response, _ in TABLES[name].answers:
        answer = made(name).send(GSM7, lambda request, answer=response: answer).answer
        assert answer.startswith(str(response.status))
        assert HIDDEN not in answer


@every_type_over_http
def test_each_answer_of_the_provider_is_its_outcome(name):
    for response, outcome in TABLES[name].answers:
        assert made(name).send(GSM7, lambda request, answer=response: answer) == outcome


@every_type_over_http
def test_its_table_has_an_answer_for_every_outcome(name):
    found = {type(outcome) for _, outcome in TABLES[name].answers}
    assert {Accepted, Refused, Later, Misconfigured, Unknown} <= found


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
    for status in {200, 301, 302, 500, 502, 504} - set(TABLES[name].not_taken):
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


@every_type_that_is_called
def test_it_reads_an_sms_that_comes_in(name):
    call, sms = TABLES[name].inbound
    assert made(name).inbound(call) == (sms,)


@every_type
def test_it_reads_whatever_else_comes_in(name):
    for call, events in TABLES[name].more_inbound:
        assert made(name).inbound(call) == events


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
def test_one_changed_byte_of_what_is_signed_is_unauthentic(name):
    for call in TABLES[name].signed:
        gateway = made(name)
        for body in flipped(call.body):
            with pytest.raises(Unauthentic):
                gateway.inbound(replace(call, body=body))


@every_type
def test_a_signed_call_that_comes_again_much_later_is_unauthentic(name):
    for call in TABLES[name].replayed:
        with pytest.raises(Unauthentic):
            made(name).inbound(call)


@every_type
def test_what_does_not_concern_us_is_ignored(name):
    for call in TABLES[name].ignored:
        assert made(name).inbound(call) == ()


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
    shown = [gateway, asked, outcome, *(call for _, call in calls(name)), TABLES[name].inbound]
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


def laid_out(hook: Hook, spool) -> list[str]:
    """The files of a hook in their folders; its arguments."""
    for folder in FOLDERS:
        (spool / folder).mkdir(exist_ok=True)
    for place, content in hook.files.items():
        (spool / place).write_bytes(content)
    return [argument.replace(SPOOL, str(spool)) for argument in hook.arguments]


def every_hook(name: str) -> list[Hook]:
    return list(TABLES[name].hooks)


@every_type_with_hooks
def test_it_reads_what_its_daemon_tells(name, tmp_path):
    for at, hook in enumerate(every_hook(name)):
        spool = tmp_path / str(at)
        spool.mkdir()
        assert made(name, spool).event(laid_out(hook, spool), {}) == hook.events


@every_type_with_hooks
def test_a_file_goes_when_it_is_in_the_ledger_and_no_other_does(name, tmp_path):
    for at, hook in enumerate(every_hook(name)):
        spool = tmp_path / str(at)
        spool.mkdir()
        arguments = laid_out(hook, spool)
        before = {str(path.relative_to(spool)) for path in spool.rglob("*") if path.is_file()}
        made(name, spool).taken(arguments)
        after = {str(path.relative_to(spool)) for path in spool.rglob("*") if path.is_file()}
        assert before - after == ({hook.goes} if hook.goes else set())


@every_type_with_hooks
def test_what_another_run_has_taken_says_nothing(name, tmp_path):
    for hook in every_hook(name):
        arguments = laid_out(hook, tmp_path)
        for path in tmp_path.rglob("*"):
            if path.is_file():
                path.unlink()
        assert made(name, tmp_path).event(arguments, {}) == ()
        assert not made(name, tmp_path).holds(arguments)
        made(name, tmp_path).taken(arguments)


@every_type_with_hooks
def test_what_no_run_took_is_found_and_said_in_the_same_words(name, tmp_path):
    for at, hook in enumerate(hook for hook in every_hook(name) if hook.goes):
        spool = tmp_path / str(at)
        spool.mkdir()
        laid_out(hook, spool)
        gateway = made(name, spool)
        assert gateway.waiting(time.time()) == ()
        (arguments,) = gateway.waiting(time.time() + 3 * 60)
        assert gateway.holds(arguments)
        assert gateway.event(arguments, {}) == hook.events
        gateway.taken(arguments)
        assert gateway.waiting(time.time() + 3 * 60) == ()


@every_type_with_hooks
@pytest.mark.parametrize(
    "arguments", [(), ("RECEIVED",), ("CALL", "x"), ("RECEIVED", "/etc/passwd"), ("SENT", "../../x")]
)
def test_what_is_no_event_of_its_daemon_says_nothing_and_costs_no_file(name, arguments, tmp_path):
    laid_out(every_hook(name)[0], tmp_path)
    before = sorted(tmp_path.rglob("*"))
    gateway = made(name, tmp_path)
    assert gateway.event(arguments, {}) == ()
    gateway.taken(arguments)
    gateway.set_aside(arguments)
    assert sorted(tmp_path.rglob("*")) == before


@every_type_with_hooks
def test_an_sms_that_its_daemon_leaves_alone_for_half_a_day_has_failed(name, tmp_path):
    laid_out(every_hook(name)[0], tmp_path)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            path.unlink()
    gateway = made(name, tmp_path)
    assert isinstance(gateway.send(GSM7, lambda request: HttpResponse(500, b"")), Accepted)
    assert gateway.waiting(time.time() + 11 * 3600) == ()
    (arguments,) = gateway.waiting(time.time() + 13 * 3600)
    (receipt,) = gateway.event(arguments, {})
    assert (receipt.reference, receipt.delivery) == ("r1", Delivery.FAILED)


@every_type_with_hooks
@given(content=st.binary(max_size=200))
def test_no_file_makes_it_raise_anything_else(name, tmp_path_factory, content):
    spool = tmp_path_factory.mktemp("spool")
    hook = every_hook(name)[0]
    arguments = laid_out(replace(hook, files=dict.fromkeys(hook.files, content)), spool)
    with suppress(BadCall, TemporaryError):
        made(name, spool).event(arguments, {})


@every_type_with_hooks
def test_a_spool_that_takes_nothing_is_tried_again(name, tmp_path):
    assert isinstance(made(name, tmp_path / "none").send(GSM7, lambda request: HttpResponse(500, b"")), Later)
