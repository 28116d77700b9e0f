"""A plain checkout runs with the virtual environment that its Makefile made, if there is one."""

import os
import sys


def use_its_environment(folder: str) -> None:
    """Start the same script again under `folder/.venv`, unless this is that interpreter or it is not there."""
    programs = os.path.join(folder, ".venv", "bin")
    python = os.path.join(programs, "python")
    # Not sys.prefix, which only `site` sets.
    if os.path.realpath(os.path.dirname(sys.executable)) != os.path.realpath(programs) and os.access(python, os.X_OK):
        os.execv(python, [python, *sys.argv])  # noqa: S606
