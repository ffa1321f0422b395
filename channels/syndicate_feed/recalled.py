"""Recall published articles from the files of a feed's folder, where they are ours."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

from syndicate import Article, Item, Publisher
from syndicate_feed import addresses, files
from syndicate_feed.namespaces import ATOM_NS, LANGUAGE_ATTRIBUTE

MOST_FEED_BYTES = 16 * 1024 * 1024  # bytes of a feed that is read
GUID = re.compile(rb"<guid[^>]*>([^<]+)</guid>")


def recalled(folder: Path) -> list[str]:
    """Return the uris of a feed's entries, from the first of its files that has any."""
    for name, uris in ((addresses.JSON, _in_json), (addresses.RSS, _in_rss)):
        if found := list(uris(_ours(folder / name))):
            return found
    return []


def recalled_items(folder: Path, publisher: Publisher) -> Iterator[Item]:
    """Yield the entries of a feed and its archive, each once, as items."""
    archive = sorted((folder / "archive").glob("*.xml"), key=_page, reverse=True)
    uris = set()
    for path in (folder / addresses.ATOM, *archive):
        for item in _in_atom(_ours(path), publisher):
            if item.article.uri not in uris:
                uris.add(item.article.uri)
                yield item


def _page(path: Path) -> int:
    return int(path.stem) if path.stem.isdecimal() else 0


def _in_atom(content: bytes, publisher: Publisher) -> Iterator[Item]:
    if not content or b"<!DOCTYPE" in content:  # ours has none, and so no entity of its own
        return
    try:
        entries = list(ET.fromstring(content).iter(f"{ATOM_NS}entry"))  # noqa: S314 - see above
    except ET.ParseError:  # half a file
        return
    for entry in entries:
        try:
            yield _item(entry, publisher)
        except ValueError:  # a date that is none
            continue


def _item(entry: ET.Element, publisher: Publisher) -> Item:
    author = entry.findtext(f"{ATOM_NS}author/{ATOM_NS}name", "")
    links = [link for link in entry.iter(f"{ATOM_NS}link") if link.get("rel") == "alternate"]
    summary = entry.findtext(f"{ATOM_NS}summary", "")
    published = _moment(entry, "published")
    article = Article(
        uri=entry.findtext(f"{ATOM_NS}id", ""),
        headline=entry.findtext(f"{ATOM_NS}title", ""),
        html=entry.findtext(f"{ATOM_NS}content", ""),
        lead=summary,
        language=entry.get(LANGUAGE_ATTRIBUTE, ""),
        date=published,
        by="" if author == publisher.name else author,
        subjects=tuple(tag.get("term", "") for tag in entry.iter(f"{ATOM_NS}category")),
        url=links[0].get("href") if links else None,
    )
    updated = _moment(entry, "updated")
    return Item(article=article, version=1, published=published, updated=updated)


def _moment(entry: ET.Element, name: str) -> datetime:
    found = datetime.fromisoformat(entry.findtext(f"{ATOM_NS}{name}", ""))
    if found.tzinfo is None:
        raise ValueError("a moment without its zone")
    return found


def _in_json(content: bytes) -> Iterator[str]:
    try:
        feed = json.loads(content)
    except (ValueError, RecursionError):  # half a file, or none
        return
    items = feed.get("items") if isinstance(feed, dict) else None
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            yield item["id"]


def _in_rss(content: bytes) -> Iterator[str]:
    for found in GUID.findall(content):
        yield unescape(found.decode(errors="replace"))


def _ours(path: Path) -> bytes:
    """Return a file's content; nothing where it is not a file, not ours, or too large."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return b""
        content = file.read(MOST_FEED_BYTES + 1)
    return content if len(content) <= MOST_FEED_BYTES and files.is_marked(content) else b""
