"""Compose letters to single people: questions to confirm, the overview of the lists, goodbyes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.channel import Channel
from syndicate.channel.mailing_list import MailingList, Membership, PlainLetter
from syndicate.ledger import KnownChannel, Leaving, ReaderRequest
from syndicate.ledger.people.replies import FOLLOW, JOIN, LEAVE, LEAVERS, MOVES
from syndicate.ledger.people.tokens import SUBSCRIPTION
from syndicate.model.delivery import Recipient, Rendition
from syndicate.office import Office
from syndicate.subscribers.address_moves import move_letter
from syndicate.subscribers.following import follow_question


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLetter:
    """A letter to one person, and the list that sends it."""

    sender: Channel
    rendition: Rendition
    recipient: Recipient


def names_of(channel: Channel) -> tuple[str, str]:
    """Return the names by which people may call a list: its name and its title."""
    return channel.name, str(getattr(channel, "title", channel.name))


def known_lists(office: Office) -> dict[str, KnownChannel]:
    """Return every list as the ledger knows it, by its name."""
    with office.ledger.planning() as catalogue:
        return {channel.name: office.remembered(catalogue, channel) for channel in office.lists}


def subscribe_confirmation(
    office: Office, name: str, at: datetime
) -> tuple[Channel, Rendition] | None:
    """Compose the question whether somebody wants to be on a list; the sender comes first.

    None where no list could get the answer.
    """
    sender = _sender_for(office, name)
    channel = next((channel for channel in office.lists if channel.name == name), None)
    if sender is None or channel is None:
        return None
    _, title = names_of(channel)
    return sender, sender.confirm_subscribe(office.publisher, at, title)


def requested_letter(
    office: Office, known: Mapping[str, KnownChannel], request: ReaderRequest
) -> ServiceLetter | None:
    """Compose what somebody asked for; None where no list can write it."""
    about = _list_of(known, request)
    if request.wants == JOIN:
        question = subscribe_confirmation(office, about.name, request.at)
        return question and _confirmation(office, about, request, *question)
    sender = _sender_for(office, about.name)
    if sender is None:
        return None
    if request.wants in MOVES:
        words = move_letter(office, request, language_of(office, sender))
        return _plain(office, about, request, sender, words)
    if request.wants == FOLLOW:
        asking = follow_question(office, request, language_of(office, sender))
        return _plain(office, about, request, sender, asking) if asking else None
    if request.wants in LEAVERS:
        leaving = memberships_to_end(office, known, request)
        rendition = sender.confirm_unsubscribe(office.publisher, request.at, leaving)
        return _confirmation(office, about, request, sender, rendition) if rendition else None
    memberships = _memberships(office, known, request)
    token = next((membership.token for membership in memberships if membership.token), "")
    return ServiceLetter(
        sender=sender,
        rendition=sender.overview(office.publisher, request.at, memberships),
        recipient=Recipient(id=f"{request.subscriber}", email=request.email, token=token),
    )


def goodbye_letter(
    office: Office, known: Mapping[str, KnownChannel], ended: Sequence[Leaving]
) -> ServiceLetter | None:
    """Compose the goodbye to somebody who left these lists; None where no list can write it."""
    lists = {known_list.id: known_list for known_list in known.values()}
    ours = [leaving for leaving in ended if leaving.channel in lists]
    if not ours:
        return None
    channels = {channel.name: channel for channel in office.lists}
    first = ours[0]
    own = lists[first.channel]
    sender = _sender_for(office, own.name) or channels[own.name]
    memberships = []
    for leaving in ours:
        known_list = lists[leaving.channel]
        token = office.ledger.goodbyes.token(leaving, known_list.key)
        memberships.append(_membership(channels[known_list.name], token))
    rendition = sender.goodbye(office.publisher, first.at, memberships)
    if rendition is None:
        return None
    token = office.ledger.lists.tokens.make(SUBSCRIPTION, own.key, first.subscriber)
    recipient = Recipient(id=f"{first.subscriber}", email=first.email, token=token)
    return ServiceLetter(sender=sender, rendition=rendition, recipient=recipient)


def memberships_to_end(
    office: Office, known: Mapping[str, KnownChannel], request: ReaderRequest
) -> list[Membership]:
    """Return the lists that somebody is on and wants to leave."""
    only = _list_of(known, request).name if request.wants == LEAVE else ""
    return [
        membership
        for membership in _memberships(office, known, request)
        if membership.token and only in ("", membership.name)
    ]


def _list_of(known: Mapping[str, KnownChannel], request: ReaderRequest) -> KnownChannel:
    return next(known_list for known_list in known.values() if known_list.id == request.channel)


def _confirmation(
    office: Office,
    about: KnownChannel,
    request: ReaderRequest,
    sender: Channel,
    rendition: Rendition,
) -> ServiceLetter:
    token = office.ledger.replies.token(request, about.key)
    recipient = Recipient(id=f"{request.id}", email=request.email, token=token)
    return ServiceLetter(sender=sender, rendition=rendition, recipient=recipient)


def language_of(office: Office, sender: Channel) -> str:
    """Return the language in which a list writes."""
    return str(getattr(sender, "language", "")) or office.publisher.language


def _plain(
    office: Office,
    about: KnownChannel,
    request: ReaderRequest,
    sender: MailingList,
    words: PlainLetter,
) -> ServiceLetter | None:
    rendition = sender.plain_letter(office.publisher, request.at, words)
    return _confirmation(office, about, request, sender, rendition) if rendition else None


def _sender_for(office: Office, name: str) -> MailingList | None:
    """Return the list itself, else the first whose letters can be answered."""
    able = [channel for channel in office.lists if channel.takes_replies]
    own = (channel for channel in able if channel.name == name)
    return next(own, able[0] if able else None)


def _membership(channel: Channel, token: str) -> Membership:
    name, title = names_of(channel)
    return Membership(name=name, title=title, token=token)


def _memberships(
    office: Office, known: Mapping[str, KnownChannel], request: ReaderRequest
) -> list[Membership]:
    """Return every list, with the person's token for those they are on."""
    subscriptions = office.ledger.lists.of(request.email)
    active = {subscription.list_name for subscription in subscriptions if not subscription.ended}
    make, subscriber = office.ledger.lists.tokens.make, request.subscriber or 0
    return [
        _membership(
            channel,
            make(SUBSCRIPTION, known[channel.name].key, subscriber)
            if channel.name in active
            else "",
        )
        for channel in office.lists
    ]
