"""What providers call the `http` type with: every format, and every way to say who, what and when."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog.core.model import Delivery, InboundSms, Receipt, Segment
from smsdialog.errors import BadCall
from smsdialog.gateways import Accepted, Gateway, Later, Rate, Refused, Reply, Unknown, WebCall
from smsdialog.gateways._base import HttpResponse
from smsdialog.gateways._http import xml
from tests.gateways.http_calls import form, got, posted
from tests.gateways.table import GSM7, NAME, make

PLAIN = {"sender": "/from", "to": "/to", "text": "/text"}
SMS = {"from": "4520123456", "to": "459192000123", "text": "Hej æøå 😀"}
OURS = InboundSms(NAME, "", "+4520123456", "459192000123", "Hej æøå 😀")
# Every call is let in: what proves a call is another module's.
OPEN = {"type": "equals", "at": "=open", "is": "open"}


def gateway(**options: Any) -> Gateway:
    send = {"url": "https://api.nordsms.example/", "query": {"to": "{to}"}}
    return make("http", {"send": send, "answer": {"ok_status": [200]}, "checks": [OPEN], **options})


def read(call: WebCall, **inbound: Any) -> InboundSms:
    (sms,) = gateway(inbound={**PLAIN, **inbound}).inbound(call)
    return sms


def multipart(**fields: str) -> WebCall:
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    file = '--b\r\nContent-Disposition: form-data; name="to"; filename="x.txt"\r\n\r\nno text\r\n'
    body = "".join([file, *parts, "--b--\r\n"]).encode()
    return WebCall("POST", headers={"content-type": "multipart/form-data; boundary=b"}, body=body)


XML = (
    '<?xml version="1.0" encoding="UTF-8"?><n:mo xmlns:n="urn:n" id="7"><n:from>4520123456</n:from>'
    "<to>459192000123</to><text>Hej æøå &#128512;</text></n:mo>"
)


class TestFormats:
    @pytest.mark.parametrize(
        ("kind", "call"),
        [
            ("json", posted(SMS)),
            ("form", form(SMS)),
            ("query", got(**SMS)),
            ("multipart", multipart(**SMS)),
        ],
    )
    def test_one_sms_in_each_of_them(self, kind, call):
        assert read(call, format=kind) == OURS
        assert read(call, format=["json", "form", "query", "multipart", "xml"]) == OURS

    def test_xml_has_elements_attributes_and_prefixes(self):
        places = {"sender": "/mo/from", "to": "/mo/to", "text": "/mo/text", "id": "/mo/@id"}
        sms = read(WebCall("POST", body=XML.encode()), format="xml", **places)
        assert (sms.gateway_id, sms.sender, sms.text) == ("7", OURS.sender, OURS.text)

    @pytest.mark.parametrize(
        "xml",
        [
            '<!DOCTYPE a [<!ENTITY x "y">]><mo><from>&x;</from></mo>',
            '<!DOCTYPE a SYSTEM "file:///etc/passwd"><mo/>',
            "<!DOCTYPE mo><mo/>",
            "<mo><from>",
            "",
            "<mo/><mo/>",
            '<?xml version="1.0" encoding="nonsense"?><mo/>',
            "<a>" * 60 + "</a>" * 60,
        ],
    )
    def test_xml_that_declares_anything_or_is_none_is_refused(self, xml):
        with pytest.raises(BadCall):
            read(WebCall("POST", body=xml.encode()), format="xml")

    def test_a_billion_laughs_is_not_one(self):
        bomb = (
            "<!DOCTYPE l [<!ENTITY a 'ha'>"
            + "".join(f"<!ENTITY {chr(98 + at)} '{('&' + chr(97 + at) + ';') * 10}'>" for at in range(9))
            + "]><mo><from>&j;</from></mo>"
        )
        with pytest.raises(BadCall, match="document type"):
            read(WebCall("POST", body=bomb.encode()), format="xml")

    @given(st.binary(max_size=60) | st.text("<>/&;![]='\"ab:x \n", max_size=60).map(str.encode))
    def test_no_xml_makes_the_reader_raise_anything_else(self, octets):
        try:
            found = xml.document(octets)
        except BadCall:
            return
        assert len(found) == 1

    @pytest.mark.parametrize(
        ("kind", "call"),
        [
            ("json", WebCall("POST", body=b"{")),
            ("json", WebCall("POST", body=b"[" * 50_000)),
            ("json", posted([1])),
            ("json", posted("text")),
            ("form", WebCall("POST", body=b"&".join([b"a=1"] * 101))),
            ("multipart", WebCall("POST", body=b"x")),
            ("multipart", WebCall("POST", headers={"content-type": "multipart/form-data"}, body=b"x")),
            ("query", WebCall("POST", body=b"from=1&text=x")),
            ("json", WebCall("GET", b"from=1&text=x")),
        ],
    )
    def test_what_is_not_of_the_format_is_a_bad_call(self, kind, call):
        with pytest.raises(BadCall):
            read(call, format=kind)

    def test_other_methods_may_be_allowed(self):
        call = WebCall("PUT", body=json.dumps(SMS).encode())
        assert read(call, methods=["PUT"]) == OURS
        with pytest.raises(BadCall, match="expected a POST"):
            read(call)


class TestPlaces:
    document = {  # noqa: RUF012
        "a": {"b": [{"c": "1"}, {"c": 2}], "t": True, "n": None, "f": 1.5, "": "empty"},
        "x/y": "slash",
        "x~y": "tilde",
        "text": "Hej",
    }

    @pytest.mark.parametrize(
        ("place", "value"),
        [
            ("/a/b/0/c", "1"),
            ("/a/b/1/c", "2"),
            ("/a/b/2/c", ""),
            ("/a/b/-1/c", ""),
            ("/a/b/c", ""),
            ("/a/t", "true"),
            ("/a/n", ""),
            ("/a/f", "1.5"),
            ("/a/", "empty"),
            ("/a", ""),
            ("/x~1y", "slash"),
            ("/x~0y", "tilde"),
            ("^/text", "Hej"),
            ("query:q", "from the query"),
            ("query:none", ""),
            ("header:X-Id", "from a header"),
            ('~"text": *"(H.)', "He"),
            ("~H.j", "Hej"),
            ("~nothing(x)", ""),
            ("~(nothing)?Hej", ""),
            ("=fixed", "fixed"),
            (["/none", "query:q", "=late"], "from the query"),
            ([], ""),
        ],
    )
    def test_each_is_found(self, place, value):
        call = WebCall("POST", b"q=from+the+query", {"x-id": "from a header"}, json.dumps(self.document).encode())
        assert read(call, sender="=4520123456", id=place).gateway_id == value

    def test_halves_of_an_emoji_are_joined_and_a_lone_one_spoils_only_itself(self):
        body = b'{"from": "1", "text": "a \\ud83d\\ude00 b \\ud83d"}'
        assert read(WebCall("POST", body=body)).text == "a 😀 b \ufffd"

    def test_rows_are_read_each_with_what_is_common(self):
        rows = [{"from": "4520123456", "text": "a"}, {"from": "4520123457", "text": "b"}]
        call = posted({"to": "459192000123", "rows": rows})
        found = gateway(inbound={**PLAIN, "list": "/rows", "to": "^/to"}).inbound(call)
        assert [(sms.sender, sms.to, sms.text) for sms in found] == [
            ("+4520123456", "459192000123", "a"),
            ("+4520123457", "459192000123", "b"),
        ]

    def test_one_object_in_place_of_a_list_is_a_row(self):
        assert gateway(inbound={**PLAIN, "list": "/rows"}).inbound(posted({"rows": SMS})) == (OURS,)

    @pytest.mark.parametrize("document", [{}, {"rows": None}, []])
    def test_no_list_where_one_should_be_is_a_bad_call(self, document):
        with pytest.raises(BadCall, match="there is nothing at /rows"):
            gateway(inbound={**PLAIN, "list": "/rows"}).inbound(posted(document))

    def test_a_call_without_messages_says_nothing(self):
        assert gateway(inbound={**PLAIN, "list": "/rows"}).inbound(posted({"rows": []})) == ()


class TestTexts:
    @pytest.mark.parametrize(
        ("steps", "coded"),
        [
            (["hex", "utf16be"], "Hej æøå 😀".encode("utf-16-be").hex()),
            (["hex"], "Hej æøå 😀".encode().hex()),
            (["base64"], "SGVqIMOmw7jDpSDwn5iA"),
            (["base64", "utf8"], "SGVqIMOmw7jDpSDwn5iA"),
            (["percent"], quote("Hej æøå 😀")),
            (["percent", "utf16be"], quote("Hej æøå 😀".encode("utf-16-be"))),
        ],
    )
    def test_a_coded_text_is_decoded(self, steps, coded):
        assert read(posted({**SMS, "text": coded}), text_encoding=steps).text == "Hej æøå 😀"

    def test_a_query_in_another_charset_is_read_as_it_came(self):
        query = b"from=4520123456&text=" + quote("Hej æøå".encode("utf-16-be")).encode()
        inbound = {"format": "query", "text": "query:text", "text_encoding": "utf16be"}
        assert read(WebCall("GET", query), **inbound).text == "Hej æøå"

    def test_a_text_that_is_not_coded_so_is_a_bad_call(self):
        with pytest.raises(BadCall, match="the text is not hex"):
            read(posted({**SMS, "text": "Hej"}), text_encoding=["hex", "utf16be"])

    @pytest.mark.parametrize(("text", "whole"), [("Hej", "FIRMA Hej"), ("FIRMA Hej", "FIRMA Hej"), ("", "FIRMA ")])
    def test_a_keyword_that_was_cut_off_is_put_back(self, text, whole):
        assert read(posted({**SMS, "text": text, "kw": "FIRMA"}), keyword="/kw").text == whole

    def test_an_empty_sms_is_an_sms(self):
        assert read(posted({**SMS, "text": ""})).text == ""


class TestParts:
    fields = {"reference": "/ref", "total": "/total", "index": "/part"}  # noqa: RUF012

    @pytest.mark.parametrize(
        ("more", "segment"),
        [
            ({"ref": "17", "total": 3, "part": "2"}, Segment("17", 3, 2)),
            ({"ref": "17", "total": "1", "part": "1"}, None),
            ({"ref": "17", "total": "2", "part": "3"}, None),
            ({"ref": "17", "total": "x", "part": "1"}, None),
            ({"ref": "17", "total": "99999999999", "part": "1"}, None),
            ({}, None),
        ],
    )
    def test_three_fields_say_which(self, more, segment):
        assert read(posted({**SMS, **more}), part=self.fields).segment == segment

    def test_or_the_header_of_the_sms_does(self):
        sms = read(posted({**SMS, "udh": "050003CC0201"}), part={"udh": "/udh"})
        assert (sms.segment.total, sms.segment.index) == (2, 1)
        assert read(posted({**SMS, "udh": "zz"}), part={"udh": "/udh"}).segment is None


@pytest.mark.parametrize(
    ("form_of_time", "zone", "text", "seconds"),
    [
        ("iso", "UTC", "2026-11-22T09:00:00Z", 1_795_338_000.0),
        ("iso", "UTC", "2026-11-22T10:00:00+01:00", 1_795_338_000.0),
        ("iso", "Europe/Copenhagen", "2026-11-22 10:00:00", 1_795_338_000.0),
        ("unix", "UTC", 1_795_338_000, 1_795_338_000.0),
        ("unix_ms", "UTC", "1795338000500", 1_795_338_000.5),
        ("%d.%m.%Y kl. %H:%M", "Europe/Copenhagen", "22.11.2026 kl. 10:00", 1_795_338_000.0),
        (["%Y%m%d%H%M", "iso"], "UTC", "202611220900", 1_795_338_000.0),
        ("iso", "UTC", "yesterday", None),
        ("iso", "UTC", "", None),
        ("unix", "UTC", "nan", None),
        ("unix", "UTC", "1e99", None),
        ("unix", "UTC", -1, None),
        ("%Y", "UTC", "99999", None),
    ],
)
def test_a_time_is_read_as_it_is_written_and_may_be_missing(form_of_time, zone, text, seconds):
    sms = read(posted({**SMS, "at": text}), time="/at", time_format=form_of_time, time_zone=zone)
    assert sms.sent_at == seconds


def test_a_number_of_json_is_a_number_too():
    assert read(posted({**SMS, "from": 4520123456, "to": 459192000123})) == OURS


def test_a_sender_may_be_withheld_but_not_the_receiver_with_him():
    assert read(posted({"to": "459192000123", "text": "x"})).sender == ""
    with pytest.raises(BadCall, match="neither sender nor receiver"):
        read(posted({"text": "x"}))


class TestReceipts:
    table = {  # noqa: RUF012
        "reference": "query:reference",
        "id": "/id",
        "status": "/status",
        "statuses": {"D*": "delivered", "DELAYED": "on its way", "F": "failed", "*": "on its way"},
    }

    def read(self, document: dict[str, object], reference: str = "r1", **more: Any) -> Receipt:
        (receipt,) = gateway(receipt={**self.table, **more}).receipt(posted(document, reference=reference))
        return receipt

    @pytest.mark.parametrize(
        ("status", "delivery"),
        [
            ("DELIVRD", Delivery.DELIVERED),
            ("DELAYED", Delivery.ON_ITS_WAY),
            ("F", Delivery.FAILED),
            ("NEW", Delivery.ON_ITS_WAY),
        ],
    )
    def test_the_longest_beginning_counts(self, status, delivery):
        assert self.read({"status": status}) == Receipt(NAME, "r1", "", delivery, status)

    @pytest.mark.parametrize(
        ("given", "gateway_id", "part"),
        [("abc$2", "abc", "2"), ("abc", "abc", ""), ("a$b$3", "a$b", "3"), ("", "", "")],
    )
    def test_the_number_of_a_part_may_stand_behind_the_id(self, given, gateway_id, part):
        receipt = self.read({"status": "F", "id": given}, id_separator="$")
        assert (receipt.gateway_id, receipt.part) == (gateway_id, part)

    def test_a_part_may_have_a_place_of_its_own(self):
        assert self.read({"status": "F", "id": "a", "n": 2}, part="/n").part == "2"

    def test_the_reason_is_their_words_on_one_line_and_what_they_mean(self):
        receipt = self.read(
            {"status": "F", "c": 17, "w": "no\r\nsuch  number"}, code="/c", words="/w", meanings={"17": "gone"}
        )
        assert receipt.reason == "F 17 no such number (gone)"
        assert len(self.read({"status": "F", "w": "x" * 999}, words="/w").reason) == 200

    @pytest.mark.parametrize(("document", "reference"), [({"status": "F"}, ""), ({"id": "a"}, "r1"), ({}, "r1")])
    def test_one_of_nothing_is_a_bad_call(self, document, reference):
        with pytest.raises(BadCall, match="no status, or neither reference nor id"):
            self.read(document, reference)

    def test_where_there_is_no_table_there_are_none(self):
        with pytest.raises(BadCall, match="nothing of this kind"):
            gateway(inbound=PLAIN).receipt(posted({"status": "F"}))

    def test_a_table_without_conditions_takes_only_what_comes_to_its_own_address(self):
        both = gateway(inbound=PLAIN, receipt={**self.table, "only": {"/status": "*"}})
        document = {**SMS, "status": "F", "id": "a"}
        assert both.inbound(posted(document)) == (OURS,)
        assert both.receipt(posted(document)) == (Receipt(NAME, "", "a", Delivery.FAILED, "F"),)


def test_each_address_hears_its_own_answer():
    reply = {"status": 202, "body": "ACK/Jæsmin", "content_type": "text/html"}
    both = gateway(inbound={**PLAIN, "reply": reply}, receipt={**TestReceipts.table, "reply": {"body": "OK"}})
    assert both.reply == Reply(202, "text/html", "ACK/Jæsmin".encode())
    assert both.receipt_reply == Reply(body=b"OK")


class TestAnswers:
    """What the table of the walk through leaves out."""

    def outcome(self, answer: dict[str, Any], response: HttpResponse) -> object:
        return gateway(answer=answer, provider="P").send(GSM7, lambda request: response)

    def test_xml_has_places_too(self):
        answer = {"format": "xml", "rows": "/r/m", "ok": {"/@code": 0}, "id": "/#text"}
        said = HttpResponse(200, b'<r><m code="0">a-1</m></r>')
        assert self.outcome(answer, said) == Accepted("a-1")

    def test_so_has_a_form(self):
        answer = {"format": "form", "ok": {"/state": ["ok", "queued"]}, "id": "/id"}
        assert self.outcome(answer, HttpResponse(200, b"state=queued&id=7")) == Accepted("7")

    def test_a_text_is_read_by_regular_expressions(self):
        answer = {
            "format": "text",
            "ok": {"~^(0|3): ": "*"},
            "id": "~id=([0-9]+)",
            "code": "~^ERR ([0-9]+)",
            "classes": {"7": "rate"},
            "wait": "~in ([0-9]+)",
            "wait_unit": "minutes",
        }
        assert self.outcome(answer, HttpResponse(200, b"3: queued id=17")) == Accepted("17")
        assert self.outcome(answer, HttpResponse(200, b"ERR 7, again in 2 m")) == Rate("P: 200 7", 120.0)
        assert self.outcome(answer, HttpResponse(200, b"no idea")) == Unknown("P: 200 no idea")

    def test_only_some_parts_accepted_is_unknown(self):
        answer = {"rows": "/m", "ok": {"/s": "0"}, "id": "/id", "code": "/s", "classes": {"1": "rate"}}
        rows = [{"s": "0", "id": "a"}, {"s": "1"}]
        assert self.outcome(answer, HttpResponse(200, json.dumps({"m": rows}).encode())) == Unknown(
            "P: 200 only some parts were accepted"
        )
        assert self.outcome(answer, HttpResponse(200, b'{"m": [{"s": "1"}, {"s": "1"}]}')) == Rate("P: 200 1")
        assert self.outcome(
            answer, HttpResponse(200, b'{"m": [{"s": "0", "id": "a"}, {"s": 0, "id": "b"}]}')
        ) == Accepted("a")

    def test_one_that_the_provider_has_already_is_accepted(self):
        answer = {"ok_status": [202], "id": "/id", "statuses": {"409": "accepted"}}
        assert self.outcome(answer, HttpResponse(409, b'{"id": "r1"}')) == Accepted("r1")

    def test_statuses_may_be_classed_and_codes_come_first(self):
        answer = {"ok_status": [200], "code": "/c", "classes": {"9*": "refused"}, "statuses": {"5*": "later"}}
        assert self.outcome(answer, HttpResponse(500, b"{}")) == Later("P: 500 {}")
        assert self.outcome(answer, HttpResponse(500, b'{"c": 91}')) == Refused("P: 500 91")
        assert self.outcome(answer, HttpResponse(500, b'{"c": 17}')) == Later("P: 500 17")

    def test_nobody_waits_longer_than_a_day_for_a_providers_word(self):
        answer = {"ok_status": [200], "wait": "/wait"}
        assert self.outcome(answer, HttpResponse(429, b'{"wait": 99999999}')).wait_seconds == 86_400
        assert self.outcome(answer, HttpResponse(503, b'{"wait": 5}')).wait_seconds == 5
        assert self.outcome(answer, HttpResponse(429, b'{"wait": -5}')).wait_seconds == 0

    @pytest.mark.parametrize("place", ["=DKK", "/currency"])
    def test_a_balance_that_cannot_be_read_is_none(self, place):
        made = gateway(balance={"url": "https://api.nordsms.example/credit", "amount": "/credit", "currency": place})
        said = HttpResponse(200, b'{"credit": "9.843,40", "currency": "DKK"}')
        assert made.balance(lambda request: said) == "9.843,40 DKK"
        for wrong in (HttpResponse(200, b"<html>"), HttpResponse(401, said.body)):
            assert made.balance(lambda request, wrong=wrong: wrong) == ""
