"""Detect changes of a published file: in its text and the files it names, never our reading.

A newer program reads the same text differently, and so it does under other settings: that is no
change of the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from unicodedata import normalize

from syndicate.model.article import Media
from syndicate.sources.files import local_files
from syndicate.sources.front_matter import parsing, splitting
from syndicate.sources.front_matter.flaws import Flaw
from syndicate.sources.front_matter.values import FieldValue

UNNOTICED_KEYS = {  # by readers
    "uri", "channels", "embargoedUntil", "expires", "remind", "replyDue", "edNote", "checks",
}  # fmt: skip


def same_text(kept: str, text: str) -> bool:
    """Letter for letter, but for its uri line, the ends of lines and how accents are stored."""
    try:
        return _bare(kept) == _bare(text)
    except Flaw:  # one of them is no article any more
        return False


def same_for_readers(kept: str, text: str) -> bool:
    """The same body below a front matter that says the same of all that readers notice."""
    try:
        return _noticed(kept) == _noticed(text)
    except Flaw:
        return False


def same_files(media: Iterable[Media], folder: Path) -> bool:
    """Return True if the files an article names in its folder have the bytes they had.

    What is not there lies on the machine that published it; its bytes are kept in the ledger.
    """
    local = (item for item in media if item.sha256 and local_files.exists(item.file, folder))
    return all(local_files.file_fingerprint(item.file, folder) == item.sha256 for item in local)


def _bare(text: str) -> str:
    parts = splitting.split_front_matter(normalize("NFC", text.removeprefix("\ufeff")))
    front = re.sub(r"^uri[ \t]*:.*\n", "", parts.front, count=1, flags=re.MULTILINE)
    return f"{front}---\n{parts.body.rstrip()}"


def _noticed(text: str) -> tuple[object, str]:
    parts = splitting.split_front_matter(normalize("NFC", text.removeprefix("\ufeff")))
    table = parsing.read_table(parts.front, ())
    front = {
        key: value
        for key, entry in table.entries.items()
        if key not in UNNOTICED_KEYS and (value := _held(entry))
    }
    return front, parts.body.strip()


def _held(value: FieldValue) -> object:
    """A value without its lines."""
    if isinstance(value.held, str):
        return value.held.strip()
    if isinstance(value.held, list):
        return [_held(item) for item in value.held]
    return {key: _held(item) for key, item in value.held.items()}
