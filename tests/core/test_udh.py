"""User data headers: what numbers the parts of a long SMS, and what does not."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog.core import udh
from smsdialog.core.model import Segment

PORTS = "0504158A0000"
octet = st.integers(0, 255)


def named(header: str) -> Segment | None:
    return udh.segment(bytes.fromhex(header))


def test_a_reference_of_one_octet_names_a_part():
    assert named("050003CC0201") == Segment("cc", 2, 1)
    assert named("050003CC0202") == Segment("cc", 2, 2)


def test_a_reference_of_two_octets_names_a_part():
    assert named("06080412340302") == Segment("1234", 3, 2)


def test_the_two_kinds_of_reference_are_never_the_same():
    assert named("050003CC0201").reference != named("06080400CC0201").reference


def test_the_first_part_of_the_most_there_may_be():
    assert named("050003CCFF01") == Segment("cc", 255, 1)


@pytest.mark.parametrize("header", [f"0B{PORTS[:2]}{PORTS[2:]}0003CC0201", f"0B0003CC0201{PORTS}"])
def test_other_elements_are_passed_over(header):
    assert named(header) == Segment("cc", 2, 1)


def test_of_several_the_last_one_counts():
    assert named("0B0003AA0201080412340302") == Segment("1234", 3, 2)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "00",
        f"06{PORTS}",
        "050003CC0100",  # no such index
        "050003CC0101",  # the only part
        "050003CC0001",  # no parts
        "050003CC0203",  # a third of two
        "050003CC02",  # cut off
        "060003CC0201",  # longer than it is
        "040003CC0201",  # shorter than it is
        "050004CC0201",  # an element longer than the header
        "050002CC0201",  # an element too short, and octets left over
        "0400021201",
        "0500",
        "0100",
    ],
)
def test_what_is_not_as_the_standard_has_it_names_no_part(header):
    assert named(header) is None


@given(st.integers(0, 0xFFFF), st.integers(2, 255), octet)
def test_what_a_phone_writes_is_what_we_read(reference, total, index):
    index = 1 + index % total
    wide = bytes([6, 8, 4]) + reference.to_bytes(2, "big") + bytes([total, index])
    narrow = bytes([5, 0, 3, reference & 0xFF, total, index])
    assert udh.segment(wide) == Segment(f"{reference:04x}", total, index)
    assert udh.segment(narrow) == Segment(f"{reference & 0xFF:02x}", total, index)


@given(st.binary(max_size=300))
def test_no_header_makes_it_raise(header):
    found = udh.segment(header)
    assert found is None or 1 <= found.index <= found.total


@given(st.text(max_size=40))
def test_no_text_makes_it_raise(text):
    udh.segment_of(text)


@pytest.mark.parametrize(
    "written", ["050003CC0201", "050003cc0201", "05 00 03 CC 02 01", "05:00:03:cc:02:01", "BQADzAIB", " BQADzAIB\n"]
)
def test_a_header_is_read_as_hex_or_as_base64(written):
    assert udh.segment_of(written) == Segment("cc", 2, 1)


def test_a_concatenated_header_in_base64_is_never_taken_for_hex():
    """Its first octets are 05 00 03 or 06 08 04, whose base64 has letters that are no hex digits."""
    for begin in (b"\x05\x00\x03", b"\x06\x08\x04"):
        with pytest.raises(ValueError, match="hexadecimal"):
            bytes.fromhex(base64.b64encode(begin).decode())


@pytest.mark.parametrize("written", ["", "no header", "æøå", "0500 03C", "===="])
def test_what_is_neither_is_no_header(written):
    assert udh.segment_of(written) is None
