"""Whether two articles are the same one, or a file was copied and written over."""

from __future__ import annotations

import re

from syndicate.article import Article
from syndicate.text import plain


def wholly_different(one: Article, other: Article) -> bool:
    """Neither headline nor body have anything to speak of in common.

    Corrections keep most runs of three words; a copied file with new text keeps next to none.
    """
    if _likeness(_runs(one.headline, 1), _runs(other.headline, 1)) > 0.5:
        return False
    return _likeness(_runs(plain(one.html), 3), _runs(plain(other.html), 3)) < 0.15


def _runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    length = min(length, len(words))
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def _likeness(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))
