"""The header block of a quoted mail, as Outlook and others write it into the text: `From`, `Sent`, `To`, `Subject`.

People write such lines, too (opening hours have a `From:` and a `To:`), so a block needs a sender that is no time
of day, and beside it a date or a subject.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from smsdialog.core.text.lines import Line
from smsdialog.core.text.phrases import LABELS

BLOCK_LINES = 16
LINE_WITH_ROLES = 1_000
ROLES_ON_ONE_LINE = 3

TIME = re.compile(r"\b\d{1,2}[.:h]\d{2}\b")
DATE = re.compile(
    r"\b\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2,4}\b|\b(?:19|20)\d\d\b|\b\d{1,2}/\d{1,2}\b|\b\d{4}-\d\d-\d\d\b|\d{4}年"
)
_TIME_OF_DAY = re.compile(
    r"^(?:kl\.?|klokken|klockan|um|at|ca\.?)?\s?\d{1,2}(?:[.:]\d{2})?(?:\s?(?:uhr|am|pm|-.*|til.*))?\.?$|^kl\b"
)


def label_of(text: str) -> tuple[str, str]:
    """What a header line of a quoted mail labels, and its value; two empty texts if it is none.

    >>> label_of("*Sendt:* 3. marts"), label_of("Vores åbningstider:")
    (('date', '3. marts'), ('', ''))
    """
    label, colon, value = text[:400].replace("：", ":").partition(":")
    if not colon or len(label) > 30:
        return "", ""
    role = LABELS.get(label.strip(" *_>.\t").lower(), "")
    return role, value.strip(" *_\t") if role else ""


def roles_within(text: str) -> dict[str, str]:
    """What the labels on one line label, where a client joined a header block to one line.

    >>> roles_within("Fra: Bo <bo@x.example> Sendt: 3. marts 2025 Emne: Tid")
    {'sender': 'Bo <bo@x.example>', 'date': '3. marts 2025', 'subject': 'Tid'}
    """
    first, _, _ = text[:LINE_WITH_ROLES].partition(":")
    roles: dict[str, str] = {}
    if label_of(first + ":")[0] != "sender":
        return roles
    role = ""
    for word in text[:LINE_WITH_ROLES].split():
        found = LABELS.get(word.strip("*_>.").removesuffix(":").lower(), "") if word.endswith((":", ":*")) else ""
        role = found or role
        roles[role] = "" if found else f"{roles.get(role, '')} {word}".strip()
    return roles


def header_block(lines: Sequence[Line], at: int) -> int:
    """The index behind the header block of a quoted mail that begins at `at`; 0 if none does.

    >>> header_block([Line("Fra: kl. 8"), Line("Til: kl. 16"), Line("Emne: lukket"), Line("Dato: fredag")], 0)
    0
    """
    if ":" not in lines[at].text and "：" not in lines[at].text:
        return 0
    roles = roles_within(lines[at].text)
    if len(roles) >= ROLES_ON_ONE_LINE and _is_header_block(roles):
        return at + 1
    roles = {}
    end, strangers = at, 0
    for number in range(at, min(at + BLOCK_LINES, len(lines))):
        role, value = label_of(lines[number].text)
        if role in roles and role in ("sender", "date", "subject"):
            break
        if role:
            roles[role] = value
            end, strangers = number + 1, 0
        elif number == at:
            return 0
        elif lines[number].text or strangers:
            strangers += 1
            if strangers > 2 or (not lines[number - 1].text and lines[number].text):
                break
    return end if _is_header_block(roles) else 0


def _is_header_block(roles: dict[str, str]) -> bool:
    """Whether these labels with these values can only be a mail's header."""
    if "sender" not in roles:
        return "@" in roles.get("to", "") and bool(TIME.search(roles.get("date", "")) and DATE.search(roles["date"]))
    if _TIME_OF_DAY.match(roles["sender"].lower()):
        return False
    if not {"date", "subject"} & roles.keys():
        return False
    addressed = "@" in roles["sender"] or "@" in roles.get("to", "") or "(SMS)" in roles["sender"]
    return addressed or (len(roles) >= 3 and "subject" in roles)
