"""HTML's entities: a text pasted from a page has ``&amp;`` for ``&``."""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from html.entities import html5

from syndicate.text import excerpt

CLOSED_ENTITY = re.compile("&(?:([a-zA-Z][a-zA-Z0-9]*;)|#([0-9]+);|#[xX]([0-9a-fA-F]+);)")
CHARACTER_REFERENCE = re.compile(
    "&(?:([a-zA-Z][a-zA-Z0-9]*)([;=]?)|#(?:[0-9]+|[xX][0-9a-fA-F]+);?)"
)
# not &amp;lt;: whoever writes that writes about HTML
ESCAPED_TWICE = re.compile(
    "&amp;(?=(?:amp;)*(?!(?:lt|gt);)(?:[a-zA-Z][a-zA-Z0-9]*|#[0-9]+|#[xX][0-9a-fA-F]+);)"
)
LAST_CODE_POINT = 0x10FFFF  # of Unicode's characters
WINDOWS = range(0x80, 0xA0)  # old pages mean the letters of Windows-1252 by these numbers
UNSEEN_CATEGORIES = {"Cc", "Cf", "Zs", "Zl", "Zp"}
# letters and marks to Unicode, but nothing is drawn for them: fillers, joiners, a blank in Braille
FILLER_CHARACTERS = {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u2800", "\u3164", "\uffa0"}


def decoded_entities(text: str) -> str:
    """Decode the entities of a text, whole ones alone: ``R&D`` and ``a &copy b`` stay.

    What was encoded twice is decoded twice. ValueError where one is the number of no character.
    """
    if "&" not in text:
        return text
    while (once := ESCAPED_TWICE.sub("&", text)) != text:
        text = once
    return CLOSED_ENTITY.sub(_character, text)


def in_attribute(value: str) -> str:
    """Decode the value of an HTML attribute: ``?a=1&copy=2`` stays (the standard, 13.2.5.73)."""

    def character(found: re.Match[str]) -> str:
        name, after = found.groups()
        if name and (after == "=" or f"{name}{after}" not in html5):
            return found[0]
        return unescape(found[0])

    return CHARACTER_REFERENCE.sub(character, value) if "&" in value else value


def in_markdown(text: str) -> str:
    """Decode whole entities as Markdown does; those of no character stay."""
    return CLOSED_ENTITY.sub(lambda found: unescape(found[0]), text) if "&" in text else text


def typed_form(text: str, sign: str) -> str:
    """Return how a text writes a sign that is in it once it is decoded: ``&#8238;``, or itself."""
    return next(
        (found[0] for found in CLOSED_ENTITY.finditer(text) if _character(found) == sign), sign
    )


def is_blank(text: str) -> bool:
    """Return True for a text of which nothing is seen."""
    return all(
        unicodedata.category(letter) in UNSEEN_CATEGORIES or letter in FILLER_CHARACTERS
        for letter in text
    )


def _character(found: re.Match[str]) -> str:
    name, decimal, hexadecimal = found.groups()
    if name:
        return html5.get(name, found[0])
    digits = (decimal or hexadecimal).lstrip("0")
    number = LAST_CODE_POINT + 1 if len(digits) > 7 else int(digits or "0", 10 if decimal else 16)
    if number > LAST_CODE_POINT:
        raise ValueError(f"{excerpt(found[0], 40)} is not a character (delete it)")
    return unescape(found[0]) if number in WINDOWS else chr(number)
