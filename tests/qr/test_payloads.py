"""What a phone is told: the number, and the text that the customer's SMS begins with."""

from __future__ import annotations

import unicodedata
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog.errors import Conflict
from smsdialog.qr.payloads import payload, uri
from tests.qr.reader import HOSTILE, NUMBER, PAYLOAD

LINES = st.text(st.characters(exclude_categories=("Cc", "Cn", "Cs", "Zl", "Zp")), max_size=60)


def test_a_phone_reads_an_sms_to_the_number():
    assert payload(NUMBER) == PAYLOAD


def test_a_text_follows_the_second_colon_as_it_is():
    assert payload(NUMBER, text="Hej på dig: 50 % æøå 😀") == PAYLOAD + "Hej på dig: 50 % æøå 😀"


def test_the_standard_scheme_escapes_the_text():
    assert payload(NUMBER, "sms") == uri(NUMBER) == "sms:+459192000123"
    assert payload(NUMBER, "sms", "Hej & på") == uri(NUMBER, "Hej & på") == "sms:+459192000123?body=Hej%20%26%20p%C3%A5"


@given(LINES.filter(lambda text: text and not text[0].isspace() and text[0] not in ":;"))
def test_every_line_of_text_comes_back_in_either_scheme(text):
    written = unicodedata.normalize("NFC", text)
    assert payload(NUMBER, text=text).split(":", 2)[2] == written
    link = urlsplit(payload(NUMBER, "sms", text))
    assert parse_qs(link.query, keep_blank_values=True, separator="&") == {"body": [written]}


def test_hostile_text_stays_the_value_of_the_body():
    assert parse_qs(urlsplit(uri(NUMBER, HOSTILE)).query) == {"body": [HOSTILE]}


@pytest.mark.parametrize("text", [":KODE", ";via=1", " KODE", "\u00a0KODE"])
@pytest.mark.parametrize("scheme", ["smsto", "sms"])
def test_a_text_that_phones_would_lose_the_beginning_of_is_refused(scheme, text):
    with pytest.raises(Conflict, match="must not begin with a space, a colon or a semicolon"):
        payload(NUMBER, scheme, text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a\nb", "000A"),
        ("a\r\nb", "000D"),
        ("\0", "0000"),
        ("a\u2028b", "2028"),
        ("\ud800", "D800"),
        ("a\uffff", "FFFF"),
    ],
)
def test_a_text_of_several_lines_or_with_controls_is_refused_by_its_character(text, code):
    with pytest.raises(Conflict, match=f"one line without control characters, not U\\+{code}$"):
        payload(NUMBER, text=text)


@pytest.mark.parametrize(
    "number", ["", "1919", "+459192000123", "45 91 92", "45:x", "४५९१९२०००१२३", "4" * 16, "0459192"]
)
def test_what_is_no_number_is_refused(number):
    with pytest.raises(Conflict, match="7 to 15 digits"):
        payload(number)


def test_an_unknown_scheme_is_refused():
    with pytest.raises(Conflict, match="no scheme 'mailto' for QR codes: take one of smsto, sms"):
        payload(NUMBER, "mailto")
