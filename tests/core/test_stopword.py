"""One word ends or resumes SMS, whatever its case and the punctuation around it; nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog.core.receivers import said
from smsdialog.core.stopword import WORDS, Wish, meaning


@pytest.mark.parametrize(
    "text", ["STOP", "stop", " Stop. ", "STOP!", "»Stop«", '"stop"', "Afmeld", "AFMELD\n", "Stop  SMS"]
)
def test_a_word_that_ends_sms_is_known(text):
    assert meaning(text) is Wish.STOP


@pytest.mark.parametrize("text", ["START", "start.", "Tilmeld!"])
def test_a_word_that_resumes_them_is_known(text):
    assert meaning(text) is Wish.START


@pytest.mark.parametrize(
    "text",
    ["", "!", "Stop lige ved porten", "Kan du stoppe?", "ikke stop", "STOP STOP", "stop\nstart", "stopp", "s t o p"],
)
def test_what_merely_has_the_word_in_it_is_none(text):
    assert meaning(text) is None


@given(st.text())
def test_any_text_is_read(text):
    assert meaning(text) in (None, *Wish)


@given(st.sampled_from(sorted(WORDS)), st.text("., !?\"'-\n", max_size=5), st.text("., !?\"'-\n", max_size=5))
def test_punctuation_around_a_word_changes_nothing(word, before, after):
    assert meaning(f"{before}{word.upper()}{after}") is WORDS[word]


RULES = {("1204", "FIRMA"): "459192000002", ("1204", ""): "459192000003", ("1919", "STOP"): "459192000004"}


def test_the_keyword_that_leads_to_an_account_is_no_part_of_what_is_said():
    assert meaning(said(RULES, "459192000002", "FIRMA stop")) is Wish.STOP
    assert meaning(said(RULES, "459192000003", "Firma stop")) is None


def test_a_keyword_that_is_such_a_word_stays_a_keyword():
    assert meaning(said(RULES, "459192000004", "STOP")) is None
