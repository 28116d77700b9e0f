"""Groups on the pages: made, filled by hand and from a file, shown, emptied and deleted."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from smsdialog.core.roles import Role
from smsdialog.dialog import audit, contact, group
from smsdialog.dialog import key as keys
from tests.admin.test_attacks import HOSTILE, harmless
from tests.admin.visitor import Page, Visitor
from tests.dialog.stage import Stage


def path_of(stage: Stage, name: str = "kunder", label: str = "Firma") -> str:
    return f"/admin/groups/{keys.show(stage.service, label).public_id}/{name}/"


@pytest.fixture
def kunder(installation: Stage) -> str:
    """The page of an empty group."""
    group.create(installation.service, "kunder", "Firma")
    return path_of(installation)


def members(stage: Stage) -> list[tuple[str, str]]:
    return [(member.number, member.name) for member in group.show(stage.service, "kunder")[1]]


def sends_file(visitor: Visitor, path: str, octets: bytes, **fields: str) -> Page:
    file = (io.BytesIO(octets), "kunder.csv")
    return visitor.posts(f"{path}import", {"form": visitor.token(), "file": file, **fields})  # type: ignore[dict-item]


def test_a_group_is_made_filled_and_written_to(admin: Visitor, installation: Stage) -> None:
    page = admin.sends(admin.opens("/admin/groups/"), "/groups/", label="Faste kunder, Køge")
    assert page.path == path_of(installation, "faste-kunder-koege")
    assert "gruppe-faste-kunder-koege@sendmailsms.dk" in page.text
    page = admin.sends(page, "/faste-kunder-koege/", numbers="20 12 34 56, 30123456\r\n40123456")
    assert "3 customers are added" in page.text
    assert "+45 20 12 34 56" in page.text.replace("\u00a0", " ")
    installation.administrator.opens_account(installation.anna)
    installation.anna.writes(["gruppe-faste-kunder-koege", installation.key], text="Hej")
    assert len(installation.network.arrived) == 3


def test_a_number_that_is_none_is_said_and_nobody_added(admin: Visitor, installation: Stage, kunder: str) -> None:
    page = admin.sends(admin.opens(kunder), "/kunder/", numbers="20123456, hejsa")
    assert page.status == 409
    assert "&#39;hejsa&#39; is not a number that can be texted" in page.html
    assert members(installation) == []


def test_a_file_is_looked_at_and_then_read_in(admin: Visitor, installation: Stage, kunder: str) -> None:
    octets = "Navn;Mobil\r\nSøren Sø;20 12 34 56\r\nKim;30123456\r\nKim igen;30 12 34 56\r\n".encode("cp1252")
    page = sends_file(admin, kunder, octets, look="1")
    assert "2 customers, of whom 2 are new" in page.text
    assert "1 entries repeat a number" in page.text
    assert members(installation) == []
    assert "2 customers are added" in sends_file(admin, kunder, octets).text
    assert members(installation) == [("+4530123456", "Kim"), ("+4520123456", "Søren Sø")]
    assert "Søren Sø" in admin.opens(kunder).text
    assert "0 customers are added" in sends_file(admin, kunder, octets).text


def test_a_file_with_a_wrong_line_adds_nobody_and_says_which(admin: Visitor, installation: Stage, kunder: str) -> None:
    page = sends_file(admin, kunder, b"20123456;Kim\r\n4,52E+09;Jens\r\n112;Alarm\r\n")
    assert page.status == 409
    assert "Line 2: “4,52E+09”" in page.text
    assert "Line 3: “112”: it is an emergency number." in page.text
    assert members(installation) == []
    assert contact.listing(installation.service) == []


def test_no_file_an_empty_one_and_one_that_is_too_big_are_refused(
    admin: Visitor, installation: Stage, kunder: str
) -> None:
    assert "choose a file first" in sends_file(admin, kunder, b"").text
    assert admin.posts(f"{kunder}import", {"form": admin.token()}).status == 409
    assert sends_file(admin, kunder, b"20123456\r\n" * 20_000).status == 200
    assert sends_file(admin, kunder, b"20123456\r\n" * 200_000).status == 413
    assert members(installation) == [("+4520123456", "")]


def test_a_member_is_taken_out_and_the_group_deleted(admin: Visitor, installation: Stage, kunder: str) -> None:
    group.add(installation.service, "kunder", ["20123456"])
    page = admin.sends(admin.opens(kunder), "/remove")
    assert "+4520123456 is taken out" in page.text
    assert members(installation) == []
    page = admin.sends(admin.opens(f"{kunder}delete"), "/delete")
    assert "The group kunder is deleted" in page.text
    assert group.listing(installation.service) == []
    acts = [entry.act for entry in audit.listing(installation.service)]
    assert acts[:2] == ["group.delete", "group.remove"]


def test_the_members_are_fetched_as_a_file_and_that_is_recorded(
    admin: Visitor, installation: Stage, kunder: str
) -> None:
    group.add(installation.service, "kunder", ["20123456"])
    contact.name(installation.service, "20123456", "+Søren", "Firma")
    answer = admin.request("POST", f"{kunder}export", data={"form": admin.token()})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="kunder.csv"'
    assert answer.get_data().decode("utf-8-sig") == 'number;name\r\n"+4520123456";" +Søren"\r\n'
    assert audit.listing(installation.service)[0].act == "group.export"


def test_forms_without_their_token_do_nothing(admin: Visitor, installation: Stage, kunder: str) -> None:
    for path in ("", "remove", "import", "export", "delete"):
        assert admin.posts(kunder + path, {"numbers": "20123456", "number": "20123456"}).status == 400
    assert admin.posts("/admin/groups/", {"label": "x"}).status == 400
    assert [found.name for found in group.listing(installation.service)] == ["kunder"]
    assert members(installation) == []


def test_a_reader_looks_and_changes_nothing(people: Callable[..., Visitor], installation: Stage, kunder: str) -> None:
    reader = people("laeser", Role.READER)
    page = reader.opens(kunder)
    assert page.status == 200
    assert [form.action for form in page.forms if "groups" in form.action] == [f"{kunder}export"]
    token = reader.token()
    assert reader.posts(kunder, {"form": token, "numbers": "20123456"}).status == 403
    assert sends_file(reader, kunder, b"20123456").status == 403
    assert reader.posts(f"{kunder}delete", {"form": token}).status == 403
    assert members(installation) == []


def test_a_manager_sees_the_groups_of_his_keys_only(
    people: Callable[..., Visitor], installation: Stage, kunder: str
) -> None:
    keys.create(installation.service, "Salg")
    group.create(installation.service, "egne", "Salg")
    manager = people("leder", Role.MANAGER, ("Salg",))
    listing = manager.opens("/admin/groups/").text
    assert "egne" in listing
    assert "kunder" not in listing
    assert "Firma" not in listing
    token = manager.token()
    assert manager.opens(kunder).status == 404
    for act in ("", "remove", "export", "delete"):
        fields = {"form": token, "numbers": "20123456", "number": "20123456"}
        assert manager.posts(kunder + act, fields).status in (404, 409), act
    assert sends_file(manager, kunder, b"20123456").status in (404, 409)
    own = path_of(installation, "kunder", "Salg")
    assert manager.opens(own).status == 404
    assert members(installation) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_words_and_nothing_else(admin: Visitor, installation: Stage, kunder: str, text: str) -> None:
    for path, action, field in (("/admin/groups/", "/groups/", "label"), (kunder, "/kunder/", "numbers")):
        page = admin.sends(admin.opens(path), action, **{field: text})
        assert page.status in (200, 409)
        harmless(page.html)
    row = text.replace('"', '""').encode("utf-8", "replace")
    page = sends_file(admin, kunder, b'"' + row + b'";20123456\r\n"' + row + b'";hej')
    assert page.status == 409
    harmless(page.html)
    assert sends_file(admin, kunder, b'Navn;Nummer\r\n"' + row + b'";20123456').status in (200, 409)
    for page in (admin.opens(kunder), admin.opens("/admin/groups/"), admin.opens(f"{kunder}delete")):
        assert page.status == 200
        harmless(page.html)
