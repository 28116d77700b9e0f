"""`smsdialog account`: opened, shown, changed and closed; its number, and the QR code of it."""

from __future__ import annotations

import zipfile

import pytest

FIELDS = {"id", "email", "number", "key", "state"}
ANNA = "anna@firma.example"
NUMBER = "459192000123"


def test_an_account_gets_a_random_number_of_the_ranges(office):
    office.ok("key", "create", "Firma")
    made = office.json("account", "create", "Anna@Firma.EXAMPLE", "--key", "Firma")
    assert made.keys() >= FIELDS
    assert (made["email"], made["key"], made["state"]) == (ANNA, "Firma", "open")
    assert 459192000000 <= int(made["number"]) <= 459192999999


def test_a_certain_number_may_be_wished_for(office, firma):
    assert (
        office.json("account", "create", "bo@firma.example", "--key", "Firma", "--number", "+45 9192 000 124")["number"]
        == "459192000124"
    )


def test_the_key_may_be_disabled(office, firma):
    office.ok("key", "disable", "Firma")
    assert office.json("account", "create", "bo@firma.example", "--key", firma[:7])["state"] == "paused"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([ANNA, "--key", "Firma"], f"{ANNA} has an open account on key 'Firma' already"),
        (["bo@firma.example", "--key", "Ingen"], "there is no key 'Ingen'"),
        (["bo", "--key", "Firma"], "'bo' is not an e-mail address that can be used here"),
        (["Bo <bo@firma.example>", "--key", "Firma"], "is not an e-mail address that can be used here"),
        (["bø@firma.example", "--key", "Firma"], "is not an e-mail address that can be used here"),
        (["bo@firma.example", "--key", "Firma", "--number", NUMBER], f"the number {NUMBER} is in use, or rests"),
        (["bo@firma.example", "--key", "Firma", "--number", "20123456"], "'20123456' is not a number of 12 digits"),
        (
            ["bo@firma.example", "--key", "Firma", "--number", "459193000000"],
            "the number 459193000000 lies in no range; add it with 'smsdialog number add 459193000000-459193000000'",
        ),
    ],
)
def test_an_account_that_cannot_be_is_refused(office, firma, arguments, said):
    assert said in office.refused("account", "create", *arguments)


def test_an_account_without_a_key_is_misuse(office):
    assert "--key" in office.misused("account", "create", ANNA)


def test_when_no_number_is_free_it_says_what_to_do(office):
    office.configure(tables='[numbers]\nranges = ["459192000123-459192000123"]')
    office.ok("key", "create", "Firma")
    office.ok("account", "create", ANNA, "--key", "Firma")
    said = office.refused("account", "create", "bo@firma.example", "--key", "Firma")
    assert said == "no number is free; add some with 'smsdialog number add RANGE'"


@pytest.mark.parametrize("name", [ANNA, "Anna@FIRMA.example", NUMBER, f"+{NUMBER}", "+45 9192 000 123"])
def test_an_account_is_named_by_its_address_or_its_number(office, firma, name):
    shown = office.json("account", "show", name)
    assert shown.keys() >= FIELDS
    assert (shown["email"], shown["number"], shown["signatures"]) == (ANNA, NUMBER, [])


@pytest.mark.parametrize("name", ["bo@firma.example", "459192000999", "x", "", "not@an@address"])
@pytest.mark.parametrize("command", ["show", "close", "qr"])
def test_an_account_that_is_not_there_is_not_found_or_no_address(office, firma, name, command):
    assert name in office.refused("account", command, name)


def test_an_address_with_several_accounts_is_named_by_number(office, firma):
    office.ok("key", "create", "Andet")
    other = office.json("account", "create", ANNA, "--key", "Andet")["number"]
    assert office.refused("account", "show", ANNA) == f"{ANNA} has 2 open accounts; name one by its number"
    office.ok("account", "close", other)
    assert office.json("account", "show", ANNA)["number"] == NUMBER


def test_accounts_are_listed_closed_ones_too(office, firma):
    office.ok("account", "create", "bo@firma.example", "--key", "Firma", "--number", "459192000124")
    office.ok("account", "close", ANNA)
    listed = office.json("account", "list")
    assert all(account.keys() >= FIELDS for account in listed)
    assert [(account["email"], account["state"]) for account in listed] == [
        (ANNA, "closed"),
        ("bo@firma.example", "open"),
    ]
    assert listed[0]["closed_at"]
    assert listed[1]["closed_at"] is None
    header, *lines = office.ok("account", "list").splitlines()
    assert header.split() == ["ID", "EMAIL", "NUMBER", "KEY", "STATE"]
    assert lines[0].split()[1:] == [ANNA, NUMBER, "Firma", "closed"]


def test_an_empty_listing_says_what_to_do(office):
    assert office.ok("account", "list").startswith("no accounts yet; open one with 'smsdialog account create")
    assert office.json("account", "list") == []


def test_address_and_key_change_and_the_number_stays(office, firma):
    office.ok("key", "create", "Andet")
    changed = office.json("account", "edit", ANNA, "--email", "anna@andet.example", "--key", "Andet")
    assert (changed["email"], changed["key"], changed["number"]) == ("anna@andet.example", "Andet", NUMBER)
    assert office.refused("account", "show", ANNA) == f"there is no account '{ANNA}'"


def test_a_change_that_cannot_be_is_refused_and_changes_nothing(office, firma):
    before = office.json("account", "show", ANNA)
    office.ok("account", "create", "bo@firma.example", "--key", "Firma")
    said = office.refused("account", "edit", ANNA, "--email", "bo@firma.example")
    assert said == "that key has an open account for that address already"
    assert office.refused("account", "edit", ANNA, "--key", "Ingen") == "there is no key 'Ingen'"
    assert "is not an e-mail address" in office.refused("account", "edit", ANNA, "--email", "bo")
    assert office.json("account", "show", ANNA) == before
    assert "nothing to change" in office.misused("account", "edit", ANNA)


def test_learned_signatures_are_shown_and_forgotten(office):
    secret = office.json("key", "create", "Firma")["secret"]
    office.anna_writes("subscribe@sms.firma.example", secret, "Anna Andersen\nFirma A/S, tlf. 33 12 34 56")
    assert "Anna Andersen" in str(office.json("account", "show", ANNA)["signatures"])
    assert "Anna Andersen" in office.ok("account", "show", ANNA)
    office.ok("account", "edit", ANNA, "--forget-signatures")
    assert office.json("account", "show", ANNA)["signatures"] == []


def test_a_closed_account_is_closed_for_good_and_its_number_rests(office, firma):
    assert office.json("account", "close", ANNA)["state"] == "closed"
    assert office.refused("account", "close", ANNA) == f"the account '{ANNA}' is closed"
    assert office.refused("account", "edit", NUMBER, "--key", "Firma") == f"the account '{NUMBER}' is closed"
    said = office.refused("account", "create", ANNA, "--key", "Firma", "--number", NUMBER)
    assert said == f"the number {NUMBER} is in use, or rests since its last account was closed"
    assert office.json("account", "create", ANNA, "--key", "Firma")["number"] != NUMBER


def test_a_number_that_need_not_rest_is_free_at_once(office, firma):
    office.configure(tables="[numbers]\nrest_days = 0")
    office.ok("account", "close", ANNA)
    assert office.json("account", "create", ANNA, "--key", "Firma", "--number", NUMBER)["state"] == "open"


def test_the_qr_code_is_shown_in_the_terminal_with_its_number(office, firma):
    *code, number = office.ok("account", "qr", ANNA).splitlines()
    assert number == NUMBER
    assert len(code) == 15
    assert len({len(line) for line in code}) == 1


def test_the_qr_code_is_written_as_a_package_of_pictures(office, firma):
    out = office.folder / "anna.zip"
    assert office.ok("account", "qr", NUMBER, "--out", str(out)) == f"{out}: the QR code of {NUMBER}\n"
    with zipfile.ZipFile(out) as package:
        assert {f"qr-{NUMBER}-300px.png", f"qr-{NUMBER}.pdf", "LÆSMIG.txt"} <= set(package.namelist())


def test_the_package_is_as_wished(office, firma):
    out = office.folder / "anna.zip"
    wishes = ("--scheme", "sms", "--text", "Hej på", "--caption", "Skriv til Anna", "--language", "en")
    office.ok("account", "qr", ANNA, "--out", str(out), *wishes)
    with zipfile.ZipFile(out) as package:
        assert f"sms:+{NUMBER}?body=Hej%20p%C3%A5" in package.read("README.txt").decode()
        assert b"Skriv til Anna" in package.read(f"qr-{NUMBER}.svg")
    before = out.read_bytes()
    office.ok("account", "qr", ANNA, "--out", str(out), *wishes)
    assert out.read_bytes() == before


def test_the_package_speaks_the_configured_language(office, firma):
    office.configure(top='language = "en"')
    out = office.folder / "anna.zip"
    office.ok("account", "qr", ANNA, "--out", str(out))
    with zipfile.ZipFile(out) as package:
        assert "README.txt" in package.namelist()


def test_the_code_in_the_terminal_grows_with_its_text(office, firma):
    assert len(office.ok("account", "qr", ANNA, "--text", "Hej på dig").splitlines()) > 16


def test_wishes_that_no_code_can_fulfil_are_refused_and_nothing_is_written(office, firma):
    out = office.folder / "anna.zip"
    for wish, reason in {
        ("--text", "x" * 700): "the text is too long for a QR code",
        ("--text", "a\nb"): "one line without control characters",
        ("--caption", "😀"): "the caption is set in Latin-1",
        ("--language", "xx"): "there is no language 'xx': take one of da, en",
    }.items():
        assert reason in office.refused("account", "qr", ANNA, "--out", str(out), *wish)
    assert "is not one of 'smsto', 'sms'" in office.misused("account", "qr", ANNA, "--scheme", "mailto")
    assert "give --out" in office.misused("account", "qr", ANNA, "--caption", "Skriv til Anna")
    assert not out.exists()


def test_a_package_that_cannot_be_written_is_refused(office, firma):
    out = office.folder / "none" / "anna.zip"
    assert (
        office.refused("account", "qr", ANNA, "--out", str(out))
        == f"{out} cannot be written: No such file or directory"
    )
    assert "name that ends in .zip" in office.refused("account", "qr", ANNA, "--out", str(office.folder / "anna.png"))
    assert "is a directory" in office.misused("account", "qr", ANNA, "--out", str(office.folder))


def test_the_program_does_it_too(office, firma):
    shown = office.program("account", "show", ANNA, "--json")
    assert (shown.status, shown.err, shown.json["number"]) == (0, "", NUMBER)
    missing = office.program("account", "close", "bo@firma.example")
    assert (missing.status, missing.out) == (1, "")
    assert missing.err == "smsdialog: there is no account 'bo@firma.example'\n"
