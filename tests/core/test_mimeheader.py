"""Header blocks and structured values, read without trusting them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog.core.mimeheader import HEADER_BYTES, HEADERS, PARAMETERS, parameters, read_block


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("TEXT/Plain", ("text/plain", {})),
        ("", ("", {})),
        (";charset=utf-8", ("", {"charset": "utf-8"})),
        ("text/plain; charset=utf-8; charset=x", ("text/plain", {"charset": "utf-8"})),
        ('a/b; name="x \\"y\\" z"', ("a/b", {"name": 'x "y" z'})),
        ('a/b; name="open', ("a/b", {"name": "open"})),
        ("a/b;;; format = Flowed ;x", ("a/b", {"format": "Flowed"})),
        ("a/b; name==?utf-8?q?r=C3=B8d?=", ("a/b", {"name": "rød"})),
        ("a/b; name*=utf-8'da'r%C3%B8d", ("a/b", {"name": "rød"})),
        ("a/b; name*0=r; name*1=ø; name*2=d", ("a/b", {"name": "rød"})),
        ("a/b; name*0*=r%C3%B8", ("a/b", {"name": "rø"})),
        ("a/b; *=x", ("a/b", {"*": "x"})),
    ],
)
def test_a_structured_value_is_taken_apart(value: str, expected: tuple[str, dict[str, str]]) -> None:
    assert parameters(value) == expected


def test_the_number_of_parameters_is_capped() -> None:
    assert len(parameters("a/b" + "".join(f"; p{n}=x" for n in range(200)))[1]) == PARAMETERS


def test_long_headers_and_too_many_headers_are_cut() -> None:
    raw = b"Subject: " + b"x" * (HEADER_BYTES + 9) + b"\n" + b"A: b\n" * (HEADERS + 5) + b"\n"
    block = read_block(raw, 0, len(raw))
    assert len(block.pairs[0][1]) == HEADER_BYTES
    assert len(block.pairs) == HEADERS
    assert block.defects == ("header-too-long", "too-many-headers")


@given(st.text())
def test_taking_apart_never_raises(value: str) -> None:
    parameters(value)
