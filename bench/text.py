"""Our `own_words` beside mail-parser-reply on the same mails, in one run.

    python bench/text.py [--misses] [PATH...]

A PATH is a folder of `NAME.eml` with `NAME.txt` (the text at level `signoff`), or a `*.jsonl` suite: one object on a
line with `id`, `kind` (`text`, `html` or `eml`), `input` or `input_b64`, `expected` or `contains` and `not_contains`,
and `policy` (`quote`, `sig` or `full`: our levels `quotes`, `signature` and `signoff`). Without a PATH, the mails of
our own tests. mail-parser-reply sees the decoded text of each mail, as it takes no mails itself.

Texts are compared word for word. `lost` are words that should have been sent and were not, `leaked` words that were
sent and should not have been. CPU is the median per mail, parsing included.
"""

from __future__ import annotations

import base64
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, Python would look beside this file only

from smsdialog.core.mailparse import parse
from smsdialog.core.model import Cut
from smsdialog.core.text import full_text, own_words

OWN_MAILS = Path(__file__).parents[1] / "tests" / "core" / "text" / "mails"
LEVELS = {"quote": Cut.QUOTES, "sig": Cut.SIGNATURE, "full": Cut.SIGNOFF}
SUBTYPES = {"text": "plain", "html": "html"}

Cutter = Callable[["Case"], str]


@dataclass(frozen=True)
class Case:
    """One mail, and what should be left of it: a text, or texts that it should and should not contain."""

    name: str
    raw: bytes
    cut: Cut
    expected: str | None
    contains: tuple[str, ...] = ()
    not_contains: tuple[str, ...] = ()


@dataclass
class Score:
    """What one cutter made of one set."""

    exact: int = 0
    lost: int = 0
    leaked: int = 0
    seconds: list[float] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)


def words(text: str) -> list[str]:
    """The words of a text; blanks and line ends do not count."""
    return text.replace("\ufeff", "").replace("\u200b", "").split()


def from_folder(folder: Path) -> Iterator[Case]:
    """The cases of a folder of mails."""
    for path in sorted(folder.glob("*.eml")):
        yield Case(path.stem, path.read_bytes(), Cut.SIGNOFF, path.with_suffix(".txt").read_text("utf-8"))


def from_suite(path: Path) -> Iterator[Case]:
    """The cases of a suite."""
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        yield Case(
            row["id"],
            as_mail(row),
            LEVELS[row["policy"]],
            row.get("expected"),
            tuple(row.get("contains", ())),
            tuple(row.get("not_contains", ())),
        )


def as_mail(row: dict[str, Any]) -> bytes:
    """A row's input as a mail."""
    content = base64.b64decode(row["input_b64"]) if "input_b64" in row else str(row["input"]).encode()
    if row["kind"] == "eml":
        return content
    return f"Content-Type: text/{SUBTYPES[row['kind']]}; charset=utf-8\n\n".encode() + content


def ours(case: Case) -> str:
    """What we would send."""
    return own_words(parse(case.raw), cut=case.cut).text


def theirs() -> Cutter:
    """What mail-parser-reply would leave; its reply keeps signatures where only quotes are to go."""
    from mailparser_reply import EmailReplyParser

    parser = EmailReplyParser(languages=["da", "sv", "de", "en", "fr", "nl", "es", "it", "pl"])

    def cut(case: Case) -> str:
        text = full_text(parse(case.raw))
        reply = parser.read(text).replies[0]
        return str(reply.full_body if case.cut is Cut.QUOTES else reply.body)

    return cut


def judged(cases: list[Case], cutter: Cutter) -> Score:
    """The score of one cutter over one set."""
    score = Score()
    for case in cases:
        started = time.process_time()
        got = words(cutter(case))
        score.seconds.append(time.process_time() - started)
        joined = " ".join(got)
        if case.expected is None:
            held = all(" ".join(words(text)) in joined for text in case.contains)
            right = held and not any(" ".join(words(text)) in joined for text in case.not_contains)
        else:
            wanted = words(case.expected)
            right = got == wanted
            score.lost += (Counter(wanted) - Counter(got)).total()
            score.leaked += (Counter(got) - Counter(wanted)).total()
        score.exact += right
        if not right:
            score.misses.append(case.name)
    return score


def print_scores(name: str, cases: list[Case], left: Score, right: Score) -> None:
    """One set: a row for each cutter, and the ratios."""
    print(f"\n{name}: {len(cases)} mails")
    print(f"{'':24}{'exact':>12}{'lost':>8}{'leaked':>8}{'CPU ms':>9}")
    for title, score in (("smsdialog", left), ("mail-parser-reply", right)):
        share = f"{score.exact} {100 * score.exact / len(cases):3.0f} %"
        print(f"{title:24}{share:>12}{score.lost:8}{score.leaked:8}{median(score.seconds) * 1000:9.2f}")
    ratio = [
        f"{left.exact / max(right.exact, 1):.2f}",
        f"{left.lost / max(right.lost, 1):.2f}",
        f"{left.leaked / max(right.leaked, 1):.2f}",
        f"{median(left.seconds) / max(median(right.seconds), 1e-9):.2f}",
    ]
    print(f"{'ratio':24}{ratio[0]:>12}{ratio[1]:>8}{ratio[2]:>8}{ratio[3]:>9}")


def main(arguments: list[str]) -> int:
    """Run over every PATH."""
    paths = [Path(argument) for argument in arguments if argument != "--misses"] or [OWN_MAILS]
    other = theirs()
    for path in paths:
        cases = list(from_folder(path) if path.is_dir() else from_suite(path))
        if not cases:
            print(f"{path}: no mails", file=sys.stderr)
            return 2
        left = judged(cases, ours)
        print_scores(path.name, cases, left, judged(cases, other))
        if "--misses" in arguments:
            print("misses: " + (", ".join(left.misses) or "none"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
