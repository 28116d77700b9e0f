"""Gaps of templates, and names as they stand in addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog.core import address, template
from smsdialog.core.address import GroupAddress, TemplateAddress
from smsdialog.core.slug import LONGEST, slug


@pytest.mark.parametrize(
    ("text", "takes", "lines"),
    [
        ("Hej", False, 0),
        ("Hej {tekst}", True, 0),
        ("Hej {TEXT}", True, 0),
        ("{1} {3}", True, 3),
        ("{0} {x} {}", False, 0),
    ],
)
def test_a_template_says_what_it_takes(text: str, takes: bool, lines: int) -> None:
    assert (template.takes_text(text), template.lines_wanted(text)) == (takes, lines)


def test_a_line_that_is_not_there_cannot_be_filled_in() -> None:
    with pytest.raises(IndexError):
        template.fill("{2}", "Kun en")


@given(st.text())
def test_what_fills_a_gap_stays_as_it_is(text: str) -> None:
    assert template.fill("a{tekst}b{TEXT}c", text) == f"a{text}b{text}c"
    assert template.fill("hej {andet} %s \\1", text) == "hej {andet} %s \\1"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Håndværkere", "haandvaerkere"),
        ("  Faste kunder, Køge! ", "faste-kunder-koege"),
        ("Café", "cafe"),
        ("a--b", "a-b"),
    ],
)
def test_a_name_becomes_one_for_an_address(name: str, wanted: str) -> None:
    assert slug(name) == wanted


@pytest.mark.parametrize("name", ["", "!!!", "日本", "a" * (LONGEST + 1)])
def test_a_name_of_which_nothing_is_left_is_none(name: str) -> None:
    with pytest.raises(ValueError, match="letters and digits"):
        slug(name)


@given(st.text(alphabet="abcæøåéABC 123-_.!", min_size=1, max_size=LONGEST))
def test_every_name_is_found_by_its_address(text: str) -> None:
    try:
        name = slug(text)
    except ValueError:
        return
    assert address.read(f"Gruppe-{name}") == address.read(f"group-{name}") == GroupAddress(name)
    assert address.read(f"SKABELON-{name.upper()}") == address.read(f"template-{name}") == TemplateAddress(name)
    assert slug(name) == name


@pytest.mark.parametrize(
    "local_part", ["gruppe-", "gruppe", "gruppe--a", "gruppe-a-", "gruppe-æ", "gruppe-a_b", "grupper-a"]
)
def test_what_is_nearly_a_group_is_nothing(local_part: str) -> None:
    assert address.read(local_part) == address.Unknown()


def test_what_takes_a_mail_back_is_signed_for_one_account_and_one_mail() -> None:
    local_part = address.take_back_local_part(b"secret", 7, 12)
    meaning = address.read(local_part.upper())
    assert isinstance(meaning, address.TakeBackAddress)
    assert meaning.mail == 12
    assert meaning.token not in repr(meaning)
    assert address.take_back_token_is_valid([b"old", b"secret"], 7, 12, meaning.token)
    for secret, account, mail in ((b"other", 7, 12), (b"secret", 8, 12), (b"secret", 7, 13)):
        assert not address.take_back_token_is_valid([secret], account, mail, meaning.token)
    assert meaning.token not in address.redact(local_part)
