"""Raised and lowered letters as plain text: ``m²``, ``H₂O``, ``x^(a+b)``; marks of notes stay."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from syndicate.text import SANITISED_TAG, plain

RAISED = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
SPELLING_BY_TAG = {"sup": (RAISED, "^"), "sub": (LOWERED, "_")}
ELEMENT = re.compile(r"<(?P<tag>su[pb])(?:\s[^<>]*)?>(?P<said>.*?)</(?P=tag)>", re.I | re.S)
TAG_OR_TEXT = re.compile(rf"(?P<tag>{SANITISED_TAG.pattern})|[^<]+")
BRACKETED_NOTE = re.compile(r"\[[^\[\]]*\]|\(\w+\)|\w+[)\]]")  # [1], (a), a)


@dataclass(frozen=True, slots=True)
class Spelling:
    """Signs around raised or lowered letters, and what each of them becomes."""

    before: str = ""
    letters: Mapping[int, int] = field(default_factory=dict)
    after: str = ""

    def of(self, text: str) -> str:
        """The letters themselves."""
        return text.translate(self.letters) if self.letters else text


AS_IT_IS = Spelling()


def spelling(tag: str, text: str) -> Spelling:
    """Return how the text of a ``sup`` or ``sub`` element is written where all is on one line.

    Words (``1st``), marks of notes (``[1]``, ``*``, ``a)``) and other signs stay as they are.
    """
    letters, mark = SPELLING_BY_TAG[tag]
    bare = text.strip()
    if bare and all(ord(char) in letters or char.isspace() for char in text):
        return Spelling("", letters, "")
    has_letters = any(map(str.isalnum, bare))
    if not has_letters or bare.isalpha() or BRACKETED_NOTE.fullmatch(bare):
        return AS_IT_IS
    if bare.startswith("(") and bare.endswith(")"):
        return Spelling(mark, {}, "")
    return Spelling(f"{mark}(", {}, ")")


def spelt(html: str) -> str:
    """Sanitised HTML whose raised and lowered letters are written so that no tag is needed."""
    return ELEMENT.sub(_spelt, html) if "<su" in html.lower() else html


def _spelt(found: re.Match[str]) -> str:
    how = spelling(found["tag"].lower(), plain(found["said"]))
    spelled = TAG_OR_TEXT.sub(
        lambda match: match[0] if match["tag"] else how.of(match[0]), found["said"]
    )
    return f"{how.before}{spelled}{how.after}"
