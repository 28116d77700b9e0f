"""What a customer texts to get no more SMS, and to get them again: one word, and nothing else.

>>> meaning("Stop!"), meaning(" AFMELD. "), meaning("start"), meaning("Stop lige ved porten")
(<Wish.STOP: 'stop'>, <Wish.STOP: 'stop'>, <Wish.START: 'start'>, None)
"""

from __future__ import annotations

import enum
import re


class Wish(enum.Enum):
    """What the word asks for."""

    STOP = "stop"
    START = "start"


WORDS = {
    "stop": Wish.STOP,
    "stop sms": Wish.STOP,
    "afmeld": Wish.STOP,
    "frameld": Wish.STOP,
    "unsubscribe": Wish.STOP,
    "start": Wish.START,
    "tilmeld": Wish.START,
}
_AROUND = re.compile(r"^[\W_]+|[\W_]+$")
# Longer texts are not looked at: no word here is.
_LONGEST = 40


def meaning(text: str) -> Wish | None:
    """What a whole text asks for, whatever its case and the punctuation around it; None for any other text."""
    if len(text) > _LONGEST:
        return None
    return WORDS.get(" ".join(_AROUND.sub("", text).casefold().split()))
