"""`smsdialog preview`: what a mail would become, for files and standard input, sending nothing."""

from __future__ import annotations

import json

import pytest

from smsdialog.core.address import new_key, reply_local_part

FIELDS = {"file", "text", "encoding", "parts", "recipients", "refused"}
KEY = new_key(bytes(20)).reveal()
SIGNED = "Hej Bo\nDin bil er færdig.\n\nMed venlig hilsen\nAnna\n\n-- \nFirma A/S\nTlf. 33 12 34 56"


def mail(text: str = SIGNED, subject: str = "20123456", to: str = f"{KEY}@sms.firma.example") -> bytes:
    header = f"From: anna@firma.example\nTo: {to}\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n"
    return f"{header}\n{text}\n".encode()


def seen(office, content: bytes, *options: str):
    """What the preview says of one mail on standard input."""
    result = office.run("preview", "-", "--json", *options, stdin=content)
    assert (result.status, result.err) == (0, ""), result
    return result.json


def test_it_shows_text_recipients_and_parts(bare):
    shown = seen(bare, mail())
    assert shown.keys() >= FIELDS
    assert shown["file"] == "-"
    assert shown["text"] == "Hej Bo\nDin bil er færdig.\n\nMed venlig hilsen\nAnna"
    assert (shown["encoding"], shown["parts"], shown["recipients"], shown["refused"]) == (
        "gsm7",
        1,
        ["+4520123456"],
        None,
    )


def test_it_needs_no_database_and_makes_none(bare):
    seen(bare, mail())
    assert not (bare.folder / "state").exists()


def test_people_see_the_text_behind_a_bar(bare):
    shown = bare.run("preview", "-", stdin=mail("Hej\n\x1b[31m😀")).out
    assert "  to        +4520123456\n" in shown
    assert "  SMS       1 (ucs2, " in shown
    assert "  because   😀\n" in shown
    assert "  | Hej\n" in shown
    assert "\x1b" not in shown


def test_several_files_are_one_object_a_line_in_their_order(bare):
    paths = [bare.folder / f"{n}.eml" for n in range(3)]
    for n, path in enumerate(paths):
        path.write_bytes(mail(f"Hej {n}"))
    result = bare.run("preview", *map(str, paths), "--json")
    lines = [json.loads(line) for line in result.out.splitlines()]
    assert [(line["file"], line["text"]) for line in lines] == [(str(p), f"Hej {n}") for n, p in enumerate(paths)]
    assert result.status == 0


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_shown(bare):
    good = bare.folder / "a.eml"
    good.write_bytes(mail())
    result = bare.run("preview", str(bare.folder / "none.eml"), str(bare.folder), str(good), "--json")
    assert result.status == 1
    assert result.json["file"] == str(good)
    assert result.err == (
        f"smsdialog: {bare.folder}/none.eml: No such file or directory\nsmsdialog: {bare.folder}: Is a directory\n"
    )


def test_without_a_file_it_is_misuse(bare):
    assert "Missing argument 'FILE...'" in bare.misused("preview")
    assert "is not one of" in bare.misused("preview", "-", "--cut", "all")


@pytest.mark.parametrize(
    ("cut", "text"),
    [
        ("quotes", SIGNED.replace("-- ", "--")),
        ("signature", "Hej Bo\nDin bil er færdig.\n\nMed venlig hilsen\nAnna"),
        ("signoff", "Hej Bo\nDin bil er færdig."),
    ],
)
def test_it_cuts_at_the_level_that_is_asked_for_or_configured(bare, cut, text):
    assert seen(bare, mail(), "--cut", cut)["text"] == text
    bare.configure(tables=f'[text]\ncut = "{cut}"')
    assert seen(bare, mail())["text"] == text


REPLY = reply_local_part(b"secret", 1, "+4520123456")


@pytest.mark.parametrize(
    ("to", "subject", "recipients"),
    [
        (f"{KEY}@sms.firma.example", "20123456, +46 70 123 45 67", ["+4520123456", "+46701234567"]),
        ("20123456@sms.firma.example, 20123457@SMS.firma.example", "Din tid", ["+4520123456", "+4520123457"]),
        (f"{KEY}@sms.firma.example, 20123456@sms.firma.example", "Din tid", ["+4520123456"]),
        (f"{KEY}@sms.firma.example, 20123456@sms.firma.example", "20123457", ["+4520123456", "+4520123457"]),
        (f"{REPLY}@sms.firma.example", "SV: SMS fra +45 20 12 34 56", ["+4520123456"]),
        ("20123456@andet.example", "x", []),
    ],
)
def test_recipients_stand_in_addresses_and_subject(bare, to, subject, recipients):
    shown = seen(bare, mail(to=to, subject=subject))
    assert (shown["recipients"], shown["refused"]) == (recipients, None)


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (mail(subject="12345"), "12345: it is a short number, which cannot be texted from here."),
        (mail(subject="20123456, abc"), "abc: it contains letters."),
        (mail(subject=""), "no-number"),
        (mail(subject=",".join(f"201234{n:02}" for n in range(60))), "too-many-recipients"),
        (mail(text=""), "empty"),
        (mail(text="x" * 2000), "too-long"),
        (b"", "empty"),
    ],
)
def test_it_says_why_nothing_would_be_sent(bare, content, refused):
    assert seen(bare, content)["refused"] == refused
    assert f"  refused   {refused}\n" in bare.run("preview", "-", stdin=content).out


def test_what_is_too_long_is_cut_where_that_is_configured(bare):
    bare.configure(tables='[text]\noverlong = "cut"\n[limits]\nparts_per_sms = 2')
    shown = seen(bare, mail(text="ord " * 200))
    assert (shown["refused"], shown["parts"]) == (None, 2)


def test_what_an_account_has_taught_is_cut_too(office):
    secret = office.json("key", "create", "Firma")["secret"]
    office.anna_writes("subscribe@sms.firma.example", secret, "Anna fra Firma\nKør forsigtigt")
    text = "Din bil er færdig.\n\nAnna fra Firma\nKør forsigtigt"
    assert seen(office, mail(text), "--account", "anna@firma.example")["text"] == "Din bil er færdig."
    assert office.refused("preview", "-", "--account", "bo@firma.example") == "there is no account 'bo@firma.example'"


def test_a_wrong_configuration_is_an_error_and_none_at_all_is_not(bare, monkeypatch):
    bare.configure(top="x = 1")
    assert "unknown key 'x'" in bare.refused("preview", "-")
    monkeypatch.setattr("smsdialog.config.DEFAULT_PATH", bare.folder / "none.toml")
    monkeypatch.delenv("SMSDIALOG_CONFIG", raising=False)
    monkeypatch.setattr(bare, "config", "")
    assert seen(bare, mail(to="20123456@sendmailsms.dk"))["recipients"] == ["+4520123456"]


def test_any_octets_at_all_are_a_mail(bare):
    for content in (b"\xff" * 100, b"\0\n\n\0", b"From: \n" * 1000, "Subject: æ\n\nø".encode("latin-1")):
        assert seen(bare, content).keys() >= FIELDS


def test_the_program_does_it_too(bare):
    (bare.folder / "å.eml").write_bytes(mail())
    result = bare.program("preview", "-", str(bare.folder / "å.eml"), "--json", stdin=mail("Til Bo"))
    first, second = (json.loads(line) for line in result.out.splitlines())
    assert (result.status, first["text"], second["recipients"]) == (0, "Til Bo", ["+4520123456"])
    missing = bare.program("preview", "/none.eml")
    assert (missing.status, missing.out, missing.err) == (1, "", "smsdialog: /none.eml: No such file or directory\n")


def test_it_shows_what_was_written_and_what_goes_out(bare):
    shown = seen(bare, mail("“Hej” – vi ses…"))
    assert (shown["text"], shown["sms"], shown["encoding"]) == ("“Hej” – vi ses…", '"Hej" - vi ses...', "gsm7")
