"""Subjects with which machines answer: out-of-office mails, bounces and receipts, in the languages of our users.

A person may write every one of them, so a hit never drops a mail: it holds an answer to one of ours,
and keeps us from answering; `automatic` sees to that. Matching is anchored at the start, after reply prefixes and tags.
"""

from __future__ import annotations

import re
import unicodedata

# Longer prefixes than this are no subject of any machine that we know.
MAX_SUBJECT_CHARACTERS = 500

# What mail programs and filters put before a subject: `Re: `, `SV[2]: `, `[EKSTERN] `, `***SPAM*** `, `{Spam?} `.
_PREFIX = re.compile(
    r"(?:(?:re|sv|vs|vb|aw|wg|antw|antwort|doorst|vedr|ang|fwd|fw|fs|tr|rép|rif|rv|res|enc|odp|pd|vl|vá|ynt|ilt|回复|回覆|答复)"
    r" ?(?:\[[0-9]{1,3}\]|\([0-9]{1,3}\)|\^[0-9]{1,3})? ?[:：] ?"
    r"|\[[^\]]{1,60}\] ?|\*{2,4}[^*]{1,30}\*{2,4} ?|\{[^}]{1,30}\} ?)+"
)

_OUT_OF_OFFICE = (
    # English
    "automatic reply",
    "auto:",
    "out of office",
    "out of the office",
    "out-of-office",
    "autoreply",
    "auto-reply",
    "auto reply",
    "auto response",
    "autoresponse",
    "on vacation",
    # Danish
    "automatisk svar",
    "autosvar",
    "ikke til stede",
    "fraværsbesked",
    "fravær:",
    "ikke på kontoret",
    # Norwegian, Swedish, Finnish
    "fraværsassistent",
    "automatiskt svar",
    "frånvaro",
    "automaattinen vastaus",
    "poissa",
    # German, Dutch
    "automatische antwort",
    "abwesenheitsnotiz",
    "abwesend:",
    "automatisch antwoord",
    "afwezigheid",
    # French, Spanish, Italian, Portuguese
    "réponse automatique",
    "respuesta automática",
    "risposta automatica",
    "risposta non al computer",
    "fuori sede",
    "resposta automática",
    # Polish, Hungarian, Russian
    "autoodpowiedź",
    "automatyczna odpowiedź",
    "házon kívüli",
    "автоответ",
    "автоматический ответ",
    # Chinese, Japanese
    "自动答复",
    "自動回覆",
    "自動応答",
    "不在",
)
_BOUNCE = (
    "undelivered",
    "undeliverable",
    "nondeliverable",
    "non-delivery",
    "returned mail",
    "returned to sender",
    "failure notice",
    "delivery status notification",
    "delivery notification:",
    "delivery failure",
    "delivery failed",
    "delivery report",
    "delivery has failed",
    "mail delivery",
    "mail could not be delivered",
    "mail not delivered",
    "email delivery failure",
    "delayed mail (",
    "mail system error",
    "message delivery",
    "message undeliverable",
    "message could not be delivered",
    "warning: could not send message",
    "warning: message",
    "error delivering mail",
    "ikke leveret",
    "kan ikke leveres",
    "olevererbart",
    "unzustellbar",
    "nicht zustellbar",
)
_RECEIPT = ("læst:", "ikke læst:", "read:", "not read:", "gelesen:")
_ENDINGS = ("(delivery failed)", ": non remis")

MACHINE_SUBJECTS = (*_OUT_OF_OFFICE, *_BOUNCE, *_RECEIPT)


def looks_automatic(subject: str) -> bool:
    """Whether a decoded subject begins, or ends, as machines' subjects do.

    >>> looks_automatic("SV: Automatisk svar: SMS fra +45 20 12 34 56")
    True
    >>> looks_automatic("Om automatisk svar")
    False
    """
    plain = " ".join(unicodedata.normalize("NFC", subject[:MAX_SUBJECT_CHARACTERS]).casefold().split())
    prefix = _PREFIX.match(plain)
    return plain[prefix.end() if prefix else 0 :].startswith(MACHINE_SUBJECTS) or plain.endswith(_ENDINGS)
