"""Numbers as people type them and as gateways hand them over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog.core import phone
from smsdialog.core.model import PhoneNumber
from smsdialog.errors import NUMBER_REASONS, NumberRefused


def why(typed: str, country: str = "DK") -> str:
    """The reason for which a text is refused."""
    with pytest.raises(NumberRefused) as refused:
        phone.parse(typed, country)
    assert refused.value.typed == typed
    assert refused.value.reason in NUMBER_REASONS
    return refused.value.reason


danish_mobiles = st.integers(20_100_000, 20_999_999).map(str)
blanks_and_dashes = st.sampled_from(["", " ", ".", "-", "–", "\u00a0", "\u2007", "\u202f", "\u2011", " - ", "/"])


@pytest.mark.parametrize(
    "typed",
    [
        "20 12 34 56",
        "20123456",
        "20.12.34.56",
        "(+45) 20 12 34 56",
        "+45 20123456",
        "004520123456",
        "4520123456",
        "45 20 12 34 56",
        "tel:+45-20-12-34-56",
        "SMS: 20123456",
        "p4520123456",
        "P20123456",
        "２０１２３４５６",
        "＋４５ 20123456",
        "+45 (0)20123456",
        "+45 [0] 20123456",
        "(+45) (0) 20123456",
        "20 12 34 5(6)",
        "+0045 20123456",
        "20\u00a012\u200734\u202f56",
        "20–12—34‑56",
        "20−12−34−56",
        "\u202a+45 20 12 34 56\u202c",
        "  20123456\n",
        "20/12/34/56",
    ],
)
def test_a_danish_number_is_understood_however_it_is_written(typed):
    assert phone.parse(typed, "DK") == "+4520123456"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("45201234", "+4545201234"),
        ("46201234", "+4546201234"),
        ("4545201234", "+4545201234"),
        ("46701234567", "+46701234567"),
        ("491721234567", "+491721234567"),
        ("447911123456", "+447911123456"),
        ("0046701234567", "+46701234567"),
        ("+46 (0)70 123 45 67", "+46701234567"),
        ("0046(0)701234567", "+46701234567"),
        ("46 (0)70 123 45 67", "+46701234567"),
        ("+4799999999", "+4799999999"),
        ("299221234", "+299221234"),
        ("+298 211234", "+298211234"),
        ("+45371234567890", "+45371234567890"),
        ("45371234567890", "+45371234567890"),
        ("0045 37 12 34 56 78 90", "+45371234567890"),
    ],
)
def test_eight_digits_are_danish_and_more_may_be_foreign(typed, number):
    assert phone.parse(typed, "DK") == number


@pytest.mark.parametrize(
    ("country", "typed", "number"),
    [
        ("SE", "070-123 45 67", "+46701234567"),
        ("SE", "(0)70 123 45 67", "+46701234567"),
        ("SE", "46701234567", "+46701234567"),
        ("SE", "701234567", "+46701234567"),
        ("SE", "4520123456", "+4520123456"),
        ("NO", "99999999", "+4799999999"),
        ("NO", "4799999999", "+4799999999"),
        ("NO", "4520123456", "+4520123456"),
        ("NO", "90123456", "+4790123456"),
        ("DE", "0172/1234567", "+491721234567"),
        ("DE", "491721234567", "+491721234567"),
        ("DE", "4520123456", "+4520123456"),
        ("FO", "211234", "+298211234"),
        ("US", "(202) 555-0123", "+12025550123"),
    ],
)
def test_numbers_without_country_code_are_the_configured_countrys(country, typed, number):
    assert phone.parse(typed, country) == number


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        (" - ", "empty"),
        ("+", "empty"),
        ("lokal 12", "letters"),
        ("HEJ", "letters"),
        ("GatewayAPI", "letters"),
        ("2O123456", "letters"),
        ("Hans <20123456>", "letters"),
        ("20p123456", "letters"),
        ("20123456;ext=12", "extension"),
        ("20123456 lokal 12", "extension"),
        ("20123456x12", "extension"),
        ("20123456 #12", "extension"),
        ("٢٠١٢٣٤٥٦", "characters"),
        ("20123456²", "characters"),
        ("2012345½", "characters"),
        ("20,123456", "characters"),
        ("<20123456>", "characters"),
        ("++4520123456", "characters"),
        ("20123456+", "characters"),
        ("\ud83d20123456", "characters"),
        ("1", "too-short"),
        ("2012345", "too-short"),
        ("+45", "too-short"),
        ("201234567", "too-long"),
        ("20123456(0)", "too-long"),
        ("371234567890", "too-long"),
        ("453712345678", "too-long"),
        ("459192000000", "too-long"),
        ("20123456/20123457", "too-long"),
        ("9" * 5000, "too-long"),
        ("+4918100000000000", "too-long"),
        ("15551234567", "too-long"),
        ("4712345678", "too-long"),
        ("37123456", "invalid"),
        ("0701234567", "invalid"),
        ("+999123456", "invalid"),
        ("112", "emergency"),
        ("114", "emergency"),
        ("1813", "emergency"),
        ("911", "emergency"),
        ("+45112", "emergency"),
        ("0045 1813", "emergency"),
        ("1919", "short-code"),
        ("1204", "short-code"),
        ("118", "short-code"),
        ("1881", "short-code"),
        ("+451919", "short-code"),
        ("90123456", "premium"),
        ("90012345", "premium"),
        ("+45 90 12 34 56", "premium"),
        ("+979123456789", "premium"),
        ("+80812345678", "premium"),
        ("+881612345678", "premium"),
        ("+882161234567", "premium"),
        ("+8835100012345", "premium"),
        ("+870773111632", "premium"),
        ("881612345678", "premium"),
        ("+44 9011234567", "premium"),
    ],
)
def test_what_cannot_be_texted_is_refused_with_its_reason(typed, reason):
    assert why(typed) == reason


def test_emergency_numbers_and_short_codes_are_those_of_the_configured_country():
    assert why("110", "NO") == "emergency"
    assert why("90000", "SE") == "emergency"
    assert why("11414", "SE") == "short-code"
    assert why("22922", "DE") == "short-code"


def test_an_unknown_country_refuses_numbers_without_country_code_only():
    assert why("20123456", "XX") == "invalid"
    assert phone.parse("+4520123456", "XX") == "+4520123456"


@given(danish_mobiles, st.sampled_from(["", "+45", "0045", "45", "(+45)"]), st.lists(blanks_and_dashes, min_size=9))
def test_blanks_dots_and_dashes_never_change_a_number(digits, prefix, separators):
    typed = prefix + "".join(separator + digit for separator, digit in zip(separators, digits, strict=False))
    assert phone.parse(typed, "DK") == f"+45{digits}"


@given(st.text(max_size=40) | st.text("+0123456789 ()-", max_size=20), st.sampled_from(["DK", "SE", "NO", "DE", "US"]))
def test_any_text_is_a_number_or_refused_and_what_is_a_number_stays_one(typed, country):
    try:
        number = phone.parse(typed, country)
    except NumberRefused:
        return
    assert isinstance(number, PhoneNumber)
    assert phone.parse(number, country) == number
    assert phone.parse(phone.international(number), country) == number
    assert phone.sender(number.digits) == number


@pytest.mark.parametrize(
    ("number", "allowed"),
    [
        ("+4520123456", ()),
        ("+4520123456", ("SE", "DK")),
        ("+45371234567890", ("DK",)),
        ("+298211234", ("FO",)),
        ("+299221234", ("GL",)),
        ("+447400123456", ("GB",)),
        ("+447781123456", ("GG",)),
        ("+18095551234", ("DO",)),
        ("+77012345678", ("KZ",)),
        ("+79161234567", ("RU",)),
        ("+4799999999", ("NO",)),
    ],
)
def test_a_number_of_an_allowed_country_passes(number, allowed):
    phone.check_country(PhoneNumber(number), allowed)


@pytest.mark.parametrize(
    ("number", "allowed"),
    [
        ("+46701234567", ("DK",)),
        ("+298211234", ("DK",)),
        ("+299221234", ("DK",)),
        ("+45371234567890", ("SE",)),
        ("+18095551234", ("US",)),
        ("+77012345678", ("RU",)),
        ("+447781123456", ("GB",)),
        ("+4779123456", ("NO",)),
        ("+358181234567", ("FI",)),
        ("+1999", ("US",)),
        ("+80012345678", ("DK",)),
        ("+9991234567", ("DK",)),
    ],
)
def test_a_shared_calling_code_does_not_make_a_country_allowed(number, allowed):
    with pytest.raises(NumberRefused) as refused:
        phone.check_country(PhoneNumber(number), allowed)
    assert refused.value.reason == "country"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+4520123456", "+45 20 12 34 56"),
        ("+46701234567", "+46 70 123 45 67"),
        ("+45371234567890", "+45 37 12 34 56 78 90"),
        ("1919", "1919"),
        ("Firma", "Firma"),
        ("+9991234567", "+9991234567"),
    ],
)
def test_readers_see_numbers_in_groups_and_anything_else_as_it_is(number, shown):
    assert phone.international(number) == shown


@pytest.mark.parametrize(
    ("handed_over", "sender"),
    [
        ("4520123456", "+4520123456"),
        ("+4520123456", "+4520123456"),
        ("004520123456", "+4520123456"),
        ("+45 20 12 34 56", "+4520123456"),
        ("4500123456", "+4500123456"),
        ("1919", "1919"),
        ("+1919", "1919"),
        ("451204", "451204"),
        ("12", "12"),
        ("0701234567", "0701234567"),
        ("1" * 16, "1" * 16),
        ("DK-1919", "DK-1919"),
        ("24-7", "24-7"),
        ("Firma\r\nBcc: x\x00", "Firma Bcc: x"),
        ("Bla\u030abær", "Blåbær"),
        ("x" * 50, "x" * 40),
        ("", ""),
    ],
)
def test_a_senders_number_is_international_and_a_name_is_cleaned(handed_over, sender):
    assert phone.sender(handed_over) == sender


@given(st.text())
def test_no_sender_holds_controls_or_is_longer_than_40_characters_and_cleaning_twice_changes_nothing(text):
    sender = phone.sender(text)
    assert len(sender) <= 40
    assert sender.isprintable()
    assert phone.sender(sender) == sender


@pytest.mark.parametrize(
    ("sender", "answerable"),
    [
        ("+4520123456", True),
        ("+4537123456", True),
        ("+9991234567", True),
        ("1919", False),
        ("Firma", False),
        ("", False),
        ("0701234567", False),
        ("+4590123456", False),
        ("+881612345678", False),
    ],
)
def test_only_phones_that_cost_an_sms_can_be_answered(sender, answerable):
    assert phone.can_be_answered(sender) is answerable


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("459192000000", "459192000000"),
        ("+459192000000", "459192000000"),
        ("00459192000000", "459192000000"),
        ("+45 9192 00 00 00", "459192000000"),
        ("p459192000000", "459192000000"),
        ("+45371234567890", "371234567890"),
        ("371234567890", "371234567890"),
        ("4520123456", ""),
        ("4591920000000", ""),
        ("45919200000x", ""),
        ("٤٥٩١٩٢٠٠٠٠٠٠", ""),
        ("", ""),
    ],
)
def test_a_service_number_is_twelve_digits_or_nothing(written, digits):
    assert phone.service_number(written) == digits


@pytest.mark.parametrize(
    ("subject", "numbers"),
    [
        ("", ()),
        (" , ;\n", ()),
        ("Re: ", ()),
        ("20123456", ("20123456",)),
        ("20 12 34 56", ("20 12 34 56",)),
        ("20123456,20123457; 20 12 34 58,", ("20123456", "20123457", "20 12 34 58")),
        ("20123456\r\n 20123457", ("20123456", "20123457")),
        ("20123456 20123457", ("20123456", "20123457")),
        ("20123456\t p4520123457", ("20123456", "p4520123457")),
        ("+45 20 12 34 56 +46 70 123 45 67", ("+45 20 12 34 56", "+46 70 123 45 67")),
        ("(+45) 20123456 (+46) 701234567", ("(+45) 20123456", "(+46) 701234567")),
        ("+45 20123456", ("+45 20123456",)),
        ("20 12 34 56 20 12 34 57", ("20 12 34 56 20 12 34 57",)),
        ("Hans <20123456>, 20123457", ("Hans <20123456>", "20123457")),
        ("Hans 20123456", ("Hans 20123456",)),
        ("20123456;ext=12", ("20123456;ext=12",)),
        ("tel:20123456", ("tel:20123456",)),
    ],
)
def test_a_subject_is_split_where_a_new_number_begins(subject, numbers):
    assert phone.split_subject(subject) == numbers


@pytest.mark.parametrize(
    "lead",
    [
        "Re: ",
        "SV:",
        "sv : ",
        "VS: Re: SV: ",
        "Fwd: ",
        "AW: WG: ",
        "Svar: ",
        "Vedr.: ",
        "Re[2]: ",
        "RE(3): ",
        "RE^2: ",
        "Re： ",
        "İlt: ",
        "[EKSTERN] ",
        "SV: [EXTERNAL] Re: ",
        "***SPAM*** ",
        "{Spam?} ",
        "SMS fra ",
        "sms from ",
        "Re: [EKSTERN] SV: SMS fra ",
    ],
)
def test_what_mail_clients_put_before_a_number_is_stripped(lead):
    assert phone.split_subject(lead + "+45 20 12 34 56") == ("+45 20 12 34 56",)


def test_a_hostile_subject_is_split_in_linear_time():
    assert phone.split_subject("Re: " * 100_000 + "[" * 100_000) == ("[" * 100_000,)
    assert phone.split_subject("Re" + " " * 100_000 + "20") == ("Re" + " " * 100_000 + "20",)
    assert phone.split_subject("\n" * 100_000 + ";" * 100_000) == ()
    assert len(phone.split_subject("20123456," * 50_000)) == 50_000


@given(st.lists(danish_mobiles, max_size=5), st.sampled_from([",", ", ", ";", "\r\n ", " ", "\t"]))
def test_a_list_of_numbers_is_the_numbers(numbers, separator):
    assert phone.split_subject("SV: " + separator.join(numbers)) == tuple(numbers)
