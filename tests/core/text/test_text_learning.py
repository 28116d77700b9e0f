"""A signature is learned from how several mails end alike, and only then."""

from __future__ import annotations

from smsdialog.core.text import common_ending

SIGNATURE = "Anna Holm\nFirma A/S\nTlf. 87 65 43 21"


def test_three_mails_that_end_alike_teach_a_signature() -> None:
    mails = [f"Ja.\n\n{SIGNATURE}", f"Kl. 8.\n\n{SIGNATURE}\n", f"Hej\nVi kommer.\n\n\n{SIGNATURE}"]
    assert common_ending(mails) == SIGNATURE


def test_blanks_and_empty_lines_may_differ() -> None:
    mails = [
        "Ja.\n\nAnna  Holm\n\nDin slagter",
        "Nej.\n\nAnna Holm\n\n\nDin slagter  ",
        "Kl. 8.\n\nAnna Holm\n\nDin  slagter",
    ]
    assert common_ending(mails) == "Anna Holm\n\nDin slagter"


def test_a_greeting_and_a_name_are_not_learned() -> None:
    mails = [f"{said}\n\nMed venlig hilsen\nAnna Holm" for said in ("Ja.", "Nej.", "Kl. 8.")]
    assert common_ending(mails) == ""
    assert common_ending([f"{mail}\nDin slagter" for mail in mails]) == "Din slagter"
    assert common_ending([mail.replace("Anna Holm", "os alle sammen i butikken i Nyborg") for mail in mails]) != ""


def test_two_mails_are_too_few() -> None:
    assert common_ending([f"Ja.\n\n{SIGNATURE}", f"Nej.\n\n{SIGNATURE}"]) == ""


def test_one_line_is_too_little() -> None:
    assert common_ending(["Ja.\nMvh Anna", "Nej.\nMvh Anna", "Kl. 8.\nMvh Anna"]) == ""


def test_mails_that_are_the_same_teach_nothing() -> None:
    assert common_ending([f"Ja.\n\n{SIGNATURE}"] * 3) == ""


def test_a_mail_without_words_of_its_own_teaches_nothing() -> None:
    assert common_ending([f"Ja.\n\n{SIGNATURE}", f"Nej.\n\n{SIGNATURE}", SIGNATURE]) == ""


def test_a_sentence_that_is_said_each_time_is_no_signature() -> None:
    said = "Husk at tage din nøgle med i morgen.\nVi ses på torsdag klokken otte."
    assert common_ending([f"Hej {name}.\n{said}" for name in ("Bo", "Per", "Kim")]) == ""


def test_sentences_above_a_signature_are_not_learned_with_it() -> None:
    said = "Husk at tage din nøgle med i morgen."
    assert common_ending([f"Hej {name}.\n{said}\n\n{SIGNATURE}" for name in ("Bo", "Per", "Kim")]) == SIGNATURE


def test_mails_that_end_differently_teach_nothing() -> None:
    assert common_ending(["Ja.", "Nej.", "Måske."]) == ""


def test_a_signature_without_any_contact_data_is_learned_where_it_stands_apart() -> None:
    signature = "anna | firma\nVi elsker varme, og vi ved hvordan man får den frem i dit hus!"
    assert common_ending([f"{text}\n\n{signature}" for text in ("Ja.", "Nej.", "Kl. 8.")]) == signature
    assert common_ending([f"{text}\n{signature}" for text in ("Ja.", "Nej.", "Kl. 8.")]) == ""
