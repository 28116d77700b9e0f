"""What stands in a call is read as its provider wrote it; nothing of a text is lost, whatever its charset."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from smsdialog.errors import BadCall
from smsdialog.gateways import WebCall


@pytest.mark.parametrize("charset", ["utf-8", "cp1252"])
@pytest.mark.parametrize("text", ["Tak, på søndag – 50 €", "", "a&b=c + %"])
def test_a_form_is_read_in_utf_8_or_where_it_is_none_in_windows_1252(charset, text):
    octets = urlencode({"text": text}, encoding=charset).encode()
    assert WebCall("POST", body=octets).form == {"text": text}
    assert WebCall("GET", query=octets).query_pairs == [("text", text)]


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("text=på".encode(), "på"),  # not percent-encoded at all
        ("text=på".encode("cp1252"), "på"),
        (b"text=%81", "\N{REPLACEMENT CHARACTER}"),
        (b"text=%EF%BB%BFHej", "\N{ZERO WIDTH NO-BREAK SPACE}Hej"),  # a signature covers it
    ],
)
def test_octets_are_read_as_they_came(octets, text):
    assert WebCall("POST", body=octets).form == {"text": text}


def test_a_call_of_very_many_fields_is_not_read():
    with pytest.raises(BadCall):
        WebCall("POST", body=b"a&" * 200).form_pairs  # noqa: B018
