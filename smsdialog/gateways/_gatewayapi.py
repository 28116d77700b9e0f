"""What GatewayAPI's two APIs have in common: what became of an SMS, in which words, and what is left on the account.

Source: GatewayAPI's pages "Mobile Messaging API", "REST API" (delivery status) and "Error code index", November 2026.
"""

from __future__ import annotations

from smsdialog.core.model import Delivery
from smsdialog.gateways._base import REASON_CHARACTERS, HttpRequest, HttpResponse
from smsdialog.gateways._values import hexadecimal, text

# Both go on trying to reach us for a day at least; whatever is signed longer ago than this is somebody else's.
REPLAY_SECONDS = 7 * 86_400.0

# Both use the same words. ACCEPTED means another thing in each, and READ comes from RCS only: see the types.
DELIVERY = {
    "DELIVERED": Delivery.DELIVERED,
    "EXPIRED": Delivery.EXPIRED,
    "DELETED": Delivery.FAILED,
    "UNDELIVERABLE": Delivery.FAILED,
    "REJECTED": Delivery.FAILED,
    "SKIPPED": Delivery.FAILED,
}

# What the mobile networks say (error codes 0x1000-0x1FFF), for somebody who wants to know what to do.
_NETWORK = {
    "the number is not in use": "1010 1020 1040 1049 1084",
    "the phone may not receive SMS": "1011 1012 1014 1024 1041 103C",
    "the phone is switched off or out of reach": "1013 1019 1021 1022",
    "the phone's memory is full": "1018 102A",
    "the phone is busy": "1023",
    "the phone is barred from its network": "1025 1026 1031 1034 1093",
    "the phone cannot take SMS": "102B 102C 1045",
    "a fault in the phone's network": "1015 1016 1017 101A 101B 1027 1028 1029 102D 102E 1042 1043 1044 1046 104A",
    "the phone's network does not answer": "1091",
    "the network has too much to do": "1047 1080",
    "the network blocks it": "1030 1032 1033 1035 1036 1038 1039 103A 103B",
    "too many SMS for one day": "1037",
    "there is no way to the phone's network": "1050 1051 1052 1053 1054 1055 1056 1057",
    "the number is written wrongly": "1048 1060 1061 1062 1063 1064",
    "the sender is not accepted": "1065 1066 1067 1905",
    "refused for its links or its content": "1902 1903 1904",
    "the customer's subscription has no money left": "1092",
    "try again later": "106A",
}
_WORDS = {int(code, 16): words for words, codes in _NETWORK.items() for code in codes.split()}
# The low byte means the same in every group of codes.
_GENERAL = {
    0x03: "it is not permitted",
    0x05: "the network is shutting down",
    0x06: "the network has too much to do",
    0x07: "it is not permitted",
    0x09: "try again later",
}


def in_words(status: str, said: str, code: str) -> str:
    """A receipt's reason: the status, what the provider says, and what its code (hex) means.

    >>> in_words("UNDELIVERABLE", "Absent subscriber", "0x1013")
    'UNDELIVERABLE: Absent subscriber (0x1013: the phone is switched off or out of reach)'
    >>> in_words("DELIVERED", "", ""), in_words("REJECTED", "", "0x1FFF")
    ('DELIVERED', 'REJECTED (0x1FFF)')
    """
    number = hexadecimal(code)
    meaning = "" if number is None else _WORDS.get(number) or _GENERAL.get(number & 0xFF, "")
    coded = f"({code}: {meaning})" if meaning else f"({code})" if code else ""
    reason = f"{status}: {said}" if said else status
    return " ".join(f"{reason} {coded}".split())[:REASON_CHARACTERS]


def balance_request(url: str, *headers: tuple[str, str]) -> HttpRequest:
    """The request for what is left; `url` is that of the REST API, which both kinds of account have."""
    return HttpRequest("GET", f"{url}/rest/me", headers=headers)


def balance_of(response: HttpResponse) -> str:
    """The credit and its currency, as `412.3 DKK`; empty where the answer holds none."""
    account = response.object
    credit = account.get("credit")
    if response.status != 200 or isinstance(credit, bool) or not isinstance(credit, int | float | str):
        return ""
    return f"{credit} {text(account, 'currency')}".strip()
