"""`smsdialog audit list`: every command that changes something leaves its record, and those that look leave none."""

from __future__ import annotations

import getpass
import platform

import pytest

from smsdialog.dialog import password
from tests.cli.test_documentation import COMMANDS

PASSWORD = b"korrekt hest batteri\n"
# Commands that change something: what they are called with, and with what they are refused.
CHANGES = {
    "key create": ("Ny", "Firma"),
    "key edit": ("Firma --label Nyt", "Ingen --label Nyt"),
    "key enable": ("Firma", "Ingen"),
    "key disable": ("Firma", "Ingen"),
    "key rotate": ("Firma", "Ingen"),
    "key delete": ("Tom", "Firma"),
    "account create": ("bo@firma.example --key Firma", "bo@firma.example --key Ingen"),
    "account edit": ("anna@firma.example --email a@firma.example", "ingen@firma.example --email a@firma.example"),
    "account close": ("anna@firma.example", "ingen@firma.example"),
    "number add": ("459193000000-459193999999", "459193000000"),
    "message resend": ("o1", "o99"),
    "user create": ("bo", "leder"),
    "user password": ("leder", "ingen"),
    "user disable": ("leder", "ingen"),
    "user enable": ("leder", "ingen"),
    "user grant": ("leder Tom", "leder Ingen"),
    "user revoke": ("leder Firma", "leder Tom"),
    "gateway test": ("main 20123456", "main 123"),
    "message cancel": ("o2", "o99"),
    "contact set": ("20123456 Jens --key Firma", "20123456 Jens --key Ingen"),
    "contact remove": ("20123459 --key Firma", "20123450 --key Firma"),
    "contact import": ("- --key Firma", "- --key Ingen"),
    "group create": ("kunder --key Firma", "alle --key Firma"),
    "group add": ("alle 20123457", "ingen 20123457"),
    "group remove": ("alle 20123456", "ingen 20123456"),
    "group import": ("alle -", "ingen -"),
    "group export": ("alle", "ingen"),
    "group delete": ("alle", "ingen"),
    "template create": ("ny --text Hej --key Firma", "tid --text Hej --key Firma"),
    "template edit": ("tid --text Hej", "ingen --text Hej"),
    "template delete": ("tid", "ingen"),
    "stop add": ("20123456 --key Firma", "20123456 --key Ingen"),
    "stop remove": ("20123459 --key Firma", "20123450 --key Firma"),
    "db backup": ("nyeste.backup", "/nowhere/nyeste.backup"),
    "privacy export": ("20123456", "x"),
    "privacy erase": ("20123456 --yes", "x --yes"),
    "purge": ("", "--unknown"),
}
# What the commands of these words read from input.
INPUT = {"user": PASSWORD, "contact": b"navn;nummer\nJens;20123455\n", "group": b"navn;nummer\nJens;20123455\n"}
# Those that look, that carry on with what was asked for elsewhere or configured, or that have no database yet.
NOT_LOGGED = {
    "db upgrade", "db check", "key list", "key show", "account list", "account show", "account qr", "number list",
    "message list", "message show", "message why", "user list", "audit list", "preview", "flush", "demo", "serve",
    "gateway list", "gateway status", "gateway event", "gateway simulate", "purge", "doctor", "contact list",
    "group list", "group show", "template list", "template show", "stop list", "digest", "heartbeat",
}  # fmt: skip
# Those whose record other tests look for: of a new database, and of the mail server.
ELSEWHERE = {"db restore", "setup postfix", "setup exim"}


@pytest.fixture
def busy(office, firma, monkeypatch):
    """An installation that has one of everything."""
    monkeypatch.setattr(password, "LOG2_COST", 4)
    office.ok("key", "create", "Tom")
    office.run("user", "create", "leder", "--role", "manager", "--key", "Firma", stdin=PASSWORD)
    office.configure(tables="[limits]\nsms_per_account_per_hour = 1")
    office.anna_writes(f"{firma}@sms.firma.example", "20123456, 20123457")
    office.ok("group", "create", "alle", "--key", "Firma")
    office.ok("group", "add", "alle", "20123456")
    office.ok("template", "create", "tid", "--text", "Hej", "--key", "Firma")
    office.ok("contact", "set", "20123459", "Jens", "--key", "Firma")
    office.ok("key", "edit", "Firma", "--stop-words", "on")
    office.ok("stop", "add", "20123459", "--key", "Firma")
    monkeypatch.chdir(office.folder)
    return office


def called(office, command, with_what):
    """Run a command with arguments, and what it reads."""
    read = INPUT.get(command.partition(" ")[0], b"")
    return office.run(*command.split(), *with_what.split(), stdin=read)


def test_every_command_is_known_to_change_something_or_not_to():
    assert set(COMMANDS) == set(CHANGES) | NOT_LOGGED | ELSEWHERE


@pytest.mark.parametrize("command", CHANGES)
def test_a_command_that_changes_something_is_in_the_log(busy, command):
    before = len(busy.json("audit", "list"))
    done = called(busy, command, CHANGES[command][0])
    assert done.status == 0, done
    *_, last = busy.json("audit", "list")
    assert len(busy.json("audit", "list")) == before + 1
    act = command.replace(" ", ".")
    assert (last["act"], last["who"], last["origin"]) == (act, getpass.getuser(), f"cli {platform.node()}")


@pytest.mark.parametrize("command", CHANGES)
def test_what_is_refused_is_not_in_the_log(busy, command):
    before = busy.json("audit", "list")
    assert called(busy, command, CHANGES[command][1]).status != 0
    assert busy.json("audit", "list") == before


def test_no_secret_stands_in_the_log(busy, firma):
    secret = busy.json("key", "rotate", "Firma")["secret"]
    shown = busy.ok("audit", "list") + busy.ok("audit", "list", "--json")
    for hidden in (secret, firma, "korrekt hest", "scrypt"):
        assert hidden not in shown


def test_a_manager_is_made_with_the_keys_that_the_log_says(busy):
    busy.run("user", "create", "bo", "--role", "manager", "--key", "Firma", "--key", "Tom", stdin=PASSWORD)
    assert busy.json("audit", "list")[-1]["details"] == {"role": "manager", "keys": ["Firma", "Tom"]}


@pytest.mark.parametrize("limit", ["0", "-1", "x", "99999999999999999999"])
def test_a_limit_that_is_none_is_a_mistake_of_use(busy, limit):
    assert busy.run("audit", "list", "--limit", limit).status == 2


def test_the_newest_are_asked_for(busy):
    busy.ok("key", "disable", "Firma")
    (only,) = busy.json("audit", "list", "--limit", "1")
    assert (only["act"], only["subject"].partition(" ")[2]) == ("key.disable", "Firma")


def test_an_empty_log_says_so(office):
    assert office.ok("audit", "list") == "nobody has changed anything yet\n"


def test_who_is_root_by_sudo_is_named(office, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setenv("SUDO_USER", "anna")
    office.ok("key", "create", "Firma")
    assert office.json("audit", "list")[0]["who"] == "anna"
