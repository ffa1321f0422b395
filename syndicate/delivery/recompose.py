"""Recompose letters that have not left yet: what changed in mid-run is read again."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from syndicate.channel import Channel, Scope
from syndicate.ledger import Catalogue, KnownChannel, Window
from syndicate.model.article import Edition
from syndicate.model.edition_keys import variant_of
from syndicate.planning import editions
from syndicate.planning.hosting import Hosting
from syndicate.planning.plan import Failed
from syndicate.report import edition_name
from syndicate.system.logs import unexpected

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recomposed:
    """A digest that is on its way: its key, or why it could not be composed anew."""

    key: str = ""
    failed: Failed | None = None


def recompose(hosting: Hosting, uris: Iterable[str]) -> list[Recomposed]:
    """Compose anew what of running digests holds these articles.

    A withdrawn article is gone from it, and so is one that is held, until it is released; where
    nothing is left, no more letters leave. Letters about a held article alone wait as they are.
    """
    return [recomposed for uri in uris for recomposed in _recomposed(hosting, uri)]


def _recomposed(hosting: Hosting, uri: str) -> Iterator[Recomposed]:
    office, catalogue = hosting.office, hosting.catalogue
    for edition, known, window in catalogue.digests.unfinished(uri):
        channel = next((c for c in office.channels if c.name == known.name), None)
        if channel is None or channel.scope is not Scope.DIGEST:
            continue
        if window.closed is None and _is_held(catalogue, uri):
            continue
        again = _again(hosting, channel, edition, known, window)
        try:
            [rendition] = [None] if again.is_empty else channel.render(again)
        except Exception as error:  # a channel that fails never stops the others
            unexpected(log, f"{channel.name}: cannot compose {window.key} anew", error)
            which = edition_name(window.key, office.publisher.zone)
            why = office.scrub(f"cannot compose digest {which} again: {error!r}")
            yield Recomposed(failed=Failed(channel, why))
            continue
        items = (*again.items, *again.corrections, *again.reminders)
        versions = {item.article.uri: item.version for item in items}
        catalogue.digests.recompose(edition, rendition, versions)
        if _is_held(catalogue, uri):
            if not catalogue.digests.got_in(edition, uri):
                catalogue.windows.come_again(edition, uri)
        elif not catalogue.digests.got(known.id, uri):  # nobody need be told what became of it
            catalogue.windows.carry_newest(known.id, uri)
        yield Recomposed(variant_of(window.key)[0])


def _is_held(catalogue: Catalogue, uri: str) -> bool:
    standing = catalogue.articles.standing(uri)
    return standing is not None and standing.held is not None


def _again(
    hosting: Hosting, channel: Channel, number: int, known: KnownChannel, window: Window
) -> Edition:
    """Return what a digest that is on its way says now."""
    office, catalogue = hosting.office, hosting.catalogue
    parts = {
        part: hosting.worded(catalogue.windows.carried(number, part), channel)
        for part in ("new", "correction", "reminder")
    }
    if window.closed is None:
        return editions.urgent(parts, office.publisher, at=window.opened, key=window.key)
    return editions.digest(
        parts["new"],
        parts["correction"],
        office.publisher,
        opened=window.opened,
        closed=window.closed,
        key=window.key,
        number=catalogue.digests.issue(known.id, variant_of(window.key)[0]),
        reminders=parts["reminder"],
    )
