"""Somebody whose data is asked for, or is to go: how he stands in texts, and what stands there after.

A customer is known by his number, an employee by his address. A number is written in many ways, with and without its
country code, with blanks, dots, dashes and brackets between; each of them is found, and no longer number is that merely
has the same digits in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from smsdialog.core import phone
from smsdialog.core.mailbox import canonical_address
from smsdialog.core.model import PhoneNumber
from smsdialog.errors import Conflict, NumberRefused

# Where a number or an address was; a row's id follows, as some indexes want it to differ.
REMOVED = "removed "
# Where one stood in the middle of a text.
BLOT = "(removed)"
# What people write between digits.
_BETWEEN = r"[ .()/\t\u00a0\u2011\u2013-]{0,3}"


def is_removed(value: str) -> bool:
    """Whether a number or an address has gone from a row.

    >>> is_removed("removed 7"), is_removed("+4520123456")
    (True, False)
    """
    return value.startswith(REMOVED)


def masked(email: str) -> str:
    """An address as it may stand in logs.

    >>> masked("anna@firma.example"), masked("Firma")
    ('a***@firma.example', 'Firma')
    """
    local_part, at, domain = email.rpartition("@")
    return f"{local_part[:1]}***@{domain}" if at else email


@dataclass(frozen=True)
class Person:
    """One of the two is filled: the number in E.164 of a customer, or the address of an employee.

    `names` are what keys call that customer, as they stand before his number in what we write to employees.
    """

    number: PhoneNumber | None = None
    email: str = ""
    names: tuple[str, ...] = ()

    @cached_property
    def needle(self) -> str:
        """His address in small letters, or the digits of his number without the country code."""
        return phone.national(self.number) if self.number else self.email.lower()

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds him in a text."""
        if not self.number:
            return re.compile(rf"(?<![\w.+-]){re.escape(self.email)}(?![\w-])(?!\.\w)", re.IGNORECASE)
        code = self.number.digits.removesuffix(self.needle)
        abroad = rf"(?:\+|00)?{_BETWEEN}{_BETWEEN.join(code)}{_BETWEEN}(?:0{_BETWEEN})?"
        return re.compile(rf"(?<![0-9])(?:{abroad}|0?){_BETWEEN.join(self.needle)}(?![0-9])")

    @property
    def masked(self) -> str:
        """As he may stand in the log of acts.

        >>> Person(PhoneNumber("+4520123456")).masked, Person(email="anna@firma.example").masked
        ('+4520***', 'a***@firma.example')
        """
        return f"{self.number[:5]}***" if self.number else masked(self.email)

    def is_in(self, text: str) -> bool:
        """Whether a text names him.

        >>> bo = Person(PhoneNumber("+4520123456"))
        >>> [bo.is_in(text) for text in ("ring 20 12 34 56.", "0045-20123456", "+45 (0)20.12.34.56", "920123456")]
        [True, True, True, False]
        """
        return bool(self.pattern.search(text))

    def blotted(self, text: str) -> str:
        """A text without him.

        >>> Person(email="anna@firma.example").blotted("Fra Anna@firma.example, ikke joanna@firma.example")
        'Fra (removed), ikke joanna@firma.example'
        """
        if self.names:
            text = self._called.sub(BLOT, text)
        return self.pattern.sub(BLOT, text)

    @cached_property
    def _called(self) -> re.Pattern[str]:
        """Finds him with his name, as `dialog.called` writes both."""
        return re.compile(rf"(?:{'|'.join(map(re.escape, self.names))}) \({self.pattern.pattern}\)")


def read(typed: str, country: str) -> Person:
    """Whom an administrator means. Raises Conflict.

    >>> read("20 12 34 56", "DK").number
    '+4520123456'
    """
    if "@" in typed:
        email = canonical_address(typed.strip())
        if email is None:
            raise Conflict("'%(typed)s' is no e-mail address", typed=typed)
        return Person(email=email)
    try:
        return Person(phone.parse(typed, country))
    except NumberRefused as error:
        number = phone.sender(typed)
        if not phone.is_e164(number):  # what cannot be texted may still have written to us
            raise Conflict("'%(typed)s' is neither a mobile number nor an e-mail address", typed=typed) from error
        return Person(PhoneNumber(number))
