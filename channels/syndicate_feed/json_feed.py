"""JSON Feed 1.1."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from syndicate import Media
from syndicate_feed.entries import Contents, Entry, media_title

VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(contents: Contents, address: str) -> bytes:
    """The feed as JSON Feed."""
    publisher = contents.publisher
    feed = {
        "version": VERSION,
        "title": contents.title,
        "home_page_url": publisher.url,
        "feed_url": f"{contents.url}/{address}",
        "description": contents.description,
        "icon": publisher.logo,
        "authors": [{"name": publisher.name, "url": publisher.url}],
        "language": contents.language,
    }
    items = [_item(entry, contents.language) for entry in contents.entries]
    written = json.dumps(_given(feed) | {"items": items}, ensure_ascii=False, indent=2)
    return f"{written}\n".encode()


def read_json(written: bytes) -> Iterator[tuple[str, str]]:
    """The title and the HTML of the feed, then of each item."""
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
    """Without what is empty; an item without text keeps its ``content_html``, as it must."""
    return {name: value for name, value in fields.items() if value or name == "content_html"}
