"""Whatever a request holds, a provider answers it as its manual says, or takes it; it never falls over."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from smsdialog.simulator.calls import FORM, JSON, Call, Denied, Refused, Wrong
from smsdialog.simulator.provider import Portal
from smsdialog.simulator.providers import built_in
from tests.simulator.requests import SEND, Raw, Wish

ODD = (None, True, -1, 2.5, "x", "", [], {}, ["x", 1], {"x": 1})
PROVIDERS = built_in(Portal("http://127.0.0.1:1"))


def call(raw: Raw) -> Call:
    path, _, query = raw.path.partition("?")
    headers = {name.lower(): value for name, value in raw.headers.items()}
    return Call(raw.method, "/" + path.split("/", 2)[2], query, headers, raw.body.encode())


def places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document, its own included."""
    yield path
    steps = (
        document.items() if isinstance(document, dict) else enumerate(document if isinstance(document, list) else [])
    )
    for step, value in steps:
        yield from places(value, (*path, step))


def with_value(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(document)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return changed


def variants(raw: Raw) -> Iterator[Raw]:
    """The same request with something odd in each of its places."""
    yield from (Raw(raw.method, raw.path, raw.headers, body) for body in ("", "null", "[]", "{", "%", "a=b=c&&"))
    yield Raw(raw.method, raw.path, raw.headers | {"Content-Type": "text/plain"}, raw.body)
    yield Raw(raw.method, raw.path, raw.headers | {"Authorization": "Basic %%%"}, raw.body)
    yield Raw(raw.method, raw.path, raw.headers | {"Authorization": "Basic"}, raw.body)
    if raw.headers.get("Content-Type") == JSON:
        document = json.loads(raw.body)
        for path in places(document):
            for odd in ODD:
                yield Raw(raw.method, raw.path, raw.headers, json.dumps(with_value(document, path, odd)))
        return
    place, query = (raw.body, False) if raw.headers.get("Content-Type") == FORM else (raw.path.partition("?")[2], True)
    for field in place.split("&"):
        for odd in ("", "x", "%FF", "-1", "%00", "%2B"):
            changed = place.replace(field, f"{field.partition('=')[0]}={odd}")
            yield Raw(raw.method, raw.path.replace(place, changed) if query else raw.path, raw.headers, changed)


@pytest.mark.parametrize("name", SEND)
def test_an_odd_request_is_answered(name):
    provider = PROVIDERS[name]
    answered = 0
    for raw in variants(SEND[name](Wish(receipt_url="http://127.0.0.1:1/receipt/here"))):
        try:
            provider.order(call(raw))
        except Denied:
            answered += bool(provider.denied().status)
        except Wrong as error:
            answered += bool(provider.wrong(error).body)
        except Refused as refused:
            answered += bool(refused.answer.status)
    assert answered > 5
