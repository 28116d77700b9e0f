"""How the installation fares: what waits, what is held, the numbers left, and when SMS last came and went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smsdialog.core import ledger
from smsdialog.dialog import number
from smsdialog.dialog.service import Service
from smsdialog.store import notices, recent
from smsdialog.store.numbers import Range

MANY = recent.MANY


@dataclass(frozen=True)
class Last:
    """The newest SMS of a direction: when (seconds since the epoch), and through which gateway."""

    time: float
    gateway: str


@dataclass(frozen=True)
class Status:
    """Counts go up to `MANY`, and one more for all beyond it."""

    waiting_out: int
    waiting_in: int
    notices_waiting: int
    held_out: int
    held_in: int
    last_out: Last | None
    last_in: Last | None
    ranges: Sequence[Range]

    @property
    def numbers_left(self) -> int:
        """How many accounts can still be opened."""
        return sum(span.free for span in self.ranges)


def status(service: Service) -> Status:
    """How it fares now. Reads."""
    with service.store.reading() as tx:
        last_out, last_in = recent.last_outbound(tx), recent.last_inbound(tx)
        counts = {
            "waiting_out": sum(recent.count_outbound(tx, state) for state in ledger.UNDER_WAY),
            "waiting_in": recent.count_inbound(tx, "received"),
            "notices_waiting": notices.count_waiting(tx, recent.MANY + 1),
            "held_out": recent.count_outbound(tx, "held"),
            "held_in": recent.count_inbound(tx, "held"),
        }
    return Status(
        **counts,
        last_out=Last(*last_out) if last_out else None,
        last_in=Last(*last_in) if last_in else None,
        ranges=number.listing(service),
    )
