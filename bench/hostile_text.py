"""A megabyte of hostile text, in as many shapes as we could think of: what each costs, worst first.

    python bench/hostile_text.py [ROUNDS]

CPU is the least of the rounds, as a busy machine only ever adds to it; parsing counts, too. Memory is what Python
holds at its peak beside the mail itself, measured in one more run. Nothing is asserted.
"""

from __future__ import annotations

import base64
import random
import sys
import time
import tracemalloc
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, Python would look beside this file only

from bench._desk import print_table
from smsdialog.core.mailparse import parse
from smsdialog.core.model import Cut
from smsdialog.core.text import Known, own_words

MEGABYTE = 1_000_000
ROUNDS = 3
SHOWN = 20

# One piece, repeated to a megabyte.
PLAIN = {
    "empty lines": "\n",
    "carriage returns": "\r",
    "lines of one blank": " \n",
    "blanks on one line": " ",
    "odd blanks": "\u00a0\u2009",
    "tabs": "\t",
    "zero-width blanks": "\u200b",
    "one letter, one line": "a",
    "words on one line": "ord ",
    "words on lines": "ord\n",
    "capitals on lines": "Anna Holm\n",
    "verbs": "skrev ",
    "verbs with colons": "skrev:",
    "verbs on lines": "skrev:\n",
    "dates": "22.11.2026 kl. 09:12 ",
    "dates with verbs": "22.11.2026 09:12 skrev:\n",
    "openers": "Den Den ",
    "introductions": "Den 3. mar. 2025 kl. 10.12 skrev Bo <bo@x.example>:\n",
    "half introductions": "Den 3. mar. 2025 kl. 10.12 skrev Bo <bo@x.example>\n",
    "quote marks": ">",
    "spaced quote marks": "> ",
    "quote lines": "> \n",
    "deep quote lines": ">>>>>>>>>> a\n",
    "GroupWise marks": ">>> ",
    "quoted long lines": f"> {'lang ' * 13}\nrest\n",
    "hyphens": "-",
    "hyphens on lines": "-- \n",
    "rules": "----------\n",
    "bars": "_ ",
    "titles between dashes": "---- On 2026 skrev ----\n",
    "Notes traces": " ---22-11-2026 09:12",
    "labels": "Fra: Bo\n",
    "labels on one line": "Fra: Bo Sendt: ",
    "header blocks without a subject": "Fra: Bo\nTil: Anna\n\n",
    "colons": ":",
    "closings": "Mvh Anna\n",
    "closings on one line": "mvh ",
    "closings and slashes": "mvh/",
    "names behind dashes": "\n/Anna\n",
    "joiners": "og og ",
    "digits": "1 ",
    "phone numbers": "+45 20 12 34 56 ",
    "long digits": "1",
    "addresses": "a@b.dk ",
    "at signs": "@",
    "brackets": "<",
    "pictures": "[cid:",
    "link echoes": "http://firma.example/ <",
    "links": "https://firma.example/a",
    "disclaimers": "Denne mail er fortrolig. Er du ikke rette modtager, bedes du slette mailen.\n\n",
    "disclaimer words": "fortrolig modtager mail slet ",
    "footers": "Sendt fra min iPhone\n",
    "footer words": "Sendt fra ",
    "markers": "skriv svar over denne ",
    "stars": "*",
    "combining": "e\u0301",
    "many marks on one letter": "\u0301",
    "ligatures": "\ufdfa",
    "emoji": "👨‍👩‍👧‍👦",
    "armour": "-----BEGIN PGP SIGNED MESSAGE-----\n\n",
    "mottos": "'Facebook'\n",
}
HTML = {
    "nested div": "<div>",
    "nested blockquote": "<blockquote type=cite>",
    "nested b": "<b>",
    "nested table": "<table><tr><td>a",
    "paragraphs": "<p>a",
    "Word paragraphs": '<p class="MsoNormal"><o:p>&nbsp;</o:p></p>',
    "comments": "<!--",
    "closed comments": "<!---->",
    "declarations": "<![if !mso]>",
    "processing": "<?xml ",
    "open quotes": '<a b="',
    "open apostrophes": "<a b='",
    "quotes and ends": '<a b=">',
    "attributes": " a=b",
    "brackets": "<",
    "ends": "</",
    "references": "&amp;",
    "half references": "&notanentity",
    "numbers": "&#1234567890;",
    "many digits": "&#1",
    "styles": "<style>p{margin:",
    "closed styles": "<style></style>",
    "scripts": "<script>",
    "end tags": "</a>",
    "breaks": "a<br>",
    "items": "<ol><li>a",
    "pre": "<pre>\n\n",
    "hidden": '<div style="display:none">a</div>',
    "long styles": f'<p style="{"margin:0;" * 200}">',
    "rules and labels": '<div style="border-top:solid 1pt">a:</b>',
    "hr": "<hr>",
    "blanks": " ",
    "one letter": "a",
}


def filled(piece: str) -> str:
    """A piece, repeated to a megabyte."""
    return piece * (MEGABYTE // len(piece.encode()))


def shapes() -> dict[str, bytes]:
    """Every shape and its mail."""
    mails = {f"plain: {name}": mail("text/plain", filled(piece)) for name, piece in PLAIN.items()}
    mails |= {
        f"flowed: {name}": mail("text/plain; format=flowed; delsp=yes", filled(piece))
        for name, piece in {"blanks": " \n", "quotes": "> a \n", "words": "a \n", "depths": ">\n>> \n"}.items()
    }
    mails |= {f"html: {name}": mail("text/html", filled(piece)) for name, piece in HTML.items()}
    junk = random.Random(1).randbytes(MEGABYTE * 3 // 4)
    coded = base64.encodebytes(junk).decode()
    mails["plain: base64 as text"] = mail("text/plain", coded)
    mails["html: attributes in one tag"] = mail("text/html", f"<a{filled(' a=b')}>")
    for kind in ("text/plain", "text/html"):
        mails[f"{kind}: random bytes"] = mail(f"{kind}\nContent-Transfer-Encoding: base64", coded)
        mails[f"{kind}: all =, quoted-printable"] = mail(
            f"{kind}\nContent-Transfer-Encoding: quoted-printable", filled("=")
        )
    page = f"<p>{filled('ord ')[: MEGABYTE // 2]}</p>".encode()
    head = b'Content-Type: multipart/alternative; boundary="b"\n\n--b\n\n'
    mails["both: half and half"] = (
        head + filled("ord ")[: MEGABYTE // 2].encode() + b"\n--b\nContent-Type: text/html\n\n" + page
    )
    mails["parts: boundaries"] = head + filled("--b\n").encode()
    mails["parts: empty parts"] = head + filled("--b\nContent-Type: text/plain\n\n\n").encode()
    return mails


def mail(content_type: str, body: str) -> bytes:
    """A mail with this body."""
    return f"From: Anna Holm <anna@x.example>\nContent-Type: {content_type}\n\n{body}".encode()


def cost(raw: bytes, rounds: int) -> tuple[float, float]:
    """The seconds of CPU that a mail costs, and the megabytes at its peak."""
    known = Known(("Firma med det lange navn",), ("Hvornår kommer I i morgen?", "ord ord ord ord"))
    spent = []
    for _ in range(rounds):
        began = time.process_time()
        own_words(parse(raw), cut=Cut.SIGNOFF, known=known)
        spent.append(time.process_time() - began)
    parsed = parse(raw)
    tracemalloc.start()
    own_words(parsed, cut=Cut.SIGNOFF, known=known)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return min(spent), peak / MEGABYTE


def main(arguments: list[str]) -> int:
    """Measure every shape, and print the worst."""
    rounds = int(arguments[0]) if arguments else ROUNDS
    costs = {name: cost(raw, rounds) for name, raw in shapes().items()}
    worst = sorted(costs.items(), key=lambda item: item[1], reverse=True)[:SHOWN]
    rows = [(name, f"{seconds * 1000:.0f}", f"{megabytes:.1f}") for name, (seconds, megabytes) in worst]
    print(f"{len(costs)} shapes of 1 MB; the {len(rows)} that cost most")
    print_table(("shape", "CPU ms", "peak MB"), rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
