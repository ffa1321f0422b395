"""Build editions: articles as they stand, put into the scope of a channel."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from syndicate.channel import Channel
from syndicate.model.article import Article, Edition, Item, Media, Publisher
from syndicate.model.edition_keys import ARCHIVE, COLLECTION, PAGE_PREFIX, SUBJECT
from syndicate.text import folded
from syndicate.text.i18n import moment, words_for

MEDIA_TAG = re.compile(
    r'(<(?:img\b[^>]*?\bsrc|a\b[^>]*?\bhref)=")media:([0-9a-f]{64})(?:\.\w+)?("[^>]*>)'
)
HOMELESS = re.compile(r'<a\b[^>]*?\bhref="media:[^>]*>(.*?)</a>', re.DOTALL)
PLACE = re.compile(r'(<a\b[^>]*?\bhref=")#')  # in the article itself

MediaUrl = Callable[[Media], str]


def article(item: Item, publisher: Publisher) -> Edition:
    """Return one article's edition, under its uri."""
    return Edition(key=item.article.uri, publisher=publisher, items=(item,))


def collection(publisher: Publisher, *, pages: int = 0) -> Edition:
    """Return the edition of everything that is live; what was withdrawn stays as a notice."""
    return Edition(key=COLLECTION, publisher=publisher, items=(), pages=pages)


def about(subject: str, publisher: Publisher) -> Edition:
    """Return the edition of what is live and about one subject."""
    key = f"{SUBJECT}{folded(subject)}"
    return Edition(key=key, publisher=publisher, items=(), subject=subject)


def archived(page: int, publisher: Publisher) -> Edition:
    """Return the edition of one page of a collection's archive."""
    return Edition(key=f"{ARCHIVE}{page}", publisher=publisher, items=(), page=page)


def page(item: Item, publisher: Publisher) -> Edition:
    """Return the edition of one article's own page."""
    return Edition(key=f"{PAGE_PREFIX}{item.article.uri}", publisher=publisher, items=(item,))


def digest(
    new: Iterable[Item],
    changed: Iterable[Item],
    publisher: Publisher,
    *,
    opened: datetime,
    closed: datetime,
    key: str = "",
    number: int = 0,
    reminders: Iterable[Item] = (),
) -> Edition:
    """Return the digest of a window [opened, closed), with changes of what earlier ones carried.

    The newest revision is carried once; what was withdrawn before it was ever carried is left out.
    Nobody is reminded of what is over, or stands in the digest anyway.
    """
    again = tuple(changed)
    carried = {item.article.uri for item in again}
    near = (item for item in reminders if item.article.uri not in carried)
    fresh = tuple(item for item in new if not item.withdrawal and item.article.uri not in carried)
    return Edition(
        key=key or window_key(closed),
        publisher=publisher,
        items=fresh,
        corrections=again,
        opened=opened,
        closed=closed,
        number=number,
        reminders=tuple(item for item in near if _is_near(item, closed)),
    )


def _is_near(item: Item, closed: datetime) -> bool:
    expires = item.article.expires
    return expires is not None and expires > closed and not (item.expired or item.withdrawal)


def urgent(
    parts: Mapping[str, Iterable[Item]], publisher: Publisher, *, at: datetime, key: str
) -> Edition:
    """Return one article's letter; ``parts`` maps ``new`` or ``correction`` to it."""
    return Edition(
        key=key,
        publisher=publisher,
        items=tuple(item for item in parts.get("new", ()) if not item.withdrawal),
        corrections=tuple(parts.get("correction", ())),
        closed=at,
        urgent=True,
    )


def window_key(closed: datetime) -> str:
    """Return the name of a digest: the end of its window, ``2024-05-02T17:00:00+07:00``."""
    return closed.isoformat()


def for_channel(
    item: Item, channel: Channel, hosted: MediaUrl | None, page_url: str | None = None
) -> Item:
    """Return an item in a channel's words, with the addresses of its page and hosted media."""
    worded = item.article.worded_for(channel.name)
    worded = replace(worded, url=worded.url or page_url)
    if hosted and any(media.sha256 for media in worded.media):
        urls = {media.sha256: hosted(media) for media in worded.media if media.sha256}
        placed = tuple(replace(m, url=urls[m.sha256]) if m.sha256 else m for m in worded.media)
        worded = replace(worded, media=placed, html=_placed(worded.html, urls))
    return replace(item, article=replace(worded, html=_led(worded.html, worded.url)))


def without_text(item: Item, publisher: Publisher) -> Item:
    """Return an item as readers may see it: of a killed article no word, and its date for a name.

    Its addresses stay, and its subjects, by which feeds and lists know whom its notice concerns.
    """
    if not (item.withdrawal and item.withdrawal.kill):
        return item
    article = item.article
    bare = Article(
        uri=article.uri, url=article.url, headline=dated_name(item, publisher), html="", lead="",
        language=article.language, date=article.date, profile=article.profile,
        subjects=article.subjects, urgency=article.urgency, expires=article.expires,
        channels=article.channels,
    )  # fmt: skip
    return replace(item, article=bare)


def dated_name(item: Item, publisher: Publisher) -> str:
    """Return what an article is called where its headline is not to be read: "article of …"."""
    language = item.article.language or publisher.language
    when = moment(item.published, publisher.zone, language)
    return words_for(language)["article_of"].format(when=when)


def local_media(items: Iterable[Item]) -> dict[str, Media]:
    """Return by sha256 the local pictures and documents of articles that still stand."""
    standing = (item for item in items if not item.withdrawal)
    return {m.sha256: m for item in standing for m in item.article.media if m.sha256}


def _placed(html: str, urls: Mapping[str, str]) -> str:
    def place(found: re.Match[str]) -> str:
        url = urls.get(found[2])
        return f"{found[1]}{_attribute(url)}{found[3]}" if url else found[0]

    return MEDIA_TAG.sub(place, html)


def _led(html: str, url: str | None) -> str:
    """Point links to places in the article to its page; drop those to files that nobody hosts."""
    if 'href="media:' in html:
        html = HOMELESS.sub(r"\1", html)
    if url and 'href="#' in html:
        page = _attribute(url.partition("#")[0])
        html = PLACE.sub(lambda found: f"{found[1]}{page}#", html)
    return html


def _attribute(url: str) -> str:
    return url.replace("&", "&amp;").replace('"', "&quot;")
