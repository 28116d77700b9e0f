"""What a network's status report says of an SMS: TP-Status (3GPP TS 23.040, 9.2.3.15), as modems hand it over."""

from __future__ import annotations

from smsdialog.core.model import Delivery

# From here on the service centre still tries; from the second on it does not.
_STILL_TRYING, _GIVEN_UP = 32, 64
_VALIDITY_EXPIRED = 0b0100_0110


def delivery_of(status: int) -> Delivery:
    """What became of an SMS, by its TP-Status.

    >>> [delivery_of(status).value for status in (0, 1, 48, 65, 70, 99)]
    ['delivered', 'delivered', 'on its way', 'failed', 'expired', 'failed']
    """
    if status == _VALIDITY_EXPIRED:
        return Delivery.EXPIRED
    if status >= _GIVEN_UP:
        return Delivery.FAILED
    return Delivery.ON_ITS_WAY if status >= _STILL_TRYING else Delivery.DELIVERED
