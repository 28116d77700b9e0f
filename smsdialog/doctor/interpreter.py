"""Whether a user can run a script: the file, and the interpreter that its first line names."""

from __future__ import annotations

from pathlib import Path

from smsdialog.doctor.person import READ, RUN, Person


def can_run(user: Person, program: Path) -> bool:
    """Whether he can. Where nobody may look, it is believed that he can."""
    try:
        interpreter = _interpreter(program)
        able = user.may(program, RUN) and (interpreter is None or user.may(program, READ))
        return able and (interpreter is None or user.may(interpreter, RUN))
    except PermissionError:
        return True
    except FileNotFoundError:
        return False


def _interpreter(program: Path) -> Path | None:
    """What the first line names; None for a program of its own. Raises OSError."""
    with program.open("rb") as file:
        first = file.readline(500)
    words = first[2:].split() if first.startswith(b"#!") else []
    return Path(words[0].decode("utf-8", "surrogateescape")) if words else None
