"""`smsdialog group`, `contact`, `template` and `message cancel`."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.cli.conftest import Office

CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Søren Ærlig\r\nTEL;TYPE=CELL:20 12 34 56\r\nTEL:112\r\nEND:VCARD\r\n"


@pytest.fixture
def kunder(office: Office, firma: str) -> str:
    """The name of a group."""
    office.ok("group", "create", "Kunder, Køge", "--key", "Firma")
    return "kunder-koege"


def written(office: Office, name: str, text: str, encoding: str = "cp1252") -> str:
    path = office.folder / name
    path.write_bytes(text.encode(encoding))
    return str(path)


def acts(office: Office) -> list[str]:
    return [entry["act"] for entry in office.json("audit", "list")]


def test_a_group_is_made_shown_and_listed(office: Office, kunder: str) -> None:
    shown = {"name": kunder, "key": "Firma", "members": 0, "address": "gruppe-kunder-koege@sms.firma.example"}
    assert office.json("group", "list") == [shown]
    assert office.json("group", "show", "Kunder, Køge") == {**shown, "customers": []}
    assert "nobody is in it" in office.ok("group", "show", kunder)
    assert "already" in office.refused("group", "create", kunder, "--key", "Firma")
    assert "letters and digits" in office.refused("group", "create", "!", "--key", "Firma")
    assert "no key" in office.refused("group", "create", "x", "--key", "Andet")


def test_members_come_and_go(office: Office, kunder: str) -> None:
    assert office.ok("group", "add", kunder, "20 12 34 56", "+4530123456") == "kunder-koege: 2 added, 2 members\n"
    assert office.ok("group", "add", kunder, "20123456") == "kunder-koege: 0 added, 2 members\n"
    assert office.ok("group", "remove", kunder, "20123456", "40123456") == "kunder-koege: 1 taken out, 1 members\n"
    assert "'hejsa'" in office.refused("group", "add", kunder, "50123456", "hejsa")
    members = office.json("group", "show", kunder)["customers"]
    assert members == [{"number": "+4530123456", "name": None}]
    assert office.ok("group", "delete", kunder) == "kunder-koege: deleted, with 1 members\n"
    assert office.json("group", "list") == []
    assert "no group" in office.refused("group", "show", kunder)
    assert set(acts(office)) >= {"group.create", "group.add", "group.remove", "group.delete"}


def test_a_file_is_tried_and_then_taken_in(office: Office, kunder: str) -> None:
    file = written(office, "kunder.csv", "Navn;Mobil\r\nSøren Ærlig;20 12 34 56\r\nKim;30123456\r\n")
    assert office.ok("group", "import", kunder, file, "--dry-run") == "kunder-koege: 2 would be added, 0 were members\n"
    assert office.json("group", "show", kunder)["members"] == 0
    assert office.ok("group", "import", kunder, file) == "kunder-koege: 2 added, 0 were members\n"
    assert office.json("contact", "list") == [
        {"number": "+4530123456", "name": "Kim", "key": "Firma"},
        {"number": "+4520123456", "name": "Søren Ærlig", "key": "Firma"},
    ]
    exported = office.ok("group", "export", kunder)
    assert exported.splitlines() == ["number;name", '"+4530123456";"Kim"', '"+4520123456";"Søren Ærlig"']
    again = written(office, "again.csv", exported, "utf-8")
    assert office.ok("group", "import", kunder, again) == "kunder-koege: 0 added, 2 were members\n"


@pytest.mark.parametrize("dry_run", [(), ("--dry-run",)])
def test_a_file_with_wrong_lines_adds_nobody_and_names_them(office: Office, kunder: str, dry_run: tuple[str]) -> None:
    file = written(office, "kunder.csv", "20123456\r\nhejsa\x1b[31m\r\n112\r\n")
    result = office.run("group", "import", kunder, file, *dry_run)
    assert (result.status, result.out) == (1, "")
    assert result.err.splitlines() == [
        "line 2: 'hejsa\ufffd[31m': it contains letters.",
        "line 3: '112': it is an emergency number.",
        "kunder-koege: nobody added; 2 lines are wrong",
    ]
    assert office.json("group", "show", kunder)["members"] == 0


def test_files_that_cannot_be_read_are_said_to_be(office: Office, kunder: str) -> None:
    assert "cannot be read" in office.refused("group", "import", kunder, str(office.folder / "none.csv"))
    assert "no number in the file" in office.refused("group", "import", kunder, written(office, "empty.csv", ""))
    result = office.run("group", "import", kunder, "-", stdin=b"20123456\n")
    assert (result.status, result.out) == (0, "kunder-koege: 1 added, 0 were members\n")


def test_of_two_groups_of_one_name_the_key_says_which(office: Office, kunder: str) -> None:
    office.ok("key", "create", "Salg")
    office.ok("group", "create", kunder, "--key", "Salg")
    assert "which key" in office.refused("group", "add", kunder, "20123456")
    office.ok("group", "add", kunder, "20123456", "--key", "Salg")
    assert [(row["key"], row["members"]) for row in office.json("group", "list")] == [("Firma", 0), ("Salg", 1)]


def test_what_hangs_on_a_key_goes_with_it(office: Office, firma: str) -> None:
    office.ok("key", "create", "Salg")
    office.ok("group", "create", "x", "--key", "Salg")
    office.ok("group", "add", "x", "20123456")
    office.ok("contact", "set", "20123456", "Jens", "--key", "Salg")
    office.ok("template", "create", "x", "--key", "Salg", "--text", "Hej")
    office.ok("key", "delete", "Salg")
    assert office.json("group", "list") == office.json("contact", "list") == office.json("template", "list") == []
    office.ok("db", "check")


def test_names_are_set_read_from_a_vcard_and_removed(office: Office, firma: str) -> None:
    file = written(office, "kontakter.vcf", CARD, "utf-8")
    result = office.run("contact", "import", file, "--key", "Firma", "--dry-run")
    assert (result.status, result.out) == (0, "1 names would be kept, 1 numbers left out\n")
    assert result.err == "line 5: '112': it is an emergency number.\n"
    assert office.json("contact", "list") == []
    assert office.run("contact", "import", file, "--key", "Firma").out == "1 names kept, 1 numbers left out\n"
    assert office.json("contact", "set", "30123456", '"Kim" <k@x>', "--key", "Firma") == {
        "number": "+4530123456",
        "name": "Kim k x",
        "key": "Firma",
    }
    assert [row["name"] for row in office.json("contact", "list", "--key", "Firma")] == ["Kim k x", "Søren Ærlig"]
    office.ok("contact", "remove", "20 12 34 56", "--key", "Firma")
    assert "no name" in office.refused("contact", "remove", "20123456", "--key", "Firma")
    assert "is no name" in office.refused("contact", "set", "20123456", "@", "--key", "Firma")
    assert set(acts(office)) >= {"contact.set", "contact.remove", "contact.import"}


def test_a_template_is_made_changed_and_deleted(office: Office, firma: str) -> None:
    made = office.json("template", "create", "Klar", "--key", "Firma", "--text", "Din bil er klar. {tekst}")
    assert made == {
        "name": "klar",
        "key": "Firma",
        "text": "Din bil er klar. {tekst}",
        "address": "skabelon-klar@sms.firma.example",
    }
    result = office.run("template", "edit", "klar", "--text", "-", stdin="Så er den klar.\n".encode())
    assert result.status == 0
    assert office.json("template", "show", "klar")["text"] == "Så er den klar."
    assert "already" in office.refused("template", "create", "klar", "--key", "Firma", "--text", "x")
    assert "characters" in office.refused("template", "edit", "klar", "--text", " ")
    assert "more than 6 SMS" in office.refused("template", "edit", "klar", "--text", "x" * 1000)
    assert office.ok("template", "delete", "klar") == "klar: deleted\n"
    assert office.json("template", "list") == []
    assert set(acts(office)) >= {"template.create", "template.edit", "template.delete"}


def test_an_sms_for_later_is_shown_with_its_time_and_taken_back(office: Office, firma: str) -> None:
    office.anna_writes(f"{firma}@sms.firma.example", "[i morgen kl. 8] 20123456, 30123456")
    shown = office.json("message", "show", "o1")
    assert shown["state"] == "queued"
    assert datetime.fromisoformat(shown["not_before"]).astimezone(ZoneInfo("Europe/Copenhagen")).hour == 8
    assert office.ok("flush").startswith("0 SMS tried")
    assert office.ok("message", "cancel", "o1") == "o1: taken back\n"
    assert "no SMS that waits" in office.refused("message", "cancel", "o1")
    assert office.ok("message", "cancel", "m1") == "o2: taken back\n"
    assert [row["reason"] for row in office.json("message", "list")] == ["taken back before its time"] * 2
    assert "no SMS that waits" in office.refused("message", "cancel", "i7")
    assert acts(office)[-2:] == ["message.cancel"] * 2
    office.ok("db", "check")


@pytest.mark.parametrize(
    ("subject", "when", "refused"),
    [
        ("[i morgen kl. 8] 20123456", True, None),
        ("20123456", False, None),
        ("[kl. 25] 20123456", False, "wrong-time"),
        ("[1/1-2020 kl. 8] 20123456", False, "time-past"),
    ],
)
def test_preview_shows_what_a_time_would_mean(office: Office, subject: str, when: bool, refused: str | None) -> None:
    mail = f"From: anna@firma.example\nTo: k{'a' * 32}@sms.firma.example\nSubject: {subject}\n\nHej\n"
    result = office.run("preview", "-", "--json", stdin=mail.encode())
    seen = json.loads(result.out)
    assert (seen["when"] is not None, seen["refused"]) == (when, refused)
    assert seen["recipients"] == ["+4520123456"]
