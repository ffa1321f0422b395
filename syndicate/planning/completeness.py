"""Check that what a channel shows has every word and every link of its article."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Literal, NamedTuple
from urllib.parse import unquote

from syndicate.channel import Shown
from syndicate.model.article import Article
from syndicate.text import has_number, letter_fields, plain, unescaped

LETTERS_OR_DIGITS = re.compile(r"[^\W_]+")  # x_(i,j): what marks a lowered letter is no letter
TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)  # may be read row by row: another order
LINK_ELEMENT = re.compile(r'<a\b[^>]*?\shref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
END = 6  # words: a text that does not end with these is a beginning


@dataclass(frozen=True, slots=True)
class Lack:
    """Loss that a reader of a channel would suffer; of a whole text nothing is named."""

    what: str
    kind: Literal["word", "address", "file", "text"]


def lacking(article: Article, shown: Iterable[Shown], files: Collection[str] = ()) -> list[Lack]:
    """Return what none of the renditions of an article shows; of the best one, what it lacks.

    One that shows a part is enough where it leads to the rest. ``files`` are the sha256 names of
    what goes out beside them.
    """
    least: list[Lack] | None = None
    for rendition in shown if article.html else ():
        lacks = _lacking(article, rendition, files)
        if not lacks:  # it is enough: how the others read need not be looked at
            return []
        least = lacks if least is None or len(lacks) < len(least) else least
    return least or []


def _lacking(article: Article, shown: Shown, files: Collection[str]) -> list[Lack]:
    letters, leads_on = "".join(words(shown.text)), _leads_on(article, shown)
    ordered = _ordered(article.html)
    lost = list(_lost(ordered, letters))
    ends_early = bool(lost) and _running_after(ordered, lost[-1]) < END
    is_part = ends_early or _begins_elsewhere(lost) or _is_lead(article, shown, ordered, lost)
    if leads_on and is_part:
        return []
    running = [place for place, word in enumerate(ordered) if not word.in_table]
    running = running or list(range(len(ordered)))
    if ends_early and _says_other_words(
        [place for place in lost if place in running], len(running)
    ):
        return [Lack("", "text")]
    return [
        *(Lack(ordered[place].letters, "word") for place in lost[:1]),
        *(Lack(address, "address") for address in _unlinked(article.html, shown, leads_on)),
        *(Lack(name, "file") for name in _unshown(article, shown, files) if not leads_on),
    ]


class _Word(NamedTuple):  # there are hundreds in every article
    letters: str
    in_table: bool


@lru_cache(maxsize=1)  # each channel's renditions of an article are compared with it
def _ordered(html: str) -> Sequence[_Word]:
    return tuple(_placed(html))


def _placed(html: str) -> Iterable[_Word]:
    """Yield every word of the text and its tables, in the order in which it was written."""
    at = 0
    for table in TABLE.finditer(html):
        yield from (_Word(word, False) for word in words(plain(html[at : table.start()])))
        yield from (_Word(word, True) for word in words(plain(table[0])))
        at = table.end()
    yield from (_Word(word, False) for word in words(plain(html[at:])))


def _running_after(ordered: Sequence[_Word], place: int) -> int:
    """Count the words that follow, but for those of tables, which may be anywhere by chance."""
    return sum(not word.in_table for word in ordered[place + 1 :])


def _begins_elsewhere(lost: Sequence[int]) -> bool:
    """Return whether a summary stands in the text's place: most of its first words are lost."""
    return sum(place < 2 * END for place in lost) > END


def _is_lead(article: Article, shown: Shown, ordered: Sequence[_Word], lost: Sequence[int]) -> bool:
    """Return whether the lead is shown and little else, wherever in the text it stands."""
    lead = words(article.lead)
    others = len(ordered) - len(lead)
    found = others - len(lost)  # a headline may have words of the text
    return 2 * found <= others and "".join(lead) in "".join(words(shown.text))


def _says_other_words(lost: Sequence[int], count: int) -> bool:
    """Return whether neither the beginning nor much else of so many words is shown."""
    return bool(lost) and lost[0] < END and 2 * len(lost) > count


def words(text: str) -> list[str]:
    """Return the words as a reader takes them: raised and lowered letters are letters."""
    return LETTERS_OR_DIGITS.findall(unicodedata.normalize("NFKC", text))


def _leads_on(article: Article, shown: Shown) -> bool:
    return bool(article.url) and _plain_address(article.url or "") in _addresses(shown)


def _lost(ordered: Sequence[_Word], letters: str) -> Iterable[int]:
    """Yield the places of words that do not follow those before them, or of a table are nowhere."""
    if "".join(word.letters for word in ordered) in letters:
        return  # nearly always
    at = 0  # letters without spaces: H₂O and x^(n) are divided into words differently
    for place, word in enumerate(ordered):
        here = letters.find(word.letters, 0 if word.in_table else at)
        if here < 0:
            yield place
        elif not word.in_table:
            at = here + len(word.letters)


def _unlinked(html: str, shown: Shown, leads_on: bool) -> Iterable[str]:
    """Yield the addresses that a reader can neither open nor read."""
    links = [(unescape(address), plain(text)) for address, text in LINK_ELEMENT.findall(html)]
    if leads_on and not _has_links(shown, links):
        return  # it is a lead in plain words
    kept = _addresses(shown)
    for address in dict.fromkeys(address for address, _ in links):
        if not _is_within_reach(address, shown, kept):
            yield address


def _has_links(shown: Shown, links: Iterable[tuple[str, str]]) -> bool:
    """Return whether any of the text's links is a link, and not its address in the text itself."""
    linked = set(map(_plain_address, shown.addresses))
    return any(_plain_address(address) in linked and text not in address for address, text in links)


def _is_within_reach(address: str, shown: Shown, kept: str) -> bool:
    if address.startswith(("#", "media:")):  # a place in the text; a file, looked for by itself
        return True
    bare = _plain_address(address)
    scheme, _, rest = bare.partition(":")
    if scheme.lower() == "tel" and has_number(shown.text, bare):
        return True
    if scheme.lower() == "mailto" and bare not in kept:
        letters = "".join(words(shown.text))
        asked = letter_fields(address).values()
        return unquote(rest.partition("?")[0]) in kept and all(
            "".join(words(text)) in letters for text in asked
        )
    return bare in kept or rest.removeprefix("//") in kept  # www.a.example/x


def _unshown(article: Article, shown: Shown, files: Collection[str]) -> Iterable[str]:
    """Yield the pictures and documents, by name, that a reader neither gets nor can open."""
    kept = _addresses(shown)
    for media in article.media:
        is_sent = media.sha256 and any(name.startswith(media.sha256) for name in files)
        is_linked = _plain_address(media.url) in kept if media.url else False
        if not (is_sent or is_linked):
            yield media.file or media.label


def _addresses(shown: Shown) -> str:
    return " ".join((*map(_plain_address, shown.addresses), unquote(shown.text)))


def _plain_address(address: str) -> str:
    """Return an address, however it was escaped."""
    return unquote(unescaped(unescaped(address)))
