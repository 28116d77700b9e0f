"""The words of all languages together, as the rules look them up; and the words that belong to no language.

Rows per language stand in `languages`. A word list is written as a block of text: `entries` takes it apart.
"""

from __future__ import annotations

from collections.abc import Iterable

from smsdialog.core.text.languages import LANGUAGES


def entries(block: str) -> list[str]:
    """The entries of a word list, parted by bars or line ends.

    >>> entries("venlig hilsen | mvh")
    ['venlig hilsen', 'mvh']
    """
    return [entry for part in block.replace("\n", "|").split("|") if (entry := part.strip())]


def _words(field: str) -> frozenset[str]:
    """All languages' entries of one field."""
    return frozenset(word for row in LANGUAGES for word in entries(row.get(field, "")))


def _roles(fields: Iterable[str]) -> dict[str, str]:
    """Label -> what it labels."""
    return {label: field for field in fields for label in _words(field)}


# Later fields win where languages collide.
LABELS = _roles(("copy", "to", "subject", "date", "sender"))
WROTE = _words("wrote")
PRONOUNS = _words("pronouns")
ORIGINAL = _words("original")
FORWARDED = _words("forwarded")
SIGNOFFS = _words("signoffs")
THANKS = _words("thanks")
# `Med sportslig hilsen`, `De varmeste hilsner`: the noun, and what may stand before the adjective.
GREETINGS = _words("greetings")
GREETING_OPENERS = frozenset(entries("med | de | den | mange | en | mit | with | beste | bästa"))
BEHALF = tuple(f"{word} ".replace(".", "") for word in _words("behalf"))
SENT = tuple(sorted(_words("sent"), key=len, reverse=True))
# Where the language puts the word last.
SENT_WITHIN = ("から送信", "傳送", "发自")
MINE = _words("mine")
OPENERS = _words("openers") | frozenset(
    entries(
        """
        di | dienstag | do | donnerstag | fr | fre | fredag | freitag | fri | friday | lör | lördag | lør
        lørdag | man | mandag | mi | mittwoch | mo | mon | monday | montag | mån | måndag | ons | onsdag | sa
        samstag | sat | saturday | so | sonntag | sun | sunday | sön | söndag | søn | søndag | thu | thursday
        tir | tirs | tirsdag | tis | tisdag | tor | tors | torsdag | tue | tuesday | wed | wednesday
        """
    )
)

# Subject prefixes that only a forward has (Danish and Norwegian `VS`, Swedish `VB`, German `WG`, French `TR`).
FORWARD_PREFIXES = ("fwd:", "fw:", "vs:", "vb:", "wg:", "tr:", "rv:", "enc:", "videresendt:", "i:")

# What a mobile footer names.
DEVICES = frozenset(
    entries(
        """
        airmail | alcatel | android | aol | aquamail | att | blackberry | bluemail | cellulare
        edison | fairphone | galaxy | gmail | handheld | handy | htc | huawei | ios | ipad
        iphone | ipod | k-9 | lg | mac | macbook | mail.ru | mailbox | mailspring | mobil | mobile
        mobilen | mobilgerät | mobiltelefon | mobiltelefoon | motorola | movil | mymail | móvil | nokia
        oneplus | outlook | phone | pixel | portable | proton | protonmail | puhelimesta | puhelimestani
        samsung | smartphone | sony | spark | t-mobile | tablet | telefon | telefonen | telefonu | telefoon
        thunderbird | touchmail | treo | téléphone | verizon | windows | wireless | xiaomi | xperia | yahoo
        """
    )
)

# Words between the names in a closing line: `Hilsen fra Anna og Per`.
JOINERS = frozenset(
    entries(
        """
        & | + | / | af | and | at | av | bei | de | den | der | e | en | et | for | fra | fra: | from | från | hos | i
        im | in | la | och | of | og | på | team | the | und | van | ved | vom | von | y
        """
    )
)

# What a line holds that our own or another system puts above what may be answered.
MARKERS = tuple(
    entries(
        """
        svar over denne linje
        skriv svar ovenfor denne linje
        write your answer above this line
        reply above this line
        svara ovanför denna rad
        antwort oberhalb dieser zeile
        """
    )
)
