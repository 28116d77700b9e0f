"""LINK Mobility's result codes: what each means, in words and for us.

Source: LINK Mobility, "SMS REST API: MT and Delivery Reports" 1.6 to 1.18, chapters "Error Result Codes" and "Result
Codes"; of those that it only numbers (1003, 1013, 2000-2103) the words say no more than their group. The states that it
calls final are final here, also where it says that the SMS may have been delivered all the same (4, 5, 1010): the words
say so.
"""

from __future__ import annotations

from smsdialog.core.model import Delivery

DELIVERED = 1001
_EXPIRED = (1002, 1010)
MAYBE_DELIVERED = (4, 5, 1010)
THROTTLED = 3
TEMPORARILY_BARRED = 2107
BILLING = range(2200, 2300)
# What the operator has to put right, whatever the SMS: LINK's settings for us, the sender, and our own.
OURS = (104, *range(2000, 2100), *range(106100, 106400))
ON_ITS_WAY = (1000, 1005, 1007, 1008, 1011, 1012, 1013)

WORDS = {
    0: "unknown error",
    1: "no way to the network for the moment",
    2: "no way to the network",
    3: "too many at once",
    4: "no answer in time; it may have been delivered",
    5: "the operator knows no reason; it may have been delivered",
    6: "a fault at the operator",
    104: "LINK's configuration is wrong",
    105: "a fault at LINK",
    1000: "sent to the operator",
    1001: "delivered",
    1002: "expired",
    1003: "not delivered",
    1004: "the phone's memory is full",
    1005: "queued",
    1006: "not delivered",
    1007: "delivered, and billed later",
    1008: "billed, and about to be sent",
    1009: "billed, and not delivered",
    1010: "expired without a word from the operator; it may have been delivered",
    1011: "billed, and sent to the operator",
    1012: "delayed",
    1013: "on its way",
    2000: "the sender is not accepted",
    2001: "the sender is not accepted",
    2002: "the sender is not accepted",
    2003: "the sender is not accepted",
    2100: "the number is not accepted",
    2101: "the number is not accepted",
    2102: "the number is not accepted",
    2103: "the number is not accepted",
    2104: "the number is not in use",
    2105: "the number is barred",
    2106: "the number is wrong",
    2107: "the number is barred for the moment",
    2200: "it could not be billed",
    2201: "too little money",
    2202: "the number is barred for premium SMS",
    2203: "the customer is too young",
    2204: "not for prepaid cards",
    2205: "the customer has refused the service",
    2206: "the customer is not known to the payment system",
    2207: "the customer's limit is reached",
    3000: "GSM-7 cannot be sent there",
    3001: "UCS-2 cannot be sent there",
    3002: "binary SMS cannot be sent there",
    4000: "there are no receipts there",
    4001: "the content is not accepted",
    4002: "the tariff is wrong",
    4003: "the text is wrong",
    4004: "the user data header is wrong",
    4005: "the coding is wrong",
    4006: "the VAT is wrong",
    4007: "the content cannot be sent there",
    106000: "unknown error",
    106100: "wrong user or password",
    106101: "access denied: wrong user or password",
    106200: "wrong or missing platform id",
    106201: "wrong or missing partner id",
    106202: "wrong or missing currency",
    106300: "there is no gate for receipts",
    106301: "there is no such gate for receipts",
}


def in_words(code: int) -> str:
    """What a code means; its number alone where that is not known.

    >>> in_words(2104), in_words(4711)
    ('2104: the number is not in use', '4711')
    """
    return f"{code}: {WORDS[code]}" if code in WORDS else str(code)


def delivery(code: int) -> Delivery:
    """What a code in a receipt says of the SMS; a code that is not documented says nothing.

    >>> delivery(1001).value, delivery(2104).value, delivery(1010).value, delivery(4711).value
    ('delivered', 'failed', 'expired', 'on its way')
    """
    if code == DELIVERED:
        return Delivery.DELIVERED
    if code in _EXPIRED:
        return Delivery.EXPIRED
    return Delivery.FAILED if is_failure(code) else Delivery.ON_ITS_WAY


def is_taken(code: int) -> bool:
    """Whether a code says that an SMS is on its way, or was delivered; one that is not documented does not."""
    return code == DELIVERED or code in ON_ITS_WAY


def is_failure(code: int) -> bool:
    """Whether a code says that an SMS is not, and will not be, delivered."""
    return code in WORDS and not is_taken(code)
