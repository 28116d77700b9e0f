"""When a gateway is passed over, and for how long.

It is down when it provably cannot send (no connection, no credit, wrong credentials), or when of the calls of
the last five minutes too many failed. Then it is tried again after a pause, and after a longer one each time
that this fails.
"""

from __future__ import annotations

WINDOW_SECONDS = 300
FAILING_SHARE = 0.15
# Of fewer calls than these, a share says nothing.
FEWEST_CALLS = 20
FIRST_PAUSE_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 900.0
# However long a provider asks for: what waits for longer is told of to nobody meanwhile.
LONGEST_REST_SECONDS = 3600.0


def is_failing(tried: int, failed: int) -> bool:
    """Whether so many failures of so many calls within the window are too many.

    >>> is_failing(100, 14), is_failing(100, 15), is_failing(10, 10)
    (False, True, False)
    """
    return tried >= FEWEST_CALLS and failed >= FAILING_SHARE * tried


def pause(earlier: int, first: float = FIRST_PAUSE_SECONDS, longest: float = LONGEST_PAUSE_SECONDS) -> float:
    """The seconds until the next try, after so many pauses that did not help.

    >>> [pause(earlier) for earlier in (0, 1, 4, 9)]
    [30.0, 60.0, 480.0, 900.0]
    """
    return float(min(longest, first * 2 ** min(earlier, 30)))
