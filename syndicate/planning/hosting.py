"""Public addresses of articles' pictures, documents and pages, which every channel shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from hashlib import sha256

from syndicate.channel import Channel
from syndicate.ledger import Catalogue, Standing
from syndicate.model import edition_keys
from syndicate.model.article import Item
from syndicate.office import Office
from syndicate.planning import editions
from syndicate.planning.annotations import NOTHING, Annotations, annotated, read_annotations
from syndicate.planning.plan import Plan
from syndicate.version import VERSION


class Hosting:
    """Reader of what the host has of articles, within one transaction."""

    def __init__(
        self, office: Office, catalogue: Catalogue, coming: frozenset[str] = frozenset()
    ) -> None:
        self.office, self.catalogue = office, catalogue
        self.host = office.host
        self._coming = coming  # the keys of editions that the plan opens
        self._forms: dict[str, str] = {}  # cache, by a channel's name
        self._annotations: dict[str, Annotations] = {}  # cache of read_ahead(), by uri

    def with_plan(self, plan: Plan) -> Hosting:
        """Return the same with the pages that a plan gives articles."""
        number = self.number
        coming = plan.keys(number) if number is not None else frozenset()
        hosting = Hosting(self.office, self.catalogue, self._coming | coming)
        hosting._forms = self._forms
        return hosting

    @property
    def number(self) -> int | None:
        """The host's, in the ledger; None if that does not know it."""
        known = self.catalogue.channels.named(self.host.name) if self.host else None
        return known.id if known else None

    def form(self, channel: Channel) -> str:
        """Return the fingerprint of what decides how articles look in a channel."""
        if channel.name not in self._forms:
            settings = [_settings(member) for member in (channel, self.host) if member is not None]
            form = repr((VERSION, settings, self.office.publisher))
            self._forms[channel.name] = sha256(form.encode()).hexdigest()[:16]
        return self._forms[channel.name]

    def stamp(self, channel: Channel, standing: Standing) -> str:
        """Return the cache key of a channel's rendition of an article."""
        item, [hosted] = standing.item, self.hosted([standing.uri]).values()
        parts: tuple[object, ...] = (
            standing.version, standing.major_version, standing.reading, item.expired, hosted,
        )  # fmt: skip
        if annotations := self.read_ahead([standing.uri])[standing.uri].stamp():
            parts += (annotations,)
        return f"{self.form(channel)} {sha256(repr(parts).encode()).hexdigest()}"

    def worded(self, items: Iterable[Item], channel: Channel) -> list[Item]:
        """Return articles in a channel's words, with addresses for what the host has of them.

        Of a killed one no channel gets a word.
        """
        items = [editions.without_text(item, self.office.publisher) for item in items]
        uris = [item.article.uri for item in items]
        host, hosted, annotations = self.host, self.hosted(uris), self.read_ahead(uris)
        worded = []
        for item in items:
            has_media, has_page = hosted[item.article.uri]
            media_url = host.media_url if host and has_media else None
            page_url = host.page_url(item.article) if host and has_page else None
            full = annotated(item, annotations[item.article.uri])
            worded.append(editions.for_channel(full, channel, media_url, page_url))
        return worded

    def read_ahead(self, uris: Iterable[str]) -> Mapping[str, Annotations]:
        """Return by uri the annotations of articles, each read once."""
        if new := [uri for uri in uris if uri not in self._annotations]:
            found = self.annotations(new)
            self._annotations.update((uri, found.get(uri, NOTHING)) for uri in new)
        return self._annotations

    def annotations(self, uris: Sequence[str]) -> dict[str, Annotations]:
        """Return by uri the annotations of articles as they are now, where there are any."""
        return read_annotations(self.catalogue, self.office.publisher, self._page_urls, uris)

    def _page_urls(self, uris: Collection[str]) -> dict[str, str]:
        """Return by uri the addresses of the pages that the host has of articles."""
        host, items = self.host, self.catalogue.articles.items(list(uris))
        pages = [uri for uri, (_, has_page) in self.hosted(list(uris)).items() if has_page]
        found = {item.article.uri: item.article for item in items}
        return {uri: host.page_url(found[uri]) for uri in pages} if host else {}

    def hosted(self, uris: Sequence[str]) -> dict[str, tuple[bool, bool]]:
        """Return by uri if the host has an article's pictures, and if it has a page of it."""
        number, channels = self.number, self.catalogue.channels
        if number is None:
            return dict.fromkeys(uris, (False, False))
        channels.read(uris)
        keys = [f"{edition_keys.PAGE_PREFIX}{uri}" for uri in uris]
        paged = self.catalogue.editions.standing(number, keys)
        return {
            uri: (number in channels.having(uri), key in paged or key in self._coming)
            for uri, key in zip(uris, keys, strict=True)
        }


def _settings(channel: Channel) -> tuple[str, list[tuple[str, str]]]:
    given = [(field.name, repr(getattr(channel, field.name, None))) for field in fields(channel)]
    return f"{type(channel).__module__}.{type(channel).__qualname__}", given
