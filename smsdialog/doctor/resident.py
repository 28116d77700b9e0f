"""The resident (`smsdialog serve`): is it there where it should be, and is it this version's?"""

from __future__ import annotations

import os
import socket

from smsdialog import handover
from smsdialog.doctor.finding import Findings, Unchecked, quoted, warning
from smsdialog.doctor.place import Place

STALE = warning(
    "resident-stale", "It was killed. Mails go on by the pipe alone, slowly, and nobody refuses at the door."
)
OTHER = warning("resident-other-version", "The pipe does without it, slowly; over LMTP, mails go to the old version.")
ABSENT = warning("resident-absent", "Mails by LMTP wait in the queue; at the door every unknown address is let in.")

RESTART = "systemctl restart smsdialog"
SECONDS = 5.0
QUESTION = b"request=smtpd_access_policy\nprotocol_state=DATA\n\n"


def check(place: Place) -> Findings:
    """Greet it at its own socket, then at those that the configuration gives it."""
    yield from _own_socket(place)
    serve = place.config.serve
    for name, address in (("lmtp", serve.lmtp), ("policy", serve.policy), ("http", serve.http)):
        if address and not _speaks(address, name):
            yield ABSENT.found(f"nobody answers at {address}, as 'serve.{name}' has it", RESTART)


def _own_socket(place: Place) -> Findings:
    path = place.state_dir / handover.SOCKET
    if not os.access(path, os.F_OK):
        return
    try:
        said = _greeting(str(path))
    except PermissionError:
        yield Unchecked("resident", f"{path} may not be used by this user")
        return
    except OSError:
        yield STALE.found(f"{path} is there, and nobody behind it", f"{RESTART} || rm {quoted(path)}")
        return
    if said != handover.greeting(os.path.realpath(place.path)):
        shown = said.decode("ascii", "replace").strip()[:100]
        yield OTHER.found(f"it says '{shown}', which is not this version and configuration", RESTART)


def _greeting(path: str) -> bytes:
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(SECONDS)
        one.connect(handover.reachable(path))
        return one.recv(handover.LONGEST_LINE)


def _speaks(address: str, name: str) -> bool:
    """Whether somebody takes a connection there, and (the policy service) answers a question."""
    try:
        with _connected(address) as one:
            if name != "policy":
                return True
            one.sendall(QUESTION)
            return one.recv(handover.LONGEST_LINE).startswith(b"action=")
    except OSError:
        return False


def _connected(address: str) -> socket.socket:
    if address.startswith("/"):
        one = socket.socket(socket.AF_UNIX)
        one.settimeout(SECONDS)
        one.connect(handover.reachable(address))
        return one
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), SECONDS)
