"""Marks of Markdown, HTML and other programs in fields that are plain words: a headline."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from syndicate.sources.front_matter.flaws import Flaw
from syndicate.sources.front_matter.values import FieldTable, FieldValue
from syndicate.text import excerpt

FIELD_MARKUP = re.compile(
    r"</?(?:a|b|big|br|center|del|div|em|font|h[1-6]|i|img|mark|p|s|small|span|strong|sub|sup|u)\b"
    r"[^<>]*>"
    r"|\*\*(?=\S)(?=[^*]*?[^\W\d_])[^*]+(?<=\S)\*\*"
    r"|(?<!\w)__(?=\S)[^_]+(?<=\S)__(?!\w)"
    r"|!?\[[^\[\]]+\]\([^()\s]*[:/.][^()\s]*\)"
    r"|`[^`]+`"
    r"|\{\{.*?\}\}|\{%.*?%\}"
    r"|\[/(?:b|i|u|s|url|img|quote|color|size)\]"
    r"|^#{1,6} ",
    re.IGNORECASE,
)
WORD_FIELDS = ("headline", "description", "by", "dateline")
OF_PICTURES = ("alt", "caption", "creator")


def mark(text: str) -> str:
    """The first sign of a text that readers would see as it stands, or ""."""
    found = FIELD_MARKUP.search(text)
    return excerpt(found[0].strip(), 40) if found else ""


def refuse_marks(table: FieldTable, key: str) -> None:
    """Refuse marks in a headline; those that are escaped, ``&lt;b&gt;``, may be meant."""
    value = table.entries.get(key)
    if value and isinstance(value.held, str) and (found := mark(value.held)):
        advice = "a headline is plain words"
        raise Flaw(value.line, f"{key}: readers would see {found} as it stands ({advice})")


def field_remarks(front: FieldTable) -> Iterator[tuple[int, str]]:
    """Say which other fields have marks that readers would see, with their lines."""
    yield from _marked(front.entries, WORD_FIELDS)
    shown = front.entries.get("associations")
    for item in shown.held if shown and isinstance(shown.held, list) else ():
        if isinstance(item.held, dict):
            yield from _marked(item.held, OF_PICTURES)


def _marked(entries: Mapping[str, FieldValue], keys: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    for key in keys:
        value = entries.get(key)
        if value and isinstance(value.held, str) and (found := mark(value.words(key))):
            yield value.line, f"{key}: readers would see {found} as it stands"
