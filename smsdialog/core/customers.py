"""Whom a mail names: the customers that this run must text, and the others, so that all are checked.

If any number of a mail is wrong, nothing is sent: so every run checks every number of the mail, but
texts only those that its own recipients stand for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from smsdialog.core import phone
from smsdialog.core.model import PhoneNumber
from smsdialog.errors import NoNumber, NumberRefused, TooManyRecipients, WrongNumbers


@dataclass(frozen=True)
class Rules:
    """What a number is measured by; see `config.Config` and `config.Limits`."""

    country: str
    countries: tuple[str, ...]
    limit: int


def customers(mine: Iterable[str], others: Iterable[str], rules: Rules) -> tuple[PhoneNumber, ...]:
    """The numbers to text, each once, in their order; `others` are only checked.

    A text is a number as it was typed; a `PhoneNumber` is one that is known already, from a reply address.

    Raises WrongNumbers, TooManyRecipients, or NoNumber when the mail names nobody at all.
    """
    wanted, refused = _read(mine, rules)
    elsewhere, refused_elsewhere = _read(others, rules)
    if refused or refused_elsewhere:
        raise WrongNumbers(tuple({error.typed: error for error in (*refused, *refused_elsewhere)}.values()))
    everybody = {*wanted, *elsewhere}
    if not everybody:
        raise NoNumber
    if len(everybody) > rules.limit:
        raise TooManyRecipients(count=str(len(everybody)), limit=str(rules.limit))
    return tuple(wanted)


def subject_numbers(subject: str, *, lenient: bool) -> tuple[str, ...]:
    """The numbers that a subject names. `lenient`: without any digit it is a subject, not a wrong number.

    >>> subject_numbers("SV: SMS fra +45 20 12 34 56", lenient=False)
    ('+45 20 12 34 56',)
    >>> subject_numbers("Din tid i morgen", lenient=True)
    ()
    """
    if lenient and not any(character.isdigit() for character in subject):
        return ()
    return phone.split_subject(subject)


def _read(typed: Iterable[str], rules: Rules) -> tuple[dict[PhoneNumber, None], list[NumberRefused]]:
    numbers: dict[PhoneNumber, None] = {}
    refused: list[NumberRefused] = []
    for text in typed:
        try:
            number = text if isinstance(text, PhoneNumber) else phone.parse(text, rules.country)
            phone.check_country(number, rules.countries)
            numbers[number] = None
        except NumberRefused as error:
            refused.append(NumberRefused(text, error.reason))
    return numbers, refused
