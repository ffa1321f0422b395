"""Letters that have not left yet say what is true now: what changed in mid-run is read again."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from syndicate.channel import Channel, Scope
from syndicate.ledger import KnownChannel, Window
from syndicate.model.article import Edition
from syndicate.planning import editions
from syndicate.planning.prepare import Failed, Preparation
from syndicate.report import said_key
from syndicate.system.logs import unexpected

log = logging.getLogger(__name__)


def recompose(prepare: Preparation, uris: Iterable[str]) -> list[str]:
    """Compose anew what of running digests holds these articles; returns the digests' keys.

    A withdrawn article is gone from it; where nothing is left, no more letters leave.
    """
    return [key for uri in uris for key in _recomposed(prepare, uri)]


def _recomposed(prepare: Preparation, uri: str) -> list[str]:
    office, catalogue = prepare.office, prepare.catalogue
    keys = []
    for edition, known, window in catalogue.digests.unfinished(uri):
        channel = next((c for c in office.channels if c.name == known.name), None)
        if channel is None or channel.scope is not Scope.DIGEST:
            continue
        again = _again(prepare, channel, edition, known, window)
        try:
            [rendition] = channel.render(again) if again.items or again.corrections else [None]
        except Exception as error:  # a channel that fails never stops the others
            unexpected(log, f"{channel.name}: cannot compose {window.key} anew", error)
            which = said_key(window.key, office.publisher.zone)
            why = office.scrub(f"cannot say digest {which} anew: {error!r}")
            prepare.failed.append(Failed(channel, why))
            continue
        catalogue.digests.recompose(edition, rendition)
        if not catalogue.digests.got(known.id, uri):  # then nobody need be told what became of it
            catalogue.windows.carry_newest(known.id, uri)
        keys.append(window.key)
    return keys


def _again(
    prepare: Preparation, channel: Channel, number: int, known: KnownChannel, window: Window
) -> Edition:
    """What a digest that is on its way says now."""
    office, catalogue = prepare.office, prepare.catalogue
    said = {
        part: prepare.hosting.worded(catalogue.windows.carried(number, part), channel)
        for part in ("new", "correction")
    }
    if window.closed is None:
        return editions.urgent(said, office.publisher, at=window.opened, key=window.key)
    return editions.digest(
        said["new"], said["correction"], office.publisher, opened=window.opened,
        closed=window.closed, key=window.key, number=catalogue.digests.issue(known.id, window.key),
    )  # fmt: skip
