"""Entries of a feed, independent of its formats: one for each item, valid in XML."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime
from html import escape, unescape
from typing import Any

from syndicate import Article, Dateline, InfoSource, Item, Media, Publisher, Related
from syndicate.text import as_uri, datelined, distinct, plain, squeeze
from syndicate.text.i18n import correction_line, document_line, ended_line, words_for

EMPTY_FEED_DATE = datetime(2000, 1, 1, tzinfo=UTC)  # an empty feed has no date of its own
FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # by XML 1.0
TAG_ATTRIBUTES = r"""(?:[^>"']|"[^"]*"|'[^']*')*"""
ENTRY_TAG = re.compile(rf"<(?P<end>/?)(?P<name>[a-z][a-z0-9]*){TAG_ATTRIBUTES}>", re.IGNORECASE)
HOMELESS_PICTURE = re.compile(
    rf'<img\s{TAG_ATTRIBUTES}src="media:[^"]*"{TAG_ATTRIBUTES}>', re.IGNORECASE
)
TEXT_FIELDS: dict[type, tuple[str, ...]] = {}  # what valid_in_xml() has to look at, by type
# an address with something in it that no URI may hold
LINKED = re.compile(
    r'(<(?:a|img)\b[^<>]*?\s(?:href|src)=")'
    r'([^"]*(?:[^\x00-\x7f"]|[\[\] |{}^`\\]|%(?![0-9A-Fa-f]{2})|#[^"#]*#)[^"]*)"'
)
HOLLOW = re.compile(rf"<(a|p|figure)(?:\s{TAG_ATTRIBUTES})?>\s*</\1>\n?", re.IGNORECASE)
CONTAINERS = {"blockquote", "ul", "ol", "dl", "table", "figure", "div", "pre"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed."""

    id: str
    title: str
    url: str | None
    html: str  # with its corrections, and what stands beside it
    body: str  # the same without them
    beside: tuple[str, ...]  # paragraphs above it: that it is over, what it answers, its answers
    related: tuple[Related, ...]  # the articles of these that have a page
    notice: str  # that it is over, else the newest correction
    summary: str  # plain text
    published: datetime
    updated: datetime
    language: str
    author: str
    tags: tuple[str, ...]
    sources: tuple[InfoSource, ...]  # whose information it is
    killed: datetime | None  # when its removal was asked for
    reason: str  # of that
    pictures: tuple[Media, ...]  # each has a public address
    documents: tuple[Media, ...]  # so has each of these

    @property
    def media(self) -> tuple[Media, ...]:
        """Pictures first: RSS has room for one enclosure."""
        return (*self.pictures, *self.documents)

    @property
    def enclosures(self) -> tuple[Media, ...]:
        """The media whose length and type are known."""
        return tuple(media for media in self.media if media.size and media.media_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHead:
    """The metadata of a feed document."""

    title: str
    description: str
    base: str  # the public address of the feed's folder
    origin: str  # the first one that it had: a feed keeps its id (RFC 4287, 4.2.6)
    folder: str  # the document's, below it: "", "subjects/pilkada/"
    language: str
    publisher: Publisher
    updated: datetime  # of its newest change
    hubs: tuple[str, ...]
    page: int  # of the archive; 0 is what is new
    previous: int  # the page of the archive that is older than this document; 0 is none

    def address(self, name: str) -> str:
        """Return the address of a document in the same folder."""
        return f"{self.base}/{self.folder}{name}"


def entries(items: Iterable[Item], publisher: Publisher) -> list[Entry]:
    """Return the entries of items."""
    publisher = valid_in_xml(publisher)
    return [_entry(valid_in_xml(item), publisher) for item in items]


def media_title(media: Media) -> str:
    """Return the title of an enclosure."""
    return media.label if media.is_document else media.alt


def valid_in_xml(value: Any) -> Any:
    """Return the same value, its texts without the characters that XML forbids."""
    if isinstance(value, str):  # a test that is quicker than the search
        return value if value.isprintable() else FORBIDDEN.sub("", value)
    if isinstance(value, tuple):
        return tuple(map(valid_in_xml, value)) if value else value
    changed = {}
    for name in _texts(type(value)):
        before = getattr(value, name)
        if before and (after := valid_in_xml(before)) is not before and after != before:
            changed[name] = after
    return replace(value, **changed) if changed else value


def _texts(kind: type) -> tuple[str, ...]:
    """Return the fields that may hold texts, directly or deeper."""
    if kind not in TEXT_FIELDS:
        plain = ("int", "bool", "datetime", "datetime | None")  # annotations are texts themselves
        given = fields(kind) if is_dataclass(kind) else ()
        TEXT_FIELDS[kind] = tuple(field.name for field in given if field.type not in plain)
    return TEXT_FIELDS[kind]


def _entry(item: Item, publisher: Publisher) -> Entry:
    article = _addressed(item.article)
    item = _linked_well(replace(item, article=article))
    language = article.language or publisher.language
    withdrawal = item.withdrawal
    is_withdrawn = withdrawal is not None
    corrections = [] if is_withdrawn else list(_corrections(item, publisher, language))
    body = _notice(item, language) if is_withdrawn else _content(article, language)
    notices = (f"<p><strong>{escape(line)}</strong></p>" for line in corrections)
    ended = _ended(item, publisher, language)
    beside = tuple(_beside(item, ended, language))
    return Entry(
        id=article.uri,
        title=_title(item, language),
        url=article.url,
        html="\n".join((*beside, *notices, body)),
        body=body,
        beside=beside,
        related=tuple(each for each in _answers(item) if each.url),
        notice=ended or (corrections[0] if corrections else ""),
        summary=squeeze(plain(body) if is_withdrawn else article.lead),
        published=_moment(item.published, publisher),
        updated=_moment(max(item.updated, item.published), publisher),
        language=language,
        author=squeeze(article.by) or publisher.name,
        tags=distinct(article.subjects),
        sources=() if is_withdrawn else article.originators,
        killed=_moment(withdrawal.at, publisher) if withdrawal and withdrawal.kill else None,
        reason=squeeze(withdrawal.reason) if withdrawal else "",
        pictures=() if is_withdrawn else _public(article.pictures),
        documents=() if is_withdrawn else _public(article.documents),
    )


def addressed(publisher: Publisher) -> Publisher:
    """Return the office with its addresses as URIs."""
    return replace(publisher, url=as_uri(publisher.url), logo=as_uri(publisher.logo))


def _addressed(article: Article) -> Article:
    """Return the article with its addresses as URIs, never IRIs (RFC 4287, 4.2.7)."""
    return replace(
        article,
        url=as_uri(article.url) if article.url else None,
        html=LINKED.sub(_as_uri, article.html),
        media=tuple(replace(each, url=each.url and as_uri(each.url)) for each in article.media),
        info_sources=tuple(replace(each, uri=as_uri(each.uri)) for each in article.info_sources),
    )


def _linked_well(item: Item) -> Item:
    """Return the item with the addresses of its answers as URIs."""
    replies_to = item.replies_to and _addressed_related(item.replies_to)
    return replace(
        item, replies_to=replies_to, replies=tuple(map(_addressed_related, item.replies))
    )


def _addressed_related(related: Related) -> Related:
    return replace(related, url=related.url and as_uri(related.url))


def _as_uri(found: re.Match[str]) -> str:
    address = unescape(found[2])
    uri = as_uri(address)
    return found[0] if uri == address else f'{found[1]}{escape(uri)}"'


def _public(media: Iterable[Media]) -> tuple[Media, ...]:
    return tuple(each for each in media if each.url)


def _moment(when: datetime, publisher: Publisher) -> datetime:
    # one zone whatever the ledger answers in, or the same feed would have other bytes
    return when.astimezone(publisher.zone).replace(microsecond=0)


def _title(item: Item, language: str) -> str:
    headline = squeeze(item.article.headline) or item.article.uri
    return f"{words_for(language)['withdrawn']}: {headline}" if item.withdrawal else headline


def _notice(item: Item, language: str) -> str:
    assert item.withdrawal is not None
    texts = words_for(language)
    reason = escape(squeeze(item.withdrawal.reason))
    return (
        f"<p><strong>{texts['withdrawn_notice']}</strong></p>\n<p>{texts['reason']}: {reason}</p>"
    )


def _content(article: Article, language: str) -> str:
    body = with_dateline(without_homeless_pictures(article.html), article.dateline)
    first, *others = _figures(article, language) or [""]
    below = (*others, *_links(article, language), _source(article, language))
    parts = (first, body, *below)
    return "\n".join(part.strip() for part in parts if part.strip())


def _corrections(item: Item, publisher: Publisher, language: str) -> Iterable[str]:
    for note in reversed(item.corrections):
        yield correction_line(note.at, squeeze(note.note), publisher.zone, language, note.label)


def _ended(item: Item, publisher: Publisher, language: str) -> str:
    article = item.article
    if not (item.ended and article.expires):
        return ""
    return ended_line(article.profile, article.expires, publisher.zone, language)


def _answers(item: Item) -> tuple[Related, ...]:
    return (*filter(None, (item.replies_to,)), *item.replies)


def _beside(item: Item, ended: str, language: str) -> Iterable[str]:
    """Yield the paragraphs above an article that are not its own revision's."""
    texts = words_for(language)
    if ended:
        yield f"<p><strong>{escape(ended)}</strong></p>"
    if item.replies_to:
        yield _answer(texts["reply_to"], item.replies_to)
    for reply in item.replies:
        yield _answer(texts["right_of_reply"], reply)


def _answer(label: str, related: Related) -> str:
    headline = escape(squeeze(related.headline))
    if related.url:
        headline = f'<a href="{escape(related.url)}">{headline}</a>'
    return f"<p>{label}: {headline}</p>"


def _figures(article: Article, language: str) -> list[str]:
    """Return the hosted pictures that the body does not show itself."""
    hosted = _public(article.pictures)
    return [_figure(picture, language) for picture in hosted if not _shows(article, picture)]


def _links(article: Article, language: str) -> Iterable[str]:
    for document in _public(article.documents):
        label = escape(document_line(document, language))
        yield f'<p><a href="{escape(document.url or "")}">{label}</a></p>'


def _shows(article: Article, picture: Media) -> bool:
    return f'"{escape(picture.url or "", quote=False)}"' in article.html


def _figure(picture: Media, language: str) -> str:
    parts = [
        picture.caption,
        picture.creator and f"{words_for(language)['photo']}: {picture.creator}",
    ]
    caption = escape(squeeze(" – ".join(filter(None, parts))))
    size = f' width="{picture.width}" height="{picture.height}"' if picture.width else ""
    image = f'<img src="{escape(picture.url or "")}" alt="{escape(squeeze(picture.alt))}"{size}>'
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f"<figure>{image}{below}</figure>"


def _source(article: Article, language: str) -> str:
    if not article.originators:
        return ""
    names = ", ".join(_linked(source) for source in article.originators)
    return f"<p>{words_for(language)['source']}: {names}</p>"


def _linked(source: InfoSource) -> str:
    name = escape(squeeze(source.name))
    if not source.uri.startswith(("https://", "http://")):
        return name
    return f'<a href="{escape(source.uri)}">{name}</a>'


def without_homeless_pictures(html: str) -> str:
    """Leave out the pictures that no channel hosts."""
    kept, found = HOMELESS_PICTURE.subn("", html)
    while found:  # what held nothing but the picture goes too, from the inside out
        kept, found = HOLLOW.subn("", kept)
    return kept


def with_dateline(html: str, dateline: Dateline | None) -> str:
    """Insert the dateline before the first paragraph of the article's own text."""
    if not dateline or not dateline.text.strip():
        return html
    shown = f"<strong>{escape(datelined(dateline.text))} </strong>"
    at = _first_paragraph(html)
    return f"<p>{shown}</p>\n{html}" if at is None else html[:at] + shown + html[at:]


def _first_paragraph(html: str) -> int | None:
    """Return the offset of the first paragraph outside quotations, lists and figures."""
    depth = 0
    for tag in ENTRY_TAG.finditer(html):
        name = tag["name"].lower()
        if name in CONTAINERS:
            depth += -1 if tag["end"] else 1
        elif name == "p" and not tag["end"] and not depth:
            end = html.find("</p>", tag.end())
            if plain(html[tag.end() : None if end < 0 else end]):
                return tag.end()
    return None
