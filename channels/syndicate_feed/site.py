"""Pages for readers: the index of the feed's folder, and a page for each article."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from syndicate import Item, Media, Related
from syndicate.model.article import Correction
from syndicate.text import excerpt, squeeze
from syndicate.text.i18n import day, moment, words_for
from syndicate_feed import addresses
from syndicate_feed.entries import Entry, FeedHead
from syndicate_feed.pieces import ItemSummary

if TYPE_CHECKING:
    from jinja2 import Template

NEWEST = 20  # items on the folder's page
LONGEST_DESCRIPTION = 300  # characters of a description for search engines
MAIN = re.compile(r"<main.*?</main>", re.DOTALL)
FEED_FORMATS = (
    ("RSS", addresses.RSS, "application/rss+xml"),
    ("Atom", addresses.ATOM, "application/atom+xml"),
    ("JSON Feed", addresses.JSON, "application/feed+json"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLink:
    """A feed that readers can follow."""

    name: str  # of its format
    title: str
    url: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaser:
    """An item on the folder's page."""

    item: ItemSummary
    when: str  # in words
    at: str  # RFC 3339


def index_page(head: FeedHead, items: Sequence[ItemSummary], subjects: Sequence[str]) -> bytes:
    """Return the folder's page: how to follow the feed, and the newest items."""
    teasers = [
        Teaser(item=item, when=_day(item.published, head.language), at=item.published)
        for item in items[:NEWEST]
    ]
    by_subject = {
        subject: _feeds(head, addresses.of_subject(subject), f"{head.title}: {subject}")
        for subject in subjects
    }
    feeds = _feeds(head, "", head.title)
    return _rendered("index.html.jinja", head, teasers=teasers, feeds=feeds, by_subject=by_subject)


def article_page(head: FeedHead, entry: Entry, item: Item, address: str, follow: str = "") -> bytes:
    """Return an article's own page, at this address."""
    zone = head.publisher.zone
    is_changed = item.version > 1 and entry.published != entry.updated
    published = moment(entry.published, zone, entry.language)
    updated = moment(entry.updated, zone, entry.language)
    history = [
        (note.at.isoformat(), moment(note.at, zone, entry.language), _history_note(note, entry))
        for note in reversed(_shown_corrections(item))
    ]
    return _rendered(
        "article.html.jinja",
        head,
        language=entry.language,
        entry=entry,
        published=published,
        updated=updated if is_changed else "",
        history=history,
        withdrawn=item.withdrawal is not None,
        follow=follow if item.withdrawal is None else "",
        canonical=entry.url or address,
        description=excerpt(entry.summary, LONGEST_DESCRIPTION),
        feeds=_feeds(head, "", head.title),
        index=f"{head.base}/{addresses.INDEX}",
        data=_json_ld(head, entry, item, address),
    )


def _shown_corrections(item: Item) -> Sequence[Correction]:
    """Return what readers were told of; nothing of a killed article, whose words it may repeat."""
    is_killed = item.withdrawal is not None and item.withdrawal.kill
    return () if is_killed else item.corrections


def _history_note(note: Correction, entry: Entry) -> str:
    if not note.undoes:
        return squeeze(note.note)
    label = words_for(entry.language)[note.label].capitalize()
    return f"{label}: {squeeze(note.note)}" if note.note else label


def main_html(page: bytes) -> str:
    """Return the HTML of a page's main element."""
    main = MAIN.search(page.decode())
    return main[0] if main else ""


def _feeds(head: FeedHead, folder: str, title: str) -> list[FeedLink]:
    return [
        FeedLink(name=name, title=title, url=f"{head.base}/{folder}{file}", media_type=media_type)
        for name, file, media_type in FEED_FORMATS
    ]


def _day(at: str, language: str) -> str:
    return day(datetime.fromisoformat(at).date(), language)


def _json_ld(head: FeedHead, entry: Entry, item: Item, address: str) -> str:
    """Return the article in schema.org's terms, safe inside a script element."""
    publisher, article = head.publisher, item.article
    office = {"@type": "Organization", "name": publisher.name, "url": publisher.url}
    logo = {"logo": {"@type": "ImageObject", "url": publisher.logo}} if publisher.logo else {}
    data: dict[str, Any] = {
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
            {"@type": "Organization", "name": source.name}
            | ({"url": source.uri} if source.uri else {})
            for source in entry.sources
        ],
        "expires": article.expires.isoformat() if article.expires else "",
        "about": [_reference(item.replies_to)] if item.replies_to else [],
        "subjectOf": [_reference(reply) for reply in item.replies],
        "correction": [
            {
                "@type": "CorrectionComment",
                "text": squeeze(note.note),
                "datePublished": note.at.isoformat(),
            }
            for note in _shown_corrections(item)
            if not note.undoes
        ],
        "creativeWorkStatus": "Withdrawn" if item.withdrawal else "",
    }
    written = json.dumps({name: value for name, value in data.items() if value}, ensure_ascii=False)
    return written.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _reference(related: Related) -> Mapping[str, str]:
    about = {"@type": "NewsArticle", "@id": related.uri, "headline": squeeze(related.headline)}
    return about | ({"url": related.url} if related.url else {})


def _image(picture: Media) -> Mapping[str, Any]:
    about = {"@type": "ImageObject", "url": picture.url, "caption": picture.caption or picture.alt}
    about |= {"creditText": picture.creator}
    size = {"width": picture.width, "height": picture.height} if picture.width else {}
    return {name: value for name, value in about.items() if value} | size


def _rendered(name: str, head: FeedHead, **given: object) -> bytes:
    values = {"language": head.language, "head": head} | given
    values |= {"w": words_for(str(values["language"])), "style": _style()}
    written: str = _template(name).render(values)
    return written.encode()


@cache
def _style() -> str:
    return files(__package__).joinpath("templates/site.css").read_text(encoding="utf-8").strip()


@cache
def _template(name: str) -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    source = files(__package__).joinpath(f"templates/{name}").read_text(encoding="utf-8")
    return environment.from_string(source)
