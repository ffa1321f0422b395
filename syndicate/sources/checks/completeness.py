"""Compare what a writer typed, word by word and address by address, with what readers get."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from typing import Any
from urllib.parse import unquote

from markdown_it.token import Token

from syndicate.sources.characters.entities import in_markdown
from syndicate.sources.html.elements import WORD_SEPARATING_ELEMENTS
from syndicate.sources.html.hidden_markup import HIDDEN_START, shown_and_hidden
from syndicate.sources.links.url_validation import PLAIN_ADDRESS, with_meant_slashes
from syndicate.sources.markdown.commonmark import GIVEN_ID
from syndicate.sources.markdown.normalization import COMMENT_DESTINATIONS
from syndicate.text import as_uri, unescaped

LETTERS_AND_DIGITS = re.compile(r"[^\W_]+")
SIZES = re.compile(r"""srcset\s*=\s*("[^"\n]*"|'[^'\n]*')""", re.IGNORECASE)  # sizes of one picture
# where a link leads, or what names it
LINK_DESTINATION = re.compile(
    r"\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|\]\[(?:[^\[\]\\]|\\.)*(?=\])"
)
TAG_NAME = re.compile(r"</?([A-Za-z][^\s/<>]*)")
ANY_TAG = re.compile(r"<[^<>]*>")
SHOWN_TEXT = re.compile(r'<[^<>]*?\s(?:alt|title)="([^"]*)"')
TYPED_WEB_ADDRESS = re.compile(
    r"(?:https?://|ftp://|www\.)[^\s\"'<>()\[\]{}|\\^`“”’»*]+", re.IGNORECASE
)


def unrendered_words(
    typed: str, tokens: Sequence[Token], env: dict[str, Any], html: str
) -> Iterator[tuple[int, str]]:
    """Yield the words that neither stand in the HTML nor are Markdown's own; their lines, from 0.

    Of lines that follow each other only the first word is named.
    """
    lines = _published(typed, env)
    needed = Counter(LETTERS_AND_DIGITS.findall("\n".join(lines)))
    left = _in_html(html)
    if needed <= left:
        return
    left.update(_in_markup(typed, tokens, env))
    if needed <= left:
        return
    last = -2
    for number, line in enumerate(lines):
        for word in _read(line, left):
            if left[word]:
                left[word] -= 1
                continue
            if number > last + 1:
                yield number, word
            last = number


def _read(line: str, left: Counter[str]) -> list[str]:
    """The words of a line, in the reading of which readers get most."""
    if "&" not in line and "<" not in line:
        return LETTERS_AND_DIGITS.findall(line)
    words: list[str] = []
    for reading in _readings(line):
        words = LETTERS_AND_DIGITS.findall(reading)
        if Counter(words) <= left:
            break
    return words


def _readings(line: str) -> Iterator[str]:
    """A line as it may be meant, likelier ones first."""
    if "<" in line:
        yield _without_tags(line)
        if "&" in line:
            yield _without_tags(in_markdown(line))
    yield line  # in code an entity is what was typed: &nbsp;
    if "&" in line:
        yield in_markdown(line)
        yield unescape(line)


def _without_tags(line: str) -> str:
    """``5<font>kg</font>`` is one word, then those of the tags themselves."""
    shown, unshown = line, ""
    if HIDDEN_START.search(line):
        pieces = [*shown_and_hidden(line)]
        shown = "".join(piece for piece, _ in pieces)
        unshown = " ".join(piece for _, piece in pieces)
    return " ".join((ANY_TAG.sub(_left, shown), *ANY_TAG.findall(shown), unshown))


def _left(tag: re.Match[str]) -> str:
    """Return what remains between the words where a tag was."""
    name = TAG_NAME.match(tag[0])
    return " " if name and name[1].lower() in WORD_SEPARATING_ELEMENTS else ""


def lost_addresses(typed: str, env: dict[str, Any], html: str) -> Iterator[tuple[int, str]]:
    """The web addresses that a reader can neither open nor read, with their lines, from 0."""
    if "://" not in typed and "www." not in typed:
        return
    kept = unquote(unescape(" ".join((html, *env["hidden"]))))
    for number, line in enumerate(_published(typed, env)):
        for address in TYPED_WEB_ADDRESS.findall(line):
            if not any(form in kept for form in _forms(address)):
                yield number, address


def _forms(address: str) -> Iterator[str]:
    """Yield an address's spellings: without the signs that end its sentence, as in the DNS."""
    plain = unescaped(address).rstrip(".,;:!?…~_")
    if not PLAIN_ADDRESS.match(plain):
        yield unquote(with_meant_slashes(plain))
    yield unquote(plain)
    yield unquote(unescape(plain))  # in HTML, half an entity may be one: &copy=
    yield unquote(as_uri(plain))


def _published(typed: str, env: dict[str, Any]) -> list[str]:
    """The lines, without those that Markdown's own comments take."""
    typed = typed.replace("<![CDATA[", "")
    typed = SIZES.sub("", typed) if "srcset" in typed else typed
    lines = typed.split("\n")
    for definition in (*env["references"].values(), *env.get("duplicate_refs", ())):
        if definition["href"] in COMMENT_DESTINATIONS:
            first, last = definition["map"]
            lines[first:last] = [""] * (last - first)
    return lines


def _in_html(html: str) -> Counter[str]:
    """The words of the text, and of the attributes that are shown."""
    apart = Counter(LETTERS_AND_DIGITS.findall(unescape(ANY_TAG.sub(" ", html))))
    joined = Counter(LETTERS_AND_DIGITS.findall(unescape(ANY_TAG.sub("", html))))
    words = apart | joined  # H<sub>2</sub>O is H2O to a writer
    for value in SHOWN_TEXT.findall(html):
        words.update(LETTERS_AND_DIGITS.findall(unescape(value)))
    return words


def _in_markup(typed: str, tokens: Sequence[Token], env: dict[str, Any]) -> Iterable[str]:
    """The words that tell Markdown what to do, and are for no reader."""
    for unread in (*env["hidden"], *env["markup"]):
        yield from _either(unread)
    lines = typed.split("\n")
    for label, definition in env["references"].items():
        if label in env["references"].used:
            for line in lines[slice(*definition["map"])]:
                yield from LETTERS_AND_DIGITS.findall(unescape(line))
    inline = [child for token in tokens for child in token.children or ()]
    links, destinations = Counter[str](), Counter[str]()
    for child in inline:
        if child.type in ("link_open", "image"):
            links.update(word for value in child.attrs.values() for word in _either(str(value)))
    for found in LINK_DESTINATION.findall(typed):
        destinations.update(LETTERS_AND_DIGITS.findall(unescape(found)))
    yield from (links | destinations).elements()  # a destination is both
    for token in tokens:
        yield from _signs(token)
    for note in re.findall(r"\[\^([^\s\]]+)\]", typed):
        yield from LETTERS_AND_DIGITS.findall(note)


def _either(text: str) -> Iterable[str]:
    """The words of a text, and those that it has once it is decoded."""
    words = Counter(LETTERS_AND_DIGITS.findall(text))
    for decoded in (unescape(text) if "&" in text else text, unquote(text) if "%" in text else ""):
        words |= Counter(LETTERS_AND_DIGITS.findall(decoded))
    return words.elements()


def _signs(token: Token) -> Iterable[str]:
    if token.type == "fence":
        yield from LETTERS_AND_DIGITS.findall(
            unescape(token.info)
        )  # words for readers there were refused
    elif token.type == "heading_open":
        yield from LETTERS_AND_DIGITS.findall(token.meta.get(GIVEN_ID, ""))
    elif token.type == "list_item_open":
        yield token.info
