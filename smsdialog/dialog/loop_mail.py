"""A mail that `smsdialog doctor` sent, come back by the mail server's pipe.

It says of itself that it is from a machine, so it is dropped like every such mail, here and anywhere else. What it
looked like when it came in is noted as the reason. It carries forged Authentication-Results that name this very
mail; the mail server should have taken them out.
"""

from __future__ import annotations

from smsdialog.core import address
from smsdialog.dialog.case import Case
from smsdialog.dialog.service import Service

ARRIVED, FORGED, RENAMED = "loop-mail", "forged-results", "sender-changed"


def told(service: Service, case: Case) -> str:
    """What is noted of such a mail; empty for any other, and for a bounce of one."""
    names = (address.loop_name(service.secrets, to) for to in case.envelope.recipients)
    name = next(filter(None, names), None)
    if name is None or not case.envelope.sender:
        return ""
    forged = any(name in value for value in case.mail.headers.all("Authentication-Results"))
    renamed = address.loop_name(service.secrets, case.envelope.sender) != name
    return " ".join([ARRIVED, *[FORGED] * forged, *[RENAMED] * renamed])
