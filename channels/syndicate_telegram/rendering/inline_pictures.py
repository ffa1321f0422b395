"""Pictures inside an article's text: what of them a post says in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from html import unescape
from urllib.parse import unquote, urlsplit

from syndicate.text import apart
from syndicate_telegram.rendering.link_urls import is_taken

ANCHOR = re.compile(r"<a\b[^>]*>.*?</a>", re.DOTALL)
IMG = re.compile(r"<img\b(?P<given>[^>]*)>")
GIVEN = re.compile(r'([a-z-]+)="([^"]*)"')


def in_words(html: str, shown: Collection[str]) -> str:
    """Return the HTML with links to the pictures that the post does not show.

    ``shown`` are the addresses of those it does. A picture that is a link's text is its
    description: nobody can touch a picture in a post.
    """
    if "<img" not in html:
        return html
    html = ANCHOR.sub(lambda found: IMG.sub(_description, found[0]), html)
    return IMG.sub(lambda found: _link(found, shown), html)


def _description(found: re.Match[str]) -> str:
    return apart(found, _said(found))


def _said(found: re.Match[str]) -> str:
    given = dict(GIVEN.findall(found["given"]))
    texts = dict.fromkeys(filter(None, (given.get("alt"), given.get("title"))))
    return " – ".join(texts) or _file(given.get("src", ""))


def _link(found: re.Match[str], shown: Collection[str]) -> str:
    given = dict(GIVEN.findall(found["given"]))
    address = given.get("src", "")
    if unescape(address) in shown or not is_taken(unescape(address)):
        return apart(found, "")
    return apart(found, f'<a href="{address}">{_said(found)}</a>')


def _file(address: str) -> str:
    return unquote(urlsplit(unescape(address)).path).rpartition("/")[2]
