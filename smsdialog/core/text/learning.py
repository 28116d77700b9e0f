"""A signature that is learned: from the body of a subscribe mail, or from how several mails end alike.

Conservative on purpose: a learned text is cut without a second look, so it must be what nobody types anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from smsdialog.core.text.contact import evidence, is_name, is_sentence
from smsdialog.core.text.footer import is_mobile_footer
from smsdialog.core.text.signoff import is_signoff

LEAST_MAILS = 3
LEAST_LINES = 2
MOST_LINES = 25
LATEST_MAILS = 10


def common_ending(texts: Sequence[str]) -> str:
    """The lines that end each of `texts` alike, if they can be a signature; else an empty text.

    Take the texts at level `quotes`, so that no history stands below the signature. Three of them at least, two
    filled lines at least, and each text must say something else above them. The ending begins where a signature
    does: after an empty line, or with a name, a closing formula, a rule or contact data; never with a sentence.
    A closing formula and the name below it are not part of it.

    >>> mails = [f"{said}\\n\\nMvh\\nBo Nygård\\nDin lokale slagter" for said in ("Ja.", "Kl. 8.", "Nej.")]
    >>> common_ending(mails)
    'Din lokale slagter'
    """
    if len(texts) < LEAST_MAILS:
        return ""
    if len({" ".join(text.rstrip().rpartition("\n")[2].split()) for text in texts[-LATEST_MAILS:]}) > 1:
        return ""
    mails = [[" ".join(line.split()) for line in text.strip().split("\n")] for text in texts[-LATEST_MAILS:]]
    mails = [[line for n, line in enumerate(mail) if line or (n and mail[n - 1])] for mail in mails]
    shared = 0
    for at_this_height in islice(zip(*map(reversed, mails), strict=False), MOST_LINES):
        if len(set(at_this_height)) > 1:
            break
        shared += 1
    ending = mails[0][len(mails[0]) - shared :]
    apart = all(len(mail) > shared and not mail[-1 - shared] for mail in mails)
    while ending and not _begins_signature(ending[0], apart):
        apart = not ending[0]
        ending = ending[1:]
    heads = {"\n".join(mail[: len(mail) - len(ending)]).strip() for mail in mails}
    enough = sum(bool(line) for line in ending) >= LEAST_LINES and len(heads) == len(mails) and "" not in heads
    return "\n".join(_below_name(ending)).strip() if enough else ""


def _below_name(ending: Sequence[str]) -> Sequence[str]:
    """What stands below a closing formula and a name: those two belong to what is said, at every level but the last."""
    if not is_signoff(ending[0]):
        return ending
    rest = [line for line in ending[1:] if line]
    return rest[1:] if rest and is_name(rest[0]) else rest


def _begins_signature(line: str, apart: bool) -> bool:
    """Whether a signature may begin with this line; more easily where it stands apart from the text above."""
    if not line or is_sentence(line):
        return False
    drawn = not any(character.isalnum() for character in line)
    return apart or drawn or is_signoff(line) or is_mobile_footer(line) or is_name(line) or bool(evidence(line))
