"""Whether two articles are the same one, or a file was copied and written over."""

from __future__ import annotations

import json
import re
from hashlib import sha256

from syndicate.article import Article
from syndicate.text import folded, plain

TELLING = 5  # words: shorter texts ("Simak infografis berikut.") are alike without being the same
LONG = 30  # words: from here on another picture makes no other article
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
