"""Hold what is not urgent while a channel's hours last (``hold_hours``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from syndicate.channel import Channel
from syndicate.ledger import Catalogue
from syndicate.ledger.processes.waits import HELD
from syndicate.model.article import URGENT
from syndicate.model.hours import end_of_hours
from syndicate.office import Office
from syndicate.text.i18n import moment


def held_editions(office: Office, channel: Channel, numbers: Iterable[int]) -> dict[int, str]:
    """Return those of a channel's editions that wait now, each with until when.

    What is urgent never waits, nor does what takes an article back. An edition of a list without a
    window is a letter of its own, which is urgent.
    """
    zone = office.publisher.zone
    until = end_of_hours(channel.hold_hours, office.clock(), zone)
    if until is None:
        return {}
    why = f"{HELD} {moment(until, zone, 'en')} (channels.{channel.name}.hold_hours)"
    with office.ledger.reading() as db:
        return dict.fromkeys(_that_can_wait(Catalogue(db), list(numbers)), why)


def _that_can_wait(catalogue: Catalogue, numbers: list[int]) -> Iterator[int]:
    for number, key, is_digest in catalogue.editions.named(numbers):
        standing = catalogue.articles.standing(key)
        is_held = is_digest
        if standing:
            is_urgent = standing.item.article.urgency in URGENT
            is_held = standing.pub_status == "usable" and not is_urgent
        if is_held:
            yield number
