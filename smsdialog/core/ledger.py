"""The states of SMS, and every step from one to another. `docs/ledger.md` tells the same in words.

A step is a function of the store by that name: `outbound.claim`, `inbound.hold`. It changes what is in one of
the states it starts from, and nothing else; whoever comes second finds the state changed and does nothing.

>>> before(OUT, "lease")
('queued',)
>>> sorted(states(IN))
['held', 'mailed', 'received']
"""

from __future__ import annotations

from dataclasses import dataclass

NEW = ""
"""Before the first step: there is no row."""


@dataclass(frozen=True)
class Step:
    """One step: its name, the states that it starts from, the states that it may end in."""

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]


OUT = (
    Step("claim", (NEW,), ("queued", "held")),
    Step("lease", ("queued",), ("sending",)),
    Step("settle", ("sending", "unknown"), ("sent", "failed", "unknown", "queued")),
    Step("expire", ("sending",), ("unknown",)),
    Step("doubt", ("queued", "sending"), ("unknown",)),
    Step("was_taken", ("queued", "unknown"), ("sent",)),
    Step("was_delivered", ("queued", "sending", "sent", "unknown", "failed"), ("delivered",)),
    Step("was_not_delivered", ("queued", "sending", "sent", "unknown", "delivered"), ("failed",)),
    Step("requeue", ("held", "failed", "unknown"), ("queued",)),
    Step("withdraw", ("queued", "held"), ("failed",)),
)
IN = (
    Step("add", (NEW,), ("received", "held")),
    Step("lease", ("received",), ("received",)),
    Step("mailed", ("received", "held"), ("mailed",)),
    Step("give_back", ("received",), ("received",)),
    Step("hold", ("received",), ("held",)),
    Step("release", ("held",), ("received",)),
)
# What an employee is told of, and what may still change without anybody's doing.
TOLD = ("failed", "unknown", "held")
UNDER_WAY = ("queued", "sending")


def before(steps: tuple[Step, ...], name: str) -> tuple[str, ...]:
    """The states that a step starts from."""
    return next(step.before for step in steps if step.name == name)


def after(steps: tuple[Step, ...], name: str) -> tuple[str, ...]:
    """The states that a step may end in."""
    return next(step.after for step in steps if step.name == name)


def states(steps: tuple[Step, ...]) -> frozenset[str]:
    """Every state that a step ends in."""
    return frozenset(state for step in steps for state in step.after)
