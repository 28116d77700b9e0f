"""Which mail server stands in front: the one whose sendmail `mail.sendmail` names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from smsdialog.doctor.exim import Exim
from smsdialog.doctor.finding import Findings, Unchecked
from smsdialog.doctor.postfix import DEFAULT_FOLDER, Postfix
from smsdialog.doctor.programs import run

MailServer = Postfix | Exim


def of_sendmail(sendmail: Sequence[str]) -> MailServer | None:
    """The mail server behind an argv prefix; None where it is neither Postfix nor Exim."""
    program = Path(sendmail[0])
    named = _configuration(sendmail)
    if program.resolve().name.startswith("exim"):
        return Exim(str(program), ("-C", named) if named else ())
    folder = named or DEFAULT_FOLDER
    own = run("postconf", "-c", folder, "-hx", "sendmail_path").out.strip()
    if own and program.exists() and Path(own).resolve() == program.resolve():
        return Postfix(folder)
    return None


def check(sendmail: Sequence[str], server: MailServer | None) -> Findings:
    """Say which mail server was not looked at, and why."""
    if server is None:
        yield Unchecked("mail server", f"{sendmail[0]} is neither Postfix's nor Exim's, whose settings are understood")
    elif server.trouble:
        yield Unchecked("mail server", server.trouble)


def _configuration(sendmail: Sequence[str]) -> str:
    """What stands after `-C`."""
    words = list(sendmail)
    return words[words.index("-C") + 1] if "-C" in words[:-1] else ""
