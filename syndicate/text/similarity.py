"""Compare two articles: the same one, or a file that was copied and written over."""

from __future__ import annotations

import json
import re
import unicodedata
from hashlib import sha256
from html import unescape
from urllib.parse import unquote

from syndicate.model.article import Article
from syndicate.text import folded, plain

TELLING = 5  # words: shorter texts ("Simak infografis berikut.") are alike without being the same
LONG_TEXT_WORDS = 30  # words: from here on another picture makes no other article
COMPARED_WORD = re.compile(r"[^\W_]+")
INVISIBLE_CHARACTERS = re.compile(
    "[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
MARKDOWN_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
NO_WORDS = re.compile(  # a tag, where a link leads, its title, and the line that says so
    r"""</?[a-z][a-z0-9-]*(?=[\s/>])(?:[^<>"']|"[^"]*"|'[^']*')*>"""
    r"""|(?<=\])(?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\[\]]*\])|^\ {0,3}\[(?!\^)[^\[\]]+\]:.*$""",
    re.IGNORECASE | re.MULTILINE,
)
LINK_TARGET = re.compile(
    r"""\]\(\s*<?([^\s<>()]+)|\b(?:href|src)\s*=\s*["']?([^\s<>"']+)"""
    r"""|\b([a-z][a-z0-9+.-]*:/*[^\s<>()"']+)""",
    re.IGNORECASE,
)
WEB_PREFIX = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)


def wholly_different(article: Article, other: Article) -> bool:
    """Neither headline nor body have anything to speak of in common.

    Corrections keep most runs of three words; a copied file with new text keeps next to none.
    """
    if _likeness(_runs(article.headline, 1), _runs(other.headline, 1)) > 0.5:
        return False
    return _likeness(_runs(plain(article.html), 3), _runs(plain(other.html), 3)) < 0.15


def text_print(article: Article) -> str:
    """The fingerprint of an article's text: its words, however they are set, spaced or stressed.

    Comments do not count, nor how a link or an element was written. What a short text is about
    stands in its pictures, its links and its headline, which then count, too. It is made of what
    was typed: what an older program made of that may be something else.
    """
    typed = unescape(MARKDOWN_COMMENT.sub("", article.markdown))
    words = _words(NO_WORDS.sub("", typed))
    pieces: list[object] = ["".join(words)]  # a comment may stand within a word
    if len(words) < LONG_TEXT_WORDS:
        pieces.append(sorted(media.sha256 or media.url or "" for media in article.media))
        pieces.append(_destinations(typed))
    if len(words) < TELLING:
        pieces.append(folded(article.headline))
    return sha256(json.dumps(pieces).encode()).hexdigest()


def headline_print(article: Article) -> str:
    """The fingerprint of a headline's words."""
    words = _words(article.headline)
    return sha256(json.dumps(words or [article.headline]).encode()).hexdigest()


def _words(text: str) -> list[str]:
    """The words of a text without what nobody sees: soft hyphens, joiners, marks of direction."""
    seen = INVISIBLE_CHARACTERS.sub("", unicodedata.normalize("NFKC", text))
    return COMPARED_WORD.findall(seen.casefold())


def _destinations(typed: str) -> list[list[str]]:
    """Return the destinations of a text's links, each once, whichever way they were written."""
    found = ("".join(match.groups(default="")) for match in LINK_TARGET.finditer(typed))
    named = {tuple(_words(WEB_PREFIX.sub("", unquote(address)))) for address in found}
    return sorted(map(list, named - {()}))


def _runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = COMPARED_WORD.findall(text.lower())
    length = min(length, len(words))
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def _likeness(these: set[tuple[str, ...]], those: set[tuple[str, ...]]) -> float:
    return len(these & those) / max(1, min(len(these), len(those)))
