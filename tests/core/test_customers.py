"""Whom a mail names: every customer once, all numbers checked, and nothing sent if one is wrong."""

from __future__ import annotations

import pytest

from smsdialog.core.customers import Rules, customers, subject_numbers
from smsdialog.core.model import PhoneNumber
from smsdialog.errors import NoNumber, TooManyRecipients, WrongNumbers

RULES = Rules(country="DK", countries=("DK", "SE"), limit=3)
BO = PhoneNumber("+4520123456")
IDA = PhoneNumber("+4520123457")


def refused(mine, others=()) -> list[tuple[str, str]]:
    with pytest.raises(WrongNumbers) as caught:
        customers(mine, others, RULES)
    return [(error.typed, error.reason) for error in caught.value.refused]


def test_numbers_are_read_as_those_of_the_country():
    assert customers(["20 12 34 56", "+46701234567"], [], RULES) == (BO, PhoneNumber("+46701234567"))


def test_a_customer_who_is_named_twice_is_texted_once():
    assert customers(["20123457", "20123456", "+45 20 12 34 56", BO], [], RULES) == (IDA, BO)


def test_others_are_checked_and_not_texted():
    assert customers(["20123456"], ["20123457"], RULES) == (BO,)
    assert customers([], ["20123457"], RULES) == ()


def test_one_wrong_number_stops_everything_and_every_wrong_one_is_named():
    assert refused(["20123456", "12345"], ["abc", "12345"]) == [("12345", "short-code"), ("abc", "letters")]
    assert refused([], ["12345"]) == [("12345", "short-code")]


def test_a_country_that_is_not_allowed_is_a_wrong_number_also_in_a_reply():
    assert refused(["+49 1512 3456789"]) == [("+49 1512 3456789", "country")]
    assert refused([PhoneNumber("+4915123456789")]) == [("+4915123456789", "country")]


def test_an_empty_list_of_countries_allows_all():
    everywhere = Rules("DK", (), 3)
    assert customers(["+4915123456789"], [], everywhere) == (PhoneNumber("+4915123456789"),)


def test_a_number_of_a_reply_address_is_known_already():
    odd = PhoneNumber("+4520")
    with pytest.raises(WrongNumbers):
        customers([str(odd)], [], RULES)
    assert customers([odd], [], Rules("DK", (), 3)) == (odd,)


def test_a_mail_that_names_nobody_is_refused():
    with pytest.raises(NoNumber):
        customers([], [], RULES)


def test_too_many_customers_are_refused_those_of_other_recipients_included():
    assert len(customers(["20123456", "20123457", "20123458"], ["20123456"], RULES)) == 3
    with pytest.raises(TooManyRecipients) as caught:
        customers(["20123456", "20123457"], ["20123458", "20123459"], RULES)
    assert caught.value.details == {"count": "4", "limit": "3"}


@pytest.mark.parametrize(
    ("subject", "lenient", "numbers"),
    [
        ("20123456, 20123457", False, ("20123456", "20123457")),
        ("SV: SMS fra +45 20 12 34 56", False, ("+45 20 12 34 56",)),
        ("Din tid i morgen", False, ("Din tid i morgen",)),
        ("Din tid i morgen", True, ()),
        ("", True, ()),
        ("", False, ()),
        ("20123456", True, ("20123456",)),
    ],
)
def test_a_subject_without_a_digit_may_be_a_subject(subject, lenient, numbers):
    assert subject_numbers(subject, lenient=lenient) == numbers
