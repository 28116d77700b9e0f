"""The line rules, one by one: what they cut, and what they leave."""

from __future__ import annotations

import pytest

from smsdialog.core.model import Cut
from smsdialog.core.text.choice import is_stub, is_wrapped
from smsdialog.core.text.contact import contact_block_at, evidence, is_name, is_sentence, looks_like_signature
from smsdialog.core.text.disclaimer import is_disclaimer, without_warning
from smsdialog.core.text.flowed import unflowed
from smsdialog.core.text.footer import is_mobile_footer, without_footers
from smsdialog.core.text.headerblock import header_block, label_of
from smsdialog.core.text.languages import FIELDS, LANGUAGES
from smsdialog.core.text.lines import Line, Mark, joined, tidy
from smsdialog.core.text.own import Wish, own_text
from smsdialog.core.text.quotes import is_introduction, split
from smsdialog.core.text.signature import (
    without_client_lines,
    without_dashed_name,
    without_delimited,
    without_disclaimers,
)
from smsdialog.core.text.signoff import is_senders_name, is_signoff, signoff_at


def own(text: str, *known: str) -> str:
    """The own lines of a text."""
    return joined(split([Line(line) for line in text.split("\n")], known).own)


@pytest.mark.parametrize(
    "introduction",
    [
        "Den 3. mar. 2025 kl. 10.12 skrev Bo <bo@x.example>:",
        "On Mon, Mar 3, 2025 at 10:12 AM Bo <bo@x.example>\nwrote:",
        "On Mon, Mar 3, 2025 at\n10:12 AM Bo Nygård <\nbo@x.example> wrote:",
        "Am 03.03.25 um 10:12 schrieb Bo:",
        "Le 3 mars 2025 à 10:12, Bo <bo@x.example> a écrit :",
        "Il giorno 3 mar 2025, alle 10:12, Bo <bo@x.example> ha scritto:",
        "Op 3 mrt. 2025 om 10:12 heeft Bo <bo@x.example> het volgende geschreven:",
        "ma 3.3.2025 klo 10.12 Bo (bo@x.example) kirjoitti:",
        "2025-03-03 10:12 GMT+01:00 Bo <bo@x.example>:",
        "2025/3/3 Bo <bo@x.example>",
        "2025年3月3日(月) 10:12 Bo <bo@x.example>:",
        "Den man., 3. mar. 2025 kl. 10:12, Bo<bo@x.example> skrev:   Kommer du?",
        "-----Original Message-----",
        "----- Oprindelig meddelelse -----",
        "*** Ursprüngliche Nachricht ***",
        '-----"Bo" <bo@x.example> skrev: -----',
        "------On 03/03/2025 10:12 AM, Bo wrote-----",
        "Fra: Bo <bo@x.example>\nSendt: 3. marts 2025 10:12\nTil: Anna\nEmne: Tid",
        "*Fra:* Bo\n*Sendt:* 3. marts 2025\n\n*Til:* Anna\n*Emne:* Tid",
        "De : Bo [mailto:bo@x.example]\nEnvoyé : lundi 3 mars 2025 10:12\nÀ : Anna\nObjet : Tid",
        "Date: Mon, 3 Mar 2025 10:12:07 +0100\nTo: anna@x.example",
        "Original besked\nFra: Bo\nDato: 3. marts 2025\nTil: Anna",
        "-- Skriv svar over denne linje --",
        "Begin forwarded message:",
        "Bo Nygård <bo@x.example>\n03-03-2025 10:12",
        "Citat af Bo <bo@x.example>:",
        "Fra: Bo <bo@x.example>\nTil: Anna med det lange navn\n   og endnu en\nEmne: Tid\nSendt: i går",
    ],
)
def test_what_a_client_puts_above_a_mail_takes_the_rest(introduction: str) -> None:
    assert own(f"Svaret.\n\n{introduction}\n\nGammelt\n\nMere gammelt") == "Svaret."


@pytest.mark.parametrize(
    "text",
    [
        "Den 4. marts skrev vi til jer:\n\nPorten er låst.",
        "On 4 March at 10:15 we wrote to you:\nPlease pay.",
        "Kunden skrev d. 5/5 kl. 10.30:\nHvad siger vi?",
        "Fra: kl. 8\nTil: kl. 16\nDato: fredag\nEmne: åbent",
        "Fra: Bo\nTil: Anna\n\nTillykke!",
        "Hun skrev:\nkom kl. 8",
        "Pris: 100\nDato: 3. marts 2025 10:12",
        "--- vigtigt ---\nhusk det",
        "Skriv til bo@x.example:\nHan ved det.",
        "Ring kl. 10.15, 3/3-2025:\nså er jeg her",
        "original message\ntekst",
        "Kl. 10:12 3.3.2025 bo@x.example: ja",
    ],
)
def test_what_people_write_themselves_stays(text: str) -> None:
    assert own(text) == text


def test_an_introduction_that_a_quote_follows_needs_little_evidence() -> None:
    assert own("Ja.\n\nBo skrev:\n> Kommer du?") == "Ja."
    assert own("Ja.\n\nAt 3/3/2025 10:12, you wrote:\n\n> Kommer du?") == "Ja."


def test_what_stands_before_an_introduction_on_its_line_stays() -> None:
    assert own("Ja. Den 3. mar. 2025 kl. 10.12 skrev Bo <bo@x.example>:\n> Kommer du?") == "Ja."
    assert own("Det On skrev 3/3/2025 10:12:\n> Kommer du?") == ""


def test_answers_between_and_below_quotes_stay() -> None:
    assert own("> A?\nJa.\n> B?\n\nNej.") == "Ja.\n\nNej."


def test_a_client_that_breaks_a_quoted_line_leaves_no_rest_of_it() -> None:
    long = "> " + "et langt citat " * 5 + "der"
    assert own(f"Ja.\n\n{long}\nbrydes her\n> slut") == "Ja."
    assert own(f"{long}?\nja\n> slut") == "ja"
    assert own("> se https://x.example/a\n_nonce=1)\n> slut\n\nJa.") == "Ja."


def test_the_bracket_that_ends_a_wrapped_address_is_no_quote() -> None:
    assert own("Ja.\n\nDen 3. mar. 2025 kl. 10.12 skrev Bo <bo@x.example\n>:\n\n> Hej") == "Ja."


def test_a_forwarded_mail_that_gmail_marks_is_history() -> None:
    lines = [Line("Se her"), Line("---------- Forwarded message", Mark.INTRODUCTION), Line("Gammelt")]
    assert joined(split(lines).own) == "Se her"


def test_labels_are_found_with_their_values() -> None:
    assert label_of("Fra : Bo") == ("sender", "Bo")
    assert label_of("Emne：Tid") == ("subject", "Tid")
    assert label_of("En lang sætning med kolon og: mere") == ("", "")


def test_a_header_block_ends_where_its_labels_end() -> None:
    lines = [Line(text) for text in ("Fra: Bo <bo@x.example>", "Sendt: i går", "", "Tekst")]
    assert header_block(lines, 0) == 2
    assert header_block(lines, 3) == 0
    repeated = [Line(text) for text in ("Fra: Bo <bo@x.example>", "Emne: a", "Fra: Per", "Emne: b")]
    assert header_block(repeated, 0) == 2
    strangers = [Line(text) for text in ("Fra: Bo", "a", "b", "c", "Emne: x")]
    assert header_block(strangers, 0) == 0


@pytest.mark.parametrize("text", ["", "   ", "x" * 500 + " skrev 3.3.2025 10:12 a@b.c:", "Hej 10:12 a@b.c"])
def test_no_introduction(text: str) -> None:
    assert not is_introduction(text, False)


@pytest.mark.parametrize(
    "line",
    [
        "Sendt fra min iPhone",
        "Sendt fra min telefon",
        "Sendt fra Outlook til iOS",
        "Hent Outlook til Android<https://aka.ms/x>",
        "Get Outlook for iOS",
        "Sent from my Samsung Galaxy smartphone.",
        "Sent from my phone, please excuse typos",
        "Sent from TypeApp<http://www.typeapp.com/r?b=1>",
        "Von meinem iPhone gesendet",
        "Skickat från min iPad",
        "(sent from a mobile device)",
        "iPhoneから送信",
        "Envoyé depuis mon mobile",
    ],
)
def test_a_mobile_footer_is_known(line: str) -> None:
    assert is_mobile_footer(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Sendt fra vores lager kl. 12, så den er fremme i morgen.",
        "Sendt fra min butik i dag.",
        "Sent from my desk, is much easier than my phone to be honest.",
        "Sendt fra " + "x" * 200,
        "Vi har sendt din telefon",
        "Sendt fra ()",
        "En meget lang linje om hvad der er から送信 til os her",
    ],
)
def test_a_sentence_is_no_mobile_footer(line: str) -> None:
    assert not is_mobile_footer(line)


def test_a_mobile_footer_goes_from_the_end_and_from_a_paragraph_of_its_own() -> None:
    assert without_footers(["Ja.", "Sendt fra min iPhone"]) == ["Ja."]
    assert without_footers(["Ja.", "", "Sendt fra min iPhone", "", "Nej."]) == ["Ja.", "", "", "Nej."]
    assert without_footers(["Sendt fra min iPhone", "stod der"]) == ["Sendt fra min iPhone", "stod der"]


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("Tlf. 87 65 43 21", {"phone"}),
        ("M 21436587", {"phone"}),
        ("+45 87 65 43 21 | anna@x.example", {"phone", "mail"}),
        ("Skovvej 3, 8600 Silkeborg", {"place"}),
        ("DK-8600 Silkeborg", {"place"}),
        ("Firma A/S, CVR 12345678", {"firm", "register", "phone"}),
        ("firma.example", {"web"}),
        ("IT-afdelingen", {"title"}),
        ("Salgschef | Firma ApS", {"title", "firm"}),
        ("Vi ses kl. 14", set()),
        ("", set()),
        ("12", set()),
    ],
)
def test_contact_data_is_known(line: str, kinds: set[str]) -> None:
    assert evidence(line) == kinds


def test_names_sentences_and_signatures_are_told_apart() -> None:
    assert is_name("van der Berg, Jan")
    assert not is_name("og")
    assert not is_name("")
    assert is_sentence("Kommer du?")
    assert not is_sentence("www.x.example?a=b https://x.example")
    assert is_sentence("ord " * 30)
    assert not looks_like_signature(["x" * 300])
    assert not looks_like_signature(["A"] * 30)
    assert looks_like_signature(["Anna Holm", "Salgschef", "Tlf. 87654321", "Vi holder lukket hele uge 29."])


def test_a_contact_block_without_a_greeting_is_found() -> None:
    block = ["Anna Holm", "Salgschef", "Firma A/S", "anna@firma.example"]
    assert contact_block_at(["Ja.", "", *block], "") == 2
    assert contact_block_at(["Ja.", "", *block], "Anna Holm") == 2
    assert contact_block_at(["Skriv til:", "", *block], "") == 6
    assert contact_block_at(["Ja.", "", "Bo Nygård", "Skovvej 3", "Tlf. 87654321"], "Anna Holm") == 5
    assert contact_block_at(["", "", *block], "") == 6


@pytest.mark.parametrize(
    "line",
    [
        "Mvh",
        "M.v.h.",
        "Med venlig hilsen,",
        "Mvh. Åse",
        "KH Anna",
        "Hilsen fra Anna og Per",
        "Mange hilsner fra",
        "Med vänlig hälsning / Best regards",
        "Viele Grüße",
        "Best,",
        "Mvh Anna, tlf. 87 65 43 21",
        "*Venlig hilsen*",
    ],
)
def test_a_closing_formula_is_known(line: str) -> None:
    assert is_signoff(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Venlig hilsen skal jeg sige fra Ole",
        "Hilsen fra hele holdet bliver overbragt.",
        "Hej",
        "T Anna",
        "x" * 90,
        "Best price",
        "Hilsen / hej",
    ],
)
def test_prose_is_no_closing_formula(line: str) -> None:
    assert not is_signoff(line)


def test_a_closing_is_looked_for_where_only_a_signature_follows() -> None:
    assert signoff_at(["Ja.", "Mvh", "Anna"]) == 1
    assert signoff_at(["Ja.", "Mvh", "Husk at tage din nøgle med i morgen, når du kommer."]) == -1
    assert signoff_at(["Ja.", "", "/Anna"]) == 2
    assert signoff_at(["Ja.", "", "Anna"], "Anna Holm") == 2
    assert signoff_at(["Ja.", "Tak", "Anna"]) == 1
    assert signoff_at(["Ja.", "Tak"]) == -1
    assert signoff_at(["Ja.", "Mvh", "og på gensyn i den nye sal"]) == -1


def test_disclaimers_are_known_by_several_of_their_topics() -> None:
    assert is_disclaimer("Tænk på miljøet, før du printer")
    assert is_disclaimer("Læs mere om personoplysninger på www.x.example")
    assert is_disclaimer("This e-mail may contain data. Read how we treat it in our privacy policy on our site.")
    assert not is_disclaimer("Mailen er fortrolig")


def test_a_disclaimer_goes_with_its_heading_and_the_rules_around_it() -> None:
    text = "Denne mail er fortrolig. Er du ikke rette modtager, bedes du slette den."
    assert without_disclaimers(["Ja.", "", "*****", "Fortrolighed:", text, "*****"]) == ["Ja."]
    assert without_disclaimers(["Ja.", "", text, "", "Firma A/S"]) == ["Ja."]
    assert without_disclaimers(["Ja.", "", text, "", "Og husk nu at du skal komme klokken otte."])[-1].startswith("Og")
    assert without_disclaimers(["Ja.", text]) == ["Ja."]


def test_a_disclaimer_of_several_lines_goes_from_its_first_line() -> None:
    lines = [
        "Ja.",
        "Denne mail og de vedhæftede filer, som er sendt sammen med den, kan",
        "indeholde fortrolige oplysninger. Hvis du ikke er rette modtager,",
        "beder vi dig slette den.",
    ]
    assert without_disclaimers(lines) == ["Ja."]


def test_only_the_last_paragraphs_are_looked_at() -> None:
    lines = ["Ja.", *(["", "Firma A/S"] * 30)]
    assert without_disclaimers(lines) == lines


def test_a_warning_goes_unless_it_is_all() -> None:
    warning = "CAUTION: This email originated from outside."
    assert joined(without_warning([warning, "", "Hi"])) == "Hi"
    assert without_warning([warning]) == [warning]
    assert without_warning([warning, "", ""]) == [warning, "", ""]


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        (["Ja.", "-- ", "Bo", "Vi ses i morgen, så tager vi den derfra."], 1),
        (["Ja.", "--", "Bo Nygård"], 1),
        (["Ja.", "--", "Nej, det mener jeg ikke, at vi skal gøre."], 3),
        (["Ja.", "____________", "liste@x.example", "www.x.example"], 1),
        (["Priser", "-----", "Lille: 100", "-----", "www.x.example"], 5),
        (["-- ", *["x"] * 40], 41),
        (["Ja.", "*****", "Slut"], 3),
        (["Ja.", "*****"], 2),
    ],
)
def test_a_delimiter_takes_what_looks_like_a_signature(lines: list[str], kept: int) -> None:
    assert len(without_delimited(lines)) == kept


def test_flowed_lines_join_within_their_depth() -> None:
    assert unflowed("a \nb\n> c \n>> d \n>> e\n x\n>y", False) == "a b\n> c \n>> d e\nx\n> y"
    assert unflowed("語 \n語", True) == "語語"


def test_stubs_and_wrapped_texts_are_known() -> None:
    page = [Line("Vi ses i morgen kl. 8, og så går vi i gang")]
    assert is_stub("", page)
    assert not is_stub("", [])
    assert is_stub("Hello", page)
    assert not is_stub("Vi ses", page)
    assert not is_stub("Se HTML for mere om det hele", [])
    assert not is_wrapped("kort\nkort")
    assert not is_wrapped("x" * 60 + " xx\n- punkt")


def test_a_text_is_tidied() -> None:
    assert tidy("a\r\nb\rc\x0cd\u2028e") == "a\nb\nc\nd\ne"
    assert tidy("a\n\n\n\n\n\nb") == "a\n\n\nb"
    assert tidy("ren ascii") == "ren ascii"


@pytest.mark.parametrize("line", ["mvh anna", "Bh.", "Med venlig hilsen fra os i butikken", "kh anna"])
def test_small_letters_do_behind_a_formula_that_nobody_could_mean_otherwise(line: str) -> None:
    assert is_signoff(line)


@pytest.mark.parametrize("line", ["Kh er det bedste", "Hilsen fra hele holdet på mødet", "Venlig hilsen kommer kl. 8"])
def test_small_letters_do_not_behind_others(line: str) -> None:
    assert not is_signoff(line)


def test_every_row_of_words_fills_known_fields_only() -> None:
    assert {field for row in LANGUAGES for field in row} <= FIELDS


def test_each_line_of_a_disclaimer_may_be_one() -> None:
    statement = "Denne mail er fortrolig. Er du ikke rette modtager, bedes du slette mailen."
    assert without_disclaimers(["Ja.", "", statement, "Tænk på miljøet, før du printer."]) == ["Ja."]


@pytest.mark.parametrize(
    ("lines", "sender", "left"),
    [
        (["Ja.", "", "-Bo Nygård"], "", ["Ja.", ""]),
        (["Ja.", "", "-Bo Nygård"], "Anna Holm", ["Ja.", "", "-Bo Nygård"]),
        (["Husk:", "", "- Pas"], "", ["Husk:", "", "- Pas"]),
        (["Ja.", "-Bo Nygård"], "", ["Ja.", "-Bo Nygård"]),
    ],
)
def test_a_full_name_behind_a_dash_goes_if_it_is_or_may_be_the_senders(
    lines: list[str], sender: str, left: list[str]
) -> None:
    assert without_dashed_name(lines, sender) == left


def test_what_a_client_repeats_without_end_is_cut_a_few_times_only() -> None:
    assert "-Bo Nygård" in without_client_lines(["Ja.", *(["", "-Bo Nygård"] * 5)], ())


def test_a_long_text_is_looked_at_twice_only() -> None:
    lines = [Line("Vi kommer.")] * 400 + [Line("Mvh"), Line("Bo")]
    assert own_text(lines, Wish(Cut.SIGNOFF)).count("\n") == 399


def test_an_introduction_may_be_the_last_line() -> None:
    assert own("Ja.\n\nDen 4. mar. 2025 kl. 09.12 skrev Bo <bo@x.example>:") == "Ja."


@pytest.mark.parametrize(("line", "sender"), [("--", "Bo"), ("Bo", ""), ("OK", "Ole Kjær"), ("B", "Bo")])
def test_no_name_of_the_sender(line: str, sender: str) -> None:
    assert not is_senders_name(line, sender)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Vi ses.\n\nSommerhilsner\nAnna", 2),
        ("Vi ses.\nMed sportslig hilsen\nAnna", 1),
        ("Husk:\n\nJulehilsner\nFlag", -1),
        ("Husk\n\nGaver\nJulehilsner\nFlag", -1),
        ("Ja.\n\nMvh\nAnna\n\nSe billederne på Facebook.", -1),
        ("Ja.\n\nMvh\nAnna\n\nFølg os på Facebook", 2),
        ("Ja.\n\nMed de\nbedste\nhilsner", 4),
    ],
)
def test_a_greeting_of_some_kind_closes_a_letter_and_is_no_entry_of_a_list(text: str, at: int) -> None:
    assert signoff_at(text.split("\n")) == at


@pytest.mark.parametrize(
    "text",
    [
        "Kontakt:\n\nBo Nygård, formand, tlf. 20 30 40 50\nLis Dam, kasserer, tlf. 20 30 40 51",
        "Her er de.\n\nBo Nygård, tlf. 20 30 40 50\nLis Dam, tlf. 20 30 40 51",
        "Ring til:\n\nBo\nTlf. 20 30 40 50",
        "Med er:\n\n- Anna\n- Per",
    ],
)
def test_a_name_that_is_announced_is_the_message(text: str) -> None:
    assert signoff_at(text.split("\n"), "Bo Nygård") == -1
