"""Header values become what a reader sees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog.core.headertext import decode_header


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?B?w4VzZSBMdW5k?=", "Åse Lund"),
        ("=?iso-8859-1?q?R=F8d?= =?utf-8?b?Z3LDuGQ=?=", "Rødgrød"),
        ("=?utf-8?q?+45123?=\r\n =?utf-8?q?45678?=", "+4512345678"),
        ("=?utf-8*da?Q?Gr=C3=B8n?=", "Grøn"),
        ("Re: =?utf-8?q?a?= b =?utf-8?q?c?=", "Re: a b c"),
        ("=?utf-8?q?hej med dig?=", "hej med dig"),
        ("Sm\u00f8r raw", "Smør raw"),
        ("A\u030a", "Å"),
        ("a\r\nBcc: x", "a Bcc: x"),
        ("=?utf-8?q?a=0D=0ABcc=3A_x?=", "a Bcc: x"),
        ("20\u202a 12\u202c 34", "20 12 34"),
        ("=?utf-8?b?w4U?=", "Å"),
        ("=?utf-8?b?AAAAA?=", ""),
        ("=?utf-8?b??=", ""),
        ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        ("=?utf-8?b?!?=", "=?utf-8?b?!?="),
    ],
)
def test_a_header_is_decoded(value: str, text: str) -> None:
    assert decode_header(value).strip("\0") == text


def test_a_character_that_is_split_over_two_encoded_words_is_one_character() -> None:
    assert decode_header("=?utf-8?q?sm=C3?= =?utf-8?q?=B8r?=") == "smør"


@given(st.text())
def test_decoding_never_raises_and_gives_one_line(value: str) -> None:
    assert "\n" not in decode_header(value)
