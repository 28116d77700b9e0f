"""Nobody is believed to be somebody else, whatever he writes into his headers."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog.core.authresults import is_aligned
from smsdialog.core.lexical import outline, split, without_comments
from smsdialog.core.mailbox import (
    MAX_LISTED,
    canonical_address,
    canonical_domain,
    local_parts,
    single_mailbox,
)
from smsdialog.core.model import Envelope, Headers, IncomingMail, Part
from smsdialog.core.sender import Policy, Proof, address_list, from_mailbox, proof

ANNA = "anna@firma.example"
OURS = "mx.firma.example"
POLICY = Policy(trusted_networks=("10.0.0.0/8", "::1/128"), trusted_authserv_ids=(OURS,))
OUTSIDE = Envelope(ANNA, (), client_address="192.0.2.7")

NOTHING = Proof(by="", failed=False, local=False)
DMARC = Proof(by="dmarc", failed=False, local=False)
DKIM = Proof(by="dkim", failed=False, local=False)
FAILED = Proof(by="", failed=True, local=False)

PASS_INFO = "dmarc=pass header.from=firma.example"
PASS = f"{OURS}; {PASS_INFO}"
FAIL = f"{OURS}; dmarc=fail header.from=firma.example"
BY_US = f"from client.example (client.example [192.0.2.7]) by {OURS} (Postfix) with ESMTPS"
BY_OTHERS = "from laptop by smtp.firma.example with ESMTPSA"


def headers(*values: str) -> Headers:
    return Headers(tuple(("From", value) for value in values))


def results(*values: str) -> IncomingMail:
    """A mail from Anna with these headers at its top; a value without a header name is an Authentication-Results."""
    pairs = [
        (name, value)
        if name in ("Received", "ARC-Authentication-Results", "X-Note")
        else ("Authentication-Results", line)
        for line in values
        for name, _, value in [line.partition(": ")]
    ]
    return IncomingMail(Headers((*pairs, ("From", ANNA))), "", Part(), 0)


def proven(*values: str, envelope: Envelope = OUTSIDE, policy: Policy = POLICY) -> Proof:
    return proof(results(*values), envelope, policy, ANNA)


class TestFrom:
    @pytest.mark.parametrize(
        "value",
        [
            "anna@firma.example",
            " anna@firma.example\t",
            "<anna@firma.example>",
            "Anna@FIRMA.example",
            "Anna Berg <anna@firma.example>",
            "Anna B. Berg <anna@firma.example>",
            "[Salg] Anna <anna@firma.example>",
            "Anna Bækgård <anna@firma.example>",
            '"Berg, Anna" <anna@firma.example>',
            '"Anna \\"A\\" Berg" <anna@firma.example>',
            "=?utf-8?q?Anna_B=C3=A6k?= <anna@firma.example>",
            "anna@firma.example (Anna Berg)",
            "(Anna) anna@firma.example",
            "Anna < anna@firma.example > (work)",
            "anna@firma.example <anna@firma.example>",
            "Anna@Firma.example <anna@firma.example>",
        ],
    )
    def test_one_mailbox_in_any_usual_spelling_is_known(self, value):
        assert from_mailbox(headers(value)) == ANNA

    @pytest.mark.parametrize(
        "value",
        [
            '"a@good.example" <b@evil.example>',
            "=?utf-8?q?a=40good.example?= <b@evil.example>",
            "=?utf-8?q?a=40good.example=0D=0AFrom=3A_a=40good.example?= <b@evil.example>",
            '"<a@good.example>" <b@evil.example>',
            '"a@good.example\\" <c@d>" <b@evil.example>',
            "b@evil.example (a@good.example)",
            "b@evil.example (<a@good.example>)",
            "(a@good.example) <b@evil.example>",
            '"a@good.example, " <b@evil.example>',
        ],
    )
    def test_an_address_in_display_name_or_comment_is_not_the_sender(self, value):
        assert from_mailbox(headers(value)) == "b@evil.example"

    @pytest.mark.parametrize(
        "value",
        [
            "a@good.example <b@evil.example>",
            "=?utf-8?q?x?= a@good.example <b@evil.example>",
            "a@good.example)b@evil.example",
            "a@good.example(b@evil.example",
            "<@a.example:b@c.example>",
            "a@b.example\0.c",
            "a@good.example, b@evil.example",
            "Berg, Anna <anna@firma.example>",
            "a@good.example,",
            "<a@good.example> <b@evil.example>",
            "<a@good.example> b@evil.example",
            "<a@good.example",
            "a@good.example>",
            "<<a@good.example>>",
            "a@good.example b@evil.example",
            "Team: a@good.example;",
            "undisclosed-recipients:;",
            "a@good.example; b@evil.example",
            'Anna" <a@good.example>',
            'a\\"b <a@good.example>',
            "Anna\r\nX <a@good.example>",
            "Anna\x01 <a@good.example>",
            "a(x)b@good.example",
            "a@good(x).example",
            '"a"@good.example',
            '"a@good.example"@evil.example',
            "a@good.example@evil.example",
            "=?utf-8?q?a=40good.example?=",
            "=?utf-8?q?a?=@good.example",
            "a@[192.0.2.1]",
            "a@",
            "@good.example",
            "a",
            "",
            "<>",
            ".a@good.example",
            "a..b@good.example",
            "a.@good.example",
            "a b@good.example",
            "x" * 16 * 1024 + " <a@good.example>",
        ],
    )
    def test_what_could_be_read_in_two_ways_is_nobody(self, value):
        assert from_mailbox(headers(value)) is None

    def test_two_from_headers_are_nobody_even_if_they_agree(self):
        assert from_mailbox(headers(ANNA, "b@evil.example")) is None
        assert from_mailbox(headers(ANNA, ANNA)) is None

    def test_no_from_header_is_nobody(self):
        assert from_mailbox(headers()) is None

    def test_a_sender_header_that_differs_changes_nothing(self):
        delegate = Headers((("From", ANNA), ("Sender", "secretary@firma.example")))
        assert from_mailbox(delegate) == ANNA


class TestCanonicalForm:
    @pytest.mark.parametrize(
        ("written", "canonical"),
        [
            ("Anna.Berg+sms@FIRMA.DK", "anna.berg+sms@firma.dk"),
            ("o'brien/x=y@firma.dk", "o'brien/x=y@firma.dk"),
            ("Jørgen@firma.dk", "jørgen@firma.dk"),
            ("jo\u0308rgen@firma.dk", "jörgen@firma.dk"),
            ("ØST@firma.dk", "Øst@firma.dk"),
            ("anna@Brød.dk", "anna@xn--brd-1na.dk"),
            ("anna@BRØD.dk", "anna@xn--brd-1na.dk"),
            ("anna@xn--BRD-1na.dk", "anna@xn--brd-1na.dk"),
            ("root@localhost", "root@localhost"),
        ],
    )
    def test_domains_are_a_labels_and_only_a_to_z_are_lowered(self, written, canonical):
        assert canonical_address(written) == canonical

    @pytest.mark.parametrize(
        "written",
        [
            "\u212aim@firma.dk",
            "kim@firma.d\u212a",
            "ａnna@firma.dk",
            "anna@ｆirma.dk",
            "anna＠firma.dk",
            "an\u200bna@firma.dk",
            "an\u202ena@firma.dk",
            "an\u00a0na@firma.dk",
            "an\ud83dna@firma.dk",
            "anna@fir\u3002ma.dk",
            "anna@fa\u00df.dk",
            "anna@" + "ø" * 63 + ".dk",
            "anna@" + ("a" * 63 + ".") * 4 + "dk",
            "anna@" + "ø." * 60 + "dk",
            "anna@-firma.dk",
            "anna@firma-.dk",
            "anna@fir_ma.dk",
            "anna@firma..dk",
            "anna@firma.dk.",
            "anna@" + "a" * 64 + ".dk",
            "a" * 65 + "@firma.dk",
            "ø" * 33 + "@firma.dk",
            "a" * 64 + "@" + ("b" * 60 + ".") * 3 + "dk" * 4,
        ],
    )
    def test_characters_that_pass_for_others_and_what_is_too_long_are_refused(self, written):
        assert canonical_address(written) is None

    def test_a_domain_longer_than_the_name_system_allows_is_refused(self):
        assert canonical_domain("a" * 254) is None
        assert canonical_domain("ø." * 120 + "dk") is None


class TestAddressLists:
    @pytest.mark.parametrize(
        ("value", "found"),
        [
            ("a@b.example", ("a@b.example",)),
            ("A@B.example, <c@d.example>; E <e@f.example>", ("a@b.example", "c@d.example", "e@f.example")),
            ("a@b.example,a@B.example", ("a@b.example",)),
            ("Team: a@b.example, c@d.example;", ("a@b.example", "c@d.example")),
            ("Team:a@b.example;", ("a@b.example",)),
            ('"x@y.example" <a@b.example>', ("a@b.example",)),
            ('"<x@y.example>" a@b.example', ("a@b.example",)),
            ('"x@y.example"', ()),
            ('"x, y" <a@b.example>', ("a@b.example",)),
            ("a@b.example (x@y.example)", ("a@b.example",)),
            ("<@r.example:a@b.example>", ("a@b.example",)),
            ("<a@b.example> <c@d.example>", ("a@b.example", "c@d.example")),
            ("a@b.example c@d.example", ("a@b.example", "c@d.example")),
            ('"open <a@b.example>, c@d.example', ("a@b.example", "c@d.example")),
            ("a@b.example, (open, c@d.example", ("a@b.example", "c@d.example")),
            ("undisclosed-recipients:;", ()),
            ("+4520123456@sms.example, 0045 20123456@sms.example", ("+4520123456@sms.example", "20123456@sms.example")),
            ("", ()),
            (",;,<>", ()),
        ],
    )
    def test_the_addresses_are_found_and_nothing_else(self, value, found):
        assert address_list(value) == found

    def test_no_more_than_a_thousand_are_listed(self):
        assert len(address_list(",".join(f"a{number}@b.example" for number in range(3000)))) == MAX_LISTED

    @pytest.mark.parametrize("unit", ["<", "(", '"', "a@b,", "@", "\\", ":", '<"', "()", "a@b.c ", ";:", "ø@ø.dk,"])
    def test_a_hostile_list_costs_no_more_than_its_length(self, unit):
        started = time.perf_counter()
        address_list(unit * (256 * 1024 // len(unit)))
        assert time.perf_counter() - started < 3

    @pytest.mark.parametrize(
        ("value", "found"),
        [
            ("System <MAILER-DAEMON>", ("mailer-daemon",)),
            ('"Mailer-Daemon"@x.example', ("mailer-daemon",)),
            ("Anna Berg", ()),
            ("<>", ("",)),
        ],
    )
    def test_local_parts_are_found_without_a_domain_too(self, value, found):
        assert local_parts(value) == found


class TestOutlines:
    @pytest.mark.parametrize("value", ["(", ")", '"', "a)b", "(()", '"\\"', "(\\)", '(")'])
    def test_what_stays_open_has_no_outline(self, value):
        assert (outline(value) is None) == (value != '(")')
        assert (without_comments(value) is None) == (value != '(")')

    @pytest.mark.parametrize(
        ("value", "shape"), [("(a(b)c)d", "       d"), ('"("x', "\0\0\0x"), ("a\\b", "a\\b"), ('(\\"\\()x', "      x")]
    )
    def test_comments_are_blank_and_quoted_strings_masked(self, value, shape):
        assert outline(value) == shape

    def test_a_broken_value_is_cut_at_every_separator(self):
        assert split('a;"b;c', ";") == ["a", '"b', "c"]


class TestLocalProof:
    def test_a_sasl_user_is_proof(self):
        assert proven(envelope=Envelope(ANNA, (), sasl_username="anna")) == Proof("sasl", failed=False, local=True)

    @pytest.mark.parametrize("user", ["", " "])
    def test_an_empty_sasl_user_is_none(self, user):
        assert proven(envelope=Envelope(ANNA, (), sasl_username=user)) == NOTHING

    @pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "::1", " 10.1.2.3 ", "0:0:0:0:0:ffff:a01:203"])
    def test_a_trusted_network_is_proof(self, address):
        assert proven(envelope=Envelope(ANNA, (), client_address=address)) == Proof("network", failed=False, local=True)

    @pytest.mark.parametrize(
        "address", ["", "11.0.0.1", "::2", "::ffff:11.0.0.1", "unknown", "10.1.2.3, 8.8.8.8", "010.1.2.3"]
    )
    def test_any_other_network_is_none(self, address):
        assert proven(envelope=Envelope(ANNA, (), client_address=address)) == NOTHING

    def test_no_trusted_network_trusts_nobody(self):
        assert proven(envelope=Envelope(ANNA, (), client_address="127.0.0.1"), policy=Policy()) == NOTHING

    def test_the_envelope_sender_proves_nothing(self):
        assert proven(envelope=Envelope(ANNA, ())) == NOTHING

    def test_a_trusted_fail_undoes_sasl_and_network_but_the_client_stays_local(self):
        envelope = Envelope(ANNA, (), sasl_username="anna", client_address="10.1.2.3")
        assert proven(FAIL, envelope=envelope) == Proof("", failed=True, local=True)


class TestDmarc:
    @pytest.mark.parametrize(
        "value",
        [
            PASS,
            f"{OURS} 1; dmarc=pass header.from=firma.example",
            "MX.Firma.Example; DMARC=Pass Header.From=FIRMA.example",
            f'"{OURS}"; dmarc=pass header.from=firma.example',
            f"(x) {OURS} (y) 1 (z); dmarc=pass (p=none dis=none) header.from=firma.example;",
            f"{OURS}; dmarc=pass action=none header.from=firma.example",
            f'{OURS}; dmarc = pass reason="good" header.from = "firma.example"',
            f"{OURS}; spf=none smtp.mailfrom=; iprev=pass smtp.remote-ip=2001:db8::1; {PASS_INFO}",
            f"{OURS}; dkim=fail header.d=firma.example; spf=fail smtp.mailfrom=x.example; {PASS_INFO}",
            f"{OURS}; dmarc=pass (blåbær) header.from=firma.example; x-tls=pass x-bits=256 (🔒)",
            f"{OURS}; dmarc/1=pass header.from=firma.example policy.dmarc=reject",
            f"{OURS}; dmarc=pass header.from=anna@firma.example",
        ],
    )
    def test_a_trusted_pass_for_the_domain_of_the_from_is_proof(self, value):
        assert proven(value) == DMARC

    @pytest.mark.parametrize(
        "value",
        [
            "mx.evil.example; dmarc=pass header.from=firma.example",
            f"{OURS}.evil.example; dmarc=pass header.from=firma.example",
            f"x{OURS}; dmarc=pass header.from=firma.example",
            f"({OURS}) mx.evil.example; dmarc=pass header.from=firma.example",
            f"mx.evil.example {OURS}; dmarc=pass header.from=firma.example",
            f"{OURS} mx.evil.example; dmarc=pass header.from=firma.example",
            f"{OURS} 2; dmarc=pass header.from=firma.example",
            f"{OURS} 1 1; dmarc=pass header.from=firma.example",
            f"{OURS}/1; dmarc=pass header.from=firma.example",
            f"{OURS} dmarc=pass header.from=firma.example",
            f"; {PASS}",
            f"{OURS}; none",
            f"{OURS}; none; dmarc=none (dmarc=pass header.from=firma.example)",
            f"{OURS}; (dmarc=pass header.from=firma.example)",
            f'{OURS}; dmarc=none reason="x; dmarc=pass header.from=firma.example"',
            f'{OURS}; spf=pass smtp.mailfrom="a; dmarc=pass header.from=firma.example; b"@evil.example',
            f"{OURS}; spf=pass smtp.mailfrom=a(b; dmarc=pass header.from=firma.example",
            f'{OURS}; spf=pass smtp.mailfrom="a; dmarc=pass header.from=firma.example',
            f"{OURS}; dmarc=pass",
            f"{OURS}; dmarc=pass header.from=",
            f"{OURS}; dmarc=pass header.from=evil.example",
            f"{OURS}; dmarc=pass header.from=firma.example.evil.example",
            f"{OURS}; dmarc=pass header.from=mail.firma.example",
            f"{OURS}; dmarc=pass header.from=evil.example header.from=firma.example",
            f"{OURS}; dmarc=pass smtp.from=firma.example",
            f"{OURS}; dmarc=bestguesspass header.from=firma.example",
            f"{OURS}; dmarc=none header.from=firma.example",
            f"{OURS}; dmarc=temperror header.from=firma.example",
            f"{OURS}; dmarc/2=pass header.from=firma.example",
            f"{OURS}; xdmarc=pass header.from=firma.example",
            f"{OURS}; spf=pass smtp.mailfrom=anna@firma.example",
            f"{OURS}; dmarc=",
            f"{OURS}; dmarc",
            f"{PASS}; dmarc=none header.from=firma.example",
            f"{PASS}; dmarc=",
            f"{PASS}; x={'y' * 8 * 1024}",
            f"ARC-Authentication-Results: {PASS}",
            f"X-Note: Authentication-Results: {PASS}",
            "",
        ],
    )
    def test_anything_less_is_no_proof(self, value):
        assert proven(value) == NOTHING

    def test_without_configured_ids_no_result_counts(self):
        assert proven(PASS, policy=Policy()) == NOTHING
        assert proven(FAIL, policy=Policy()) == NOTHING

    def test_an_empty_configured_id_matches_nothing(self):
        assert proven("; dmarc=pass header.from=firma.example", policy=Policy((), ("",))) == NOTHING

    @pytest.mark.parametrize("order", [(PASS, FAIL), (FAIL, PASS), (PASS, PASS, FAIL)])
    def test_a_trusted_fail_wins_wherever_it_stands(self, order):
        assert proven(*order) == FAILED

    @pytest.mark.parametrize(
        "value",
        [
            f"{OURS}; dmarc=fail",
            f"{OURS}; dmarc=FAIL (p=reject) header.from=evil.example",
            f"{OURS}; dkim=pass header.d=firma.example; dmarc=fail header.from=firma.example",
            f"{OURS}; spf=pass smtp.mailfrom=<>; dmarc=fail header.from=firma.example",
        ],
    )
    def test_a_trusted_fail_is_seen_beside_other_results(self, value):
        assert proven(value) == FAILED

    def test_a_fail_that_is_not_trusted_is_ignored(self):
        assert proven("mx.evil.example; dmarc=fail header.from=firma.example", PASS) == DMARC
        assert proven(f"{OURS}; dmarc=pass (dmarc=fail) header.from=firma.example") == DMARC

    def test_results_that_contradict_each_other_prove_nothing(self):
        assert proven(f"{OURS}; dmarc=none header.from=firma.example", PASS) == NOTHING

    def test_a_trusted_result_that_cannot_be_read_voids_the_others(self):
        assert proven(f"{OURS}; dmarc=pass (open", PASS) == NOTHING


class TestTopBlock:
    def test_results_above_the_first_received_count(self):
        assert proven(PASS, f"Received: {BY_OTHERS}") == DMARC

    def test_results_below_a_foreign_received_do_not_count(self):
        assert proven(f"Received: {BY_OTHERS}", PASS) == NOTHING
        assert proven(f"Received: {BY_OTHERS}", FAIL) == NOTHING

    def test_results_below_our_own_received_count(self):
        assert proven(f"Received: {BY_US}", PASS) == DMARC
        assert (
            proven(f"Received: by inner.{OURS} with LMTP", f"Received: {BY_US}", PASS, f"Received: {BY_OTHERS}")
            == DMARC
        )

    def test_results_that_a_sender_forges_below_ours_do_not_count(self):
        for nothing in (f"{OURS}; dmarc=none", f"{OURS}; none", f"{OURS}; iprev=", OURS):
            assert proven(nothing, f"Received: {BY_US}", PASS) == NOTHING
            assert proven(f"Received: {BY_US}", nothing, f"Received: {BY_US}", PASS) == NOTHING
        assert proven(PASS, f"Received: {BY_US}", FAIL) == DMARC

    def test_results_that_a_sender_forges_with_another_id_do_not_count(self):
        forged = "mx.evil.example; dmarc=pass header.from=firma.example"
        assert proven(forged, f"{OURS}; dmarc=none header.from=firma.example", forged) == NOTHING
        assert proven(forged, FAIL, forged) == FAILED

    @pytest.mark.parametrize(
        "received",
        [
            f"from {OURS} by evil.example with ESMTP",
            f"from evil.example (by {OURS}) by evil.example",
            f"by {OURS}.evil.example with ESMTP",
            f"by evil{OURS} with ESMTP",
            f"from x (open by {OURS}",
            f"(by {OURS})",
            "",
        ],
    )
    def test_a_received_that_only_names_us_is_foreign(self, received):
        assert proven(f"Received: {received}", PASS) == NOTHING


class TestDkim:
    @pytest.mark.parametrize(
        "value",
        [
            f"{OURS}; dkim=pass header.d=firma.example header.s=x header.b=Ab/c+d==",
            f"{OURS}; dkim=pass header.i=@firma.example header.s=x",
            f"{OURS}; dkim=pass header.i=anna@mail.firma.example",
            f"{OURS}; dkim=pass (2048-bit key) header.d=FIRMA.example header.i=@firma.example",
            f"{OURS}; dkim=fail header.d=list.example; dkim=pass header.d=firma.example",
            f"{OURS}; dmarc=none header.from=firma.example; dkim=pass header.d=firma.example",
            f"{OURS}; dmarc=temperror; dkim=pass header.d=mail.firma.example",
        ],
    )
    def test_a_signature_of_the_same_organisation_is_proof(self, value):
        assert proven(value) == DKIM

    @pytest.mark.parametrize(
        "value",
        [
            f"{OURS}; dkim=pass header.d=evil.example",
            f"{OURS}; dkim=pass header.d=evil.example header.i=@firma.example",
            f"{OURS}; dkim=pass header.d=firma.example header.d=evil.example",
            f"{OURS}; dkim=pass header.d=example",
            f"{OURS}; dkim=pass",
            f"{OURS}; dkim=pass smtp.d=firma.example",
            f"{OURS}; dkim=none header.d=firma.example",
            f"{OURS}; dkim=policy header.d=firma.example",
            f"{OURS}; domainkeys=pass header.d=firma.example",
            f"{OURS}; dkim=pass header.d=firma.example; dkim=",
            "mx.evil.example; dkim=pass header.d=firma.example",
        ],
    )
    def test_anything_less_is_no_proof(self, value):
        assert proven(value) == NOTHING

    @pytest.mark.parametrize(
        ("domain", "other", "aligned"),
        [
            ("firma.dk", "firma.dk", True),
            ("mail.firma.dk", "firma.dk", True),
            ("a.firma.dk", "b.firma.dk", True),
            ("firma.dk", "other.dk", False),
            ("firma.dk", "dk", False),
            ("firma.co.uk", "other.co.uk", False),
            ("a.firma.co.uk", "firma.co.uk", True),
            ("firma.co.uk", "co.uk", False),
            ("co.uk", "firma.co.uk", False),
            ("anna.github.io", "evil.github.io", False),
            ("mail.xn--brd-1na.dk", "xn--brd-1na.dk", True),
            ("localhost", "localhost", True),
        ],
    )
    def test_organisations_are_told_apart_by_the_public_suffix_list(self, domain, other, aligned):
        assert is_aligned(domain, other) is aligned


TEXT = st.text(st.characters(), max_size=80)
SPECIALS = [*'<>"()\\,;:=/. \t\0@', "a@b.dk", "=?utf-8?q?x?=", "ø", "\ud83d"]
WORDS = [OURS, PASS_INFO, "dmarc", "dkim", "=pass", "1", "none", "header.d=", "firma.example", "by ", "from x "]
HOSTILE = st.lists(st.sampled_from(SPECIALS + WORDS), max_size=14).map("".join)


@given(TEXT | HOSTILE)
def test_no_value_makes_an_address_parser_fail(value):
    address = single_mailbox(value)
    assert address is None or canonical_address(address) == address
    assert all(canonical_address(found) == found for found in address_list(value))
    local_parts(value)
    canonical_domain(value)


@given(TEXT | HOSTILE)
def test_an_outline_is_as_long_as_its_value(value):
    assert outline(value) is None or len(outline(value) or "") == len(value)


@given(HOSTILE, HOSTILE, TEXT, TEXT, TEXT)
def test_no_mail_makes_a_proof_fail(above, below, client, user, address):
    mail = results(f"{OURS};{above}", f"Received: {below}", above)
    assert proof(mail, Envelope(None, (), sasl_username=user, client_address=client), POLICY, address).by in (
        "sasl",
        "network",
        "dmarc",
        "dkim",
        "",
    )


@given(HOSTILE)
def test_only_a_proof_that_names_the_domain_is_one(info):
    mail = results(f"{OURS};{info}")
    assert proof(mail, OUTSIDE, POLICY, "a@other.example") in (NOTHING, FAILED)


def test_a_long_header_of_ours_costs_little():
    started = time.perf_counter()
    proven(*[f"{OURS}; dmarc=pass" + " a.b=c" * 1300] * 4)
    assert time.perf_counter() - started < 5


def test_the_libraries_are_loaded_only_where_a_trusted_header_needs_them():
    code = "import sys, smsdialog.core.sender; print({'authres', 'publicsuffixlist'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "set()\n"
