"""The feed: everything that is live, as RSS, Atom and JSON Feed files in a folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field

from syndicate import (
    Channel,
    Collects,
    Compares,
    Delivery,
    DeliveryError,
    Edition,
    Finding,
    HostsMedia,
    Inspects,
    Media,
    Publisher,
    Receipt,
    Refused,
    Removes,
    Rendition,
    Repeatable,
    Revises,
    Scope,
)
from syndicate.settings import ConfigPath, WebUrl
from syndicate.text import plain
from syndicate_feed import files
from syndicate_feed.entries import contents

RSS, ATOM, JSON = "application/rss+xml", "application/atom+xml", "application/feed+json"
NOWHERE = ("localhost", "127.0.0.1", "::1", "0.0.0.0")  # noqa: S104 - not bound to
OURS = re.compile(r"rss\.xml|atom\.xml|feed\.json|media/[0-9a-f]{64}(\.[a-z]+)?")


@dataclass(kw_only=True)
class Feed(Channel, Collects, Revises, Removes, Repeatable, Compares, HostsMedia, Inspects):
    """A folder for a web server: rss.xml, atom.xml, feed.json, and pictures and PDFs in media/."""

    kind = "feed"
    scope = Scope.COLLECTION

    title: Annotated[str, Field(min_length=1)]
    url: WebUrl
    """The public address of the folder."""
    directory: ConfigPath
    """The folder; it is made if it is missing."""
    items: Annotated[int, Field(ge=1)] = 50
    """How many of the newest articles the feed holds."""
    description: str = ""
    """A sentence about the feed; without it, its title."""
    language: str = ""
    """The feed's language; without it, the publisher's."""

    def __enter__(self) -> Self:
        with files.explained(self._setting, self.directory):
            if self.directory.exists() and not self.directory.is_dir():
                raise files.not_a_folder(self._setting, self.directory)
        return self

    def target(self) -> str:
        return str(self.directory.resolve())

    def render(self, edition: Edition) -> Iterator[Rendition]:
        from syndicate_feed.json_feed import json_feed
        from syndicate_feed.xml_feeds import atom, rss

        feed = contents(
            edition,
            title=self.title,
            description=self.description,
            url=self.url,
            language=self.language,
            limit=self.items,
        )
        yield Rendition("rss.xml", RSS, rss(feed, "rss.xml", RSS))
        yield Rendition("atom.xml", ATOM, atom(feed, "atom.xml", ATOM))
        yield Rendition("feed.json", JSON, json_feed(feed, "feed.json"))

    def as_text(self, rendition: Rendition) -> str:
        if rendition.media:
            return rendition.address
        said = (f"{title}\n{plain(html)}".strip() for title, html in _read(rendition))
        return "\n\n".join(said)

    def media_url(self, media: Media) -> str:
        return f"{self.url}/media/{media.name}"

    def host(self, media: Media) -> Rendition:
        return Rendition(f"media/{media.name}", media.media_type, b"", (media.sha256,))

    def publish(self, delivery: Delivery) -> Receipt:
        address = delivery.rendition.address
        path = self._path(address)
        with files.explained(self._setting, path):
            files.put(path, _content(delivery))
        return Receipt(address, f"{self.url}/{address}")

    def revise(self, delivery: Delivery, receipt: Receipt) -> Receipt:
        return self.publish(delivery)

    def remove(self, receipt: Receipt) -> None:
        path = self._path(receipt.reference)
        with files.explained(self._setting, path):
            files.drop(path)

    def holds(self, rendition: Rendition, receipt: Receipt) -> bool:
        try:
            path = self._path(receipt.reference)
            if rendition.media:
                return sha256(path.read_bytes()).hexdigest() == rendition.media[0]
            return files.has(path, rendition.content)
        except (OSError, Refused):  # gone, or not ours: publishing again will tell
            return False

    def inspect(self, publisher: Publisher) -> Iterator[Finding]:
        try:
            with files.explained(self._setting, self.directory / "rss.xml"):
                files.try_out(self.directory)
        except DeliveryError as error:
            yield Finding("folder", False, str(error))
        else:
            made = "can be written" if self.directory.exists() else "the first publication makes it"
            yield Finding("folder", True, f"{self.directory}: {made}")
        wrong = _unlikely(self.url)
        where = f"channels.{self.name}.url: {wrong}" if wrong else f"{self.url}/rss.xml"
        yield Finding("public address", not wrong, where)

    @property
    def _setting(self) -> str:
        return f"channels.{self.name}.directory"

    def _path(self, address: str) -> Path:
        # nothing but our own names: a reference never leads out of the folder or to a stranger's
        if not OURS.fullmatch(address):
            raise Refused(f"{self._setting}: {address!r} is no file of a feed; left alone")
        return self.directory / address


def _unlikely(url: str) -> str:
    """Why readers will find no feed at an address, as far as its look tells; "" if they may."""
    parts = urlsplit(url)
    if parts.hostname in NOWHERE:
        return f"{parts.hostname} is each reader's own machine: write the address of your site"
    if parts.query or parts.fragment or parts.path.endswith((".xml", ".json", ".html")):
        return f"{url} is no folder: write its public address, without a file's name"
    return ""


def _content(delivery: Delivery) -> bytes:
    rendition = delivery.rendition
    return delivery.files[rendition.media[0]] if rendition.media else rendition.content


def _read(rendition: Rendition) -> Iterator[tuple[str, str]]:
    from syndicate_feed import json_feed, xml_feeds

    readers = {RSS: xml_feeds.read_rss, ATOM: xml_feeds.read_atom, JSON: json_feed.read_json}
    return readers[rendition.media_type](rendition.content)
