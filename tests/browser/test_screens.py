"""Every act of the manual's screens, in Danish and in English, by an administrator who has only the manual."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from selenium.webdriver import Keys

from smsdialog.dialog import account, contact, group, key, stop_list
from tests.browser.reader import NARROW, WIDE, Reader
from tests.dialog.stage import Stage

# What the manual calls things, and what they are called in English.
DANISH = {
    "sign in": "Log ind",
    "keys": "API-nøgler",
    "label": "Navn",
    "add": "Tilføj nøgle",
    "new": "Opret konto",
    "key": "API-nøgle",
    "email": "Medarbejderens e-mailadresse",
    "manage": "Administrér",
    "edit": "Rediger {}",
    "address": "E-mail",
    "save": "Gem",
    "changed": "Kontoen er rettet",
    "qr": "QR-kode for {}",
    "package": "hent qr-pakken",
    "close popup": "Luk",
    "close": "Nedlæg {}",
    "close it": "Nedlæg kontoen",
    "closed": "virker ikke længere",
    "shown once": "kun denne ene gang",
    "copy": "Kopiér",
    "copied": "Kopieret",
    "messages": "Beskeder",
    "status": "Status",
    "other": "English",
    "disable": "Deaktivér {}",
    "disable it": "Deaktivér",
    "enable": "Aktivér {}",
    "enable it": "Aktivér",
    "disabled": "deaktiveret",
    "out": "Log ud",
    "begin": "Begynd med at tilføje en",
    "password": "Adgangskode",
}
ENGLISH = {
    "sign in": "Sign in",
    "keys": "API keys",
    "label": "Label",
    "add": "Add key",
    "new": "Create account",
    "key": "API key",
    "email": "The employee's e-mail address",
    "manage": "Administrate",
    "edit": "Edit {}",
    "address": "E-mail",
    "save": "Save",
    "changed": "The account is changed",
    "qr": "QR code of {}",
    "package": "fetch the QR package",
    "close popup": "Close this",
    "close": "Close {}",
    "close it": "Close the account",
    "closed": "is dead",
    "shown once": "only time",
    "copy": "Copy",
    "copied": "Copied",
    "messages": "Messages",
    "status": "Status",
    "other": "Dansk",
    "disable": "Disable {}",
    "disable it": "Disable",
    "enable": "Enable {}",
    "enable it": "Enable",
    "disabled": "disabled",
    "out": "Sign out",
    "begin": "Begin by adding one",
    "password": "Password",
}
SECRET = re.compile(r"k[a-z2-7]{32}")
EMAIL, MARRIED = "anna@firma.example", "anna.nygift@firma.example"

in_both_languages = pytest.mark.parametrize(("language", "say"), [("da", DANISH), ("en", ENGLISH)], ids=["da", "en"])


def decoded(picture: bytes) -> str:
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)).convert("L"))
    return str(found.text)


def downloaded(reader: Reader, name: str) -> Path:
    """A file that the browser has saved, whole."""
    path: Path = reader.driver.downloads / name  # type: ignore[attr-defined]
    deadline = time.monotonic() + 10
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return path


@in_both_languages
def test_an_administrator_does_all_that_the_manual_shows(
    open_office: Callable[..., Stage], reader: Reader, language: str, say: dict[str, str]
) -> None:
    stage = open_office(language=language)
    key.delete(stage.service, "Firma")
    reader.opens("/admin/")
    reader.sees(say["password"])
    reader.looks("sign-in")
    reader.signs_in()

    reader.clicks(say["keys"], ".menu")
    reader.sees(say["begin"])
    reader.looks("no-keys")
    reader.types(say["label"], "Firma A/S")
    reader.clicks(say["add"])
    reader.sees(say["shown once"])
    (secret,) = set(SECRET.findall(reader.driver.page_source))
    reader.looks("the-key")

    reader.clicks(say["new"], ".menu")
    reader.chooses(say["key"], "Firma A/S")
    reader.types(say["email"], EMAIL)
    reader.looks("create-account")
    reader.clicks(say["new"], "main")
    reader.waits(lambda: re.search(r"/accounts/\d{12}/", reader.path))
    (account,) = stage.administrator.accounts()
    reader.sees(" ".join(account.number[at : at + 4] for at in (0, 4, 8)), EMAIL)
    reader.looks("the-account")

    stage.anna.writes(secret, "20123456", "Hej fra Anna")
    assert stage.customer.receives().text == "Hej fra Anna"
    stage.customer.texts(account.number, "Hej Anna")
    stage.anna.receives()

    reader.clicks(say["manage"], ".menu")
    reader.clicks(say["edit"].format(EMAIL))
    reader.looks("edit-in-place")
    reader.types(say["address"], MARRIED)
    reader.clicks(say["save"])
    reader.sees(say["changed"], MARRIED)

    reader.clicks(say["qr"].format(MARRIED))
    reader.sees(say["package"])
    reader.waits(lambda: reader.driver.execute_script("return document.querySelector('dialog img').naturalWidth > 0"))
    reader.looks("qr-popup")
    assert (
        decoded(reader.driver.find_element("css selector", "dialog img").screenshot_as_png)
        == f"SMSTO:+{account.number}:"
    )
    reader.clicks(say["package"], "dialog")
    package = zipfile.ZipFile(downloaded(reader, f"qr-{account.number}.zip"))
    pictures = [name for name in package.namelist() if name.endswith(".png")]
    assert {decoded(package.read(name)) for name in pictures} == {f"SMSTO:+{account.number}:"}
    reader.clicks(say["close popup"], "dialog")

    reader.clicks(say["keys"], ".menu")
    reader.clicks(say["disable"].format("Firma A/S"))
    reader.sees(say["disable it"])
    reader.looks("disable")
    reader.clicks(say["disable it"], "dialog")
    reader.sees(say["disabled"])
    reader.clicks(say["enable"].format("Firma A/S"))
    reader.clicks(say["enable it"], "dialog")

    reader.clicks(say["messages"], ".menu")
    reader.sees("+45 20 12 34 56")
    reader.looks("messages")
    reader.clicks(say["status"], ".menu")
    reader.sees("999")
    reader.looks("status")

    reader.clicks(say["manage"], ".menu")
    reader.clicks(say["close"].format(MARRIED))
    reader.waits(lambda: reader.popup_is_open)
    reader.looks("close")
    reader.clicks(say["close it"], "dialog")
    reader.sees(say["closed"])
    reader.looks("closed")
    assert stage.administrator.accounts()[0].state == "closed"

    reader.clicks(say["other"])
    reader.sees((ENGLISH if language == "da" else DANISH)["manage"])
    reader.clicks((ENGLISH if language == "da" else DANISH)["out"])
    reader.waits(lambda: "/sign-in" in reader.path)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "da",
            ("Grupper", "Navn", "Tilføj gruppe", "Mobilnumre", "Tilføj dem", "En CSV- eller vCard-fil", "Læs den ind"),
        ),
        ("en", ("Groups", "Label", "Add group", "Mobile numbers", "Add them", "A CSV or vCard file", "Read it in")),
    ],
    ids=["da", "en"],
)
def test_a_group_is_made_and_filled_by_hand_and_from_a_file(
    open_office: Callable[..., Stage], reader: Reader, tmp_path: Path, language: str, words: tuple[str, ...]
) -> None:
    groups, label, make, numbers, add, file, read = words
    stage = open_office(language=language)
    listing = tmp_path / "kunder.csv"
    listing.write_bytes("Navn;Mobil\r\nSøren Ærlig;20 12 34 56\r\nAlarm;112\r\n".encode("cp1252"))
    reader.signs_in()
    reader.clicks(groups, ".menu")
    reader.types(label, "Faste kunder")
    reader.looks("no-groups")
    reader.clicks(make)
    reader.sees("gruppe-faste-kunder@")
    reader.types(numbers, "30123456, 40123456")
    reader.clicks(add)
    reader.sees("+45 30 12 34 56", "+45 40 12 34 56")
    reader.looks("group")
    reader.field(file).send_keys(str(listing))
    reader.clicks(read)
    reader.sees("112")
    reader.looks("wrong-lines")
    listing.write_bytes("Navn;Mobil\r\nSøren Ærlig;20 12 34 56\r\n".encode("cp1252"))
    reader.field(file).send_keys(str(listing))
    reader.clicks(read)
    reader.sees("Søren Ærlig")
    assert [member.number for member in group.show(stage.service, "faste-kunder")[1]] == [
        "+4520123456",
        "+4530123456",
        "+4540123456",
    ]


def test_the_secret_is_copied_by_its_button(open_office: Callable[..., Stage], reader: Reader) -> None:
    open_office()
    reader.signs_in()
    reader.opens("/admin/keys/")
    reader.types("Navn", "Salg")
    reader.clicks("Tilføj nøgle")
    reader.driver.set_permissions("clipboard-write", "granted")
    reader.driver.set_permissions("clipboard-read", "granted")
    secret = reader.field("API-nøglen").get_attribute("value")
    reader.driver.find_element("css selector", "button[data-copy=secret]").click()
    reader.sees("Kopieret")
    copied = "const done = arguments[0]; navigator.clipboard.readText().then(done, done)"
    assert reader.driver.execute_async_script(copied) == secret


def test_the_keyboard_does_for_everything(open_office: Callable[..., Stage], reader: Reader) -> None:
    stage = open_office()
    reader.opens("/admin/sign-in")
    reader.presses("admin", Keys.TAB, "korrekt hest batteri", Keys.ENTER)
    reader.waits(lambda: "/sign-in" not in reader.path)
    reader.opens("/admin/accounts/")
    reader.presses(Keys.TAB, Keys.ENTER)  # past the menu
    assert reader.driver.switch_to.active_element.get_attribute("id") == "main"
    reader.opens("/admin/accounts/")
    reader.tabs_to("Opret konto")
    reader.presses(Keys.ENTER)
    reader.waits(lambda: reader.path.endswith("/accounts/new"))
    reader.tabs_to("Medarbejderens e-mailadresse")
    reader.presses(EMAIL, Keys.ENTER)
    reader.waits(lambda: stage.administrator.accounts())
    reader.opens("/admin/accounts/")
    reader.tabs_to(f"Rediger {EMAIL}")
    reader.presses(Keys.ENTER)
    reader.waits(lambda: "edit=" in reader.path)
    reader.waits(lambda: reader.driver.switch_to.active_element.get_attribute("id") == "edit-email")
    reader.selects_all()
    reader.presses(MARRIED, Keys.ENTER)
    reader.sees("Kontoen er rettet")
    reader.tabs_to(f"QR-kode for {MARRIED}")
    reader.presses(Keys.ENTER)
    reader.waits(lambda: reader.popup_is_open)
    reader.presses(Keys.ESCAPE)
    reader.waits(lambda: not reader.popup_is_open)
    assert reader.driver.switch_to.active_element.accessible_name == f"QR-kode for {MARRIED}"
    reader.tabs_to(f"Nedlæg {MARRIED}")
    reader.presses(Keys.ENTER)
    reader.waits(lambda: reader.popup_is_open)
    reader.tabs_to("Nedlæg kontoen")
    reader.presses(Keys.ENTER)
    reader.sees("virker ikke længere")
    assert stage.administrator.accounts()[0].state == "closed"


def test_without_scripts_the_same_acts_are_pages(open_office: Callable[..., Stage], reader: Reader) -> None:
    stage = open_office()
    number = stage.administrator.opens_account(stage.anna).number
    reader.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        reader.opens("/admin/sign-in")
        reader.field("Brugernavn").send_keys("admin")
        reader.field("Adgangskode").send_keys("korrekt hest batteri", Keys.ENTER)
        reader.waits(lambda: "/sign-in" not in reader.path)
        reader.driver.find_element("css selector", f"a[href='/admin/accounts/{number}/qr']").click()
        reader.sees("hent qr-pakken")
        reader.opens("/admin/accounts/")
        reader.driver.find_element("css selector", f"a[href='/admin/accounts/{number}/close']").click()
        reader.sees("virker ikke længere fra samme øjeblik")
        reader.driver.find_element("css selector", "button.danger").click()
        reader.sees("er nedlagt")
    finally:
        reader.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert stage.administrator.accounts()[0].state == "closed"


@pytest.fixture
def busy(open_office: Callable[..., Stage], reader: Reader) -> Stage:
    """An installation where something of everything has happened, and somebody has signed in."""
    stage = open_office(admin="show_texts = true")
    for number in range(60):
        stage.administrator.opens_account(stage.employee(f"medarbejder{number}@firma.example"))
    number = stage.administrator.opens_account(stage.anna).number
    stage.customer.texts(number, "Hej Anna")
    stage.anna.writes(stage.key, "20123456", "Hej kunde")
    stage.anna.writes(stage.key, "123", "Hej ingen")
    stage.sms_comes_in("Et meget langt navn uden mellemrum" * 3, number, "x" * 500)
    key.create(stage.service, "En-meget-lang-betegnelse-uden-mellemrum" * 2)
    key.disable(stage.service, "Firma")
    stage.customer.texts(number, "Er du der?")
    key.edit(stage.service, "Firma", stop_words=True)
    stop_list.add(stage.service, "Firma", "30123456")
    colleague = "en.kollega.med.et.meget.langt.navn@en-afdeling.firma.example"
    account.edit(stage.service, number, deliver_to=[colleague], members=[f"endnu.{colleague}"])
    group.create(stage.service, "et-meget-langt-navn-paa-en-gruppe-kunder", "Firma")
    group.create(stage.service, "tom", "Firma")
    group.add(stage.service, "et-meget-langt-navn-paa-en-gruppe-kunder", ["20123456", "+46701234567"])
    contact.name(stage.service, "20123456", "Et-meget-langt-navn-uden-mellemrum-" * 2, "Firma")
    reader.signs_in()
    return stage


def pages_of(stage: Stage) -> dict[str, str]:
    number, firma = stage.anna.number, key.show(stage.service, "Firma").public_id
    return {
        "accounts": "accounts/",
        "accounts-2": "accounts/?page=2",
        "search": "accounts/?q=anna",
        "nothing": "accounts/?q=zzz",
        "edit": f"accounts/?q=anna&edit={number}",
        "account": f"accounts/{number}/",
        "qr": f"accounts/{number}/qr",
        "close": f"accounts/{number}/close",
        "new": "accounts/new",
        "keys": "keys/",
        "key": f"keys/{firma}/",
        "enable": f"keys/{firma}/enable",
        "disable": f"keys/{firma}/disable",
        "rotate": f"keys/{firma}/rotate",
        "delete": f"keys/{firma}/delete",
        "groups": "groups/",
        "group": f"groups/{firma}/et-meget-langt-navn-paa-en-gruppe-kunder/",
        "empty-group": f"groups/{firma}/tom/",
        "delete-group": f"groups/{firma}/tom/delete",
        "messages": "messages/",
        "wrong": "messages/?attention=1",
        "message-out": "messages/o1/",
        "message-in": "messages/i2/",
        "mail": "messages/m2/",
        "status": "status/",
        "log": "log/",
        "password": "password",
        "missing": "nowhere",
    }


def test_no_page_is_wider_than_its_window_at_any_width(busy: Stage, reader: Reader) -> None:
    paths = pages_of(busy)
    for name in ("accounts", "edit", "account", "keys", "group", "messages", "status", "log"):
        reader.opens(f"/admin/{paths[name]}")
        for width in (320, 480, 768, 928, 1024, 1279, 1280, 1600):
            reader.resizes(width, 800)
            assert reader.overflow() <= 0, (name, width)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing_on_any_page_and_no_page_is_wider_than_its_window(
    busy: Stage, reader: Reader, size: tuple[int, int]
) -> None:
    reader.resizes(*size)
    for name, path in pages_of(busy).items():
        reader.opens(f"/admin/{path}")
        assert reader.violations() == [], name
        assert reader.overflow() <= 0, name
        reader.looks(name)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing_in_popups_answers_and_refusals(busy: Stage, reader: Reader, size: tuple[int, int]) -> None:
    reader.resizes(*size)
    reader.opens("/admin/accounts/?q=anna")
    for name in (f"QR-kode for {EMAIL}", f"Nedlæg {EMAIL}"):
        reader.clicks(name)
        reader.waits(lambda: reader.popup_is_open)
        assert reader.violations() == [], name
        reader.looks("popup")
        reader.presses(Keys.ESCAPE)
    reader.opens("/admin/keys/")
    reader.types("Navn", "Firma")
    reader.clicks("Tilføj nøgle")
    reader.sees("der er allerede en nøgle")
    assert reader.violations() == []
    reader.types("Navn", "Ny")
    reader.clicks("Tilføj nøgle")
    reader.sees("kun denne ene gang")
    assert (reader.violations(), reader.overflow() <= 0) == ([], True)
    reader.looks("secret")
    reader.opens("/admin/messages/i2/")
    reader.clicks("Vis teksten")
    reader.sees("xxxxxxxx")
    assert (reader.violations(), reader.overflow() <= 0) == ([], True)
    reader.clicks("Log ud")
    reader.waits(lambda: "/sign-in" in reader.path)
    assert (reader.violations(), reader.overflow() <= 0) == ([], True)
    reader.types("Brugernavn", "admin")
    reader.types("Adgangskode", "forkert")
    reader.presses(Keys.ENTER)
    reader.sees("navnet eller adgangskoden er forkert")
    assert reader.violations() == []


def test_pages_are_printed_without_menu_and_buttons(busy: Stage, reader: Reader) -> None:
    reader.opens("/admin/accounts/")
    assert reader.prints().startswith(b"%PDF")
    reader.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert "anna@firma.example" in reader.text
        assert "Log ud" not in reader.text
        assert "Søg" not in reader.text
        reader.looks()
    finally:
        reader.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
