"""`smsdialog number`: ranges, and how much of them is left."""

from __future__ import annotations

import pytest

FIELDS = {"range", "size", "used", "resting", "free"}


def test_the_configured_range_is_listed_with_what_is_left(office, firma):
    (listed,) = office.json("number", "list")
    assert listed == {"range": "459192000000-459192999999", "size": 1_000_000, "used": 1, "resting": 0, "free": 999_999}


def test_a_number_rests_when_its_account_is_closed(office, firma):
    office.ok("account", "close", "anna@firma.example")
    (listed,) = office.json("number", "list")
    assert (listed["used"], listed["resting"], listed["free"]) == (0, 1, 999_999)
    office.configure(tables="[numbers]\nrest_days = 0")
    assert office.json("number", "list")[0]["resting"] == 0


def test_a_range_is_added_beside_the_configured_ones(office):
    added = office.json("number", "add", "459194000000-459194000001")
    assert added == {"range": "459194000000-459194000001", "size": 2, "used": 0, "resting": 0, "free": 2}
    assert [listed["range"] for listed in office.json("number", "list")] == [
        "459192000000-459192999999",
        "459194000000-459194000001",
    ]
    office.ok("key", "create", "Firma")
    office.ok("account", "create", "bo@firma.example", "--key", "Firma", "--number", "459194000001")


def test_ranges_that_touch_or_overlap_are_one(office):
    office.ok("number", "add", "459192500000-459193000000")
    office.ok("number", "add", "459193000001-459193000001")
    office.ok("number", "add", "459192000005-459192000006")
    assert [listed["range"] for listed in office.json("number", "list")] == ["459192000000-459193000001"]


def test_accounts_go_on_when_numbers_were_used_up_and_a_range_is_added(office):
    office.configure(tables='[numbers]\nranges = ["459192000123-459192000123"]')
    office.ok("key", "create", "Firma")
    office.ok("account", "create", "anna@firma.example", "--key", "Firma")
    assert office.json("number", "list")[0]["free"] == 0
    office.ok("number", "add", "459192000777-459192000777")
    assert office.json("account", "create", "bo@firma.example", "--key", "Firma")["number"] == "459192000777"


@pytest.mark.parametrize("span", ["459193", "1-2", "459193999999-459193000000", "459193000000-"])
def test_what_is_no_range_is_refused_and_adds_nothing(office, span):
    assert span in office.refused("number", "add", span)
    assert len(office.json("number", "list")) == 1


def test_without_any_range_the_listing_says_what_to_do(office):
    office.configure(tables="[numbers]\nranges = []")
    assert office.ok("number", "list") == "no numbers; add some with 'smsdialog number add RANGE'\n"
    assert office.json("number", "list") == []


def test_a_listing_for_people_has_columns(office):
    header, line = office.ok("number", "list").splitlines()
    assert header.split() == ["RANGE", "SIZE", "USED", "RESTING", "FREE"]
    assert line.split() == ["459192000000-459192999999", "1000000", "0", "0", "1000000"]


def test_the_program_does_it_too(office):
    assert office.program("number", "add", "459194000000-459194000001", "--json").json.keys() >= FIELDS
    refused = office.program("number", "add", "x")
    assert (refused.status, refused.out) == (1, "")
    assert refused.err == "smsdialog: 'x' is no range such as 459193000000-459193999999\n"
