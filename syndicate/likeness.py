"""Whether two articles are the same one, or a file was copied and written over."""

from __future__ import annotations

import json
import re
from difflib import SequenceMatcher
from hashlib import sha256

from syndicate.article import Article
from syndicate.text import folded, plain

TELLING = 5  # words: shorter texts ("Simak infografis berikut.") are alike without being the same
LONG = 30  # words: from here on another picture makes no other article
WORDS_AROUND = 4  # of what changed, so that a person finds it
WORD = re.compile(r"\w+")


def wholly_different(one: Article, other: Article) -> bool:
    """Neither headline nor body have anything to speak of in common.

    Corrections keep most runs of three words; a copied file with new text keeps next to none.
    """
    if _likeness(_runs(one.headline, 1), _runs(other.headline, 1)) > 0.5:
        return False
    return _likeness(_runs(plain(one.html), 3), _runs(plain(other.html), 3)) < 0.15


def text_print(article: Article) -> str:
    """The fingerprint of an article's text: its words, however they are set, spaced or stressed.

    What a short text is about stands in its pictures and its headline, which then count, too.
    """
    words = WORD.findall(article.markdown.casefold())
    said: list[object] = [words]
    if len(words) < LONG:
        said.append(sorted(media.sha256 or media.url or "" for media in article.media))
    if len(words) < TELLING:
        said.append(folded(article.headline))
    return sha256(json.dumps(said).encode()).hexdigest()


def headline_print(article: Article) -> str:
    """The fingerprint of a headline's words."""
    words = WORD.findall(article.headline.casefold())
    return sha256(json.dumps(words or [article.headline]).encode()).hexdigest()


def _runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = WORD.findall(text.lower())
    length = min(length, len(words))
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def _likeness(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def changes(before: str, after: str) -> str:
    """Return what changed between two texts, a line each, long lines cut to the words that did."""
    old, new = before.splitlines(), after.splitlines()
    said: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            gone, come = _changed_words(" ".join(old[a:b]).split(), " ".join(new[c:d]).split())
            said += [f"- {gone}"] * bool(gone) + [f"+ {come}"] * bool(come)
    return "\n".join(said)


def _changed_words(old: list[str], new: list[str]) -> tuple[str, str]:
    """The words from the first that differs to the last, with a few before and after them."""
    pairs = zip(old, new, strict=False)
    first = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(old), len(new)))
    backwards = zip(reversed(old[first:]), reversed(new[first:]), strict=False)
    last = next((n for n, (a, b) in enumerate(backwards) if a != b), None)
    last = min(len(old), len(new)) - first if last is None else last
    start = max(0, first - WORDS_AROUND)

    def part(words: list[str]) -> str:
        end = min(len(words), len(words) - last + WORDS_AROUND)
        before = "… " if start else ""
        return f"{before}{' '.join(words[start:end])}{' …' if end < len(words) else ''}"

    return part(old) if old else "", part(new) if new else ""
