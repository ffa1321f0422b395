"""What a writer typed, word by word and address by address, held against what readers get."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from typing import Any
from urllib.parse import unquote

from markdown_it.token import Token

from syndicate.sources.entities import in_markdown
from syndicate.sources.raw_html import OFFICE, TAG
from syndicate.sources.typed import COMMENTED
from syndicate.text import as_uri, unescaped

WORD = re.compile(r"[^\W_]+")
SIZES = re.compile(r"""srcset\s*=\s*("[^"\n]*"|'[^'\n]*')""", re.IGNORECASE)  # sizes of one picture
# where a link leads, or what names it
DESTINATION = re.compile(r"\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|\]\[(?:[^\[\]\\]|\\.)*(?=\])")
ANY_TAG = re.compile(r"<[^<>]*>")
ADDRESS = re.compile(r"(?:https?://|ftp://|www\.)[^\s\"'<>()\[\]{}|\\^`“”’»*]+", re.IGNORECASE)


def lost_word(
    typed: str, tokens: Sequence[Token], env: dict[str, Any], html: str
) -> tuple[int, str] | None:
    """The first word that neither stands in the HTML nor is Markdown's own; its line, from 0."""
    left = Counter(_in_html(html))
    left.update(_in_markup(typed, tokens, env))
    for number, line in enumerate(_published(typed, env)):
        for word in _read(line, left):
            if not left[word]:
                return number, word
            left[word] -= 1
    return None


def _read(line: str, left: Counter[str]) -> list[str]:
    """The words of a line; in code an entity is what was typed: ``&nbsp;``."""
    as_typed = WORD.findall(line)
    if "&" not in line or Counter(as_typed) <= left:
        return as_typed
    decoded = WORD.findall(in_markdown(line))
    return decoded if Counter(decoded) <= left else WORD.findall(unescape(line))


def lost_addresses(typed: str, env: dict[str, Any], html: str) -> Iterator[tuple[int, str]]:
    """The web addresses that a reader can neither open nor read, with their lines, from 0."""
    if "://" not in typed and "www." not in typed:
        return
    kept = unquote(unescape(" ".join((html, *env["hidden"]))))
    for number, line in enumerate(_published(typed, env)):
        for address in ADDRESS.findall(line):
            if not any(form in kept for form in _forms(address)):
                yield number, address


def _forms(address: str) -> Iterator[str]:
    """How an address may be said: without the signs that end its sentence, as the DNS has it."""
    plain = unescaped(address).rstrip(".,;:!?…~_")
    yield unquote(plain)
    yield unquote(unescape(plain))  # in HTML, half an entity may be one: &copy=
    yield unquote(as_uri(plain))


def _published(typed: str, env: dict[str, Any]) -> list[str]:
    """The lines, without those that Markdown's own comments take."""
    typed = typed.replace("<![CDATA[", "")
    typed = SIZES.sub("", typed) if "srcset" in typed else typed
    lines = typed.split("\n")
    for definition in (*env["references"].values(), *env.get("duplicate_refs", ())):
        if definition["href"] in COMMENTED:
            first, last = definition["map"]
            lines[first:last] = [""] * (last - first)
    return lines


def _in_html(html: str) -> Iterable[str]:
    """The words of the text and of every attribute."""
    yield from WORD.findall(unescape(ANY_TAG.sub(" ", html)))
    yield from WORD.findall(unescape(ANY_TAG.sub("", html)))  # H<sub>2</sub>O is H2O to a writer
    for tag in ANY_TAG.findall(html):
        if "=" in tag:
            yield from _address_words(unescape(tag))


def _in_markup(typed: str, tokens: Sequence[Token], env: dict[str, Any]) -> Iterable[str]:
    """The words that tell Markdown what to do, and are for no reader."""
    for tag in TAG.finditer(typed):
        yield from WORD.findall(unescape(tag[0]))
        yield from WORD.findall(tag[0])
    for unshown in env["hidden"]:
        yield from _either(unshown)
    for tag in OFFICE.findall(typed):
        yield from WORD.findall(tag)
    lines = typed.split("\n")
    for label, definition in env["references"].items():
        if label in env["references"].used:
            for line in lines[slice(*definition["map"])]:
                yield from WORD.findall(unescape(line))
    for found in DESTINATION.finditer(typed):
        yield from WORD.findall(unescape(found[0]))
    for token in tokens:
        yield from _signs(token)
        for child in token.children or ():
            yield from _signs(child)
    for note in re.findall(r"\[\^([^\s\]]+)\]", typed):
        yield from WORD.findall(note)


def _either(text: str) -> Iterable[str]:
    """The words of a text, and those that it has once its entities are decoded."""
    as_typed = Counter(WORD.findall(text))
    return (as_typed | Counter(WORD.findall(unescape(text)))).elements()


def _signs(token: Token) -> Iterable[str]:
    if token.type == "fence":
        yield from WORD.findall(unescape(token.info.split(" ", 1)[0]) if token.info else "")
    elif token.type == "list_item_open":
        yield token.info
    elif token.type in ("link_open", "image"):
        for value in token.attrs.values():
            yield from _address_words(str(value))
        for child in token.children or ():
            yield from WORD.findall(child.content)


def _address_words(address: str) -> Iterable[str]:
    yield from WORD.findall(address)
    if "%" in address:
        yield from WORD.findall(unquote(address))
