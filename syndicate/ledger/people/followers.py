"""Followers of single articles: who they are, and the letters that tell them of changes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from syndicate.ledger.database.engine import execute_counting, transaction
from syndicate.ledger.people.lists import by_key
from syndicate.ledger.people.single_letters import OVERTAKEN, SingleLetters
from syndicate.ledger.people.tokens import FOLLOW, Tokens
from syndicate.ledger.processes.claims import take_turn
from syndicate.ledger.processes.liveness import Processes
from syndicate.ledger.processes.withheld import is_withheld, lacks
from syndicate.ledger.schema import (
    articles,
    channels,
    edition_items,
    follow_letters,
    follows,
    letters,
    subscribers,
)

LONGEST = timedelta(days=365)  # that somebody follows an article
TOLD_BY_LIST = "a list has told them"
ON_ITS_WAY = ("due", "sending", "in_doubt")  # states of a list's letter that may still tell them
MOST_DUE = 500  # letters that are read at once
f, w = follows.c, follow_letters.c


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowLetter:
    """One letter to one follower."""

    id: int
    follow: int
    channel: int
    channel_key: str
    is_retired: bool  # its list is
    subscriber: int
    email: str
    uri: str
    about: str  # a version's number, or a reminder's name
    at: datetime
    state: str
    why: str


class Followers(SingleLetters):
    """Followers of one ledger and their letters."""

    def __init__(self, engine: Engine, tokens: Tokens, processes: Processes) -> None:
        super().__init__(engine, processes, follow_letters, held=_is_held())
        self.tokens = tokens

    def follow(
        self, db: Connection, channel: int, subscriber: int, uri: str, at: datetime, source: str
    ) -> bool:
        """Let somebody follow an article; False where they do."""
        here = and_(f.subscriber_id == subscriber, f.uri == uri)
        if db.scalar(select(f.id).where(here)) is not None:
            return False
        row = {"channel_id": channel, "subscriber_id": subscriber, "uri": uri, "at": at}
        db.execute(insert(follows).values(**row, source=source))
        return True

    def token(self, letter: FollowLetter) -> str:
        """Return the token that ends what a letter is about."""
        return self.tokens.make(FOLLOW, letter.channel_key, letter.follow)

    def unfollow(self, db: Connection, token: str) -> bool | None:
        """End what a token names; False where it has ended, None for no token of a follower."""
        found = self.tokens.read(token, FOLLOW, by_key(db))
        if found is None:
            return None
        return bool(_delete(db, f.id == found[1]))

    def end_one(self, token: str) -> tuple[str, str] | None:
        """End what a token names; returns (address, article), empty where it has ended before.

        None for no token of a follower.
        """
        with transaction(self.engine) as db:
            take_turn(db)
            found = self.tokens.read(token, FOLLOW, by_key(db))
            if found is None:
                return None
            query = select(subscribers.c.email, f.uri).join(
                follows, f.subscriber_id == subscribers.c.id
            )
            row = db.execute(query.where(f.id == found[1])).first()
            _delete(db, f.id == found[1])
            return (row.email, row.uri) if row else ("", "")

    def book(self, db: Connection, uri: str, about: str, at: datetime) -> int:
        """Make a letter to each follower of an article due; older ones are called off.

        Versions call off versions, and reminders reminders: neither tells what the other does.
        """
        of_it = select(f.id).where(f.uri == uri)
        twice = exists().where(w.follow_id == f.id, w.about == about)
        rows = select(f.id, literal(about), literal(at, w.at.type), literal("due"))
        rows = rows.where(f.uri == uri, ~twice)
        columns = ["follow_id", "about", "at", "state"]
        booked = execute_counting(db, insert(follow_letters).from_select(columns, rows))
        same_kind = w.about.like("%:%") if ":" in about else w.about.not_like("%:%")
        older = and_(w.follow_id.in_(of_it), same_kind, w.about != about, w.state == "due")
        if booked:
            off = update(follow_letters).where(older).values(state="off", why=OVERTAKEN)
            db.execute(off)
        return booked

    def due(self) -> list[FollowLetter]:
        """Return letters that are due, those last that were put off.

        Not to those whom a list has told; while a list's letter is on its way to them, they wait.
        """
        with transaction(self.engine, reads=True) as db:
            if db.scalar(select(w.id).where(self._may_go).limit(1)) is None:
                return []
        with transaction(self.engine) as db:
            reached = and_(self._may_go, _told_by_list(["sent"]))
            off = update(follow_letters).where(reached).values(state="off", why=TOLD_BY_LIST)
            db.execute(off)
            may_go = and_(self._may_go, ~_told_by_list(ON_ITS_WAY))
            query = _letters().where(may_go).order_by(w.why != "", w.id)
            return [_letter(row) for row in db.execute(query.limit(MOST_DUE))]

    def forget_ended(self, at: datetime) -> int:
        """Delete who followed for a year, or an article that has expired; not with a letter due."""
        expired = select(articles.c.uri).where(articles.c.expired)
        open_ = exists().where(w.follow_id == f.id, w.state.in_(("due", "sending")))
        over = and_(or_(f.at <= at - LONGEST, f.uri.in_(expired)), ~open_)
        with transaction(self.engine, reads=True) as db:
            if db.scalar(select(f.id).where(over).limit(1)) is None:
                return 0
        with transaction(self.engine) as db:
            return _delete(db, over)


def follower_rows(
    db: Connection, states: Collection[str], *, uri: str | None = None
) -> list[FollowLetter]:
    """Return letters to followers in some states, oldest first: of all articles, or of one."""
    query = _letters().where(w.state.in_(states)).order_by(w.id)
    return [_letter(row) for row in db.execute(query.where(f.uri == uri) if uri else query)]


def follower_letter(db: Connection, number: int) -> FollowLetter | None:
    """Return one letter to a follower; None where there is none."""
    row = db.execute(_letters().where(w.id == number)).first()
    return _letter(row) if row else None


def count_due(db: Connection, *, uri: str | None = None) -> dict[tuple[str, str], int]:
    """Count by uri, and by what put them off, the letters to followers that wait to be sent.

    Not those that wait for a list's letter to the same person.
    """
    query = select(f.uri, w.why, func.count()).join(follow_letters, w.follow_id == f.id)
    query = query.where(w.state.in_(("due", "sending")), ~_told_by_list(ON_ITS_WAY))
    query = query.group_by(f.uri, w.why).order_by(f.uri, w.why)
    rows = db.execute(query.where(f.uri == uri) if uri else query)
    return {(row[0], row[1]): row[2] for row in rows}


def count_followers(db: Connection, uri: str) -> int:
    """Count who follows an article."""
    return int(db.scalar(select(func.count()).where(f.uri == uri)) or 0)


def follows_of(db: Connection, subscriber: int) -> list[dict[str, Any]]:
    """Return what somebody follows, for themselves."""
    query = select(follows, channels.c.name.label("list"))
    query = query.join(channels, channels.c.id == f.channel_id)
    rows = db.execute(query.where(f.subscriber_id == subscriber).order_by(f.id))
    return [
        {"article": row.uri, "since": row.at, "source": row.source, "list": row.list}
        for row in rows
    ]


def forget_follows(db: Connection, subscriber: int) -> None:
    """Delete what somebody follows."""
    _delete(db, f.subscriber_id == subscriber)


def move_follows(db: Connection, subscriber: int, other: int) -> None:
    """Give one reader what another one follows; what both follow is there once."""
    theirs = select(f.uri).where(f.subscriber_id == other)
    mine = and_(f.subscriber_id == subscriber, f.uri.not_in(theirs))
    db.execute(update(follows).where(mine).values(subscriber_id=other))
    forget_follows(db, subscriber)


def _delete(db: Connection, which: ColumnElement[bool]) -> int:
    ended = select(f.id).where(which)
    db.execute(delete(follow_letters).where(w.follow_id.in_(ended)))
    return execute_counting(db, delete(follows).where(which))


@cache
def _is_held() -> ColumnElement[bool]:
    """Match the letters about an article that is held."""
    theirs = follows.alias().c  # the statements around it join the table itself
    return exists().where(theirs.id == w.follow_id, is_withheld(theirs.uri))


def _told_by_list(states: Collection[str]) -> ColumnElement[bool]:
    """Match the letters about a version of which a list's letter, in these states, tells, too."""
    items, digest = edition_items.c, letters.c
    about = follow_letters.c.about  # a reminder's name is no number, and PostgreSQL reads all rows
    version = case((about.not_like("%:%"), cast(about, Integer)))
    return exists().where(
        f.id == follow_letters.c.follow_id,
        digest.subscriber_id == f.subscriber_id,
        digest.state.in_(states),
        items.edition_id == digest.edition_id,
        items.uri == f.uri,
        items.version >= version,
        ~lacks(digest, f.uri),
    )


def _letters() -> Any:
    columns = (
        w.id, w.follow_id, w.about, w.at, w.state, w.why, f.channel_id, f.subscriber_id, f.uri,
        channels.c.key, channels.c.retired, subscribers.c.email,
    )  # fmt: skip
    query = select(*columns).join(follows, f.id == w.follow_id)
    query = query.join(channels, channels.c.id == f.channel_id)
    return query.join(subscribers, subscribers.c.id == f.subscriber_id)


def _letter(row: Any) -> FollowLetter:
    return FollowLetter(
        id=row.id, follow=row.follow_id, channel=row.channel_id, channel_key=row.key,
        is_retired=row.retired, subscriber=row.subscriber_id,
        email=row.email, uri=row.uri, about=row.about, at=row.at, state=row.state, why=row.why,
    )  # fmt: skip
