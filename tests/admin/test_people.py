"""Absence, shared mailboxes, succession and STOP, on the pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smsdialog.core.roles import Role
from smsdialog.dialog import account, privacy, stop_list
from smsdialog.dialog import key as keys
from tests.admin.visitor import Visitor
from tests.dialog.stage import Stage, body_of


@pytest.fixture
def anna(installation: Stage) -> str:
    """Anna's number."""
    return installation.administrator.opens_account(installation.anna).number


def test_colleagues_are_named_who_get_the_sms_and_who_may_answer(
    admin: Visitor, installation: Stage, anna: str
) -> None:
    bo, carla = installation.employee("bo@firma.example"), installation.employee("carla@firma.example")
    form = {"deliver_to": f" {bo.address},anna@firma.example ", "members": carla.address}
    page = admin.sends(admin.opens(f"/admin/accounts/{anna}/"), "/deputies", **form)
    assert "anna@firma.example, bo@firma.example" in page.text
    installation.customer.texts(anna, "Hej")
    bo.receives()
    carla.replies(installation.anna.receives(), "Hej selv")
    assert installation.customer.receives().text == "Hej selv"
    page = admin.sends(page, "/deputies", deliver_to="")
    installation.customer.texts(anna, "Igen")
    bo.receives_nothing()
    assert carla.address in page.text


def test_an_address_that_is_none_is_said_beside_what_was_typed(admin: Visitor, anna: str) -> None:
    page = admin.sends(admin.opens(f"/admin/accounts/{anna}/"), "/deputies", deliver_to='bo "><b>')
    assert page.status == 409
    assert page.form("/deputies").fields["deliver_to"] == 'bo "><b>'
    assert 'bo "><b>' not in page.html


def test_who_changes_one_list_does_not_undo_the_other(admin: Visitor, installation: Stage, anna: str) -> None:
    page = admin.opens(f"/admin/accounts/{anna}/")
    account.edit(installation.service, anna, members=["carla@firma.example"])
    page = admin.sends(page, "/deputies", deliver_to="bo@firma.example")
    assert "carla@firma.example" in page.text


def test_an_account_is_closed_and_forwarded_and_that_is_ended(admin: Visitor, installation: Stage, anna: str) -> None:
    bo = installation.employee("bo@firma.example")
    form = {"forward_days": "30", "deliver_to": bo.address}
    page = admin.sends(admin.opens(f"/admin/accounts/{anna}/close"), "/close", **form)
    assert "forwarded for 30 days" in page.text
    installation.customer.texts(anna, "Hej")
    assert "Hej" in body_of(bo.receives())
    assert "SMS are forwarded until" in admin.opens(f"/admin/accounts/{anna}/").text
    admin.sends(admin.opens(f"/admin/accounts/{anna}/close"), "/close")
    installation.customer.texts(anna, "Hallo?")
    bo.receives_nothing()


@pytest.mark.parametrize("days", ["-1", "x", "1000", "²"])
def test_days_that_make_no_sense_close_nothing(admin: Visitor, installation: Stage, anna: str, days: str) -> None:
    page = admin.sends(admin.opens(f"/admin/accounts/{anna}/close"), "/close", forward_days=days)
    assert page.status == 409
    assert installation.administrator.accounts()[0].state == "open"


def test_customers_who_want_no_more_are_shown_added_and_removed(admin: Visitor, installation: Stage, anna: str) -> None:
    path = f"/admin/keys/{keys.show(installation.service, 'Firma').public_id}/"
    admin.sends(admin.opens(path), path, stop_words="1")
    page = admin.sends(admin.opens(path), "/stops", customer="20 12 34 56")
    assert "+45 20 12 34 56" in page.text
    installation.anna.writes(installation.key, "20123456", "Hej")
    installation.customer.receives_nothing()
    page = admin.sends(page, "/stops/remove")
    assert "Nobody has said so." in page.text
    installation.anna.writes(installation.key, "20123456", "Hej igen")
    assert installation.customer.receives().text == "Hej igen"


def test_a_customer_who_was_removed_is_shown_without_his_number(admin: Visitor, installation: Stage) -> None:
    path = f"/admin/keys/{keys.show(installation.service, 'Firma').public_id}/"
    keys.edit(installation.service, "Firma", stop_words=True)
    stop_list.add(installation.service, "Firma", "20123456")
    privacy.erase(installation.service, "20123456")
    assert "20123456" not in admin.opens(path).html.replace(" ", "")


def test_a_reader_changes_none_of_it(installation: Stage, anna: str, people: Callable[..., Visitor]) -> None:
    name = keys.show(installation.service, "Firma").public_id
    keys.edit(installation.service, "Firma", stop_words=True)
    stop_list.add(installation.service, "Firma", "30123456")
    reader = people("laeser", Role.READER)
    assert "/deputies" not in reader.opens(f"/admin/accounts/{anna}/").html
    acts = {
        f"/admin/accounts/{anna}/deputies": {"deliver_to": "bo@firma.example"},
        f"/admin/accounts/{anna}/close": {"forward_days": "3"},
        f"/admin/keys/{name}/stops": {"customer": "20123456"},
        f"/admin/keys/{name}/stops/remove": {"customer": "30123456"},
    }
    for path, fields in acts.items():
        assert reader.posts(path, {"form": reader.token(), **fields}).status == 403, path
    assert [one.peer for one in stop_list.listing(installation.service)] == ["+4530123456"]
    assert installation.administrator.accounts()[0].state == "open"


def test_a_form_of_another_site_changes_none_of_it(admin: Visitor, installation: Stage, anna: str) -> None:
    for path in (f"/admin/accounts/{anna}/deputies", "/admin/keys/kaaaaaa/stops"):
        assert admin.posts(path, {"deliver_to": "bo@firma.example", "customer": "20123456"}).status == 400


def test_the_list_of_another_ones_key_is_not_there(installation: Stage, people: Callable[..., Visitor]) -> None:
    name = keys.show(installation.service, "Firma").public_id
    keys.edit(installation.service, "Firma", stop_words=True)
    keys.create(installation.service, "Lager")
    manager = people("leder", Role.MANAGER, ("Lager",))
    assert manager.posts(f"/admin/keys/{name}/stops", {"form": manager.token(), "customer": "20123456"}).status == 404
    assert stop_list.listing(installation.service) == []
