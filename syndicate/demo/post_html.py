"""Posts as a reader's app shows them: entities become HTML, hashtags become links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from html import escape
from itertools import pairwise
from typing import Any

from syndicate.text import utf16_length

TAGS = {
    "bold": ("<strong>", "</strong>"),
    "italic": ("<em>", "</em>"),
    "underline": ("<u>", "</u>"),
    "strikethrough": ("<s>", "</s>"),
    "code": ("<code>", "</code>"),
    "pre": ("<code>", "</code>"),
    "blockquote": ('<span class="quote">', "</span>"),
    "expandable_blockquote": ('<span class="quote">', "</span>"),
    "spoiler": ("<span>", "</span>"),
    "changed": ("<mark>", "</mark>"),
}
HASHTAG = re.compile(r"(#\w+)")
LEAST_LIKENESS = 0.5  # two texts with less in common are two texts, not one with changes

Entity = dict[str, Any]  # as the Bot API has it: type, offset and length in UTF-16 units


def bubble(text: str, entities: Iterable[Entity]) -> str:
    """A post's text as HTML; a stretch with several entities is inside all of them."""
    known = sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))
    raw = text.encode("utf-16-le")
    edges = {0, len(raw) // 2}
    for entity in known:
        edges |= {entity["offset"], entity["offset"] + entity["length"]}
    cuts = sorted(edges)
    return "".join(
        _stretch(raw[2 * start : 2 * end].decode("utf-16-le"), _around(known, start, end))
        for start, end in pairwise(cuts)
    )


def changed(before: str, after: str) -> tuple[list[Entity], list[Entity]]:
    """Return what an edit changed: the words removed, and those added, as entities."""
    old, new = _words(before), _words(after)
    match = SequenceMatcher(None, old, new, autojunk=False)
    went: list[Entity] = []
    came: list[Entity] = []
    if match.ratio() > LEAST_LIKENESS:
        for kind, i, j, k, n in match.get_opcodes():
            if kind != "equal":
                went += _span(old, i, j)
                came += _span(new, k, n)
    return went, came


def _around(entities: Sequence[Entity], start: int, end: int) -> list[Entity]:
    return [e for e in entities if e["offset"] <= start and end <= e["offset"] + e["length"]]


def _stretch(text: str, entities: Sequence[Entity]) -> str:
    linked = any(entity["type"] == "text_link" for entity in entities)
    html = escape(text) if linked else "".join(map(_tagged, HASHTAG.split(text)))
    for entity in reversed(entities):
        first, last = _tags(entity)
        html = f"{first}{html}{last}"
    return html


def _tagged(text: str) -> str:
    return f'<span class="tag">{escape(text)}</span>' if HASHTAG.fullmatch(text) else escape(text)


def _tags(entity: Entity) -> tuple[str, str]:
    if entity["type"] == "text_link":
        return f'<a href="{escape(entity["url"])}">', "</a>"
    return TAGS.get(entity["type"], ("", ""))


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|\S+", text)


def _span(words: Sequence[str], first: int, last: int) -> list[Entity]:
    """The stretch of some words, without white space at its ends."""
    text, head = "".join(words[first:last]), "".join(words[:first])
    bare = text.strip()
    if not bare:
        return []
    lead = text[: len(text) - len(text.lstrip())]
    return [{"type": "changed", "offset": utf16_length(head + lead), "length": utf16_length(bare)}]
