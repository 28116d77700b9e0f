"""What a story is made of, and for whom it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from smsdialog.core import letters, phone
from smsdialog.core.letters import Translate
from smsdialog.core.personal import is_removed


def _(message: str) -> str:
    """Mark a text for the catalogues."""
    return message


WHY = _("Why: %(reason)s.")
WHAT_CAN_BE_DONE = _("What can be done:")


@dataclass(frozen=True)
class Step:
    """Something that happened, or is as it is since then: `time` in seconds since the epoch.

    `about` is the message that it is about: `m7` a mail, `o7` an SMS that goes out, `i7` one that came in. `code` says
    the same as `words`, for programs.
    """

    time: float
    about: str
    code: str
    words: str


@dataclass(frozen=True)
class Story:
    """All of one mail, or of one SMS that came in: what happened, in its order, and what can be done about it now."""

    id: str
    trace: str
    steps: tuple[Step, ...]
    advice: tuple[str, ...]

    def about(self, message_id: str) -> tuple[Step, ...]:
        """The steps of one message, and those of the whole."""
        return tuple(step for step in self.steps if step.about in (self.id, message_id))


@dataclass(frozen=True)
class Reader:
    """Who reads it: the language, how a time is written, and what time it is (seconds since the epoch)."""

    translate: Translate
    moment: Callable[[float], str]
    now: float

    def says(self, text: str, **details: object) -> str:
        """A text of ours in his language, with the details in it."""
        return self.translate(text) % details

    def why(self, reason: str) -> str:
        """The sentence that gives a reason, which is in his language already; empty without one."""
        return self.says(WHY, reason=reason.rstrip(".")) if reason else ""

    def customer(self, peer: str) -> str:
        """A customer as people read him."""
        return self.translate(letters.REMOVED_CUSTOMER) if is_removed(peer) else phone.international(peer)


def story(story_id: str, trace: str, steps: list[Step], advice: list[str]) -> Story:
    """A story in the order of time; what is advised twice is advised once."""
    in_order = sorted(steps, key=lambda step: step.time)
    return Story(story_id, trace, tuple(in_order), tuple(dict.fromkeys(advice)))


def sentences(*parts: str) -> str:
    """Those that say something, behind each other."""
    return " ".join(filter(None, parts))
