"""Whose an SMS is, where a provider does not name a 12-digit number: by its own number, short code or keyword.

[gateways.main.receivers]
"+4552512345" = "459192000001"      # a number that the provider rents out
"1204 FIRMA"  = "459192000002"      # a keyword at a short code that others share
"1204"        = "459192000003"      # whatever else comes to it
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from smsdialog.core import phone

# How providers write a short code: `DK-1919` (LINK), `s1919` (SMS Server Tools), `451204` (GatewayAPI).
_SHORT_CODE = re.compile(r"(?:[A-Z]{2}-|s|\+?45(?=1[0-9]{3}\Z))?([0-9]{3,6})", re.ASCII)
_WORD = re.compile(r"\s*(\S+)")


def place(text: str) -> str:
    """A short code as its digits, a number in E.164 with a plus sign, and anything else as it came.

    >>> place("DK-1919"), place("451204"), place("4552512345"), place("004552512345")
    ('1919', '1204', '+4552512345', '+4552512345')
    """
    short = _SHORT_CODE.fullmatch(text.strip())
    return short[1] if short else phone.sender(text)


def rule(text: str) -> tuple[str, str]:
    """The place and the keyword (upper case, or empty) of one row of the table.

    >>> rule("1204 firma"), rule("+45 52 51 23 45")
    (('1204', 'FIRMA'), ('+4552512345', ''))
    """
    head, _, last = text.strip().rpartition(" ")
    if head and not re.fullmatch(r"[0-9().+-]+", last):
        return place(head), last.upper()
    return place(text), ""


def receiver(rules: Mapping[tuple[str, str], str], to: str, text: str) -> str:
    """The service number that an SMS is for: as the table says, else the receiver that came.

    >>> rules = {("1204", "FIRMA"): "459192000002", ("1204", ""): "459192000003"}
    >>> receiver(rules, "451204", "firma Hej"), receiver(rules, "451204", "Hej"), receiver(rules, "459192000009", "")
    ('459192000002', '459192000003', '459192000009')
    """
    where, word = place(to), _WORD.match(text)
    keyword = word[1].upper() if word else ""
    return rules.get((where, keyword)) or rules.get((where, "")) or phone.service_number(to) or to


def said(rules: Mapping[tuple[str, str], str], number: str, text: str) -> str:
    """What a text says to an account, without the keyword that led to it.

    >>> rules = {("1204", "FIRMA"): "459192000002", ("1204", ""): "459192000003"}
    >>> said(rules, "459192000002", "Firma stop"), said(rules, "459192000003", "stop")
    ('stop', 'stop')
    """
    word = _WORD.match(text)
    leads = {keyword for (_, keyword), account in rules.items() if keyword and account == number}
    return text[word.end() :].lstrip() if word and word[1].upper() in leads else text


def sender_of(rules: Mapping[tuple[str, str], str], number: str) -> str:
    """The digits that texts from an account must bear, so that an answer to them finds it; the number itself if none.

    A keyword cannot stand in a sender, so a place that needs one is none.

    >>> sender_of({("+4552512345", ""): "459192000001"}, "459192000001")
    '4552512345'
    """
    places = (where for (where, keyword), account in rules.items() if account == number and not keyword)
    return next(places, number).removeprefix("+")
