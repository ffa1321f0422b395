"""Do what readers' replies and mail systems' notices ask for, once each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection

from syndicate.channel import Channel
from syndicate.channel.mailing_list import MailingList, Meaning, Reply
from syndicate.delivery.evidence import refuse_unknown_reader
from syndicate.errors import UsageError
from syndicate.ledger import Joiner, Joining, KnownChannel, ReaderRequest, Subscription
from syndicate.ledger.people.address_moves import moved_lately
from syndicate.ledger.people.lists import (
    COMPLAINED,
    close_way_back,
    end_subscriptions,
    last_subscription,
    number_of,
    record_bounce,
    subscribed,
    subscriber_count,
)
from syndicate.ledger.people.replies import (
    FOLLOW,
    JOIN,
    LEAVE,
    LEAVE_ALL,
    LEAVERS,
    LISTS,
    MOVE,
    MOVES,
)
from syndicate.ledger.people.strangers import LEFT_UNPROVEN
from syndicate.ledger.sending.canaries import note_arrival
from syndicate.model.delivery import Rendition
from syndicate.office import Office
from syndicate.subscribers.address_moves import ask_to_move, confirm_move
from syndicate.subscribers.following import ask_to_follow, confirm_follow
from syndicate.subscribers.people import CLOSED, normal
from syndicate.subscribers.service_letters import known_lists, names_of, subscribe_confirmation

NEED_TOKEN = (Meaning.BOUNCED, Meaning.REFUSED, Meaning.COMPLAINED, Meaning.LISTS)
UNREAD = "left unread for you"
STRANGER = "not answered: from strangers"
MANY = "not answered: daily limit of letters reached"


def release_held(office: Office, name: str) -> Counter[str]:
    """Do what held requests to leave ask for: a person has looked. Counts the results."""
    number, results = known_lists(office)[name].id, Counter[str]()
    with office.ledger.replies.releasing(number) as (db, wishes):
        for wish in wishes:
            results[unsubscribe_without_token(office, db, wish)] += 1
        office.ledger.strangers.start_anew(db, number)
    return results


@dataclass(frozen=True, kw_only=True)
class Decided:
    """Outcome of an approver's answer."""

    what: str  # for the counts of a report
    for_a_person: bool = False  # it stays unread
    problem: str = ""  # for the desk
    approved: bool = False  # something may go out now


Decide = Callable[[Office, Reply], Decided]


def leave_decision(_office: Office, _reply: Reply) -> Decided:
    """Leave an answer of an approver to a person: where letters are read by hand."""
    return Decided(what=UNREAD, for_a_person=True)


@dataclass(kw_only=True)
class DeskReplies:
    """Processor of letters to the office's own mailbox: of them, only decisions are acted on."""

    office: Office
    decide: Decide = leave_decision
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)  # why letters are refused because of us
    problems: list[str] = field(default_factory=list)
    approved: bool = False

    def process(self, reply: Reply) -> bool:
        """Do what a message means, once; True is for a person."""
        if reply.meaning is Meaning.DECIDE:
            return self.decided(reply)
        is_automatic = reply.meaning is Meaning.NOTHING
        self.counts["automatic" if is_automatic else UNREAD] += 1
        return not is_automatic

    def decided(self, reply: Reply) -> bool:
        """Do what an approver has decided; True is for a person."""
        outcome = self.decide(self.office, reply)
        self.counts[outcome.what] += 1
        self.approved |= outcome.approved
        self.problems += filter(None, [outcome.problem])
        return outcome.for_a_person


@dataclass(kw_only=True)
class ReplyProcessor(DeskReplies):
    """Processor of the replies to one list; nothing that was done is done again."""

    channel: MailingList
    known: Mapping[str, KnownChannel]  # every list, by its name

    def process(self, reply: Reply) -> bool:
        """Do all that a message means, in one transaction, once; True is for a person."""
        if reply.meaning is Meaning.DECIDE:
            return self.decided(reply)
        if reply.meaning is Meaning.ARRIVED:
            self._note_arrival(reply)
            return False
        named = self._subscription_named(reply)
        if why := self._reason_for_a_person(reply):
            self.counts[why] += 1
            return True
        if named is None and reply.meaning in NEED_TOKEN:
            self.counts["of unknown sender"] += 1
            return False
        if reply.meaning in (Meaning.LEAVE, Meaning.COMPLAINED):
            self.office.ledger.generations.note_leaving()
        with self.office.ledger.replies.once(reply.key, self.office.clock()) as db:
            self.counts[self._apply(db, reply, named) if db else "read before"] += 1
        return False

    def _note_arrival(self, reply: Reply) -> None:
        """Note that a digest came through; that is nothing to report."""
        at = self.office.clock()
        with self.office.ledger.replies.once(reply.key, at) as db:
            if db:
                note_arrival(db, reply.token, at)

    def _reason_for_a_person(self, reply: Reply) -> str:
        """Return why a message is left to a person; "" for what is dealt with here."""
        if reply.meaning is Meaning.OTHER or self._acts_by_unknown_address(reply):
            return UNREAD
        if reply.meaning in (Meaning.JOIN, Meaning.FOLLOW) and self._is_refused_stranger(reply):
            return STRANGER
        is_bare = not (reply.token or reply.authentication)
        if reply.meaning in (Meaning.LEAVE, Meaning.MOVE, Meaning.FOLLOW) and is_bare:
            wants = LEAVE if reply.about else LEAVE_ALL
            wants = {Meaning.MOVE: MOVE, Meaning.FOLLOW: FOLLOW}.get(reply.meaning, wants)
            is_open = self.office.ledger.strangers.may_anybody(wants, self.office.clock())
            return "" if is_open else MANY
        return ""

    def _is_refused_stranger(self, reply: Reply) -> bool:
        """Return True for a stranger, where only those are answered who are known."""
        email = _address(reply)
        if reply.token or not (self.channel.known_senders_only and email):
            return False
        return not self.office.ledger.lists.of(email)

    def _acts_by_unknown_address(self, reply: Reply) -> bool:
        """Return True for a wish to leave or move of somebody whom no list knows there."""
        of_readers = reply.meaning in (Meaning.LEAVE, Meaning.MOVE)
        if not of_readers or reply.token or not (email := _address(reply)):
            return False
        return not self.office.ledger.lists.of(email)

    def _subscription_named(self, reply: Reply) -> tuple[int, int] | None:
        """Return the (channel, subscriber) that a token names."""
        named = self.office.ledger.lists.named(reply.token) if reply.token else None
        if named is not None:
            refuse_unknown_reader(self.office, named[1])
        return named

    def _apply(self, db: Connection, reply: Reply, named: tuple[int, int] | None) -> str:
        at = self.office.clock()
        channel, subscriber = named or (0, 0)
        match reply.meaning:
            case Meaning.LEAVE:
                return self._unsubscribe(db, reply, named)
            case Meaning.MOVE | Meaning.FOLLOW:
                number = self.known[self.channel.name].id
                ask = ask_to_move if reply.meaning is Meaning.MOVE else ask_to_follow
                return ask(self.office, db, number, reply, named)
            case Meaning.BOUNCED if moved_lately(db, subscriber, at):
                return "bounced where they have moved from"
            case Meaning.BOUNCED:
                final = record_bounce(db, subscriber, reply.code, at)
                return "bounced, no longer written to" if final else "bounced"
            case Meaning.REFUSED:
                self.reasons[f"{reply.code} ({reply.detail})"] += 1
                return "refused because of this office"
            case Meaning.COMPLAINED:
                end_subscriptions(db, subscriber, COMPLAINED, at)
                close_way_back(db, [subscriber], COMPLAINED)
                return "complained, removed from all lists"
            case Meaning.JOIN:
                return self._subscribe(db, reply)
            case Meaning.CONFIRM:
                return self._confirm(db, reply)
            case Meaning.LISTS:
                if person := last_subscription(db, channel, subscriber):
                    wish = self._wish(LISTS, person.email, "", subscriber=subscriber)
                    self.office.ledger.replies.ask(db, wish)
                return "asked for their lists"
            case _:
                return "automatic"

    def _unsubscribe(self, db: Connection, reply: Reply, named: tuple[int, int] | None) -> str:
        at, depart = self.office.clock(), self.office.ledger.goodbyes.unsubscribe
        if named is not None:
            return "left" if depart(db, named[1], at, channel=named[0]) else "had left"
        if (
            reply.token
            and (ended := self.office.ledger.followers.unfollow(db, reply.token)) is not None
        ):
            return "follow an article no more" if ended else "had left"
        email = _address(reply)
        person = number_of(db, email) if email else None
        if person is None:
            return "of unknown sender"
        wants = LEAVE if reply.about else LEAVE_ALL
        wish = self._wish(wants, email, reply.about, subscriber=person)
        if not reply.authentication:
            return self._ask_to_confirm(db, wish, "asked to confirm that they leave")
        active = _active_lists(db, wish)
        if not active:
            return "had left"
        if any(self._is_unusual(db, number) for number in active):
            self.office.ledger.replies.hold(db, wish)
            return "wait for your decision"
        return unsubscribe_without_token(self.office, db, wish)

    def _is_unusual(self, db: Connection, number: int) -> bool:
        """Return True if more people have left a list today without a token than usually do."""
        name = self._name(number)
        channel = next((channel for channel in self.office.lists if channel.name == name), None)
        if channel is None or channel.leavers is None:
            return False
        left = self.office.ledger.strangers.left(db, number, self.office.clock())
        return left >= channel.leavers.most_of(left + subscriber_count(db, number))

    def _name(self, number: int) -> str:
        return next((known.name for known in self.known.values() if known.id == number), "")

    def _ask_to_confirm(self, db: Connection, wish: ReaderRequest, what: str) -> str:
        """Note that somebody is to be asked whether it was they who wrote, within measure."""
        ledger = self.office.ledger
        if not ledger.strangers.may_get(db, wish.channel, wish.wants, wish.email, wish.at):
            return MANY
        if ledger.replies.ask(db, wish):
            ledger.strangers.note(db, wish.channel, wish.wants, wish.email, wish.at)
        return what

    def _subscribe(self, db: Connection, reply: Reply) -> str:
        at, back = self.office.clock(), None
        if reply.token:
            back = self.office.ledger.goodbyes.come_back(db, reply.token, at)
        if isinstance(back, Subscription):
            return "came back"
        email = _address(reply)
        if not email:
            return "of unknown sender"
        wish = self._wish(JOIN, email, reply.about, name=reply.name)
        if reply.authentication and not back:
            return self._add(db, wish, f"by letter of {_on(at)}, {reply.authentication}", "")
        why = f" (no way back: {CLOSED[back.why]})" if back else ""
        return self._ask_to_confirm(db, wish, f"asked to confirm that they join{why}")

    def _confirm(self, db: Connection, reply: Reply) -> str:
        at = self.office.clock()
        asked = self.office.ledger.replies.take_confirmed(
            db, reply.token, at, (JOIN, FOLLOW, *LEAVERS, *MOVES)
        )
        if asked and asked.wants in MOVES:
            return confirm_move(self.office, db, asked)
        if asked and asked.wants == FOLLOW:
            return confirm_follow(self.office, db, asked)
        if asked and asked.wants in LEAVERS:
            only = asked.channel if asked.wants == LEAVE else None
            ended = self.office.ledger.goodbyes.unsubscribe(db, asked.subscriber, at, channel=only)
            return "left" if ended else "had left"
        question = asked and self._question(asked)
        if not (asked and question):
            return "confirmed nothing (too late, already used, or the list no longer exists)"
        wording = question[0].as_text(question[1])
        source = f"by letter of {_on(asked.at)}, confirmed by letter"
        return self._add(db, asked, source, wording)

    def _add(self, db: Connection, wish: ReaderRequest, source: str, wording: str) -> str:
        at = self.office.clock()
        person = Joiner(
            email=wish.email, name=wish.name, source=source, wording=wording, consented=at
        )
        [how] = self.office.ledger.lists.join(db, wish.channel, [person], at, again=True)
        return "joined" if how is Joining.ADDED else how

    def _question(self, asked: ReaderRequest) -> tuple[Channel, Rendition] | None:
        """Return the question that somebody was asked who wanted to join; None for no such list."""
        return subscribe_confirmation(self.office, self._name(asked.channel), asked.at)

    def _list_named(self, about: str) -> KnownChannel:
        """Return the list that a letter names, by its name or title; else the one it came to."""
        names = {
            name.casefold(): channel.name
            for channel in self.office.lists
            for name in names_of(channel)
        }
        return self.known[names.get(about.casefold(), self.channel.name)]

    def _wish(
        self, wants: str, email: str, about: str, *, name: str = "", subscriber: int | None = None
    ) -> ReaderRequest:
        return ReaderRequest(
            channel=self._list_named(about).id,
            wants=wants,
            email=email,
            at=self.office.clock(),
            name=name,
            subscriber=subscriber,
        )


def unsubscribe_without_token(office: Office, db: Connection, wish: ReaderRequest) -> str:
    """End the subscriptions of somebody who showed no token, and count them."""
    ledger, at = office.ledger, office.clock()
    for channel in _active_lists(db, wish):
        ledger.strangers.note(db, channel, LEFT_UNPROVEN, wish.email, at)
    only = wish.channel if wish.wants == LEAVE else None
    ended = ledger.goodbyes.unsubscribe(db, wish.subscriber, at, channel=only)
    return "left" if ended else "had left"


def _active_lists(db: Connection, wish: ReaderRequest) -> list[int]:
    """Return the lists that somebody is on and wants to leave."""
    active = subscribed(db, wish.subscriber)
    return [number for number in active if wish.wants == LEAVE_ALL or number == wish.channel]


def _on(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _address(reply: Reply) -> str:
    try:
        return normal(reply.email)
    except UsageError:
        return ""
