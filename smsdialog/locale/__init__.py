"""The catalogues: `LANGUAGE/LC_MESSAGES/smsdialog.po`, compiled to `.mo` beside it.

English is what the code says; every other language is one catalogue. `make catalogues` gathers the
texts from the code and compiles.
"""

from __future__ import annotations

import gettext
from functools import lru_cache
from pathlib import Path

from smsdialog.core.letters import Translate

_FOLDER = Path(__file__).parent
SOURCE_LANGUAGE = "en"


def available() -> tuple[str, ...]:
    """The languages that have a catalogue, and the source language."""
    return tuple(sorted({SOURCE_LANGUAGE, *(path.parts[-3] for path in _FOLDER.glob("*/LC_MESSAGES/smsdialog.mo"))}))


@lru_cache
def translator(language: str) -> Translate:
    """The function that turns an English text of ours into one of that language."""
    if language == SOURCE_LANGUAGE:
        return gettext.NullTranslations().gettext
    with (_FOLDER / language / "LC_MESSAGES" / "smsdialog.mo").open("rb") as catalogue:
        return gettext.GNUTranslations(catalogue).gettext
