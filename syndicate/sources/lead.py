"""Lead of an article: the words of its first paragraph, as plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from itertools import pairwise

from markdown_it.token import Token

from syndicate.text import plain, squeeze
from syndicate.text.superscript import spelt

SUP_OR_SUB = re.compile(r"</?su[bp]\b", re.IGNORECASE)


def lead(tokens: Sequence[Token], html: str) -> str:
    """The first paragraph's words; else the first in a list or quotation, else the first words."""
    paragraphs = [
        (opening.level, _words_of(inline))
        for opening, inline in pairwise(tokens)
        if opening.type == "paragraph_open"
    ]
    top = (words for level, words in paragraphs if words and level == 0)
    deeper = (words for _, words in paragraphs if words)
    return next(top, "") or next(deeper, "") or plain(spelt(html)).partition("\n")[0]


def _words_of(inline: Token) -> str:
    children = inline.children or ()
    if not any(map(_raises, children)):
        return squeeze("".join(map(_spoken, children)))
    html = (child.content if _raises(child) else escape(_spoken(child)) for child in children)
    return squeeze(plain(spelt("".join(html))))


def _raises(token: Token) -> bool:
    return token.type == "html_inline" and SUP_OR_SUB.match(token.content) is not None


def _spoken(token: Token) -> str:
    if token.type in ("text", "code_inline"):
        return token.content
    if token.type in ("softbreak", "hardbreak") or token.content.lower().startswith("<br"):
        return " "
    return ""
