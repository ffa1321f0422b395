"""Report what a command leaves for later: to coming digests, and to channels it does not name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from syndicate.channel import Channel, Scope
from syndicate.channel.mailing_list import MailingList
from syndicate.ledger import Catalogue
from syndicate.model.article import Item
from syndicate.model.step import Action
from syndicate.office import Office
from syndicate.report import Line
from syndicate.sources import Draft
from syndicate.text.i18n import moment

REVISED = ("correction", "refile")
NEWS = ("original", "correction")  # kinds of revisions that readers are told of
Awaited = Mapping[str, frozenset[str]]  # by a list's name, the uris that its next digest tells of


def awaited(office: Office, catalogue: Catalogue, uris: Sequence[str]) -> Awaited:
    """Return by list which of these articles its next digest is going to carry, as things stand."""
    return {
        channel.name: frozenset(_awaited(office, catalogue, channel, uris))
        for channel in office.lists
    }


def digest_lines(
    office: Office, catalogue: Catalogue, drafts: Sequence[Draft], kinds: Mapping[str, str],
    before: Awaited, *, chosen: Sequence[Channel], named: Collection[str] = (),
) -> Iterator[Line]:  # fmt: skip
    """Yield what a command makes part of coming digests, and what it leaves out there.

    ``before``: what they would carry without it. ``chosen`` are the command's channels, ``named``
    those that it names itself.
    """
    after = awaited(office, catalogue, list(kinds))
    for channel in sorted(office.lists, key=lambda channel: channel not in chosen):
        due = moment(office.next_digest(catalogue, channel), office.publisher.zone, "en")
        why = f"in the digest of {due}"
        for draft in drafts:
            uri = draft.article.uri
            is_in, is_news = uri in after[channel.name], kinds[uri] in NEWS
            if is_in and (is_news or uri not in before[channel.name]):
                yield Line(channel=channel.name, about=uri, address="", action="digest", why=why)
            elif is_in and channel.name in named:
                yield _nothing(channel, uri, why)
            elif (
                not is_in
                and is_news
                and channel not in chosen
                and _takes(catalogue, channel, draft)
            ):
                left_out = (
                    f"not in the next digest: publish it without --channel, or with {channel.name}"
                )
                yield _nothing(channel, uri, left_out)


def digest_line(office: Office, catalogue: Catalogue, channel: MailingList, uri: str) -> Line:
    """Return when a list's next digest is going to tell of an article."""
    due = office.next_digest(catalogue, channel)
    why = f"in the digest of {moment(due, office.publisher.zone, 'en')}"
    return Line(channel=channel.name, about=uri, address="", action="digest", why=why)


def coming_lines(office: Office, catalogue: Catalogue, uri: str) -> list[Line]:
    """Return which coming digests are going to tell of an article, as things stand."""
    lists = awaited(office, catalogue, [uri])
    return [
        digest_line(office, catalogue, channel, uri)
        for channel in office.lists
        if lists[channel.name]
    ]


def left_lines(
    office: Office, catalogue: Catalogue, kinds: Mapping[str, str], chosen: Sequence[Channel]
) -> Iterator[Line]:
    """Yield where a changed article stands as it was: its channels that the command leaves out."""
    revised = [uri for uri, kind in kinds.items() if kind in REVISED]
    for channel in office.channels:
        if channel in chosen:
            continue
        known = office.remembered(catalogue, channel)
        for uri in revised:
            stands = known.id in catalogue.channels.having(uri)
            if stands and channel.scope is not Scope.DIGEST:
                yield _nothing(
                    channel, uri,
                    f"stays as it was: publish it without --channel, or with {channel.name}",
                )  # fmt: skip


def is_for(draft: Draft, channel: Channel) -> bool:
    """Return whether an article's file means it for a channel."""
    return draft.article.channels is None or channel.name in draft.article.channels


def takes(catalogue: Catalogue, channel: Channel, number: int, item: Item) -> bool:
    """Return whether an article is for a channel: a reply goes wherever went what it answers."""
    original = item.article.replies_to
    has_original = bool(original) and number in catalogue.channels.having(original)
    return has_original or channel.takes(item)


def _awaited(
    office: Office, catalogue: Catalogue, channel: MailingList, uris: Sequence[str]
) -> Iterator[str]:
    known = office.remembered(catalogue, channel)
    due = office.next_digest(catalogue, channel)
    for item in catalogue.windows.unsent(known.id, due, office.clock(), among=uris):
        if not item.withdrawal:
            yield item.article.uri
    yield from catalogue.corrections.counted(known.id, uris)


def _takes(catalogue: Catalogue, channel: Channel, draft: Draft) -> bool:
    standing = catalogue.articles.standing(draft.article.uri)
    known = catalogue.channels.named(channel.name)
    return (
        is_for(draft, channel)
        and standing is not None
        and takes(catalogue, channel, known.id if known else 0, standing.item)
    )


def _nothing(channel: Channel, uri: str, why: str) -> Line:
    return Line(channel=channel.name, about=uri, address="", action=Action.NOTHING, why=why)
