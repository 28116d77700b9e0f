"""What a line says of its writer: the evidence by which a block of lines is known as a signature.

A name, a title, a firm, an address, a phone number: each may stand in a message as well, so no rule cuts for
one of them. The rules of `signature` count them, and look at where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from smsdialog.core.text.phrases import JOINERS

LINE_CHARACTERS = 160
NAME_WORDS = 5

_PHONE_LABEL = re.compile(
    r"^[*_|• ]{0,4}(?:tlf|tel|telefon|telefax|phone|mobil|mobile|mob|cell|fax|direkte|direct|direkt|dir|t|m|p|f|d|tlf\.nr"
    r"|mobilnr|mobilnummer|telefonnummer|hovednummer|vagttelefon|handy|fon|office|puh|gsm|ring|tfn|vxl|växel|whatsapp|sms)\b"
    r"[ .:/|]{0,4}(?:nr\.?|no\.?)?[ .:/|]{0,4}[+(\d]",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w.])(?:\+|00|\(\+?)?\d[\d ().\-/]{6,22}\d(?![\w])")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63}")
_WEB = re.compile(r"\bwww\.|https?://|[a-z0-9-]\.(?:dk|no|se|de|com|org|net|eu|fi|example)\b(?!@)", re.IGNORECASE)
_POSTCODE = re.compile(r"(?:^|[,|·•] ?|\bDK[- ]|\bS-|\bN-|\bD-)\d{3} ?\d{1,2} [A-ZÆØÅÄÖÜ][\w.-]{1,30}", re.UNICODE)
_STREET = re.compile(
    r"\w(?:gade|vej|vejen|allé|alle|plads|torv|stræde|gate|vei|veien|gata|gatan|vägen|väg|straße|strasse|str\.|platz|weg|kaj|boulevard"
    r"|park|parken|center|centret| street| road| avenue| lane) ?\d{1,4}\b",
    re.IGNORECASE,
)
_FIRM = re.compile(
    r"(?<![\w/])(?:A/S|ApS|I/S|K/S|P/S|IVS|GmbH|AG|AB|ASA|AS|Ltd|LLC|Inc|Oy|Oyj|BV|B\.V\.|S\.A\.|SE|KG|e\.V\.|plc|PLC"
    r"|A\.m\.b\.a\.|amba)(?![\w/])"
)
_REGISTER = re.compile(r"\b(?:cvr|org\.? ?nr|orgnr|ust-?id|vat|hrb|ean|se-nr|organisasjonsnummer|moms)\b", re.IGNORECASE)
_TITLE = re.compile(
    r"(?:direktør|chef|leder|konsulent|assistent|medarbejder|koordinator|sekretær|tekniker|montør|ingeniør|advokat|læge|lærer"
    r"|sagsbehandler|bogholder|sælger|pædagog|sygeplejerske|formand|kasserer|rådgiver|specialist|ansvarlig|elev|praktikant|indehaver"
    r"|partner|afdeling|kundeservice|borgerservice|administration|reception|support|kontor|salg|salgs|service|drift|vagt"
    r"|manager|director|consultant|engineer|officer|assistant|coordinator|president|founder|developer|analyst|associate|head of|ceo|cto"
    r"|cfo|coo|sales|operations|marketing|team|department|lead|designer|architect|administrator|representative|accountant"
    r"|geschäftsführer|leiter|leiterin|berater|beraterin|sachbearbeiter|sachbearbeiterin|disposition|vertrieb|abteilung|techniker"
    r"|ledare|handläggare|samordnare|säljare|rådgivare|ekonom|avdelning|saksbehandler|rådgiver|avdeling|selger|daglig)\w{0,6}$|"
    r"^(?:it|hr|pr)[- ]",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…:](?:\s*[^\w\s]{1,3})?$")
_POSTSCRIPT = re.compile(r"^p\.? ?s\b", re.IGNORECASE)
_PART = re.compile(r"\s*[|•·/]\s*|\s{2,}")


def is_name(line: str) -> bool:
    """Whether a line can be the name of a person or a firm: few words, each with a capital, no digit.

    >>> is_name("Mette Kjærgaard"), is_name("Vi ses"), is_name("Kl. 8"), is_name("Anna og Per")
    (True, False, False, True)
    """
    text = line.strip(" *_,.~-–—/\t")
    words = text.split()
    if not words or len(words) > NAME_WORDS or len(text) > 45 or any(character in "0123456789?!:;@" for character in text):
        return False
    named = [word for word in words if word.lower() not in JOINERS]
    return bool(named) and all(word.strip("\"'(")[:1].isupper() for word in named)


@lru_cache(maxsize=256)
def evidence(line: str) -> frozenset[str]:
    """What kinds of contact data a line holds.

    >>> sorted(evidence("Tlf. 70 12 34 56 | www.firma.example")), evidence("Vi ses kl. 14.")
    (['phone', 'web'], frozenset())
    """
    text = line[:LINE_CHARACTERS].strip()
    digits = any(character in "0123456789" for character in text)
    found = {name for name, needs, pattern in _KINDS if (digits if needs == "0" else needs in text) and pattern.search(text)}
    if _is_title(text):
        found.add("title")
    return frozenset(found)


def _is_title(text: str) -> bool:
    """Whether a line names what somebody does, or where: short, with a capital, and not a sentence."""
    if len(text) >= 60 or not text.strip("*_")[:1].isupper() or _SENTENCE_END.search(text):
        return False
    return any(_TITLE.search(part.strip(" *_,")) for part in _PART.split(text))


# Kind, a character without which it cannot be there (`0`: any digit), how it looks.
_KINDS = (
    ("phone", "0", _PHONE_LABEL),
    ("phone", "0", _PHONE),
    ("mail", "@", _MAIL),
    ("web", ".", _WEB),
    ("place", "0", _POSTCODE),
    ("place", "0", _STREET),
    ("firm", "", _FIRM),
    ("register", "0", _REGISTER),
)


@lru_cache(maxsize=256)
def is_sentence(line: str) -> bool:
    """Whether a line reads like something said, rather than like a line of a signature.

    >>> is_sentence("Vi ses på torsdag, og så tager vi resten derfra."), is_sentence("Havnevej 12, 9800 Hjørring")
    (True, False)
    """
    text = line.strip(" *_")
    words = [word for word in text.split() if any(character.isalnum() for character in word)]
    if "?" in text and "://" not in text:
        return True
    if _SENTENCE_END.search(text) and len(words) >= 4 and not evidence(text):
        return True
    lower = sum(word[:1].islower() for word in words)
    return len(words) >= 7 and lower * 2 > len(words) and not evidence(text) & {"phone", "mail", "register"} or len(words) > 25


def looks_like_signature(lines: Sequence[str], most: int = 14) -> bool:
    """Whether `lines` read as a signature from first to last; nothing at all does, too.

    >>> looks_like_signature(["", "Hans Jensen", "Nordvand A/S", "Tlf. 70 12 34 56"])
    True
    >>> looks_like_signature(["Hans Jensen", "P.S. Husk at du skal tage nøglen med i morgen."])
    False
    """
    filled = [line.strip() for line in lines if line.strip()]
    if len(filled) > most or any(len(line) > LINE_CHARACTERS for line in filled):
        return False
    said = sum(is_sentence(line) for line in filled)
    kinds = frozenset().union(*(evidence(line) for line in filled)) if filled else frozenset()
    if said == 0:
        return True
    spoken_to = is_sentence(filled[0]) or any("?" in line or _POSTSCRIPT.match(line) for line in filled)
    return not spoken_to and said < len(kinds)
