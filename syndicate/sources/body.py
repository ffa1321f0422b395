"""The body of an article: Markdown to sanitised HTML with absolute links, and its lead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nh3
from markdown_it.token import Token

from syndicate.model.article import Media
from syndicate.sources.bounds import BESIDE_IT, LONGEST_GAP
from syndicate.sources.characters import invisible
from syndicate.sources.checks import completeness, lost_words, stray_markup
from syndicate.sources.files import local_files
from syndicate.sources.files.local_files import LocalFile
from syndicate.sources.front_matter.flaws import Flaw, all_of
from syndicate.sources.html.elements import (
    ALLOWED_ATTRIBUTES,
    ALLOWED_BLOCKS,
    ATTRIBUTE_SHAPES,
    DRAWN_ELEMENTS,
    HIDDEN_ELEMENTS,
    IDENTIFIER,
    INLINE_ELEMENTS,
)
from syndicate.sources.lead import lead
from syndicate.sources.links import url_validation, wrapped_urls
from syndicate.sources.links.autolinks import with_autolinks
from syndicate.sources.links.targets import (
    BARE_MARK,
    OPENED_SCHEMES,
    SCHEME,
    SPELLED_MARK,
    UNSAFE_SCHEMES,
    WEB_SCHEMES,
    Links,
    is_local_path,
)
from syndicate.sources.markdown import fences, normalization
from syndicate.sources.markdown.commonmark import REMARKS, UNSURE, parse_markdown, render_tokens
from syndicate.text import in_full, plain, squeeze

MOST_LINE_BRACKETS = 50  # in one line, from which on they are what is nested
UNSHOWN_CHARACTERS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
IMG_ELEMENT = re.compile(r'<img((?: [a-z-]+="[^"]*")*)>')
ATTRIBUTE_PAIR = re.compile(r' ([a-z-]+)="([^"]*)"')
LINK_ELEMENT = re.compile(r'<a((?: [a-z-]+="[^"]*")*)>(.*?)</a>((?:-?\w)*)', re.DOTALL)
ID_ATTRIBUTE = re.compile(r"""\sid\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
NO_TEXT_ADVICE = "there is no text below the front matter (write it there)"


@dataclass(frozen=True, kw_only=True)
class Body:
    """Body in HTML; ``media`` are the local files it shows or links to, in order.

    ``remarks`` are what readers will not get as it was typed, each with its line in the file.
    """

    html: str
    lead: str
    media: tuple[Media, ...]
    pictures: tuple[LocalFile, ...]
    remarks: tuple[tuple[int, str], ...] = ()
    beside: tuple[tuple[int, str], ...] = ()  # links to other articles' files, not yet resolved


def without_control_characters(markdown: str) -> str:
    """The body without the control characters that no feed may hold."""
    return UNSHOWN_CHARACTERS.sub(" ", markdown)


def _too_deep(markdown: str, line: int) -> Flaw:
    """Find what is nested too deeply; brackets that never end open each other, too."""
    counts = [text.count("[") for text in markdown.splitlines()]
    if (most := max(counts, default=0)) >= MOST_LINE_BRACKETS:
        what = "square brackets are nested too deeply (close them, or delete some)"
        return Flaw(line + counts.index(most), what)
    return Flaw(line, "lists, quotations or brackets are nested too deeply (flatten them)")


def read_body(markdown: str, line: int, base: str, folder: Path, *, has_page: bool = True) -> Body:
    """Render a body whose first line is ``line`` of its file; raises Flaw.

    Links are resolved against ``base``, which ``has_page`` calls the article's own page; files
    are looked for in ``folder``.
    """
    try:
        text, tokens, env = _tokens(markdown, folder)
    except RecursionError as error:
        raise _too_deep(markdown, line) from error
    flaws = list(lost_words.flaws(text, tokens, line))
    remarks = _remarks(tokens, env, line, flaws)
    links = Links(base=base, has_page=has_page, folder=folder, markdown=text)
    page = _Page(markdown=markdown, line=line, links=links, flaws=flaws)
    html = page.sanitised(render_tokens(tokens, env))
    words = plain(html)
    # what is wrong already takes words with it
    flaws += () if flaws else lost_words.missing_words(text, tokens, env, html, words, line)
    if flaws:
        raise all_of(flaws)
    if not words and "<img " not in html:
        raise Flaw(line, NO_TEXT_ADVICE)
    remarks += page.remarks()
    remarks += [(line + number, remark) for number, remark in invisible.odd(text)]
    remarks += [
        (line + number, f"the address {in_full(address)} would reach no reader")
        for number, address in completeness.lost_addresses(text, env, html)
    ]
    return Body(
        html=html,
        lead=lead(tokens, html),
        media=tuple(_media(html, page.links.found)),
        pictures=tuple(page.links.found.values()),
        remarks=tuple(sorted(set(remarks))),
        beside=page.beside(),
    )


def _tokens(markdown: str, folder: Path) -> tuple[str, list[Token], dict[str, Any]]:
    """The text as it was meant, and its tokens; what nothing uses is read again as words."""
    text = normalization.normalize_markdown(markdown, folder)
    tokens, env = parse_markdown(text)
    if text != markdown and (again := normalization.code_as_typed(text, markdown, tokens)) != text:
        text = again
        tokens, env = parse_markdown(text)
    for _ in range(2):  # what is words now may have hidden other words
        again = normalization.unused(text, tokens, env)
        if again == text:
            break
        text = again
        tokens, env = parse_markdown(text)
    return text, tokens, env


def _remarks(
    tokens: Sequence[Token], env: dict[str, Any], line: int, flaws: list[Flaw]
) -> list[tuple[int, str]]:
    """Collect remarks on odd signs; what must not be published is added to ``flaws``."""
    remarks: list[tuple[int, str]] = []
    for found in stray_markup.markup_remarks(tokens, env):
        if isinstance(found, Flaw):
            flaws.append(Flaw(line + found.line, str(found)))
        else:
            remarks.append((line + found[0], found[1]))
    for token in tokens:
        if token.type == "fence" and token.map and (says := fences.fence_remark(token)):
            remarks.append((line + token.map[0], says))
        for number, tag in token.meta.get(UNSURE, ()):
            at = line + number + (token.map[0] if token.map else 0)
            advice = f"close it with </{tag[1:]}, or write \\{tag} if it is a word"
            remarks.append((at, f"{tag} is taken for HTML, but has no end ({advice})"))
        for number, says in token.meta.get(REMARKS, ()):
            remarks.append((line + number + (token.map[0] if token.map else 0), says))
    return remarks


@dataclass(kw_only=True)
class _Page:
    """One body on its way through the sanitiser, which asks it about every address."""

    markdown: str
    line: int
    links: Links
    flaws: list[Flaw]  # the sanitiser swallows exceptions

    def sanitised(self, html: str) -> str:
        self.links.ids = set(map(unescape, ID_ATTRIBUTE.findall(html)))
        html = wrapped_urls.carried(html)
        cleaned = nh3.clean(
            html,
            tags=INLINE_ELEMENTS | ALLOWED_BLOCKS,
            clean_content_tags=HIDDEN_ELEMENTS | DRAWN_ELEMENTS,
            attributes=ALLOWED_ATTRIBUTES,
            attribute_filter=self._attribute,
            url_schemes={
                wrapped_urls.WRAPPED_SCHEME,
                *WEB_SCHEMES,
                *OPENED_SCHEMES,
                *UNSAFE_SCHEMES,
                *wrapped_urls.schemes(html),
            },
            link_rel=None,
        )
        cleaned = IMG_ELEMENT.sub(_picture_or_its_alt, cleaned).strip()
        return with_autolinks(LINK_ELEMENT.sub(_spelled, cleaned), self.links.note)

    def remarks(self) -> list[tuple[int, str]]:
        return [
            (line, remark)
            for address, remark in self.links.remarks
            for line in self._lines_of(address)
        ]

    def beside(self) -> tuple[tuple[int, str], ...]:
        return tuple((self._line_of(address), address) for address in self.links.articles)

    def _attribute(self, tag: str, name: str, value: str) -> str | None:
        if name in ("href", "src"):
            value = wrapped_urls.typed(value)
        if (tag, name) == ("img", "src"):
            return self._noting_flaws(self._source, value)
        if (tag, name) == ("a", "href"):
            return self._noting_flaws(self.links.target, value)
        if name == "id":
            return value if IDENTIFIER.fullmatch(value) else None
        shape = ATTRIBUTE_SHAPES.get((tag, name))
        if shape is None:
            return value
        found = shape.search(value) if name == "class" else shape.fullmatch(value)
        return found[0] if found else None

    def _noting_flaws(self, read: Callable[[str], str | None], value: str) -> str | None:
        try:
            return read(value)
        except ValueError as error:
            decoded = unquote(value)  # Markdown has encoded what was typed
            says = str(error) if value in self.markdown else str(error).replace(value, decoded)
            self.flaws.append(Flaw(self._line_of(value), says))
            return None

    def _source(self, src: str) -> str | None:
        src = src.strip()
        scheme = _scheme(src)
        if scheme in UNSAFE_SCHEMES:
            raise ValueError(f"a picture has the address {scheme}:... ({BESIDE_IT})")
        if not src:
            raise ValueError("a picture names no file (write ![what it shows](file.png))")
        if _is_web(url_validation.with_meant_slashes(src, self.markdown)):
            if local_files.names_pdf(src):
                raise ValueError(local_files.no_picture(src))
            return self.links.target(src)
        picture = local_files.take_picture(src, self.links.folder)
        name = picture.media().name
        self.links.found.setdefault(name, picture)
        return f"media:{name}"

    def _lines_of(self, address: str) -> list[int]:
        """Every line in which an address stands by itself; the first that has it, where none."""
        for spelling in filter(None, dict.fromkeys((address, unquote(address)))):
            if starts := [*_alone(spelling, self.markdown)]:
                return [self.line + self.markdown.count("\n", 0, start) for start in starts]
        return [self._line_of(address)]

    def _line_of(self, address: str) -> int:
        decoded = unquote(address)
        escaped = decoded.replace("\\", "\\\\")
        for spelling in (address, decoded, decoded.removeprefix("https:"), escaped):
            if spelling and (start := _place(spelling, self.markdown)) >= 0:
                return self.line + self.markdown.count("\n", 0, start)
        if (start := self._decoded.find(decoded)) >= 0 and address:  # encoded in parts
            return self.line + self._decoded.count("\n", 0, start)
        nameless = None if address else re.search(r"\]\(\s*(?:<>)?\s*\)|<img\b", self.markdown)
        return self.line + (self.markdown.count("\n", 0, nameless.start()) if nameless else 0)

    @cached_property
    def _decoded(self) -> str:
        return "\n".join(unquote(line).replace("\n", " ") for line in self.markdown.split("\n"))


def _alone(address: str, text: str) -> Iterator[int]:
    """Find where an address stands with nothing of another one around it."""
    at = text.find(address)
    while at >= 0:
        before, after = text[max(at - 1, 0) : at], text[at + len(address) : at + len(address) + 1]
        begins = not before or before.isspace() or before in "(<\"'="
        if begins and (not after or after.isspace() or after in ")>\"'.,;"):
            yield at
        at = text.find(address, at + 1)


def _place(address: str, text: str) -> int:
    """Find an address, behind a sign that opens one if it can be; -1 for nowhere."""
    first = at = text.find(address)
    while at >= 0:
        if text[max(at - LONGEST_GAP, 0) : at].rstrip()[-1:] in ("(", "<", '"', "'", "="):
            return at
        at = text.find(address, at + 1)
    return first


def _is_web(src: str) -> bool:
    """Return True for a picture of a website: it has a host, or starts at the site's root.

    A path that exists on this machine was meant as one, and is refused as such.
    """
    if src.startswith("/") and not src.startswith("//"):
        return not is_local_path(src)
    return src.startswith("//") or _scheme(src) in WEB_SCHEMES


def _scheme(address: str) -> str:
    found = re.match(r"([a-z]+):", address, re.IGNORECASE)
    return found[1].lower() if found else ""


def _picture_or_its_alt(found: re.Match[str]) -> str:
    given = {name: unescape(value) for name, value in ATTRIBUTE_PAIR.findall(found[1])}
    source, alt = given.get("src", ""), given.get("alt", "")
    if source and not source.startswith(SPELLED_MARK):
        return found[0]
    return escape(_with(_titled(alt, given), source.removeprefix(SPELLED_MARK)), quote=False)


def _titled(words: str, given: Mapping[str, str]) -> str:
    """Words with the title that a link or picture was to show beside them."""
    title = given.get("title", "")
    if not title or title in words:
        return words
    return f"{words}: {title}" if words.strip() else title


def _with(words: str, address: str) -> str:
    if not words.strip() or not address or address in words:
        return words if words.strip() else address
    return f"{words} ({address})"


def _spelled(found: re.Match[str]) -> str:
    """A link's text alone, or with the address that no program would open; never nothing.

    The rest of its word comes before the address.
    """
    given = dict(ATTRIBUTE_PAIR.findall(found[1]))
    href = given.get("href", "")
    text = f"<span>{found[2]}</span>{found[3]}" if found[3] else found[2]
    if href.startswith(BARE_MARK) or not (href or "id" in given):
        return _titled(text, given)
    if not href.startswith(SPELLED_MARK):
        is_empty = bool(SCHEME.match(href)) and not (found[2].strip() or "media:" in href)
        if not is_empty:
            return found[0]
        if f'href="{href}"' in found.string[: found.start()]:
            return text  # HTML has cut the link where a block began, and its words are before
        return f"<a{found[1]}>{href}</a>{' ' if found[3] else ''}{found[3]}"
    address = escape(unescape(href.removeprefix(SPELLED_MARK)), quote=False)
    return _with(_titled(text, given), address)


def _media(html: str, found: dict[str, LocalFile]) -> Iterator[Media]:
    """The files that a body shows, then those that it only links to."""
    seen = set()
    for tag in IMG_ELEMENT.finditer(html):
        given = {name: unescape(value) for name, value in ATTRIBUTE_PAIR.findall(tag[1])}
        name = given["src"].removeprefix("media:")
        if name in found and name not in seen:
            seen.add(name)
            yield found[name].media(alt=given.get("alt", ""), caption=given.get("title", ""))
    for tag in LINK_ELEMENT.finditer(html):
        name = dict(ATTRIBUTE_PAIR.findall(tag[1])).get("href", "").removeprefix("media:")
        if name in found and name not in seen:
            seen.add(name)
            label = squeeze(plain(tag[2]))
            is_document = not found[name].width
            yield found[name].media(alt=label, caption=label if is_document else "")
