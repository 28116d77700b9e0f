"""What the human wrote, in the mails of every client and in every trap.

Each `mails/NAME.eml` has its expected text at level `signoff` in `NAME.txt`; where the level `contact` gives
something else that matters, it is in `NAME.contact.txt`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from smsdialog.core.mailparse import parse
from smsdialog.core.model import Cut, IncomingMail
from smsdialog.core.text import Known, full_text, own_words, sender_name, signature_of

MAILS = sorted((Path(__file__).parent / "mails").glob("*.eml"))
CONTACT = [path for path in MAILS if path.with_suffix(".contact.txt").exists()]

ATTRIBUTION = "\n\nDen 4. mar. 2025 kl. 09.12 skrev Bo <bo@kunde.example>:\n\n> Hvornår?\n"


def mail_of(body: str, content_type: str = "text/plain; charset=utf-8", headers: str = "") -> IncomingMail:
    """A mail with this body."""
    return parse(f"From: Anna Holm <anna@firma.example>\n{headers}Content-Type: {content_type}\n\n{body}".encode())


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_at_level_signoff_exactly_the_message_is_left(path: Path) -> None:
    expected = path.with_suffix(".txt").read_text("utf-8").rstrip("\n")
    assert own_words(parse(path.read_bytes()), cut=Cut.SIGNOFF).text == expected


@pytest.mark.parametrize("path", CONTACT, ids=lambda path: path.stem)
def test_at_level_contact_the_greeting_and_the_name_stay(path: Path) -> None:
    expected = path.with_suffix(".contact.txt").read_text("utf-8").rstrip("\n")
    assert own_words(parse(path.read_bytes())).text == expected


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_each_level_cuts_what_the_one_before_does_and_more(path: Path) -> None:
    mail = parse(path.read_bytes())
    lengths = [len(own_words(mail, cut=cut).text) for cut in Cut]
    assert lengths == sorted(lengths, reverse=True)


def test_the_four_levels() -> None:
    mail = mail_of("Ja.\n\nMvh\nAnna\nFirma A/S\nTlf. 87 65 43 21\n\nSendt fra min iPhone" + ATTRIBUTION)
    greeting = "Ja.\n\nMvh\nAnna"
    contact = greeting + "\nFirma A/S\nTlf. 87 65 43 21"
    assert own_words(mail, cut=Cut.QUOTES).text == contact + "\n\nSendt fra min iPhone"
    assert own_words(mail, cut=Cut.SIGNATURE).text == contact
    assert own_words(mail, cut=Cut.CONTACT).text == greeting
    assert own_words(mail, cut=Cut.SIGNOFF).text == "Ja."


@pytest.mark.parametrize(
    ("content_type", "body", "problem"),
    [
        ("text/plain", "", "empty"),
        ("text/plain", " \u00a0\n\u200b\n", "empty"),
        ("text/html", "<p>&nbsp;</p>", "empty"),
        ("text/plain", "Sendt fra min iPhone" + ATTRIBUTION, "empty"),
        ("text/plain", "-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----", "encrypted"),
        ("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "x", "encrypted"),
        ("application/pkcs7-mime; smime-type=signed-data", "x", "signed-opaque"),
        ("application/octet-stream; name=smime.p7m", "x", "encrypted"),
        ("application/ms-tnef; name=winmail.dat", "x", "tnef"),
        ("application/octet-stream; name=winmail.dat", "x", "tnef"),
        ("application/pdf; name=a.pdf", "x", "attachment-only"),
        ("message/rfc822", "Subject: x\n\nInner", "attachment-only"),
        ("multipart/encrypted; boundary=b", "--b\nContent-Type: application/pgp-encrypted\n\n\n--b--", "encrypted"),
        (
            "multipart/mixed; boundary=b",
            "--b\nContent-Type: application/pgp-encrypted\n\nx\n--b\nContent-Type: a/b\n\ny\n--b--",
            "encrypted",
        ),
        (
            "multipart/mixed; boundary=b",
            "--b\n\nMvh Anna\n--b\nContent-Type: image/png\n\nx\n--b--",
            "attachment-only",
        ),
    ],
)
def test_a_mail_without_words_says_why(content_type: str, body: str, problem: str) -> None:
    words = own_words(mail_of(body, content_type))
    assert (words.text, words.problem) == ("", problem)


def test_attachments_are_counted_but_not_the_logo_in_a_signature() -> None:
    body = (
        "--m\nContent-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\n<p>Hej</p>\n"
        '--r\nContent-Type: image/png; name="logo.png"\nContent-Disposition: inline\n\nx\n--r--\n'
        '--m\nContent-Type: application/pdf; name="a.pdf"\n\nx\n'
        "--m\nContent-Type: text/plain\nContent-Disposition: attachment; filename=b.txt\n\nnot this\n--m--"
    )
    words = own_words(mail_of(body, "multipart/mixed; boundary=m"))
    assert (words.text, words.attachments) == ("Hej", 2)


def test_a_text_that_is_shown_under_a_file_name_is_read_where_there_is_no_other() -> None:
    assert own_words(mail_of("Hej", 'text/plain; name="a.txt"', "Content-Disposition: inline\n")).text == "Hej"


def test_a_forwarded_mail_is_not_read() -> None:
    body = "--b\nContent-Type: message/rfc822\n\nSubject: x\n\nInner\n--b\nContent-Type: text/plain\n\nYdre\n--b--"
    assert own_words(mail_of(body, "multipart/mixed; boundary=b")).text == "Ydre"


def test_of_a_signed_mail_the_content_is_read() -> None:
    body = "--b\n\nHej\n--b\nContent-Type: application/pgp-signature\n\nx\n--b--"
    words = own_words(mail_of(body, "multipart/signed; boundary=b"))
    assert (words.text, words.attachments) == ("Hej", 0)


def test_a_learned_signature_is_cut_however_it_is_wrapped() -> None:
    known = Known(signatures=("Fru Holm\nFirma med det lange navn, altid til tjeneste!",))
    mail = mail_of("Ja.\n\nFru Holm\nFirma med det lange\nnavn,  altid til tjeneste!" + ATTRIBUTION)
    assert own_words(mail, cut=Cut.SIGNATURE, known=known).text == "Ja."
    assert own_words(mail, cut=Cut.QUOTES, known=known).text != "Ja."


def test_a_learned_signature_is_cut_only_where_it_ends_the_mail() -> None:
    known = Known(signatures=("Vi ses",))
    assert own_words(mail_of("Vi ses\n\npå torsdag."), known=known).text == "Vi ses\n\npå torsdag."


def test_a_mail_that_is_a_learned_signature_and_nothing_else_is_empty() -> None:
    known = Known(signatures=("Altid til tjeneste",))
    assert own_words(mail_of("Altid til tjeneste"), known=known).problem == "empty"


def test_the_subscribe_mail_teaches_the_signature() -> None:
    signature = "Altid til tjeneste, hilsen folkene fra Firma\nwww.firma.example"
    learned = signature_of(mail_of("\n\n" + signature + ATTRIBUTION))
    assert learned == signature
    assert own_words(mail_of("Kl. 8.\n\n" + signature), known=Known((learned,))).text == "Kl. 8."


def test_a_word_in_a_subscribe_mail_is_no_signature() -> None:
    assert signature_of(mail_of("Hej\nAnna")) == ""


def test_an_html_signature_is_learned_and_found_again_in_plain_text() -> None:
    learned = signature_of(mail_of("<div>Altid til <b>tjeneste</b></div><div>Firma</div>", "text/html"))
    assert own_words(mail_of("Ja.\n\nAltid til *tjeneste*\nFirma"), known=Known((learned,))).text == "Ja."


@pytest.mark.parametrize(
    "quoted",
    [
        "Hvornår kommer I på torsdag?",
        "SMS fra +45 20 12 34 56\n04/03 09:12 bo@kunde.example\n\nHvornår kommer I\npå torsdag?\n\nSlut",
        "Unknown: 20 12 34 56\nTidspunkt: i går\n\nHvornår kommer I på torsdag?",
    ],
)
def test_a_text_that_we_mailed_is_known_in_any_client(quoted: str) -> None:
    known = Known(quoted=("Hvornår kommer I på torsdag?",))
    assert own_words(mail_of("Kl. 8.\n\n" + quoted), known=known).text.startswith("Kl. 8.")
    assert "torsdag" not in own_words(mail_of("Kl. 8.\n\n" + quoted), known=known).text


def test_what_stands_directly_above_a_known_text_goes_only_if_a_client_wrote_it() -> None:
    known = Known(quoted=("Hvornår kommer I på torsdag?",))
    quoted = "Hvornår kommer I på torsdag?"
    assert own_words(mail_of(f"Vi kommer 3/4-2025\n{quoted}"), known=known).text == "Vi kommer 3/4-2025"
    assert own_words(mail_of(f"Ja.\n\n====\nModtaget 3/4-2025:\n\n{quoted}"), known=known).text == "Ja."


def test_an_answer_below_a_known_text_stays() -> None:
    known = Known(quoted=("Hvornår kommer I på torsdag?",))
    assert own_words(mail_of("Hvornår kommer I på torsdag?\n\nKl. 8."), known=known).text == "Kl. 8."


def test_an_answer_may_be_what_the_customer_wrote() -> None:
    known = Known(quoted=("Ja, det passer fint",))
    assert own_words(mail_of("Ja, det passer fint"), known=known).text == "Ja, det passer fint"
    assert own_words(mail_of("Ja, det passer fint\n\n> Ja, det passer fint"), known=known).text == "Ja, det passer fint"
    assert own_words(mail_of("Fra: +45 20 12 34 56\n\nJa, det passer fint"), known=known).problem == "empty"


def test_a_known_text_of_one_word_is_no_quote() -> None:
    assert own_words(mail_of("Ok"), known=Known(quoted=("Ok",))).text == "Ok"


def test_the_plain_text_counts_where_the_html_says_something_else() -> None:
    html = "<p>Noget andet</p><blockquote>Hvornår?</blockquote>"
    body = f"--b\n\nKl. 8.\n\n> Hvornår?\n--b\nContent-Type: text/html\n\n{html}\n--b--"
    assert own_words(mail_of(body, "multipart/alternative; boundary=b")).text == "Kl. 8."


def test_the_whole_text_is_there_before_anything_is_cut() -> None:
    assert full_text(mail_of("Ja.\n\nMvh Anna" + ATTRIBUTION)) == ("Ja.\n\nMvh Anna" + ATTRIBUTION).strip()
    assert full_text(mail_of("<p>Ja.</p><p>Mvh</p>", "text/html")) == "Ja.\n\nMvh"
    assert full_text(mail_of("", "image/png")) == ""


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("Anna Holm <a@b.example>", "Anna Holm"),
        ('"Holm, Anna (Firma)" <a@b.example>', "Anna Holm"),
        ("=?utf-8?q?=C3=85se?= <a@b.example>", "Åse"),
        ("a@b.example", ""),
        ('"a@b.example" <a@b.example>', ""),
        ("", ""),
    ],
)
def test_the_senders_name_is_read(value: str, name: str) -> None:
    assert sender_name(parse(f"From: {value}\n\n".encode())) == name


def test_a_forward_is_known_by_its_subject() -> None:
    body = "Fra: Bo <bo@kunde.example>\nSendt: 4. marts 2025 09:12\nTil: Anna\nEmne: Tid\n\nVi flytter mødet."
    assert own_words(mail_of(body, headers="Subject: VS: Tid\n")).text == "Vi flytter mødet."
    assert own_words(mail_of(body, headers="Subject: SV: Tid\n")).problem == "empty"
    assert own_words(mail_of(f"Se her\n\n{body}", headers="Subject: VS: Tid\n")).text == "Se her"


def test_a_forward_without_a_header_block_loses_its_title_only() -> None:
    body = "---------- Forwarded message ----------\nVi flytter mødet."
    assert own_words(mail_of(body)).text == "Vi flytter mødet."


def test_words_that_only_look_like_a_closing_are_kept_where_they_are_all() -> None:
    assert own_words(mail_of("Hilsen"), cut=Cut.SIGNOFF).text == "Hilsen"
    assert own_words(mail_of("Mange tak\nAnna"), cut=Cut.SIGNOFF).text == "Mange tak\nAnna"


def test_what_a_phones_user_typed_below_the_signature_break_stays() -> None:
    below = '<div>Ja.</div><br id="lineBreakAtBeginningOfSignature"><div>Men husk nu at tage stigen med!</div>'
    assert own_words(mail_of(below, "text/html")).text == "Ja.\n\nMen husk nu at tage stigen med!"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Se https://firma.example/x<https://firma.example/x> nu", "Se https://firma.example/x nu"),
        ("Se www.firma.example<http://www.firma.example/> nu", "Se www.firma.example nu"),
        ("Se www.firma.example<http://sporing.example/1> nu", "Se www.firma.example<http://sporing.example/1> nu"),
        ("Skriv til bo@x.example<mailto:bo@x.example> nu", "Skriv til bo@x.example nu"),
        ("Her:\n[cid:image001.png@01]\nslut", "Her:\nslut"),
        ("a < b og [c]", "a < b og [c]"),
    ],
)
def test_what_a_client_wrote_beside_links_and_pictures_goes(written: str, read: str) -> None:
    assert own_words(mail_of(written)).text == read


def test_a_letter_of_two_code_points_becomes_one_and_what_nobody_sees_goes() -> None:
    assert own_words(mail_of("A\u030ase\u200b\u00ad\u202a\u00a0kommer\u2028nu")).text == "Åse kommer\nnu"


@pytest.mark.parametrize(
    ("content_type", "mail"),
    [
        ("text/plain", "Fra: +45 20 12 34 56 (SMS)\nSendt: 4. marts 2025\nEmne: SMS\n\n{sms}\n\n{answer}"),
        ("text/html", '<div id="divRplyFwdMsg">Fra: Bo</div><div>{sms}</div><p></p><div>{answer}</div>'),
    ],
)
def test_below_a_text_that_we_mailed_the_answer_is_found_even_in_an_unmarked_history(
    content_type: str, mail: str
) -> None:
    known = Known(quoted=("Hvornår kommer I på torsdag?",))
    body = mail.format(sms=known.quoted[0], answer="Kl. 8.")
    assert own_words(mail_of(body, content_type), known=known).text == "Kl. 8."
    assert own_words(mail_of(body, content_type)).problem == "empty"
    assert "Kl. 8." not in own_words(mail_of("Ja.\n\n" + body, content_type), known=known).text
