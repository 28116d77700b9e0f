"""Texts for a gateway without emoji."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog.core.emoticons import BOX, without_emoji

signs = st.sampled_from(
    [
        *"aæ€❤☝\ufe0f\u200d",
        "😀",
        "👍🏽",
        "👨\u200d👩\u200d👧",
        "❤️\u200d🔥",
        "☝🏽",
        "🇩🇰",
        "𝐇",
        "𠀋",
        "🏽",
        "🏴\U000e0067",
    ]
)


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("Tak 😀", "Tak :)"),
        ("Det er i orden 👍", "Det er i orden OK"),
        ("👍🏽👍🏿", "OKOK"),
        ("Vi elsker jer 💙", "Vi elsker jer <3"),
        ("Øv 😢", "Øv :("),
        ("Tillykke 🎂🎉", f"Tillykke {BOX}{BOX}"),
        ("🚫 kom i dag", f"{BOX} kom i dag"),
        ("🇩🇰-🇸🇪", "DK-SE"),
        ("𝗛𝗲𝗷 𝓑𝓸", "Hej Bo"),
        ("𝟙𝟚 🄰🅱", "12 AB"),
    ],
)
def test_what_has_a_plain_form_becomes_that_and_the_rest_a_box(written, sent):
    assert without_emoji(written) == sent


@pytest.mark.parametrize(
    "sign", ["👨\u200d👩\u200d👧", "👩🏽\u200d💻", "🏃\u200d♂️", "🏳️\u200d🌈", "🏴\U000e0067\U000e0062\U000e007f"]
)
def test_what_a_reader_sees_as_one_sign_becomes_one_box(sign):
    assert without_emoji(f"a{sign}b") == f"a{BOX}b"


@pytest.mark.parametrize(("written", "sent"), [("❤️\u200d🔥!", "❤️!"), ("☝🏽!", "☝!"), ("☎️ 20123456", "☎️ 20123456")])
def test_a_sign_of_the_first_plane_stays_without_what_is_joined_to_it(written, sent):
    assert without_emoji(written) == sent


@given(st.text(st.characters(max_codepoint=0xFFFF)))
def test_a_text_without_emoji_is_as_it_was(text):
    assert without_emoji(text) == text


@given(st.text() | st.lists(signs).map("".join))
def test_nothing_beyond_the_first_plane_is_left_and_no_text_becomes_longer(text):
    sent = without_emoji(text)
    assert max(sent, default="") <= "\uffff"
    assert units(sent) <= units(text)
