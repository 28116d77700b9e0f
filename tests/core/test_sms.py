"""Texts as SMS: plain forms, coding and exact parts."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog.core import gsm7, sms
from smsdialog.core.model import Encoding

GSM7, UCS2 = Encoding.GSM7, Encoding.UCS2
SMILE = "😀"
FAMILY = "👨\u200d👩\u200d👧"

gsm7_chars = st.sampled_from(
    [char for char in gsm7.BASIC if char not in "\x1b\r"] + sorted(set(gsm7.EXTENSION) - {"\f"})
)
any_text = st.text(st.characters(), max_size=400)
foreign_text = st.lists(
    st.sampled_from(["a", "ж", "e\u0323\u0301", SMILE, FAMILY, "🇩🇰", "👍🏽", "❤️", "€", "\n"]), max_size=150
).map("".join)


def units_of(text: str, encoding: Encoding) -> int:
    if encoding is GSM7:
        return sum(map(gsm7.septets, text))
    return len(text.encode("utf-16-be")) // 2


def test_the_alphabet_has_128_codes_and_each_character_once():
    assert len(gsm7.BASIC) == len(set(gsm7.BASIC)) == 128
    assert gsm7.BASIC[gsm7.EXTENSION["€"]] == "e"
    assert not set(gsm7.EXTENSION) & set(gsm7.BASIC)
    assert [gsm7.BASIC.index(char) for char in "@\nΔÆ 0A§a à".replace(" ", "")] == [
        0x00, 0x0A, 0x10, 0x1C, 0x30, 0x41, 0x5F, 0x61, 0x7F,
    ]  # fmt: skip


def test_the_escape_code_is_no_character():
    assert gsm7.septets(gsm7.ESCAPE) == 0


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts"),
    [
        ("a" * 160, GSM7, 160, [160]),
        ("a" * 161, GSM7, 161, [153, 8]),
        ("a" * 306, GSM7, 306, [153, 153]),
        ("a" * 307, GSM7, 307, [153, 153, 1]),
        ("€" * 80, GSM7, 160, [160]),
        ("€" * 81, GSM7, 162, [152, 10]),
        ("a" * 158 + "€", GSM7, 160, [160]),
        ("a" * 159 + "€", GSM7, 161, [153, 8]),
        ("a" * 152 + "€" + "b" * 10, GSM7, 164, [152, 12]),
        ("^{}[]~|\\€", GSM7, 18, [18]),
        ("æøåÆØÅ", GSM7, 6, [6]),
        ("ç" * 70, UCS2, 70, [70]),
        ("ç" * 71, UCS2, 71, [67, 4]),
        (SMILE * 35, UCS2, 70, [70]),
        (SMILE * 36, UCS2, 72, [66, 6]),
        ("ç" * 66 + SMILE + "ç" * 5, UCS2, 73, [66, 7]),
        ("a\u030a", GSM7, 1, [1]),
    ],
)
def test_parts_are_exact(text, encoding, units, parts):
    composed = sms.compose(text)
    assert (composed.encoding, composed.units) == (encoding, units)
    assert [units_of(part, encoding) for part in composed.parts] == parts
    assert "".join(composed.parts) == composed.text == unicodedata.normalize("NFC", text)


def test_an_empty_text_has_no_parts():
    assert sms.compose("") == sms.SmsText("", GSM7, 0, (), ())
    assert sms.compose("\ufeff\x00").parts == ()


@given(any_text | foreign_text, st.booleans())
def test_the_parts_of_any_text_are_the_text_and_none_is_too_long(text, transliterate):
    composed = sms.compose(text, transliterate=transliterate)
    alone, each = (160, 153) if composed.encoding is GSM7 else (70, 67)
    lengths = [units_of(part, composed.encoding) for part in composed.parts]
    assert "".join(composed.parts) == composed.text
    assert sum(lengths) == composed.units
    assert all(0 < length <= (alone if len(lengths) == 1 else each) for length in lengths)
    assert bool(composed.forced_by) == (composed.encoding is UCS2)
    assert (composed.encoding is GSM7) == gsm7.fits(composed.text)


@given(any_text | foreign_text, st.booleans())
def test_composing_twice_changes_nothing(text, transliterate):
    once = sms.compose(text, transliterate=transliterate)
    assert sms.compose(once.text, transliterate=transliterate) == once


@given(st.text(gsm7_chars, max_size=400))
def test_a_gsm7_text_is_left_alone(text):
    assert sms.compose(text).text == text


@given(any_text | foreign_text)
def test_plain_forms_of_plain_forms_are_the_same(text):
    assert sms.plain_forms(sms.plain_forms(text)) == sms.plain_forms(text)


@given(foreign_text)
def test_no_part_begins_within_what_is_seen_as_one_character(text):
    for part in sms.compose(text).parts:
        assert not unicodedata.category(part[0]).startswith("M")
        assert part[0] not in "\u200d\ufe0f🏽"
        assert not part.endswith("\u200d")
        assert part.count("🇩") == part.count("🇰")


def test_two_flags_side_by_side_are_two_characters():
    parts = sms.compose("🇩🇰🇸🇪" * 9).parts
    assert [len(part) for part in parts] == [32, 4]


def test_a_character_longer_than_a_part_is_cut_between_code_points():
    composed = sms.compose("ж" + "\u0323" * 100)
    assert [len(part) for part in composed.parts] == [67, 34]


def test_a_mark_after_a_line_end_does_not_hold_the_line_to_it():
    composed = sms.compose("ж" * 66 + "\n\u0323" + "ж" * 10)
    assert [len(part) for part in composed.parts] == [67, 11]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("“Hej” ‘du’ „x‟ «y» ‹z› ′ ″ ´ `", '"Hej" \'du\' "x" "y" <z> \' " \' \''),
        ("a‐b‑c‒d–e—f―g−h⁃i", "a-b-c-d-e-f-g-h-i"),
        ("•·◦▪‣●", "------"),
        ("vent…", "vent..."),
        ("a\u00a0b\u2009c\u202fd\u3000e\tf", "a b c d e f"),
        ("a\u200b\u200c\u2060\ufeff\u00ad\u200e\u202a\u2066\ufe0e\ufffcb", "ab"),
        ("© ® ™ ± × ÷ µ ¢ ‰", "(c) (R) TM +/- x / u c o/oo"),
        ("½ 2½ 1¼ ¾", "1/2 2 1/2 1 1/4 3/4"),
        ("m² 10³", "m2 10^3"),
        ("№ 5 → ← ✓️", "nr. 5 -> <- v"),
        ("ﬁ ﬀ ﬄ Ｈｅｊ！", "fi ff ffl Hej!"),
        ("1️⃣", "1"),
        ("a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),
        ("a\x00\x1b\x07\x9fb\f", "ab"),
        ("bla\u030abær, 20 €", "blåbær, 20 €"),
        ("a\u200b\u030a", "å"),
        ("20 °C", "20 °C"),
    ],
)
def test_typographic_characters_get_plain_forms(written, plain):
    assert sms.plain_forms(written) == plain


def test_plain_forms_keep_accents_and_what_holds_an_emoji_together():
    assert sms.plain_forms(f"ça {FAMILY} ❤️") == f"ça {FAMILY} ❤️"


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("Garçon á Šárka", "Garcon a Sarka"),
        ("Łódź, Đorđe, ıIİ", "Lodz, Dorde, iII"),
        ("Þór Guðmundsson", "THor Gudmundsson"),
        ("Œuvre, STRAẞE", "OEuvre, STRASSE"),
        ("ǻ ǿ ǽ ǖ ấ ǆ", "å ø æ ü a dz"),
        ("ΑΘΗΝΑ Ά", "AΘHNA A"),
        ("1ª, x\u0304", "1a, x"),
        ("I’m – ça…", "I'm - ca..."),
        ("O\u02bcNeill", "O'Neill"),
    ],
)
def test_letters_outside_gsm7_become_their_nearest_if_that_makes_the_text_gsm7(written, sent):
    composed = sms.compose(written, transliterate=True)
    assert (composed.text, composed.encoding) == (sent, GSM7)


@pytest.mark.parametrize("text", ["ça – 😀", "Привет… “é”", "γειά – ç", "안녕 «á»", "שלום – ó", "20\u00a0°C – ç"])
def test_a_text_that_needs_ucs2_anyway_keeps_its_characters(text):
    composed = sms.compose(text, transliterate=True)
    assert (composed.text, composed.encoding) == (text, UCS2)


def test_without_transliteration_letters_stay_and_typographic_characters_do_not():
    assert sms.compose("Vi ses – kl. 10…").text == "Vi ses - kl. 10..."
    assert sms.compose("ça – va").text == "ça – va"


def test_the_characters_that_force_ucs2_are_named_once_in_their_order():
    assert sms.compose("ça – 😀 ж 😀 ❤️ " + FAMILY, transliterate=True).forced_by == ("😀", "ж", "❤", "👨", "👩", "👧")
    assert sms.compose("ça – va").forced_by == ("ç",)
    assert sms.compose("ça – va", transliterate=True).forced_by == ()


def test_surrogates_are_joined_or_shown_as_missing():
    assert sms.compose("\ud83d\ude00").text == SMILE
    assert sms.compose("a\ud83d").text == "a\ufffd"
    assert sms.compose("\udce5").encoding is UCS2


@given(st.text(max_size=900), st.integers(1, 3))
def test_a_shortened_text_fits_and_begins_as_the_text_does(text, most):
    message = sms.compose(text)
    short = sms.shorten(message, most)
    assert len(short.parts) <= most
    assert message.text == short.text or short.text.endswith("...")


def test_a_text_without_blanks_is_shortened_all_the_same():
    assert sms.shorten(sms.compose("å" * 200), 1).text == "å" * 157 + "..."


def test_a_text_is_shortened_at_a_word():
    assert sms.shorten(sms.compose("Kære kunde, " * 20), 1).text.endswith("Kære kunde,...")
