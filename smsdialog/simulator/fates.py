"""Which recipients go wrong: the last two digits of a number choose what becomes of an SMS to it.

Every provider plays all of them, each in its own words. All other numbers are taken, and delivered.
"""

from __future__ import annotations

from enum import Enum


class Fate(Enum):
    """What becomes of an SMS; the value is the two digits that choose it."""

    REFUSED = "01"
    RATE = "02"
    CREDIT = "03"
    LATER = "04"
    NO_ANSWER = "05"
    DROPPED = "06"
    UNDOCUMENTED = "07"
    FAILED = "08"
    EXPIRED = "09"
    MIXED_UP = "10"
    NO_RECEIPT = "11"
    DELIVERED = ""

    @property
    def meaning(self) -> str:
        """What it means, for people."""
        return _MEANINGS[self]


_MEANINGS = {
    Fate.REFUSED: "refused for good",
    Fate.RATE: "too many at a time: refused for now",
    Fate.CREDIT: "no credit",
    Fate.LATER: "the provider has trouble: refused for now",
    Fate.NO_ANSWER: "taken, and never answered",
    Fate.DROPPED: "taken, and the connection is cut instead of an answer",
    Fate.UNDOCUMENTED: "taken, and answered with something that stands in no manual",
    Fate.FAILED: "taken; the receipt says that it failed",
    Fate.EXPIRED: "taken; the receipt says that it expired",
    Fate.MIXED_UP: "taken and delivered; receipts come out of order, and twice",
    Fate.NO_RECEIPT: "taken; no receipt ever comes",
    Fate.DELIVERED: "taken and delivered",
}

# Of these the provider says no, and has not taken the SMS.
TROUBLES = (Fate.REFUSED, Fate.RATE, Fate.CREDIT, Fate.LATER)


def fate_of(number: str) -> Fate:
    """What becomes of an SMS to a number.

    >>> fate_of("4520123401").meaning, fate_of("4520123456").meaning
    ('refused for good', 'taken and delivered')
    """
    try:
        return Fate(number[-2:])
    except ValueError:
        return Fate.DELIVERED
