"""JSON Feed 1.1."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from syndicate import Media
from syndicate_feed.entries import Entry, FeedHead, media_title

JSON_FEED_VERSION = "https://jsonfeed.org/version/1.1"
USER_COMMENT = "This is a feed, made by syndicate: add its address to a feed reader to follow it."


def json_document(head: FeedHead, name: str, items: Sequence[bytes]) -> bytes:
    """Return the feed as JSON Feed, of items made by ``json_item``."""
    publisher = head.publisher
    feed = {
        "version": JSON_FEED_VERSION,
        "title": head.title,
        "home_page_url": publisher.url,
        "feed_url": head.address(name),
        "description": head.description,
        "user_comment": USER_COMMENT,
        "icon": publisher.logo,
        "authors": [{"name": publisher.name, "url": publisher.url}],
        "language": head.language,
        "hubs": [{"type": "WebSub", "url": hub} for hub in head.hubs],
    }
    start = json.dumps(_given(feed), ensure_ascii=False, indent=2).removesuffix("\n}")
    held = b"".join((b"\n", b",\n".join(items), b"\n  ")) if items else b""
    return b"".join((start.encode(), b',\n  "items": [', held, b"]\n}\n"))


def json_item(entry: Entry, feed_language: str) -> bytes:
    """Return one item for a feed in this language."""
    written = json.dumps(_item(entry, feed_language), ensure_ascii=False, indent=2)
    return f"    {written}".replace("\n", "\n    ").encode()


def read_json_feed(written: bytes) -> Iterator[tuple[str, str]]:
    """Yield the title and the HTML of the feed, then of each item."""
    feed = json.loads(written)
    yield feed["title"], escape(feed["description"])
    for item in feed["items"]:
        yield item["title"], item["content_html"]


def _item(entry: Entry, feed_language: str) -> dict[str, Any]:
    return _given(
        {
            "id": entry.id,
            "url": entry.url,
            "title": entry.title,
            "content_html": entry.html,
            "summary": entry.summary,
            "image": entry.pictures[0].url if entry.pictures else None,
            "date_published": entry.published.isoformat(),
            "date_modified": entry.updated.isoformat(),
            "authors": [{"name": entry.author}],
            "tags": list(entry.tags),
            "language": entry.language if entry.language != feed_language else None,
            "attachments": [_attachment(media) for media in entry.enclosures],
        }
    )


def _attachment(media: Media) -> dict[str, Any]:
    return _given(
        {
            "url": media.url,
            "mime_type": media.media_type,
            "title": media_title(media),
            "size_in_bytes": media.size,
        }
    )


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    """Drop empty fields, except ``content_html``, which every item must have."""
    return {name: value for name, value in fields.items() if value or name == "content_html"}
