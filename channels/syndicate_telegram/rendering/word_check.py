"""Check that a post has every word of its article, independently of the renderer."""

from __future__ import annotations

import re
import unicodedata

from syndicate import ArticleError
from syndicate.text import excerpt, plain
from syndicate_telegram.rendering.rich_text import sayable

WORD = re.compile(r"[^\W_]+")  # x_(i,j): what marks a lowered letter is no letter
TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)  # told row by row: another order


def check(html: str, rendered: str, markdown: str) -> None:
    """Raise ArticleError, with the line of the text, where a word of the article is not said."""
    if lost := first_lost(html, rendered):
        line = next(
            (
                n
                for n, source_line in enumerate(markdown.split("\n"), 1)
                if lost in words(source_line)
            ),
            1,
        )
        raise ArticleError(
            f"the word “{excerpt(lost, 40)}” in line {line} of its text would be lost on Telegram:"
            " write that passage in plain Markdown"
        )


def first_lost(html: str, rendered: str) -> str:
    """The first word that does not follow the others, or of a table is not there; "" if none."""
    letters, at = "".join(words(rendered)), 0  # H₂O and x^(n) are divided into words differently
    for word in words(plain(TABLE.sub("<hr>", html))):
        here = letters.find(word, at)
        if here < 0:
            return word
        at = here + len(word)
    in_tables = (word for table in TABLE.findall(html) for word in words(plain(table)))
    return next((word for word in in_tables if word not in letters), "")


def words(text: str) -> list[str]:
    """The words as a reader takes them: raised and lowered letters are letters."""
    return WORD.findall(unicodedata.normalize("NFKC", sayable(text)))
