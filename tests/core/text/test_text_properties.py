"""What holds for every mail: no exception, no foreign word, no second thoughts, no long wait."""

from __future__ import annotations

import re
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsdialog.core.mailparse import parse
from smsdialog.core.model import Cut
from smsdialog.core.text import Known, common_ending, own_words

LINES = st.sampled_from(
    [
        "Ja.",
        "",
        "",
        "Vi ses kl. 8.",
        "Mvh",
        "Mvh Anna",
        "Anna Holm",
        "Med venlig hilsen",
        "Firma A/S",
        "Tlf. 87 65 43 21",
        "-- ",
        "--",
        "_____",
        "Sendt fra min iPhone",
        "> Hvornår?",
        ">",
        "Tak",
        "Skovvej 3",
        "8600 Silkeborg",
        "/Anna",
        "Den 4. mar. 2025 kl. 09.12 skrev Bo <bo@x.example>:",
        "Fra: Bo <bo@x.example>",
        "Sendt: 4. marts 2025 09:12",
        "Til: Anna",
        "Emne: Tid",
        "Denne mail er fortrolig. Er du ikke rette modtager, bedes du slette mailen.",
        "Disclaimer",
        "-Bo Nygård",
        "- pas",
        "anna@x.example<mailto:anna@x.example>",
        "[cid:a.png]",
        "skrev:",
        "<",
        ">:",
        "-----Original Message-----",
        "---------- Forwarded message ----------",
        "CAUTION: This email originated from outside.",
        "Med sportslig hilsen",
        "Hilsen fra",
        "Tak og venlig hilsen",
        "På vegne af bestyrelsen",
        "Anna Holm | Firma | Tlf. 87 65 43 21",
        "Lærer, 3.B",
        "AH",
        '"Mad med mening"',
        "Jeg arbejder ikke om fredagen.",
        "Bo kirjoitti 5.5.2025 klo 8.01:",
        ">>> Bo <bo@x.example> 04-03-2025 09:12 >>>",
        "Bo ---04-03-2025 09:12:33---Hvornår?",
        "Fra: Bo <bo@x.example> Sendt: 4. marts 2025 09:12 Emne: Tid",
    ]
)
BODIES = st.one_of(st.lists(LINES, max_size=25).map("\n".join), st.text(max_size=200))
CUTS = st.sampled_from(Cut)
WORD = re.compile(r"\w+")


def cut_text(body: str, cut: Cut, content_type: str = "text/plain", known: Known = Known()) -> str:  # noqa: B008
    """What is left of a body."""
    raw = f"From: Anna Holm <a@x.example>\nContent-Type: {content_type}; charset=utf-8\n\n".encode()
    return own_words(parse(raw + body.encode("utf-8", "replace")), cut=cut, known=known).text


@settings(max_examples=400, deadline=None)
@given(BODIES, CUTS)
def test_cutting_what_was_cut_cuts_nothing(body: str, cut: Cut) -> None:
    once = cut_text(body, cut)
    assert cut_text(once, cut) == once


@settings(deadline=None)
@given(BODIES, CUTS)
def test_no_word_is_there_that_the_mail_did_not_hold(body: str, cut: Cut) -> None:
    sent = cut_text(body, cut)
    held = "".join(WORD.findall(cut_text(body, Cut.QUOTES) + body))
    assert all(word in held for word in WORD.findall(sent) if word.isascii())


@settings(deadline=None)
@given(BODIES, CUTS)
def test_the_text_is_tidy(body: str, cut: Cut) -> None:
    text = cut_text(body, cut)
    assert text == text.strip()
    assert "\n\n\n" not in text
    assert "\r" not in text
    assert not any(line != line.rstrip() for line in text.split("\n"))


@settings(deadline=None)
@given(st.lists(LINES, max_size=20), CUTS)
def test_html_says_the_same_as_plain_text(lines: list[str], cut: Cut) -> None:
    markup = "".join(f"<div>{line.replace('<', '&lt;') or '<br>'}</div>" for line in lines)
    cut_text(markup, cut, "text/html")


@settings(deadline=None)
@given(BODIES, st.lists(BODIES, max_size=3), CUTS)
def test_what_is_known_never_does_harm(body: str, texts: list[str], cut: Cut) -> None:
    cut_text(body, cut, known=Known(tuple(texts), tuple(texts)))
    common_ending([*texts, body])


HOSTILE = {
    "empty lines": "\n",
    "blanks": " ",
    "verbs": "skrev ",
    "verbs on lines": "skrev:\n",
    "quote marks": ">",
    "quote lines": "> \n",
    "hyphens": "-",
    "rules": "--\n",
    "labels": "Fra: Bo\n",
    "closings": "Mvh Anna\n",
    "digits": "1 ",
    "addresses": "a@b.c ",
    "introductions": "Den 3. mar. 2025 kl. 10.12 skrev Bo <a@b.c>:\n",
    "disclaimers": "Denne mail er fortrolig. Er du ikke rette modtager, bedes du slette mailen.\n\n",
    "footers": "Sendt fra min iPhone\n",
    "combining": "e\u0301",
}
HOSTILE_HTML = {
    "nested tags": "<div>",
    "paragraphs": "<p>a",
    "comments": "<!--",
    "closed comments": "<!---->",
    "quotes": '<a b="',
    "brackets": "<",
    "references": "&amp;",
    "half references": "&notanentity",
    "styles": "<style>p{margin:",
    "end tags": "</a>",
    "breaks": "a<br>",
    "items": "<ol><li>a",
    "cells": "<table><tr><td>a",
}


@pytest.mark.parametrize(
    ("content_type", "piece"),
    [("text/plain", piece) for piece in HOSTILE.values()]
    + [("text/plain; format=flowed", "a \n")]
    + [("text/html", piece) for piece in HOSTILE_HTML.values()],
)
def test_a_hostile_megabyte_costs_next_to_nothing(content_type: str, piece: str) -> None:
    raw = f"Content-Type: {content_type}; charset=utf-8\n\n{piece * (1_000_000 // len(piece.encode()))}".encode()
    mail = parse(raw)
    spent = []
    for _ in range(3):
        started = time.process_time()
        own_words(mail, cut=Cut.SIGNOFF)
        spent.append(time.process_time() - started)
    # 0.1 s on a quiet machine; a busy one gets five times that.
    assert min(spent) < 0.5


def test_a_plain_mail_does_not_pay_for_html_or_for_the_email_package() -> None:
    code = (
        "import sys; from smsdialog.core.mailparse import parse; from smsdialog.core.text import own_words;"
        "own_words(parse(b'Subject: x\\n\\nHej'));"
        "print(sorted({'email', 'html', 'logging', 'datetime'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
