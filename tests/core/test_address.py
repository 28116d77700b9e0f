"""Local parts, keys and signed addresses."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog.core import address
from smsdialog.core.address import (
    BounceAddress,
    Command,
    KeyAddress,
    PhoneAddress,
    ReplyAddress,
    Reserved,
    Unknown,
)
from smsdialog.core.model import Secret

KELVIN = "\u212a"
KEY = address.new_key(bytes(range(20)))
TOKEN = "abcdefghijklmnop"
OLD, NEW = b"old secret", b"new secret"

entropies = st.binary(min_size=20, max_size=40)
peers = st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True) | st.just("noreply")
payloads = st.from_regex(r"[a-z0-9-]{1,45}", fullmatch=True)


@pytest.mark.parametrize(
    ("local_part", "meaning"),
    [
        ("subscribe", Command("subscribe")),
        ("Tilmeld", Command("subscribe")),
        ("UNSUBSCRIBE", Command("unsubscribe")),
        ("afmeld", Command("unsubscribe")),
        ("help", Command("help")),
        ("hjaelp", Command("help")),
        ("postmaster", Reserved("postmaster")),
        ("Abuse", Reserved("abuse")),
        ("hostmaster", Reserved("hostmaster")),
        ("MAILER-DAEMON", Reserved("mailer-daemon")),
        ("root", Reserved("root")),
        ("20123456", PhoneAddress("20123456")),
        ("4520123456", PhoneAddress("4520123456")),
        ("+4520123456", PhoneAddress("+4520123456")),
        ("004520123456", PhoneAddress("004520123456")),
        ("P4520123456", PhoneAddress("p4520123456")),
        ("459192000000", PhoneAddress("459192000000")),
        ("112", PhoneAddress("112")),
        ("1" * 20, PhoneAddress("1" * 20)),
        (f"4520123456.{TOKEN}", ReplyAddress("4520123456", TOKEN)),
        (f"+4520123456.{TOKEN.upper()}", ReplyAddress("4520123456", TOKEN)),
        (f"NoReply.{TOKEN}", ReplyAddress("noreply", TOKEN)),
        (f"b.17-x.{TOKEN}", BounceAddress("17-x", TOKEN)),
        (KEY.reveal(), KeyAddress(KEY)),
        (KEY.reveal().upper(), KeyAddress(KEY)),
    ],
)
def test_a_local_part_means_one_thing_in_either_case(local_part, meaning):
    assert address.read(local_part) == meaning


@pytest.mark.parametrize(
    "local_part",
    [
        "",
        "anna",
        "12",
        "1" * 23,
        "+",
        "p",
        "p+4520123456",
        "++4520123456",
        "20 12 34 56",
        "20123456\n",
        '"20123456"',
        "٢٠١٢٣٤٥٦",
        "２０１２３４５６",
        "hjælp",
        "noreply",
        f"4520123456.{TOKEN}x",
        f"4520123456.{TOKEN[:-1]}1",
        f"p4520123456.{TOKEN}",
        f"b..{TOKEN}",
        f"b.{'x' * 46}.{TOKEN}",
        KEY.reveal() + "a",
        KEY.reveal()[:-1],
        KELVIN + KEY.reveal()[1:],
        "sub\u017fcribe",
        "help/../x",
        "help@x",
        "k" * 65,
        "\ud800",
    ],
)
def test_anything_else_is_unknown(local_part):
    assert address.read(local_part) == Unknown()


@given(st.text())
def test_reading_never_raises(text):
    address.read(text)


@given(entropies)
def test_a_key_reads_back_as_a_key_and_nothing_else(entropy):
    key = address.new_key(entropy)
    assert len(key) == 33
    assert address.read(key.reveal()) == KeyAddress(key)
    assert address.find_key(f"Re: {key.reveal().upper()}, tak") == key


def test_a_key_needs_160_random_bits():
    with pytest.raises(ValueError, match="20 random bytes"):
        address.new_key(bytes(19))


def test_a_key_is_named_by_its_first_characters_and_stored_as_its_hash():
    text = KEY.reveal()
    assert address.key_id(Secret(text.upper())) == text[:7]
    assert address.hash_key(KEY) == address.hash_key(text.upper()) == hashlib.sha256(text.encode()).hexdigest()
    assert address.hash_key("\ud800") != address.hash_key(KELVIN)


def test_secrets_are_not_shown_by_what_is_read():
    shown = repr([address.read(KEY.reveal()), address.read(f"123.{TOKEN}"), address.read(f"b.1.{TOKEN}")])
    assert KEY.reveal() not in shown
    assert TOKEN not in shown


@pytest.mark.parametrize(
    "text",
    [
        "{key}",
        "  {key}\r\n",
        "Nøglen er:\n\t{key}\nmvh",
        "\u00a0{key}\u00a0",
        "<{key}@sms.example>",
        "*{key}*, _{key}_",
        "key={key}.",
    ],
)
def test_a_key_is_found_among_other_words(text):
    assert address.find_key(text.format(key=KEY.reveal())) == KEY


def test_a_key_that_a_fold_has_broken_is_mended():
    text = KEY.reveal()
    assert address.find_key(f"Nøgle: {text[:20]}\r\n {text[20:]}") == KEY


@pytest.mark.parametrize(
    "text",
    ["", "k", KEY.reveal() + "a", "x" + KEY.reveal(), "ø" + KEY.reveal(), KELVIN + KEY.reveal()[1:], "k" + "1" * 32],
)
def test_what_only_resembles_a_key_is_not_found(text):
    assert address.find_key(text) is None


def test_the_first_of_several_keys_is_found():
    second = address.new_key(b"x" * 20)
    assert address.find_key(f"{KEY.reveal()} {second.reveal()}") == KEY


@given(entropies, peers, payloads, st.sampled_from([str.lower, str.upper]), st.sampled_from([" ", "@x.dk ", ">,", "="]))
def test_no_key_or_token_survives_redaction(entropy, peer, payload, case, after):
    words = [
        address.new_key(entropy).reveal(),
        address.reply_local_part(NEW, 1, peer),
        address.bounce_local_part(NEW, payload),
    ]
    redacted = address.redact(case(after.join(words) + after))
    assert all(case(word)[-12:] not in redacted for word in words)
    assert case(words[0])[:7] + "…" in redacted


def test_redaction_leaves_other_words_and_numbers_alone():
    line = "queue=4F1B2C to=+45201234xx status=sent kommunikation 6c0e19f2a7 queue=bWrSLpzvXkQqTnYm"
    assert address.redact(line) == line


def test_redaction_finds_a_key_that_is_glued_to_other_words():
    assert address.redact(f"x{KEY.reveal()}y") == f"x{KEY.reveal()[:7]}…y"


@given(st.integers(1, 10**9), peers, st.sampled_from([str.lower, str.upper]))
def test_a_reply_address_reads_back_and_is_valid_for_its_account_and_peer_alone(account, peer, case):
    meaning = address.read(case(address.reply_local_part(OLD, account, peer)))
    assert isinstance(meaning, ReplyAddress)
    assert meaning.peer == peer
    assert address.reply_token_is_valid([NEW, OLD], account, meaning.peer, meaning.token)
    assert not address.reply_token_is_valid([NEW], account, meaning.peer, meaning.token)
    assert not address.reply_token_is_valid([OLD], account + 1, meaning.peer, meaning.token)
    assert not address.reply_token_is_valid([OLD], account, "4599999998", meaning.token)
    assert not address.reply_token_is_valid([], account, meaning.peer, meaning.token)


def test_a_reply_address_is_the_same_with_and_without_the_plus_sign():
    local_part = address.reply_local_part(NEW, 7, "+4520123456")
    assert local_part == address.reply_local_part(NEW, 7, "4520123456")
    assert address.reply_token_is_valid([NEW], 7, "+4520123456", local_part.partition(".")[2].upper())


@pytest.mark.parametrize("token", ["", "x", TOKEN, "ø" * 16, "\ud800"])
def test_a_forged_token_is_not_valid(token):
    assert not address.reply_token_is_valid([NEW], 7, "4520123456", token)


@pytest.mark.parametrize("peer", ["", "Firma", "12", "4520123456\n", "٤٥٢٠١٢٣٤٥٦", "1" * 21])
def test_a_peer_that_is_no_number_gets_no_reply_address(peer):
    with pytest.raises(ValueError, match="noreply"):
        address.reply_local_part(NEW, 7, peer)


@given(payloads, st.sampled_from(["", "@sms.example", "@SMS.Example."]))
def test_a_bounce_address_reads_back_with_any_accepted_secret(payload, domain):
    local_part = address.bounce_local_part(OLD, payload)
    assert len(local_part) <= 64
    assert address.bounce_payload([NEW, OLD], local_part + domain) == payload
    assert address.bounce_payload([NEW, OLD], local_part.upper() + domain) == payload
    assert address.bounce_payload([NEW], local_part + domain) is None


@pytest.mark.parametrize("domain", ["", "@sms.example"])
def test_the_address_of_a_loop_mail_reads_back_and_means_nothing_else(domain):
    local_part = address.loop_local_part(OLD, "abcdefghij")
    assert address.read(local_part) == address.Unknown()
    assert address.loop_name([NEW, OLD], local_part.upper() + domain) == "abcdefghij"
    assert address.loop_name([NEW], local_part + domain) is None
    assert address.loop_name([OLD], "anna" + domain) is None


@pytest.mark.parametrize("forged", ["", "anna@firma.dk", f"b.17.{TOKEN}@sms.example", f"17.{TOKEN}"])
def test_a_forged_bounce_address_has_no_payload(forged):
    assert address.bounce_payload([NEW], forged) is None


@pytest.mark.parametrize("payload", ["", "x" * 46, "a.b", "A", "a b", "ø"])
def test_a_bounce_payload_must_fit_a_local_part(payload):
    with pytest.raises(ValueError, match="bounce payload"):
        address.bounce_local_part(NEW, payload)


def test_a_token_of_one_purpose_is_worth_nothing_for_another():
    bounce = address.bounce_local_part(NEW, "1-4520123456").rpartition(".")[2]
    assert not address.reply_token_is_valid([NEW], 1, "4520123456", bounce)
    tags = {
        address.message_id_tag(NEW, purpose, payload) for purpose, payload in [("a", "bc"), ("ab", "c"), ("a", "b")]
    }
    assert len(tags) == 3


def test_a_message_id_tag_is_16_hex_characters_that_stay_the_same():
    tag = address.message_id_tag(NEW, "sms", "17")
    assert tag == address.message_id_tag(NEW, "sms", "17")
    assert len(tag) == 16
    assert int(tag, 16) >= 0
    assert tag != address.message_id_tag(OLD, "sms", "17")


@pytest.mark.parametrize(
    ("addr", "split"),
    [
        ("Anna@Firma.DK", ("Anna", "firma.dk")),
        ("anna@firma.dk.", ("anna", "firma.dk")),
        (" anna ", ("anna", "")),
        ('"a@b"@firma.dk', ('"a@b"', "firma.dk")),
        ("@firma.dk", ("", "firma.dk")),
        ("anna@", ("anna", "")),
        ("", ("", "")),
        (f"anna@{KELVIN}.dk", ("anna", f"{KELVIN}.dk")),
    ],
)
def test_an_address_is_split_at_its_last_at_sign(addr, split):
    assert address.split_address(addr) == split


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("firma.dk", "Firma.DK.", True),
        ("blåbær.dk", "xn--blbr-roah.dk", True),
        ("BLÅBÆR.dk", "bla\u030abær.dk", True),
        ("straße.de", "strasse.de", False),
        ("firma.dk", "firma.de", False),
        (f"{KELVIN}.dk", "k.dk", False),
        ("", "", False),
        ("a..b", "a..b", False),
        ("ｆirma.dk", "firma.dk", False),
        ("[127.0.0.1]", "[127.0.0.1]", False),
        ("straße.de", "straße.de", False),
    ],
)
def test_domains_are_compared_as_a_labels(a, b, same):
    assert address.same_domain(a, b) is same
    assert address.same_domain(b, a) is same
