"""What an administrator does on the pages, each act of the manual and each of ours."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest

from smsdialog.core.model import Account
from smsdialog.core.roles import Role
from smsdialog.dialog import account, audit, user
from smsdialog.dialog import key as keys
from smsdialog.gateways import Refused, Unknown
from tests.admin.conftest import served
from tests.admin.visitor import PASSWORD, Visitor
from tests.dialog.stage import NOON, Stage

SECRET = re.compile(r"k[a-z2-7]{32}")


def key_id(stage: Stage, label: str = "Firma") -> str:
    return keys.show(stage.service, label).public_id


def open_accounts(stage: Stage) -> list[Account]:
    return [found for found in stage.administrator.accounts() if found.closed_at is None]


@pytest.fixture
def anna(installation: Stage) -> str:
    """Anna's number."""
    return installation.administrator.opens_account(installation.anna).number


def test_nobody_sees_anything_before_signing_in(visitor: Visitor) -> None:
    for path in ("/admin/", "/admin/accounts/", "/admin/keys/", "/admin/messages/", "/admin/status/", "/admin/log/"):
        page = visitor.opens(path)
        assert page.path.startswith("/admin/sign-in"), path
        assert "Firma" not in page.text


def test_an_installation_without_users_says_how_the_first_is_made(
    visitor: Visitor, people: Callable[..., Visitor]
) -> None:
    assert "smsdialog user create" in visitor.opens("/admin/").text
    people("admin")
    assert "smsdialog user create" not in visitor.opens("/admin/").text


def test_signing_in_leads_where_one_was_going(admin: Visitor, installation: Stage) -> None:
    other = Visitor(served(installation))
    form = other.opens("/admin/messages/?q=anna%40firma.example")
    assert (
        other.sends(form, "/sign-in", name="Admin ", password=PASSWORD).path
        == "/admin/messages/?q=anna%40firma.example"
    )


def test_a_key_is_made_and_shown_this_once(admin: Visitor, installation: Stage) -> None:
    made = admin.sends(admin.opens("/admin/keys/"), "/keys/", label="Salg")
    (secret,) = set(SECRET.findall(made.html))
    assert f"{secret}@sendmailsms.dk" in made.html
    assert "only time" in made.text
    for path in ("/admin/keys/", f"/admin/keys/{secret[:7]}/", "/admin/log/"):
        assert secret not in admin.opens(path).html
    installation.administrator.opens_account(installation.anna, "Salg")
    installation.anna.writes(secret, "20123456", "Hej")
    assert installation.customer.receives().text == "Hej"


def test_what_is_wrong_with_a_label_is_said_beside_what_was_typed(admin: Visitor) -> None:
    page = admin.sends(admin.opens("/admin/keys/"), "/keys/", label="Firma")
    assert page.status == 409
    assert "there is a key &#39;Firma&#39; already" in page.html
    assert page.form("/keys/").fields["label"] == "Firma"


def test_a_key_is_changed_in_all_that_it_may_want(admin: Visitor, installation: Stage) -> None:
    path = f"/admin/keys/{key_id(installation)}/"
    wishes = {
        "label": "Firma A/S",
        "domains": "firma.example, .andet.example",
        "sms_per_account_per_hour": "3",
        "sms_per_day": "20",
        "cut": "quotes",
        "overlong": "cut",
        "require": "proof",
        "machine_mail": "1",
    }
    page = admin.sends(admin.opens(path), f"/keys/{key_id(installation)}/", **wishes)
    assert "The key is changed." in page.text
    changed = keys.show(installation.service, "Firma A/S")
    assert changed.domains == ("firma.example", ".andet.example")
    assert (changed.sms_per_account_per_hour, changed.sms_per_day) == (3, 20)
    assert (changed.cut, changed.overlong, changed.require, changed.machine_mail) == ("quotes", "cut", "proof", True)
    again = admin.opens(path).form(path).fields
    assert {name: again[name] for name in wishes if name != "domains"} == {
        n: wishes[n] for n in wishes if n != "domains"
    }


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("sms_per_day", "mange", "is not a number"),
        ("sms_per_day", "-1", "is not a number"),
        ("sms_per_day", "99999999", "a limit is a number from 0 to"),
        ("domains", "a@b", "is not a domain"),
        ("cut", "everything", "is none of the choices"),
        ("label", "", "a label is 1 to 100 printable characters"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_and_nothing_changes(
    admin: Visitor, installation: Stage, field: str, value: str, said: str
) -> None:
    before = keys.show(installation.service, "Firma")
    path = f"/admin/keys/{before.public_id}/"
    page = admin.sends(admin.opens(path), path, **{field: value})
    assert (page.status, said in page.text) == (409, True)
    assert page.form(path).fields[field] == value or field == "cut"
    assert keys.show(installation.service, "Firma") == before


def test_a_limit_of_a_key_holds_what_exceeds_it(admin: Visitor, installation: Stage, anna: str) -> None:
    path = f"/admin/keys/{key_id(installation)}/"
    admin.sends(admin.opens(path), path, sms_per_account_per_hour="1")
    installation.anna.writes(installation.key, "20123456", "Hej")
    installation.anna.writes(installation.key, "20123456", "Hej igen")
    assert [row.state for row in installation.administrator.sms_out()] == ["sent", "held"]


def test_disabling_a_key_says_what_it_pauses_and_enabling_delivers_what_was_held(
    admin: Visitor, installation: Stage, anna: str
) -> None:
    path = f"/admin/keys/{key_id(installation)}"
    asked = admin.opens(f"{path}/disable")
    assert "pauses its accounts (1)" in asked.text
    assert "You still can, here." in asked.text
    assert "is disabled" in admin.sends(asked, "/disable").text
    installation.customer.texts(anna, "Er du der?")
    installation.anna.receives_nothing()
    assert "1 in, 0 out" in admin.opens("/admin/accounts/").text
    assert "nothing goes out" in admin.opens(f"/admin/accounts/{anna}/").text
    admin.sends(admin.opens(f"{path}/enable"), "/enable")
    installation.anna.receives()


def test_a_secret_is_replaced_and_the_old_one_dies_when_it_was_said_to(
    admin: Visitor, installation: Stage, anna: str
) -> None:
    path = f"/admin/keys/{key_id(installation)}/rotate"
    page = admin.sends(admin.opens(path), "/rotate", days="0")
    (secret,) = set(SECRET.findall(page.html))
    assert "worth nothing from now on" in page.text
    installation.anna.writes(installation.key, "20123456", "med den gamle")
    installation.anna.writes(secret, "20123456", "med den nye")
    assert installation.customer.receives().text == "med den nye"
    installation.customer.receives_nothing()


def test_a_form_that_is_sent_twice_replaces_the_secret_once(admin: Visitor, installation: Stage) -> None:
    """A second click, or a page that is loaded again, would push the secret that everybody has out of its overlap."""
    form = admin.opens(f"/admin/keys/{key_id(installation)}/rotate")
    assert "good for another 7 days" in admin.sends(form, "/rotate", days="7").text
    again = admin.sends(form, "/rotate", days="7")
    assert (again.status, "has another secret" in again.text) == (409, True)
    installation.anna.writes("subscribe", installation.key, "")
    assert len(open_accounts(installation)) == 1


def test_a_key_with_open_accounts_is_not_deleted(admin: Visitor, installation: Stage, anna: str) -> None:
    path = f"/admin/keys/{key_id(installation)}/delete"
    asked = admin.opens(path)
    assert "1 open accounts" in asked.text
    assert admin.posts(path, asked.form("/delete").fields).status == 409
    account.close(installation.service, anna)
    assert "is deleted" in admin.sends(admin.opens(path), "/delete").text


def test_an_account_is_created_and_its_number_shown_at_once(admin: Visitor, installation: Stage) -> None:
    page = admin.sends(admin.opens("/admin/accounts/new"), "/accounts/new", email="Anna@Firma.example")
    (opened,) = open_accounts(installation)
    assert page.path == f"/admin/accounts/{opened.number}/"
    assert " ".join(opened.number[at : at + 4] for at in (0, 4, 8)) in page.text
    assert opened.email == "anna@firma.example"


def test_an_account_may_be_created_on_a_disabled_key(admin: Visitor, installation: Stage) -> None:
    keys.disable(installation.service, "Firma")
    form = admin.opens("/admin/accounts/new")
    assert "Firma (disabled)" in form.text
    assert "paused" in admin.sends(form, "/accounts/new", email="anna@firma.example").text


@pytest.mark.parametrize(
    "email",
    ["", "anna", "anna@", "a b@firma.example", "anna@firma.example, bo@firma.example", "Anna@SENDMAILSMS.DK"],
)
def test_an_address_that_is_none_gets_no_account(admin: Visitor, installation: Stage, email: str) -> None:
    page = admin.sends(admin.opens("/admin/accounts/new"), "/accounts/new", email=email)
    assert (page.status, open_accounts(installation)) == (409, [])
    assert page.form("/accounts/new").fields["email"] == email


def test_when_no_number_is_left_the_page_says_what_to_do(build, people: Callable[..., Visitor]) -> None:
    stage = build(top='language = "en"', tables='[numbers]\nranges = ["459192000000-459192000000"]')
    admin = people("boss", stage=stage)
    stage.administrator.opens_account(stage.anna)
    page = admin.sends(admin.opens("/admin/accounts/new"), "/accounts/new", email="bo@firma.example")
    assert "smsdialog number add" in page.text
    assert "No numbers are left" in admin.opens("/admin/status/").text


def test_an_account_is_edited_in_place_and_keeps_number_and_dialogs(
    admin: Visitor, installation: Stage, anna: str
) -> None:
    keys.create(installation.service, "Salg")
    editing = admin.opens(f"/admin/accounts/?q=anna&edit={anna}")
    page = admin.sends(
        editing, f"/accounts/{anna}/", email="anna.nygift@firma.example", key=key_id(installation, "Salg")
    )
    assert page.path == "/admin/accounts/?q=anna"
    (changed,) = open_accounts(installation)
    assert (changed.email, changed.key, changed.number) == ("anna.nygift@firma.example", "Salg", anna)


def test_who_corrects_an_address_does_not_undo_what_another_changed_meanwhile(
    admin: Visitor, installation: Stage, anna: str
) -> None:
    keys.create(installation.service, "Salg")
    form = admin.opens(f"/admin/accounts/?edit={anna}")
    account.edit(installation.service, anna, key_name="Salg")
    admin.sends(form, f"/accounts/{anna}/", email="anna.ny@firma.example")
    (changed,) = open_accounts(installation)
    assert (changed.email, changed.key) == ("anna.ny@firma.example", "Salg")


def test_an_edit_that_cannot_be_stays_open_with_what_was_typed(admin: Visitor, installation: Stage, anna: str) -> None:
    page = admin.sends(admin.opens(f"/admin/accounts/?edit={anna}"), f"/accounts/{anna}/", email="ingen adresse")
    assert page.status == 409
    assert page.form(f"/accounts/{anna}/").fields["email"] == "ingen adresse"
    assert open_accounts(installation)[0].email == "anna@firma.example"


def test_closing_says_what_will_stop_and_the_number_is_dead_at_once(
    admin: Visitor, installation: Stage, anna: str
) -> None:
    asked = admin.opens(f"/admin/accounts/{anna}/close")
    assert "reach nobody" in asked.text
    assert "180 days" in asked.text
    assert open_accounts(installation)
    assert "is dead" in admin.sends(asked, "/close").text
    assert open_accounts(installation) == []
    installation.customer.texts(anna, "Er du der?")
    installation.anna.receives_nothing()
    assert "anna@firma.example" in admin.opens("/admin/accounts/?state=closed").text


def test_the_qr_popup_has_the_code_the_number_and_the_package(admin: Visitor, installation: Stage, anna: str) -> None:
    popup = admin.opens(f"/admin/accounts/{anna}/qr")
    assert "fetch the QR package" in popup.text
    assert "four five nine one" in popup.text
    picture = admin.request("GET", f"/admin/accounts/{anna}/qr.svg")
    assert (picture.mimetype, b"<svg " in picture.data) == ("image/svg+xml", True)
    package = admin.request("GET", f"/admin/accounts/{anna}/qr.zip")
    assert package.headers["Content-Disposition"] == f'attachment; filename="qr-{anna}.zip"'
    names = zipfile.ZipFile(io.BytesIO(package.data)).namelist()
    assert {name.rpartition(".")[2] for name in names} >= {
        "png",
        "svg",
        "pdf",
        "eps",
        "tif",
        "jpg",
        "gif",
        "bmp",
        "webp",
    }


def test_a_package_with_a_text_that_no_code_can_hold_is_refused(admin: Visitor, anna: str) -> None:
    page = admin.opens(f"/admin/accounts/{anna}/qr.zip", text="x" * 5000)
    assert (page.status, "too long" in page.text) == (409, True)
    assert admin.opens(f"/admin/accounts/{anna}/qr.zip", scheme="javascript").status == 409


def test_messages_both_ways_stand_there_newest_first_with_state_parts_and_reason(
    admin: Visitor, installation: Stage, anna: str
) -> None:
    installation.network.answers = [Unknown("timeout")]
    installation.anna.writes(installation.key, "20123456", "Hej")
    installation.clock.passes(minutes=1)
    installation.anna.writes(installation.key, "123", "Hej")
    installation.clock.passes(minutes=1)
    installation.customer.texts(anna, "Hej Anna")
    text = admin.opens("/admin/messages/").text
    assert text.index("mailed") < text.index("refused") < text.index("unknown")
    assert "a number in the mail is wrong" in text
    assert "timeout" in text
    assert "Hej" not in text
    wrong = admin.opens("/admin/messages/?attention=1").text
    assert ("refused" in wrong, "unknown" in wrong, "mailed" in wrong) == (True, True, False)
    assert "mailed" in admin.opens("/admin/messages/?q=20123456").text
    assert "mailed" not in admin.opens("/admin/messages/?direction=out").text.partition("Reason")[2]
    assert "No message matches" in admin.opens("/admin/messages/?q=87654321").text


def test_pages_of_messages_follow_one_another_without_gap_or_repetition(
    admin: Visitor, installation: Stage, anna: str
) -> None:
    for number in range(60):
        installation.clock.passes(seconds=1)
        installation.customer.texts(anna, f"nummer {number}")
    for number in range(10):
        installation.clock.passes(seconds=1)
        installation.anna.writes(installation.key, "20123456", f"svar {number}")
    seen: list[str] = []
    html = admin.opens("/admin/messages/").html
    for _ in range(2):
        seen += re.findall(r"/messages/([oi]\d+)/", html)
        following = re.search(r'rel="next" href="([^"]+)"', html)
        html = admin.opens(following[1]).html if following else ""
    assert html == ""
    assert seen == [f"o{n}" for n in range(10, 0, -1)] + [f"i{n}" for n in range(60, 0, -1)]


def test_messages_of_every_account_that_matches_are_found(admin: Visitor, installation: Stage) -> None:
    for n in range(205):
        account.open_account(installation.service, f"a{n:03}@firma.example", "Firma", str(459192000000 + n))
    installation.customer.texts("459192000204", "til den sidste")
    for path in ("/admin/messages/?q=Firma", "/admin/messages/?q=firma.example&direction=in"):
        assert "a204@firma.example" in admin.opens(path).text, path


def test_texts_are_shown_only_where_the_configuration_says_so(admin: Visitor, installation: Stage, anna: str) -> None:
    installation.customer.texts(anna, "Hemmeligt")
    page = admin.opens("/admin/messages/i1/")
    assert "Texts are not shown here" in page.text
    assert admin.posts("/admin/messages/i1/text", {"form": admin.token()}).status == 403


def test_every_look_at_a_text_is_logged(build, people: Callable[..., Visitor]) -> None:
    stage = build(top='language = "en"', tables="[admin]\nshow_texts = true")
    admin = people("boss", stage=stage)
    number = stage.administrator.opens_account(stage.anna).number
    stage.customer.texts(number, "Hemmeligt")
    before = admin.opens("/admin/messages/i1/")
    assert "Hemmeligt" not in before.text
    assert "Hemmeligt" in admin.sends(before, "/text").text
    looks = [(act.who, act.origin, act.subject) for act in audit.listing(stage.service) if act.act == "message.look"]
    assert looks == [("boss", "web 192.0.2.7", "i1")]


def test_a_messages_page_tells_what_happened_and_not_the_text(admin: Visitor, installation: Stage, anna: str) -> None:
    installation.network.answers = [Refused("no such number")]
    installation.anna.writes(installation.key, "20123456, 20123457", "Hemmeligt")
    page = admin.opens("/admin/messages/o1/").text
    assert "SMS o1 failed, and is not tried again by itself. Why: no such number." in page
    assert "anna@firma.example was told: what became of the SMS of this mail." in page
    assert "SMS o2" not in page
    assert "Hemmeligt" not in page


def test_what_is_held_can_be_sent_from_its_page(admin: Visitor, installation: Stage, anna: str) -> None:
    installation.network.answers = [Unknown("timeout")]
    installation.anna.writes(installation.key, "20123456", "Hej")
    page = admin.opens("/admin/messages/o1/")
    assert "may get it twice" in page.text
    assert "once more" in admin.sends(page, "/resend").text
    assert installation.customer.receives().text == "Hej"
    assert admin.posts("/admin/messages/o1/resend", {"form": admin.token()}).status == 404


def test_the_status_page_tells_of_gateways_queue_numbers_and_the_last_sms(
    admin: Visitor, installation: Stage, anna: str
) -> None:
    empty = admin.opens("/admin/status/").text
    assert "none yet" in empty
    installation.customer.texts(anna, "Hej")
    text = admin.opens("/admin/status/").text
    assert "999,999" in text
    assert "Last in 18 Nov 2026" in text
    assert "main file works" in text


def test_a_mailbox_that_refuses_is_shown_and_written_to_again(admin: Visitor, installation: Stage, anna: str) -> None:
    with installation.service.store.transaction() as tx:
        from smsdialog.store import accounts

        accounts.change(tx, open_accounts(installation)[0].id, suspended_at=NOON)
    installation.customer.texts(anna, "Hej")
    page = admin.opens(f"/admin/accounts/{anna}/")
    assert "keeps refusing" in page.text
    assert "mailbox refuses" in admin.opens("/admin/accounts/?state=suspended").text
    admin.sends(page, "/resume")
    installation.anna.receives()


def test_learned_signatures_are_forgotten(admin: Visitor, installation: Stage, anna: str) -> None:
    from smsdialog.store import accounts

    with installation.service.store.transaction() as tx:
        accounts.learn_signature(tx, open_accounts(installation)[0].id, "Firma A/S", "subscribe", NOON)
    admin.sends(admin.opens(f"/admin/accounts/{anna}/"), "/forget")
    with installation.service.store.reading() as tx:
        assert accounts.signatures_of(tx, open_accounts(installation)[0].id) == ()


def test_an_empty_installation_says_what_comes_next(admin: Visitor, installation: Stage) -> None:
    assert "There are no accounts yet" in admin.opens("/admin/accounts/").text
    assert "There are no messages yet" in admin.opens("/admin/messages/").text
    keys.delete(installation.service, "Firma")
    assert "There are no API keys yet" in admin.opens("/admin/keys/").text
    assert "Begin with an API key" in admin.opens("/admin/accounts/").text
    assert "First an API key" in admin.opens("/admin/accounts/new").text


def test_accounts_are_searched_sorted_and_paged(admin: Visitor, installation: Stage) -> None:
    numbers = [str(459192000000 + n) for n in range(120)]
    for n, number in enumerate(numbers):
        account.open_account(installation.service, f"p{n:03}@firma.example", "Firma", number)

    def shown(path: str) -> list[str]:
        return re.findall(r">(p\d{3})@firma", admin.opens(path).html)

    assert shown("/admin/accounts/")[0] == "p000"
    assert len(shown("/admin/accounts/")) == 50
    assert shown("/admin/accounts/?page=3")[-1] == "p119"
    assert shown("/admin/accounts/?page=99") == shown("/admin/accounts/?page=3")
    assert shown("/admin/accounts/?sort=number&order=desc")[0] == "p119"
    assert shown("/admin/accounts/?q=p01")[:2] == ["p010", "p011"]
    assert shown("/admin/accounts/?q=4591 9200 0007") == ["p007"]
    assert shown("/admin/accounts/?q=%25") == []
    assert shown("/admin/accounts/?page=x&sort=y&state=z") == shown("/admin/accounts/")


def test_the_language_is_the_configured_one_until_another_is_chosen(build, people: Callable[..., Visitor]) -> None:
    danish = people("boss", stage=build())
    assert "Opret konto" in danish.opens("/admin/accounts/").text
    assert "Administrate" in danish.opens("/admin/language/en", next="/admin/accounts/").text
    assert "Administrate" in danish.opens("/admin/accounts/").text
    assert "Administrér" in danish.opens("/admin/language/xx", next="/admin/language/da").text


def test_a_reader_sees_everything_and_changes_nothing(
    people: Callable[..., Visitor], installation: Stage, anna: str
) -> None:
    reader = people("laeser", Role.READER)
    page = reader.opens("/admin/accounts/")
    assert "anna@firma.example" in page.text
    assert "Create account" not in page.text
    assert f"/accounts/{anna}/close" not in page.html
    token = reader.token()
    name = key_id(installation)
    acts = {
        "/admin/accounts/new": {"email": "bo@firma.example", "key": name},
        f"/admin/accounts/{anna}/": {"email": "bo@firma.example", "key": name},
        f"/admin/accounts/{anna}/close": {},
        f"/admin/accounts/{anna}/resume": {},
        f"/admin/accounts/{anna}/forget": {},
        "/admin/keys/": {"label": "Ny"},
        f"/admin/keys/{name}/": {"label": "Ny"},
        f"/admin/keys/{name}/disable": {},
        f"/admin/keys/{name}/enable": {},
        f"/admin/keys/{name}/rotate": {"days": "0"},
    }
    before = (installation.administrator.accounts(), keys.listing(installation.service))
    for path, fields in acts.items():
        assert reader.posts(path, {"form": token, **fields}).status == 403, path
    assert (installation.administrator.accounts(), keys.listing(installation.service)) == before


def test_a_password_is_changed_by_whoever_knows_the_one_so_far(admin: Visitor, installation: Stage) -> None:
    form = admin.opens("/admin/password")
    new = "et helt andet ord"
    assert admin.sends(form, "/password", current="gæt", new=new, again=new).status == 409
    assert admin.sends(form, "/password", current=PASSWORD, new=new, again="noget andet").status == 409
    assert admin.sends(form, "/password", current=PASSWORD, new="kort", again="kort").status == 409
    assert "is changed" in admin.sends(form, "/password", current=PASSWORD, new=new, again=new).text
    assert Visitor(served(installation)).signs_in("admin").status == 401
    assert Visitor(served(installation)).signs_in("admin", new).status == 200


def test_the_log_says_who_did_what_and_from_where(admin: Visitor, installation: Stage) -> None:
    admin.sends(admin.opens("/admin/accounts/new"), "/accounts/new", email="anna@firma.example")
    text = admin.opens("/admin/log/").text
    assert "admin web 192.0.2.7 account.create" in text
    assert "email=anna@firma.example" in text
    user.disable(installation.service, "admin")


def test_the_status_page_shows_an_administrator_what_the_doctor_sees_at_a_glance(
    installation: Stage, admin: Visitor, people: Callable[..., Visitor]
) -> None:
    assert "smsdialog doctor" in admin.opens("/admin/status/").text
    installation.network.answers = [Unknown("lost")]
    folder = installation.folder / "state" / "quarantine"
    folder.mkdir()
    (folder / "0123.eml").write_bytes(b"")
    shown = admin.opens("/admin/status/").text
    assert "that failed at every try" in shown
    assert "that failed at every try" not in people("bo", Role.MANAGER, ("Firma",)).opens("/admin/status/").text
