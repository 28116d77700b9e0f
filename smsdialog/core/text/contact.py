"""What a line says of its writer: the evidence by which a block of lines is known as a signature.

A name, a title, a firm, an address, a phone number: each may stand in a message as well, so no rule cuts for
one of them. The rules of `signature` count them, and look at where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from smsdialog.core.text.phrases import JOINERS, entries

LINE_CHARACTERS = 160
NAME_WORDS = 5
# So many kinds of contact data make a block without a greeting a signature: of the sender, of somebody while the
# sender's name is unknown, and of somebody else, whom the message may be about.
OWN_KINDS = 2
KINDS = 3
FOREIGN_KINDS = 5
PHONE_DIGITS = 6
BLOCK_LINES = 20

PHONE_LABELS = frozenset(
    entries(
        """
        cell | d | dir | direct | direkt | direkte | f | fax | fon | gsm | handy | hovednummer | m | mob | mobil
        mobile | mobilnr | mobilnummer | office | p | phone | puh | sms | t | tel | telefax | telefon
        telefonnummer | tfn | tlf | tlf.nr | vagttelefon | vxl | växel | whatsapp
        """
    )
)
FIRMS = frozenset(
    entries(
        """
        A.m.b.a | A/S | AB | AG | AS | ASA | ApS | B.V | BV | GmbH | I/S | IVS | Inc | K/S | KG | LLC | Ltd | Oy
        Oyj | P/S | PLC | S.A | SE | amba | e.V | plc
        """
    )
)
REGISTERS = frozenset(
    entries(
        """
        cvr | cvr-nr | cvrnr | ean | hrb | moms | org | org.nr | organisasjonsnummer | orgnr | se-nr | ust-id
        ust-idnr | vat
        """
    )
)
STREETS = tuple(
    entries(
        """
        gade | vej | vejen | allé | alle | plads | torv | torvet | stræde | gate | vei | veien | gata | gatan
        vägen | väg | straße | strasse | str. | platz | weg | kaj | boulevard | parken | center | centret
        street | road | avenue | lane
        """
    )
)
TITLES = tuple(
    entries(
        """
        direktør | chef | leder | konsulent | assistent | medarbejder | koordinator | sekretær | tekniker
        montør | ingeniør | advokat | læge | lærer | sagsbehandler | bogholder | bogholderi | sælger | pædagog
        sygeplejerske | formand | kasserer | rådgiver | specialist | ansvarlig | praktikant | indehaver
        partner | afdeling | kundeservice | borgerservice | administration | reception | support | kontor | salg
        service | vagt | manager | director | consultant | engineer | officer | assistant | coordinator
        president | founder | developer | analyst | associate | operations | marketing | department | designer
        architect | administrator | representative | accountant | geschäftsführer | leiter | berater
        sachbearbeiter | disposition | vertrieb | abteilung | techniker | ledare | handläggare | samordnare
        säljare | rådgivare | ekonom | avdelning | saksbehandler | avdeling | selger | kundendienst | kundtjänst
        sales
        """
    )
)
DOMAINS = (".dk", ".no", ".se", ".de", ".com", ".org", ".net", ".eu", ".fi", ".example")

SOCIALS = frozenset(("facebook", "instagram", "linkedin", "tiktok", "trustpilot", "youtube"))
MOTTO_CHARACTERS = 100
_QUOTES = "\"'”“„»«’‘"

_PHONE = re.compile(r"(?<![\w.])[+(]{0,2}\d[\d ().\-/]{6,22}\d(?!\w)")
_MAIL = re.compile(r"[\w.+-]@[\w-]{1,63}\.\w")
_POSTCODE = re.compile(r"(?:^|[,|·•-] ?)\d{3} ?\d{1,2} [A-ZÆØÅÄÖÜ]")
_POSTSCRIPT = re.compile(r"p\.? ?s\.?[ :]", re.IGNORECASE)
_PARTS = re.compile(r"[|•·/,]| {2,}")
_AROUND_WORDS = " *_,.:;|()[]<>·•\t"
_STOPS = ".!?…:"


def is_name(line: str) -> bool:
    """Whether a line can be the name of a person or a firm: few words, each with a capital, no digit.

    >>> is_name("Mette Kjærgaard"), is_name("Vi ses"), is_name("Kl. 8"), is_name("Anna og Per")
    (True, False, False, True)
    """
    text = line.strip(" *_,.~-–—/\t")
    words = text.split()
    if (
        not words
        or len(words) > NAME_WORDS
        or len(text) > 45
        or any(character in "0123456789?!:;@" for character in text)
    ):
        return False
    named = [word for word in words if word.lower() not in JOINERS]
    return bool(named) and all(word.strip("\"'(")[:1].isupper() for word in named)


@lru_cache(maxsize=256)
def evidence(line: str) -> frozenset[str]:
    """What kinds of contact data a line holds.

    >>> sorted(evidence("Tlf. 70 12 34 56 | www.firma.example")), evidence("Vi ses kl. 14.")
    (['phone', 'web'], frozenset())
    """
    text = line[:LINE_CHARACTERS].strip(" *_")
    tokens = [word.strip(_AROUND_WORDS) for word in text.split()]
    digits = sum(character in "0123456789" for character in text)
    found = {name for name, test in (("title", _is_title), ("web", _is_web)) if test(text)}
    found |= {"mail"} if "@" in text and _MAIL.search(text) else set()
    found |= {"firm"} if not FIRMS.isdisjoint(tokens) else set()
    if digits:
        lowered = [token.lower() for token in tokens]
        found |= {"register"} if not REGISTERS.isdisjoint(lowered) else set()
        found |= {"place"} if _POSTCODE.search(text) or _has_street(lowered) else set()
        labelled = lowered[0] in PHONE_LABELS and digits >= PHONE_DIGITS
        found |= {"phone"} if labelled or (digits >= PHONE_DIGITS and _PHONE.search(text)) else set()
    return frozenset(found)


def _has_street(words: Sequence[str]) -> bool:
    """Whether a street's name with a number behind it is among these words."""
    return any(word.endswith(STREETS) and after[:1].isdigit() for word, after in pairwise(words))


def _is_web(text: str) -> bool:
    """Whether an address of a web site stands in a line."""
    lowered = text.lower()
    if "." not in lowered:
        return False
    return (
        "www." in lowered
        or "://" in lowered
        or any(word.strip(_AROUND_WORDS).endswith(DOMAINS) and "@" not in word for word in lowered.split())
    )


def _is_title(text: str) -> bool:
    """Whether a line names what somebody does, or where: short, with a capital, and not a sentence."""
    if text.startswith("v/"):  # Danish, "ved": who it is that answers for a firm
        return True
    if len(text) >= 60 or not text[:1].isupper() or _ends_sentence(text):
        return False
    last_words = [part.rpartition(" ")[2].lower() for part in (p.strip(" *_,") for p in _PARTS.split(text)) if part]
    return text[:3].lower() in ("it-", "hr-", "pr-") or any(any(map(word.__contains__, TITLES)) for word in last_words)


def _ends_sentence(text: str) -> bool:
    """Whether a line ends as sentences do, or with a smiley behind that."""
    end = len(text)
    while end > 0 and end > len(text) - 5 and not text[end - 1].isalnum() and text[end - 1] not in _STOPS:
        end -= 1
    return text[end - 1 : end] in _STOPS and end > 0


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
    if _ends_sentence(text) and len(words) >= 4 and not evidence(text):
        return True
    lower = sum(word[:1].islower() for word in words)
    return (len(words) >= 5 and lower * 2 > len(words) and not evidence(text) & {"phone", "mail", "register"}) or len(
        words
    ) > 25


@lru_cache(maxsize=256)
def is_motto(line: str) -> bool:
    """Whether a line is what a firm says of itself: all of it in quotation marks, or where else it can be seen."""
    quoted = len(line) < MOTTO_CHARACTERS and line[:1] in _QUOTES and line[-1:] in _QUOTES and len(line) > 2
    words = {word.strip(_AROUND_WORDS + "!?@").lower() for word in line[:LINE_CHARACTERS].split()}
    return quoted or (line[-1:] not in ".?" and not SOCIALS.isdisjoint(words))


def is_typed(line: str) -> bool:
    """Whether a line asks, or adds something as a postscript: no signature does."""
    return ("?" in line and "://" not in line) or bool(_POSTSCRIPT.match(line))


def looks_like_signature(lines: Sequence[str], most: int = BLOCK_LINES) -> bool:
    """Whether `lines` read as a signature from first to last; nothing at all does, too.

    >>> looks_like_signature(["", "Hans Jensen", "Firma A/S", "Tlf. 70 12 34 56"])
    True
    >>> looks_like_signature(["Hans Jensen", "P.S. Husk at du skal tage nøglen med i morgen."])
    False
    """
    filled = [text for line in lines if (text := line.strip()) and not is_motto(text)]
    if len(filled) > most or any(len(line) > LINE_CHARACTERS or is_typed(line) for line in filled):
        return False
    said = sum(map(is_sentence, filled))
    if not said:
        return True
    kinds: frozenset[str] = frozenset().union(*map(evidence, filled))
    return said < len(kinds) and not is_sentence(filled[0])


def is_automatic(lines: Sequence[str]) -> bool:
    """Whether a client put these lines below a closing formula: a full name, and what the writer is right below it.

    Nobody types his title anew each time, so what stands below that was not typed either, even where it is a
    sentence: when the office is open, which days are off.

    >>> is_automatic(["Eva Bro", "Lærer, 3.B", "", "Jeg arbejder ikke om fredagen."])
    True
    >>> is_automatic(["Eva", "", "Jeg arbejder ikke om fredagen."])
    False
    """
    start = next((n for n, line in enumerate(lines) if line.strip()), len(lines))
    filled = [line.strip() for line in lines if line.strip()]
    if len(lines) < start + 2 or len(filled) > BLOCK_LINES or " " not in filled[0] or not is_name(filled[0]):
        return False
    if any(is_typed(line) for line in filled):
        return False
    said = sum(is_sentence(line) for line in filled)
    return bool(evidence(lines[start + 1]) & {"title", "firm"}) and 2 * said <= len(filled)


def contact_block_at(lines: Sequence[str], sender: str) -> int:
    """Where a contact block without a closing formula begins, or the length of `lines`.

    It ends the text, begins with a name (the sender's, if that is known) after an empty line, and holds two kinds
    of contact data at least; a line that ends in a colon above it makes it part of the message.
    """
    filled = [n for n, line in enumerate(lines) if line.strip()]
    for n in filled[-BLOCK_LINES:]:
        if n == 0 or lines[n - 1].strip() or not is_name(lines[n]):
            continue
        above = next((line.strip() for line in reversed(lines[:n]) if line.strip()), "")
        if above and above[-1] not in ":," and is_contact_block(lines[n:], sender):
            return n
    return len(lines)


def is_contact_block(lines: Sequence[str], sender: str) -> bool:
    """Whether these lines, the first of which is a name, say how to reach somebody: the sender, if known."""
    kinds = frozenset().union(*(evidence(line) for line in lines))
    known = not {word.strip(",.") for word in lines[0].lower().split()}.isdisjoint(sender.lower().split())
    wanted = OWN_KINDS if known else KINDS if not sender else FOREIGN_KINDS
    reach = kinds & {"phone", "mail", "web"}
    return bool(reach) and len(kinds) >= wanted and looks_like_signature(lines)
