"""Check that a post has every word of its article, independently of the renderer. Pure."""

from __future__ import annotations

import re
import unicodedata

from syndicate import ArticleError
from syndicate.text import excerpt, plain
from syndicate_telegram.rendering.rich_text import clean_text

COMPARABLE_WORD = re.compile(r"[^\W_]+")  # x_(i,j): what marks a lowered letter is no letter
TABLE_ELEMENT = re.compile(r"<table\b.*?</table>", re.DOTALL)  # rendered row by row: another order
EXCERPT_CHARACTERS = 40


def require_all_words(html: str, rendered: str, markdown: str) -> None:
    """Raise ArticleError, with the line of the text, if a word of the article is missing."""
    word = first_missing_word(html, rendered)
    if word:
        raise ArticleError(
            f"the word “{excerpt(word, EXCERPT_CHARACTERS)}” in line {_line_of(word, markdown)} of"
            " its text would be lost on Telegram: write that passage in plain Markdown"
        )


def first_missing_word(html: str, rendered: str) -> str:
    """Return the first word that is missing or out of order, in tables missing alone; else ""."""
    letters = "".join(comparable_words(rendered))  # H₂O and x^(n) are divided differently
    end = 0
    for word in comparable_words(plain(TABLE_ELEMENT.sub("<hr>", html))):
        start = letters.find(word, end)
        if start < 0:
            return word
        end = start + len(word)
    tables = TABLE_ELEMENT.findall(html)
    in_tables = (word for table in tables for word in comparable_words(plain(table)))
    return next((word for word in in_tables if word not in letters), "")


def comparable_words(text: str) -> list[str]:
    """Return a text's words; raised and lowered letters are letters."""
    return COMPARABLE_WORD.findall(unicodedata.normalize("NFKC", clean_text(text)))


def _line_of(word: str, markdown: str) -> int:
    lines = enumerate(markdown.split("\n"), 1)
    return next((number for number, line in lines if word in comparable_words(line)), 1)
