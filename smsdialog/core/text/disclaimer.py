"""Paragraphs that a company's server writes: disclaimers below, warnings above.

A paragraph is one when it speaks of several of the things that only such texts speak of together: secrecy,
the intended recipient, the mail itself, what to do with it, data protection. One of them alone is a sentence
like any other. Word stems per language are data; scoring is one pass over the paragraph.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from smsdialog.core.text.phrases import entries

LEAST_TOPICS = 3
# A mail that is nothing but a disclaimer must speak of more: it could be a sentence after all.
LEAST_TOPICS_ALONE = 4
LEAST_CHARACTERS = 60
PARAGRAPH_CHARACTERS = 4_000

TOPICS: dict[str, tuple[str, ...]] = {
    "secrecy": tuple(
        entries(
            """
            fortrolig | konfidentiel | confidential | privileged | vertraulich | tavshedspligt | konfidensiel
            taushetsplikt | sekretess | confidentiel | confidencial | vertrouwelijk | riservat | luottamuksel
            rechtlich geschützt | proprietary | legally protected | taushetsbelagt | poufn
            """
        )
    ),
    "recipient": tuple(
        entries(
            """
            rette modtager | tiltænkt | nævnte modtager | ikke er modtager | retmæssige modtager | intended
            addressee | named recipient | adressat | richtige empfänger | vorgesehene | rett mottaker
            rette mottaker | rätt mottagare | avsedd | destinataire | destinatario | destinatário
            geadresseerde | ved en fejl | in error | irrtümlich | ved en feil | av misstag | fejlagtigt
            par erreur | por error | by mistake | vastaanottaja | not the recipient | solely for | fejlsendt
            feilsendt | udelukkende til | utelukkende | uteslutande | ausschließlich | kun beregnet
            kun til brug | er bestemt for | endast avsedd
            """
        )
    ),
    "mail": tuple(
        entries(
            """
            e-mail | email | denne mail | mailen | meddelelse | besked | this message | communication
            attachment | vedhæft | e-post | epost | meddelande | meldingen | nachricht | anhäng | anlagen
            courriel | mensaje | correo | bericht | messaggio | transmission | mensagem | bilag | vedlegg
            bifog | mejl | viesti
            """
        )
    ),
    "action": tuple(
        entries(
            """
            slet | underret | videresend | kopier | offentliggør | udbred | returner | delete | destroy | notify
            disclos | distribut | copying | dissemin | vernicht | löschen | informieren sie | weitergabe
            radera | meddela | förstör | detruire | détruire | supprim | elimin | verwijder | uten å | varsle
            give os besked | kontakt venligst | unauthorized | unauthorised | prohibited | strictly | forbudt
            ulovlig | unbefugt | please contact | otillåten | gøre os opmærksom | gør venligst opmærksom
            """
        )
    ),
    "liability": tuple(
        entries(
            """
            virus | ansvar for | påtager sig | påtar sig | liability | liable | warrant | haftung | responsib
            malware | represent the views | views of the company | opinions | afsenderens egne | ansvarar
            ansvarig för | archiving | compliance | registered in england | company number | registered office
            """
        )
    ),
    "privacy": tuple(
        entries(
            """
            personoplysninger | persondata | privatlivspolitik | gdpr | databeskyttelse | privacy policy
            datenschutz | personopplysninger | personvern | personuppgifter | integritetspolicy
            data protection | dataskydd | data privacy | personvernerklæring | privatlivspolitikken
            behandler vi dine | protection des données
            """
        )
    ),
}

# One of these is enough: whole lines that no one types.
PRINTING = tuple(
    entries(
        """
        tænk på miljøet | skån miljøet | tænk på miljø | before printing | think before you print
        think of the environment | consider the environment | bitte prüfen sie, ob
        diese e-mail wirklich ausgedruckt | denk an die umwelt | tenk på miljøet | tenk miljø | tänk på miljön
        pensez à l'environnement | denken sie an die umwelt | save paper | print kun denne
        behøver du at printe | virus-free. | virusfri. | virenfrei. | checked by avg | checked for viruses
        antivirus software | scanned by mimecast | contact.avast | avast antivirus | viruses by avast
        """
    )
)

# Warnings that a server puts above a mail from outside.
WARNINGS = tuple(
    entries(
        """
        kommer fra en ekstern afsender | er sendt fra en ekstern | ekstern e-mail | ekstern mail
        originated from outside | external email | external sender | outside of the organization
        outside your organization | outside of this company | outside the organisation
        outside the organization | outside of your organization | you don't often get email from
        du modtager ikke ofte | du får ikke ofte | extern absender | externe e-mail | von außerhalb
        ekstern avsender | extern avsändare | externt mejl | you do not often get email | du får inte ofta
        some people who received this message | sie erhalten nicht häufig | sie erhalten nicht oft
        nogle personer, der har modtaget | externer absender | klik ikke på links | do not click links
        klikk ikke på lenker | klicka inte på länkar
        """
    )
)

# Of data protection these speak, and not of one person's data.
POLICIES = tuple(
    entries(
        """
        privacy policy | privatlivspolitik | personvernerklæring | integritetspolicy | datenschutzerklärung
        how we process | read more | læs mere | les mer | läs mer | behandler vi | behandlar vi | hvordan vi behandler
        """
    )
)

HEADINGS = frozenset(
    entries(
        """
        ansvarsfraskrivelse | bemærk | confidential | confidentiality | confidentiality note
        confidentiality notice | disclaimer | e-mail disclaimer | email disclaimer | fortrolighed
        fortrolighedserklæring | fortroligt | friskrivning | haftungsausschluss | important notice
        konfidentialitet | legal disclaimer | legal notice | notice | privacy notice | rechtlicher hinweis
        sekretess | this email is confidential | vertraulichkeitshinweis
        """
    )
)


def is_disclaimer(paragraph: str) -> bool:
    """Whether a paragraph (lines joined by blanks) is a company's and not a person's.

    >>> is_disclaimer("Denne mail er fortrolig. Er du ikke rette modtager, bedes du slette mailen.")
    True
    >>> is_disclaimer("Slet bare mailen, den var ikke fortrolig, og jeg har sendt den til alle de andre i dag.")
    False
    """
    lowered = paragraph[:PARAGRAPH_CHARACTERS].lower()
    if _holds(lowered, PRINTING) or (_holds(lowered, TOPICS["privacy"]) and _holds(lowered, POLICIES)):
        return True
    if len(lowered) < LEAST_CHARACTERS:
        return False
    topics = _topics_in(lowered)
    return len(topics) >= LEAST_TOPICS and bool(topics & {"recipient", "privacy", "liability"})


def topics_of(paragraph: str) -> frozenset[str]:
    """Which of the things that disclaimers speak of a paragraph speaks of."""
    return _topics_in(paragraph[:PARAGRAPH_CHARACTERS].lower())


@lru_cache(maxsize=16)  # the last paragraphs of a mail are looked at by several rules
def _topics_in(lowered: str) -> frozenset[str]:
    return frozenset(topic for topic, stems in TOPICS.items() if _holds(lowered, stems))


def _holds(lowered: str, phrases: Sequence[str]) -> bool:
    """Whether one of these phrases stands in a text; without a loop of ours, as there are two hundred of them."""
    return any(map(lowered.__contains__, phrases))


def is_warning(paragraph: str) -> bool:
    """Whether a paragraph is a server's warning about a mail from outside."""
    lowered = paragraph[:PARAGRAPH_CHARACTERS].lower()
    return _holds(lowered, WARNINGS)


def is_heading(line: str) -> bool:
    """Whether a line is the heading of a disclaimer."""
    return line.strip(" *_:.-=").lower() in HEADINGS


def without_warning(lines: Sequence[str]) -> list[str]:
    """`lines` without a warning in front of them, unless nothing but the warning is there.

    >>> without_warning(["CAUTION: This email originated from outside.", "", "Hi"])
    ['', 'Hi']
    """
    end = next((n for n, line in enumerate(lines) if not line.strip() and any(above.strip() for above in lines[:n])), 0)
    rest = list(lines[end:])
    return rest if end and is_warning(" ".join(lines[:end])) and any(line.strip() for line in rest) else list(lines)
