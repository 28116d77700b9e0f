"""What became of a mail or an SMS, and why: the whole story, out of the ledger, in the reader's words.

Steps stand in the order of time. Texts are never told; numbers and addresses are, to those whose they are to see.
`telling` says what a story is, `find` which one is meant; `mail`, `outbound`, `inbound` and `notice` tell, and `advice`
says what can be done about it.
"""

from __future__ import annotations

from smsdialog.dialog.service import Service
from smsdialog.dialog.why import find, inbound, mail
from smsdialog.dialog.why.telling import WHAT_CAN_BE_DONE, Reader, Step, Story
from smsdialog.errors import NotFound
from smsdialog.store import Connection
from smsdialog.store import story as stored

__all__ = ["WHAT_CAN_BE_DONE", "Reader", "Step", "Story", "of_message", "tell"]


def tell(service: Service, reader: Reader, typed: str) -> list[Story]:
    """The stories that an id stands for. Raises NotFound. Reads."""
    meant = find.meant(service, typed)
    with service.store.reading() as tx:
        stories = [_story(reader, tx, story_id) for story_id in meant]
        parts = stored.parts_of(tx, typed)
    waiting = [inbound.tell_parts(reader, parts, service.config.limits.parts_wait_minutes)] if parts else []
    found = [*(one for one in stories if one is not None), *waiting]
    if not found:
        raise NotFound(
            "nothing is known of '%(id)s'. If it is a queue id: that mail was not handed over, or it was put off each "
            "time, and still waits in the mail server's queue. The mail server's log says so (grep %(id)s), and what "
            "kept it (journalctl -t smsdialog -g %(id)s)",
            id=typed,
        )
    return found


def of_message(service: Service, reader: Reader, message_id: str) -> Story | None:
    """The story of one message of a listing, which must be there for who asks. Reads."""
    with service.store.reading() as tx:
        return _story(reader, tx, find.whole(tx, message_id))


def _story(reader: Reader, tx: Connection, story_id: str) -> Story | None:
    tell_it = inbound.tell if story_id.startswith("i") else mail.tell
    return tell_it(reader, tx, int(story_id[1:]))
