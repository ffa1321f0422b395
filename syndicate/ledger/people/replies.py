"""Readers' requests by letter, each handled once, and our letters back to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    text,
)

from syndicate.ledger.database.engine import execute_counting, stamp, transaction
from syndicate.ledger.people.lists import by_key
from syndicate.ledger.people.single_letters import SingleLetters
from syndicate.ledger.people.tokens import REQUEST, Tokens
from syndicate.ledger.processes.claims import take_turn
from syndicate.ledger.processes.liveness import Processes
from syndicate.ledger.processes.waits import waits
from syndicate.ledger.schema import channels, heard, requests

JOIN, LISTS, FOLLOW = "join", "lists", "follow"
MOVES = MOVE, ARRIVE, MOVED = "move", "arrive", "moved"  # asked at the old address, at the new
# one; a note to the old one
LEAVERS = LEAVE, LEAVE_ALL = "leave", "leave all"  # this list, or every one
VALID_FOR = timedelta(days=7)  # a question whether somebody wants to join
ASK_AGAIN = timedelta(days=1)  # not before then: else anybody could fill a stranger's mailbox
HEARD = text("INSERT INTO heard (key, at) VALUES (:key, :at) ON CONFLICT (key) DO NOTHING")
q = requests.c


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderRequest:
    """Wish of somebody who wrote, and waits for our letter."""

    channel: int
    wants: str  # one of the ledger's REQUESTS
    email: str
    at: datetime
    name: str = ""
    subscriber: int | None = None
    about: str = ""  # the other address of who moves; an article's uri
    id: int = 0  # until it is kept


class Replies:
    """Requests of one ledger: asked, held, answered, confirmed."""

    def __init__(self, engine: Engine, tokens: Tokens, processes: Processes) -> None:
        self.engine = engine
        self.tokens = tokens
        self._letters = SingleLetters(engine, processes, requests, lost={"state": "due"})

    @contextmanager
    def once(self, key: str, at: datetime) -> Iterator[Connection | None]:
        """Run one transaction for what a message means; None where that was done before."""
        with transaction(self.engine) as db:
            take_turn(db)
            yield db if hear(db, key, at) else None

    def ask(self, db: Connection, wish: ReaderRequest) -> bool:
        """Note that somebody is to be written to; False where they were, a short while ago."""
        here = _same_wish(wish)
        before = db.execute(select(requests).where(here)).first()
        if before is not None and (
            before.state != "answered" or waits(before.at + ASK_AGAIN, wish.at, ASK_AGAIN)
        ):
            return False
        db.execute(delete(requests).where(here))
        db.execute(insert(requests).values(**_columns(wish)))
        return True

    def hold(self, db: Connection, wish: ReaderRequest) -> None:
        """Keep a wish to leave until a person has looked: nobody is written to."""
        db.execute(delete(requests).where(_same_wish(wish)))
        db.execute(insert(requests).values(**_columns(wish), state="held"))

    @contextmanager
    def releasing(self, channel: int) -> Iterator[tuple[Connection, list[ReaderRequest]]]:
        """Run one transaction for held wishes, which are over then: a person has looked."""
        here = and_(q.channel_id == channel, q.state == "held")
        with transaction(self.engine) as db:
            take_turn(db)
            rows = db.execute(select(requests).where(here).order_by(q.id).with_for_update()).all()
            db.execute(delete(requests).where(here))
            yield db, [_asked(row) for row in rows]

    def due(self, channel: int) -> list[ReaderRequest]:
        """Return the answers that are due, those last that were put off before."""
        with transaction(self.engine, reads=True) as db:
            query = select(requests).where(q.channel_id == channel, q.state == "due")
            rows = db.execute(query.order_by(q.why != "", q.id)).all()
            return [_asked(row) for row in rows]

    def begin(self, request: int) -> bool:
        """Claim a letter and commit that it is being sent; False where another process has it."""
        return self._letters.begin(request)

    def end_dead_claims(self) -> None:
        """Let others send what dead processes were sending: twice the same letter does no harm."""
        self._letters.end_dead_claims()

    def end(self, request: int, *, sent: bool, why: str = "") -> None:
        """End a letter: it was sent, or refused for good (then it rests, too), or it waits."""
        self._letters.end(request, "answered" if sent else "due", why)

    def token(self, request: ReaderRequest, channel_key: str) -> str:
        """Return the token that the answer to our question must hold."""
        return self.tokens.make(REQUEST, channel_key, request.id)

    def take_confirmed(
        self, db: Connection, token: str, at: datetime, wants: Sequence[str] = (JOIN,)
    ) -> ReaderRequest | None:
        """Take the request that a token confirms; None for an old or wrong one."""
        keys = by_key(db)
        found = self.tokens.read(token, REQUEST, keys)
        if found is None:
            return None
        here = and_(q.id == found[1], q.channel_id == keys[found[0]], q.wants.in_(wants))
        row = db.execute(select(requests).where(here, q.at > at - VALID_FOR)).first()
        if row is None:
            return None
        db.execute(delete(requests).where(here))
        return _asked(row)


def hear(db: Connection, key: str, at: datetime) -> bool:
    """Note that a message was read; False where it was before."""
    return execute_counting(db, HEARD, {"key": key, "at": stamp(db, at)}) == 1


def _same_wish(wish: ReaderRequest) -> ColumnElement[bool]:
    same = (q.channel_id == wish.channel, q.wants == wish.wants, q.email == wish.email)
    return and_(*same, q.about == wish.about)


def _columns(wish: ReaderRequest) -> dict[str, Any]:
    return {
        "channel_id": wish.channel,
        "wants": wish.wants,
        "email": wish.email,
        "name": wish.name,
        "subscriber_id": wish.subscriber,
        "about": wish.about,
        "at": wish.at,
    }


def _asked(row: Any) -> ReaderRequest:
    return ReaderRequest(
        id=row.id,
        channel=row.channel_id,
        wants=row.wants,
        email=row.email,
        name=row.name,
        subscriber=row.subscriber_id,
        about=row.about,
        at=row.at,
    )


def held(db: Connection) -> dict[str, int]:
    """Count the requests to leave that wait for a person, by list."""
    query = select(channels.c.name, func.count().label("many"))
    query = query.join(requests, q.channel_id == channels.c.id)
    rows = db.execute(query.where(q.state == "held").group_by(channels.c.name))
    return {row.name: int(row.many) for row in rows}


def forget_replies(db: Connection, at: datetime, keep: timedelta) -> None:
    """Delete replies of long ago, and requests that nothing came of."""
    db.execute(delete(heard).where(heard.c.at < at - keep))
    over = and_(q.state == "answered", q.at < at - VALID_FOR)
    unanswered = and_(q.state != "held", q.at < at - 2 * VALID_FOR)
    db.execute(delete(requests).where(or_(over, unanswered)))
