"""What a provider said, as a document: its answer to a request, or a call to us, in whatever format it speaks."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from smsdialog.errors import BadCall
from smsdialog.gateways._base import HttpResponse
from smsdialog.gateways._http import xml
from smsdialog.gateways._webcall import MAX_FIELDS, WebCall

BODIES = ("json", "form", "xml", "multipart")
ANSWERS = ("json", "form", "xml", "text")
CALLS = ("query", *BODIES)

_CONTENT_TYPES = {"json": "json", "xml": "xml", "multipart": "multipart/form-data", "form": "form-urlencoded"}


@dataclass(frozen=True)
class Said:
    """One thing that a provider said: the part in hand (`row`) of a `whole` document, and what came beside it."""

    row: Any
    whole: Any
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    call: WebCall = field(default_factory=lambda: WebCall("GET"), repr=False)

    @property
    def text(self) -> str:
        """The whole body, for regular expressions."""
        return self.body.decode("utf-8", "replace")


def of_answer(response: HttpResponse, format_name: str) -> Said:
    """What a provider answered; None as its document where it is not of that format."""
    try:
        document = _ANSWER_READERS[format_name](response.body)
    except BadCall:
        document = None
    return Said(document, document, response.body, response.headers)


def of_call(call: WebCall, formats: tuple[str, ...]) -> Said:
    """What a call says, in one of the formats. Raises BadCall."""
    document = _read(call, _format(call, formats))
    return Said(document, document, call.body, call.headers, call)


def methods(formats: tuple[str, ...]) -> frozenset[str]:
    """The HTTP methods that calls of these formats have."""
    return frozenset("GET" if name == "query" else "POST" for name in formats)


def _format(call: WebCall, formats: tuple[str, ...]) -> str:
    """The format of a call: by its method, then by its content type, then the first of those that may be."""
    if call.method == "GET":
        return "query"
    bodies = [name for name in formats if name != "query"]
    named = call.header("content-type").partition(";")[0].lower()
    return next((name for name in bodies if _CONTENT_TYPES[name] in named), bodies[0] if bodies else "query")


def _read(call: WebCall, name: str) -> Any:
    match name:
        case "query":
            return dict(reversed(call.query_pairs))
        case "multipart":
            return _multipart(call)
    return _READERS[name](call.body)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadCall("expected JSON") from error


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace", max_num_fields=MAX_FIELDS
        )
    except ValueError as error:
        raise BadCall("too many fields") from error
    return dict(reversed(pairs))


def _multipart(call: WebCall) -> dict[str, str]:
    """The text fields of a form that came as multipart/form-data (RFC 7578); files are left out."""
    from werkzeug.formparser import FormDataParser  # the pipe and the command do without it
    from werkzeug.http import parse_options_header

    kind, options = parse_options_header(call.header("content-type"))
    if kind != "multipart/form-data":
        raise BadCall("expected multipart/form-data")
    parser = FormDataParser(max_form_memory_size=len(call.body), max_form_parts=MAX_FIELDS, silent=False)
    try:
        _, fields, _ = parser.parse(io.BytesIO(call.body), kind, len(call.body), options)
    except Exception as error:  # werkzeug raises ValueError, and HTTP errors of its own for what is too large
        raise BadCall("expected multipart/form-data") from error
    return {name: fields[name] for name in fields}


_Reader = Callable[[bytes], Any]
_READERS: dict[str, _Reader] = {"json": _json, "form": _form, "xml": xml.document}
_ANSWER_READERS: dict[str, _Reader] = {**_READERS, "text": lambda body: None}
