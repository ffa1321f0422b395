"""Find the line of an article's file where a word, an address, a picture or document stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import escape, unescape
from unicodedata import normalize
from urllib.parse import quote, unquote, urlsplit

from syndicate.model.article import Article
from syndicate.planning.completeness import words
from syndicate.sources import Draft

HREF_OR_SRC = re.compile(r'\s(?:href|src)="([^"]*)"')
BEFORE, AFTER = r"(?<![\w%-])", r"(?![\w%-]|[./?&=][\w])"  # a.png is not in data.png, /9 not in /98


def of_text(draft: Draft) -> int:
    """Return the line where the text begins."""
    lines = draft.article.markdown.split("\n")
    return next((n for n, line in enumerate(lines, draft.body_line) if line), draft.body_line)


def of_word(draft: Draft, word: str) -> int:
    """Return the line of a word of the text; the text's first line where that is not known."""
    lines = draft.article.markdown.split("\n")
    numbered = enumerate(lines, draft.body_line)
    return next((number for number, line in numbered if word in words(line)), draft.body_line)


def of_address(draft: Draft, address: str) -> int:
    """Return the line of a link's address, or of a file's name; likewise."""
    return _line(draft, _spellings(address)) or draft.body_line


def of_remark(draft: Draft, article: Article, remark: str) -> int:
    """Return the line of the address or the file that a sentence names; 0 where it names none."""
    known = {name for name in _addresses(article.html) if name in remark}
    files = {name for media in article.media for name in (media.file, media.url) if name}
    known |= {name for name in files if name in remark}
    for name in sorted(known, key=len, reverse=True):
        if re.search(f"{BEFORE}{re.escape(name)}{AFTER}", remark):
            return _line(draft, _spellings(name))
    return 0


@lru_cache(maxsize=1)  # of one article there may be a thousand remarks
def _addresses(html: str) -> frozenset[str]:
    return frozenset(map(unescape, HREF_OR_SRC.findall(html)))


@lru_cache(maxsize=1)
def _typed(source: str) -> str:
    return normalize("NFC", source).replace("\r\n", "\n").replace("\r", "\n")


def _line(draft: Draft, spellings: Iterable[tuple[str, str]]) -> int:
    """Return the first line with one of these, in the text or else above it; 0 where none is."""
    text = _typed(draft.source)
    body = 0
    for _ in range(draft.body_line - 1):
        body = text.find("\n", body) + 1
    for form, pattern in spellings:
        if form not in text:
            continue
        compiled = re.compile(pattern)
        if found := compiled.search(text, body) or compiled.search(text, 0, body):
            return text.count("\n", 0, found.start()) + 1
    return 0


def _spellings(address: str) -> Iterator[tuple[str, str]]:
    """Yield how an address may have been typed, the surest first: words in it, and the pattern."""
    address = normalize("NFC", address)
    scheme, _, rest = address.partition(":")
    rest = rest.removeprefix("//")
    for spelt in (address, rest, _relative(address)):
        for form in dict.fromkeys((spelt, unquote(spelt), quote(spelt), escape(spelt))):
            if form:
                yield form, f"{BEFORE}{re.escape(form)}{AFTER}"
    if scheme == "tel":
        yield rest[:1], r"[ \t().-]*".join(map(re.escape, rest))
    if last := address.rstrip("/").rpartition("/")[2]:  # counted from the article's own page
        yield last, rf"[(\"'<=]\s*{re.escape(last)}(?!\w)"


def _relative(address: str) -> str:
    """Return the same address as it is written on its own site: from the root on."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if not (parts.netloc and parts.path.strip("/")):
        return ""
    return parts._replace(scheme="", netloc="").geturl()
