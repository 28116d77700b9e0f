"""Bytes from the MTA become a mail, whatever is wrong with them."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog.core.mailparse import NESTING, PARTS, TEXT_BYTES, parse
from smsdialog.core.model import Part


def leaves(part: Part) -> list[Part]:
    """The leaves of a tree of parts, in their order."""
    return [leaf for child in part.children for leaf in leaves(child)] if part.children else [part]


def depth(part: Part) -> int:
    """How deep a tree of parts is."""
    return 1 + max((depth(child) for child in part.children), default=0)


MIXED = b"Content-Type: multipart/mixed; boundary=b\n\n"


def test_a_plain_mail_is_read() -> None:
    raw = b"Subject: Hej\r\nFrom: a@b.example\r\n\r\nTekst\r\n"
    mail = parse(raw)
    assert mail.subject == "Hej"
    assert mail.headers.first("from") == "a@b.example"
    assert mail.body == Part("text/plain", content=b"Tekst\n")
    assert mail.size == len(raw)
    assert mail.defects == ()


@pytest.mark.parametrize(
    "prefix",
    [
        b"From MAILER-DAEMON Mon Mar  3 10:00:00 2025\n",
        b">From x\n",
        b"\xef\xbb\xbf",
        b"\n\n",
        b"\xef\xbb\xbf\r\nFrom x\r\n\r\n",
    ],
)
def test_what_stands_before_the_headers_is_passed_over(prefix: bytes) -> None:
    mail = parse(prefix + b"Auto-Submitted: auto-replied\n\nHej")
    assert mail.headers.first("auto-submitted") == "auto-replied"
    assert mail.body.content == b"Hej"


@pytest.mark.parametrize(
    ("line", "defect"),
    [
        (b"Subject : x\n", "blank-before-colon"),
        (b"this is no header\n", "header-block"),
        (b"From someone Mon Mar  3\n", ""),
        (b"X: a\rb\0c\n", "control-in-header"),
    ],
)
def test_an_odd_line_does_not_end_the_header_block(line: bytes, defect: str) -> None:
    mail = parse(b"X-One: 1\n" + line + b"List-Id: <l>\n\nHej")
    assert mail.headers.first("List-Id") == "<l>"
    assert mail.body.content == b"Hej"
    assert mail.defects == ((defect,) if defect else ())


def test_a_bare_carriage_return_begins_no_header() -> None:
    mail = parse(b"Subject: a\rAuto-Submitted: no\n\nHej")
    assert mail.headers.pairs == (("Subject", "a Auto-Submitted: no"),)


def test_a_mail_with_nothing_but_carriage_returns_is_read() -> None:
    assert parse(b"Subject: a\r\rHej").body.content == b"Hej"


def test_folded_headers_are_unfolded_but_not_decoded() -> None:
    mail = parse(b"Subject: =?utf-8?q?a?=\n =?utf-8?q?b?=\n\n")
    assert mail.headers.first("Subject") == "=?utf-8?q?a?= =?utf-8?q?b?="
    assert mail.subject == "ab"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_raw_8_bit_headers_are_read(encoding: str) -> None:
    assert parse("Subject: Rødgrød\n\n".encode(encoding)).subject == "Rødgrød"


def test_what_has_no_header_is_all_body() -> None:
    mail = parse(b"Hej med dig\n\nx")
    assert mail.headers.pairs == ()
    assert mail.body.content == b"Hej med dig\n\nx"
    assert mail.defects == ("no-header-block",)


@pytest.mark.parametrize("raw", [b"", b"\n", b"\0", b"Subject: x", b"From x"])
def test_next_to_nothing_is_a_mail_too(raw: bytes) -> None:
    assert parse(raw).size == len(raw)


def test_repeated_singletons_are_named() -> None:
    assert parse(b"From: a@b\nFROM: c@d\n\n").defects == ("repeated-from",)


@pytest.mark.parametrize(
    ("encoding", "body", "content"),
    [
        (b"base64", b"SGVq\n", b"Hej"),
        (b"BASE64;", b"SG!Vq", b"Hej"),
        (b"base64", b"SGVqA", b"Hej"),
        (b"base64", b"SGVqCg==\n--\nfooter", b"Hej\n"),
        (b"quoted-printable", b"H=65j=\n!", b"Hej!"),
        (b"quoted_printable", b"=ZZ", b"=ZZ"),
        (b"8-bit", b"Hej", b"Hej"),
        (b"x-unknown", b"Hej", b"Hej"),
        (b"", b"Hej", b"Hej"),
    ],
)
def test_transfer_encodings_are_undone(encoding: bytes, body: bytes, content: bytes) -> None:
    assert parse(b"Content-Transfer-Encoding: " + encoding + b"\n\n" + body).body.content == content


def test_a_multipart_is_taken_apart() -> None:
    mail = parse(
        MIXED + b"preamble\n--b\n\nOne\n--b \nContent-Type: image/png; name=x.png\n"
        b"Content-Disposition: attachment; filename*=utf-8''r%C3%B8d.png\n\nPNG\n--b--\nepilogue"
    )
    one, two = mail.body.children
    assert (one.content_type, one.content) == ("text/plain", b"One")
    assert (two.content_type, two.disposition, two.filename, two.content) == (
        "image/png",
        "attachment",
        "rød.png",
        b"",
    )
    assert mail.defects == ()


def test_a_boundary_that_only_begins_alike_parts_nothing() -> None:
    mail = parse(MIXED + b"--b\n\nA\n--bb\nB\n--b--")
    assert mail.body.children[0].content == b"A\n--bb\nB"


def test_a_part_that_is_empty_or_has_no_end_is_a_part() -> None:
    mail = parse(MIXED + b"--b\n--b\n\nrest")
    assert [leaf.content for leaf in leaves(mail.body)] == [b"", b"rest"]
    assert mail.defects == ("no-closing-boundary",)


@pytest.mark.parametrize(
    "header", [b"multipart/mixed", b"multipart/mixed; boundary=zzz", b'multipart/mixed; boundary=""']
)
def test_a_multipart_without_its_boundary_is_text(header: bytes) -> None:
    mail = parse(b"Content-Type: " + header + b"\n\n--b\n\nHej")
    assert mail.body.content_type == "text/plain"
    assert mail.body.content.endswith(b"Hej")
    assert mail.defects == ("no-boundary",)


def test_an_unreadable_content_type_is_plain_text() -> None:
    assert parse(b"Content-Type: text\n\nHej").body.content_type == "text/plain"


def test_an_attached_mail_is_a_child() -> None:
    mail = parse(b"Content-Type: message/rfc822\n\nSubject: inner\nContent-Type: text/html\n\n<p>")
    assert mail.body.children[0] == Part("text/html", content=b"<p>")


def test_the_parts_of_a_digest_are_mails() -> None:
    mail = parse(b"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\nHej\n--b--")
    assert mail.body.children[0].content_type == "message/rfc822"


def test_reports_keep_their_text() -> None:
    assert parse(b"Content-Type: message/delivery-status\n\nAction: failed").body.content == b"Action: failed"


def test_nesting_is_capped() -> None:
    raw = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(100))
    mail = parse(raw)
    assert "too-deep" in mail.defects
    assert depth(mail.body) <= NESTING + 1
    assert "too-deep" in parse(b"Content-Type: message/rfc822\n\n" * 100).defects


def test_parts_are_capped() -> None:
    mail = parse(MIXED + b"--b\n\nx\n" * 1000)
    assert len(leaves(mail.body)) < PARTS
    assert "too-many-parts" in mail.defects


def test_parts_are_capped_over_all_levels() -> None:
    inner = b"Content-Type: multipart/mixed; boundary=i\n\n" + b"--i\n\nx\n" * 50 + b"--i--\n"
    mail = parse(MIXED + (b"--b\n" + inner) * 10)
    assert len(leaves(mail.body)) <= PARTS
    assert "too-many-parts" in mail.defects


def test_lines_that_look_like_boundaries_are_looked_at_so_many_times_only() -> None:
    assert "too-many-parts" in parse(MIXED + b"--bX\n" * 5000).defects


def test_text_is_capped_for_each_part_and_for_the_mail() -> None:
    big = b"\n\n" + b"x" * (TEXT_BYTES + 10) + b"\n"
    mail = parse(MIXED + (b"--b" + big) * 6)
    assert max(len(leaf.content) for leaf in leaves(mail.body)) == TEXT_BYTES
    assert sum(len(leaf.content) for leaf in leaves(mail.body)) == 4 * TEXT_BYTES
    assert "truncated" in mail.defects


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 100_000,
        MIXED + b"--b\n\n\n" * 800_000,
        MIXED + b"--bX\n" * 1_000_000,
        b"\r" * 5_000_000,
        b"a: b\n\n" + b"\r" * 5_000_000,
        b"a: b\n" * 1_000_000,
        b"a: b\n" + b"x\n" * 2_000_000,
        b"From x\n" * 700_000,
        b"Subject: " + b"=?utf-8?q?a?= " * 350_000,
        b"Content-Type: a/b" + b";a=b" * 1_000_000,
        b"Content-Type: message/rfc822\n\n" * 150_000,
        b"a" + b" " * 5_000_000 + b":\n",
    ],
    ids=range(12),
)
def test_hostile_megabytes_cost_little(raw: bytes) -> None:
    started = time.process_time()
    parse(raw)
    assert time.process_time() - started < 2


def test_a_big_mail_of_short_lines_takes_no_more_memory_than_a_few_copies_of_it() -> None:
    raw = b"Subject: x\r\n\r\n" + b"a\r\n" * 1_000_000
    tracemalloc.start()
    parse(raw)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * len(raw)


@pytest.mark.parametrize("line_end", [b"\r\n", b"\r\r\n", b"\r\r\r\n"])
def test_a_line_ends_with_its_line_feed_however_many_returns_stand_before_it(line_end: bytes) -> None:
    mail = parse(line_end.join([b"Subject: x", b"To: y", b"", b"Hej", b"du"]))
    assert (mail.headers.pairs, mail.body.content) == ((("Subject", "x"), ("To", "y")), b"Hej\ndu")


@given(st.binary(max_size=400))
def test_parsing_never_raises(raw: bytes) -> None:
    assert parse(raw).size == len(raw)


PIECES = st.sampled_from(
    [
        b"Content-Type: multipart/mixed; boundary=b\n",
        b"--b\n",
        b"--b--\n",
        b"\n",
        b"Subject: x\n",
        b" y\n",
        b"\r",
        b"\x00",
        b"Content-Type: message/rfc822\n",
        b"Content-Transfer-Encoding: base64\n",
        b"text",
        b"=",
        b";",
        b'"',
        b": ",
    ]
)


@given(st.lists(PIECES, max_size=40))
def test_parsing_pieces_of_mails_never_raises(pieces: list[bytes]) -> None:
    assert isinstance(parse(b"".join(pieces)).body, Part)
