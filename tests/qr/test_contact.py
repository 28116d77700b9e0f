"""The number in address books and signatures."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import pytest

from smsdialog.qr.contact import Contact, html_signature, plain_signature, vcard
from smsdialog.qr.symbols import symbol
from tests.qr.reader import HOSTILE, NUMBER, PAYLOAD, decoded

CODE = symbol(PAYLOAD)


class Page(HTMLParser):
    """What a browser finds: elements with their attributes, and the text."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page.decode())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def one(self, tag: str) -> dict[str, str | None]:
        (found,) = [attributes for name, attributes in self.elements if name == tag]
        return found


def signature(text: str = "", caption: str = "", language: str = "da") -> Page:
    return Page(html_signature(Contact(NUMBER, text, caption), CODE, language))


def test_a_contact_is_called_by_its_caption():
    card = vcard(Contact(NUMBER, "", "Anna på værkstedet")).decode()
    assert card.split("\r\n") == [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "N:Anna på værkstedet;;;;",
        "FN:Anna på værkstedet",
        "TEL;TYPE=CELL,MSG:+459192000123",
        "END:VCARD",
        "",
    ]


def test_a_contact_without_a_caption_is_called_by_its_number():
    assert "\r\nFN:SMS +45 9192000123\r\n" in vcard(Contact(NUMBER, "", "")).decode()


def test_what_separates_values_is_escaped_inside_one():
    assert "\r\nFN:a\\, b\\; c\\\\n\r\n" in vcard(Contact(NUMBER, "", "a, b; c\\n")).decode()


def test_the_picture_of_a_signature_is_in_it_and_is_read():
    picture = signature().one("img")
    assert decoded(base64.b64decode(picture["src"].removeprefix("data:image/png;base64,"))) == PAYLOAD
    assert (picture["width"], picture["height"]) == ("116", "116")
    assert picture["alt"] == "QR-kode til +45 9192000123"


def test_a_signature_links_to_the_sms_that_the_code_opens():
    page = signature(text="Hej & på")
    assert page.one("a")["href"] == "sms:+459192000123?body=Hej%20%26%20p%C3%A5"
    assert "+45 9192000123" in page.text


@pytest.mark.parametrize(("language", "words"), [("da", "Send mig en sms"), ("en", "Send me an SMS")])
def test_a_signature_speaks_its_language(language, words):
    assert words in signature(language=language).text
    assert signature(language=language).one("html")["lang"] == language
    assert plain_signature(Contact(NUMBER, "", ""), language).decode() == f"{words}: +45 9192000123\n"


def test_a_caption_stands_in_place_of_these_words():
    assert "Skriv til Anna" in signature(caption="Skriv til Anna").text
    assert plain_signature(Contact(NUMBER, "", "Skriv til Anna"), "da") == b"Skriv til Anna: +45 9192000123\n"


def test_what_was_typed_is_text_and_no_markup():
    hostile = HOSTILE + "</title><script>alert(1)</script><img src=x onerror=alert(1)>"
    page, harmless = signature(text=hostile, caption=hostile), signature(caption="x")
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in harmless.elements]
    assert [set(attributes) for _, attributes in page.elements] == [set(a) for _, a in harmless.elements]
    assert hostile in page.text
    assert re.fullmatch(r"sms:\+\d+\?body=[\w.%~-]+", page.one("a")["href"])
