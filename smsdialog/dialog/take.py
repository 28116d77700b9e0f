"""One mail from an MTA, whichever way it came, whatever comes of it.

What is temporary is raised as it is: the MTA keeps the mail. Anything unexpected is the mail's own fault until
shown otherwise: at the third time it is put aside, and the MTA hears that it is taken care of.
"""

from __future__ import annotations

from smsdialog import log
from smsdialog.core.model import Envelope
from smsdialog.dialog import quarantine
from smsdialog.dialog.handle import OK, Answer, handle_each
from smsdialog.dialog.service import Service
from smsdialog.errors import TemporaryError


def take(service: Service, raw: bytes, envelope: Envelope, *, deadline: float) -> tuple[Answer, ...]:
    """Take care of one mail: an answer for each recipient. Raises TemporaryError, and what is no third time."""
    with log.about(queue=envelope.queue_id):
        try:
            return handle_each(service, raw, envelope, deadline=deadline)
        except TemporaryError:
            raise
        except Exception:
            if not quarantine.put_aside(service, raw, envelope):
                raise
            return (OK,) * max(1, len(envelope.recipients))
