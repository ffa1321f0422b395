"""A feed with an illustrated article, and what a reader makes of its documents."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import feedparser

from syndicate.model.article import Item
from syndicate.model.delivery import Rendition
from syndicate.testing import HELLO, PICTURE, edition
from syndicate_feed import Feed

URL = "https://example.org/feed"
FORMATS = ("rss.xml", "atom.xml", "feed.json")
HOSTED = replace(PICTURE, url=f"{URL}/media/{PICTURE.name}", caption="One dot", creator="Ann")
ILLUSTRATED = replace(HELLO, media=(HOSTED,))


def make_feed(directory: Path = Path("unused"), **given: Any) -> Feed:
    return Feed(name="feed", title="News", url=URL, directory=directory, **given)


def rendered(feed: Feed, *items: Item) -> dict[str, Rendition]:
    return {r.address: r for r in feed.render(edition(feed, *items))}


def parsed(rendition: Rendition) -> Any:
    """What an independent reader makes of an XML feed."""
    read = feedparser.parse(rendition.content, sanitize_html=False, resolve_relative_uris=False)
    assert not read.bozo, read.get("bozo_exception")
    return read


def contents_of(feed: Feed, *items: Item) -> list[str]:
    """The HTML of the first item, in each format."""
    made = rendered(feed, *items)
    xml = [parsed(made[name]).entries[0].content[0].value for name in FORMATS[:2]]
    return [*xml, json.loads(made["feed.json"].content)["items"][0]["content_html"]]
