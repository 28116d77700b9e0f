"""What several receipts say together: they come late, twice, out of order, and for each part of an SMS.

A final word is never taken back by a transient one. Of two final ones the later counts, by the provider's own
time; where the provider tells no time, the first.
"""

from __future__ import annotations

from collections.abc import Mapping

from smsdialog.core.model import Delivery

WHOLE = ""
"""The part that a receipt of the whole SMS is for."""


def supersedes(new: Delivery, new_at: float | None, old: Delivery, old_at: float | None) -> bool:
    """Whether a receipt takes the place of an earlier one of the same part; times in seconds since the epoch.

    >>> supersedes(Delivery.ON_ITS_WAY, None, Delivery.DELIVERED, None)
    False
    >>> supersedes(Delivery.DELIVERED, 2.0, Delivery.FAILED, 1.0)
    True
    """
    if not old.is_final:
        return True
    return new.is_final and new_at is not None and old_at is not None and new_at > old_at


def overall(deliveries: Mapping[str, Delivery], parts: int) -> Delivery:
    """What became of an SMS of so many parts: delivered if every part is, failed as soon as one is.

    >>> overall({"1": Delivery.DELIVERED}, 2), overall({"1": Delivery.DELIVERED, "2": Delivery.EXPIRED}, 2)
    (<Delivery.ON_ITS_WAY: 'on its way'>, <Delivery.EXPIRED: 'expired'>)
    """
    whole = deliveries.get(WHOLE, Delivery.ON_ITS_WAY)
    if whole.is_final:
        return whole
    found = list(deliveries.values())
    failed = next((one for one in found if one in (Delivery.FAILED, Delivery.EXPIRED)), None)
    if failed:
        return failed
    return Delivery.DELIVERED if found.count(Delivery.DELIVERED) >= parts else Delivery.ON_ITS_WAY
