"""The body of an article: Markdown to sanitised HTML with absolute links, and its lead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape, unescape
from itertools import pairwise
from pathlib import Path
from string import ascii_lowercase
from urllib.parse import unquote, urljoin

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from syndicate.article import Media
from syndicate.sources import files
from syndicate.sources.files import LocalFile
from syndicate.sources.frontmatter import Flaw
from syndicate.text import excerpt, plain, squeeze

IN_A_LINE = {
    "a", "abbr", "b", "br", "cite", "code", "del", "em", "i", "img", "ins", "kbd", "mark", "q", "s",
    "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr",
}  # fmt: skip
BLOCKS = {
    "blockquote", "caption", "col", "colgroup", "dd", "details", "div", "dl", "dt", "figcaption",
    "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "section",
    "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
# what these hold is no text of the article; every other unknown tag leaves its text behind
SWALLOWED = {
    "iframe", "math", "noembed", "noframes", "noscript", "object", "plaintext", "script", "select",
    "style", "svg", "template", "textarea", "title", "xmp",
}  # fmt: skip
CELL = {"align", "colspan", "rowspan", "scope"}
ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title", "hreflang"},
    "abbr": {"title"},
    "code": {"class"},
    "del": {"datetime"},
    "details": {"open"},
    "img": {"src", "alt", "title", "width", "height"},
    "ins": {"datetime"},
    "li": {"value"},
    "ol": {"start", "reversed", "type"},
    "td": CELL,
    "th": CELL,
    "time": {"datetime"},
}
SHAPES = {
    ("code", "class"): re.compile(r"language-[^\s\"'<>]+"),
    ("img", "width"): re.compile(r"\d{1,5}"),
    ("img", "height"): re.compile(r"\d{1,5}"),
    ("td", "align"): re.compile("left|right|center"),
    ("th", "align"): re.compile("left|right|center"),
}
# let through only so that such a picture can be refused by name; a letter is a drive: C:\foto.png
HERE_ONLY = {"blob", "cid", "data", "file", *ascii_lowercase}
SCHEMES = {"http", "https", "mailto", "tel"}  # not media: that is ours alone

DEEPEST = 1000  # deeper text Markdown would drop without a word; Python gives up before that
CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)")
IMG = re.compile(r'<img((?: [a-z-]+="[^"]*")*)>')
GIVEN = re.compile(r' ([a-z-]+)="([^"]*)"')
WORD = re.compile(r"\w+")
EMPTY = "there is no text below the front matter (write it there)"
BESIDE = "save it beside the article and write its name"
UNREAD = re.compile(r"!\[[^\]]*\]\((file|data):", re.IGNORECASE)  # no picture to Markdown
# raw HTML that goes on to the end of the file, unless it is closed
OPEN = {
    re.compile(r"\s*<!--"): re.compile("-->"),
    re.compile(r"\s*<\?"): re.compile(r"\?>"),
    re.compile(r"\s*<!\[CDATA\["): re.compile(r"\]\]>"),
    re.compile(r"\s*<(script|pre|style|textarea)\b", re.IGNORECASE): re.compile(
        "</(script|pre|style|textarea)>", re.IGNORECASE
    ),
}
SIDE = re.compile("text-align:(left|right|center)")


@dataclass(frozen=True, kw_only=True)
class Body:
    """What a body comes to; ``media`` are its local pictures, in order."""

    html: str
    lead: str
    media: tuple[Media, ...]
    pictures: tuple[LocalFile, ...]


def clean(markdown: str) -> str:
    """The body without the control characters that no feed may hold."""
    return CONTROL.sub(" ", markdown)


def read(markdown: str, line: int, base: str, folder: Path) -> Body:
    """Render a body whose first line is ``line`` of its file; raises Flaw.

    Links are resolved against ``base``, pictures are looked for in ``folder``.
    """
    try:
        tokens = _tokens(markdown)
    except RecursionError as error:
        raise Flaw(line, "lists and quotations are nested too deeply (flatten them)") from error
    for token in tokens:
        _check(token, line + (token.map[0] if token.map else 0))
    page = _Page(markdown, line, base, folder)
    html = page.sanitised(_markdown().renderer.render(tokens, _markdown().options, {}))
    _check_words(tokens, html, line)
    if not plain(html) and "<img " not in html:
        raise Flaw(line, EMPTY)
    return Body(
        html=html,
        lead=_lead(tokens, html),
        media=tuple(_media(html, page.found)),
        pictures=tuple(page.found.values()),
    )


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True, "maxNesting": DEEPEST}).enable(
        ["table", "strikethrough"]
    )


def _tokens(markdown: str) -> list[Token]:
    tokens = _markdown().parse(markdown)
    for token in tokens:
        if token.children:
            token.children = [child for child in token.children if _belongs(child)]
        if side := SIDE.search(str(token.attrs.pop("style", ""))):
            token.attrs["align"] = side[1]
    return tokens


def _belongs(token: Token) -> bool:
    """Whether a tag may stand in a line: a block's there would move or swallow the text."""
    if token.type != "html_inline":
        return True
    tag = TAG.match(token.content)
    return tag is not None and tag[1].lower() in IN_A_LINE


def _check(token: Token, line: int) -> None:
    """Refuse what Markdown takes for something else than its author."""
    if token.type == "html_block":
        for begins, ends in OPEN.items():
            if (tag := begins.match(token.content)) and not ends.search(token.content):
                raise Flaw(
                    line, f"{tag[0].strip()} has no end and hides the text after it (close it)"
                )
    for child in token.children or ():
        if child.type == "text" and (found := UNREAD.search(child.content)):
            raise Flaw(line, f"a picture has the address {found[1]}:... ({BESIDE})")


@dataclass
class _Page:
    """One body on its way through the sanitiser, which asks it about every address."""

    markdown: str
    line: int
    base: str
    folder: Path
    found: dict[str, LocalFile] = field(default_factory=dict)  # media name -> picture
    flaws: list[Flaw] = field(default_factory=list)  # the sanitiser swallows exceptions

    def sanitised(self, html: str) -> str:
        cleaned = nh3.clean(
            html,
            tags=IN_A_LINE | BLOCKS,
            clean_content_tags=SWALLOWED,
            attributes=ATTRIBUTES,
            attribute_filter=self._attribute,
            url_schemes=SCHEMES | HERE_ONLY,
            link_rel=None,
        )
        if self.flaws:
            raise min(self.flaws, key=lambda flaw: flaw.line)
        return IMG.sub(_picture_or_its_alt, cleaned).strip()

    def _attribute(self, tag: str, name: str, value: str) -> str | None:
        # nh3 asks after it has dropped every scheme that is not allowed
        if (tag, name) == ("img", "src"):
            return self._noting_flaws(self._source, value)
        if (tag, name) == ("a", "href"):
            return _absolute(value, self.base)
        shape = SHAPES.get((tag, name))
        if shape is None:
            return value
        found = shape.search(value) if name == "class" else shape.fullmatch(value)
        return found[0] if found else None

    def _noting_flaws(self, read: Callable[[str], str | None], value: str) -> str | None:
        try:
            return read(value)
        except ValueError as error:
            self.flaws.append(Flaw(self._line_of(value), str(error)))
            return None

    def _source(self, src: str) -> str | None:
        src = src.strip()
        if (scheme := _scheme(src)) in HERE_ONLY:
            raise ValueError(f"a picture has the address {scheme}:... ({BESIDE})")
        if not src:
            raise ValueError("a picture names no file (write ![what it shows](file.png))")
        if _is_web(src):
            if files.names_pdf(src):
                raise ValueError(files.no_picture(src))
            return _absolute(src, self.base)
        picture = files.take_picture(src, self.folder)
        name = picture.media().name
        self.found.setdefault(name, picture)
        return f"media:{name}"

    def _line_of(self, address: str) -> int:
        for said in (address, unquote(address)):
            for pattern in (rf"[(<\"'=]\s*{re.escape(said)}", re.escape(said)):
                if said and (found := re.search(pattern, self.markdown)):
                    return self.line + self.markdown.count("\n", 0, found.start())
        return self.line


def _is_web(src: str) -> bool:
    """Whether a picture's address is a page's: it has a host, or starts at the site's root.

    A path that exists on this machine was meant as one, and is refused as such.
    """
    if src.startswith("/") and not src.startswith("//"):
        try:
            return not Path(unquote(src)).exists()
        except (OSError, ValueError):
            return True
    return src.startswith("//") or _scheme(src) in ("http", "https")


def _scheme(address: str) -> str:
    found = re.match(r"([a-z]+):", address, re.IGNORECASE)
    return found[1].lower() if found else ""


def _absolute(address: str, base: str) -> str | None:
    address = address.strip()
    if scheme := _scheme(address):
        return None if scheme in HERE_ONLY else address
    try:
        return urljoin(base, address)
    except ValueError:  # a host that is none
        return None


def _picture_or_its_alt(found: re.Match[str]) -> str:
    given = dict(GIVEN.findall(found[1]))
    if "src" in given:
        return found[0]
    return escape(unescape(given.get("alt", "")), quote=False)


def _media(html: str, found: dict[str, LocalFile]) -> Iterator[Media]:
    seen = set()
    for tag in IMG.finditer(html):
        given = {name: unescape(value) for name, value in GIVEN.findall(tag[1])}
        name = given["src"].removeprefix("media:")
        if name in found and name not in seen:
            seen.add(name)
            yield found[name].media(alt=given.get("alt", ""), caption=given.get("title", ""))


def _check_words(tokens: Sequence[Token], html: str, line: int) -> None:
    """Raw HTML must not swallow or move a word of the text around it."""
    text = plain(html)
    at = 0
    for token, words in _words(tokens):
        for word in words:
            here = text.find(word, at)
            if here < 0:
                where = line + (token.map[0] if token.map else 0)
                said = excerpt(word, 40)
                raise Flaw(
                    where, f"HTML tags above swallow or move '{said}' (close or delete them)"
                )
            at = here + len(word)


def _words(tokens: Sequence[Token]) -> Iterator[tuple[Token, list[str]]]:
    for token in tokens:
        if token.type in ("fence", "code_block"):
            yield token, WORD.findall(token.content)
        for child in token.children or ():
            if child.type in ("text", "code_inline"):
                yield token, WORD.findall(child.content)


def _lead(tokens: Sequence[Token], html: str) -> str:
    """The first paragraph's words; else the first in a list or quotation, else the first words."""
    paragraphs = [
        (opening.level, _said(inline))
        for opening, inline in pairwise(tokens)
        if opening.type == "paragraph_open"
    ]
    top = (text for level, text in paragraphs if text and level == 0)
    deeper = (text for _, text in paragraphs if text)
    lines = (line for line in plain(html).split("\n"))
    return next(top, "") or next(deeper, "") or next(lines, "")


def _said(inline: Token) -> str:
    return squeeze("".join(_spoken(child) for child in inline.children or ()))


def _spoken(token: Token) -> str:
    if token.type in ("text", "code_inline"):
        return token.content
    if token.type in ("softbreak", "hardbreak") or token.content.lower().startswith("<br"):
        return " "
    return ""
