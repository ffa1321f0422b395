"""Differences between two texts, word by word, at a bounded cost. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from unicodedata import normalize

# a word with what is glued to it, or the end of a line
TOKEN = re.compile(r"[^\s]+|\n")
MOST_WORDS = 1_000  # of a changed passage that is compared word by word: it takes quadratic time
MOST_REPEATS = 8  # of a word or line that is a landmark: each is compared with each
SHORT_RUN = 2  # words between two changes that are no landmark for a reader
WORDS_AROUND = 8  # of a change that are shown beside it
GAP, END = "…", "\n"


class Change(StrEnum):
    """Change of a passage."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Passage:
    """Words that stayed, were removed or were added together."""

    change: Change
    text: str


def word_changes(before: str, after: str) -> tuple[Passage, ...]:
    """Return the passages that lead from one text to the other, in the order of reading.

    What was removed comes before what was added in its place. Spaces are no difference.
    """
    old, new = (normalize("NFC", text).splitlines() for text in (before, after))
    old, new = ([line for line in map(_squeezed, lines) if line] for lines in (old, new))
    runs = _runs(_by_line(old, new))
    return tuple(_passages(runs))


def around_changes(passages: Sequence[Passage], words: int = WORDS_AROUND) -> tuple[Passage, ...]:
    """Return the same with nothing of what stayed but some words around each change."""
    last = len(passages) - 1
    return tuple(
        Passage(passage.change, _cut(passage.text, words, first=not n, last=n == last))
        if passage.change is Change.SAME
        else passage
        for n, passage in enumerate(passages)
    )


def marked(passages: Iterable[Passage]) -> str:
    """Return passages as plain text: ``the [-old-] {+new+} word``, as wdiff marks them."""
    signs = {Change.SAME: "{}", Change.REMOVED: "[-{}-]", Change.ADDED: "{{+{}+}}"}
    return " ".join(signs[passage.change].format(passage.text) for passage in passages).strip()


Run = tuple[Change, list[str]]


def _by_line(old: list[str], new: list[str]) -> Iterator[Run]:
    """Yield what became of each line; lines that were changed are compared by their words."""
    for kind, a, b, c, d in _matcher(old, new).get_opcodes():
        before, after = _tokens(old[a:b]), _tokens(new[c:d])
        if kind == "equal":
            yield Change.SAME, before
        elif max(len(before), len(after)) > MOST_WORDS:
            yield Change.REMOVED, before
            yield Change.ADDED, after
        else:
            yield from _by_word(before, after)


def _by_word(old: list[str], new: list[str]) -> Iterator[Run]:
    codes = _matcher(old, new).get_opcodes()
    for number, (kind, a, b, c, d) in enumerate(codes):
        is_within = 0 < number < len(codes) - 1
        words = sum(found != END for found in old[a:b])
        if kind == "equal" and not (is_within and words <= SHORT_RUN):
            yield Change.SAME, old[a:b]
        else:
            yield Change.REMOVED, old[a:b]
            yield Change.ADDED, new[c:d]


def _matcher(old: list[str], new: list[str]) -> SequenceMatcher[str]:
    """Compare lists by what is rare in them; what is frequent is matched beside it alone."""
    counts = Counter(new)
    return SequenceMatcher(
        lambda word: word == END or counts[word] > MOST_REPEATS, old, new, autojunk=False
    )


def _runs(found: Iterable[Run]) -> Iterator[Run]:
    """Join what is removed and added without anything that stayed between."""
    pending: dict[Change, list[str]] = {Change.REMOVED: [], Change.ADDED: []}
    same: list[str] = []
    for change, tokens in found:
        if change is Change.SAME:
            yield from ((kind, words) for kind, words in pending.items())
            pending = {Change.REMOVED: [], Change.ADDED: []}
            same += tokens
        elif tokens:
            yield Change.SAME, same
            same = []
            pending[change] += tokens
    yield from ((kind, words) for kind, words in pending.items())
    yield Change.SAME, same


def _passages(runs: Iterable[Run]) -> Iterator[Passage]:
    for change, tokens in runs:
        if text := _text(tokens):
            yield Passage(change, text)


def _text(tokens: Iterable[str]) -> str:
    """Join words by spaces, and lines by their ends."""
    lines = " ".join(tokens).split("\n")
    return "\n".join(line for line in map(str.strip, lines) if line)


def _tokens(lines: Iterable[str]) -> list[str]:
    return TOKEN.findall("".join(f"{line}\n" for line in lines))


def _squeezed(line: str) -> str:
    return " ".join(line.split())


def _cut(text: str, most: int, *, first: bool, last: bool) -> str:
    words = text.split(" ")
    if first and last:
        return text
    if first:
        return text if len(words) <= most else f"{GAP} {' '.join(words[-most:])}"
    if last:
        return text if len(words) <= most else f"{' '.join(words[:most])} {GAP}"
    if len(words) <= 2 * most:
        return text
    return f"{' '.join(words[:most])} {GAP} {' '.join(words[-most:])}"
