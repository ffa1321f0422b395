"""Who gives the pictures, documents and pages of articles an address that every channel shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import cached_property
from hashlib import sha256

from syndicate.channel import Channel
from syndicate.ledger import Catalogue, Standing
from syndicate.model import edition_keys
from syndicate.model.article import Item
from syndicate.office import Office
from syndicate.planning import editions
from syndicate.version import VERSION


class Hosting:
    """What the host has of articles, within one planning transaction."""

    def __init__(self, office: Office, catalogue: Catalogue) -> None:
        self.office, self.catalogue = office, catalogue
        self.host = office.host
        self._forms: dict[str, str] = {}  # by a channel's name

    @cached_property
    def number(self) -> int:
        """The host's, in the ledger."""
        assert self.host is not None
        return self.office.remembered(self.catalogue, self.host).id

    def form(self, channel: Channel) -> str:
        """The name of what decides how articles look in a channel, whatever they say."""
        if channel.name not in self._forms:
            made = [_settings(one) for one in (channel, self.host) if one is not None]
            form = repr((VERSION, made, self.office.publisher))
            self._forms[channel.name] = sha256(form.encode()).hexdigest()[:16]
        return self._forms[channel.name]

    def stamp(self, channel: Channel, standing: Standing) -> str:
        """Return the name of all that a channel's words on one article are made from."""
        item, [hosted] = standing.item, self.there([standing.uri]).values()
        made = (standing.version, standing.major_version, standing.reading, item.expired, hosted)
        return f"{self.form(channel)} {sha256(repr(made).encode()).hexdigest()}"

    def worded(self, items: Iterable[Item], channel: Channel) -> list[Item]:
        """Articles in a channel's words, with addresses for what the host has of them."""
        items = list(items)
        host, there = self.host, self.there([item.article.uri for item in items])
        worded = []
        for item in items:
            hosted, paged = there[item.article.uri]
            media_url = host.media_url if host and hosted else None
            page_url = host.page_url(item.article) if host and paged else None
            worded.append(editions.for_channel(item, channel, media_url, page_url))
        return worded

    def there(self, uris: Sequence[str]) -> dict[str, tuple[bool, bool]]:
        """Whether each article's pictures, and a page of it, are with the host."""
        if self.host is None:
            return dict.fromkeys(uris, (False, False))
        number, channels = self.number, self.catalogue.channels
        channels.read(uris)
        keys = [f"{edition_keys.PAGE_PREFIX}{uri}" for uri in uris]
        paged = self.catalogue.editions.standing(number, keys)
        return {
            uri: (number in channels.having(uri), f"{edition_keys.PAGE_PREFIX}{uri}" in paged)
            for uri in uris
        }


def _settings(channel: Channel) -> tuple[str, list[tuple[str, str]]]:
    given = [(field.name, repr(getattr(channel, field.name, None))) for field in fields(channel)]
    return f"{type(channel).__module__}.{type(channel).__qualname__}", given
