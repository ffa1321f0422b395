"""Fragments of HTML that load nothing and run nothing, wherever they are shown. Pure.

The only pictures in them are local: their src is ``media:SHA256``, which whoever shows them
replaces by the picture itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape, unescape

from syndicate.text import squeeze, visible

TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "div", "dl", "dt", "em",
    "figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "li", "mark",
    "ol", "p", "pre", "q", "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
# what a reader would not see, or could not without a program
UNSEEN = {
    "audio", "canvas", "form", "head", "iframe", "math", "noscript", "object", "script", "style",
    "svg", "template", "textarea", "title", "video",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href"},
    "img": {"src", "alt"},
    "ol": {"start", "type"},
    "table": {"role"},  # presentation: a letter's columns
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
SCHEMES = {"http", "https", "mailto", "tel", "media"}
LOCAL_PICTURE = re.compile(r"media:([0-9a-f]{64})(?:\.\w+)?")
LINK = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>|<a>(.*?)</a>', re.DOTALL)
IMAGE = re.compile(r'<img(?=[\s>])(?:[^>"]|"[^"]*")*>')
GIVEN = re.compile(r'\b(src|alt)="([^"]*)"')
UNDESCRIBED = re.compile(rf'(<img src="{LOCAL_PICTURE.pattern}") alt="">')
TITLES = re.compile(r"<(/?)h1\b", re.IGNORECASE)  # the page's own


def sanitised(html: str, *, is_dead: Callable[[str], bool], picture: str) -> str:
    """Return a fragment that is safe in any page or letter.

    ``is_dead`` says of an address that no link may lead there: its words stay. ``picture`` is the
    word that stands for a picture which would have to be loaded from somewhere, with its
    alternative text and address.
    """
    import nh3

    cleaned = nh3.clean(
        TITLES.sub(r"<\1h2", visible(html)),
        tags=TAGS,
        clean_content_tags=UNSEEN,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel=None,
    )
    linked = LINK.sub(lambda found: _link(found, is_dead), cleaned)
    return IMAGE.sub(lambda found: _image(found[0], is_dead, picture), linked).strip()


def with_pictures(html: str, addresses: Mapping[str, str], words: Mapping[str, str]) -> str:
    """Return a fragment with local pictures at these addresses (data: or cid:), by sha256.

    ``words`` stand in the place of those that have no address.
    """

    def placed(found: re.Match[str]) -> str:
        given = dict(GIVEN.findall(found[0]))
        local = LOCAL_PICTURE.fullmatch(given.get("src", ""))
        if local is None:
            return ""
        if address := addresses.get(local[1], ""):
            alt = given.get("alt", "")
            return f'<img src="{escape(address)}" alt="{alt}" style="max-width:100%;height:auto">'
        return f"<em>{escape(words.get(local[1], ''), quote=False)}</em>"

    return IMAGE.sub(placed, html)


def with_descriptions(html: str, alts: Mapping[str, str]) -> str:
    """Return a fragment whose local pictures without a text have their own, by sha256."""

    def described(found: re.Match[str]) -> str:
        alt = squeeze(alts.get(found[2], ""))
        return f'{found[1]} alt="{escape(alt)}">'

    return UNDESCRIBED.sub(described, html)


def local_pictures(html: str) -> tuple[str, ...]:
    """Return the sha256 of the local pictures in a fragment, each once."""
    return tuple(dict.fromkeys(LOCAL_PICTURE.findall(html)))


def as_fragment(text: str) -> str:
    """Return plain text as a fragment: a paragraph for each, its lines apart."""
    paragraphs = re.split(r"\n\s*\n", text.strip("\n"))
    lines = (escape(paragraph, quote=False).replace("\n", "<br>") for paragraph in paragraphs)
    return "\n".join(f'<p dir="auto">{line}</p>' for line in lines if line)


def _link(found: re.Match[str], is_dead: Callable[[str], bool]) -> str:
    """Return a link that may be followed, or its words alone."""
    to, words = found[1] or "", found[2] if found[1] is not None else found[3]
    if not to or is_dead(unescape(to)) or to.startswith("media:"):
        return f"<u>{words}</u>"
    return f'<a href="{to}" rel="noopener noreferrer">{words}</a>'


def _image(tag: str, is_dead: Callable[[str], bool], word: str) -> str:
    """Return a local picture, or words in the place of any other."""
    given = dict(GIVEN.findall(tag))
    src, alt = given.get("src", ""), squeeze(given.get("alt", ""))
    if LOCAL_PICTURE.fullmatch(src):
        return f'<img src="{src}" alt="{alt}">'
    address = src if src.startswith("http") and not is_dead(unescape(src)) else ""
    about = " – ".join(filter(None, (alt, address)))
    return f"<em>[{escape(word)}{f': {about}' if about else ''}]</em>"
