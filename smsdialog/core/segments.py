"""Parts of a long SMS become the SMS again (3GPP TS 23.040, 9.2.3.24.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

# The field is one octet.
MOST_PARTS = 255


def is_part(total: int, index: int) -> bool:
    """Whether these can be the numbers of one of several parts; what is not is an SMS of its own.

    >>> is_part(2, 1), is_part(1, 1), is_part(2, 3)
    (True, False, False)
    """
    return 1 < total <= MOST_PARTS and 1 <= index <= total


def join(texts: Mapping[int, str], total: int, gap: Callable[[int], str] = str) -> str:
    """The text of parts that count from 1; `gap` says what stands where a part is missing.

    A character that was cut in two between parts (a surrogate pair, as some providers hand it over) is whole again.

    >>> join({2: " Bo", 1: "Hej"}, 2)
    'Hej Bo'
    >>> join({1: "Hej "}, 2, lambda index: f"[part {index} is missing]")
    'Hej [part 2 is missing]'
    """
    text = "".join(texts[index] if index in texts else gap(index) for index in range(1, total + 1))
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
