"""Facts that a plan is made from: the office's channels, and the catalogue as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from syndicate.channel import Channel
from syndicate.errors import SyndicateError
from syndicate.ledger import Catalogue, KnownChannel
from syndicate.ledger.catalogue.folders import folder
from syndicate.model.annotations import Reminder
from syndicate.model.delivery import Receipt, Rendition
from syndicate.model.step import Known
from syndicate.office import Office
from syndicate.planning.folders import is_here
from syndicate.planning.plan import Failed, Wish
from syndicate.sources import Draft

NEW_REMINDER = timedelta(hours=1)  # how long after it was decided on a reminder may begin


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Basis that one command plans from, within its planning transaction; read only."""

    office: Office
    catalogue: Catalogue
    wish: Wish
    drafts: Mapping[str, Draft] = field(default_factory=dict)  # this command's files, by uri
    changed: frozenset[str] = frozenset()  # the articles that this command made or changed
    annotated: frozenset[str] = frozenset()  # those whose annotations have changed
    _folders: dict[int, bool] = field(default_factory=dict)  # cache of is_here
    _reminders: list[dict[str, Reminder]] = field(default_factory=list)  # cache of open ones

    def known(self, channel: Channel) -> KnownChannel:
        """Return a channel as the ledger remembers it; it was registered before."""
        known = self.catalogue.channels.named(channel.name)
        assert known is not None, "planning starts when the channels are registered"
        return known

    def number(self, channel: int, key: str) -> int | None:
        """Return the number of a channel's edition; None if it is not opened yet."""
        return self.catalogue.editions.numbers(channel, [key]).get(key)

    def stamp(self, number: int | None) -> str | None:
        """Return the cache key of what an edition was rendered from."""
        return None if number is None else self.catalogue.editions.stamp(number)

    def is_here(self, channel: Channel, known: KnownChannel) -> bool:
        """Return whether a channel's folder is the one that the ledger knows."""
        if known.id not in self._folders:
            self._folders[known.id] = is_here(channel, folder(self.catalogue.db, known.id))
        return self._folders[known.id]

    def reminders(self, uri: str, *, new: bool = False) -> list[str]:
        """Return an article's reminders that may still be sent, or only those that have just come.

        On another machine one may come an hour later: there it waited for that machine's tick.
        """
        if not self._reminders:
            self._reminders.append(self.catalogue.reminders.open())
        earliest, reminder = self.office.clock() - NEW_REMINDER, self._reminders[0].get(uri)
        if reminder is None or reminder.over or (new and reminder.at < earliest):
            return []
        return [reminder.key]

    def receipts(self, channel: Channel, key: str) -> dict[str, Receipt]:
        """Return by address the receipts of what stands of an edition where the channel writes."""
        known = self.known(channel)
        here = (None, known.identity)
        return {
            address: receipt_of(state)
            for address, state in self.addresses(known.id, key).items()
            if state.present and (known.identity is None or state.destination in here)
        }

    def addresses(self, channel: int, key: str) -> Mapping[str, Known]:
        """Return what the ledger knows of every address of an edition."""
        return self.catalogue.deliveries.known(self.number(channel, key))

    def present(self, channel: int, key: str, address: str) -> Rendition | None:
        """Return what stands at an address now."""
        number = self.number(channel, key)
        return None if number is None else self.catalogue.deliveries.present(number, address)

    def failure(self, channel: Channel, what: str, error: Exception) -> Failed:
        """Return a channel's failure in words for people, without secrets."""
        why = f"{error}" if isinstance(error, SyndicateError) else f"{what}: {error!r}"
        return Failed(channel, self.office.scrub(why))


def receipt_of(state: Known) -> Receipt:
    """Return the receipt of what stands at an address."""
    return Receipt(
        reference=state.reference or "", url=state.url, destination=state.destination or ""
    )
