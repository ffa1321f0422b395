"""Subjects as hashtags, or in plain words where no hashtag can hold them. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from syndicate.text import distinct
from syndicate_telegram.rendering.rich_text import clean_text

HASHTAG_CHARACTERS = 64
PUNCTUATION = "'`´\"“”.,:;!?…·"  # beside dashes, brackets and quotation marks


def subject_line(subjects: Iterable[str]) -> str:
    """Return ``#pilkada_2024 #kpu``, then in plain words the subjects that no hashtag can hold."""
    tags, plain = hashtags(subjects)
    return " · ".join(filter(None, (" ".join(tags), ", ".join(plain))))


def hashtags(subjects: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the subjects that can be one hashtag, and the others; each one once.

    A hashtag has letters, digits and underscores, not digits alone, and ends at a combining mark.
    """
    tags: dict[str, str] = {}
    plain: list[str] = []
    for subject in distinct(map(_composed, subjects)):
        letters = (char if _is_taggable(char) else " " for char in subject)
        tag = "_".join("".join(letters).split()).strip("_")
        is_tag = any(char.isalpha() for char in tag) and len(tag) <= HASHTAG_CHARACTERS
        if is_tag and not _loses_meaning(subject):
            tags.setdefault(tag.casefold(), f"#{tag}")
        else:
            plain.append(subject)
    return list(tags.values()), plain


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", clean_text(text))


def _loses_meaning(subject: str) -> bool:
    """Return whether a subject is another one without its signs: C++, 50 %, R&D, CO₂."""
    for word in subject.lstrip("#").split():
        signs = [char for char in word if not (_is_taggable(char) or _is_punctuation(char))]
        stands_alone = len(signs) == len(word) and all(map(_is_decoration, signs))
        if signs and not stands_alone:
            return True
    return False


def _is_punctuation(char: str) -> bool:
    """Return whether a sign only separates words."""
    return char in PUNCTUATION or unicodedata.category(char) in ("Pd", "Ps", "Pe", "Pi", "Pf")


def _is_decoration(char: str) -> bool:
    """Return whether a sign that is a word by itself can go: seni & budaya, pesta 🎉 rakyat."""
    return char in "&\ufe0f\u200d" or unicodedata.category(char) in ("So", "Sk")


def _is_taggable(char: str) -> bool:
    return char == "_" or unicodedata.category(char)[0] == "L" or char.isdecimal()
