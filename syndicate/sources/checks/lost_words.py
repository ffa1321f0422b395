"""Checks for words that would be hidden or lost: what stops an article from being published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from markdown_it.token import Token

from syndicate.sources.checks import completeness
from syndicate.sources.front_matter.flaws import Flaw
from syndicate.sources.markdown import fences, table_rows
from syndicate.sources.markdown.commonmark import UNENDED_KEY
from syndicate.text import excerpt, squeeze

LOST = "lost-words"  # the rule's name
WORD_CHARACTERS = re.compile(r"\w+")
# raw HTML that goes on to the end of the file, unless it is closed
UNCLOSED_HTML = {
    re.compile(r"\s*<!\[CDATA\["): re.compile(r"\]\]>"),
    re.compile(r"\s*<(pre|textarea)\b", re.IGNORECASE): re.compile(
        "</(pre|textarea)>", re.IGNORECASE
    ),
}


def flaws(text: str, tokens: Sequence[Token], line: int) -> Iterator[Flaw]:
    """Yield what can be told from the text alone; its first line is ``line`` of the file."""
    for token in tokens:
        yield from _hiding(token, line + (token.map[0] if token.map else 0))
    for row in table_rows.too_long(text, tokens):
        cell = excerpt(squeeze(row.lost), 40)
        yield Flaw(
            line + row.line,
            f"'{cell}' would reach no reader: its row has {row.cells} cells, the table's head"
            f" {row.columns} (give the head as many, or write | as \\|)",
            LOST,
        )


def _hiding(token: Token, line: int) -> Iterator[Flaw]:
    """Find what hides words: raw HTML without an end, the line that opens a block of code."""
    if token.type == "fence" and (says := fences.lost_info(token)):
        yield Flaw(line, says, LOST)
    if UNENDED_KEY in token.meta:
        number, sign = token.meta[UNENDED_KEY]
        where = "in its paragraph" if token.type == "inline" else "and hides the text after it"
        yield Flaw(line + number, f"{sign} has no end {where} (close it)", LOST)
    if token.type == "html_block":
        for begins, ends in UNCLOSED_HTML.items():
            if (tag := begins.match(token.content)) and not ends.search(token.content):
                says = f"{tag[0].strip()} has no end and hides the text after it (close it)"
                yield Flaw(line, says, LOST)


def missing_words(
    text: str, tokens: Sequence[Token], env: dict[str, Any], html: str, words: str, line: int
) -> Iterator[Flaw]:
    """Yield where words that were typed are not in the HTML, or not in their place.

    ``words`` are those of the HTML.
    """
    if moved := _moved(tokens, words, line):
        yield moved
        return
    for number, word in completeness.unrendered_words(text, tokens, env, html):
        says = f"'{excerpt(word, 40)}' would reach no reader (write that line in plain Markdown)"
        yield Flaw(line + number, says, LOST)


def _moved(tokens: Sequence[Token], text: str, line: int) -> Flaw | None:
    """Raw HTML must not swallow or move a word of the text around it."""
    at = 0
    for token, words in _words(tokens):
        for word in words:
            here = text.find(word, at)
            if here < 0:
                where = line + (token.map[0] if token.map else 0)
                says = f"HTML tags above swallow or move '{excerpt(word, 40)}'"
                return Flaw(where, f"{says} (close or delete them)", LOST)
            at = here + len(word)
    return None


def _words(tokens: Sequence[Token]) -> Iterator[tuple[Token, list[str]]]:
    for token in tokens:
        if token.type in ("fence", "code_block"):
            yield token, WORD_CHARACTERS.findall(token.content)
        for child in token.children or ():
            if child.type in ("text", "code_inline"):
                yield token, WORD_CHARACTERS.findall(child.content)
