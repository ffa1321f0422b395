"""Answers to what was sent: what each asks for is done, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection

from syndicate.channel import Channel
from syndicate.channel.mailing_list import MailingList, Meaning, Reply
from syndicate.delivery.evidence import refuse_unknown_reader
from syndicate.errors import UsageError
from syndicate.ledger import Joiner, Joining, KnownChannel, ReaderRequest, Subscription
from syndicate.ledger.people.lists import (
    COMPLAINED,
    bounce,
    close_way_back,
    last_subscription,
    leave,
    number_of,
    size,
    subscribed,
)
from syndicate.ledger.people.replies import JOIN, LEAVE, LEAVE_ALL, LEAVERS, LISTS
from syndicate.ledger.people.strangers import LEFT
from syndicate.model.delivery import Rendition
from syndicate.office import Office
from syndicate.subscribers.people import CLOSED, normal
from syndicate.subscribers.service_letters import called, known_lists, subscribe_confirmation

UNREAD = "for a person (still unread)"
STRANGER = "not answered: of strangers"
MANY = "not answered: too many letters for a day"


def let_leave(office: Office, name: str) -> Counter[str]:
    """Do what those wishes ask for: a person has looked; what became of how many."""
    number, done = known_lists(office)[name].id, Counter[str]()
    with office.ledger.replies.released(number) as (db, wishes):
        for wish in wishes:
            done[depart_at_their_word(office, db, wish)] += 1
        office.ledger.strangers.start_anew(db, number)
    return done


@dataclass
class Listener:
    """Does what answers to one list ask for; nothing that was done is done again."""

    office: Office
    channel: MailingList
    known: Mapping[str, KnownChannel]  # every list, by its name
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)  # why letters are refused for our sake

    def take(self, reply: Reply) -> bool:
        """One message: everything it means, in one transaction, once; True is for a person."""
        named = self._named(reply)
        if why := self._for_a_person(reply):
            self.counts[why] += 1
            return True
        if named is None and reply.meaning in (
            Meaning.BOUNCED, Meaning.REFUSED, Meaning.COMPLAINED, Meaning.LISTS,
        ):  # fmt: skip
            self.counts["of unknown origin"] += 1
            return False
        if reply.meaning in (Meaning.LEAVE, Meaning.COMPLAINED):
            self.office.ledger.generations.note_leaving()
        with self.office.ledger.replies.once(reply.key, self.office.clock()) as db:
            self.counts[self._done(db, reply, named) if db else "read before"] += 1
        return False

    def _for_a_person(self, reply: Reply) -> str:
        """Why a message is left to a person; "" for what is dealt with here."""
        if reply.meaning is Meaning.OTHER or self._leaves_unknown(reply):
            return UNREAD
        if reply.meaning is Meaning.JOIN and self._is_no_business_of_ours(reply):
            return STRANGER
        if reply.meaning is Meaning.LEAVE and not (reply.token or reply.authentication):
            wants = LEAVE if reply.about else LEAVE_ALL
            is_open = self.office.ledger.strangers.may_anybody(wants, self.office.clock())
            return "" if is_open else MANY
        return ""

    def _is_no_business_of_ours(self, reply: Reply) -> bool:
        """Whether a stranger writes where only those are answered who are known."""
        email = _address(reply)
        if reply.token or not (self.channel.known_senders_only and email):
            return False
        return not self.office.ledger.lists.of(email)

    def _leaves_unknown(self, reply: Reply) -> bool:
        """Whether somebody wants to leave whom no list knows: by another address, perhaps."""
        if reply.meaning is not Meaning.LEAVE or reply.token or not (email := _address(reply)):
            return False
        return not self.office.ledger.lists.of(email)

    def _named(self, reply: Reply) -> tuple[int, int] | None:
        """(channel, subscriber) that a token names."""
        named = self.office.ledger.lists.named(reply.token) if reply.token else None
        if named is not None:
            refuse_unknown_reader(self.office, named[1])
        return named

    def _done(self, db: Connection, reply: Reply, named: tuple[int, int] | None) -> str:
        at = self.office.clock()
        channel, subscriber = named or (0, 0)
        match reply.meaning:
            case Meaning.LEAVE:
                return self._left(db, reply, named)
            case Meaning.BOUNCED:
                final = bounce(db, subscriber, reply.code, at)
                return "bounced, not written to any more" if final else "bounced"
            case Meaning.REFUSED:
                self.reasons[f"{reply.code} ({reply.detail})"] += 1
                return "came back for our sake"
            case Meaning.COMPLAINED:
                leave(db, subscriber, COMPLAINED, at)
                close_way_back(db, [subscriber], COMPLAINED)
                return "complained, off every list"
            case Meaning.JOIN:
                return self._wants_in(db, reply)
            case Meaning.CONFIRM:
                return self._joined(db, reply)
            case Meaning.LISTS:
                if person := last_subscription(db, channel, subscriber):
                    self.office.ledger.replies.ask(
                        db, self._list("").id, LISTS, person.email, at, subscriber=subscriber
                    )
                return "asked for their lists"
            case _:
                return "automatic"

    def _left(self, db: Connection, reply: Reply, named: tuple[int, int] | None) -> str:
        at, depart = self.office.clock(), self.office.ledger.goodbyes.leave
        if named is not None:
            return "left" if depart(db, named[1], at, channel=named[0]) else "had left"
        email = _address(reply)
        person = number_of(db, email) if email else None
        if person is None:
            return "of unknown origin"
        channel, wants = self._list(reply.about).id, LEAVE if reply.about else LEAVE_ALL
        wish = ReaderRequest(
            id=0, channel=channel, wants=wants, email=email, name="", subscriber=person, at=at
        )
        if not reply.authentication:
            return self._ask_back(db, wish, "asked whether they leave")
        if not (on := _subscribed(db, wish)):
            return "had left"
        if any(self._are_many(db, one) for one in on):
            self.office.ledger.replies.hold(db, channel, wants, email, at, person)
            return "wait for a person to look"
        return depart_at_their_word(self.office, db, wish)

    def _are_many(self, db: Connection, channel: int) -> bool:
        """Whether more people have left a list today at their word alone than usually do."""
        by = next((one.name for one in self.known.values() if one.id == channel), "")
        found = next((one for one in self.office.lists if one.name == by), None)
        if found is None or found.leavers is None:
            return False
        left = self.office.ledger.strangers.left(db, channel, self.office.clock())
        return left >= found.leavers.most_of(left + size(db, channel))

    def _ask_back(self, db: Connection, wish: ReaderRequest, what: str) -> str:
        """Note that somebody is to be asked whether it was they who wrote, within measure."""
        ledger = self.office.ledger
        if not ledger.strangers.may_get(db, wish.channel, wish.wants, wish.email, wish.at):
            return MANY
        asked = ledger.replies.ask(
            db, wish.channel, wish.wants, wish.email, wish.at, name=wish.name,
            subscriber=wish.subscriber,
        )  # fmt: skip
        if asked:
            ledger.strangers.note(db, wish.channel, wish.wants, wish.email, wish.at)
        return what

    def _wants_in(self, db: Connection, reply: Reply) -> str:
        at, back = self.office.clock(), None
        if reply.token:
            back = self.office.ledger.goodbyes.come_back(db, reply.token, at)
        if isinstance(back, Subscription):
            return "came back"
        email = _address(reply)
        if not email:
            return "of unknown origin"
        wish = ReaderRequest(
            id=0,
            channel=self._list(reply.about).id,
            wants=JOIN,
            email=email,
            name=reply.name,
            subscriber=None,
            at=at,
        )
        if reply.authentication and not back:
            return self._put_on(db, wish, f"by letter of {_on(at)}, {reply.authentication}", "")
        if back:
            return self._ask_back(db, wish, f"asked to join anew (no way back: {CLOSED[back.why]})")
        return self._ask_back(db, wish, "asked to join")

    def _joined(self, db: Connection, reply: Reply) -> str:
        at = self.office.clock()
        asked = self.office.ledger.replies.confirmed(db, reply.token, at, (JOIN, *LEAVERS))
        if asked and asked.wants in LEAVERS:
            only = asked.channel if asked.wants == LEAVE else None
            gone = self.office.ledger.goodbyes.leave(db, asked.subscriber, at, channel=only)
            return "left" if gone else "had left"
        question = asked and self._question(asked)
        if not (asked and question):
            return "confirmed nothing (too late, twice, or the list is gone)"
        wording = question[0].as_text(question[1])
        source = f"by letter of {_on(asked.at)}, confirmed by letter"
        return self._put_on(db, asked, source, wording)

    def _put_on(self, db: Connection, wish: ReaderRequest, source: str, wording: str) -> str:
        at = self.office.clock()
        person = Joiner(email=wish.email, name=wish.name, source=source, wording=wording,
                        consented=at)  # fmt: skip
        [how] = self.office.ledger.lists.join(db, wish.channel, [person], at, again=True)
        return "joined" if how is Joining.ADDED else how

    def _question(self, asked: ReaderRequest) -> tuple[Channel, Rendition] | None:
        """What somebody was asked who wanted to join; None where the list is gone."""
        name = next((one.name for one in self.known.values() if one.id == asked.channel), "")
        return subscribe_confirmation(self.office, name, asked.at)

    def _list(self, about: str) -> KnownChannel:
        """The list that a letter names, by its name or title; else the one it came to."""
        names = {name.casefold(): one.name for one in self.office.lists for name in called(one)}
        return self.known[names.get(about.casefold(), self.channel.name)]


def depart_at_their_word(office: Office, db: Connection, wish: ReaderRequest) -> str:
    """End the subscriptions of somebody who showed no token, and count it."""
    ledger, at = office.ledger, office.clock()
    for channel in _subscribed(db, wish):
        ledger.strangers.note(db, channel, LEFT, wish.email, at)
    only = wish.channel if wish.wants == LEAVE else None
    gone = ledger.goodbyes.leave(db, wish.subscriber, at, channel=only)
    return "left" if gone else "had left"


def _subscribed(db: Connection, wish: ReaderRequest) -> list[int]:
    """The lists that somebody is on and wants to leave."""
    on = subscribed(db, wish.subscriber)
    return [one for one in on if wish.wants == LEAVE_ALL or one == wish.channel]


def _on(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _address(reply: Reply) -> str:
    try:
        return normal(reply.email)
    except UsageError:
        return ""
