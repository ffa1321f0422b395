"""Pages for people: the feed's folder itself, and an article's own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from syndicate import Item, Media
from syndicate.text import excerpt, squeeze
from syndicate.text.i18n import day, moment, words
from syndicate_feed import addresses
from syndicate_feed.entries import Entry, Head
from syndicate_feed.pieces import Line

if TYPE_CHECKING:
    from jinja2 import Template

NEWEST = 20  # items on the folder's page
LONGEST = 300  # characters of a description for search engines
MAIN = re.compile(r"<main.*?</main>", re.DOTALL)
FORMS = (
    ("RSS", addresses.RSS, "application/rss+xml"),
    ("Atom", addresses.ATOM, "application/atom+xml"),
    ("JSON Feed", addresses.JSON, "application/feed+json"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A feed that readers can follow."""

    name: str  # of its form
    title: str
    url: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Teaser:
    """An item as the folder's page tells of it."""

    line: Line
    when: str  # in words
    at: str  # RFC 3339


def index(head: Head, lines: Sequence[Line], subjects: Sequence[str]) -> bytes:
    """The page of the folder: how to follow the feed, and what is new."""
    teasers = [
        Teaser(line, _day(line.published, head.language), line.published) for line in lines[:NEWEST]
    ]
    by_subject = {
        subject: _feeds(head, addresses.of_subject(subject), f"{head.title}: {subject}")
        for subject in subjects
    }
    feeds = _feeds(head, "", head.title)
    return _written("index.html.jinja", head, teasers=teasers, feeds=feeds, by_subject=by_subject)


def page(head: Head, entry: Entry, item: Item, address: str) -> bytes:
    """An article's own page, at this address."""
    zone = head.publisher.zone
    said = entry.published, entry.updated
    is_changed = item.version > 1 and said[0] != said[1]
    published, updated = (moment(at, zone, entry.language) for at in said)
    history = [
        (one.at.isoformat(), moment(one.at, zone, entry.language), squeeze(one.note))
        for one in reversed(item.corrections)
    ]
    return _written(
        "article.html.jinja", head, language=entry.language, entry=entry,
        published=published, updated=updated if is_changed else "", history=history,
        withdrawn=item.withdrawal is not None, canonical=entry.url or address,
        description=excerpt(entry.summary, LONGEST), feeds=_feeds(head, "", head.title),
        index=f"{head.base}/{addresses.INDEX}", data=_json_ld(head, entry, item, address),
    )  # fmt: skip


def seen(written: bytes) -> str:
    """The HTML of what a page says, without its frame."""
    found = MAIN.search(written.decode())
    return found[0] if found else ""


def _feeds(head: Head, folder: str, title: str) -> list[Link]:
    return [Link(name, title, f"{head.base}/{folder}{file}", kind) for name, file, kind in FORMS]


def _day(at: str, language: str) -> str:
    return day(datetime.fromisoformat(at).date(), language)


def _json_ld(head: Head, entry: Entry, item: Item, address: str) -> str:
    """The article in schema.org's terms, safe inside a script element."""
    publisher, article = head.publisher, item.article
    office = {"@type": "Organization", "name": publisher.name, "url": publisher.url}
    logo = {"logo": {"@type": "ImageObject", "url": publisher.logo}} if publisher.logo else {}
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": entry.id,
        "mainEntityOfPage": entry.url or address,
        "headline": entry.title,
        "description": entry.summary,
        "inLanguage": entry.language,
        "datePublished": entry.published.isoformat(),
        "dateModified": entry.updated.isoformat(),
        "author": {"@type": "Person", "name": entry.author} if article.by else office,
        "publisher": office | logo,
        "dateline": article.dateline.text if article.dateline and not item.withdrawal else "",
        "keywords": list(entry.tags),
        "image": [_image(picture) for picture in entry.pictures],
        "sourceOrganization": [
            {"@type": "Organization", "name": one.name} | ({"url": one.uri} if one.uri else {})
            for one in entry.sources
        ],
        "correction": [
            {"@type": "CorrectionComment", "text": squeeze(one.note),
             "datePublished": one.at.isoformat()}
            for one in item.corrections
        ],
        "creativeWorkStatus": "Withdrawn" if item.withdrawal else "",
    }  # fmt: skip
    written = json.dumps({name: value for name, value in said.items() if value}, ensure_ascii=False)
    return written.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _image(picture: Media) -> Mapping[str, Any]:
    said = {"@type": "ImageObject", "url": picture.url, "caption": picture.caption or picture.alt}
    said |= {"creditText": picture.creator}
    size = {"width": picture.width, "height": picture.height} if picture.width else {}
    return {name: value for name, value in said.items() if value} | size


def _written(name: str, head: Head, **given: object) -> bytes:
    said = {"language": head.language, "head": head} | given
    template = _template(name)
    written: str = template.render(said | {"w": words(str(said["language"])), "style": _style()})
    return written.encode()


@cache
def _style() -> str:
    return files(__package__).joinpath("templates/site.css").read_text(encoding="utf-8").strip()


@cache
def _template(name: str) -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    source = files(__package__).joinpath(f"templates/{name}").read_text(encoding="utf-8")
    return environment.from_string(source)
