"""Every text of ours is in every catalogue, whole and compiled; `make catalogues` is what mends it."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

import smsdialog
from smsdialog import errors, locale
from smsdialog.core import address, letters

PACKAGE = Path(smsdialog.__file__).parent
MAKEFILE = PACKAGE.parent / "Makefile"
CATALOGUES = sorted(PACKAGE.glob("locale/*/LC_MESSAGES/smsdialog.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
# What the texts speak of that no language changes.
ADDRESS = re.compile(r"([\w-]+)@")
UNCHANGED = re.compile(r"'smsdialog [a-z ]+|numbers\.ranges|SMS-Dialog|winmail\.dat|\+46")

every_catalogue = pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])


def texts_of_the_code() -> set[str]:
    """The texts that `make catalogues` gathers."""
    named = re.search(r"^TEXTS := (.*)$", MAKEFILE.read_text(), re.M)
    assert named
    keywords = {**DEFAULT_KEYWORDS, **dict.fromkeys(named[1].split())}
    methods = [("**.py", "python"), ("**/templates/*.html", "jinja2")]
    return {
        message
        for _, _, found, _, _ in extract_from_dir(str(PACKAGE), methods, keywords=keywords)
        for message in ([found] if isinstance(found, str) else [text for text in found if text])
    }


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def messages(path: Path) -> dict[str, str]:
    return {str(message.id): str(message.string) for message in catalogue(path) if message.id}


def test_danish_and_english_are_there():
    assert {"da", "en"} <= set(locale.available())
    assert set(locale.available()) == {"en", *(path.parts[-3] for path in CATALOGUES)}


def test_english_is_what_the_code_says():
    assert locale.translator("en")("SMS not sent") == "SMS not sent"


def test_a_text_is_looked_up():
    assert locale.translator("da")("SMS from %(customer)s") == "SMS fra %(customer)s"


def test_a_text_that_no_catalogue_has_stays_english():
    assert locale.translator("da")("no such text") == "no such text"


@every_catalogue
def test_the_catalogue_has_the_texts_of_the_code_and_no_others(path):
    assert set(messages(path)) == texts_of_the_code()


@every_catalogue
def test_no_text_is_empty_or_guessed(path):
    assert [text for text, translated in messages(path).items() if not translated.strip()] == []
    assert [message.id for message in catalogue(path) if message.id and message.fuzzy] == []
    assert not catalogue(path).obsolete


@every_catalogue
def test_placeholders_agree(path):
    for text, translated in messages(path).items():
        assert sorted(set(PLACEHOLDER.findall(text))) == sorted(set(PLACEHOLDER.findall(translated))), text
        assert "%" not in PLACEHOLDER.sub("", translated), text


@every_catalogue
def test_addresses_mean_the_same_and_commands_and_names_stay(path):
    for text, translated in messages(path).items():
        assert set(UNCHANGED.findall(text)) == set(UNCHANGED.findall(translated)), text
        meant, said = (set(map(address.read, ADDRESS.findall(words))) for words in (text, translated))
        assert meant == said, text


@every_catalogue
def test_subjects_are_one_line_in_every_language(path):
    for text, translated in messages(path).items():
        assert ("\n" in text) or ("\n" not in translated), text
        assert text.count("\n\n") == translated.count("\n\n"), text


@every_catalogue
def test_the_compiled_catalogue_is_the_written_one(path):
    with path.with_suffix(".mo").open("rb") as file:
        compiled = {str(message.id): str(message.string) for message in read_mo(file) if message.id}
    assert compiled == messages(path)
    anew = io.BytesIO()
    write_mo(anew, catalogue(path))
    anew.seek(0)
    assert {str(m.id): str(m.string) for m in read_mo(anew) if m.id} == compiled


@every_catalogue
def test_every_text_that_is_looked_up_by_a_variable_is_translated(path):
    translate = locale.translator(path.parts[-3])
    refusals = [
        error for error in vars(errors).values() if isinstance(error, type) and issubclass(error, errors.Refusal)
    ]
    looked_up = [*letters.STATES.values(), *errors.NUMBER_REASONS.values(), *(error.message for error in refusals)]
    assert [text for text in looked_up if translate(text) == text] == []
