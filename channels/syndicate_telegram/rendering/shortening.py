"""Shorten a text to a length: up to a sentence or a word, never within a character. Pure."""

from __future__ import annotations

import re
import unicodedata

from syndicate_telegram.rendering.rich_text import RichText

# of the room; a sentence that ends earlier wastes too much of it
SENTENCE_WORTH = 0.5
# four letters or more: "Plt." and "Jl." end no sentence
SENTENCE_END = re.compile(r"(?:\w{4,}|\d|[)\]”’»\"])[.!?…]+[\"”’»)\]]*(?=\s)|[。！？][」』”]?")


def shorten_to_sentence(text: RichText, units: int) -> RichText:
    """Return at most so many UTF-16 units: up to a sentence's end, else up to a word, with "…"."""
    if text.units <= units:
        return text
    end = code_points_within(text.text, units)
    ends = (sentence.end() for sentence in SENTENCE_END.finditer(text.text, 0, end + 1))
    last = max((sentence_end for sentence_end in ends if sentence_end <= end), default=0)
    if last and last >= end * SENTENCE_WORTH:
        return text.cut(last)
    return shorten_to_word(text, units)


def shorten_to_word(text: RichText, units: int) -> RichText:
    """Return at most so many UTF-16 units: up to a word, with "…"."""
    if text.units <= units:
        return text
    end = code_points_within(text.text, units - 1)
    space = max(text.text.rfind(" ", 0, end + 1), text.text.rfind("\n", 0, end + 1))
    part = text.cut(space if space > end // 2 else end)
    kept = part.cut(len(part.text.rstrip(" .,;:–-")))
    return kept + RichText("…")


def code_points_within(text: str, units: int) -> int:
    """Return how many code points fit into so many UTF-16 units, whole characters only."""
    end = used = 0
    for char in text:
        used += 1 + (char > "\uffff")
        if used > units:
            break
        end += 1
    return character_boundary(text, end)


def character_boundary(text: str, index: int) -> int:
    """Return the last index up to ``index`` where a reader would see one character end."""
    while 0 < index < len(text) and _continues(text, index):
        index -= 1
    return index


def _continues(text: str, index: int) -> bool:
    char, before = text[index], text[index - 1]
    if unicodedata.category(char) in ("Mn", "Mc", "Me") or "\u200d" in (char, before):
        return True  # accents, variation selectors; joined emoji
    if "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f":
        return True  # a skin's colour; the letters of a flag
    if "\u1160" <= char <= "\u11ff":
        return True  # the rest of a Korean syllable
    return _is_regional(char) and _regionals_before(text, index) % 2 == 1


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _regionals_before(text: str, index: int) -> int:
    start = index
    while start and _is_regional(text[start - 1]):
        start -= 1
    return index - start
