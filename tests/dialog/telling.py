"""Stories as tests listen to them: in English, with times as seconds, and without the text in any."""

from __future__ import annotations

from smsdialog.dialog import why
from smsdialog.dialog.why import Story
from tests.dialog.stage import Stage

READER = why.Reader(str, lambda seconds: f"<{seconds:.0f}>", 0.0)
TEXT = "Nobody tells these words."


class Killed(BaseException):
    """The process dies."""


def told(stage: Stage, typed: str) -> Story:
    """The one story that an id stands for, in English."""
    (story,) = why.tell(stage.service, why.Reader(str, lambda seconds: f"<{seconds:.0f}>", stage.clock()), typed)
    assert TEXT not in "".join(step.words for step in story.steps)
    assert [step.time for step in story.steps] == sorted(step.time for step in story.steps)
    return story


def words(story: Story, code: str) -> str:
    """What is said at the steps of that code."""
    found = [step.words for step in story.steps if step.code == code]
    assert found, [step.code for step in story.steps]
    return " ".join(found)


def newest(stage: Stage) -> str:
    return f"m{stage.administrator.decisions()[-1].mail_id}"
