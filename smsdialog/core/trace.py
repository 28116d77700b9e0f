"""One id for a mail and all that it causes, and one for an SMS that came in: what log lines are tied together by.

It follows from what the ledger has anyway, so that every process on every machine says the same, and a receipt that
comes days later, too: a mail's digest, of which the reference of each of its SMS is made; the digest of an SMS that
came in, and its number in the ledger, as customers write the same text twice.
"""

from __future__ import annotations

import re

LENGTH = 12
_DIGEST_LENGTH = 6
_SHAPE = re.compile(r"[0-9a-f]{12,24}", re.ASCII)


def of_mail(digest: str) -> str:
    """The trace of a mail with this digest, and of whatever it causes."""
    return digest[:LENGTH]


def reference(digest: str, chance: str) -> str:
    """The reference of an SMS of the mail with this digest; `chance` is what tells it from the mail's others.

    >>> reference("0123456789abcdef", "fedcba987654")
    '0123456789abfedcba987654'
    """
    return of_mail(digest) + chance


def of_sms(reference: str) -> str:
    """The trace that an SMS shares with the mail that it comes from."""
    return reference[:LENGTH]


def of_inbound(digest: str, row_id: int) -> str:
    """The trace of an SMS that came in, and of the mail that it becomes.

    >>> of_inbound("0123456789abcdef", 7)
    '012345000007'
    """
    return f"{digest[:_DIGEST_LENGTH]}{row_id:06x}"


def of_part(group: str) -> str:
    """The trace of the parts of a long SMS until they are joined; `group` is what they have in common."""
    return group[:LENGTH]


def is_trace(text: str) -> bool:
    """Whether a text could be a trace.

    >>> is_trace("012345000007"), is_trace("4XyZ1234567"), is_trace("o7")
    (True, False, False)
    """
    return bool(_SHAPE.fullmatch(text))


def inbound_id(trace: str) -> int:
    """The number in the ledger that is in the trace of an SMS that came in.

    >>> inbound_id(of_inbound("0123456789abcdef", 7))
    7
    """
    return int(trace[_DIGEST_LENGTH:], 16)
