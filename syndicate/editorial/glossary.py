"""Find misspelt names and office words: near a word of the glossary, and not it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from syndicate.editorial.manuscript import Manuscript
from syndicate.editorial.office_words import OFFICE_WORDS
from syndicate.editorial.spelling import LONGEST_WORD, distance, letters_in
from syndicate.editorial.standards import Glossary, Standards
from syndicate.model.finding import Finding, Fix

WORD = re.compile(r"[^\W\d_]{6,}")
SUFFIXES = ("nya", "lah", "kah", "pun")  # that Indonesian writes at a word's end
SHORTEST_NAME = 6  # letters: shorter words are near too many others
TWO_EDITS = 9  # letters of a name from which on two edits still leave it plain
CERTAIN_NAME = 7  # letters of a name from which on one edit is certain enough to be undone


@dataclass(frozen=True, slots=True)
class Near:
    """A name that a word is near, and whether it can be nothing else."""

    name: str
    is_certain: bool


class Speller:
    """The words of one glossary, by their first letter and length."""

    def __init__(self, names: tuple[str, ...], allow: tuple[str, ...], office: tuple[str, ...]):
        self._own = {word.casefold(): word for name in names for word in WORD.findall(name)}
        common = {word: word for word in office}
        self._names = common | self._own
        self._right = {*self._names, *(word.casefold() for word in allow)}
        self._by_form: dict[tuple[str, int], list[tuple[str, int]]] = {}
        for name in self._names:
            entry = name, letters_in(name)
            self._by_form.setdefault((name[0], len(name)), []).append(entry)
        self._known: dict[str, Near | None] = {}

    def near(self, word: str) -> Near | None:
        """Return the name that a word seems to be meant for; None for any other word."""
        word = word.casefold()
        if word not in self._known:
            self._known[word] = None if len(word) > LONGEST_WORD else self._look(word)
        return self._known[word]

    def _look(self, word: str) -> Near | None:
        stem = _stem(word)
        if word in self._right or stem in self._right:
            return None
        found = sorted(self._candidates(stem))
        if not found or _is_inflected(stem, found[0][1]):
            return None
        edits, name = found[0]
        is_alone = len(found) == 1
        is_certain = is_alone and edits == 1 and name in self._own and len(name) >= CERTAIN_NAME
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
    words = OFFICE_WORDS if glossary.office_words else ()
    return Speller((*glossary.names, office), glossary.allow, words)


def misspellings(manuscript: Manuscript, standards: Standards) -> Iterator[Finding]:
    """Yield each word that is near a name and not it, everywhere it stands."""
    names = speller(standards.glossary, manuscript.publisher.name)
    for found in WORD.finditer(manuscript.prose):
        if near := names.near(found[0]):
            right = _as_typed(found[0], near.name)
            yield manuscript.finding(
                "glossary",
                found.start(),
                f"“{found[0]}” is probably “{right}”",
                "correct it, or add it to glossary.allow",
                Fix(found[0], right) if near.is_certain else None,
            )


def _as_typed(word: str, name: str) -> str:
    """Return the name with the capitals and the suffix of the word."""
    folded = word.casefold()
    suffix = folded.removeprefix(_stem(folded))
    if word.isupper():
        return f"{name}{suffix}".upper()
    if word[0].isupper() and name.islower():
        name = name.capitalize()
    return f"{name}{suffix}"
