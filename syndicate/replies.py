"""Answers to what was sent: each is dealt with once, and who asked for a letter gets it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection

from syndicate.channel import (
    Channel,
    Hears,
    Membership,
    Receipt,
    Recipient,
    Rendition,
    Reply,
    Says,
    Scope,
)
from syndicate.deliver import send_once
from syndicate.errors import DeliveryError, InDoubt, Refused, UsageError
from syndicate.ledger import Asked, Joiner, Joining, KnownChannel
from syndicate.ledger.lists import COMPLAINED, LEFT, bounce, leave, number_of
from syndicate.ledger.replies import JOIN, LISTS
from syndicate.ledger.tokens import SUBSCRIPTION
from syndicate.office import Office
from syndicate.people import list_named, normal
from syndicate.report import Report

MOST = 100  # letters in one run; who writes more of them is no reader
UNREAD = "for a person (still unread)"


def read(office: Office, name: str | None, source: str) -> Report:
    """Take in what lies at a place of one's choice, as the list ``name`` understands it."""
    report = Report(command="subscribers bounce", notes=office.notes)
    number = list_named(office, name)
    known = next(one for one in office.ledger.known_channels().values() if one.id == number)
    channel = office.chosen([known.name])[0]
    if not isinstance(channel, Hears):
        raise UsageError(f"channel {known.name!r} gets no answers")
    _take_in(office, channel, known, report, source)
    return report


def read_all(office: Office, report: Report) -> None:
    """Take in what came to every list's own mailbox."""
    for channel in office.channels:
        if isinstance(channel, Hears) and channel.listens:
            with office.ledger.planning() as catalogue:
                known = office.remembered(catalogue, channel)
            _take_in(office, channel, known, report, "")


def _take_in(
    office: Office, channel: Channel, known: KnownChannel, report: Report, source: str
) -> None:
    assert isinstance(channel, Hears)
    listener = Listener(office, channel, known)
    replies = channel.hear(_names(office), source)
    try:
        for reply in replies:
            listener.take(reply)
            if office.stopping():
                break
    except DeliveryError as error:
        report.problems.append(f"{channel.name}: {office.scrub(str(error))}")
    finally:
        if isinstance(replies, Iterator) and hasattr(replies, "close"):
            replies.close()
    if listener.counts:
        said = ", ".join(f"{count} {what}" for what, count in listener.counts.items())
        report.notes.append(f"{channel.name}: {said}")
    _write_back(office, channel, known, report)


@dataclass
class Listener:
    """Does what answers to one list ask for; nothing that was done is done again."""

    office: Office
    channel: Channel
    known: KnownChannel
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def hears(self) -> Hears:
        assert isinstance(self.channel, Hears)
        return self.channel

    def take(self, reply: Reply) -> None:
        """One message: everything it means, in one transaction, once."""
        if reply.says is Says.OTHER:
            self.counts[UNREAD] += 1
            return
        named = self._named(reply)
        if named is None and reply.says in (Says.BOUNCED, Says.COMPLAINED, Says.LISTS):
            self.counts["of unknown origin"] += 1
            return
        with self.office.ledger.replies.once(reply.key, self.office.clock()) as db:
            self.counts[self._done(db, reply, named) if db else "read before"] += 1

    def _named(self, reply: Reply) -> tuple[int, int] | None:
        """(channel, subscriber) that a token names."""
        return self.office.ledger.lists.named(reply.token) if reply.token else None

    def _done(self, db: Connection, reply: Reply, named: tuple[int, int] | None) -> str:
        at = self.office.clock()
        channel, subscriber = named or (0, 0)
        match reply.says:
            case Says.LEAVE:
                return self._left(db, reply, named)
            case Says.BOUNCED:
                final = bounce(db, subscriber, reply.code, at)
                return "bounced, not written to any more" if final else "bounced"
            case Says.COMPLAINED:
                leave(db, subscriber, COMPLAINED, at)
                return "complained, off every list"
            case Says.JOIN:
                return self._wants_in(db, reply)
            case Says.CONFIRM:
                return self._joined(db, reply)
            case Says.LISTS:
                person = self.office.ledger.lists.who(channel, subscriber)
                if person is not None:
                    self.office.ledger.replies.ask(
                        db, self.known.id, LISTS, person.email, at, subscriber=subscriber
                    )
                return "asked for their lists"
            case _:
                return "automatic"

    def _left(self, db: Connection, reply: Reply, named: tuple[int, int] | None) -> str:
        at = self.office.clock()
        if named is not None:
            gone = leave(db, named[1], LEFT, at, channel=named[0])
        elif email := _address(reply):
            which = self._list(reply.about).id if reply.about else None
            gone = leave(db, number_of(db, email), LEFT, at, channel=which)
        else:
            return "of unknown origin"
        return "left" if gone else "had left"

    def _wants_in(self, db: Connection, reply: Reply) -> str:
        email = _address(reply)
        if not email:
            return "of unknown origin"
        self.office.ledger.replies.ask(
            db, self._list(reply.about).id, JOIN, email, self.office.clock(), name=reply.name
        )
        return "asked to join"

    def _joined(self, db: Connection, reply: Reply) -> str:
        at = self.office.clock()
        asked = self.office.ledger.replies.confirmed(db, reply.token, at)
        if asked is None:
            return "confirmed nothing (too late, or twice)"
        source = f"by letter of {asked.at:%Y-%m-%d %H:%M} UTC, confirmed by letter"
        wording = self.channel.as_text(self.hears.invitation(self.office.publisher, asked.at))
        person = Joiner(email=asked.email, name=asked.name, source=source, wording=wording,
                        consented=at)  # fmt: skip
        [how] = self.office.ledger.lists.join(db, asked.channel, [person], at, again=True)
        return "joined" if how is Joining.ADDED else how

    def _list(self, about: str) -> KnownChannel:
        """The list that a letter names, by its name or title; else the one it came to."""
        for channel in _lists(self.office):
            if about and about.casefold() in (one.casefold() for one in _called(channel)):
                return self.office.ledger.known_channels().get(channel.name, self.known)
        return self.known


def _lists(office: Office) -> list[Channel]:
    return [channel for channel in office.channels if channel.scope is Scope.DIGEST]


def _called(channel: Channel) -> tuple[str, str]:
    return channel.name, str(getattr(channel, "title", channel.name))


def _names(office: Office) -> list[str]:
    return [name for channel in _lists(office) for name in _called(channel)]


def _address(reply: Reply) -> str:
    try:
        return normal(reply.email)
    except UsageError:
        return ""


def _write_back(office: Office, channel: Channel, known: KnownChannel, report: Report) -> None:
    """Send what people asked for, each letter committed before it leaves."""
    replies = office.ledger.replies
    for asked in replies.due(known.id)[:MOST]:
        if office.stopping():
            return
        replies.begin(asked.id)
        rendition, recipient = _letter(office, channel, known, asked)
        key = f"{asked.wants}/{asked.id}"
        result = send_once(channel, key, rendition, office.scrub, recipient=recipient)
        over = isinstance(result, Receipt | Refused | InDoubt)
        replies.end(asked.id, sent=over, why="" if isinstance(result, Receipt) else str(result))
        if not over:
            report.problems.append(f"{channel.name}: {result}")
            return


def _letter(
    office: Office, channel: Channel, known: KnownChannel, asked: Asked
) -> tuple[Rendition, Recipient]:
    assert isinstance(channel, Hears)
    if asked.wants == JOIN:
        token = office.ledger.replies.token(asked, known.key)
        person = Recipient(f"{asked.id}", asked.email, token)
        return channel.invitation(office.publisher, asked.at), person
    lists = list(_memberships(office, asked))
    token = next((one.token for one in lists if one.token), "")
    person = Recipient(f"{asked.subscriber}", asked.email, token)
    return channel.overview(office.publisher, asked.at, lists), person


def _memberships(office: Office, asked: Asked) -> Iterator[Membership]:
    """Every list, and the person's token for those they are on."""
    on = {one.list_name for one in office.ledger.lists.of(asked.email) if one.ended is None}
    known = office.ledger.known_channels()
    for channel in _lists(office):
        if channel.name in known:
            make = office.ledger.lists.tokens.make
            token = make(SUBSCRIPTION, known[channel.name].key, asked.subscriber or 0)
            yield Membership(*_called(channel), token if channel.name in on else "")
