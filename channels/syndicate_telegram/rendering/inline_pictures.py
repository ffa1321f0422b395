"""Pictures inside an article's text, which a post cannot show there: links to them. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from html import unescape
from urllib.parse import unquote, urlsplit

from syndicate.text import apart
from syndicate_telegram.rendering.link_urls import is_linkable

ANCHOR = re.compile(r"<a\b[^>]*>.*?</a>", re.DOTALL)
IMG = re.compile(r"<img\b(?P<attributes>[^>]*)>")
IMG_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')


def link_pictures(html: str, shown: Collection[str]) -> str:
    """Return the HTML with links to the pictures that the post does not show.

    ``shown`` are the addresses of those it does. A picture that is a link's text is its
    description: nobody can touch a picture in a post.
    """
    if "<img" not in html:
        return html
    html = ANCHOR.sub(lambda anchor: IMG.sub(_in_anchor, anchor[0]), html)
    return IMG.sub(lambda img: _link(img, shown), html)


def _in_anchor(img: re.Match[str]) -> str:
    return apart(img, _description(img))


def _description(img: re.Match[str]) -> str:
    attributes = dict(IMG_ATTRIBUTE.findall(img["attributes"]))
    texts = dict.fromkeys(filter(None, (attributes.get("alt"), attributes.get("title"))))
    return " – ".join(texts) or _file_name(attributes.get("src", ""))


def _link(img: re.Match[str], shown: Collection[str]) -> str:
    address = dict(IMG_ATTRIBUTE.findall(img["attributes"])).get("src", "")
    if unescape(address) in shown or not is_linkable(unescape(address)):
        return apart(img, "")
    return apart(img, f'<a href="{address}">{_description(img)}</a>')


def _file_name(address: str) -> str:
    return unquote(urlsplit(unescape(address)).path).rpartition("/")[2]
