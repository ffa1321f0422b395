"""Answers to what was sent: what each asks for is done, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from syndicate.answers import called, invitation
from syndicate.channel import Channel, Rendition, Reply, Says
from syndicate.errors import UsageError
from syndicate.ledger import Asked, Joiner, Joining, KnownChannel, Subscription
from syndicate.ledger.lists import (
    COMPLAINED,
    bounce,
    close_way_back,
    last_subscription,
    leave,
    number_of,
)
from syndicate.ledger.replies import JOIN, LISTS
from syndicate.office import Office
from syndicate.people import CLOSED, normal

UNREAD = "for a person (still unread)"


@dataclass
class Listener:
    """Does what answers to one list ask for; nothing that was done is done again."""

    office: Office
    channel: Channel
    known: Mapping[str, KnownChannel]  # every list, by its name
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)  # why letters are refused for our sake

    def take(self, reply: Reply) -> bool:
        """One message: everything it means, in one transaction, once; True is for a person."""
        named = self._named(reply)
        if reply.says is Says.OTHER or self._leaves_unknown(reply):
            self.counts[UNREAD] += 1
            return True
        if named is None and reply.says in (
            Says.BOUNCED, Says.REFUSED, Says.COMPLAINED, Says.LISTS,
        ):  # fmt: skip
            self.counts["of unknown origin"] += 1
            return False
        with self.office.ledger.replies.once(reply.key, self.office.clock()) as db:
            self.counts[self._done(db, reply, named) if db else "read before"] += 1
        return False

    def _leaves_unknown(self, reply: Reply) -> bool:
        """Whether somebody wants to leave whom no list knows: by another address, perhaps."""
        if reply.says is not Says.LEAVE or reply.token or not (email := _address(reply)):
            return False
        return not self.office.ledger.lists.of(email)

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
            case Says.REFUSED:
                self.reasons[f"{reply.code} ({reply.detail})"] += 1
                return "came back for our sake"
            case Says.COMPLAINED:
                leave(db, subscriber, COMPLAINED, at)
                close_way_back(db, [subscriber], COMPLAINED)
                return "complained, off every list"
            case Says.JOIN:
                return self._wants_in(db, reply)
            case Says.CONFIRM:
                return self._joined(db, reply)
            case Says.LISTS:
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
            gone = depart(db, named[1], at, channel=named[0])
        elif email := _address(reply):
            which = self._list(reply.about).id if reply.about else None
            gone = depart(db, number_of(db, email), at, channel=which)
        else:
            return "of unknown origin"
        return "left" if gone else "had left"

    def _wants_in(self, db: Connection, reply: Reply) -> str:
        at, back = self.office.clock(), None
        if reply.token:
            back = self.office.ledger.goodbyes.come_back(db, reply.token, at)
        if isinstance(back, Subscription):
            return "came back"
        email = _address(reply)
        if not email:
            return "of unknown origin"
        self.office.ledger.replies.ask(
            db, self._list(reply.about).id, JOIN, email, at, name=reply.name
        )
        if back:
            return f"asked to join anew (no way back: {CLOSED[back.why]})"
        return "asked to join"

    def _joined(self, db: Connection, reply: Reply) -> str:
        at = self.office.clock()
        asked = self.office.ledger.replies.confirmed(db, reply.token, at)
        question = asked and self._question(asked)
        if not (asked and question):
            return "confirmed nothing (too late, twice, or the list is gone)"
        wording = question[0].as_text(question[1])
        source = f"by letter of {asked.at:%Y-%m-%d %H:%M} UTC, confirmed by letter"
        person = Joiner(email=asked.email, name=asked.name, source=source, wording=wording,
                        consented=at)  # fmt: skip
        [how] = self.office.ledger.lists.join(db, asked.channel, [person], at, again=True)
        return "joined" if how is Joining.ADDED else how

    def _question(self, asked: Asked) -> tuple[Channel, Rendition] | None:
        """What somebody was asked who wanted to join; None where the list is gone."""
        name = next((one.name for one in self.known.values() if one.id == asked.channel), "")
        return invitation(self.office, name, asked.at)

    def _list(self, about: str) -> KnownChannel:
        """The list that a letter names, by its name or title; else the one it came to."""
        names = {name.casefold(): one.name for one in self.office.lists for name in called(one)}
        return self.known[names.get(about.casefold(), self.channel.name)]


def _address(reply: Reply) -> str:
    try:
        return normal(reply.email)
    except UsageError:
        return ""
