"""`smsdialog user`: made, listed, limited to keys, given another password, disabled."""

from __future__ import annotations

import pytest

from smsdialog.dialog import password, signin
from smsdialog.errors import SignInRefused

PASSWORD = b"korrekt hest batteri\n"
FIELDS = {"name", "role", "state", "keys"}


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch):
    monkeypatch.setattr(password, "LOG2_COST", 4)


@pytest.fixture
def create(office):
    """Makes a user; the password comes on standard input."""

    def make(*arguments: str):
        return office.run("user", "create", *arguments, "--json", stdin=PASSWORD)

    return make


def test_a_user_is_made_and_may_sign_in(office, create):
    made = create("Anna@firma.example").json
    assert made.keys() >= FIELDS
    assert (made["name"], made["role"], made["state"], made["keys"]) == (
        "anna@firma.example", "administrator", "open", [],
    )  # fmt: skip
    assert (
        signin.sign_in(office.service, "anna@firma.example", "korrekt hest batteri", "192.0.2.1").name == made["name"]
    )


def test_users_are_listed_without_a_word_of_their_passwords(office, create, firma):
    create("bo", "--role", "reader")
    create("anna", "--role", "manager", "--key", "Firma")
    listed = office.json("user", "list")
    assert [(user["name"], user["role"], user["keys"]) for user in listed] == [
        ("anna", "manager", ["Firma"]),
        ("bo", "reader", []),
    ]
    assert "scrypt" not in str(listed)


def test_an_empty_list_says_what_to_do(office):
    assert "smsdialog user create NAME" in office.ok("user", "list")


def test_a_name_is_taken_once_whatever_its_case(create):
    create("anna")
    assert "there is a user 'anna' already" in create("ANNA").err


@pytest.mark.parametrize("name", ["", "a b", "a\nb", "<b>", "æ", "x" * 101, "-x"])
def test_a_name_is_plain(office, name):
    assert office.run("user", "create", "--", name, stdin=PASSWORD).status == 1


def test_a_password_is_not_short(office):
    done = office.run("user", "create", "anna", stdin=b"kort\n")
    assert (done.status, done.err) == (1, "smsdialog: a password has 12 to 1000 characters\n")


def test_only_a_manager_has_keys_of_his_own(office, create, firma):
    assert "only a manager" in create("anna", "--role", "reader", "--key", "Firma").err
    assert office.json("user", "list") == []


def test_a_key_is_given_to_a_manager_and_taken_again(office, create, firma):
    create("leder", "--role", "manager")
    assert office.json("user", "grant", "leder", "Firma")["keys"] == ["Firma"]
    assert office.json("user", "grant", "leder", "Firma")["keys"] == ["Firma"]
    assert office.json("user", "revoke", "leder", "Firma")["keys"] == []
    assert "does not manage" in office.refused("user", "revoke", "leder", "Firma")
    assert "there is no key" in office.refused("user", "grant", "leder", "Ingen")


def test_another_password_counts_and_the_one_so_far_does_not(office, create):
    create("anna")
    office.run("user", "password", "anna", stdin=b"et helt andet ord\n")
    assert signin.sign_in(office.service, "anna", "et helt andet ord", "192.0.2.1")
    with pytest.raises(SignInRefused):
        signin.sign_in(office.service, "anna", "korrekt hest batteri", "192.0.2.1")


def test_a_disabled_user_is_not_let_in_until_enabled(office, create):
    create("anna")
    assert office.json("user", "disable", "anna")["state"] == "disabled"
    with pytest.raises(SignInRefused):
        signin.sign_in(office.service, "anna", "korrekt hest batteri", "192.0.2.1")
    assert office.json("user", "enable", "anna")["state"] == "open"
    assert signin.sign_in(office.service, "anna", "korrekt hest batteri", "192.0.2.1")


@pytest.mark.parametrize("command", ["password", "disable", "enable"])
def test_a_user_who_is_not_there_is_not_found(office, command):
    assert office.run("user", command, "ingen", stdin=PASSWORD).err == "smsdialog: there is no user 'ingen'\n"


def test_the_program_asks_for_the_password_on_standard_input(office):
    made = office.program("user", "create", "anna", "--json", stdin=PASSWORD)
    assert (made.status, made.json["name"]) == (0, "anna")
    assert "korrekt" not in made.out + made.err
