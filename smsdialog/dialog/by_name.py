"""Groups and templates as mails name them: `gruppe-NAME@` texts every member, `skabelon-NAME@` sends a ready text.

Both belong to a key, and only its accounts reach them. Who is a member is decided when the mail is: one that the MTA
hands over again texts those whom it was claimed for at first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from smsdialog.core import template
from smsdialog.core.address import Meaning, TemplateAddress
from smsdialog.core.model import PhoneNumber
from smsdialog.errors import GroupEmpty, GroupUnknown, LineMissing, SeveralTemplates, TemplateUnknown
from smsdialog.store import Connection, groups, templates

NAMES_SHOWN = 20


@dataclass(frozen=True)
class Template:
    """One template: what a mail has to say is what its gaps take."""

    name: str
    text: str

    @property
    def takes_text(self) -> bool:
        """Whether the mail has to say anything."""
        return template.takes_text(self.text)

    def filled(self, written: str) -> str:
        """The SMS. Raises LineMissing."""
        try:
            return template.fill(self.text, written)
        except IndexError as error:
            raise LineMissing(name=self.name, lines=str(template.lines_wanted(self.text))) from error


def numbers(tx: Connection, key_id: int, name: str) -> list[PhoneNumber]:
    """Whom a key's group texts. Raises GroupUnknown, GroupEmpty. Reads."""
    peers = groups.peers(tx, key_id, name)
    if peers is None:
        raise GroupUnknown(name=name, known=_listed(groups.names(tx, key_id)))
    if not peers:
        raise GroupEmpty(name=name)
    return [PhoneNumber(peer) for peer in peers]


def template_among(tx: Connection, key_id: int, meanings: Iterable[Meaning]) -> Template | None:
    """The template that a mail names; None where it names none. Raises TemplateUnknown, SeveralTemplates. Reads."""
    names = {meaning.name for meaning in meanings if isinstance(meaning, TemplateAddress)}
    if not names:
        return None
    if len(names) > 1:
        raise SeveralTemplates
    (name,) = names
    text = templates.text_of(tx, key_id, name)
    if text is None:
        raise TemplateUnknown(name=name, known=_listed(templates.names(tx, key_id)))
    return Template(name, text)


def _listed(names: list[str]) -> str:
    """Names as a notice has them: not more than a reader can take in."""
    return (", ".join(names[:NAMES_SHOWN]) + (" …" if len(names) > NAMES_SHOWN else "")) or "-"
