"""Whether what a channel shows has every word and every link of its article."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

from syndicate.article import Article
from syndicate.channel import Shown
from syndicate.text import plain

WORD = re.compile(r"[^\W_]+")  # x_(i,j): what marks a lowered letter is no letter
TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)  # may be read row by row: another order
HREF = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
END = 6  # words: a text that does not end with these is a beginning


@dataclass(frozen=True, slots=True)
class Lack:
    """What a reader of a channel would miss: a word, an address, or "", the text as a whole."""

    what: str
    is_word: bool


def lacking(article: Article, shown: Sequence[Shown]) -> list[Lack]:
    """Return what none of the renditions of an article shows; of the best one, what it lacks.

    One that shows a part is enough where it leads to the rest.
    """
    if not shown or not article.html:
        return []
    return min((_lacking(article, one) for one in shown), key=len)


def _lacking(article: Article, shown: Shown) -> list[Lack]:
    letters = "".join(words(shown.text))
    ordered = words(plain(TABLE.sub("<hr>", article.html)))
    if "".join(ordered[-END:]) not in letters:
        if _leads_on(article, shown):
            return []
        if "".join(ordered[:END]) not in letters:
            return [Lack("", False)]
    places = list(_lost(ordered, letters))
    if places and _is_cut(places, len(ordered)) and _leads_on(article, shown):
        return []
    lost = [*(ordered[place] for place in places), *_lost_in_tables(article.html, letters)]
    return [Lack(word, True) for word in lost[:1]] + [
        Lack(address, False) for address in _unlinked(article.html, shown)
    ]


def words(text: str) -> list[str]:
    """The words as a reader takes them: raised and lowered letters are letters."""
    return WORD.findall(unicodedata.normalize("NFKC", text))


def _leads_on(article: Article, shown: Shown) -> bool:
    return bool(article.url) and _plain_address(article.url or "") in _addresses(shown)


def _lost(ordered: Sequence[str], letters: str) -> Iterable[int]:
    """The places of words that do not follow those before them."""
    at = 0  # letters without spaces: H₂O and x^(n) are divided into words differently
    for place, word in enumerate(ordered):
        here = letters.find(word, at)
        if here < 0:
            yield place
        else:
            at = here + len(word)


def _is_cut(places: Sequence[int], count: int) -> bool:
    """Whether what is lost is the end; a chance word of it may stand below the text."""
    return places[-1] == count - 1 and 2 * len(places) > count - places[0]


def _lost_in_tables(html: str, letters: str) -> Iterable[str]:
    in_tables = (word for table in TABLE.findall(html) for word in words(plain(table)))
    return (word for word in in_tables if word not in letters)


def _unlinked(html: str, shown: Shown) -> Iterable[str]:
    """The addresses that a reader can neither open nor read."""
    kept = _addresses(shown)
    for address in dict.fromkeys(map(unescape, HREF.findall(html))):
        bare = _plain_address(address)
        is_place = address.startswith("#")
        is_readable = bare.partition(":")[2].removeprefix("//") in kept  # www.a.example/x
        if not (is_place or bare in kept or is_readable):
            yield address


def _addresses(shown: Shown) -> str:
    return " ".join((*map(_plain_address, shown.addresses), unquote(shown.text)))


def _plain_address(address: str) -> str:
    """An address however it was escaped."""
    return unquote(unescape(unescape(address)))
