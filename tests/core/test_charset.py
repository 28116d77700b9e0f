"""Bytes become text, whatever their charset claims to be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog.core.charset import codec, decode


@pytest.mark.parametrize("label", ["hex", "rot13", "idna", "punycode", "undefined", "x\0y", "", "no-such", "é"])
def test_a_label_that_is_no_charset_is_not_believed(label: str) -> None:
    assert codec(label) == ""
    assert decode("blåbær".encode(), label) == "blåbær"


@pytest.mark.parametrize(
    ("label", "encoding"),
    [
        ("ISO-8859-1", "cp1252"),
        ("iso-8859-15", "iso8859-15"),
        ("us-ascii", "utf-8"),
        ("ANSI_X3.4-1968", "utf-8"),
        ("unicode-1-1-utf-7", "utf-7"),
        ("cp-850", "cp850"),
        ("x-mac-roman", "mac_roman"),
        ('"utf8";junk', "utf-8"),
    ],
)
def test_usual_labels_are_understood(label: str, encoding: str) -> None:
    assert codec(label) == encoding
    assert decode("rødgrød".encode(encoding), label) == "rødgrød"


@pytest.mark.parametrize(
    ("label", "text", "encoding"),
    [("ks_c_5601-1987", "안녕", "cp949"), ("gb2312", "你好", "gb18030"), ("iso-2022-jp", "こんにちは", "iso2022_jp")],
)
def test_asian_labels_mean_their_supersets(label: str, text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), label) == text


def test_what_is_declared_wrongly_is_read_as_utf8_and_then_as_windows_1252() -> None:
    assert decode("æøå".encode(), "us-ascii") == "æøå"
    assert decode("æøå".encode("cp1252"), "utf-8") == "æøå"
    assert decode(b"\x81\xe6") == "\x81æ"


def test_a_byte_order_mark_is_stronger_than_the_label() -> None:
    assert decode(b"\xef\xbb\xbfHej", "iso-8859-1") == "Hej"
    assert decode("Hej".encode("utf-16"), "utf-8") == "Hej"


def test_half_a_utf16_unit_at_the_end_is_forgiven() -> None:
    assert decode("Hej".encode("utf-16-le") + b"x", "utf-16le") == "Hej"


@given(st.binary(), st.text(max_size=30))
def test_decoding_never_raises(content: bytes, label: str) -> None:
    assert isinstance(decode(content, label), str)
