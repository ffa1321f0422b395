"""Read the annotations of articles: replies, the mark of an end, reminders.

All of it changes without a new revision, and without ``updated`` (RFC 4287, 4.2.15): a deadline
was announced with the article, and a reply is an article of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from syndicate.config.deadlines import Deadlines
from syndicate.ledger import Catalogue, Standing
from syndicate.model.annotations import OnExpiry, Related, Reminder
from syndicate.model.article import Item, Publisher
from syndicate.planning.editions import without_text

PageUrls = Callable[[Collection[str]], Mapping[str, str]]  # by uri, of the articles that have one


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """Annotations of one article: what readers see with it, and is no part of its revision."""

    ended: bool = False
    replies_to: Related | None = None
    replies: tuple[Related, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    deadline: datetime | None = None  # as the article says it now, where any of this names it

    def stamp(self, *, reminders: bool = True) -> str:
        """Return its part of a cache key; "" for nothing."""
        sent = [(reminder.key, reminder.over) for reminder in self.reminders if reminders]
        deadline = self.deadline.timestamp() if self.deadline and (self.ended or sent) else 0
        parts = (self.ended, self.replies_to, self.replies, sent, deadline)
        return sha256(repr(parts).encode()).hexdigest()[:16] if any(parts) else ""


NOTHING = Annotations()


def annotated(item: Item, annotations: Annotations) -> Item:
    """Return an item with its annotations."""
    return replace(
        item,
        ended=annotations.ended and item.withdrawal is None,
        replies_to=annotations.replies_to,
        replies=annotations.replies,
        reminders=annotations.reminders,
    )


def read_annotations(
    catalogue: Catalogue, publisher: Publisher, page_urls: PageUrls, uris: Sequence[str]
) -> dict[str, Annotations]:
    """Return by uri the annotations of these articles, where there are any."""
    originals, answers = catalogue.replies.originals(uris), catalogue.replies.answers(uris)
    reminders = catalogue.reminders.of(uris)
    ended = catalogue.articles.ended(uris)
    catalogue.articles.read(originals.values())
    known = {uri: catalogue.articles.standing(uri) for uri in originals.values()}
    catalogue.articles.read((*reminders, *ended))
    linked = [standing for standing in known.values() if standing]
    linked += [standing for each in answers.values() for standing in each]
    related = _related(linked, publisher, page_urls)
    return {
        uri: Annotations(
            ended=uri in ended,
            replies_to=related.get(originals.get(uri, "")),
            replies=tuple(related[standing.uri] for standing in answers.get(uri, ())),
            reminders=reminders.get(uri, ()),
            deadline=_deadline(catalogue, uri) if uri in reminders or uri in ended else None,
        )
        for uri in dict.fromkeys((*originals, *answers, *reminders, *ended))
    }


def _deadline(catalogue: Catalogue, uri: str) -> datetime | None:
    standing = catalogue.articles.standing(uri)
    return standing.item.article.expires if standing else None


def marked(deadlines: Deadlines, standings: Iterable[Standing]) -> list[str]:
    """Return the articles that have expired, and whose readers are to see it."""
    return [
        standing.uri
        for standing in standings
        if standing.item.expired
        and deadlines.of(standing.item.article.profile).on_expiry is OnExpiry.MARK
    ]


def _related(
    standings: Sequence[Standing], publisher: Publisher, page_urls: PageUrls
) -> dict[str, Related]:
    urls = page_urls([standing.uri for standing in standings])
    return {
        standing.uri: Related(
            uri=standing.uri,
            headline=without_text(standing.item, publisher).article.headline,
            url=standing.item.article.url or urls.get(standing.uri, ""),
        )
        for standing in standings
    }
