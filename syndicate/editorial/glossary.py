"""Find misspelt names and office words: near a word of the glossary, and not it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from syndicate.editorial.common_words import is_common
from syndicate.editorial.manuscript import Manuscript
from syndicate.editorial.office_words import OFFICE_WORDS
from syndicate.editorial.spelling import LONGEST_WORD, distance, letters_in
from syndicate.editorial.standards import Glossary, Standards
from syndicate.model.finding import Finding, Fix

SUFFIXES = ("nya", "lah", "kah", "pun")  # that Indonesian writes at a word's end
SHORTEST_NAME = 6  # letters: shorter words are near too many others
TWO_EDITS = 9  # letters of a name from which on two edits still leave it plain
LIKE_A_NAME = re.compile(rf"(?<!\w)[^\W\d_]{{{SHORTEST_NAME},}}(?!\w)")
OPENS, CLOSES, EITHER = "\u201c\u00ab\u201e", "\u201d\u00bb", '"'


@dataclass(frozen=True, slots=True)
class Near:
    """A name that a word is near, and whether it can be nothing else."""

    name: str
    is_certain: bool


class Speller:
    """The words of one glossary, by their first letter and length."""

    def __init__(self, glossary: Glossary, office: str):
        names = " ".join((*glossary.names, *glossary.fix, office))
        self._own = {word.casefold(): _small_if_common(word) for word in LIKE_A_NAME.findall(names)}
        self._certain = {word.casefold() for word in LIKE_A_NAME.findall(" ".join(glossary.fix))}
        words = OFFICE_WORDS if glossary.office_words else ()
        self._names = {word: word for word in words} | self._own
        self._right = {*self._names, *(word.casefold() for word in glossary.allow)}
        self._by_form: dict[tuple[str, int], list[tuple[str, int]]] = {}
        for name in self._names:
            entry = name, letters_in(name)
            self._by_form.setdefault((name[0], len(name)), []).append(entry)
        self._known: dict[str, Near | None] = {}

    def near(self, word: str) -> Near | None:
        """Return the name that a word seems to be meant for; None for any other word.

        A word in small letters is meant for a name with capitals only where that is a long one.
        """
        folded = word.casefold()
        if folded not in self._known:
            self._known[folded] = None if len(word) > LONGEST_WORD else self._look(folded)
        near = self._known[folded]
        is_other = near and word[0].islower() and near.name[0].isupper()
        return None if near and is_other and len(near.name) < TWO_EDITS else near

    def _look(self, word: str) -> Near | None:
        stem = _stem(word)
        if word in self._right or stem in self._right:
            return None
        found = sorted(self._candidates(stem))
        if not found or _is_inflected(stem, found[0][1]) or is_common(word):
            return None
        edits, name = found[0]
        is_certain = len(found) == 1 and edits == 1 and name in self._certain
        return Near(self._names[name], is_certain)

    def _candidates(self, word: str) -> Iterator[tuple[int, str]]:
        bits = letters_in(word)
        for length in range(len(word) - 2, len(word) + 3):
            for name, letters in self._by_form.get((word[0], length), ()):
                most = 2 if name in self._own and len(name) >= TWO_EDITS else 1
                if (bits ^ letters).bit_count() <= 2 * most:
                    edits = distance(word, name, most)
                    if edits <= most:
                        yield edits, name


def _small_if_common(word: str) -> str:
    small = word.casefold()
    return small if is_common(small) else word


def _stem(word: str) -> str:
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= SHORTEST_NAME:
            return word[: -len(suffix)]
    return word


def _is_inflected(word: str, name: str) -> bool:
    """Return True for a form of the name: websites, or the name within a longer word."""
    return word.startswith(name) or word.endswith(name) or name.startswith(word)


@lru_cache(maxsize=8)
def speller(glossary: Glossary, office: str) -> Speller:
    """Return the words of a glossary; ``office`` is the publisher's own name."""
    return Speller(glossary, office)


def misspellings(manuscript: Manuscript, standards: Standards) -> Iterator[Finding]:
    """Yield each word that is near a name and not it, everywhere it stands."""
    names = speller(standards.glossary, manuscript.publisher.name)
    for found in LIKE_A_NAME.finditer(manuscript.prose):
        if near := names.near(found[0]):
            right = _as_typed(found[0], near.name)
            is_quoted = near.is_certain and _is_quoted(manuscript, found.start())
            yield manuscript.finding(
                "glossary",
                found.start(),
                f"“{found[0]}” is probably “{right}”",
                "correct it, or add it to glossary.allow",
                Fix(found[0], right) if near.is_certain and not is_quoted else None,
            )


def _is_quoted(manuscript: Manuscript, at: int) -> bool:
    """Return True for a place within quotation marks, or in a quoted paragraph.

    Straight marks of the front matter are YAML's.
    """
    before = manuscript.prose[:at]
    before = before[before.rfind("\n\n") + 1 :].lstrip("\n")
    opened = sum(map(before.count, OPENS)) - sum(map(before.count, CLOSES))
    is_odd = at >= manuscript.body_start and before.count(EITHER) % 2 == 1
    return opened > 0 or is_odd or before.lstrip().startswith(">")


def _as_typed(word: str, name: str) -> str:
    """Return the name with the capitals and the suffix of the word."""
    folded = word.casefold()
    suffix = folded.removeprefix(_stem(folded))
    if word.isupper():
        return f"{name}{suffix}".upper()
    if word[0].isupper() and name.islower():
        name = name.capitalize()
    return f"{name}{suffix}"
