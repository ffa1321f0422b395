"""RSS 2.0 and Atom, by feedgen; imported only when a feed is made, since that is slow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from html import escape, unescape
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from feedgen.util import xml_elem, xml_fromstring

from syndicate import Media
from syndicate_feed import addresses
from syndicate_feed.entries import EMPTY_FEED_DATE, Entry, FeedHead, media_title
from syndicate_feed.namespaces import ATOM_NS, CONTENT_NS, LANGUAGE_ATTRIBUTE, TOMBSTONES_NS

RSS_TYPE, ATOM_TYPE = "application/rss+xml", "application/atom+xml"
NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "media": "http://search.yahoo.com/mrss/",
}
HISTORY = "http://purl.org/syndication/history/1.0"  # RFC 5005
PLAIN_TEXT_VALUE = re.compile(rb">[^<]*+</(?!description>|content:)")  # text that is no HTML
WEB_PREFIXES = ("https://", "http://")
MARKUP = re.compile(r"<[a-z/!?]", re.IGNORECASE)


def rss_items(entries: Sequence[Entry], language: str) -> list[bytes]:
    """Return entries as items of RSS 2.0, with one enclosure and a description each."""
    feed = _generator(language)
    feed.register_extension("more", Namespaces, atom=False)
    for entry in entries:
        item = _item(feed, entry)
        for media in entry.enclosures[:1]:
            item.enclosure(media.url, media.size, media.media_type)
        item.description(_as_html(entry.summary), isSummary=True)
        item.register_extension("more", partial(MoreOfRss, entry, language), atom=False)
    written = _elements(feed.rss_str(pretty=True), b"    <item", b"    </item>\n")
    return [_unmistakable(item) for item in written]


def atom_entries(entries: Sequence[Entry], language: str) -> list[bytes]:
    """Return entries as Atom entries."""
    feed = _generator(language)
    feed.register_extension("more", AtomNamespaces, rss=False)
    for entry in entries:
        item = _item(feed, entry)
        item.author(name=entry.author)
        item.summary(entry.summary)
        item.register_extension("more", partial(MoreOfAtom, entry, language), rss=False)
    return _elements(feed.atom_str(pretty=True), b"  <entry", b"  </entry>\n")


def rss_document(head: FeedHead, name: str, items: Iterable[bytes]) -> bytes:
    """Return a feed as RSS 2.0, of items made by ``rss_items``."""
    feed = _feed(head, name, RSS_TYPE)
    feed.register_extension("more", partial(MoreOfRssFeed, head), atom=False)
    start, end, rest = feed.rss_str(pretty=True).rpartition(b"  </channel>")
    return b"".join((_unmistakable(start), *items, end, rest))


def atom_document(
    head: FeedHead, name: str, entries: Iterable[bytes], killed: Iterable[tuple[str, str, str]]
) -> bytes:
    """Return a feed as Atom, of entries made by ``atom_entries``.

    ``killed``: the id of each entry to be removed, when (RFC 3339) and why.
    """
    feed = _feed(head, name, ATOM_TYPE)
    feed.register_extension("more", partial(MoreOfAtomFeed, head, list(killed)), rss=False)
    start, end, rest = feed.atom_str(pretty=True).rpartition(b"</feed>")
    return b"".join((start, *entries, end, rest))


def read_rss(written: bytes) -> Iterator[tuple[str, str]]:
    """Yield the title and the HTML of the feed, then of each item."""
    channel = xml_fromstring(written).find("channel")
    yield channel.findtext("title") or "", escape(channel.findtext("description") or "")
    for item in channel.iter("item"):
        yield (
            item.findtext("title") or "",
            item.findtext(f"{CONTENT_NS}encoded") or item.findtext("description") or "",
        )


def read_atom(written: bytes) -> Iterator[tuple[str, str]]:
    """Yield the title and the HTML of the feed, then of each entry."""
    feed = xml_fromstring(written)
    yield (
        feed.findtext(f"{ATOM_NS}title") or "",
        escape(feed.findtext(f"{ATOM_NS}subtitle") or ""),
    )
    for entry in feed.iter(f"{ATOM_NS}entry"):
        yield (
            entry.findtext(f"{ATOM_NS}title") or "",
            entry.findtext(f"{ATOM_NS}content") or "",
        )


class Namespaces:
    """The extension of the RSS feed: names the namespaces of its items."""

    def extend_ns(self) -> dict[str, str]:
        return NAMESPACES

    def extend_rss(self, feed: Any) -> Any:
        return feed


class MoreOfRss:
    """The extension of an RSS item: who wrote it, when it changed, its language and media."""

    def __init__(self, entry: Entry, feed_language: str) -> None:
        self.entry = entry
        self.foreign = entry.language != feed_language

    def extend_rss(self, item: Any) -> Any:
        _add(item, "dc", "creator", self.entry.author)
        if self.foreign:
            _add(item, "dc", "language", self.entry.language)
        _add(item, "dcterms", "modified", self.entry.updated.isoformat())
        _add_source(item, self.entry)
        for media in self.entry.media:
            _add_media(item, media)
        return item


class MoreOfRssFeed(Namespaces):
    """The extension of the RSS feed: its hubs, and where its archive begins."""

    def __init__(self, head: FeedHead) -> None:
        self.head = head

    def extend_rss(self, feed: Any) -> Any:
        channel = feed[0]
        for rel, address in _relations(self.head):
            xml_elem(f"{ATOM_NS}link", channel, href=address, rel=rel)
        return feed


class AtomNamespaces:
    """The extension of the Atom feed: names the namespaces of its entries."""

    def extend_ns(self) -> dict[str, str]:
        return {"dc": NAMESPACES["dc"]}

    def extend_atom(self, feed: Any) -> Any:
        return feed


class MoreOfAtomFeed(AtomNamespaces):
    """The extension of the Atom feed: what it is a page of, and tombstones for what was killed."""

    def __init__(self, head: FeedHead, killed: Sequence[tuple[str, str, str]]) -> None:
        self.head, self.killed = head, killed

    def extend_ns(self) -> dict[str, str]:
        more = {"at": TOMBSTONES_NS[1:-1]} if self.killed else {}
        more |= {"fh": HISTORY} if self.head.page else {}
        return super().extend_ns() | more

    def extend_atom(self, feed: Any) -> Any:
        for rel, address in _relations(self.head):
            xml_elem("link", feed, href=address, rel=rel)
        if self.head.page:
            xml_elem(f"{{{HISTORY}}}archive", feed)
        for ref, when, reason in self.killed:
            stone = xml_elem(f"{TOMBSTONES_NS}deleted-entry", feed, ref=ref, when=when)
            xml_elem(f"{TOMBSTONES_NS}comment", stone).text = reason
        return feed


class MoreOfAtom:
    """The extension of an Atom entry: its sources and enclosures, and a language of its own."""

    def __init__(self, entry: Entry, feed_language: str) -> None:
        self.entry = entry
        self.foreign = entry.language != feed_language

    def extend_atom(self, item: Any) -> Any:
        if self.foreign:
            item.set(LANGUAGE_ATTRIBUTE, self.entry.language)
        for source in self.entry.sources[:1]:
            _add(item, "dc", "source", source.uri or source.name)
        for related in self.entry.related:
            xml_elem("link", item, href=related.url, rel="related", title=related.headline)
        for media in self.entry.enclosures:  # feedgen forgets every attribute but href
            xml_elem("link", item, **_enclosure(media))
        return item


def _generator(language: str) -> FeedGenerator:
    """Return a feed with only what feedgen requires: it is made for its items."""
    feed = FeedGenerator()
    feed.id("-")
    feed.title("-")
    feed.description("-")
    feed.link(href="-", rel="alternate")
    feed.language(language)
    feed.updated(EMPTY_FEED_DATE)
    return feed


def _feed(head: FeedHead, name: str, media_type: str) -> FeedGenerator:
    feed, publisher = FeedGenerator(), head.publisher
    # the pages of an archive are the same feed, continued
    folder = "" if head.page else head.folder
    feed.id(f"{head.origin}/{folder}{addresses.ATOM}")
    feed.title(head.title)
    feed.description(head.description)
    feed.language(head.language)
    feed.updated(head.updated)  # else it is the clock's, and the bytes change every time
    feed.generator("syndicate")  # without a version: an upgrade changes no feed
    feed.author({"name": publisher.name, "email": publisher.email, "uri": publisher.url})
    if publisher.email:
        feed.managingEditor(f"{publisher.email} ({publisher.name})")
    if publisher.logo:
        feed.logo(publisher.logo)
    feed.link(href=head.address(name), rel="self", type=media_type)
    feed.link(href=publisher.url, rel="alternate")  # last, or RSS would link to itself
    return feed


def _relations(head: FeedHead) -> Iterator[tuple[str, str]]:
    """Yield a document's links: hubs (WebSub) and its archive (RFC 5005)."""
    if head.page:
        yield "current", f"{head.base}/{addresses.ATOM}"
    else:
        yield from (("hub", hub) for hub in head.hubs)
    if head.previous:
        yield "prev-archive", f"{head.base}/{addresses.of_archive(head.previous)}"


def _item(feed: FeedGenerator, entry: Entry) -> FeedEntry:
    item = feed.add_entry(order="append")
    item.id(entry.id)
    item.title(entry.title)
    item.published(entry.published)
    item.updated(entry.updated)
    item.content(entry.html, type="html")
    for tag in entry.tags:
        item.category(term=tag)
    if entry.url:
        item.link(href=entry.url, rel="alternate")
    return item


def _enclosure(media: Media) -> dict[str, str]:
    link = {"rel": "enclosure", "type": media.media_type, "length": str(media.size)}
    titled = {"title": media_title(media)} if media_title(media) else {}
    return {"href": media.url or ""} | link | titled


def _elements(written: bytes, start: bytes, end: bytes) -> list[bytes]:
    """Split into the elements between these tags, which text cannot hold."""
    first = written.find(start)
    parts = written[first:].split(end)[:-1] if first >= 0 else []
    return [part + end for part in parts]


def _unmistakable(written: bytes) -> bytes:
    """Escape plain text as the RSS Profile asks: some readers take it for HTML otherwise."""
    return PLAIN_TEXT_VALUE.sub(_numbered, written)


def _numbered(found: re.Match[bytes]) -> bytes:
    return found[0].replace(b"&lt;", b"&#x3C;").replace(b"&amp;", b"&#x26;")


def _as_html(text: str) -> str:
    """Return plain text where RSS expects HTML: escaped only where it would be misread."""
    return escape(text) if MARKUP.search(text) or unescape(text) != text else text


def _add_source(item: Any, entry: Entry) -> None:
    """Add RSS's own element where there is an address: validators want one source only."""
    linked = [source for source in entry.sources if source.uri.startswith(WEB_PREFIXES)]
    if linked:
        xml_elem("source", item, url=linked[0].uri).text = linked[0].name
    elif entry.sources:
        _add(item, "dc", "source", entry.sources[0].name)


def _add_media(item: Any, media: Media) -> None:
    medium = "document" if media.is_document else "image"
    about: dict[str, object] = {"url": media.url, "medium": medium, "type": media.media_type}
    about |= {"fileSize": media.size, "width": media.width, "height": media.height}
    content = _add(item, "media", "content", "")
    for name, value in about.items():
        if value:
            content.set(name, str(value))
    if described := media_title(media) or media.caption:
        _add(content, "media", "description", described).set("type", "plain")
    if media.creator:
        _add(content, "media", "credit", media.creator)


def _add(parent: Any, prefix: str, name: str, text: str) -> Any:
    element = xml_elem(f"{{{NAMESPACES[prefix]}}}{name}", parent)
    element.text = text or None
    return element
