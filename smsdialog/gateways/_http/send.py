"""One SMS as a request, from the table `send`.

The whole table is tried out when the configuration is read, on SMS of every kind with every character that has a
meaning somewhere: what cannot be filled in is found then, and not when the first emoji comes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

from smsdialog.core import phone
from smsdialog.core.model import Encoding, OutboundSms, PhoneNumber, SenderForm
from smsdialog.errors import BadCall
from smsdialog.gateways._base import HttpRequest
from smsdialog.gateways._http import xml
from smsdialog.gateways._http.auth import Auth
from smsdialog.gateways._http.body import Body, XmlBody, fields, pairs, parsed, read_body
from smsdialog.gateways._http.filters import as_text
from smsdialog.gateways._http.settings import Settings
from smsdialog.gateways._http.table import Table
from smsdialog.gateways._http.template import Placeholder, Template, Values

OF_SMS = ("to", "sender", "text", "reference", "encoding", "parts", "expiry", "receipt_url")
_SENDERS = {form: form.value.replace(" ", "_") for form in SenderForm}
_HTTP_URL = re.compile(r"https?://[^\s/?#]+\S*")
_METHODS = ("GET", "POST", "PUT")
_IN_HEADERS = re.compile(r"[\x20-\x7e]*")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # a token of RFC 9110, 5.6.2

_TRIED = tuple(
    OutboundSms("0123456789abcdef01234567", sender, PhoneNumber("+4520123456"), text, encoding, 1)
    for sender in ("459192000000", "1919", "Firma")
    for text, encoding in (("<&>'\"--]]>%00\næøå\t{to}\\", Encoding.GSM7), ("😀 &amp;\u2028", Encoding.UCS2))
)


@dataclass(frozen=True)
class ReceiptUrl:
    """Where receipts of an SMS are to come: empty where `public_url` does not say how we are reached.

    `token` are the query parameters that prove that a call is the provider's; `more` is what the provider's own
    placeholders stand in, as it is.
    """

    base: str
    token: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    more: str = ""

    def of(self, reference: str) -> str:
        """The URL for one SMS."""
        if not self.base:
            return ""
        return f"{self.base}?{urlencode([*self.token, ('reference', reference)], quote_via=quote)}{self.more}"


@dataclass(frozen=True)
class Cases:
    """Values that depend on what kind of SMS it is: `{name}` -> case -> what stands there."""

    of_encoding: Mapping[str, Mapping[str, Any]]
    of_sender: Mapping[str, Mapping[str, Any]]

    @property
    def names(self) -> frozenset[str]:
        """The names of all of them."""
        return frozenset(
            name for cases in (self.of_encoding, self.of_sender) for case in cases.values() for name in case
        )

    def values(self, sms: OutboundSms, values: Values) -> dict[str, Any]:
        """Those of one SMS."""
        chosen = {
            **self.of_encoding.get(sms.encoding.value, {}),
            **self.of_sender.get(_SENDERS[phone.sender_form(sms.sender)], {}),
        }
        return {name: leaf.leaf(values) if isinstance(leaf, Template) else leaf for name, leaf in chosen.items()}


@dataclass(frozen=True)
class Sending:
    """The table `send`, read."""

    method: str
    url: Template
    headers: Mapping[str, Template]
    query: Mapping[str, Any]
    body: Body
    auth: Auth
    cases: Cases
    settings: Settings
    expiry_seconds: int
    receipt_url: ReceiptUrl

    def request(self, sms: OutboundSms) -> HttpRequest:
        """The request that sends one SMS. Raises ValueError where a value cannot stand where it should."""
        values = self._values(sms)
        headers = tuple((name, template.filled(values)) for name, template in self.headers.items())
        content_type = (("Content-Type", self.body.content_type),) if self.body.content_type else ()
        return HttpRequest(
            self.method,
            _url(self.url, values, self.settings),
            (*self.auth.params, *pairs(dict(self.query), values)),
            (*self.auth.headers, *headers, *content_type),
            self.body.octets(values),
        )

    def _values(self, sms: OutboundSms) -> dict[str, Any]:
        values = {
            **self.settings.values,
            "to": str(sms.to),
            "sender": sms.sender,
            "text": sms.text,
            "reference": sms.reference,
            "encoding": sms.encoding.value,
            "parts": sms.parts,
            "expiry": self.expiry_seconds or "",
            "receipt_url": self.receipt_url.of(sms.reference),
        }
        return values | self.cases.values(sms, values)


def read_sending(table: Table, auth: Auth, settings: Settings, receipt_url: ReceiptUrl) -> Sending:
    """The table `send`. Raises ConfigError."""
    with table as given:
        known = {*settings.values, *OF_SMS}
        cases = _read_cases(given, known)
        known |= cases.names
        body = read_body(given.table("body"), known)
        sending = Sending(
            given.one_of("method", _METHODS, "POST" if body.content_type else "GET"),
            read_url(given, "url", known - {"text"}),
            _read_headers(given, known - {"text"}),
            fields(given, "query", known),
            body,
            auth,
            cases,
            settings,
            given.whole("expiry_seconds", 0),
            replace(receipt_url, more=given.text("receipt_query", "")),
        )
    _try_out(sending, table)
    return sending


def read_url(table: Table, key: str, known: Collection[str]) -> Template:
    """A template of a URL. Raises ConfigError."""
    template: Template = parsed(table, key, table.text(key, expectation="an http or https URL"), known)
    return template


def url(template: Template, settings: Settings) -> str:
    """A URL of settings alone. Raises ValueError."""
    return _url(template, settings.values, settings)


def _url(template: Template, values: Values, settings: Settings) -> str:
    """A URL whose values are percent-encoded; a setting at its beginning is the beginning of a URL itself."""
    first, rest = template.pieces[:1], template.pieces[1:]
    if not first or not isinstance(first[0], Placeholder) or first[0].name not in settings.values:
        first, rest = (), template.pieces
    base = Template(first).filled(values).rstrip("/")
    found = base + Template(rest).filled(values, lambda value: quote(as_text(value), safe=""))
    if not _HTTP_URL.fullmatch(found):
        raise ValueError("no http or https URL")
    return found


def _read_headers(table: Table, known: Collection[str]) -> dict[str, Template]:
    given = table.words("headers")
    if not all(map(_HEADER_NAME.fullmatch, given)):
        raise table.wrong("headers", "names that a header can have, such as Idempotency-Key")
    return {name: parsed(table, f"headers.{name}", text, known) for name, text in given.items()}


def _read_cases(table: Table, known: Collection[str]) -> Cases:
    return Cases(
        _cases(table.table("by_encoding"), [encoding.value for encoding in Encoding], known),
        _cases(table.table("by_sender"), list(_SENDERS.values()), known),
    )


def _cases(table: Table, kinds: list[str], known: Collection[str]) -> dict[str, Any]:
    """What stands there by kind; every kind must have the same names."""
    with table as given:
        found = {kind: parsed(given, kind, given.mapping(kind), known) for kind in kinds if kind in given}
    all_names = {name for case in found.values() for name in case}
    for kind in kinds if found else ():
        missing = sorted(all_names - set(found.get(kind, {})))
        if missing:
            raise table.missing(f"{kind}.{missing[0]}", "a value in every case, as it stands in another")
    return found


def _try_out(sending: Sending, table: Table) -> None:
    """Make a request of every kind of SMS. Raises ConfigError."""
    for sms in _TRIED:
        try:
            request = sending.request(sms)
        except (ValueError, TypeError) as error:
            raise table.wrong("url, query, headers or body", f"values that can stand there ({error})") from error
        if not all(_IN_HEADERS.fullmatch(value) for _, value in request.headers):
            raise table.wrong("headers", "ASCII in one line")
        if isinstance(sending.body, XmlBody):
            _try_xml(request.body, table)


def _try_xml(body: bytes, table: Table) -> None:
    try:
        xml.document(body)
    except BadCall as error:
        raise table.wrong("body.xml", "well-formed XML, with placeholders in elements and attributes only") from error
