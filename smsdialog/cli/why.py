"""`smsdialog message why`: the whole story of a mail or an SMS."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from smsdialog import locale
from smsdialog.cli import Installation, as_json, installation, messages, output
from smsdialog.dialog import why as use_cases
from smsdialog.dialog.messages import of_story
from smsdialog.dialog.service import Service
from smsdialog.dialog.why import Reader, Step, Story


def register(group: click.Group) -> None:
    """Hang the command on `smsdialog message`."""
    messages.message.add_command(why)


@click.command()
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--language", type=click.Choice(locale.available()), help="Of the story; the configured one by default.")
@as_json
@installation
def why(here: Installation, ids: tuple[str, ...], language: str | None, as_json: bool) -> None:
    """Tell what became of a mail or an SMS, step by step, why, and what can be done.

    ID is a queue id of the mail server, a trace id of the log, an id of the list, a reference, a Message-ID, an id of
    a provider; or a customer's number or an employee's address for the newest three messages.
    """
    service = here.service
    translate = locale.translator(language) if language else service.translate
    reader = Reader(translate, _moment, service.now())
    found = {story.id: story for typed in ids for story in use_cases.tell(service, reader, typed)}
    if as_json:
        output.objects([row for story in found.values() for row in _rows(service, story)], (), as_json=True, empty="")
        return
    click.echo("\n\n".join("\n".join(_lines(reader, story)) for story in found.values()))


def _lines(reader: Reader, story: Story) -> list[str]:
    steps = [f"{_moment(step.time)}  {output.printable(step.words)}" for step in story.steps]
    todo = [f"  {output.printable(line)}" for line in story.advice]
    heading = [reader.says(use_cases.WHAT_CAN_BE_DONE)] if todo else []
    return [f"{story.id}  trace={story.trace}", *steps, *heading, *todo]


def _rows(service: Service, story: Story) -> list[dict[str, Any]]:
    """One object for each message of a story, and for each recipient of a mail that none came of."""
    rows = [
        {**messages.fields_of(one.message), "recipient": one.recipient, "outcome": one.outcome}
        for one in of_story(service, story.id)
    ]
    return [{**row, **_told(story, row["id"])} for row in rows or [{"id": story.id}]]


def _told(story: Story, message_id: str) -> dict[str, Any]:
    steps = [_step(step) for step in story.about(message_id)]
    return {"trace": story.trace, "steps": steps, "advice": list(story.advice)}


def _step(step: Step) -> dict[str, Any]:
    return {"time": output.when(step.time), "about": step.about, "code": step.code, "words": step.words}


def _moment(seconds: float) -> str:
    """A time of the ledger, local, such that lines sort."""
    return f"{datetime.fromtimestamp(seconds).astimezone():%Y-%m-%d %H:%M:%S}"
