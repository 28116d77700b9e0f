"""What the doctor says: findings, each of a kind that docs/doctor.md has, and what could not be looked at.

A kind is made once, at the top of the module that looks for it: its name, how bad it is, and why it matters. What it
found, and the command that mends it, come with each finding.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Kind:
    """One thing that can be wrong. An error loses mails or lets somebody in; a warning will, or may."""

    code: str
    severity: str
    why: str

    def found(self, what: str, mend: str) -> Finding:
        """It is wrong here: what exactly, and the command that mends it, as it is pasted into a shell."""
        return Finding(self, what, mend)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong here."""

    kind: Kind
    what: str
    mend: str


@dataclass(frozen=True)
class Unchecked:
    """A subject that could not be looked at, or not all of it; which is not to say that it is well."""

    subject: str
    why: str


Findings = Iterator[Finding | Unchecked]
KINDS: dict[str, Kind] = {}


def error(code: str, why: str) -> Kind:
    """A new kind of error."""
    return _kind(code, ERROR, why)


def warning(code: str, why: str) -> Kind:
    """A new kind of warning."""
    return _kind(code, WARNING, why)


def quoted(*words: object) -> str:
    """Words as a shell takes them."""
    return shlex.join(str(word) for word in words)


def _kind(code: str, severity: str, why: str) -> Kind:
    if code in KINDS:
        raise ValueError(f"there are two kinds of finding called {code}")
    KINDS[code] = Kind(code, severity, why)
    return KINDS[code]
