"""`smsdialog key`: made, shown, changed, paused and removed; the secret is seen once."""

from __future__ import annotations

import re

import pytest

FIELDS = {"id", "label", "enabled", "accounts"}
SECRET = re.compile(r"k[a-z2-7]{32}")


def test_a_key_is_made_and_its_secret_shown_this_once(office):
    made = office.json("key", "create", "Firma")
    assert made.keys() >= FIELDS | {"secret"}
    assert (made["label"], made["enabled"], made["accounts"]) == ("Firma", True, 0)
    assert SECRET.fullmatch(made["secret"])
    for arguments in (["list"], ["show", "Firma"], ["edit", "Firma", "--label", "Andet"], ["disable", "Andet"]):
        assert made["secret"] not in str(office.json("key", *arguments))


def test_people_read_where_employees_write_to(office):
    shown = office.ok("key", "create", "Firma")
    (secret,) = set(SECRET.findall(shown))
    assert f"The secret is not shown again. Employees write to {secret}@sms.firma.example" in shown
    assert not SECRET.search(office.ok("key", "list") + office.ok("key", "show", "Firma"))


def test_the_secret_is_nowhere_in_the_database(office):
    secret = office.json("key", "create", "Firma")["secret"]
    stored = b"".join(path.read_bytes() for path in (office.folder / "state").iterdir())
    assert secret.encode() not in stored
    assert secret[7:].encode() not in stored


def test_keys_are_listed_with_their_accounts(office, firma):
    office.ok("key", "create", "Andet")
    listed = office.json("key", "list")
    assert [(key["label"], key["enabled"], key["accounts"]) for key in listed] == [
        ("Andet", True, 0),
        ("Firma", True, 1),
    ]
    assert all(key.keys() >= FIELDS for key in listed)


def test_a_listing_for_people_has_columns(office, firma):
    header, line = office.ok("key", "list").splitlines()
    assert header.split() == ["ID", "LABEL", "ENABLED", "ACCOUNTS"]
    assert line.split() == [firma[:7], "Firma", "yes", "1"]


def test_an_empty_listing_says_what_to_do(office):
    assert office.ok("key", "list") == "no keys yet; make one with 'smsdialog key create LABEL'\n"
    assert office.json("key", "list") == []


def test_a_key_is_named_by_its_label_or_its_id(office, firma):
    by_label = office.json("key", "show", "Firma")
    assert by_label["id"] == firma[:7]
    assert office.json("key", "show", firma[:7]) == by_label
    assert office.json("key", "show", firma[:7].upper()) == by_label


@pytest.mark.parametrize("command", ["show", "enable", "disable", "rotate", "delete"])
def test_a_key_that_is_not_there_is_not_found(office, command):
    assert office.refused("key", command, "Ingen") == "there is no key 'Ingen'"
    assert office.refused("key", "edit", "Ingen", "--label", "x") == "there is no key 'Ingen'"


def test_a_label_is_taken_once(office, firma):
    assert office.refused("key", "create", "Firma") == "there is a key 'Firma' already"
    office.ok("key", "create", "Andet")
    assert office.refused("key", "edit", "Andet", "--label", "Firma") == "there is a key 'Firma' already"


@pytest.mark.parametrize("label", ["", "  ", "a\nb", "x" * 101])
def test_a_label_is_a_short_line(office, label):
    assert office.refused("key", "create", label) == "a label is 1 to 100 printable characters"


def test_a_secret_is_no_label(office, firma):
    assert office.refused("key", "create", firma) == "a label must not look like a key: it is shown everywhere"


def test_a_label_is_changed_and_the_id_stays(office, firma):
    assert office.json("key", "edit", "Firma", "--label", "Firma A/S")["id"] == firma[:7]
    assert office.json("key", "show", "Firma A/S")["accounts"] == 1
    office.refused("key", "show", "Firma")


def test_a_key_may_want_texts_cut_otherwise(office, firma):
    assert office.json("key", "edit", "Firma", "--cut", "quotes", "--overlong", "cut")["cut"] == "quotes"
    assert office.json("key", "show", "Firma")["overlong"] == "cut"
    assert office.json("key", "edit", "Firma", "--cut", "")["cut"] == ""


def test_a_key_may_be_for_certain_domains_and_for_machines(office, firma):
    changed = office.json("key", "edit", "Firma", "--domains", "Firma.example, .andet.example", "--machine-mail")
    assert changed["domains"] == ["firma.example", ".andet.example"]
    assert changed["machine_mail"] is True
    assert office.json("key", "edit", "Firma", "--require", "proof")["require"] == "proof"
    assert "is not a domain" in office.refused("key", "edit", "Firma", "--domains", "a b@c")
    cleared = office.json("key", "edit", "Firma", "--domains", "", "--no-machine-mail", "--require", "")
    assert (cleared["domains"], cleared["machine_mail"], cleared["require"]) == ([], False, "")


def test_a_change_of_nothing_is_misuse(office, firma):
    assert "nothing to change" in office.misused("key", "edit", "Firma")
    assert "Missing argument" in office.misused("key", "create")


def test_a_disabled_key_pauses_its_accounts_until_it_is_enabled(office, firma):
    assert office.json("key", "disable", "Firma")["enabled"] is False
    assert office.json("account", "show", "anna@firma.example")["state"] == "paused"
    assert office.json("key", "disable", "Firma")["enabled"] is False
    assert office.json("key", "enable", "Firma")["enabled"] is True
    assert office.json("account", "show", "anna@firma.example")["state"] == "open"


def test_a_rotated_key_has_another_secret_and_the_same_id(office, firma):
    rotated = office.json("key", "rotate", "Firma", "--overlap-days", "0")
    assert rotated.keys() >= FIELDS | {"secret"}
    assert SECRET.fullmatch(rotated["secret"])
    assert rotated["secret"] != firma
    assert rotated["id"] == firma[:7] == rotated["secret"][:7]
    office.anna_writes(f"{firma}@sms.firma.example", "20123456", queue_id="old")
    office.anna_writes(f"{rotated['secret']}@sms.firma.example", "20123456", queue_id="new")
    assert [message["state"] for message in office.json("message", "list") if message["peer"]] == ["sent"]


def test_the_old_secret_is_good_for_a_while_unless_it_is_told_otherwise(office, firma):
    office.ok("key", "rotate", "Firma")
    office.anna_writes(f"{firma}@sms.firma.example", "20123456")
    assert [message["state"] for message in office.json("message", "list")] == ["sent"]


def test_a_key_with_an_open_account_is_not_deleted(office, firma):
    said = office.refused("key", "delete", "Firma")
    assert said == "key 'Firma' has 1 open accounts; close them first, or disable the key"
    office.ok("account", "close", "anna@firma.example")
    assert office.json("key", "delete", "Firma")["label"] == "Firma"
    assert office.json("key", "list") == []
    assert office.json("account", "list")[0]["state"] == "closed"


def test_the_label_of_a_deleted_key_is_free(office):
    office.ok("key", "create", "Firma")
    office.ok("key", "delete", "Firma")
    office.ok("key", "create", "Firma")


def test_the_program_does_it_too(office):
    made = office.program("key", "create", "Ærø", "--json")
    assert (made.status, made.err) == (0, "")
    assert made.json["label"] == "Ærø"
    missing = office.program("key", "show", "Ingen")
    assert (missing.status, missing.out, missing.err) == (1, "", "smsdialog: there is no key 'Ingen'\n")
    assert office.program("key", "show").status == 2
